//! The further destinations of ECS Exec sessions, as the cluster configures them
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).

use super::collector::NO_SHELL;
use super::need::{Call, Errand, Need, To};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecs::cluster::ExecuteCommand;
use crate::names::{Arn, Region};
use crate::network::Service;
use crate::task::{Carrier, Task};

/// The KMS key and the log destination of sessions, which the agent in the container calls. A task starts
/// without them, so an unreadable cluster becomes an assumption.
///
/// # Errors
/// A gap if there is no region, and pending answers.
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
                "that cluster {}, which could not be read, sets neither a KMS key nor a log destination for ECS Exec sessions",
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
            errands: vec![Errand {
                what: what.to_owned(),
                call: Call::Other(NO_SHELL),
                decides: false,
            }],
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
