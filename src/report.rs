//! The report of a run: results, their sums, and the verdict. No I/O.

mod text;

use std::sync::Arc;

use serde::Serialize;

use crate::document::Node;
use crate::placement::chart::Chart;
use crate::reachability::network_path::NetworkPath;
use crate::shell::ShellCommand;
use crate::verdict::Input;

pub use text::Text;

/// How a check ended for one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Proven to hold.
    Pass,
    /// Will start, but a problem is likely.
    Warn,
    /// Proven that the task will not start, or that the API call will be refused.
    Fail,
    /// Could not be determined.
    Unknown,
    /// Does not apply, or its input was not given.
    Skip,
}

impl Status {
    /// All of them, in the order of the summary.
    pub const ALL: [Status; 5] =
        [Status::Pass, Status::Warn, Status::Fail, Status::Unknown, Status::Skip];

    /// The word of the JSON output.
    pub fn word(self) -> &'static str {
        match self {
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Unknown => "unknown",
            Status::Skip => "skip",
        }
    }

    /// What it means, in the words of the manual.
    pub fn meaning(self) -> &'static str {
        match self {
            Status::Pass => "proven to hold",
            Status::Warn => "will start, but a problem is likely",
            Status::Fail => {
                "proven that the task will not start, or that the API call will be refused"
            }
            Status::Unknown => {
                "could not be determined; says why, and what is needed to determine it"
            }
            Status::Skip => "does not apply, or its input was not given; says which",
        }
    }
}

/// The worst that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Nothing failed, nothing is unknown.
    Pass,
    /// Nothing failed, but something could not be determined.
    Unknown,
    /// Something failed.
    Fail,
}

/// The number of results per status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Proven to hold.
    pub pass: usize,
    /// Warnings.
    pub warn: usize,
    /// Failures.
    pub fail: usize,
    /// Undetermined.
    pub unknown: usize,
    /// Not applicable.
    pub skip: usize,
}

impl Summary {
    fn add(&mut self, status: Status) {
        match status {
            Status::Pass => self.pass += 1,
            Status::Warn => self.warn += 1,
            Status::Fail => self.fail += 1,
            Status::Unknown => self.unknown += 1,
            Status::Skip => self.skip += 1,
        }
    }

    /// The worst status in the counts.
    pub fn outcome(&self) -> Outcome {
        match self {
            Summary { fail: 1.., .. } => Outcome::Fail,
            Summary { unknown: 1.., .. } => Outcome::Unknown,
            _ => Outcome::Pass,
        }
    }

    /// Whether there is no applicable result.
    pub fn is_empty(&self) -> bool {
        self.pass + self.warn + self.fail + self.unknown == 0
    }
}

/// The position of a subject, for people and editors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The file as the user named it.
    pub file: Text,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// Why a result is `skip`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SkipReason {
    /// The document has nothing that the check would judge.
    NotApplicable,
    /// An input was not given; any of the flags gives it.
    NeedsInput {
        /// Which one, as its flags.
        #[serde(rename = "flags")]
        input: Input,
    },
    /// What it needs is missing, and another check reports that.
    NeedsCheck {
        /// The id of that check.
        check: &'static str,
        /// The subject of its result.
        subject: Text,
    },
    /// It could at most warn, and could not be determined.
    NotDetermined,
}

/// The result of one check for one subject. Every key is always there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// The check's id.
    pub id: &'static str,
    /// The check's group.
    pub group: &'static str,
    /// How it ended.
    pub status: Status,
    /// Why it was skipped; `null` for every other status.
    pub skip_reason: Option<SkipReason>,
    /// JSON pointer into the document as the user wrote it.
    pub subject: Text,
    /// The container that it concerns.
    pub container: Option<Text>,
    /// Its position; `null` for a registered definition.
    pub location: Option<Location>,
    /// The ARN, image or name that was judged.
    pub resource: Option<Text>,
    /// One sentence: what holds or does not, and the deciding fact.
    pub message: Text,
    /// The calls and their answers.
    pub evidence: Arc<[Arc<str>]>,
    /// What the result assumes in place of facts that could not be read; `--strict` fails a pass with any.
    pub assumes: Vec<String>,
    /// The runtime error that it would cause.
    pub prevents: Option<String>,
    /// One sentence.
    pub remedy: Option<String>,
    /// Commands that fix it.
    pub commands: Vec<ShellCommand>,
    /// The page of the AWS documentation.
    pub docs: &'static str,
}

impl CheckResult {
    /// Whether it passes only if an assumption is true.
    pub fn is_assumed(&self) -> bool {
        self.status == Status::Pass && !self.assumes.is_empty()
    }
}

/// What was checked: the definition, and the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The file, the name of the registered definition, or the cluster and the name of the service.
    pub source: String,
    /// The service, if a live one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<LiveService>,
    /// The family, if the document names one.
    pub family: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The account of the caller.
    pub account: Option<String>,
    /// The caller.
    pub caller: Option<String>,
}

/// What a page shows of a target in addition to its results.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exhibit {
    /// The definition.
    pub definition: Option<Node>,
    /// The network paths of its calls.
    pub paths: Vec<NetworkPath>,
    /// The container instances that it may be placed on; none if it is not placed on instances.
    pub chart: Option<Chart>,
}

/// A live service that was judged as it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LiveService {
    /// The name of its cluster.
    pub cluster: String,
    /// Its name.
    pub name: String,
    /// The revision that it runs: `web:7`. None if the service could not be read, or runs nothing.
    pub task_definition: Option<String>,
    /// How many tasks it should have. None if the service could not be read.
    pub desired_count: Option<i64>,
    /// `REPLICA` or `DAEMON`.
    pub scheduling_strategy: Option<String>,
}

/// The results of one target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TargetReport {
    /// What was judged.
    pub target: Target,
    /// The worst that was found.
    pub verdict: Outcome,
    /// Sums.
    pub summary: Summary,
    /// The results, in catalogue order, then document order.
    pub checks: Vec<CheckResult>,
    /// What a page shows in addition; empty for every other format.
    #[serde(skip)]
    pub exhibit: Exhibit,
}

impl TargetReport {
    /// Sums up `checks`.
    pub fn of(target: Target, checks: Vec<CheckResult>) -> TargetReport {
        let mut summary = Summary::default();
        for check in &checks {
            summary.add(check.status);
        }
        let exhibit = Exhibit::default();
        TargetReport { target, verdict: summary.outcome(), summary, checks, exhibit }
    }
}

/// What the run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Requests that were answered or abandoned.
    pub api_calls: usize,
    /// Wall time.
    pub elapsed_ms: u64,
}

/// The report of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each definition.
    pub targets: Vec<TargetReport>,
    /// What the run cost.
    pub stats: Stats,
    /// The source of answers: `profile prod`, `replay of account.json`, `offline`.
    pub asked_with: String,
    /// Notes before the results: settings that weaken the run.
    pub notes: Vec<String>,
}

impl Report {
    /// The sums over all targets.
    pub fn summary(&self) -> Summary {
        let mut sum = Summary::default();
        for check in self.targets.iter().flat_map(|target| &target.checks) {
            sum.add(check.status);
        }
        sum
    }

    /// The worst over all targets.
    pub fn verdict(&self) -> Outcome {
        self.summary().outcome()
    }

    /// All results, target by target.
    pub fn checks(&self) -> impl Iterator<Item = &CheckResult> {
        self.targets.iter().flat_map(|target| &target.checks)
    }
}
