//! What has been learnt about the account in one run.
//!
//! # The fact table
//!
//! A check is a plain, synchronous function that asks a [`View`] of the [`Table`]. What it asks and
//! is not known yet is *wanted*: the check ends early with [`Gap::Pending`](crate::knowledge::Gap), the
//! run loop ([`crate::preflight`]) fetches the answer, concurrently with all others and once, and
//! evaluates the check again. So no check holds a client, none waits, and the wall time of a run is
//! its longest chain of dependent questions.
//!
//! The table is typed at its edges and erased inside: a question of type `L` yields a `&L::Fact`.
//! Answers enter between evaluations only, hence facts are borrowed from the table, never copied.
//!
//! # How unknown is kept from becoming pass
//!
//! Every `Result` has an `.ok()`; no type keeps an author from swallowing a gap. What keeps the gate
//! honest is the view's log: it notes each fact that a check touched, and
//! [`settle`](crate::verdict::settle) refuses a pass that rests on a gap, whatever the check said.
//! The same log is the evidence in the report.
//!
//! # Derived facts
//!
//! A [`Derived`] fact is a pure function over the view with a key of its own ("the manifest behind
//! this image reference, whichever registry holds it"). In the loop it is a probe that yields a fact
//! instead of a verdict: same waiting, computed once for all who ask, not recorded. Its evidence and
//! its assumptions pass through to whoever asks.

mod derived;
mod key;
mod redaction;
mod snapshot;
mod table;
mod view;

pub use derived::{Derivation, Derived};
pub use key::{Asked, BoxedAnswer};
pub use snapshot::{Recording, SnapshotError};
pub use table::{Row, Table};
pub use view::{Log, View};
