//! `role-service-linked`

use super::caller;
use crate::checks::{Check, whole};
use crate::document::ContextKind;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::iam::role::GetRole;
use crate::permission::{PERMISSION_CALLS, Wish};
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Finding, Input, Judgement, fail, needs_input, not_applicable, pass, warn};

pub(super) static ROLE_SERVICE_LINKED: Check = Check {
    id: "role-service-linked",
    verifies: "the service-linked role of ECS exists, or the caller may create it",
    prevents: &[
        "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
        "InvalidParameterException: You cannot specify an IAM role for services that require a service linked role.",
        "InvalidParameterException: IAM roles are only valid for services configured to use load balancers",
    ],
    remedy: "Have an administrator create it, once per account",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html",
    asks: &[caller::CALLS, &PERMISSION_CALLS],
    advises: false,
    judge: |task| whole(task, role_service_linked),
};

const NAME: &str = "AWSServiceRoleForECS";
const CREATE: &str = "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com";

fn role_service_linked(task: &Task, facts: &View) -> Judgement {
    if !is_placed(task) {
        return needs_input(Input::Request, "no service or run-task input given");
    }
    if let Some(finding) = needless_role(task)? {
        return finding.judge();
    }
    if !is_needed(task)? {
        return not_applicable(
            "not needed: no awsvpc network mode, load balancer, service registry or capacity provider is used",
        );
    }
    let region = task.region()?.clone();
    if let Seen::Found(role) = facts.get(&GetRole { region: region.clone(), name: NAME.into() })? {
        return pass(format!("{} exists", role.arn));
    }
    let account = &facts.need(&CallerIdentity { region: region.clone() })?.account;
    let partition = region.partition();
    let arn =
        format!("arn:{partition}:iam::{account}:role/aws-service-role/ecs.amazonaws.com/{NAME}");
    let wish = Wish::new("iam:CreateServiceLinkedRole", &arn)
        .carrying("iam:AWSServiceName", "ecs.amazonaws.com");
    let finding = match caller::denied(caller::policies(task, facts)?, &wish, task, facts)? {
        None => warn(format!(
            "the service-linked role {NAME} does not exist yet; the caller may create it, so ECS creates it with the deployment"
        )),
        Some(mut denied) => {
            let refused = denied.message;
            denied.message = format!(
                "the service-linked role {NAME} does not exist and cannot be created: {refused}"
            );
            denied.commands.clear();
            denied
        }
    };
    finding.on(arn).command(ShellCommand::of(CREATE)).judge()
}

/// The field `role` is for load balancers only: a service that needs the service-linked role must not set it
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>).
fn needless_role(task: &Task) -> Result<Option<Finding>, Stop> {
    let request = &task.context.request;
    if task.context.kind != ContextKind::CreateService || request.role.is_missing() {
        return Ok(None);
    }
    let controller = match request.deployment_controller.get()? {
        Some(controller) => controller.kind.get()?.map(String::as_str),
        None => None,
    };
    let balancers = request.load_balancers.items()?;
    let reasons = [
        (is_awsvpc(task)?, "its network mode is awsvpc"),
        (balancers.len() > 1, "it has several load balancers"),
        (!request.service_registries.items()?.is_empty(), "it has a service registry"),
        (controller == Some("EXTERNAL"), "its deployment controller is EXTERNAL"),
        (!task.definition.inference_accelerators.items()?.is_empty(), "it uses Elastic Inference"),
    ];
    if let Some((_, reason)) = reasons.iter().find(|(holds, _)| *holds) {
        return Ok(Some(
            fail(format!("role is set, but the service needs the service-linked role: {reason}"))
                .at(request.role.place())
                .prevents(ROLE_SERVICE_LINKED.prevents[1])
                .remedy("Remove role from the service definition"),
        ));
    }
    Ok(balancers.is_empty().then(|| {
        fail("role is for a load balancer, but the service has no load balancer")
            .at(request.role.place())
            .prevents(ROLE_SERVICE_LINKED.prevents[2])
            .remedy("Remove role from the service definition")
    }))
}

fn is_awsvpc(task: &Task) -> Result<bool, Stop> {
    Ok(task.definition.network_mode.get()?.is_some_and(|mode| mode == "awsvpc"))
}

fn is_placed(task: &Task) -> bool {
    task.context.kind != ContextKind::Flags || !task.context.request.cluster.is_missing()
}

/// Whether ECS manages something in the account with its service-linked role
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html>).
fn is_needed(task: &Task) -> Result<bool, Stop> {
    let request = &task.context.request;
    let has_role = task.context.kind == ContextKind::CreateService && !request.role.is_missing();
    Ok(is_awsvpc(task)?
        || (!has_role && !request.load_balancers.items()?.is_empty())
        || !request.service_registries.items()?.is_empty()
        || !request.capacity_provider_strategy.items()?.is_empty())
}
