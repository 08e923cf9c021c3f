//! `network-nacl`

use super::asks::WAY;
use super::filter;
use super::reach::{Need, Reach};
use super::route::{EXPECTED, of_all};
use super::ruling::{Obstacle, Plan, Ruling, judge, timeout};
use super::security_group::lacks;
use crate::checks::scene::Scene;
use crate::checks::subject::SenderUse;
use crate::checks::{Check, Judge, joined};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::network::{AclFact, Crossing, Family, Outcome, Part, Path, Topology};
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
    asks: &joined::<{ WAY.len() + 1 }>(&WAY, &[NetworkAcls::CALL]),
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
    let family = scene.interface.family();
    let lacks = |path: &Path, topology: &Topology| {
        lacks(path, topology, path.acls.unread(), path.acls.outcome)
    };
    filter::rule(scene, need, reach, facts, lacks, |path| match path.acls.outcome {
        Outcome::Passed => Ruling::Passes(of_all(&path.acls.to_string(), path)),
        Outcome::Doubtful => partial(path, family),
        Outcome::Blocked => Ruling::Blocked(obstacle(path, family)),
    })
}

/// The entry that denies, and the command that makes it allow.
fn obstacle(path: &Path, family: Family) -> Obstacle {
    let obstacle = Obstacle::of(of_all(&path.acls.because(), path));
    mended(obstacle, &path.acls.facts, family)
}

/// Some packets pass and others do not. Where the answers to some ports are kept out, whoever they come
/// from, the connections from these ports hang. A call is tried again from another port, so a start may
/// still succeed: that is no failure, and nothing to rely on.
fn partial(path: &Path, family: Family) -> Ruling {
    let because = of_all(&path.acls.because(), path);
    let keeps_out_answers = |fact: &&AclFact| match fact {
        AclFact::Partly { crossing, peers, .. } => crossing.is_answer && *peers == crossing.peer,
        _ => false,
    };
    match path.acls.facts.iter().find(keeps_out_answers) {
        Some(fact) => {
            let obstacle = Obstacle::of(format!("{because}, so connections from these ports hang"));
            Ruling::Hurts(mended(obstacle, std::slice::from_ref(fact), family))
        }
        None => Ruling::Open(because),
    }
}

/// With the command that lets pass what the worst of these facts stops.
pub(super) fn mended(obstacle: Obstacle, facts: &[AclFact], family: Family) -> Obstacle {
    let stopped = facts.iter().find_map(|fact| match fact {
        AclFact::Denied { crossing, entry } | AclFact::Partly { crossing, entry, .. } => {
            Some((crossing, *entry))
        }
        _ => None,
    });
    match stopped {
        Some((crossing, entry)) => {
            obstacle.on(&crossing.acl).command(command(crossing, entry, family))
        }
        None => obstacle,
    }
}

fn command(crossing: &Crossing, entry: Option<i32>, family: Family) -> String {
    let way = if crossing.egress { "--egress" } else { "--ingress" };
    let protocol = match crossing.protocol {
        6 => "tcp".to_owned(),
        17 => "udp".to_owned(),
        other => other.to_string(),
    };
    let (first, last) = match crossing.is_answer {
        true => (1024, u16::MAX),
        false => crossing.ports,
    };
    let (verb, number) = match entry.filter(|number| *number < 32767) {
        Some(number) => ("replace-network-acl-entry", number.to_string()),
        None => ("create-network-acl-entry", "RULE-NUMBER".to_owned()),
    };
    let everywhere = match family {
        Family::Ipv4 => "--cidr-block 0.0.0.0/0",
        Family::Ipv6 => "--ipv6-cidr-block ::/0",
    };
    format!(
        "aws ec2 {verb} --network-acl-id {} {way} --rule-number {number} --protocol {protocol} --port-range From={first},To={last} {everywhere} --rule-action allow",
        crossing.acl
    )
}
