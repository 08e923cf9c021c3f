//! The grants of a key, from what KMS lists to what the engine weighs.

use std::collections::BTreeMap;

use crate::iam::{Constraint, Grant};
use crate::lookup::kms;

/// A grant as the engine reads it.
pub(crate) fn granted(grant: &kms::Grant) -> Grant {
    let pairs = |map: &BTreeMap<String, String>| map.clone().into_iter().collect();
    let constraint = match (&grant.source_arn, &grant.context_equals, &grant.context_subset) {
        (Some(source), ..) => Constraint::Source(source.clone()),
        (None, Some(equals), _) => Constraint::Equals(pairs(equals)),
        (None, None, Some(subset)) => Constraint::Subset(pairs(subset)),
        (None, None, None) => Constraint::None,
    };
    Grant {
        id: grant.id.clone(),
        grantee: grant.grantee.clone(),
        operations: grant.operations.clone(),
        constraint,
    }
}
