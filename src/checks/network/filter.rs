//! What the filters on a path say: security groups and network ACLs.

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
        .weigh(|| scene.path(&destination(&need.to), facts, &lacks, &say))?
        .or_else(|gap| whoever_answers(scene, need, gap, facts, &lacks, &say))?;
    let ruling = match told {
        Ruling::Passes(because) => return Ok(Ruling::Passes(because)),
        other => other.unless_within(&need.to),
    };
    // What has no way anyhow is told of by its route.
    Ok(match Way::of(scene, &need.to, reach, facts)? {
        Way::Broken(_) | Way::Missing | Way::Elsewhere => Ruling::Moot,
        Way::Endpoint | Way::Open(_) | Way::Doubtful(_) => ruling,
    })
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
        scene.around.read(Part::Subnets, facts)?;
        let subnets = scene.around.topology().subnets.unwrap_or_default();
        let endpoint = Target::interfaces("any subnet of the VPC", subnets, [""; 0]);
        let within = Destination::Target(endpoint, Port::tcp(443));
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
