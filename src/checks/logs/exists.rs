//! `log-group-exists`

use super::target::{Target, lookup, target};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::logs::{DescribeLogGroup, NO_GROUP};
use crate::lookup::{Lookup, Missing};
use crate::task::AwslogsUse;
use crate::verdict::{Judgement, not_applicable, pass, warn};

pub(super) static LOG_GROUP_EXISTS: Check = Check {
    id: "log-group-exists",
    verifies: "the log group exists in awslogs-region, or the log driver creates it",
    prevents: &[
        NO_GROUP,
        "CannotStartContainerError: ... failed to initialize logging driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.",
    ],
    remedy: "Create the log group in that region, correct awslogs-group or awslogs-region, or set awslogs-create-group to \"true\"",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
    asks: &[&[DescribeLogGroup::CALL, ListAccountSettings::CALL]],
    advises: false,
    judge: |task| each(task, log_group_exists),
};

fn log_group_exists(it: &AwslogsUse, facts: &View) -> Judgement {
    let (region, name) = it.group()?;
    match target(it, &region, &name, facts)? {
        // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
        Target::There(group) if group.class.as_deref() == Some("DELIVERY") => warn(format!(
            "log group {name} in {region} has the class DELIVERY, which accepts only Lambda logs and keeps them for one day"
        ))
        .on(&group.arn)
        .prevents("no error text: log events are lost, because logs:PutLogEvents fails with InvalidOperationException")
        .remedy("Use a log group of the class STANDARD: the class of a log group cannot be changed")
        .judge(),
        Target::There(group) => pass(format!("{} exists", group.arn)),
        Target::ToCreate => not_applicable(format!(
            "there is no log group {name} in {region} yet; the log driver creates it (awslogs-create-group)"
        )),
        Target::CreatedBy(other) => warn(format!(
            "there is no log group {name} in {region}; {other} creates it, if it starts first"
        ))
        .on(name.to_string())
        .remedy("Create the log group before the deployment, or set awslogs-create-group here too")
        .judge(),
        Target::Unnoticed(absence, consequence) => {
            let mut finding = warn(format!("{}; {consequence}", absence.sentence))
                .on(name.to_string())
                .prevents(match it.mode()? {
                    Some(_) => "Error while trying to initialize awslogs: ... ResourceNotFoundException (only in the Docker log of the instance)",
                    None => LOG_GROUP_EXISTS.prevents[1],
                });
            let missing = Missing { absence: &absence, account: None, purpose: None, arn: None };
            finding.commands = lookup(&region, &name).mend(&missing).commands;
            finding.judge()
        }
    }
}
