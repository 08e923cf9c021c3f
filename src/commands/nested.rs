//! Nested stacks: a template with the templates that it deploys.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::pin::Pin;

use super::files::file;
use super::{Failure, stack};
use crate::document::node::Node;
use crate::document::template::{self, NestedStack, Surroundings, is_template};
use crate::document::{Role, Source};
use crate::preflight::RunLoop;

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
    /// Why the templates of stacks in it are not known.
    pub(super) unseen: Vec<String>,
}

type Layers<'t> = Result<Vec<Layer<'t>>, Failure>;

/// The template and those in it, each with what the others pass and return.
///
/// # Errors
/// A file with a template cannot be read.
pub(super) async fn layers<'t>(
    source: &'t Source,
    known: Surroundings,
    run: &mut RunLoop<'_>,
) -> Layers<'t> {
    let source = Cow::Borrowed(source);
    let root = Layer { path: String::new(), source, known, uncertain: None, unseen: Vec::new() };
    let mut left = MOST;
    expand(root, 0, &mut left, run).await
}

fn expand<'a, 't: 'a>(
    mut layer: Layer<'t>,
    depth: usize,
    left: &'a mut usize,
    run: &'a mut RunLoop<'_>,
) -> Pin<Box<dyn Future<Output = Layers<'t>> + 'a>> {
    Box::pin(async move {
        let mut below = Vec::new();
        let mut files: BTreeMap<String, Result<Source, String>> = BTreeMap::new();
        let mut read_with = Vec::new();
        // A stack may get what another one returns: until what they get is the same as before.
        for _ in 0..=template::nested(&layer.source, &layer.known).len() {
            let stacks = template::nested(&layer.source, &layer.known);
            if stacks == read_with {
                break;
            }
            below.clear();
            layer.unseen.clear();
            for nested in &stacks {
                if !files.contains_key(&nested.id) {
                    files.insert(nested.id.clone(), read(nested, &layer.source)?);
                }
                let source = match files.get(&nested.id) {
                    Some(Ok(source)) => source.clone(),
                    Some(Err(why)) => {
                        layer.known.outputs.add(&nested.id, Err(why.clone()));
                        layer.unseen.push(why.clone());
                        continue;
                    }
                    None => continue,
                };
                if depth >= DEPTH || *left == 0 {
                    return Err(Failure::usage(format!(
                        "{} nests stacks more than {DEPTH} levels deep, or too many of them",
                        source.name
                    )));
                }
                *left -= 1;
                let known = surroundings(&layer.known, nested, &source, run).await?;
                let path = format!("{}{}/", layer.path, nested.id);
                let uncertain = layer.uncertain.clone().or_else(|| nested.uncertain.clone());
                let source = Cow::Owned(source);
                let inner = Layer { path, source, known, uncertain, unseen: Vec::new() };
                let inner = expand(inner, depth + 1, left, run).await?;
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

/// The template of a nested stack, or why it is not known.
fn read(nested: &NestedStack, from: &Source) -> Result<Result<Source, String>, Failure> {
    let path = match &nested.file {
        Ok(path) => Path::new(&*from.name).parent().unwrap_or(Path::new("")).join(path),
        Err(why) => return Ok(Err(why.clone())),
    };
    // A template may be judged without the folder that it was written to.
    if !path.is_file() {
        let (id, path) = (&nested.id, path.display());
        return Ok(Err(format!("the template of the nested stack {id} is not in {path}")));
    }
    let source = file(&path, Role::Definition)?;
    match is_template(&source) {
        true => Ok(Ok(source)),
        false => Err(Failure::usage(format!(
            "{} is no CloudFormation template\n  It is the template of the nested stack {}",
            source.name, nested.id
        ))),
    }
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
