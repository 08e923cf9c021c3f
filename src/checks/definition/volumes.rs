//! `volumes`, for `definition-schema`: each is of one kind, and its settings fit together
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html>, seen 2026-11).

use super::target;
use crate::document::volume::{DockerVolume, Volume};
use crate::document::{Field, Place};
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const ONE_KIND: Rule = Rule::quoted(
    "a volume is of one kind",
    "ClientException: When the volume parameter is specified, only one volume configuration type should be used.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html",
    "2026-11-30",
);
const OF_THE_TASK: Rule = Rule::quoted(
    "a volume with the scope task is always provisioned",
    "ClientException: When 'scope' parameter is 'task', 'autoprovision' must either not be specified or set to 'True'.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DockerVolumeConfiguration.html",
    "2026-11-30",
);
const BY_THE_AGENT: Rule = Rule::quoted(
    "autoprovision is for shared volumes",
    "volume [<name>] : task scoped volume could not be autoprovisioned",
    "https://github.com/aws/amazon-ecs-agent/blob/master/agent/taskresource/volume/dockervolume.go",
    "2026-06-30",
);
const ON_WINDOWS: Rule = Rule::unquoted(
    "Docker volumes of Windows have the driver local",
    "the volume cannot be created",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Volume.html",
    "2026-11-30",
);
const PORT_ENCRYPTS: Rule = Rule::quoted(
    "transitEncryptionPort needs transitEncryption",
    "ClientException: TransitEncryptionPort requires that TransitEncryption is enabled.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const PORT_RANGE: Rule = Rule::unquoted(
    "transitEncryptionPort is a port",
    "RegisterTaskDefinition refuses it, or the volume is not mounted",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] =
    &[ONE_KIND, OF_THE_TASK, BY_THE_AGENT, ON_WINDOWS, PORT_ENCRYPTS, PORT_RANGE];

pub(super) fn judge(task: &Task, found: &mut Findings) {
    let volumes = task.definition.volumes.items().unwrap_or_default();
    for volume in volumes {
        one_kind(volume, found);
        if let Ok(Some(docker)) = volume.docker.get() {
            let name = volume.name.get().ok().flatten().map_or("", String::as_str);
            found.part(&docker.place, |found| provisioning(name, docker, found));
            found.part(docker.driver.place(), |found| driver_on_windows(task, docker, found));
        }
        mount_ports(volume, found);
    }
    if task.documents_only {
        mounts(task, found);
    }
}

/// What `efs-access-point`, `efs-file-system` and `volume-driver` report without asking the account. If
/// the account is asked, they report it.
fn mounts(task: &Task, found: &mut Findings) {
    for it in task.efs_volumes().into_iter().flatten() {
        found.part(&it.volume.place, |found| it.encryption(found));
        found.part(&it.volume.place, |found| it.root_directory(found));
    }
    for volume in task.definition.volumes.items().unwrap_or_default() {
        if let Ok(Some(files)) = volume.s3_files.get() {
            found.part(&volume.place, |found| crate::task::root_directory(files, found));
        }
    }
}

fn one_kind(volume: &Volume, found: &mut Findings) {
    let given =
        |name: &'static str, place: &Place, is_given: bool| is_given.then(|| (name, place.clone()));
    let launched = volume.configured_at_launch.get() == Ok(Some(&true));
    let kinds: Vec<_> = [
        given("host", volume.host.place(), is_set(&volume.host)),
        given("dockerVolumeConfiguration", volume.docker.place(), is_set(&volume.docker)),
        given("efsVolumeConfiguration", volume.efs.place(), is_set(&volume.efs)),
        given("s3filesVolumeConfiguration", volume.s3_files.place(), is_set(&volume.s3_files)),
        given("fsxWindowsFileServerVolumeConfiguration", volume.fsx.place(), is_set(&volume.fsx)),
        given("configuredAtLaunch", volume.configured_at_launch.place(), launched),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let [(first, _), (second, place), ..] = kinds.as_slice() {
        found.add(
            ONE_KIND
                .fail(format!(
                    "the volume has both {first} and {second}, but only one kind is allowed"
                ))
                .at(place)
                .remedy(format!("Remove {first} or {second}")),
        );
    }
}

fn is_set<T>(field: &Field<T>) -> bool {
    !field.is_missing()
}

fn provisioning(name: &str, docker: &DockerVolume, found: &mut Findings) -> Result<(), Stop> {
    let is_of_task = docker.scope.get()?.is_none_or(|scope| scope == "task");
    let Some(&provisioned) = docker.autoprovision.get()? else { return Ok(()) };
    if !is_of_task {
        return Ok(());
    }
    let finding = match provisioned {
        false => OF_THE_TASK
            .fail("autoprovision is false, but ECS always provisions a volume with scope task"),
        true => BY_THE_AGENT
            .warn("autoprovision is true, but it is only for volumes with scope shared")
            .naming("<name>", name),
    };
    found.add(finding.at(docker.autoprovision.place()).remedy("Remove autoprovision"));
    Ok(())
}

fn driver_on_windows(task: &Task, docker: &DockerVolume, found: &mut Findings) -> Result<(), Stop> {
    let Some(driver) = docker.driver.get()?.filter(|it| !it.is_empty() && *it != "local") else {
        return Ok(());
    };
    if target::operating_system(task)? == OperatingSystem::Windows {
        found.add(
            ON_WINDOWS
                .warn(format!("driver is `{driver}`, but Windows supports only local"))
                .at(docker.driver.place())
                .remedy("Set driver to local"),
        );
    }
    Ok(())
}

fn mount_ports(volume: &Volume, found: &mut Findings) {
    if let Ok(Some(efs)) = volume.efs.get() {
        let port = &efs.transit_encryption_port;
        in_range(port, found);
        found.part(port.place(), |found| {
            let encrypted =
                efs.transit_encryption.get()?.is_some_and(|it| it.as_str() == "ENABLED");
            if port.get()?.is_some() && !encrypted {
                found.add(
                    PORT_ENCRYPTS
                        .fail("transitEncryptionPort is set, but transitEncryption is not ENABLED")
                        .at(port.place())
                        .remedy(
                            "Set transitEncryption to ENABLED, or remove transitEncryptionPort",
                        ),
                );
            }
            Ok(())
        });
    }
    if let Ok(Some(files)) = volume.s3_files.get() {
        in_range(&files.transit_encryption_port, found);
    }
}

fn in_range(port: &Field<i64>, found: &mut Findings) {
    if let Ok(Some(number)) = port.get()
        && !(1..=65535).contains(number)
    {
        found.add(
            PORT_RANGE
                .fail(format!("transitEncryptionPort is {number}, but ports are 1 to 65535"))
                .at(port.place())
                .remedy("Leave transitEncryptionPort out, so that a free port is taken"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: Told = (Pass, "", "known");

    fn volume(fields: &str) -> Story {
        Story::task(&format!(r#""volumes": [{{"name": "v", {fields}}}]"#))
    }

    #[test]
    fn a_volume_is_of_one_kind() {
        let efs = r#""efsVolumeConfiguration": {"fileSystemId": "fs-1"}"#;
        let docker = r#""dockerVolumeConfiguration": {"scope": "shared"}"#;
        for (fields, told) in [
            (efs.to_owned(), HELD),
            (format!(r#"{efs}, "configuredAtLaunch": false"#), HELD),
            (
                format!(r#""host": {{}}, {efs}"#),
                (Fail, "/volumes/0/efsVolumeConfiguration", "both host and"),
            ),
            (
                format!(r#"{docker}, "host": {{"sourcePath": "/d"}}"#),
                (Fail, "/volumes/0/dockerVolumeConfiguration", "both host and"),
            ),
            (
                format!(r#"{efs}, "configuredAtLaunch": true"#),
                (Fail, "/volumes/0/configuredAtLaunch", "both efs"),
            ),
        ] {
            volume(&fields).ends(&DEFINITION_SCHEMA, &[told]);
        }
    }

    #[test]
    fn a_docker_volume_of_the_task_is_provisioned_by_itself() {
        let at = "/volumes/0/dockerVolumeConfiguration/autoprovision";
        for (fields, told) in [
            (r#""scope": "shared", "autoprovision": true"#, HELD),
            (r#""scope": "shared", "autoprovision": false"#, HELD),
            (r#""scope": "task""#, HELD),
            (r#""scope": "task", "autoprovision": false"#, (Fail, at, "ECS always provisions")),
            (r#""autoprovision": false"#, (Fail, at, "ECS always provisions")),
            (
                r#""scope": "task", "autoprovision": true"#,
                (Warn, at, "only for volumes with scope shared"),
            ),
            (
                r#""scope": "${SCOPE}", "autoprovision": true"#,
                (Unknown, "/volumes/0/dockerVolumeConfiguration", "placeholder"),
            ),
        ] {
            volume(&format!(r#""dockerVolumeConfiguration": {{{fields}}}"#))
                .ends(&DEFINITION_SCHEMA, &[told]);
        }
        let windows = r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "volumes": [{"name": "v", "dockerVolumeConfiguration": {"scope": "shared", "driver": "rexray"}}]"#;
        Story::task(windows).ends(
            &DEFINITION_SCHEMA,
            &[(Warn, "/volumes/0/dockerVolumeConfiguration/driver", "only local")],
        );
    }

    #[test]
    fn the_port_of_the_encryption_needs_encryption() {
        let at = "/volumes/0/efsVolumeConfiguration/transitEncryptionPort";
        for (fields, told) in [
            (r#""transitEncryption": "ENABLED", "transitEncryptionPort": 2999"#, HELD),
            (r#""transitEncryptionPort": 2999"#, (Fail, at, "not ENABLED")),
            (
                r#""transitEncryption": "DISABLED", "transitEncryptionPort": 2999"#,
                (Fail, at, "not ENABLED"),
            ),
            (
                r#""transitEncryption": "ENABLED", "transitEncryptionPort": 70000"#,
                (Fail, at, "1 to 65535"),
            ),
            (
                r#""transitEncryption": "${ENCRYPTION}", "transitEncryptionPort": 2999"#,
                (Unknown, at, "placeholder"),
            ),
        ] {
            volume(&format!(r#""efsVolumeConfiguration": {{"fileSystemId": "fs-1", {fields}}}"#))
                .ends(&DEFINITION_SCHEMA, &[told]);
        }
    }

    #[test]
    fn without_an_account_the_document_alone_decides_how_efs_is_mounted() {
        let point = r#""authorizationConfig": {"accessPointId": "fsap-1"}"#;
        let at = "/volumes/0/efsVolumeConfiguration";
        for (fields, told) in [
            (format!(r#""transitEncryption": "ENABLED", {point}"#), HELD),
            (format!(r#""transitEncryption": "ENABLED", "rootDirectory": "/", {point}"#), HELD),
            (point.to_owned(), (Fail, at, "transitEncryption is not ENABLED")),
            (
                r#""authorizationConfig": {"iam": "ENABLED"}"#.to_owned(),
                (Fail, at, "transitEncryption is not ENABLED"),
            ),
            (
                format!(r#""transitEncryption": "ENABLED", "rootDirectory": "/d", {point}"#),
                (Fail, "/volumes/0/efsVolumeConfiguration/rootDirectory", "rootDirectory is /d"),
            ),
        ] {
            let fields =
                format!(r#""efsVolumeConfiguration": {{"fileSystemId": "fs-1", {fields}}}"#);
            volume(&fields).without_account().ends(&DEFINITION_SCHEMA, &[told]);
            // The checks of the group volumes say the same where there is an account.
            volume(&fields).ends(&DEFINITION_SCHEMA, &[HELD]);
        }
    }
}
