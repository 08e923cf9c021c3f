//! One call that somebody will make, and what has a say in it.

use std::collections::BTreeMap;

use super::tags::Tags;
use crate::iam::{Grants, KeyState, Policy};
use crate::knowledge::Gap;
use crate::names::AccountId;

/// What has a say beside the principal's own policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResourceSide {
    /// The policy of the resource, as the engine reads it.
    pub resource: Option<Policy>,
    /// The grants of a key.
    pub grants: Grants,
    /// Whose the resource is, where its ARN does not tell.
    pub owner: Option<AccountId>,
    /// The tags of the resource.
    pub tags: Tags,
    /// Why parts of this could not be read: the engine holds them for unknown.
    pub unread: Vec<Gap>,
}

/// One call that somebody will make.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The IAM action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// What sentences call the resource, where part of its ARN is made up.
    pub called: Option<String>,
    /// The condition keys that this call carries beside those of every call.
    pub context: Vec<(String, KeyState)>,
    /// The tags that this call sets: these and no others, if that is known.
    pub sets: Option<BTreeMap<String, String>>,
    /// What the command that mends allows it on, where that is more than this one resource.
    pub mended_on: Option<String>,
    /// The conditions on which that command allows it: operator, key and value.
    pub mended_if: Vec<(&'static str, &'static str, String)>,
    /// Whether a service makes it for the caller, after a call of the caller's own.
    pub forwarded: bool,
}

impl Wish {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Wish {
        Wish {
            action: action.to_owned(),
            resource: resource.into(),
            called: None,
            context: Vec::new(),
            sets: None,
            mended_on: None,
            mended_if: Vec::new(),
            forwarded: false,
        }
    }

    /// The same call, made by a service that was called before. Such a call says so; but what it carries
    /// of the network AWS's pages do not agree on: the address of the first caller is kept, and yet a
    /// condition on an endpoint may keep services out
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

    /// The same call, which is one of many on all that this ARN covers.
    pub(crate) fn mended_on(mut self, resource: impl Into<String>) -> Wish {
        self.mended_on = Some(resource.into());
        self
    }

    /// The same call, which is allowed on this condition and no other.
    pub(crate) fn mended_if(
        mut self,
        operator: &'static str,
        key: &'static str,
        value: impl Into<String>,
    ) -> Wish {
        self.mended_if.push((operator, key, value.into()));
        self
    }

    /// The same call, whose resource sentences call so: part of its ARN may be made up.
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
        self.mended_on.as_deref().unwrap_or(&self.resource)
    }

    /// The same call, which carries this condition key.
    pub(crate) fn carrying(mut self, key: &str, value: impl Into<String>) -> Wish {
        self.context.push((key.to_owned(), KeyState::Known(vec![value.into()])));
        self
    }

    /// The same call, of whose condition key this is known.
    pub(crate) fn knowing(mut self, key: &str, state: KeyState) -> Wish {
        self.context.push((key.to_owned(), state));
        self
    }
}

/// The wishes' actions, under the first wish of each resource.
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
