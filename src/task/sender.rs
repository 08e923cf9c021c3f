//! The places that a task's calls leave from, and the parts of its network configuration.

use super::{Planned, Subject, Subjects, Task, Unplanned, Written};
use crate::document::launch::{OperatingSystem, requested};
use crate::document::{Field, LaunchTarget, Located, Place};
use crate::knowledge::{Gap, Stop};
use crate::names;
use crate::placement::platform_version::PlatformVersion;
use crate::verdict::{Input, Skip};

/// A place that calls of the task leave from.
#[derive(Clone, Copy)]
pub struct EgressPoint<'t> {
    /// The task.
    pub task: &'t Task,
    /// The place.
    pub from: SendsFrom<'t>,
}

/// The kinds of places that calls leave from.
#[derive(Clone, Copy)]
pub enum SendsFrom<'t> {
    /// The network interface of the task, in this subnet.
    Subnet(&'t Located<String>),
    /// The network interfaces of the container instances of this cluster.
    Instances(&'t Located<String>),
}

/// A part of the network configuration.
#[derive(Clone, Copy)]
pub struct NetworkUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// Which part.
    pub part: NetworkPart<'t>,
}

/// A part of the network configuration.
#[derive(Clone, Copy)]
pub enum NetworkPart<'t> {
    /// All of it.
    Whole,
    /// One subnet.
    Subnet(&'t Located<String>),
    /// One security group.
    Group(&'t Located<String>),
}

/// How a task is attached to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// Every call leaves through the task's network interface.
    Fargate,
    /// The agent's calls leave through the instance's network interface, the containers' calls through the
    /// task's.
    OwnInterface,
    /// Every call leaves through the instance's network interface.
    InstanceInterface,
    /// Outside of AWS, on external instances.
    Outside,
}

/// Who makes a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// What starts the task: on instances the agent.
    Agent,
    /// The containers of the task.
    Containers,
}

/// Why the subnets of the task are unknown.
const NO_SUBNETS: &str =
    "no subnets known: pass --subnets, --service, --service-definition or --run-task";

/// Why neither the subnets nor the instances are known.
const NO_PLACE: &str = "no subnets and no cluster known: pass --subnets and --cluster, or --service, --service-definition or --run-task";

/// Why the instances that calls leave from are unknown.
const NO_CLUSTER: &str =
    "no cluster known: pass --cluster, --service, --service-definition or --run-task";

impl Task {
    /// Whether the task has its own network interface.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn has_own_interface(&self) -> Result<bool, Stop> {
        let mode = self.definition.network_mode.get()?;
        Ok(mode.is_some_and(|mode| mode == "awsvpc"))
    }

    /// How the task is attached to the network.
    ///
    /// # Errors
    /// A gap where the documents do not say.
    pub fn attachment(&self) -> Result<Attachment, Stop> {
        if self.may_run_on_fargate()? {
            return Ok(Attachment::Fargate);
        }
        let targets = match requested(&self.context)? {
            Some(targets) => targets,
            None => self.launch_targets()?,
        };
        Ok(match () {
            () if targets.iter().all(|it| *it == LaunchTarget::External) => Attachment::Outside,
            () if self.has_own_interface()? => Attachment::OwnInterface,
            () => Attachment::InstanceInterface,
        })
    }

    /// Everywhere that calls of the task leave from.
    ///
    /// # Errors
    /// Why there is nothing to judge.
    pub fn egress_points(&self) -> Subjects<EgressPoint<'_>> {
        let subnets = &self.context.network.subnets;
        let attachment = match self.attachment() {
            Ok(attachment) => attachment,
            Err(stop) => {
                let field = &self.definition.network_mode;
                return Ok(vec![Err(Unplanned::at(field, stop))]);
            }
        };
        let mut found = Vec::new();
        if matches!(attachment, Attachment::Fargate | Attachment::OwnInterface) {
            match subnets.items() {
                Ok(subnets) => found.extend(
                    subnets
                        .iter()
                        .map(|it| Ok(EgressPoint { task: self, from: SendsFrom::Subnet(it) })),
                ),
                Err(stop) => found.push(Err(Unplanned::at(subnets, stop))),
            }
        }
        if matches!(attachment, Attachment::OwnInterface | Attachment::InstanceInterface) {
            found.extend(self.instances());
        }
        match (found.is_empty(), attachment) {
            (false, _) => Ok(found),
            (true, Attachment::Outside) => {
                Err(Skip::not_applicable("external instances are not in a VPC"))
            }
            (true, Attachment::Fargate) => Err(Skip::needs(Input::Subnets, NO_SUBNETS)),
            (true, Attachment::OwnInterface) => Err(Skip::needs(Input::Subnets, NO_PLACE)),
            (true, Attachment::InstanceInterface) => Err(Skip::needs(Input::Cluster, NO_CLUSTER)),
        }
    }

    /// Everywhere that the calls of one carrier leave from, at least one place.
    ///
    /// # Errors
    /// A gap where the documents do not say.
    pub fn egress_points_of(&self, carrier: Carrier) -> Result<Vec<EgressPoint<'_>>, Stop> {
        let unknown = |why: String| Stop::Gap(Gap::Undecidable { why });
        let attachment = self.attachment()?;
        let carries = |it: &EgressPoint| match (attachment, it.from) {
            (Attachment::OwnInterface, SendsFrom::Subnet(_)) => carrier == Carrier::Containers,
            (Attachment::OwnInterface, SendsFrom::Instances(_)) => carrier == Carrier::Agent,
            _ => true,
        };
        let mut found = Vec::new();
        for planned in self.egress_points().map_err(|skip| unknown(skip.because))? {
            let it = planned.map_err(|unplanned| unplanned.stop)?;
            if carries(&it) {
                found.push(it);
            }
        }
        match (found.is_empty(), carrier) {
            (false, _) => Ok(found),
            (true, Carrier::Agent) => Err(unknown(NO_CLUSTER.to_owned())),
            (true, Carrier::Containers) => Err(unknown(NO_SUBNETS.to_owned())),
        }
    }

    /// Whether it runs on a platform version of Fargate before 1.4.0, where an interface of Fargate's own
    /// fetches the token and the secrets
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html>).
    pub fn has_old_platform(&self) -> bool {
        let version = self.context.request.platform_version.get().ok().flatten();
        let os = match self.definition.operating_system() {
            Ok(OperatingSystem::Windows(_)) => names::OperatingSystem::Windows,
            _ => names::OperatingSystem::Linux,
        };
        let version = version.map(|text| PlatformVersion::read(text, os));
        let on_fargate = self.may_run_on_fargate().unwrap_or(false);
        on_fargate && version.and_then(|it| it.at_least_1_4()) == Some(false)
    }

    fn instances(&self) -> Option<Planned<EgressPoint<'_>>> {
        let cluster = &self.context.request.cluster;
        match cluster.located() {
            Ok(None) => None,
            Ok(Some(it)) => Some(Ok(EgressPoint { task: self, from: SendsFrom::Instances(it) })),
            Err(stop) => Some(Err(Unplanned::at(cluster, stop))),
        }
    }

    /// The network configuration as a whole, then each subnet and group that it names.
    pub fn network_parts(&self) -> Vec<Planned<NetworkUse<'_>>> {
        let network = &self.context.network;
        let mut found = vec![Ok(NetworkUse { task: self, part: NetworkPart::Whole })];
        let mut add = |field: &'_ Field<Vec<Located<String>>>, stop| {
            found.push(Err(Unplanned::at(field, stop)));
        };
        let (mut subnets, mut groups): (&[Located<String>], &[Located<String>]) = (&[], &[]);
        match network.subnets.items() {
            Ok(items) => subnets = items,
            Err(stop) => add(&network.subnets, stop),
        }
        match network.security_groups.items() {
            Ok(items) => groups = items,
            Err(stop) => add(&network.security_groups, stop),
        }
        let part = |part| Ok(NetworkUse { task: self, part });
        found.extend(subnets.iter().map(|it| part(NetworkPart::Subnet(it))));
        found.extend(groups.iter().map(|it| part(NetworkPart::Group(it))));
        found
    }
}

impl<'t> EgressPoint<'t> {
    /// Where it is written.
    pub fn place(&self) -> &'t Place {
        match self.from {
            SendsFrom::Subnet(it) | SendsFrom::Instances(it) => &it.place,
        }
    }

    /// The subnet or the cluster.
    pub fn name(&self) -> &'t str {
        match self.from {
            SendsFrom::Subnet(it) | SendsFrom::Instances(it) => &it.value,
        }
    }
}

impl<'t> NetworkUse<'t> {
    /// Where it is written.
    pub fn place(&self) -> &'t Place {
        match self.part {
            NetworkPart::Whole => &self.task.context.network.place,
            NetworkPart::Subnet(it) | NetworkPart::Group(it) => &it.place,
        }
    }

    /// The subnet or the group.
    pub fn name(&self) -> Option<&'t str> {
        match self.part {
            NetworkPart::Whole => None,
            NetworkPart::Subnet(it) | NetworkPart::Group(it) => Some(&it.value),
        }
    }
}

impl Subject for NetworkUse<'_> {
    const KIND: &'static str = "network configuration";

    fn place(&self) -> &Place {
        NetworkUse::place(self)
    }

    fn resource(&self) -> Option<String> {
        self.name().map(str::to_owned)
    }
}

impl<'t> Written<'t> for NetworkUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.network_parts())
    }
}

impl Subject for EgressPoint<'_> {
    const KIND: &'static str = "network interface";

    fn place(&self) -> &Place {
        EgressPoint::place(self)
    }

    fn resource(&self) -> Option<String> {
        Some(self.name().to_owned())
    }
}

impl<'t> Written<'t> for EgressPoint<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        task.egress_points()
    }
}
