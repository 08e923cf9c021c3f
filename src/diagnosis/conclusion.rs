//! What follows: the cause is proven, something else fails, it cannot be determined, or it would start now.

use serde::Serialize;
use serde_json::{Value, json};

use super::meaning::Meaning;
use super::outside::Outside;
use super::said::Said;
use crate::report::{CheckResult, Status};

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conclusion {
    /// A check that belongs to what ECS said fails.
    CauseProven,
    /// Another check fails: a task would not start now.
    WouldNotStart,
    /// Nothing fails, but the reason cannot be seen from outside, or a check is unknown.
    NotDetermined,
    /// Every check passes: the cause does not exist any more.
    WouldStartNow,
    /// The deployment that was followed is complete.
    SteadyState,
    /// The deployment that was followed is not complete, and nothing is proven.
    GoingOn,
}

impl Conclusion {
    /// The word of the JSON output.
    pub fn word(self) -> &'static str {
        match self {
            Conclusion::CauseProven => "cause-proven",
            Conclusion::WouldNotStart => "would-not-start",
            Conclusion::NotDetermined => "not-determined",
            Conclusion::WouldStartNow => "would-start-now",
            Conclusion::SteadyState => "steady-state",
            Conclusion::GoingOn => "going-on",
        }
    }
}

/// The answer to why a task did not start.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// What it is about: `task 0123 of service web in cluster prod`.
    pub subject: String,
    /// The ARN of the task, if there is one.
    pub task: Option<String>,
    /// The state of the task, one fact each.
    pub state: Vec<String>,
    /// What ECS said.
    pub said: Vec<Said>,
    /// What it means.
    pub meanings: Vec<Meaning>,
    /// What no check can see.
    pub outside: Vec<Outside>,
    /// What the task was started with.
    pub started_with: Value,
    /// What is different in the service today.
    pub changes: Vec<String>,
    /// What limits the answer.
    pub notes: Vec<String>,
    /// What follows.
    pub conclusion: Conclusion,
    /// The failures that prove it.
    pub proof: Vec<CheckResult>,
}

impl Diagnosis {
    /// Draws the conclusion from the results of the checks.
    #[must_use]
    pub fn concluded(mut self, results: &[CheckResult]) -> Diagnosis {
        let fails = |it: &&CheckResult| it.status == Status::Fail;
        let belongs = |it: &&CheckResult| self.checks().any(|id| id == it.id);
        let of_cause: Vec<CheckResult> =
            results.iter().filter(fails).filter(belongs).cloned().collect();
        let others: Vec<CheckResult> = results.iter().filter(fails).cloned().collect();
        let is_unknown = results.iter().any(|it| it.status == Status::Unknown);
        let is_judged = |it: &&CheckResult| !matches!(it.status, Status::Skip);
        // Checks that were not run prove nothing.
        let is_judged = match self.checks().next() {
            Some(_) => results.iter().filter(belongs).any(|it| is_judged(&it)),
            None => results.iter().any(|it| is_judged(&it)),
        };
        let is_outside = self.outside.iter().any(|it| it.explains && !is_no_failure(it.id))
            || self.meanings.iter().any(Meaning::is_beyond_checks);
        // A text that nobody knows may have a cause that no check looks for.
        let is_unrecognised = !self.said.is_empty()
            && self.meanings.is_empty()
            && !self.outside.iter().any(|it| it.explains);
        (self.conclusion, self.proof) = match () {
            () if !of_cause.is_empty() => (Conclusion::CauseProven, of_cause),
            () if !others.is_empty() => (Conclusion::WouldNotStart, others),
            () if is_unknown || is_outside || is_unrecognised || !is_judged => {
                (Conclusion::NotDetermined, Vec::new())
            }
            () => (Conclusion::WouldStartNow, Vec::new()),
        };
        self
    }

    /// The checks that belong to what ECS said.
    pub fn checks(&self) -> impl Iterator<Item = &str> {
        self.meanings.iter().flat_map(|it| it.checks.iter().map(String::as_str))
    }

    /// The conclusion in one sentence.
    pub fn sentence(&self) -> String {
        let first = self.proof.first();
        match self.conclusion {
            Conclusion::CauseProven => {
                let (id, message) = first.map_or(("", ""), |it| (it.id, &it.message));
                format!("the cause is proven by {id}: {message}")
            }
            Conclusion::WouldNotStart => {
                let (id, message) = first.map_or(("", ""), |it| (it.id, &it.message));
                format!("the task would not start now: {id}: {message}. Whether this stopped it, ECS does not say")
            }
            Conclusion::NotDetermined => {
                let of_outside = self.outside.iter().find(|it| it.explains).map(|it| &it.text);
                let mut beyond = self.meanings.iter().filter(|it| it.is_beyond_checks());
                let why = of_outside.or(beyond.find_map(|it| it.why_no_check.as_ref()));
                match why {
                    Some(why) => format!("no check fails, and the reason cannot be seen from outside: {why}"),
                    None => "no check fails, but the cause could not be determined".to_owned(),
                }
            }
            Conclusion::SteadyState => {
                "the deployment is complete, and the service is steady".to_owned()
            }
            Conclusion::GoingOn => {
                "the deployment is still going on, and no check has proved a cause".to_owned()
            }
            Conclusion::WouldStartNow if self.meanings.is_empty() => {
                "every check passes: the task would start now".to_owned()
            }
            Conclusion::WouldStartNow => "every check passes: the task would start now. Its cause has been fixed since, or did not last".to_owned(),
        }
    }

    /// The JSON object.
    pub fn document(&self) -> Value {
        let proof = self.proof.iter().map(|it| json!({"id": it.id, "subject": it.subject}));
        json!({
            "task": self.task,
            "subject": self.subject,
            "state": self.state,
            "conclusion": self.conclusion,
            "sentence": self.sentence(),
            "said": self.said,
            "means": self.meanings,
            "proof": proof.collect::<Vec<_>>(),
            "outside": self.outside,
            "started_with": self.started_with,
            "changed_since": self.changes,
            "notes": self.notes,
        })
    }
}

/// Whether the task was stopped on purpose, or by something that says nothing of the next one.
fn is_no_failure(id: &str) -> bool {
    matches!(
        id,
        "stopped-by-user" | "stopped-by-scheduler" | "spot-interruption" | "instance-terminated"
    )
}
