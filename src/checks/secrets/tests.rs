//! Stories of the files that run-task puts in the place of those of the definition.

use crate::checks::find;
use crate::checks::tests::account::{Account, REGION, ROLES, anything};
use crate::checks::tests::story::{Story, Told};
use crate::report::Status::{Fail, Pass, Unknown};
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
