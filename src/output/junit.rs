//! JUnit XML, the test report of GitLab, Jenkins, Azure DevOps and others: a suite for each group of each
//! target, a test case for each result. There is no standard; GitLab documents what it reads
//! (<https://docs.gitlab.com/ci/testing/unit_test_reports/>), and Jenkins has a schema.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::xml::escaped;
use super::{answer, details};
use crate::diagnosis::Diagnosis;
use crate::report::{CheckResult, Report, Status, Target, TargetReport};

/// The document.
pub(super) fn render(report: &Report) -> String {
    with(None, report)
}

/// The same with a suite for the answer of a diagnosis.
pub(super) fn of_diagnosis(diagnosis: &Diagnosis, report: &Report) -> String {
    with(Some(diagnosis), report)
}

fn with(diagnosis: Option<&Diagnosis>, report: &Report) -> String {
    let mut names = Names::default();
    let checked = report.targets.iter().flat_map(|target| suites(target, &mut names));
    let suites: Vec<Suite> = diagnosis.map(Suite::answering).into_iter().chain(checked).collect();
    let sum = |count: fn(&Suite) -> usize| suites.iter().map(count).sum::<usize>();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        text,
        "<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{}.{:03}\">",
        env!("CARGO_PKG_NAME"),
        sum(|suite| suite.tests),
        sum(|suite| suite.failures),
        sum(|suite| suite.errors),
        report.stats.elapsed_ms / 1000,
        report.stats.elapsed_ms % 1000,
    );
    suites.iter().for_each(|suite| suite.print(&mut text));
    text.push_str("</testsuites>\n");
    text
}

/// The names that are in use. GitLab ignores a second test case of the same name.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    /// The name, with a number if it is in use.
    fn unique(&mut self, suite: &str, name: String) -> String {
        let count = self.0.entry(format!("{suite}\n{name}")).or_default();
        *count += 1;
        match count {
            1 => name,
            count => format!("{name} #{count}"),
        }
    }
}

/// The results of one group.
struct Suite {
    name: String,
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
    text: String,
}

/// The suites of a target, in the order of its results.
fn suites(target: &TargetReport, names: &mut Names) -> Vec<Suite> {
    let mut suites: Vec<(&str, Suite)> = Vec::new();
    for result in &target.checks {
        let at = suites.iter().position(|(group, _)| *group == result.group);
        let at = at.unwrap_or_else(|| {
            suites.push((result.group, Suite::new(&target.target, result.group)));
            suites.len() - 1
        });
        suites[at].1.add(result, names);
    }
    suites.into_iter().map(|(_, suite)| suite).collect()
}

impl Suite {
    fn new(target: &Target, group: &str) -> Suite {
        let known = [
            ("family", &target.family),
            ("account", &target.account),
            ("region", &target.region),
            ("caller", &target.caller),
        ];
        let mut text = String::new();
        for (name, value) in known {
            let Some(value) = value else { continue };
            let value = escaped(&details::text_of(value));
            let _ = writeln!(text, "      <property name=\"{name}\" value=\"{value}\"/>");
        }
        if !text.is_empty() {
            text = format!("    <properties>\n{text}    </properties>\n");
        }
        // Jenkins takes what is before the last dot for the package.
        let name = format!("{}.{group}", details::text_of(&target.source));
        Suite { name, tests: 0, failures: 0, errors: 0, skipped: 0, text }
    }

    /// One test case, with the answer.
    fn answering(diagnosis: &Diagnosis) -> Suite {
        let (word, status) = answer::word(diagnosis.conclusion);
        let message = format!("{word}: {}", answer::sentence(diagnosis));
        let facts = answer::facts(diagnosis).into_iter();
        let facts = facts.map(|it| format!("{}: {}", it.label, it.text));
        let lines: Vec<String> = [message.clone()].into_iter().chain(facts).collect();
        let (message, lines) = (escaped(&message), escaped(&lines.join("\n")));
        let element = match status {
            Status::Fail => {
                format!("<failure message=\"{message}\" type=\"{word}\">{lines}</failure>")
            }
            Status::Unknown => {
                format!("<error message=\"{message}\" type=\"{word}\">{lines}</error>")
            }
            _ => format!("<system-out>{}</system-out>", lines.replace("[[", "[ [")),
        };
        Suite {
            name: "diagnosis".to_owned(),
            tests: 1,
            failures: usize::from(status == Status::Fail),
            errors: usize::from(status == Status::Unknown),
            skipped: 0,
            text: format!(
                "    <testcase classname=\"diagnosis\" name=\"{}\">\n      {element}\n    </testcase>\n",
                escaped(&details::text_of(&diagnosis.subject))
            ),
        }
    }

    fn add(&mut self, result: &CheckResult, names: &mut Names) {
        self.tests += 1;
        let count = match result.status {
            Status::Fail => Some(&mut self.failures),
            Status::Unknown => Some(&mut self.errors),
            Status::Skip => Some(&mut self.skipped),
            Status::Pass | Status::Warn => None,
        };
        if let Some(count) = count {
            *count += 1;
        }
        let name = names.unique(&self.name, name(result));
        let file = result.location.as_ref().map_or_else(String::new, |at| {
            format!(" file=\"{}\"", escaped(&details::text_of(&at.file)))
        });
        let _ = write!(
            self.text,
            "    <testcase classname=\"{}\" name=\"{}\"{file}",
            escaped(&self.name),
            escaped(&name)
        );
        match element(result) {
            Some(element) => {
                let _ = write!(self.text, ">\n      {element}\n    </testcase>\n");
            }
            None => self.text.push_str("/>\n"),
        }
    }

    fn print(&self, text: &mut String) {
        let Suite { tests, failures, errors, skipped, .. } = self;
        let _ = write!(
            text,
            "  <testsuite name=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">\n{}  </testsuite>\n",
            escaped(&self.name),
            self.text
        );
    }
}

/// `secret-exists: web /containerDefinitions/0/secrets/1`
fn name(result: &CheckResult) -> String {
    let parts = [result.container.as_deref(), Some(result.subject.as_str())];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    match parts.is_empty() {
        true => result.id.to_owned(),
        false => details::text_of(&format!("{}: {}", result.id, parts.join(" "))),
    }
}

/// What is inside the test case: nothing if it passes. There is no element for a warning, so that it passes
/// with output.
fn element(result: &CheckResult) -> Option<String> {
    let message = details::text_of(&result.message);
    let mut lines = vec![message.clone()];
    match result.status {
        Status::Fail | Status::Unknown => {
            lines.extend(details::lines(result));
            lines.extend(details::evidence(result).into_iter().map(|it| format!("asked: {it}")));
            lines.push(format!("documentation: {}", result.docs));
        }
        Status::Warn => {
            lines[0] = format!("warning: {message}");
            lines.extend(details::lines(result));
        }
        Status::Pass if result.is_assumed() => {
            let assumed = result.assumes.iter().map(|it| details::text_of(it));
            lines = assumed.map(|it| format!("passes, assuming {it}")).collect();
        }
        Status::Pass => return None,
        Status::Skip => {}
    }
    let text = escaped(&lines.join("\n"));
    let message = escaped(&message);
    Some(match result.status {
        Status::Fail => {
            format!("<failure message=\"{message}\" type=\"{}\">{text}</failure>", result.id)
        }
        Status::Unknown => {
            format!("<error message=\"{message}\" type=\"unknown\">{text}</error>")
        }
        Status::Skip => format!("<skipped message=\"{message}\">{text}</skipped>"),
        // GitLab takes [[ATTACHMENT|file]] in such output for a link to a file of the job.
        Status::Pass | Status::Warn => {
            format!("<system-out>{}</system-out>", text.replace("[[", "[ ["))
        }
    })
}
