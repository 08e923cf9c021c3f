//! Whether packets to port 2049 of a mount target arrive.

use std::net::IpAddr;

use super::near::NFS;
use super::{EFS_MOUNT_TARGET, Mounting};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::efs::{DescribeMountTargetGroups, MountTarget};
use crate::network::{
    AclFact, Answer, Fact, Family, FilterFact, Outcome, Part, Port, Target, acls, egress, ingress,
};
use crate::reachability::acl::{commands, letting_pass};
use crate::reachability::interface::Vantage;
use crate::shell::ShellCommand;
use crate::verdict::{Finding, Findings, fail, warn};

const PORT: Port = Port::tcp(NFS);

/// What lies between an interface and a mount target.
pub(super) struct Between<'t> {
    /// The security groups of the mount target.
    pub groups: &'t [String],
    /// Whether the groups of the interface allow it out.
    pub out: Answer<FilterFact>,
    /// Whether those of the mount target allow it in.
    pub within: Answer<FilterFact>,
    /// Whether the network ACLs of both subnets allow it.
    pub acls: Result<Answer<AclFact>, Stop>,
}

impl Mounting<'_> {
    /// Reports what blocks the way to the mount target: the security groups of the interface, those of the
    /// mount target, or the network ACLs of the two subnets. Or returns why that is skipped.
    pub(super) fn way<'t>(
        &self,
        target: &MountTarget,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        found: &mut Findings,
    ) -> Result<Option<String>, Stop> {
        let Between { groups, out, within, acls } = self.between(target, vantage, facts)?;
        if let Some(why) = foreign_group(vantage) {
            return Ok(Some(why));
        }
        let (own, region) = (&vantage.interface.groups, &self.asked.region);
        let is_closed = out.is_blocked();
        self.report(&out, is_partial, found, |finding| match (own.first(), groups.first()) {
            (Some(own), Some(theirs)) if is_closed => finding
                .on(own)
                .remedy("Allow outbound TCP 2049 to the mount target in the task's security group")
                .command(
                    ShellCommand::of("aws ec2 authorize-security-group-egress")
                        .option("--group-id", own)
                        .option("--ip-permissions", format!(
                            "IpProtocol=tcp,FromPort=2049,ToPort=2049,UserIdGroupPairs=[{{GroupId={theirs}}}]"
                        ))
                        .region(region),
                ),
            _ => finding,
        });
        self.report(&within, is_partial, found, |finding| match (own.first(), groups.first()) {
            (Some(own), Some(theirs)) => finding
                .on(theirs)
                .remedy("Allow inbound TCP 2049 from the task's security group in the security group of the mount target")
                .command(
                    ShellCommand::of("aws ec2 authorize-security-group-ingress")
                        .option("--group-id", theirs)
                        .flag("--protocol tcp --port 2049")
                        .option("--source-group", own)
                        .region(region),
                ),
            _ => finding,
        });
        found.part(self.place, |found| {
            let is_partial = |fact: &AclFact| matches!(fact, AclFact::Partly { .. });
            let acls = acls?;
            let amendments = letting_pass(&acls.facts, &vantage.around.topology());
            self.report(&acls, is_partial, found, |finding| {
                let finding = finding.remedy("Allow TCP 2049 to the mount target and the return traffic to the task's ephemeral ports in the network ACLs of both subnets");
                amendments.iter().flat_map(commands).fold(finding, |finding, command| {
                    finding.command(command.region(region))
                })
            });
            Ok(())
        });
        Ok(None)
    }

    /// What the filters between the interface and the mount target say.
    pub(super) fn between<'t>(
        &self,
        target: &MountTarget,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
    ) -> Result<Between<'t>, Stop> {
        let groups = DescribeMountTargetGroups {
            region: self.asked.region.clone(),
            file_system: self.asked.id.clone(),
            mount_target: target.id.clone(),
        };
        // Both are requested at once.
        let (groups, own) = (facts.need(&groups), vantage.read_groups(facts));
        let groups = groups?;
        own?;
        vantage.around.read_groups(groups, facts)?;
        let to = address(target, vantage, groups)?;
        let (out, within) = filtered(vantage, &to, facts)?;
        Ok(Between { groups, out, within, acls: crossed(vantage, &to, facts) })
    }

    /// Reports nothing for a stage that allows everything.
    fn report<F: Fact>(
        &self,
        answer: &Answer<F>,
        is_partial: impl Fn(&F) -> bool,
        found: &mut Findings,
        fix: impl FnOnce(Finding) -> Finding,
    ) {
        let port = format!("port 2049 of EFS file system {}", self.asked.id);
        let finding = match answer.outcome {
            Outcome::Passed => return,
            Outcome::Blocked => fail(format!("{port} is not reachable: {answer}")),
            Outcome::Doubtful if answer.facts.iter().any(is_partial) => {
                warn(format!("{port} is reachable only from some addresses: {answer}"))
            }
            Outcome::Doubtful => {
                let why = format!("cannot determine whether {port} is reachable: {answer}");
                return found.stopped(self.place, Gap::Undecidable { why }.into());
            }
        };
        found.add(fix(finding.prevents(EFS_MOUNT_TARGET.prevents[1])));
    }
}

/// A security group in another VPC than the interface. `network-configuration` reports it.
fn foreign_group(vantage: &Vantage) -> Option<String> {
    let (vpc, own) = (&vantage.interface.subnet.vpc, &vantage.interface.groups);
    let groups = vantage.around.topology().security_groups.unwrap_or_default();
    let foreign = groups.iter().find(|it| own.contains(&it.id) && it.vpc != *vpc)?;
    Some(format!("security group {} is in {}, not in {vpc}", foreign.id, foreign.vpc))
}

fn is_partial(fact: &FilterFact) -> bool {
    matches!(fact, FilterFact::Partly { .. })
}

/// The interface of the mount target, by the address that this interface can reach.
fn address(target: &MountTarget, vantage: &Vantage, groups: &[String]) -> Result<Target, Stop> {
    let family = vantage.interface.family();
    let text = match family {
        Family::Ipv4 => target.ipv4.as_deref(),
        Family::Ipv6 => target.ipv6.as_deref(),
    };
    let address: Option<IpAddr> = text.and_then(|text| text.parse().ok());
    let Some(address) = address else {
        let why = format!(
            "cannot determine the way to mount target {}: it has no {family} address, and {} has no other family",
            target.id, vantage.interface.subnet.id
        );
        return Err(Gap::Undecidable { why }.into());
    };
    let mut to = Target::address(address);
    to.name = format!("mount target {} ({address})", target.id);
    to.groups = Some(groups.to_vec());
    Ok(to)
}

/// Whether the security groups on both ends allow it. A rule may name a prefix list, whose ranges are then
/// read.
fn filtered<'t>(
    vantage: &mut Vantage<'t>,
    to: &Target,
    facts: &View<'t>,
) -> Result<(Answer<FilterFact>, Answer<FilterFact>), Stop> {
    loop {
        let topology = vantage.around.topology();
        let out = egress(&topology, &vantage.interface, to, PORT);
        let within = ingress(&topology, &vantage.interface, to, PORT);
        match out.unread().or(within.unread()) {
            Some(part) if vantage.around.read(part, facts)? => {}
            _ => return Ok((out, within)),
        }
    }
}

/// Whether the network ACLs of the subnets on both ends allow it. The route is read first: traffic within one
/// subnet crosses no network ACL.
fn crossed<'t>(
    vantage: &mut Vantage<'t>,
    to: &Target,
    facts: &View<'t>,
) -> Result<Answer<AclFact>, Stop> {
    for part in [Part::Vpc, Part::RouteTables, Part::Subnets] {
        vantage.around.read(part, facts)?;
    }
    loop {
        let answer = acls(&vantage.around.topology(), &vantage.interface, to, PORT);
        match answer.unread() {
            Some(part) if vantage.around.read(part, facts)? => {}
            _ => return Ok(answer),
        }
    }
}
