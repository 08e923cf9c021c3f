//! The check `capacity-placement`.

mod validity;

use std::collections::BTreeSet;

use super::attributes::has_proven;
use super::candidates::{Candidates, Outcome, connected};
use super::growth::GROWTH_CALLS;
use super::replacement::{Replacement, replaces};
use crate::checks::{Check, whole};
use crate::document::Place;
use crate::document::task_definition::PlacementConstraint;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecs::DescribeService;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::placement::query::{Facts, Query, Truth};
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{
    Finding, Findings, Judgement, Severity, Verdict, fail, not_applicable, undecided,
};

const MEMBER_OF: &str = "TaskFailedToStart: MemberOf placement constraint unsatisfied.";
const DISTINCT: &str = "DistinctInstance placement constraint unsatisfied.";
const INVALID: &str =
    "InvalidParameterException for the expression (AWS's exact words are not known)";

pub(super) use validity::RULES;

pub(super) static CAPACITY_PLACEMENT: Check = Check {
    id: "capacity-placement",
    verifies: "placement constraints and strategies are valid, and container instances satisfy the constraints",
    prevents: &[MEMBER_OF, DISTINCT, INVALID],
    remedy: "Correct the placement constraint, or set the attribute on container instances",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html",
    asks: &[
        &[DescribeCluster::CALL, ContainerInstances::CALL, DescribeService::CALL],
        GROWTH_CALLS,
    ],
    advises: false,
    judge: |task| whole(task, capacity_placement),
};

/// A `memberOf` constraint.
pub(super) struct MemberOf<'t> {
    pub(super) query: Query,
    pub(super) place: &'t Place,
}

/// The constraints of the definition and of the request, which hold together.
pub(super) fn constraints(task: &Task) -> Result<Vec<&PlacementConstraint>, Stop> {
    let of_definition = task.definition.placement_constraints.items()?;
    let of_request = task.context.request.placement_constraints.items()?;
    Ok(of_definition.iter().chain(of_request).collect())
}

/// The `memberOf` constraints that can be read.
pub(super) fn members_of(task: &Task) -> Result<Vec<MemberOf<'_>>, Stop> {
    let mut found = Vec::new();
    for it in constraints(task)? {
        if let Some(text) = it.expression.get()?
            && let Ok(query) = text.parse()
        {
            found.push(MemberOf { query, place: it.expression.place() });
        }
    }
    Ok(found)
}

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
    let members_of = members_of(task)?;
    let required = task.required_attributes()?;
    let before = |it: &ContainerInstance| connected(it).and(has_proven(&required, it));
    match candidates.outcome(before, |it| satisfies(&members_of, it)) {
        Outcome::Holds => {}
        Outcome::Fails(lacking) => {
            let severity = candidates.severity(task, facts)?;
            unsatisfied((&candidates, severity), &members_of, &lacking, &mut found);
        }
        Outcome::Open => {
            let why = "cannot determine whether a container instance satisfies the placement constraints: which tasks run on each one is not read, or AWS does not document how it reads the expression".to_owned();
            found.add(undecided(Gap::Undecidable { why }));
        }
    }
    let distinct = constraints.iter().find(|it| {
        it.kind.get().is_ok_and(|kind| kind.is_some_and(|kind| kind == "distinctInstance"))
    });
    if let Some(it) = distinct {
        let possible = |one: &&&ContainerInstance| {
            before(one).and(satisfies(&members_of, one)) != Truth::False
        };
        let instances = candidates.instances.iter().filter(possible).count() as u64;
        found.part(&it.place, |found| {
            if let Some(finding) = distinct_instances(task, &candidates, instances, facts)? {
                found.add(finding.at(&it.place).prevents(DISTINCT));
            }
            Ok(())
        });
    }
    found.or_pass("a container instance satisfies the placement constraints")
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

/// Whether the instance satisfies all of them.
pub(super) fn satisfies(members_of: &[MemberOf], it: &ContainerInstance) -> Truth {
    // Only an instance without tasks is known to have no task of a group.
    let none = BTreeSet::new();
    let is_empty = it.resources.as_ref().is_some_and(|it| it.running == 0);
    let running = it.resources.as_ref().and_then(|it| i64::try_from(it.running).ok());
    let facts = Facts {
        agent_connected: it.agent_connected,
        agent_version: it.agent_version.as_deref(),
        ec2_instance_id: it.ec2_instance_id.as_deref(),
        registered_at: it.registered_at,
        running_tasks: running.unwrap_or_default(),
        task_groups: is_empty.then_some(&none),
        attributes: &it.attributes,
    };
    members_of.iter().fold(Truth::True, |truth, one| truth.and(one.query.matches(&facts)))
}

fn unsatisfied(
    (candidates, severity): (&Candidates, Severity),
    members_of: &[MemberOf],
    lacking: &[&ContainerInstance],
    found: &mut Findings,
) {
    let alone = |one: &&MemberOf| {
        lacking.iter().all(|it| satisfies(std::slice::from_ref(*one), it) == Truth::False)
    };
    let impossible: Vec<&MemberOf> = members_of.iter().filter(alone).collect();
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
        if let Some(first) = members_of.first() {
            finding = finding.at(first.place);
        }
        finding.severity = severity;
        found.add(finding.prevents(MEMBER_OF));
    }
}
