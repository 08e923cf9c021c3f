//! May this principal do that? From the policies that were read to a judgement.
//!
//! The engine ([`crate::iam`]) is pure; here its input is gathered and its answer becomes a verdict:
//! a denial names the statement that decides, or the one that came nearest, and the command that mends
//! it; an answer that depends on something unknown is a gap that names it.

use std::collections::BTreeMap;

use crate::checks::policies::{Kind, Policies, PolicySet};
use crate::facts::View;
use crate::iam::{
    self, Constraint, Context, Decision, Evaluation, Grants, KeyState, Layer, Layers, Policy, Principal, Request,
    evaluate,
};
use crate::knowledge::{Gap, Stop};
use crate::lookup::kms;
use crate::names::{AccountId, Partition, Region, RoleArn};
use crate::verdict::{Finding, fail};

/// What has a say beside the principal's own policies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The policy of the resource, as the engine reads it.
    pub resource: Option<Policy>,
    /// The grants of a key.
    pub grants: Grants,
    /// Whose the resource is, where its ARN does not tell.
    pub owner: Option<AccountId>,
}

/// One call that somebody will make.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The IAM action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The condition keys that this call carries beside those of every call.
    pub context: Vec<(String, KeyState)>,
}

impl Wish {
    pub(crate) fn new(action: &str, resource: impl Into<String>) -> Wish {
        Wish { action: action.to_owned(), resource: resource.into(), context: Vec::new() }
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

/// The answer of the engine for a principal whose policies were read.
///
/// # Errors
/// A gap, if the principal's own ARN cannot be understood.
pub(crate) fn may(
    who: &Policies,
    wish: &Wish,
    beside: Beside,
    region: &Region,
) -> Result<Option<Evaluation>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let principal = principal(set)?;
    let context = context(&principal, Some(set), wish, region);
    let request = Request::new(principal, &wish.action, &wish.resource, context);
    let request = of_owner(request, beside.owner);
    let layers = Layers {
        identity: set.identity.iter().map(|it| read(Layer::Identity, it)).collect(),
        boundary: set.boundary.as_ref().map(|it| read(Layer::Boundary, it)),
        resource: beside.resource,
        grants: beside.grants,
        ..Layers::default()
    };
    Ok(Some(evaluate(&request, &layers)))
}

pub(crate) fn read(layer: Layer, policy: &crate::checks::policies::Policy) -> Policy {
    Policy::read(layer, &policy.origin.to_string(), &policy.document)
}

/// A role acts through sessions; a user by itself.
fn principal(set: &PolicySet) -> Result<Principal, Stop> {
    let unreadable = || {
        let why = format!("{} is no principal that this program understands", set.arn);
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

/// The same request, of a resource of this account; `None` where its ARN tells or nobody does.
pub(crate) fn of_owner(request: Request, owner: Option<AccountId>) -> Request {
    let mut request = match owner {
        Some(owner) => request.owned_by(owner),
        None => request,
    };
    let service = request.resource.split(':').nth(2).unwrap_or_default();
    if let (Some(owner), true) = (&request.owner, TELL_ACCOUNT.contains(&service))
        && !request.context.lists("aws:ResourceAccount")
    {
        let state = KeyState::Known(vec![owner.to_string()]);
        request.context.set("aws:ResourceAccount", state);
    }
    request
}

/// Services whose requests tell whose the resource is; most do, and some calls of EC2 do not
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
const TELL_ACCOUNT: [&str; 6] = ["ecr", "kms", "logs", "s3", "secretsmanager", "ssm"];

/// What every call of this principal carries. Whatever is not listed is unknown: above all where the
/// call comes from (`aws:SourceVpc`, `aws:SourceIp`).
pub(crate) fn context(
    principal: &Principal,
    set: Option<&PolicySet>,
    wish: &Wish,
    region: &Region,
) -> Context {
    let mut context = Context::partial()
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
        if let (Kind::User, Some((_, name))) = (set.kind, set.arn.rsplit_once('/')) {
            context.set("aws:username", KeyState::Known(vec![name.to_owned()]));
        }
    }
    for (key, state) in &wish.context {
        context.set(key, state.clone());
    }
    context
}

/// IAM has one endpoint for all regions, and it is there that it is called; to pass a role is no call of
/// its own (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>).
fn requested_region(action: &str, region: &Region) -> KeyState {
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

/// What a denied or undecided wish amounts to; nothing if it is allowed.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn refusal(
    who: &Policies,
    wish: &Wish,
    evaluation: Option<&Evaluation>,
) -> Result<Option<Finding>, Stop> {
    let (Policies::Held(set), Some(evaluation)) = (who, evaluation) else { return Ok(None) };
    let Wish { action, resource, .. } = wish;
    let said = evaluation.sentences().join("; ");
    match &evaluation.decision {
        Decision::Allow => Ok(None),
        Decision::Depends(_) => Err(Gap::Undecidable {
            why: format!("whether {} may {action} on {resource} is open: {said}", set.arn),
        }
        .into()),
        Decision::ExplicitDeny | Decision::ImplicitDeny => {
            let mut finding =
                fail(format!("{} may not {action} on {resource}: {said}", set.arn)).on(&set.arn);
            if evaluation.decision == Decision::ImplicitDeny {
                finding = finding.command(grant(set, action, resource));
            }
            Ok(Some(finding))
        }
    }
}

/// What the engine says of all the calls that one thing takes.
pub(crate) enum Answer {
    /// All are allowed, by these statements.
    Allowed(String),
    /// At least one is refused; one finding names them all.
    Refused(Box<Finding>),
}

/// Judges all the calls that one thing takes. `elsewhere` is the command that changes the policy of the
/// resource.
///
/// # Errors
/// A gap that names what the answer depends on.
pub(crate) fn judge(
    who: &Policies,
    calls: Vec<(Wish, Beside)>,
    region: &Region,
    elsewhere: Option<&str>,
) -> Result<Answer, Stop> {
    let Policies::Held(set) = who else {
        return Ok(Answer::Allowed("the rights of the root user".to_owned()));
    };
    let mut asked: Vec<(Wish, Evaluation)> = Vec::new();
    for (wish, beside) in calls {
        if let Some(evaluation) = may(who, &wish, beside, region)? {
            asked.push((wish, evaluation));
        }
    }
    let refused: Vec<&(Wish, Evaluation)> = asked
        .iter()
        .filter(|(_, it)| matches!(it.decision, Decision::ExplicitDeny | Decision::ImplicitDeny))
        .collect();
    if !refused.is_empty() {
        return Ok(Answer::Refused(Box::new(refused_together(set, &refused, elsewhere))));
    }
    let mut grounds = Vec::new();
    for (wish, evaluation) in &asked {
        refusal(who, wish, Some(evaluation))?;
        for origin in &evaluation.grounds {
            let origin = origin.to_string();
            if !grounds.contains(&origin) {
                grounds.push(origin);
            }
        }
    }
    Ok(Answer::Allowed(grounds.join(" and ")))
}

/// All refused calls in one sentence, with their reasons, each told once.
fn refused_together(
    set: &PolicySet,
    refused: &[&(Wish, Evaluation)],
    elsewhere: Option<&str>,
) -> Finding {
    let mut reasons: Vec<String> = Vec::new();
    for (_, evaluation) in refused {
        for sentence in evaluation.sentences() {
            if !reasons.contains(&sentence) {
                reasons.push(sentence);
            }
        }
    }
    let objects: Vec<String> = by_resource(refused.iter().map(|(wish, _)| wish))
        .into_iter()
        .map(|(resource, actions)| format!("{} on {resource}", actions.join(", ")))
        .collect();
    let said = reasons.join("; ");
    let mut finding =
        fail(format!("{} may not {}: {said}", set.arn, objects.join(" nor "))).on(&set.arn);
    let lacking = |layer: Layer| {
        refused
            .iter()
            .filter(move |(_, it)| it.misses.iter().any(|miss| miss.layer == layer))
            .map(|(wish, _)| wish)
    };
    if lacking(Layer::Identity).next().is_some() {
        finding = finding.command(grants(set, lacking(Layer::Identity)));
    }
    let of_resource = |layer: &Layer| matches!(layer, Layer::Resource | Layer::Key);
    let by_resource_policy = refused.iter().any(|(_, it)| {
        it.misses.iter().any(|miss| of_resource(&miss.layer))
            || it.grounds.iter().any(|origin| of_resource(&origin.layer))
    });
    match elsewhere {
        Some(command) if by_resource_policy => finding.command(command),
        _ if finding.commands.is_empty() => finding.command(simulation(set, refused)),
        _ => finding,
    }
}

/// The wishes' actions, under their resources.
fn by_resource<'w>(wishes: impl Iterator<Item = &'w Wish>) -> Vec<(&'w str, Vec<&'w str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for wish in wishes {
        match found.iter_mut().find(|(resource, _)| *resource == wish.resource) {
            Some((_, actions)) => actions.push(&wish.action),
            None => found.push((&wish.resource, vec![&wish.action])),
        }
    }
    found
}

/// The command that shows the statements which refuse.
fn simulation(set: &PolicySet, refused: &[&(Wish, Evaluation)]) -> String {
    let calls: Vec<String> = by_resource(refused.iter().map(|(wish, _)| wish))
        .into_iter()
        .take(1)
        .map(|(resource, actions)| {
            format!("--action-names {} --resource-arns '{resource}'", actions.join(" "))
        })
        .collect();
    format!("aws iam simulate-principal-policy --policy-source-arn {} {}", set.arn, calls.concat())
}

/// The command that adds the missing allows to the principal's own policies.
fn grants<'w>(set: &PolicySet, wishes: impl Iterator<Item = &'w Wish>) -> String {
    let wishes: Vec<&Wish> = wishes.collect();
    if let [one] = wishes.as_slice() {
        return grant(set, &one.action, &one.resource);
    }
    let statements: Vec<serde_json::Value> = by_resource(wishes.iter().copied())
        .into_iter()
        .map(|(resource, actions)| {
            serde_json::json!({"Effect": "Allow", "Action": actions, "Resource": resource})
        })
        .collect();
    let service = wishes.first().and_then(|wish| wish.action.split(':').next()).unwrap_or("task");
    put_policy(set, &format!("{service}-for-ecs"), &serde_json::json!(statements))
}

/// The command that adds the missing allow to the principal's own policies.
pub(crate) fn grant(set: &PolicySet, action: &str, resource: &str) -> String {
    let statement =
        serde_json::json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
    put_policy(set, &action.replace(':', "-"), &statement)
}

/// The command that writes a policy of these statements into the principal.
pub(crate) fn put_policy(set: &PolicySet, policy: &str, statements: &serde_json::Value) -> String {
    let name = set.arn.rsplit('/').next().unwrap_or(&set.arn);
    let (verb, flag) = match set.kind {
        Kind::Role => ("put-role-policy", "--role-name"),
        Kind::User => ("put-user-policy", "--user-name"),
    };
    let document = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    format!("aws iam {verb} {flag} {name} --policy-name {policy} --policy-document '{document}'")
}

/// A grant as the engine reads it.
pub(crate) fn granted(grant: &kms::Grant) -> iam::Grant {
    let pairs = |map: &BTreeMap<String, String>| map.clone().into_iter().collect();
    let constraint = match (&grant.source_arn, &grant.context_equals, &grant.context_subset) {
        (Some(source), ..) => Constraint::Source(source.clone()),
        (None, Some(equals), _) => Constraint::Equals(pairs(equals)),
        (None, None, Some(subset)) => Constraint::Subset(pairs(subset)),
        (None, None, None) => Constraint::None,
    };
    iam::Grant {
        id: grant.id.clone(),
        grantee: grant.grantee.clone(),
        operations: grant.operations.clone(),
        constraint,
    }
}

/// Says what no caller outside the organization's management account can see.
pub(crate) fn assume_organization(facts: &View) {
    facts.assume("that no policy of the organization forbids it");
}

#[cfg(test)]
pub(crate) mod tests;
