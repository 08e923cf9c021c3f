mod mode;

use serde_json::{Value, json};

use super::GROUP as LOGS;
use super::create_permission::LOG_GROUP_CREATE_PERMISSION as CREATE;
use super::exists::LOG_GROUP_EXISTS as EXISTS;
use super::firelens::LOG_FIRELENS as FIRELENS;
use super::write_permission::LOG_WRITE_PERMISSION as WRITE;
use crate::checks::{Check, find};
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::logs::{Account, GROUP, KEY, ROLES, Registered, allow, of_group};
use crate::testing::story::Story;

const AT: &str = "/containerDefinitions/0/logConfiguration";
const WRITES: [&str; 2] = ["logs:CreateLogStream", "logs:PutLogEvents"];

/// A task on Fargate that logs to `/ecs/web`, with these further options of the driver.
fn fargate(options: &str) -> Story {
    task("FARGATE", &format!(r#""executionRoleArn": "{ROLES}/pull""#), options)
}

/// The same on instances, without an execution role.
fn on_instances(options: &str) -> Story {
    task("EC2", r#""networkMode": "bridge""#, options)
}

fn task(target: &str, fields: &str, options: &str) -> Story {
    Story::containers_and(
        &container("app", options),
        &format!(r#""requiresCompatibilities": ["{target}"], {fields}"#),
    )
}

fn container(name: &str, options: &str) -> String {
    format!(
        r#"{{"name": "{name}", "image": "nginx", "memory": 128, "logConfiguration": {{
            "logDriver": "awslogs", "options": {{
            "awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"
            {options}}}}}}}"#
    )
}

/// An account whose execution role may do this.
fn may(statements: &Value) -> Account {
    Account::empty().role("pull", statements)
}

fn writer() -> Account {
    may(&allow(&WRITES, &format!("{GROUP}:*")))
}

fn only(story: &Story, check: &'static Check) -> CheckResult {
    let mut results = story.judged_by(check);
    assert_eq!(results.len(), 1, "{results:#?}");
    results.swap_remove(0)
}

/// The status of each of the group's checks but the one of FireLens.
fn statuses(story: &Story) -> Vec<Status> {
    let results = story.judged(|group, _| group.name == LOGS.name);
    results.iter().filter(|it| it.id != FIRELENS.id).map(|it| it.status).collect()
}

#[test]
fn given_a_group_and_a_role_that_writes_then_all_is_well() {
    let story = fargate("").in_account(writer().group(None, None).recorded());
    assert_eq!(statuses(&story), [Pass, Skip, Pass]);
}

#[test]
fn a_missing_group_fails_once_and_says_how_to_create_it() {
    let story = fargate("").in_account(writer().without_group().recorded());
    assert_eq!(statuses(&story), [Fail, Skip, Skip]);
    let result = only(&story, &EXISTS);
    assert_eq!(result.subject, AT);
    assert_eq!(
        result.commands,
        ["aws logs create-log-group --log-group-name /ecs/web --region eu-west-1"]
    );
}

#[test]
fn a_group_of_the_class_delivery_warns() {
    let story = fargate("").in_account(writer().group(Some("DELIVERY"), None).recorded());
    story.ends(&EXISTS, &[(Warn, AT, "DELIVERY")]);
    let story = fargate("").in_account(writer().group(Some("INFREQUENT_ACCESS"), None).recorded());
    story.ends(&EXISTS, &[(Pass, AT, "")]);
}

#[test]
fn the_driver_creates_the_group_where_it_is_told_so_in_a_text_that_go_takes_for_true() {
    let table = [
        (r#""true""#, true),
        (r#""True""#, true),
        (r#""1""#, true),
        ("true", true),
        (r#""false""#, false),
        (r#""yes""#, false),
        (r#""tRUE""#, false),
    ];
    for (value, creates) in table {
        let options = format!(r#", "awslogs-create-group": {value}"#);
        let anything = may(&allow(&["logs:*"], "*")).without_group().recorded();
        let expected = if creates { [Skip, Pass, Pass] } else { [Fail, Skip, Skip] };
        assert_eq!(statuses(&fargate(&options).in_account(anything)), expected, "{value}");
    }
}

#[test]
fn to_create_a_group_takes_a_permission_only_where_there_is_none() {
    let creating = r#", "awslogs-create-group": "true""#;
    let group = |suffix: &str| {
        let mut statements = allow(&["logs:CreateLogGroup"], &format!("{GROUP}{suffix}"));
        let writes = allow(&WRITES, &format!("{GROUP}:*"));
        statements.as_array_mut().unwrap().extend(writes.as_array().unwrap().clone());
        may(&statements)
    };
    for (suffix, status) in [(":*", Pass), (":log-stream:*", Pass), ("", Fail), ("-2:*", Fail)] {
        let story = fargate(creating).in_account(group(suffix).without_group().recorded());
        assert_eq!(statuses(&story), [Skip, status, Pass], "{suffix}");
    }
    let story = fargate(creating).in_account(writer().without_group().recorded());
    story.ends(&CREATE, &[(Fail, AT, "not authorized to perform logs:CreateLogGroup")]);
    let story = fargate(creating).in_account(writer().group(None, None).recorded());
    assert_eq!(statuses(&story), [Pass, Skip, Pass]);
}

#[test]
fn what_another_container_creates_may_come_too_late() {
    let creating = container("first", r#", "awslogs-create-group": "true""#);
    let story = Story::containers_and(
        &format!("{creating}, {}", container("second", "")),
        &format!(r#""requiresCompatibilities": ["FARGATE"], "executionRoleArn": "{ROLES}/pull""#),
    );
    let story = story.in_account(may(&allow(&["logs:*"], "*")).without_group().recorded());
    let second = "/containerDefinitions/1/logConfiguration";
    story.ends(&EXISTS, &[(Skip, AT, "yet"), (Warn, second, "container first creates it")]);
    story.ends(&WRITE, &[(Pass, AT, ""), (Pass, second, "")]);
}

#[test]
fn streams_are_written_under_the_arn_of_the_group_and_not_with_it() {
    let table = [
        (":*", Pass),
        (":log-stream:*", Pass),
        (":log-stream:web/app/*", Pass),
        (":log-stream:api/*", Fail),
        ("", Fail),
    ];
    for (suffix, status) in table {
        let account = may(&allow(&WRITES, &format!("{GROUP}{suffix}"))).group(None, None);
        let result = only(&fargate("").in_account(account.recorded()), &WRITE);
        assert_eq!(result.status, status, "{suffix}: {}", result.message);
    }
}

#[test]
fn given_events_that_are_refused_then_the_task_starts_and_its_logs_are_lost() {
    let account = may(&allow(&WRITES[..1], "*")).group(None, None);
    let result = only(&fargate("").in_account(account.recorded()), &WRITE);
    assert_eq!(result.status, Fail);
    assert!(
        result.message.contains("not authorized to perform logs:PutLogEvents on "),
        "{}",
        result.message
    );
    assert!(!result.message.contains("CreateLogStream"), "{}", result.message);
    assert!(result.message.contains("starts anyway"), "{}", result.message);
    assert!(result.prevents.unwrap().contains("logs:PutLogEvents"));
}

#[test]
fn the_command_that_fixes_allows_the_streams_of_every_task() {
    let command = |check, account: Account, options: &str| {
        only(&fargate(options).in_account(account.recorded()), check).commands[0].to_string()
    };
    let nothing = || may(&json!([]));
    let write = command(&WRITE, nothing().group(None, None), "");
    let creating = r#", "awslogs-create-group": "true""#;
    let create = command(&CREATE, nothing().without_group(), creating);
    for command in [write, create] {
        assert!(command.contains(&format!(r#""Resource":"{GROUP}:*""#)), "{command}");
    }
    let result = only(&fargate("").in_account(nothing().group(None, None).recorded()), &WRITE);
    assert!(result.message.contains(":log-stream:web/app/<id>: "), "{}", result.message);
}

#[test]
fn every_container_is_fixed_by_the_same_policy() {
    let both = format!("{}, {}", container("app", ""), container("proxy", ""));
    let fields =
        format!(r#""requiresCompatibilities": ["FARGATE"], "executionRoleArn": "{ROLES}/pull""#);
    let story = Story::containers_and(&both, &fields);
    let results = story.in_account(may(&json!([])).group(None, None).recorded()).judged_by(&WRITE);
    assert_eq!(results[0].commands, results[1].commands);
    let name = "--policy-name logs-for-ecs-log-group-ecs-web-";
    assert!(results[0].commands[0].to_string().contains(name), "{results:#?}");
}

#[test]
fn a_denial_is_not_fixed_by_an_allow() {
    let mut statements = allow(&WRITES, "*");
    let deny = json!({"Sid": "Quiet", "Effect": "Deny", "Action": "logs:*", "Resource": "*"});
    statements.as_array_mut().unwrap().push(deny);
    let story = fargate("").in_account(may(&statements).group(None, None).recorded());
    let result = only(&story, &WRITE);
    assert_eq!(result.status, Fail);
    assert!(result.message.contains("Quiet"), "{}", result.message);
    assert!(result.remedy.unwrap().starts_with("Remove or narrow statement `Quiet` of"));
}

#[test]
fn a_region_out_of_reach_is_told_where_it_is_written() {
    let at = "/containerDefinitions/0/logConfiguration/options/awslogs-region";
    for (region, words) in [
        ("cn-north-1", "partition aws-cn"),
        ("eu-west-1a", "availability zone"),
        ("euwest1", "not an AWS region"),
    ] {
        let story = fargate(&format!(r#", "awslogs-region": "{region}""#));
        let results = story.in_account(writer().recorded()).judged(|it, _| it.name == LOGS.name);
        let told: Vec<_> = results.iter().take(3).map(|it| it.status).collect();
        assert_eq!(told, [Fail, Skip, Skip], "{results:#?}");
        assert!(results[0].message.contains(words), "{}", results[0].message);
    }
    let missing = fargate(r#", "awslogs-region": "${REGION}""#).in_account(writer().recorded());
    assert_eq!(statuses(&missing), [Unknown; 3], "{at}");
}

#[test]
fn given_no_right_to_look_then_nothing_is_known() {
    let account = writer().refuses("logs:DescribeLogGroups", &of_group()).recorded();
    let story = fargate("").in_account(account);
    assert_eq!(statuses(&story), [Unknown, Skip, Unknown]);
    let remedy = only(&story, &EXISTS).remedy.unwrap();
    assert!(remedy.contains("logs:DescribeLogGroups"), "{remedy}");
}

/// In this mode a container waits for its log stream, and does not start without it.
const BLOCKING: &str = r#", "mode": "blocking""#;

#[test]
fn without_an_execution_role_the_instances_write_as_themselves() {
    let fleet = |all: &[Registered]| {
        let account = Account::empty().group(None, None).instances(all);
        let account = account.role("ecs", &allow(&WRITES, "*")).role("bare", &json!([]));
        let story = on_instances(BLOCKING).run_as(r#"{"cluster": "prod", "launchType": "EC2"}"#);
        story.in_account(account.recorded())
    };
    let (active, draining) = ("ACTIVE", "DRAINING");
    let one = ("i-1", active, None, Some("ecs"));
    let bare = ("i-2", active, None, Some("bare"));
    fleet(&[one]).ends(&WRITE, &[(Pass, AT, "role/ecs may write")]);
    fleet(&[bare])
        .ends(&WRITE, &[(Fail, AT, "role/bare is not authorized to perform logs:CreateLogStream")]);
    fleet(&[one, bare]).ends(&WRITE, &[(Warn, AT, "on container instance i-2, ")]);
    let away = ("i-2", draining, None, Some("bare"));
    fleet(&[one, away]).ends(&WRITE, &[(Pass, AT, "")]);
    let unheld = ("i-3", active, None, None);
    fleet(&[unheld]).ends(&WRITE, &[(Skip, AT, "can neither log in to ECR nor write logs")]);
    let mixed = fleet(&[one, unheld]);
    mixed.ends(&WRITE, &[(Warn, AT, "i-3 has no instance profile")]);
    let mend = "aws ec2 associate-iam-instance-profile --instance-id i-3 --iam-instance-profile Arn=arn:aws:iam::111122223333:instance-profile/ecs --region eu-west-1";
    assert_eq!(only(&mixed, &WRITE).commands, [mend]);
    fleet(&[bare, unheld]).ends(&WRITE, &[(Fail, AT, "role/bare is not authorized")]);
    let outside = ("mi-4", active, None, None);
    fleet(&[outside]).ends(&WRITE, &[(Skip, AT, "instance profile")]);
}

#[test]
fn only_the_instances_that_the_request_asks_for_count() {
    let account = || {
        let all = [
            ("i-1", "ACTIVE", Some("blue"), Some("ecs")),
            ("i-2", "ACTIVE", Some("green"), Some("bare")),
        ];
        let account = Account::empty().group(None, None).instances(&all);
        account.role("ecs", &allow(&WRITES, "*")).role("bare", &json!([])).recorded()
    };
    let cases = [
        (
            r#"{"cluster": "prod", "capacityProviderStrategy": [{"capacityProvider": "blue"}]}"#,
            Pass,
        ),
        (
            r#"{"cluster": "prod", "capacityProviderStrategy": [{"capacityProvider": "green"}]}"#,
            Fail,
        ),
        (r#"{"cluster": "prod", "containerInstances": ["i-1"]}"#, Pass),
        (r#"{"cluster": "prod", "launchType": "EC2"}"#, Warn),
        (r#"{"cluster": "prod", "containerInstances": ["i-1", "i-2"]}"#, Fail),
    ];
    for (request, status) in cases {
        let story = on_instances(BLOCKING).run_as(request).in_account(account());
        assert_eq!(only(&story, &WRITE).status, status, "{request}");
    }
}

#[test]
fn whose_rights_count_is_not_guessed() {
    let account = || Account::empty().group(None, None).recorded();
    on_instances("").in_account(account()).ends(&WRITE, &[(Skip, AT, "pass --cluster")]);
    let fargate = task("FARGATE", r#""networkMode": "awsvpc""#, "").in_account(account());
    fargate.ends(&WRITE, &[(Skip, AT, "no execution role is set")]);
    let anywhere = on_instances("").run_as(r#"{"cluster": "prod", "launchType": "EXTERNAL"}"#);
    anywhere.in_account(account()).ends(&WRITE, &[(Skip, AT, "no execution role is set")]);
}

#[test]
fn instances_pull_as_themselves_too() {
    let (_, pull) = find("image-pull-permission").unwrap();
    let ecr = json!({"region": "eu-west-1", "registry": "111122223333", "name": "web"});
    let pulling = |statements: &Value| {
        let account = Account::empty()
            .instances(&[("i-1", "ACTIVE", None, Some("ecs"))])
            .role("ecs", statements)
            .says(
                "ecr:DescribeImages",
                &json!({"repository": ecr, "reference": {"tag": "1"}}),
                &json!({"digest": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "size": null, "status": null}),
            )
            .says("ecr:GetRepositoryPolicy", &json!({"repository": ecr}), &json!({"Statement": []}))
            .says("ecr:GetRegistryPolicy", &json!({"region": "eu-west-1"}), &json!({"Statement": []}));
        let image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1";
        let story = Story::containers_and(
            &format!(r#"{{"name": "app", "image": "{image}", "memory": 128}}"#),
            r#""requiresCompatibilities": ["EC2"]"#,
        );
        only(
            &story
                .run_as(r#"{"cluster": "prod", "launchType": "EC2"}"#)
                .in_account(account.recorded()),
            pull,
        )
    };
    assert_eq!(pulling(&allow(&["ecr:*"], "*")).status, Pass);
    let refused = pulling(&allow(&["logs:*"], "*"));
    assert_eq!(refused.status, Fail);
    assert!(
        refused.message.contains("role/ecs is not authorized to perform ecr:GetAuthorizationToken"),
        "{refused:?}"
    );
    assert!(refused.remedy.unwrap().contains("AmazonEC2ContainerServiceforEC2Role"));
}

#[test]
fn the_proxy_of_service_connect_logs_as_well() {
    let service = |enabled: bool| {
        let log = json!({"logDriver": "awslogs", "options": {
            "awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1",
            "awslogs-stream-prefix": "proxy",
        }});
        json!({"serviceName": "web", "cluster": "prod", "serviceConnectConfiguration": {
            "enabled": enabled, "logConfiguration": log,
        }})
        .to_string()
    };
    let silent = || {
        let fields = format!(
            r#""requiresCompatibilities": ["FARGATE"], "executionRoleArn": "{ROLES}/pull""#
        );
        Story::containers_and(r#"{"name": "app", "image": "nginx", "memory": 128}"#, &fields)
    };
    let at = "service.json#/serviceConnectConfiguration/logConfiguration";
    let account = || writer().without_group().recorded();
    let connected = silent().served_by(&service(true)).in_account(account());
    connected.ends(&EXISTS, &[(Fail, at, "there is no log group /ecs/web")]);
    let alone = silent().served_by(&service(false)).in_account(account());
    alone.ends(&EXISTS, &[(Skip, "", "no log configuration")]);

    let splunk = json!({"logDriver": "splunk", "secretOptions": [{"name": "splunk-token", "valueFrom": "secret:db"}]});
    let connect = json!({"enabled": true, "logConfiguration": splunk});
    let service = json!({"serviceName": "web", "serviceConnectConfiguration": connect}).to_string();
    let (_, reference) = find("secret-reference").unwrap();
    let at = "service.json#/serviceConnectConfiguration/logConfiguration/secretOptions/0/valueFrom";
    silent().served_by(&service).ends(reference, &[(Fail, at, "version or label")]);
}

#[test]
fn a_router_reads_its_configuration_from_s3_on_instances_only() {
    let router = |target: &str| {
        Story::containers_and(
            r#"{"name": "router", "image": "fluent", "memory": 64, "firelensConfiguration": {
                "type": "fluentbit", "options": {"config-file-type": "s3",
                "config-file-value": "arn:aws:s3:::config/fluent.conf"}}}"#,
            &format!(
                r#""requiresCompatibilities": ["{target}"], "executionRoleArn": "{ROLES}/pull""#
            ),
        )
    };
    let at = "/containerDefinitions/0/firelensConfiguration/options/config-file-value";
    let reads = || may(&allow(&["s3:GetObject", "s3:GetBucketLocation"], "*"));
    let there = |account: Account| router("EC2").in_account(account.router_file().recorded());
    there(reads()).ends(&FIRELENS, &[(Pass, at, "may read")]);
    there(writer()).ends(&FIRELENS, &[(Fail, at, "s3:GetObject")]);
    router("EC2")
        .in_account(reads().without_router_file().recorded())
        .ends(&FIRELENS, &[(Fail, at, "fluent.conf")]);
    router("FARGATE").in_account(reads().recorded()).ends(&FIRELENS, &[(Skip, at, "Fargate")]);
}

#[test]
fn the_key_of_a_group_is_usable_and_admits_cloudwatch_logs() {
    let (_, usable) = find("kms-key-usable").unwrap();
    let at = "/containerDefinitions/0/logConfiguration/options/awslogs-group";
    let admitting = |service: &str, condition: Value| {
        json!([
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
             "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"Service": service}, "Condition": condition,
             "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"], "Resource": "*"},
        ])
    };
    let of = |group: &str| json!({"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": group}});
    let logs = "logs.eu-west-1.amazonaws.com";
    let cases = [
        ("Enabled", admitting(logs, of(GROUP)), Pass, ""),
        ("Enabled", admitting(logs, of(&format!("{GROUP}-2"))), Warn, "kms:GenerateDataKey"),
        ("Enabled", admitting("logs.us-east-1.amazonaws.com", of(GROUP)), Warn, logs),
        ("Disabled", admitting(logs, of(GROUP)), Fail, "Disabled"),
    ];
    for (state, policy, status, words) in cases {
        let account = writer().group(None, Some(KEY)).key(state, &policy);
        fargate("").in_account(account.recorded()).ends(usable, &[(status, at, words)]);
    }
    let unencrypted = fargate("").in_account(writer().group(None, None).recorded());
    unencrypted.ends(usable, &[(Skip, at, "no KMS key encrypts")]);
    let missing = fargate("").in_account(writer().without_group().recorded());
    missing.ends(usable, &[(Skip, at, "there is no log group")]);
}
