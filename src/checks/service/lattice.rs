//! VPC Lattice, for `service-discovery`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-vpc-lattice.html>).

use super::errors::REFUSED;
use crate::document::run_context::VpcLattice;
use crate::knowledge::Stop;
use crate::names::Arn;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule};

const CONFIGURATION: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_VpcLatticeConfiguration.html";

const PORT: Rule = Rule::unquoted(
    "VPC Lattice uses a named port mapping of the task definition",
    REFUSED,
    CONFIGURATION,
    "2026-11-30",
);
const KIND: Rule = Rule::unquoted(
    "targetGroupArn of VPC Lattice is the ARN of a target group of VPC Lattice",
    REFUSED,
    CONFIGURATION,
    "2026-11-30",
);
const REGION: Rule = Rule::unquoted(
    "the target group of VPC Lattice is in the region of the service",
    REFUSED,
    CONFIGURATION,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[PORT, KIND, REGION];

pub(super) fn judge(it: &ServiceUse, lattice: &VpcLattice, found: &mut Findings) {
    found.part(lattice.port_name.place(), |found| port(it, lattice, found));
    found.part(lattice.target_group_arn.place(), |found| target_group(it, lattice, found));
}

fn port(it: &ServiceUse, lattice: &VpcLattice, found: &mut Findings) -> Result<(), Stop> {
    let Some(name) = lattice.port_name.get()? else { return Ok(()) };
    if it.task.port_named(name)?.is_none() {
        found.add(
            PORT.fail(format!("no port mapping of the task definition has the name `{name}`"))
                .at(lattice.port_name.place())
                .remedy(format!("Set name of a port mapping to {name}, or correct portName")),
        );
    }
    Ok(())
}

/// The target group of a load balancer has an ARN of another service.
fn target_group(it: &ServiceUse, lattice: &VpcLattice, found: &mut Findings) -> Result<(), Stop> {
    let field = &lattice.target_group_arn;
    let Some(text) = field.get()? else { return Ok(()) };
    let Ok(arn) = text.parse::<Arn>() else { return Ok(()) };
    if arn.service != "vpc-lattice" {
        found.add(
            KIND.fail(format!("{text} is not the ARN of a target group of VPC Lattice"))
                .at(field.place())
                .remedy(
                    "Set targetGroupArn to arn:aws:vpc-lattice:REGION:ACCOUNT:targetgroup/tg-ID",
                ),
        );
        return Ok(());
    }
    let region = it.task.region()?;
    if let Some(other) = arn.region.as_ref().filter(|other| *other != region) {
        found.add(
            REGION
                .fail(format!("the target group is in {other}, but the service in {region}"))
                .at(field.place())
                .remedy("Use a target group of VPC Lattice in the region of the service"),
        );
    }
    Ok(())
}
