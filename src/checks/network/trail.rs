//! Paths to display: from each subnet, hop by hop, to every required destination.

use super::endpoint_policy;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{
    Attraction, Interface, Outcome, Part, Path, RouteFact, RouteTarget, Stage, Topology,
    rest_of_internet, table_of,
};
use crate::reachability::egress::{self, Need, Reach, To, destination};
use crate::reachability::fork::past_endpoint;
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::{Way, of_all};
use crate::task::{Attachment, EgressPoint, Task};

/// All paths of a task's calls to their destinations. If the subnets or the destinations are unknown, there
/// is one undetermined path that says so.
pub fn trails(task: &Task, facts: &View) -> Vec<NetworkPath> {
    let senders = match task.egress_points() {
        Ok(senders) => senders,
        Err(skip) => return vec![unknown(task, skip.because)],
    };
    let mut found = Vec::new();
    for sender in senders {
        match &sender {
            Ok(sender) => match of_sender(sender, facts) {
                Ok(trails) => found.extend(trails),
                Err(stop) => found.push(undetermined(sender.name(), &stop)),
            },
            Err(unplanned) => found.push(unknown(task, &unplanned.stop)),
        }
    }
    found
}

/// The path of a task whose subnets or instances are not known: one hop that says what to pass.
fn unknown(task: &Task, why: impl ToString) -> NetworkPath {
    let id = match task.attachment() {
        Ok(Attachment::InstanceInterface) => "container instances unknown: pass --cluster",
        Ok(Attachment::Outside) => "external instances are not in a VPC",
        _ => "subnets unknown: pass --subnets",
    };
    let hops = vec![Hop { kind: Kind::Subnet, id: id.to_owned(), broken: true }];
    NetworkPath { hops, end: End::Open(why.to_string()), judged_by: None }
}

/// The path from a subnet or cluster whose destinations cannot be determined, and why.
fn undetermined(from: &str, why: impl ToString) -> NetworkPath {
    let hop = |kind, id: &str, broken| Hop { kind, id: id.to_owned(), broken };
    let to = "required services";
    let hops = vec![hop(Kind::Subnet, from, true), hop(Kind::Destination, to, false)];
    NetworkPath { hops, end: End::Open(why.to_string()), judged_by: None }
}

fn of_sender(sender: &EgressPoint, facts: &View) -> Result<Vec<NetworkPath>, Stop> {
    let reach = egress::by(sender, facts)?;
    let home = sender.task.region()?;
    let vantages = Vantage::all(sender, crate::reachability::way::EXPECTED, facts)?;
    if vantages.is_empty() {
        let why = "no active container instance to place the task on";
        return Ok(vec![undetermined(sender.name(), why.to_owned())]);
    }
    let mut found = Vec::new();
    for mut vantage in vantages {
        let connected = vantage.agent_connected;
        let proven = |need: &Need| need.is_of_agent() && connected;
        let is_drawn = |need: &&Need| !need.is_own_traffic() && !proven(need);
        for need in reach.needs.iter().filter(is_drawn) {
            let mut between = one(&mut vantage, need, &reach, facts);
            if let Ok(between) = &mut between {
                let ruling = endpoint_policy::rule(sender.task, &mut vantage, need, &reach, facts);
                between.held_to(ruling, &vantage.interface.subnet.id);
            }
            found.push(finished(between, &vantage, &need.to.named_from(home)));
        }
    }
    Ok(found)
}

/// The hops between the subnet and the destination.
struct Between {
    hops: Vec<Hop>,
    end: End,
}

impl Between {
    /// Adds the ruling of network-endpoint-policy: a policy can refuse a call whose packets arrive. A missing
    /// resource, or one that no endpoint serves, is not its concern.
    fn held_to(&mut self, ruling: Result<Ruling, Stop>, subnet: &str) {
        let (because, is_refused) = match ruling {
            Ok(Ruling::Blocked(obstacle)) => (obstacle.because.said_of(subnet), true),
            Ok(Ruling::Hurts(obstacle)) => (obstacle.because.said_of(subnet), false),
            Ok(Ruling::Open(why)) => (why.said_of(subnet), false),
            Err(stop @ Stop::Gap(_)) => (stop.to_string(), false),
            Ok(Ruling::Passes(_) | Ruling::NotApplicable | Ruling::Elsewhere)
            | Err(Stop::Absent(_)) => {
                return;
            }
        };
        // A policy cannot refuse packets that do not arrive, and of two doubts the first is reported.
        match self.end {
            End::Arrives => {}
            End::Open(_) if is_refused => {}
            End::Open(_) | End::Lost(_) => return,
        }
        for hop in &mut self.hops {
            hop.broken = hop.kind == Kind::Gateway;
        }
        self.end = if is_refused { End::Lost(because) } else { End::Open(because) };
    }
}

fn one<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Between, Stop> {
    vantage.read_groups(facts)?;
    let to = destination(&need.to);
    let drawn = vantage.path(
        &to,
        facts,
        |path, _| lead_lacks(path),
        |path, _| match path.lead.as_ref().map(|lead| lead.to) {
            Some(Attraction::Interface(endpoint)) => endpoint.groups.clone(),
            _ => Vec::new(),
        },
    )?;
    vantage.around.read_groups(&drawn, facts)?;
    vantage.around.read(Part::PrefixLists, facts)?;
    vantage.around.read(Part::Subnets, facts)?;
    vantage.around.read(Part::NetworkAcls, facts)?;
    let way = Way::of(vantage, &need.to, reach, facts)?;
    let uncertain =
        matches!((&way, &need.to), (Way::Broken(_), To::Anywhere(_)) | (Way::Elsewhere, _));
    let past = past_endpoint(vantage, &need.to, reach, facts)?;
    let groups = vantage.interface.groups.join(", ");
    let (subnet, from) = (vantage.interface.subnet.id.clone(), vantage.interface.clone());
    vantage.path(
        &to,
        facts,
        |path, _| path.unread(),
        |path, topology| {
            let rest = but_for_narrow_ranges(path, topology, &from);
            let path = rest.as_ref().unwrap_or(path);
            let mut between = between(path, topology, &subnet, &groups);
            if let (true, End::Lost(why)) = (past.is_some(), &between.end) {
                between.end =
                    End::Open(format!("{why}, but the name might not resolve to this endpoint"));
            }
            if let (true, End::Lost(why)) = (uncertain, &between.end) {
                let lost = Ruling::Blocked(Obstacle::of(why.as_str())).unless_within(&need.to);
                between.end = End::Open(match lost {
                    Ruling::Open(why) => why.said_of(&subnet),
                    _ => why.clone(),
                });
            }
            between
        },
    )
}

/// The path that the checks pass under a stated assumption.
fn but_for_narrow_ranges<'a>(
    path: &Path<'a>,
    topology: &Topology<'a>,
    from: &Interface,
) -> Option<Path<'a>> {
    let in_doubt = path.outcome() == Outcome::Doubtful;
    let (rest, _) = in_doubt.then(|| rest_of_internet(topology, from, path)).flatten()?;
    let passes = rest.outcome() == Outcome::Passed;
    passes.then(|| Path { dns: path.dns.clone(), lead: path.lead.clone(), ..rest })
}

fn finished(between: Result<Between, Stop>, vantage: &Vantage, name: &str) -> NetworkPath {
    let (hops, end) = match between {
        Ok(Between { hops, end }) => (hops, end),
        Err(stop) => (Vec::new(), End::Open(stop.to_string())),
    };
    let first = Hop { kind: Kind::Subnet, id: vantage.interface.subnet.id.clone(), broken: false };
    let last = Hop { kind: Kind::Destination, id: name.to_owned(), broken: false };
    let hops = [first].into_iter().chain(hops).chain([last]).collect();
    NetworkPath { hops, end, judged_by: None }
}

fn between(path: &Path, topology: &Topology, subnet: &str, groups: &str) -> Between {
    let worst = of_all(path).worst();
    let at = |stage: Stage| worst.as_ref().is_some_and(|hop| hop.stage == stage);
    let acl = topology
        .network_acls
        .into_iter()
        .flatten()
        .find(|acl| acl.subnets.iter().any(|it| it == subnet))
        .map_or("network ACL", |acl| &acl.id);
    let mut hops = vec![
        Hop { kind: Kind::Groups, id: groups.to_owned(), broken: at(Stage::SecurityGroup) },
        Hop { kind: Kind::Acl, id: acl.to_owned(), broken: at(Stage::NetworkAcl) },
    ];
    let endpoint = match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(endpoint) | Attraction::Gateway(endpoint)) => {
            Some(endpoint.id.clone())
        }
        _ => None,
    };
    let table = topology.route_tables.and_then(|tables| table_of(subnet, tables));
    let (gateways, in_table) = gateways(path);
    hops.push(Hop {
        kind: Kind::Table,
        id: table.map_or("route table", |table| &table.id).to_owned(),
        broken: at(Stage::Route) && in_table,
    });
    match endpoint {
        Some(id) => hops.push(Hop {
            kind: Kind::Gateway,
            id,
            broken: at(Stage::FarSecurityGroup) || at(Stage::Endpoint),
        }),
        None => {
            let last = gateways.len().saturating_sub(1);
            hops.extend(gateways.into_iter().enumerate().map(|(nth, (kind, id))| Hop {
                kind,
                id,
                broken: at(Stage::Route) && !in_table && nth == last,
            }));
        }
    }
    let end = match &worst {
        None => End::Arrives,
        Some(hop) => match hop.outcome {
            Outcome::Passed => End::Arrives,
            Outcome::Doubtful => End::Open(hop.because.clone()),
            Outcome::Blocked => End::Lost(hop.because.clone()),
        },
    };
    Between { hops, end }
}

/// What the route leads through, and whether the path ends at the table itself.
fn gateways(path: &Path) -> (Vec<(Kind, String)>, bool) {
    let Some(fact) = path.route.facts.first() else { return (Vec::new(), true) };
    match fact {
        RouteFact::Leads { hop, then } => {
            let targets = [Some(hop), then.as_ref()].into_iter().flatten();
            let ids = targets.filter(|hop| hop.target != RouteTarget::Local);
            (ids.map(|hop| gateway(&hop.target)).collect(), false)
        }
        RouteFact::NatStuck { nat, .. } | RouteFact::NatState { nat, .. } => {
            (vec![(Kind::Gateway, nat.clone())], false)
        }
        RouteFact::PrivateNat { nat, then } | RouteFact::NatLoop { nat, then } => {
            (vec![(Kind::Gateway, nat.clone()), gateway(&then.target)], false)
        }
        RouteFact::Blackhole(hop)
        | RouteFact::NoPublicAddress(hop)
        | RouteFact::NatGone(hop)
        | RouteFact::NotTranslated(hop)
        | RouteFact::NotTranslatable(hop)
        | RouteFact::BeyondView(hop)
        | RouteFact::NotShown(hop)
        | RouteFact::Detached { hop, .. }
        | RouteFact::PublicAccess { hop, .. } => (vec![gateway(&hop.target)], false),
        _ => (Vec::new(), true),
    }
}

fn gateway(target: &RouteTarget) -> (Kind, String) {
    let kind = match target {
        RouteTarget::InternetGateway(_) | RouteTarget::EgressOnly(_) => Kind::Internet,
        _ => Kind::Gateway,
    };
    (kind, target.to_string())
}
