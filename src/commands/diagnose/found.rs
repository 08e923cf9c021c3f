//! The records: of the task, of its service, and of the revision that started it.

use serde_json::Value;

use super::state;
use crate::cli::Diagnose;
use crate::commands::Failure;
use crate::diagnosis::{
    Conclusion, Diagnosis, Meaning, Outside, Said, Saved, ServiceRecord, TaskRecord,
};
use crate::knowledge::{Gap, Seen};
use crate::lookup::CallerIdentity;
use crate::lookup::ecs::revision::DescribeServiceRevision;
use crate::lookup::ecs::task::{DescribeTask, StoppedTasks};
use crate::lookup::ecs::{DescribeService, ServiceEvents};
use crate::names::{Arn, Region};
use crate::preflight::RunLoop;

/// What is known of the task.
#[derive(Default)]
pub(super) struct Found {
    /// The task; none if the service is all that is left.
    pub(super) task: Option<TaskRecord>,
    /// Its service, as it is today.
    pub(super) service: Option<ServiceRecord>,
    /// The service revision that started it, if no deployment of the service does.
    pub(super) revision: Option<Value>,
    /// What limits the answer.
    pub(super) notes: Vec<String>,
}

/// What to look at if the task is not shown any more.
const VANISHED: &str = "ECS shows a stopped task for about an hour. What is left: its logs; the events and deployments of its service (diagnose --service NAME); a saved event \"ECS Task State Change\" (diagnose --from FILE)";

impl Found {
    /// The name of the target in the report.
    pub(super) fn name(&self) -> String {
        match (&self.task, &self.service) {
            (Some(task), _) => format!("task {}", task.id()),
            (None, Some(service)) => format!("service {}", service.name()),
            (None, None) => String::new(),
        }
    }

    /// What the diagnosis is about.
    pub(super) fn subject(&self) -> String {
        match (&self.task, &self.service) {
            (Some(task), _) => {
                let service = task.service().map(|name| format!(" of service {name}"));
                let service = service.unwrap_or_default();
                format!("task {}{service} in cluster {}", task.id(), task.cluster())
            }
            (None, Some(service)) => {
                let cluster = service.text("clusterArn").and_then(|it| it.rsplit('/').next());
                format!("service {} in cluster {}", service.name(), cluster.unwrap_or("default"))
            }
            (None, None) => String::new(),
        }
    }

    /// What the records say, before any check.
    pub(super) fn diagnosis(&self, started_with: Value) -> Diagnosis {
        let said = self.said();
        let outside = self.task.as_ref().map(Outside::of).unwrap_or_default();
        Diagnosis {
            subject: self.subject(),
            task: self.task.as_ref().and_then(TaskRecord::arn).map(str::to_owned),
            state: state::of(self.task.as_ref(), self.service.as_ref(), &started_with),
            meanings: Meaning::next_to(&said, &outside),
            outside,
            said,
            started_with,
            changes: Vec::new(),
            notes: self.notes.clone(),
            conclusion: Conclusion::NotDetermined,
            proof: Vec::new(),
        }
    }

    /// What ECS said.
    fn said(&self) -> Vec<Said> {
        let mut said = self.task.as_ref().map(Said::of_task).unwrap_or_default();
        if let Some(service) = &self.service {
            said.extend(Said::of_service(service, self.task.as_ref()));
        }
        said
    }
}

/// Where the records are: what the user passed.
pub(super) struct Search<'a> {
    /// The flags.
    pub(super) wanted: &'a Diagnose,
    /// The file of --from.
    pub(super) saved: Option<&'a Saved>,
    /// The ARN of the task, if it is known before the first call.
    pub(super) arn: Option<&'a Arn>,
}

impl Search<'_> {
    /// Reads the records.
    pub(super) async fn find(
        &self,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Result<Found, Failure> {
        let mut found = Found::default();
        match (self.saved, &self.wanted.task, &self.wanted.service) {
            (Some(saved), wanted, _) => {
                let (task, others) =
                    saved.clone().pick(wanted.as_deref()).map_err(Failure::usage)?;
                if others > 0 {
                    found.notes.push(format!(
                        "the file has {others} more tasks: pass TASK to diagnose another one"
                    ));
                }
                found.task = Some(task);
            }
            (None, Some(task), _) => found.task = Some(self.described(task, region, run).await?),
            (None, None, Some(service)) => {
                found.task = self.newest_failed(service, region, run).await?;
                if found.task.is_none() {
                    found.notes.push("no task of the service that failed is shown: ECS shows a stopped task for about an hour. This is about the newest deployment and its events".to_owned());
                }
            }
            (None, None, None) => {}
        }
        self.add_service(&mut found, region, run).await?;
        Ok(found)
    }

    fn cluster(&self) -> Option<String> {
        let of_arn = self.arn.and_then(|arn| {
            let mut parts = arn.resource.split('/');
            let (kind, cluster) = (parts.next()?, parts.next()?);
            (kind == "task" && parts.next().is_some()).then(|| cluster.to_owned())
        });
        self.wanted.cluster.clone().or(of_arn)
    }

    async fn described(
        &self,
        task: &str,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Result<TaskRecord, Failure> {
        let lookup =
            DescribeTask { region: region.clone(), cluster: self.cluster(), task: task.to_owned() };
        match run.learn(&lookup).await {
            Ok(Seen::Found(described)) => {
                let record = TaskRecord::of(described.json.clone());
                record.ok_or_else(|| Failure::no_verdict("the answer has no task"))
            }
            Ok(Seen::Absent(absence)) => {
                Err(Failure::no_verdict(format!("{}\n  {VANISHED}", absence.sentence)))
            }
            Err(gap) => Err(unread(run, &gap)),
        }
    }

    async fn newest_failed(
        &self,
        service: &str,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Result<Option<TaskRecord>, Failure> {
        let lookup = StoppedTasks {
            region: region.clone(),
            cluster: self.cluster(),
            service: service.to_owned(),
        };
        match run.learn(&lookup).await {
            Ok(Seen::Found(tasks)) => {
                let mut tasks = tasks.iter().filter_map(|it| TaskRecord::of(it.json.clone()));
                Ok(tasks.find(TaskRecord::has_failed))
            }
            Ok(Seen::Absent(absence)) => Err(Failure::usage(absence.sentence)),
            Err(gap) => Err(unread(run, &gap)),
        }
    }

    /// Adds the service of the task, and the revision that started it.
    pub(super) async fn add_service(
        &self,
        found: &mut Found,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Result<(), Failure> {
        let of_task = found.task.as_ref().and_then(TaskRecord::service);
        let Some(service) = self.wanted.service.clone().or(of_task.map(str::to_owned)) else {
            return Ok(());
        };
        let of_task = found.task.as_ref().map(|task| task.cluster().to_owned());
        let cluster = of_task.or(self.cluster());
        let of = DescribeService { region: region.clone(), cluster, service };
        match run.learn(&ServiceEvents { of }).await {
            Ok(Seen::Found(described)) => {
                found.service = Some(ServiceRecord::of(described.json.clone()));
            }
            Ok(Seen::Absent(absence)) if found.task.is_none() => {
                return Err(Failure::usage(absence.sentence));
            }
            Ok(Seen::Absent(absence)) => found.notes.push(absence.sentence.clone()),
            Err(gap) if found.task.is_none() => return Err(unread(run, &gap)),
            Err(gap) => found.notes.push(format!("the service could not be read: {gap}")),
        }
        found.revision = self.revision(found, region, run).await;
        Ok(())
    }

    /// The service revision of the deployment that started the task. A revision has the number of its
    /// deployment; it counts only if it is of the same task definition.
    async fn revision(
        &self,
        found: &Found,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Option<Value> {
        let (task, service) = (found.task.as_ref()?, found.service.as_ref()?);
        let deployment = task.deployment()?;
        if service.deployment(deployment).is_some() {
            return None;
        }
        let (cluster, _) = task.text("clusterArn")?.split_once(":cluster/")?;
        let number = deployment.strip_prefix("ecs-svc/")?;
        let (name, of) = (service.name(), task.cluster());
        let arn = format!("{cluster}:service-revision/{of}/{name}/{number}");
        let lookup = DescribeServiceRevision { region: region.clone(), arn };
        let Ok(Seen::Found(revision)) = run.learn(&lookup).await else { return None };
        let definition = revision.json.get("taskDefinition").and_then(Value::as_str);
        (definition == task.text("taskDefinitionArn")).then(|| revision.json.clone())
    }

    /// No answer about a task of another account.
    pub(super) async fn guard(
        &self,
        region: &Region,
        run: &mut RunLoop<'_>,
    ) -> Result<(), Failure> {
        let Some(owner) = self.arn.and_then(Arn::account) else {
            return Ok(());
        };
        match run.learn(&CallerIdentity { region: region.clone() }).await {
            Ok(Seen::Found(caller)) if caller.account != *owner => {
                Err(Failure::no_verdict(format!(
                    "the task is in account {owner}, but the credentials are those of account {}\n  Pass --profile",
                    caller.account
                )))
            }
            _ => Ok(()),
        }
    }
}

/// The records could not be read: there is nothing to diagnose.
pub(super) fn unread(run: &RunLoop, gap: &Gap) -> Failure {
    match run.interrupted() {
        Some(signal) => Failure::interrupted(signal),
        None => Failure::no_verdict(format!("cannot read the task: {gap}")),
    }
}
