//! The answer of a diagnosis, for the formats that otherwise have results only.

use super::{details, printable};
use crate::diagnosis::{Conclusion, Diagnosis};
use crate::report::Status;

/// How many facts of a record are in such a format, and how many characters of one.
const FACTS: usize = 40;
const FACT: usize = 600;

/// One fact of the record, or what follows from it.
pub(super) struct Fact {
    pub(super) label: &'static str,
    pub(super) text: String,
}

/// The word for a conclusion, and the status of its colour.
pub(super) fn word(conclusion: Conclusion) -> (&'static str, Status) {
    match conclusion {
        Conclusion::CauseProven => ("CAUSE", Status::Fail),
        Conclusion::WouldNotStart => ("WOULD NOT START", Status::Fail),
        Conclusion::NotDetermined => ("NOT DETERMINED", Status::Unknown),
        Conclusion::WouldStartNow => ("WOULD START NOW", Status::Pass),
        Conclusion::SteadyState => ("STEADY", Status::Pass),
        Conclusion::GoingOn => ("GOING ON", Status::Unknown),
    }
}

/// The conclusion in one line.
pub(super) fn sentence(diagnosis: &Diagnosis) -> String {
    details::text_of(&diagnosis.sentence())
}

/// What the task was, what ECS said, what it means, and what limits the answer.
pub(super) fn facts(diagnosis: &Diagnosis) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label, text: &str| {
        let text = match text.char_indices().nth(FACT) {
            None => printable::line(text).into_owned(),
            Some((end, _)) => format!("{}…", printable::line(&text[..end])),
        };
        facts.push(Fact { label, text });
    };
    diagnosis.state.iter().for_each(|it| add("state", it));
    for it in &diagnosis.said {
        let name = it.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        add("ECS said", &format!("{}{name}: \"{}\"", it.source.label(), it.text));
    }
    for it in &diagnosis.meanings {
        add("it means", &it.text);
        if let Some(why) = &it.why_no_check {
            add("it means", &format!("no check knows it: {why}"));
        }
    }
    for it in &diagnosis.outside {
        let container = it.container.as_ref().map(|name| format!("container {name}: "));
        add("it means", &format!("{}{}", container.unwrap_or_default(), it.text));
    }
    diagnosis.changes.iter().for_each(|it| add("changed since", it));
    diagnosis.notes.iter().for_each(|it| add("note", it));
    if let Some(more) = facts.len().checked_sub(FACTS + 1) {
        facts.truncate(FACTS);
        let text = format!("… and {} more: {}", more + 1, super::listing::REST);
        facts.push(Fact { label: "note", text });
    }
    facts
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::{HOSTILE, each_status, report};
    use super::super::{github, html, junit, markdown, sarif};
    use super::*;
    use crate::diagnosis::{Said, Speaker};
    use crate::report::Report;

    fn diagnosis(conclusion: Conclusion, text: &str) -> Diagnosis {
        let said = Said {
            source: Speaker::StoppedReason,
            name: Some(text.to_owned()),
            text: text.to_owned(),
        };
        Diagnosis {
            subject: format!("task {text}"),
            task: None,
            state: vec![text.to_owned()],
            said: vec![said],
            meanings: Vec::new(),
            outside: Vec::new(),
            started_with: Value::Null,
            changes: vec![text.to_owned()],
            notes: vec![text.to_owned()],
            conclusion,
            proof: Vec::new(),
        }
    }

    /// A format, as text.
    type Render = fn(&Diagnosis, &Report) -> String;

    const FORMATS: [Render; 5] = [
        github::of_diagnosis,
        html::of_diagnosis,
        junit::of_diagnosis,
        markdown::of_diagnosis,
        sarif::of_diagnosis,
    ];

    #[test]
    fn each_format_begins_with_the_answer_and_has_the_results() {
        let report = report(vec![each_status()]);
        let answer = diagnosis(Conclusion::NotDetermined, "CannotPullContainerError");
        for (format, begins) in FORMATS.iter().zip([
            "::error title=NOT DETERMINED%3A task CannotPullContainerError::no check fails",
            "<h1><span class=\"sign\">?</span> NOT DETERMINED</h1>",
            "<testcase classname=\"diagnosis\" name=\"task CannotPullContainerError\">\n      <error message=\"NOT DETERMINED: no check fails",
            "## ❔ NOT DETERMINED: <code>task CannotPullContainerError</code>",
            "\"text\": \"NOT DETERMINED: task CannotPullContainerError: no check fails",
        ]) {
            let text = format(&answer, &report);
            let at = text.find(begins);
            assert!(at.is_some(), "{begins}\n{text}");
            let said = "stopped reason CannotPullContainerError";
            assert!(text.contains(said), "{said}\n{text}");
            // Of the results the failure comes first.
            let first = text.rfind("image-exists");
            assert!(first > at, "{text}");
        }
    }

    #[test]
    fn a_good_answer_is_no_error() {
        let empty = report(Vec::new());
        let answer = diagnosis(Conclusion::WouldStartNow, "x");
        let [github, html, junit, markdown, sarif] = FORMATS.map(|format| format(&answer, &empty));
        assert!(github.starts_with("::notice title=WOULD START NOW"), "{github}");
        assert!(github.ends_with("\nWOULD START NOW  nothing was checked\n"), "{github}");
        assert!(html.contains("<header class=\"verdict is-pass\">"), "{html}");
        assert!(junit.contains("tests=\"1\" failures=\"0\" errors=\"0\""), "{junit}");
        assert!(markdown.starts_with("## ✅ WOULD START NOW"), "{markdown}");
        let log: Value = serde_json::from_str(&sarif).unwrap();
        let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(said[0]["level"], "note");
        // Without a target there is nothing else to say.
        assert!(!html.contains("What was checked") && !markdown.contains("###"));
    }

    #[test]
    fn an_answer_counts_as_one_of_the_ten_annotations() {
        let failed = each_status().remove(1);
        let many = (0..40).map(|nth| {
            let message = format!("{nth}").into();
            crate::report::CheckResult { message, status: Status::Fail, ..failed.clone() }
        });
        let answer = diagnosis(Conclusion::CauseProven, "x");
        let text = github::of_diagnosis(&answer, &report(vec![many.collect()]));
        let errors: Vec<&str> = text.lines().filter(|it| it.starts_with("::error")).collect();
        assert_eq!(errors.len(), 10, "{text}");
        assert!(errors[0].starts_with("::error title=CAUSE%3A task x::"), "{text}");
        assert!(errors[9].contains("title=32 more"), "{text}");
    }

    #[test]
    fn a_hostile_record_changes_no_format() {
        let empty = report(Vec::new());
        for text in HOSTILE {
            let answer = diagnosis(Conclusion::CauseProven, &text.repeat(300));
            let [github, html, junit, markdown, sarif] =
                FORMATS.map(|format| format(&answer, &empty));
            assert_eq!(github.lines().filter(|it| it.starts_with("::error ")).count(), 1);
            assert!(github.lines().count() <= 3, "{github}");
            assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
            assert_eq!(junit.matches("<testcase").count(), 1, "{junit}");
            assert!(markdown.len() < 20_000 && !markdown.contains("<script"), "{markdown}");
            assert!(serde_json::from_str::<Value>(&sarif).is_ok());
        }
    }
}
