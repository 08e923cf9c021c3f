mod fixes;

use crate::account::rights::Kind;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::account::rights::{self, Origin};

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";

/// A role of account 111122223333 with this one inline policy.
pub(crate) fn role(statements: Value) -> Policies {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let origin = Origin::Inline { holder: "role app".to_owned(), name: "start".to_owned() };
    Policies::Held(Box::new(PolicySet {
        arn: "arn:aws:iam::111122223333:role/app".to_owned(),
        id: "AROA1".to_owned(),
        kind: Kind::Role,
        account: "111122223333".parse().unwrap(),
        created: "2024-05-01".to_owned(),
        tags: BTreeMap::new(),
        identity: vec![rights::Policy { origin, document, updated: None, version: None }],
        boundary: None,
        beyond: rights::Beyond::default(),
    }))
}

/// What a reader sees: `allowed`, the finding's message and commands, or the gap.
pub(crate) fn told(answer: Result<Answer, Stop>) -> String {
    match answer {
        Ok(Answer::Allowed(_)) => "allowed".to_owned(),
        Ok(Answer::Refused(finding)) => {
            let commands: Vec<String> = finding.commands.iter().map(ToString::to_string).collect();
            format!("refused: {} $ {}", finding.message, commands.join(" $ "))
        }
        Err(Stop::Gap(gap)) => format!("unknown: {gap}"),
        Err(Stop::Absent(lack)) => format!("absent: {}", lack.absence.sentence),
    }
}

fn allow(action: &str, resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": resource}])
}

fn reads(who: &Policies, resource: &str, policy: Option<Value>) -> String {
    let policy = policy.map(|document| Policy::read(Layer::Resource, "policy", &document));
    let side = ResourceSide { resource: policy, ..ResourceSide::default() };
    let region = "eu-west-1".parse().unwrap();
    let wish = Wish::new("secretsmanager:GetSecretValue", resource);
    told(judge(who, vec![(wish, side)], &region, None))
}

#[test]
fn the_policies_of_role_and_secret_decide_together() {
    let get = "secretsmanager:GetSecretValue";
    let bare = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db";
    let foreign = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-AbCdEf";
    let policy = |effect: &str, condition: Value| {
        Some(json!({"Statement": [{
            "Effect": effect, "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"},
            "Action": get, "Resource": "*", "Condition": condition,
        }]}))
    };
    let vpce = json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}});
    let none = || role(json!([]));
    let cases = [
        (role(allow(get, SECRET)), SECRET, None, "allowed"),
        (role(allow(get, bare)), SECRET, None, "refused: "),
        (role(allow("secretsmanager:DescribeSecret", "*")), SECRET, None, "refused: "),
        (none(), SECRET, policy("Allow", json!({})), "allowed"),
        (none(), SECRET, None, "refused: "),
        (role(allow(get, "*")), SECRET, policy("Deny", json!({})), "refused: "),
        (role(allow(get, "*")), SECRET, policy("Deny", vpce), "unknown: "),
        (role(allow(get, "*")), foreign, None, "refused: "),
        (none(), foreign, policy("Allow", json!({})), "refused: "),
        (role(allow(get, "*")), foreign, policy("Allow", json!({})), "allowed"),
    ];
    for (who, secret, policy, expected) in cases {
        let said = format!("{policy:?}");
        let told = reads(&who, secret, policy);
        assert!(told.starts_with(expected), "{who:?}\n{secret}\n{said}\n{told}");
    }
}

#[test]
fn a_call_tells_who_makes_it_and_whose_the_resource_is() {
    let get = "secretsmanager:GetSecretValue";
    let only = |operator: &str, key: &str, value: &str| {
        json!([
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": get, "Resource": "*",
                "Condition": {operator: {key: value}}},
        ])
    };
    let cases = [
        (only("StringNotLike", "aws:userId", "AROA1:*"), "allowed"),
        (only("StringNotLike", "aws:userId", "AROA2:*"), "refused"),
        (only("StringNotLike", "aws:userId", "AROA1:task"), "unknown"),
        (only("Null", "aws:username", "true"), "refused"),
        (only("StringNotEquals", "aws:ResourceAccount", "111122223333"), "allowed"),
        (only("StringNotEquals", "aws:ResourceAccount", "444455556666"), "refused"),
        (only("StringNotEquals", "aws:RequestedRegion", "eu-west-1"), "allowed"),
    ];
    for (statements, expected) in cases {
        let told = reads(&role(statements.clone()), SECRET, None);
        assert!(told.starts_with(expected), "{statements}\n{told}");
    }
}

/// What somebody with these tags, whose sessions that one begins, is told.
fn told_in_session(kind: Kind, session: rights::Session, statements: &Value) -> String {
    let Policies::Held(mut set) = role(statements.clone()) else {
        panic!("a role is no root user")
    };
    set.kind = kind;
    set.beyond.session = session;
    set.tags = BTreeMap::from([("team".to_owned(), "shop".to_owned())]);
    if kind == Kind::User {
        set.arn = "arn:aws:iam::111122223333:user/app".to_owned();
    }
    reads(&Policies::Held(set), SECRET, None)
}

#[test]
fn what_a_session_lacks_is_known_where_a_service_begins_it() {
    use Kind::{Role, User};
    use rights::Session::{Anybody, Service};
    let only_if = |operator: &str, key: &str, value: &str| {
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {operator: {key: value}}}])
    };
    let without_mfa = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}, {
        "Effect": "Deny", "NotAction": "iam:*", "Resource": "*",
        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}]);
    let own = only_if("StringEquals", "aws:PrincipalTag/team", "shop");
    let lacking = only_if("StringEquals", "aws:PrincipalTag/stage", "prod");
    let mfa = only_if("Bool", "aws:MultiFactorAuthPresent", "true");
    for (kind, session, statements, expected) in [
        (Role, Service, &own, "allowed"),
        (Role, Service, &lacking, "refused"),
        (Role, Service, &mfa, "refused"),
        (Role, Service, &without_mfa, "refused"),
        // A federation may add tags, and a person may have MFA.
        (Role, Anybody, &own, "allowed"),
        (Role, Anybody, &lacking, "unknown"),
        (Role, Anybody, &mfa, "unknown"),
        (Role, Anybody, &without_mfa, "unknown"),
        (User, Anybody, &own, "allowed"),
        (User, Anybody, &lacking, "refused"),
        (User, Anybody, &mfa, "unknown"),
    ] {
        let told = told_in_session(kind, session, statements);
        assert!(told.starts_with(expected), "{kind:?} {session:?} {statements}: {told}");
    }
}

#[test]
fn iam_is_called_in_one_region_and_a_role_is_passed_in_any() {
    let in_region = |action: &str, region: &str| {
        let statements = json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": region}}}]);
        let wish = Wish::new(action, "arn:aws:iam::111122223333:role/app");
        let region = "eu-west-1".parse().unwrap();
        told(judge(&role(statements), vec![(wish, ResourceSide::default())], &region, None))
    };
    assert_eq!(in_region("iam:PassRole", "eu-west-1"), "allowed");
    assert_eq!(in_region("iam:CreateServiceLinkedRole", "us-east-1"), "allowed");
    assert!(in_region("iam:CreateServiceLinkedRole", "eu-west-1").starts_with("refused"));
}

#[test]
fn all_denied_calls_are_reported_together() {
    let calls = [
        ("ecr:GetAuthorizationToken", "*"),
        ("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111122223333:repository/app"),
        ("ecr:GetDownloadUrlForLayer", "arn:aws:ecr:eu-west-1:111122223333:repository/app"),
    ];
    let calls = calls.map(|(action, on)| (Wish::new(action, on), ResourceSide::default())).to_vec();
    let who = role(allow("ecr:GetAuthorizationToken", "*"));
    let told = told(judge(&who, calls, &"eu-west-1".parse().unwrap(), None));
    let both =
        "is not authorized to perform ecr:BatchGetImage, ecr:GetDownloadUrlForLayer on arn:aws:ecr";
    assert!(told.contains(both) && !told.contains("GetAuthorizationToken"), "{told}");
    assert!(
        told.contains(r#""Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]"#),
        "{told}"
    );
}

#[test]
fn different_reasons_name_the_actions_that_they_are_for() {
    let of = |name: &str| format!("arn:aws:ecr:eu-west-1:111122223333:repository/{name}");
    let calls = ["ecr:BatchGetImage", "ecr:CreateRepository"]
        .map(|action| (Wish::new(action, of("app")), ResourceSide::default()))
        .to_vec();
    let who = role(allow("ecr:BatchGetImage", &of("other")));
    let told = told(judge(&who, calls, &"eu-west-1".parse().unwrap(), None));
    let (near, none) = (
        "for ecr:BatchGetImage, no identity policy allows it; closest match: ",
        "; for ecr:CreateRepository, no identity policy allows the action",
    );
    assert!(told.contains(near) && told.contains(none), "{told}");
}
