//! `network-route`

mod fix;

use crate::reachability::way::{EXPECTED, Obstruction, Way};

use super::asks::{FROM, LEAD, WAY};
use super::places::{Plan, judge_all, timeout};
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::reachability::egress::{Need, Reach};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::Ruling;
use crate::task::{EgressPoint, Task};
use crate::verdict::{Judgement, not_applicable};

pub(super) static NETWORK_ROUTE: Check = Check {
    id: "network-route",
    verifies: "each subnet has a working route to the required services, or needs none",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... net/http: request canceled while waiting for connection",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Give the subnet a default route to a NAT gateway in a public subnet, or create the VPC endpoints; on Fargate, a public IP address in a public subnet works too",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    asks: &[FROM, LEAD, WAY],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_route),
};

fn network_route(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "no destination outside the VPC has to be reached from here",
        blocked: "cannot be reached",
        connected: Some("the container agents are connected to ECS"),
        error: timeout,
    };
    let Some(task) = senders.first().map(|it| it.task) else { return not_applicable(plan.moot) };
    judge_all(senders, &plan, facts, |vantage, need, reach, facts| {
        rule(task, vantage, need, reach, facts)
    })
}

/// The ruling on the route, for packets that no endpoint receives.
pub(super) fn rule<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    // A proven route serves the call, wherever the name resolves to: an endpoint needs none.
    let way = match facts.attempt(|| Way::out(vantage, &need.to, reach, facts))? {
        Some(way) => way,
        None => Way::of(vantage, &need.to, reach, facts)?,
    };
    Ok(match way {
        Way::Endpoint => Ruling::Passes("endpoints serve it, so no route out is needed".into()),
        Way::Open(because) => Ruling::Passes(because),
        Way::Missing | Way::Elsewhere => Ruling::NotApplicable,
        Way::Doubtful(because) => Ruling::Open(because),
        Way::Broken(obstruction) => broken(task, vantage, need, &obstruction, reach, facts)?,
    })
}

/// The ruling on a route that does not work.
fn broken<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    obstruction: &Obstruction,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let lacks_address = obstruction.lacks_address();
    // The containers' own destinations are not known. But nobody intends to run them in a public subnet
    // where they cannot have a public address.
    if need.is_own_traffic() && !lacks_address {
        return Ok(Ruling::NotApplicable);
    }
    let obstacle = fix::obstacle(task, vantage, (need, obstruction), reach, facts)?;
    // A destination with an address in the VPC needs no route out of it.
    Ok(Ruling::Blocked(obstacle).unless_within(&need.to))
}
