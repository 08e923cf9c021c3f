//! `role-pass`

use super::caller;
use super::exists::role;
use crate::account::rights::Policies;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Gap;
use crate::names::made_up;
use crate::permission::{PERMISSION_CALLS, Wish};
use crate::task::{Duty, RoleUse};
use crate::verdict::{Judgement, pass};

pub(super) static ROLE_PASS: Check = Check {
    id: "role-pass",
    verifies: "the caller may pass the role to the service that assumes it",
    prevents: &[
        "AccessDeniedException: User: <arn> is not authorized to perform: iam:PassRole on resource: <role>",
        "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.",
    ],
    remedy: "Allow the principal that deploys iam:PassRole on the role",
    docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    asks: &[caller::CALLS, &PERMISSION_CALLS],
    advises: false,
    judge: |task| each(task, role_pass),
};

fn role_pass(it: &RoleUse, facts: &View) -> Judgement {
    let (role, caller) = (role(it, facts), caller::policies(it.task, facts));
    let (role, caller) = (role?, caller?);
    let service = it.service();
    let mut wish = passing(&role.arn, service);
    for prefix in ["aws:ResourceTag/", "iam:ResourceTag/"] {
        for (key, value) in &role.tags {
            wish = wish.carrying(&format!("{prefix}{key}"), value);
        }
        wish = wish.with_no_other(prefix);
    }
    let Policies::Held(set) = caller else {
        return pass(format!("the root user may pass {}", role.arn));
    };
    let Some(mut finding) = caller::denied(caller, &wish, it.task, facts)? else {
        return pass(format!("{} may pass {} to {service}", set.arn, role.arn));
    };
    if made_up::is_in(&role.arn) {
        let why = format!(
            "the policies of {} may name the role, whose name is made up when the stack is created",
            set.arn
        );
        return Err(Gap::Undecidable { why }.into());
    }
    finding.message = format!("cannot pass the role to {service}: {}", finding.message);
    let finding = finding.on(&role.arn);
    match it.duty {
        Duty::Infrastructure => finding.prevents(ROLE_PASS.prevents[1]).judge(),
        Duty::Execution | Duty::Task | Duty::Service => finding.judge(),
    }
}

/// The call that passes a role to a service. Its remedy allows no other service.
pub(super) fn passing(role: &str, service: &str) -> Wish {
    Wish::new("iam:PassRole", role).carrying("iam:PassedToService", service).allowed_if(
        "StringEquals",
        "iam:PassedToService",
        service,
    )
}
