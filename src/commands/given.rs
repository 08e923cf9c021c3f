//! From the user's arguments to tasks; registered definitions and services are read from AWS.

use std::path::Path;

use super::input::{Given, meant};
use super::parameters::Inputs;
use super::templates::{self, Document};
use super::{Failure, elsewhere};
use crate::cli::PlaceToRun;
use crate::document::overlay::{ImageOverlay, with_images};
use crate::document::{ContextKind, DeployTool, Node, RunContext, Source, TaskDefinition};
use crate::knowledge::{Gap, Seen};
use crate::lookup::ecs::{DescribeService, DescribeTaskDefinition};
use crate::names::Region;
use crate::preflight::RunLoop;
use crate::task::{Deployment, Task, Witness};

/// Where the task will run, from the live service of `--service`.
pub(super) async fn live_service(
    place: &PlaceToRun,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> Result<RunContext, Failure> {
    let Some(service) = &place.service else { return Ok(RunContext::flags()) };
    let region =
        region.ok_or_else(|| Failure::no_verdict("--service needs a region: pass --region"))?;
    let lookup = DescribeService {
        region: region.clone(),
        cluster: place.cluster.clone(),
        service: service.clone(),
    };
    let json = match run.learn(&lookup).await {
        Ok(Seen::Found(described)) => described.json.clone(),
        Ok(Seen::Absent(absence)) => {
            return Err(Failure::usage(format!("{}{}", absence.sentence, by_default(place))));
        }
        Err(gap) => {
            let failure = unread(run, &gap);
            let message = format!("{}{}", failure.message, by_default(place));
            return Err(Failure { message, ..failure });
        }
    };
    let name = format!("service {service}");
    let source = Source::from_json_value(&name, crate::document::Role::Context, &json);
    Ok(RunContext::live_service(&source))
}

/// The live service that the input of update-service names: an update keeps the values that it does not
/// set. What cannot be read is reported by the checks that need it.
pub(super) async fn updated_service(
    place: &PlaceToRun,
    context: &RunContext,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> RunContext {
    let nothing = RunContext::flags();
    let is_update = context.kind == ContextKind::UpdateService && place.service.is_none();
    let request = &context.request;
    let (Some(region), true) = (region, is_update) else { return nothing };
    let (Ok(Some(service)), Ok(cluster)) = (request.service_name.get(), request.cluster.get())
    else {
        return nothing;
    };
    let lookup = DescribeService {
        region: region.clone(),
        cluster: cluster.cloned(),
        service: service.clone(),
    };
    match run.learn(&lookup).await {
        Ok(Seen::Found(described)) => {
            let name = format!("service {service}");
            let role = crate::document::Role::Context;
            RunContext::live_service(&Source::from_json_value(&name, role, &described.json))
        }
        Ok(Seen::Absent(_)) | Err(_) => nothing,
    }
}

/// What to know of a service that was looked for without its cluster.
fn by_default(place: &PlaceToRun) -> &'static str {
    match place.cluster {
        Some(_) => "",
        None => {
            "\n  --service without --cluster looks in the cluster `default`: pass --cluster NAME"
        }
    }
}

/// Where the tasks run, from the files among the arguments that say so.
pub(super) fn service_of(given: &[Given]) -> RunContext {
    let mut service = RunContext::flags();
    for given in given {
        if let Given::Service { context, .. } = given {
            service = service.merge((**context).clone());
        }
    }
    service
}

/// The templates among the arguments.
pub(super) fn templates_of(given: &[Given]) -> Vec<&Node> {
    let mut roots = Vec::new();
    for given in given {
        match given {
            Given::Templates(all) => roots.extend(all.iter().map(|it| &*it.source.root)),
            Given::Nested(template) => roots.push(&*template.source.root),
            _ => {}
        }
    }
    roots
}

/// Refuses files for task definitions where none of the arguments has one.
///
/// # Errors
/// What to pass.
pub(super) fn need_definition(given: &[Given]) -> Result<(), Failure> {
    let extra = |given: &Given| match given {
        Given::Images(images) => {
            let name = images.first()?.image.place.document.clone();
            Some((name.clone(), format!("{name} only has images")))
        }
        Given::Service { name, .. } => {
            Some((name.clone(), format!("{name} only says where tasks run")))
        }
        _ => None,
    };
    let extras: Option<Vec<_>> = given.iter().map(extra).collect();
    let Some(extras) = extras.filter(|it| !it.is_empty()) else { return Ok(()) };
    let (names, said): (Vec<_>, Vec<_>) = extras.into_iter().unzip();
    Err(Failure::usage(format!(
        "no task definition is given: {}\n  Pass the task definition too: TASKDEF {}",
        said.join(", "),
        names.join(" ")
    )))
}

/// The images that are laid over the definitions: of files, then of flags.
pub(super) fn images_of(given: &[Given], flags: &[ImageOverlay]) -> Vec<ImageOverlay> {
    let of_file = |given: &Given| match given {
        Given::Images(images) => images.clone(),
        _ => Vec::new(),
    };
    given.iter().flat_map(of_file).chain(flags.iter().cloned()).collect()
}

impl Given {
    /// The same, unless it is a template that cannot be judged whatever the account is.
    ///
    /// # Errors
    /// What the template lacks.
    pub(super) fn examined(self) -> Result<Given, Failure> {
        let Given::Templates(all) = &self else { return Ok(self) };
        match all.iter().find_map(|it| it.flaw.as_ref().map(|flaw| (&it.source, flaw))) {
            Some((source, flaw)) => Err(Failure::input(source, flaw.clone())),
            None => Ok(self),
        }
    }

    /// Whether it is read from ECS.
    pub(super) fn is_registered(&self) -> bool {
        matches!(self, Given::Registered(_))
    }

    /// Whether it is a template, or a folder of templates.
    pub(super) fn is_template(&self) -> bool {
        matches!(self, Given::Templates(_) | Given::Nested(_))
    }

    /// Its task definitions, one document each.
    pub(super) async fn documents(
        &self,
        inputs: &Inputs,
        region: Option<&Region>,
        run: &mut RunLoop<'_>,
    ) -> Result<Vec<Document>, Failure> {
        match self {
            Given::Documents(documents) => Ok(documents.clone()),
            Given::Images(_) | Given::Service { .. } => Ok(Vec::new()),
            Given::Templates(all) => templates::declared(all, inputs, region, run).await,
            Given::Nested(template) => {
                templates::declared(std::slice::from_ref(template), inputs, region, run).await
            }
            Given::Registered(name) => Ok(vec![registered(name, region, run).await?.into()]),
        }
    }
}

/// The settings of every task of a run.
pub(super) struct Setting {
    /// Where they run now, if a live service says so.
    pub(super) live: RunContext,
    /// Where they will run.
    pub(super) context: RunContext,
    /// The images that are laid over the definitions.
    pub(super) images: Vec<ImageOverlay>,
    /// The region of the run.
    pub(super) home: Option<Region>,
    /// Whether secrets' values may be read.
    pub(super) read_secrets: bool,
    /// When the IAM policy simulator is used.
    pub(super) witness: Witness,
    /// The principal that deploys, if it is not the caller.
    pub(super) caller: Option<String>,
    /// The time of the run.
    pub(super) now: Option<i64>,
    /// Whether no check asks the account.
    pub(super) documents_only: bool,
    /// The tool that registers the files.
    pub(super) tool: Option<DeployTool>,
}

impl Setting {
    /// The task of a document with one definition.
    pub(super) fn task(&self, document: Document) -> Result<Task, Failure> {
        if let (Some(wanted), Some(home)) = (&document.region, &self.home)
            && wanted != home.as_str()
        {
            return Err(Failure::no_verdict(format!(
                "this run would check region {home}, but the configuration is for {wanted}\n  Pass {}",
                elsewhere::flags(Some(wanted), None)
            )));
        }
        let live = match document.service {
            Some(declared) => self.live.clone().merge(declared),
            None => self.live.clone(),
        };
        let deployment = document.deployment;
        let source = with_images(document.source, &self.images);
        let task = self.task_in(source, live.merge(self.context.clone()))?;
        Ok(Task { deployment, ..task })
    }

    /// The task of a document with one definition, where it runs.
    pub(super) fn task_in(&self, source: Source, context: RunContext) -> Result<Task, Failure> {
        let source = self.sent(source);
        Ok(Task {
            definition: TaskDefinition::from_source(&source)
                .map_err(|error| Failure::input(&source, error))?,
            source,
            context,
            home: self.home.clone(),
            read_secrets: self.read_secrets,
            witness: self.witness,
            caller: self.caller.clone(),
            now: self.now,
            documents_only: self.documents_only,
            tool: self.tool,
            deployment: Deployment::default(),
        })
    }

    /// A file as the tool sends it. What is registered already is sent by nobody.
    fn sent(&self, source: Source) -> Source {
        match self.tool.filter(|_| source.root.place.position.is_some()) {
            Some(tool) => Source { root: tool.sent(&source.root).into(), ..source },
            None => source,
        }
    }
}

async fn registered(
    name: &str,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> Result<Source, Failure> {
    let region = region.ok_or_else(|| {
        Failure::no_verdict("a registered task definition needs a region: pass --region")
    })?;
    let lookup = DescribeTaskDefinition { region: region.clone(), name: name.to_owned() };
    match run.learn(&lookup).await {
        Ok(Seen::Found(described)) => {
            Ok(Source::from_json_value(name, crate::document::Role::Definition, &described.json))
        }
        Ok(Seen::Absent(absence)) => Err(Failure::usage(format!(
            "{}, and no file with that name{}\n  Check the name, or the region with --region",
            absence.sentence,
            meant(Path::new(name))
        ))),
        Err(gap) => Err(unread(run, &gap)),
    }
}

/// The input itself could not be read from AWS: there is nothing to check.
pub(super) fn unread(run: &RunLoop, gap: &Gap) -> Failure {
    if let Some(signal) = run.interrupted() {
        return Failure::interrupted(signal);
    }
    Failure::no_verdict(format!("cannot read the task definition or service: {gap}"))
}
