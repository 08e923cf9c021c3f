//! Given this denial, then these commands fix it, and remove nothing.

use super::*;
use crate::account::rights::{Controls, Membership};
use crate::shell::ShellCommand;

const GET: &str = "secretsmanager:GetSecretValue";
const FOREIGN: &str = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-AbCdEf";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";

/// The finding for a call that is refused.
#[track_caller]
fn refused(
    who: &Policies,
    wishes: Vec<Wish>,
    side: &ResourceSide,
    guard: Option<&Guard>,
) -> Finding {
    let calls = wishes.into_iter().map(|wish| (wish, side.clone())).collect();
    match judge(who, calls, &"eu-west-1".parse().unwrap(), guard) {
        Ok(Answer::Refused(finding)) => *finding,
        other => panic!("{}", told(other)),
    }
}

fn secret(owner: &str, now: Now) -> Guard {
    let show = ShellCommand::of("get-resource-policy");
    Guard::Policy(Box::new(GuardPolicy {
        name: "policy of secret db".to_owned(),
        now,
        owner: Some(owner.parse().unwrap()),
        names_resources: true,
        show,
        replace: ShellCommand::of("put-resource-policy"),
        option: "--resource-policy",
        file: file_name("db"),
    }))
}

/// The secret is read under this policy of its own.
#[track_caller]
fn reading(who: &Policies, resource: &str, document: Option<&Value>) -> Finding {
    let owner = resource.split(':').nth(4).unwrap();
    let name = "policy of secret db";
    let read = |document| Policy::read(Layer::Resource, name, document).called(name);
    let side = ResourceSide { resource: document.map(read), ..ResourceSide::default() };
    let guard = secret(owner, Now::of(Ok::<_, &Gap>(document)));
    refused(who, vec![Wish::new(GET, resource)], &side, Some(&guard))
}

/// What a shell makes of the command.
fn words(command: &ShellCommand) -> Vec<String> {
    shlex::split(&command.to_string()).unwrap()
}

fn after(command: &ShellCommand, option: &str) -> String {
    let words = words(command);
    words[words.iter().position(|word| word == option).unwrap() + 1].clone()
}

fn document(command: &ShellCommand, option: &str) -> Value {
    serde_json::from_str(&after(command, option)).unwrap()
}

fn held(who: Policies) -> PolicySet {
    match who {
        Policies::Held(set) => *set,
        Policies::Root(_) => unreachable!("the root user needs nothing"),
    }
}

fn changed(statements: Value, change: impl FnOnce(&mut PolicySet)) -> Policies {
    let mut set = held(role(statements));
    change(&mut set);
    Policies::Held(Box::new(set))
}

fn managed(arn: &str, statements: &Value) -> rights::Policy {
    rights::Policy {
        origin: Origin::Managed { arn: arn.to_owned() },
        document: json!({"Version": "2012-10-17", "Statement": statements}),
        updated: None,
        version: Some("v3".to_owned()),
    }
}

#[test]
fn a_missing_allow_becomes_one_more_inline_policy() {
    let bare = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db";
    let finding = reading(&role(allow(GET, bare)), SECRET, None);
    let hint = "write `arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-??????`";
    assert!(finding.message.contains(hint), "{finding:#?}");
    let [command] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    assert!(
        command.to_string().starts_with("aws iam put-role-policy --role-name app"),
        "{command}"
    );
    let fixed = document(command, "--policy-document")["Statement"].clone();
    assert_eq!(fixed, allow(GET, SECRET));
    assert_eq!(reads(&role(fixed), SECRET, None), "allowed");
}

#[test]
fn no_two_policies_of_one_report_have_one_name() {
    let set = held(role(json!([])));
    let name = |wish: &Wish| after(&grant(&set, wish).unwrap(), "--policy-name");
    let parameter = |name: &str| {
        Wish::new(
            "ssm:GetParameters",
            format!("arn:aws:ssm:eu-west-1:111122223333:parameter{name}"),
        )
    };
    let long = format!("/{}", "platform/".repeat(20));
    let pass = |service| {
        Wish::new("iam:PassRole", "arn:aws:iam::111122223333:role/app").allowed_if(
            "StringEquals",
            "iam:PassedToService",
            service,
        )
    };
    let group = |region: &str| {
        Wish::new("logs:PutLogEvents", format!("arn:aws:logs:{region}:111122223333:log-group:/web"))
    };
    let pairs = [
        (parameter("/app/db-url"), parameter("/app-db/url")),
        (parameter(&format!("{long}user")), parameter(&format!("{long}password"))),
        (pass("ecs-tasks.amazonaws.com"), pass("ecs.amazonaws.com")),
        (group("eu-west-1"), group("us-west-2")),
    ];
    for (one, other) in pairs {
        assert_eq!(name(&one), name(&one.clone()), "what is the same may be written twice");
        assert_ne!(name(&one), name(&other));
        assert!(name(&one).len() <= 128, "{}", name(&one));
    }
    assert!(name(&parameter("/app/db-url")).starts_with("ssm-GetParameters-parameter-app-db-url-"));
}

/// An inline policy of the same name would be replaced, with all that it grants.
#[test]
fn no_command_takes_away_what_the_principal_holds() {
    let token = Wish::new("ecr:GetAuthorizationToken", "*");
    let mut set = held(role(json!([])));
    let name = |set: &PolicySet| after(&grant(set, &token).unwrap(), "--policy-name");
    let first = name(&set);
    for held in [first.clone(), format!("{first}-2")] {
        let origin = Origin::Inline { holder: "role app".to_owned(), name: held };
        set.identity.push(rights::Policy {
            origin,
            document: json!({}),
            updated: None,
            version: None,
        });
    }
    assert_eq!(name(&set), format!("{first}-3"));
}

#[test]
fn the_policy_of_a_resource_keeps_its_current_statements() {
    let other = json!({"Sid": "Held", "Effect": "Allow", "Action": GET, "Resource": "*",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}});
    let policy = json!({"Version": "2012-10-17", "Id": "it's own", "Statement": other});
    let finding = reading(&role(allow(GET, "*")), FOREIGN, Some(&policy));
    let [command] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    let fixed = document(command, "--resource-policy");
    assert_eq!((&fixed["Id"], &fixed["Statement"][0]), (&policy["Id"], &other));
    assert_eq!(reads(&role(allow(GET, "*")), FOREIGN, Some(fixed)), "allowed");
    let remedy = finding.remedy.unwrap();
    assert!(remedy.contains("only account 444455556666 can do this"), "{remedy}");
    assert!(remedy.contains("keeps the current statements and adds this one"), "{remedy}");

    let finding = reading(&role(allow(GET, "*")), FOREIGN, None);
    let fixed = document(&finding.commands[0], "--resource-policy");
    assert_eq!(reads(&role(allow(GET, "*")), FOREIGN, Some(fixed)), "allowed");
}

#[test]
fn where_both_accounts_have_to_allow_both_get_a_command() {
    let finding = reading(&role(json!([])), FOREIGN, None);
    let [own, other] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    assert!(own.to_string().starts_with("aws iam put-role-policy"), "{own}");
    assert!(other.to_string().starts_with("put-resource-policy"), "{other}");
    let remedy = finding.remedy.unwrap();
    assert!(
        remedy.starts_with(&format!("Allow {GET} on {FOREIGN} in the identity policies of")),
        "{remedy}"
    );
}

#[test]
fn a_policy_that_could_not_be_read_is_fetched_before_it_is_replaced() {
    let guard = secret("444455556666", Now::Unread);
    let who = role(allow(GET, "*"));
    let finding =
        refused(&who, vec![Wish::new(GET, FOREIGN)], &ResourceSide::default(), Some(&guard));
    assert_eq!(
        finding.commands,
        [
            "get-resource-policy > db-policy.json",
            "put-resource-policy --resource-policy file://db-policy.json"
        ]
    );
    assert!(finding.remedy.unwrap().contains(r#"add the statement {"Effect":"Allow""#));
}

#[test]
fn a_statement_that_denies_is_shown_and_named() {
    let deny = json!([{"Sid": "Fence", "Effect": "Deny", "Action": "*", "Resource": "*"}]);
    let all = || allow("*", "*");
    let tools = "arn:aws:iam::111122223333:policy/tools";
    let attached = |deny: &Value| {
        let deny = managed(tools, deny);
        changed(all(), |set| set.identity.push(deny))
    };
    let bounded = |deny: &Value| {
        let deny = managed(tools, deny);
        changed(all(), |set| set.boundary = Some(deny))
    };
    let above = |deny: &Value| {
        let origin = Origin::Control { id: "p-1".to_owned(), name: "Fence".to_owned() };
        let document = json!({"Statement": deny});
        let policy = rights::Policy { origin, document, updated: None, version: None };
        changed(all(), |set| {
            set.beyond.organization.membership = Membership::In("o-1".to_owned());
            let service = vec![vec![policy]];
            set.beyond.organization.controls = Some(Controls { service, resource: Vec::new() });
        })
    };
    let of_version = "aws iam get-policy-version --policy-arn arn:aws:iam::111122223333:policy/tools --version-id v3 --query PolicyVersion.Document";
    let cases = [
        (
            role(deny.clone()),
            "aws iam get-role-policy --role-name app --policy-name start --query PolicyDocument",
        ),
        (attached(&deny), of_version),
        (bounded(&deny), of_version),
        (
            above(&deny),
            "aws organizations describe-policy --policy-id p-1 --query Policy.Content --output text",
        ),
    ];
    for (who, command) in cases {
        let finding = reading(&who, SECRET, None);
        assert_eq!(finding.commands, [command], "{finding:#?}");
        let remedy = finding.remedy.unwrap();
        assert!(remedy.starts_with("Remove or narrow statement `Fence` of"), "{remedy}");
    }
    let policy = json!({"Statement": [{"Sid": "Fence", "Effect": "Deny", "Principal": "*",
        "Action": GET, "Resource": "*"}]});
    let finding = reading(&role(all()), SECRET, Some(&policy));
    assert_eq!(finding.commands, ["get-resource-policy"], "{finding:#?}");
    assert!(finding.remedy.unwrap().contains("policy of secret db"));
}

#[test]
fn what_a_boundary_refuses_is_allowed_in_the_boundary() {
    let limit = "arn:aws:iam::111122223333:policy/limit";
    let others = json!([{"Sid": "Held", "Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]);
    let bounded = |statements: Value, arn: &str, limits: &Value| {
        let boundary = managed(arn, limits);
        changed(statements, |set| set.boundary = Some(boundary))
    };
    let finding = reading(&bounded(allow(GET, "*"), limit, &others), SECRET, None);
    let [command] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    assert!(
        command.to_string().starts_with("aws iam create-policy-version --policy-arn"),
        "{command}"
    );
    assert!(command.to_string().ends_with("--set-as-default"), "{command}");
    let wider = document(command, "--policy-document")["Statement"].clone();
    assert_eq!(wider[0], others[0]);
    assert_eq!(reads(&bounded(allow(GET, "*"), limit, &wider), SECRET, None), "allowed");
    assert!(finding.remedy.unwrap().contains("in the permissions boundary"));

    // Where its own policies lack it too, one command is not enough.
    let both = reading(&bounded(json!([]), limit, &others), SECRET, None);
    assert_eq!(both.commands.len(), 2, "{both:#?}");
    let remedy = both.remedy.unwrap();
    assert!(
        remedy.contains("in the identity policies of") && remedy.contains("boundary"),
        "{remedy}"
    );

    // Nobody can change a policy of AWS.
    let of_aws = "arn:aws:iam::aws:policy/PowerUserAccess";
    let finding = reading(&bounded(allow(GET, "*"), of_aws, &others), SECRET, None);
    assert!(finding.commands.is_empty(), "{finding:#?}");
    assert!(finding.remedy.unwrap().contains("another permissions boundary"));
}

#[test]
fn a_role_that_iam_does_not_let_anybody_change_gets_no_command() {
    let sso = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_1";
    let who = changed(json!([]), |set| sso.clone_into(&mut set.arn));
    let finding = reading(&who, SECRET, None);
    assert!(finding.commands.is_empty(), "{finding:#?}");
    let remedy = finding.remedy.unwrap();
    assert!(remedy.starts_with("Add to the IAM Identity Center permission set"), "{remedy}");
    assert!(remedy.contains(&format!(r#""Action":"{GET}","Resource":"{SECRET}""#)), "{remedy}");
}

/// The finding for a decryption under a key with this policy.
fn decrypting(statements: Value, key: &str, policy: &Value) -> Finding {
    let context = "kms:EncryptionContext:SecretARN";
    let wish = Wish::new("kms:Decrypt", key).carrying(context, SECRET).allowed_if(
        "StringEquals",
        "kms:ViaService",
        "secretsmanager.eu-west-1.amazonaws.com",
    );
    let policy = Policy::read(Layer::Key, "policy of key", policy);
    let side = ResourceSide { resource: Some(policy), ..ResourceSide::default() };
    let guard = Guard::Key { arn: key.to_owned(), region: "eu-west-1".parse().unwrap() };
    refused(&role(statements), vec![wish], &side, Some(&guard))
}

fn letting_in(principal: &str) -> Value {
    json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*",
        "Resource": "*"}})
}

#[test]
fn a_key_that_trusts_nobody_of_the_account_gets_a_grant_for_this_secret() {
    let admin = letting_in("arn:aws:iam::111122223333:role/admin");
    let grant = format!(
        r#"aws kms create-grant --key-id {KEY} --grantee-principal arn:aws:iam::111122223333:role/app --operations Decrypt --constraints '{{"EncryptionContextSubset":{{"SecretARN":"{SECRET}"}}}}' --region eu-west-1"#
    );
    for statements in [allow("kms:Decrypt", "*"), json!([])] {
        let finding = decrypting(statements, KEY, &admin);
        assert_eq!(finding.commands, std::slice::from_ref(&grant), "{finding:#?}");
    }
    let foreign = KEY.replace("111122223333", "444455556666");
    let finding = decrypting(json!([]), &foreign, &admin);
    let [own, other] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    assert!(own.to_string().starts_with("aws iam put-role-policy"), "{own}");
    assert!(other.to_string().starts_with("aws kms create-grant"), "{other}");
    assert!(finding.remedy.unwrap().contains("only account 444455556666 can do this"));
}

#[test]
fn a_role_may_use_a_key_through_the_service_that_reads_for_it_alone() {
    let account = letting_in("arn:aws:iam::111122223333:root");
    let finding = decrypting(json!([]), KEY, &account);
    let [command] = finding.commands.as_slice() else { panic!("{finding:#?}") };
    let statement = document(command, "--policy-document")["Statement"][0].clone();
    let service = "secretsmanager.eu-west-1.amazonaws.com";
    assert_eq!(statement["Condition"], json!({"StringEquals": {"kms:ViaService": service}}));
}

#[test]
fn what_denies_the_use_of_a_key_is_not_fixed_by_a_grant() {
    let deny = json!({"Statement": {"Sid": "Fence", "Effect": "Deny", "Principal": "*",
        "Action": "kms:*", "Resource": "*"}});
    let finding = decrypting(allow("kms:*", "*"), KEY, &deny);
    let show = format!(
        "aws kms get-key-policy --key-id {KEY} --policy-name default --query Policy --output text --region eu-west-1"
    );
    assert_eq!(finding.commands, [show], "{finding:#?}");
}
