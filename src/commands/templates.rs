//! Templates and folders of the AWS CDK: from files to task definitions with their services.

use std::borrow::Cow;
use std::ffi::OsStr;

use super::nested::{self, Layer};
use super::parameters::Inputs;
use super::{Failure, created, elsewhere, stack};
use crate::document::template::cdk::Stack;
use crate::document::template::{self, Declared, Refused, Surroundings};
use crate::document::{InputError, RunContext, Source};
use crate::knowledge::Seen;
use crate::lookup::CallerIdentity;
use crate::lookup::ecs::DescribeService;
use crate::names::Region;
use crate::preflight::RunLoop;
use crate::task::{Deployment, StackUse, UnseenStack};

/// A document with one task definition.
#[derive(Clone)]
pub(super) struct Document {
    /// Its content.
    pub(super) source: Source,
    /// The service that runs it, if a template declares both.
    pub(super) service: Option<RunContext>,
    /// Its name in a template with others.
    pub(super) name: Option<String>,
    /// The only region that it can be used in, if there is one.
    pub(super) region: Option<String>,
    /// What deploys it.
    pub(super) deployment: Deployment,
}

impl From<Source> for Document {
    fn from(source: Source) -> Document {
        let deployment = Deployment::default();
        Document { source, service: None, name: None, region: None, deployment }
    }
}

impl Document {
    /// What a report calls it, if the argument is this.
    pub(super) fn label<'a>(&self, argument: &'a OsStr) -> Cow<'a, str> {
        let argument = argument.to_string_lossy();
        match &self.name {
            Some(name) => format!("{argument}#{name}").into(),
            None => argument,
        }
    }
}

/// A template, and what is known of the stack that is made of it.
#[derive(Clone)]
pub(super) struct Template {
    pub(super) source: Source,
    /// The stack, if it is one of a folder.
    pub(super) stack: Option<Stack>,
    /// The tags of images that are pushed before the stack is deployed.
    pub(super) pushed_tags: Vec<String>,
    /// Why it cannot be judged on its own, whatever the account is.
    pub(super) flaw: Option<InputError>,
}

impl Template {
    /// A template in a file.
    pub(super) fn of(source: Source) -> Template {
        let flaw = template::examine(&source).err();
        Template { source, stack: None, pushed_tags: Vec::new(), flaw }
    }

    /// Whether the stack is for the region and the account of this run.
    fn is_for(&self, region: Option<&Region>, account: Option<&str>) -> bool {
        let Some(stack) = &self.stack else { return true };
        let fits = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|it| given.is_none_or(|given| given == it))
        };
        fits(&stack.region, region.map(Region::as_str)) && fits(&stack.account, account)
    }
}

/// The task definitions of templates. Their expressions may name the region and the account. Stacks for another
/// region or account, and stacks of a folder without a definition, are left out.
pub(super) async fn declared(
    templates: &[Template],
    inputs: &Inputs,
    region: Option<&Region>,
    run: &mut RunLoop<'_>,
) -> Result<Vec<Document>, Failure> {
    let account = account(region, run).await;
    let is_named = |it: &Template, name: &str| match &it.stack {
        Some(stack) => stack.name == name,
        None => true,
    };
    if let Some(name) = &inputs.stack
        && !templates.iter().any(|it| is_named(it, name))
    {
        return Err(Failure::usage(format!(
            "no stack in this folder is named {name}\n  It has {}",
            stacks(templates)
        )));
    }
    let mut all = Vec::new();
    for template in templates.iter().filter(|it| it.is_for(region, account.as_deref())) {
        let mut known = Surroundings {
            region: region.cloned(),
            account: account.clone(),
            parameters: inputs.values.clone(),
            pushed_tags: template.pushed_tags.clone(),
            exports: stack::imported(&template.source, region, run).await,
            ..Surroundings::default()
        };
        let live = inputs.stack.as_deref().filter(|name| is_named(template, name));
        if let Some(stack) = &template.stack {
            for (name, value) in &stack.parameters {
                known.parameters.entry(name.clone()).or_insert_with(|| value.clone());
            }
            let stack_name = known.parameters.entry("AWS::StackName".to_owned());
            stack_name.or_insert_with(|| stack.name.clone());
            known.account = known.account.or_else(|| stack.account.clone());
            known.region = known.region.or_else(|| stack.region.as_ref()?.parse().ok());
        }
        if let Some(name) = live {
            stack::read(name, &mut known, run).await?;
        }
        let stack = live.zip(known.region.clone()).map(|(name, region)| StackUse {
            name: name.to_owned(),
            region,
            by_cdk: template.stack.is_some(),
        });
        let (found, nested) = in_layers(template, known, inputs, run).await?;
        let first = Deployment { stack: stack.clone(), ..nested };
        // What is not known of the template is said once.
        let others = Deployment { stack, ..Deployment::default() };
        let deployments = std::iter::once(first).chain(std::iter::repeat(others));
        all.extend(found.into_iter().zip(deployments));
    }
    if all.is_empty() {
        return Err(nothing(templates, region, account.as_deref()));
    }
    let several = all.len() > 1;
    let mut documents = Vec::new();
    for (declared, deployment) in all {
        let Declared { name, definition, service, service_exists } = declared;
        let service = match service.as_ref().map(RunContext::declared_service) {
            Some(context) => {
                let exists = match service_exists {
                    Some(exists) => exists,
                    None => is_active(&context, region, run).await,
                };
                Some(if exists { context.of_existing() } else { context })
            }
            None => None,
        };
        let name = several.then_some(name);
        documents.push(Document { source: definition, service, name, region: None, deployment });
    }
    Ok(documents)
}

/// The names of the stacks of a folder.
fn stacks(templates: &[Template]) -> String {
    let names = templates.iter().filter_map(|it| Some(&*it.stack.as_ref()?.name));
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "no stack".to_owned() } else { names.join(", ") }
}

/// The task definitions of a template and of its nested stacks, and what is known of these. Most stacks of an
/// application have no definition.
async fn in_layers(
    template: &Template,
    known: Surroundings,
    inputs: &Inputs,
    run: &mut RunLoop<'_>,
) -> Result<(Vec<Declared>, Deployment), Failure> {
    let layers = nested::layers(&template.source, known, &inputs.passed, run).await?;
    for Layer { source, known, uncertain, .. } in &layers {
        created::affect(source, known, run);
        if uncertain.is_none() {
            created::declare(source, known, run);
        }
    }
    let deployment = Deployment {
        stack: None,
        unseen: layers.iter().flat_map(|it| it.unseen.iter().cloned()).collect(),
        passed: layers.iter().flat_map(|it| it.passed.iter().cloned()).collect(),
    };
    let mut all = Vec::new();
    for layer in &layers {
        let found = match template::is_plan(&layer.source) {
            true => template::declared(&layer.source, &layer.known),
            false => template::declared_if_any(&layer.source, &layer.known).map_err(Refused::from),
        };
        let found = found.map_err(|error| refused(&layer.source, error))?;
        if let (Some(why), false) = (&layer.uncertain, found.is_empty()) {
            let stack = layer.path.trim_end_matches('/');
            let source = &template.source.name;
            return Err(Failure::usage(format!(
                "{source}: whether the nested stack {stack} is created is not known: {why}"
            )));
        }
        let stack = template.stack.as_ref().map_or_else(String::new, |it| format!("{}/", it.name));
        all.extend(found.into_iter().map(|declared| {
            let name = format!("{stack}{}{}", layer.path, declared.name);
            Declared { name, ..declared }
        }));
    }
    if let (true, None, Some(root)) = (all.is_empty(), &template.stack, layers.first()) {
        let found = template::declared(&root.source, &root.known);
        return match found {
            Ok(found) => Ok((found, deployment)),
            Err(error) => Err(with_unseen(refused(&root.source, error), &deployment.unseen)),
        };
    }
    Ok((all, deployment))
}

/// The error for a template without a task definition, with the nested stacks that may have one.
fn with_unseen(failure: Failure, unseen: &[UnseenStack]) -> Failure {
    let message = unseen.iter().fold(failure.message, |all, it| format!("{all}\n  {}", it.why));
    Failure { message, ..failure }
}

/// The error for a template or a plan without a task definition for this run.
fn refused(source: &Source, error: Refused) -> Failure {
    match error {
        Refused::Input(error) => Failure::input(source, error),
        Refused::Elsewhere(it) => {
            let flags = elsewhere::flags(it.region.as_deref(), it.account.as_deref());
            Failure::no_verdict(source.explain(it.error.hint(format!("pass {flags}"))))
        }
    }
}

/// The account of the run, if the caller's identity can be read.
async fn account(region: Option<&Region>, run: &mut RunLoop<'_>) -> Option<String> {
    match run.learn(&CallerIdentity { region: region?.clone() }).await {
        Ok(Seen::Found(caller)) => Some(caller.account.to_string()),
        Ok(Seen::Absent(_)) | Err(_) => None,
    }
}

/// The error for stacks of which none is for this run, or none has a task definition.
fn nothing(templates: &[Template], region: Option<&Region>, account: Option<&str>) -> Failure {
    let others = templates.iter().filter(|it| !it.is_for(region, account));
    let others: Vec<&Stack> = others.filter_map(|it| it.stack.as_ref()).collect();
    if others.is_empty() {
        return Failure::usage(format!(
            "no stack in this folder creates an AWS::ECS::TaskDefinition; it has {}\n  Pass the folder of the application that creates one",
            stacks(templates)
        ));
    }
    let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "any".to_owned());
    let place = |it: &&Stack| {
        format!("{} (account {}, region {})", it.name, part(&it.account), part(&it.region))
    };
    let places: Vec<String> = others.iter().map(place).collect();
    let advice = others.iter().map(|it| {
        let other = |wanted: &Option<String>, here: Option<&str>| {
            wanted.clone().filter(|it| here.is_some_and(|here| here != it))
        };
        let region = other(&it.region, region.map(Region::as_str));
        let account = other(&it.account, account);
        let flags = elsewhere::flags(region.as_deref(), account.as_deref());
        format!("\n  Pass {flags} for {}", it.name)
    });
    Failure::no_verdict(format!(
        "no task definition is for the account and region of this run; there is {}{}",
        places.join(", "),
        advice.collect::<String>()
    ))
}

/// Whether the service is active already, so that the deployment updates it.
async fn is_active(context: &RunContext, region: Option<&Region>, run: &mut RunLoop<'_>) -> bool {
    let request = &context.request;
    let (Some(region), Ok(Some(service)), Ok(cluster)) =
        (region, request.service_name.get(), request.cluster.get())
    else {
        return false;
    };
    let lookup = DescribeService {
        region: region.clone(),
        cluster: cluster.cloned(),
        service: service.clone(),
    };
    match run.learn(&lookup).await {
        Ok(Seen::Found(found)) => found.json.get("status").is_some_and(|it| it == "ACTIVE"),
        Ok(Seen::Absent(_)) | Err(_) => false,
    }
}
