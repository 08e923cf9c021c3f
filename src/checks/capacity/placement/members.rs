//! The `memberOf` constraints of a task, and the instances that satisfy them.

use std::collections::BTreeSet;

use crate::account::fleet::Fleet;
use crate::document::Place;
use crate::document::task_definition::PlacementConstraint;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecs::instance::ContainerInstance;
use crate::lookup::ecs::running::{GroupsOfInstances, TaskGroups};
use crate::lookup::{Call, Lookup};
use crate::placement::query::{Facts, Query, Truth};
use crate::task::Task;

/// The calls that `task:group` needs.
pub(in crate::checks::capacity) const MEMBERS_CALLS: &[Call] = &[TaskGroups::CALL];

/// The constraints of the definition and of the request, which hold together.
pub(in crate::checks::capacity) fn constraints(
    task: &Task,
) -> Result<Vec<&PlacementConstraint>, Stop> {
    let of_definition = task.definition.placement_constraints.items()?;
    let of_request = task.context.request.placement_constraints.items()?;
    Ok(of_definition.iter().chain(of_request).collect())
}

/// A `memberOf` constraint.
pub(super) struct MemberOf<'a> {
    pub(super) query: Query,
    pub(super) place: &'a Place,
}

/// The `memberOf` constraints that can be read.
pub(in crate::checks::capacity) struct Members<'a> {
    pub(super) all: Vec<MemberOf<'a>>,
    groups: Groups<'a>,
    /// The group of the service, whose tasks a deployment replaces.
    replaced: Option<String>,
}

/// The groups of the tasks that run on the instances.
enum Groups<'a> {
    /// No constraint asks.
    Unasked,
    Known(&'a GroupsOfInstances),
    Hidden(Gap),
}

impl<'a> Members<'a> {
    /// Those of the task, with what they ask about the tasks of the fleet.
    ///
    /// # Errors
    /// A gap for a placeholder, and while answers are pending.
    pub(in crate::checks::capacity) fn of(
        task: &'a Task,
        fleet: &Fleet,
        facts: &View<'a>,
    ) -> Result<Members<'a>, Stop> {
        let mut all = Vec::new();
        for it in constraints(task)? {
            if let Some(text) = it.expression.get()?
                && let Ok(query) = text.parse()
            {
                all.push(MemberOf { query, place: it.expression.place() });
            }
        }
        // An instance without tasks has no task of a group.
        let asks = all.iter().any(|one| one.query.asks_for_task_groups())
            && !fleet.instances(facts)?.iter().all(|it| is_empty(it));
        let groups = match asks {
            false => Groups::Unasked,
            true => {
                let (region, cluster) = (fleet.region.clone(), fleet.cluster.clone());
                let read = facts.tolerate(|| facts.need(&TaskGroups { region, cluster }))?;
                read.map_or_else(Groups::Hidden, Groups::Known)
            }
        };
        let name = task.context.request.service_name.get()?;
        let replaced = name.map(|name| group_of_service(name));
        Ok(Members { all, groups, replaced })
    }

    /// The same for another check: if what they ask is not known, `capacity-placement` says so.
    ///
    /// # Errors
    /// A gap for a placeholder, and while answers are pending.
    pub(in crate::checks::capacity) fn assumed(
        task: &'a Task,
        fleet: &Fleet,
        facts: &View<'a>,
    ) -> Result<Members<'a>, Stop> {
        let members = Members::of(task, fleet, facts)?;
        if members.gap().is_some() {
            facts.assume(
                "that container instances satisfy the placement constraints, see capacity-placement",
            );
        }
        Ok(members)
    }

    /// Whether the instance satisfies all of them.
    pub(in crate::checks::capacity) fn satisfied_by(&self, it: &ContainerInstance) -> Truth {
        self.all.iter().fold(Truth::True, |truth, one| truth.and(self.satisfy(one, it)))
    }

    /// The first constraint that none of these instances satisfies once a task of this group runs on it; or any
    /// that asks for groups, if only all constraints together exclude them.
    pub(super) fn excluding(
        &self,
        group: &str,
        instances: &[&&ContainerInstance],
    ) -> Option<&MemberOf<'a>> {
        let own = BTreeSet::from([group.to_owned()]);
        let with = |one: &MemberOf, it: &ContainerInstance| match self.groups_on(it) {
            Some(mut groups) => {
                groups.extend(own.iter().cloned());
                matches(one, it, Some(&groups))
            }
            // Its own makes the difference, whatever the others are.
            None if matches(one, it, Some(&BTreeSet::new())) == Truth::True => {
                matches(one, it, Some(&own))
            }
            None => Truth::Unknown,
        };
        let excludes = |one: &&MemberOf| instances.iter().all(|it| with(one, it) == Truth::False);
        let together = |it: &&&ContainerInstance| {
            self.all.iter().fold(Truth::True, |truth, one| truth.and(with(one, it))) == Truth::False
        };
        let asks = |one: &&MemberOf| one.query.asks_for_task_groups();
        match self.all.iter().find(excludes) {
            Some(one) => Some(one),
            None if instances.iter().all(together) => self.all.iter().find(asks),
            None => None,
        }
    }

    /// Whether the instance satisfies this one, now or once the tasks of the service are replaced.
    pub(super) fn satisfy(&self, one: &MemberOf, it: &ContainerInstance) -> Truth {
        let mut groups = self.groups_on(it);
        let now = matches(one, it, groups.as_ref());
        let is_replaced = match (&mut groups, &self.replaced) {
            (Some(groups), Some(replaced)) => groups.remove(replaced),
            _ => false,
        };
        match is_replaced {
            true => now.or(matches(one, it, groups.as_ref())),
            false => now,
        }
    }

    /// The groups of the tasks on the instance, if they are known.
    fn groups_on(&self, it: &ContainerInstance) -> Option<BTreeSet<String>> {
        match &self.groups {
            Groups::Known(groups) => Some(groups.get(&it.arn).cloned().unwrap_or_default()),
            Groups::Unasked | Groups::Hidden(_) => is_empty(it).then(BTreeSet::new),
        }
    }

    /// Whether a constraint asks for the groups of tasks.
    pub(super) fn asks_for_groups(&self) -> bool {
        self.all.iter().any(|one| one.query.asks_for_task_groups())
    }

    /// Why the groups are not known, if a constraint asks.
    pub(super) fn gap(&self) -> Option<Gap> {
        match &self.groups {
            Groups::Hidden(gap) => Some(gap.clone()),
            Groups::Unasked | Groups::Known(_) => None,
        }
    }
}

/// Whether no task runs on it.
fn is_empty(it: &ContainerInstance) -> bool {
    it.resources.as_ref().is_some_and(|it| it.running == 0)
}

/// An update may name the service by its ARN.
pub(super) fn group_of_service(name: &str) -> String {
    format!("service:{}", name.rsplit('/').next().unwrap_or(name))
}

fn matches(one: &MemberOf, it: &ContainerInstance, groups: Option<&BTreeSet<String>>) -> Truth {
    let running = it.resources.as_ref().and_then(|it| i64::try_from(it.running).ok());
    one.query.matches(&Facts {
        agent_connected: it.agent_connected,
        agent_version: it.agent_version.as_deref(),
        ec2_instance_id: it.ec2_instance_id.as_deref(),
        registered_at: it.registered_at,
        running_tasks: running.unwrap_or_default(),
        task_groups: groups,
        attributes: &it.attributes,
    })
}
