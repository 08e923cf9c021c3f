//! What this program reads from AWS: every action that a policy must allow for all checks to be judged.

use std::collections::BTreeSet;

use crate::checks;
use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};
use crate::lookup::{Call, CallerIdentity, Lookup};

/// The calls with which the input is found, before any check asks.
const INPUT: &[Call] = &[CallerIdentity::CALL, DescribeTaskDefinition::CALL, DescribeService::CALL];

/// Reads a secret's value; only `--read-secrets` allows it.
pub(super) const GUARDED: &str = "secretsmanager:GetSecretValue";

/// Every action, sorted, with the guarded one.
pub(super) fn actions() -> BTreeSet<String> {
    let asked = checks::catalogue().flat_map(|(_, check)| check.calls());
    let asked = asked.chain(INPUT.iter().copied());
    asked.filter(|call| call.is_iam_action()).map(|call| call.to_string()).collect()
}
