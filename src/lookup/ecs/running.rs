//! The groups of the tasks that run in a cluster: what `task:group` of a placement constraint asks about.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::LaunchType;
use serde::Serialize;

use super::CLUSTER_MISSING;
use super::protection::{LIST_TASKS, of_the_list};
use super::task::DescribeTask;
use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::pages::Pages;
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

    /// A page of the list has as many items as one question accepts: 100.
    async fn fetch(&self, services: &Services) -> Answer<GroupsOfInstances> {
        let client = services.ecs(&self.region);
        let (mut groups, mut pages) = (GroupsOfInstances::new(), Pages::default());
        loop {
            let page = client
                .list_tasks()
                .cluster(&self.cluster)
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of_call(LIST_TASKS))
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error).map_err(of_the_list),
            };
            let arns = page.task_arns.ok_or_else(|| classify::incomplete(self, "the tasks"))?;
            if !arns.is_empty() {
                match self.described(&client, arns).await? {
                    Seen::Found(more) => {
                        for (instance, of_tasks) in more {
                            groups.entry(instance).or_default().extend(of_tasks);
                        }
                    }
                    Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
                }
            }
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(groups));
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
