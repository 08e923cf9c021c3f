//! The folder `cdk.out` of the AWS CDK.

use std::path::Path;

use super::Failure;
use super::files::file;
use super::templates::Template;
use crate::document::Role;
use crate::document::template::cdk::{self, MANIFEST};

/// How deep assemblies may be nested: a stage in a stage.
const NESTED: usize = 8;

/// The templates of the folder `cdk.out`.
///
/// # Errors
/// A folder of something else, or a file that cannot be read.
pub(super) fn cdk_out(folder: &Path) -> Result<Vec<Template>, Failure> {
    if !folder.join(MANIFEST).exists() {
        return Err(Failure::usage(format!(
            "{} is a folder without a {MANIFEST}\n  Pass a task definition, a template, or the folder cdk.out that `cdk synth` writes",
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
        return Err(Failure::usage(format!(
            "{} is not the manifest of a CDK assembly\n  Pass the folder cdk.out that `cdk synth` writes",
            path.display()
        )));
    };
    let mut pushed_tags = Vec::new();
    for name in &assembly.assets {
        pushed_tags.extend(cdk::image_tags(&file(&folder.join(name), Role::Context)?.root));
    }
    for stack in assembly.stacks {
        let source = file(&folder.join(&stack.template), Role::Definition)?;
        let pushed_tags = pushed_tags.clone();
        found.push(Template { source, stack: Some(stack), pushed_tags });
    }
    for nested in assembly.nested.iter().filter(|_| depth < NESTED) {
        self::assembly(&folder.join(nested), depth + 1, found)?;
    }
    Ok(())
}
