//! The folder `cdk.out` of the AWS CDK.

use std::path::Path;

use super::Failure;
use super::files::file;
use super::templates::Template;
use crate::document::node::{Entry, Node};
use crate::document::template::cdk::{self, MANIFEST};
use crate::document::{InputError, Role, Source};

/// How deep assemblies may be nested: a stage in a stage.
const NESTED: usize = 8;

/// The templates of the folder `cdk.out`.
///
/// # Errors
/// A folder of something else, or a file that cannot be read.
pub(super) fn cdk_out(folder: &Path) -> Result<Vec<Template>, Failure> {
    if !folder.join(MANIFEST).exists() {
        let inner = folder.join("cdk.out");
        let advice = match inner.join(MANIFEST).exists() {
            true => format!("Pass the folder of the assembly: {}", inner.display()),
            false => "Pass a file, or the folder cdk.out that `cdk synth` writes".to_owned(),
        };
        return Err(Failure::usage(format!(
            "{} is a folder without a {MANIFEST}\n  {advice}",
            folder.display()
        )));
    }
    let mut found = Vec::new();
    assembly(folder, 0, &mut found)?;
    Ok(found)
}

fn assembly(folder: &Path, depth: usize, found: &mut Vec<Template>) -> Result<(), Failure> {
    let path = folder.join(MANIFEST);
    let manifest = file(&path, Role::Context)?;
    let Some(assembly) = cdk::assembly(&manifest.root) else {
        return Err(Failure::input(&manifest, flaw(&manifest)));
    };
    let mut pushed_tags = Vec::new();
    for name in &assembly.assets {
        pushed_tags.extend(cdk::image_tags(&file(&folder.join(name), Role::Context)?.root));
    }
    for stack in assembly.stacks {
        let source = file(&folder.join(&stack.template), Role::Definition).map_err(|failure| {
            let message = format!(
                "{}\n  {} names this file as the template of {}",
                failure.message,
                path.display(),
                stack.name
            );
            Failure { message, ..failure }
        })?;
        let pushed_tags = pushed_tags.clone();
        found.push(Template { source, stack: Some(stack), pushed_tags, flaw: None });
    }
    for nested in assembly.nested.iter().filter(|_| depth < NESTED) {
        self::assembly(&folder.join(nested), depth + 1, found)?;
    }
    Ok(())
}

/// Why a manifest cannot be used.
fn flaw(manifest: &Source) -> InputError {
    let error = |node: &Node, message: String| {
        InputError::new(&manifest.name, message)
            .at_position(node.place.position)
            .hint("run `cdk synth` again, and pass the folder cdk.out that it writes")
    };
    let artifacts = manifest.root.get("artifacts").map_or(&[][..], Node::entries).iter();
    let mut stacks = artifacts.filter(|it| {
        let kind = it.node.get("type").and_then(Node::text);
        kind == Some("aws:cloudformation:stack")
    });
    let names_template =
        |it: &Entry| it.node.get("properties")?.get("templateFile")?.text().map(str::to_owned);
    match stacks.find(|it| names_template(it).is_none()) {
        Some(it) => error(&it.node, format!("the stack {} has no `templateFile`", it.key)),
        None => error(&manifest.root, "this is not the manifest of a CDK assembly".to_owned()),
    }
}
