use serde_json::json;

use super::account::account;
use crate::checks::service::stack::SERVICE_STACK;
use crate::report::{CheckResult, Status};
use crate::task::{Deployment, StackUse};
use crate::testing::account::REGION;
use crate::testing::story::Story;

/// What is said of a stack in this state that the CDK or another tool updates.
fn update_of(status: &str, by_cdk: bool) -> CheckResult {
    let stack = StackUse { name: "prod".to_owned(), region: REGION.parse().unwrap(), by_cdk };
    let described = json!({"status": status, "parameters": {}});
    let key = json!({"region": REGION, "stack": "prod"});
    let account = account().says("cloudformation:DescribeStacks", &key, &described);
    let deployment = Deployment { stack: Some(stack), ..Deployment::default() };
    let story = Story::task(r#""cpu": "256""#).deployed_by(deployment);
    let mut results = story.in_account(account.recorded()).judged_by(&SERVICE_STACK);
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

#[test]
fn a_stack_is_updated_only_in_a_state_that_accepts_it() {
    for (state, status, words) in [
        ("CREATE_COMPLETE", Status::Pass, "accepts an update"),
        ("UPDATE_ROLLBACK_COMPLETE", Status::Pass, "accepts an update"),
        ("UPDATE_IN_PROGRESS", Status::Fail, "the stack prod is in UPDATE_IN_PROGRESS"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Status::Fail, "accepts no update"),
        ("ROLLBACK_COMPLETE", Status::Fail, "accepts no update"),
        ("DELETE_FAILED", Status::Fail, "accepts no update"),
        ("UPDATE_ROLLBACK_FAILED", Status::Fail, "accepts no update"),
        ("REVIEW_IN_PROGRESS", Status::Unknown, "`update-stack` is refused"),
        ("UPDATE_FAILED", Status::Unknown, "--disable-rollback"),
        ("MOVED", Status::Unknown, "AWS does not document this state"),
    ] {
        let result = update_of(state, false);
        assert_eq!(result.status, status, "{result:#?}");
        assert!(result.message.contains(words), "{result:#?}");
        if status == Status::Fail {
            let said =
                format!("ValidationError: Stack:... is in {state} state and can not be updated.");
            assert_eq!(result.prevents, Some(said), "{state}");
        }
    }
}

#[test]
fn the_cdk_deletes_a_stack_whose_creation_failed_and_waits_for_no_other_operation() {
    for (state, status) in [
        ("ROLLBACK_COMPLETE", Status::Pass),
        ("REVIEW_IN_PROGRESS", Status::Pass),
        ("UPDATE_IN_PROGRESS", Status::Fail),
        ("DELETE_FAILED", Status::Fail),
    ] {
        assert_eq!(update_of(state, true).status, status, "{state}");
    }
}

#[test]
fn without_a_stack_there_is_nothing_to_update_and_a_denied_call_is_unknown() {
    let story = Story::task(r#""cpu": "256""#);
    let alone = story.in_account(account().recorded()).judged_by(&SERVICE_STACK);
    assert_eq!(alone[0].status, Status::Skip, "{alone:#?}");
    let stack =
        StackUse { name: "prod".to_owned(), region: REGION.parse().unwrap(), by_cdk: false };
    let deployment = Deployment { stack: Some(stack), ..Deployment::default() };
    let story = Story::task(r#""cpu": "256""#).deployed_by(deployment);
    let unread = story.in_account(account().recorded()).judged_by(&SERVICE_STACK);
    assert_eq!(unread[0].status, Status::Unknown, "{unread:#?}");
}
