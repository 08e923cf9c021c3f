//! The facts that decide whether security groups allow packets.

use std::fmt;

use super::addresses::enumerate;
use super::answer::{Fact, Outcome};
use super::interface::Port;
use super::parts::Part;

/// The direction, as seen from the interface of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Outbound: egress.
    Out,
    /// Inbound: ingress.
    In,
}

impl Direction {
    /// The preposition before the other end in a sentence.
    fn preposition(self) -> &'static str {
        match self {
            Direction::Out => "to",
            Direction::In => "from",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Direction::Out => "out",
            Direction::In => "in",
        })
    }
}

/// What security groups decide for packets to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterFact {
    /// A rule allows them.
    Allowed(RuleHit),
    /// Rules allow part of them.
    Partly {
        /// The direction.
        direction: Direction,
        /// The port.
        port: Port,
        /// The other end.
        peer: String,
        /// The addresses of the other end that the rules allow.
        open: String,
        /// Those that they do not allow.
        closed: String,
    },
    /// No rule allows them.
    Denied {
        /// The direction.
        direction: Direction,
        /// The groups, none of which has such a rule.
        groups: Vec<String>,
        /// The port.
        port: Port,
        /// The other end.
        peer: String,
        /// The closest rule.
        nearest: Option<Nearest>,
    },
    /// A rule references a prefix list whose ranges are not known.
    UnknownList {
        /// `sg-…`
        group: String,
        /// `pl-…`
        prefix_list: String,
    },
    /// A rule references a group, and it is not known whether the other end has it.
    UnknownMember {
        /// `sg-…`: the group of the rule.
        group: String,
        /// `sg-…`: the referenced group.
        referenced: String,
        /// The other end.
        peer: String,
    },
    /// It is not known which groups apply to it.
    UnknownGroups {
        /// The target.
        of: String,
    },
    /// The group is not visible.
    NotShown {
        /// `sg-…`
        group: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// A rule that allows packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleHit {
    /// `sg-…`
    pub group: String,
    /// The direction.
    pub direction: Direction,
    /// The traffic: `TCP 443`.
    pub traffic: String,
    /// The other end of the rule.
    pub peer: String,
}

/// The closest rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// `sg-…`
    pub group: String,
    /// The direction.
    pub direction: Direction,
    /// The traffic: `TCP 443`.
    pub traffic: String,
    /// The other ends of the rule.
    pub peers: Vec<String>,
}

impl Fact for FilterFact {
    fn outcome(&self) -> Outcome {
        match self {
            FilterFact::Allowed(_) => Outcome::Passed,
            FilterFact::Denied { .. } => Outcome::Blocked,
            FilterFact::Partly { .. }
            | FilterFact::UnknownList { .. }
            | FilterFact::UnknownMember { .. }
            | FilterFact::UnknownGroups { .. }
            | FilterFact::NotShown { .. }
            | FilterFact::Unread(_) => Outcome::Doubtful,
        }
    }

    fn unread(&self) -> Option<Part> {
        match self {
            FilterFact::Unread(part) => Some(*part),
            _ => None,
        }
    }

    fn ends_mut(&mut self) -> Vec<&mut String> {
        match self {
            FilterFact::Partly { peer, .. }
            | FilterFact::Denied { peer, .. }
            | FilterFact::UnknownMember { peer, .. } => vec![peer],
            FilterFact::UnknownGroups { of } => vec![of],
            FilterFact::Allowed(_)
            | FilterFact::UnknownList { .. }
            | FilterFact::NotShown { .. }
            | FilterFact::Unread(_) => Vec::new(),
        }
    }
}

impl fmt::Display for FilterFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FilterFact::Allowed(RuleHit { group, direction, traffic, peer }) => {
                let preposition = direction.preposition();
                write!(
                    f,
                    "security group {group} allows {traffic} {direction} {preposition} {peer}"
                )
            }
            FilterFact::Partly { direction, port, peer, open, closed } => {
                let preposition = direction.preposition();
                write!(
                    f,
                    "the rules allow {port} {direction} {preposition} only part of {peer}: {open}, but not \
                     {closed}"
                )
            }
            FilterFact::Denied { direction, groups, port, peer, nearest } => {
                let (groups, preposition) = (named(groups), direction.preposition());
                write!(f, "no rule of {groups} allows {port} {direction} {preposition} {peer}")?;
                match nearest {
                    None => write!(f, "; there are no {direction}bound rules"),
                    Some(nearest) => write!(f, "; the closest rule is {nearest}"),
                }
            }
            FilterFact::UnknownList { group, prefix_list } => write!(
                f,
                "a rule of security group {group} references prefix list {prefix_list}, whose ranges \
                 are not known"
            ),
            FilterFact::UnknownMember { group, referenced, peer } => write!(
                f,
                "a rule of security group {group} references {referenced}; cannot determine whether \
                 {peer} has that group"
            ),
            FilterFact::UnknownGroups { of } => {
                write!(f, "cannot determine which security groups apply to {of}")
            }
            FilterFact::NotShown { group } => write!(f, "security group {group} is not visible"),
            FilterFact::Unread(part) => write!(f, "{part} could not be read"),
        }
    }
}

fn named(groups: &[String]) -> String {
    match groups {
        [] => "no security group at all".to_owned(),
        [one] => format!("security group {one}"),
        several => format!("security groups {}", enumerate(several)),
    }
}

/// `TCP 443 to 10.0.0.0/16 of sg-1`.
impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Nearest { group, direction, traffic, peers } = self;
        let (preposition, peers) = (direction.preposition(), enumerate(peers));
        write!(f, "{traffic} {preposition} {peers} of {group}")
    }
}
