//! The input of the engine: the request with its context, and every layer of policies.

use super::{ResourceSide, Wish, context};
use crate::account::rights::PolicySet;
use crate::iam::{Context, KeyState, Layer, Layers, Policy, Request};
use crate::knowledge::Stop;
use crate::names::{AccountId, Arn, Region};

pub(crate) fn request(
    set: &PolicySet,
    wish: &Wish,
    side: &ResourceSide,
    region: &Region,
) -> Result<Request, Stop> {
    let principal = set.caller()?;
    let mut context = context(&principal, Some(set), wish, region);
    let owner = owner(wish, side);
    organization(set, owner.as_ref(), &mut context);
    let request = Request::new(principal, &wish.action, &wish.resource, context);
    let request = request.called(wish.in_words());
    Ok(match &side.owner {
        Some(owner) => request.owned_by(owner.clone()),
        None => request,
    })
}

/// The account that owns the resource, if known.
pub(crate) fn owner(wish: &Wish, side: &ResourceSide) -> Option<AccountId> {
    let in_arn = || wish.resource.parse::<Arn>().ok().and_then(|arn| arn.account().cloned());
    side.owner.clone().or_else(in_arn)
}

/// What the organization adds to the context
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
pub(crate) fn organization(set: &PolicySet, owner: Option<&AccountId>, context: &mut Context) {
    let (id, path) = set.beyond.organization.keys();
    let mut note = |key: &str, state: &KeyState| {
        if !context.lists(key) {
            context.set(key, state.clone());
        }
    };
    note("aws:PrincipalOrgID", &id);
    note("aws:PrincipalOrgPaths", &path);
    if let Some(owner) = owner {
        note("aws:ResourceAccount", &KeyState::Known(vec![owner.to_string()]));
        note("s3:ResourceAccount", &KeyState::Known(vec![owner.to_string()]));
        if *owner == set.account {
            note("aws:ResourceOrgID", &id);
            note("aws:ResourceOrgPaths", &path);
        }
    }
}

/// Every layer. What could not be read is unknown. The policies of the organization are left out if they
/// could not be read: that they deny nothing is then an assumption.
pub(crate) fn layers(set: &PolicySet, wish: &Wish, side: ResourceSide) -> Layers {
    let is_own = owner(wish, &side).is_none_or(|owner| owner == set.account);
    let controls = set.beyond.organization.controls.as_ref();
    let levels = |of: &[Vec<crate::account::rights::Policy>], layer: fn(usize) -> Layer| {
        let level = |(at, level): (usize, &Vec<crate::account::rights::Policy>)| {
            level.iter().map(|policy| policy.as_one_of(layer(at + 1))).collect()
        };
        of.iter().enumerate().map(level).collect::<Vec<Vec<Policy>>>()
    };
    let service = controls.map_or(&[][..], |controls| &controls.service);
    let resource = controls.filter(|_| is_own).map_or(&[][..], |controls| &controls.resource);
    Layers {
        service_control: levels(service, Layer::ServiceControl),
        resource_control: levels(resource, Layer::ResourceControl),
        resource: side.resource,
        grants: side.grants,
        ..set.own_layers()
    }
}
