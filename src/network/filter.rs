//! Security groups: what their rules allow. They are stateful, so return traffic is always allowed
//! (<https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html>).

use super::addresses::{Addresses, enumerate, range_name};
use super::answer::Answer;
use super::filter_fact::{Direction, FilterFact, Nearest, RuleHit};
use super::interface::{Interface, Port};
use super::parts::{Part, Topology};
use super::target::{Target, public_ipv4};
use super::topology::{Peer, PrefixList, Rule, SecurityGroup};

/// Do the groups of the interface allow packets out to this port of the target?
pub fn egress(
    topology: &Topology,
    from: &Interface,
    to: &Target,
    port: Port,
) -> Answer<FilterFact> {
    match rules_of(topology, &from.groups, Direction::Out, &from.subnet.id) {
        Ok(rules) => admit(topology, rules, Direction::Out, &to.as_seen_by(topology, from), port),
        Err(fact) => Answer::in_series(vec![*fact]),
    }
}

/// Do the groups of the target allow packets of the interface in to this port?
pub fn ingress(
    topology: &Topology,
    from: &Interface,
    to: &Target,
    port: Port,
) -> Answer<FilterFact> {
    let Some(groups) = &to.groups else {
        let fact = FilterFact::UnknownGroups { of: to.name.clone() };
        return Answer::in_series(vec![fact]);
    };
    let mut peer = Target::interfaces(&from.subnet.id, [from.subnet], from.groups.iter().cloned());
    peer.addresses = peer.addresses.of_family(from.family());
    match rules_of(topology, groups, Direction::In, &to.name) {
        Ok(rules) => admit(topology, rules, Direction::In, &peer, port),
        Err(fact) => Answer::in_series(vec![*fact]),
    }
}

/// All rules of some groups for one direction.
struct Rules<'a> {
    groups: &'a [String],
    rules: Vec<(&'a SecurityGroup, &'a Rule)>,
    /// Groups that are not visible: their rules are not known.
    hidden: Vec<FilterFact>,
}

/// The rules of several groups count as one list
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>).
fn rules_of<'a>(
    topology: &Topology<'a>,
    groups: &'a [String],
    direction: Direction,
    of: &str,
) -> Result<Rules<'a>, Box<FilterFact>> {
    let all = topology
        .security_groups
        .ok_or_else(|| Box::new(FilterFact::Unread(Part::SecurityGroups)))?;
    if groups.is_empty() {
        return Err(Box::new(FilterFact::UnknownGroups { of: of.to_owned() }));
    }
    let (mut rules, mut hidden) = (Vec::new(), Vec::new());
    for id in groups {
        let Some(group) = all.iter().find(|group| group.id == *id) else {
            hidden.push(FilterFact::NotShown { group: id.clone() });
            continue;
        };
        let of_direction = match direction {
            Direction::Out => &group.egress,
            Direction::In => &group.ingress,
        };
        rules.extend(of_direction.iter().map(|rule| (group, rule)));
    }
    Ok(Rules { groups, rules, hidden })
}

/// What a rule's peer means for a target.
enum Match {
    /// The peer covers these of its addresses.
    Some(Addresses),
    /// The peer may cover some of them.
    Unknown(FilterFact),
}

fn admit(
    topology: &Topology,
    mut rules: Rules,
    direction: Direction,
    peer: &Target,
    port: Port,
) -> Answer<FilterFact> {
    let (mut open, mut hits) = (Addresses::default(), Vec::new());
    let mut unknown = std::mem::take(&mut rules.hidden);
    for (group, rule) in rules.rules.iter().filter(|(_, rule)| port.is_in(&rule.traffic)) {
        for written in &rule.peers {
            match match_peer(topology, group, written, peer) {
                Match::Some(addresses) if addresses.is_empty() => {}
                Match::Some(addresses) => {
                    hits.push((hit(group, rule, written, direction), addresses.clone()));
                    open = open.union(&addresses);
                }
                Match::Unknown(fact) => unknown.push(fact),
            }
        }
    }
    let closed = peer.addresses.without(&open);
    if !peer.addresses.is_empty() && closed.is_empty() {
        return Answer::in_series(fewest(hits, peer));
    }
    let partly = (!open.is_empty()).then(|| FilterFact::Partly {
        direction,
        port,
        peer: peer.name.clone(),
        open: enumerate(&hits.iter().map(|(hit, _)| hit.peer.clone()).collect::<Vec<_>>()),
        closed: closed.in_short(),
    });
    let denied = || FilterFact::Denied {
        direction,
        groups: rules.groups.to_vec(),
        port,
        peer: peer.name.clone(),
        nearest: nearest(&rules, direction, port),
    };
    match partly {
        Some(fact) => unknown.insert(0, fact),
        None if unknown.is_empty() => return Answer::in_series(vec![denied()]),
        None => {}
    }
    Answer::in_series(unknown)
}

/// The fewest rules that allow all of it: one, if one does.
fn fewest(hits: Vec<(RuleHit, Addresses)>, peer: &Target) -> Vec<FilterFact> {
    let whole = hits.iter().find(|(_, addresses)| addresses.covers(&peer.addresses));
    let chosen = match whole {
        Some((hit, _)) => vec![hit.clone()],
        None => hits.into_iter().map(|(hit, _)| hit).collect(),
    };
    chosen.into_iter().map(FilterFact::Allowed).collect()
}

fn hit(group: &SecurityGroup, rule: &Rule, peer: &Peer, direction: Direction) -> RuleHit {
    RuleHit {
        group: group.id.clone(),
        direction,
        traffic: rule.traffic.to_string(),
        peer: peer_name(peer),
    }
}

fn peer_name(peer: &Peer) -> String {
    match peer {
        Peer::Range(range) => range_name(range),
        Peer::Group(id) | Peer::PrefixList(id) => id.clone(),
    }
}

/// A group means the private addresses of the interfaces that have it
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-referencing>).
fn match_peer(topology: &Topology, group: &SecurityGroup, rule: &Peer, peer: &Target) -> Match {
    let none = Match::Some(Addresses::default());
    match rule {
        Peer::Range(range) => Match::Some(peer.addresses.intersection(&(*range).into())),
        Peer::Group(id) => match &peer.groups {
            Some(groups) if groups.contains(id) => Match::Some(peer.addresses.clone()),
            Some(_) => none,
            None if is_foreign(topology, peer) => none,
            None => Match::Unknown(FilterFact::UnknownMember {
                group: group.id.clone(),
                referenced: id.clone(),
                peer: peer.name.clone(),
            }),
        },
        Peer::PrefixList(id) if peer.prefix_list.as_ref() == Some(id) => {
            Match::Some(peer.addresses.clone())
        }
        Peer::PrefixList(id) => match (topology.prefix_lists, list(topology, id)) {
            (None, _) => Match::Unknown(FilterFact::Unread(Part::PrefixLists)),
            (_, Some(list)) => {
                Match::Some(peer.addresses.intersection(&Addresses::of(&list.ranges)))
            }
            (_, None) => Match::Unknown(FilterFact::UnknownList {
                group: group.id.clone(),
                prefix_list: id.clone(),
            }),
        },
    }
}

/// Whether nothing there can have a group of this VPC or of a peered one, for lack of private addresses.
fn is_foreign(topology: &Topology, peer: &Target) -> bool {
    let own = topology.vpc.map(|vpc| Addresses::of(&vpc.ranges));
    own.is_some_and(|own| public_ipv4().without(&own).covers(&peer.addresses))
}

fn list<'a>(topology: &Topology<'a>, id: &str) -> Option<&'a PrefixList> {
    topology.prefix_lists?.iter().find(|list| list.id == id)
}

/// The closest rule: the right port to somewhere else, else the right protocol, else any.
fn nearest(rules: &Rules, direction: Direction, port: Port) -> Option<Nearest> {
    let rank = |rule: &Rule| match () {
        () if port.is_in(&rule.traffic) => 2,
        () if port.is_spoken_in(&rule.traffic) => 1,
        () => 0,
    };
    // The first of equals.
    let best = rules.rules.iter().rev().max_by_key(|(_, rule)| rank(rule))?;
    let (group, rule) = best;
    Some(Nearest {
        group: group.id.clone(),
        direction,
        traffic: rule.traffic.to_string(),
        peers: rule.peers.iter().map(peer_name).collect(),
    })
}
