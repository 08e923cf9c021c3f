//! Port mappings under the network mode, for `definition-network-mode`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>).

use super::mode::Mode;
use super::network_rules::{
    CONTAINER_PORT, EPHEMERAL, HOST_PORT, NO_PORTS, RANGE_COUNT, RESERVED, SAME_PORT,
};
use super::port_clash::{Taken, clash};
use super::{port_names, port_range};
use crate::document::Container;
use crate::document::container::PortMapping;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::Findings;

/// The first port that an instance may assign by itself: "In general, ports below 32768 are outside of
/// the ephemeral port range." (seen 2026-11).
const FIRST_EPHEMERAL: i64 = 32768;

/// How many ranges of ports one container may have.
const MOST_RANGES: usize = 100;

/// Ports of an instance that the agent reserves for SSH, Docker and itself, unless it is configured
/// otherwise (seen 2026-11).
const RESERVED_PORTS: [i64; 6] = [22, 2375, 2376, 51678, 51679, 51680];

/// Judges the port mappings of all containers. Without a mode, only what holds in any.
pub(super) fn judge(task: &Task, mode: Option<Mode>, findings: &mut Findings) {
    let field = &task.definition.container_definitions;
    let mut taken = Taken::default();
    port_names::judge(task, mode, findings);
    findings.part(field.place(), |findings| {
        for (index, container) in field.items()?.iter().enumerate() {
            findings.part(container.port_mappings.place(), |findings| {
                let mappings = container.port_mappings.items()?;
                refuse_any(container, mappings, mode, findings);
                for mapping in mappings {
                    findings.part(&mapping.place, |findings| {
                        judge_mapping(container, mapping, mode, findings)?;
                        clash((index, container), mapping, mode, &mut taken, findings)
                    });
                }
                Ok(())
            });
        }
        Ok(())
    });
}

/// What a list of mappings may not be.
fn refuse_any(
    container: &Container,
    mappings: &[PortMapping],
    mode: Option<Mode>,
    findings: &mut Findings,
) {
    let place = container.port_mappings.place();
    if mode == Some(Mode::None) && !mappings.is_empty() {
        findings.add(
            NO_PORTS
                .fail("portMappings cannot be combined with networkMode none")
                .at(place)
                .remedy("Remove the port mappings, or choose another network mode"),
        );
    }
    let ranges = mappings.iter().filter(|it| !it.container_port_range.is_missing()).count();
    if ranges > MOST_RANGES {
        findings.add(
            RANGE_COUNT
                .fail(format!(
                    "there are {ranges} port ranges, but a container has at most {MOST_RANGES}"
                ))
                .at(place)
                .remedy("Join the ranges, or spread them over several containers"),
        );
    }
}

fn judge_mapping(
    container: &Container,
    mapping: &PortMapping,
    mode: Option<Mode>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let name = container.name.get().ok().flatten().map_or("", String::as_str);
    if mapping.container_port_range.get()?.is_some() {
        return port_range::judge(name, mapping, mode, findings);
    }
    let Some(port) = mapping.container_port.get()? else {
        findings.add(
            CONTAINER_PORT
                .fail("the port mapping has no containerPort")
                .at(mapping.container_port.place())
                .naming("<container>", name)
                .remedy("Set containerPort"),
        );
        return Ok(());
    };
    if !(1..=65535).contains(port) {
        findings.add(
            CONTAINER_PORT
                .fail(format!("containerPort is {port}, but ports are 1 to 65535"))
                .at(mapping.container_port.place())
                .naming("<container>", name)
                .remedy("Set containerPort to a port from 1 to 65535"),
        );
    }
    let Some(host) = mapping.host_port.get()? else { return Ok(()) };
    if !(0..=65535).contains(host) {
        findings.add(
            HOST_PORT
                .fail(format!("hostPort is {host}, but ports are 0 to 65535"))
                .at(mapping.host_port.place())
                .remedy("Set hostPort to a port of the host, or to 0 for one that is free"),
        );
    }
    if matches!(mode, Some(Mode::Bridge | Mode::Host)) && RESERVED_PORTS.contains(host) {
        findings.add(
            RESERVED
                .warn(format!("hostPort is {host}, which the agent reserves on every instance"))
                .at(mapping.host_port.place())
                .remedy("Choose another hostPort, or 0 for one that is free"),
        );
    }
    if mode == Some(Mode::Bridge)
        && (FIRST_EPHEMERAL..=65535).contains(host)
        && !RESERVED_PORTS.contains(host)
    {
        findings.add(
            EPHEMERAL
                .warn(format!(
                    "hostPort is {host}, in the ephemeral port range, from which ports are assigned automatically"
                ))
                .at(mapping.host_port.place())
                .remedy("Choose a hostPort below 32768, or 0 for one that is free"),
        );
    }
    let own = match mode {
        Some(Mode::Awsvpc) => "awsvpc",
        Some(Mode::Host) => "host",
        _ => return Ok(()),
    };
    if host != port {
        findings.add(
            SAME_PORT
                .fail(format!(
                    "hostPort is {host} and containerPort is {port}, but with networkMode {own} they must be equal"
                ))
                .at(mapping.host_port.place())
                .naming("<mode>", own)
                .remedy("Remove hostPort"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    const ID: &str = "definition-network-mode";

    fn definition(mode: &str, first: &str, second: &str) -> String {
        format!(
            r#"{{"networkMode": "{mode}", "containerDefinitions": [
                {{"name": "a", "portMappings": [{first}]}},
                {{"name": "b", "portMappings": [{second}]}}]}}"#
        )
    }

    #[test]
    fn ports_must_fit_the_mode_and_each_other() {
        const HTTP: &str = r#"{"containerPort": 80, "hostPort": 80}"#;
        const FIRST: &str = "/containerDefinitions/0/portMappings";
        const FIRST_HOST: &str = "/containerDefinitions/0/portMappings/0/hostPort";
        const FIRST_OWN: &str = "/containerDefinitions/0/portMappings/0/containerPort";
        const SECOND_OWN: &str = "/containerDefinitions/1/portMappings/0/containerPort";
        const SECOND_HOST: &str = "/containerDefinitions/1/portMappings/0/hostPort";
        type Mappings<'c> = (&'c str, &'c str, &'c str, &'c [(&'c str, &'c str)]);
        let cases: &[Mappings] = &[
            ("awsvpc", HTTP, r#"{"containerPort": 81}"#, &[("pass", "")]),
            ("awsvpc", HTTP, r#"{"containerPort": 80, "protocol": "udp"}"#, &[("pass", "")]),
            ("awsvpc", HTTP, r#"{"containerPort": 80}"#, &[("fail", SECOND_OWN)]),
            ("host", HTTP, r#"{"containerPort": 80}"#, &[("fail", SECOND_OWN)]),
            ("bridge", HTTP, r#"{"containerPort": 80}"#, &[("pass", "")]),
            ("bridge", HTTP, HTTP, &[("fail", SECOND_HOST)]),
            (
                "bridge",
                r#"{"containerPort": 80, "hostPort": 0}"#,
                r#"{"containerPort": 80, "hostPort": 0}"#,
                &[("pass", "")],
            ),
            ("awsvpc", r#"{"containerPort": 80, "hostPort": 8080}"#, "", &[("fail", FIRST_HOST)]),
            ("bridge", r#"{"containerPort": 80, "hostPort": 8080}"#, "", &[("pass", "")]),
            ("none", HTTP, "", &[("fail", FIRST)]),
            ("none", "", "", &[("pass", "")]),
            (
                "bridge",
                r#"{"hostPort": 80}"#,
                "",
                &[("fail", "/containerDefinitions/0/portMappings/0")],
            ),
            ("bridge", r#"{"containerPort": 70000}"#, "", &[("fail", FIRST_OWN)]),
            ("bridge", r#"{"containerPort": 22, "hostPort": 22}"#, "", &[("warn", FIRST_HOST)]),
            ("bridge", r#"{"containerPort": 80, "hostPort": 49153}"#, "", &[("warn", FIRST_HOST)]),
            ("bridge", r#"{"containerPort": 22}"#, "", &[("pass", "")]),
            ("awsvpc", r#"{"containerPort": 22, "hostPort": 22}"#, "", &[("pass", "")]),
            // Whatever is not udp counts as tcp.
            (
                "awsvpc",
                HTTP,
                r#"{"containerPort": 80, "protocol": "http"}"#,
                &[("fail", SECOND_OWN)],
            ),
        ];
        for (mode, first, second, expected) in cases {
            tell(ID, &[(&definition(mode, first, second), "{}", expected)]);
        }
        let partly = definition(
            "awsvpc",
            r#"{"containerPort": "${PORT}"}"#,
            r#"{"containerPort": 80, "hostPort": 8080}"#,
        );
        tell(
            ID,
            &[(
                &partly,
                "{}",
                &[("unknown", "/containerDefinitions/0/portMappings/0"), ("fail", SECOND_HOST)],
            )],
        );
    }
}
