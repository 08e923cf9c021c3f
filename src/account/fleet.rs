//! The container instances that a task may run on. They are read here, and nowhere else.

pub(crate) mod launch;
pub(crate) mod offer;
pub(crate) mod roles;
#[cfg(test)]
mod tests;

use crate::document::run_context::{ContextKind, StrategyItem};
use crate::document::{Field, Located};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ec2::instance::{DescribeInstance, Instance};
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::names::Region;
use crate::task::Task;

/// The container instances of a cluster that a task may run on: those that accept tasks and that the request
/// does not exclude.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fleet {
    pub(crate) region: Region,
    pub(crate) cluster: String,
    /// The capacity providers that the request may use; none: any.
    providers: Vec<String>,
    /// The container instances that the request names; none: any.
    named: Vec<String>,
    extent: Extent,
}

/// The instances that the launch type of a request allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Extent {
    /// EC2: also instances of a capacity provider, but no external ones.
    Own,
    /// EXTERNAL: external instances only
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere-runtask.html>).
    External,
    /// The request decides otherwise: by a strategy, by names, or in the existing service.
    Any,
    /// The request says nothing. A new service or task then uses the default capacity provider strategy of the
    /// cluster, if there is one; an existing service keeps its own
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>).
    Default,
}

/// A container instance of a fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member<'f> {
    pub(crate) instance: &'f ContainerInstance,
    /// The EC2 instance underneath, with its id. An external instance has none.
    pub(crate) machine: Option<(&'f str, &'f Instance)>,
}

impl Fleet {
    /// Those that the request allows; none if it names no cluster.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub(crate) fn of(task: &Task) -> Result<Option<Fleet>, Stop> {
        let Some(cluster) = task.context.request.cluster.get()?.cloned() else { return Ok(None) };
        Fleet::in_cluster(cluster, task).map(Some)
    }

    /// Those that the request allows in this cluster.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub(crate) fn in_cluster(cluster: String, task: &Task) -> Result<Fleet, Stop> {
        let request = &task.context.request;
        let providers = providers(request.capacity_provider_strategy.items()?)?;
        let named = names(request.container_instances.items()?);
        let extent = match request.launch_type.get()?.map(String::as_str) {
            _ if !(providers.is_empty() && named.is_empty()) => Extent::Any,
            Some("EC2") => Extent::Own,
            Some("EXTERNAL") => Extent::External,
            None if task.context.kind != ContextKind::LiveService => Extent::Default,
            _ => Extent::Any,
        };
        Ok(Fleet { region: task.region()?.clone(), cluster, providers, named, extent })
    }

    /// Those that exist now. Managed scaling may add some.
    ///
    /// # Errors
    /// The gap, or that there is no such cluster.
    pub(crate) fn instances<'f>(
        &self,
        facts: &View<'f>,
    ) -> Result<Vec<&'f ContainerInstance>, Stop> {
        let asked =
            ContainerInstances { region: self.region.clone(), cluster: self.cluster.clone() };
        let found: Vec<_> = facts.need(&asked)?.iter().filter(|it| self.takes(it)).collect();
        let is_other = |it: &&ContainerInstance| it.capacity_provider != found[0].capacity_provider;
        if self.extent == Extent::Default && found.iter().any(is_other) {
            facts.assume(format!(
                "that no capacity provider strategy of the service or of cluster {} excludes some of its container instances",
                self.cluster
            ));
        }
        Ok(found)
    }

    /// All registered ones that the request does not exclude, including those that accept no tasks now.
    ///
    /// # Errors
    /// The gap, or that there is no such cluster.
    pub(crate) fn registered<'f>(
        &self,
        facts: &View<'f>,
    ) -> Result<Vec<&'f ContainerInstance>, Stop> {
        let asked =
            ContainerInstances { region: self.region.clone(), cluster: self.cluster.clone() };
        Ok(facts.need(&asked)?.iter().filter(|it| self.allows(it)).collect())
    }

    /// Those of these capacity providers, because a strategy that the request does not contain decides; none:
    /// those that the launch type EC2 allows.
    pub(crate) fn by_default(self, providers: Vec<String>) -> Fleet {
        let extent = if providers.is_empty() { Extent::Own } else { Extent::Any };
        Fleet { providers, extent, ..self }
    }

    /// The capacity providers that the task may be placed on; none if no strategy decides.
    pub(crate) fn providers(&self) -> &[String] {
        &self.providers
    }

    /// The same, with the EC2 instance underneath each.
    ///
    /// # Errors
    /// That there is no such cluster, or the first gap, once all are known.
    pub(crate) fn members<'f>(&self, facts: &View<'f>) -> Result<Vec<Member<'f>>, Stop> {
        let instances = self.instances(facts)?.into_iter();
        let asked: Vec<_> = instances.map(|it| (it, self.machine(it, facts))).collect();
        let (mut members, mut gone) = (Vec::new(), Vec::new());
        for (instance, machine) in asked {
            match machine {
                None if instance.is_external() => {
                    members.push(Member { instance, machine: None });
                }
                None => return Err(undescribed(instance).into()),
                Some(described) => match described? {
                    Some(machine) => members.push(Member { instance, machine: Some(machine) }),
                    None => gone.push(instance),
                },
            }
        }
        // A terminated instance that is not deregistered yet accepts no task. But an agent that is connected
        // runs somewhere, and without any described instance nothing at all is known.
        let contradicts = gone.iter().find(|it| it.agent_connected);
        match contradicts.or(gone.first().filter(|_| members.is_empty())) {
            Some(instance) => Err(undescribed(instance).into()),
            None => Ok(members),
        }
    }

    /// The EC2 instance underneath a container instance; none outside of EC2.
    pub(crate) fn machine<'f>(
        &self,
        instance: &'f ContainerInstance,
        facts: &View<'f>,
    ) -> Option<Result<Option<(&'f str, &'f Instance)>, Stop>> {
        let id = instance.ec2_instance_id.as_deref().filter(|id| id.starts_with("i-"))?;
        let asked = DescribeInstance { region: self.region.clone(), id: id.to_owned() };
        Some(facts.need_optional(&asked).map(|found| found.map(|machine| (id, machine))))
    }

    /// Whether the task starts on each of them, because the request names them, and not on one that the
    /// scheduler chooses.
    pub(crate) fn is_named(&self) -> bool {
        !self.named.is_empty()
    }

    /// The gap if none exists: one that managed scaling adds may have anything.
    pub(crate) fn nobody(&self) -> Gap {
        let which = match (self.named.as_slice(), self.providers.as_slice()) {
            ([], []) => "that the task may run on".to_owned(),
            ([], [provider]) => format!("of capacity provider {provider}"),
            ([], providers) => format!("of capacity providers {}", providers.join(" or ")),
            (named, _) => format!("among those that the request names: {}", named.join(", ")),
        };
        let why = format!("cluster {} has no active container instance {which}", self.cluster);
        Gap::Undecidable { why }
    }

    /// Whether this instance is one of them, and accepts tasks.
    fn takes(&self, it: &ContainerInstance) -> bool {
        it.is_active() && self.allows(it)
    }

    /// Whether the request does not exclude this instance.
    fn allows(&self, it: &ContainerInstance) -> bool {
        let is_named = |name: &String| last(name) == it.id();
        let is_of = |provider: &str| self.providers.iter().any(|name| last(name) == provider);
        let of_launch_type = match self.extent {
            Extent::Own => !it.is_external(),
            Extent::External => it.is_external(),
            Extent::Any | Extent::Default => true,
        };
        of_launch_type
            && (self.named.is_empty() || self.named.iter().any(is_named))
            && (self.providers.is_empty() || it.capacity_provider.as_deref().is_some_and(is_of))
    }
}

/// The gap for an instance that ECS lists and EC2 does not describe.
fn undescribed(instance: &ContainerInstance) -> Gap {
    let id = instance.id();
    let why = match &instance.ec2_instance_id {
        Some(machine) => format!(
            "ECS lists the container instance {id} on {machine}, but EC2 does not describe {machine} in this account and region"
        ),
        None => format!("ECS does not say on which EC2 instance the container instance {id} is"),
    };
    Gap::Undecidable { why }
}

/// A container instance is named by its ID or its ARN, which contains the cluster or, in the old format, does
/// not. Both end with the ID
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>).
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn names(items: &[Located<String>]) -> Vec<String> {
    items.iter().map(|it| it.value.clone()).collect()
}

/// The providers of a strategy that tasks may go to. Where one has a weight, those of weight 0 take no
/// tasks but those of their base
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>).
fn providers(strategy: &[StrategyItem]) -> Result<Vec<String>, Stop> {
    // What cannot be read may be more than 0.
    let is_more = |field: &Field<i64>| field.get().map_or(true, |it| it.is_some_and(|it| *it > 0));
    let some_weigh = strategy.iter().any(|it| is_more(&it.weight));
    let mut names = Vec::new();
    for item in strategy {
        if !some_weigh || is_more(&item.weight) || is_more(&item.base) {
            names.extend(item.capacity_provider.get()?.cloned());
        }
    }
    Ok(names)
}
