//! What the filters on a path say: security groups and network ACLs.

use super::fork::past_endpoint;
use super::reach::{Need, Reach, To, destination};
use super::route::Way;
use super::ruling::Ruling;
use crate::checks::scene::Scene;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::network::{Destination, Part, Path, Port, Target, Topology};

/// What a filter says of a need: `say` of the path, once every part is read that `lacks` asks for.
///
/// # Errors
/// Whatever keeps a part from being read that decides it.
pub(super) fn rule<'t>(
    scene: &mut Scene<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
    lacks: impl Fn(&Path, &Topology) -> Option<Part>,
    say: impl Fn(&Path, &Topology) -> Ruling,
) -> Result<Ruling, Stop> {
    if need.is_own_traffic() {
        return Ok(Ruling::Moot);
    }
    let told = facts
        .weigh(|| {
            let there = scene.path(&destination(&need.to), facts, &lacks, &say)?;
            Ok(match past_endpoint(scene, &need.to, reach, facts)? {
                Some(past) => there.or_past(scene.path(&past, facts, &lacks, &say)?),
                None => there,
            })
        })?
        .or_else(|gap| whoever_answers(scene, need, gap, facts, &lacks, &say))?;
    let ruling = match told {
        Ruling::Passes(because) => return Ok(Ruling::Passes(because)),
        other => other.unless_within(&need.to),
    };
    Ok(match Way::of(scene, &need.to, reach, facts)? {
        Way::Endpoint | Way::Open(_) | Way::Doubtful(_) => ruling,
        // What has no way anyhow is told of by its route. What lets nothing out to anywhere is in the way
        // of every way that it may be given.
        Way::Broken(_) if matches!(ruling, Ruling::Blocked(_)) => {
            let within = anywhere_within(scene, need, facts)?;
            match scene.path(&within, facts, &lacks, &say)? {
                Ruling::Blocked(_) => ruling,
                _ => Ruling::Elsewhere,
            }
        }
        Way::Broken(_) | Way::Missing | Way::Elsewhere => Ruling::Elsewhere,
    })
}

/// An endpoint in any subnet of the VPC, by the port that the need is reached at.
///
/// # Errors
/// Whatever keeps the subnets from being read.
fn anywhere_within<'t>(
    scene: &mut Scene<'t>,
    need: &Need,
    facts: &View<'t>,
) -> Result<Destination, Stop> {
    scene.around.read(Part::Subnets, facts)?;
    let subnets = scene.around.topology().subnets.unwrap_or_default();
    let endpoint = Target::interfaces("any subnet of the VPC", subnets, [""; 0]);
    let port = match destination(&need.to) {
        Destination::Internet(port) | Destination::Target(_, port) => port,
        Destination::Service(_) => Port::tcp(443),
    };
    Ok(Destination::Target(endpoint, port))
}

/// Who answers to the name of the service could not be read. Where a filter lets packets pass to its
/// public addresses, and to an endpoint in any subnet of the VPC too, that is nothing to the filter.
///
/// # Errors
/// The gap, unless both pass.
fn whoever_answers<'t>(
    scene: &mut Scene<'t>,
    need: &Need,
    gap: Gap,
    facts: &View<'t>,
    lacks: impl Fn(&Path, &Topology) -> Option<Part>,
    say: impl Fn(&Path, &Topology) -> Ruling,
) -> Result<Ruling, Stop> {
    let To::Service(service) = &need.to else { return Err(gap.into()) };
    let both = facts.weigh(|| {
        let within = anywhere_within(scene, need, facts)?;
        let within = scene.path(&within, facts, &lacks, &say)?;
        let outside = scene.public(service, facts)?;
        let outside = scene.path(&outside, facts, &lacks, &say)?;
        Ok((within, outside))
    })?;
    match both {
        Ok((Ruling::Passes(within), Ruling::Passes(outside))) if within == outside => {
            Ok(Ruling::Passes(outside))
        }
        Ok((Ruling::Passes(within), Ruling::Passes(outside))) => {
            Ok(Ruling::Passes(format!("{outside}; {within}")))
        }
        _ => Err(gap.into()),
    }
}
