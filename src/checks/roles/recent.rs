//! `role-recent`

use crate::permission::PERMISSION_CALLS;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::exists::role;
use crate::account::rights::{Policies, PoliciesOf};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::task::RoleUse;
use crate::verdict::{Findings, Judgement, not_applicable, warn};

pub(super) static ROLE_RECENT: Check = Check {
    id: "role-recent",
    verifies: "the role and its policies have not changed in the last few minutes",
    prevents: &[
        "ECS was unable to assume the role '<arn>' that was provided for this task. ... (for some minutes)",
        "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. ... (for some minutes)",
    ],
    remedy: "Wait a few minutes, then deploy",
    docs: "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html",
    asks: &[&PoliciesOf::CALLS_FOR_ROLE, &PERMISSION_CALLS],
    advises: true,
    judge: |task| each(task, role_recent),
};

/// AWS documents no limit for how long an IAM change takes to reach every region; minutes are common.
const SETTLED_AFTER: i64 = 5 * 60;

fn role_recent(it: &RoleUse, facts: &View) -> Judgement {
    let Some(now) = it.task.now else {
        return not_applicable("the recording has no date");
    };
    let role = role(it, facts)?;
    let principal = (&it.reference()?).into();
    let region = it.task.region()?.clone();
    let Policies::Held(set) = facts.derive(&PoliciesOf { principal, region })? else {
        return not_applicable("not a role");
    };
    let set = set.complete()?;
    if set.created.is_empty() {
        return not_applicable("the deployment creates the role");
    }
    let mut found = Findings::new();
    let mut look = |what: String, change: &str, at: &str| -> Result<(), Stop> {
        let age = now - seconds(at)?;
        if age < SETTLED_AFTER {
            found
                .add(warn(format!("{what} was {change} {} seconds ago", age.max(0))).on(&role.arn));
        }
        Ok(())
    };
    look(role.arn.clone(), "created", &set.created)?;
    for policy in set.identity.iter().chain(&set.boundary) {
        if let Some(updated) = &policy.updated {
            look(policy.origin.to_string(), "changed", updated)?;
        }
    }
    found.or_pass(format!("{} and its managed policies have not changed recently", role.arn))
}

/// A date of IAM, in seconds since 1970.
fn seconds(text: &str) -> Result<i64, Stop> {
    let date = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| Gap::Undecidable { why: format!("cannot read {text} as a date") })?;
    Ok(date.unix_timestamp())
}
