//! `network-nacl`

use crate::reachability::acl::with_fix;

use super::asks::{FROM, LEAD, WAY};
use super::filter;
use super::places::{Plan, judge_all, timeout};
use super::security_group::lacks;
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::network_acl::NetworkAcls;
use crate::names::Region;
use crate::network::{AclFact, Answer, Outcome, Part, Path, Topology, rest_of_internet};
use crate::reachability::egress::{Need, Reach};
use crate::reachability::interface::Vantage;
use crate::reachability::reason::Reason;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::{EXPECTED, not_in, of_all, of_any};
use crate::task::EgressPoint;
use crate::verdict::Judgement;

pub(super) static NETWORK_NACL: Check = Check {
    id: "network-nacl",
    verifies: "the network ACLs allow HTTPS in both directions, at both ends",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Allow TCP 443 out of the subnet, and return traffic to ports 1024-65535 into it",
    docs: "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html",
    asks: &[FROM, LEAD, WAY, &[NetworkAcls::CALL]],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_nacl),
};

fn network_nacl(senders: &[EgressPoint], facts: &View) -> Judgement {
    let mut expected = EXPECTED.to_vec();
    expected.push(Part::NetworkAcls);
    let plan = Plan {
        expected: &expected,
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
    let (from, region) = (vantage.interface.clone(), vantage.around.region().clone());
    let lacks = |path: &Path, topology: &Topology| {
        lacks(path, topology, path.acls.unread(), path.acls.outcome).or_else(|| {
            let in_doubt = path.acls.outcome == Outcome::Doubtful;
            let rest = in_doubt.then(|| rest_of_internet(topology, &from, path)).flatten();
            rest.and_then(|(rest, _)| rest.acls.unread())
        })
    };
    filter::rule(vantage, need, reach, facts, lacks, |path, topology| match path.acls.outcome {
        Outcome::Passed => Ruling::Passes(all(&of_all(path))),
        Outcome::Doubtful => match rest_of_internet(topology, &from, path) {
            // A start succeeds over the rest of the internet, which contains the services.
            Some((rest, apart)) if rest.acls.outcome == Outcome::Passed => {
                facts.assume(not_in(&apart));
                Ruling::Passes(all(&of_all(&rest)))
            }
            _ => partial(path, topology, &region),
        },
        Outcome::Blocked => Ruling::Blocked(obstacle(path, topology, &region)),
    })
}

/// All facts about the network ACLs.
fn all(path: &Path) -> Reason {
    Reason::of_facts(&path.acls, &path.subnet, ToString::to_string)
}

/// The deciding fact.
fn deciding(path: &Path) -> Reason {
    Reason::of_facts(&path.acls, &path.subnet, Answer::because)
}

/// The entry that denies, and the command that allows its packets.
fn obstacle(path: &Path, topology: &Topology, region: &Region) -> Obstacle {
    let obstacle = Obstacle::of(deciding(&of_any(path)));
    with_fix(obstacle, &path.acls.facts, topology, region)
}

/// Some packets pass and others do not. If return traffic to some ports is denied, connections from these
/// ports hang. A retry uses another port, so the start may still succeed: not a failure, but not reliable.
fn partial(path: &Path, topology: &Topology, region: &Region) -> Ruling {
    let because = deciding(&of_all(path));
    let keeps_out_answers = |fact: &&AclFact| match fact {
        AclFact::Partly { crossing, peers, .. } => crossing.is_answer && *peers == crossing.peer,
        _ => false,
    };
    match path.acls.facts.iter().find(keeps_out_answers) {
        Some(fact) => {
            let obstacle = Obstacle::of(because.with(", so connections from these ports hang"));
            Ruling::Hurts(with_fix(obstacle, std::slice::from_ref(fact), topology, region))
        }
        None => Ruling::Open(because),
    }
}
