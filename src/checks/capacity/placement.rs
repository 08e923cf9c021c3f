//! The check `capacity-placement`.

mod members;
mod validity;

use super::attributes::has_proven;
use super::candidates::{Candidates, Outcome, connected};
use super::growth::GROWTH_CALLS;
use super::replacement::{Replacement, replaces};
use crate::checks::{Check, whole};
use crate::document::{ContextKind, Place};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecs::DescribeService;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::placement::query::{Query, Truth};
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{
    Finding, Findings, Judgement, Severity, Verdict, fail, not_applicable, undecided,
};

const MEMBER_OF: &str = "TaskFailedToStart: MemberOf placement constraint unsatisfied.";
const DISTINCT: &str = "DistinctInstance placement constraint unsatisfied.";
const INVALID: &str =
    "InvalidParameterException for the expression (AWS's exact words are not known)";

use members::MemberOf;
pub(super) use members::{MEMBERS_CALLS, Members, constraints};
pub(super) use validity::RULES;

pub(super) static CAPACITY_PLACEMENT: Check = Check {
    id: "capacity-placement",
    verifies: "placement constraints and strategies are valid, and container instances satisfy the constraints",
    prevents: &[MEMBER_OF, DISTINCT, INVALID],
    remedy: "Correct the placement constraint, or set the attribute on container instances",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html",
    asks: &[
        &[DescribeCluster::CALL, ContainerInstances::CALL, DescribeService::CALL],
        MEMBERS_CALLS,
        GROWTH_CALLS,
    ],
    advises: false,
    judge: |task| whole(task, capacity_placement),
};

fn capacity_placement(task: &Task, facts: &View) -> Judgement {
    let constraints = constraints(task)?;
    let has_strategy = !task.context.request.placement_strategy.is_missing();
    if constraints.is_empty() && !has_strategy {
        return not_applicable("there are no placement constraints and no placement strategy");
    }
    let mut found = Findings::new();
    validity::judge(task, &constraints, &mut found);
    match found.or_pass("the placement strategy is valid")? {
        Verdict::Pass(because) if constraints.is_empty() => return Ok(Verdict::Pass(because)),
        Verdict::Pass(_) => {}
        invalid => return Ok(invalid),
    }
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => return Ok(verdict),
    };
    let mut found = Findings::new();
    let members_of = Members::of(task, &candidates.fleet, facts)?;
    let required = task.required_attributes()?;
    let before = |it: &ContainerInstance| connected(it).and(has_proven(&required, it));
    match candidates.outcome(before, |it| members_of.satisfied_by(it)) {
        Outcome::Holds => {}
        Outcome::Fails(lacking) => {
            let severity = candidates.severity(task, facts)?;
            unsatisfied((&candidates, severity), &members_of, &lacking, &mut found);
        }
        Outcome::Open => {
            let why = "cannot determine whether a container instance satisfies the placement constraints: AWS does not document how it reads the expression".to_owned();
            found.add(undecided(members_of.gap().unwrap_or(Gap::Undecidable { why })));
        }
    }
    let possible =
        |one: &&&ContainerInstance| before(one).and(members_of.satisfied_by(one)) != Truth::False;
    let possible: Vec<_> = candidates.instances.iter().filter(possible).collect();
    let distinct = constraints.iter().find(|it| {
        it.kind.get().is_ok_and(|kind| kind.is_some_and(|kind| kind == "distinctInstance"))
    });
    let apart = match distinct {
        Some(it) => Some((&it.place, DISTINCT)),
        None => excluding(task, &members_of, &possible)?.map(|place| (place, MEMBER_OF)),
    };
    if let Some((place, error)) = apart {
        found.part(place, |found| {
            let instances = possible.len() as u64;
            if let Some(finding) = distinct_instances(task, &candidates, instances, facts)? {
                found.add(finding.at(place).prevents(error));
            } else if let Some(gap) = members_of.gap() {
                // There may be fewer: how many depends on the tasks that run on them.
                return Err(gap.into());
            }
            Ok(())
        });
    }
    found.or_pass("a container instance satisfies the placement constraints")
}

/// The constraint by which the task keeps others of its group from each of these instances, such as
/// `not(task:group == service:web)` of the service `web`: it works as distinctInstance does.
fn excluding<'m>(
    task: &Task,
    members_of: &'m Members,
    possible: &[&&ContainerInstance],
) -> Result<Option<&'m Place>, Stop> {
    if !members_of.asks_for_groups() || possible.is_empty() {
        return Ok(None);
    }
    let Some(group) = own_group(task)? else { return Ok(None) };
    Ok(members_of.excluding(&group, possible).map(|one| one.place))
}

/// The group of the task: `service:NAME`, the one that run-task names, or else `family:NAME`
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-groups.html>).
fn own_group(task: &Task) -> Result<Option<String>, Stop> {
    let request = &task.context.request;
    if let Some(name) = request.service_name.get()? {
        return Ok(Some(members::group_of_service(name)));
    }
    if let Some(group) = request.group.get()? {
        return Ok(Some(group.clone()));
    }
    let is_alone = task.context.kind == ContextKind::RunTask;
    let family = task.definition.family.get()?.filter(|_| is_alone);
    Ok(family.map(|family| format!("family:{family}")))
}

/// One task on each instance: old and new tasks of a service count together
/// (<https://github.com/aws/containers-roadmap/issues/723>).
fn distinct_instances(
    task: &Task,
    candidates: &Candidates,
    instances: u64,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let Some(count) = task.context.request.desired_count.get()?.copied() else { return Ok(None) };
    let count = u64::try_from(count).unwrap_or_default();
    let cluster = &candidates.fleet.cluster;
    if count > instances {
        let mut finding = fail(format!(
            "{count} tasks need {count} different container instances, but cluster {cluster} has {instances} that they may be placed on"
        ))
        .remedy("Add container instances, or lower the number of tasks");
        finding.severity = candidates.severity(task, facts)?;
        return Ok(Some(finding));
    }
    let Some(replacement) = Replacement::of(task)?.filter(|replacement| !replacement.stops_first())
    else {
        return Ok(None);
    };
    let needed =
        if replacement.doubles { count.saturating_mul(2) } else { count.saturating_add(1) };
    if needed <= instances {
        return Ok(None);
    }
    let deployment = if replacement.doubles { "a deployment" } else { "a rolling deployment" };
    let mut finding = fail(format!(
        "{deployment} needs {needed} different container instances for the {count} old tasks and the new ones, but cluster {cluster} has {instances} that they may be placed on"
    ))
    .remedy(match replacement.doubles {
        true => "Add container instances, or use a rolling deployment with a lower minimumHealthyPercent",
        false => "Add a container instance, or lower minimumHealthyPercent so that an old task stops first",
    });
    // The first deployment of a service has no old tasks.
    finding.severity = match replaces(task, cluster, facts)? {
        true => candidates.severity(task, facts)?,
        false => Severity::Warn,
    };
    Ok(Some(finding))
}

fn unsatisfied(
    (candidates, severity): (&Candidates, Severity),
    members_of: &Members,
    lacking: &[&ContainerInstance],
    found: &mut Findings,
) {
    let alone =
        |one: &&MemberOf| lacking.iter().all(|it| members_of.satisfy(one, it) == Truth::False);
    let impossible: Vec<&MemberOf> = members_of.all.iter().filter(alone).collect();
    let none = candidates.none(lacking);
    let command = |query: &Query| {
        ShellCommand::of("aws ecs list-container-instances")
            .option("--cluster", candidates.fleet.cluster.as_str())
            .option("--filter", query.to_string())
            .region(&candidates.fleet.region)
    };
    for one in &impossible {
        let mut finding =
            fail(format!("{none} satisfies the placement constraint `{}`", one.query))
                .at(one.place)
                .prevents(MEMBER_OF)
                .command(command(&one.query));
        finding.severity = severity.clone();
        found.add(finding);
    }
    if impossible.is_empty() {
        let mut finding = fail(format!("{none} satisfies all placement constraints together"));
        if let Some(first) = members_of.all.first() {
            finding = finding.at(first.place);
        }
        finding.severity = severity;
        found.add(finding.prevents(MEMBER_OF));
    }
}
