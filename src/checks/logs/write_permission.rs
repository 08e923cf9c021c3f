//! `log-write-permission`

use super::target::{Target, departure, target, unnoticed};
use crate::account::rights::{Policies, PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::logs::DescribeLogGroup;
use crate::names::{Region, all_streams, arn_of_stream};
use crate::permission::{Answer, PERMISSION_CALLS, ResourceSide, Wish, acting, decide};
use crate::reachability::origin::CallOrigin;
use crate::task::{AwslogsUse, LOG_CALLS, SOME_TASK, StreamName};
use crate::verdict::{Finding, Judgement, Severity, not_applicable};

pub(super) static LOG_WRITE_PERMISSION: Check = Check {
    id: "log-write-permission",
    verifies: "the role that writes the logs may create log streams and put log events",
    prevents: &[
        "ResourceInitializationError: failed to validate logger args: ... failed to create Cloudwatch log stream: AccessDeniedException: User: <arn> is not authorized to perform: logs:CreateLogStream on resource: <arn>",
        "CannotStartContainerError: ... failed to create Cloudwatch log stream: AccessDeniedException",
    ],
    remedy: "Allow logs:CreateLogStream and logs:PutLogEvents on the streams of the log group: its ARN with :* at the end",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[
        &[
            DescribeLogGroup::CALL,
            ListAccountSettings::CALL,
            ContainerInstances::CALL,
            DescribeInstance::CALL,
            GetInstanceProfile::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, log_write_permission),
};

fn log_write_permission(it: &AwslogsUse, facts: &View) -> Judgement {
    let (region, name) = it.group()?;
    let stream = it.stream()?;
    let (acting, target) = (acting::acting(it.task, facts), target(it, &region, &name, facts));
    if let Target::Unnoticed(..) = target? {
        return not_applicable(format!("there is no log group {name} in {region} to write to"));
    }
    acting?.judge(|who| {
        let group = name.arn(&region, of_task::account(who));
        let from = (&region, departure(it)?);
        match writes(who, &LOG_CALLS, (&group, &stream), from, facts)? {
            Answer::Refused(finding) => {
                lost(it, who, (&group, &stream), from, *finding, facts)?.judge()
            }
            allowed @ Answer::Allowed(_) => allowed.judge(who, &format!("write to {group}"), facts),
        }
    })
}

fn writes(
    who: &Policies,
    actions: &[&str],
    (group, stream): (&str, &StreamName),
    from: (&Region, CallOrigin),
    facts: &View,
) -> Result<Answer, Stop> {
    // The task ID is a stand-in: every task has another one.
    let arn = |id| arn_of_stream(group, &stream.of(id));
    let call = |action: &&str| {
        let wish = Wish::new(action, arn(SOME_TASK)).called(arn("<id>"));
        (wish.allowed_on(all_streams(group)), ResourceSide::default())
    };
    decide(who, actions.iter().map(call).collect(), from, None, facts)
}

/// If the stream can be created and only the events are denied, or if the driver does not wait for the
/// stream, the container runs and its logs are lost.
fn lost(
    it: &AwslogsUse,
    who: &Policies,
    stream: (&str, &StreamName),
    from: (&Region, CallOrigin),
    finding: Finding,
    facts: &View,
) -> Result<Finding, Stop> {
    let only_events =
        matches!(writes(who, &LOG_CALLS[..1], stream, from, facts)?, Answer::Allowed(_));
    let (severity, consequence) = match (only_events, unnoticed(it, facts)?) {
        (true, _) => {
            (finding.severity.clone(), "the container starts anyway, and its logs are lost")
        }
        (false, Some(consequence)) => (Severity::Warn, consequence),
        (false, None) => return Ok(finding),
    };
    let message = format!("{}; {consequence}", finding.message);
    let action = if only_events { "logs:PutLogEvents" } else { "logs:CreateLogStream" };
    let prevents = format!(
        "AccessDeniedException: User: <arn> is not authorized to perform: {action} on resource: <arn>"
    );
    Ok(Finding { message, severity, ..finding }.prevents(prevents))
}
