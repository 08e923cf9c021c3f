//! The targets of a run: the definitions of its arguments, or live services.

use crate::cli::Judged;
use crate::commands::Failure;
use crate::commands::given::{Setting, live_service, updated_service};
use crate::commands::input::Given;
use crate::commands::live::{Chosen, ReadService, Running, Unread};
use crate::commands::parameters::Inputs;
use crate::document::overlay::{ImageOverlay, container_names};
use crate::lookup::Caller;
use crate::names::Region;
use crate::preflight::{Probe, RunLoop};
use crate::report::{LiveService, Target};
use crate::task::Task;

/// One target, as far as it could be read.
pub(super) struct Judgeable {
    source: String,
    service: Option<LiveService>,
    task: Result<Task, Unread>,
}

impl Judgeable {
    /// The check that reports a service that was not read.
    pub(super) fn unread(&self, target: usize) -> Option<Probe<'_>> {
        match (&self.task, &self.service) {
            (Err(unread), Some(service)) => unread.probe(target, service),
            _ => None,
        }
    }

    /// What the report says of it.
    pub(super) fn target(&self, region: Option<&Region>, caller: Option<&Caller>) -> Target {
        let service = self.service.clone();
        Target { service, ..target(&self.source, self.task(), region, caller) }
    }

    /// The task, if it could be read.
    pub(super) fn task(&self) -> Option<&Task> {
        self.task.as_ref().ok()
    }

    /// The file, the name of the registered definition, or the cluster and the name of the service.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    fn name(&self) -> &str {
        let service = self.service.as_ref().map(|service| service.name.as_str());
        service.or(self.task().and_then(family).map(String::as_str)).unwrap_or(&self.source)
    }
}

/// The tasks, with the indices of their targets.
pub(super) fn tasks(targets: &[Judgeable]) -> Vec<(usize, &Task)> {
    let targets = targets.iter().enumerate();
    targets.filter_map(|(at, it)| Some((at, it.task()?))).collect()
}

/// The tasks with their names.
pub(super) fn named(targets: &[Judgeable]) -> Vec<(&str, &Task)> {
    targets.iter().filter_map(|it| Some((it.name(), it.task()?))).collect()
}

/// What was judged: a definition, unless a live service is added.
pub(in crate::commands) fn target(
    source: &str,
    task: Option<&Task>,
    region: Option<&Region>,
    caller: Option<&Caller>,
) -> Target {
    Target {
        source: source.to_owned(),
        service: None,
        family: task.and_then(family).cloned(),
        region: region.map(ToString::to_string),
        account: caller.map(|caller| caller.account.to_string()),
        caller: caller.map(|caller| caller.arn.clone()),
    }
}

fn family(task: &Task) -> Option<&String> {
    task.definition.family.get().ok().flatten()
}

/// Every target: one argument may contain several.
pub(super) async fn read(
    judged: &Judged,
    given: &[Given],
    inputs: &Inputs,
    mut setting: Setting,
    run: &mut RunLoop<'_>,
) -> Result<Vec<Judgeable>, Failure> {
    let region = setting.home.clone();
    let mut live = live_service(&judged.place, region.as_ref(), run).await?;
    if !setting.documents_only {
        let flags = &setting.context;
        let updated = updated_service(&judged.place, flags, region.as_ref(), run).await;
        live = live.merge(updated);
    }
    setting.live = live;
    let mut targets = Vec::new();
    let is_nested = |it: &Given| matches!(it, Given::Nested(_));
    let arguments = || judged.definitions.iter().zip(given);
    let own = arguments().filter(|(_, it)| !is_nested(it));
    // What is nested has been judged then, unless its stack is not deployed.
    for (argument, given) in own.chain(arguments().filter(|(_, it)| is_nested(it))) {
        if let Given::Nested(template) = given
            && (template.flaw.is_some() || is_judged(&template.source.name, &targets))
        {
            continue;
        }
        for document in given.documents(inputs, region.as_ref(), run).await? {
            targets.push(Judgeable {
                source: document.label(argument).into_owned(),
                service: None,
                task: Ok(setting.task(document)?),
            });
        }
    }
    let is_laid = |it: &&ImageOverlay| {
        targets.iter().filter_map(Judgeable::task).any(|task| it.is_in(&task.source.root))
    };
    if let Some(image) = setting.images.iter().find(|it| !is_laid(it)) {
        let tasks = targets.iter().filter_map(Judgeable::task);
        let names: Vec<String> = tasks.flat_map(|it| container_names(&it.source.root)).collect();
        return Err(Failure::usage(image.is_nowhere(&names)));
    }
    Ok(targets)
}

/// Whether this file was judged as the template of a nested stack.
fn is_judged(file: &str, targets: &[Judgeable]) -> bool {
    let mut tasks = targets.iter().filter_map(Judgeable::task);
    tasks.any(|it| it.deployment.passed.iter().any(|it| *it.file == *file))
}

/// The live services that were chosen. Flags say where they would run instead.
pub(super) async fn services(
    chosen: &Chosen,
    setting: &Setting,
    run: &mut RunLoop<'_>,
) -> Result<Vec<Judgeable>, Failure> {
    let read = chosen.read(setting.home.as_ref(), run).await?.into_iter();
    let target = |ReadService { service, found }| {
        let source = format!("{}/{}", service.cluster, service.name);
        let task = match found {
            Ok(Running { definition, context }) => {
                Ok(setting.task_in(definition, context.merge(setting.context.clone()))?)
            }
            Err(unread) => Err(unread),
        };
        Ok(Judgeable { source, service: Some(service), task })
    };
    read.map(target).collect()
}
