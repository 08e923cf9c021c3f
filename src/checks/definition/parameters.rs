//! `definition-fargate-parameters`

use super::refusal::{Judged, Refusal, Set, hosts};
use super::{managed, placement, system_controls, target};
use crate::checks::{Check, whole};
use crate::document::Container;
use crate::document::container::LinuxParameters;
use crate::document::volume::Volume;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule};

mod family;
mod storage;
pub(super) mod table;

pub(super) static DEFINITION_FARGATE_PARAMETERS: Check = Check {
    id: "definition-fargate-parameters",
    verifies: "nothing is set that what the task runs on refuses",
    prevents: &[
        "ClientException: Fargate compatible task definitions do not support <parameter>",
        "ClientException: Tasks using the EC2 launch type do not support EphemeralStorage.",
        "ClientException: Unsupported field 'inferenceAccelerators'.",
        "InvalidParameterException: Placement constraints are not supported with FARGATE launch type.",
    ],
    remedy: "Remove the parameter, or run the task elsewhere",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, parameters),
};

const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";
const LAUNCH_TYPE: Rule = Rule::unquoted(
    "the launch type is among the compatibilities of the registered definition",
    "InvalidParameterException from the request that starts the task",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-06",
);
const MANAGED: Rule = Rule::unquoted(
    "Managed Instances are requested with capacityProviderStrategy, not with launchType",
    "InvalidParameterException from the request that starts the task",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-06",
);
const WINDOWS_ON_ARM: Rule = Rule::unquoted(
    "Windows runs on X86_64 only",
    "RegisterTaskDefinition refuses it, or no instance can run the task",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html",
    "2026-06",
);
const ACCELERATORS: Rule = Rule::quoted(
    "inferenceAccelerators is not supported any more",
    "ClientException: Unsupported field 'inferenceAccelerators'.",
    DEPLOYED,
    "2026-09",
);
const UNDECLARED: Rule = Rule::unquoted(
    "an InferenceAccelerator requirement names a device of inferenceAccelerators",
    "RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html",
    "2026-06",
);
/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    let request = [LAUNCH_TYPE, MANAGED];
    let definition = [WINDOWS_ON_ARM, ACCELERATORS, UNDECLARED];
    let storage = [storage::ONLY_FARGATE, storage::AT_LEAST, storage::AT_MOST];
    let others = request.into_iter().chain(definition).chain(storage);
    table::TABLE.iter().map(Refusal::rule).chain(family::rules()).chain(others).collect()
}

fn parameters(task: &Task, _: &View) -> Judgement {
    let mut findings = Findings::new();
    let definition = &task.definition;
    findings.part(&definition.place, |findings| launch_type(task, findings));
    findings.part(definition.runtime_platform.place(), |findings| {
        windows_on_arm(task, findings)?;
        family::judge(task, findings)
    });
    let accelerated = &definition.inference_accelerators;
    findings.part(accelerated.place(), |findings| accelerators(task, findings));
    let hosts = match hosts(task) {
        Ok(hosts) => hosts,
        Err(stop) => {
            findings.stopped(task.definition.runtime_platform.place(), stop);
            return findings.or_pass("nothing is set that what the task runs on refuses");
        }
    };
    let mut judged = Judged { table: table::TABLE, hosts, findings: &mut findings };
    of_task(task, &mut judged);
    of_request(task, &mut judged);
    judged.each(&definition.volumes, &VOLUME, volume);
    judged.each(&definition.container_definitions, &CONTAINER, container);
    managed::judge(task, &mut findings);
    placement::judge(task, &mut findings);
    system_controls::judge(task, &mut findings);
    findings.part(definition.ephemeral_storage.place(), |findings| {
        storage::only_fargate(task, findings)?;
        storage::range(task, findings)
    });
    findings.or_pass("nothing is set that what the task runs on refuses")
}

/// What a registered definition was found to be compatible with, and how Managed Instances are asked
/// for (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>).
fn launch_type(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    let request = &task.context.request;
    let field = &request.launch_type;
    let written = field.get()?.map(String::as_str);
    if written == Some("MANAGED_INSTANCES") {
        findings.add(
            MANAGED
                .fail("launchType is MANAGED_INSTANCES, and Managed Instances are requested with capacityProviderStrategy")
                .at(field.place())
                .remedy("Remove launchType and name the capacity provider in capacityProviderStrategy"),
        );
    }
    let fargate = target::requests_fargate(task)? == Some(true);
    let asked = if fargate { Some("FARGATE") } else { written };
    let compatible = task.definition.compatibilities.items()?;
    let Some(asked) = asked.filter(|it| ["FARGATE", "EC2", "EXTERNAL"].contains(it)) else {
        return Ok(());
    };
    if !compatible.is_empty() && !compatible.iter().any(|it| it == asked) {
        let strategy = request.capacity_provider_strategy.place();
        let place = if field.is_missing() { strategy } else { field.place() };
        findings.add(
            LAUNCH_TYPE
                .fail(format!(
                    "the request is for {asked}, and the definition was registered as compatible with {}",
                    compatible.join(", ")
                ))
                .at(place)
                .remedy(format!("Register the definition with {asked} in requiresCompatibilities")),
        );
    }
    Ok(())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html>
fn windows_on_arm(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    let Some(platform) = task.definition.runtime_platform.get()? else { return Ok(()) };
    let arm = task.definition.architecture()? == Some("ARM64");
    if arm && target::operating_system(task)? == OperatingSystem::Windows {
        findings.add(
            WINDOWS_ON_ARM
                .fail("cpuArchitecture is ARM64, and ECS runs Windows on X86_64 only")
                .at(platform.cpu_architecture.place())
                .remedy("Set cpuArchitecture to X86_64"),
        );
    }
    Ok(())
}

fn of_task(task: &Task, judged: &mut Judged) {
    let definition = &task.definition;
    judged.parameter("ipcMode", Set::text(&definition.ipc_mode));
    // Fargate shares the process namespace of a task among its containers, never that of a host.
    let shared = |mode: &String| !mode.is_empty() && mode != "task";
    let host_pid = Set::when(&definition.pid_mode, shared);
    judged.parameter("a pidMode other than task", host_pid);
    let own_pid = Set::when(&definition.pid_mode, |mode| mode == "task");
    judged.parameter("pidMode", own_pid);
    judged.parameter("placementConstraints", Set::items(&definition.placement_constraints));
    judged.parameter("proxyConfiguration", Set::given(&definition.proxy_configuration));
    judged.parameter("enableFaultInjection", Set::truth(&definition.enable_fault_injection));
}

/// What a service may not ask of external instances.
fn of_request(task: &Task, judged: &mut Judged) {
    let request = &task.context.request;
    judged.parameter("load balancers", Set::items(&request.load_balancers));
    judged.parameter("service discovery", Set::items(&request.service_registries));
    judged.within(&request.service_connect, &["Service Connect"], |judged, connect| {
        judged.parameter("Service Connect", Set::truth(&connect.enabled));
    });
}

fn volume(judged: &mut Judged, volume: &Volume) {
    judged.within(&volume.host, &["host.sourcePath"], |judged, host| {
        judged.parameter("host.sourcePath", Set::text(&host.source_path));
    });
    judged.parameter("dockerVolumeConfiguration", Set::given(&volume.docker));
    judged.parameter("an EFS volume", Set::given(&volume.efs));
    judged.parameter("an FSx volume", Set::given(&volume.fsx));
    judged.parameter("an EBS volume", Set::truth(&volume.configured_at_launch));
}

const DRIVER: &str = "a logDriver other than awslogs, splunk and awsfirelens";
const CAPABILITY: &str = "capabilities other than SYS_PTRACE";
const LINUX: [&str; 7] = [
    "linuxParameters.devices",
    "linuxParameters.tmpfs",
    "linuxParameters.sharedMemorySize",
    "linuxParameters.maxSwap",
    "linuxParameters.swappiness",
    "linuxParameters.initProcessEnabled",
    CAPABILITY,
];
const VOLUME: [&str; 5] = [
    "host.sourcePath",
    "dockerVolumeConfiguration",
    "an EFS volume",
    "an FSx volume",
    "an EBS volume",
];
/// What is in a container: any place that refuses one of these refuses `privileged` or `user`.
const CONTAINER: [&str; 2] = ["privileged", "user"];

fn container(judged: &mut Judged, it: &Container) {
    judged.parameter("privileged", Set::truth(&it.privileged));
    judged.parameter("disableNetworking", Set::truth(&it.disable_networking));
    judged.parameter("links", Set::items(&it.links));
    judged.parameter("dnsServers", Set::items(&it.dns_servers));
    judged.parameter("dnsSearchDomains", Set::items(&it.dns_search_domains));
    judged.parameter("extraHosts", Set::items(&it.extra_hosts));
    judged.parameter("dockerSecurityOptions", Set::items(&it.docker_security_options));
    judged.parameter("ulimits", Set::items(&it.ulimits));
    judged.parameter("user", Set::text(&it.user));
    judged.parameter("readonlyRootFilesystem", Set::truth(&it.readonly_root_filesystem));
    judged.parameter("memoryReservation", Set::when(&it.memory_reservation, |mib| *mib > 0));
    judged.parameter("firelensConfiguration", Set::given(&it.firelens_configuration));
    judged.within(&it.restart_policy, &["restartPolicy"], |judged, policy| {
        judged.parameter("restartPolicy", Set::truth(&policy.enabled));
    });
    judged.each(&it.resource_requirements, &["GPUs"], |judged, requirement| {
        judged.parameter("GPUs", Set::when(&requirement.kind, |kind| kind == "GPU"));
    });
    judged.within(&it.log_configuration, &[DRIVER], |judged, log| {
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
        let unlike = |driver: &String| {
            !driver.is_empty() && !["awslogs", "splunk", "awsfirelens"].contains(&driver.as_str())
        };
        let name = log.log_driver.get().ok().flatten().map_or("", String::as_str);
        judged.parameter(DRIVER, Set::when(&log.log_driver, unlike).named("<driver>", name));
    });
    judged.within(&it.linux_parameters, &LINUX, linux);
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html>
fn linux(judged: &mut Judged, it: &LinuxParameters) {
    judged.parameter("linuxParameters.devices", Set::items(&it.devices));
    judged.parameter("linuxParameters.tmpfs", Set::items(&it.tmpfs));
    for (name, field) in [
        ("linuxParameters.sharedMemorySize", &it.shared_memory_size),
        ("linuxParameters.maxSwap", &it.max_swap),
        ("linuxParameters.swappiness", &it.swappiness),
    ] {
        judged.parameter(name, Set::when(field, |value| *value != 0));
    }
    judged.within(&it.capabilities, &[CAPABILITY], |judged, capabilities| {
        judged.each(&capabilities.add, &[CAPABILITY], |judged, added| {
            let other = Set::one(added, added.value != "SYS_PTRACE");
            judged.parameter(CAPABILITY, other.named("<capability>", &added.value));
        });
    });
    judged.parameter("linuxParameters.initProcessEnabled", Set::truth(&it.init_process_enabled));
}

/// Elastic Inference has ended. A container could require only an accelerator that the task declares.
fn accelerators(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    let declared = task.definition.inference_accelerators.items()?;
    if !declared.is_empty() {
        findings.add(
            ACCELERATORS
                .fail("inferenceAccelerators is set, and ECS does not support it any more")
                .at(task.definition.inference_accelerators.place())
                .remedy("Remove inferenceAccelerators and the resourceRequirements that name them"),
        );
    }
    for container in
        task.definition.container_definitions.get().ok().flatten().into_iter().flatten()
    {
        for requirement in
            container.resource_requirements.get().ok().flatten().into_iter().flatten()
        {
            if requirement.kind.get().ok().flatten().map(String::as_str)
                != Some("InferenceAccelerator")
            {
                continue;
            }
            let Some(name) = requirement.value.get()? else { continue };
            let mut found = false;
            for accelerator in declared {
                found |= accelerator.device_name.get()? == Some(name);
            }
            if !found {
                findings.add(
                    UNDECLARED
                        .fail(format!("no accelerator {name} is in inferenceAccelerators"))
                        .at(requirement.value.place())
                        .remedy("Name a deviceName of inferenceAccelerators"),
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
