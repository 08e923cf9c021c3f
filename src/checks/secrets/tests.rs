//! Stories of the files that run-task puts in the place of those of the definition.

use crate::checks::find;
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Unknown};
use crate::testing::account::{Account, ID, REGION, ROLES, anything};
use crate::testing::story::{Story, Told};
use serde_json::json;

const WRITTEN: &str = "arn:aws:s3:::config/app.env";
const CHANGED: &str = "arn:aws:s3:::config/debug.env";
const AT: &str = "/containerDefinitions/0/environmentFiles/0/value";
const OVER: &str = "run.json#/overrides/containerOverrides/0/environmentFiles/0/value";

fn files(file: &str) -> String {
    format!(r#""environmentFiles": [{{"type": "s3", "value": "{file}"}}]"#)
}

fn task() -> Story {
    Story::containers_and(
        &format!(r#"{{"name": "app", "image": "nginx", {}}}"#, files(WRITTEN)),
        &format!(r#""executionRoleArn": "{ROLES}/pull""#),
    )
}

fn run(changes: &str) -> String {
    format!(r#"{{"count": 1, "overrides": {{"containerOverrides": [{changes}]}}}}"#)
}

/// An account in which one of the files is not there.
fn without(story: Story, gone: &str) -> Story {
    let there = if gone == WRITTEN { CHANGED } else { WRITTEN };
    let asked = json!({"region": REGION, "object": gone});
    let account = Account::healthy().file(there).lacks("s3:GetObject", &asked, "NoSuchKey");
    story.in_account(account.recorded())
}

#[track_caller]
fn ends(story: &Story, id: &str, expected: &[Told]) {
    story.ends(find(id).unwrap().1, expected);
}

#[test]
fn files_of_an_override_come_instead_of_those_of_the_definition() {
    let changed = || run(&format!(r#"{{"name": "app", {}}}"#, files(CHANGED)));
    let story = without(task().run_as(&changed()), WRITTEN);
    ends(&story, "environment-file-exists", &[(Pass, OVER, "debug.env exists")]);
    ends(&story, "environment-file-permission", &[(Pass, OVER, "debug.env")]);
    let story = without(task().run_as(&changed()), CHANGED);
    ends(&story, "environment-file-exists", &[(Fail, OVER, "")]);
    // What changes something else, another container, or nothing, leaves them as they are.
    for change in [
        r#"{"name": "app", "cpu": 10}"#.to_owned(),
        r#"{"name": "app", "environmentFiles": []}"#.to_owned(),
        format!(r#"{{"name": "side", {}}}"#, files(CHANGED)),
    ] {
        let story = without(task().run_as(&run(&change)), WRITTEN);
        ends(&story, "environment-file-exists", &[(Fail, AT, "")]);
    }
}

#[test]
fn given_nobody_knows_which_files_come_then_none_passes() {
    let story =
        without(task().run_as(&run(r#"{"name": "app", "environmentFiles": "${FILES}"}"#)), "");
    let at = "run.json#/overrides/containerOverrides/0/environmentFiles";
    ends(&story, "environment-file-exists", &[(Unknown, at, "${FILES}")]);
}

#[test]
fn what_is_asked_of_files_is_asked_of_those_of_an_override_too() {
    let bare = || Story::containers(r#"{"name": "app", "image": "nginx"}"#);
    let of = |file: &str| run(&format!(r#"{{"name": "app", {}}}"#, files(file)));
    let story = bare().run_as(&of(CHANGED));
    let needs_role = (Fail, "/executionRoleArn", "override of container app");
    let told = story.judged_by(find("definition-execution-role").unwrap().1);
    assert_eq!(told[0].status, needs_role.0, "{told:#?}");
    assert!(told[0].message.contains(needs_role.2), "{told:#?}");
    let story = bare().run_as(&of("arn:aws:s3:::config/debug.txt"));
    let told = story.judged_by(find("definition-schema").unwrap().1);
    let wrong: Vec<_> = told.iter().filter(|it| it.status == Fail).collect();
    assert!(wrong.iter().any(|it| it.subject == OVER && it.message.contains(".env")), "{told:#?}");
    let policy = anything();
    let account = Account::deployed_to_by(&policy).execution_role(&json!([])).file(CHANGED);
    let story = task().run_as(&of(CHANGED)).in_account(account.recorded());
    ends(&story, "environment-file-permission", &[(Fail, OVER, "s3:GetObject")]);
}

/// The one failure of the checks on secrets, of one that is written so.
fn failure(value_from: &str, account: Account) -> CheckResult {
    let secrets = format!(r#""secrets": [{{"name": "TOKEN", "valueFrom": "{value_from}"}}]"#);
    let task = Story::containers_and(
        &format!(r#"{{"name": "app", "image": "nginx", {secrets}}}"#),
        &format!(r#""executionRoleArn": "{ROLES}/pull""#),
    );
    let results = task.in_account(account.recorded()).judged(|group, _| group.name == "secrets");
    let mut failed: Vec<_> = results.into_iter().filter(|it| it.status == Fail).collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    failed.remove(0)
}

#[test]
fn the_name_of_a_secret_is_told_from_that_of_no_parameter() {
    let arn = format!("arn:aws:secretsmanager:{REGION}:{ID}:secret:app/token-AbCdEf");
    let without = || Account::healthy().without_parameter("app/token");
    let result = failure("app/token", without().secret_called("app/token", &arn, None));
    assert_eq!(result.id, "parameter-exists");
    assert!(
        result.message.contains(&format!("Secrets Manager has a secret with this name: {arn}"))
    );
    assert_eq!(
        result.commands,
        [format!(
            "aws secretsmanager describe-secret --secret-id app/token --query ARN --output text --region {REGION}"
        )]
    );
    // There is none, or nobody may know: the parameter is missing all the same.
    let asked = json!({"region": REGION, "id": "app/token"});
    let refused = without().refuses("secretsmanager:DescribeSecret", &asked);
    let none =
        without().lacks("secretsmanager:DescribeSecret", &asked, "ResourceNotFoundException");
    for account in [none, refused] {
        let result = failure("app/token", account);
        assert!(!result.message.contains("Secrets Manager"), "{result:#?}");
        assert!(
            result.commands[0].to_string().starts_with("aws ssm put-parameter "),
            "{result:#?}"
        );
    }
}

#[test]
fn a_name_that_ends_like_a_full_arn_needs_the_full_arn() {
    let start = format!("arn:aws:secretsmanager:{REGION}:{ID}:secret");
    let (written, whole) =
        (format!("{start}:app/db-secret"), format!("{start}:app/db-secret-AbCdEf"));
    let without = || Account::healthy().without_secret(&written);
    let result = failure(&written, without().secret_called("app/db-secret", &whole, None));
    assert_eq!(result.id, "secret-exists");
    assert!(result.message.contains("app/db-secret ends like a full ARN"), "{}", result.message);
    assert_eq!(result.remedy, Some(format!("Use the full ARN of the secret: {whole}")));
    assert!(result.commands.is_empty(), "{result:#?}");
    // There is none with that name, or nobody may know: then the six characters may be wrong.
    let asked = json!({"region": REGION, "id": "app/db-secret"});
    let refused = without().refuses("secretsmanager:DescribeSecret", &asked);
    let none =
        without().lacks("secretsmanager:DescribeSecret", &asked, "ResourceNotFoundException");
    for account in [none, refused] {
        let result = failure(&written, account);
        assert_eq!(
            result.commands,
            [format!(
                "aws secretsmanager describe-secret --secret-id app/db --query ARN --output text --region {REGION}"
            )]
        );
    }
}

#[test]
fn a_stage_is_given_to_the_current_version() {
    let arn = format!("arn:aws:secretsmanager:{REGION}:{ID}:secret:app/token-AbCdEf");
    let result = failure(&format!("{arn}::BLUE:"), Account::healthy().secret(&arn, None));
    assert_eq!(
        result.commands,
        [format!(
            "aws secretsmanager update-secret-version-stage --secret-id {arn} --version-stage BLUE --move-to-version-id 0000-1 --region {REGION}"
        )]
    );
}

#[test]
fn a_parameter_of_another_account_is_refused_also_where_it_is_shared() {
    let arn = format!("arn:aws:ssm:{REGION}:444455556666:parameter/shared");
    let asked = json!({"region": REGION, "name": "shared", "shared": arn});
    let shared = json!({"name": "shared", "kms_key": null, "tier": "Advanced"});
    let account = Account::healthy().says("ssm:DescribeParameters", &asked, &shared);
    let result = failure(&arn, account);
    assert_eq!(result.id, "parameter-exists");
    assert_eq!(
        result.prevents.as_deref(),
        Some(&*format!(
            "ClientException: The Systems Manager parameter ARN has a different account ID than the current account. The current account ID is {ID} and the ARN account ID is 444455556666. Cross-account access for ARNs is not currently supported."
        ))
    );
    assert!(result.commands.is_empty(), "{result:#?}");
}

#[test]
fn a_parameter_is_named_without_version_or_label() {
    for written in ["/app/level:3", "level:prod"] {
        let result = failure(written, Account::healthy());
        assert_eq!(result.id, "secret-reference", "{written}");
        let name = written.split(':').next().unwrap();
        let remedy = result.remedy.as_deref().unwrap();
        assert!(remedy.starts_with(&format!("Write the name alone: {name}.")), "{remedy}");
    }
}

#[test]
fn the_secret_that_a_call_names_is_known() {
    let arn = format!("arn:aws:secretsmanager:{REGION}:{ID}:secret:app/token-AbCdEf");
    let secrets = format!(r#""secrets": [{{"name": "TOKEN", "valueFrom": "{arn}"}}]"#);
    let task = || {
        Story::containers_and(
            &format!(r#"{{"name": "app", "image": "nginx", {secrets}}}"#),
            &format!(r#""executionRoleArn": "{ROLES}/pull""#),
        )
    };
    for (wanted, status) in
        [(arn.as_str(), Pass), ("arn:aws:secretsmanager:*:*:secret:other-*", Fail)]
    {
        let may = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"ArnLike": {"secretsmanager:SecretId": wanted}}}]);
        let account = Account::deployed_to_by(&anything()).execution_role(&may);
        let story = task().in_account(account.secret(&arn, None).recorded());
        let results = story.judged_by(find("secret-permission").unwrap().1);
        assert_eq!(results[0].status, status, "{wanted}: {results:#?}");
    }
}

#[test]
fn a_permission_for_a_time_is_judged_for_now_and_says_so() {
    let arn = format!("arn:aws:secretsmanager:{REGION}:{ID}:secret:app/token-AbCdEf");
    let secrets = format!(r#""secrets": [{{"name": "TOKEN", "valueFrom": "{arn}"}}]"#);
    let judged = |condition: &serde_json::Value| {
        let may =
            json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}]);
        let account = Account::deployed_to_by(&anything()).execution_role(&may);
        let mut recorded = account.secret(&arn, None).recorded();
        // 2026-11-30
        recorded.now = Some(1_796_000_000);
        let story = Story::containers_and(
            &format!(r#"{{"name": "app", "image": "nginx", {secrets}}}"#),
            &format!(r#""executionRoleArn": "{ROLES}/pull""#),
        );
        story.in_account(recorded).judged_by(find("secret-permission").unwrap().1).remove(0)
    };
    for (condition, status) in [
        (json!({"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}), Pass),
        (json!({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}), Fail),
    ] {
        let result = judged(&condition);
        assert_eq!(result.status, status, "{condition}: {result:#?}");
        let evidence = result.evidence.join(" ");
        assert!(evidence.contains("assuming that the call is made at about"), "{evidence}");
    }
    let result = judged(&json!({"Bool": {"aws:SecureTransport": "true"}}));
    assert!(!result.evidence.join(" ").contains("about the time"), "{result:#?}");
}
