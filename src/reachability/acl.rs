//! What allows packets through a network ACL, and the commands for it.

use ipnet::IpNet;

use super::network_path::{Hop, Kind};
use super::ruling::Obstacle;
use crate::names::Region;
use crate::network::{
    AclEntry, AclFact, Amendment, Answer, Displaced, Fact, Outcome, Topology, Traffic, amendments,
};
use crate::shell::{ShellCommand, Word};

const CREATE: &str = "aws ec2 create-network-acl-entry";
const REPLACE: &str = "aws ec2 replace-network-acl-entry";

/// The entries that allow what the worst of these facts deny: what a sentence reports, and no more.
pub(crate) fn letting_pass(facts: &[AclFact], topology: &Topology) -> Vec<Amendment> {
    let Some(worst) = facts.iter().map(Fact::outcome).min() else { return Vec::new() };
    let told: Vec<AclFact> = facts.iter().filter(|it| it.outcome() == worst).cloned().collect();
    amendments(topology, &told)
}

/// The network ACLs of a path to draw: that of the sending subnet, and those at the far ends
/// that stop packets.
pub(crate) fn hops(answer: &Answer<AclFact>, topology: &Topology, subnet: &str) -> (Hop, Vec<Hop>) {
    let acl_of = |subnet: &str| {
        let acls = topology.network_acls.into_iter().flatten();
        let acl = acls.into_iter().find(|acl| acl.subnets.iter().any(|it| it == subnet));
        acl.map_or("network ACL".to_owned(), |acl| acl.id.clone())
    };
    let worst = answer.facts.iter().map(Fact::outcome).min();
    let stopping: Vec<&str> = answer
        .facts
        .iter()
        .filter(|it| answer.outcome != Outcome::Passed && Some(it.outcome()) == worst)
        .filter_map(|it| match it {
            AclFact::Denied { crossing, .. } | AclFact::Partly { crossing, .. } => {
                Some(crossing.subnet.as_str())
            }
            AclFact::NotShown { subnet } => Some(subnet.as_str()),
            AclFact::SameSubnet { .. } | AclFact::Open { .. } | AclFact::Unread(_) => None,
        })
        .collect();
    let mut far: Vec<Hop> = Vec::new();
    for there in stopping.iter().filter(|there| **there != subnet) {
        let hop = Hop::new(Kind::FarAcl, acl_of(there), true);
        if !far.contains(&hop) {
            far.push(hop);
        }
    }
    let is_own = stopping.contains(&subnet) || far.is_empty() && answer.outcome != Outcome::Passed;
    (Hop::new(Kind::Acl, acl_of(subnet), is_own), far)
}

/// Adds the commands that allow it.
pub(crate) fn with_fix(
    obstacle: Obstacle,
    facts: &[AclFact],
    topology: &Topology,
    region: &Region,
) -> Obstacle {
    let amendments = letting_pass(facts, topology);
    let Some(first) = amendments.first() else { return obstacle };
    let mut obstacle = obstacle.on(&first.acl);
    for amendment in &amendments {
        obstacle.commands.extend(commands(amendment).map(|it| it.region(region)));
        let taken = amendment.displaced.as_ref().filter(|it| it.moves_to.is_none());
        if let Some(Displaced { entry, .. }) = taken {
            obstacle = obstacle.remedy(format!(
                "Allow it before entry {} denies it. No lower number is free, so the command replaces that entry: deny the rest again after the new one",
                entry.number
            ));
        }
    }
    obstacle
}

/// The commands, which act in the caller's region. An entry that has to make room is moved first, so that
/// it never stops denying.
pub(crate) fn commands(amendment: &Amendment) -> impl Iterator<Item = ShellCommand> {
    let Amendment { acl, entry, displaced } = amendment;
    let moved = displaced.as_ref().and_then(|it| {
        let behind = AclEntry { number: it.moves_to?, ..it.entry.clone() };
        Some(command(CREATE, acl, &behind))
    });
    let verb = if displaced.is_some() { REPLACE } else { CREATE };
    moved.into_iter().chain([command(verb, acl, entry)])
}

/// What a command of [`commands`] adds to a network ACL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Added {
    /// `acl-…`
    pub(crate) acl: String,
    /// The entry.
    pub(crate) entry: AclEntry,
    /// Whether it replaces the entry that has its number.
    pub(crate) replaces: bool,
}

impl Added {
    pub(crate) fn by(command: &ShellCommand) -> Option<Added> {
        let replaces = command.begins_with(REPLACE);
        if !replaces && !command.begins_with(CREATE) {
            return None;
        }
        let value = |option| command.value_of(option).and_then(Word::text);
        let protocol = match value("--protocol")? {
            "tcp" => Some(6),
            "udp" => Some(17),
            "-1" => None,
            number => Some(number.parse().ok()?),
        };
        let ports = value("--port-range").and_then(|text| {
            let (first, last) = text.strip_prefix("From=")?.split_once(",To=")?;
            Some((first.parse().ok()?, last.parse().ok()?))
        });
        let range = value("--cidr-block").or_else(|| value("--ipv6-cidr-block"))?;
        let entry = AclEntry {
            number: value("--rule-number")?.parse().ok()?,
            egress: command.has("--egress"),
            allow: value("--rule-action")? == "allow",
            traffic: Traffic { protocol, ports },
            range: range.parse().ok()?,
        };
        Some(Added { acl: value("--network-acl-id")?.to_owned(), entry, replaces })
    }
}

fn command(verb: &'static str, acl: &str, entry: &AclEntry) -> ShellCommand {
    let way = if entry.egress { "--egress" } else { "--ingress" };
    let command = ShellCommand::of(verb)
        .option("--network-acl-id", acl)
        .flag(way)
        .option("--rule-number", entry.number.to_string());
    let command = match (entry.traffic.protocol, entry.traffic.ports) {
        (Some(protocol @ (6 | 17)), ports) => {
            let name = if protocol == 6 { "tcp" } else { "udp" };
            let (first, last) = ports.unwrap_or((0, u16::MAX));
            command
                .option("--protocol", name)
                .option("--port-range", format!("From={first},To={last}"))
        }
        (Some(other), _) => command.option("--protocol", other.to_string()),
        // -1 is all protocols.
        (None, _) => command.option("--protocol", "-1"),
    };
    let flag = match entry.range {
        IpNet::V4(_) => "--cidr-block",
        IpNet::V6(_) => "--ipv6-cidr-block",
    };
    let action = if entry.allow { "allow" } else { "deny" };
    command.option(flag, entry.range.to_string()).option("--rule-action", action)
}
