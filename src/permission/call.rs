//! One API call that a principal will make, and what applies to it besides the principal's policies.

use std::collections::BTreeMap;

use super::tags::Tags;
use crate::iam::{Grants, KeyState, Policy};
use crate::knowledge::Gap;
use crate::names::AccountId;

/// What applies to a call in addition to the principal's policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResourceSide {
    /// The policy of the resource, as the engine reads it.
    pub resource: Option<Policy>,
    /// The grants of a key.
    pub grants: Grants,
    /// The account that owns the resource, where its ARN does not say.
    pub owner: Option<AccountId>,
    /// The tags of the resource.
    pub tags: Tags,
    /// Why parts of this could not be read: to the engine they are unknown.
    pub unread: Vec<Gap>,
}

/// One API call that a principal will make.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The IAM action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// What sentences call the resource, where part of its ARN is a stand-in.
    pub called: Option<String>,
    /// The condition keys of this call, in addition to those of every call.
    pub context: Vec<(String, KeyState)>,
    /// Prefixes of condition keys of which `context` lists all that the call carries.
    pub whole: Vec<&'static str>,
    /// The tags that this call sets: these and no others, if known.
    pub sets: Option<BTreeMap<String, String>>,
    /// The resource in the command that would allow it, where that is more than this one resource.
    pub allowed_on: Option<String>,
    /// The conditions in that command: operator, key and value.
    pub allowed_if: Vec<(&'static str, &'static str, String)>,
    /// Whether a service makes it on behalf of the caller (a forward access session).
    pub forwarded: bool,
}

impl Wish {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Wish {
        Wish {
            action: action.to_owned(),
            resource: resource.into(),
            called: None,
            context: Vec::new(),
            whole: Vec::new(),
            sets: None,
            allowed_on: None,
            allowed_if: Vec::new(),
            forwarded: false,
        }
    }

    /// The same call, made by a service on behalf of the caller. AWS's pages disagree on the network keys of
    /// such a call: the address of the first caller is kept, and yet a condition on an endpoint may deny
    /// services
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-ip.html>,
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-aws.html>).
    pub(crate) fn forwarded(mut self) -> Wish {
        self.forwarded = true;
        let of_session =
            ["aws:ViaAWSService", "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"];
        of_session.into_iter().fold(self, |wish, key| wish.knowing(key, KeyState::Unknown))
    }

    /// The same call, which sets these tags and no others.
    pub(crate) fn setting(mut self, tags: &BTreeMap<String, String>) -> Wish {
        self.sets = Some(tags.clone());
        let keys = KeyState::Known(tags.keys().cloned().collect());
        self.knowing("aws:TagKeys", keys)
    }

    /// The same call, as one of many on everything that this ARN covers.
    pub(crate) fn allowed_on(mut self, resource: impl Into<String>) -> Wish {
        self.allowed_on = Some(resource.into());
        self
    }

    /// The same call, to be allowed only under this condition.
    pub(crate) fn allowed_if(
        mut self,
        operator: &'static str,
        key: &'static str,
        value: impl Into<String>,
    ) -> Wish {
        self.allowed_if.push((operator, key, value.into()));
        self
    }

    /// The same call, whose resource has this name in sentences: part of its ARN may be a stand-in.
    pub(crate) fn called(mut self, name: impl Into<String>) -> Wish {
        self.called = Some(name.into());
        self
    }

    /// What sentences call the resource.
    pub(crate) fn in_words(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.resource)
    }

    /// The ARN that a statement which allows it would name.
    pub(crate) fn grantable(&self) -> &str {
        self.allowed_on.as_deref().unwrap_or(&self.resource)
    }

    /// The same call, with this condition key.
    pub(crate) fn carrying(mut self, key: &str, value: impl Into<String>) -> Wish {
        self.context.push((key.to_owned(), KeyState::Known(vec![value.into()])));
        self
    }

    /// The same call, which carries no other condition key with this prefix.
    pub(crate) fn with_no_other(mut self, prefix: &'static str) -> Wish {
        self.whole.push(prefix);
        self
    }

    /// The same call, with this knowledge of a condition key.
    pub(crate) fn knowing(mut self, key: &str, state: KeyState) -> Wish {
        self.context.push((key.to_owned(), state));
        self
    }
}

/// The actions of the calls, under the first call on each resource.
pub(super) fn by_resource<'w>(
    wishes: impl Iterator<Item = &'w Wish>,
) -> Vec<(&'w Wish, Vec<&'w str>)> {
    let mut found: Vec<(&Wish, Vec<&str>)> = Vec::new();
    for wish in wishes {
        match found.iter_mut().find(|(first, _)| first.resource == wish.resource) {
            Some((_, actions)) => actions.push(&wish.action),
            None => found.push((wish, vec![&wish.action])),
        }
    }
    found
}
