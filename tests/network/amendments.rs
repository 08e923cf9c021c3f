use std::net::IpAddr;

use aws_ecs_preflight::network::{
    AclEntry, AclFact, Amendment, Answer, Displaced, Interface, NetworkAcl, Path, Restated,
    amendments, path,
};

use super::edges::Edges;
use super::parts::Parts;
use super::truth::choose;
use super::world::{Dice, Task, vpc};

/// A packet that crosses the border of a subnet.
#[derive(Clone, Copy, Debug)]
struct Packet {
    egress: bool,
    protocol: u8,
    port: u16,
    peer: IpAddr,
}

impl Packet {
    fn is_of(self, entry: &AclEntry) -> bool {
        let is_spoken = entry.traffic.protocol.is_none_or(|it| it == self.protocol);
        let ports = entry.traffic.ports.filter(|_| entry.traffic.protocol.is_some());
        let is_sent = ports.is_none_or(|(first, last)| (first..=last).contains(&self.port));
        entry.egress == self.egress && is_spoken && is_sent && entry.range.contains(&self.peer)
    }

    /// The entry that decides about it.
    fn decided(self, entries: &[AclEntry]) -> Option<&AclEntry> {
        entries.iter().filter(|it| self.is_of(it)).min_by_key(|it| it.number)
    }

    fn passes(self, entries: &[AclEntry]) -> bool {
        self.decided(entries).is_some_and(|it| it.allow)
    }
}

/// Packets to and from all addresses and ports at which something changes.
fn packets(world: &Parts) -> Vec<Packet> {
    let edges = Edges::of(world);
    let peers = edges.within(&["0.0.0.0/0", "::/0"].map(|it| it.parse().unwrap()));
    let ports: Vec<_> = edges.ports((0, u16::MAX)).into_iter().chain([443, 32768, 60999]).collect();
    let mut found = Vec::new();
    for peer in peers {
        for port in &ports {
            let packet = |egress, protocol| Packet { egress, protocol, port: *port, peer };
            found.extend([(true, 6), (false, 6), (true, 17)].map(|it| packet(it.0, it.1)));
        }
    }
    found
}

/// The path of this seed.
fn path_of<'a>(world: &'a Parts, task: &Task, seed: u64) -> Path<'a> {
    let subnet = world.subnets.iter().find(|it| it.id == task.subnet).unwrap();
    let from = Interface::new(subnet)
        .with_groups(task.groups.clone())
        .with_public_address(task.public_address);
    let mut dice = Dice::new(seed);
    let _ = vpc(&mut dice);
    let (_, destination) = choose(&mut dice, world);
    path(&world.topology(), &from, &destination)
}

fn stopped(acls: &Answer<AclFact>) -> usize {
    let is_stopped = |it: &&AclFact| matches!(it, AclFact::Denied { .. } | AclFact::Partly { .. });
    acls.facts.iter().filter(is_stopped).count()
}

/// The lowest entry that is reported to deny; lower ones do not matter.
fn floor(facts: &[AclFact], acl: &str, egress: bool) -> i32 {
    let denying = facts.iter().filter_map(|fact| match fact {
        AclFact::Denied { crossing, entry } | AclFact::Partly { crossing, entry, .. } => {
            (crossing.acl == acl && crossing.egress == egress).then_some(*entry).flatten()
        }
        _ => None,
    });
    denying.min().unwrap_or(32767)
}

/// No room below: entries 1, 2, 3 where there were 10, 20, 30.
fn crowd(acls: &mut [NetworkAcl]) {
    let own = acls.iter_mut().flat_map(|acl| &mut acl.entries).filter(|it| it.number < 1000);
    own.for_each(|entry| entry.number /= 10);
}

fn amend(world: &mut Parts, amendments: &[Amendment]) {
    for amendment in amendments {
        let acl = world.network_acls.iter_mut().find(|acl| acl.id == amendment.acl).unwrap();
        amendment.amend(&mut acl.entries);
    }
}

#[test]
fn what_is_stopped_passes_then_and_what_others_deny_does_not() {
    let (mut inserted, mut moved, mut lost) = (0, 0, 0);
    for seed in 0..800 {
        let (mut world, task) = vpc(&mut Dice::new(seed));
        if seed % 2 == 0 {
            crowd(&mut world.network_acls);
        }
        let facts = path_of(&world, &task, seed).acls.facts;
        let found = amendments(&world.topology(), &facts);
        if found.is_empty() {
            continue;
        }
        let before: Vec<NetworkAcl> = world.network_acls.clone();
        amend(&mut world, &found);
        let path = path_of(&world, &task, seed);
        assert_eq!(stopped(&path.acls), 0, "seed {seed}: {found:#?} {:#?}", path.acls);
        for (acl, amended) in before.iter().zip(&world.network_acls) {
            let own: Vec<_> = found.iter().filter(|it| it.acl == acl.id).collect();
            let displaced = own.iter().filter_map(|it| it.displaced.as_ref());
            let loses = displaced.clone().any(|it| it.moves_to.is_none());
            inserted += own.iter().filter(|it| it.displaced.is_none()).count();
            moved += displaced.filter(|it| it.moves_to.is_some()).count();
            lost += usize::from(loses);
            let numbers_are_free = own.iter().all(|it| {
                let same = |other: &&AclEntry| {
                    (other.number, other.egress) == (it.entry.number, it.entry.egress)
                };
                amended.entries.iter().filter(same).count() == 1
            });
            assert!(numbers_are_free, "seed {seed}: {own:#?}");
            let floors = [false, true].map(|egress| floor(&facts, &acl.id, egress));
            for packet in packets(&world) {
                let (then, now) = (packet.passes(&acl.entries), packet.passes(&amended.entries));
                let is_meant = own.iter().any(|it| packet.is_of(&it.entry));
                assert!(then == now || is_meant || loses, "seed {seed}: {packet:?} {own:#?}");
                let is_earlier = packet
                    .decided(&acl.entries)
                    .is_some_and(|it| !it.allow && it.number < floors[usize::from(it.egress)]);
                assert!(!now || !is_earlier, "seed {seed}: {packet:?} passes by the way: {own:#?}");
                assert!(now || !then, "seed {seed}: {packet:?} passes no more: {own:#?}");
            }
        }
    }
    assert!(inserted > 100 && moved > 4 && lost > 0, "{inserted} {moved} {lost}");
}

/// The same amendment after others.
fn restated(amendment: &Amendment, read: &[NetworkAcl], now: &[NetworkAcl]) -> Option<Amendment> {
    let moved = amendment.displaced.as_ref().and_then(|Displaced { entry, moves_to }| {
        Some(AclEntry { number: (*moves_to)?, ..entry.clone() })
    });
    let replaces = amendment.displaced.is_some();
    let of = |acls: &[NetworkAcl]| acls.iter().find(|acl| acl.id == amendment.acl).cloned();
    Restated { entry: amendment.entry.clone(), replaces, moved }.after(&of(read)?, &of(now)?)
}

#[test]
fn what_two_findings_add_lets_both_pass() {
    let (mut both, mut displaced, mut changed) = (0, 0, 0);
    for seed in 0..800 {
        let (mut world, task) = vpc(&mut Dice::new(seed));
        crowd(&mut world.network_acls);
        let found = [seed, seed + 1, seed + 2].map(|seed| {
            let facts = path_of(&world, &task, seed).acls.facts;
            amendments(&world.topology(), &facts)
        });
        let read = world.network_acls.clone();
        let mut added: Vec<Amendment> = Vec::new();
        for own in found.iter().flatten() {
            let again = restated(own, &read, &world.network_acls).unwrap();
            let serves = |it: &Amendment| {
                let same = AclEntry { number: it.entry.number, ..again.entry.clone() };
                it.acl == own.acl && it.entry == same && same.number <= again.entry.number
            };
            if added.iter().any(serves) {
                continue;
            }
            changed += usize::from(again != *own);
            displaced += usize::from(again.displaced.is_some());
            amend(&mut world, std::slice::from_ref(&again));
            added.push(again);
        }
        both += usize::from(found.iter().filter(|it| !it.is_empty()).count() > 1);
        for (at, own) in [seed, seed + 1, seed + 2].into_iter().zip(&found) {
            let path = path_of(&world, &task, at);
            assert_eq!(
                stopped(&path.acls),
                0,
                "seed {seed}, {at}: {own:#?} {added:#?} {:#?}",
                path.acls
            );
        }
    }
    assert!(both > 50 && displaced > 10 && changed > 10, "{both} {displaced} {changed}");
}
