//! The record of a service: the object of `DescribeServices`, with its deployments and newest events.

use serde_json::Value;

/// The record of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRecord(Value);

/// One deployment of a service.
#[derive(Clone, Copy, Debug)]
pub struct DeploymentRecord<'r>(&'r Value);

/// The numbers of a deployment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many tasks there should be.
    pub desired: i64,
    /// How many start.
    pub pending: i64,
    /// How many run.
    pub running: i64,
    /// How many failed.
    pub failed: i64,
}

impl ServiceRecord {
    /// The record in the object of a service.
    pub fn of(json: Value) -> ServiceRecord {
        ServiceRecord(json)
    }

    /// The object.
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text("serviceName").unwrap_or_default()
    }

    /// A field with a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Its deployments, newest first.
    pub fn deployments(&self) -> Vec<DeploymentRecord<'_>> {
        let list = self.0.get("deployments").and_then(Value::as_array);
        list.map_or(&[][..], Vec::as_slice).iter().map(DeploymentRecord).collect()
    }

    /// The deployment with this id.
    pub fn deployment(&self, id: &str) -> Option<DeploymentRecord<'_>> {
        self.deployments().into_iter().find(|it| it.id() == id)
    }

    /// The newest deployment.
    pub fn primary(&self) -> Option<DeploymentRecord<'_>> {
        self.deployments().into_iter().find(|it| it.status() == "PRIMARY")
    }

    /// The deployment that failed, or the newest one.
    pub fn failing(&self) -> Option<DeploymentRecord<'_>> {
        let all = self.deployments();
        let failed = all.iter().find(|it| it.rollout_state() == Some("FAILED"));
        let troubled = all.iter().find(|it| it.counts().failed > 0);
        failed.or(troubled).copied().or(self.primary())
    }

    /// Its newest events, newest first: the time, and the sentence.
    pub fn events(&self) -> Vec<(f64, &str)> {
        let list = self.0.get("events").and_then(Value::as_array);
        let event = |it| {
            let message = Value::as_str(Value::get(it, "message")?)?;
            Some((it.get("createdAt").and_then(Value::as_f64).unwrap_or_default(), message))
        };
        list.map_or(&[][..], Vec::as_slice).iter().filter_map(event).collect()
    }

    /// The newest events that say that something failed, each once: since `from`, if that is known.
    pub fn complaints(&self, from: Option<f64>) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for (at, message) in self.events() {
            let is_old = from.is_some_and(|from| at > 0.0 && at < from);
            if !is_old && is_complaint(message) && !found.contains(&message) {
                found.push(message);
            }
        }
        found.truncate(MOST);
        found
    }

    /// Whether the newest deployment is complete, and no other one is left.
    pub fn is_steady(&self) -> bool {
        let [only] = self.deployments()[..] else { return false };
        let counts = only.counts();
        match only.rollout_state() {
            Some(state) => state == "COMPLETED" && counts.running >= counts.desired,
            // A deployment that CodeDeploy or another tool controls has none.
            None => counts.running == counts.desired && counts.pending == 0,
        }
    }
}

/// How many events are quoted.
const MOST: usize = 3;

/// Whether an event says that something failed
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>).
fn is_complaint(message: &str) -> bool {
    ["unable to", "unhealthy", "failed", "was unable", "could not", "is not able"]
        .iter()
        .any(|words| message.contains(words))
}

impl<'r> DeploymentRecord<'r> {
    fn text(self, name: &str) -> Option<&'r str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// The object.
    pub fn json(self) -> &'r Value {
        self.0
    }

    /// Its id: `ecs-svc/…`.
    pub fn id(self) -> &'r str {
        self.text("id").unwrap_or_default()
    }

    /// `PRIMARY`, `ACTIVE` or `INACTIVE`.
    pub fn status(self) -> &'r str {
        self.text("status").unwrap_or_default()
    }

    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub fn rollout_state(self) -> Option<&'r str> {
        self.text("rolloutState")
    }

    /// Why it is in that state.
    pub fn rollout_state_reason(self) -> Option<&'r str> {
        self.text("rolloutStateReason")
    }

    /// The ARN of its task definition.
    pub fn task_definition(self) -> Option<&'r str> {
        self.text("taskDefinition")
    }

    /// When it began, in seconds since 1970.
    pub fn created(self) -> Option<f64> {
        self.0.get("createdAt").and_then(Value::as_f64)
    }

    /// Its numbers.
    pub fn counts(self) -> Counts {
        let number = |name| self.0.get(name).and_then(Value::as_i64).unwrap_or_default();
        Counts {
            desired: number("desiredCount"),
            pending: number("pendingCount"),
            running: number("runningCount"),
            failed: number("failedTasks"),
        }
    }
}
