//! Stories: this policy asks where a call comes from, in this VPC.

use serde_json::{Value, json};

use crate::network::RouteTarget;
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, REGION, anything, policy};
use crate::testing::story::Story;
use crate::testing::vpc::{Vpc, interface, route};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
const FILE: &str = "arn:aws:s3:::conf/app.env";
const IMAGE: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1";

/// A task on Fargate with an image of ECR, a secret, a parameter, a file in S3 and logs.
fn task() -> Story {
    task_in("awsvpc", "FARGATE")
}

fn task_in(mode: &str, launch: &str) -> Story {
    Story::given(&definition(mode, launch))
}

fn definition(mode: &str, launch: &str) -> String {
    format!(
        r#"{{
        "family": "web", "networkMode": "{mode}", "requiresCompatibilities": ["{launch}"],
        "cpu": "256", "memory": "512", "executionRoleArn": "arn:aws:iam::111122223333:role/pull",
        "containerDefinitions": [{{
            "name": "app", "image": "{IMAGE}",
            "environmentFiles": [{{"type": "s3", "value": "{FILE}"}}],
            "secrets": [
                {{"name": "A", "valueFrom": "{SECRET}"}},
                {{"name": "B", "valueFrom": "/app/level"}}
            ],
            "logConfiguration": {{"logDriver": "awslogs", "options": {{
                "awslogs-group": "/app", "awslogs-region": "{REGION}", "awslogs-stream-prefix": "app"}}}}
        }}]}}"#
    )
}

fn on_fargate(subnets: &[&str], more: &str) -> String {
    format!(
        r#"{{"launchType": "FARGATE", "count": 1, "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": {}, "securityGroups": ["sg-app"]}}}} {more}}}"#,
        json!(subnets)
    )
}

fn private() -> Story {
    task().run_as(&on_fargate(&["subnet-a", "subnet-b"], ""))
}

/// An account with all that the task asks for, whose role `pull` may do this.
fn account(statements: &Value) -> Account {
    let group = json!({"arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/app", "class": null,
        "kms_key": null});
    Account::healthy()
        .execution_role(statements)
        .secret(SECRET, None)
        .parameter("/app/level", None)
        .file(FILE)
        .image("web", &json!({"tag": "1"}), "amd64")
        .says("logs:DescribeLogGroups", &json!({"region": REGION, "name": "/app"}), &group)
}

/// The account, whose role may do everything, and whose secret admits nobody whom this matches.
fn guarded(condition: &Value) -> Account {
    account(&anything()).secret_policy(SECRET, &policy(&json!([denying(condition)])))
}

fn denying(condition: &Value) -> Value {
    json!({"Sid": "OnlyFromHome", "Effect": "Deny", "Principal": "*", "Action": "*",
        "Resource": "*", "Condition": condition})
}

fn unless(key: &str, value: &str) -> Value {
    json!({"StringNotEquals": {key: value}})
}

fn told(story: Story, account: &Account, vpc: &Vpc, id: &str) -> CheckResult {
    let account = account.clone().beside(&vpc.recorded());
    let mut results = story.in_account(account.recorded()).judged(|_, check| check.id == id);
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

/// Asserts that the check says this, in these words.
#[track_caller]
fn ends(result: &CheckResult, status: Status, words: &[&str]) {
    assert_eq!(result.status, status, "{}", result.message);
    for word in words {
        assert!(result.message.contains(word), "{word:?} is not in {:?}", result.message);
    }
}

#[test]
fn a_secret_that_admits_one_endpoint_alone_is_read_through_it_and_not_otherwise() {
    let by = |endpoint: &str| guarded(&unless("aws:SourceVpce", endpoint));
    let right = by("vpce-secretsmanager");
    let check = "secret-permission";
    let through = told(private(), &right, &Vpc::with_endpoints(), check);
    ends(
        &through,
        Pass,
        &[
            "from subnet-a and subnet-b, endpoint vpce-secretsmanager serves com.amazonaws.eu-west-1.secretsmanager",
        ],
    );

    let wrong = told(private(), &by("vpce-other"), &Vpc::with_endpoints(), check);
    let words = [
        "OnlyFromHome",
        "from subnet-a and subnet-b, endpoint vpce-secretsmanager serves com.amazonaws.eu-west-1.secretsmanager",
        "so the call carries aws:SourceVpce vpce-secretsmanager",
    ];
    ends(&wrong, Fail, &words);
    assert!(wrong.commands[0].to_string().starts_with("aws secretsmanager get-resource-policy"));
    assert!(
        wrong.remedy.as_deref().unwrap().contains("endpoint or network that the policy requires")
    );

    let nat = told(private(), &right, &Vpc::with_nat(), check);
    ends(&nat, Fail, &["vpc-1 has no endpoint for", "nat-1", "carries no aws:SourceVpce"]);
}

#[test]
fn each_key_of_the_network_is_known_as_far_as_the_way_tells_it() {
    let address = |key: &str, range: &str| json!({"NotIpAddress": {key: range}});
    let by_endpoint = [
        (unless("aws:sourceVpc", "vpc-1"), Pass),
        (unless("aws:SourceVpc", "vpc-2"), Fail),
        (json!({"Null": {"aws:SourceVpc": "true"}}), Pass),
        // An address that the call does not carry is in no range.
        (address("aws:SourceIp", "203.0.113.0/24"), Fail),
        (address("aws:VpcSourceIp", "10.0.0.0/16"), Unknown),
        (unless("aws:VpceOrgID", "o-1"), Unknown),
    ];
    let by_nat = [
        (unless("aws:SourceVpc", "vpc-1"), Fail),
        (json!({"StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}), Fail),
        (json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}}), Pass),
        (address("aws:SourceIp", "203.0.113.0/24"), Unknown),
        (address("aws:VpcSourceIp", "10.0.0.0/16"), Fail),
        (unless("aws:VpceAccount", "111122223333"), Fail),
    ];
    for (vpc, cases) in [(Vpc::with_endpoints(), by_endpoint), (Vpc::with_nat(), by_nat)] {
        for (condition, status) in cases {
            let result = told(private(), &guarded(&condition), &vpc, "secret-permission");
            assert_eq!(result.status, status, "{condition}: {}", result.message);
        }
    }
}

#[test]
fn what_cannot_be_seen_of_the_way_stays_open() {
    let account = guarded(&unless("aws:SourceVpce", "vpce-secretsmanager"));
    let joined = RouteTarget::TransitGateway("tgw-1".to_owned());
    let cases = [
        (Vpc::with_nat().but(|it| it.tables[0].routes.push(route("10.9.0.0/16", joined))), "tgw-1"),
        (
            Vpc::with_endpoints().but(|it| it.endpoint("secretsmanager").private_dns = false),
            "has no private DNS",
        ),
        (
            Vpc::with_endpoints().but(|it| it.endpoint("secretsmanager").state = "pending".into()),
            "pending",
        ),
        (Vpc::with_nat().but(|it| it.tables[0].routes.truncate(1)), "has no route to"),
    ];
    for (vpc, words) in cases {
        let result = told(private(), &account, &vpc, "secret-permission");
        ends(&result, Unknown, &["OnlyFromHome", words]);
    }
}

#[test]
fn a_network_that_is_not_told_or_not_shown_leaves_it_open_and_says_why() {
    let account = guarded(&unless("aws:SourceVpce", "vpce-secretsmanager"));
    let check = "secret-permission";
    let untold = told(task(), &account, &Vpc::with_endpoints(), check);
    ends(&untold, Unknown, &["aws:SourceVpce", "OnlyFromHome", "pass --subnets"]);

    for call in ["ec2:DescribeVpcEndpoints", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute"] {
        let refused = told(private(), &account, &Vpc::with_endpoints().refusing(call), check);
        ends(&refused, Unknown, &[call]);
        assert!(refused.remedy.as_deref().unwrap().contains(call), "{:?}", refused.remedy);
    }

    let placeholder = task().run_as(&on_fargate(&["${SUBNET}"], ""));
    let result = told(placeholder, &account, &Vpc::with_endpoints(), check);
    ends(&result, Unknown, &["${SUBNET}"]);

    // Fargate's own interface reads secrets there.
    let old = on_fargate(&["subnet-a"], r#", "platformVersion": "1.3.0""#);
    let result = told(task().run_as(&old), &account, &Vpc::with_endpoints(), check);
    ends(&result, Unknown, &["platform version 1.4.0"]);
}

#[test]
fn a_subnet_that_is_missing_fails_where_it_is_written_alone() {
    let account = guarded(&unless("aws:SourceVpce", "vpce-secretsmanager"));
    let key = json!({"region": REGION, "id": "subnet-x"});
    let vpc = Vpc::with_endpoints().lacks("ec2:DescribeSubnets", &key, "there is no subnet-x");
    let account = account.beside(&vpc.recorded()).recorded();
    let story = task().run_as(&on_fargate(&["subnet-x"], "")).in_account(account);
    let results =
        story.judged(|_, check| ["secret-permission", "network-configuration"].contains(&check.id));
    let of = |id: &str, status: Status| results.iter().any(|it| it.id == id && it.status == status);
    assert!(of("secret-permission", Skip), "{results:#?}");
    assert!(of("network-configuration", Fail), "{results:#?}");
}

#[test]
fn a_bucket_that_admits_a_gateway_endpoint_is_closed_to_a_subnet_without_its_route() {
    let bucket = json!({"region": REGION, "bucket": "conf"});
    let deny = json!([denying(&unless("aws:SourceVpce", "vpce-s3"))]);
    let account = account(&anything()).says("s3:GetBucketPolicy", &bucket, &policy(&deny));
    let check = "environment-file-permission";
    let vpc = Vpc::with_endpoints();
    let result = told(private(), &account, &vpc, check);
    ends(&result, Pass, &["route table rtb-private sends it to gateway endpoint vpce-s3"]);

    let both = on_fargate(&["subnet-a", "subnet-pa"], "")
        .replace(r#""securityGroups""#, r#""assignPublicIp": "ENABLED", "securityGroups""#);
    let result = told(task().run_as(&both), &account, &vpc, check);
    ends(&result, Fail, &["from subnet-pa", "rtb-public", "carries no aws:SourceVpce"]);
    assert!(!result.message.contains("from subnet-a,"), "{}", result.message);
    let mends =
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-public";
    assert!(
        result.commands.iter().any(|it| it.to_string().starts_with(mends)),
        "{:?}",
        result.commands
    );

    // The gateway takes what is meant for its own region alone.
    let object = json!({"region": REGION, "object": FILE});
    let far = json!({"encryption": "own", "elsewhere": "us-east-1"});
    let account = account.says("s3:GetObject", &object, &far);
    assert_eq!(told(private(), &account, &vpc, check).status, Unknown);
}

#[test]
fn a_role_may_be_limited_to_a_vpc() {
    let from = |vpc: &str| {
        json!([
            {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceVpc": vpc}}},
        ])
    };
    let checks = [
        "secret-permission",
        "parameter-permission",
        "environment-file-permission",
        "image-pull-permission",
        "log-write-permission",
    ];
    for check in checks {
        let within = told(private(), &account(&from("vpc-1")), &Vpc::with_endpoints(), check);
        assert_eq!(within.status, Pass, "{check}: {}", within.message);
        let beyond = told(private(), &account(&from("vpc-2")), &Vpc::with_endpoints(), check);
        assert_eq!(beyond.status, Fail, "{check}: {}", beyond.message);
        let outside = told(private(), &account(&from("vpc-1")), &Vpc::with_nat(), check);
        ends(&outside, Fail, &["nat-1"]);
    }
}

#[test]
fn the_token_of_ecr_is_fetched_nobody_knows_by_whose_interface() {
    let all = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}]);
    let check = "image-pull-permission";
    let result = told(private(), &account(&all), &Vpc::with_endpoints(), check);
    ends(&result, Unknown, &["ecr:GetAuthorizationToken", "AWS's pages disagree"]);
    // On instances it is the agent's.
    let run = r#"{"launchType": "EC2", "count": 1, "cluster": "prod"}"#;
    let vpc = Vpc::with_endpoints().with_instances(&["subnet-a"]);
    let result = told(task_in("bridge", "EC2").run_as(run), &account(&all), &vpc, check);
    assert_eq!(result.status, Pass, "{}", result.message);
}

#[test]
fn on_instances_the_agent_calls_and_one_that_may_is_enough() {
    let run = r#"{"launchType": "EC2", "count": 1, "cluster": "prod"}"#;
    let story = || task_in("bridge", "EC2").run_as(run);
    let check = "secret-permission";
    let account = guarded(&unless("aws:SourceVpce", "vpce-secretsmanager"));
    let only = Vpc::with_endpoints().with_instances(&["subnet-a", "subnet-b"]);
    ends(&told(story(), &account, &only, check), Pass, &["subnet-a and subnet-b"]);
    let none = Vpc::with_endpoints().with_instances(&[]);
    ends(&told(story(), &account, &none, check), Unknown, &["no active container instance"]);

    let bucket = json!({"region": REGION, "bucket": "conf"});
    let deny = json!([denying(&unless("aws:SourceVpce", "vpce-s3"))]);
    let account = account.says("s3:GetBucketPolicy", &bucket, &policy(&deny));
    let mixed = Vpc::with_endpoints().with_instances(&["subnet-a", "subnet-pa"]);
    let check = "environment-file-permission";
    ends(&told(story(), &account, &mixed, check), Warn, &["from subnet-pa"]);
    let public = Vpc::with_endpoints().with_instances(&["subnet-pa"]);
    ends(&told(story(), &account, &public, check), Fail, &["from subnet-pa"]);

    // The interface of the task is none of the agent's.
    let own = task_in("awsvpc", "EC2").run_as(
        r#"{"launchType": "EC2", "count": 1, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}}"#,
    );
    ends(&told(own, &account, &mixed, check), Unknown, &["pass --cluster"]);
}

#[test]
fn what_a_service_hands_on_is_not_known() {
    let behind = format!("/aws/reference/secretsmanager/{}", "db");
    let story = Story::given(&format!(
        r#"{{"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "executionRoleArn": "arn:aws:iam::111122223333:role/pull",
        "containerDefinitions": [{{"name": "app", "image": "nginx",
            "secrets": [{{"name": "A", "valueFrom": "{behind}"}}]}}]}}"#
    ));
    let story = story.run_as(&on_fargate(&["subnet-a"], ""));
    let account = guarded(&unless("aws:SourceVpce", "vpce-secretsmanager"))
        .secret_called("db", SECRET, None)
        .secret_policy(
            SECRET,
            &policy(&json!([denying(&unless("aws:SourceVpce", "vpce-secretsmanager"))])),
        );
    let result = told(story, &account, &Vpc::with_endpoints(), "secret-permission");
    ends(&result, Unknown, &["an AWS service makes this call on behalf of the role"]);
}

/// Neither is more asked, nor does it hurt that it may not be asked.
#[test]
fn policies_that_do_not_ask_for_the_network_ask_nothing_of_it() {
    let closed = [
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeSubnets",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpcs",
    ];
    let vpc = closed.into_iter().fold(Vpc::with_endpoints(), Vpc::refusing);
    let account = account(&anything()).beside(&vpc.recorded());
    let story = private().in_account(account.recorded());
    let results = story.judged(|group, check| {
        ["secrets", "image", "logs"].contains(&group.name) && check.id.ends_with("permission")
    });
    let passed: Vec<_> = results.iter().filter(|it| it.status == Pass).map(|it| &it.id).collect();
    assert_eq!(passed.len(), 5, "{results:#?}");
    let asked: Vec<_> = results.iter().flat_map(|it| it.evidence.iter()).collect();
    assert!(!asked.iter().any(|it| it.starts_with("ec2:")), "{asked:#?}");
    // A denial that applies anyway is reported without it.
    let story = private().in_account(
        guarded(&json!({"StringEquals": {"aws:RequestedRegion": REGION}}))
            .beside(&vpc.recorded())
            .recorded(),
    );
    let results = story.judged(|_, check| check.id == "secret-permission");
    assert_eq!(results[0].status, Fail);
}

#[test]
fn an_endpoint_of_another_service_draws_nothing() {
    let account = guarded(&unless("aws:SourceVpce", "vpce-ssm"));
    let vpc = Vpc::with_nat().but(|it| it.endpoints.push(interface("ssm")));
    let result = told(private(), &account, &vpc, "secret-permission");
    ends(&result, Fail, &["carries no aws:SourceVpce"]);
}

#[test]
fn a_driver_that_is_told_another_endpoint_calls_nobody_knows_where() {
    let from = json!([{"Effect": "Allow", "Action": "logs:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}]);
    let option = r#""awslogs-endpoint": "https://logs.example.com", "awslogs-group""#;
    let text = definition("awsvpc", "FARGATE").replace(r#""awslogs-group""#, option);
    let story = Story::given(&text).run_as(&on_fargate(&["subnet-a"], ""));
    let result = told(story, &account(&from), &Vpc::with_endpoints(), "log-write-permission");
    ends(&result, Unknown, &["aws:SourceVpc"]);
}

/// On EC2 they have the interface of the task, which the agent has not.
#[test]
fn what_the_containers_call_leaves_by_their_own_interface() {
    let exec = json!([{"Effect": "Allow", "Action": "ssmmessages:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}]);
    let account = account(&anything()).task_role("app", &exec).says(
        "ecs:DescribeClusters",
        &json!({"region": REGION, "cluster": "prod"}),
        &json!({"arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "volume_key": null,
            "fargate_storage_key": null, "execute_command": null}),
    );
    let role = r#""taskRoleArn": "arn:aws:iam::111122223333:role/app", "networkMode""#;
    let text = definition("awsvpc", "EC2").replace(r#""networkMode""#, role);
    let run = r#"{"launchType": "EC2", "count": 1, "cluster": "prod", "enableExecuteCommand": true,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-app"]}}}"#;
    let said = |vpc: &Vpc| {
        let account = account.clone().beside(&vpc.recorded());
        let story = Story::given(&text).run_as(run).in_account(account.recorded());
        let results = story.judged(|_, check| check.id == "role-task-features");
        results
            .iter()
            .map(|it| format!("{} {}\n", it.status.word(), it.message))
            .collect::<String>()
    };
    let outside = said(&Vpc::with_nat());
    assert!(outside.contains("from subnet-a") && outside.contains("no aws:SourceVpc"), "{outside}");
    let within = said(&Vpc::with_nat().but(|it| it.endpoints.push(interface("ssmmessages"))));
    assert!(within.starts_with("pass "), "{within}");
}
