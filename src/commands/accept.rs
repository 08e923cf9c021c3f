//! `--accept FILE`: findings that the team accepts until a date.

use std::path::Path;

use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime};

use crate::document::node::Value;
use crate::document::{Node, Role, Source};
use crate::report::{CheckResult, Status};

/// One accepted finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    check: String,
    subject: String,
    reason: String,
    expires: Date,
}

/// Reads the file: a list of objects with `check`, `subject`, `reason` and `expires` (YYYY-MM-DD), all
/// required, in JSON or YAML. The subject "" is the whole definition.
pub(super) fn read(path: &Path) -> Result<Vec<Accepted>, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let source = Source::read(&name, Role::Context, &bytes).map_err(|error| error.to_string())?;
    all(&source.root).map_err(|what| format!("{name}: {what}"))
}

fn all(root: &Node) -> Result<Vec<Accepted>, String> {
    let Value::List(findings) = &root.value else {
        return Err("accepted findings must be in a list: [{\"check\": ...}]".to_owned());
    };
    findings
        .iter()
        .map(|node| one(node).map_err(|what| format!("{}: {what}", node.place.subject())))
        .collect()
}

fn one(node: &Node) -> Result<Accepted, String> {
    let field = |name: &str| {
        node.get(name).and_then(Node::text).map(str::to_owned).ok_or_else(|| {
            format!("an accepted finding needs `{name}` (check, subject, reason, expires)")
        })
    };
    let expires = field("expires")?;
    let expires = date(&expires)
        .ok_or_else(|| format!("`expires` is {expires:?}; write a date as YYYY-MM-DD"))?;
    let accepted = Accepted {
        check: field("check")?,
        subject: field("subject")?,
        reason: field("reason")?,
        expires,
    };
    if accepted.reason.is_empty() {
        return Err("an accepted finding needs a non-empty `reason`".to_owned());
    }
    if crate::checks::find(&accepted.check).is_none() {
        return Err(format!("there is no check {:?}", accepted.check));
    }
    Ok(accepted)
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

/// Turns accepted failures into warnings; after their date they are failures again, and say so.
pub(super) fn apply(accepted: &[Accepted], today: Date, results: &mut [CheckResult]) {
    for result in results.iter_mut().filter(|it| it.status == Status::Fail) {
        let Some(it) =
            accepted.iter().find(|it| it.check == result.id && it.subject == result.subject)
        else {
            continue;
        };
        if it.expires < today {
            result.message =
                format!("{} (accepted until {}, which has passed)", result.message, it.expires);
        } else {
            result.status = Status::Warn;
            result.message =
                format!("{} (accepted until {}: {})", result.message, it.expires, it.reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> CheckResult {
        CheckResult {
            id: "image-exists".to_owned(),
            group: "image".to_owned(),
            status: Status::Fail,
            subject: "/containerDefinitions/0/image".to_owned(),
            container: None,
            location: None,
            resource: None,
            message: "there is no image".to_owned(),
            evidence: Vec::new(),
            prevents: None,
            remedy: None,
            commands: Vec::new(),
            docs: String::new(),
            assumes: false,
        }
    }

    #[test]
    fn an_accepted_failure_warns_until_its_date_and_fails_again_after_it() {
        let accepted = Accepted {
            check: "image-exists".to_owned(),
            subject: "/containerDefinitions/0/image".to_owned(),
            reason: "pushed by the next step".to_owned(),
            expires: date("2026-11-23").unwrap(),
        };
        let table = [
            ("2026-11-22", Status::Warn, "pushed by the next step"),
            ("2026-11-23", Status::Warn, "until 2026-11-23"),
            ("2026-11-24", Status::Fail, "which has passed"),
        ];
        for (today, status, says) in table {
            let mut results = [failed()];
            apply(std::slice::from_ref(&accepted), date(today).unwrap(), &mut results);
            assert_eq!(results[0].status, status, "{today}");
            assert!(results[0].message.contains(says), "{}", results[0].message);
        }
    }

    fn read_text(text: &str) -> Result<Vec<Accepted>, String> {
        all(&Source::read("accept.json", Role::Context, text.as_bytes()).unwrap().root)
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
        assert!(read_text(&finding("\"\"", "")).unwrap_err().contains("`reason`"));
    }

    #[test]
    fn a_file_that_is_no_list_accepts_nothing_and_says_so() {
        for text in ["{}", r#"{"check": "image-exists"}"#] {
            assert!(read_text(text).unwrap_err().contains("in a list"), "{text}");
        }
        assert_eq!(read_text("[]"), Ok(Vec::new()));
    }

    #[test]
    fn only_the_accepted_place_is_accepted() {
        let elsewhere = Accepted {
            check: "image-exists".to_owned(),
            subject: "/containerDefinitions/1/image".to_owned(),
            reason: "another".to_owned(),
            expires: date("2999-01-01").unwrap(),
        };
        let mut results = [failed()];
        apply(&[elsewhere], date("2026-11-23").unwrap(), &mut results);
        assert_eq!(results[0].status, Status::Fail);
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
