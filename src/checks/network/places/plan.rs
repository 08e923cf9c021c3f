//! What differs between the network checks.

use crate::network::Part;
use crate::reachability::egress::Errand;
use crate::reachability::ruling::Ruling;

/// What differs between the network checks.
pub(in crate::checks::network) struct Plan<'p> {
    /// The parts that the check probably needs.
    pub expected: &'p [Part],
    /// The reason of the skip if there is nothing to judge.
    pub moot: &'p str,
    /// The predicate for a blocked destination: `cannot be reached`.
    pub blocked: &'p str,
    /// The reason of the pass for the destinations of a connected agent, if this check judges them.
    pub connected: Option<&'p str>,
    /// The runtime error, if it is not the first one that the check prevents.
    pub error: fn(&Errand) -> Option<&'static str>,
}

impl Plan<'_> {
    pub(super) fn of_connected(&self) -> Ruling {
        self.connected.map_or(Ruling::NotApplicable, |because| Ruling::Passes(because.into()))
    }
}
