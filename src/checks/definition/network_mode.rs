//! `definition-network-mode`

use super::mode::{Mode, REGISTRATION};
use super::network_rules::{EXTERNAL, FARGATE, MANAGED, PUBLIC_ADDRESS, WINDOWS};
use super::{port, target};
use crate::checks::{Check, whole};
use crate::document::Container;
use crate::document::launch::{self, LaunchTarget};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, fail};

pub(super) static DEFINITION_NETWORK_MODE: Check = Check {
    id: "definition-network-mode",
    verifies: "the network mode fits what the task runs on, its port mappings and its public address",
    prevents: &[
        "ClientException: Fargate only supports network mode 'awsvpc'.",
        "ClientException: When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
        "ClientException: TCP host port '<port>' is mapped multiple times in task.",
        "ClientException: Invalid 'containerPort' setting for container '<container>'.",
        "InvalidParameterException: Assign public IP is not supported for this launch type.",
    ],
    remedy: "Set networkMode to awsvpc, and map each port once",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, network_mode),
};

fn network_mode(task: &Task, _: &View) -> Judgement {
    let field = &task.definition.network_mode;
    let mut findings = Findings::new();
    let mut mode = None;
    findings.part(field.place(), |findings| {
        let read = Mode::of(field)?;
        mode = Some(read);
        fits_targets(task, read, findings)
    });
    port::judge(task, mode, &mut findings);
    if let Some(mode) = mode {
        for container in
            task.definition.container_definitions.get().ok().flatten().into_iter().flatten()
        {
            names(task, container, mode, &mut findings);
        }
        let injection = task.definition.enable_fault_injection.place();
        findings.part(injection, |findings| fault_injection(task, mode, findings));
    }
    let address = &task.context.network.assign_public_ip;
    findings.part(address.place(), |findings| public_address(task, findings));
    let written = field.get().ok().flatten().map_or("the default network mode", String::as_str);
    findings.or_pass(format!("{written} fits what the task runs on and its port mappings"))
}

fn fits_targets(task: &Task, mode: Mode, findings: &mut Findings) -> Result<(), Stop> {
    let field = &task.definition.network_mode;
    let written = match field.get()? {
        Some(written) => format!("networkMode is {written}"),
        None => "networkMode is not given, which means bridge".to_owned(),
    };
    let targets = task.launch_targets()?;
    if task.is_for_fargate()? && mode != Mode::Awsvpc {
        findings.add(
            FARGATE
                .fail(format!("{written}, but Fargate supports awsvpc only"))
                .at(field.place())
                .remedy("Set networkMode to awsvpc"),
        );
    }
    for target in &targets {
        match (target, mode) {
            (LaunchTarget::External, Mode::Awsvpc) => findings.add(
                EXTERNAL
                    .fail(format!(
                        "{written}, but external instances support bridge, host and none only"
                    ))
                    .at(field.place())
                    .remedy("Set networkMode to bridge, host or none for external instances"),
            ),
            (LaunchTarget::ManagedInstances, Mode::Bridge) => findings.add(
                MANAGED
                    .warn(format!(
                        "{written}, but Managed Instances are documented for awsvpc, host and none"
                    ))
                    .at(field.place())
                    .remedy("Set networkMode to awsvpc or host"),
            ),
            (LaunchTarget::Ec2, Mode::Host | Mode::None)
                if target::operating_system(task)? == OperatingSystem::Windows =>
            {
                findings.add(
                    WINDOWS
                        .warn(format!(
                            "{written}, but Windows is documented for the default mode and awsvpc"
                        ))
                        .at(field.place())
                        .remedy("Leave networkMode out, or set it to awsvpc"),
                );
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a container may not set because the network is not its own: `links` joins containers of one
/// bridge; with awsvpc the names and hosts are those of the task's interface.
fn names(task: &Task, container: &Container, mode: Mode, findings: &mut Findings) {
    // Fargate refuses links and extraHosts whatever the mode is, which is judged with its parameters.
    let fargate = task.is_for_fargate().unwrap_or(false);
    let set = [
        (
            "links",
            &container.links.place().clone(),
            container.links.items().map(|it| !it.is_empty()),
            matches!(mode, Mode::Awsvpc | Mode::Host | Mode::None) && !fargate,
        ),
        (
            "extraHosts",
            &container.extra_hosts.place().clone(),
            container.extra_hosts.items().map(|it| !it.is_empty()),
            mode == Mode::Awsvpc && !fargate,
        ),
        (
            "dnsServers",
            &container.dns_servers.place().clone(),
            container.dns_servers.items().map(|it| !it.is_empty()),
            mode == Mode::Awsvpc && !fargate,
        ),
        (
            "dnsSearchDomains",
            &container.dns_search_domains.place().clone(),
            container.dns_search_domains.items().map(|it| !it.is_empty()),
            mode == Mode::Awsvpc && !fargate,
        ),
        (
            "disableNetworking",
            &container.disable_networking.place().clone(),
            container.disable_networking.get().map(|it| it == Some(&true)),
            mode == Mode::Awsvpc && !fargate,
        ),
        (
            "hostname",
            &container.hostname.place().clone(),
            container.hostname.get().map(|it| it.is_some_and(|text| !text.is_empty())),
            mode == Mode::Awsvpc,
        ),
    ];
    for (name, place, used, refused) in set {
        if !refused {
            continue;
        }
        findings.part(place, |findings| {
            if used? {
                let mode = match mode {
                    Mode::Awsvpc => "awsvpc",
                    Mode::Host => "host",
                    _ => "none",
                };
                let finding = fail(format!("{name} cannot be combined with networkMode {mode}"));
                let finding = finding.at(place).remedy(format!("Remove {name}"));
                findings.add(finding.prevents(answer(name, mode)));
            }
            Ok(())
        });
    }
}

const NO_DNS: Rule = Rule::quoted(
    "networkMode awsvpc excludes dnsServers",
    "ClientException: DNS servers are not supported on container when networkMode=awsvpc",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const NO_NETWORKING: Rule = Rule::quoted(
    "networkMode awsvpc excludes disableNetworking",
    "ClientException: Disable Networking is not supported on container when networkMode=awsvpc",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const NO_EXTRA_HOSTS: Rule = Rule::quoted(
    "networkMode awsvpc excludes extraHosts",
    "ClientException: Extra hosts are not supported on container when networkMode=awsvpc",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const NO_HOSTNAME: Rule = Rule::quoted(
    "networkMode awsvpc excludes hostname",
    "ClientException: hostname is not supported on container when networkMode=awsvpc.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const NO_LINKS: Rule = Rule::quoted(
    "links are for networkMode bridge",
    "ClientException: Links are not supported when networkMode=<mode>",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const INJECTION: Rule = Rule::unquoted(
    "fault injection works with networkMode awsvpc and host",
    "the definition may be refused, and no fault can be injected",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] =
    &[NO_DNS, NO_NETWORKING, NO_EXTRA_HOSTS, NO_HOSTNAME, NO_LINKS, INJECTION];

/// What registration answers to a field that the mode excludes, as far as that is known.
fn answer(name: &str, mode: &str) -> String {
    let rule = match name {
        "dnsServers" => NO_DNS,
        "disableNetworking" => NO_NETWORKING,
        "extraHosts" => NO_EXTRA_HOSTS,
        "hostname" => NO_HOSTNAME,
        "links" => NO_LINKS,
        _ => return REGISTRATION.to_owned(),
    };
    rule.words.to_string().replace("<mode>", mode)
}

fn fault_injection(task: &Task, mode: Mode, findings: &mut Findings) -> Result<(), Stop> {
    let enabled = &task.definition.enable_fault_injection;
    if enabled.get()? == Some(&true) && !matches!(mode, Mode::Awsvpc | Mode::Host) {
        findings.add(
            INJECTION
                .warn("enableFaultInjection works only with networkMode awsvpc or host")
                .at(enabled.place())
                .remedy("Set networkMode to awsvpc or host, or remove enableFaultInjection"),
        );
    }
    Ok(())
}

/// Only Fargate gives a task its own public address. (That the API's reference asks for DISABLED
/// with the ECS deployment controller is not so: rolling deployments on Fargate use ENABLED.)
fn public_address(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    let field = &task.context.network.assign_public_ip;
    if field.get()?.map(String::as_str) != Some("ENABLED") {
        return Ok(());
    }
    let refused = |on: &str| {
        PUBLIC_ADDRESS
            .fail(format!("assignPublicIp is ENABLED, which {on} does not support"))
            .at(field.place())
            .remedy("Set assignPublicIp to DISABLED, and route the subnets through a NAT gateway")
    };
    if let Some(provider) = target::own_provider(task)? {
        return Err(Gap::Undecidable {
            why: format!(
                "assignPublicIp is ENABLED, which is refused if {provider} is an Auto Scaling group"
            ),
        }
        .into());
    }
    match launch::requested(&task.context)? {
        Some(targets) if targets.contains(&LaunchTarget::Ec2) => findings.add(refused("EC2")),
        Some(targets) if targets.contains(&LaunchTarget::External) => {
            findings.add(refused("an external instance"));
        }
        None if !task.is_for_fargate()? => findings.add(
            PUBLIC_ADDRESS
                .warn("assignPublicIp is ENABLED, which EC2 does not support, and nothing says that the task runs on Fargate")
                .at(field.place())
                .remedy("Set the launch type FARGATE, or set assignPublicIp to DISABLED"),
        ),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::{Case, results, tell};

    const ID: &str = super::DEFINITION_NETWORK_MODE.id;

    #[test]
    fn the_mode_must_fit_what_the_task_runs_on() {
        let cases: &[Case] = &[
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"}"#,
                "{}",
                &[("pass", "")],
            ),
            (
                r#"{"requiresCompatibilities": ["EC2"], "networkMode": "bridge"}"#,
                "{}",
                &[("pass", "")],
            ),
            (r#"{"family": "web"}"#, "{}", &[("pass", "")]),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "networkMode": "bridge"}"#,
                "{}",
                &[("fail", "/networkMode")],
            ),
            (r#"{"requiresCompatibilities": ["FARGATE"]}"#, "{}", &[("fail", "")]),
            (
                r#"{"networkMode": "host"}"#,
                r#"{"launchType": "FARGATE"}"#,
                &[("fail", "/networkMode")],
            ),
            (
                r#"{"requiresCompatibilities": ["EXTERNAL"], "networkMode": "awsvpc"}"#,
                "{}",
                &[("fail", "/networkMode")],
            ),
            (
                r#"{"requiresCompatibilities": ["MANAGED_INSTANCES"], "networkMode": "bridge"}"#,
                "{}",
                &[("warn", "/networkMode")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "networkMode": "${MODE}"}"#,
                "{}",
                &[("unknown", "/networkMode")],
            ),
        ];
        tell(ID, cases);
    }

    #[test]
    fn only_fargate_gives_a_public_address() {
        const ENABLED: &str =
            r#""networkConfiguration": {"awsvpcConfiguration": {"assignPublicIp": "ENABLED"}}"#;
        const AT: &str = "run.json#/networkConfiguration/awsvpcConfiguration/assignPublicIp";
        let awsvpc = r#"{"family": "web", "networkMode": "awsvpc"}"#;
        for (kind, expected) in [
            (r#""launchType": "EC2""#, ("fail", AT)),
            (r#""launchType": "FARGATE""#, ("pass", "")),
            (r#""count": 1"#, ("warn", AT)),
            (r#""capacityProviderStrategy": [{"capacityProvider": "mine"}]"#, ("unknown", AT)),
            // Rolling deployments on Fargate may have a public address, whatever the reference says.
            (
                r#""serviceName": "web", "launchType": "FARGATE", "deploymentController": {"type": "ECS"}"#,
                ("pass", ""),
            ),
        ] {
            tell(ID, &[(awsvpc, &format!("{{{kind}, {ENABLED}}}"), &[expected])]);
        }
        let refused = results(ID, awsvpc, &format!(r#"{{"launchType": "EC2", {ENABLED}}}"#));
        assert!(refused[0].message.contains("assignPublicIp"));
    }

    #[test]
    fn a_network_of_the_tasks_own_has_no_names_of_a_container() {
        let cases: &[Case] = &[
            (
                r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "hostname": "a"}]}"#,
                "{}",
                &[("fail", "/containerDefinitions/0/hostname")],
            ),
            (
                r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "links": ["b"], "extraHosts": []}]}"#,
                "{}",
                &[("fail", "/containerDefinitions/0/links")],
            ),
            (
                r#"{"networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "hostname": "${NAME}"}]}"#,
                "{}",
                &[("unknown", "/containerDefinitions/0/hostname")],
            ),
            (
                r#"{"networkMode": "bridge", "containerDefinitions": [{"name": "a", "links": ["b"], "hostname": "a", "dnsServers": ["10.0.0.2"]}]}"#,
                "{}",
                &[("pass", "")],
            ),
        ];
        tell(ID, cases);
        for (field, value) in [
            ("dnsServers", r#"["10.0.0.2"]"#),
            ("dnsSearchDomains", r#"["example.com"]"#),
            ("disableNetworking", "true"),
        ] {
            let definition = format!(
                r#"{{"networkMode": "awsvpc", "containerDefinitions": [{{"name": "a", "{field}": {value}}}]}}"#
            );
            let at = format!("/containerDefinitions/0/{field}");
            tell(ID, &[(&definition, "{}", &[("fail", &at)])]);
        }
    }

    #[test]
    fn faults_are_injected_into_the_network_of_the_task_or_the_host() {
        for (mode, expected) in [
            ("awsvpc", ("pass", "")),
            ("host", ("pass", "")),
            ("bridge", ("warn", "/enableFaultInjection")),
        ] {
            let definition =
                format!(r#"{{"networkMode": "{mode}", "enableFaultInjection": true}}"#);
            tell(ID, &[(&definition, "{}", &[expected])]);
        }
    }
}
