//! The mount target for a subnet, and whether its name resolves there.

use super::zone::is_in;
use super::{EFS_MOUNT_TARGET, Mounting};
use crate::checks::volumes::efs_volume::is_usable;
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::efs::{DescribeFileSystem, DescribeMountTargetGroups, MountTarget};
use crate::names::words;
use crate::network::{DnsFact, Part, RouteFact, Subnet, Target, resolve, route};
use crate::reachability::interface::Vantage;
use crate::shell::{ShellCommand, Word};
use crate::verdict::{Finding, Findings, fail, warn};

/// The port of NFS.
pub(super) const NFS: u16 = 2049;

impl<'a> Mounting<'a> {
    /// The mount target in the zone of the interface. ECS mounts a file system by its name, which resolves to
    /// the mount target in the client's zone, or not at all
    /// (<https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html>).
    pub(super) fn near<'t>(
        &self,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        found: &mut Findings,
    ) -> Result<Option<&'a MountTarget>, Stop> {
        let subnet = vantage.interface.subnet;
        let Some(first) = self.targets.first() else {
            // A group that cannot be read is left out of the fix.
            if let Err(pending @ Stop::Gap(_)) = facts.tolerate(|| vantage.read_groups(facts)) {
                return Err(pending);
            }
            found.add(self.nowhere(vantage));
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
            "mount target {id} of {}, in {}, is {state}, not available",
            self.named(),
            zone.name()
        ))
        .on(id)
        .remedy("Wait until the mount target is available, or create it again")
        .command(
            ShellCommand::of("aws efs describe-mount-targets")
                .option("--mount-target-id", id)
                .option("--query", "MountTargets[0].LifeCycleState")
                .region(&self.asked.region),
        )
    }

    /// A warning, because the placement of the task decides; a failure if no zone has a mount target.
    fn far(&self, subnet: &Subnet, some: bool, facts: &View) -> Result<Finding, Stop> {
        let zones: Vec<&str> = self.targets.iter().map(|it| it.zone.name()).collect();
        let Subnet { id, zone, .. } = subnet;
        let what = format!(
            "{} has a mount target in {}, but none in {zone}, the zone of {id}, so its name does not resolve there",
            self.named(),
            words::and(&zones)
        );
        let finding = match some {
            true => warn(format!("{what}: a task in {id} does not start")),
            false => fail(format!("{what}, and none in any other zone of the task")),
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
    fn nowhere(&self, vantage: &Vantage) -> Finding {
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
            _ => match vantage.interface.groups.first() {
                Some(of_task) => self.create_with_group(&lacking, of_task, finding),
                None => self.create(&lacking, &[], finding),
            },
        }
    }

    /// The finding, with the commands for a mount target in each of the subnets and for a security group that
    /// admits the task: the default group of the VPC may not.
    fn create_with_group(&self, subnets: &[&Subnet], of_task: &str, finding: Finding) -> Finding {
        let DescribeFileSystem { region, id } = self.asked;
        let Some(first) = subnets.first() else { return finding };
        let group = || Word::placeholder("MOUNT-TARGET-GROUP-ID");
        let finding = finding
            .remedy("Create a mount target in each zone of the task, with a security group that allows TCP 2049 from the task")
            .command(
                ShellCommand::of("aws ec2 create-security-group")
                    .option("--group-name", format!("{id}-mount-targets"))
                    .option("--description", format!("Mount targets of {id}"))
                    .option("--vpc-id", &first.vpc)
                    .region(region),
            )
            .command(
                ShellCommand::of("aws ec2 authorize-security-group-ingress")
                    .option("--group-id", group())
                    .flag("--protocol tcp --port 2049")
                    .option("--source-group", of_task)
                    .region(region),
            );
        subnets.iter().fold(finding, |finding, subnet| {
            finding.command(
                ShellCommand::of("aws efs create-mount-target")
                    .option("--file-system-id", id)
                    .option("--subnet-id", &subnet.id)
                    .option("--security-groups", group())
                    .region(region),
            )
        })
    }

    /// The security groups of an existing mount target, for a new one.
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
            [] => finding.remedy("Create a mount target in each zone of the task; without --security-groups it gets the VPC's default security group, which must then allow TCP 2049 from the task"),
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

    /// Another VPC may be reachable, and a private hosted zone may resolve the names of its file systems
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
        vantage.around.read(Part::Appliances, facts)?;
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
                "{what}: {fact}, which may lead there, but the name of the file system resolves here only with a private hosted zone"
            )),
            None => fail(format!("{what}, which has no route to it")),
        }
        .on(&subnet.id)
        .remedy("Run the task in the VPC of the mount targets, or create a file system for the task's VPC"))
    }

    /// Reports why the name of the file system would not resolve in the VPC. If no name resolves at all, the
    /// network checks report it, and this returns the sentence.
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
                    "{vpc} uses the DNS servers {}: the name of the file system resolves only if they forward it to the Amazon resolver",
                    words::and(&own)
                ))
                .on(vpc)
                .prevents(EFS_MOUNT_TARGET.prevents[0])
                .remedy(format!(
                    "Forward efs.{region}.amazonaws.com from these DNS servers to the resolver of the VPC"
                )),
            );
        }
        // AWS requires it
        // (https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html).
        if topology.dns_hostnames == Some(false) {
            found.add(
                fail(format!(
                    "the name of the file system does not resolve in {vpc}, because enableDnsHostnames is off"
                ))
                .on(vpc)
                .prevents(EFS_MOUNT_TARGET.prevents[0])
                .remedy("Turn on DNS hostnames for the VPC")
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
