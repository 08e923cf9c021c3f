//! Nested stacks: a template with the templates that it deploys.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;

use super::files::file;
use super::passed::PassedTemplates;
use super::{Failure, stack};
use crate::document::node::Node;
use crate::document::template::{self, NestedStack, Surroundings, is_template};
use crate::document::{Role, Source};
use crate::preflight::RunLoop;
use crate::task::{PassedTemplate, UnseenStack};

/// How deep stacks may be nested.
const DEPTH: usize = 8;

/// How many templates are read for one.
const MOST: usize = 5000;

/// A template, and what is known of its stack.
pub(super) struct Layer<'t> {
    /// The names of the stacks around it: `Web/Service/`.
    pub(super) path: String,
    pub(super) source: Cow<'t, Source>,
    pub(super) known: Surroundings,
    /// Why it is not known whether it is deployed.
    pub(super) uncertain: Option<String>,
    /// The stacks in it whose templates are not known.
    pub(super) unseen: Vec<UnseenStack>,
    /// Those whose templates are among the files of the run.
    pub(super) passed: Vec<PassedTemplate>,
}

impl<'t> Layer<'t> {
    fn of(source: Cow<'t, Source>, known: Surroundings) -> Layer<'t> {
        let (path, uncertain) = (String::new(), None);
        Layer { path, source, known, uncertain, unseen: Vec::new(), passed: Vec::new() }
    }
}

type Layers<'t> = Result<Vec<Layer<'t>>, Failure>;

/// Where templates of nested stacks are looked for, and how many may still be read.
struct Search<'a> {
    passed: &'a PassedTemplates,
    left: usize,
}

/// The template and those in it, each with what the others pass and return.
///
/// # Errors
/// A file with a template cannot be read.
pub(super) async fn layers<'t>(
    source: &'t Source,
    known: Surroundings,
    passed: &PassedTemplates,
    run: &mut RunLoop<'_>,
) -> Layers<'t> {
    let mut search = Search { passed, left: MOST };
    expand(Layer::of(Cow::Borrowed(source), known), 0, &mut search, run).await
}

fn expand<'a, 't: 'a>(
    mut layer: Layer<'t>,
    depth: usize,
    search: &'a mut Search<'_>,
    run: &'a mut RunLoop<'_>,
) -> Pin<Box<dyn Future<Output = Layers<'t>> + 'a>> {
    Box::pin(async move {
        let mut below = Vec::new();
        let mut files: BTreeMap<String, Result<Read, String>> = BTreeMap::new();
        let mut read_with = Vec::new();
        // A stack may get what another one returns: until what they get is the same as before.
        for _ in 0..=template::nested(&layer.source, &layer.known).len() {
            let stacks = template::nested(&layer.source, &layer.known);
            if stacks == read_with {
                break;
            }
            below.clear();
            layer.unseen.clear();
            layer.passed.clear();
            for nested in &stacks {
                if !files.contains_key(&nested.id) {
                    files.insert(nested.id.clone(), read(nested, &layer, search.passed)?);
                }
                let source = match files.get(&nested.id) {
                    Some(Ok(Read { source, passed })) => {
                        layer.passed.extend(passed.clone());
                        source.clone()
                    }
                    Some(Err(why)) => {
                        layer.known.outputs.add(&nested.id, Err(why.clone()));
                        let (place, file) = (nested.place.clone(), nested.file_name());
                        layer.unseen.push(UnseenStack { place, why: why.clone(), file });
                        continue;
                    }
                    None => continue,
                };
                if depth >= DEPTH || search.left == 0 {
                    return Err(Failure::usage(format!(
                        "{} nests stacks more than {DEPTH} levels deep, or too many of them",
                        source.name
                    )));
                }
                search.left -= 1;
                let known = surroundings(&layer.known, nested, &source, run).await?;
                let path = format!("{}{}/", layer.path, nested.id);
                let uncertain = layer.uncertain.clone().or_else(|| nested.uncertain.clone());
                let inner = Layer::of(Cow::Owned(source), known);
                let inner =
                    expand(Layer { path, uncertain, ..inner }, depth + 1, search, run).await?;
                if let Some(it) = inner.first() {
                    let outputs = template::outputs(&it.source, &it.known);
                    layer.known.outputs.add(&nested.id, Ok(outputs));
                }
                below.extend(inner);
            }
            read_with = stacks;
        }
        below.insert(0, layer);
        Ok(below)
    })
}

/// A template of a nested stack.
struct Read {
    source: Source,
    /// If it is among the files of the run.
    passed: Option<PassedTemplate>,
}

/// The template of a nested stack, or why it is not known.
fn read(
    nested: &NestedStack,
    layer: &Layer<'_>,
    passed: &PassedTemplates,
) -> Result<Result<Read, String>, Failure> {
    let from = &layer.source;
    let taken = |file: &Source, is_copy: bool| {
        let id = format!("{}{}", layer.path, nested.id);
        PassedTemplate { id, file: file.name.clone(), is_copy }
    };
    let folder = Path::new(&*from.name).parent().unwrap_or(Path::new(""));
    let path = nested.file.as_ref().map(|it| folder.join(it));
    // A template may be judged without the folder that it was written to.
    let why = match path {
        Ok(path) if path.is_file() => {
            let source = file(&path, Role::Definition)?;
            if !is_template(&source) {
                return Err(Failure::usage(format!(
                    "{} is no CloudFormation template\n  It is the template of the nested stack {}",
                    source.name, nested.id
                )));
            }
            let passed = passed.at(&path).map(|it| taken(it, false));
            return Ok(Ok(Read { source, passed }));
        }
        Ok(path) => {
            format!("the template of the nested stack {} is not in {}", nested.id, path.display())
        }
        Err(why) => why.clone(),
    };
    Ok(match passed.like(nested, from) {
        Ok(None) => Err(why),
        Ok(Some(it)) => Ok(Read { source: it.clone(), passed: Some(taken(it, true)) }),
        Err(other) => Err(format!("{why}, and {other}")),
    })
}

/// What is known of a nested stack.
async fn surroundings(
    outer: &Surroundings,
    nested: &NestedStack,
    source: &Source,
    run: &mut RunLoop<'_>,
) -> Result<Surroundings, Failure> {
    let stack = outer.label();
    let label = stack.map_or_else(|| nested.id.clone(), |it| format!("{it}-{}", nested.id));
    let pseudo = |name: &str| name.starts_with("AWS::") && name != "AWS::StackName";
    let given = outer.parameters.iter().filter(|(name, _)| pseudo(name));
    let mut known = Surroundings {
        region: outer.region.clone(),
        account: outer.account.clone(),
        parameters: given.map(|(name, value)| (name.clone(), value.clone())).collect(),
        pushed_tags: outer.pushed_tags.clone(),
        nested_as: Some(label),
        exports: stack::imported(source, outer.region.as_ref(), run).await,
        ..Surroundings::default()
    };
    for (name, value) in &nested.parameters {
        match value {
            Ok(value) => _ = known.parameters.insert(name.clone(), value.clone()),
            Err(why) if name == template::ALL => {
                let names = source.root.get("Parameters").map_or(&[][..], Node::entries).iter();
                known.passed.extend(names.map(|it| (it.key.to_string(), why.clone())));
            }
            Err(why) => _ = known.passed.insert(name.clone(), why.clone()),
        }
    }
    let live = outer.live.as_ref().and_then(|it| it.resources.get(&nested.id));
    // `arn:aws:cloudformation:eu-west-1:111122223333:stack/NAME/0f4c2a`
    if let Some(name) = live.and_then(|it| it.id.split(":stack/").nth(1)?.split('/').next()) {
        stack::read(name, &mut known, run).await?;
    }
    if let Some(live) = &mut known.live {
        live.changed.extend(known.passed.keys().cloned());
    }
    Ok(known)
}
