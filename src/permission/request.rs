//! The input of the engine: the request with its context, and every layer of policies.

use super::{ResourceSide, Wish, context};
use crate::account::rights::{Kind, PolicySet};
use crate::iam::{Context, KeyState, Layer, Layers, Policy, Principal, Request};
use crate::knowledge::{Gap, Stop};
use crate::names::{AccountId, Arn, Region, RoleArn};

pub(crate) fn request(
    set: &PolicySet,
    wish: &Wish,
    side: &ResourceSide,
    region: &Region,
) -> Result<Request, Stop> {
    let principal = principal(set)?;
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
        let level = |(at, level): (usize, &Vec<_>)| {
            level.iter().map(|policy| read(layer(at + 1), policy)).collect()
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
        ..own_layers(set)
    }
}

/// The policies of the principal itself, and its boundary.
pub(crate) fn own_layers(set: &PolicySet) -> Layers {
    let unread = |boundary: bool, layer: Layer| {
        let of_layer = move |it: &&crate::account::rights::Unread| it.is_boundary == boundary;
        let policy = move |it: &crate::account::rights::Unread| {
            Policy::unreadable(layer, &it.what, &it.gap.to_string()).called(&it.what)
        };
        set.beyond.unread.iter().filter(of_layer).map(policy)
    };
    let identity = set.identity.iter().map(|it| read(Layer::Identity, it));
    let boundary = set.boundary.as_ref().map(|it| read(Layer::Boundary, it));
    Layers {
        identity: identity.chain(unread(false, Layer::Identity)).collect(),
        boundary: boundary.or_else(|| unread(true, Layer::Boundary).next()),
        ..Layers::default()
    }
}

pub(crate) fn read(layer: Layer, policy: &crate::account::rights::Policy) -> Policy {
    let words = policy.origin.called(layer);
    Policy::read(layer, &words, &policy.document).called(&words)
}

/// A role acts through sessions; a user by itself.
pub(crate) fn principal(set: &PolicySet) -> Result<Principal, Stop> {
    let unreadable = || {
        let why = format!("unsupported principal {}", set.arn);
        Stop::Gap(Gap::Undecidable { why })
    };
    match set.kind {
        Kind::Role => {
            let role: RoleArn = set.arn.parse().map_err(|_| unreadable())?;
            Ok(Principal::role(&role))
        }
        Kind::User => set.arn.parse().map_err(|_| unreadable()),
    }
}
