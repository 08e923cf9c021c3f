//! `role-task-features`

use super::exists::role;
use super::session;
use crate::account::rights::of_task::policies_of;
use crate::account::rights::{Policies, PoliciesOf};
use crate::checks::{Check, whole};
use crate::document::{Container, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::least_privilege::CloudWatch;
use crate::lookup::Lookup;
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, ListGrants};
use crate::lookup::s3::GetBucketPolicy;
use crate::permission::object::bucket;
use crate::permission::{Answer, PERMISSION_CALLS, ResourceSide, Wish, decide};
use crate::reachability::origin::CallOrigin;
use crate::task::{Duty, RoleUse, SOME_TASK, Task};
use crate::verdict::{Finding, Findings, Judgement, Severity, fail, not_applicable, warn};

pub(super) static ROLE_TASK_FEATURES: Check = Check {
    id: "role-task-features",
    verifies: "the task role has the permissions that ECS Exec and FireLens need",
    prevents: &[
        "The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.",
        session::NO_SESSION,
        "no error text: log events are lost, because the FireLens output gets AccessDeniedException",
    ],
    remedy: "Set taskRoleArn, and allow that role the actions that the feature needs",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
    asks: &[
        &[
            DescribeCluster::CALL,
            DescribeKey::CALL,
            GetBucketPolicy::CALL,
            GetKeyPolicy::CALL,
            ListGrants::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &CallOrigin::CALLS,
        &PERMISSION_CALLS,
    ],
    advises: true,
    judge: |task| whole(task, role_task_features),
};

/// The actions that the ECS Exec agent in the container calls
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>).
const EXEC: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

fn role_task_features(task: &Task, facts: &View) -> Judgement {
    let needs = needs(task)?;
    if needs.is_empty() {
        return not_applicable("neither ECS Exec nor a FireLens output to an AWS service is used");
    }
    let mut found = Findings::new();
    if needs.iter().any(|need| need.feature == Feature::Exec) {
        read_only_containers(task, &mut found)?;
    }
    match task_role(task)? {
        None => needs.iter().for_each(|need| found.add(need.without_role())),
        Some(it) => {
            for need in &needs {
                found.part(&need.place, |found| need.allowed(&it, facts, found));
                if need.feature == Feature::Exec {
                    let place = &need.place;
                    found.part(place, |found| session::judge(&it, place, facts, found));
                }
            }
        }
    }
    found.or_pass("the task role has the permissions that the features in use need")
}

/// The role that the containers use.
fn task_role(task: &Task) -> Result<Option<RoleUse<'_>>, Stop> {
    for planned in task.roles() {
        match planned {
            Ok(it) if it.duty == Duty::Task && !it.replaced => return Ok(Some(it)),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(None)
}

/// The ECS Exec agent writes into the container
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).
fn read_only_containers(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    for container in task.definition.container_definitions.items()? {
        let read_only = &container.readonly_root_filesystem;
        if read_only.get()?.is_some_and(|it| *it) {
            found.add(
                warn("ECS Exec does not work in a container with a read-only root file system")
                    .at(read_only.place())
                    .prevents(session::NO_SESSION)
                    .remedy(
                        "Remove readonlyRootFilesystem, or do without ECS Exec in this container",
                    ),
            );
        }
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    Exec,
    FireLens,
}

/// What a feature needs of the task role.
struct Need {
    feature: Feature,
    place: Place,
    actions: Vec<&'static str>,
    resource: Resource,
}

/// The resource of the actions.
enum Resource {
    /// Actions without resource.
    Any,
    /// The service and the last part of an ARN in the task's account, in this region or the task's.
    Of(&'static str, Option<String>, String),
    /// The objects of a bucket, where the bucket policy applies too.
    Objects(String),
}

fn needs(task: &Task) -> Result<Vec<Need>, Stop> {
    let mut needs = Vec::new();
    let exec = &task.context.request.enable_execute_command;
    if exec.get()?.is_some_and(|enabled| *enabled) {
        needs.push(Need {
            feature: Feature::Exec,
            place: exec.place().clone(),
            actions: EXEC.to_vec(),
            resource: Resource::Any,
        });
    }
    for container in task.definition.container_definitions.items()? {
        needs.extend(firelens(container)?);
    }
    Ok(needs)
}

/// The AWS services that FireLens writes to with the task role
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html>). A destination
/// that is only known at run time is not judged.
fn firelens(container: &Container) -> Result<Option<Need>, Stop> {
    let Some(log) = container.log_configuration.get()? else { return Ok(None) };
    let Some(options) = log.options.get()? else { return Ok(None) };
    if log.log_driver.get()?.is_none_or(|driver| driver != "awsfirelens") {
        return Ok(None);
    }
    let option = |name: &str| match options.get(name) {
        Some(field) => Ok(field.get()?.filter(|value| !value.contains('$')).cloned()),
        None => Ok::<_, Stop>(None),
    };
    let region = option("region")?;
    let of = |service, rest: String| Resource::Of(service, region.clone(), rest);
    let name = match option("Name")? {
        Some(name) => Some(name),
        None => option("name")?,
    };
    let (actions, resource) = match name.as_deref() {
        Some(name @ ("cloudwatch" | "cloudwatch_logs")) => {
            let Some(group) = option("log_group_name")? else { return Ok(None) };
            let is_dynamic = |name: &str| match options.get(name) {
                Some(field) => Ok(field.get()?.is_some_and(|value| value.contains('$'))),
                None => Ok::<_, Stop>(false),
            };
            if is_dynamic("log_stream_name")? || is_dynamic("log_stream_template")? {
                return Ok(None);
            }
            let stream = match option("log_stream_name")? {
                Some(name) => name,
                None if is_dynamic("log_stream_prefix")? => return Ok(None),
                None => {
                    // The tag of the container's logs, which follows the prefix in the stream name
                    // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html).
                    let prefix = option("log_stream_prefix")?.unwrap_or_default();
                    format!("{prefix}{}-firelens-{SOME_TASK}", container_name(container))
                }
            };
            let stream = format!("log-group:{group}:log-stream:{stream}");
            (CloudWatch::of(name).actions().to_vec(), of("logs", stream))
        }
        Some("firehose" | "kinesis_firehose") => {
            let Some(stream) = option("delivery_stream")? else { return Ok(None) };
            let rest = format!("deliverystream/{stream}");
            (vec!["firehose:PutRecordBatch"], of("firehose", rest))
        }
        Some("kinesis" | "kinesis_streams") => {
            let Some(stream) = option("stream")? else { return Ok(None) };
            (vec!["kinesis:PutRecords"], of("kinesis", format!("stream/{stream}")))
        }
        Some("s3") => {
            let Some(bucket) = option("bucket")? else { return Ok(None) };
            (vec!["s3:PutObject"], Resource::Objects(bucket))
        }
        _ => return Ok(None),
    };
    let place = log.options.place().clone();
    Ok(Some(Need { feature: Feature::FireLens, place, actions, resource }))
}

fn container_name(container: &Container) -> &str {
    container.name.get().ok().flatten().map_or("log", String::as_str)
}

impl Need {
    /// `enableExecuteCommand` requires a task role
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>).
    fn without_role(&self) -> Finding {
        match self.feature {
            Feature::Exec => fail("ECS Exec is enabled, but the task has no task role")
                .at(&self.place)
                .remedy("Set taskRoleArn to a role that allows the four ssmmessages actions"),
            Feature::FireLens => warn(format!(
                "FireLens calls {} with the task role, but the task has none",
                self.listed()
            ))
            .at(&self.place)
            .prevents(ROLE_TASK_FEATURES.prevents[2]),
        }
    }

    fn listed(&self) -> String {
        self.actions.join(", ")
    }

    fn allowed(&self, it: &RoleUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
        let role = role(it, facts)?;
        let region = it.task.region()?.clone();
        let who = policies_of(it.task, &it.reference()?, it.purpose(), facts)?;
        let Policies::Held(set) = who else { return Ok(()) };
        let resource = match &self.resource {
            Resource::Any => "*".to_owned(),
            Resource::Objects(bucket) => {
                format!("arn:{}:s3:::{bucket}/fluent-bit-logs", region.partition())
            }
            Resource::Of(service, of, rest) => {
                let of = of.as_deref().unwrap_or(region.as_str());
                format!("arn:{}:{service}:{of}:{}:{rest}", region.partition(), set.account)
            }
        };
        let side = match &self.resource {
            Resource::Objects(name) => bucket(name, &region, facts)?,
            Resource::Any | Resource::Of(..) => ResourceSide::default(),
        };
        let wish = |action| match &self.resource {
            Resource::Objects(_) => {
                Wish::new(action, &resource).allowed_on(format!("{resource}/*"))
            }
            // The task ID is a stand-in: every task has another one.
            _ => Wish::new(action, &resource)
                .allowed_on(resource.replace(SOME_TASK, "*"))
                .called(resource.replace(SOME_TASK, "<id>")),
        };
        let calls = self.actions.iter().map(|action| (wish(action), side.clone()));
        let from = (&region, CallOrigin::Containers(it.task));
        let answer = decide(who, calls.collect(), from, None, facts)?;
        let Answer::Refused(denied) = answer else { return Ok(()) };
        let (what, error) = match self.feature {
            Feature::Exec => ("ECS Exec will not work", 1),
            Feature::FireLens => ("logs will be lost", 2),
        };
        let finding = Finding {
            severity: Severity::Warn,
            message: format!("{what}: {}", denied.message),
            ..*denied
        };
        found.add(
            finding.at(&self.place).on(&role.arn).prevents(ROLE_TASK_FEATURES.prevents[error]),
        );
        Ok(())
    }
}
