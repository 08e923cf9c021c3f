//! `log-group-exists`

use super::target::{Target, lookup, target};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::logs::{DescribeLogGroup, NO_GROUP};
use crate::lookup::{Lookup, Missing};
use crate::task::AwslogsUse;
use crate::verdict::{Judgement, fail, not_applicable, pass, warn};

pub(super) static LOG_GROUP_EXISTS: Check = Check {
    id: "log-group-exists",
    verifies: "the log group exists in awslogs-region, or will be created",
    prevents: &[
        NO_GROUP,
        "CannotStartContainerError: ... failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    ],
    remedy: "Create the log group in that region, correct awslogs-group or awslogs-region, or set awslogs-create-group to \"true\"",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
    asks: &[&[DescribeLogGroup::CALL]],
    advises: false,
    judge: |task| each(task, log_group_exists),
};

fn log_group_exists(it: &AwslogsUse, facts: &View) -> Judgement {
    let (region, name) = it.group()?;
    match target(it, &region, &name, facts)? {
        // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
        Target::There(group) if group.class.as_deref() == Some("DELIVERY") => warn(format!(
            "log group {name} in {region} is of the class DELIVERY, which takes the logs of Lambda only and keeps them for one day"
        ))
        .on(&group.arn)
        .prevents("InvalidOperationException from logs:PutLogEvents")
        .remedy("Log to a group of the class STANDARD: a group never changes its class")
        .judge(),
        Target::There(group) => pass(format!("{} exists", group.arn)),
        Target::ToCreate => not_applicable(format!(
            "there is no log group {name} in {region} yet; awslogs-create-group has the driver create it"
        )),
        Target::CreatedBy(other) => warn(format!(
            "there is no log group {name} in {region}; {other} creates it, if it comes first"
        ))
        .on(name.to_string())
        .remedy("Create the log group before the deploy, or set awslogs-create-group here, too")
        .judge(),
        Target::Unnoticed(absence, consequence) => {
            let mut finding = fail(format!("{}; {consequence}", absence.sentence))
                .on(name.to_string())
                .prevents(match it.mode()? {
                    Some(_) => "Error while trying to initialize awslogs: ... ResourceNotFoundException (in the log of Docker on the instance, nowhere else)",
                    None => LOG_GROUP_EXISTS.prevents[1],
                });
            let missing = Missing { absence: &absence, account: None, purpose: None };
            finding.commands = lookup(&region, &name).mend(&missing).commands;
            finding.judge()
        }
    }
}
