use serde_json::{Value, json};

use super::*;
use crate::facts::{Asked, BoxedAnswer, Row, Table};
use crate::knowledge::{FactId, Ground, Lack};

const ACCOUNT: &str = "111122223333";
const EXECUTION: &str = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
const LIMIT: &str = "arn:aws:iam::111122223333:policy/limit";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";
const USER: &str = "arn:aws:iam::111122223333:user/ci";

/// What IAM answers, by call and by a part of what is asked for; the first that fits.
type Answers<'a> = &'a [(&'a str, &'a str, Value)];

fn found(fact: Value) -> Value {
    json!({"Ok": {"found": fact}})
}

fn absent() -> Value {
    json!({"Ok": {"absent": {"sentence": "there is no such thing", "said": "NoSuchEntity"}}})
}

fn refused() -> Value {
    json!({"Err": {"refused": {"action": "a", "resource": "*", "said": "AccessDenied"}}})
}

fn says(sid: &str) -> Value {
    json!({"Statement": {"Sid": sid}})
}

fn caller() -> (&'static str, &'static str, Value) {
    let caller = json!({"account": ACCOUNT, "arn": "arn:aws:iam::111122223333:user/me"});
    ("sts:GetCallerIdentity", "", found(caller))
}

fn managed() -> [(&'static str, &'static str, Value); 4] {
    let version = |version: &str| found(json!({"version": version, "updated": "2024-05-01"}));
    [
        ("iam:GetPolicy", EXECUTION, version("v1")),
        ("iam:GetPolicyVersion", "version v1 of", found(says("execution"))),
        ("iam:GetPolicy", LIMIT, version("v3")),
        ("iam:GetPolicyVersion", "version v3 of", found(says("limit"))),
    ]
}

/// A role with one inline policy, one attached policy and a boundary.
fn a_role() -> Vec<(&'static str, &'static str, Value)> {
    let role = json!({
        "arn": ROLE, "id": "AROA1", "path": "/team/", "created": "2024-05-01", "trust": {},
        "boundary": LIMIT, "tags": {"team": "web"},
    });
    let mut answers = vec![
        caller(),
        ("iam:GetRole", "role app", found(role)),
        ("iam:ListRolePolicies", "role app", found(json!(["own"]))),
        ("iam:GetRolePolicy", "own of IAM role app", found(says("own"))),
        ("iam:ListAttachedRolePolicies", "role app", found(json!([EXECUTION]))),
    ];
    answers.extend(managed());
    answers
}

/// A user with an inline policy, and a group with an inline and an attached one.
fn a_user() -> Vec<(&'static str, &'static str, Value)> {
    let user = json!({
        "arn": USER, "id": "AIDA1", "created": "2024-05-01", "boundary": null, "tags": {},
    });
    let mut answers = vec![
        caller(),
        ("iam:GetUser", "user ci", found(user)),
        ("iam:ListUserPolicies", "user ci", found(json!(["own"]))),
        ("iam:GetUserPolicy", "own of IAM user ci", found(says("own"))),
        ("iam:ListAttachedUserPolicies", "user ci", found(json!([]))),
        ("iam:ListGroupsForUser", "user ci", found(json!(["devs"]))),
        ("iam:ListGroupPolicies", "group devs", found(json!(["deploy"]))),
        ("iam:GetGroupPolicy", "deploy of IAM group devs", found(says("deploy"))),
        ("iam:ListAttachedGroupPolicies", "group devs", found(json!([LIMIT]))),
    ];
    answers.extend(managed());
    answers
}

/// The same answers but for one call.
fn but(
    mut answers: Vec<(&'static str, &'static str, Value)>,
    call: &'static str,
    answer: Value,
) -> Vec<(&'static str, &'static str, Value)> {
    answers.insert(0, (call, "", answer));
    answers
}

fn held(of: &str, answers: Answers) -> PolicySet {
    match learn(of, answers).0 {
        Ok(Policies::Held(set)) => *set,
        other => panic!("{other:?}"),
    }
}

fn sids(policies: &[Policy]) -> Vec<(String, &str)> {
    policies
        .iter()
        .map(|policy| {
            let sid = policy.document["Statement"]["Sid"].as_str().unwrap();
            (policy.origin.to_string(), sid)
        })
        .collect()
}

#[test]
fn given_a_session_then_the_policies_of_its_role_are_read_layer_by_layer() {
    let session = "arn:aws:sts::111122223333:assumed-role/app/i-0123";
    let set = held(session, &a_role());
    assert_eq!((set.arn.as_str(), set.kind, set.account.as_str()), (ROLE, Kind::Role, ACCOUNT));
    assert_eq!(set.tags["team"], "web");
    assert_eq!(
        sids(&set.identity),
        [
            ("inline policy `own` of role `app`".to_owned(), "own"),
            (format!("policy `{EXECUTION}`"), "execution"),
        ]
    );
    assert_eq!(sids(set.boundary.as_slice()), [(format!("policy `{LIMIT}`"), "limit")]);
    assert_eq!(set.boundary.unwrap().updated.as_deref(), Some("2024-05-01"));
}

#[test]
fn what_does_not_depend_on_each_other_is_asked_in_one_round() {
    // The caller; the role and its lists; its policies; the texts of the managed ones.
    assert_eq!(learn(ROLE, &a_role()).1, 4);
    // For a user, the policies of groups come a round later.
    assert_eq!(learn(USER, &a_user()).1, 5);
}

#[test]
fn a_user_has_its_own_policies_and_those_of_its_groups() {
    let set = held(USER, &a_user());
    assert_eq!((set.arn.as_str(), set.kind, set.boundary.as_ref()), (USER, Kind::User, None));
    assert_eq!(
        sids(&set.identity),
        [
            ("inline policy `own` of user `ci`".to_owned(), "own"),
            ("inline policy `deploy` of group `devs`".to_owned(), "deploy"),
            (format!("policy `{LIMIT}`"), "limit"),
        ]
    );
}

#[test]
fn the_root_user_holds_no_policies_and_nobody_is_asked() {
    let (policies, rounds) = learn("arn:aws:iam::111122223333:root", &[]);
    assert_eq!(policies, Ok(Policies::Root(ACCOUNT.parse().unwrap())));
    assert_eq!(rounds, 0);
}

#[test]
fn given_a_role_of_another_account_then_the_own_one_of_the_name_is_not_mistaken_for_it() {
    let (policies, _) = learn("arn:aws:iam::444455556666:role/app", &[caller()]);
    let Err(Stop::Gap(Gap::Undecidable { why })) = policies else { panic!("{policies:?}") };
    assert_eq!(
        why,
        "role app is in account 444455556666, so account 111122223333 cannot read its policies"
    );
}

#[test]
fn a_role_that_is_not_there_is_an_absence() {
    let lists = but(a_role(), "iam:ListRolePolicies", absent());
    let lists = but(lists, "iam:ListAttachedRolePolicies", absent());
    let (policies, _) = learn(ROLE, &but(lists, "iam:GetRole", absent()));
    assert!(
        matches!(policies, Err(Stop::Absent(Lack { ground: Ground::Fact(_), .. }))),
        "{policies:?}"
    );
}

#[test]
fn a_layer_that_cannot_be_read_or_is_gone_is_kept_as_unread() {
    let roles = PoliciesOf::CALLS_FOR_ROLE.map(|call| (ROLE, a_role(), call));
    let users = PoliciesOf::CALLS_FOR_USER.map(|call| (USER, a_user(), call));
    for (of, answers, call) in roles.into_iter().chain(users) {
        let (policies, _) = learn(of, &but(answers.clone(), call.0, refused()));
        if ["iam:GetRole", "iam:GetUser", "sts:GetCallerIdentity"].contains(&call.0) {
            let refused = matches!(policies, Err(Stop::Gap(Gap::Refused { .. })));
            assert!(refused, "{call}: {policies:?}");
            continue;
        }
        let Ok(Policies::Held(set)) = policies else { panic!("{call}: {policies:?}") };
        assert!(matches!(set.complete(), Err(Stop::Gap(Gap::Refused { .. }))), "{call}");
        let (policies, _) = learn(of, &but(answers, call.0, absent()));
        let Ok(Policies::Held(set)) = policies else { panic!("{call}: {policies:?}") };
        assert!(matches!(set.complete(), Err(Stop::Gap(Gap::Undecidable { .. }))), "{call}");
    }
}

#[test]
fn a_boundary_that_cannot_be_read_is_told_from_a_policy_that_cannot() {
    let hidden = |call| match learn(ROLE, &but(a_role(), call, refused())).0 {
        Ok(Policies::Held(set)) => {
            let unread = set.beyond.unread.iter();
            unread.map(|it| (it.is_boundary, it.what.clone())).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(
        hidden("iam:GetRolePolicy"),
        [(false, "inline policy `own` of role `app`".to_owned())]
    );
    let of_both = hidden("iam:GetPolicyVersion");
    assert_eq!(of_both.iter().filter(|(is_boundary, _)| *is_boundary).count(), 1, "{of_both:?}");
}

/// Derives, answering what is wanted in rounds. The second value counts the rounds with questions.
fn learn(of: &str, answers: Answers) -> (Result<Policies, Stop>, usize) {
    let region: Region = "eu-west-1".parse().unwrap();
    let asked = PoliciesOf { principal: Principal::of_arn(of).unwrap(), region };
    let (mut table, mut rounds) = (Table::default(), 0);
    loop {
        let view = View::of(&table);
        let result = asked.derive(&view);
        let log = view.into_log();
        if !log.is_waiting() {
            return (result, rounds);
        }
        let mut open: Vec<FactId> = log.waiting;
        open.extend(log.wanted.into_iter().map(|wanted| wanted.enter(&mut table).0));
        rounds += usize::from(answer(&mut table, open, answers));
    }
}

/// Answers the open questions and those behind open derivations; tells whether there was any question.
fn answer(table: &mut Table, mut open: Vec<FactId>, answers: Answers) -> bool {
    let mut asked = Vec::new();
    while let Some(id) = open.pop() {
        match table.row(id) {
            row if row.is_known() => {}
            Row::Asked { lookup, .. } => asked.push((id, said(&**lookup, answers))),
            Row::Derived { derivation, .. } => {
                let view = View::of(table);
                let result = derivation.derive(&view);
                let log = view.into_log();
                if log.is_waiting() {
                    let wanted = log.wanted.into_iter().map(|it| it.enter(table).0);
                    open.extend(wanted.collect::<Vec<_>>());
                    open.extend(log.waiting);
                } else {
                    table.settle(id, result, log);
                }
            }
        }
    }
    let any = !asked.is_empty();
    for (id, said) in asked {
        table.answer(id, said);
    }
    any
}

fn said(lookup: &dyn Asked, answers: Answers) -> BoxedAnswer {
    let fits = |(call, what, _): &&(&str, &str, Value)| {
        lookup.call().0 == *call && lookup.what().contains(what)
    };
    let (_, _, answer) = answers.iter().find(fits).unwrap_or_else(|| panic!("{lookup:?}"));
    lookup.decode(answer.clone()).unwrap()
}
