//! The condition keys of a call, as far as they are known before it is made.

use super::Wish;
use crate::account::rights::{Kind, PolicySet, Session};
use crate::iam::{Context, KeyState, Principal};
use crate::names::{Partition, Region};
use crate::reachability::origin::KEYS;

/// The condition keys of every call of this principal. A key that is not listed is unknown, and so is the
/// network path of the call.
pub(crate) fn context(
    principal: &Principal,
    set: Option<&PolicySet>,
    wish: &Wish,
    region: &Region,
) -> Context {
    let of_network = KEYS.iter().fold(Context::partial(), |context, key| {
        // Known to be a key, though not with what value.
        context.with(key, KeyState::Unknown)
    });
    let mut context = of_network
        .with_principal(principal)
        .with("aws:RequestedRegion", requested_region(&wish.action, region))
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:ViaAWSService", "false")
        .with("aws:CalledVia", KeyState::Absent)
        .with("aws:CalledViaFirst", KeyState::Absent)
        .with("aws:CalledViaLast", KeyState::Absent);
    if let Some(set) = set {
        for (key, value) in &set.tags {
            context.set(&format!("aws:PrincipalTag/{key}"), KeyState::Known(vec![value.clone()]));
        }
        context.set("aws:userid", user_id(set, principal));
        if is_without_session_tags(set) {
            context.list_is_whole("aws:PrincipalTag/");
        }
        if set.beyond.session == Session::Service {
            for key in OF_PEOPLE {
                context.set(key, KeyState::Absent);
            }
        }
        if let (Kind::User, Some((_, name))) = (set.kind, set.arn.rsplit_once('/')) {
            context.set("aws:username", KeyState::Known(vec![name.to_owned()]));
        }
    }
    for (key, state) in &wish.context {
        context.set(key, state.clone());
    }
    for prefix in &wish.whole {
        context.list_is_whole(prefix);
    }
    context
}

/// The keys that a session has only if a person or an identity provider started it: a service that assumes
/// a role has none of them
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
const OF_PEOPLE: [&str; 4] = [
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:FederatedProvider",
    "aws:SourceIdentity",
];

/// Whether its principal tags are its own tags and no others. A user's session cannot add tags without
/// becoming a federated user, which is another principal
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html>).
fn is_without_session_tags(set: &PolicySet) -> bool {
    set.kind == Kind::User || set.beyond.session == Session::Service
}

/// IAM has one endpoint for all regions, and calls go to that region; `iam:PassRole` is not an API call,
/// but a permission that is checked with another call (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
pub(crate) fn requested_region(action: &str, region: &Region) -> KeyState {
    let action = action.to_lowercase();
    match region.partition() {
        _ if !action.starts_with("iam:") || action == "iam:passrole" => {
            KeyState::Known(vec![region.to_string()])
        }
        Partition::Aws => KeyState::Known(vec!["us-east-1".to_owned()]),
        _ => KeyState::Unknown,
    }
}

/// The unique id of a user, or that of a role with the name of its session, which ECS draws for each task
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
fn user_id(set: &PolicySet, principal: &Principal) -> KeyState {
    match (set.kind, principal) {
        (Kind::User, _) => KeyState::Known(vec![set.id.clone()]),
        (Kind::Role, Principal::Role { session: Some(session), .. }) => {
            KeyState::Known(vec![format!("{}:{session}", set.id)])
        }
        (Kind::Role, _) => KeyState::Begins(format!("{}:", set.id)),
    }
}
