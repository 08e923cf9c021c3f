//! `network-security-group`

use super::asks::{FROM, LEAD, WAY};
use super::filter;
use super::places::{Plan, judge_all, timeout};
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::names::Region;
use crate::network::{Attraction, Family, FilterFact, Outcome, Part, Path, Target, Topology};
use crate::reachability::egress::{Need, Reach};
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::reason::Reason;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::{EXPECTED, of_all, of_any};
use crate::shell::ShellCommand;
use crate::task::EgressPoint;
use crate::verdict::Judgement;

pub(super) static NETWORK_SECURITY_GROUP: Check = Check {
    id: "network-security-group",
    verifies: "the security groups allow outbound HTTPS to every required service",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Add an outbound rule for TCP 443 to a security group of the task",
    docs: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    asks: &[FROM, LEAD, WAY, &[DescribeSecurityGroup::CALL]],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_security_group),
};

fn network_security_group(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "no known destination has to be reached from here",
        blocked: "cannot be reached",
        connected: None,
        error: timeout,
    };
    judge_all(senders, &plan, facts, rule)
}

/// The ruling on one destination.
pub(super) fn rule<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    if !need.is_own_traffic() {
        vantage.read_groups(facts)?;
    }
    let lacks = |path: &Path, topology: &Topology| {
        lacks(path, topology, path.egress.unread(), path.egress.outcome)
    };
    let region = vantage.around.region().clone();
    let family = vantage.interface.family();
    filter::rule(vantage, need, reach, facts, lacks, |path, _| match path.egress.outcome {
        Outcome::Passed => Ruling::Passes(because(&of_all(path))),
        Outcome::Doubtful => Ruling::Open(because(&of_all(path))),
        Outcome::Blocked => Ruling::Blocked(obstacle(path, family, &region)),
    })
}

fn because(path: &Path) -> Reason {
    Reason::of_facts(&path.egress, &path.subnet, ToString::to_string)
}

/// What must still be read to judge a filter: where the packets go, and to which addresses.
pub(super) fn lacks(
    path: &Path,
    topology: &Topology,
    unread: Option<Part>,
    outcome: Outcome,
) -> Option<Part> {
    let to_interfaces =
        matches!(path.lead.as_ref().map(|lead| lead.to), Some(Attraction::Interface(_)));
    lead_lacks(path)
        .or_else(|| (to_interfaces && topology.subnets.is_none()).then_some(Part::Subnets))
        .or(unread)
        // Rules that allow part of the internet may be meant for the ranges of a service.
        .or_else(|| {
            (outcome == Outcome::Doubtful && path.lead.is_some() && topology.prefix_lists.is_none())
                .then_some(Part::PrefixLists)
        })
}

/// The rule that is missing, and the command that adds it.
fn obstacle(path: &Path, family: Family, region: &Region) -> Obstacle {
    let obstacle = Obstacle::of(because(&of_any(path)));
    let Some(FilterFact::Denied { groups, port, .. }) = path.egress.facts.first() else {
        return obstacle;
    };
    let Some(group) = groups.first() else { return obstacle };
    let peer = match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(endpoint)) if !endpoint.groups.is_empty() => {
            format!("UserIdGroupPairs=[{{GroupId={}}}]", endpoint.groups[0])
        }
        Some(Attraction::Gateway(_)) if path.target.prefix_list.is_some() => {
            let list = path.target.prefix_list.as_deref().unwrap_or_default();
            format!("PrefixListIds=[{{PrefixListId={list}}}]")
        }
        _ => ranges(&path.target, family),
    };
    let number = port.number;
    let obstacle = match family {
        Family::Ipv4 => obstacle,
        Family::Ipv6 => obstacle.remedy(format!(
            "Add an outbound rule for TCP {number} over IPv6 to a security group of the task: its subnet is IPv6-only"
        )),
    };
    obstacle.on(group).command(
        ShellCommand::of("aws ec2 authorize-security-group-egress")
            .option("--group-id", group)
            .option(
                "--ip-permissions",
                format!("IpProtocol=tcp,FromPort={number},ToPort={number},{peer}"),
            )
            .region(region),
    )
}

/// The destination of a rule: one address, or every address of the IP version of the interface.
fn ranges(target: &Target, family: Family) -> String {
    let one = match target.addresses.prefixes()[..] {
        [range] if range.prefix_len() == range.max_prefix_len() => Some(range.to_string()),
        _ => None,
    };
    match family {
        Family::Ipv4 => {
            format!("IpRanges=[{{CidrIp={}}}]", one.unwrap_or_else(|| "0.0.0.0/0".to_owned()))
        }
        Family::Ipv6 => {
            format!("Ipv6Ranges=[{{CidrIpv6={}}}]", one.unwrap_or_else(|| "::/0".to_owned()))
        }
    }
}
