//! Given a definition and where it will run, then this is what each principal needs.

use serde_json::{Value, json};

use super::{Known, Need, Needs, Whose, of, policy};
use crate::document::{Role, RunContext, Source, TaskDefinition};
use crate::iam::{self, Context, Decision, Layers, Request, evaluate};
use crate::knowledge::Gap;
use crate::task::{Deployment, Task, Witness};

const HEALTHY: &str = include_str!("../../demo/healthy.json");
const ROLE: &str = "arn:aws:iam::111122223333:role/app";

pub(crate) fn task(definition: &str) -> Task {
    let source = Source::read("taskdef.json", Role::Definition, definition.as_bytes()).unwrap();
    Task {
        definition: TaskDefinition::from_source(&source).unwrap(),
        source,
        context: RunContext::flags(),
        home: "eu-central-1".parse().ok(),
        read_secrets: false,
        witness: Witness::default(),
        caller: None,
        now: None,
        documents_only: false,
        tool: None,
        deployment: Deployment::default(),
    }
}

/// A definition of account 111122223333 with one container, which has these fields.
fn container(fields: &str) -> Task {
    with(fields, r#""cpu": "256""#)
}

fn with(fields: &str, more: &str) -> Task {
    task(&format!(
        r#"{{"family": "web", "executionRoleArn": "{ROLE}", {more},
            "containerDefinitions": [{{"name": "app", "image": "nginx", {fields}}}]}}"#
    ))
}

pub(crate) fn served_by(mut task: Task, service: Value) -> Task {
    let source = Source::from_json_value("service.json", Role::Context, &service);
    task.context = task.context.merge(RunContext::service_definition(&source).unwrap());
    task
}

pub(crate) fn run_as(mut task: Task, run: Value) -> Task {
    let source = Source::from_json_value("run.json", Role::Context, &run);
    task.context = task.context.merge(RunContext::run_task(&source).unwrap());
    task
}

fn needs(task: &Task, whose: Whose) -> Needs {
    of(task, whose, &Known::default())
}

/// Each need in a line.
fn told(needs: &Needs) -> Vec<String> {
    let line = |need: &Need| {
        let actions: Vec<&str> = need.actions.iter().copied().collect();
        let resources: Vec<&str> = need.resources.iter().map(String::as_str).collect();
        format!("{}: {} on {}", need.sid, actions.join(" "), resources.join(" "))
    };
    needs.found.iter().map(line).collect()
}

/// Asks the engine whether the printed policy allows each need.
fn assert_suffices(needs: &Needs) {
    let document = policy(&needs.found);
    let read = iam::Policy::read(iam::Layer::Identity, "printed", &document);
    let layers = Layers { identity: vec![read], ..Layers::default() };
    let principal: iam::Principal = ROLE.parse().unwrap();
    for need in &needs.found {
        for action in &need.actions {
            for resource in &need.resources {
                let mut context = Context::complete().with_principal(&principal);
                for condition in &need.conditions {
                    context = context.with(condition.key, condition.state());
                }
                let resource = resource.replace("-??????", "-AbCdEf");
                let request = Request::new(principal.clone(), action, &resource, context)
                    .owned_by("111122223333".parse().unwrap());
                // A key's own policy hands over to the account, as the default one does.
                let hands_over = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                    "Action": "kms:*", "Resource": "*"}});
                let key = action.starts_with("kms:");
                let key = key.then(|| iam::Policy::read(iam::Layer::Key, "default", &hands_over));
                let layers = Layers { resource: key, ..layers.clone() };
                let answer = evaluate(&request, &layers);
                assert_eq!(answer.decision, Decision::Allow, "{action} on {resource}");
                assert_eq!(answer.notes, [""; 0], "{action} on {resource}");
            }
        }
    }
}

fn assert_whole(needs: &Needs) {
    assert_eq!(needs.open, [""; 0]);
    assert_suffices(needs);
}

#[test]
fn the_demo_needs_its_images_logs_secrets_and_files_and_nothing_else() {
    let task = task(HEALTHY);
    let needs = needs(&task, Whose::ExecutionRole);
    assert_whole(&needs);
    let repository =
        |name: &str| format!("arn:aws:ecr:eu-central-1:111122223333:repository/{name}");
    let secret = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:storefront";
    let parameter = "arn:aws:ssm:eu-central-1:111122223333:parameter/storefront";
    assert_eq!(
        told(&needs),
        [
            "LocateFiles: s3:GetBucketLocation on arn:aws:s3:::storefront-config".to_owned(),
            format!(
                "PullImages: ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer on {} {} {}",
                repository("storefront"),
                repository("storefront-proxy"),
                repository("storefront-worker")
            ),
            "ReadFiles: s3:GetObject on arn:aws:s3:::storefront-config/production.env".to_owned(),
            format!(
                "ReadParameters: ssm:GetParameters on {parameter}/log-level {parameter}/payment-token"
            ),
            format!(
                "ReadSecrets: secretsmanager:GetSecretValue on {secret}/database-qfMoeq {secret}/session-key-gQPBQF"
            ),
            "SignInToEcr: ecr:GetAuthorizationToken on *".to_owned(),
            "WriteLogs: logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:eu-central-1:111122223333:log-group:/ecs/storefront:*".to_owned(),
        ]
    );
    assert_eq!(told(&super::tests::needs(&task, Whose::TaskRole)), [""; 0]);
}

#[test]
fn each_feature_of_a_container_has_its_needs() {
    let cases = [
        (
            r#""secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db:key::"}]"#,
            "ReadSecrets: secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-??????",
        ),
        (
            r#""secrets": [{"name": "A", "valueFrom": "log-level"}]"#,
            "ReadParameters: ssm:GetParameters on arn:aws:ssm:eu-central-1:111122223333:parameter/log-level",
        ),
        (
            r#""repositoryCredentials": {"credentialsParameter": "hub"}"#,
            "ReadSecrets: secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-central-1:111122223333:secret:hub-??????",
        ),
        (
            r#""logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-create-group": "true"}}"#,
            "CreateLogGroups: logs:CreateLogGroup on arn:aws:logs:us-east-1:111122223333:log-group:g arn:aws:logs:us-east-1:111122223333:log-group:g:*",
        ),
        (
            r#""firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::conf/a.conf"}}"#,
            "ReadFiles: s3:GetObject on arn:aws:s3:::conf/a.conf",
        ),
        (
            r#""credentialSpecs": ["credentialspec:arn:aws:ssm:eu-central-1:111122223333:parameter/gmsa"]"#,
            "ReadParameters: ssm:GetParameters on arn:aws:ssm:eu-central-1:111122223333:parameter/gmsa",
        ),
    ];
    for (fields, expected) in cases {
        let needs = needs(&container(fields), Whose::ExecutionRole);
        assert_whole(&needs);
        assert!(told(&needs).contains(&expected.to_owned()), "{fields}: {:?}", told(&needs));
    }
}

#[test]
fn the_proxy_of_service_connect_writes_logs_too() {
    let options = json!({"awslogs-group": "proxy", "awslogs-region": "us-east-1"});
    let log = json!({"logDriver": "awslogs", "options": options});
    let connect = json!({"enabled": true, "logConfiguration": log});
    let service = json!({"serviceName": "web", "serviceConnectConfiguration": connect});
    let needs = needs(&served_by(container(r#""cpu": 1"#), service), Whose::ExecutionRole);
    assert_whole(&needs);
    assert_eq!(
        told(&needs),
        [
            "WriteLogs: logs:CreateLogStream logs:PutLogEvents on arn:aws:logs:us-east-1:111122223333:log-group:proxy:*"
        ]
    );
}

#[test]
fn what_is_not_said_is_open_and_never_guessed() {
    let cases = [
        r#""secrets": [{"name": "A", "valueFrom": "${SECRET}"}]"#,
        r#""logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-region": "us-east-1"}}"#,
        r#""environmentFiles": [{"type": "s3", "value": "s3://bucket/key"}]"#,
    ];
    for fields in cases {
        let needs = needs(&container(fields), Whose::ExecutionRole);
        assert_eq!((needs.open.len(), told(&needs).len()), (1, 0), "{fields}: {:?}", needs.open);
    }
}

#[test]
fn what_aws_told_makes_it_narrower_and_adds_the_keys() {
    let arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db";
    let key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd".to_owned();
    let task = container(&format!(r#""secrets": [{{"name": "A", "valueFrom": "{arn}"}}]"#));
    let mut known = Known::default();
    known.secrets.insert(arn.to_owned(), format!("{arn}-AbCdEf"));
    known.keys.insert(key.clone());
    let needs = of(&task, Whose::ExecutionRole, &known);
    assert_whole(&needs);
    assert_eq!(
        told(&needs),
        [
            format!("DecryptSecrets: kms:Decrypt on {key}"),
            format!("ReadSecrets: secretsmanager:GetSecretValue on {arn}-AbCdEf"),
        ]
    );
}

#[test]
fn without_account_and_region_an_arn_has_stars() {
    let mut task = task(
        r#"{"family": "web", "containerDefinitions": [{"name": "app", "image": "nginx",
            "secrets": [{"name": "A", "valueFrom": "/a/b"}]}]}"#,
    );
    task.home = None;
    let needs = needs(&task, Whose::ExecutionRole);
    assert_eq!(
        told(&needs),
        ["ReadParameters: ssm:GetParameters on arn:aws:ssm:*:*:parameter/a/b"]
    );
}

#[test]
fn a_condition_with_a_part_that_is_not_known_is_like_a_pattern() {
    let mut task = task(
        r#"{"family": "web", "taskRoleArn": "arn:aws:iam::111122223333:role/app", "containerDefinitions": [],
            "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1",
            "transitEncryption": "ENABLED",
            "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"}}}]}"#,
    );
    let condition = |task: &Task| {
        let needs = needs(task, Whose::TaskRole);
        policy(&needs.found)["Statement"][0]["Condition"].clone()
    };
    let key = "elasticfilesystem:AccessPointArn";
    let here = "arn:aws:elasticfilesystem:eu-central-1:111122223333:access-point/fsap-1";
    assert_eq!(condition(&task), json!({"StringEquals": {key: here}}));
    task.home = None;
    let anywhere = "arn:aws:elasticfilesystem:*:111122223333:access-point/fsap-1";
    assert_eq!(condition(&task), json!({"StringLike": {key: anywhere}}));
}

#[test]
fn the_task_role_is_for_exec_file_systems_and_log_routes() {
    let task = with(
        r#""mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
           "logConfiguration": {"logDriver": "awsfirelens", "options": {"Name": "firehose", "delivery_stream": "out", "region": "us-east-1"}}"#,
        r#""volumes": [
            {"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"}}},
            {"name": "docs", "efsVolumeConfiguration": {"fileSystemId": "fs-2", "authorizationConfig": {"iam": "ENABLED"}}},
            {"name": "open", "efsVolumeConfiguration": {"fileSystemId": "fs-3"}}
        ]"#,
    );
    let task = served_by(task, json!({"serviceName": "web", "enableExecuteCommand": true}));
    let needs = needs(&task, Whose::TaskRole);
    assert_whole(&needs);
    let efs = "arn:aws:elasticfilesystem:eu-central-1:111122223333";
    assert_eq!(
        told(&needs),
        [
            format!("MountFileSystems: elasticfilesystem:ClientMount on {efs}:file-system/fs-2"),
            format!(
                "MountFileSystems: elasticfilesystem:ClientMount elasticfilesystem:ClientWrite on {efs}:file-system/fs-1"
            ),
            "OpenExecSessions: ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel on *".to_owned(),
            "RouteLogs: firehose:PutRecordBatch on arn:aws:firehose:us-east-1:111122223333:deliverystream/out".to_owned(),
        ]
    );
    let sids: Vec<Value> = policy(&needs.found)["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| statement["Sid"].clone())
        .collect();
    let expected = ["MountFileSystems", "MountFileSystems2", "OpenExecSessions", "RouteLogs"];
    assert_eq!(sids, expected, "ids are unique");
}

#[test]
fn the_infrastructure_role_is_for_volumes_and_traffic() {
    let task = with(r#""cpu": 1"#, r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#);
    let open = needs(&task, Whose::InfrastructureRole);
    assert_suffices(&open);
    assert_eq!(open.open.len(), 1, "key and snapshot are not told: {:?}", open.open);

    let listener = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener";
    let group = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup";
    let task = served_by(
        task,
        json!({
            "serviceName": "web",
            "volumeConfigurations": [{"name": "data", "managedEBSVolume":
                {"roleArn": ROLE, "snapshotId": "snap-1", "kmsKeyId": "1234abcd"}}],
            "loadBalancers": [{"targetGroupArn": format!("{group}/a/1"), "advancedConfiguration": {
                "alternateTargetGroupArn": format!("{group}/b/2"), "roleArn": ROLE,
                "productionListenerRule": format!("{listener}-rule/app/web/1/2/3")}}],
        }),
    );
    let needs = needs(&task, Whose::InfrastructureRole);
    assert_whole(&needs);
    let told = told(&needs);
    for expected in [
        "CreateFromSnapshots: ec2:CreateVolume on arn:aws:ec2:eu-central-1::snapshot/snap-1"
            .to_owned(),
        "GrantVolumeKeys: kms:CreateGrant on arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
            .to_owned(),
        format!("ModifyListeners: elasticloadbalancing:ModifyListener on {listener}/app/web/1/2"),
        format!("ModifyRules: elasticloadbalancing:ModifyRule on {listener}-rule/app/web/1/2/3"),
    ] {
        assert!(told.contains(&expected), "{expected}: {told:?}");
    }
}

#[test]
fn whoever_deploys_registers_passes_roles_and_runs() {
    let passes = format!("PassTaskRoles: iam:PassRole on {ROLE}");
    let registers =
        "RegisterDefinitions: ecs:DescribeTaskDefinition ecs:RegisterTaskDefinition on *";
    let plain = || container(r#""cpu": 1"#);
    assert_eq!(told(&needs(&plain(), Whose::Deployer)), [passes.as_str(), registers]);

    let ecs = "arn:aws:ecs:eu-central-1:111122223333";
    let service = served_by(plain(), json!({"serviceName": "web", "cluster": "prod"}));
    let deploys = needs(&service, Whose::Deployer);
    assert_whole(&deploys);
    let expected =
        format!("DeployServices: ecs:CreateService ecs:DescribeServices on {ecs}:service/prod/web");
    assert_eq!(told(&deploys), [&*expected, &*passes, registers]);

    let run = run_as(plain(), json!({"taskDefinition": "web", "cluster": "prod"}));
    let runs = needs(&run, Whose::Deployer);
    assert_whole(&runs);
    let expected = format!("RunTasks: ecs:RunTask on {ecs}:task-definition/web:*");
    assert_eq!(told(&runs), [&*passes, registers, &*expected]);
    assert_eq!(
        policy(&runs.found)["Statement"][0]["Condition"],
        json!({"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})
    );
    assert_eq!(
        policy(&runs.found)["Statement"][2]["Condition"],
        json!({"ArnEquals": {"ecs:cluster": format!("{ecs}:cluster/prod")}})
    );
}

#[test]
fn a_placeholder_says_which() {
    let needs = needs(
        &container(r#""secrets": [{"name": "A", "valueFrom": "${DB}"}]"#),
        Whose::ExecutionRole,
    );
    let why = "`${DB}` in /containerDefinitions/0/secrets/0/valueFrom is a placeholder";
    let gap = Gap::Unresolved { why: why.to_owned() };
    assert!(needs.open[0].ends_with(&gap.to_string()), "{:?}", needs.open);
}
