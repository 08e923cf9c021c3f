//! Verdicts, and the rules that keep *unknown* from becoming *pass*.
//!
//! A check answers with a [`Judgement`]. It cannot write `unknown`, and cannot turn one into something
//! else: a gap that it met comes back as `Err`, and one that it swallowed is in the log of its view.
//! [`settle`] looks at both.

use crate::document::Place;
use crate::facts::{Log, Row, Table};
use crate::knowledge::{FactId, Gap, Ground, Lack, Stop};
use crate::lookup::{CallerIdentity, Mend, Missing};
use crate::shell::ShellCommand;

mod rule;

pub use rule::{Rule, Words};

/// What a check says of its subject, or why it could not.
pub type Judgement = Result<Verdict, Stop>;

/// What a check says. There is none without its reason.
#[must_use]
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is proven to hold.
    Pass(String),
    /// At least one thing is wrong, or one part could not be judged.
    Found(Vec<Finding>),
    /// The check has nothing to say here, because of what the document says.
    NotApplicable(String),
}

/// How bad a finding is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The task will start, but something is likely to hurt.
    Warn,
    /// The task will not start, or the API call will be refused.
    Fail,
    /// This part could not be judged.
    Unknown(Gap),
    /// This part was not judged further: what it needs is proven absent. Which check reports that is
    /// decided when all are settled.
    Absent(Lack),
}

/// One thing that a check found, with the fact that decides it.
#[must_use]
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// One sentence: what does not hold, and the fact that decides it.
    pub message: String,
    /// Where it is written, if more exact than the subject's own place.
    pub place: Option<Place>,
    /// What it is about, if other than the subject's resource.
    pub resource: Option<String>,
    /// The runtime error it would become, if more exact than the check's.
    pub prevents: Option<String>,
    /// How to mend it, if more exact than the check's remedy.
    pub remedy: Option<String>,
    /// Commands that mend it.
    pub commands: Vec<ShellCommand>,
}

/// The claim holds.
///
/// # Errors
/// None; the type is that of every judgement.
pub fn pass(because: impl Into<String>) -> Judgement {
    Ok(Verdict::Pass(because.into()))
}

/// The check has nothing to say here.
///
/// # Errors
/// None; the type is that of every judgement.
pub fn not_applicable(because: impl Into<String>) -> Judgement {
    Ok(Verdict::NotApplicable(because.into()))
}

/// The claim is proven not to hold.
pub fn fail(message: impl Into<String>) -> Finding {
    Finding::new(Severity::Fail, message)
}

/// The claim holds, but something is likely to hurt.
pub fn warn(message: impl Into<String>) -> Finding {
    Finding::new(Severity::Warn, message)
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

    /// Something that is needed is absent.
    fn lacking(lack: Lack) -> Finding {
        let sentence = lack.absence.sentence.clone();
        Finding::new(Severity::Absent(lack), sentence)
    }

    /// Points to the exact place.
    pub fn at(mut self, place: &Place) -> Finding {
        self.place = Some(place.clone());
        self
    }

    /// Names what it is about.
    pub fn on(mut self, resource: impl Into<String>) -> Finding {
        self.resource = Some(resource.into());
        self
    }

    /// Names the runtime error that it would become.
    pub fn prevents(mut self, error: impl Into<String>) -> Finding {
        self.prevents = Some(error.into());
        self
    }

    /// Says how to mend it.
    pub fn remedy(mut self, remedy: impl Into<String>) -> Finding {
        self.remedy = Some(remedy.into());
        self
    }

    /// Adds a command that mends it.
    pub fn command(mut self, command: ShellCommand) -> Finding {
        self.commands.push(command);
        self
    }

    /// Says what mends it, in words and commands, and what it becomes, as far as that is known.
    pub fn mended(mut self, by: Mend) -> Finding {
        self.prevents = by.prevents.or(self.prevents);
        self.remedy = by.remedy.or(self.remedy);
        self.commands.extend(by.commands);
        self
    }

    /// The judgement that consists of this finding.
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

    /// Judges one part. If it meets a gap or an absence, that part is not judged further, and the others
    /// are judged all the same.
    pub fn part(&mut self, place: &Place, judge: impl FnOnce(&mut Findings) -> Result<(), Stop>) {
        if let Err(stop) = judge(self) {
            self.stopped(place, stop);
        }
    }

    /// Keeps that the part at `place` could not be judged.
    pub fn stopped(&mut self, place: &Place, stop: Stop) {
        let finding = match stop {
            Stop::Gap(Gap::Unresolved { .. }) if self.has_told_of(place) => return,
            Stop::Gap(gap) => {
                let message = gap.to_string();
                Finding::new(Severity::Unknown(gap), message)
            }
            Stop::Absent(lack) => Finding::lacking(lack),
        };
        let finding = finding.at(place);
        // Several parts at one place may lack the same thing.
        let known = |it: &Finding| it.severity == finding.severity && it.place == finding.place;
        if !matches!(finding.severity, Severity::Absent(_)) || !self.found.iter().any(known) {
            self.add(finding);
        }
    }

    /// Whether it was told already that what is written here is wrong, or cannot be read.
    fn has_told_of(&self, place: &Place) -> bool {
        let decides = |severity: &Severity| {
            matches!(severity, Severity::Fail | Severity::Unknown(Gap::Unresolved { .. }))
        };
        self.found.iter().any(|it| it.place.as_ref() == Some(place) && decides(&it.severity))
    }

    /// Whether nothing was found, and every part was judged.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found; if nothing, the claim holds.
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

/// Whom to believe about gaps. Everything but a test of the tests believes the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// A gap that was touched and not answered for makes the result unknown.
    Log,
    /// The author's word alone. Exists to prove that the property tests can fail.
    Author,
}

/// A settled judgement.
#[derive(Debug)]
pub enum Settled {
    /// It waits for answers.
    NotYet,
    /// It is known what the check says. Who reports the absences in it is decided when all are settled.
    Said(Verdict),
    /// It could not be determined.
    Unknown {
        /// Why not.
        gap: Gap,
        /// What the check stopped at, though it had met the gap too: it does not report that, but
        /// where another check does, that is the reason.
        lacks: Vec<Lack>,
    },
}

impl From<Gap> for Settled {
    fn from(gap: Gap) -> Settled {
        Settled::Unknown { gap, lacks: Vec::new() }
    }
}

/// Applies the rules, in their order: still wanted; a gap as the answer; a gap that was swallowed; the
/// verdict, in which an absence is one finding among others.
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
    /// What the check stopped at, if that is all that it says.
    fn only_lacks(&self) -> Option<Vec<Lack>> {
        let Verdict::Found(findings) = self else { return None };
        let lack = |finding: &Finding| match &finding.severity {
            Severity::Absent(lack) => Some(lack.clone()),
            Severity::Warn | Severity::Fail | Severity::Unknown(_) => None,
        };
        findings.iter().map(lack).collect()
    }
}

/// The first gap that was touched and that no finding answers for.
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

/// What becomes of an absence, and what fixes it, as far as its lookup knows.
pub fn mend(lack: &Lack, table: &Table) -> Mend {
    let Ground::Fact(id) = lack.ground else { return Mend::default() };
    let Row::Asked { lookup, .. } = table.row(id) else { return Mend::default() };
    let account = table.found::<CallerIdentity>().map(|caller| &caller.account);
    lookup.mend(&Missing { absence: &lack.absence, account, purpose: lack.purpose })
}
