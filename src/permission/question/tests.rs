//! Given what AWS shows, then this is the answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Access, Answer, Asker};
use crate::account::rights::Principal;
use crate::facts::Recording;
use crate::iam::Decision;
use crate::knowledge::Stop;
use crate::preflight::{Bounds, Interruption, Origin, RunLoop};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";
const READ: &str = "secretsmanager:GetSecretValue";

/// What AWS shows.
#[derive(Clone)]
struct Account(Vec<Value>);

impl Account {
    fn new() -> Account {
        let caller = json!({"account": ACCOUNT, "arn": "arn:aws:iam::111122223333:user/jane"});
        Account(Vec::new()).shows("sts:GetCallerIdentity", json!({}), caller)
    }

    /// A recording knows a question by its text, in which the region comes first.
    fn line(mut self, call: &str, rest: Value, answer: Value) -> Account {
        let mut key = json!({"region": "eu-west-1"});
        for (name, value) in rest.as_object().unwrap() {
            key[name] = value.clone();
        }
        self.0.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    fn shows(self, call: &str, key: Value, fact: Value) -> Account {
        self.line(call, key, json!({"Ok": {"found": fact}}))
    }

    fn refuses(self, call: &str, key: Value) -> Account {
        let refused = json!({"action": call, "resource": "*", "said": "AccessDenied"});
        self.line(call, key, json!({"Err": {"refused": refused}}))
    }

    /// The role `app`, with one inline policy of this statement, which ECS may assume.
    fn role(self, statement: Value) -> Account {
        let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}});
        let role = json!({"arn": ROLE, "id": "AROA1", "path": "/", "created": "2024-01-01",
            "trust": trust, "boundary": null, "tags": {}});
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        self.shows("iam:GetRole", json!({"name": "app"}), role)
            .shows("iam:ListRolePolicies", json!({"role": "app"}), json!(["own"]))
            .shows("iam:ListAttachedRolePolicies", json!({"role": "app"}), json!([]))
            .shows("iam:GetRolePolicy", json!({"role": "app", "policy": "own"}), document)
    }

    fn secret(self, policy: Value) -> Account {
        self.shows("secretsmanager:GetResourcePolicy", json!({"id": SECRET}), policy)
    }
}

fn asked(asker: &str, action: &str, resource: &str) -> Access {
    let asker = match asker.strip_suffix(".amazonaws.com") {
        Some(_) => Asker::Service(asker.to_owned()),
        None if asker.starts_with("arn:") => {
            Asker::Holder(Principal::of_arn(asker).unwrap(), asker.parse().ok())
        }
        None => Asker::Holder(Principal::Role { account: None, name: asker.to_owned() }, None),
    };
    Access {
        asker,
        action: action.to_owned(),
        resource: resource.to_owned(),
        context: BTreeMap::new(),
        region: "eu-west-1".parse().unwrap(),
        now: None,
    }
}

fn answer(account: &Account, access: &Access) -> Result<Answer, Stop> {
    let form = json!({"version": 1, "region": "eu-west-1", "facts": account.0});
    let recording = Recording::parse(&form.to_string()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let bounds = Bounds { deadline: None, per_service: 1 };
        let mut watch = ();
        let never = Interruption::never();
        let mut run = RunLoop::new(Origin::Replay(recording), bounds, never, &mut watch);
        run.work_out(|facts| access.answer(facts)).await.unwrap()
    })
}

fn word(account: &Account, access: &Access) -> &'static str {
    let evaluation = answer(account, access).unwrap().evaluation;
    match evaluation.decision {
        Decision::Allow => "allow",
        Decision::ExplicitDeny | Decision::ImplicitDeny => "deny",
        Decision::Depends(_) => "depends",
    }
}

fn allows(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn a_role_is_answered_for_by_its_name_its_arn_and_its_session() {
    let account = Account::new().role(allows(READ, SECRET)).secret(Value::Null);
    for asker in ["app", ROLE, "arn:aws:sts::111122223333:assumed-role/app/task-1"] {
        assert_eq!(word(&account, &asked(asker, READ, SECRET)), "allow", "{asker}");
    }
    assert_eq!(word(&account, &asked("app", "secretsmanager:DeleteSecret", SECRET)), "deny");
}

#[test]
fn a_denial_names_the_command_that_fixes_it_only_where_an_allow_would() {
    let account = Account::new().role(allows("s3:GetObject", "*")).secret(Value::Null);
    let denied = answer(&account, &asked("app", READ, SECRET)).unwrap();
    let mend = denied.mend.unwrap();
    assert!(mend.to_string().starts_with("aws iam put-role-policy --role-name app"), "{mend}");

    let forbids = json!({"Effect": "Deny", "Action": READ, "Resource": "*"});
    let account = Account::new().role(forbids).secret(Value::Null);
    let denied = answer(&account, &asked("app", READ, SECRET)).unwrap();
    assert_eq!(denied.evaluation.decision, Decision::ExplicitDeny);
    assert_eq!(denied.mend, None);
}

#[test]
fn a_question_without_a_resource_is_open_where_a_statement_allows_some() {
    let ask = |statement: Value, action: &str| {
        answer(&Account::new().role(statement), &asked("app", action, "*")).unwrap()
    };
    let some = ask(allows(READ, SECRET), READ);
    assert_eq!(some.on_some, Some(vec![SECRET.to_owned()]));
    // Nothing allows it anywhere, everything does, or the action has no resource.
    let login = "ecr:GetAuthorizationToken";
    for (statement, action, decision) in [
        (allows("s3:GetObject", "*"), READ, Decision::ImplicitDeny),
        (allows(READ, "*"), READ, Decision::Allow),
        (
            allows(login, "arn:aws:ecr:eu-west-1:111122223333:repository/a"),
            login,
            Decision::ImplicitDeny,
        ),
    ] {
        let answer = ask(statement, action);
        assert_eq!((answer.on_some, answer.evaluation.decision), (None, decision), "{action}");
    }
}

#[test]
fn a_policy_that_could_not_be_read_is_named_once() {
    let account = Account::new().refuses("iam:GetRole", json!({"name": "app"}));
    let sentences = answer(&account, &asked("app", READ, SECRET)).unwrap().evaluation.sentences();
    let about = |it: &&String| it.contains("the policies of role app");
    assert_eq!(sentences.iter().filter(about).count(), 1, "{sentences:#?}");
}

#[test]
fn what_cannot_be_read_matters_only_where_the_answer_depends_on_it() {
    let refused = |account: Account| {
        account.refuses("secretsmanager:GetResourcePolicy", json!({"id": SECRET}))
    };
    let access = asked("app", READ, SECRET);
    let allowed = refused(Account::new().role(allows(READ, "*")));
    let open = answer(&allowed, &access).unwrap().evaluation;
    let said = open.sentences().join("; ");
    assert!(matches!(open.decision, Decision::Depends(_)), "{said}");
    assert!(said.contains("secretsmanager:GetResourcePolicy"), "{said}");

    let forbids = json!({"Effect": "Deny", "Action": "*", "Resource": "*"});
    let forbidden = refused(Account::new().role(forbids));
    assert_eq!(word(&forbidden, &access), "deny", "whatever the secret's policy says");

    let unread = Account::new().refuses("iam:GetRole", json!({"name": "app"}));
    assert_eq!(word(&unread.secret(Value::Null), &access), "depends");
}

#[test]
fn the_policy_of_the_secret_has_its_say() {
    let forbids = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny",
        "Principal": "*", "Action": READ, "Resource": "*"}});
    let account = Account::new().role(allows(READ, SECRET)).secret(forbids);
    assert_eq!(word(&account, &asked("app", READ, SECRET)), "deny");
}

#[test]
fn a_key_hands_over_or_grants_or_does_not() {
    let access = asked("app", "kms:Decrypt", KEY);
    let policy = |principal: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}})
    };
    let key = |policy: Value, grants: Value| {
        Account::new()
            .role(allows("kms:Decrypt", KEY))
            .shows("kms:GetKeyPolicy", json!({"key": KEY}), policy)
            .shows("kms:ListGrants", json!({"key": KEY}), grants)
    };
    let account = "arn:aws:iam::111122223333:root";
    let other = "arn:aws:iam::111122223333:user/other";
    let grant = json!([{"id": "g-1", "grantee": ROLE, "operations": ["Decrypt"],
        "context_equals": null, "context_subset": null, "source_arn": null, "created": null}]);
    let cases = [
        (key(policy(account), json!([])), "allow"),
        (key(policy(other), json!([])), "deny"),
        (key(policy(other), grant), "allow"),
    ];
    for (account, expected) in &cases {
        assert_eq!(word(account, &access), *expected);
    }
}

#[test]
fn a_service_may_assume_a_role_that_trusts_it() {
    let account = Account::new().role(allows("s3:*", "*"));
    let assume = |service| asked(service, "sts:AssumeRole", ROLE);
    assert_eq!(word(&account, &assume("ecs-tasks.amazonaws.com")), "allow");
    assert_eq!(word(&account, &assume("ecs.amazonaws.com")), "deny");
}

#[test]
fn nobody_is_not_answered_for() {
    let absent =
        json!({"Ok": {"absent": {"sentence": "there is no IAM role app", "said": "NoSuchEntity"}}});
    let account = Account::new().line("iam:GetRole", json!({"name": "app"}), absent);
    let stop = answer(&account.secret(Value::Null), &asked("app", READ, SECRET)).unwrap_err();
    assert!(matches!(stop, Stop::Absent(..)), "{stop:?}");
}

#[test]
fn condition_keys_that_are_given_count() {
    let statement = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}});
    let account = Account::new().role(statement);
    let mut access = asked("app", "iam:PassRole", ROLE);
    assert_eq!(word(&account, &access), "depends");
    for (service, expected) in [("ecs-tasks.amazonaws.com", "allow"), ("ec2.amazonaws.com", "deny")]
    {
        access.context.insert("iam:PassedToService".to_owned(), vec![service.to_owned()]);
        assert_eq!(word(&account, &access), expected, "{service}");
    }
}
