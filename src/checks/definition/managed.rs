//! What only some places to run offer: Managed Instances, Windows and GPUs, for
//! `definition-fargate-parameters`.

use super::target;
use crate::document::{Container, LaunchTarget, Place};
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Finding, Findings, Rule};

const NEURON: Rule = Rule::unquoted(
    "NeuronDevice is for Managed Instances",
    "RegisterTaskDefinition refuses the definition, or no instance offers the device",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html",
    "2026-11-30",
);
const TRUSTED: Rule = Rule::unquoted(
    "trustedExecutionConfiguration is for Managed Instances",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
    "2026-11-30",
);
const ATTESTED: Rule = Rule::unquoted(
    "CONFIDENTIAL_SANDBOX needs an attestationPolicy",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html",
    "2026-11-30",
);
const SHARING: Rule = Rule::unquoted(
    "GPUs are shared on EC2 and Managed Instances only",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ResourceRequirement.html",
    "2026-11-30",
);
const FSX: Rule = Rule::unquoted(
    "FSx for Windows File Server is for Windows tasks",
    "ATTRIBUTE: no Linux instance has ecs.capability.fsxWindowsFileServer",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/wfsx-volumes.html",
    "2026-11-30",
);
const INJECTION: Rule = Rule::unquoted(
    "fault injection is not available on Windows",
    "the definition may be refused, and no fault can be injected",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fault-injection.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[NEURON, TRUSTED, ATTESTED, SHARING, FSX, INJECTION];

/// Judges it, where it is known what the task runs on.
pub(super) fn judge(task: &Task, findings: &mut Findings) {
    let Ok(targets) = task.launch_targets() else { return };
    for container in task.definition.container_definitions.items().unwrap_or_default() {
        devices(task, container, &targets, findings);
    }
    let trusted = &task.definition.trusted_execution;
    findings.part(trusted.place(), |findings| isolation(task, &targets, findings));
    let windows = target::operating_system(task);
    // Such a definition is registered, and its tasks find no instance.
    for volume in task.definition.volumes.items().unwrap_or_default() {
        let on_linux =
            windows == Ok(OperatingSystem::Linux) && targets.contains(&LaunchTarget::Ec2);
        if on_linux && !volume.fsx.is_missing() {
            findings.add(
                FSX.warn("Linux tasks cannot mount FSx for Windows File Server")
                    .at(volume.fsx.place())
                    .remedy("Set runtimePlatform.operatingSystemFamily to a version of Windows, or use another file system"),
            );
        }
    }
    let injection = &task.definition.enable_fault_injection;
    if injection.get() == Ok(Some(&true)) && windows == Ok(OperatingSystem::Windows) {
        findings.add(
            INJECTION
                .warn("fault injection is not available on Windows")
                .at(injection.place())
                .remedy("Remove enableFaultInjection"),
        );
    }
}

fn devices(task: &Task, container: &Container, targets: &[LaunchTarget], findings: &mut Findings) {
    for required in container.resource_requirements.items().unwrap_or_default() {
        if required.kind.get().is_ok_and(|kind| kind.is_some_and(|it| it == "NeuronDevice")) {
            only_managed(task, NEURON, "NeuronDevice", required.kind.place(), targets, findings);
        }
        let outside = targets.contains(&LaunchTarget::External);
        if outside && !required.sharing_strategy.is_missing() {
            findings.add(
                SHARING
                    .fail("external instances do not support sharingStrategy")
                    .at(required.sharing_strategy.place())
                    .remedy("Remove sharingStrategy, and give value"),
            );
        }
    }
}

fn isolation(task: &Task, targets: &[LaunchTarget], findings: &mut Findings) -> Result<(), Stop> {
    let Some(trusted) = task.definition.trusted_execution.get()? else { return Ok(()) };
    let mode = trusted.isolation_mode.get()?.map_or("SHARED", String::as_str);
    let place = trusted.isolation_mode.place();
    if mode == "CONFIDENTIAL_SANDBOX" && trusted.attestation_policy.is_missing() {
        findings.add(
            ATTESTED
                .fail("isolationMode is CONFIDENTIAL_SANDBOX, and attestationPolicy is missing")
                .at(place)
                .remedy("Add attestationPolicy"),
        );
    }
    if mode != "SHARED" {
        only_managed(task, TRUSTED, "trustedExecutionConfiguration", place, targets, findings);
    }
    Ok(())
}

/// A definition that names no compatibilities may still be run on Managed Instances.
fn only_managed(
    task: &Task,
    rule: Rule,
    name: &str,
    place: &Place,
    targets: &[LaunchTarget],
    findings: &mut Findings,
) {
    let managed = |it: &&LaunchTarget| {
        matches!(it, LaunchTarget::ManagedInstances | LaunchTarget::OwnProvider)
    };
    if targets.iter().all(|it| managed(&it)) {
        return;
    }
    let said = task.definition.requires_compatibilities.items().is_ok_and(|it| !it.is_empty())
        || !task.context.request.launch_type.is_missing();
    let message = format!("only Managed Instances support {name}");
    let finding: Finding = if said { rule.fail(message) } else { rule.warn(message) };
    findings.add(
        finding
            .at(place)
            .remedy(format!("Set requiresCompatibilities to MANAGED_INSTANCES, or remove {name}")),
    );
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    const ID: &str = "definition-fargate-parameters";
    const WINDOWS: &str =
        r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;

    fn task(target: &str, fields: &str) -> String {
        let target = match target {
            "" => String::new(),
            target => format!(r#""requiresCompatibilities": ["{target}"], "#),
        };
        format!("{{{target}{fields}}}")
    }

    #[test]
    fn some_devices_and_isolation_are_for_managed_instances() {
        let neuron = r#""containerDefinitions": [{"name": "a", "resourceRequirements": [{"type": "NeuronDevice", "value": "ALL"}]}]"#;
        let mps = r#""containerDefinitions": [{"name": "a", "resourceRequirements": [{"type": "GPU", "sharingStrategy": {"nvidiaMps": {"memory": 1024}}}]}]"#;
        let trusted = |mode: &str, policy: &str| {
            format!(r#""trustedExecutionConfiguration": {{"isolationMode": "{mode}"{policy}}}"#)
        };
        let device = "/containerDefinitions/0/resourceRequirements/0/type";
        let mode = "/trustedExecutionConfiguration/isolationMode";
        for (target, fields, expected) in [
            ("MANAGED_INSTANCES", neuron.to_owned(), ("pass", "")),
            ("EC2", neuron.to_owned(), ("fail", device)),
            ("FARGATE", neuron.to_owned(), ("fail", device)),
            ("", neuron.to_owned(), ("warn", device)),
            ("EC2", mps.to_owned(), ("pass", "")),
            (
                "EXTERNAL",
                mps.to_owned(),
                ("fail", "/containerDefinitions/0/resourceRequirements/0/sharingStrategy"),
            ),
            ("MANAGED_INSTANCES", trusted("ISOLATED_SANDBOX", ""), ("pass", "")),
            ("FARGATE", trusted("SHARED", ""), ("pass", "")),
            ("FARGATE", trusted("ISOLATED_SANDBOX", ""), ("fail", mode)),
            ("MANAGED_INSTANCES", trusted("CONFIDENTIAL_SANDBOX", ""), ("fail", mode)),
            (
                "MANAGED_INSTANCES",
                trusted("CONFIDENTIAL_SANDBOX", r#", "attestationPolicy": "e30=""#),
                ("pass", ""),
            ),
        ] {
            tell(ID, &[(&task(target, &fields), "{}", &[expected])]);
        }
    }

    #[test]
    fn windows_and_linux_each_have_what_the_other_lacks() {
        let fsx = r#""volumes": [{"name": "v", "fsxWindowsFileServerVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#;
        let fault = r#""networkMode": "awsvpc", "enableFaultInjection": true"#;
        for (fields, expected) in [
            (fsx.to_owned(), ("warn", "/volumes/0/fsxWindowsFileServerVolumeConfiguration")),
            (format!("{WINDOWS}, {fsx}"), ("pass", "")),
            (fault.to_owned(), ("pass", "")),
            (format!("{WINDOWS}, {fault}"), ("warn", "/enableFaultInjection")),
        ] {
            tell(ID, &[(&task("EC2", &fields), "{}", &[expected])]);
        }
    }
}
