//! What this program reads from AWS: every action that a policy must allow for all checks.

use std::collections::BTreeSet;

use crate::account::rights::PoliciesOf;
use crate::least_privilege::{Known, Need, Whose};
use crate::lookup::cloudformation::{DescribeStack, StackExports, StackResources, StackTemplate};
use crate::lookup::ecs::revision::DescribeServiceRevision;
use crate::lookup::ecs::services::ListServices;
use crate::lookup::ecs::task::DescribeTask;
use crate::lookup::ecs::task_list::LIST_TASKS;
use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};
use crate::lookup::secretsmanager::SecretValue;
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::permission::question::Access;
use crate::task::Task;
use crate::{checks, least_privilege};

/// The calls that read the input, before any check.
const INPUT: &[Call] = &[
    CallerIdentity::CALL,
    DescribeTaskDefinition::CALL,
    DescribeService::CALL,
    DescribeServiceRevision::CALL,
    DescribeTask::CALL,
    LIST_TASKS,
    ListServices::CALL,
    StackExports::CALL,
    DescribeStack::CALL,
    StackResources::CALL,
    StackTemplate::CALL,
];

/// Whether only `--read-secrets` allows this action. User data may contain a secret too, but the rest of the
/// answer is needed without it.
pub(super) fn is_guarded(action: &str) -> bool {
    action == SecretValue::CALL.0
}

/// Every action, sorted, including the guarded one.
pub(super) fn actions() -> BTreeSet<&'static str> {
    let asked = checks::catalogue().flat_map(|(_, check)| check.calls());
    let asked = asked.chain(INPUT.iter().copied()).chain(Access::CALLS.iter().copied());
    let asked = asked.chain(PoliciesOf::CALLS_FOR_ROLE).chain(PoliciesOf::CALLS_FOR_USER);
    asked.filter(|call| call.is_iam_action()).map(|call| call.0).collect()
}

/// The permissions that this program needs, for this task or for any. Calls that return contents are
/// limited to the resources of the task.
pub(super) fn needs(task: Option<&Task>, secrets_too: bool) -> Vec<Need> {
    let of_task =
        task.map(|task| least_privilege::of(task, Whose::ExecutionRole, &Known::default()));
    let of_purpose = |sid: &str| -> BTreeSet<String> {
        let Some(needs) = &of_task else { return BTreeSet::from(["*".to_owned()]) };
        let same = needs.found.iter().filter(|need| need.sid == sid);
        same.flat_map(|need| need.resources.iter().cloned()).collect()
    };
    let mut found: Vec<Need> = Vec::new();
    for action in actions() {
        let (sid, resources) = match action {
            guarded if is_guarded(guarded) => match secrets_too {
                true => ("ProveJsonKeys", of_purpose("ReadSecrets")),
                false => continue,
            },
            "s3:GetObject" => ("FindFiles", of_purpose("ReadFiles")),
            "s3:GetBucketPolicy" | "s3:ListBucket" => ("ReadBuckets", of_purpose("LocateFiles")),
            "ecr:BatchGetImage" | "ecr:GetDownloadUrlForLayer" => {
                ("ReadImages", of_purpose("PullImages"))
            }
            _ => ("ReadConfiguration", BTreeSet::from(["*".to_owned()])),
        };
        match found.iter_mut().find(|need| need.sid == sid) {
            _ if resources.is_empty() => {}
            Some(need) => {
                need.actions.insert(action);
            }
            None => {
                let actions = BTreeSet::from([action]);
                found.push(Need { sid, conditions: Vec::new(), actions, resources });
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_may_make_every_call_but_the_one_of_read_secrets() {
        let allowed = |secrets_too: bool| -> BTreeSet<&'static str> {
            needs(None, secrets_too).into_iter().flat_map(|need| need.actions).collect()
        };
        let called = checks::catalogue().flat_map(|(_, check)| check.calls());
        let called: BTreeSet<&'static str> =
            called.filter(|call| call.is_iam_action()).map(|call| call.0).collect();
        let lacks: Vec<_> = called.difference(&allowed(false)).copied().collect();
        assert_eq!(lacks, ["secretsmanager:GetSecretValue"]);
        assert!(called.is_subset(&allowed(true)));
    }
}
