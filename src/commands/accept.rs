//! `--accept FILE`: findings that the team accepts until a date.

use std::path::Path;

use serde_json::{Value as Json, json};
use time::format_description::well_known::Iso8601;
use time::{Date, Duration, OffsetDateTime};

use super::Failure;
use super::input::{bounded, open};
use crate::document::node::Value;
use crate::document::{Identity, InputError, Node, Role, Source};
use crate::names::nearest;
use crate::report::{CheckResult, Status, TargetReport};

/// The fields of an entry.
const FIELDS: [&str; 5] = ["check", "subject", "target", "reason", "expires"];

/// How long a finding is accepted that `--write-accept` writes.
const ACCEPTED_FOR: Duration = Duration::days(30);

/// One accepted finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    check: String,
    subject: String,
    /// The only target that it is accepted in; none: all of the run.
    target: Option<String>,
    reason: String,
    expires: Date,
    /// Where it is written.
    place: String,
}

/// How it is written.
const FORM: &str = "write [{\"check\": …, \"subject\": …, \"reason\": …, \"expires\": \"YYYY-MM-DD\"}], or let --write-accept FILE write it";

/// Reads the file: a list of objects with `check`, `subject`, `reason` and `expires` (YYYY-MM-DD), all
/// required, and perhaps `target`, in JSON or YAML. The subject "" is the whole definition.
pub(super) fn read(path: &Path) -> Result<Vec<Accepted>, Failure> {
    let name = path.to_string_lossy();
    let bytes = bounded(open(path)?, &name)?;
    let source = Source::read(&name, Role::Context, &bytes).map_err(Failure::usage)?;
    match Identity::of(&source.root) {
        Some(identity) if identity != Identity::Accepted => {
            Err(Failure::usage(identity.out_of_place(&source, "a list of accepted findings")))
        }
        _ => all(&source).map_err(Failure::usage),
    }
}

fn all(source: &Source) -> Result<Vec<Accepted>, InputError> {
    let error = |node: &Node, what: String| {
        let error = InputError::new(&source.name, what).at_position(node.place.position);
        source.explain(error)
    };
    let Value::List(findings) = &source.root.value else {
        let what = format!("the accepted findings must be a list, not {}", source.root.kind());
        return Err(error(&source.root, what).hint(FORM));
    };
    findings.iter().map(|node| one(node).map_err(|what| error(node, what).hint(FORM))).collect()
}

fn one(node: &Node) -> Result<Accepted, String> {
    if let Some(entry) = node.entries().iter().find(|entry| !FIELDS.contains(&&*entry.key)) {
        let meant = nearest(&entry.key, FIELDS);
        let meant = meant.map_or_else(String::new, |name| format!("; is `{name}` meant?"));
        return Err(format!("an accepted finding has no field `{}`{meant}", entry.key));
    }
    let text = |name: &str| match node.get(name).map(|it| &it.value) {
        // YAML takes a date without quotes for more than text.
        Some(Value::Text(text) | Value::Foreign(_, text)) => Some(text.clone()),
        _ => None,
    };
    let field = |name: &str| {
        text(name).ok_or_else(|| {
            format!("an accepted finding needs `{name}`, as text (check, subject, reason, expires)")
        })
    };
    let target = node.has("target").then(|| field("target")).transpose()?;
    let expires = field("expires")?;
    let expires = date(&expires)
        .ok_or_else(|| format!("`expires` is {expires:?}; write a date as YYYY-MM-DD"))?;
    let (check, reason) = (field("check")?, field("reason")?);
    if reason.trim().is_empty() {
        return Err("`reason` is empty: say why this finding is accepted".to_owned());
    }
    if crate::checks::find(&check).is_none() {
        return Err(super::catalogue::unknown(&check));
    }
    let place = node.place.to_string();
    Ok(Accepted { check, subject: field("subject")?, target, reason, expires, place })
}

fn date(text: &str) -> Option<Date> {
    Date::parse(text, &Iso8601::DATE).ok()
}

/// Today, in UTC.
pub(super) fn today() -> Date {
    now().date()
}

/// The time of the run.
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

impl Accepted {
    fn is(&self, (target, result): (&str, &CheckResult)) -> bool {
        self.is_in(target) && self.check == result.id && result.subject == self.subject
    }

    fn is_in(&self, target: &str) -> bool {
        self.target.as_ref().is_none_or(|own| own == target)
    }
}

/// Turns accepted failures of a target into warnings; after their date they are failures again, and say so.
pub(super) fn apply(accepted: &[Accepted], today: Date, target: &str, results: &mut [CheckResult]) {
    for result in results.iter_mut().filter(|it| it.status == Status::Fail) {
        let Some(it) = accepted.iter().find(|it| it.is((target, result))) else { continue };
        if it.expires < today {
            let said =
                format!("{} (accepted until {}, which has passed)", result.message, it.expires);
            result.message = said.into();
        } else {
            result.status = Status::Warn;
            let said = format!("{} (accepted until {}: {})", result.message, it.expires, it.reason);
            result.message = said.into();
        }
    }
}

/// What to know of entries that match no failure of these results of targets. Of a check that did not run, nothing.
pub(super) fn unmatched(
    accepted: &[Accepted],
    targets: &[&str],
    results: &[Vec<CheckResult>],
) -> Vec<String> {
    let all = || {
        let of_target = targets.iter().zip(results);
        of_target.flat_map(|(target, results)| results.iter().map(|result| (*target, result)))
    };
    let is_used = |it: &Accepted| all().any(|one| it.is(one) && one.1.status == Status::Fail);
    let ran = |it: &Accepted| {
        let names_none = it.target.as_ref().is_some_and(|own| !targets.contains(&own.as_str()));
        names_none || all().any(|(target, result)| it.is_in(target) && it.check == result.id)
    };
    accepted
        .iter()
        .filter(|it| ran(it) && !is_used(it))
        .map(|it| {
            let of_check =
                all().filter(|(target, result)| it.is_in(target) && it.check == result.id);
            let failed = of_check.filter(|(_, result)| result.status == Status::Fail);
            let subjects: Vec<String> =
                failed.map(|(_, result)| format!("{:?}", result.subject)).take(3).collect();
            if let Some(own) = it.target.as_ref().filter(|own| !targets.contains(&own.as_str())) {
                let known: Vec<String> =
                    targets.iter().take(3).map(|it| format!("{it:?}")).collect();
                return format!(
                    "--accept: {} matches nothing: {own:?} is no target of this run, as are {}",
                    it.place,
                    known.join(", ")
                );
            }
            let instead = match subjects.as_slice() {
                [] => "it fails nowhere, so the entry can go".to_owned(),
                subjects => format!("it fails at {}", subjects.join(", ")),
            };
            format!(
                "--accept: {} matches nothing: {} does not fail at {:?}; {instead}",
                it.place, it.check, it.subject
            )
        })
        .collect()
}

/// What fails or is accepted, in the form that [`read`] reads: of several targets, for each one. A missing reason
/// is empty, so that the file is rejected until one is written.
pub(super) fn print(accepted: &[Accepted], today: Date, targets: &[TargetReport]) -> String {
    let mut entries: Vec<Json> = Vec::new();
    let all = targets
        .iter()
        .flat_map(|it| it.checks.iter().map(|result| (it.target.source.as_str(), result)));
    for (target, result) in all {
        let known = accepted.iter().find(|it| it.is((target, result)));
        let (reason, expires) = match (known, result.status) {
            (Some(it), Status::Fail | Status::Warn) => (it.reason.as_str(), it.expires),
            (None, Status::Fail) => ("", today + ACCEPTED_FOR),
            _ => continue,
        };
        let mut entry = json!({
            "check": result.id,
            "subject": result.subject,
            "reason": reason,
            "expires": expires.to_string(),
        });
        if targets.len() > 1 {
            entry["target"] = json!(target);
        }
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    format!("{:#}\n", Json::Array(entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Target;

    fn failed() -> CheckResult {
        CheckResult {
            id: "image-exists",
            group: "image",
            status: Status::Fail,
            skip_reason: None,
            subject: "/containerDefinitions/0/image".into(),
            container: None,
            location: None,
            resource: None,
            message: "there is no image".into(),
            evidence: [].into(),
            prevents: None,
            remedy: None,
            commands: Vec::new(),
            docs: "",
            assumes: Vec::new(),
        }
    }

    #[test]
    fn an_accepted_failure_warns_until_its_date_and_fails_again_after_it() {
        let accepted = Accepted {
            check: "image-exists".to_owned(),
            subject: "/containerDefinitions/0/image".to_owned(),
            target: None,
            reason: "pushed by the next step".to_owned(),
            expires: date("2026-11-23").unwrap(),
            place: String::new(),
        };
        let table = [
            ("2026-11-22", Status::Warn, "pushed by the next step"),
            ("2026-11-23", Status::Warn, "until 2026-11-23"),
            ("2026-11-24", Status::Fail, "which has passed"),
        ];
        for (today, status, says) in table {
            let mut results = [failed()];
            apply(std::slice::from_ref(&accepted), date(today).unwrap(), "web.json", &mut results);
            assert_eq!(results[0].status, status, "{today}");
            assert!(results[0].message.contains(says), "{}", results[0].message);
        }
    }

    fn read_text(text: &str) -> Result<Vec<Accepted>, String> {
        let source = Source::read("accept.json", Role::Context, text.as_bytes()).unwrap();
        all(&source).map_err(|error| error.to_string())
    }

    #[test]
    fn the_whole_definition_may_be_accepted_but_nothing_without_a_reason() {
        let finding = |subject: &str, reason: &str| {
            format!(
                r#"[{{"check": "image-exists", "subject": {subject}, "reason": "{reason}", "expires": "2026-11-23"}}]"#
            )
        };
        assert_eq!(read_text(&finding("\"\"", "known")).unwrap()[0].subject, "");
        assert!(read_text(&finding("7", "known")).unwrap_err().contains("`subject`"));
        assert!(read_text(&finding("\"\"", "")).unwrap_err().contains("`reason` is empty"));
    }

    #[test]
    fn a_file_that_is_no_list_accepts_nothing_and_says_so() {
        for text in ["{}", r#"{"check": "image-exists"}"#] {
            assert!(
                read_text(text)
                    .unwrap_err()
                    .contains("the accepted findings must be a list, not an object"),
                "{text}"
            );
        }
        assert_eq!(read_text("[]"), Ok(Vec::new()));
    }

    #[test]
    fn only_the_accepted_place_is_accepted() {
        let elsewhere = Accepted {
            check: "image-exists".to_owned(),
            subject: "/containerDefinitions/1/image".to_owned(),
            target: None,
            reason: "another".to_owned(),
            expires: date("2999-01-01").unwrap(),
            place: String::new(),
        };
        let mut results = [failed()];
        apply(&[elsewhere], date("2026-11-23").unwrap(), "web.json", &mut results);
        assert_eq!(results[0].status, Status::Fail);
    }

    #[test]
    fn a_finding_may_be_accepted_in_one_service_only() {
        let text = r#"[{"check": "image-exists", "subject": "/containerDefinitions/0/image",
            "target": "prod/web", "reason": "known", "expires": "2999-01-01"}]"#;
        let accepted = read_text(text).unwrap();
        let today = date("2026-11-23").unwrap();
        for (target, status) in [("prod/web", Status::Warn), ("prod/api", Status::Fail)] {
            let mut results = [failed()];
            apply(&accepted, today, target, &mut results);
            assert_eq!(results[0].status, status, "{target}");
        }
        let each = [vec![failed()], vec![failed()]];
        assert_eq!(unmatched(&accepted, &["prod/web", "prod/api"], &each), [""; 0]);
        let other = unmatched(&accepted, &["prod/api", "prod/job"], &each);
        assert!(other[0].contains(r#""prod/web" is no target of this run"#), "{other:?}");
        let mut passed = failed();
        passed.status = Status::Pass;
        let instead =
            unmatched(&accepted, &["prod/web", "prod/api"], &[vec![passed], vec![failed()]]);
        assert!(instead[0].contains("it fails nowhere"), "{instead:?}");
        assert!(read_text(&text.replace(r#""prod/web""#, "7")).unwrap_err().contains("`target`"));
    }

    #[test]
    fn what_fails_in_several_services_is_written_for_each() {
        let report = |source: &str| {
            let target = Target {
                source: source.to_owned(),
                service: None,
                family: None,
                region: None,
                account: None,
                caller: None,
            };
            TargetReport::of(target, vec![failed()])
        };
        let today = date("2026-11-23").unwrap();
        let written = |targets: &[TargetReport]| {
            let text =
                print(&[], today, targets).replace(r#""reason": """#, r#""reason": "known""#);
            read_text(&text).unwrap().into_iter().map(|it| it.target).collect::<Vec<_>>()
        };
        let both = [report("prod/web"), report("prod/api")];
        assert_eq!(written(&both), [Some("prod/web".to_owned()), Some("prod/api".to_owned())]);
        assert_eq!(written(&both[..1]), [None]);
    }

    #[test]
    fn only_real_dates_are_dates() {
        let table =
            [("2026-11-23", true), ("2026-13-01", false), ("2026-02-30", false), ("soon", false)];
        for (text, expected) in table {
            assert_eq!(date(text).is_some(), expected, "{text}");
        }
    }
}
