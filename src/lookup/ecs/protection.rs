//! Tasks of a service that are protected from scale-in and deployments.

use serde::{Deserialize, Serialize};

use super::CLUSTER_MISSING;
use super::task_list::TaskList;
use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// The protected tasks of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ProtectedTasks {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN.
    pub cluster: String,
    /// The service's name.
    pub service: String,
}

/// A protected task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedTask {
    /// Its ARN.
    pub arn: String,
    /// When its protection ends, in seconds since 1970.
    pub until: Option<i64>,
}

impl Lookup for ProtectedTasks {
    type Fact = Vec<ProtectedTask>;
    const CALL: Call = Call("ecs:GetTaskProtection");
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING, "ServiceNotFoundException"];

    fn named(&self) -> Named {
        Named::Nowhere("compared with the list of ARNs")
    }

    fn what(&self) -> String {
        format!("tasks of service {} in cluster {} in {}", self.service, self.cluster, self.region)
    }

    fn absence(&self) -> String {
        let ProtectedTasks { service, cluster, region } = self;
        format!("there is no cluster {cluster} in {region}, or no service {service} in it")
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<ProtectedTask>> {
        let client = services.ecs(&self.region);
        let mut listed =
            TaskList::of(client.list_tasks().cluster(&self.cluster).service_name(&self.service));
        let mut tasks = Vec::new();
        loop {
            let arns = match listed.next(self).await? {
                Seen::Found(Some(arns)) => arns,
                Seen::Found(None) => return Ok(Seen::Found(tasks)),
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            };
            match self.protected(&client, arns).await? {
                Seen::Found(protected) => tasks.extend(protected),
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            }
        }
    }
}

impl ProtectedTasks {
    async fn protected(
        &self,
        client: &aws_sdk_ecs::Client,
        arns: Vec<String>,
    ) -> Answer<Vec<ProtectedTask>> {
        let reply = client
            .get_task_protection()
            .cluster(&self.cluster)
            .set_tasks(Some(arns.clone()))
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            // A task that has stopped since is among the failures.
            let tasks = it.protected_tasks.ok_or("the protection of the tasks")?;
            let is_listed = |arn: &String| arns.contains(arn);
            if !tasks.iter().all(|task| task.task_arn.as_ref().is_none_or(is_listed)) {
                return Err("an end: it has tasks that are not listed");
            }
            let protected = tasks.into_iter().filter(|task| task.protection_enabled);
            protected
                .map(|task| {
                    Ok(ProtectedTask {
                        arn: task.task_arn.ok_or("the ARN of a task")?,
                        until: task.expiration_date.map(|date| date.secs()),
                    })
                })
                .collect()
        })
    }
}
