//! What no check can see: how an application ended, and who stopped a task that had started.

use serde::Serialize;

use super::record::{ContainerRecord, TaskRecord};

/// A reason that lies outside of what AWS shows before a task runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outside {
    /// Stable, for scripts.
    pub id: &'static str,
    /// The container that it concerns.
    pub container: Option<String>,
    /// What it means, and what to look at.
    pub text: String,
    /// Whether it explains why the task stopped.
    #[serde(skip)]
    pub explains: bool,
}

fn outside(id: &'static str, text: impl Into<String>) -> Outside {
    Outside { id, container: None, text: text.into(), explains: true }
}

impl Outside {
    /// What the record of a task says that no check can see.
    pub fn of(task: &TaskRecord) -> Vec<Outside> {
        let mut found: Vec<Outside> = stopped_by(task).into_iter().collect();
        let reason = task.text("stoppedReason").unwrap_or_default();
        // What ECS itself stops ends by a signal, which then says nothing of the application.
        let was_stopped = found.iter().any(|it| it.explains);
        for container in task.containers() {
            if let Some(it) = ended(container, was_stopped) {
                found.push(Outside { container: Some(container.name().to_owned()), ..it });
            }
        }
        if reason.contains("container health checks") {
            found.push(outside(
                "container-health-check",
                "the command of the container's health check failed. It runs inside of the container, so that its result cannot be checked from outside: see the logs of the container, and whether startPeriod, timeout and retries leave the application enough time",
            ));
        }
        if reason.contains("ELB health checks") {
            found.push(outside(
                "load-balancer-health-check",
                "the load balancer did not get the expected answer from the task. The port and the security groups are checked; what the application answers cannot be checked from outside: see the target group's health check path and matcher, and healthCheckGracePeriodSeconds of the service",
            ));
        }
        found
    }
}

/// Who stopped the task, by its stop code
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html>).
fn stopped_by(task: &TaskRecord) -> Option<Outside> {
    Some(match task.stop_code()? {
        "SpotInterruption" => outside(
            "spot-interruption",
            "AWS took back the Spot capacity that the task ran on, which can happen at any time: the service starts another task. Use an on-demand capacity provider for tasks that must not be interrupted",
        ),
        "TerminationNotice" => outside(
            "instance-terminated",
            "the container instance of the task was terminated: see who ended it, the Auto Scaling group's activities among others",
        ),
        "UserInitiated" => outside(
            "stopped-by-user",
            "someone called StopTask: the event StopTask in CloudTrail names the caller",
        ),
        "ServiceSchedulerInitiated" if task.was_scaled_in() => outside(
            "stopped-by-scheduler",
            "the service stopped the task since a deployment replaced it or the desired count fell: this is no failure",
        ),
        _ => return None,
    })
}

/// How a container ended. `was_stopped`: something else ended it.
fn ended(container: ContainerRecord<'_>, was_stopped: bool) -> Option<Outside> {
    let reason = container.reason().unwrap_or_default();
    let code = container.exit_code();
    if reason.contains("OutOfMemory") {
        return Some(outside(
            "out-of-memory",
            "the container used more memory than its limit, and the kernel ended it: raise memory of the container or the task, or lower what the application uses",
        ));
    }
    // A container that could not be created or pulled has no exit code of an application.
    if is_of_the_agent(reason) {
        return None;
    }
    let explained = match code? {
        0 => outside(
            "application-ended",
            "the application ended with exit code 0. An essential container must keep running, unless the task is meant to end",
        ),
        126 => outside(
            "command-not-executable",
            "exit code 126: the command of the container is no executable file: see entryPoint and command, and the mode of the file in the image",
        ),
        127 => outside(
            "command-not-found",
            "exit code 127: the image does not have the command of the container: see entryPoint and command",
        ),
        132 => outside(
            "illegal-instruction",
            "exit code 132: the application used an instruction that the processor does not have (SIGILL)",
        ),
        134 => outside(
            "application-aborted",
            "exit code 134: the application aborted itself (SIGABRT): see its logs",
        ),
        137 => outside(
            "killed",
            "exit code 137: the container was ended by SIGKILL. Either it ran out of memory, for which the reason need not say so if a process inside of it was ended, or it did not end within stopTimeout after SIGTERM",
        ),
        139 => outside(
            "segmentation-fault",
            "exit code 139: the application accessed memory that it must not access (SIGSEGV): a defect of it or of a library, or an image for another processor",
        ),
        143 => outside(
            "terminated",
            "exit code 143: the container was asked to end (SIGTERM), by ECS or by itself: see the stop code of the task",
        ),
        code => outside(
            "application-exit",
            format!(
                "exit code {code}: the application ended itself. Why, only its logs say: see the log stream of the container, and its environment variables, secrets and command"
            ),
        ),
    };
    let explains = !(was_stopped && matches!(code, Some(0 | 137 | 143)));
    Some(Outside { explains, ..explained })
}

/// Whether a container's reason says that it never ran.
fn is_of_the_agent(reason: &str) -> bool {
    ["CannotPull", "CannotCreate", "CannotStart", "CannotInspect", "ResourceInitialization"]
        .iter()
        .any(|word| reason.contains(word))
}
