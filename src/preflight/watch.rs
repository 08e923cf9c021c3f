//! Events of a run, for observers.

use crate::knowledge::FactId;
use crate::lookup::Call;

/// An event of a run, for a progress display.
#[derive(Clone, Debug)]
pub enum Event {
    /// A lookup was sent.
    Asked {
        /// Its row.
        id: FactId,
        /// Its call.
        call: Call,
        /// The resource.
        what: String,
    },
    /// Its answer arrived, or a gap.
    Answered {
        /// Its row.
        id: FactId,
        /// The lookup and the answer, in one line, without content.
        said: String,
    },
    /// A probe was settled.
    Settled {
        /// How many probes are settled so far.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

/// An observer of a run.
pub trait Watch {
    /// Called for each event, in order.
    fn on(&mut self, event: Event);
}

/// No observer.
impl Watch for () {
    fn on(&mut self, _: Event) {}
}
