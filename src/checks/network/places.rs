//! The verdict on each required destination; destinations that share a fact share a sentence.

mod plan;
mod tally;

use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::network::Subnet;
use crate::reachability::egress::{Call, Errand, Need, Reach};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::Ruling;
use crate::task::{Carrier, EgressPoint, SendsFrom};
use crate::verdict::{Findings, Judgement, not_applicable};

pub(super) use plan::Plan;

use tally::Tally;

/// Judges everything that leaves by several senders, in one verdict.
pub(super) fn judge_all<'t>(
    senders: &[EgressPoint],
    plan: &Plan,
    facts: &View<'t>,
    rule: impl Fn(&mut Vantage<'t>, &Need, &Reach, &View<'t>) -> Result<Ruling, Stop>,
) -> Judgement {
    let mut tally = Tally::default();
    let mut found = Findings::new();
    // All are requested before any gap ends the evaluation.
    let vantages: Vec<_> =
        senders.iter().map(|it| Vantage::all(it, plan.expected, facts)).collect();
    for (it, vantages) in senders.iter().zip(vantages) {
        let reach = crate::reachability::egress::by(it, facts)?;
        tally.home.get_or_insert(it.task.region()?.clone());
        for (place, stop) in &reach.open {
            found.stopped(place, stop.clone());
        }
        let vantages = match vantages {
            Ok(vantages) => vantages,
            Err(stop) => {
                found.stopped(it.place(), stop);
                continue;
            }
        };
        let mut of_sender = Tally::default();
        let of_instances = matches!(it.from, SendsFrom::Instances(_));
        let count = vantages.len();
        let first = vantages.first().map(|vantage| vantage.interface.subnet);
        let (mut hindered, mut doubtful) = (0, 0);
        for mut vantage in vantages {
            let before = (of_sender.blocks(), of_sender.doubts());
            for need in &reach.needs {
                let from = &vantage.interface.subnet.id.clone();
                let ruling = match need.is_of_agent() && vantage.agent_connected {
                    true => Ok(plan.of_connected()),
                    false => {
                        let ruling = rule(&mut vantage, need, &reach, facts);
                        unless_unseen(ruling, &mut vantage, need, &reach, facts, &rule)
                    }
                };
                of_sender.add(it.place(), from, need, ruling);
            }
            hindered += usize::from(of_sender.blocks() > before.0);
            doubtful += usize::from(of_sender.doubts() > before.1);
        }
        if of_instances && count == 0 {
            tally.idle.push(it.name().to_owned());
        }
        if let (true, Some(own)) = (of_sender.blocks() > 0, first)
            && let Some(why) = misplaced(it, own, facts)?
        {
            match senders.len() {
                1 => return not_applicable(why),
                _ => continue,
            }
        }
        // A task that cannot start on some of the instances may start on the others.
        if hindered < count {
            of_sender.soften();
        }
        if doubtful < count && of_instances {
            of_sender.soften_doubts();
        }
        tally.extend(of_sender);
    }
    tally.verdict(plan, found)
}

/// The ruling, unless it is refuted: a connected agent has reached ECS although by the same rule it could
/// not. Then there is a path that is not visible, such as an HTTP proxy
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/http_proxy_config.html>).
///
/// # Errors
/// Those of the ruling, and answers that are pending.
pub(super) fn unless_unseen<'t>(
    ruling: Result<Ruling, Stop>,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
    rule: impl Fn(&mut Vantage<'t>, &Need, &Reach, &View<'t>) -> Result<Ruling, Stop>,
) -> Result<Ruling, Stop> {
    let Ok(Ruling::Blocked(obstacle)) = &ruling else { return ruling };
    if !vantage.agent_connected || need.carrier != Carrier::Agent {
        return ruling;
    }
    for reached in reach.needs.iter().filter(|it| it.is_of_agent() && it.decides) {
        let judged = facts.tolerate(|| rule(vantage, reached, reach, facts))?;
        if matches!(judged, Ok(Ruling::Blocked(_))) {
            return Ok(Ruling::Open(obstacle.because.clone().with(
                ", but the container agents are connected to ECS, so there is a path that is not visible here, such as an HTTP proxy",
            )));
        }
    }
    ruling
}

/// Why the subnet is not judged if its VPC is not that of the first subnet: no task can be placed in both,
/// network-configuration reports it, and fixing one route would not help.
///
/// # Errors
/// The first subnet could not be read.
fn misplaced(it: &EgressPoint, own: &Subnet, facts: &View) -> Result<Option<String>, Stop> {
    let SendsFrom::Subnet(_) = it.from else { return Ok(None) };
    let Some(first) = it.task.context.network.subnets.items()?.first() else { return Ok(None) };
    if first.value == own.id {
        return Ok(None);
    }
    let lookup = DescribeSubnet { region: it.task.region()?.clone(), id: first.value.clone() };
    let first = facts.need_optional(&lookup)?.filter(|first| first.vpc != own.vpc);
    Ok(first.map(|first| {
        format!(
            "{} is in {}, but {} is in {}; see network-configuration",
            own.id, own.vpc, first.id, first.vpc
        )
    }))
}

/// The runtime error when packets are dropped.
pub(super) fn timeout(errand: &Errand) -> Option<&'static str> {
    Some(match errand.call {
        Call::Login | Call::Secret(_) | Call::Parameter(_) | Call::Credentials(_) => {
            "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout"
        }
        Call::Pull(..) | Call::Layers(_) => {
            "CannotPullContainerError: ... dial tcp ...:443: i/o timeout"
        }
        Call::Log(..) | Call::NewGroup(..) => {
            "ResourceInitializationError: failed to validate logger args: create stream has been retried ... failed to create Cloudwatch log stream: ... i/o timeout"
        }
        Call::Object(_) => {
            "ResourceInitializationError: failed to download env files: ... i/o timeout"
        }
        Call::Agent(error) | Call::Other(error) => error,
        Call::Own | Call::Unnamed(_) => return None,
    })
}
