//! What decides whether security groups let packets through.

use std::fmt;

use super::addresses::enumerate;
use super::answer::{Fact, Outcome};
use super::interface::Port;
use super::parts::Part;

/// Which way, as seen from the interface that the groups guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Out of it: egress.
    Out,
    /// In to it: ingress.
    In,
}

impl Direction {
    /// How the other end follows the traffic in a sentence.
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

/// What security groups say of packets to a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterFact {
    /// A rule lets them through.
    Allowed(RuleHit),
    /// Rules let part of them through.
    Partly {
        /// Which way.
        direction: Direction,
        /// The port.
        port: Port,
        /// The other end.
        peer: String,
        /// The addresses of the other end that the rules name.
        open: String,
        /// Those that they do not name.
        closed: String,
    },
    /// No rule lets them through.
    Denied {
        /// Which way.
        direction: Direction,
        /// The groups, none of which has such a rule.
        groups: Vec<String>,
        /// The port.
        port: Port,
        /// The other end.
        peer: String,
        /// The rule that comes nearest.
        nearest: Option<Nearest>,
    },
    /// A rule names a prefix list whose ranges are not known.
    UnknownList {
        /// `sg-…`
        group: String,
        /// `pl-…`
        prefix_list: String,
    },
    /// A rule names a group, and it is not known whether the other end has it.
    UnknownMember {
        /// `sg-…`: whose rule it is.
        group: String,
        /// `sg-…`: the group that the rule names.
        referenced: String,
        /// The other end.
        peer: String,
    },
    /// It is not known what groups guard it.
    UnknownGroups {
        /// The target.
        of: String,
    },
    /// The group is not shown.
    NotShown {
        /// `sg-…`
        group: String,
    },
    /// A part was not read.
    Unread(Part),
}

/// A rule that lets packets through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleHit {
    /// `sg-…`
    pub group: String,
    /// Which way.
    pub direction: Direction,
    /// What it is for: `TCP 443`.
    pub traffic: String,
    /// The other end that it names.
    pub peer: String,
}

/// A rule that comes near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// `sg-…`
    pub group: String,
    /// Which way.
    pub direction: Direction,
    /// What it is for: `TCP 443`.
    pub traffic: String,
    /// The other ends that it names.
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
                write!(f, "security group {group} lets {traffic} {direction} {preposition} {peer}")
            }
            FilterFact::Partly { direction, port, peer, open, closed } => {
                let preposition = direction.preposition();
                write!(
                    f,
                    "of {peer}, the rules let {port} {direction} {preposition} {open} only, not \
                     {preposition} {closed}"
                )
            }
            FilterFact::Denied { direction, groups, port, peer, nearest } => {
                let (groups, preposition) = (named(groups), direction.preposition());
                write!(f, "no rule of {groups} lets {port} {direction} {preposition} {peer}")?;
                match nearest {
                    None => write!(f, ": there is none"),
                    Some(nearest) => write!(f, "; the nearest is {nearest}"),
                }
            }
            FilterFact::UnknownList { group, prefix_list } => write!(
                f,
                "a rule of security group {group} names prefix list {prefix_list}, whose ranges are \
                 not known"
            ),
            FilterFact::UnknownMember { group, referenced, peer } => write!(
                f,
                "a rule of security group {group} names {referenced}, and it is not known whether \
                 {peer} has that group"
            ),
            FilterFact::UnknownGroups { of } => {
                write!(f, "it is not known what security groups guard {of}")
            }
            FilterFact::NotShown { group } => write!(f, "security group {group} is not shown"),
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
