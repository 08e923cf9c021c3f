//! Tags that a deployment sets: whether the caller may, and whether the account can.

use std::collections::BTreeMap;

use super::call::{Arns, DeployCall};
use crate::account::rights::Policies;
use crate::checks::roles::caller;
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::names::AccountId;
use crate::permission::Wish;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Finding, Findings, warn};

const TAG_RESOURCE: &str = "ecs:TagResource";

/// Why the call cannot set its tags. Unless the account's setting is off, tagging needs its own permission
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#tag-resources-setting>).
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
    let none = BTreeMap::new();
    let (settings, is_read) = match facts.peek(&asked)? {
        Some(Seen::Found(settings)) => (settings, true),
        _ => (&none, false),
    };
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
    if !is("tagResourceAuthorization", &["off", "disabled"]) {
        let denied = denied(call, who, task, account, facts);
        found.part(&place.clone(), |found| {
            if let Some(denied) = denied? {
                if !is_read {
                    let why = format!(
                        "{}, and the account setting that decides whether tags need this permission could not be read",
                        denied.message
                    );
                    return Err(Gap::Undecidable { why }.into());
                }
                let prevents = "AccessDeniedException: User: <arn> is not authorized to perform: ecs:TagResource on resource: <arn>";
                found.add(denied.at(&place).prevents(prevents));
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
    let wish = match call {
        DeployCall::Register => arns.on_revision(TAG_RESOURCE, who),
        DeployCall::CreateService | DeployCall::UpdateService => {
            Wish::new(TAG_RESOURCE, arns.service(task)?)
        }
        DeployCall::RunTask | DeployCall::StartTask => arns.on_task(TAG_RESOURCE),
    };
    let action = call.action().trim_start_matches("ecs:");
    let mut wish = wish.carrying("ecs:CreateAction", action);
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
