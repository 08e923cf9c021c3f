//! `network-nacl`

use ipnet::IpNet;

use super::asks::{FROM, LEAD, WAY};
use super::filter;
use super::reach::{Need, Reach};
use super::route::{EXPECTED, not_in, of_all, of_any};
use super::ruling::{Obstacle, Plan, Ruling, judge, timeout};
use super::security_group::lacks;
use crate::checks::scene::Scene;
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::names::Region;
use crate::network::{
    AclEntry, AclFact, Amendment, Displaced, Fact, Outcome, Part, Path, Topology, amendments,
    rest_of_internet,
};
use crate::shell::ShellCommand;
use crate::task::SenderUse;
use crate::verdict::Judgement;

pub(super) static NETWORK_NACL: Check = Check {
    id: "network-nacl",
    verifies: "the network ACLs let HTTPS pass in both directions, on both ends",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Allow TCP 443 out of the subnet, and the answers to ports 1024-65535 in to it",
    docs: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    asks: &[FROM, LEAD, WAY, &[NetworkAcls::CALL]],
    advises: false,
    judge: Judge::Sender(network_nacl),
};

fn network_nacl(it: &SenderUse, facts: &View) -> Judgement {
    let mut expected = EXPECTED.to_vec();
    expected.push(Part::NetworkAcls);
    let plan = Plan {
        expected: &expected,
        moot: "nothing that is known has to be reached from here",
        blocked: "cannot be reached",
        connected: None,
        error: timeout,
    };
    judge(it, &plan, facts, rule)
}

fn rule<'t>(
    scene: &mut Scene<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let (from, region) = (scene.interface.clone(), scene.around.region().clone());
    let lacks = |path: &Path, topology: &Topology| {
        lacks(path, topology, path.acls.unread(), path.acls.outcome).or_else(|| {
            let in_doubt = path.acls.outcome == Outcome::Doubtful;
            let rest = in_doubt.then(|| rest_of_internet(topology, &from, path)).flatten();
            rest.and_then(|(rest, _)| rest.acls.unread())
        })
    };
    filter::rule(scene, need, reach, facts, lacks, |path, topology| match path.acls.outcome {
        Outcome::Passed => Ruling::Passes(of_all(&path.acls.to_string(), path)),
        Outcome::Doubtful => match rest_of_internet(topology, &from, path) {
            // A start may succeed by what is left of the internet, which has the services in it.
            Some((rest, apart)) if rest.acls.outcome == Outcome::Passed => {
                facts.assume(not_in(&apart));
                Ruling::Passes(of_all(&rest.acls.to_string(), &rest))
            }
            _ => partial(path, topology, &region),
        },
        Outcome::Blocked => Ruling::Blocked(obstacle(path, topology, &region)),
    })
}

/// The entry that denies, and the command that has its packets pass.
fn obstacle(path: &Path, topology: &Topology, region: &Region) -> Obstacle {
    let obstacle = Obstacle::of(of_any(&path.acls.because(), path));
    mended(obstacle, &path.acls.facts, topology, region)
}

/// Some packets pass and others do not. Where the answers to some ports are kept out, whoever they come
/// from, the connections from these ports hang. A call is tried again from another port, so a start may
/// still succeed: that is no failure, and nothing to rely on.
fn partial(path: &Path, topology: &Topology, region: &Region) -> Ruling {
    let because = of_all(&path.acls.because(), path);
    let keeps_out_answers = |fact: &&AclFact| match fact {
        AclFact::Partly { crossing, peers, .. } => crossing.is_answer && *peers == crossing.peer,
        _ => false,
    };
    match path.acls.facts.iter().find(keeps_out_answers) {
        Some(fact) => {
            let obstacle = Obstacle::of(format!("{because}, so connections from these ports hang"));
            Ruling::Hurts(mended(obstacle, std::slice::from_ref(fact), topology, region))
        }
        None => Ruling::Open(because),
    }
}

/// What lets pass what the worst of these facts stop: what a sentence tells, and no more.
pub(in crate::checks) fn letting_pass(facts: &[AclFact], topology: &Topology) -> Vec<Amendment> {
    let Some(worst) = facts.iter().map(Fact::outcome).min() else { return Vec::new() };
    let told: Vec<AclFact> = facts.iter().filter(|it| it.outcome() == worst).cloned().collect();
    amendments(topology, &told)
}

/// With the commands that let it pass.
pub(super) fn mended(
    obstacle: Obstacle,
    facts: &[AclFact],
    topology: &Topology,
    region: &Region,
) -> Obstacle {
    let amendments = letting_pass(facts, topology);
    let Some(first) = amendments.first() else { return obstacle };
    let mut obstacle = obstacle.on(&first.acl);
    for amendment in &amendments {
        obstacle.commands.extend(entries(amendment).map(|it| String::from(it.region(region))));
        let taken = amendment.displaced.as_ref().filter(|it| it.moves_to.is_none());
        if let Some(Displaced { entry, .. }) = taken {
            obstacle = obstacle.remedy(format!(
                "Let it pass before entry {} denies it. No lower number is free, so the command puts the new entry in its place: what else it denies, deny again behind the new one",
                entry.number
            ));
        }
    }
    obstacle
}

/// The commands, which act in the region of whoever runs them.
pub(in crate::checks) fn commands(amendment: &Amendment) -> Vec<String> {
    entries(amendment).map(String::from).collect()
}

/// An entry that has to make room goes to its new place first, so that it never stops to deny.
fn entries(amendment: &Amendment) -> impl Iterator<Item = ShellCommand> {
    let Amendment { acl, entry, displaced } = amendment;
    let moved = displaced.as_ref().and_then(|it| {
        let behind = AclEntry { number: it.moves_to?, ..it.entry.clone() };
        Some(command(CREATE, acl, &behind))
    });
    let verb = if displaced.is_some() { REPLACE } else { CREATE };
    moved.into_iter().chain([command(verb, acl, entry)])
}

const CREATE: &str = "aws ec2 create-network-acl-entry";
const REPLACE: &str = "aws ec2 replace-network-acl-entry";

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
