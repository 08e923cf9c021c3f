//! A saved record: the output of `describe-tasks`, or an event of ECS.

use serde_json::Value;

use super::record::{TaskRecord, last};

/// The tasks of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved(Vec<TaskRecord>);

/// Why a file has no task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SavedError {
    /// It is something else.
    #[error(
        "this is neither the output of describe-tasks nor an event with the detail-type \"ECS Task State Change\""
    )]
    Stranger,
    /// It is an event about something else.
    #[error("this is an event with the detail-type {0:?}, not \"ECS Task State Change\"")]
    Event(String),
    /// It lists none.
    #[error("the list of tasks is empty")]
    Empty,
    /// The API found no task.
    #[error("the output has no task: {0}")]
    Failures(String),
    /// There are others.
    #[error("there is no task {0} in it")]
    Other(String),
}

impl Saved {
    /// Reads a document: the output of `describe-tasks`, the object of a task, or an event.
    ///
    /// # Errors
    /// The document is something else.
    pub fn of(json: Value) -> Result<Saved, SavedError> {
        if let Some(kind) = json.get("detail-type").and_then(Value::as_str) {
            if kind != "ECS Task State Change" {
                return Err(SavedError::Event(kind.to_owned()));
            }
            let detail = json.get("detail").cloned().and_then(TaskRecord::of);
            return detail.map(|task| Saved(vec![task])).ok_or(SavedError::Stranger);
        }
        let list = match &json {
            Value::Array(items) => Some(items.clone()),
            _ => json.get("tasks").and_then(Value::as_array).cloned(),
        };
        let Some(list) = list else {
            return TaskRecord::of(json).map(|task| Saved(vec![task])).ok_or(SavedError::Stranger);
        };
        let is_empty = list.is_empty() && json.get("tasks").is_some();
        let tasks: Vec<TaskRecord> = list.into_iter().filter_map(TaskRecord::of).collect();
        match tasks.is_empty() {
            false => Ok(Saved(tasks)),
            true => Err(match failures(&json) {
                Some(said) => SavedError::Failures(said),
                None if is_empty => SavedError::Empty,
                None => SavedError::Stranger,
            }),
        }
    }

    /// The task with this id or ARN, or the newest one that failed; and how many others there are.
    ///
    /// # Errors
    /// There is no task with this id.
    pub fn pick(self, wanted: Option<&str>) -> Result<(TaskRecord, usize), SavedError> {
        let others = self.0.len() - 1;
        let mut tasks = self.0.into_iter();
        match wanted {
            Some(id) => {
                let found = tasks.find(|task| task.id() == last(id));
                found.map(|task| (task, 0)).ok_or_else(|| SavedError::Other(id.to_owned()))
            }
            None => newest_failed(tasks).map(|task| (task, others)).ok_or(SavedError::Stranger),
        }
    }
}

/// The newest task that failed; otherwise the first one.
fn newest_failed(tasks: impl Iterator<Item = TaskRecord>) -> Option<TaskRecord> {
    let tasks: Vec<TaskRecord> = tasks.collect();
    let failed = tasks.iter().filter(|task| task.has_failed());
    failed.max_by_key(|task| task.time("stoppedAt")).or(tasks.first()).cloned()
}

/// What the API says instead of tasks: `MISSING (arn:…)`.
fn failures(json: &Value) -> Option<String> {
    let list = json.get("failures")?.as_array()?;
    let said = |it: &Value| {
        let text = |name| it.get(name).and_then(Value::as_str);
        let reason = text("reason")?;
        Some(match text("arn") {
            Some(arn) => format!("{reason} ({arn})"),
            None => reason.to_owned(),
        })
    };
    let said: Vec<String> = list.iter().filter_map(said).collect();
    (!said.is_empty()).then(|| said.join(", "))
}
