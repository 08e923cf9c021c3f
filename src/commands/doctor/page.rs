//! The answer as text and as JSON.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use time::{OffsetDateTime, UtcOffset};

use super::rights::{Right, Rights};
use super::state::State;
use crate::cli::PROGRAM;
use crate::exit::Exit;
use crate::lookup::Path;
use crate::output::{self, Look, Volume};
use crate::report::Status;

/// How many resources of one action are named.
const SHOWN: usize = 3;

/// What this command leaves undetermined.
const NOT_ASKED: [&str; 4] = [
    "only STS, IAM and AWS Organizations were called: whether the endpoints of the other services answer here, a run shows",
    "registries other than Amazon ECR, and the credentials for them",
    "policies of resources, of KMS keys and of VPC endpoints, and session policies: they can deny what is allowed here",
    "secretsmanager:GetSecretValue, which only --read-secrets calls",
];

/// One line for each part, with its fix; then what the caller may not do, and the statement that allows it.
pub(super) fn text(state: &State, look: &Look) -> String {
    let mut text = format!("{}\n", word(state).replace('_', " "));
    for it in &state.findings {
        if look.volume == Volume::Quiet && it.status == Status::Pass {
            continue;
        }
        let lead = format!("  {:<7} {:<12} ", it.status.word(), it.id);
        text.push_str(&output::quoted(&lead, 23, &it.message, look));
        if let Some(fix) = &it.fix {
            text.push_str(&output::quoted(&format!("{:23}fix: ", ""), 23, fix, look));
        }
    }
    if let Some(rights) = &state.rights {
        rights_in(&mut text, rights, look);
    }
    if look.volume != Volume::Quiet {
        text.push_str("\nNot asked\n");
        for it in NOT_ASKED {
            text.push_str(&output::quoted("  ", 4, it, look));
        }
    }
    text
}

fn rights_in(text: &mut String, rights: &Rights, look: &Look) {
    let mut checks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for lacking in rights.lacking() {
        for action in lacking.denied.into_iter().chain(lacking.unknown) {
            checks.entry(action).or_default().push(lacking.check);
        }
    }
    let mut section = |title: &str, lines: Vec<(String, String)>| {
        if lines.is_empty() {
            return;
        }
        text.push_str(&format!("\n{title}\n"));
        for (lead, more) in lines {
            text.push_str(&output::quoted("  ", 4, &format!("{lead}: {more}"), look));
        }
    };
    let of = |wanted: fn(&Right) -> Option<String>| {
        let lines = rights.of.iter().filter_map(|(action, right)| {
            let why = wanted(right)?;
            let checks = checks.get(action).map(|it| it.join(", "));
            let lead = match checks {
                Some(checks) => format!("{action} ({checks})"),
                None => (*action).to_owned(),
            };
            Some((lead, why))
        });
        lines.collect::<Vec<_>>()
    };
    section(
        "Denied",
        of(|it| match it {
            Right::Denied(why) => Some(why.clone()),
            _ => None,
        }),
    );
    section(
        "Cannot be determined",
        of(|it| match it {
            Right::Unknown(why) => Some(why.clone()),
            _ => None,
        }),
    );
    section(
        "Allowed on some resources only",
        of(|it| match it {
            Right::OnSome(resources) => Some(some(resources)),
            _ => None,
        }),
    );
    section(
        "Allowed, but not on these resources",
        of(|it| match it {
            Right::Except(resources) => Some(some(resources)),
            _ => None,
        }),
    );
    if let Some(assumes) = rights.assumes {
        text.push('\n');
        text.push_str(&output::labelled("assumes", assumes, look));
    }
    if let Some(statement) = rights.statement() {
        text.push_str(&format!("\nThis policy allows the rest:\n{statement:#}\n"));
    }
}

fn some(resources: &[String]) -> String {
    let more = resources.len().saturating_sub(SHOWN);
    let shown = resources.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// The answer in one word.
fn word(state: &State) -> &'static str {
    match state.exit() {
        Exit::Pass => "ready",
        Exit::Unknown => "unknown",
        _ => "not_ready",
    }
}

/// Every key is always there.
pub(super) fn document(state: &State) -> Value {
    let findings = state
        .findings
        .iter()
        .map(|it| json!({"id": it.id, "status": it.status, "message": it.message, "fix": it.fix}));
    let expires = state.credentials.as_ref().and_then(|it| it.expires);
    let expires = expires.map(|it| in_rfc_3339(OffsetDateTime::from(it)));
    let settings = state.paths.iter().map(|it| {
        let kind = match it.path {
            Path::Endpoint => "endpoint",
            Path::Proxy => "proxy",
            Path::Certificates => "certificates",
        };
        json!({"kind": kind, "by": it.by, "value": it.value})
    });
    json!({
        "schema_version": 1,
        "tool": {"name": PROGRAM, "version": env!("CARGO_PKG_VERSION")},
        "answer": word(state),
        "findings": findings.collect::<Vec<_>>(),
        "profile": state.profile,
        "credentials": state.credentials.as_ref().map(|it| json!({"source": it.source, "expires": expires})),
        "region": state.region.as_ref().map(|(name, from)| json!({"name": name.to_string(), "from": from})),
        "account": state.caller.as_ref().map(|it| it.account.to_string()),
        "caller": state.caller.as_ref().map(|it| &it.arn),
        "clock_ahead_seconds": state.ahead,
        "settings": settings.collect::<Vec<_>>(),
        "rights": state.rights.as_ref().map(rights),
        "not_asked": NOT_ASKED,
    })
}

fn in_rfc_3339(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = at.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", at.date())
}

fn rights(rights: &Rights) -> Value {
    let of = |wanted: fn(&Right) -> Option<Value>| -> Vec<Value> {
        rights
            .of
            .iter()
            .filter_map(|(action, right)| {
                let mut object = wanted(right)?;
                object["action"] = json!(action);
                Some(object)
            })
            .collect()
    };
    let allowed: Vec<&str> = rights
        .of
        .iter()
        .filter(|(_, right)| **right == Right::Allowed)
        .map(|(action, _)| *action)
        .collect();
    let checks: Vec<Value> = rights
        .lacking()
        .into_iter()
        .map(|it| json!({"id": it.check, "denied": it.denied, "unknown": it.unknown}))
        .collect();
    json!({
        "allowed": allowed,
        "on_some": of(|it| match it { Right::OnSome(on) => Some(json!({"resources": on})), _ => None }),
        "except": of(|it| match it { Right::Except(on) => Some(json!({"resources": on})), _ => None }),
        "denied": of(|it| match it { Right::Denied(why) => Some(json!({"why": why})), _ => None }),
        "unknown": of(|it| match it { Right::Unknown(why) => Some(json!({"why": why})), _ => None }),
        "checks_that_lack_rights": checks,
        "assumes": rights.assumes,
        "policy": rights.statement(),
    })
}
