//! The flow of a run: plan, evaluate, want, fetch, settle, report.
//!
//! [`plan`] pairs every applicable check with its subjects. [`RunLoop`] evaluates these probes, fetches
//! what they need, concurrently and each key once, and evaluates again only the probes that waited for an
//! answer. Each turn adds an answer or settles a probe, so the loop ends, and since the table only grows,
//! its result does not depend on the order in which answers arrive.

mod interruption;
mod merge_commands;
mod number_entries;
mod plan;
mod queue;
mod reporters;
mod results;
mod run_loop;
mod spreading;
mod watch;
mod wording;

pub use interruption::{Interrupter, Interruption, Signal};
pub use plan::{Probe, plan};
pub use results::report;
pub use run_loop::{Bounds, Origin, RunLoop};
pub use watch::{Event, Watch};

#[cfg(test)]
mod tests;
