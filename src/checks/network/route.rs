//! `network-route`

mod mending;

use crate::reachability::way::{EXPECTED, Obstruction, Way};

use super::asks::{FROM, LEAD, WAY};
use super::telling::{Plan, judge, timeout};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::reachability::egress::{Need, Reach};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::Ruling;
use crate::task::EgressPoint;
use crate::verdict::Judgement;

pub(super) static NETWORK_ROUTE: Check = Check {
    id: "network-route",
    verifies: "each subnet has a way out that really works, or none is needed",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... net/http: request canceled while waiting for connection",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Give the subnet a default route to a NAT gateway in a public subnet, or create the VPC endpoints; on Fargate, public addresses in a public subnet do too",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    asks: &[FROM, LEAD, WAY],
    advises: false,
    judge: |task| each(task, network_route),
};

fn network_route(it: &EgressPoint, facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "nothing has to be reached from here by a way out of the VPC",
        blocked: "cannot be reached",
        connected: Some("the agents there are connected to ECS"),
        error: timeout,
    };
    judge(it, &plan, facts, |vantage, need, reach, facts| {
        // An endpoint takes no way out, so one that is proven serves whoever answers.
        let way = match facts.attempt(|| Way::out(vantage, &need.to, reach, facts))? {
            Some(way) => way,
            None => Way::of(vantage, &need.to, reach, facts)?,
        };
        Ok(match way {
            Way::Broken(obstruction) => broken(it, vantage, need, &obstruction, reach, facts)?,
            way => rule(way),
        })
    })
}

/// What the route says, for what no endpoint draws.
fn rule(way: Way) -> Ruling {
    match way {
        Way::Endpoint => Ruling::Passes("endpoints answer, which take no way out".into()),
        Way::Open(because) => Ruling::Passes(because),
        Way::Missing | Way::Elsewhere | Way::Broken(_) => Ruling::NotApplicable,
        Way::Doubtful(because) => Ruling::Open(because),
    }
}

/// What a way says that does not work.
fn broken<'t>(
    it: &EgressPoint,
    vantage: &mut Vantage<'t>,
    need: &Need,
    obstruction: &Obstruction,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let lacks_address = obstruction.lacks_address();
    // What the containers call themselves is not known. That they stand in a public subnet, and can have
    // no public address, is not what anybody wants.
    if need.is_own_traffic() && !lacks_address {
        return Ok(Ruling::NotApplicable);
    }
    let obstacle = mending::obstacle(it, vantage, obstruction, reach, facts)?;
    // Whoever has an address of its own in the VPC needs no way out of it.
    Ok(Ruling::Blocked(obstacle).unless_within(&need.to))
}
