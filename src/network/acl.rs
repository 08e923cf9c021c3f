//! Network ACLs: what they allow into and out of subnets, packet by packet. They are stateless, so return
//! traffic must be allowed too (<https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html>).

use std::collections::HashSet;

use super::acl_fact::{AclFact, Crossing, LAST_ENTRY};
use super::addresses::{Addresses, Ports, nat64, range_name};
use super::answer::{Answer, Fact, Outcome};
use super::gateway::Way;
use super::interface::{Interface, NAT_PORTS, Port};
use super::parts::{Part, Topology};
use super::route::ways;
use super::route_fact::RouteFact;
use super::share::Divisions;
use super::target::{Target, ranges_of};
use super::topology::{NetworkAcl, Subnet};

/// Do the network ACLs on the path allow packets to this port, and the return traffic? Those of the task's
/// subnet, and of the subnet of the target's interface or of the NAT gateway.
pub fn acls(topology: &Topology, from: &Interface, to: &Target, port: Port) -> Answer<AclFact> {
    let divisions = Divisions::of(topology, &to.addresses);
    acls_by(topology, from, to, port, &ways(topology, &divisions, from, to))
}

/// The answer for packets that go these ways.
pub(super) fn acls_by(
    topology: &Topology,
    from: &Interface,
    to: &Target,
    port: Port,
    ways: &[Way],
) -> Answer<AclFact> {
    let walk = Walk { topology, from, to, port };
    let shares: Vec<Vec<AclFact>> = ways.iter().flat_map(|way| walk.shares(way)).collect();
    let outcome = Outcome::across(shares.iter().map(|facts| outcome_of(facts)));
    let mut seen = HashSet::new();
    let facts = shares.into_iter().flatten().filter(|fact| seen.insert(fact.clone()));
    Answer::sorted(outcome, facts.collect())
}

fn outcome_of(facts: &[AclFact]) -> Outcome {
    Outcome::in_series(facts.iter().map(AclFact::outcome))
}

/// One question.
struct Walk<'a, 't> {
    topology: &'a Topology<'t>,
    from: &'a Interface<'a>,
    to: &'a Target,
    port: Port,
}

impl Walk<'_, '_> {
    /// The deciding facts for each share of the packets of a way.
    fn shares(&self, way: &Way) -> Vec<Vec<AclFact>> {
        if way.is_local() {
            return self.local_shares(&way.share);
        }
        let mut shares = Vec::new();
        let mut share = way.share.clone();
        if matches!(way.fact, RouteFact::NoTable { .. } | RouteFact::Unread(_)) {
            // Routes do not matter within the subnet.
            let here = Addresses::of(&ranges_of(self.from.subnet));
            if share.overlaps(&here) {
                // An address of the subnet is not a public one.
                if !self.to.at_large && !self.to.is_of_service {
                    shares.push(vec![AclFact::SameSubnet { subnet: self.from.subnet.id.clone() }]);
                }
                share = share.without(&here);
            }
        }
        if share.is_empty() {
            return shares;
        }
        let by_nat = way.nat.as_ref().map(|nat| self.by_nat(nat, &share));
        // Network ACLs do not depend on an attached internet gateway, or on an instance that forwards.
        let of_others = |part: &Part| !matches!(part, Part::InternetGateways | Part::Appliances);
        let unread = way.fact.unread().filter(of_others);
        let is_decided = way.fact.outcome() == Outcome::Passed || way.fact.unread() != unread;
        if !is_decided || by_nat.is_none() {
            let mut facts = self.leave(self.from.subnet, &share, &self.to.name);
            // A NAT gateway may be on the path, and its subnet has a network ACL too.
            if let Some(part) = unread
                && outcome_of(&facts) == Outcome::Passed
            {
                facts.push(AclFact::Unread(part));
            }
            shares.push(facts);
        }
        shares.extend(by_nat);
        shares
    }

    /// Within the VPC: nothing is crossed within one subnet, and two network ACLs between two.
    fn local_shares(&self, share: &Addresses) -> Vec<Vec<AclFact>> {
        let own = self.from.subnet;
        let mut rest = share.clone();
        let mut shares = Vec::new();
        let here = Addresses::of(&ranges_of(own));
        if share.overlaps(&here) {
            shares.push(vec![AclFact::SameSubnet { subnet: own.id.clone() }]);
            rest = rest.without(&here);
        }
        if rest.is_empty() {
            return shares;
        }
        let Some(subnets) = self.topology.subnets else {
            shares.push(vec![AclFact::Unread(Part::Subnets)]);
            return shares;
        };
        for subnet in subnets.iter().filter(|it| it.vpc == own.vpc && it.id != own.id) {
            let there = rest.intersection(&Addresses::of(&ranges_of(subnet)));
            if there.is_empty() {
                continue;
            }
            rest = rest.without(&there);
            let mut facts = self.leave(own, &there, &self.to.name);
            facts.extend(self.enter(subnet));
            shares.push(facts);
        }
        if !rest.is_empty() {
            shares.push(self.leave(own, &rest, &self.to.name));
        }
        shares
    }

    /// Out of the task's subnet, into that of the NAT gateway, and out of that to the target. A regional
    /// NAT gateway has no subnet.
    fn by_nat(&self, nat: &str, share: &Addresses) -> Vec<AclFact> {
        let own = self.from.subnet;
        let gateways = self.topology.nat_gateways.unwrap_or_default();
        let Some(id) = gateways.iter().find(|it| it.id == nat).and_then(|it| it.subnet.as_ref())
        else {
            return self.leave(own, share, &self.to.name);
        };
        let mut facts = Vec::new();
        let is_translated = nat64().covers(share);
        let beyond = if is_translated { share.extracted() } else { share.clone() };
        if *id == own.id {
            let (to, name) = (&beyond, &self.to.name);
            facts.extend(self.both_ways(own, to, name, Toward::Peer, NAT_PORTS));
            return facts;
        }
        facts.extend(self.leave(own, share, &self.to.name));
        let Some(subnets) = self.topology.subnets else {
            facts.push(AclFact::Unread(Part::Subnets));
            return facts;
        };
        match subnets.iter().find(|subnet| subnet.id == *id) {
            None => facts.push(AclFact::NotShown { subnet: id.clone() }),
            Some(subnet) => {
                facts.extend(self.enter(subnet));
                let name = &self.to.name;
                facts.extend(self.both_ways(subnet, &beyond, name, Toward::Peer, NAT_PORTS));
            }
        }
        facts
    }

    /// Out of the task's subnet to these addresses, and the return traffic.
    fn leave(&self, subnet: &Subnet, to: &Addresses, name: &str) -> Vec<AclFact> {
        self.both_ways(subnet, to, name, Toward::Peer, self.from.ephemeral)
    }

    /// Into a subnet from the task, and the return traffic.
    fn enter(&self, subnet: &Subnet) -> Vec<AclFact> {
        let task = Addresses::of(&ranges_of(self.from.subnet)).of_family(self.from.family());
        let name = &self.from.subnet.id;
        self.both_ways(subnet, &task, name, Toward::Subnet, self.from.ephemeral)
    }

    fn both_ways(
        &self,
        subnet: &Subnet,
        peer: &Addresses,
        name: &str,
        toward: Toward,
        ephemeral: (u16, u16),
    ) -> Vec<AclFact> {
        let Some(acls) = self.topology.network_acls else {
            return vec![AclFact::Unread(Part::NetworkAcls)];
        };
        let Some(acl) = acls.iter().find(|acl| acl.subnets.contains(&subnet.id)) else {
            return vec![AclFact::NotShown { subnet: subnet.id.clone() }];
        };
        let crossing = |egress, is_answer, ports| Crossing {
            acl: acl.id.clone(),
            subnet: subnet.id.clone(),
            egress,
            is_answer,
            protocol: self.port.protocol,
            ports,
            peer: name.to_owned(),
            peers: peer.clone(),
        };
        let out = toward == Toward::Peer;
        let request = crossing(out, false, (self.port.number, self.port.number));
        let answer = crossing(!out, true, ephemeral);
        vec![judge(acl, request), judge(acl, answer)]
    }
}

/// The direction of a connection, as seen from a subnet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Toward {
    Peer,
    Subnet,
}

/// Packets that one entry of the list decides.
struct Decided {
    peers: Addresses,
    ports: Ports,
    /// The number of the entry; none where no entry matches.
    entry: Option<i32>,
    allow: bool,
}

/// Entries are evaluated by number, and the first match decides
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>).
fn judge(acl: &NetworkAcl, crossing: Crossing) -> AclFact {
    let decided = decide(acl, &crossing);
    let (open, closed): (Vec<_>, Vec<_>) = decided.into_iter().partition(|it| it.allow);
    let entry = closed.first().and_then(|it| it.entry);
    match (open.as_slice(), closed.as_slice()) {
        (_, []) => AclFact::Open { acl: crossing.acl, subnet: crossing.subnet },
        ([], _) => AclFact::Denied { crossing, entry },
        (_, closed) => {
            let ports = closed.iter().fold(Ports::range(1, 0), |all, it| all.union(&it.ports));
            let peers = closed.iter().fold(Addresses::default(), |all, it| all.union(&it.peers));
            let denied = acl.entries.iter().find(|it| {
                it.egress == crossing.egress && Some(it.number) == entry && it.number < LAST_ENTRY
            });
            AclFact::Partly {
                ports: ports.to_string(),
                peers: match denied {
                    _ if peers.covers(&crossing.peers) => crossing.peer.clone(),
                    Some(entry) if closed.len() == 1 => range_name(&entry.range),
                    _ => peers.in_short(),
                },
                crossing,
                entry,
            }
        }
    }
}

fn decide(acl: &NetworkAcl, crossing: &Crossing) -> Vec<Decided> {
    let port = Port { protocol: crossing.protocol, number: 0 };
    let mut entries: Vec<_> = acl.entries.iter().collect();
    entries.retain(|it| it.egress == crossing.egress && port.is_spoken_in(&it.traffic));
    entries.sort_by_key(|entry| entry.number);
    let mut open = vec![(crossing.peers.clone(), Ports::range(crossing.ports.0, crossing.ports.1))];
    let mut decided = Vec::new();
    for entry in entries {
        let range = Addresses::from(entry.range);
        let own = entry.traffic.port_range();
        let own = Ports::range(*own.start(), *own.end());
        let mut left = Vec::new();
        for (peers, ports) in open {
            if !peers.overlaps(&range) || !ports.overlaps(&own) {
                left.push((peers, ports));
                continue;
            }
            let (inside, matched) = (peers.intersection(&range), ports.intersection(&own));
            left.push((peers.without(&range), ports.clone()));
            left.push((inside.clone(), ports.without(&own)));
            let (entry, allow) = (Some(entry.number), entry.allow);
            decided.push(Decided { peers: inside, ports: matched, entry, allow });
        }
        left.retain(|(peers, ports)| !peers.is_empty() && !ports.is_empty());
        open = left;
    }
    let rest = open.into_iter();
    decided.extend(rest.map(|(peers, ports)| Decided { peers, ports, entry: None, allow: false }));
    decided
}
