//! Verdicts, and the rules that keep *unknown* from becoming *pass*.
//!
//! A check returns a [`Judgement`]. It cannot write `unknown`, and cannot turn it into something else: a gap
//! comes back as `Err`, and an ignored gap is in the log of its view. [`settle`] examines both.

use crate::document::Place;
use crate::facts::{Log, Row, Table};
use crate::knowledge::{FactId, Gap, Ground, Lack, Stop};
use crate::lookup::{CallerIdentity, Mend, Missing};
use crate::shell::ShellCommand;

mod rule;
mod skip;

pub use rule::{Rule, Words};
pub use skip::{Input, Skip};

/// The verdict of a check on its subject, or why there is none.
pub type Judgement = Result<Verdict, Stop>;

/// The verdict of a check, always with a reason.
#[must_use]
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is proven to hold.
    Pass(String),
    /// At least one thing is wrong, or one part could not be judged.
    Found(Vec<Finding>),
    /// The check does not apply, or its input was not given.
    Skipped(Skip),
}

/// How bad a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The task will start, but a problem is likely.
    Warn,
    /// The task will not start, or the API call will be refused.
    Fail,
    /// This part could not be judged.
    Unknown(Gap),
    /// This part was not judged further: what it needs is proven absent. Which check reports it is decided
    /// after all are settled.
    Absent(Lack),
}

/// One finding of a check, with the deciding fact.
#[must_use]
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// One sentence: what does not hold, and the deciding fact.
    pub message: String,
    /// Its place, if more exact than the subject's.
    pub place: Option<Place>,
    /// Its resource, if it is not that of the subject.
    pub resource: Option<String>,
    /// The runtime error that it would cause, if more exact than the check's.
    pub prevents: Option<String>,
    /// How to fix it, if more exact than the check's remedy.
    pub remedy: Option<String>,
    /// Commands that fix it.
    pub commands: Vec<ShellCommand>,
}

/// The claim holds.
///
/// # Errors
/// None; the type is that of every judgement.
pub fn pass(because: impl Into<String>) -> Judgement {
    Ok(Verdict::Pass(because.into()))
}

/// The check does not apply.
///
/// # Errors
/// None; the type is that of every judgement.
pub fn not_applicable(because: impl Into<String>) -> Judgement {
    Ok(Verdict::Skipped(Skip::not_applicable(because)))
}

/// The check needs an input that was not given.
///
/// # Errors
/// None; the type is that of every judgement.
pub fn needs_input(input: Input, because: impl Into<String>) -> Judgement {
    Ok(Verdict::Skipped(Skip::needs(input, because)))
}

/// The claim is proven not to hold.
pub fn fail(message: impl Into<String>) -> Finding {
    Finding::new(Severity::Fail, message)
}

/// The claim holds, but a problem is likely.
pub fn warn(message: impl Into<String>) -> Finding {
    Finding::new(Severity::Warn, message)
}

/// Whether the claim holds could not be determined.
pub fn undecided(gap: Gap) -> Finding {
    let message = gap.to_string();
    Finding::new(Severity::Unknown(gap), message)
}

impl Finding {
    fn new(severity: Severity, message: impl Into<String>) -> Finding {
        Finding {
            severity,
            message: message.into(),
            place: None,
            resource: None,
            prevents: None,
            remedy: None,
            commands: Vec::new(),
        }
    }

    /// Something needed is absent.
    fn lacking(lack: Lack) -> Finding {
        let sentence = lack.absence.sentence.clone();
        Finding::new(Severity::Absent(lack), sentence)
    }

    /// Sets the exact place.
    pub fn at(mut self, place: &Place) -> Finding {
        self.place = Some(place.clone());
        self
    }

    /// Sets the resource.
    pub fn on(mut self, resource: impl Into<String>) -> Finding {
        self.resource = Some(resource.into());
        self
    }

    /// Sets the runtime error that it would cause.
    pub fn prevents(mut self, error: impl Into<String>) -> Finding {
        self.prevents = Some(error.into());
        self
    }

    /// Sets how to fix it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds a command that fixes it.
    pub fn command(mut self, command: ShellCommand) -> Finding {
        self.commands.push(command);
        self
    }

    /// Adds the fix, in words and commands, and the runtime error, as far as they are known.
    pub fn mended(mut self, by: Mend) -> Finding {
        self.prevents = by.prevents.or(self.prevents);
        self.remedy = by.remedy.or(self.remedy);
        self.commands.extend(by.commands);
        self
    }

    /// The judgement with only this finding.
    ///
    /// # Errors
    /// None; the type is that of every judgement.
    pub fn judge(self) -> Judgement {
        Ok(Verdict::Found(vec![self]))
    }
}

/// Collects what a check finds at several places, or in several parts.
#[derive(Default)]
pub struct Findings {
    found: Vec<Finding>,
}

impl Findings {
    /// None yet.
    pub fn new() -> Findings {
        Findings::default()
    }

    /// Adds one.
    pub fn add(&mut self, finding: Finding) {
        self.found.push(finding);
    }

    /// Adds a failure at `place`.
    pub fn fail(&mut self, place: &Place, message: impl Into<String>) {
        self.add(fail(message).at(place));
    }

    /// Adds a warning at `place`.
    pub fn warn(&mut self, place: &Place, message: impl Into<String>) {
        self.add(warn(message).at(place));
    }

    /// Judges one part. A gap or an absence ends only this part; the others are still judged.
    pub fn part(&mut self, place: &Place, judge: impl FnOnce(&mut Findings) -> Result<(), Stop>) {
        if let Err(stop) = judge(self) {
            self.stopped(place, stop);
        }
    }

    /// Records that the part at `place` could not be judged.
    pub fn stopped(&mut self, place: &Place, stop: Stop) {
        let finding = match stop {
            Stop::Gap(Gap::Unresolved { .. }) if self.has_reported(place) => return,
            Stop::Absent(Lack { ground: Ground::Malformed(subject), .. })
                if self.has_failed_at(&subject) =>
            {
                return;
            }
            Stop::Gap(gap) => undecided(gap),
            Stop::Absent(lack) => Finding::lacking(lack),
        };
        let finding = finding.at(place);
        // Several parts at one place may lack the same thing.
        let known = |it: &Finding| it.severity == finding.severity && it.place == finding.place;
        if !matches!(finding.severity, Severity::Absent(_)) || !self.found.iter().any(known) {
            self.add(finding);
        }
    }

    /// Whether a wrong or unreadable value at this place was already reported.
    fn has_reported(&self, place: &Place) -> bool {
        let decides = |severity: &Severity| {
            matches!(severity, Severity::Fail | Severity::Unknown(Gap::Unresolved { .. }))
        };
        self.found.iter().any(|it| it.place.as_ref() == Some(place) && decides(&it.severity))
    }

    /// Whether a failure was found already in what is written there.
    fn has_failed_at(&self, subject: &str) -> bool {
        let is_there = |it: &Finding| it.place.as_ref().is_some_and(|it| it.subject() == subject);
        self.found.iter().any(|it| it.severity == Severity::Fail && is_there(it))
    }

    /// Whether nothing was found, and every part was judged.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The findings; if there are none, the claim holds.
    ///
    /// # Errors
    /// None; the type is that of every judgement.
    pub fn or_pass(self, because: impl Into<String>) -> Judgement {
        if self.found.is_empty() {
            return pass(because);
        }
        Ok(Verdict::Found(self.found))
    }
}

/// The source of truth about gaps. Everything except a test of the tests uses the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A gap that was touched and not handled makes the result unknown.
    Log,
    /// Only the check's own result. Exists to prove that the property tests can fail.
    Author,
}

/// A settled judgement.
#[derive(Debug)]
pub enum Settled {
    /// It waits for answers.
    NotYet,
    /// The verdict is known. Which check reports its absences is decided after all are settled.
    Said(Verdict),
    /// It could not be determined.
    Unknown {
        /// Why not.
        gap: Gap,
        /// The absence that the check stopped at besides the gap: not reported here, but it becomes the
        /// reason if another check reports it.
        lacks: Vec<Lack>,
    },
}

impl From<Gap> for Settled {
    fn from(gap: Gap) -> Settled {
        Settled::Unknown { gap, lacks: Vec::new() }
    }
}

/// Applies the rules in order: pending answers; a gap as the result; an ignored gap; the verdict, in which an
/// absence is one of the findings.
pub fn settle(judgement: Judgement, log: &Log, table: &Table, trust: Trust) -> Settled {
    if log.is_waiting() {
        return Settled::NotYet;
    }
    let verdict = match judgement {
        Err(Stop::Gap(gap)) => return gap.into(),
        Err(Stop::Absent(lack)) => Verdict::Found(vec![Finding::lacking(lack)]),
        Ok(verdict) => verdict,
    };
    match (swallowed(&verdict, log, table), verdict.only_lacks()) {
        (Some(gap), Some(lacks)) => Settled::Unknown { gap, lacks },
        (Some(gap), None) if trust == Trust::Log => gap.into(),
        _ => Settled::Said(verdict),
    }
}

impl Verdict {
    /// The absence that the check stopped at, if there is nothing else.
    fn only_lacks(&self) -> Option<Vec<Lack>> {
        let Verdict::Found(findings) = self else { return None };
        let lack = |finding: &Finding| match &finding.severity {
            Severity::Absent(lack) => Some(lack.clone()),
            Severity::Warn | Severity::Fail | Severity::Unknown(_) => None,
        };
        findings.iter().map(lack).collect()
    }
}

/// The first gap that was touched and that no finding covers.
fn swallowed(verdict: &Verdict, log: &Log, table: &Table) -> Option<Gap> {
    let answered: Vec<&Gap> = match verdict {
        Verdict::Found(findings) => findings
            .iter()
            .filter_map(|finding| match &finding.severity {
                Severity::Unknown(gap) => Some(gap),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let gaps = log.gaps.iter().filter_map(|id: &FactId| table.row(*id).gap());
    gaps.into_iter().find(|gap| !answered.contains(gap)).cloned()
}

/// The runtime error of an absence, and its fix, as far as its lookup knows them.
pub fn mend(lack: &Lack, table: &Table) -> Mend {
    let Ground::Fact(id) = lack.ground else { return Mend::default() };
    let Row::Asked { lookup, .. } = table.row(id) else { return Mend::default() };
    let account = table.found::<CallerIdentity>().map(|caller| &caller.account);
    let arn = lack.arn.as_deref();
    lookup.mend(&Missing { absence: &lack.absence, account, purpose: lack.purpose, arn })
}
