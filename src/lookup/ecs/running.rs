//! The groups of the tasks that run in a cluster: what `task:group` of a placement constraint asks about.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::LaunchType;
use serde::Serialize;

use super::CLUSTER_MISSING;
use super::task::DescribeTask;
use super::task_list::TaskList;
use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// The groups of the tasks that run in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TaskGroups {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN.
    pub cluster: String,
}

/// By the ARN of the container instance: the groups of the tasks on it, such as `service:web`.
pub type GroupsOfInstances = BTreeMap<String, BTreeSet<String>>;

impl Lookup for TaskGroups {
    type Fact = GroupsOfInstances;
    const CALL: Call = DescribeTask::CALL;
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING];

    fn named(&self) -> Named {
        Named::Nowhere("compared with the list of ARNs")
    }

    fn what(&self) -> String {
        format!("running tasks in cluster {} in {}", self.cluster, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no cluster {} in {}", self.cluster, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<GroupsOfInstances> {
        let client = services.ecs(&self.region);
        let mut listed = TaskList::of(client.list_tasks().cluster(&self.cluster));
        let mut groups = GroupsOfInstances::new();
        loop {
            let arns = match listed.next(self).await? {
                Seen::Found(Some(arns)) => arns,
                Seen::Found(None) => return Ok(Seen::Found(groups)),
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            };
            match self.described(&client, arns).await? {
                Seen::Found(more) => {
                    for (instance, of_tasks) in more {
                        groups.entry(instance).or_default().extend(of_tasks);
                    }
                }
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            }
        }
    }
}

impl TaskGroups {
    /// The groups of these tasks.
    async fn described(
        &self,
        client: &aws_sdk_ecs::Client,
        arns: Vec<String>,
    ) -> Answer<GroupsOfInstances> {
        let reply = client
            .describe_tasks()
            .cluster(&self.cluster)
            .set_tasks(Some(arns.clone()))
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            // A task that has stopped since is among the failures.
            let tasks = it.tasks.ok_or("the tasks")?;
            let failed = it.failures.unwrap_or_default().len();
            let is_listed = |arn: &String| arns.contains(arn);
            if !tasks.iter().all(|task| task.task_arn.as_ref().is_some_and(is_listed)) {
                return Err("an end: it has tasks that are not listed");
            }
            if tasks.len() + failed < arns.len() {
                return Err("each task that is listed");
            }
            let mut groups = GroupsOfInstances::new();
            for task in tasks {
                // On Fargate, or not placed yet.
                let is_nowhere = task.launch_type == Some(LaunchType::Fargate)
                    || task.last_status.as_deref() == Some("PROVISIONING");
                let Some(instance) = task.container_instance_arn else {
                    match is_nowhere {
                        true => continue,
                        false => return Err("the container instance of a task"),
                    }
                };
                let group = task.group.ok_or("the group of a task")?;
                groups.entry(instance).or_default().insert(group);
            }
            Ok(groups)
        })
    }
}
