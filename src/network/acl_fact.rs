//! The facts that decide whether network ACLs allow packets.

use std::fmt;

use super::addresses::Addresses;
use super::answer::{Fact, Outcome};
use super::interface::protocol_name;
use super::parts::Part;

/// What a network ACL decides for packets that enter or leave its subnet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AclFact {
    /// Both ends are in one subnet, with no network ACL in between.
    SameSubnet {
        /// `subnet-…`
        subnet: String,
    },
    /// It allows them.
    Open {
        /// `acl-…`
        acl: String,
        /// Its subnet.
        subnet: String,
    },
    /// It allows none of them.
    Denied {
        /// Which packets.
        crossing: Crossing,
        /// The number of the deciding entry; none if no entry matches them.
        entry: Option<i32>,
    },
    /// It allows part of them.
    Partly {
        /// Which packets.
        crossing: Crossing,
        /// The number of the entry that denies the others.
        entry: Option<i32>,
        /// The ports of those that it denies.
        ports: String,
        /// Their destination or source.
        peers: String,
    },
    /// The network ACL of the subnet is not visible.
    NotShown {
        /// `subnet-…`
        subnet: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// Packets that enter or leave a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Crossing {
    /// `acl-…`
    pub acl: String,
    /// Its subnet.
    pub subnet: String,
    /// Whether they leave the subnet.
    pub egress: bool,
    /// Whether they are return traffic, which goes to the source ports of connections.
    pub is_answer: bool,
    /// The protocol's number by IANA.
    pub protocol: u8,
    /// The first and the last destination port.
    pub ports: (u16, u16),
    /// The other end, by name.
    pub peer: String,
    /// The addresses of the other end.
    pub peers: Addresses,
}

/// The number of the fixed last entry, which denies everything else.
pub(super) const LAST_ENTRY: i32 = 32767;

impl AclFact {
    /// Whether it hinders packets to every destination: it denies all, or the same ports of each.
    pub(super) fn hinders_all(&self) -> bool {
        match self {
            AclFact::SameSubnet { .. } | AclFact::Open { .. } => false,
            AclFact::Partly { crossing, peers, .. } => *peers == crossing.peer,
            AclFact::Denied { .. } | AclFact::NotShown { .. } | AclFact::Unread(_) => true,
        }
    }
}

impl Fact for AclFact {
    fn outcome(&self) -> Outcome {
        match self {
            AclFact::SameSubnet { .. } | AclFact::Open { .. } => Outcome::Passed,
            AclFact::Denied { .. } => Outcome::Blocked,
            AclFact::Partly { .. } | AclFact::NotShown { .. } | AclFact::Unread(_) => {
                Outcome::Doubtful
            }
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            AclFact::Unread(part) => Some(*part),
            _ => None,
        }
    }

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            AclFact::Denied { crossing, .. } => vec![&mut crossing.subnet, &mut crossing.peer],
            AclFact::Partly { crossing, peers, .. } => {
                vec![&mut crossing.subnet, &mut crossing.peer, peers]
            }
            AclFact::SameSubnet { subnet }
            | AclFact::Open { subnet, .. }
            | AclFact::NotShown { subnet } => vec![subnet],
            AclFact::Unread(_) => Vec::new(),
        }
    }
}

impl fmt::Display for AclFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AclFact::SameSubnet { subnet } => {
                write!(f, "both ends are in {subnet}, with no network ACL in between")
            }
            AclFact::Open { acl, subnet } => {
                write!(f, "network ACL {acl} of {subnet} allows it in both directions")
            }
            AclFact::Denied { crossing, entry } => match entry.filter(|it| *it < LAST_ENTRY) {
                Some(entry) => {
                    write!(f, "entry {entry} of network ACL {} denies {crossing}", crossing.acl)
                }
                None => write!(f, "no entry of network ACL {} allows {crossing}", crossing.acl),
            },
            AclFact::Partly { crossing, entry, ports, peers } => {
                let protocol = protocol_name(crossing.protocol);
                let preposition = crossing.preposition();
                write!(
                    f,
                    "network ACL {} allows only part of {crossing}: not {protocol} {ports} \
                     {preposition} {peers}",
                    crossing.acl
                )?;
                match entry.filter(|it| *it < LAST_ENTRY) {
                    Some(entry) => write!(f, " (entry {entry})"),
                    None => Ok(()),
                }
            }
            AclFact::NotShown { subnet } => write!(f, "the network ACL of {subnet} is not visible"),
            AclFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}

impl Crossing {
    fn preposition(&self) -> &'static str {
        if self.egress { "to" } else { "from" }
    }
}

/// `TCP 443 out of subnet-1 to the internet`, `the return traffic (TCP 32768-60999) into subnet-1 from …`.
impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.ports;
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let packets = format!("{} {ports}", protocol_name(self.protocol));
        let way = if self.egress { "out of" } else { "into" };
        let (subnet, preposition, peer) = (&self.subnet, self.preposition(), &self.peer);
        match self.is_answer {
            true => write!(f, "the return traffic ({packets}) {way} {subnet} {preposition} {peer}"),
            false => write!(f, "{packets} {way} {subnet} {preposition} {peer}"),
        }
    }
}
