//! `log-group-create-permission`

use super::target::{departure, lookup};
use crate::account::rights::{PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Seen;
use crate::lookup::Lookup;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::logs::DescribeLogGroup;
use crate::names::{all_streams, arn_of_stream};
use crate::permission::{Answer, PERMISSION_CALLS, ResourceSide, Wish, acting, decide};
use crate::reachability::origin::CallOrigin;
use crate::task::AwslogsUse;
use crate::verdict::{Judgement, not_applicable};

pub(super) static LOG_GROUP_CREATE_PERMISSION: Check = Check {
    id: "log-group-create-permission",
    verifies: "the role that writes the logs may create the missing log group",
    prevents: &[
        "ResourceInitializationError: failed to validate logger args: ... failed to create Cloudwatch log group: AccessDeniedException: User: <arn> is not authorized to perform: logs:CreateLogGroup on resource: <arn>",
        "CannotStartContainerError: ... failed to create Cloudwatch log group: AccessDeniedException",
    ],
    remedy: "Allow logs:CreateLogGroup (AmazonECSTaskExecutionRolePolicy does not include it), or create the log group before the deployment",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html",
    asks: &[
        &[
            DescribeLogGroup::CALL,
            ContainerInstances::CALL,
            DescribeInstance::CALL,
            GetInstanceProfile::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, log_group_create_permission),
};

fn log_group_create_permission(it: &AwslogsUse, facts: &View) -> Judgement {
    let (region, name) = it.group()?;
    if !it.creates_group()? {
        return not_applicable(
            "awslogs-create-group is not set to true, so no log group is created",
        );
    }
    let lookup = lookup(&region, &name);
    let (acting, seen) = (acting::acting(it.task, facts), facts.get(&lookup));
    if let Seen::Found(group) = seen? {
        return not_applicable(format!(
            "{} exists, so the log driver does not create it",
            group.arn
        ));
    }
    acting?.judge(|who| {
        // The resource of this call ends like the ARN of a stream, so a policy on the plain ARN of the group
        // does not cover it
        // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html).
        let group = name.arn(&region, of_task::account(who));
        let asked = arn_of_stream(&group, "");
        let wish = Wish::new("logs:CreateLogGroup", &asked).allowed_on(all_streams(&group));
        let from = (&region, departure(it)?);
        let answer = decide(who, vec![(wish, ResourceSide::default())], from, None, facts)?;
        if let Answer::Refused(mut finding) = answer {
            // No AWS managed policy for tasks or instances includes this action.
            let remedy = finding.remedy.take();
            let own = || LOG_GROUP_CREATE_PERMISSION.remedy.to_owned();
            finding.remedy = remedy.or_else(|| Some(own()));
            return finding.judge();
        }
        answer.judge(who, &format!("create {group}"), facts)
    })
}
