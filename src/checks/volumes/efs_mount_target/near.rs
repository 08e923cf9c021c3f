//! Which mount target is for a subnet, and whether its name resolves there.

use super::{EFS_MOUNT_TARGET, Mounting};
use crate::checks::volumes::efs_volume::is_usable;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::efs::{DescribeFileSystem, DescribeMountTargetGroups, MountTarget, Zone};
use crate::names::words;
use crate::network::{DnsFact, Part, RouteFact, Subnet, Target, resolve, route};
use crate::reachability::interface::Vantage;
use crate::shell::ShellCommand;
use crate::verdict::{Finding, Findings, fail, warn};

/// The port of NFS.
pub(super) const NFS: u16 = 2049;

impl<'a> Mounting<'a> {
    /// The mount target in the zone of the interface. ECS mounts a file system by its name, and that
    /// resolves to the mount target of the zone it is asked in, or not at all
    /// (<https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html>).
    pub(super) fn near<'t>(
        &self,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        found: &mut Findings,
    ) -> Result<Option<&'a MountTarget>, Stop> {
        let subnet = vantage.interface.subnet;
        let Some(first) = self.targets.first() else {
            found.add(self.nowhere());
            return Ok(None);
        };
        // All mount targets of a file system are in one VPC.
        if first.vpc != subnet.vpc {
            let finding = self.elsewhere(first, vantage, facts)?;
            found.add(finding);
            return Ok(None);
        }
        let in_zone = |subnet: &Subnet| self.targets.iter().find(|it| is_in(subnet, &it.zone));
        match in_zone(subnet) {
            Some(target) if is_usable(&target.state) => return Ok(Some(target)),
            Some(target) => found.add(self.unusable(target)),
            None => {
                let usable = |it: &MountTarget| is_usable(&it.state);
                let some = self.subnets.iter().any(|it| in_zone(it).is_some_and(usable));
                found.add(self.far(subnet, some, facts)?);
            }
        }
        Ok(None)
    }

    pub(super) fn named(&self) -> String {
        let DescribeFileSystem { region, id } = self.asked;
        format!("EFS file system {id} in {region}")
    }

    fn unusable(&self, target: &MountTarget) -> Finding {
        let MountTarget { id, state, zone, .. } = target;
        fail(format!(
            "mount target {id} of {}, the one in {}, is {state}",
            self.named(),
            zone.name()
        ))
        .on(id)
        .remedy("Wait until the mount target is available, or create it anew")
        .command(
            ShellCommand::of("aws efs describe-mount-targets")
                .option("--mount-target-id", id)
                .option("--query", "MountTargets[0].LifeCycleState")
                .region(&self.asked.region),
        )
    }

    /// Where the task is placed decides, unless no zone of its subnets has a mount target.
    fn far(&self, subnet: &Subnet, some: bool, facts: &View) -> Result<Finding, Stop> {
        let zones: Vec<&str> = self.targets.iter().map(|it| it.zone.name()).collect();
        let Subnet { id, zone, .. } = subnet;
        let what = format!(
            "{} has a mount target in {}, but none in {zone}, the zone of {id}, so that its name does not resolve there",
            self.named(),
            words::and(&zones)
        );
        let finding = match some {
            true => warn(format!("{what}: what is placed in {id} does not start")),
            false => fail(format!("{what}, nor in any other zone of the task")),
        };
        let finding = finding.on(id);
        Ok(match &self.file_system.one_zone {
            None => self.create(&[subnet], &self.groups(facts)?, finding),
            Some(own) => finding.remedy(format!(
                "Run the task in subnets of {} only: a One Zone file system has no mount target elsewhere",
                own.name()
            )),
        })
    }

    /// A file system without any mount target lacks one in every zone of the task.
    fn nowhere(&self) -> Finding {
        let own = self.file_system.one_zone.as_ref();
        let mut lacking: Vec<&Subnet> = Vec::new();
        for subnet in &self.subnets {
            if own.is_none_or(|own| is_in(subnet, own))
                && !lacking.iter().any(|it| it.zone == subnet.zone)
            {
                lacking.push(subnet);
            }
        }
        let finding = fail(format!("{} has no mount target", self.named())).on(&self.asked.id);
        match own {
            Some(own) if lacking.is_empty() => finding.remedy(format!(
                "Create a mount target in {}, the zone of the file system, and run the task in subnets of that zone",
                own.name()
            )),
            _ => self.create(&lacking, &[], finding),
        }
    }

    /// The security groups of a mount target that is there: another one is best in the same.
    fn groups(&self, facts: &View) -> Result<Vec<String>, Stop> {
        let usable = self.targets.iter().find(|it| is_usable(&it.state));
        let Some(other) = usable.or(self.targets.first()) else { return Ok(Vec::new()) };
        let asked = DescribeMountTargetGroups {
            region: self.asked.region.clone(),
            file_system: self.asked.id.clone(),
            mount_target: other.id.clone(),
        };
        Ok(match facts.tolerate(|| facts.get(&asked))? {
            Ok(Seen::Found(groups)) => groups.clone(),
            Ok(Seen::Absent(_)) | Err(_) => Vec::new(),
        })
    }

    /// The finding, with a command for each of the subnets.
    fn create(&self, subnets: &[&Subnet], groups: &[String], finding: Finding) -> Finding {
        let DescribeFileSystem { region, id } = self.asked;
        let finding = match groups {
            [] => finding.remedy("Create a mount target in each zone of the task; unless --security-groups names others, it is in the default group of the VPC, which has to admit TCP 2049 from the task"),
            _ => finding,
        };
        subnets.iter().fold(finding, |finding, subnet| {
            let create = ShellCommand::of("aws efs create-mount-target")
                .option("--file-system-id", id)
                .option("--subnet-id", &subnet.id);
            let create = match groups {
                [] => create,
                groups => create.options("--security-groups", groups),
            };
            finding.command(create.region(region))
        })
    }

    /// Another VPC may be reached, and its file systems' names may be given addresses by hand
    /// (<https://docs.aws.amazon.com/efs/latest/ug/manage-fs-access-vpc-peering.html>).
    fn elsewhere<'t>(
        &self,
        target: &MountTarget,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
    ) -> Result<Finding, Stop> {
        let subnet = vantage.interface.subnet;
        let what = format!(
            "the mount targets of {} are in {}, but {} is in {}",
            self.named(),
            target.vpc,
            subnet.id,
            subnet.vpc
        );
        vantage.around.read(Part::Vpc, facts)?;
        vantage.around.read(Part::RouteTables, facts)?;
        let address = target.ipv4.as_deref().and_then(|ip| ip.parse().ok());
        let topology = vantage.around.topology();
        let answer = address.map(|ip| route(&topology, &vantage.interface, &Target::address(ip)));
        let beyond = answer.iter().flat_map(|it| &it.facts).find(|fact| {
            matches!(
                fact,
                RouteFact::BeyondView(_) | RouteFact::NotShown(_) | RouteFact::NoTable { .. }
            )
        });
        Ok(match beyond {
            Some(fact) => warn(format!(
                "{what}: {fact}, which may lead there, but its name resolves here only if a private hosted zone gives it an address"
            )),
            None => fail(format!("{what}, from where no route leads there")),
        }
        .on(&subnet.id)
        .remedy("Run the task in the VPC of the mount targets, or give that VPC a file system of its own"))
    }

    /// Reports why the name of the file system would not resolve in the VPC. That no name at all does,
    /// the checks of the network tell: then this is the sentence that says so.
    pub(super) fn unresolved<'t>(
        &self,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        found: &mut Findings,
    ) -> Result<Option<String>, Stop> {
        for part in [Part::Vpc, Part::DnsServers, Part::DnsSupport] {
            vantage.around.read(part, facts)?;
        }
        let topology = vantage.around.topology();
        let vpc = &vantage.interface.subnet.vpc;
        let region = &self.asked.region;
        let answer = resolve(&topology, &vantage.interface);
        if answer.facts.iter().any(|fact| matches!(fact, DnsFact::SupportOff { .. })) {
            return Ok(Some(answer.to_string()));
        }
        let own: Vec<&str> = topology
            .dns_servers
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|server| *server != "AmazonProvidedDNS")
            .collect();
        if answer.facts.iter().any(|fact| !matches!(fact, DnsFact::Amazon | DnsFact::Unread(_))) {
            found.add(
                warn(format!(
                    "names are resolved by {} in {vpc}: that of the file system resolves only if they forward it to the resolver of Amazon",
                    words::and(&own)
                ))
                .on(vpc)
                .prevents(EFS_MOUNT_TARGET.prevents[0])
                .remedy(format!(
                    "Let the resolvers forward efs.{region}.amazonaws.com to the resolver of the VPC"
                )),
            );
        }
        // Amazon's page asks for it
        // (https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html).
        if topology.dns_hostnames == Some(false) {
            found.add(
                fail(format!(
                    "the name of the file system does not resolve in {vpc}, where enableDnsHostnames is off"
                ))
                .on(vpc)
                .prevents(EFS_MOUNT_TARGET.prevents[0])
                .remedy("Turn on DNS host names for the VPC")
                .command(
                    ShellCommand::of("aws ec2 modify-vpc-attribute")
                        .option("--vpc-id", vpc)
                        .flag("--enable-dns-hostnames")
                        .region(region),
                ),
            );
        }
        Ok(None)
    }
}

/// Ids of zones are the same for everybody; names are each account's own.
fn is_in(subnet: &Subnet, zone: &Zone) -> bool {
    match (&subnet.zone_id, &zone.id) {
        (Some(own), Some(other)) => own == other,
        _ => zone.name.as_ref() == Some(&subnet.zone),
    }
}
