//! Why a task did not start: what ECS said of it, what that means, and which results prove it.
//!
//! ```text
//! record of the task (API, file, event) ──▶ what ECS said ──symptoms──▶ checks that belong to it
//! record, deployment ──▶ the launch input that the task was started with ──▶ ordinary run of the checks
//! results + what was said ──▶ Diagnosis: proven, fails otherwise, not determined, would start now
//! ```
//!
//! Pure: `commands` reads the records and runs the checks.

mod change;
mod conclusion;
mod launch;
mod meaning;
mod outside;
mod record;
mod said;
mod saved;
mod service;

pub use change::changes;
pub use conclusion::{Conclusion, Diagnosis};
pub use launch::{Launch, launch, launch_of};
pub use meaning::Meaning;
pub use outside::Outside;
pub use record::{ContainerRecord, TaskRecord};
pub use said::{Said, Speaker};
pub use saved::{Saved, SavedError};
pub use service::{Counts, DeploymentRecord, ServiceRecord};

#[cfg(test)]
mod tests;
