//! The record of a task: the object of `DescribeTasks`, which an event repeats.

use serde_json::Value;

/// The record of one task. What is missing in it is empty.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord(Value);

/// One container of a task.
#[derive(Clone, Copy, Debug)]
pub struct ContainerRecord<'r>(&'r Value);

/// A network interface, a volume or the proxy of Service Connect.
#[derive(Clone, Copy, Debug)]
pub struct AttachmentRecord<'r>(&'r Value);

fn text<'r>(of: &'r Value, name: &str) -> Option<&'r str> {
    of.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn list<'r>(of: &'r Value, name: &str) -> &'r [Value] {
    of.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl TaskRecord {
    /// The record in this object; none if the object is not a task.
    pub fn of(json: Value) -> Option<TaskRecord> {
        let record = TaskRecord(json);
        (record.arn().is_some() && record.text("taskDefinitionArn").is_some()).then_some(record)
    }

    /// A field with a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        text(&self.0, name)
    }

    /// A field with any value but an empty one.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|it| !it.is_null())
    }

    /// The task's ARN.
    pub fn arn(&self) -> Option<&str> {
        self.text("taskArn")
    }

    /// The last part of its ARN.
    pub fn id(&self) -> &str {
        last(self.arn().unwrap_or_default())
    }

    /// The name of its cluster.
    pub fn cluster(&self) -> &str {
        self.text("clusterArn").map_or("default", last)
    }

    /// `RUNNING`, `STOPPED` and the statuses between.
    pub fn status(&self) -> &str {
        self.text("lastStatus").unwrap_or_default()
    }

    /// Whether it has stopped.
    pub fn has_stopped(&self) -> bool {
        matches!(self.status(), "STOPPED" | "DELETED")
    }

    /// Whether it stopped, or is being stopped, and nobody wanted that.
    pub fn has_failed(&self) -> bool {
        let is_stopping = self.has_stopped() || self.text("desiredStatus") == Some("STOPPED");
        match self.stop_code() {
            Some("UserInitiated") => false,
            // The scheduler stops tasks that fail health checks, and those that a deployment replaces.
            Some("ServiceSchedulerInitiated") => !self.was_scaled_in(),
            // An essential container that ends with 0 has done its work.
            Some("EssentialContainerExited") => {
                is_stopping && self.containers().any(|it| it.exit_code() != Some(0))
            }
            Some(_) => true,
            None => is_stopping && self.text("stoppedReason").is_some(),
        }
    }

    /// Whether the scheduler stopped it for a deployment, or since there were too many tasks.
    pub fn was_scaled_in(&self) -> bool {
        self.text("stoppedReason").is_some_and(|it| it.starts_with("Scaling activity initiated by"))
    }

    /// `TaskFailedToStart`, `EssentialContainerExited`, …
    pub fn stop_code(&self) -> Option<&str> {
        self.text("stopCode")
    }

    /// Why it stopped, in a few words.
    pub fn reason(&self) -> String {
        let of_container = || self.containers().find_map(ContainerRecord::reason);
        let reason = self.text("stoppedReason").or_else(of_container).or(self.stop_code());
        reason.unwrap_or("no reason is in its record").to_owned()
    }

    /// The service that started it.
    pub fn service(&self) -> Option<&str> {
        self.text("group").and_then(|group| group.strip_prefix("service:"))
    }

    /// The deployment that started it: `ecs-svc/…`.
    pub fn deployment(&self) -> Option<&str> {
        self.text("startedBy").filter(|by| by.starts_with("ecs-svc/"))
    }

    /// Its containers.
    pub fn containers(&self) -> impl Iterator<Item = ContainerRecord<'_>> {
        list(&self.0, "containers").iter().map(ContainerRecord)
    }

    /// Its attachments.
    pub fn attachments(&self) -> impl Iterator<Item = AttachmentRecord<'_>> {
        list(&self.0, "attachments").iter().map(AttachmentRecord)
    }

    /// Its network interface.
    pub fn interface(&self) -> Option<AttachmentRecord<'_>> {
        self.attachments().find(|it| it.is_interface())
    }

    /// When something happened to it (`stoppedAt`), to the second.
    pub fn time(&self, name: &str) -> Option<String> {
        let time = self.0.get(name)?;
        match time {
            Value::Number(seconds) => moment(seconds.as_f64()?),
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }
}

/// A time in seconds since 1970 as people read it.
fn moment(seconds: f64) -> Option<String> {
    let time = time::OffsetDateTime::from_unix_timestamp(seconds as i64).ok()?;
    let (date, clock) = (time.date(), time.time());
    Some(format!("{date} {:02}:{:02}:{:02} UTC", clock.hour(), clock.minute(), clock.second()))
}

/// What comes after the last slash.
pub(super) fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

impl<'r> ContainerRecord<'r> {
    /// Its name.
    pub fn name(self) -> &'r str {
        text(self.0, "name").unwrap_or_default()
    }

    /// How it ended; none if it never ran, or runs.
    pub fn exit_code(self) -> Option<i64> {
        self.0.get("exitCode").and_then(Value::as_i64)
    }

    /// Why it ended, or never ran.
    pub fn reason(self) -> Option<&'r str> {
        text(self.0, "reason")
    }

    /// What its health check says.
    pub fn health(self) -> Option<&'r str> {
        text(self.0, "healthStatus")
    }
}

impl<'r> AttachmentRecord<'r> {
    /// Its type, in the words of the API or of an event.
    pub fn kind(self) -> &'r str {
        text(self.0, "type").unwrap_or_default()
    }

    /// `ATTACHED`, `DELETED`, …
    pub fn status(self) -> Option<&'r str> {
        text(self.0, "status")
    }

    /// A detail.
    pub fn detail(self, name: &str) -> Option<&'r str> {
        let mut details = list(self.0, "details").iter();
        let found = details.find(|it| text(it, "name") == Some(name))?;
        text(found, "value")
    }

    /// Whether it is a network interface: `eni` in events.
    pub fn is_interface(self) -> bool {
        matches!(self.kind(), "ElasticNetworkInterface" | "eni")
    }

    /// Whether it is an EBS volume.
    pub fn is_volume(self) -> bool {
        matches!(self.kind(), "AmazonElasticBlockStorage" | "AmazonElasticBlockStore")
    }
}
