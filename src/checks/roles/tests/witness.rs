//! IAM's simulator beside the engine: it may cast doubt, and stand in where nothing can be read; it
//! never changes an answer in silence.

use serde_json::{Value, json};

use super::task;
use crate::checks::roles::pass;
use crate::report::CheckResult;
use crate::report::Status::{self, Fail, Pass, Unknown};
use crate::task::Witness;
use crate::testing::account::{Account, REGION, ROLES, anything};

/// How the simulator is asked whether `deploy` may pass the task role.
fn asked() -> Value {
    let key = |name: &str, kind: &str, value: &str| json!({"name": name, "kind": kind, "values": [value]});
    json!({
        "region": REGION,
        "principal": format!("{ROLES}/deploy"),
        "actions": ["iam:PassRole"],
        "resources": [format!("{ROLES}/app")],
        "context": [
            key("aws:RequestedRegion", "string", REGION),
            key("aws:SecureTransport", "boolean", "true"),
            key("iam:PassedToService", "string", "ecs-tasks.amazonaws.com"),
        ],
    })
}

fn outcome(decision: &str, allowed_by_organizations: Option<bool>, missing: &[&str]) -> Value {
    json!({
        "action": "iam:PassRole", "resource": format!("{ROLES}/app"), "decision": decision,
        "missing": missing, "allowed_by_organizations": allowed_by_organizations,
    })
}

/// What is said of passing the task role.
fn judged(account: Account, witness: Witness) -> CheckResult {
    let story = task().in_account(account.recorded()).hearing(witness);
    story.judged_by(&pass::ROLE_PASS).swap_remove(1)
}

fn member(statements: &Value, outcome: &Value) -> Account {
    Account::deployed_to_by(statements)
        .with_task_roles()
        .in_organization()
        .simulated(&asked(), outcome)
}

#[test]
fn given_both_agree_then_the_engine_speaks_alone() {
    let cases = [(anything(), "allowed", Pass), (json!([]), "implicit_deny", Fail)];
    for (statements, decision, status) in cases {
        let said = judged(member(&statements, &outcome(decision, Some(true), &[])), Witness::Auto);
        assert_eq!(said.status, status, "{said:#?}");
        assert!(!said.message.contains("simulat"), "{said:#?}");
    }
}

#[test]
fn given_they_disagree_then_it_is_not_known_and_both_are_told() {
    let cases: [(Value, Value, Status, &str); 6] = [
        (
            anything(),
            outcome("implicit_deny", Some(false), &[]),
            Unknown,
            "because the organization's policies do not allow it",
        ),
        (
            anything(),
            outcome("explicit_deny", Some(true), &[]),
            Unknown,
            "simulator returns explicitDeny without naming a missing context key",
        ),
        (anything(), outcome("implicit_deny", None, &[]), Unknown, "allowed by statement 1"),
        (anything(), outcome("implicit_deny", Some(true), &["aws:SourceVpce"]), Pass, "may pass"),
        (json!([]), outcome("allowed", Some(true), &[]), Unknown, "simulator returns allowed"),
        (
            json!([]),
            outcome("allowed", Some(true), &["aws:SourceVpce"]),
            Fail,
            "no identity policy allows",
        ),
    ];
    for (statements, outcome, status, words) in cases {
        let said = judged(member(&statements, &outcome), Witness::Auto);
        assert_eq!(said.status, status, "{outcome}\n{said:#?}");
        assert!(said.message.contains(words), "{said:#?}");
    }
}

#[test]
fn given_a_policy_cannot_be_read_then_the_simulator_is_all_there_is_and_that_is_said() {
    let hidden = |account: Account| {
        account.refuses("iam:ListRolePolicies", &json!({"region": REGION, "role": "deploy"}))
    };
    let blind = || hidden(Account::deployed_to_by(&anything()).with_task_roles());
    let cases = [("allowed", Pass), ("implicit_deny", Fail), ("explicit_deny", Fail)];
    for (decision, status) in cases {
        for witness in [Witness::Auto, Witness::OnlyIfBlind] {
            let account = blind().simulated(&asked(), &outcome(decision, None, &[]));
            let said = judged(account, witness);
            assert_eq!(said.status, status, "{said:#?}");
            let told = said.message.to_string() + &said.evidence.join("\n");
            assert!(told.contains("simulat"), "{said:#?}");
            assert!(!said.assumes.is_empty(), "{said:#?}");
        }
        let account = blind().simulated(&asked(), &outcome(decision, None, &[]));
        assert_eq!(judged(account, Witness::Never).status, Unknown);
    }
    for decision in ["allowed", "implicit_deny", "explicit_deny"] {
        let partial = outcome(decision, Some(true), &["aws:SourceVpce"]);
        let said = judged(blind().simulated(&asked(), &partial), Witness::Auto);
        assert_eq!(said.status, Unknown, "{decision}: {said:#?}");
    }
    let unsure = blind().simulated(&asked(), &outcome("implicit_deny", Some(false), &[]));
    assert_eq!(judged(unsure, Witness::Auto).status, Unknown);
}

#[test]
fn given_the_simulator_may_not_be_asked_then_nothing_is_worse_than_without_it() {
    let call = "iam:SimulatePrincipalPolicy";
    let in_organization = Account::healthy().in_organization().refuses(call, &asked());
    assert_eq!(judged(in_organization, Witness::Auto).status, Pass);
    let blind = Account::healthy()
        .refuses("iam:ListRolePolicies", &json!({"region": REGION, "role": "deploy"}))
        .refuses(call, &asked());
    let said = judged(blind, Witness::Auto);
    assert_eq!(said.status, Unknown);
    assert!(said.message.contains("iam:ListRolePolicies"), "{said:#?}");
    // And where everything can be read it is not asked at all.
    let said = judged(Account::healthy(), Witness::OnlyIfBlind);
    assert!(said.evidence.iter().all(|line| !line.starts_with(call)), "{said:#?}");
}
