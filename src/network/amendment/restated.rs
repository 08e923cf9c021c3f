//! Amendments that others precede.

use super::{Amendment, List, amendment, overlap};
use crate::network::topology::{AclEntry, NetworkAcl};

/// An amendment that was found for a network ACL as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// The entry that allows packets.
    pub entry: AclEntry,
    /// Whether it replaces the entry that has its number.
    pub replaces: bool,
    /// The entry that makes room, under its new number.
    pub moved: Option<AclEntry>,
}

impl Restated {
    /// The same for the network ACL as earlier amendments leave it. None if there is no number for it.
    pub fn after(&self, read: &NetworkAcl, now: &NetworkAcl) -> Option<Amendment> {
        let wanted = AclEntry { number: 0, ..self.entry.clone() };
        amendment(now, wanted, self.denying(&List::of(read, self.entry.egress)))
    }

    /// The entry that denied the packets.
    fn denying<'a>(&self, read: &List<'a>) -> Option<&'a AclEntry> {
        let is_moved = |it: &&&AclEntry| {
            let ports = |it: &AclEntry| it.traffic.port_range();
            self.moved.as_ref().is_some_and(|moved| {
                (it.traffic.protocol, ports(it)) == (moved.traffic.protocol, ports(moved))
                    && (it.range, it.allow) == (moved.range, moved.allow)
            })
        };
        let number = self.entry.number;
        let stops = |it: &&&AclEntry| !it.allow && it.number > number && overlap(it, &self.entry);
        match (self.replaces, &self.moved) {
            (true, Some(_)) => read.0.iter().filter(is_moved).min_by_key(|it| it.number).copied(),
            (true, None) => read.entry(number),
            (false, _) => read.0.iter().filter(stops).min_by_key(|it| it.number).copied(),
        }
    }
}
