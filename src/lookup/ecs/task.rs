//! Tasks: one by its id, and those of a service that stopped a short time ago. ECS shows a stopped task for
//! about an hour (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>).

use serde::Serialize;
use serde_json::Value;

use super::task_list::TaskList;
use super::{Body, CLUSTER_MISSING, Described, last, no_cluster};
use crate::knowledge::Seen;
use crate::lookup::mask::mask;
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// A task, running or stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeTask {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN; none for the account's `default` cluster.
    pub cluster: Option<String>,
    /// The task's id or ARN.
    pub task: String,
}

/// The tasks of a service that stopped, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StoppedTasks {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN; none for the account's `default` cluster.
    pub cluster: Option<String>,
    /// The service's name.
    pub service: String,
}

/// How many stopped tasks are kept.
const MOST: usize = 100;

fn shown(cluster: Option<&String>) -> &str {
    cluster.map_or("default", String::as_str)
}

impl Lookup for DescribeTask {
    type Fact = Described;
    const CALL: Call = Call("ecs:DescribeTasks");
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING];

    fn named(&self) -> Named {
        let cluster = format!("/{}", last(shown(self.cluster.as_ref())));
        Named::By(Vec::new())
            .and_ending("tasks/taskArn", format!("/{}", last(&self.task)))
            .and_ending("tasks/clusterArn", cluster)
    }

    fn what(&self) -> String {
        let cluster = shown(self.cluster.as_ref());
        format!("task {} in cluster {cluster} in {}", self.task, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Described> {
        let body = Body::default();
        let reply = services
            .ecs(&self.region)
            .describe_tasks()
            .set_cluster(self.cluster.clone())
            .tasks(&self.task)
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of(self))
            .send()
            .await;
        // A missing task is reported in a successful answer.
        if let Ok(it) = &reply
            && it.failures().iter().any(|failure| failure.reason() == Some("MISSING"))
        {
            return classify::absent(self, "MISSING");
        }
        if let Err(error) = &reply
            && classify::code(error) == Some(CLUSTER_MISSING)
        {
            return Ok(no_cluster(shown(self.cluster.as_ref()), &self.region));
        }
        classify::answer(self, reply, |_| tasks(&body)?.into_iter().next().ok_or("the task"))
    }
}

/// The tasks of an answer.
fn tasks(body: &Body) -> Result<Vec<Described>, &'static str> {
    let mut json = body.json().ok_or("a readable body")?;
    let tasks = json.get_mut("tasks").and_then(Value::as_array_mut).ok_or("the tasks")?;
    let masked = std::mem::take(tasks).into_iter().map(|mut json| {
        mask(&mut json);
        Described { json }
    });
    Ok(masked.collect())
}

impl Lookup for StoppedTasks {
    type Fact = Vec<Described>;
    const CALL: Call = DescribeTask::CALL;
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING, "ServiceNotFoundException"];

    fn named(&self) -> Named {
        Named::Nowhere("compared with the list of ARNs")
    }

    fn what(&self) -> String {
        let cluster = shown(self.cluster.as_ref());
        format!("stopped tasks of service {} in cluster {cluster} in {}", self.service, self.region)
    }

    fn absence(&self) -> String {
        let cluster = shown(self.cluster.as_ref());
        let StoppedTasks { service, region, .. } = self;
        format!("there is no cluster {cluster} in {region}, or no service {service} in it")
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Described>> {
        let client = services.ecs(&self.region);
        let mut listed = TaskList::of(
            client
                .list_tasks()
                .set_cluster(self.cluster.clone())
                .service_name(last(&self.service))
                .desired_status(aws_sdk_ecs::types::DesiredStatus::Stopped),
        );
        let mut stopped = Vec::new();
        loop {
            let arns = match listed.next(self).await? {
                Seen::Found(Some(arns)) => arns,
                Seen::Found(None) => return Ok(Seen::Found(newest(stopped))),
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            };
            match self.described(&client, arns).await? {
                Seen::Found(tasks) => stopped.extend(tasks),
                Seen::Absent(absence) => return Ok(Seen::Absent(absence)),
            }
        }
    }
}

impl StoppedTasks {
    async fn described(
        &self,
        client: &aws_sdk_ecs::Client,
        arns: Vec<String>,
    ) -> Answer<Vec<Described>> {
        let body = Body::default();
        let reply = client
            .describe_tasks()
            .set_cluster(self.cluster.clone())
            .set_tasks(Some(arns.clone()))
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |_| {
            // A task that has expired since is among the failures.
            let tasks = tasks(&body)?;
            let is_listed = |task: &Described| {
                let arn = task.json.get("taskArn").and_then(Value::as_str);
                arn.is_some_and(|arn| arns.iter().any(|listed| listed == arn))
            };
            match tasks.iter().all(is_listed) {
                true => Ok(tasks),
                false => Err("an end: it has tasks that are not listed"),
            }
        })
    }
}

fn newest(mut tasks: Vec<Described>) -> Vec<Described> {
    let created = |task: &Described| task.json.get("createdAt").and_then(Value::as_f64);
    let order = |one: &Described, other: &Described| {
        created(other).unwrap_or_default().total_cmp(&created(one).unwrap_or_default())
    };
    tasks.sort_by(order);
    tasks.truncate(MOST);
    tasks
}
