//! Entries that make a network ACL allow what it denies: as narrow as possible, without allowing what other
//! entries deny.

mod restated;

use std::ops::RangeInclusive;

use ipnet::IpNet;

use super::acl_fact::{AclFact, Crossing, LAST_ENTRY};
use super::addresses::Addresses;
use super::interface::Family;
use super::parts::Topology;
use super::topology::{AclEntry, NetworkAcl, Traffic};

pub use restated::Restated;

/// An entry that allows packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// `acl-…`
    pub acl: String,
    /// The entry.
    pub entry: AclEntry,
    /// The entry that has its number now, if no lower one is free.
    pub displaced: Option<Displaced>,
}

/// An entry that has to make room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Displaced {
    /// The entry.
    pub entry: AclEntry,
    /// A number where it still denies the same; none if other entries come in between.
    pub moves_to: Option<i32>,
}

impl Amendment {
    /// Applies it to the entries of its network ACL.
    pub fn amend(&self, entries: &mut Vec<AclEntry>) {
        if let Some(Displaced { entry, moves_to }) = &self.displaced {
            entries.retain(|it| it != entry);
            entries.extend(moves_to.map(|number| AclEntry { number, ..entry.clone() }));
        }
        entries.push(self.entry.clone());
    }
}

/// The entries that allow what these facts say is denied: one per network ACL, direction and kind of
/// packets, each with a different number.
pub fn amendments(topology: &Topology, facts: &[AclFact]) -> Vec<Amendment> {
    let mut stopped: Vec<(Crossing, Option<i32>)> = Vec::new();
    for fact in facts {
        let (AclFact::Denied { crossing, entry } | AclFact::Partly { crossing, entry, .. }) = fact
        else {
            continue;
        };
        match stopped.iter_mut().find(|(known, _)| is_alike(known, crossing)) {
            Some((known, before)) => {
                known.peers = known.peers.union(&crossing.peers);
                *before = [*before, *entry].into_iter().flatten().min();
            }
            None => stopped.push((crossing.clone(), *entry)),
        }
    }
    let read = topology.network_acls.unwrap_or_default();
    let mut acls = read.to_vec();
    let mut found = Vec::new();
    for (crossing, before) in stopped {
        let Some(at) = acls.iter().position(|acl| acl.id == crossing.acl) else { continue };
        let (protocol, ports) = (Some(crossing.protocol), Some(crossing.ports));
        let wanted = AclEntry {
            number: 0,
            egress: crossing.egress,
            allow: true,
            traffic: Traffic { protocol, ports },
            range: range_of(topology, &crossing.peers),
        };
        let denying = before.and_then(|number| List::of(&read[at], wanted.egress).entry(number));
        if let Some(amendment) = amendment(&acls[at], wanted, denying) {
            amendment.amend(&mut acls[at].entries);
            found.push(amendment);
        }
    }
    found
}

/// Whether one entry fits both, apart from the other end.
fn is_alike(one: &Crossing, other: &Crossing) -> bool {
    // Behind NAT64 one end speaks IPv6 and the other IPv4.
    let family = |it: &Crossing| it.peers.has(Family::Ipv4);
    let kind = |it: &Crossing| (it.acl.clone(), it.egress, it.protocol, it.ports, family(it));
    kind(one) == kind(other)
}

/// The range of an entry for these addresses: their own if it is one, the VPC's if it contains them, else
/// all.
fn range_of(topology: &Topology, peers: &Addresses) -> IpNet {
    if let [range] = peers.prefixes()[..] {
        return range;
    }
    let ranges = topology.vpc.map_or(&[][..], |vpc| &vpc.ranges);
    let within = ranges.iter().find(|range| Addresses::from(**range).covers(peers));
    within.copied().unwrap_or(match peers.has(Family::Ipv4) {
        true => IpNet::V4(ipnet::Ipv4Net::default()),
        false => IpNet::V6(ipnet::Ipv6Net::default()),
    })
}

/// The wanted entry before the one that denied its packets when the network ACL was read; earlier amendments may have
/// moved that one, or removed it.
fn amendment(acl: &NetworkAcl, wanted: AclEntry, denying: Option<&AclEntry>) -> Option<Amendment> {
    let list = List::of(acl, wanted.egress);
    let denying = denying.and_then(|denying| list.now(denying, &wanted)).cloned();
    let number = match &denying {
        Some(denying) => list.before(denying.number, &wanted),
        None => list.last(&wanted),
    };
    let displaced = denying
        .filter(|_| number.is_none())
        .map(|entry| Displaced { moves_to: list.after(&entry), entry });
    let number = number.or(displaced.as_ref().map(|it| it.entry.number))?;
    Some(Amendment { acl: acl.id.clone(), entry: AclEntry { number, ..wanted }, displaced })
}

/// The entries of one direction, without the fixed last one.
struct List<'a>(Vec<&'a AclEntry>);

impl<'a> List<'a> {
    fn of(acl: &'a NetworkAcl, egress: bool) -> List<'a> {
        let own = acl.entries.iter().filter(|it| it.egress == egress && it.number < LAST_ENTRY);
        List(own.collect())
    }

    fn entry(&self, number: i32) -> Option<&'a AclEntry> {
        self.0.iter().find(|it| it.number == number).copied()
    }

    /// The entry that now denies what this one denied: the same, perhaps under another number, or the next one.
    fn now(&self, denying: &AclEntry, wanted: &AclEntry) -> Option<&'a AclEntry> {
        let later = self.0.iter().filter(|it| !it.allow && it.number >= denying.number);
        let later: Vec<&AclEntry> = later.copied().collect();
        let is_same = |it: &&&AclEntry| it.traffic == denying.traffic && it.range == denying.range;
        let same = later.iter().filter(is_same).min_by_key(|it| it.number);
        let next = || later.iter().filter(|it| overlap(it, wanted)).min_by_key(|it| it.number);
        same.or_else(next).copied()
    }

    /// A free number below this one, for an entry that allows: the lower number decides. It is close, so
    /// that earlier denials stay in force. A multiple of ten leaves room for others
    /// (<https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html>).
    fn before(&self, number: i32, wanted: &AclEntry) -> Option<i32> {
        let denies = |it: &AclEntry| !it.allow && overlap(it, wanted);
        let gap = (1..number).rev().take_while(|at| self.entry(*at).is_none());
        let round = gap.clone().find(|at| at % 10 == 0);
        let farther = (1..number).rev().take_while(|at| !self.entry(*at).is_some_and(denies));
        round.or_else(|| farther.into_iter().find(|at| self.entry(*at).is_none()))
    }

    /// A number after all others, for packets that no entry matches.
    fn last(&self, wanted: &AclEntry) -> Option<i32> {
        let highest = self.0.iter().map(|it| it.number).max().unwrap_or(0);
        let round = (highest / 10 + 1) * 10;
        if round < LAST_ENTRY { Some(round) } else { self.before(LAST_ENTRY, wanted) }
    }

    /// A free number above that of a denying entry, with no entry in between that allows any of it.
    fn after(&self, denying: &AclEntry) -> Option<i32> {
        let allows = |it: &AclEntry| it.allow && overlap(it, denying);
        let mut above = denying.number + 1..LAST_ENTRY;
        above.find(|at| self.entry(*at).is_none_or(allows)).filter(|at| self.entry(*at).is_none())
    }
}

/// Whether some packets match both.
fn overlap(one: &AclEntry, other: &AclEntry) -> bool {
    let protocols = (one.traffic.protocol, other.traffic.protocol);
    let is_one_protocol = match protocols {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let ports = |it: &AclEntry| -> RangeInclusive<u16> { it.traffic.port_range() };
    let (first, second) = (ports(one), ports(other));
    let ports_meet = first.start() <= second.end() && second.start() <= first.end();
    let ranges_meet = Addresses::from(one.range).overlaps(&other.range.into());
    is_one_protocol && ports_meet && ranges_meet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> IpNet {
        text.parse().unwrap()
    }

    /// `90 deny 443 0.0.0.0/0`, `100 allow all 10.0.0.0/16`, outbound.
    fn entry(text: &str) -> AclEntry {
        let [number, action, port, net] = text.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{text}")
        };
        let port: Option<u16> = port.parse().ok();
        AclEntry {
            number: number.parse().unwrap(),
            egress: true,
            allow: action == "allow",
            traffic: Traffic { protocol: port.map(|_| 6), ports: port.map(|it| (it, it)) },
            range: range(net),
        }
    }

    /// The amendment for TCP 443 to these, which this entry denies; the VPC is 10.0.0.0/16.
    fn amended(entries: &[&str], peers: &[&str], by: Option<i32>) -> Amendment {
        let denied: Vec<_> = peers.iter().map(|peer| (443, *peer, by)).collect();
        let [one] = &all_amended(entries, &denied)[..] else { panic!("not one for {peers:?}") };
        one.clone()
    }

    /// The amendments for these ports of these peers, each with the entry that denies it.
    fn all_amended(entries: &[&str], denied: &[(u16, &str, Option<i32>)]) -> Vec<Amendment> {
        let entries = entries.iter().map(|it| entry(it)).collect();
        let acl =
            NetworkAcl { id: "acl-1".to_owned(), subnets: Vec::new(), entries, name_tag: None };
        let vpc = super::super::Vpc {
            id: "vpc-1".to_owned(),
            owner: None,
            ranges: vec![range("10.0.0.0/16")],
            dhcp_options: String::new(),
        };
        let acls = [acl];
        let topology =
            Topology { network_acls: Some(&acls), vpc: Some(&vpc), ..Topology::default() };
        let fact = |(port, peer, by): &(u16, &str, Option<i32>)| AclFact::Denied {
            crossing: Crossing {
                acl: "acl-1".to_owned(),
                subnet: "subnet-1".to_owned(),
                egress: true,
                is_answer: false,
                protocol: 6,
                ports: (*port, *port),
                peer: (*peer).to_owned(),
                peers: range(peer).into(),
            },
            entry: *by,
        };
        let facts: Vec<_> = denied.iter().map(fact).collect();
        amendments(&topology, &facts)
    }

    #[test]
    fn the_number_is_free_lower_and_near() {
        let all = "0.0.0.0/0";
        for (entries, by, number) in [
            (&["100 deny all 0.0.0.0/0"][..], Some(100), 90),
            (&["90 deny 443 0.0.0.0/0", "100 allow all 0.0.0.0/0"], Some(90), 80),
            (&["95 deny 22 0.0.0.0/0", "100 deny all 0.0.0.0/0"], Some(100), 99),
            // Entries that allow, or that do not match, may be skipped.
            (&["99 allow 80 0.0.0.0/0", "100 deny all 0.0.0.0/0"], Some(100), 98),
            (&["99 deny 80 0.0.0.0/0", "100 deny all 0.0.0.0/0"], Some(100), 98),
            (&["5 deny 443 0.0.0.0/0"], Some(5), 4),
            // Only the last entry denies it: after all.
            (&["100 allow 80 0.0.0.0/0", "32767 deny all 0.0.0.0/0"], Some(32767), 110),
            (&["105 deny 443 198.51.100.0/24"], None, 110),
            (&[], None, 10),
            (&["32765 allow 80 0.0.0.0/0"], None, 32766),
        ] {
            let it = amended(entries, &[all], by);
            assert_eq!((it.entry.number, it.displaced), (number, None), "{entries:?}");
        }
    }

    #[test]
    fn without_room_the_entry_goes_where_it_still_denies_the_rest() {
        for (entries, by, number, moves_to) in [
            (&["1 deny all 0.0.0.0/0"][..], 1, 1, Some(2)),
            (&["1 deny all 0.0.0.0/0", "2 deny 80 0.0.0.0/0"], 1, 1, Some(3)),
            (&["1 deny 443 0.0.0.0/0", "2 allow 80 0.0.0.0/0"], 1, 1, Some(3)),
            (&["1 deny all 0.0.0.0/0", "2 allow 80 0.0.0.0/0"], 1, 1, None),
            // A denial for some addresses stays in force.
            (&["1 deny 443 198.51.100.0/24", "2 deny all 0.0.0.0/0"], 2, 2, Some(3)),
        ] {
            let it = amended(entries, &["0.0.0.0/0"], Some(by));
            let moved = it.displaced.map(|it| (it.entry.number, it.moves_to));
            assert_eq!((it.entry.number, moved), (number, Some((by, moves_to))), "{entries:?}");
        }
    }

    /// `NUMBER allow PORT`, and `NUMBER deny -> NUMBER` for an entry that makes room.
    fn in_words(it: &Amendment) -> String {
        let port = it.entry.traffic.ports.unwrap().0;
        let moved = it.displaced.as_ref().map_or(String::new(), |displaced| {
            let to = displaced.moves_to.map_or("nowhere".to_owned(), |to| to.to_string());
            format!(", {} -> {to}", displaced.entry.number)
        });
        format!("{} allow {port}{moved}", it.entry.number)
    }

    #[test]
    fn entries_for_what_one_entry_denies_do_not_displace_each_other() {
        let all = "0.0.0.0/0";
        let (https, http) = ((443, all, Some(1)), (80, all, Some(1)));
        for (entries, found) in [
            (&["1 deny all 0.0.0.0/0"][..], ["1 allow 443, 1 -> 2", "2 allow 80, 2 -> 3"]),
            (
                &["1 deny all 0.0.0.0/0", "2 deny 22 0.0.0.0/0"],
                ["1 allow 443, 1 -> 3", "3 allow 80, 3 -> 4"],
            ),
            // The entry that denied both is replaced, and nothing else denies the second.
            (
                &["1 deny all 0.0.0.0/0", "2 allow 22 0.0.0.0/0"],
                ["1 allow 443, 1 -> nowhere", "10 allow 80"],
            ),
            (
                &["1 deny all 0.0.0.0/0", "2 allow 22 0.0.0.0/0", "3 deny 80 0.0.0.0/0"],
                ["1 allow 443, 1 -> nowhere", "3 allow 80, 3 -> 4"],
            ),
        ] {
            let amendments = all_amended(entries, &[https, http]);
            assert_eq!(amendments.iter().map(in_words).collect::<Vec<_>>(), found, "{entries:?}");
        }
    }

    #[test]
    fn the_range_is_as_narrow_as_one_entry_can_be() {
        for (peers, expected) in [
            (&["10.0.1.0/24"][..], "10.0.1.0/24"),
            (&["10.0.0.0/24", "10.0.1.0/24"], "10.0.0.0/23"),
            (&["10.0.1.0/24", "10.0.7.0/24"], "10.0.0.0/16"),
            (&["192.168.0.9/32"], "192.168.0.9/32"),
            (&["10.0.1.0/24", "192.168.0.9/32"], "0.0.0.0/0"),
            (&["8.0.0.0/7", "11.0.0.0/8"], "0.0.0.0/0"),
            (&["2600::/12", "2a00::/16"], "::/0"),
        ] {
            let it = amended(&["100 deny all 0.0.0.0/0"], peers, Some(100));
            assert_eq!(it.entry.range, range(expected), "{peers:?}");
        }
    }
}
