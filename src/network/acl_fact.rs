//! What decides whether network ACLs let packets pass.

use std::fmt;

use super::addresses::Addresses;
use super::answer::{Fact, Outcome};
use super::interface::protocol_name;
use super::parts::Part;

/// What a network ACL says of packets that cross the border of its subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AclFact {
    /// Both ends are in one subnet, and no network ACL is between them.
    SameSubnet {
        /// `subnet-…`
        subnet: String,
    },
    /// It lets them pass.
    Open {
        /// `acl-…`
        acl: String,
        /// The subnet that it guards.
        subnet: String,
    },
    /// It lets none of them pass.
    Denied {
        /// Which packets.
        crossing: Crossing,
        /// The number of the entry that decides; none if no entry is about them.
        entry: Option<i32>,
    },
    /// It lets part of them pass.
    Partly {
        /// Which packets.
        crossing: Crossing,
        /// The number of the entry that stops the others.
        entry: Option<i32>,
        /// The ports of those that it stops.
        ports: String,
        /// Where they are sent to, or come from.
        peers: String,
    },
    /// The network ACL of the subnet is not shown.
    NotShown {
        /// `subnet-…`
        subnet: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// Packets that cross the border of a subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// `acl-…`
    pub acl: String,
    /// The subnet that it guards.
    pub subnet: String,
    /// Whether they leave the subnet.
    pub egress: bool,
    /// Whether they are answers, which go to the ports that connections come from.
    pub is_answer: bool,
    /// The protocol's number by IANA.
    pub protocol: u8,
    /// The first and the last port that they are sent to.
    pub ports: (u16, u16),
    /// The other end, by name.
    pub peer: String,
    /// The addresses of the other end.
    pub peers: Addresses,
}

/// The numbers from which on entries are not one's own: they deny what no other entry is about.
pub(super) const LAST_ENTRY: i32 = 32767;

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
                write!(f, "both ends are in {subnet}, where no network ACL is between them")
            }
            AclFact::Open { acl, subnet } => {
                write!(f, "network ACL {acl} of {subnet} lets it pass both ways")
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
            AclFact::NotShown { subnet } => write!(f, "the network ACL of {subnet} is not shown"),
            AclFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}

impl Crossing {
    fn preposition(&self) -> &'static str {
        if self.egress { "to" } else { "from" }
    }
}

/// `TCP 443 out of subnet-1 to the internet`, `the answers (TCP 32768-60999) in to subnet-1 from …`.
impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = self.ports;
        let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let packets = format!("{} {ports}", protocol_name(self.protocol));
        let way = if self.egress { "out of" } else { "in to" };
        let (subnet, preposition, peer) = (&self.subnet, self.preposition(), &self.peer);
        match self.is_answer {
            true => write!(f, "the answers ({packets}) {way} {subnet} {preposition} {peer}"),
            false => write!(f, "{packets} {way} {subnet} {preposition} {peer}"),
        }
    }
}
