//! N19, N20: owners, callers and streams in endpoint policies, and how to fix these.

use serde_json::{Value, json};

use super::{IMAGE, definition, ends, on_fargate, private, task, told};
use crate::report::CheckResult;
use crate::report::Status::{Pass, Skip};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc, interface};

const LAYERS: &str = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*";
const FAILS: [&str; 1] = ["network-endpoint-policy fail"];
const WARNS: [&str; 1] = ["network-endpoint-policy warn"];
const UNKNOWN: [&str; 1] = ["network-endpoint-policy unknown"];

fn secret() -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf")
}

/// The endpoints of the task's services, and the secret that it reads.
fn vpc() -> Vpc {
    let fact = json!({
        "arn": secret(), "kms_key": null, "deleted": null, "stages": ["AWSCURRENT"], "versions": {},
    });
    let key = json!({"region": REGION, "id": secret()});
    Vpc::with_endpoints().says("secretsmanager:DescribeSecret", &key, &fact)
}

/// One of these endpoints has these statements.
fn with(service: &str, statements: Value) -> Vpc {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    vpc().but(|vpc| vpc.endpoint(service).policy = Some(policy))
}

/// Everything is allowed to anybody where this holds.
fn where_holds(condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition})
}

fn denied_where(condition: Value) -> Value {
    let mut statement = where_holds(condition);
    statement["Effect"] = json!("Deny");
    statement
}

fn allow(principal: Value, action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource})
}

fn own_account() -> Value {
    json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")})
}

fn own_role() -> Value {
    json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/pull")})
}

/// The one finding of the check.
fn finding(story: Story, vpc: &Vpc) -> CheckResult {
    let mut found = told(story, vpc);
    found.retain(|it| it.id == "network-endpoint-policy" && !matches!(it.status, Pass | Skip));
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// The policy that the command of a finding writes.
fn written(found: &CheckResult) -> Value {
    let [command] = &found.commands[..] else { panic!("{found:#?}") };
    let words = shlex::split(&command.to_string()).unwrap();
    assert_eq!(words[..3], ["aws", "ec2", "modify-vpc-endpoint"], "{command}");
    assert_eq!(words[words.len() - 2..], ["--region", REGION], "{command}");
    let at = words.iter().position(|it| it == "--policy-document").unwrap();
    serde_json::from_str(&words[at + 1]).unwrap()
}

#[test]
fn the_bucket_of_layers_is_awss_and_not_of_the_own_account() {
    let own = json!({"StringEquals": {"aws:ResourceAccount": ACCOUNT}});
    let other = json!({"StringNotEquals": {"AWS:resourceaccount": [ACCOUNT]}});
    ends(private(), &with("s3", json!([where_holds(own.clone())])), &FAILS, &["starport"]);
    let all = allow(json!("*"), "*", "*");
    ends(private(), &with("s3", json!([all, denied_where(other)])), &FAILS, &["starport"]);
    let layers = allow(json!("*"), "s3:GetObject", LAYERS);
    ends(private(), &with("s3", json!([where_holds(own), layers])), &[], &[]);
    // Another account that is named may be AWS's.
    let named = json!({"StringEquals": {"aws:ResourceAccount": [ACCOUNT, "444455556666"]}});
    let by_account = with("s3", json!([where_holds(named)]));
    ends(private(), &by_account, &WARNS, &["aws:ResourceAccount 444455556666"]);
    // It depends on no such key, but on one of the object.
    let tagged = json!({"StringEquals": {"s3:ExistingObjectTag/public": "yes"}});
    ends(private(), &with("s3", json!([where_holds(tagged)])), &UNKNOWN, &["ExistingObjectTag"]);
}

#[test]
fn what_arns_name_an_account_for_is_that_accounts() {
    let of = |account: &str| where_holds(json!({"StringEquals": {"aws:ResourceAccount": account}}));
    for service in ["ecr.api", "ecr.dkr", "secretsmanager", "ssm", "logs"] {
        ends(private(), &with(service, json!([of(ACCOUNT)])), &[], &[]);
        ends(private(), &with(service, json!([of("444455556666")])), &FAILS, &["444455556666"]);
    }
    let image = IMAGE.replace(ACCOUNT, "444455556666");
    let story = || super::task_of(&image, "").run_as(&on_fargate("subnet-a", ""));
    ends(story(), &with("ecr.dkr", json!([of(ACCOUNT)])), &FAILS, &["ecr:BatchGetImage"]);
    let both = json!({"StringEquals": {"aws:ResourceAccount": [ACCOUNT, "444455556666"]}});
    ends(story(), &with("ecr.dkr", json!([where_holds(both)])), &[], &[]);
}

#[test]
fn the_organization_is_asked_for_where_the_policy_hangs_on_it() {
    let of_org = |id: &str| {
        json!([where_holds(
            json!({"StringEquals": {"aws:PrincipalOrgID": id, "aws:ResourceOrgID": id}})
        )])
    };
    let call = "organizations:DescribeOrganization";
    let organization = json!({
        "id": "o-aaaaaaaaaa", "management": "999999999999", "has_policies": false,
    });
    let within = |vpc: Vpc| vpc.says(call, &json!({"region": REGION}), &organization);
    for service in ["ecr.api", "ecr.dkr", "secretsmanager", "ssm", "logs"] {
        ends(private(), &within(with(service, of_org("o-aaaaaaaaaa"))), &[], &[]);
        ends(private(), &within(with(service, of_org("o-bbbbbbbbbb"))), &FAILS, &["o-bbbbbbbbbb"]);
        ends(private(), &with(service, of_org("o-aaaaaaaaaa")), &UNKNOWN, &["OrgID"]);
    }
    // The layer bucket is not in the customer's organization, for any caller.
    let of_owner =
        json!([where_holds(json!({"StringEquals": {"aws:ResourceOrgID": "o-aaaaaaaaaa"}}))]);
    ends(private(), &within(with("s3", of_owner.clone())), &FAILS, &["starport"]);
    ends(private(), &with("s3", of_owner), &WARNS, &["starport", "o-aaaaaaaaaa"]);
}

#[test]
fn a_bucket_is_asked_for_its_owner_where_the_policy_hangs_on_it() {
    let text = definition().replace(
        r#""name": "app","#,
        r#""name": "app", "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::conf/app.env"}],"#,
    );
    let story = || Story::given(&text).run_as(&on_fargate("subnet-a,subnet-b", ""));
    let own = where_holds(json!({"StringEquals": {"aws:ResourceAccount": ACCOUNT}}));
    let vpc = || with("s3", json!([own, allow(json!("*"), "s3:GetObject", LAYERS)]));
    let (call, key) = ("s3:GetBucketPolicy", json!({"region": REGION, "bucket": "conf"}));
    let shown = || vpc().lacks(call, &key, "bucket conf has no policy");
    ends(story(), &shown(), &[], &[]);
    ends(story(), &shown().refusing(call), &UNKNOWN, &[call]);
}

#[test]
fn streams_are_called_as_the_driver_calls_them() {
    let streams = |pattern: &str| {
        let arn = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/app:log-stream:{pattern}");
        with("logs", json!([allow(json!("*"), "logs:*", &arn)]))
    };
    ends(private(), &streams("app/app/*"), &[], &[]);
    ends(private(), &streams("app/other/*"), &FAILS, &["log-stream:app/app/<id>"]);
    let found = finding(private(), &streams("app/other/*"));
    assert_eq!(found.message.matches("the policy of endpoint").count(), 1, "{}", found.message);
    assert!(found.message.contains("logs:CreateLogStream and logs:PutLogEvents"), "{found:#?}");
    // A missing name makes only this check unknown, and only if it needs it.
    let text = definition().replace(r#""app"}}"#, r#""${PREFIX}"}}"#);
    assert!(text.contains("${PREFIX}"));
    let story = || Story::given(&text).run_as(&on_fargate("subnet-a,subnet-b", ""));
    ends(story(), &vpc(), &[], &[]);
    ends(story(), &streams("app/app/*"), &UNKNOWN, &["${PREFIX}"]);
}

#[test]
fn where_the_name_perhaps_leads_elsewhere_nothing_fails() {
    let deny = json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]});
    let own_resolver = |vpc: Vpc| vpc.but(|vpc| vpc.resolvers = vec!["10.0.101.9".to_owned()]);
    let beside_nat = vpc().but(|it| {
        let mut endpoint = interface("secretsmanager");
        endpoint.policy = Some(deny.clone());
        it.tables = Vpc::with_nat().tables;
        it.endpoints = vec![endpoint];
    });
    ends(private(), &beside_nat, &FAILS, &["secretsmanager:GetSecretValue"]);
    let results = told(private(), &own_resolver(beside_nat));
    let of_policy: Vec<_> =
        results.iter().filter(|it| it.id == "network-endpoint-policy").collect();
    assert!(
        of_policy.iter().all(|it| it.status == crate::report::Status::Unknown
            && it.message.contains("custom DNS servers")),
        "{of_policy:#?}"
    );
    // Without another way it is refused or lost.
    let alone = own_resolver(vpc().but(|it| it.endpoint("secretsmanager").policy = Some(deny)));
    let found = finding(private(), &alone);
    assert_eq!(found.status, crate::report::Status::Fail, "{found:#?}");
}

/// A task on EC2 in mode bridge without an execution role.
fn on_instances() -> Story {
    let definition = format!(
        r#"{{"family": "web", "networkMode": "bridge", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
    );
    Story::given(&definition).run_as(r#"{"launchType": "EC2", "cluster": "prod", "count": 1}"#)
}

#[test]
fn without_an_execution_role_the_instance_is_asked_where_the_policy_tells_callers_apart() {
    // An instance of the stories has no profile.
    let there = |statements: Value| with("ecr.dkr", statements).with_instances(&["subnet-a"]);
    for named in [json!("*"), own_account()] {
        ends(on_instances(), &there(json!([allow(named, "ecr:*", "*")])), &[], &[]);
    }
    let nothing = json!([allow(json!("*"), "ecr:Describe*", "*")]);
    ends(on_instances(), &there(nothing), &FAILS, &["ecr:BatchGetImage"]);
    let another = json!({"AWS": "arn:aws:iam::444455556666:root"});
    ends(on_instances(), &there(json!([allow(another, "ecr:*", "*")])), &FAILS, &["444455556666"]);
    let named = json!([allow(own_role(), "ecr:*", "*")]);
    ends(on_instances(), &there(named.clone()), &UNKNOWN, &["no execution role", "statement 1"]);
    // With a profile its role counts.
    let profile = |role: &str| {
        let instance = json!({
            "vpc": "vpc-1", "subnet": "subnet-a", "security_groups": ["sg-app"],
            "private_address": "10.0.1.4", "is_public": false,
            "profile": format!("arn:aws:iam::{ACCOUNT}:instance-profile/machines"),
        });
        let container = json!([{
            "arn": format!("arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/prod/i-0"),
            "ec2_instance_id": "i-0", "status": "ACTIVE", "agent_connected": true,
            "attributes": {}, "capacity_provider": null,
        }]);
        with("ecr.dkr", named.clone())
            .says(
                "ecs:DescribeContainerInstances",
                &json!({"region": REGION, "cluster": "prod"}),
                &container,
            )
            .says("ec2:DescribeInstances", &json!({"region": REGION, "id": "i-0"}), &instance)
            .says(
                "iam:GetInstanceProfile",
                &json!({"region": REGION, "name": "machines"}),
                &json!({"role": format!("arn:aws:iam::{ACCOUNT}:role/{role}")}),
            )
    };
    ends(on_instances(), &profile("pull"), &[], &[]);
    ends(on_instances(), &profile("other"), &FAILS, &["role/other"]);
    let refused = profile("pull").refusing("iam:GetInstanceProfile");
    ends(on_instances(), &refused, &UNKNOWN, &["iam:GetInstanceProfile"]);
}

#[test]
fn gateway_endpoints_name_no_principals() {
    let text = definition().replace(
        r#""name": "app","#,
        r#""name": "app", "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::conf/app.env"}],"#,
    );
    let story = || Story::given(&text).run_as(&on_fargate("subnet-a,subnet-b", ""));
    let layers = || allow(json!("*"), "s3:GetObject", LAYERS);
    let file = |principal| with("s3", json!([layers(), allow(principal, "s3:*", "*")]));
    ends(story(), &file(json!("*")), &[], &[]);
    ends(story(), &file(json!({"AWS": "*"})), &[], &[]);
    // An account is its root user there.
    ends(story(), &file(own_account()), &FAILS, &["app.env", "root user"]);
    ends(story(), &file(json!({"AWS": ACCOUNT})), &FAILS, &["app.env", "root user"]);
    ends(story(), &file(own_role()), &WARNS, &["app.env", "statement 2"]);
    let mut denied = allow(own_role(), "s3:GetObject", "arn:aws:s3:::conf/*");
    denied["Effect"] = json!("Deny");
    let all = allow(json!("*"), "*", "*");
    ends(story(), &with("s3", json!([all, denied])), &WARNS, &["app.env", "statement 2"]);
    let by_condition = json!({"ArnEquals": {"aws:PrincipalArn": own_role()["AWS"]}});
    let vpc = with("s3", json!([layers(), where_holds(by_condition)]));
    ends(story(), &vpc, &[], &[]);
    // An interface endpoint takes them at their word.
    ends(private(), &with("ssm", json!([allow(own_account(), "ssm:*", "*")])), &[], &[]);
}

#[test]
fn the_command_keeps_what_the_policy_has_and_adds_what_is_missing() {
    let own = json!({"Sid": "It's mine", "Effect": "Allow", "Principal": "*",
        "Action": "ssm:Put*", "Resource": "*"});
    for statements in [own.clone(), json!([own])] {
        let found = finding(private(), &with("ssm", statements));
        let policy = written(&found);
        assert_eq!(policy["Version"], "2012-10-17");
        assert_eq!(policy["Statement"][0], own);
        let added = json!({
            "Effect": "Allow", "Principal": own_role(), "Action": ["ssm:GetParameters"],
            "Resource": [format!("arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/level")],
        });
        assert_eq!(policy["Statement"][1], added);
        assert_eq!(policy["Statement"].as_array().map(Vec::len), Some(2));
    }
}

#[test]
fn what_a_command_writes_mends_it() {
    let nothing = || json!([allow(json!("*"), "ec2:*", "*")]);
    for service in ["ecr.api", "ecr.dkr", "secretsmanager", "ssm", "logs", "s3"] {
        let found = finding(private(), &with(service, nothing()));
        let statements = written(&found)["Statement"].clone();
        ends(private(), &with(service, statements), &[], &[]);
    }
}

#[test]
fn what_a_statement_denies_no_command_allows() {
    let mut deny = allow(json!("*"), "ssm:Get*", "*");
    deny["Effect"] = json!("Deny");
    deny["Sid"] = json!("NotSo");
    let found = finding(private(), &with("ssm", json!([allow(json!("*"), "*", "*"), deny])));
    assert_eq!(found.commands, [""; 0]);
    let remedy = found.remedy.unwrap();
    assert!(remedy.contains("Narrow statement `NotSo`"), "{remedy}");
    // Neither does one that the answer depends on.
    let of_others = json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}});
    let statements = json!([allow(json!("*"), "*", "*"), denied_where(of_others)]);
    let found = finding(private(), &with("s3", statements));
    assert_eq!(found.commands, [""; 0]);
    let remedy = found.remedy.unwrap();
    assert!(remedy.contains("Narrow statement 2"), "{remedy}");
}

#[test]
fn a_policy_without_room_is_not_written() {
    let long: Vec<String> = (0..1500).map(|at| format!("ec2:Action{at}")).collect();
    let full = json!([{"Effect": "Allow", "Principal": "*", "Action": long, "Resource": "*"}]);
    let found = finding(task().run_as(&on_fargate("subnet-a", "")), &with("ssm", full));
    assert_eq!(found.commands, [""; 0]);
    assert!(found.remedy.unwrap().contains("Shorten the endpoint policy"));
}

#[test]
fn who_signs_the_urls_of_layers_is_nobody_of_the_customers() {
    let only = |key: &str, value: &str| {
        with("s3", json!([where_holds(json!({"StringEquals": {key: value}}))]))
    };
    let organization = json!({
        "id": "o-aaaaaaaaaa", "management": "999999999999", "has_policies": false,
    });
    let call = "organizations:DescribeOrganization";
    let within = |vpc: Vpc| vpc.says(call, &json!({"region": REGION}), &organization);
    let role = format!("arn:aws:iam::{ACCOUNT}:role/pull");
    for vpc in [
        only("aws:PrincipalAccount", ACCOUNT),
        only("aws:PrincipalArn", &role),
        within(only("aws:PrincipalOrgID", "o-aaaaaaaaaa")),
        within(only("aws:PrincipalOrgPaths", "o-aaaaaaaaaa/r-ab12/ou-ab12-11111111/")),
        // Whoever is not of the own account is denied.
        with(
            "s3",
            json!([
                allow(json!("*"), "*", "*"),
                denied_where(json!({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}))
            ]),
        ),
        with("s3", json!([allow(own_role(), "*", "*")])),
    ] {
        let found = finding(private(), &vpc);
        assert_eq!(found.status, crate::report::Status::Fail, "{found:#?}");
        assert!(found.message.contains("starport"), "{found:#?}");
        assert!(!found.message.contains("000000000000"), "no stand-in is told: {found:#?}");
        let error = found.prevents.as_deref().unwrap_or_default();
        assert!(error.contains("403 Forbidden"), "{found:#?}");
    }
    // The command that mends it allows the layers to anybody.
    let found = finding(private(), &only("aws:PrincipalAccount", ACCOUNT));
    ends(private(), &with("s3", written(&found)["Statement"].clone()), &[], &[]);
    // An account that is not the own one may be ECR's, as may a tag or an organization that nobody knows.
    for vpc in [
        only("aws:PrincipalAccount", "444455556666"),
        only("aws:PrincipalOrgID", "o-aaaaaaaaaa"),
        only("aws:PrincipalTag/team", "web"),
    ] {
        ends(private(), &vpc, &WARNS, &["starport"]);
    }
    // What is kept from the own account alone is nothing to others.
    let spared = with(
        "s3",
        json!([
            allow(json!("*"), "*", "*"),
            denied_where(json!({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}))
        ]),
    );
    ends(private(), &spared, &[], &[]);
}

#[test]
fn a_refusal_is_told_of_what_it_hits_alone() {
    let text = definition().replace(
        r#""name": "app","#,
        r#""name": "app", "environmentFiles": [{"type": "s3", "value": "arn:aws:s3:::conf/app.env"}],"#,
    );
    let story = || Story::given(&text).run_as(&on_fargate("subnet-a,subnet-b", ""));
    let found = finding(story(), &with("s3", json!([allow(json!("*"), "s3:GetObject", LAYERS)])));
    assert!(found.message.contains("environment file app.env"), "{found:#?}");
    assert!(!found.message.contains("the image of"), "{found:#?}");
    assert!(found.prevents.is_some_and(|it| it.contains("download env files")));
}
