//! What ECS said: every text in the records that gives a reason, word for word.

use serde::Serialize;

use super::record::TaskRecord;
use super::service::ServiceRecord;

/// Where a text was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Speaker {
    /// `stoppedReason` of the task.
    StoppedReason,
    /// `reason` of a container.
    Container,
    /// `statusReason` of an EBS volume.
    Volume,
    /// `statusReason` of a network interface.
    NetworkInterface,
    /// Another attachment.
    Attachment,
    /// `rolloutStateReason` of a deployment.
    Deployment,
    /// An event of the service.
    ServiceEvent,
}

impl Speaker {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Speaker::StoppedReason => "stopped reason",
            Speaker::Container => "container",
            Speaker::Volume => "volume",
            Speaker::NetworkInterface => "network interface",
            Speaker::Attachment => "attachment",
            Speaker::Deployment => "deployment",
            Speaker::ServiceEvent => "service event",
        }
    }
}

/// One text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Where it was found.
    pub source: Speaker,
    /// The container, volume or deployment.
    pub name: Option<String>,
    /// The text.
    pub text: String,
}

impl Said {
    fn new(source: Speaker, name: Option<&str>, text: &str) -> Said {
        Said { source, name: name.map(str::to_owned), text: text.to_owned() }
    }

    /// The texts in the record of a task.
    pub fn of_task(task: &TaskRecord) -> Vec<Said> {
        let mut said = Vec::new();
        if let Some(reason) = task.text("stoppedReason") {
            said.push(Said::new(Speaker::StoppedReason, None, reason));
        }
        for container in task.containers() {
            let is_known = |reason: &str| said.iter().any(|it: &Said| it.text == reason);
            if let Some(reason) = container.reason().filter(|it| !is_known(it)) {
                said.push(Said::new(Speaker::Container, Some(container.name()), reason));
            }
        }
        for attachment in task.attachments() {
            if let Some(reason) = attachment.detail("statusReason") {
                let (source, name) = match () {
                    () if attachment.is_volume() => (Speaker::Volume, "volumeName"),
                    () if attachment.is_interface() => {
                        (Speaker::NetworkInterface, "networkInterfaceId")
                    }
                    () => (Speaker::Attachment, "portName"),
                };
                said.push(Said::new(source, attachment.detail(name), reason));
            }
        }
        said
    }

    /// The texts in the record of a service: of all deployments, or of the one that started this task. Events
    /// about another task say nothing of it.
    pub fn of_service(service: &ServiceRecord, task: Option<&TaskRecord>) -> Vec<Said> {
        let deployment = task.and_then(TaskRecord::deployment);
        let mut said = Vec::new();
        let mut since = None;
        for it in service.deployments() {
            if deployment.is_some_and(|id| id != it.id()) {
                continue;
            }
            since = it.created();
            let failed = it.rollout_state() == Some("FAILED");
            if let (true, Some(reason)) = (failed, it.rollout_state_reason()) {
                said.push(Said::new(Speaker::Deployment, Some(it.id()), reason));
            }
        }
        let mut events = service.complaints(since);
        if let Some(task) = task {
            events.retain(|it| it.contains(task.id()) || !it.contains("(task "));
        }
        said.extend(events.iter().map(|it| Said::new(Speaker::ServiceEvent, None, it)));
        said
    }
}
