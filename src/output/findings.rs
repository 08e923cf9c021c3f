//! Results that say the same, merged; and what follows from each, counted.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::listing::and_more;
use super::style::Volume;
use crate::report::{CheckResult, SkipReason, Status};
use crate::shell::ShellCommand;

/// How many of what is merged are named.
const NAMED: usize = 3;

/// How many commands of one finding are printed.
const COMMANDS: usize = 5;

/// Results that differ in nothing but the place.
pub(super) struct Finding<'r> {
    /// The first of them.
    pub(super) result: &'r CheckResult,
    /// The checks that say so.
    pub(super) checks: Several<'r>,
    /// The containers of which they say so.
    pub(super) containers: Several<'r>,
    /// The live services of which they say so, if several were judged.
    pub(super) services: Several<'r>,
    /// A result for each different subject, the first of them.
    pub(super) places: Vec<&'r CheckResult>,
    subjects: HashSet<&'r str>,
    /// What fixes it: different commands, the first of them.
    pub(super) commands: Vec<&'r ShellCommand>,
    /// Whether there are more commands.
    pub(super) has_more_commands: bool,
    /// How many results were skipped because of it.
    pub(super) followers: usize,
}

/// Different names: the first of them, and how many there are.
#[derive(Default)]
pub(super) struct Several<'r> {
    pub(super) first: Vec<&'r str>,
    known: HashSet<&'r str>,
}

impl<'r> Several<'r> {
    fn add(&mut self, name: &'r str) {
        if self.known.insert(name) && self.first.len() < NAMED {
            self.first.push(name);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    fn absorb(&mut self, other: &Several<'r>) {
        for &name in &other.first {
            self.add(name);
        }
        self.known.extend(&other.known);
    }

    /// `web +16`
    pub(super) fn short(&self) -> String {
        let first = self.first.first().copied().unwrap_or_default();
        plus(first, self.known.len().saturating_sub(1))
    }

    /// `web, worker and 14 more`
    pub(super) fn list(&self) -> String {
        and_more(self.first.join(", "), self.known.len() - self.first.len(), "more")
    }
}

/// What makes two results one finding. One cause keeps many checks from being determined: it is said once.
#[derive(PartialEq, Eq, Hash)]
struct Identity<'r> {
    status: Status,
    id: Option<&'r str>,
    message: &'r str,
    remedy: Option<&'r str>,
    evidence: &'r [Arc<str>],
}

impl<'r> Identity<'r> {
    fn of(result: &'r CheckResult, volume: Volume) -> Identity<'r> {
        let is_unknown = result.status == Status::Unknown;
        let is_verbose = volume == Volume::Verbose;
        Identity {
            status: result.status,
            id: (is_verbose || !is_unknown).then_some(result.id),
            message: &result.message,
            remedy: result.remedy.as_deref(),
            evidence: if is_verbose { &result.evidence } else { &[] },
        }
    }
}

/// What is shown of these results, in their order.
pub(super) fn findings(results: &[CheckResult], volume: Volume) -> Vec<Finding<'_>> {
    let mut followers = followers(results);
    let mut found: Vec<Finding> = Vec::new();
    let mut known: HashMap<Identity, usize> = HashMap::new();
    for result in results.iter().filter(|it| is_shown(it.status, volume)) {
        let at = *known.entry(Identity::of(result, volume)).or_insert_with(|| {
            found.push(Finding::new(result));
            found.len() - 1
        });
        let key = (result.id, result.subject.as_str());
        found[at].followers += followers.remove(&key).unwrap_or_default();
        found[at].add(result);
    }
    found
}

/// The findings of several services, in the order of the first service that has each: one cause is said once,
/// with the services that it concerns.
pub(super) fn across<'r>(
    services: Vec<(&'r str, Vec<Finding<'r>>)>,
    volume: Volume,
) -> Vec<Finding<'r>> {
    let mut found: Vec<Finding> = Vec::new();
    let mut known: HashMap<Identity, usize> = HashMap::new();
    for (service, findings) in services {
        for mut finding in findings {
            finding.services.add(service);
            match known.entry(Identity::of(finding.result, volume)) {
                Entry::Occupied(at) => found[*at.get()].absorb(&finding),
                Entry::Vacant(vacant) => {
                    vacant.insert(found.len());
                    found.push(finding);
                }
            }
        }
    }
    found
}

/// Whether a status is shown in full.
fn is_shown(status: Status, volume: Volume) -> bool {
    match volume {
        Volume::Verbose => true,
        Volume::Normal => matches!(status, Status::Fail | Status::Unknown | Status::Warn),
        Volume::Quiet => matches!(status, Status::Fail | Status::Unknown),
    }
}

/// How many results each other result, named by check and subject, keeps from being judged.
fn followers(results: &[CheckResult]) -> HashMap<(&str, &str), usize> {
    let mut followers = HashMap::new();
    for result in results {
        if let Some(SkipReason::NeedsCheck { check, subject }) = &result.skip_reason {
            *followers.entry((*check, subject.as_str())).or_default() += 1;
        }
    }
    followers
}

impl<'r> Finding<'r> {
    fn new(result: &'r CheckResult) -> Finding<'r> {
        Finding {
            result,
            checks: Several::default(),
            containers: Several::default(),
            services: Several::default(),
            places: Vec::new(),
            subjects: HashSet::new(),
            commands: Vec::new(),
            has_more_commands: false,
            followers: 0,
        }
    }

    fn add(&mut self, result: &'r CheckResult) {
        self.checks.add(result.id);
        if let Some(container) = &result.container {
            self.containers.add(container);
        }
        if self.subjects.insert(&result.subject) && self.places.len() < NAMED {
            self.places.push(result);
        }
        for command in &result.commands {
            if self.commands.contains(&command) {
                continue;
            }
            if self.commands.len() < COMMANDS {
                self.commands.push(command);
            } else {
                self.has_more_commands = true;
            }
        }
    }

    /// Adds a finding that says the same of another service.
    fn absorb(&mut self, other: &Finding<'r>) {
        self.checks.absorb(&other.checks);
        self.containers.absorb(&other.containers);
        self.services.absorb(&other.services);
        for &place in &other.places {
            if self.subjects.insert(&place.subject) && self.places.len() < NAMED {
                self.places.push(place);
            }
        }
        self.subjects.extend(&other.subjects);
        for &command in &other.commands {
            match self.commands.contains(&command) {
                true => {}
                false if self.commands.len() < COMMANDS => self.commands.push(command),
                false => self.has_more_commands = true,
            }
        }
        self.has_more_commands |= other.has_more_commands;
        self.followers += other.followers;
    }

    pub(super) fn group(&self) -> &'r str {
        self.result.group
    }

    /// The check, or the first of several, and how many more.
    pub(super) fn title(&self) -> String {
        match self.checks.count() {
            0 | 1 => self.result.id.to_owned(),
            2 => format!("{} and 1 more check", self.result.id),
            count => format!("{} and {} more checks", self.result.id, count - 1),
        }
    }

    /// `image-exists +1`
    pub(super) fn short_title(&self) -> String {
        plus(self.result.id, self.checks.count().saturating_sub(1))
    }

    /// Where it is written: the first places, and how many more there are.
    pub(super) fn place(&self) -> String {
        let places: Vec<String> = self.places.iter().map(|it| place(it)).collect();
        let more = self.subjects.len() - places.len();
        let what = if more == 1 { "more place" } else { "more places" };
        and_more(places.join(", "), more, what)
    }

    /// `taskdef.json:7:3 +4`
    pub(super) fn short_place(&self) -> String {
        let first = self.places.first().map(|it| place(it)).unwrap_or_default();
        plus(&first, self.subjects.len().saturating_sub(1))
    }
}

fn plus(first: &str, more: usize) -> String {
    if more == 0 { first.to_owned() } else { format!("{first} +{more}") }
}

fn place(result: &CheckResult) -> String {
    match &result.location {
        Some(at) => format!("{}:{}:{}", at.file, at.line, at.column),
        // Where the task runs, if only flags say so.
        None if result.subject == "flags" => "the command line".to_owned(),
        None => result.subject.to_string(),
    }
}
