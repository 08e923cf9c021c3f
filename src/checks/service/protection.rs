//! `task-protection`

use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Seen;
use crate::lookup::Lookup;
use crate::lookup::ecs::protection::ProtectedTasks;
use crate::shell::ShellCommand;
use crate::task::ServiceUse;
use crate::verdict::{Judgement, not_applicable, pass, warn};

pub(super) static TASK_PROTECTION: Check = Check {
    id: "task-protection",
    verifies: "no protected task holds up the deployment",
    prevents: &[
        "DEPLOYMENT_BLOCKED",
        "service <service> was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.",
        "TASK_NOT_VALID",
    ],
    remedy: "Wait until the protection ends, or remove it from the tasks",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html",
    asks: &[&[ProtectedTasks::CALL]],
    advises: true,
    judge: |task| each(task, task_protection),
};

fn task_protection(it: &ServiceUse, facts: &View) -> Judgement {
    if it.is_new() {
        return not_applicable("a new service has no tasks");
    }
    let Some(lookup) = it.lookup()? else {
        return not_applicable("the document does not name the service");
    };
    let region = lookup.region.clone();
    let cluster = lookup.cluster.unwrap_or_else(|| "default".to_owned());
    // The list of tasks accepts the name of a service, not its ARN.
    let service = lookup.service.rsplit('/').next().unwrap_or_default().to_owned();
    let asked = ProtectedTasks { region: region.clone(), cluster: cluster.clone(), service };
    let Seen::Found(protected) = facts.get(&asked)? else {
        return not_applicable("the service does not exist; reported by service-exists");
    };
    let Some(first) = protected.first() else { return pass("no task is protected") };
    let task = first.arn.rsplit('/').next().unwrap_or(&first.arn);
    let wanted = it.request().desired_count.get()?.copied();
    let count = i64::try_from(protected.len()).unwrap_or(i64::MAX);
    let message = match (count, wanted) {
        (count, Some(wanted)) if count > wanted => format!(
            "{count} tasks are protected, more than desiredCount {wanted}: they run until their protection ends"
        ),
        (1, _) => format!("task {task} is protected: the old task runs until its protection ends"),
        (count, _) => {
            format!(
                "{count} tasks are protected, {task} among them: they run until their protection ends"
            )
        }
    };
    warn(message)
        .on(&first.arn)
        .command(
            ShellCommand::of("aws ecs get-task-protection")
                .option("--cluster", cluster)
                .option("--tasks", &first.arn)
                .region(&region),
        )
        .judge()
}
