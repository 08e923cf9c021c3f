//! What the status of a stack means for an update of it. AWS lists the states, and says of some of them whether the
//! stack can be updated.

/// AWS's list of states.
const STATES: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html";
/// What a failed rollback allows.
const ROLLBACK: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html";
/// What a stack allows whose failure was not rolled back.
const PRESERVED: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html";
/// AWS's refusal of a stack that was never created.
const NEVER_CREATED: &str = "https://github.com/bitovi/bitops/issues/128";
/// AWS's refusal of a stack that still removes old resources.
const CLEANING: &str = "https://github.com/serverless/serverless/issues/7217";
/// How the AWS CLI and the CDK treat a stack that was never deployed.
const REVIEWED: &str = "https://github.com/aws/aws-cdk/pull/7731";

/// What an update of a stack in some state meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Update {
    Accepted,
    /// Refused until the operation in progress ends.
    Busy,
    /// Refused for good: only deleting the stack is possible.
    Dead,
    /// The same, but the AWS CDK deletes such a stack before it deploys.
    DeadButForCdk,
    /// Refused until its rollback is continued.
    Stuck,
    /// Refused as an update; `aws cloudformation deploy` and the AWS CDK create it.
    NeverDeployed,
    /// It depends on an option of the update.
    IfKept,
}

/// A state of stacks.
pub(super) struct State {
    /// Its name in the API.
    pub(super) name: &'static str,
    pub(super) update: Update,
    /// The page that says so.
    pub(super) source: &'static str,
    /// When that was last confirmed.
    pub(super) seen: &'static str,
}

const fn state(name: &'static str, update: Update, source: &'static str) -> State {
    State { name, update, source, seen: "2026-12-01" }
}

use Update::{Accepted, Busy, Dead, DeadButForCdk, IfKept, NeverDeployed, Stuck};

pub(super) const STATES_OF_STACKS: &[State] = &[
    state("CREATE_COMPLETE", Accepted, STATES),
    state("UPDATE_COMPLETE", Accepted, STATES),
    state("UPDATE_ROLLBACK_COMPLETE", Accepted, ROLLBACK),
    state("IMPORT_COMPLETE", Accepted, STATES),
    state("IMPORT_ROLLBACK_COMPLETE", Accepted, STATES),
    state("CREATE_IN_PROGRESS", Busy, STATES),
    state("UPDATE_IN_PROGRESS", Busy, STATES),
    state("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Busy, CLEANING),
    state("UPDATE_ROLLBACK_IN_PROGRESS", Busy, STATES),
    state("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", Busy, CLEANING),
    state("IMPORT_IN_PROGRESS", Busy, STATES),
    state("IMPORT_ROLLBACK_IN_PROGRESS", Busy, STATES),
    state("ROLLBACK_IN_PROGRESS", Busy, STATES),
    state("DELETE_IN_PROGRESS", Busy, STATES),
    state("ROLLBACK_COMPLETE", DeadButForCdk, NEVER_CREATED),
    state("ROLLBACK_FAILED", DeadButForCdk, STATES),
    state("DELETE_FAILED", Dead, STATES),
    state("UPDATE_ROLLBACK_FAILED", Stuck, ROLLBACK),
    state("REVIEW_IN_PROGRESS", NeverDeployed, REVIEWED),
    state("CREATE_FAILED", IfKept, PRESERVED),
    state("UPDATE_FAILED", IfKept, PRESERVED),
];

/// The state of this name; none if AWS does not list it.
pub(super) fn state_of(status: &str) -> Option<&'static State> {
    STATES_OF_STACKS.iter().find(|it| it.name == status)
}
