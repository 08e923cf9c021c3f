//! A network interface of the task or of an instance, with its surroundings.

use std::collections::BTreeMap;

use super::vpc::VpcParts;
use crate::account::fleet::{Fleet, Member};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::network::{
    Attraction, Destination, Interface, Part, Path, Port, RouteFact, Service, Subnet, Target,
    Topology, path as path_of,
};
use crate::task::{Attachment, EgressPoint, SendsFrom, Task};

/// A network interface that calls leave through, and its surroundings.
pub(crate) struct Vantage<'t> {
    /// The interface. Its groups are known once they were read.
    pub interface: Interface<'t>,
    /// Its surroundings.
    pub around: VpcParts<'t>,
    /// Whether the agent of an instance with such an interface is connected to ECS.
    pub agent_connected: bool,
    groups: Groups,
    address: Result<(), Stop>,
    is_of_instance: bool,
}

/// The security groups of an interface, before they are read.
enum Groups {
    Named(Result<Vec<String>, Stop>),
    Default,
    Known,
}

impl<'t> Vantage<'t> {
    /// Every interface of this sender. `expected` are the parts that are probably needed.
    ///
    /// # Errors
    /// The subnet or the instances could not be read.
    pub(crate) fn all(
        it: &EgressPoint,
        expected: &[Part],
        facts: &View<'t>,
    ) -> Result<Vec<Vantage<'t>>, Stop> {
        match it.from {
            SendsFrom::Subnet(subnet) => {
                let region = it.task.region()?.clone();
                let subnet = facts.need(&DescribeSubnet { region, id: subnet.value.clone() })?;
                Ok(vec![Vantage::of_task(it.task, subnet, expected, facts)?])
            }
            SendsFrom::Instances(_) => Vantage::of_instances(it.task, expected, facts),
        }
    }

    fn of_task(
        task: &Task,
        subnet: &'t Subnet,
        expected: &[Part],
        facts: &View<'t>,
    ) -> Result<Vantage<'t>, Stop> {
        let network = &task.context.network;
        // Only Fargate gives a task a public address
        // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html).
        let on_fargate = task.attachment()? == Attachment::Fargate;
        let assigned = network.assign_public_ip.get();
        let is_public = matches!(&assigned, Ok(Some(it)) if it.as_str() == "ENABLED");
        let groups = network
            .security_groups
            .items()
            .map(|items| items.iter().map(|it| it.value.clone()).collect::<Vec<_>>());
        let interface = Interface::new(subnet).with_public_address(on_fargate && is_public);
        Ok(Vantage {
            interface: match is_windows(task) {
                true => interface.of_windows(),
                false => interface,
            },
            around: VpcParts::of(subnet, task.region()?, expected, facts)?,
            agent_connected: false,
            groups: match groups {
                Ok(named) if named.is_empty() => Groups::Default,
                named => Groups::Named(named),
            },
            address: if on_fargate { assigned.map(|_| ()) } else { Ok(()) },
            is_of_instance: false,
        })
    }

    /// The interfaces of the instances that the task may be placed on, equal ones once. A connected agent
    /// proves the route for all instances with an equal interface.
    fn of_instances(
        task: &Task,
        expected: &[Part],
        facts: &View<'t>,
    ) -> Result<Vec<Vantage<'t>>, Stop> {
        let Some(fleet) = Fleet::of(task)? else { return Ok(Vec::new()) };
        let region = task.region()?;
        let mut standing: BTreeMap<(String, Vec<String>, bool), bool> = BTreeMap::new();
        for Member { instance, machine } in fleet.members(facts)? {
            let Some((_, machine)) = machine else { continue };
            let Some(subnet) = &machine.subnet else { continue };
            let mut groups = machine.security_groups.clone();
            groups.sort_unstable();
            let stands = (subnet.clone(), groups, machine.is_public);
            *standing.entry(stands).or_default() |= instance.agent_connected;
        }
        let subnet = |id: &str| DescribeSubnet { region: region.clone(), id: id.to_owned() };
        let subnets = facts
            .all(&standing.keys().map(|(id, ..)| subnet(id)).collect::<Vec<_>>())
            .map_err(|stop| stop.wanted_for(Purpose::ContainerInstance))?;
        let vantage = |(((_, groups, is_public), connected), subnet): (_, &'t Subnet)| {
            let interface = Interface::new(subnet).with_public_address(is_public);
            Ok(Vantage {
                interface: match is_windows(task) {
                    true => interface.of_windows(),
                    false => interface,
                },
                around: VpcParts::of(subnet, region, expected, facts)?,
                agent_connected: connected,
                groups: Groups::Named(Ok(groups)),
                address: Ok(()),
                is_of_instance: true,
            })
        };
        standing.into_iter().zip(subnets).map(vantage).collect()
    }

    /// Reads the groups of the interface: the listed ones, otherwise the default group of the VPC.
    ///
    /// # Errors
    /// A group could not be read.
    pub(crate) fn read_groups(&mut self, facts: &View<'t>) -> Result<(), Stop> {
        let ids = match &self.groups {
            Groups::Known => return Ok(()),
            Groups::Default => vec![self.around.default_group(facts)?],
            Groups::Named(ids) => ids.clone()?,
        };
        let purpose = match self.is_of_instance {
            true => Purpose::ContainerInstance,
            false => Purpose::TaskNetwork,
        };
        self.around.read_groups(&ids, facts).map_err(|stop| stop.wanted_for(purpose))?;
        self.interface.groups = ids;
        self.groups = Groups::Known;
        Ok(())
    }

    /// What `ask` returns if the agent of an instance uses IPv6 in a dual-stack subnet. Which version it
    /// uses is set on the instance, by ECS_INSTANCE_IP_COMPATIBILITY
    /// (<https://github.com/aws/amazon-ecs-agent/blob/master/README.md>), so it is not known here. Fargate
    /// uses IPv4 (<https://github.com/aws/containers-roadmap/issues/2792>).
    pub(crate) fn over_ipv6<R>(&mut self, ask: impl FnOnce(&mut Vantage<'t>) -> R) -> Option<R> {
        let by_ipv6 = self.interface.over_ipv6().filter(|_| self.is_of_instance)?;
        let usual = std::mem::replace(&mut self.interface, by_ipv6);
        let answer = ask(self);
        let groups = std::mem::take(&mut self.interface.groups);
        self.interface = usual.with_groups(groups);
        Some(answer)
    }

    /// Checks that the public address of the interface is known.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub(crate) fn knows_address(&self) -> Result<(), Stop> {
        self.address.clone()
    }

    /// `say` of the path to the public addresses of a service, wherever its name resolves to.
    ///
    /// # Errors
    /// A part could not be read.
    pub(crate) fn path_outside<R>(
        &mut self,
        service: &Service,
        facts: &View<'t>,
        lacks: impl Fn(&Path, &Topology) -> Option<Part>,
        say: impl Fn(&Path, &Topology) -> R,
    ) -> Result<R, Stop> {
        loop {
            let topology = self.around.topology();
            let lists = topology.prefix_lists;
            let of_lists = lists.unwrap_or_default();
            let there = Target::service(&self.interface, topology.vpc, service, of_lists);
            let had_lists = lists.is_some();
            let there = Destination::Target(there, Port::tcp(443));
            let said = self.path(&there, facts, &lacks, &say)?;
            // Reading the ranges of all services reads those of this one.
            if had_lists || self.around.topology().prefix_lists.is_none() {
                return Ok(said);
            }
        }
    }

    /// `say` of the path, once every part that `lacks` names is read.
    ///
    /// # Errors
    /// A part could not be read.
    pub(crate) fn path<R>(
        &mut self,
        to: &Destination,
        facts: &View<'t>,
        lacks: impl Fn(&Path, &Topology) -> Option<Part>,
        say: impl FnOnce(&Path, &Topology) -> R,
    ) -> Result<R, Stop> {
        loop {
            let topology = self.around.topology();
            let path = path_of(&topology, &self.interface, to);
            let Some(part) = lacks(&path, &topology) else { return Ok(say(&path, &topology)) };
            let is_new = match part {
                Part::SecurityGroups => {
                    self.read_groups(facts)?;
                    self.around.read(part, facts)?
                }
                other => self.around.read(other, facts)?,
            };
            if !is_new {
                let topology = self.around.topology();
                let path = path_of(&topology, &self.interface, to);
                return Ok(say(&path, &topology));
            }
        }
    }
}

/// The part that is still missing to know where a name resolves to.
pub(crate) fn lead_lacks(path: &Path) -> Option<Part> {
    path.lead.as_ref().and_then(|lead| lead.answer.unread())
}

/// The part that is still missing to know where packets go.
pub(crate) fn lacks(path: &Path, topology: &Topology) -> Option<Part> {
    lead_lacks(path).or_else(|| match is_drawn(path) {
        true => None,
        // Block Public Access of a NAT gateway's subnet is an attribute of that subnet.
        false => path.route.unread().or_else(|| {
            let is_closed = |fact: &RouteFact| matches!(fact, RouteFact::PublicAccess { .. });
            (path.route.facts.iter().any(is_closed) && topology.subnets.is_none())
                .then_some(Part::Subnets)
        }),
    })
}

/// Whether an endpoint receives the packets.
pub(crate) fn is_drawn(path: &Path) -> bool {
    path.lead.as_ref().is_some_and(|lead| lead.to != Attraction::Public)
}

fn is_windows(task: &Task) -> bool {
    matches!(task.definition.operating_system(), Ok(OperatingSystem::Windows(_)))
}
