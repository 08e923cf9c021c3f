//! Tags that a deployment sets: whether the caller may, and whether the account can.

use std::collections::BTreeMap;

use super::call::{Arns, DeployCall};
use crate::account::rights::Policies;
use crate::checks::roles::caller;
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::names::AccountId;
use crate::permission::Wish;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Finding, Findings, Severity, warn};

/// Why the call cannot set its tags. An account setting decides whether tagging needs its own permission; it
/// is read only where tags are set
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html>).
pub(super) fn judge(
    call: DeployCall,
    who: &Policies,
    task: &Task,
    account: &AccountId,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(place) = tagged(call, task)? else { return Ok(()) };
    let asked = ListAccountSettings { region: task.region()?.clone() };
    let Some(Seen::Found(settings)) = facts.peek(&asked)? else { return Ok(()) };
    let is = |name: &str, values: &[&str]| {
        settings.get(name).is_some_and(|value| values.contains(&value.as_str()))
    };
    if let Some(format) = call.arn_format()
        && is(format, &["disabled", "off"])
    {
        found.add(
            warn(format!("the account setting {format} is disabled, so nothing can be tagged"))
                .at(&place)
                .prevents("InvalidParameterException: The new ARN and resource ID format must be enabled to add tags to the service.")
                .remedy("Enable the long ARN format, or leave out the tags")
                .command(
                    ShellCommand::of("aws ecs put-account-setting-default")
                        .option("--name", format)
                        .flag("--value enabled")
                        .region(&asked.region),
                ),
        );
    }
    if is("tagResourceAuthorization", &["on", "enabled"]) {
        let denied = denied(call, who, task, account, facts);
        found.part(&place.clone(), |found| {
            if let Some(denied) = denied? {
                let prevents = "AccessDeniedException: User: <arn> is not authorized to perform: ecs:TagResource on resource: <arn>";
                let finding = Finding { severity: Severity::Warn, ..denied };
                found.add(finding.at(&place).prevents(prevents));
            }
            Ok(())
        });
    }
    Ok(())
}

/// Where the tags of the call are written; none if it sets no tags.
fn tagged(call: DeployCall, task: &Task) -> Result<Option<Place>, Stop> {
    let (definition, request) = (&task.definition.tags, &task.context.request);
    Ok(match call {
        DeployCall::Register => {
            (!definition.items()?.is_empty()).then(|| definition.place().clone())
        }
        DeployCall::CreateService | DeployCall::RunTask | DeployCall::StartTask => {
            let (managed, propagated) = (&request.enable_ecs_managed_tags, &request.propagate_tags);
            if !request.tags.items()?.is_empty() {
                Some(request.tags.place().clone())
            } else if managed.get()?.is_some_and(|it| *it) {
                Some(managed.place().clone())
            } else {
                propagated
                    .get()?
                    .filter(|it| it.as_str() != "NONE")
                    .map(|_| propagated.place().clone())
            }
        }
        DeployCall::UpdateService => None,
    })
}

fn denied(
    call: DeployCall,
    who: &Policies,
    task: &Task,
    account: &AccountId,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let arns = Arns::of(task, account)?;
    let resource = match call {
        DeployCall::Register => arns.revision(),
        DeployCall::CreateService | DeployCall::UpdateService => arns.service(task)?,
        DeployCall::RunTask | DeployCall::StartTask => arns.task(),
    };
    let action = call.action().trim_start_matches("ecs:");
    let mut wish = Wish::new("ecs:TagResource", resource).carrying("ecs:CreateAction", action);
    if let Some(tags) = call.tags(task)?.filter(|tags: &BTreeMap<_, _>| !tags.is_empty()) {
        wish = wish.setting(&tags);
    }
    caller::denied(who, &wish, task, facts)
}

impl DeployCall {
    /// The account setting that tagging needs.
    fn arn_format(self) -> Option<&'static str> {
        match self {
            DeployCall::Register | DeployCall::UpdateService => None,
            DeployCall::CreateService => Some("serviceLongArnFormat"),
            DeployCall::RunTask | DeployCall::StartTask => Some("taskLongArnFormat"),
        }
    }
}
