//! The network paths to mount targets, shown with those to services.

use super::way::Between;
use super::{EFS_MOUNT_TARGET, EXPECTED, Mounted, Mounting, mounting};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::Outcome;
use crate::reachability::acl;
use crate::reachability::hop_names::name;
use crate::reachability::interface::Vantage;
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};
use crate::task::{EfsMountUse, EgressPoint, Task};
use crate::verdict::{Finding, Findings, Severity, Verdict};

const JUDGED_BY: Option<&str> = Some(EFS_MOUNT_TARGET.id);

/// The path of each EFS volume from everywhere that it is mounted from, as `efs-mount-target` judges it. The
/// other paths show what is missing or unknown in the network.
pub(in crate::checks) fn trails(task: &Task, facts: &View) -> Vec<NetworkPath> {
    task.efs_mounts().into_iter().flatten().flat_map(|it| of_mount(&it, facts)).collect()
}

fn of_mount(it: &EfsMountUse, facts: &View) -> Vec<NetworkPath> {
    let (Ok(from), Ok(asked)) = (it.from, it.volume.file_system()) else { return Vec::new() };
    let sender = EgressPoint { task: it.volume.task, from };
    match mounting(it, from, &asked, facts) {
        Ok((mounting, vantages)) => {
            vantages.into_iter().map(|mut vantage| mounting.trail(&mut vantage, facts)).collect()
        }
        Err(_) if matches!(Vantage::all(&sender, EXPECTED, facts), Err(Stop::Absent(_))) => {
            Vec::new()
        }
        Err(stop) => {
            let hop = |kind, id: &str| Hop::new(kind, id, false);
            let hops = vec![hop(Kind::Subnet, sender.name()), hop(Kind::Destination, &asked.id)];
            vec![NetworkPath { hops, end: End::Open(stop.to_string()), judged_by: JUDGED_BY }]
        }
    }
}

impl Mounting<'_> {
    fn trail<'t>(&self, vantage: &mut Vantage<'t>, facts: &View<'t>) -> NetworkPath {
        let mut found = Findings::new();
        let mounted = self.from(vantage, facts, &mut found);
        let end = end(mounted, found);
        let hop = |kind, id: &str, broken| Hop::new(kind, id, broken);
        let subnet = hop(Kind::Subnet, &vantage.interface.subnet.id.clone(), false);
        let destination = hop(Kind::Destination, &self.asked.id, false);
        let mut hops = vec![subnet];
        match self.near(vantage, facts, &mut Findings::new()) {
            Ok(Some(target)) => {
                let between = self.between(target, vantage, facts).ok();
                let stops = |outcome: fn(&Between) -> Option<Outcome>| {
                    between.as_ref().and_then(outcome).is_some_and(|it| it != Outcome::Passed)
                };
                let groups = vantage.interface.groups.join(", ");
                hops.push(hop(Kind::Groups, &groups, stops(|it| Some(it.out.outcome))));
                match between.as_ref().and_then(|it| it.acls.as_ref().ok()) {
                    Some(answer) => {
                        let topology = vantage.around.topology();
                        let subnet = &vantage.interface.subnet.id;
                        let (own, far) = acl::hops(answer, &topology, subnet);
                        hops.push(own);
                        hops.extend(far);
                    }
                    None => hops.push(hop(Kind::Acl, "network ACL", false)),
                }
                hops.push(hop(Kind::Gateway, &target.id, stops(|it| Some(it.within.outcome))));
            }
            _ => hops.push(hop(Kind::Gateway, "no mount target", matches!(end, End::Lost(_)))),
        }
        hops.push(destination);
        name(&mut hops, &vantage.around.topology());
        NetworkPath { hops, end, judged_by: JUDGED_BY }
    }
}

/// Where the packets end, by what was found.
fn end(mounted: Result<Mounted, Stop>, found: Findings) -> End {
    let worst = |found: &[Finding]| {
        let of = |wanted: fn(&Severity) -> bool| found.iter().find(|it| wanted(&it.severity));
        let lost = of(|it| *it == Severity::Fail).map(|it| End::Lost(it.message.clone()));
        lost.or_else(|| {
            of(|it| matches!(it, Severity::Unknown(_) | Severity::Absent(_)))
                .map(|it| End::Open(it.message.clone()))
        })
    };
    match (mounted, found.or_pass("")) {
        (_, Ok(Verdict::Found(found))) if worst(&found).is_some() => {
            worst(&found).unwrap_or(End::Arrives)
        }
        (Err(stop), _) => End::Open(stop.to_string()),
        (Ok(Mounted::Skipped(why)), _) => End::Open(why),
        (Ok(Mounted::Reached(_) | Mounted::Hindered), _) => End::Arrives,
    }
}
