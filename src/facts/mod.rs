//! The facts about the account in one run.
//!
//! # The fact table
//!
//! A check is a plain, synchronous function that reads a [`View`] of the [`Table`]. A fact that is not known
//! yet is *wanted*: the check ends early with [`Gap::Pending`](crate::knowledge::Gap), the run loop
//! ([`crate::preflight`]) fetches the answer, once and concurrently with all others, and evaluates the check
//! again. So no check has a client, none waits, and the duration of a run is its longest chain of dependent
//! lookups.
//!
//! The table is typed at its edges and erased inside: a lookup of type `L` returns a `&L::Fact`. Answers are
//! only added between evaluations, so facts are borrowed from the table, never copied.
//!
//! # How unknown is kept from becoming pass
//!
//! Every `Result` has an `.ok()`: no type prevents an author from ignoring a gap. The log of the view does:
//! it records each fact that a check touched, and [`settle`](crate::verdict::settle) rejects a pass that
//! rests on a gap, whatever the check returned. The same log is the evidence in the report.
//!
//! # Derived facts
//!
//! A [`Derived`] fact is a pure function over the view with a separate key ("the manifest of this image
//! reference, in any registry"). In the loop it is a probe that returns a fact instead of a verdict: it waits
//! the same way, is computed once, and is not recorded. Its evidence and assumptions are passed on to the
//! reader.

mod declared;
mod derived;
mod key;
mod redaction;
mod snapshot;
mod table;
mod view;

pub use declared::DeclaredFacts;
pub use derived::{Derivation, Derived};
pub use key::{Asked, BoxedAnswer};
pub use snapshot::{Recording, SnapshotError};
pub use table::{Row, Table};
pub use view::{Log, View};
