//! Whether the filters on a path allow it: security groups and network ACLs.

use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{Destination, Part, Path, Port, Target, Topology};
use crate::reachability::egress::{Need, Reach, To, destination};
use crate::reachability::fork::past_endpoint;
use crate::reachability::interface::Vantage;
use crate::reachability::reason::Reason;
use crate::reachability::ruling::Ruling;
use crate::reachability::way::Way;

/// The ruling of a filter on a need: `say` of the path, once every part that `lacks` names is read.
///
/// # Errors
/// A deciding part could not be read.
pub(super) fn rule<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
    lacks: impl Fn(&Path, &Topology) -> Option<Part>,
    say: impl Fn(&Path, &Topology) -> Ruling,
) -> Result<Ruling, Stop> {
    if need.is_own_traffic() {
        return Ok(Ruling::NotApplicable);
    }
    let passes = || whoever_answers(vantage, need, facts, &lacks, &say);
    if let Some(because) = facts.attempt(passes)? {
        return Ok(Ruling::Passes(because));
    }
    let there = vantage.path(&destination(&need.to), facts, &lacks, &say)?;
    let ruling = match past_endpoint(vantage, &need.to, reach, facts)? {
        Some(service) => there.or_past(vantage.path_outside(&service, facts, &lacks, &say)?),
        None => there,
    };
    let ruling = match ruling {
        Ruling::Passes(because) => return Ok(Ruling::Passes(because)),
        other => other.unless_within(&need.to),
    };
    Ok(match Way::of(vantage, &need.to, reach, facts)? {
        Way::Endpoint | Way::Open(_) | Way::Doubtful(_) => ruling,
        // A destination without a route is reported by the route check. A filter that allows nothing at all
        // blocks any route that may be added.
        Way::Broken(_) if matches!(ruling, Ruling::Blocked(_)) => {
            let within = anywhere_within(vantage, need, facts)?;
            match vantage.path(&within, facts, &lacks, &say)? {
                Ruling::Blocked(_) => ruling,
                _ => Ruling::Elsewhere,
            }
        }
        Way::Broken(_) | Way::Missing | Way::Elsewhere => Ruling::Elsewhere,
    })
}

/// An endpoint in any subnet of the VPC, at the port of the need.
///
/// # Errors
/// The subnets could not be read.
fn anywhere_within<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    facts: &View<'t>,
) -> Result<Destination, Stop> {
    vantage.around.read(Part::Subnets, facts)?;
    let subnets = vantage.around.topology().subnets.unwrap_or_default();
    let endpoint = Target::interfaces("any subnet of the VPC", subnets, [""; 0]);
    let port = match destination(&need.to) {
        Destination::Internet(port) | Destination::Target(_, port) => port,
        Destination::Service(_) => Port::tcp(443),
    };
    Ok(Destination::Target(endpoint, port))
}

/// Why a filter allows packets both to the public addresses of a service and to an endpoint in any subnet
/// of the VPC, if it does: then it does not matter where the service's name resolves to.
///
/// # Errors
/// A deciding part could not be read.
fn whoever_answers<'t>(
    vantage: &mut Vantage<'t>,
    need: &Need,
    facts: &View<'t>,
    lacks: impl Fn(&Path, &Topology) -> Option<Part>,
    say: impl Fn(&Path, &Topology) -> Ruling,
) -> Result<Option<Reason>, Stop> {
    let To::Service(service) = &need.to else { return Ok(None) };
    let within = anywhere_within(vantage, need, facts)?;
    let Ruling::Passes(within) = vantage.path(&within, facts, &lacks, &say)? else {
        return Ok(None);
    };
    let Ruling::Passes(outside) = vantage.path_outside(service, facts, &lacks, &say)? else {
        return Ok(None);
    };
    Ok(Some(match within == outside {
        true => outside,
        // A pass does not need the rule for each of them.
        false => outside.with("; the same for any subnet of the VPC"),
    }))
}
