//! `efs-mount-target`

mod near;
mod trail;
mod way;
mod zone;

pub(in crate::checks) use trail::trails;

use crate::checks::{Check, each};
use crate::document::Place;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::lookup::ec2::network_interface::SourceDestCheck;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::route::RouteTables;
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::efs::{
    DescribeFileSystem, DescribeMountTargetGroups, DescribeMountTargets, FileSystem, MountTarget,
};
use crate::lookup::{CallerIdentity, Lookup};
use crate::network::{Part, Subnet};
use crate::reachability::interface::Vantage;
use crate::task::{EfsMountUse, EgressPoint, SendsFrom};
use crate::verdict::{Findings, Judgement, Verdict, not_applicable};

pub(super) static EFS_MOUNT_TARGET: Check = Check {
    id: "efs-mount-target",
    verifies: "a mount target of the file system is reachable on port 2049 from each subnet of the task, and its name resolves",
    prevents: &[
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"<fs>.efs.<region>.amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID.",
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: Connection timed out : unsuccessful EFS utils command execution; code: 32",
    ],
    remedy: "Create a mount target in the subnet's Availability Zone, and allow TCP 2049 from the task's security groups in those of the mount target",
    docs: "https://docs.aws.amazon.com/efs/latest/ug/accessing-fs.html",
    asks: &[&[
        DescribeMountTargets::CALL,
        DescribeFileSystem::CALL,
        DescribeMountTargetGroups::CALL,
        DescribeSubnet::CALL,
        DescribeVpc::CALL,
        VpcDns::CALL,
        DhcpResolvers::CALL,
        RouteTables::CALL,
        SourceDestCheck::CALL,
        NetworkAcls::CALL,
        DescribeSecurityGroup::CALL,
        ServicePrefixLists::CALL,
        PrefixListEntries::CALL,
        ContainerInstances::CALL,
        DescribeInstance::CALL,
        CallerIdentity::CALL,
    ]],
    advises: false,
    judge: |task| each(task, efs_mount_target),
};

/// What is read for every mount.
const EXPECTED: &[Part] = &[
    Part::Vpc,
    Part::DnsServers,
    Part::DnsSupport,
    Part::RouteTables,
    Part::Subnets,
    Part::NetworkAcls,
];

fn efs_mount_target(it: &EfsMountUse, facts: &View) -> Judgement {
    let from = match it.from {
        Ok(from) => from,
        Err(why) => return Ok(Verdict::Skipped(why.skip())),
    };
    let asked = it.volume.file_system()?;
    let (mounting, vantages) = mounting(it, from, &asked, facts)?;
    if let (SendsFrom::Instances(cluster), true) = (from, vantages.is_empty()) {
        let why = format!(
            "cannot determine what mounts the volume: cluster {} has no active container instance that the task may run on",
            cluster.value
        );
        return Err(Gap::Undecidable { why }.into());
    }
    if mounting.subnets.iter().any(|subnet| subnet.vpc != mounting.subnets[0].vpc) {
        return not_applicable("skipped: the subnets are in several VPCs");
    }
    let mut found = Findings::new();
    let (mut reached, mut skipped) = (Vec::new(), None);
    for mut vantage in vantages {
        match mounting.from(&mut vantage, facts, &mut found) {
            Ok(Mounted::Reached(how)) => reached.push(how),
            Ok(Mounted::Hindered) => {}
            Ok(Mounted::Skipped(why)) => skipped = Some(why),
            Err(stop) => found.stopped(mounting.place, stop),
        }
    }
    match skipped {
        Some(why) if found.is_empty() => not_applicable(format!("skipped: {why}")),
        _ => found.or_pass(reached.join("; ")),
    }
}

/// A file system, with the interfaces that mount it.
///
/// # Errors
/// Why one of them cannot be determined, or what is missing.
fn mounting<'a, 't: 'a>(
    it: &EfsMountUse<'a>,
    from: SendsFrom<'a>,
    asked: &'a DescribeFileSystem,
    facts: &View<'t>,
) -> Result<(Mounting<'a>, Vec<Vantage<'t>>), Stop> {
    // All are requested at once.
    let targets =
        DescribeMountTargets { region: asked.region.clone(), file_system: asked.id.clone() };
    let targets = facts.need(&targets);
    let file_system = facts.need(asked);
    let others = subnets_of_task(it, facts);
    if let (Ok(targets), Ok(subnets)) = (&targets, &others) {
        ask_ahead(asked, targets, subnets, facts);
    }
    let vantages = Vantage::all(&EgressPoint { task: it.volume.task, from }, EXPECTED, facts);
    let (file_system, targets, vantages) = (file_system?, targets?, vantages?);
    let mut subnets = others?;
    subnets.extend(vantages.iter().map(|vantage| vantage.interface.subnet));
    let place = &it.volume.volume.place;
    Ok((Mounting { place, asked, file_system, targets, subnets }, vantages))
}

/// Requests the security groups of the mount targets that are near the subnets.
fn ask_ahead(
    asked: &DescribeFileSystem,
    targets: &[MountTarget],
    subnets: &[&Subnet],
    facts: &View,
) {
    for near in
        targets.iter().filter(|it| subnets.iter().any(|subnet| zone::is_in(subnet, &it.zone)))
    {
        facts.prefetch(&DescribeMountTargetGroups {
            region: asked.region.clone(),
            file_system: asked.id.clone(),
            mount_target: near.id.clone(),
        });
    }
}

/// All existing subnets of the task: another one may have a mount target in its zone where the judged one has
/// none.
fn subnets_of_task<'f>(it: &EfsMountUse, facts: &View<'f>) -> Result<Vec<&'f Subnet>, Stop> {
    let task = it.volume.task;
    let Ok(SendsFrom::Subnet(_)) = it.from else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let region = task.region()?;
    let items = task.context.network.subnets.items()?.iter();
    // A missing subnet is reported where it is written.
    let seen: Vec<_> = items
        .map(|it| {
            facts.need_optional(&DescribeSubnet { region: region.clone(), id: it.value.clone() })
        })
        .collect();
    for subnet in seen {
        found.extend(subnet?);
    }
    Ok(found)
}

/// A file system, and all the subnets that it is mounted from.
struct Mounting<'a> {
    place: &'a Place,
    asked: &'a DescribeFileSystem,
    file_system: &'a FileSystem,
    targets: &'a [MountTarget],
    subnets: Vec<&'a Subnet>,
}

/// The result for one interface.
enum Mounted {
    /// It reaches this mount target.
    Reached(String),
    /// It does not, or not always: already reported.
    Hindered,
    /// Not judged, because another result reports the cause.
    Skipped(String),
}

impl Mounting<'_> {
    fn from<'t>(
        &self,
        vantage: &mut Vantage<'t>,
        facts: &View<'t>,
        found: &mut Findings,
    ) -> Result<Mounted, Stop> {
        // What is wrong everywhere is reported once.
        if let (true, Some(first)) = (self.targets.is_empty(), self.subnets.first())
            && first.id != vantage.interface.subnet.id
        {
            let why = format!("{} has no mount target, as reported for {}", self.named(), first.id);
            return Ok(Mounted::Skipped(why));
        }
        let Some(target) = self.near(vantage, facts, found)? else { return Ok(Mounted::Hindered) };
        if let Some(why) = self.unresolved(vantage, facts, found)? {
            return Ok(Mounted::Skipped(why));
        }
        if let Some(why) = self.way(target, vantage, facts, found)? {
            return Ok(Mounted::Skipped(why));
        }
        let subnet = &vantage.interface.subnet.id;
        let (id, zone) = (&target.id, target.zone.name());
        Ok(Mounted::Reached(format!(
            "mount target {id} in {zone} is reachable from {subnet} on port 2049"
        )))
    }
}
