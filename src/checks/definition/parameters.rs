//! `definition-fargate-parameters`

use super::refusal::Host::{
    Ec2Linux, Ec2Windows, External, FargateLinux, FargateWindows, ManagedInstances,
};
use super::refusal::{Judged, Refusal, Set, hosts};
use super::target;
use crate::checks::{Check, whole};
use crate::document::Container;
use crate::document::container::LinuxParameters;
use crate::document::volume::Volume;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, fail};

pub(super) static DEFINITION_FARGATE_PARAMETERS: Check = Check {
    id: "definition-fargate-parameters",
    verifies: "nothing is set that what the task runs on refuses",
    prevents: &[
        "ClientException from RegisterTaskDefinition, naming the parameter",
        "InvalidParameterException: Task definition does not support launch_type <type>.",
    ],
    remedy: "Remove the parameter, or run the task elsewhere",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, parameters),
};

/// Refused by Fargate, and of no meaning on Windows.
const NOT_FARGATE: Refusal =
    Refusal { refuse: &[FargateLinux, FargateWindows], ignore: &[Ec2Windows] };
/// Of no meaning on Windows
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/windows_task_definitions.html>).
const NOT_WINDOWS: Refusal = Refusal { refuse: &[], ignore: &[FargateWindows, Ec2Windows] };
/// Refused by Fargate only.
const ONLY_FARGATE_REFUSES: Refusal =
    Refusal { refuse: &[FargateLinux, FargateWindows], ignore: &[] };
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html>,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html>
const EFS: Refusal = Refusal { refuse: &[FargateWindows, External], ignore: &[Ec2Windows] };
const EBS: Refusal = Refusal { refuse: &[FargateWindows, External], ignore: &[] };
const FSX: Refusal =
    Refusal { refuse: &[FargateLinux, FargateWindows, External], ignore: &[ManagedInstances] };
const NOT_EXTERNAL: Refusal = Refusal { refuse: &[External], ignore: &[] };
const APP_MESH: Refusal = Refusal { refuse: &[External], ignore: &[FargateWindows, Ec2Windows] };
const FIRELENS: Refusal = Refusal { refuse: &[FargateWindows], ignore: &[Ec2Windows] };
const STORAGE: Refusal = Refusal { refuse: &[], ignore: &[Ec2Linux, Ec2Windows, External] };

fn parameters(task: &Task, _: &View) -> Judgement {
    let mut findings = Findings::new();
    findings.part(&task.definition.place, |findings| launch_type(task, findings));
    findings
        .part(task.definition.runtime_platform.place(), |findings| windows_on_arm(task, findings));
    let hosts = match hosts(task) {
        Ok(hosts) => hosts,
        Err(stop) => {
            // What was found before stands, whatever the task runs on.
            findings.stopped(task.definition.runtime_platform.place(), stop);
            return findings.or_pass("nothing is set that what the task runs on refuses");
        }
    };
    let mut judged = Judged { hosts, findings: &mut findings };
    of_task(task, &mut judged);
    of_request(task, &mut judged);
    judged.each(&task.definition.volumes, &[ONLY_FARGATE_REFUSES, EFS, EBS, FSX], volume);
    judged.each(
        &task.definition.container_definitions,
        &[NOT_FARGATE, NOT_WINDOWS, FIRELENS],
        container,
    );
    findings.part(task.definition.ephemeral_storage.place(), |findings| storage(task, findings));
    findings.part(task.definition.inference_accelerators.place(), |findings| {
        accelerators(task, findings)
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
            fail("launchType is MANAGED_INSTANCES, which is asked for with capacityProviderStrategy instead")
                .at(field.place())
                .prevents("InvalidParameterException from the request that starts the task")
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
            fail(format!(
                "{asked} is asked for, and the definition was registered as compatible with {}",
                compatible.join(", ")
            ))
            .at(place)
            .prevents(format!(
                "InvalidParameterException: Task definition does not support launch_type {asked}."
            ))
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
            fail("cpuArchitecture is ARM64, and ECS runs Windows on X86_64 only")
                .at(platform.cpu_architecture.place())
                .remedy("Set cpuArchitecture to X86_64"),
        );
    }
    Ok(())
}

fn of_task(task: &Task, judged: &mut Judged) {
    let definition = &task.definition;
    judged.parameter("ipcMode", Set::text(&definition.ipc_mode), NOT_FARGATE);
    // Fargate shares the process namespace of a task among its containers, never that of a host.
    let shared = |mode: &String| !mode.is_empty() && mode != "task";
    let host_pid = Set::when(&definition.pid_mode, shared);
    judged.parameter("a pidMode other than task", host_pid, ONLY_FARGATE_REFUSES);
    let own_pid = Set::when(&definition.pid_mode, |mode| mode == "task");
    judged.parameter("pidMode", own_pid, NOT_WINDOWS);
    judged.parameter(
        "placementConstraints",
        Set::items(&definition.placement_constraints),
        ONLY_FARGATE_REFUSES,
    );
    judged.parameter(
        "inferenceAccelerators",
        Set::items(&definition.inference_accelerators),
        ONLY_FARGATE_REFUSES,
    );
    judged.parameter("proxyConfiguration", Set::given(&definition.proxy_configuration), APP_MESH);
    judged.parameter(
        "enableFaultInjection",
        Set::truth(&definition.enable_fault_injection),
        NOT_EXTERNAL,
    );
    judged.parameter("ephemeralStorage", Set::given(&definition.ephemeral_storage), STORAGE);
}

/// What a service may not ask of external instances.
fn of_request(task: &Task, judged: &mut Judged) {
    let request = &task.context.request;
    judged.parameter("load balancers", Set::items(&request.load_balancers), NOT_EXTERNAL);
    judged.parameter("service discovery", Set::items(&request.service_registries), NOT_EXTERNAL);
    judged.within(&request.service_connect, &[NOT_EXTERNAL], |judged, connect| {
        judged.parameter("Service Connect", Set::truth(&connect.enabled), NOT_EXTERNAL);
    });
}

fn volume(judged: &mut Judged, volume: &Volume) {
    judged.within(&volume.host, &[ONLY_FARGATE_REFUSES], |judged, host| {
        judged.parameter("host.sourcePath", Set::text(&host.source_path), ONLY_FARGATE_REFUSES);
    });
    judged.parameter("dockerVolumeConfiguration", Set::given(&volume.docker), ONLY_FARGATE_REFUSES);
    judged.parameter("an EFS volume", Set::given(&volume.efs), EFS);
    judged.parameter("an FSx volume", Set::given(&volume.fsx), FSX);
    judged.parameter("an EBS volume", Set::truth(&volume.configured_at_launch), EBS);
}

fn container(judged: &mut Judged, it: &Container) {
    judged.parameter("privileged", Set::truth(&it.privileged), NOT_FARGATE);
    judged.parameter("disableNetworking", Set::truth(&it.disable_networking), NOT_FARGATE);
    judged.parameter("links", Set::items(&it.links), NOT_FARGATE);
    judged.parameter("dnsServers", Set::items(&it.dns_servers), NOT_FARGATE);
    judged.parameter("dnsSearchDomains", Set::items(&it.dns_search_domains), NOT_FARGATE);
    judged.parameter("extraHosts", Set::items(&it.extra_hosts), NOT_FARGATE);
    judged.parameter(
        "dockerSecurityOptions",
        Set::items(&it.docker_security_options),
        ONLY_FARGATE_REFUSES,
    );
    judged.parameter("ulimits", Set::items(&it.ulimits), NOT_WINDOWS);
    judged.parameter("user", Set::text(&it.user), NOT_WINDOWS);
    judged.parameter(
        "readonlyRootFilesystem",
        Set::truth(&it.readonly_root_filesystem),
        NOT_WINDOWS,
    );
    judged.parameter("firelensConfiguration", Set::given(&it.firelens_configuration), FIRELENS);
    judged.each(&it.resource_requirements, &[NOT_FARGATE], |judged, requirement| {
        let special = |kind: &String| kind == "GPU" || kind == "InferenceAccelerator";
        let set = Set::when(&requirement.kind, special);
        judged.parameter("GPUs and accelerators", set, NOT_FARGATE);
    });
    judged.within(&it.log_configuration, &[ONLY_FARGATE_REFUSES], |judged, log| {
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
        let unlike = |driver: &String| {
            !driver.is_empty() && !["awslogs", "splunk", "awsfirelens"].contains(&driver.as_str())
        };
        let set = Set::when(&log.log_driver, unlike);
        judged.parameter(
            "a logDriver other than awslogs, splunk and awsfirelens",
            set,
            ONLY_FARGATE_REFUSES,
        );
    });
    judged.within(&it.linux_parameters, &[NOT_FARGATE, NOT_WINDOWS], linux);
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html>
fn linux(judged: &mut Judged, it: &LinuxParameters) {
    judged.parameter("linuxParameters.devices", Set::items(&it.devices), NOT_FARGATE);
    judged.parameter("linuxParameters.tmpfs", Set::items(&it.tmpfs), NOT_FARGATE);
    for (name, field) in [
        ("linuxParameters.sharedMemorySize", &it.shared_memory_size),
        ("linuxParameters.maxSwap", &it.max_swap),
        ("linuxParameters.swappiness", &it.swappiness),
    ] {
        judged.parameter(name, Set::when(field, |value| *value != 0), NOT_FARGATE);
    }
    judged.within(&it.capabilities, &[NOT_FARGATE], |judged, capabilities| {
        judged.each(&capabilities.add, &[NOT_FARGATE], |judged, added| {
            let other = Set::one(added, added.value != "SYS_PTRACE");
            judged.parameter("capabilities other than SYS_PTRACE", other, NOT_FARGATE);
        });
    });
    judged.parameter(
        "linuxParameters.initProcessEnabled",
        Set::truth(&it.init_process_enabled),
        NOT_WINDOWS,
    );
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html>
fn storage(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    if !task.is_for_fargate()? {
        return Ok(());
    }
    for field in [&task.definition.ephemeral_storage, &task.context.overrides.ephemeral_storage] {
        let Some(storage) = field.get()? else { continue };
        let Some(size) = storage.size_in_gib.get()? else { continue };
        if !(21..=200).contains(size) {
            findings.add(
                fail(format!("ephemeralStorage is {size} GiB, and Fargate offers 21 to 200"))
                    .at(storage.size_in_gib.place())
                    .remedy("Set sizeInGiB to 21 to 200, or leave ephemeralStorage out for 20 GiB"),
            );
        }
    }
    Ok(())
}

/// An accelerator that a container asks for must be one that the task declares.
fn accelerators(task: &Task, findings: &mut Findings) -> Result<(), Stop> {
    let declared = task.definition.inference_accelerators.items()?;
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
                    fail(format!("no accelerator {name} is in inferenceAccelerators"))
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
