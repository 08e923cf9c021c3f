//! Groups: what policies they hold for their users.

use serde::Serialize;
use serde_json::Value;

use super::held::held_policies;
use super::{NO_SUCH_ENTITY, arns, named, whole};
use crate::lookup::{Answer, Call, Lookup, Services, classify, policy_document};
use crate::names::Region;

held_policies! {
    group, group_name,
    inline: ListGroupPolicies by list_group_policies as "iam:ListGroupPolicies",
    document: GetGroupPolicy by get_group_policy as "iam:GetGroupPolicy",
    attached: ListAttachedGroupPolicies by list_attached_group_policies as "iam:ListAttachedGroupPolicies",
}
