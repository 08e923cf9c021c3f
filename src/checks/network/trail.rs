//! Paths to display: from each subnet, hop by hop, to every required destination.

use super::places::unless_unseen;
use super::{dns, endpoint_group, endpoint_policy, endpoints, nacl, route, security_group};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{
    Attraction, Interface, Outcome, Part, Path, RouteFact, RouteTarget, Stage, Topology, joined,
    rest_of_internet, table_of,
};
use crate::reachability::acl::hops as hops_of_acls;
use crate::reachability::egress::{self, Need, Reach, destination};
use crate::reachability::hop_names::name as name_hops;
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::network_path::{End, Hop, Kind, NetworkPath};
use crate::reachability::ruling::Ruling;
use crate::reachability::way::of_all;
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
    let hops = vec![Hop::new(Kind::Subnet, id, true)];
    NetworkPath { hops, end: End::Open(why.to_string()), judged_by: None }
}

/// The path from a subnet or cluster whose destinations cannot be determined, and why.
fn undetermined(from: &str, why: impl ToString) -> NetworkPath {
    let hop = |kind, id: &str, broken| Hop::new(kind, id, broken);
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
            let mut between = one(&mut vantage, need, facts);
            if let Ok(between) = &mut between {
                let judged = judged(sender.task, &mut vantage, need, &reach, facts);
                between.held_to(judged, joined_by(&vantage));
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

/// Where on the path a check looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere: DNS is not a hop.
    Names,
    /// At the route table and what it leads to.
    Way,
    /// At the security groups of the sender.
    Groups,
    /// At the network ACLs.
    Acl,
    /// At the endpoint.
    Endpoint,
}

/// The ruling of one check on one destination.
type Rule<'r, 't> = &'r dyn Fn(&mut Vantage<'t>, &Need, &Reach, &View<'t>) -> Result<Ruling, Stop>;

/// The rulings of the checks: the first that proves that packets do not arrive, otherwise the first that
/// cannot determine it. Warnings count only from endpoint policies and network ACLs.
fn judged<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Option<(Place, End)> {
    let rules: [(Place, Rule<'_, 't>); 7] = [
        (Place::Names, &dns::rule),
        (Place::Way, &|vantage, need, reach, facts| route::rule(task, vantage, need, reach, facts)),
        (Place::Endpoint, &|vantage, need, reach, facts| {
            endpoints::rule(task, vantage, need, reach, facts)
        }),
        (Place::Groups, &security_group::rule),
        (Place::Acl, &nacl::rule),
        (Place::Endpoint, &endpoint_group::rule),
        (Place::Endpoint, &|vantage, need, reach, facts| {
            endpoint_policy::rule(task, vantage, need, reach, facts)
        }),
    ];
    let subnet = vantage.interface.subnet.id.clone();
    let mut open = None;
    let mut lost = None;
    for (nth, (place, rule)) in rules.into_iter().enumerate() {
        let ruling = rule(vantage, need, reach, facts);
        let hurts = matches!(place, Place::Acl) || nth + 1 == rules.len();
        let end = match unless_unseen(ruling, vantage, need, reach, facts, rule) {
            Ok(Ruling::Blocked(obstacle)) => End::Lost(obstacle.because.said_of(&subnet)),
            Ok(Ruling::Open(why)) => End::Open(why.said_of(&subnet)),
            Ok(Ruling::Hurts(obstacle)) if hurts => End::Open(obstacle.because.said_of(&subnet)),
            Err(stop @ Stop::Gap(_)) => End::Open(stop.to_string()),
            Ok(
                Ruling::Hurts(_) | Ruling::Passes(_) | Ruling::NotApplicable | Ruling::Elsewhere,
            )
            | Err(Stop::Absent(_)) => continue,
        };
        let slot = if matches!(end, End::Lost(_)) { &mut lost } else { &mut open };
        slot.get_or_insert((place, end));
    }
    lost.or(open)
}

/// The network that a subnet without a route out is joined to, which may have endpoints.
fn joined_by(vantage: &Vantage) -> Option<String> {
    let topology = vantage.around.topology();
    joined(&topology, &vantage.interface.subnet.id).map(|(_, network)| network)
}

impl Between {
    /// Ends as the checks rule: a path is lost only if they prove it.
    fn held_to(&mut self, judged: Option<(Place, End)>, network: Option<String>) {
        let Some((place, end)) = judged else {
            if let End::Lost(why) = &self.end {
                self.end = End::Open(why.clone());
            }
            return;
        };
        let is_here = |hop: &Hop| match place {
            Place::Names => false,
            Place::Way => matches!(hop.kind, Kind::Gateway | Kind::Internet),
            Place::Groups => hop.kind == Kind::Groups,
            Place::Acl => matches!(hop.kind, Kind::Acl | Kind::FarAcl),
            Place::Endpoint => hop.kind == Kind::Gateway,
        };
        let is_way = |hop: &Hop| place == Place::Way && hop.kind == Kind::Table;
        let has_gateway = self.hops.iter().any(|hop| hop.kind == Kind::Gateway);
        if let (Place::Way, false, End::Open(_), Some(id)) = (place, has_gateway, &end, network) {
            self.hops.iter_mut().for_each(|hop| hop.broken = false);
            self.hops.push(Hop::new(Kind::Gateway, id, true));
        }
        let is_marked = self.hops.iter().any(|hop| hop.broken && (is_here(hop) || is_way(hop)));
        if is_marked {
            for hop in &mut self.hops {
                hop.broken = hop.broken && (is_here(hop) || is_way(hop));
            }
        } else {
            let table = || self.hops.iter().position(|hop| hop.kind == Kind::Table);
            let at = match place {
                Place::Way | Place::Endpoint => self.hops.iter().rposition(is_here).or_else(table),
                _ => self.hops.iter().rposition(is_here),
            };
            for (nth, hop) in self.hops.iter_mut().enumerate() {
                hop.broken = Some(nth) == at;
            }
        }
        self.end = end;
    }
}

fn one<'t>(vantage: &mut Vantage<'t>, need: &Need, facts: &View<'t>) -> Result<Between, Stop> {
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
    let groups = vantage.interface.groups.join(", ");
    let (subnet, from) = (vantage.interface.subnet.id.clone(), vantage.interface.clone());
    vantage.path(
        &to,
        facts,
        |path, _| path.unread(),
        |path, topology| {
            let rest = but_for_narrow_ranges(path, topology, &from);
            let path = rest.as_ref().unwrap_or(path);
            between(path, topology, &subnet, &groups)
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
    let first = Hop::new(Kind::Subnet, &vantage.interface.subnet.id, false);
    let last = Hop::new(Kind::Destination, name, false);
    let mut hops: Vec<Hop> = [first].into_iter().chain(hops).chain([last]).collect();
    name_hops(&mut hops, &vantage.around.topology());
    NetworkPath { hops, end, judged_by: None }
}

fn between(path: &Path, topology: &Topology, subnet: &str, groups: &str) -> Between {
    let worst = of_all(path).worst();
    let at = |stage: Stage| worst.as_ref().is_some_and(|hop| hop.stage == stage);
    let (mut acl, far) = hops_of_acls(&path.acls, topology, subnet);
    acl.broken &= at(Stage::NetworkAcl);
    let mut hops = vec![Hop::new(Kind::Groups, groups, at(Stage::SecurityGroup)), acl];
    let endpoint = match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(endpoint) | Attraction::Gateway(endpoint)) => {
            Some(endpoint.id.clone())
        }
        _ => None,
    };
    let table = topology.route_tables.and_then(|tables| table_of(subnet, tables));
    let (gateways, in_table) = gateways(path);
    let table = table.map_or("route table", |table| table.id.as_str());
    hops.push(Hop::new(Kind::Table, table, at(Stage::Route) && in_table));
    let far = far.into_iter().map(|hop| Hop { broken: at(Stage::NetworkAcl), ..hop });
    hops.extend(far);
    match endpoint {
        Some(id) => {
            let broken = at(Stage::FarSecurityGroup) || at(Stage::Endpoint);
            hops.push(Hop::new(Kind::Gateway, id, broken));
        }
        None => {
            let last = gateways.len().saturating_sub(1);
            hops.extend(gateways.into_iter().enumerate().map(|(nth, (kind, id))| {
                Hop::new(kind, id, at(Stage::Route) && !in_table && nth == last)
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
    let through = path.route.facts.first().map(through).unwrap_or_default();
    let in_table = !matches!(path.route.facts.first(), Some(RouteFact::Leads { .. }));
    let in_table = in_table && through.is_empty();
    (through, in_table)
}

/// The gateways on the path, up to where it ends.
fn through(fact: &RouteFact) -> Vec<(Kind, String)> {
    let nat = |id: &String| (Kind::Gateway, id.clone());
    let mut found = match fact {
        RouteFact::Leads { hop, then } => {
            let targets = [Some(hop), then.as_ref()].into_iter().flatten();
            let targets = targets.filter(|hop| hop.target != RouteTarget::Local);
            targets.map(|hop| gateway(&hop.target)).collect()
        }
        RouteFact::NatStuck { nat: id, because, .. } => [vec![nat(id)], through(because)].concat(),
        RouteFact::NatState { nat: id, .. } => vec![nat(id)],
        RouteFact::PrivateNat { nat: id, then } | RouteFact::NatLoop { nat: id, then } => {
            vec![nat(id), gateway(&then.target)]
        }
        RouteFact::PublicAccess { hop, of, .. } if of.starts_with("nat-") => {
            vec![nat(of), gateway(&hop.target)]
        }
        RouteFact::EndpointState { endpoint, .. } => vec![nat(endpoint)],
        RouteFact::Blackhole(hop)
        | RouteFact::NoPublicAddress(hop)
        | RouteFact::NatGone(hop)
        | RouteFact::NotTranslated(hop)
        | RouteFact::NotTranslatable(hop)
        | RouteFact::PrivateAddress { hop, .. }
        | RouteFact::BeyondPeer(hop)
        | RouteFact::SourceCheck(hop)
        | RouteFact::BeyondView(hop)
        | RouteFact::NotShown(hop)
        | RouteFact::UnknownList(hop)
        | RouteFact::Detached { hop, .. }
        | RouteFact::PublicAccess { hop, .. } => vec![gateway(&hop.target)],
        RouteFact::NoTable { .. }
        | RouteFact::NoRoute { .. }
        | RouteFact::OtherFamily { .. }
        | RouteFact::NoDns64 { .. }
        | RouteFact::Unread(_) => Vec::new(),
    };
    found.dedup();
    found
}

fn gateway(target: &RouteTarget) -> (Kind, String) {
    let kind = match target {
        RouteTarget::InternetGateway(_) | RouteTarget::EgressOnly(_) => Kind::Internet,
        _ => Kind::Gateway,
    };
    (kind, target.to_string())
}
