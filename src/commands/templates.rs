//! Templates and folders of the AWS CDK: from files to task definitions with their services.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde_json::json;

use super::nested::{self, Layer};
use super::parameters::Inputs;
use super::{Failure, elsewhere, stack};
use crate::document::template::cdk::Stack;
use crate::document::template::{
    self, Affected, Declared, DeclaredRole, Described, DescribedKind, Refused, Surroundings,
};
use crate::document::{RunContext, Source};
use crate::knowledge::{Gap, Seen};
use crate::lookup::CallerIdentity;
use crate::lookup::ecs::DescribeService;
use crate::lookup::iam::role::{
    GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies,
};
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::DescribeParameter;
use crate::names::Region;
use crate::preflight::RunLoop;

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
}

impl From<Source> for Document {
    fn from(source: Source) -> Document {
        Document { source, service: None, name: None, region: None }
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
pub(super) struct Template {
    pub(super) source: Source,
    /// The stack, if it is one of a folder.
    pub(super) stack: Option<Stack>,
    /// The tags of images that are pushed before the stack is deployed.
    pub(super) pushed_tags: Vec<String>,
}

impl Template {
    /// A template in a file.
    pub(super) fn of(source: Source) -> Template {
        Template { source, stack: None, pushed_tags: Vec::new() }
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
        let found = in_layers(template, known, run).await?;
        all.extend(found);
    }
    if all.is_empty() {
        return Err(nothing(templates, region, account.as_deref()));
    }
    let several = all.len() > 1;
    let mut documents = Vec::new();
    for Declared { name, definition, service, service_exists } in all {
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
        documents.push(Document { source: definition, service, name, region: None });
    }
    Ok(documents)
}

/// The names of the stacks of a folder.
fn stacks(templates: &[Template]) -> String {
    let names = templates.iter().filter_map(|it| Some(&*it.stack.as_ref()?.name));
    let names: Vec<&str> = names.collect();
    if names.is_empty() { "no stack".to_owned() } else { names.join(", ") }
}

/// The task definitions of a template and of its nested stacks. Most stacks of an application have none.
async fn in_layers(
    template: &Template,
    known: Surroundings,
    run: &mut RunLoop<'_>,
) -> Result<Vec<Declared>, Failure> {
    let layers = nested::layers(&template.source, known, run).await?;
    for Layer { source, known, uncertain, .. } in &layers {
        for Affected { name, why } in template::affected(source, known) {
            run.declared().affect(name, why);
        }
        if uncertain.is_none() {
            declare_roles(source, known, run);
            declare_resources(source, known, run);
        }
    }
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
        return found.map_err(|error| refused(&root.source, error));
    }
    Ok(all)
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

/// Makes the roles of a template known to the run.
fn declare_roles(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    let Some(region) = &known.region else { return };
    for role in template::roles(source, known) {
        let DeclaredRole { name, arn, path, trust, boundary, tags, attached, inline, before } =
            role;
        let facts = run.declared();
        facts.create_exactly(name.clone());
        facts.create(arn.clone());
        let unknown = |why: String| Gap::Unresolved { why };
        let found = trust.and_then(|trust| Ok((trust, boundary?, tags?)));
        let found = found.map(|(trust, boundary, tags)| {
            let tags: BTreeMap<String, String> = tags.into_iter().collect();
            json!({"arn": arn, "id": "", "path": path, "created": "", "trust": trust,
                "boundary": boundary, "tags": tags})
        });
        let asked = GetRole { region: region.clone(), name: name.clone() };
        facts.add(&asked, found.map_err(unknown));
        let mut policies = Vec::new();
        for (number, (policy, document)) in (1..).zip(inline) {
            // Two policies of one name would be one.
            let policy = match policies.contains(&policy) {
                true => format!("{policy} ({number})"),
                false => policy,
            };
            let asked = GetRolePolicy::of(region, &name, &policy);
            facts.add(&asked, document.map_err(unknown));
            policies.push(policy);
        }
        let names = ListRolePolicies::of(region, &name);
        let arns = ListAttachedRolePolicies::of(region, &name);
        match before {
            Some(managed) => {
                facts.add_list(&names, policies, Vec::new());
                facts.add_list(&arns, attached, managed);
            }
            None => {
                facts.add(&names, Ok(json!(policies)));
                facts.add(&arns, Ok(json!(attached)));
            }
        }
    }
}

/// Makes the log groups, secrets and parameters of a template known to the run.
fn declare_resources(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    let Some(region) = &known.region else { return };
    for it in template::described(source, known) {
        let Described { kind, name, arn, class, kms_key, has_value, id: _ } = it;
        let facts = run.declared();
        facts.create(arn.clone());
        facts.create_exactly(name.clone());
        let key = kms_key.map_err(|why| Gap::Unresolved { why });
        match kind {
            DescribedKind::LogGroup => {
                let class = class.unwrap_or_else(|| "STANDARD".to_owned());
                let found = key.map(|key| json!({"arn": arn, "class": class, "kms_key": key}));
                if let Ok(name) = name.parse() {
                    facts.add(&DescribeLogGroup { region: region.clone(), name }, found);
                }
            }
            DescribedKind::Secret => {
                let why = format!("the template gives the secret {name} no value");
                let key = if has_value { key } else { Err(Gap::Unresolved { why }) };
                let found = key.map(|key| {
                    json!({"arn": arn, "kms_key": key, "deleted": null,
                        "versions": {"first": ["AWSCURRENT"]}, "tags": null})
                });
                let unsuffixed = arn.rsplit_once('-').map_or(&*arn, |(start, _)| start);
                for id in [&*name, unsuffixed, &*arn] {
                    let id = id.to_owned();
                    facts.create_exactly(id.clone());
                    facts.add(&DescribeSecret { region: region.clone(), id }, found.clone());
                }
            }
            DescribedKind::Parameter => {
                let found = key.map(|key| json!({"name": name, "kms_key": key, "tier": null}));
                let asked = DescribeParameter { region: region.clone(), name, shared: None };
                facts.add(&asked, found);
            }
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
