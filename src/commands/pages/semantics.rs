//! SEMANTICS.md: what each status promises, and for each check what it rests on, what it assumes, and since when
//! its rules are known.

use std::fmt::Write;

use crate::checks::{Check, Group, Groups, checks_of};
use crate::exit::Exit;
use crate::lookup::{Call, assumed_without};
use crate::report::Status;
use crate::symptoms;
use crate::verdict::Rule;

const BEGIN: &str = "\
# What a result promises

Generated from the records of the checks with `cargo run --example generate`. `aws-ecs-preflight checks --format json` \
prints the same data, and `explain CHECK-ID` a part of it.

## Statuses

";

/// What a status promises, in addition to its meaning.
fn promise(status: Status) -> &'static str {
    match status {
        Status::Pass => {
            "Every answer that it depends on was read in this run, and is listed in `evidence`. \
             What could not be read and rarely decides is an assumption, listed in `assumes`; `--strict` fails such a pass."
        }
        Status::Warn => "The deciding fact was read, and it does not keep the task from starting.",
        Status::Fail => {
            "The deciding fact was read, or is in the document. A `fail` for a task that would start is a bug: please report it."
        }
        Status::Unknown => {
            "A fact is missing: the call was refused, throttled or not answered, or the document has a placeholder. \
             An unknown never becomes a `pass`."
        }
        Status::Skip => {
            "It says nothing about the account. `skip_reason` says why: it does not apply, its input was not given, \
             another check reports what it needs, or it could only warn and was not determined."
        }
    }
}

const OF_EVERY_CHECK: &str = "\
## What every result assumes

- **The account stays as it was read.** A result is about the seconds of the run. A change of IAM takes up to minutes to be in effect everywhere.
- **The task is started as the inputs say.** A flag or a file that was not given cannot be judged, and the report names it.
- **AWS keeps its rules.** Each rule below has its source, and the date on which it was last seen to hold.
- **No session policy denies the call.** AWS shows session policies to nobody. ECS sets none for the roles of a task.
- **Answers are true.** An answer that is incomplete, or about another resource, is not used; a false one cannot be recognised.

";

const BEFORE_CHECKS: &str = "\
## Checks

*Calls* are those that a check may make; a run makes each call once for all checks. *Assumes* is what a pass states \
instead of a call that was refused. *Rules* are rules of AWS, with the date on which each was last seen to hold, and its source.

";

/// The document.
pub(super) fn document(groups: Groups) -> String {
    let mut text = BEGIN.to_owned();
    text.push_str("| status | meaning | promise |\n|---|---|---|\n");
    for status in Status::ALL {
        row(&mut text, &[&code(status.word()), status.meaning(), promise(status)]);
    }
    text.push_str("\nThe exit code follows from the worst result:\n\n| exit | when |\n|---|---|\n");
    for (exit, meaning) in Exit::MEANINGS {
        row(&mut text, &[&exit.code().to_string(), meaning]);
    }
    text.push('\n');
    text.push_str(OF_EVERY_CHECK);
    before_a_deploy(&mut text);
    text.push_str(BEFORE_CHECKS);
    let mut last = "";
    for (group, check) in checks_of(groups) {
        if group.name != last {
            last = group.name;
            let _infallible = writeln!(text, "### {}\n\n{}.\n", group.name, group.about);
        }
        of_check(&mut text, group, check);
    }
    text
}

/// The texts of ECS that no check knows before a deploy, each with the reason.
fn before_a_deploy(text: &mut String) {
    text.push_str("## What no check knows before a deploy\n\n| ECS says | because |\n|---|---|\n");
    for symptom in symptoms::rows().filter(|it| !it.why_no_check.is_empty()) {
        let said = symptom.texts.first().map_or_else(String::new, |it| code(it));
        row(text, &[&said, symptom.why_no_check]);
    }
    text.push('\n');
}

fn of_check(text: &mut String, group: &Group, check: &Check) {
    let _infallible = writeln!(text, "#### `{}`\n\nVerifies that {}.\n", check.id, check.verifies);
    let calls: Vec<Call> = check.calls().collect();
    let named: Vec<String> = calls.iter().map(|call| code(&call.to_string())).collect();
    match named.as_slice() {
        [] => text.push_str("- Calls: none; the documents decide\n"),
        named => item(text, "Calls", &named.join(", ")),
    }
    match assumed_without(&calls).as_slice() {
        [] => {}
        assumed => item(text, "Assumes", &assumed.join("; ")),
    }
    if check.advises {
        item(text, "Status", "it only warns, and is `skip` where it could not be determined");
    }
    item(text, "Page", &format!("<{}>", check.docs));
    let rules = group.rules_of(check);
    if let Some(oldest) = rules.iter().map(|rule| rule.seen).min() {
        item(
            text,
            "Rules",
            &format!("{}, each last seen to hold on {oldest} or later", rules.len()),
        );
        text.push_str("\n| rule | last seen | source |\n|---|---|---|\n");
        rules.iter().for_each(|rule| of_rule(text, rule));
    }
    text.push('\n');
}

fn of_rule(text: &mut String, rule: &Rule) {
    row(text, &[&rule.claim, rule.seen, &format!("<{}>", rule.source)]);
}

fn item(text: &mut String, name: &str, value: &str) {
    let _infallible = writeln!(text, "- {name}: {value}");
}

/// A row of a table; in a cell, `|` would begin the next one.
fn row(text: &mut String, cells: &[&str]) {
    let cells: Vec<String> = cells.iter().map(|it| it.replace('|', r"\|")).collect();
    let _infallible = writeln!(text, "| {} |", cells.join(" | "));
}

fn code(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::document;
    use crate::checks::{GROUPS, checks_of};
    use crate::report::Status;
    use crate::symptoms;

    #[test]
    fn every_check_has_its_calls_its_rules_and_its_assumptions() {
        let text = document(GROUPS);
        for (group, check) in checks_of(GROUPS) {
            let (_, rest) = text.split_once(&format!("#### `{}`\n", check.id)).unwrap();
            let own = rest.split("\n#### ").next().unwrap();
            assert!(own.contains(check.verifies), "{own}");
            for call in check.calls() {
                assert!(own.contains(&format!("`{call}`")), "{call}: {own}");
            }
            for rule in group.rules_of(check) {
                let claim = rule.claim.replace('|', r"\|");
                let line = own.lines().find(|line| line.starts_with(&format!("| {claim} |")));
                let line = line.unwrap_or_else(|| panic!("{claim}: {own}"));
                assert!(line.contains(rule.seen) && line.contains(rule.source), "{line}");
            }
        }
        let (_, secret) = text.split_once("#### `secret-permission`\n").unwrap();
        let secret = secret.split("\n#### ").next().unwrap();
        assert!(
            secret.contains("Assumes: that no policy of the organization denies it"),
            "{secret}"
        );
    }

    #[test]
    fn what_is_not_known_before_a_deploy_is_named_with_the_reason() {
        let text = document(GROUPS);
        let not_known: Vec<_> = symptoms::rows().filter(|it| !it.why_no_check.is_empty()).collect();
        assert!(not_known.len() > 10);
        for symptom in not_known {
            assert!(text.contains(&symptom.why_no_check.replace('|', r"\|")), "{}", symptom.id);
        }
        for status in Status::ALL {
            assert!(text.contains(&format!("| `{}` | {} |", status.word(), status.meaning())));
        }
    }

    #[test]
    fn no_cell_begins_another_one() {
        for line in document(GROUPS).lines().filter(|line| line.starts_with("| ")) {
            let bars = line.replace(r"\|", "").matches('|').count();
            assert!((3..=4).contains(&bars), "{line}");
        }
    }
}
