//! The condition keys of a call, as far as they are known before it is made.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

use super::Wish;
use super::condition_keys::{Known, PAGES};
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
    let context = match set {
        Some(set) => Context::over(in_any_call(&wish.action, set.beyond.session)),
        None => of_network(),
    };
    let mut context = context
        .with_principal(principal)
        .with("aws:RequestedRegion", requested_region(&wish.action, region))
        .with_value("aws:SecureTransport", "true")
        .with_value("aws:ViaAWSService", "false")
        .with("aws:CalledVia", KeyState::Absent)
        .with("aws:CalledViaFirst", KeyState::Absent)
        .with("aws:CalledViaLast", KeyState::Absent);
    if let Some(set) = set {
        of_session(set, principal, &mut context);
    }
    for (key, state) in &wish.context {
        context.set(key, state.clone());
    }
    for prefix in &wish.whole {
        context.list_is_whole(prefix);
    }
    context
}

/// What is known of a key whatever the call: that it is absent, or that nothing is known of it. It is a hundred keys,
/// so it is worked out once for each action.
fn in_any_call(action: &str, session: Session) -> Arc<Context> {
    static KNOWN: Mutex<BTreeMap<(String, Session), Arc<Context>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let of_action = known.entry((action.to_owned(), session)).or_insert_with(|| {
        let mut context = of_network();
        for key in PAGES.iter().flat_map(|page| page.keys) {
            match key.state(action, session) {
                Some(KeyState::Absent) if key.is_prefix() => context.list_is_whole(key.name),
                Some(state) if !key.is_prefix() => context.set(key.name, state),
                _ => {}
            }
        }
        Arc::new(context)
    });
    of_action.clone()
}

/// The keys of the network path are known to be keys, though not with what value.
fn of_network() -> Context {
    KEYS.iter().fold(Context::partial(), |context, key| context.with(key, KeyState::Unknown))
}

/// What is known of any call that an AWS service makes as itself: it has no session that a person started, no
/// tags, and belongs to no organization of the customer
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
pub(crate) fn of_service(service: &Principal, now: Option<i64>) -> Context {
    let mut context = Context::partial().with_principal(service);
    for key in PAGES.iter().flat_map(|page| page.keys) {
        match key.known {
            Known::InSessionOfPerson | Known::NotOfTask if key.is_prefix() => {
                context.list_is_whole(key.name);
            }
            Known::InSessionOfPerson | Known::NotOfTask => context.set(key.name, KeyState::Absent),
            _ => {}
        }
    }
    for key in ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:username", "aws:TokenIssueTime"]
    {
        context.set(key, KeyState::Absent);
    }
    context.list_is_whole("aws:PrincipalTag/");
    of_time(now, &mut context);
    context
}

/// The time of the call.
fn of_time(now: Option<i64>, context: &mut Context) {
    if let (Some(seconds), Some(now)) = (now, now.and_then(written)) {
        context.set("aws:CurrentTime", KeyState::Known(vec![now]));
        context.set("aws:EpochTime", KeyState::Known(vec![seconds.to_string()]));
    }
}

/// What follows from the principal and its session.
fn of_session(set: &PolicySet, principal: &Principal, context: &mut Context) {
    for (key, value) in &set.tags {
        context.set(&format!("aws:PrincipalTag/{key}"), KeyState::Known(vec![value.clone()]));
    }
    context.set("aws:userid", user_id(set, principal));
    // A user's session cannot add tags without becoming a federated user, which is another principal
    // (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html).
    let is_of_service = set.beyond.session != Session::Anybody;
    if set.kind == Kind::User || is_of_service {
        context.list_is_whole("aws:PrincipalTag/");
    }
    if let (Kind::User, Some((_, name))) = (set.kind, set.arn.rsplit_once('/')) {
        context.set("aws:username", KeyState::Known(vec![name.to_owned()]));
    }
    of_time(set.beyond.now, context);
    let now = set.beyond.now.and_then(written);
    if set.kind == Kind::Role {
        // A task gets new credentials when it starts; those of others have some age.
        context.set(
            "aws:TokenIssueTime",
            match now.filter(|_| is_of_service) {
                Some(now) => KeyState::Known(vec![now]),
                None => KeyState::Begins(String::new()),
            },
        );
    }
}

/// A time as policies write it.
fn written(seconds: i64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    let (hour, minute, second) = time.to_hms();
    Some(format!("{}T{hour:02}:{minute:02}:{second:02}Z", time.date()))
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
