//! Amazon ECS: registered task definitions, live services and container instances.
//!
//! The first two keep the JSON of the answer, not the SDK's types: the document layer reads them like a file,
//! and a field that is newer than the SDK is not lost.

pub mod account;
pub mod capacity_provider;
pub mod cluster;
pub mod instance;
pub mod protection;
pub mod revision;
pub mod running;
pub mod services;
pub mod task;
pub mod task_list;

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::aws::Lacks;
use super::mask::mask;
use super::members::Members;
use super::{Answer, Batch, Call, Lookup, Named, Services, classify};
use crate::document::shape::{CREATE_SERVICE, REGISTER_TASK_DEFINITION};
use crate::knowledge::{Absence, Gap, Seen};
use crate::names::Region;

/// A registered task definition: a family (its newest active revision), family:revision, or ARN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeTaskDefinition {
    /// The region.
    pub region: Region,
    /// Family, family:revision or ARN.
    pub name: String,
}

/// The answer of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// The object of the answer. Values that often contain secrets and that no check reads are masked.
    pub json: Value,
}

impl Lookup for DescribeTaskDefinition {
    type Fact = Described;
    const CALL: Call = Call("ecs:DescribeTaskDefinition");

    fn named(&self) -> Named {
        match self.name.split_once(':') {
            None => Named::by("taskDefinition/family", &self.name),
            Some(("arn", _)) => Named::by("taskDefinition/taskDefinitionArn", &self.name),
            Some((family, revision)) => {
                Named::by("taskDefinition/family", family).and("taskDefinition/revision", revision)
            }
        }
    }

    fn what(&self) -> String {
        format!("task definition {} in {}", self.name, self.region)
    }

    fn resource(&self) -> String {
        // The action has no resource type.
        "*".to_owned()
    }

    async fn fetch(&self, services: &Services) -> Answer<Described> {
        let body = Body::default();
        let reply = services
            .ecs(&self.region)
            .describe_task_definition()
            .task_definition(&self.name)
            .include(aws_sdk_ecs::types::TaskDefinitionField::Tags)
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of(self))
            .send()
            .await;
        match &reply {
            // The API has no separate code for a missing definition: it is a client exception with this text.
            Err(error) if says(error, "Unable to describe task definition") => {
                classify::absent(self, "ClientException: Unable to describe task definition.")
            }
            _ => classify::answer(self, reply, |_| {
                let mut json = body.json().ok_or("a readable body")?;
                check_whole(json.get("taskDefinition").ok_or("the task definition")?)?;
                mask(&mut json);
                Ok(Described { json })
            }),
        }
    }
}

/// ECS registers no task definition without these fields, so an answer that lacks one is not whole.
fn check_whole(definition: &Value) -> Result<(), Lacks> {
    REGISTER_TASK_DEFINITION.lacking(definition).map_or(Ok(()), Err)?;
    let containers = definition.get("containerDefinitions").and_then(Value::as_array);
    for container in containers.ok_or("the containers")? {
        for field in ["name", "image"] {
            container.get(field).and_then(Value::as_str).ok_or(field)?;
        }
    }
    Ok(())
}

fn says<E, R>(error: &aws_smithy_runtime_api::client::result::SdkError<E, R>, text: &str) -> bool
where
    E: aws_smithy_types::error::metadata::ProvideErrorMetadata,
{
    match error {
        aws_smithy_runtime_api::client::result::SdkError::ServiceError(context) => {
            context.err().message().is_some_and(|message| message.contains(text))
        }
        _ => false,
    }
}

/// The error code for a missing cluster.
const CLUSTER_MISSING: &str = "ClusterNotFoundException";

/// A live service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeService {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN; none for the account's `default` cluster.
    pub cluster: Option<String>,
    /// The service's name or ARN.
    pub service: String,
}

impl Lookup for DescribeService {
    type Fact = Described;
    const CALL: Call = Call("ecs:DescribeServices");
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING];

    fn named(&self) -> Named {
        // An ARN ends with the name, whether it contains the cluster or not.
        Named::by("services/serviceName", last(&self.service))
            .and_ending("services/clusterArn", format!("/{}", last(self.cluster())))
    }

    fn what(&self) -> String {
        format!("service {} in cluster {} in {}", self.service, self.cluster(), self.region)
    }

    /// One request names up to 10 services of a cluster
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>).
    fn batch(&self) -> Option<Batch> {
        Some(Batch::of(10, format!("{} in {}", self.cluster(), self.region)))
    }

    async fn fetch(&self, services: &Services) -> Answer<Described> {
        let mut answers = Self::describe(std::slice::from_ref(self), services).await;
        answers.pop().unwrap_or_else(|| Err(classify::incomplete(self, "the service")))
    }

    /// IAM evaluates each service, and a refusal of one refuses the request. So it is halved until what is
    /// refused is alone.
    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<Described>> {
        let (mut answers, mut left) = (Vec::with_capacity(asked.len()), vec![asked]);
        while let Some(part) = left.pop() {
            let described = Self::describe(part, services).await;
            let is_refused = matches!(described.first(), Some(Err(Gap::Refused { .. })));
            if is_refused && part.len() > 1 {
                let (first, second) = part.split_at(part.len() / 2);
                left.extend([second, first]);
            } else {
                answers.extend(described);
            }
        }
        answers
    }
}

/// A live service with its newest events, for `diagnose`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ServiceEvents {
    /// The service.
    pub of: DescribeService,
}

/// How many of the events are kept: enough for the deployment that is going on.
const EVENTS: usize = 30;

impl Lookup for ServiceEvents {
    type Fact = Described;
    const CALL: Call = DescribeService::CALL;
    const ABSENT: &'static [&'static str] = DescribeService::ABSENT;

    fn named(&self) -> Named {
        self.of.named()
    }

    fn what(&self) -> String {
        self.of.what()
    }

    async fn fetch(&self, services: &Services) -> Answer<Described> {
        let body = Body::default();
        let reply = services
            .ecs(&self.of.region)
            .describe_services()
            .set_cluster(self.of.cluster.clone())
            .services(&self.of.service)
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of(self))
            .send()
            .await;
        // A missing service is reported in a successful answer.
        if let Ok(it) = &reply
            && it.failures().iter().any(|failure| failure.reason() == Some("MISSING"))
        {
            return classify::absent(self, "MISSING");
        }
        if let Err(error) = &reply
            && classify::code(error) == Some(CLUSTER_MISSING)
        {
            return Ok(no_cluster(self.of.cluster(), &self.of.region));
        }
        classify::answer(self, reply, |_| {
            let json = body.json().ok_or("a readable body")?;
            let service = json.get("services").and_then(|list| list.get(0)).ok_or("the service")?;
            Described::of_service(service.clone(), EVENTS)
        })
    }
}

/// The proven absence of a cluster.
fn no_cluster<T>(cluster: &str, region: &Region) -> Seen<T> {
    let sentence = format!("there is no cluster {cluster} in {region}");
    Seen::Absent(Absence { sentence, said: CLUSTER_MISSING.to_owned() })
}

impl DescribeService {
    fn cluster(&self) -> &str {
        self.cluster.as_deref().unwrap_or("default")
    }

    /// One request for services of one cluster; an answer for each.
    async fn describe(asked: &[Self], services: &Services) -> Vec<Answer<Described>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let body = Body::default();
        let reply = services
            .ecs(&first.region)
            .describe_services()
            .set_cluster(first.cluster.clone())
            .set_services(Some(asked.iter().map(|one| one.service.clone()).collect()))
            .customize()
            .interceptor(body.clone())
            .interceptor(Members::of_all(asked))
            .send()
            .await;
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                let failed = |one: &Self| match classify::code(&error) {
                    Some(CLUSTER_MISSING) => Ok(no_cluster(one.cluster(), &one.region)),
                    _ => classify::failed(one, &error),
                };
                return asked.iter().map(failed).collect();
            }
        };
        // A missing service is reported in a successful answer.
        let missing = reply.failures().iter().filter(|it| it.reason() == Some("MISSING"));
        let missing: Vec<&str> = missing.map(|it| last(it.arn().unwrap_or_default())).collect();
        let json = body.json();
        let described = json.as_ref().and_then(|it| it.get("services")).and_then(Value::as_array);
        let answer = |one: &Self| {
            let is_one = |it: &&Value| {
                it.get("serviceName").and_then(Value::as_str) == Some(last(&one.service))
            };
            let found = described.and_then(|all| match asked.len() {
                1 => all.first(),
                _ => all.iter().find(is_one),
            });
            let is_missing =
                missing.contains(&last(&one.service)) || (asked.len() == 1 && !missing.is_empty());
            match found {
                _ if is_missing => classify::absent(one, "MISSING"),
                Some(service) => Described::of_service(service.clone(), 0)
                    .map(Seen::Found)
                    .map_err(|lacks| classify::incomplete(one, lacks)),
                None => Err(classify::incomplete(one, "the service")),
            }
        };
        asked.iter().map(answer).collect()
    }
}

impl Described {
    /// The object of a service with so many of its events, which come newest first.
    fn of_service(mut service: Value, events: usize) -> Result<Described, Lacks> {
        CREATE_SERVICE.lacking(&service).map_or(Ok(()), Err)?;
        // A list that grows with the service's age.
        if let Some(object) = service.as_object_mut() {
            match object.get_mut("events").and_then(Value::as_array_mut) {
                Some(kept) if events > 0 => kept.truncate(events),
                None if events > 0 => return Err("the events"),
                _ => _ = object.remove("events"),
            }
        }
        mask(&mut service);
        Ok(Described { json: service })
    }
}

/// The name at the end of an ARN.
fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Keeps the body of an answer, in addition to the SDK's types.
#[derive(Clone, Debug, Default)]
struct Body(Arc<Mutex<Option<Vec<u8>>>>);

impl Body {
    fn json(&self) -> Option<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_deref().and_then(|bytes| serde_json::from_slice(bytes).ok())
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "KeepBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().map(<[u8]>::to_vec);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
        Ok(())
    }
}
