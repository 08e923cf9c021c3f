//! How many tasks start at once.

use super::Task;
use crate::knowledge::Stop;

/// Tasks that start in addition to the running ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// How many at most.
    pub tasks: i64,
    /// What starts them: `a run of 3 tasks`.
    pub of: String,
}

impl Task {
    /// How many tasks start at once at most: while a service is deployed, old and new ones run side by
    /// side (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>).
    /// None if the number of tasks is unknown.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn rollout(&self) -> Result<Option<Rollout>, Stop> {
        let request = &self.context.request;
        let Some(count) = request.desired_count.get()? else { return Ok(None) };
        let is_service = !request.service_name.is_missing();
        let most = match request.deployment.get()? {
            Some(deployment) => deployment.maximum_percent.get()?.copied().unwrap_or(200),
            None => 200,
        };
        let some = match count {
            1 => "one task".to_owned(),
            count => format!("{count} tasks"),
        };
        Ok(Some(match is_service {
            true => {
                // The running tasks already have what they need.
                let side_by_side = count.saturating_mul(most.max(100)) / 100;
                Rollout {
                    tasks: side_by_side.saturating_sub(*count).max(1),
                    of: format!("a deployment of {some} at {most} %"),
                }
            }
            false => Rollout { tasks: *count, of: format!("a run of {some}") },
        }))
    }
}
