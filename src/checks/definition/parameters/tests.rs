//! Stories of `definition-fargate-parameters`.

use crate::testing::story::{Case, tell};

const ID: &str = super::DEFINITION_FARGATE_PARAMETERS.id;
const WINDOWS: &str = r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;

fn container(target: &str, fields: &str) -> String {
    format!(
        r#"{{"requiresCompatibilities": ["{target}"], "containerDefinitions": [{{{fields}}}]}}"#
    )
}

fn task(target: &str, fields: &str) -> String {
    format!(r#"{{"requiresCompatibilities": ["{target}"], {fields}}}"#)
}

#[test]
fn fargate_refuses_what_reaches_for_the_host() {
    for (fields, at) in [
        (r#""privileged": true"#, "privileged"),
        (r#""disableNetworking": true"#, "disableNetworking"),
        (r#""links": ["db"]"#, "links"),
        (r#""dnsServers": ["10.0.0.2"]"#, "dnsServers"),
        (r#""dnsSearchDomains": ["example.com"]"#, "dnsSearchDomains"),
        (r#""extraHosts": [{"hostname": "a", "ipAddress": "10.0.0.1"}]"#, "extraHosts"),
        (r#""dockerSecurityOptions": ["no-new-privileges"]"#, "dockerSecurityOptions"),
        (r#""logConfiguration": {"logDriver": "json-file"}"#, "logConfiguration/logDriver"),
        (
            r#""resourceRequirements": [{"type": "GPU", "value": "1"}]"#,
            "resourceRequirements/0/type",
        ),
        (r#""linuxParameters": {"sharedMemorySize": 64}"#, "linuxParameters/sharedMemorySize"),
        (r#""linuxParameters": {"maxSwap": 64}"#, "linuxParameters/maxSwap"),
        (
            r#""linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "NET_ADMIN"]}}"#,
            "linuxParameters/capabilities/add/1",
        ),
    ] {
        let at = format!("/containerDefinitions/0/{at}");
        tell(ID, &[(&container("FARGATE", fields), "{}", &[("fail", &at)])]);
        tell(ID, &[(&container("EC2", fields), "{}", &[("pass", "")])]);
        tell(ID, &[(&container("EC2", fields), r#"{"launchType": "FARGATE"}"#, &[("fail", &at)])]);
    }
    for (fields, at) in [
        (r#""ipcMode": "host""#, "/ipcMode"),
        (r#""pidMode": "host""#, "/pidMode"),
        (r#""placementConstraints": [{"type": "memberOf"}]"#, "/placementConstraints"),
        (
            r#""volumes": [{"name": "v", "host": {"sourcePath": "/data"}}]"#,
            "/volumes/0/host/sourcePath",
        ),
        (
            r#""volumes": [{"name": "v", "dockerVolumeConfiguration": {}}]"#,
            "/volumes/0/dockerVolumeConfiguration",
        ),
    ] {
        tell(ID, &[(&task("FARGATE", fields), "{}", &[("fail", at)])]);
        tell(ID, &[(&task("EC2", fields), "{}", &[("pass", "")])]);
    }
}

#[test]
fn what_is_false_or_empty_is_harmless_and_some_things_are_allowed() {
    for fields in [
        r#""privileged": false, "disableNetworking": false, "links": [], "dnsServers": []"#,
        r#""extraHosts": null, "dockerSecurityOptions": [], "resourceRequirements": []"#,
        r#""linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}, "initProcessEnabled": true}"#,
        r#""linuxParameters": {"devices": [], "tmpfs": [], "sharedMemorySize": 0}"#,
        r#""logConfiguration": {"logDriver": "splunk"}, "ulimits": [{"name": "nofile"}], "user": "1000""#,
    ] {
        tell(ID, &[(&container("FARGATE", fields), "{}", &[("pass", "")])]);
    }
    let allowed = r#""pidMode": "task", "ipcMode": "", "placementConstraints": [], "volumes": [{"name": "v", "host": {}}]"#;
    tell(ID, &[(&task("FARGATE", allowed), "{}", &[("pass", "")])]);
}

#[test]
fn an_unresolved_parameter_is_unknown_only_where_it_may_be_refused() {
    let privileged = r#""privileged": "${PRIVILEGED}", "links": ["db"]"#;
    let both = [
        ("unknown", "/containerDefinitions/0/privileged"),
        ("fail", "/containerDefinitions/0/links"),
    ];
    tell(ID, &[(&container("FARGATE", privileged), "{}", &both)]);
    tell(ID, &[(&container("EC2", privileged), "{}", &[("pass", "")])]);
}

#[test]
fn every_place_to_run_has_rules_of_its_own() {
    let efs = r#""volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#;
    const EFS: &str = "/volumes/0/efsVolumeConfiguration";
    let on_windows = |fields: &str| format!("{WINDOWS}, {fields}");
    let arm = r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "ARM64"}"#;
    let cases = [
        (task("FARGATE", efs), ("pass", "")),
        (task("EC2", efs), ("pass", "")),
        (task("EXTERNAL", efs), ("fail", EFS)),
        (task("FARGATE", &on_windows(efs)), ("fail", EFS)),
        (task("EC2", &on_windows(r#""ipcMode": "host""#)), ("warn", "/ipcMode")),
        (task("EC2", arm), ("fail", "/runtimePlatform/cpuArchitecture")),
        (task("EXTERNAL", r#""enableFaultInjection": true"#), ("fail", "/enableFaultInjection")),
        (task("FARGATE", r#""enableFaultInjection": true"#), ("pass", "")),
        (
            task("FARGATE", r#""ephemeralStorage": {"sizeInGiB": 20}"#),
            ("fail", "/ephemeralStorage/sizeInGiB"),
        ),
        (task("FARGATE", r#""ephemeralStorage": {"sizeInGiB": 200}"#), ("pass", "")),
        (task("EC2", r#""ephemeralStorage": {"sizeInGiB": 30}"#), ("fail", "/ephemeralStorage")),
        (
            task("EXTERNAL", r#""ephemeralStorage": {"sizeInGiB": 30}"#),
            ("fail", "/ephemeralStorage"),
        ),
        (r#"{"ephemeralStorage": {"sizeInGiB": 30}}"#.to_owned(), ("warn", "/ephemeralStorage")),
    ];
    for (definition, expected) in &cases {
        tell(ID, &[(definition, "{}", &[*expected])]);
    }
}

#[test]
fn what_aws_announced_counts_where_it_was_announced_for() {
    let on_windows = |target: &str, fields: &str| {
        format!(
            r#"{{"requiresCompatibilities": ["{target}"], {WINDOWS}, "containerDefinitions": [{{{fields}}}]}}"#
        )
    };
    let tmpfs = r#""linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 64}]}"#;
    let restart = r#""restartPolicy": {"enabled": true}"#;
    let reserve = r#""memory": 64, "memoryReservation": 32"#;
    let family = |name: &str| {
        task("FARGATE", &format!(r#""runtimePlatform": {{"operatingSystemFamily": "{name}"}}"#))
    };
    const FAMILY: &str = "/runtimePlatform/operatingSystemFamily";
    let accelerated =
        r#""inferenceAccelerators": [{"deviceName": "d", "deviceType": "eia2.medium"}]"#;
    for (definition, expected) in [
        (container("FARGATE", tmpfs), ("pass", "")),
        (container("MANAGED_INSTANCES", tmpfs), ("pass", "")),
        (on_windows("FARGATE", tmpfs), ("fail", "/containerDefinitions/0/linuxParameters/tmpfs")),
        (container("FARGATE", restart), ("pass", "")),
        (on_windows("EC2", restart), ("pass", "")),
        (on_windows("FARGATE", restart), ("fail", "/containerDefinitions/0/restartPolicy/enabled")),
        (on_windows("EC2", reserve), ("warn", "/containerDefinitions/0/memoryReservation")),
        (container("EC2", reserve), ("pass", "")),
        (task("EC2", accelerated), ("fail", "/inferenceAccelerators")),
        (task("FARGATE", accelerated), ("fail", "/inferenceAccelerators")),
        (family("WINDOWS_SERVER_2019_FULL"), ("pass", "")),
        (family("WINDOWS_SERVER_2016_FULL"), ("fail", FAMILY)),
        (family("WINDOWS_SERVER_2025_CORE"), ("warn", FAMILY)),
    ] {
        tell(ID, &[(&definition, "{}", &[expected])]);
    }
}

#[test]
fn the_launch_type_must_be_one_that_the_definition_was_registered_for() {
    const AT: &str = "run.json#/launchType";
    let registered = r#"{"revision": 1, "compatibilities": ["EC2"]}"#;
    let cases: &[Case] = &[
        (registered, r#"{"launchType": "EC2"}"#, &[("pass", "")]),
        (registered, r#"{"launchType": "FARGATE"}"#, &[("fail", AT)]),
        (
            registered,
            r#"{"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}"#,
            &[("fail", "run.json#/capacityProviderStrategy")],
        ),
        (registered, r#"{"launchType": "MANAGED_INSTANCES"}"#, &[("fail", AT)]),
        // A file is judged by the rules of the launch type alone.
        (
            r#"{"requiresCompatibilities": ["EC2"]}"#,
            r#"{"launchType": "FARGATE"}"#,
            &[("pass", "")],
        ),
    ];
    tell(ID, cases);
}
