//! Names of which it is not certain that they lead to the endpoint.
//!
//! Resolvers of one's own answer with the endpoint only if they forward to the resolver of the VPC
//! (<https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html>), and what
//! they do cannot be seen. Otherwise packets go past the endpoint, as they do where there is none. So what
//! keeps them from the endpoint keeps nobody from starting, as long as there is a way past it.

use super::egress::{Reach, To, destination};
use super::interface::{Vantage, lead_lacks};
use super::reason::Reason;
use super::ruling::Ruling;
use super::way::Way;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{Attraction, Outcome, Path, Service};

/// The service whose name perhaps leads past its endpoint, to its public addresses: nothing if it is
/// certain that it does not, or if there is no way past it, so that all hangs on the endpoint anyhow.
///
/// # Errors
/// Whatever keeps it from being known.
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
    /// Of packets that go to the endpoint or past it, one does not know which: what holds of both.
    pub(crate) fn or_past(self, past: Ruling) -> Ruling {
        let doubt = |because: Reason| {
            Ruling::Open(
                because
                    .with(", and whether the name leads to the endpoint or past it is not certain"),
            )
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
