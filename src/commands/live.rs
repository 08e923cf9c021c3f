//! Live services as targets: each with the revision that it runs, its network and its volumes.

use serde_json::Value;

use super::given::unread;
use super::{Failure, arns};
use crate::checks::{self, Case, Ruling};
use crate::cli::{LiveServices, PlaceToRun};
use crate::document::{Place, Role, RunContext, Source};
use crate::facts::View;
use crate::knowledge::{Gap, Seen};
use crate::lookup::ecs::services::ListServices;
use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};
use crate::names::Region;
use crate::preflight::{Probe, RunLoop};
use crate::report::LiveService;
use crate::verdict::{Judgement, fail, not_applicable};

/// The services of a cluster that were chosen.
pub(super) struct Chosen {
    cluster: String,
    /// Their names; none for all.
    names: Option<Vec<String>>,
}

/// A service of the run, as far as it could be read.
pub(super) struct ReadService {
    /// What the report says of it.
    pub(super) service: LiveService,
    /// What is judged of it.
    pub(super) found: Result<Running, Unread>,
}

/// What a service runs, and where.
pub(super) struct Running {
    /// The task definition.
    pub(super) definition: Source,
    /// Where it runs.
    pub(super) context: RunContext,
}

/// A service of which nothing can be judged.
pub(super) enum Unread {
    /// The service was not read.
    Service(DescribeService),
    /// Its task definition was not read.
    Definition(DescribeTaskDefinition),
    /// It runs nothing.
    Idle(&'static str),
}

impl Chosen {
    /// The services that the flags name, if any. Sets the cluster that they are in.
    ///
    /// # Errors
    /// An ARN of something else, or of a service in another cluster.
    pub(super) fn of(
        live: &LiveServices,
        place: &mut PlaceToRun,
    ) -> Result<Option<Chosen>, Failure> {
        if !live.all_services && live.services.is_empty() {
            return Ok(None);
        }
        let mut names: Vec<String> = Vec::new();
        for text in &live.services {
            let (cluster, name) = arns::service_of("--services", text, place.cluster.as_deref())?;
            place.cluster = cluster;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let cluster = place.cluster.get_or_insert_with(|| "default".to_owned()).clone();
        Ok(Some(Chosen { cluster, names: (!live.all_services).then_some(names) }))
    }

    /// Reads each service and its definition, all of them together.
    pub(super) async fn read(
        &self,
        region: Option<&Region>,
        run: &mut RunLoop<'_>,
    ) -> Result<Vec<ReadService>, Failure> {
        let region = region
            .ok_or_else(|| Failure::no_verdict("live services need a region: pass --region"))?;
        let lookups: Vec<DescribeService> = self
            .names(region, run)
            .await?
            .into_iter()
            .map(|service| DescribeService {
                region: region.clone(),
                cluster: Some(self.cluster.clone()),
                service,
            })
            .collect();
        let asked = run.work_out(|facts| {
            for lookup in &lookups {
                if let Ok(Seen::Found(described)) = facts.get(lookup)
                    && let Some(definition) =
                        definition_of(&context(lookup, &described.json), region)
                {
                    let _seen = facts.get(&definition);
                }
            }
        });
        asked.await.map_err(Failure::no_verdict)?;
        if let Some(signal) = run.interrupted() {
            return Err(Failure::interrupted(signal));
        }
        let facts = View::afterwards(run.table());
        lookups.into_iter().map(|lookup| self.service(lookup, &facts)).collect()
    }

    /// The names of the services, in the order of the alphabet.
    async fn names(&self, region: &Region, run: &mut RunLoop<'_>) -> Result<Vec<String>, Failure> {
        if let Some(names) = &self.names {
            return Ok(names.clone());
        }
        let list = ListServices { region: region.clone(), cluster: Some(self.cluster.clone()) };
        let mut names: Vec<String> = match run.learn(&list).await {
            Ok(Seen::Found(listed)) => {
                listed.iter().map(|arn| arns::last(arn).to_owned()).collect()
            }
            Ok(Seen::Absent(absence)) => return Err(Failure::usage(absence.sentence)),
            Err(gap) => return Err(unread(run, &gap)),
        };
        names.sort();
        match names.is_empty() {
            true => Err(Failure::no_verdict(format!(
                "cluster {} in {region} has no services\n  Check --cluster and --region",
                self.cluster
            ))),
            false => Ok(names),
        }
    }

    fn service(&self, lookup: DescribeService, facts: &View) -> Result<ReadService, Failure> {
        let mut service = LiveService {
            cluster: arns::last(&self.cluster).to_owned(),
            name: lookup.service.clone(),
            task_definition: None,
            desired_count: None,
            scheduling_strategy: None,
        };
        let described = match facts.get(&lookup) {
            Ok(Seen::Found(described)) => &described.json,
            // The user misspelt it, or it was deleted since it was listed.
            Ok(Seen::Absent(absence)) if self.names.is_some() => {
                return Err(Failure::usage(format!(
                    "--services: {}\n  Check the name, --cluster and --region",
                    absence.sentence
                )));
            }
            Ok(Seen::Absent(_)) => {
                let idle = Unread::Idle("the service was deleted during the run");
                return Ok(ReadService { service, found: Err(idle) });
            }
            Err(_) => return Ok(ReadService { service, found: Err(Unread::Service(lookup)) }),
        };
        let text = |name: &str| described.get(name).and_then(Value::as_str);
        service.desired_count = described.get("desiredCount").and_then(Value::as_i64);
        service.scheduling_strategy = text("schedulingStrategy").map(str::to_owned);
        let context = context(&lookup, described);
        let Some(definition) = definition_of(&context, &lookup.region) else {
            let why = "the service has no task set, so that it runs no task";
            return Ok(ReadService { service, found: Err(Unread::Idle(why)) });
        };
        let revision = arns::last(&definition.name).to_owned();
        service.task_definition = Some(revision.clone());
        let found = match facts.get(&definition) {
            _ if text("status") == Some("DRAINING") && self.names.is_none() => Err(Unread::Idle(
                "the service is DRAINING: it was deleted, and starts no more tasks",
            )),
            Ok(Seen::Found(read)) => Ok(Running {
                definition: Source::from_json_value(&revision, Role::Definition, &read.json),
                context,
            }),
            Ok(Seen::Absent(_)) | Err(_) => Err(Unread::Definition(definition)),
        };
        Ok(ReadService { service, found })
    }
}

fn context(lookup: &DescribeService, described: &Value) -> RunContext {
    let name = format!("service {}", lookup.service);
    RunContext::live_service(&Source::from_json_value(&name, Role::Context, described))
}

/// How the revision is read that the service runs.
fn definition_of(context: &RunContext, region: &Region) -> Option<DescribeTaskDefinition> {
    let name = context.request.task_definition.get().ok().flatten()?.clone();
    Some(DescribeTaskDefinition { region: region.clone(), name })
}

impl Unread {
    /// The check that reports what was not read of the target with this index.
    pub(super) fn probe(&self, target: usize, service: &LiveService) -> Option<Probe<'_>> {
        let id = match self {
            Unread::Service(_) | Unread::Idle(_) => "service-exists",
            Unread::Definition(_) => "definition-registered",
        };
        let case = Case {
            place: Place::whole(format!("service {}", service.name), Role::Context),
            container: None,
            resource: Some(service.name.clone()),
            ruling: Ruling::Judge(std::rc::Rc::new(move |facts: &View| self.judge(facts))),
        };
        Some(Probe::of(case, target, checks::find(id)?))
    }

    fn judge(&self, facts: &View) -> Judgement {
        match self {
            Unread::Idle(why) => return not_applicable(*why),
            Unread::Service(lookup) => {
                let _read = facts.get(lookup)?;
            }
            Unread::Definition(lookup) => {
                if let Seen::Absent(absence) = facts.get(lookup)? {
                    return fail(absence.sentence).judge();
                }
            }
        }
        let why = "it was read only after the plan was made".to_owned();
        Err(Gap::Defect { why }.into())
    }
}
