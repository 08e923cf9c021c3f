//! Evaluates IAM cases: `cargo run --release --example iam_cases < cases.jsonl`.
//!
//! Each line of the input is a case: a request, policies by layer, and the keys that are not known.
//! Each line of the output is its verdict, with the statements that decide it.

#![expect(clippy::disallowed_methods, reason = "an example prints what it finds")]

use std::error::Error;
use std::io::{BufRead, BufWriter, Write};

use aws_ecs_preflight::iam::{
    Context, Decision, KeyState, Layer, Layers, Origin, Policy, Request, evaluate,
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let explain = std::env::args().any(|argument| argument == "--explain");
    let mut output = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        writeln!(output, "{}", answer(&case, explain)?)?;
    }
    Ok(())
}

fn answer(case: &Value, explain: bool) -> Result<Value, Box<dyn Error>> {
    let evaluation = evaluate(&request(case)?, &layers(case));
    let (verdict, keys) = match &evaluation.decision {
        Decision::Allow => ("allow", Vec::new()),
        Decision::ExplicitDeny => ("explicit_deny", Vec::new()),
        Decision::ImplicitDeny => ("implicit_deny", Vec::new()),
        Decision::Depends(depends) => {
            ("depends", depends.keys.iter().map(|asked| asked.key.to_lowercase()).collect())
        }
    };
    let effect = if verdict == "allow" { "Allow" } else { "Deny" };
    let named = |origin| statement(origin, effect);
    let deciding: Vec<Value> = evaluation.deciding.iter().map(named).collect();
    let mut answer =
        json!({"id": case["id"], "verdict": verdict, "deciding": deciding, "unknownKeys": keys});
    if explain {
        answer["because"] = json!(evaluation.sentences());
        answer["notes"] = json!(evaluation.notes);
    }
    Ok(answer)
}

fn statement(origin: &Origin, effect: &str) -> Value {
    let layer = match origin.layer {
        Layer::Identity => "identity",
        Layer::Boundary => "boundary",
        Layer::Session => "session",
        Layer::Resource | Layer::Key | Layer::Trust => "resource",
        Layer::ServiceControl(_) => "scp",
        Layer::ResourceControl(_) => "rcp",
        Layer::Endpoint => "endpoint",
        Layer::Grant => "grant",
    };
    json!({
        "source": layer,
        "policy": &*origin.policy,
        "statement": origin.sid,
        "index": origin.index,
        "effect": effect,
    })
}

fn request(case: &Value) -> Result<Request, Box<dyn Error>> {
    let request = &case["request"];
    let text = |key: &str| request[key].as_str().ok_or_else(|| format!("the request has no {key}"));
    let mut context = Context::complete();
    for (key, value) in request["context"].as_object().into_iter().flatten() {
        let values = match value {
            Value::Array(values) => values.iter().map(plain).collect(),
            value => vec![plain(value)],
        };
        context.set(key, KeyState::Known(values));
    }
    for key in case["unknownKeys"].as_array().into_iter().flatten() {
        context.set(&plain(key), KeyState::Unknown);
    }
    let principal = text("principal")?.parse()?;
    let request = Request::new(principal, text("action")?, text("resource")?, context);
    Ok(match case["request"]["resourceAccount"].as_str() {
        Some(account) => request.owned_by(account.parse()?),
        None => request,
    })
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn layers(case: &Value) -> Layers {
    let one = |key: &str, layer| {
        let document = case.get(key).filter(|document| !document.is_null())?;
        let name = key.strip_suffix("Policy").unwrap_or(key);
        Some(Policy::read(layer, &format!("{name}:0"), document))
    };
    let levels = |key: &str, layer: fn(usize) -> Layer| -> Vec<Vec<Policy>> {
        let levels = case[key].as_array().into_iter().flatten().enumerate();
        let read = |(level, policies): (usize, &Value)| {
            list(policies, layer(level + 1), &format!("{}-{level}", key.trim_end_matches('s')))
        };
        levels.map(read).collect()
    };
    Layers {
        identity: list(&case["identityPolicies"], Layer::Identity, "identity"),
        boundary: one("boundary", Layer::Boundary),
        session: one("sessionPolicy", Layer::Session).into_iter().collect(),
        resource: one("resourcePolicy", Layer::Resource),
        service_control: levels("scps", Layer::ServiceControl),
        resource_control: levels("rcps", Layer::ResourceControl),
        ..Layers::default()
    }
}

fn list(policies: &Value, layer: Layer, name: &str) -> Vec<Policy> {
    let policies = policies.as_array().into_iter().flatten().enumerate();
    policies.map(|(at, document)| Policy::read(layer, &format!("{name}:{at}"), document)).collect()
}
