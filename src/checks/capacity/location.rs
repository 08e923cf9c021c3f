//! The check `capacity-location`.

use super::attributes::has_proven;
use super::candidates::{Candidates, Outcome, connected};
use super::growth::GROWTH_CALLS;
use super::placement::{MEMBERS_CALLS, Members};
use crate::checks::{Check, whole};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::names::words;
use crate::network::Subnet;
use crate::placement::query::Truth;
use crate::task::Task;
use crate::verdict::{Input, Judgement, fail, needs_input, not_applicable, pass};

const LOCATION: &str = "TaskFailedToStart: LOCATION";
const OTHER_VPC: &str = "TaskFailedToStart: ATTRIBUTE";

pub(super) static CAPACITY_LOCATION: Check = Check {
    id: "capacity-location",
    verifies: "a container instance is in the VPC and in an Availability Zone of the task's subnets",
    prevents: &[LOCATION, OTHER_VPC],
    remedy: "Add a subnet of a zone with container instances, or add container instances in the zone",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html",
    asks: &[
        &[DescribeCluster::CALL, ContainerInstances::CALL, DescribeSubnet::CALL],
        MEMBERS_CALLS,
        GROWTH_CALLS,
    ],
    advises: false,
    judge: |task| whole(task, capacity_location),
};

/// The subnets of a task in awsvpc mode; none in another mode.
///
/// # Errors
/// A gap.
pub(super) fn subnets<'f>(task: &Task, facts: &View<'f>) -> Result<Option<Vec<&'f Subnet>>, Stop> {
    if task.definition.network_mode.get()?.is_none_or(|mode| mode != "awsvpc") {
        return Ok(None);
    }
    let region = task.region()?;
    let named = task.context.network.subnets.items()?;
    let asked = |id: &str| DescribeSubnet { region: region.clone(), id: id.to_owned() };
    // A missing subnet is reported by network-configuration.
    let found: Vec<_> = named.iter().map(|it| facts.need_optional(&asked(&it.value))).collect();
    let found = found.into_iter().collect::<Result<Vec<_>, Stop>>()?;
    Ok(Some(found.into_iter().flatten().collect()))
}

/// Whether a task in one of these subnets can be placed on the instance: the same VPC and zone are enough
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html>).
pub(super) fn is_near(subnets: &[&Subnet], it: &ContainerInstance) -> Truth {
    let Some(zone) = it.attribute("ecs.availability-zone") else { return Truth::Unknown };
    let vpc = it.attribute("ecs.vpc-id");
    Truth::of(subnets.iter().any(|of| of.zone == zone && vpc.is_none_or(|vpc| of.vpc == vpc)))
}

fn capacity_location(task: &Task, facts: &View) -> Judgement {
    let candidates = match Candidates::of(task, facts)? {
        Ok(candidates) => candidates,
        Err(verdict) => return Ok(verdict),
    };
    let field = &task.context.network.subnets;
    let Some(subnets) = subnets(task, facts)? else {
        return not_applicable("the task has no subnets: its network mode is not awsvpc");
    };
    if field.items()?.is_empty() {
        return needs_input(Input::Subnets, "no subnets are known");
    }
    if subnets.is_empty() {
        return not_applicable("none of the subnets exists, see network-configuration");
    }
    let (members_of, required) =
        (Members::assumed(task, &candidates.fleet, facts)?, task.required_attributes()?);
    let before = |it: &ContainerInstance| {
        connected(it).and(has_proven(&required, it)).and(members_of.satisfied_by(it))
    };
    let lacking = match candidates.outcome(before, |it| is_near(&subnets, it)) {
        Outcome::Holds => return pass("a container instance is in a zone of the subnets"),
        Outcome::Open => {
            let why = "cannot determine the Availability Zone of the container instances: they have no attribute ecs.availability-zone".to_owned();
            return Err(Gap::Undecidable { why }.into());
        }
        Outcome::Fails(lacking) => lacking,
    };
    let zones = |all: Vec<&str>| {
        let all: std::collections::BTreeSet<&str> = all.into_iter().collect();
        words::and(&all.into_iter().collect::<Vec<_>>())
    };
    let of_subnets = zones(subnets.iter().map(|it| it.zone.as_str()).collect());
    let of_instances: Vec<&str> =
        lacking.iter().filter_map(|it| it.attribute("ecs.availability-zone")).collect();
    let in_a_zone = of_instances.iter().any(|zone| subnets.iter().any(|it| it.zone == *zone));
    let none = candidates.none(&lacking);
    let mut finding = match in_a_zone {
        true => fail(format!("{none} is in the VPC of the subnets, {}", zones(subnets.iter().map(|it| it.vpc.as_str()).collect())))
            .prevents(OTHER_VPC)
            .remedy("Use subnets of the VPC of the container instances"),
        false => fail(format!(
            "{none} is in a zone of the subnets: the subnets are in {of_subnets}, the instances in {}",
            zones(of_instances)
        ))
        .prevents(LOCATION),
    };
    finding.severity = candidates.severity(task, facts)?;
    finding.at(field.place()).judge()
}
