//! What was not checked, once, with the flag that would let it be.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use super::listing::{REST, listed};
use crate::report::{CheckResult, Report, SkipReason};
use crate::verdict::Input;

/// How many checks one sentence names.
const NAMED: usize = 8;

/// How many reasons are given why something could not be determined.
const REASONS: usize = 10;

/// Inputs that say where and how the task runs: what gives the first gives the others too.
const LAUNCH: [Input; 3] = [Input::Request, Input::Subnets, Input::Cluster];

/// For each input that was not given, what was not checked, and the flags that give it.
pub(super) fn for_lack_of_input(report: &Report) -> Vec<String> {
    let missing = missing(report);
    let others = missing.iter().filter(|(input, _)| !LAUNCH.contains(input));
    let others = others.map(|(input, unchecked)| {
        format!("{}: pass {}", counted(unchecked), either(input.flags()))
    });
    launch(&missing).into_iter().chain(others).collect()
}

/// What could not be determined though it could at most warn, with the reasons, up to the limit.
pub(super) fn undetermined_advice(report: &Report) -> Vec<String> {
    let undetermined = undetermined(report);
    let said = |(message, ids): &(&str, Vec<&str>)| format!("{}: {message}", listed(ids, NAMED));
    let mut sentences: Vec<String> = undetermined.iter().take(REASONS).map(said).collect();
    if undetermined.len() > REASONS {
        sentences.push(format!("… and {} more: {REST}", undetermined.len() - REASONS));
    }
    sentences
}

/// For each input that was not given, the groups and checks that need it.
type Missing<'r> = Vec<(Input, Vec<Unchecked<'r>>)>;

/// A check that was not made, or a whole group.
struct Unchecked<'r> {
    name: &'r str,
    /// How many checks the group has.
    checks: Option<usize>,
}

impl fmt::Display for Unchecked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.checks {
            Some(checks) => write!(f, "{} ({checks} checks)", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// The sentence about all that depends on how the task is launched.
fn launch(missing: &Missing<'_>) -> Option<String> {
    let launch: Vec<_> = missing.iter().filter(|(input, _)| LAUNCH.contains(input)).collect();
    let (first, others) = launch.split_first()?;
    if others.is_empty() {
        return Some(format!("{}: pass {}", counted(&first.1), either(first.0.flags())));
    }
    let all = launch.iter().flat_map(|(_, unchecked)| unchecked);
    let flags = either(Input::Request.flags());
    let mut text = format!("{}: pass {flags}", counted(all));
    let narrow: Vec<String> = launch
        .iter()
        .filter_map(|(input, unchecked)| {
            let names: Vec<&str> = unchecked.iter().map(|it| it.name).collect();
            input.narrow_flag().map(|flag| format!("{}: or {flag}", listed(&names, NAMED)))
        })
        .collect();
    if !narrow.is_empty() {
        text.push_str(&format!(" ({})", narrow.join("; ")));
    }
    Some(text)
}

fn counted<'r>(unchecked: impl IntoIterator<Item = &'r Unchecked<'r>>) -> String {
    let names: Vec<String> = unchecked.into_iter().map(ToString::to_string).collect();
    listed(&names, NAMED)
}

/// `--subnets, --service or --run-task`
fn either(flags: &[&str]) -> String {
    match flags {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What needs an input that was not given, in the order of the report.
fn missing(report: &Report) -> Missing<'_> {
    let mut groups: Vec<Group> = Vec::new();
    for result in report.checks() {
        let at = groups.iter().position(|it| it.name == result.group);
        let at = at.unwrap_or_else(|| {
            groups.push(Group::of(result.group));
            groups.len() - 1
        });
        groups[at].add(result);
    }
    let all = Input::ALL.map(|input| {
        let unchecked: Vec<_> = groups.iter().flat_map(|group| group.unchecked(input)).collect();
        (input, unchecked)
    });
    all.into_iter().filter(|(_, unchecked)| !unchecked.is_empty()).collect()
}

/// A group, and what of it needs an input.
struct Group<'r> {
    name: &'r str,
    /// Whether any of its checks came to a judgement.
    is_judged: bool,
    needs: Vec<(Input, &'r str)>,
    known: BTreeSet<(Input, &'r str)>,
}

impl<'r> Group<'r> {
    fn of(name: &'r str) -> Group<'r> {
        Group { name, is_judged: false, needs: Vec::new(), known: BTreeSet::new() }
    }

    fn add(&mut self, result: &'r CheckResult) {
        match result.skip_reason {
            Some(SkipReason::NeedsInput { input }) => {
                if self.known.insert((input, result.id)) {
                    self.needs.push((input, result.id));
                }
            }
            Some(SkipReason::NotApplicable) => {}
            _ => self.is_judged = true,
        }
    }

    /// The checks that need this input; of a group that was not checked at all, its name.
    fn unchecked(&self, input: Input) -> Vec<Unchecked<'r>> {
        let ids = self.needs.iter().filter(|(needed, _)| *needed == input);
        let checks: Vec<_> = ids.map(|(_, id)| Unchecked { name: id, checks: None }).collect();
        match (self.is_judged, checks.len()) {
            (false, count @ 2..) => vec![Unchecked { name: self.name, checks: Some(count) }],
            _ => checks,
        }
    }
}

/// Why something that could at most warn was not determined, and which checks that concerns.
fn undetermined(report: &Report) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for result in report.checks() {
        if result.skip_reason != Some(SkipReason::NotDetermined) {
            continue;
        }
        let at = *known.entry(&result.message).or_insert_with(|| {
            found.push((&result.message, Vec::new()));
            found.len() - 1
        });
        let ids = &mut found[at].1;
        if !ids.contains(&result.id) {
            ids.push(result.id);
        }
    }
    found
}
