//! What happens in a run, told to whoever watches.

use crate::knowledge::FactId;
use crate::lookup::Call;

/// What happens in a run, for a display of progress.
#[derive(Clone, Debug)]
pub enum Event {
    /// A question was sent.
    Asked {
        /// Its row.
        id: FactId,
        /// Its call.
        call: Call,
        /// What is asked for.
        what: String,
    },
    /// Its answer came, or a gap instead.
    Answered {
        /// Its row.
        id: FactId,
        /// The question and the answer, in one line, without any content.
        said: String,
    },
    /// A probe was settled.
    Settled {
        /// How many probes are settled by now.
        done: usize,
        /// How many there are.
        of: usize,
    },
}

/// Who wants to know what happens.
pub trait Watch {
    /// Called for each event, in order.
    fn on(&mut self, event: Event);
}

/// Nobody.
impl Watch for () {
    fn on(&mut self, _: Event) {}
}
