//! How a check of the network goes about it.

use crate::network::Part;
use crate::reachability::egress::Errand;
use crate::reachability::ruling::Ruling;

/// How a check goes about it.
pub(in crate::checks::network) struct Plan<'p> {
    /// The parts that it will probably need.
    pub expected: &'p [Part],
    /// What it says if there was nothing for it to say.
    pub moot: &'p str,
    /// What a blocked place is said to be: `cannot be reached`.
    pub blocked: &'p str,
    /// What it says of what an agent needs that is connected, if that is for it to say.
    pub connected: Option<&'p str>,
    /// What it would become at run time, where that is not the first error that the check prevents.
    pub error: fn(&Errand) -> Option<&'static str>,
}

impl Plan<'_> {
    pub(super) fn of_connected(&self) -> Ruling {
        self.connected.map_or(Ruling::NotApplicable, |because| Ruling::Passes(because.into()))
    }
}
