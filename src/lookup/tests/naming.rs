//! Answers about something else than what was asked.

use serde_json::{Map, Value};

use super::*;
use crate::lookup::kms::DescribeKey;

#[test]
fn every_lookup_says_what_names_it_in_an_answer() {
    let unsaid: Vec<_> =
        lookups("").into_iter().filter(|case| case.named == Named::Unsaid).collect();
    let names: Vec<_> = unsaid.iter().map(|case| case.name).collect();
    assert!(names.is_empty(), "`Lookup::named` is missing: {names:?}");
    for case in lookups("") {
        match &case.named {
            Named::Nowhere(why) => assert!(!why.is_empty(), "{}", case.name),
            named => assert!(!named.examples().is_empty(), "{}", case.name),
        }
    }
}

/// An answer with nothing but these texts at these paths.
fn answer(case: &Case, texts: &[(&str, String)]) -> Reply {
    let mut root = Map::new();
    for (path, text) in texts {
        let (around, field) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = &mut root;
        for name in around.split('/').filter(|name| !name.is_empty()) {
            let inside = at.entry(name).or_insert_with(|| Value::Object(Map::new()));
            at = inside.as_object_mut().unwrap();
        }
        at.insert((*field).to_owned(), text.as_str().into());
    }
    let (service, action) = case.asked.call().0.split_once(':').unwrap();
    Reply::Ok(match service {
        "ec2" => format!("<{action}Response>{}</{action}Response>", xml(&root)),
        "autoscaling"
        | "cloudformation"
        | "cloudwatch"
        | "elasticloadbalancing"
        | "iam"
        | "sts" => format!(
            "<{action}Response><{action}Result>{}</{action}Result></{action}Response>",
            xml(&root)
        ),
        _ => Value::Object(root).to_string(),
    })
}

fn xml(fields: &Map<String, Value>) -> String {
    let element = |(name, value): (&String, &Value)| match value {
        Value::Object(inside) => format!("<{name}>{}</{name}>", xml(inside)),
        value => format!("<{name}>{}</{name}>", value.as_str().unwrap()),
    };
    fields.iter().map(element).collect()
}

#[test]
fn an_answer_about_something_else_is_a_gap_and_says_so() {
    let bench = Bench::new();
    let mut compared = 0;
    for nth in 0.. {
        let learnt = bench.learn(|case| {
            let mut texts = case.named.examples();
            texts.get_mut(nth)?.1 = "another".to_owned();
            Some(answer(case, &texts))
        });
        if learnt.is_empty() {
            break;
        }
        compared += learnt.len();
        for (case, reply, answer) in learnt {
            let said = told(&answer);
            let is_said =
                said.contains("is about another, not about") || said.contains("is not about");
            assert!(answer.is_err() && is_said, "{} on {reply:?}: {said}", case.name);
        }
    }
    assert!(compared > 45, "{compared}");
}

#[test]
fn an_answer_about_what_was_asked_is_not_rejected_for_its_names() {
    let bench = Bench::new();
    let learnt = bench.learn(|case| {
        let texts = case.named.examples();
        (!texts.is_empty()).then(|| answer(case, &texts))
    });
    assert!(learnt.len() > 35, "{}", learnt.len());
    for (case, reply, answer) in learnt {
        let said = told(&answer);
        let is_rejected = ["the answer is about", "the answer is not about", "which names it"]
            .iter()
            .any(|why| said.contains(why));
        assert!(!is_rejected, "{} on {reply:?}: {said}", case.name);
    }
}

/// What a lookup learns from this answer.
fn learnt_of<L: Lookup>(asked: &L, answer: &Value) -> String {
    let server = Server::start();
    server.give(&Reply::Ok(answer.to_string()));
    let bench = Bench::new();
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    format!("{:?}", bench.runtime.block_on(asked.fetch(&services)))
}

#[test]
fn what_is_asked_for_by_another_name_is_compared_by_what_its_answer_has() {
    let region = || "eu-central-1".parse::<crate::names::Region>().unwrap();
    let arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db";
    let secret = |id: &str, name: &str| {
        let asked = DescribeSecret { region: region(), id: id.to_owned() };
        learnt_of(
            &asked,
            &json!({"ARN": format!("{arn}-AbCdEf"), "Name": name, "CreatedDate": 1.7e9}),
        )
    };
    for right in ["db", arn, &format!("{arn}-AbCdEf")] {
        assert!(secret(right, "db").starts_with("Ok(Found"), "{right}");
    }
    for wrong in
        ["other", &arn.replace("1111", "2222"), &format!("{arn}-GhIjKl"), &format!("{arn}-A")]
    {
        let said = secret(wrong, "db");
        assert!(said.contains("the answer is about"), "{wrong}: {said}");
    }

    let key = "arn:aws:kms:eu-central-1:111122223333:key/1";
    let described = json!({"KeyMetadata": {
        "KeyId": "1", "Arn": key, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER", "MultiRegion": false,
    }});
    for right in ["1", key, "alias/app", "arn:aws:kms:eu-central-1:111122223333:alias/app"] {
        let said = learnt_of(&DescribeKey::of(right, &region()), &described);
        assert!(said.starts_with("Ok(Found"), "{right}: {said}");
    }
    for wrong in ["2", "arn:aws:kms:eu-central-1:111122223333:key/2"] {
        let said = learnt_of(&DescribeKey::of(wrong, &region()), &described);
        assert!(said.contains("the answer is about"), "{wrong}: {said}");
    }

    let definition = "arn:aws:ecs:eu-central-1:111122223333:task-definition/web:7";
    let described = json!({"taskDefinition": {
        "family": "web", "revision": 7, "taskDefinitionArn": definition, "containerDefinitions": [],
    }});
    let of = |name: &str| {
        let asked = DescribeTaskDefinition { region: region(), name: name.to_owned() };
        learnt_of(&asked, &described)
    };
    for right in ["web", "web:7", definition] {
        assert!(of(right).starts_with("Ok(Found"), "{right}");
    }
    for wrong in ["app", "web:6", &definition.replace(":7", ":6")] {
        assert!(of(wrong).contains("the answer is about"), "{wrong}: {}", of(wrong));
    }
}

#[test]
fn every_call_of_the_sdk_has_a_row_of_what_its_answer_must_have() {
    let by_sdk = |case: &Case| !is_a_registry(case) && !is_ours(case);
    let mut calls: BTreeSet<_> =
        lookups("").iter().filter(|case| by_sdk(case)).map(|case| case.asked.call()).collect();
    let further: Vec<_> =
        calls.iter().flat_map(|call| crate::lookup::further_calls(*call)).copied().collect();
    calls.extend(further);
    assert!(calls.len() >= 25, "{calls:?}");
    for call in calls {
        let needed = crate::lookup::members::needed(call);
        assert!(needed.is_some_and(|needed| !needed.is_empty()), "{call} has no row");
    }
}
