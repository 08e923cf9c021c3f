//! What is fuzzed: a function for each kind of input. The fuzzers call them with inputs that they make up, the tests
//! with those that are kept in `corpora/`. Each panics where the program would be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use aws_ecs_preflight::checks::{Ruling, catalogue};
use aws_ecs_preflight::document::template::{self, Surroundings};
use aws_ecs_preflight::document::{Role, RunContext, Source, TaskDefinition};
use aws_ecs_preflight::facts::{Recording, Table, View};
use aws_ecs_preflight::iam::{
    Context, Decision, KeyState, Layer, Layers, Policy, Request, evaluate,
};
use aws_ecs_preflight::lookup::oci::{ImageConfig, Manifest};
use aws_ecs_preflight::names::{Arn, ImageRef, Region, ValueFrom};
use aws_ecs_preflight::placement::query::{Facts, Query};
use aws_ecs_preflight::symptoms::Recogniser;
use aws_ecs_preflight::task::{Deployment, Task, Witness};
use aws_ecs_preflight::{lookup, output};
use serde_json::{Value, json};

use super::allowance::{self, Answer};

/// Judges one input; it panics on a find.
pub type Entry = fn(&[u8]);

/// All of them, by the name of their folder in `corpora/`.
pub const ENTRIES: &[(&str, Entry)] = &[
    ("definition", definition),
    ("yaml", yaml),
    ("service", service),
    ("template", template),
    ("policy", policy),
    ("condition", condition),
    ("arn", arn),
    ("image", image),
    ("value_from", value_from),
    ("query", query),
    ("error_text", error_text),
    ("recording", recording),
    ("xml", xml),
    ("registry", registry),
];

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data).ok()
}

// --- Documents ---------------------------------------------------------------------------------------

/// A task definition in JSON: every check judges it, as far as it does without the account.
pub fn definition(data: &[u8]) {
    judged("taskdef.json", data, RunContext::flags());
}

/// A task definition in YAML.
pub fn yaml(data: &[u8]) {
    judged("taskdef.yaml", data, RunContext::flags());
}

/// A service definition, and the input of run-task, around a definition that is right.
pub fn service(data: &[u8]) {
    let Ok(source) = Source::read("service.json", Role::Context, data) else { return };
    let demo = include_bytes!("../../demo/healthy.json");
    let contexts = [RunContext::service_definition(&source), RunContext::run_task(&source)];
    for context in contexts.into_iter().flatten() {
        judged("taskdef.json", demo, context);
    }
}

/// A template of CloudFormation, or a plan of Terraform: what it declares is judged as a definition in a file is.
pub fn template(data: &[u8]) {
    let name = if data.starts_with(b"{") { "template.json" } else { "template.yaml" };
    let Ok(source) = Source::read(name, Role::Definition, data) else { return };
    if !template::is_template(&source) {
        return;
    }
    let in_account = Surroundings {
        region: "eu-central-1".parse().ok(),
        account: Some("111122223333".to_owned()),
        ..Surroundings::default()
    };
    for known in [Surroundings::default(), in_account] {
        drop((template::roles(&source, &known), template::described(&source, &known)));
        match template::declared(&source, &known) {
            Ok(all) => all.into_iter().for_each(|it| {
                let context = it.service.as_ref().map(RunContext::declared_service);
                judged_by_all(it.definition, &context.unwrap_or_else(RunContext::flags));
            }),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Judges the definitions of a document.
fn judged(name: &str, data: &[u8], context: RunContext) {
    let source = match Source::read(name, Role::Definition, data) {
        Ok(source) => source,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    for source in source.definitions().into_iter().flatten() {
        judged_by_all(source, &context);
    }
}

/// Judges a definition by all checks with an empty table: they pass, fail, or want answers.
fn judged_by_all(source: Source, context: &RunContext) {
    if let Ok(definition) = TaskDefinition::from_source(&source) {
        let task = Task {
            source,
            definition,
            context: context.clone(),
            home: "eu-central-1".parse().ok(),
            read_secrets: false,
            witness: Witness::Auto,
            caller: None,
            now: Some(1_790_000_000),
            documents_only: false,
            tool: None,
            deployment: Deployment::default(),
        };
        let table = Table::default();
        for (_, check) in catalogue() {
            for case in (check.judge)(&task) {
                let view = View::of(&table);
                match &case.ruling {
                    Ruling::Judge(judge) => drop(judge(&view)),
                    Ruling::Spread(list) => drop(list(&view)),
                }
            }
        }
    }
}

// --- Policies ----------------------------------------------------------------------------------------

/// An identity policy, and a resource policy after a line with `---`.
struct Question {
    identity: Value,
    resource: Option<Value>,
}

impl Question {
    fn read(data: &[u8]) -> Option<Question> {
        let mut parts = text(data)?.split("\n---\n");
        let identity = serde_json::from_str(parts.next()?).ok()?;
        Some(Question {
            identity,
            resource: parts.next().and_then(|it| serde_json::from_str(it).ok()),
        })
    }

    fn layers(&self) -> Layers {
        let read = |layer, document| Policy::read(layer, "fuzzed", document);
        Layers {
            identity: vec![read(Layer::Identity, &self.identity)],
            resource: self.resource.as_ref().map(|it| read(Layer::Resource, it)),
            ..Layers::default()
        }
    }
}

const ACTION: &str = "secretsmanager:GetSecretValue";
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:app/db-AbCdEf";
const KEYS: [&str; 4] =
    ["aws:SourceVpce", "aws:PrincipalTag/team", "aws:ResourceTag/team", "aws:SourceIp"];

fn request(context: Context) -> Request {
    let principal = "arn:aws:sts::111122223333:assumed-role/app/task".parse().expect("an ARN");
    Request::new(principal, ACTION, SECRET, context)
}

/// Policies without conditions, compared with a second evaluator: where it knows the answer, both have the same.
pub fn policy(data: &[u8]) {
    let Some(question) = Question::read(data) else { return };
    let layers = question.layers();
    let evaluation = evaluate(&request(Context::complete()), &layers);
    assert!(!evaluation.sentences().is_empty());
    if question.resource.is_none()
        && let Some(answer) = allowance::of(&question.identity, ACTION, SECRET)
    {
        let expected = match answer {
            Answer::Allowed => Decision::Allow,
            Answer::Denied => Decision::ExplicitDeny,
            Answer::NotAllowed => Decision::ImplicitDeny,
        };
        assert_eq!(evaluation.decision, expected, "the second evaluator says otherwise");
    }
    // What may not be read adds no certainty, and one more denial never allows.
    let mut blind = question.layers();
    blind.identity.push(Policy::unreadable(Layer::Identity, "hidden", "AccessDenied"));
    let after = evaluate(&request(Context::complete()), &blind).decision;
    assert!(after == evaluation.decision || matches!(after, Decision::Depends(_)));
    assert!(after != Decision::Allow);
    let mut denied = question.layers();
    let deny = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}});
    denied.identity.push(Policy::read(Layer::Identity, "deny", &deny));
    assert_eq!(evaluate(&request(Context::complete()), &denied).decision, Decision::ExplicitDeny);
}

/// Policies with conditions: an answer that is definite while keys are unknown holds whatever they are.
pub fn condition(data: &[u8]) {
    let Some(question) = Question::read(data) else { return };
    let layers = question.layers();
    let with = |state: &KeyState| {
        KEYS.iter().fold(Context::complete(), |context, key| context.with(key, state.clone()))
    };
    let before = evaluate(&request(with(&KeyState::Unknown)), &layers).decision;
    let values = ["a", "vpce-1", "10.0.0.1", "true"];
    let known = values.map(|it| KeyState::Known(vec![it.to_owned()]));
    for state in known.iter().chain([&KeyState::Absent]) {
        let truth = evaluate(&request(with(state)), &layers).decision;
        let right = match (&before, &truth) {
            (Decision::Depends(_), _) | (_, Decision::Depends(_)) => true,
            (Decision::ImplicitDeny, truth) => *truth != Decision::Allow,
            (before, truth) => before == truth,
        };
        assert!(right, "{before:?} with unknown keys, {truth:?} with {state:?}");
    }
}

// --- Names -------------------------------------------------------------------------------------------

/// What was read is printed as it was written.
pub fn arn(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match text.parse::<Arn>() {
        Ok(arn) => assert_eq!(arn.to_string().parse::<Arn>().as_ref(), Ok(&arn)),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(region) = text.parse::<Region>() {
        assert_eq!(region.as_str(), text);
    }
}

/// An image reference; its canonical form is the same image.
pub fn image(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match text.parse::<ImageRef>() {
        Ok(image) => {
            assert_eq!(image.written(), text);
            let canonical = image.canonical();
            // With the registry and the tag it may be longer than ECS takes.
            let again = canonical.parse::<ImageRef>().map(|it| it.canonical());
            assert!(again == Ok(canonical.clone()) || canonical.len() > 255, "{again:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A reference to a secret or a parameter.
pub fn value_from(data: &[u8]) {
    let Some(text) = text(data) else { return };
    match text.parse::<ValueFrom>() {
        Ok(reference) => {
            // A parameter may have a version after it, a secret a key, a stage and a version.
            if let Some(arn) = reference.arn() {
                assert!(text.starts_with(&arn.to_string()), "{arn} of {text}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

// --- Expressions and texts ---------------------------------------------------------------------------

/// An expression of the cluster query language: what is printed is read as the same.
pub fn query(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let query = match text.parse::<Query>() {
        Ok(query) => query,
        Err(error) => return assert!(error.position <= text.chars().count(), "{error}"),
    };
    let attributes: BTreeMap<String, Option<String>> =
        [("ecs.instance-type".to_owned(), Some("c5.large".to_owned())), ("own".to_owned(), None)]
            .into();
    let groups: BTreeSet<String> = ["service:web".to_owned()].into();
    let facts = Facts {
        agent_connected: true,
        agent_version: Some("1.86.0"),
        ec2_instance_id: Some("i-0123456789abcdef0"),
        registered_at: Some(1_790_000_000),
        running_tasks: 3,
        task_groups: Some(&groups),
        attributes: &attributes,
    };
    let matches = query.matches(&facts);
    let again: Query = query.to_string().parse().expect("what is printed can be read");
    assert_eq!(again.matches(&facts), matches);
}

/// The text of an error.
pub fn error_text(data: &[u8]) {
    static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(Recogniser::new);
    let text = String::from_utf8_lossy(data);
    drop(RECOGNISER.recognise(&text));
}

// --- Answers -----------------------------------------------------------------------------------------

/// A recording: what is printed is read as the same, and can be redacted.
pub fn recording(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(recording) = Recording::parse(text) else { return };
    let printed = recording.print();
    let again = Recording::parse(&printed).expect("what is printed can be read");
    assert_eq!(again.print(), printed);
    let redacted = recording.redacted().print();
    assert!(Recording::parse(&redacted).is_ok());
}

/// An answer in XML; what this program writes itself is well-formed.
pub fn xml(data: &[u8]) {
    drop(lookup::check_well_formed(data));
    if let Some(text) = text(data) {
        let own = format!("<it a=\"{0}\">{0}</it>", output::xml::escaped(text));
        assert_eq!(lookup::check_well_formed(own.as_bytes()), Ok(()), "{own:?}");
    }
}

/// A manifest, and the configuration of an image. What is recorded of them is read as the same.
pub fn registry(data: &[u8]) {
    for served_as in [None, Some("application/vnd.oci.image.index.v1+json")] {
        if let Ok(manifest) = Manifest::read(data, served_as) {
            let recorded = serde_json::to_value(&manifest).expect("a fact is JSON");
            assert_eq!(serde_json::from_value::<Manifest>(recorded).ok(), Some(manifest));
        }
    }
    if let Ok(config) = ImageConfig::read(data) {
        let recorded = serde_json::to_value(&config).expect("a fact is JSON");
        assert_eq!(serde_json::from_value::<ImageConfig>(recorded).ok(), Some(config));
    }
}
