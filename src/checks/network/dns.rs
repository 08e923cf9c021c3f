//! `network-dns`

use super::asks::{FROM, LEAD, WAY};
use super::places::{Plan, judge_all};
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::names::Region;
use crate::network::{
    Destination, DnsFact, EndpointFact, Family, Hindrance, Outcome, Part, Path, Port, Topology,
};
use crate::reachability::acl::with_fix;
use crate::reachability::egress::{Need, Reach, To, destination};
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::reason::Reason;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::Way;
use crate::shell::ShellCommand;
use crate::task::EgressPoint;
use crate::verdict::Judgement;

pub(super) static NETWORK_DNS: Check = Check {
    id: "network-dns",
    verifies: "names resolve in the VPC, including those of its endpoints",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp: lookup ...: no such host",
        "CannotPullContainerError: ... dial tcp: lookup ...: no such host",
    ],
    remedy: "Turn on enableDnsSupport and enableDnsHostnames of the VPC, or let the task reach the DNS servers of its DHCP options on UDP and TCP 53",
    docs: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html",
    asks: &[FROM, LEAD, WAY, &[DescribeSecurityGroup::CALL, NetworkAcls::CALL]],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_dns),
};

fn network_dns(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: &[Part::Vpc, Part::DnsSupport, Part::Endpoints, Part::RouteTables],
        moot: "no known name has to be resolved from here",
        blocked: "cannot be resolved",
        connected: None,
        error: |_| None,
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
    if need.is_own_traffic() || matches!(need.to, To::Address { .. }) {
        return Ok(Ruling::NotApplicable);
    }
    let region = vantage.around.region().clone();
    let resolved = vantage.path(
        &Destination::Internet(Port::tcp(443)),
        facts,
        |path, _| path.dns.as_ref().and_then(|dns| dns.unread()),
        |path, topology| resolution(path, topology, &region),
    )?;
    let resolved = match resolved {
        Ruling::Passes(because) => because,
        other => return Ok(other),
    };
    // Private DNS of an endpoint needs more, which matters only without another route.
    vantage.around.read(Part::DnsHostnames, facts)?;
    let resolves = vantage.around.topology().dns_hostnames == Some(true);
    if resolves || facts.attempt(|| Way::out(vantage, &need.to, reach, facts))?.is_some() {
        return Ok(Ruling::Passes(resolved));
    }
    let off = vantage.path(
        &destination(&need.to),
        facts,
        |path, _| lead_lacks(path),
        |path, _| private_names(path),
    )?;
    match off {
        Some(obstacle) if matches!(Way::of(vantage, &need.to, reach, facts)?, Way::Missing) => {
            Ok(Ruling::Blocked(Obstacle {
                commands: vec![turned_on(
                    "--enable-dns-hostnames",
                    &vantage.interface.subnet.vpc,
                    &region,
                )],
                ..obstacle
            }))
        }
        _ => Ok(Ruling::Passes(resolved)),
    }
}

/// The command that turns an attribute of the VPC on.
fn turned_on(attribute: &'static str, vpc: &str, region: &Region) -> ShellCommand {
    ShellCommand::of("aws ec2 modify-vpc-attribute")
        .option("--vpc-id", vpc)
        .flag(attribute)
        .region(region)
}

fn resolution(path: &Path, topology: &Topology, region: &Region) -> Ruling {
    let Some(dns) = &path.dns else { return Ruling::NotApplicable };
    let because = Reason::of_facts(dns, &path.subnet, ToString::to_string);
    let obstacle = match dns.facts.first() {
        Some(DnsFact::SupportOff { vpc }) => Obstacle::of(because.clone())
            .on(vpc)
            .command(turned_on("--enable-dns-support", vpc, region)),
        Some(DnsFact::Hindered { .. }) => {
            let obstacle = Obstacle::of(because.clone());
            dns.facts.iter().fold(obstacle, |it, fact| hindered(it, fact, topology, region))
        }
        _ => Obstacle::of(because.clone()),
    };
    match dns.outcome {
        Outcome::Passed => Ruling::Passes(because),
        Outcome::Doubtful => Ruling::Hurts(obstacle.remedy("Make the DNS servers of the DHCP options reachable on UDP and TCP 53, and forward AWS names to the Amazon-provided DNS server")),
        Outcome::Blocked => Ruling::Blocked(obstacle),
    }
}

/// A resolver that cannot be reached, and the command that allows it. A missing route has no command: its
/// target is the user's decision.
fn hindered(obstacle: Obstacle, fact: &DnsFact, topology: &Topology, region: &Region) -> Obstacle {
    let DnsFact::Hindered { resolver, port, over_tcp_too, by, .. } = fact else { return obstacle };
    let obstacle = if obstacle.on.is_none() { obstacle.on(resolver) } else { obstacle };
    let family = if resolver.contains(':') { Family::Ipv6 } else { Family::Ipv4 };
    match by {
        Hindrance::Route(_) => obstacle,
        Hindrance::NetworkAcls(said) => with_fix(obstacle, &said.facts, topology, region),
        Hindrance::SecurityGroups { groups, .. } => {
            let Some(group) = groups.first() else { return obstacle };
            let to = match family {
                Family::Ipv6 => format!("Ipv6Ranges=[{{CidrIpv6={resolver}/128}}]"),
                Family::Ipv4 => format!("IpRanges=[{{CidrIp={resolver}/32}}]"),
            };
            // Long answers come over TCP.
            let protocols: &[&str] = match (*port == Port::udp(53), over_tcp_too) {
                (true, true) => &["udp", "tcp"],
                (true, false) => &["udp"],
                (false, _) => &["tcp"],
            };
            let permission = |protocol| format!("IpProtocol={protocol},FromPort=53,ToPort=53,{to}");
            obstacle.command(
                ShellCommand::of("aws ec2 authorize-security-group-egress")
                    .option("--group-id", group)
                    .options("--ip-permissions", protocols.iter().map(permission))
                    .region(region),
            )
        }
    }
}

/// An endpoint whose private names do not resolve.
fn private_names(path: &Path) -> Option<Obstacle> {
    let facts = &path.lead.as_ref()?.answer.facts;
    facts.iter().find_map(|fact| match fact {
        EndpointFact::DnsOff { endpoint, .. } => Some(Obstacle::of(fact.to_string()).on(endpoint)),
        _ => None,
    })
}
