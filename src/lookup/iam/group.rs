//! The policies of groups.

use super::holder::{GetInlinePolicy, ListAttachedPolicies, ListInlinePolicies, OfGroup};

/// The names of the policies that are written into a group.
pub type ListGroupPolicies = ListInlinePolicies<OfGroup>;

/// A policy that is written into a group.
pub type GetGroupPolicy = GetInlinePolicy<OfGroup>;

/// The ARNs of the managed policies that are attached to a group.
pub type ListAttachedGroupPolicies = ListAttachedPolicies<OfGroup>;
