//! The container instances that a task may land on.

use std::collections::BTreeMap;

use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::names::{Arn, Region, RoleArn};
use crate::task::Task;

/// The container instances of a cluster that a task may land on, by their roles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fleet {
    pub(crate) region: Region,
    pub(crate) cluster: String,
    /// The capacity providers of the request; none: any.
    providers: Vec<String>,
    /// The container instances of the request; none: any.
    named: Vec<String>,
}

/// As what the machines of a fleet act.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    pub(crate) held: BTreeMap<RoleArn, Held>,
    /// The machines without a profile, or whose profile has no role.
    pub(crate) bare: Vec<String>,
}

/// The machines that act as one role, and a profile that holds it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) instances: Vec<String>,
    pub(crate) profile: String,
}

impl Derived for Fleet {
    type Fact = Roles;

    fn what(&self) -> String {
        format!("the roles of the container instances of cluster {}", self.cluster)
    }

    fn derive(&self, facts: &View) -> Result<Self::Fact, Stop> {
        let lookup =
            ContainerInstances { region: self.region.clone(), cluster: self.cluster.clone() };
        let instances = facts.need(&lookup)?.iter().filter(|it| self.takes(it));
        // Machines outside of AWS have no instance profile.
        let ids = instances
            .filter_map(|it| it.ec2_instance_id.as_deref())
            .filter(|id| id.starts_with("i-"));
        let machines: Vec<_> = ids
            .map(|id| (id, DescribeInstance { region: self.region.clone(), id: id.to_owned() }))
            .map(|(id, lookup)| (id, facts.get(&lookup)))
            .collect();
        let mut profiles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut roles = Roles::default();
        for (id, machine) in machines {
            // One that is gone, but not deregistered yet, takes no task.
            let Seen::Found(machine) = machine? else { continue };
            match &machine.profile {
                Some(profile) => profiles.entry(profile).or_default().push(id.to_owned()),
                None => roles.bare.push(id.to_owned()),
            }
        }
        let asked: Vec<_> = profiles
            .into_iter()
            .map(|(profile, ids)| (profile, self.role(profile, facts), ids))
            .collect();
        for (profile, role, ids) in asked {
            let Some(role) = role? else {
                roles.bare.extend(ids);
                continue;
            };
            let held = roles.held.entry(role);
            let new = || Held { instances: Vec::new(), profile: profile.to_owned() };
            held.or_insert_with(new).instances.extend(ids);
        }
        Ok(roles)
    }
}

impl Fleet {
    /// Those that the request leaves to the task; nothing where it names no cluster.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub(crate) fn of(task: &Task) -> Result<Option<Fleet>, Stop> {
        let request = &task.context.request;
        let Some(cluster) = request.cluster.get()?.cloned() else { return Ok(None) };
        let mut providers = Vec::new();
        for item in request.capacity_provider_strategy.items()? {
            providers.extend(item.capacity_provider.get()?.cloned());
        }
        let named = request.container_instances.items()?;
        let named = named.iter().map(|it| it.value.clone()).collect();
        Ok(Some(Fleet { region: task.region()?.clone(), cluster, providers, named }))
    }

    /// Whether this instance is one of them, and takes tasks.
    pub(crate) fn takes(&self, it: &ContainerInstance) -> bool {
        it.is_active() && self.has(it)
    }

    fn has(&self, it: &ContainerInstance) -> bool {
        let id = it.arn.rsplit('/').next();
        let is_named = |name: &String| *name == it.arn || name.rsplit('/').next() == id;
        let of_provider = |name: &String| it.capacity_provider.as_ref() == Some(name);
        (self.named.is_empty() || self.named.iter().any(is_named))
            && (self.providers.is_empty() || self.providers.iter().any(of_provider))
    }

    fn role(&self, profile: &str, facts: &View) -> Result<Option<RoleArn>, Stop> {
        let unreadable = |arn: &str| {
            let why = format!("{arn} is not understood as that of an instance profile's role");
            Stop::Gap(Gap::Undecidable { why })
        };
        let arn: Arn = profile.parse().map_err(|_| unreadable(profile))?;
        let name = arn.resource.rsplit('/').next().unwrap_or_default().to_owned();
        let lookup = GetInstanceProfile { region: self.region.clone(), name };
        match facts.get(&lookup)? {
            Seen::Absent(_) => Ok(None),
            Seen::Found(profile) => {
                let role = profile.role.as_deref();
                role.map(|arn| arn.parse().map_err(|_| unreadable(arn))).transpose()
            }
        }
    }
}
