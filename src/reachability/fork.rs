//! Names that may not resolve to the endpoint.
//!
//! Custom DNS servers return the endpoint only if they forward to the Amazon-provided DNS server
//! (<https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html>), which
//! cannot be checked. Otherwise packets bypass the endpoint, as if it did not exist. So a blocked endpoint
//! does not prevent a start as long as there is a route past it.

use super::egress::{Reach, To, destination};
use super::interface::{Vantage, lead_lacks};
use super::reason::Reason;
use super::ruling::Ruling;
use super::way::Way;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{Attraction, Outcome, Path, Service};

/// The service whose name may resolve to public addresses instead of its endpoint. `None` if it certainly
/// does not, or if there is no route past the endpoint, so that everything depends on the endpoint.
///
/// # Errors
/// A deciding part could not be read.
pub(crate) fn past_endpoint<'t>(
    vantage: &mut Vantage<'t>,
    to: &To,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Option<Service>, Stop> {
    let To::Service(service) = to else { return Ok(None) };
    let may_pass = vantage.path(
        &destination(to),
        facts,
        |path, _| lead_lacks(path),
        |path, _| is_uncertain(path),
    )?;
    if !may_pass {
        return Ok(None);
    }
    Ok(match Way::outside(vantage, service, to, reach, facts)? {
        Way::Broken(_) | Way::Missing => None,
        Way::Endpoint | Way::Open(_) | Way::Doubtful(_) | Way::Elsewhere => Some(service.clone()),
    })
}

fn is_uncertain(path: &Path) -> bool {
    path.lead.as_ref().is_some_and(|lead| {
        matches!(lead.to, Attraction::Interface(_)) && lead.answer.outcome == Outcome::Doubtful
    })
}

impl Ruling {
    /// Packets go to the endpoint or past it, which is not known: the ruling that holds for both.
    pub(crate) fn or_past(self, past: Ruling) -> Ruling {
        let doubt = |because: Reason| {
            Ruling::Open(because.with(", but the name might not resolve to this endpoint"))
        };
        match (self, past) {
            (Ruling::Passes(there), Ruling::Passes(past)) if there == past => Ruling::Passes(past),
            (Ruling::Passes(there), Ruling::Passes(past)) => Ruling::Passes(there.and(past)),
            (Ruling::Blocked(there), Ruling::Blocked(past)) => Ruling::Blocked(there.and(past)),
            (Ruling::Hurts(obstacle), Ruling::Passes(_) | Ruling::Hurts(_))
            | (Ruling::Passes(_), Ruling::Hurts(obstacle)) => Ruling::Hurts(obstacle),
            (Ruling::Blocked(obstacle), _) | (_, Ruling::Blocked(obstacle)) => {
                doubt(obstacle.because)
            }
            (Ruling::Open(because), _) | (_, Ruling::Open(because)) => Ruling::Open(because),
            (other, _) => other,
        }
    }
}
