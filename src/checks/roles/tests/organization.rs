//! What the organization above the account has to say.

use serde_json::{Value, json};

use super::task;
use crate::checks::roles::{deployer, pass};
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Unknown};
use crate::testing::account::{Account, REGION, anything};

const ASSUMED: &str = "assuming that no policy of the organization denies it";

fn assumes(result: &CheckResult) -> bool {
    result.evidence.iter().any(|line| **line == *ASSUMED)
}

fn everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

/// A condition on a key of the organization, in a policy that otherwise allows everything.
fn unless(operator: &str, key: &str, value: &str) -> Value {
    json!([everything(), {"Sid": "Fence", "Effect": "Deny", "Action": "iam:PassRole",
        "Resource": "*", "Condition": {operator: {key: value}}}])
}

#[test]
fn given_no_organization_or_its_management_account_then_nothing_is_assumed() {
    let nowhere = json!({"Ok": {"absent": {
        "sentence": "the account is in no organization", "said": "AWSOrganizationsNotInUseException"}}});
    let describe = "organizations:DescribeOrganization";
    let key = json!({"region": REGION});
    let managing = json!({"id": "o-1", "management": "111122223333", "has_policies": true});
    let sharing = json!({"id": "o-1", "management": "999988887777", "has_policies": false});
    for account in [
        Account::healthy().answers(describe, &key, &nowhere),
        Account::healthy().says(describe, &key, &managing),
        Account::healthy().says(describe, &key, &sharing),
        Account::healthy().bound_by(&json!([everything()])),
    ] {
        let results = task().in_account(account.recorded()).judged_by(&pass::ROLE_PASS);
        assert!(results.iter().all(|it| it.status == Pass && !assumes(it)), "{results:#?}");
    }
}

#[test]
fn given_its_policies_are_not_shown_then_that_is_assumed_and_no_more_is_asked() {
    let list = json!({"region": REGION, "target": "111122223333", "control": "service"});
    let accounts = [
        Account::healthy()
            .refuses("organizations:DescribeOrganization", &json!({"region": REGION})),
        Account::healthy().in_organization().refuses("organizations:ListPoliciesForTarget", &list),
    ];
    for account in accounts {
        let results = task().in_account(account.recorded()).judged_by(&pass::ROLE_PASS);
        for result in results {
            assert!(result.status == Pass && assumes(&result), "{result:#?}");
            let asked = result.evidence.iter().filter(|it| it.starts_with("organizations:List"));
            assert!(asked.count() <= 1, "{result:#?}");
        }
    }
}

#[test]
fn a_service_control_policy_binds_roles_and_is_named() {
    let deny =
        json!({"Sid": "NoPass", "Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"});
    let account = Account::healthy().bound_by(&json!([everything(), deny])).recorded();
    let said = "denied by statement `NoPass` of service control policy `guard` (p-1)";
    task()
        .in_account(account)
        .ends(&pass::ROLE_PASS, &[(Fail, "/executionRoleArn", said), (Fail, "/taskRoleArn", said)]);

    // Each level has to allow.
    let only_iam = json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]);
    let account = Account::healthy().bound_by(&only_iam).recorded();
    let story = task().served_by(r#"{"serviceName": "web"}"#).in_account(account);
    let results = story.judged_by(&deployer::ROLE_DEPLOYER);
    assert!(results.iter().all(|it| it.status == Fail), "{results:#?}");
    assert!(results[0].message.contains("service control policy"), "{results:#?}");
    assert!(story.judged_by(&pass::ROLE_PASS).iter().all(|it| it.status == Pass));
}

#[test]
fn the_organization_and_the_place_in_it_are_keys_of_conditions() {
    let pass_status = |statements: &Value, account: fn(Account) -> Account| {
        let account = account(Account::deployed_to_by(statements).with_task_roles());
        task().in_account(account.recorded()).judged_by(&pass::ROLE_PASS)[0].status
    };
    let unseen: fn(Account) -> Account = |account| account;
    let member: fn(Account) -> Account = Account::in_organization;
    let shown: fn(Account) -> Account = |account| account.bound_by(&json!([everything()]));
    let cases = [
        (unless("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), unseen, Unknown),
        (unless("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"), member, Pass),
        (unless("StringNotEquals", "aws:PrincipalOrgID", "o-other"), member, Fail),
        (unless("StringNotEquals", "aws:ResourceOrgID", "o-a1b2c3d4e5"), member, Pass),
        (
            unless("ForAllValues:StringNotLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/*"),
            shown,
            Pass,
        ),
        (unless("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*"), shown, Fail),
    ];
    for (statements, account, status) in cases {
        assert_eq!(pass_status(&statements, account), status, "{statements}");
    }
}

#[test]
fn a_policy_that_cannot_be_read_hides_neither_a_denial_nor_what_others_forbid() {
    let denying =
        json!([{"Sid": "No", "Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}]);
    let attached = json!({"region": REGION, "role": "deploy"});
    let with = |statements: &Value| {
        let account = Account::deployed_to_by(statements)
            .with_task_roles()
            .refuses("iam:ListAttachedRolePolicies", &attached);
        task().in_account(account.recorded()).judged_by(&pass::ROLE_PASS).swap_remove(0)
    };
    let denied = with(&denying);
    assert_eq!(denied.status, Fail);
    assert!(denied.message.contains("statement `No`"), "{denied:#?}");
    for statements in [anything(), json!([])] {
        let open = with(&statements);
        assert_eq!(open.status, Unknown);
        assert!(
            open.message.contains("you may not call iam:ListAttachedRolePolicies"),
            "{open:#?}"
        );
        assert!(open.remedy.unwrap().contains("iam:ListAttachedRolePolicies"));
    }
}
