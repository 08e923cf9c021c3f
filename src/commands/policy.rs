//! `policy`: the least policy that a task definition needs.

use std::collections::BTreeSet;

use super::given::{Setting, live_service, need_definition, templates_of};
use super::input::{self, Given};
use super::templates::Document;
use super::wait::Clock;
use super::{Failure, arns, asking, look, parameters, reads};
use crate::account::rights::{Policies, PoliciesOf, Principal};
use crate::cli::{Global, Policy, PolicyFor};
use crate::document::Field;
use crate::exit::Exit;
use crate::facts::View;
use crate::iam::{self, Decision, Layer};
use crate::knowledge::{Gap, Seen, Stop};
use crate::least_privilege::{Known, Need, Needs, Whose};
use crate::lookup::CallerIdentity;
use crate::names::Region;
use crate::output::{self, Progress};
use crate::permission::{ResourceSide, Wish};
use crate::preflight::{Interruption, Origin, RunLoop};
use crate::task::{Task, Witness};
use crate::{least_privilege, permission};

/// What a policy that is made from the documents alone does not contain.
const WITHOUT_KEYS: &str = "not in this policy: kms:Decrypt on the customer managed keys of secrets, parameters and files, which only AWS knows; pass --live to include it";

/// Prints the policy.
pub(super) fn run(wanted: &Policy, global: &Global) -> Result<Exit, Failure> {
    let whose = match wanted.policy_for {
        PolicyFor::ExecutionRole => Some(Whose::ExecutionRole),
        PolicyFor::TaskRole => Some(Whose::TaskRole),
        PolicyFor::InfrastructureRole => Some(Whose::InfrastructureRole),
        PolicyFor::Deployer => Some(Whose::Deployer),
        PolicyFor::Preflight => None,
    };
    let Some(name) = &wanted.definition else {
        if whose.is_some() || wanted.missing {
            return Err(Failure::usage("pass the task definition that needs the policy"));
        }
        print(&reads::needs(None, wanted.read_secrets), global)?;
        return Ok(Exit::Pass);
    };
    let given = input::read(name)?;
    let clock = Clock::start(None, wanted.timeout);
    let work =
        async |interruption| gather(wanted, whose, &given, global, &clock, interruption).await;
    let Gathered { needs, lacks } = asking::wait_for(work)?;
    let open = if wanted.missing { "cannot be determined" } else { "not in this policy" };
    if !wanted.live && !wanted.missing && needs.asks.may_need_keys() {
        output::note(&format!("aws-ecs-preflight: {WITHOUT_KEYS}"));
    }
    for why in &needs.open {
        output::note(&format!("aws-ecs-preflight: {open}: {why}"));
    }
    if needs.found.is_empty() && needs.open.is_empty() {
        let nothing = if wanted.missing { "nothing is missing" } else { "nothing is needed" };
        output::note(&format!("aws-ecs-preflight: {nothing}"));
    }
    print(&needs.found, global)?;
    Ok(match () {
        () if lacks => Exit::Fail,
        () if !needs.open.is_empty() => Exit::Unknown,
        () => Exit::Pass,
    })
}

/// The needed permissions.
struct Gathered {
    needs: Needs,
    /// Whether some of it is proven to be missing.
    lacks: bool,
}

fn print(needs: &[Need], global: &Global) -> Result<(), Failure> {
    let text = format!("{:#}\n", least_privilege::policy(needs));
    output::say_json(&text, &look(global)).map_err(Failure::usage)
}

/// The needs, or the missing ones.
async fn gather(
    wanted: &Policy,
    whose: Option<Whose>,
    given: &Given,
    global: &Global,
    clock: &Clock,
    interruption: Interruption,
) -> Result<Gathered, Failure> {
    let asks = wanted.live || wanted.missing;
    need_definition(std::slice::from_ref(given))?;
    let arns = arns::given(&wanted.place, &[], std::slice::from_ref(given))?;
    let wanted = &Policy { place: arns::resolved(&wanted.place)?, ..wanted.clone() };
    let connects = asks || wanted.place.service.is_some() || matches!(given, Given::Registered(_));
    let (origin, region) = if connects || wanted.replay.is_some() {
        let origin = asking::origin(global, wanted.replay.as_deref());
        let asked = asking::in_time(origin, clock, &interruption).await;
        let about_name = |failure| input::about_name(std::slice::from_ref(given), failure);
        let (origin, region) = asked.map_err(about_name)?;
        (origin, Some(region))
    } else {
        (Origin::Offline, global.region.as_deref().map(asking::region).transpose()?)
    };
    let mut watch = Progress::new(output::is_watched());
    let mut run = asking::start(origin, clock, &interruption, &mut watch);
    arns::check(&arns, region.as_ref(), connects, &mut run).await?;
    let task = task(wanted, given, region.as_ref(), &mut run).await?;
    let needs_of = |known: &Known| match whose {
        Some(whose) => least_privilege::of(&task, whose, known),
        None => Needs { found: reads::needs(Some(&task), wanted.read_secrets), ..Needs::default() },
    };
    let mut needs = needs_of(&Known::default());
    let Some(region) = region.filter(|_| asks) else {
        return Ok(Gathered { needs, lacks: false });
    };
    let known = run.work_out(|facts| needs.asks.learn(&region, facts)).await;
    let known = known.map_err(Failure::no_verdict)?;
    needs = needs_of(&known);
    needs.open.extend(known.open);
    if let Some(signal) = run.interrupted() {
        return Err(Failure::interrupted(signal));
    }
    if wanted.missing {
        let principal = holder(wanted, whose, &task, &region, &mut run).await?;
        let missing = run.work_out(|facts| missing(&needs, &principal, &region, facts)).await;
        if let Some(signal) = run.interrupted() {
            return Err(Failure::interrupted(signal));
        }
        return missing.map_err(Failure::no_verdict)?.map_err(unread);
    }
    Ok(Gathered { needs, lacks: false })
}

async fn task(
    wanted: &Policy,
    given: &Given,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> Result<Task, Failure> {
    let live = live_service(&wanted.place, region, run).await?;
    let setting = Setting {
        live,
        images: parameters::images(&wanted.template)?,
        context: input::context(&wanted.place)?,
        home: region.cloned(),
        read_secrets: false,
        witness: Witness::default(),
        caller: wanted.place.caller_arn.clone(),
        now: None,
        documents_only: false,
        tool: None,
    };
    let inputs = parameters::given(&wanted.template, given.is_template())?;
    inputs.examine(&templates_of(std::slice::from_ref(given)))?;
    setting.task(the_one(given.documents(&inputs, region, run).await?)?)
}

/// There must be exactly one task definition.
fn the_one(documents: Vec<Document>) -> Result<Document, Failure> {
    <[Document; 1]>::try_from(documents).map(|[one]| one).map_err(|several| {
        Failure::usage(format!(
            "{} task definitions found, but each one needs a separate policy\n  Pass a document with one of them",
            several.len()
        ))
    })
}

/// The principal whose policies must grant it.
async fn holder(
    wanted: &Policy,
    whose: Option<Whose>,
    task: &Task,
    region: &Region,
    run: &mut RunLoop<'_>,
) -> Result<Principal, Failure> {
    let text = |field: &Field<String>| field.get().ok().flatten().cloned();
    let overrides = &task.context.overrides;
    let role = match whose {
        Some(Whose::ExecutionRole) => {
            text(&overrides.execution_role_arn).or(text(&task.definition.execution_role_arn))
        }
        Some(Whose::TaskRole) => {
            text(&overrides.task_role_arn).or(text(&task.definition.task_role_arn))
        }
        Some(Whose::InfrastructureRole) => {
            wanted.place.infrastructure_role_arn.clone().or_else(|| infrastructure_role(task))
        }
        Some(Whose::Deployer) | None => match &wanted.place.caller_arn {
            Some(arn) => Some(arn.clone()),
            None => Some(caller(region, run).await?),
        },
    };
    let role = role.ok_or_else(|| {
        Failure::usage(
            "the task definition names no such role\n  Omit --missing to print the whole policy",
        )
    })?;
    if role.starts_with("arn:") {
        return Principal::of_arn(&role).map_err(Failure::usage);
    }
    Ok(Principal::Role { account: None, name: role })
}

fn infrastructure_role(task: &Task) -> Option<String> {
    let request = &task.context.request;
    let of_volumes = request.volume_configurations.items().ok()?.iter();
    let mut of_volumes =
        of_volumes.filter_map(|it| it.managed_ebs.get().ok()??.role_arn.get().ok()?);
    let of_balancers = request.load_balancers.items().ok()?.iter();
    let mut of_balancers =
        of_balancers.filter_map(|it| it.advanced.get().ok()??.role_arn.get().ok()?);
    of_volumes.next().or_else(|| of_balancers.next()).cloned()
}

async fn caller(region: &Region, run: &mut RunLoop<'_>) -> Result<String, Failure> {
    match run.learn(&CallerIdentity { region: region.clone() }).await {
        Ok(Seen::Found(caller)) => Ok(caller.arn.clone()),
        Ok(Seen::Absent(absence)) => Err(Failure::no_verdict(absence.sentence)),
        Err(gap) => Err(Failure::no_verdict(gap)),
    }
}

/// The needs that the policies of the principal do not grant. A need that depends on something unknown is
/// not proven to be granted: it is kept, with a note.
fn missing(
    needs: &Needs,
    principal: &Principal,
    region: &Region,
    facts: &View,
) -> Result<Gathered, Stop> {
    let asked = PoliciesOf { principal: principal.clone(), region: region.clone() };
    let who = match facts.derive(&asked) {
        Err(Stop::Gap(gap)) if gap != Gap::Pending => {
            let mut needs = needs.clone();
            needs.open.push(format!("permissions of {principal}: {gap}"));
            return Ok(Gathered { needs, lacks: false });
        }
        who => who?,
    };
    let mut left = Needs { open: needs.open.clone(), ..Needs::default() };
    let mut lacks = false;
    for need in &needs.found {
        let (mut actions, mut resources) = (BTreeSet::new(), BTreeSet::new());
        for action in &need.actions {
            for resource in &need.resources {
                let Some(lack) = self::lack(who, need, action, resource, region)? else { continue };
                actions.insert(*action);
                resources.insert(resource.clone());
                match lack {
                    Lack::Proven => lacks = true,
                    Lack::Possible(why) => {
                        left.open.push(format!("{action} may be granted: {why}"));
                    }
                }
            }
        }
        if !actions.is_empty() {
            left.found.push(Need { actions, resources, ..need.clone() });
        }
    }
    Ok(Gathered { needs: left, lacks })
}

/// A missing permission.
enum Lack {
    Proven,
    /// It depends on this.
    Possible(String),
}

/// `None` if the policies of the principal grant it. Resource policies and other accounts are not judged
/// here.
fn lack(
    who: &Policies,
    need: &Need,
    action: &str,
    resource: &str,
    region: &Region,
) -> Result<Option<Lack>, Stop> {
    let Policies::Held(set) = who else { return Ok(None) };
    let mut wish = Wish::new(action, resource);
    for condition in &need.conditions {
        wish = wish.knowing(condition.key, condition.state());
    }
    // Identity policies count for a KMS key only if its key policy delegates to the account.
    let hands_over = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": format!("arn:{}:iam::{}:root", region.partition(), set.account)},
        "Action": "kms:*", "Resource": "*"}});
    let key = action.starts_with("kms:");
    let beside = ResourceSide {
        resource: key.then(|| iam::Policy::read(Layer::Key, "the key's policy", &hands_over)),
        owner: Some(set.account.clone()),
        ..ResourceSide::default()
    };
    let evaluation = permission::may(who, &wish, beside, region)?;
    Ok(evaluation.and_then(|evaluation| match evaluation.decision {
        Decision::Allow => None,
        Decision::Depends(depends) => Some(Lack::Possible(depends.sentences().join("; "))),
        Decision::ExplicitDeny | Decision::ImplicitDeny => Some(Lack::Proven),
    }))
}

fn unread(stop: Stop) -> Failure {
    match stop {
        Stop::Absent(lack) => Failure::usage(lack.absence.sentence),
        Stop::Gap(gap) => {
            Failure::no_verdict(format!("cannot read the granted permissions: {gap}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Role, Source};

    #[test]
    fn a_policy_is_for_one_task_definition() {
        let source = Source::read("taskdef.json", Role::Definition, b"{}").unwrap();
        assert!(the_one(vec![source.clone().into()]).is_ok());
        let refused = the_one(vec![source.clone().into(), source.into()]).err().unwrap();
        assert_eq!((refused.exit, &refused.message[..19]), (Exit::Usage, "2 task definitions "));
    }
}
