//! `volume-driver`

use serde_json::{Value, json};

use super::{ec2, efs, fargate};
use crate::checks::volumes::volume_driver::VOLUME_DRIVER;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::mounts::{Account, REGION, with};
use crate::testing::account::registered;
use crate::testing::story::Story;

const AT: &str = "/volumes/0";
const IN_PROD: &str = r#"{"count": 1, "cluster": "prod", "launchType": "EC2"}"#;

fn docker(driver: &str) -> String {
    format!(r#""dockerVolumeConfiguration": {{"scope": "shared", "autoprovision": true {driver}}}"#)
}

#[track_caller]
fn told(story: &Story, expected: &[(Status, &str)]) {
    let results = story.judged_by(&VOLUME_DRIVER);
    let statuses: Vec<_> = results.iter().map(|it| it.status).collect();
    let wanted: Vec<_> = expected.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, wanted, "{results:#?}");
    for (result, (_, words)) in results.iter().zip(expected) {
        assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
    }
}

#[test]
fn some_instance_has_the_plugin_of_a_docker_volume() {
    let with = |plugin: &str| json!({format!("ecs.capability.docker-plugin.{plugin}"): null});
    let at = "/volumes/0/dockerVolumeConfiguration/driver";
    let cases = [
        ("rexray/ebs", vec![with("rexray/ebs"), with("local")], Pass, AT, "1 of 2"),
        ("rexray/ebs:0.11", vec![with("rexray/ebs.0.11")], Pass, AT, ""),
        (
            "rexray/ebs:0.12",
            vec![with("rexray/ebs.0.11")],
            Fail,
            at,
            "existing plugins: rexray/ebs.0.11",
        ),
        ("nfsvol", vec![with("local")], Fail, at, "docker-plugin.nfsvol"),
        ("local", vec![json!({})], Pass, AT, "part of Docker"),
    ];
    for (driver, instances, status, at, words) in cases {
        let volume = docker(&format!(r#", "driver": "{driver}""#));
        let account = Account::healthy().instances(&instances).recorded();
        let story = ec2(&volume, "").run_as(IN_PROD).in_account(account);
        story.ends(&VOLUME_DRIVER, &[(status, at, words)]);
    }
}

/// A volume of the plugin `nfsvol`, where only instance 1, of the capacity provider blue, has the plugin.
fn with_a_plugin_on_the_first_alone(request: &str) -> Story {
    let plugin = json!({"ecs.capability.docker-plugin.nfsvol": null});
    let instances = json!([
        registered("1", Some("blue"), &plugin),
        registered("2", Some("green"), &json!({})),
        with(registered("3", Some("red"), &plugin), &json!({"status": "DRAINING"})),
    ]);
    let account = Account::healthy().registers(&instances).recorded();
    ec2(&docker(r#", "driver": "nfsvol""#), "").run_as(request).in_account(account)
}

#[test]
fn a_plugin_of_instances_that_the_request_leaves_out_is_none() {
    let strategy =
        |items: &str| format!(r#"{{"cluster": "prod", "capacityProviderStrategy": [{items}]}}"#);
    let (blue, green) = (r#"{"capacityProvider": "blue"}"#, r#"{"capacityProvider": "green"}"#);
    let none_of_1 =
        "that the task may run on has the volume plugin nfsvol: none of the 1 active ones";
    let cases = [
        (strategy(blue), Pass, "1 of 1 active"),
        (strategy(green), Fail, none_of_1),
        (strategy(&format!("{blue}, {green}")), Pass, "1 of 2 active"),
        (
            strategy(&format!(r#"{blue}, {{"capacityProvider": "green", "weight": 1}}"#)),
            Fail,
            none_of_1,
        ),
        (strategy(r#"{"capacityProvider": "red"}"#), Unknown, "instance of capacity provider red"),
        (r#"{"cluster": "prod", "containerInstances": ["1"]}"#.to_owned(), Pass, "1 of 1 active"),
        (r#"{"cluster": "prod", "containerInstances": ["2"]}"#.to_owned(), Fail, none_of_1),
        (
            r#"{"cluster": "prod", "containerInstances": ["1", "2"]}"#.to_owned(),
            Fail,
            "the attribute ecs.capability.docker-plugin.nfsvol is missing on 2",
        ),
        (
            r#"{"cluster": "prod", "containerInstances": ["3"]}"#.to_owned(),
            Unknown,
            "among those that the request names: 3",
        ),
    ];
    for (request, status, words) in cases {
        told(&with_a_plugin_on_the_first_alone(&request), &[(status, words)]);
    }
}

#[test]
fn a_request_that_leaves_the_capacity_provider_to_the_cluster_is_judged_for_all_of_them() {
    let assumed = |request: &str| {
        let results = with_a_plugin_on_the_first_alone(request).judged_by(&VOLUME_DRIVER);
        assert_eq!(results[0].status, Pass, "{results:#?}");
        results[0].is_assumed()
    };
    assert!(assumed(r#"{"cluster": "prod", "count": 1}"#));
    assert!(!assumed(IN_PROD));
}

#[test]
fn without_cluster_or_instances_nothing_is_claimed_of_plugins() {
    let volume = docker(r#", "driver": "nfsvol""#);
    let nowhere = ec2(&volume, "").in_account(Account::healthy().recorded());
    told(&nowhere, &[(Skip, "--cluster")]);
    let empty = Account::healthy().instances(&[]).recorded();
    told(
        &ec2(&volume, "").run_as(IN_PROD).in_account(empty),
        &[(Unknown, "no active container instance")],
    );
    told(&ec2(&docker(""), "").in_account(Account::empty().recorded()), &[(Pass, "local")]);
    told(&fargate(&volume).in_account(Account::empty().recorded()), &[(Skip, "Fargate")]);
    told(&fargate(&efs("")).in_account(Account::empty().recorded()), &[(Skip, "has no volume")]);
}

const FSX: &str = "fs-0a0a0a0a0a0a0a0a0";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:share-AbCdEf";
const WINDOWS: &str =
    r#", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;

fn fsx(credentials: &str) -> String {
    format!(
        r#""fsxWindowsFileServerVolumeConfiguration": {{"fileSystemId": "{FSX}", "rootDirectory": "share",
            "authorizationConfig": {{"credentialsParameter": "{credentials}", "domain": "example.com"}}}}"#
    )
}

/// An account with a file server, whose execution role may find it and read the credentials.
fn served(kind: &str, state: &str) -> Account {
    let may = json!([{"Effect": "Allow", "Resource": "*",
        "Action": ["fsx:DescribeFileSystems", "secretsmanager:GetSecretValue", "ssm:GetParameters"]}]);
    let key = json!({"region": REGION, "id": SECRET});
    let secret = json!({
        "arn": SECRET, "deleted": null, "kms_key": null, "versions": {}, "replica_of": null,
        "owning_service": null,
    });
    Account::healthy()
        .role("pull", &may)
        .says(
            "fsx:DescribeFileSystems",
            &json!({"region": REGION, "id": FSX}),
            &json!({"kind": kind, "state": state}),
        )
        .says("secretsmanager:DescribeSecret", &key, &secret)
        .says("secretsmanager:GetResourcePolicy", &key, &Value::Null)
}

#[test]
fn a_share_is_of_windows_and_available() {
    let cases = [
        ("WINDOWS", "AVAILABLE", WINDOWS, vec![(Pass, "available for Windows")]),
        ("WINDOWS", "UPDATING", WINDOWS, vec![(Pass, "")]),
        ("WINDOWS", "MISCONFIGURED", WINDOWS, vec![(Warn, "MISCONFIGURED")]),
        ("WINDOWS", "CREATING", WINDOWS, vec![(Fail, "is CREATING")]),
        ("LUSTRE", "AVAILABLE", WINDOWS, vec![(Fail, "has type LUSTRE")]),
        ("WINDOWS", "AVAILABLE", "", vec![(Fail, "for Linux")]),
        (
            "WINDOWS",
            "AVAILABLE",
            r#", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2016_FULL"}"#,
            vec![(Fail, "2016")],
        ),
    ];
    for (kind, state, platform, expected) in cases {
        let story = ec2(&fsx(SECRET), platform).in_account(served(kind, state).recorded());
        told(&story, &expected);
    }
}

#[test]
fn a_share_needs_its_file_server_and_its_credentials() {
    let story = |account: Account, credentials: &str| {
        ec2(&fsx(credentials), WINDOWS).in_account(account.recorded())
    };
    let healthy = || served("WINDOWS", "AVAILABLE");
    let missing = healthy().lacks(
        "fsx:DescribeFileSystems",
        &json!({"region": REGION, "id": FSX}),
        "there is no FSx file system",
    );
    told(&story(missing, SECRET), &[(Fail, "there is no FSx file system")]);
    told(&story(healthy(), "share"), &[(Fail, "must be the ARN of a secret or a parameter")]);
    let blind = healthy().role("pull", &json!([]));
    told(
        &story(blind, SECRET),
        &[(Fail, "fsx:DescribeFileSystems"), (Fail, "secretsmanager:GetSecretValue")],
    );
    let parameter = "arn:aws:ssm:eu-west-1:111122223333:parameter/share";
    let named = |account: Account, name: &str| {
        let key = json!({"region": REGION, "name": name, "shared": null});
        account.lacks("ssm:DescribeParameters", &key, "there is no parameter")
    };
    let absent = named(named(healthy(), "share"), "/share");
    told(&story(absent, parameter), &[(Fail, "there is no parameter")]);
}

const FILES: &str = "arn:aws:s3files:eu-west-1:111122223333:file-system/fs-0123456789abcdef0";

fn s3(fields: &str) -> String {
    format!(r#""s3filesVolumeConfiguration": {{"fileSystemArn": "{FILES}" {fields}}}"#)
}

#[test]
fn s3_files_are_mounted_as_the_task_role() {
    let may = |actions: Value| json!([{"Effect": "Allow", "Action": actions, "Resource": FILES}]);
    let deny = json!([{"Effect": "Deny", "Action": "s3files:*", "Resource": "*"}]);
    let cases = [
        (may(json!("s3files:Client*")), vec![(Pass, "may mount")]),
        (may(json!("s3files:ClientMount")), vec![(Warn, "s3files:ClientWrite")]),
        (json!([]), vec![(Warn, "s3files:ClientMount"), (Warn, "s3files:ClientWrite")]),
        (deny, vec![(Fail, "s3files:ClientMount"), (Warn, "s3files:ClientWrite")]),
    ];
    for (statements, expected) in cases {
        let account = Account::healthy().role("app", &statements).recorded();
        let story = fargate(&s3("")).in_account(account);
        told(&story, &expected);
        assert!(story.judged_by(&VOLUME_DRIVER).iter().all(|it| !it.assumes.is_empty()));
    }
}

#[test]
fn s3_files_have_a_shape() {
    let may = json!([{"Effect": "Allow", "Action": "s3files:*", "Resource": "*"}]);
    let account = || Account::healthy().role("app", &may).recorded();
    let point = format!(r#", "accessPointArn": "{FILES}/access-point/fsap-0123456789abcdef0""#);
    let in_point = fargate(&s3(&format!(r#"{point}, "rootDirectory": "/data""#)));
    told(&in_point.in_account(account()), &[(Fail, "rootDirectory is /data")]);
    told(&fargate(&s3(&point)).in_account(account()), &[(Pass, "")]);
    let volume = s3("");
    let roleless = Story::task(&format!(
        r#""requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "networkMode": "awsvpc",
           "volumes": [{{"name": "data", {volume}}}]"#
    ));
    told(&roleless.in_account(account()), &[(Fail, "the task has none")]);
    let other = r#""s3filesVolumeConfiguration": {"fileSystemArn": "fs-0123456789abcdef0"}"#;
    told(&fargate(other).in_account(account()), &[(Fail, "is not the ARN of an S3 Files")]);
}

#[test]
fn some_instance_can_mount_s3_files() {
    let may = json!([{"Effect": "Allow", "Action": "s3files:*", "Resource": "*"}]);
    let on = |attributes: Value| {
        let account = Account::healthy().role("app", &may).instances(&[attributes]).recorded();
        ec2(&s3(""), "").run_as(IN_PROD).in_account(account)
    };
    told(&on(json!({"ecs.capability.storage.s3-files": null})), &[(Pass, "")]);
    told(&on(json!({})), &[(Fail, "ecs.capability.storage.s3-files")]);
}
