//! What sessions of ECS Exec have to reach beyond the session itself, as their cluster configures them
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).

use super::collector::NO_SHELL;
use super::need::{Call, Errand, Need, To};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecs::cluster::ExecuteCommand;
use crate::names::{Arn, Region};
use crate::network::Service;
use crate::task::{Carrier, Task};

/// A key that encrypts sessions, and where their logs are kept: the agent in the container calls them.
/// None of it keeps a task from starting, so a cluster that may not be looked at is an assumption.
///
/// # Errors
/// A gap where there is no region, and whatever is still under way.
pub(crate) fn sessions(task: &Task, facts: &View) -> Result<Vec<Need>, Stop> {
    let is_on = task.context.request.enable_execute_command.get();
    let (Ok(Some(true)), Ok(cluster)) = (is_on, task.cluster()) else { return Ok(Vec::new()) };
    match facts.tolerate(|| facts.get(&cluster))? {
        Ok(Seen::Found(it)) => {
            Ok(it.execute_command.iter().flat_map(|it| needs(it, &cluster.region)).collect())
        }
        Ok(Seen::Absent(_)) => Ok(Vec::new()),
        Err(_) => {
            facts.assume(format!(
                "sessions of ECS Exec are neither encrypted with a key of one's own nor logged elsewhere by cluster {}, which could not be read",
                cluster.cluster
            ));
            Ok(Vec::new())
        }
    }
}

fn needs(exec: &ExecuteCommand, home: &Region) -> Vec<Need> {
    let mut found = Vec::new();
    let mut need = |service: &str, region: &Region, what: &str| {
        found.push(Need {
            to: To::Service(Service::new(service, region)),
            decides: false,
            errands: vec![Errand { what: what.to_owned(), call: Call::Other(NO_SHELL) }],
            carrier: Carrier::Containers,
        });
    };
    if let Some(key) = &exec.key {
        let arn = key.parse::<Arn>().ok();
        let region = arn.and_then(|arn| arn.region).unwrap_or_else(|| home.clone());
        need("kms", &region, "the key of ECS Exec sessions");
    }
    if exec.logging.as_deref() == Some("OVERRIDE") {
        if exec.log_group.is_some() {
            need("logs", home, "the logs of ECS Exec sessions");
        }
        if exec.bucket.is_some() {
            need("s3", home, "the logs of ECS Exec sessions");
        }
    }
    found
}
