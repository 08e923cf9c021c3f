//! Accounts and definitions that other tools have judged wrongly, as a list to go through: given this
//! account and this definition, then this is true.
//!
//! Some more of the kind are told elsewhere: what a caller may not read is unknown, trust policies that
//! deny or set conditions, and roles of another path, account or partition in `checks/roles/tests.rs`; a
//! task without an execution role in `checks/definition/execution_role.rs`; registries that ask for a
//! password, limit the rate or fall silent in `lookup/oci/client/tests.rs`; a stage or version that a
//! secret lacks, a missing parameter, what the container instances run, and what a cache rule brings in
//! `tests/replay/`.

mod images;

use serde_json::{Value, json};

use crate::checks::find;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, ID, REGION, ROLES, anything, may, policy, trusting};
use crate::testing::story::Story;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

/// A task on Fargate with the execution role `pull` and one container, which has these fields.
fn task(container: &str) -> Story {
    imaged("nginx", container)
}

fn imaged(image: &str, container: &str) -> Story {
    let fields = if container.is_empty() { String::new() } else { format!(", {container}") };
    Story::containers_and(
        &format!(r#"{{"name": "app", "image": "{image}"{fields}}}"#),
        &format!(
            r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256",
               "memory": "512", "executionRoleArn": "{ROLES}/pull""#
        ),
    )
}

fn with_secret(value_from: &str) -> Story {
    task(&format!(r#""secrets": [{{"name": "DB", "valueFrom": "{value_from}"}}]"#))
}

/// What one check says of the story: the statuses, in order.
fn says(story: &Story, check: &str) -> Vec<Status> {
    let (_, check) = find(check).unwrap();
    story.judged_by(check).iter().map(|it| it.status).collect()
}

/// Asserts what one check says of the one thing that it judges, and words of it.
#[track_caller]
fn tells(story: &Story, check: &str, status: Status, words: &str) {
    let (_, check) = find(check).unwrap();
    let results = story.judged_by(check);
    let [result] = results.as_slice() else { panic!("{results:#?}") };
    assert_eq!(result.status, status, "{result:#?}");
    assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
}

#[test]
fn a_caller_who_may_everything_does_not_make_up_for_an_execution_role_that_may_nothing() {
    let account = |role: &Value, caller: &Value| {
        Account::deployed_to_by(caller)
            .execution_role(role)
            .secret(SECRET, None)
            .image("app", &json!({"tag": "1"}), "amd64")
            .recorded()
    };
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/app:1");
    let secret = format!(r#""secrets": [{{"name": "DB", "valueFrom": "{SECRET}"}}]"#);
    let nothing = json!([]);
    for (role, caller, expected) in
        [(&nothing, &anything(), Fail), (&anything(), &nothing, Pass), (&nothing, &nothing, Fail)]
    {
        let story = imaged(&image, &secret).in_account(account(role, caller));
        for check in ["secret-permission", "image-pull-permission"] {
            assert_eq!(says(&story, check), [expected], "{check}: {role} {caller}");
        }
    }
}

#[test]
fn a_file_that_the_caller_sees_may_be_closed_to_the_execution_role() {
    let file = "arn:aws:s3:::config/app.env";
    let story = |role: &Value| {
        let account = Account::deployed_to_by(&anything()).execution_role(role).file(file);
        task(&format!(r#""environmentFiles": [{{"type": "s3", "value": "{file}"}}]"#))
            .in_account(account.recorded())
    };
    let denied = story(&may("s3:GetBucketLocation", "arn:aws:s3:::config"));
    tells(&denied, "environment-file-exists", Pass, "exists");
    tells(&denied, "environment-file-permission", Fail, "s3:GetObject");
    assert_eq!(says(&story(&anything()), "environment-file-permission"), [Pass]);
}

#[test]
fn what_was_not_looked_at_is_no_success() {
    let head = json!({"repository": {"host": "docker.io", "name": "library/nginx"},
        "reference": "latest"});
    let limited = json!({"Err": {"throttled": {"what": "registry:HeadManifest"}}});
    let account = Account::healthy().answers("registry:HeadManifest", &head, &limited);
    tells(&task("").in_account(account.recorded()), "image-exists", Unknown, "");

    let unread = with_secret(&format!("{SECRET}:password::"))
        .in_account(Account::healthy().secret(SECRET, None).recorded());
    tells(&unread, "secret-json-key", Skip, "--read-secrets");
}

#[test]
fn the_first_fault_does_not_hide_the_others() {
    let account = Account::healthy()
        .without_role("pull")
        .without_secret(SECRET)
        .without_parameter_in(REGION, "level")
        .recorded();
    let secrets = format!(
        r#""secrets": [{{"name": "DB", "valueFrom": "{SECRET}"}}, {{"name": "LEVEL", "valueFrom": "level"}}]"#
    );
    let results = task(&secrets)
        .in_account(account)
        .judged(|group, _| ["roles", "secrets"].contains(&group.name));
    let failed: Vec<_> = results
        .iter()
        .filter(|it| it.status == Fail)
        .map(|it| (it.id, it.subject.as_str()))
        .collect();
    assert_eq!(
        failed,
        [
            ("secret-exists", "/containerDefinitions/0/secrets/0/valueFrom"),
            ("parameter-exists", "/containerDefinitions/0/secrets/1/valueFrom"),
            ("role-exists", "/executionRoleArn"),
        ]
    );
}

#[test]
fn a_trust_policy_may_be_written_in_every_way_that_aws_reads() {
    let by = |principal: Value, action: Value| {
        policy(&json!([{"Effect": "Allow", "Principal": principal, "Action": action}]))
    };
    let tasks = || json!({"Service": "ecs-tasks.amazonaws.com"});
    let deny = policy(&json!([{"Effect": "Deny", "Principal": tasks(), "Action": "sts:*"}]));
    let cases = [
        (by(tasks(), json!("sts:*")), Pass),
        (by(tasks(), json!("*")), Pass),
        (by(tasks(), json!("sts:Assume*")), Pass),
        (by(tasks(), json!("STS:assumerole")), Pass),
        (by(tasks(), json!(["sts:TagSession", "sts:AssumeRole"])), Pass),
        (
            by(
                json!({"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}),
                json!("sts:*"),
            ),
            Pass,
        ),
        (by(tasks(), json!("sts:TagSession")), Fail),
        (by(json!({"AWS": "arn:aws:iam::111122223333:root"}), json!("sts:*")), Fail),
        // A statement that denies is no statement that allows.
        (deny, Fail),
        // Whether everyone includes services is not documented.
        (by(json!("*"), json!("sts:AssumeRole")), Unknown),
    ];
    for (trust, expected) in cases {
        let account = Account::healthy().role("app", "/", &trust, &json!([])).recorded();
        let story = Story::task(r#""taskRoleArn": "app""#).in_account(account);
        assert_eq!(says(&story, "role-trust"), [expected], "{trust}");
    }
}

#[test]
fn a_parameter_is_looked_for_in_the_region_and_account_of_its_arn() {
    let level = "arn:aws:ssm:us-east-1:111122223333:parameter/app/level";
    let here = Account::healthy().parameter("/app/level", None);
    // What is left out is not there: `parameter/app/level` could be the name without a slash too.
    let lacks = |account: Account, region: &str| {
        account.without_parameter_in(region, "app/level").without_parameter_in(region, "/app/level")
    };
    let missing = with_secret(level).in_account(lacks(here, "us-east-1").recorded());
    tells(&missing, "parameter-exists", Fail, "");

    let there = lacks(lacks(Account::healthy(), REGION), "us-east-1").parameter_in(
        "us-east-1",
        "/app/level",
        None,
    );
    let found = with_secret(level).in_account(there.recorded());
    tells(&found, "parameter-exists", Pass, "us-east-1");
    tells(&found, "secret-region", Warn, "us-east-1");

    let foreign = "arn:aws:ssm:eu-west-1:444455556666:parameter/app/level";
    let asked = json!({"region": REGION, "name": "/app/level", "shared": foreign});
    let account = Account::healthy().parameter("/app/level", None).lacks(
        "ssm:DescribeParameters",
        &asked,
        "not listed",
    );
    let story = with_secret(foreign).in_account(account.recorded());
    tells(&story, "parameter-exists", Fail, "belongs to account 444455556666");
}

#[test]
fn an_arn_of_a_parameter_may_mean_a_name_without_a_slash() {
    let account = Account::healthy()
        .parameter("level", None)
        .without_parameter_in(REGION, "/level")
        .recorded();
    let story = with_secret("arn:aws:ssm:eu-west-1:111122223333:parameter/level");
    tells(&story.in_account(account), "parameter-exists", Pass, "parameter level exists");
}

#[test]
fn a_secret_is_looked_for_in_the_region_of_its_arn() {
    let there = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf";
    let story = |account: Account| with_secret(there).in_account(account.recorded());
    let found = story(Account::healthy().secret(there, None));
    tells(&found, "secret-exists", Pass, "exists");
    tells(&found, "secret-region", Warn, "us-east-1");
    let missing = story(Account::healthy().secret(SECRET, None).without_secret(there));
    tells(&missing, "secret-exists", Fail, "");
}

#[test]
fn china_and_govcloud_have_secrets_and_parameters_like_everybody() {
    for region in ["cn-north-1", "us-gov-west-1"] {
        let partition = crate::names::Partition::of_region(region);
        let secret = format!("arn:{partition}:secretsmanager:{region}:{ID}:secret:db-AbCdEf");
        let parameter = format!("arn:{partition}:ssm:{region}:{ID}:parameter/level");
        let account = Account::of_region(region, &anything())
            .execution_role(&anything())
            .secret(&secret, None)
            .parameter("/level", None)
            .without_parameter_in(region, "level")
            .recorded();
        let story = Story::containers_and(
            &format!(
                r#"{{"name": "app", "image": "nginx", "secrets": [
                    {{"name": "A", "valueFrom": "{secret}"}},
                    {{"name": "B", "valueFrom": "{parameter}"}}]}}"#
            ),
            &format!(r#""executionRoleArn": "arn:{partition}:iam::{ID}:role/pull""#),
        );
        let story = story.in_account(account);
        let wanted = |it: &crate::checks::Group| ["secrets", "roles"].contains(&it.name);
        let results = story.judged(|group, _| wanted(group));
        let wrong: Vec<_> = results.iter().filter(|it| !matches!(it.status, Pass | Skip)).collect();
        assert!(wrong.is_empty(), "{region}: {wrong:#?}");
        for check in ["secret-exists", "secret-permission", "parameter-exists"] {
            assert_eq!(says(&story, check), [Pass], "{region}: {check}");
        }
    }
}

#[test]
fn a_binary_secret_has_no_json_key() {
    let value = json!({"region": REGION, "id": SECRET, "stage": null, "version": null,
        "key": "password"});
    let told = |form: &str| {
        let account = Account::healthy().secret(SECRET, None).says(
            "secretsmanager:GetSecretValue",
            &value,
            &json!(form),
        );
        let story = with_secret(&format!("{SECRET}:password::"));
        story.reading_secrets().in_account(account.recorded())
    };
    tells(&told("binary"), "secret-json-key", Fail, "binary");
    tells(&told("not_json"), "secret-json-key", Fail, "not a JSON object");
    tells(&told("complete"), "secret-json-key", Pass, "password");
}

/// The recorded account holds no value; whoever asked for one would end unknown.
#[test]
fn no_value_of_a_secret_or_parameter_is_read_to_judge_it() {
    let account = Account::healthy().secret(SECRET, None).parameter("level", Some("alias/aws/ssm"));
    let secrets = format!(
        r#""secrets": [{{"name": "DB", "valueFrom": "{SECRET}:password:AWSPREVIOUS:"}}, {{"name": "LEVEL", "valueFrom": "level"}}]"#
    );
    let results = task(&secrets)
        .in_account(account.recorded())
        .judged(|group, _| ["secrets", "kms"].contains(&group.name));
    let wrong: Vec<_> = results.iter().filter(|it| !matches!(it.status, Pass | Skip)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn secrets_of_log_options_and_of_registries_are_secrets() {
    let other = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:splunk-AbCdEf";
    let container = format!(
        r#""logConfiguration": {{"logDriver": "splunk", "secretOptions": [
               {{"name": "splunk-token", "valueFrom": "{other}"}}]}},
           "repositoryCredentials": {{"credentialsParameter": "{SECRET}"}}"#
    );
    let account = Account::healthy().without_secret(other).without_secret(SECRET);
    let story = task(&container).in_account(account.recorded());
    let results = story.judged(|group, check| {
        group.name == "secrets" && check.id == "secret-exists"
            || check.id == "image-registry-credentials"
    });
    let failed: Vec<_> =
        results.iter().filter(|it| it.status == Fail).map(|it| it.subject.as_str()).collect();
    assert_eq!(
        failed,
        [
            "/containerDefinitions/0/repositoryCredentials/credentialsParameter",
            "/containerDefinitions/0/logConfiguration/secretOptions/0/valueFrom",
        ]
    );
}

#[test]
fn a_role_for_volumes_trusts_another_service_than_a_role_for_tasks() {
    let service = format!(
        r#"{{"serviceName": "web", "volumeConfigurations": [
            {{"name": "data", "managedEBSVolume": {{"roleArn": "{ROLES}/volumes"}}}}]}}"#
    );
    for (trusted, expected) in [("ecs.amazonaws.com", Pass), ("ecs-tasks.amazonaws.com", Fail)] {
        let account =
            Account::healthy().role("volumes", "/", &trusting(trusted), &json!([])).recorded();
        let story = Story::task(r#""networkMode": "awsvpc""#).served_by(&service);
        assert_eq!(says(&story.in_account(account), "role-trust"), [expected], "{trusted}");
    }
}
