//! `network-endpoint-security-group`

use super::asks::{FROM, LEAD, WAY};
use super::places::{Plan, judge_all, timeout};
use super::security_group::lacks;
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::names::Region;
use crate::network::{Answer, Attraction, FilterFact, Outcome, Path};
use crate::reachability::egress::{Need, Reach, destination};
use crate::reachability::fork::past_endpoint;
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::reason::Reason;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::EXPECTED;
use crate::shell::ShellCommand;
use crate::task::EgressPoint;
use crate::verdict::Judgement;

pub(super) static NETWORK_ENDPOINT_SECURITY_GROUP: Check = Check {
    id: "network-endpoint-security-group",
    verifies: "the security groups of each endpoint allow HTTPS in from the task, even where the internet is reachable too",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Allow inbound TCP 443 in the endpoint's security group, from the task's security group or the VPC's range",
    docs: "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    asks: &[FROM, LEAD, WAY, &[DescribeSecurityGroup::CALL]],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_endpoint_security_group),
};

fn network_endpoint_security_group(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "no required service is reached through an interface endpoint",
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
    let ruling = of_endpoint(vantage, need, facts)?;
    let Ruling::Blocked(obstacle) = &ruling else { return Ok(ruling) };
    match past_endpoint(vantage, &need.to, reach, facts)? {
        None => Ok(ruling),
        Some(_) => Ok(Ruling::Open(obstacle.because.clone().with(
            ", but the name might not resolve to this endpoint, and there is a route past it",
        ))),
    }
}

/// The service's name resolves to an endpoint with private DNS, even where the internet is reachable
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html>).
fn of_endpoint<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let to = destination(&need.to);
    let lead = |path: &Path| match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(endpoint)) => Some(endpoint.groups.clone()),
        _ => None,
    };
    let groups = vantage.path(&to, facts, |path, _| lead_lacks(path), |path, _| lead(path))?;
    let Some(groups) = groups else { return Ok(Ruling::NotApplicable) };
    // Both are requested at once.
    let (own, theirs) = (vantage.read_groups(facts), vantage.around.read_groups(&groups, facts));
    theirs?;
    own?;
    let own_group = vantage.interface.groups.first().cloned().unwrap_or_default();
    let region = vantage.around.region().clone();
    vantage.path(
        &to,
        facts,
        |path, topology| {
            let answer = path.ingress.as_ref();
            let outcome = answer.map_or(Outcome::Passed, |it| it.outcome);
            lacks(path, topology, answer.and_then(|it| it.unread()), outcome)
        },
        |path, _| {
            let Some(answer) = &path.ingress else {
                return Ruling::Open("the security groups of the endpoint are not visible".into());
            };
            match answer.outcome {
                Outcome::Passed => Ruling::Passes(because(path, answer)),
                Outcome::Doubtful => Ruling::Open(because(path, answer)),
                Outcome::Blocked => Ruling::Blocked(obstacle(path, answer, &own_group, &region)),
            }
        },
    )
}

fn because(path: &Path, answer: &Answer<FilterFact>) -> Reason {
    Reason::of_facts(answer, &path.subnet, ToString::to_string)
}

/// The rule that is missing, and the command that adds it: once for all endpoints that share the group.
fn obstacle(
    path: &Path,
    answer: &Answer<FilterFact>,
    own_group: &str,
    region: &Region,
) -> Obstacle {
    let obstacle = Obstacle::of(because(path, answer));
    let endpoint = match path.lead.as_ref().map(|lead| lead.to) {
        Some(Attraction::Interface(endpoint)) => endpoint.id.clone(),
        _ => path.target.name.clone(),
    };
    let Some(FilterFact::Denied { groups, port, .. }) = answer.facts.first() else {
        return obstacle.on(endpoint);
    };
    let Some(group) = groups.first() else { return obstacle.on(endpoint) };
    obstacle.on(group).command(
        ShellCommand::of("aws ec2 authorize-security-group-ingress")
            .option("--group-id", group)
            .flag("--protocol tcp")
            .option("--port", port.number.to_string())
            .option("--source-group", own_group)
            .region(region),
    )
}
