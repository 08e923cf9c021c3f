//! `can`: may this principal do that, and by which statements?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::wait::Clock;
use super::{Failure, accept, asking, look, outlet_without_results};
use crate::account::rights::Principal;
use crate::cli::{Can, Global};
use crate::exit::Exit;
use crate::iam::Decision;
use crate::knowledge::Stop;
use crate::names::Arn;
use crate::output::{self, Look, Progress};
use crate::permission::question::{Access, Answer, Asker};
use crate::preflight::Origin;

/// Answers the question.
pub(super) fn run(question: &Can, global: &Global) -> Result<Exit, Failure> {
    let asker = asker(&question.principal)?;
    let context = context(&question.context)?;
    check_action(&question.action)?;
    check_resource(&question.resource)?;
    let outlet = outlet_without_results(global)?;
    let clock = Clock::start(None, question.timeout);
    let answer = asking::wait_for(async |interruption| {
        let origin = asking::origin(global, question.replay.as_deref());
        let (origin, region) = asking::in_time(origin, &clock, &interruption).await?;
        let now = match &origin {
            Origin::Replay(recording) => recording.now,
            Origin::Live(_) | Origin::Offline => Some(accept::now().unix_timestamp()),
        };
        let access = Access {
            asker,
            action: question.action.clone(),
            resource: question.resource.clone(),
            context,
            region,
            now,
        };
        let mut watch = Progress::new(output::is_watched());
        let mut run = asking::start(origin, &clock, &interruption, &mut watch);
        let answer = run.work_out(|facts| access.answer(facts)).await;
        if let Some(signal) = run.interrupted() {
            return Err(Failure::interrupted(signal));
        }
        answer.map_err(Failure::no_verdict)?.map_err(unanswered)
    })?;
    if let Some(resources) = &answer.on_some {
        return Err(Failure::usage(format!(
            "{} may perform {} on some resources only ({})\n  Pass the ARN of the resource instead of *",
            answer.principal,
            question.action,
            resources.iter().take(3).cloned().collect::<Vec<_>>().join(", ")
        )));
    }
    let (word, exit) = match answer.evaluation.decision {
        Decision::Allow => ("allow", Exit::Pass),
        Decision::ExplicitDeny | Decision::ImplicitDeny => ("deny", Exit::Fail),
        Decision::Depends(_) => ("depends", Exit::Unknown),
    };
    let look = look(global);
    let text = match global.quiet {
        true => format!("{word}\n"),
        false => page(word, &question.action, &answer, &look),
    };
    let document = document(word, &question.action, &answer);
    output::show(&text, &document, &outlet, &look).map_err(Failure::usage)?;
    Ok(exit)
}

/// A service, an ARN, or the name of a role.
fn asker(text: &str) -> Result<Asker, Failure> {
    if text.starts_with("arn:") {
        let holder = Principal::of_arn(text).map_err(Failure::usage)?;
        return Ok(Asker::Holder(holder, text.parse().ok()));
    }
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") {
        return Ok(Asker::Service(text.to_owned()));
    }
    let named = |b: u8| b.is_ascii_alphanumeric() || b"+=,.@_-".contains(&b);
    if text.is_empty() || !text.bytes().all(named) {
        return Err(Failure::usage(format!(
            "{text:?} is not a principal\n  Pass the ARN of a role, a session or a user, or the name of a role"
        )));
    }
    Ok(Asker::Holder(Principal::Role { account: None, name: text.to_owned() }, None))
}

fn check_action(text: &str) -> Result<(), Failure> {
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    match text.split_once(':') {
        Some((service, name)) if is_word(service) && is_word(name) => Ok(()),
        _ => Err(Failure::usage(format!(
            "{text:?} is not an action\n  Write service:Name, such as secretsmanager:GetSecretValue"
        ))),
    }
}

fn check_resource(text: &str) -> Result<(), Failure> {
    if text == "*" {
        return Ok(());
    }
    text.parse::<Arn>().map(|_| ()).map_err(|flaw| {
        Failure::usage(format!(
            "{flaw}\n  Pass the ARN of the resource, or * if the action has none"
        ))
    })
}

/// The condition keys; a repeated key has several values.
fn context(given: &[String]) -> Result<BTreeMap<String, Vec<String>>, Failure> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in given {
        let (key, value) = text
            .split_once('=')
            .filter(|(key, _)| key.contains(':'))
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--context {text:?} is not a condition key with a value\n  Write KEY=VALUE, such as iam:PassedToService=ecs-tasks.amazonaws.com"
                ))
            })?;
        context.entry(key.to_owned()).or_default().push(value.to_owned());
    }
    Ok(context)
}

/// The principal or resource is missing, or could not be read.
fn unanswered(stop: Stop) -> Failure {
    match stop {
        Stop::Absent(lack) => Failure::usage(lack.absence.sentence),
        Stop::Gap(gap) => Failure::no_verdict(gap),
    }
}

/// The answer first, then the deciding facts, and last the command that fixes it: never wrapped, for copying.
fn page(word: &str, action: &str, answer: &Answer, look: &Look) -> String {
    let mut text = format!("{word}\n");
    let mut line = |label, sentence: &str| text.push_str(&output::labelled(label, sentence, look));
    line("who", &answer.principal);
    line("what", &format!("{action} on {}", answer.resource));
    let sentences = answer.evaluation.sentences();
    sentences.iter().for_each(|sentence| line("because", sentence));
    // That something could not be read is often a reason already.
    let is_said = |note: &str| {
        let why = note.split_once(": ").map(|(_, why)| why);
        why.is_some_and(|why| sentences.iter().any(|it| it.ends_with(why)))
    };
    answer.evaluation.notes.iter().filter(|it| !is_said(it)).for_each(|it| line("note", it));
    for assumed in &answer.assumes {
        line("assumes", &format!("that {assumed}"));
    }
    if let Some(mend) = &answer.mend {
        text.push_str(&format!("  fix      $ {mend}\n"));
    }
    text
}

fn document(word: &str, action: &str, answer: &Answer) -> Value {
    let statements: Vec<Value> = answer
        .evaluation
        .deciding
        .iter()
        .map(|origin| {
            json!({
                "layer": origin.layer.to_string(),
                "policy": *origin.policy,
                "sid": origin.sid,
                "index": origin.index,
            })
        })
        .collect();
    json!({
        "schema_version": 1,
        "answer": word,
        "principal": answer.principal,
        "action": action,
        "resource": answer.resource,
        "because": answer.evaluation.sentences(),
        "statements": statements,
        "notes": answer.evaluation.notes,
        "assumes": answer.assumes,
        "fix": answer.mend,
    })
}
