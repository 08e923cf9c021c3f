//! What ECS says when a task does not start, and which checks know it before a deploy.
//!
//! [`recognise`] finds the known texts in whatever was pasted: a stopped reason, a service event, the error of a
//! call, a log, the output of `describe-tasks` or an EventBridge event. The rows of the catalogue and the records of
//! the checks are the data; no call is made.

mod catalogue;
mod commands;
mod event;
mod of_checks;
mod paste;
mod pattern;
mod recogniser;
mod squeezed;
mod symptom;
mod variables;

pub use commands::commands;
pub use recogniser::{Confidence, Recognised, Recogniser, Recognition};
pub use symptom::{Kind, Symptom};
pub use variables::Variables;

/// What this text says. For many texts, make one [`Recogniser`].
pub fn recognise(text: &str) -> Recognition {
    Recogniser::new().recognise(text)
}

/// The rows of the catalogue. What only one check prevents is in the record of that check.
pub fn rows() -> impl Iterator<Item = &'static Symptom> {
    catalogue::ROWS.iter().copied().flatten()
}

#[cfg(test)]
mod tests;
