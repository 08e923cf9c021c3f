//! `service-stack`

use super::stack_status::{STATES_OF_STACKS, State, Update, state_of};
use crate::checks::{Check, whole};
use crate::facts::View;
use crate::knowledge::{Gap, Seen};
use crate::lookup::Lookup;
use crate::lookup::cloudformation::DescribeStack;
use crate::task::{StackUse, Task};
use crate::verdict::{Judgement, Rule, not_applicable, pass, undecided};

pub(super) static SERVICE_STACK: Check = Check {
    id: "service-stack",
    verifies: "the stack that deploys the task definition is in a state that accepts an update",
    prevents: &[REFUSAL],
    remedy: "Bring the stack into a state that accepts an update",
    docs: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html",
    asks: &[&[DescribeStack::CALL]],
    advises: false,
    judge: |task| whole(task, service_stack),
};

const REFUSAL: &str = "ValidationError: Stack:... is in <status> state and can not be updated.";

/// One for each state in which an update is refused.
pub(super) fn rules() -> Vec<Rule> {
    let refused = |it: &&State| !matches!(it.update, Update::Accepted | Update::IfKept);
    STATES_OF_STACKS.iter().filter(refused).map(rule).collect()
}

fn rule(state: &State) -> Rule {
    let claim = format!("a stack in the state {} cannot be updated", state.name);
    Rule { claim: claim.into(), ..Rule::quoted("", REFUSAL, state.source, state.seen) }
}

fn service_stack(task: &Task, facts: &View) -> Judgement {
    let Some(stack) = &task.deployment.stack else {
        return not_applicable("--stack names no stack to update");
    };
    let StackUse { name, region, by_cdk } = stack;
    let asked = DescribeStack { region: region.clone(), stack: name.clone() };
    let Seen::Found(described) = facts.get(&asked)? else {
        return not_applicable("the stack does not exist, so that it is created");
    };
    let status = &*described.status;
    let unknown = |why: &str, remedy: &str| {
        let why = format!(
            "cannot determine whether the stack {name} in {status} accepts an update: {why}"
        );
        let remedy = format!("{remedy}; accept this with --allow-unknown=service-stack");
        let finding = undecided(Gap::Undecidable { why }).on(name).remedy(remedy);
        finding.prevents(REFUSAL).naming("<status>", status).judge()
    };
    let Some(state) = state_of(status) else {
        return unknown("AWS does not document this state", "Look at the events of the stack");
    };
    let remedy = match state.update {
        Update::Accepted => {
            return pass(format!("the stack {name} is in {status}, which accepts an update"));
        }
        Update::NeverDeployed | Update::DeadButForCdk if *by_cdk => {
            return pass(format!("the stack {name} is in {status}, and `cdk deploy` creates it"));
        }
        Update::NeverDeployed => {
            return unknown(
                "`deploy` of the AWS CLI creates it, but `update-stack` is refused",
                "Deploy with `aws cloudformation deploy`",
            );
        }
        Update::IfKept => {
            return unknown(
                "only an update with --disable-rollback continues it",
                "Update it with --disable-rollback",
            );
        }
        Update::Busy => "Wait until the operation in progress ends, or pass --wait DURATION",
        Update::Dead | Update::DeadButForCdk => "Delete the stack, and create it again",
        Update::Stuck => "Continue the rollback of the stack, and update it after that",
    };
    rule(state)
        .fail(format!("the stack {name} is in {status}, which accepts no update"))
        .naming("<status>", status)
        .on(name)
        .remedy(remedy)
        .judge()
}
