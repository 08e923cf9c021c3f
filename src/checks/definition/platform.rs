//! `definition-platform`

use super::target;
use crate::checks::{Check, whole};
use crate::document::{ContextKind, Field, Place, launch};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::{OperatingSystem, ValueFrom};
use crate::placement::fargate;
use crate::placement::platform_version::{PlatformVersion, VERSIONS};
use crate::placement::size::CpuUnits;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable, pass};

pub(super) static DEFINITION_PLATFORM: Check = Check {
    id: "definition-platform",
    verifies: "the platform version exists and has every feature that the task uses",
    prevents: &[
        "PlatformTaskDefinitionIncompatibilityException: The specified platform version does not satisfy the required capabilities of the task definition.",
        "PlatformUnknownException: The specified platform version does not exist.",
        "InvalidParameterException: The platform version must be null when specifying an EC2 launch type.",
    ],
    remedy: "Leave platformVersion out, or set it to LATEST",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, platform),
};

const UNKNOWN: Rule = Rule::quoted(
    "platformVersion is one that Fargate offers",
    "PlatformUnknownException: The specified platform version does not exist.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-06",
);
const ONLY_FARGATE: Rule = Rule::quoted(
    "only requests for Fargate have a platformVersion",
    "InvalidParameterException: The platform version must be null when specifying an EC2 launch type.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const FEATURE: Rule = Rule::quoted(
    "platform version 1.3.0 lacks what came with 1.4.0",
    "PlatformTaskDefinitionIncompatibilityException: The specified platform version does not satisfy the required capabilities of the task definition.",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-versions-changelog.html",
    "2026-06",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    let versions = VERSIONS.iter().map(|it| {
        let offer = if it.offered { "offers" } else { "no longer offers" };
        let claim = format!("Fargate {offer} platform version {} of {}", it.text, it.os).into();
        Rule { claim, words: UNKNOWN.words, source: it.source, seen: it.seen }
    });
    [UNKNOWN, ONLY_FARGATE, FEATURE].into_iter().chain(versions).collect()
}

fn platform(task: &Task, _: &View) -> Judgement {
    let field = &task.context.request.platform_version;
    let written = field.get()?.map(String::as_str).filter(|text| !text.is_empty());
    if let Some(text) = written
        && let Some(judgement) = elsewhere(task, text)?
    {
        return judgement;
    }
    if !task.is_for_fargate()? {
        return not_applicable(target::NOT_FARGATE);
    }
    let Some(text) = written else {
        return pass(
            "no platformVersion is given, so the task runs on LATEST, which has every feature",
        );
    };
    let os = target::operating_system(task)?;
    match PlatformVersion::read(text, os) {
        PlatformVersion::Latest | PlatformVersion::V1_4_0 | PlatformVersion::WindowsV1_0_0 => {
            pass(format!("platform version {text} has every feature that the task uses"))
        }
        PlatformVersion::Retired(text) => UNKNOWN
            .fail(format!("platform version {text} is retired: Fargate starts no tasks on it"))
            .at(field.place())
            .judge(),
        PlatformVersion::V1_3_0 => {
            let mut findings = Findings::new();
            Features { task, findings: &mut findings }.judge();
            findings.or_pass("platform version 1.3.0 has every feature that the task uses")
        }
        PlatformVersion::Unknown(text) => undocumented(&text, os, field),
    }
}

/// A request for anything but Fargate has no platform version.
fn elsewhere(task: &Task, text: &str) -> Result<Option<Judgement>, Stop> {
    let request = &task.context;
    let place = request.request.platform_version.place();
    // A service that exists was accepted with what it says.
    if request.kind == ContextKind::LiveService || target::requests_fargate(task)? == Some(true) {
        return Ok(None);
    }
    let refused = format!("platformVersion is {text}, and only Fargate has platform versions");
    let remedy = "Remove platformVersion";
    if target::own_provider(task)?.is_none() && launch::requested(request)?.is_some() {
        return Ok(Some(ONLY_FARGATE.fail(refused).at(place).remedy(remedy).judge()));
    }
    if task.is_for_fargate()? && target::own_provider(task)?.is_none() {
        return Ok(None);
    }
    let finding = ONLY_FARGATE.warn(format!("{refused}, which nothing requests"));
    Ok(Some(finding.at(place).remedy(remedy).judge()))
}

/// A version that the documentation does not list. One later than those that it lists may exist by now.
fn undocumented(text: &str, os: OperatingSystem, field: &Field<String>) -> Judgement {
    let numbers = |text: &str| -> Option<Vec<u32>> {
        text.split('.').map(|part| part.parse().ok()).collect()
    };
    let latest = VERSIONS.iter().filter(|it| it.os == os).filter_map(|it| numbers(it.text)).max();
    // The versions of Linux are none of Windows.
    let of_other = VERSIONS.iter().any(|it| it.os != os && it.text == text);
    match numbers(text) {
        Some(numbers) if Some(&numbers) > latest.as_ref() && !of_other => Err(Gap::Undecidable {
            why: format!("platform version {text} is later than any that is known to exist"),
        }
        .into()),
        None if text.eq_ignore_ascii_case("LATEST") => Err(Gap::Undecidable {
            why: format!(
                "{} is {text:?}, and AWS documents only LATEST in capitals: write LATEST",
                field.place().subject()
            ),
        }
        .into()),
        _ => UNKNOWN
            .fail(format!("Fargate has no platform version {text} for {os}"))
            .at(field.place())
            .judge(),
    }
}

/// Everything that came with version 1.4.0 of the Linux platform
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-versions-changelog.html>).
struct Features<'t, 'f> {
    task: &'t Task,
    findings: &'f mut Findings,
}

impl Features<'_, '_> {
    fn judge(&mut self) {
        self.of_definition();
        self.of_volumes();
        self.of_containers();
        self.of_request();
    }

    /// Judges one feature: it is used, it is not, or that is not known.
    fn feature(&mut self, name: &str, place: &Place, used: Result<bool, Stop>) {
        self.findings.part(place, |findings| {
            if used? {
                findings.add(
                    FEATURE
                        .fail(format!(
                            "{name} needs platform version 1.4.0, and platformVersion is 1.3.0"
                        ))
                        .at(place),
                );
            }
            Ok(())
        });
    }

    fn of_definition(&mut self) {
        let definition = &self.task.definition;
        let storage = &definition.ephemeral_storage;
        self.feature("ephemeralStorage", storage.place(), storage.get().map(|it| it.is_some()));
        let pid = &definition.pid_mode;
        self.feature(
            "pidMode task",
            pid.place(),
            pid.get().map(|it| it.is_some_and(|text| text == "task")),
        );
        let platform = &definition.runtime_platform;
        let arm = definition.architecture().map(|it| it == Some("ARM64"));
        self.feature("ARM64", platform.place(), arm);
        for cpu in [&definition.cpu, &self.task.context.overrides.cpu] {
            // What cannot be read as a size is judged as a size.
            let large = cpu.get().map(|text| {
                text.and_then(|text| text.parse::<CpuUnits>().ok()).is_some_and(fargate::needs_1_4)
            });
            self.feature("a task of 8 vCPU and more", cpu.place(), large);
        }
    }

    fn of_volumes(&mut self) {
        let volumes = &self.task.definition.volumes;
        let read = match volumes.items() {
            Ok(read) => read,
            Err(stop) => return self.feature("a volume", volumes.place(), Err(stop)),
        };
        for volume in read {
            self.feature(
                "an EFS volume",
                volume.efs.place(),
                volume.efs.get().map(|it| it.is_some()),
            );
            let launched = &volume.configured_at_launch;
            self.feature(
                "an EBS volume",
                launched.place(),
                launched.get().map(|it| it == Some(&true)),
            );
        }
    }

    fn of_containers(&mut self) {
        let containers = &self.task.definition.container_definitions;
        let read = match containers.items() {
            Ok(read) => read,
            Err(stop) => return self.feature("a container", containers.place(), Err(stop)),
        };
        for container in read {
            let files = &container.environment_files;
            self.feature("environmentFiles", files.place(), files.items().map(|it| !it.is_empty()));
            let controls = &container.system_controls;
            let set = controls.items().map(|it| !it.is_empty());
            self.feature("systemControls", controls.place(), set);
            let restart = &container.restart_policy;
            let restarts = restart.get().and_then(|it| match it {
                Some(policy) => Ok(policy.enabled.get()? == Some(&true)),
                None => Ok(false),
            });
            self.feature("restartPolicy", restart.place(), restarts);
            let linux = &container.linux_parameters;
            let traces = linux.get().and_then(|linux| {
                let Some(linux) = linux else { return Ok(false) };
                let Some(capabilities) = linux.capabilities.get()? else { return Ok(false) };
                Ok(capabilities.add.items()?.iter().any(|added| added.value == "SYS_PTRACE"))
            });
            self.feature("the capability SYS_PTRACE", linux.place(), traces);
        }
        for planned in self.task.value_froms() {
            match planned {
                Ok(it) => {
                    // What is no reference at all is judged with the secrets.
                    let in_part = it.value_from.get().map(|_| {
                        matches!(it.reference(), Ok(ValueFrom::Secret(secret))
                            if secret.json_key.is_some() || secret.stage.is_some() || secret.version.is_some())
                    });
                    self.feature(
                        "a JSON key or version of a secret",
                        it.value_from.place(),
                        in_part,
                    );
                }
                Err(unplanned) => self.feature("a secret", &unplanned.place, Err(unplanned.stop)),
            }
        }
    }

    fn of_request(&mut self) {
        let overrides = &self.task.context.overrides.container_overrides;
        for changed in overrides.items().unwrap_or_default() {
            let files = &changed.environment_files;
            self.feature("environmentFiles", files.place(), files.items().map(|it| !it.is_empty()));
        }
        let request = &self.task.context.request;
        let exec = &request.enable_execute_command;
        self.feature("ECS Exec", exec.place(), exec.get().map(|it| it == Some(&true)));
        let connect = &request.service_connect;
        let connected = connect.get().and_then(|it| match it {
            Some(connect) => Ok(connect.enabled.get()? == Some(&true)),
            None => Ok(false),
        });
        self.feature("Service Connect", connect.place(), connected);
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::story::{Case, tell};

    const ID: &str = super::DEFINITION_PLATFORM.id;
    const VERSION: &str = "run.json#/platformVersion";

    fn run(launch: &str, version: &str) -> String {
        format!(r#"{{"launchType": "{launch}", "platformVersion": "{version}"}}"#)
    }

    #[test]
    fn the_version_must_exist_for_what_the_task_runs_on() {
        let linux = r#"{"requiresCompatibilities": ["FARGATE"]}"#;
        let windows = r#"{"requiresCompatibilities": ["FARGATE"], "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}"#;
        for (definition, launch, version, expected) in [
            (linux, "FARGATE", "LATEST", ("pass", "")),
            (linux, "FARGATE", "1.4.0", ("pass", "")),
            (linux, "FARGATE", "1.3.0", ("pass", "")),
            (linux, "FARGATE", "1.2.0", ("fail", VERSION)),
            (linux, "FARGATE", "1.3.9", ("fail", VERSION)),
            (linux, "FARGATE", "1.5.0", ("unknown", "")),
            (linux, "FARGATE", "newest", ("fail", VERSION)),
            (linux, "FARGATE", "latest", ("unknown", "")),
            (linux, "FARGATE", "${VERSION}", ("unknown", "")),
            (windows, "FARGATE", "1.0.0", ("pass", "")),
            (windows, "FARGATE", "1.4.0", ("fail", VERSION)),
            (r#"{"family": "web"}"#, "EC2", "LATEST", ("fail", VERSION)),
        ] {
            tell(ID, &[(definition, &run(launch, version), &[expected])]);
        }
        let cases: &[Case] = &[
            (linux, "{}", &[("pass", "")]),
            (r#"{"family": "web"}"#, "{}", &[("skip", "")]),
            (
                linux,
                r#"{"capacityProviderStrategy": [{"capacityProvider": "mine"}], "platformVersion": "LATEST"}"#,
                &[("warn", VERSION)],
            ),
        ];
        tell(ID, cases);
    }

    #[test]
    fn version_1_3_0_lacks_what_came_with_1_4_0() {
        for (fields, subject) in [
            (r#""ephemeralStorage": {"sizeInGiB": 30}"#, "/ephemeralStorage"),
            (r#""pidMode": "task""#, "/pidMode"),
            (r#""cpu": "8 vCPU""#, "/cpu"),
            (r#""runtimePlatform": {"cpuArchitecture": "ARM64"}"#, "/runtimePlatform"),
            (
                r#""volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#,
                "/volumes/0/efsVolumeConfiguration",
            ),
            (
                r#""volumes": [{"name": "v", "configuredAtLaunch": true}]"#,
                "/volumes/0/configuredAtLaunch",
            ),
            (
                r#""containerDefinitions": [{"environmentFiles": [{"value": "arn:aws:s3:::b/a.env", "type": "s3"}]}]"#,
                "/containerDefinitions/0/environmentFiles",
            ),
            (
                r#""containerDefinitions": [{"restartPolicy": {"enabled": true}}]"#,
                "/containerDefinitions/0/restartPolicy",
            ),
            (
                r#""containerDefinitions": [{"systemControls": [{"namespace": "kernel.sem", "value": "1"}]}]"#,
                "/containerDefinitions/0/systemControls",
            ),
            (
                r#""containerDefinitions": [{"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}]"#,
                "/containerDefinitions/0/linuxParameters",
            ),
            (
                r#""containerDefinitions": [{"secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:key::"}]}]"#,
                "/containerDefinitions/0/secrets/0/valueFrom",
            ),
        ] {
            let definition = format!(r#"{{"requiresCompatibilities": ["FARGATE"], {fields}}}"#);
            tell(ID, &[(&definition, &run("FARGATE", "1.3.0"), &[("fail", subject)])]);
            tell(ID, &[(&definition, &run("FARGATE", "1.4.0"), &[("pass", "")])]);
        }
        let exec = r#"{"launchType": "FARGATE", "platformVersion": "1.3.0", "enableExecuteCommand": true}"#;
        let fargate = r#"{"requiresCompatibilities": ["FARGATE"]}"#;
        tell(ID, &[(fargate, exec, &[("fail", "run.json#/enableExecuteCommand")])]);
    }

    #[test]
    fn given_1_3_0_then_what_cannot_be_told_and_what_it_has_are_told_apart() {
        let cases = [
            (
                r#""secrets": [{"name": "A", "valueFrom": "${SECRET}"}]"#,
                ("unknown", "/containerDefinitions/0/secrets/0/valueFrom"),
            ),
            (
                r#""secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf"}]"#,
                ("pass", ""),
            ),
            (r#""secrets": [{"name": "A", "valueFrom": "/a"}]"#, ("pass", "")),
        ];
        for (container, expected) in cases {
            let definition = format!(
                r#"{{"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{{{container}}}]}}"#
            );
            tell(ID, &[(&definition, &run("FARGATE", "1.3.0"), &[expected])]);
        }
    }
}
