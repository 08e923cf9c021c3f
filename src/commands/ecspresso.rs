//! The configuration of ecspresso, with the files that it names (<https://github.com/kayac/ecspresso>).

use std::path::Path;

use super::Failure;
use super::files::file;
use super::templates::Document;
use crate::document::ecspresso::{Ecspresso, Kept};
use crate::document::kind::Kind;
use crate::document::{Node, Role, RunContext, Source};

/// Reads the files of a configuration.
///
/// # Errors
/// A file that cannot be read, or one in Jsonnet.
pub(super) fn document(configuration: &Source) -> Result<Document, Failure> {
    Ecspresso::examine(&configuration.name, &configuration.root)
        .map_err(|error| Failure::input(configuration, error))?;
    let place = Path::new(&*configuration.name);
    let folder = place.parent().unwrap_or(Path::new(""));
    let Ecspresso { task_definition, service_definition, region, kept } = Ecspresso::of(
        &Node::clone(&configuration.root).in_role(Role::Context),
    )
    .ok_or_else(|| Failure::usage(format!("{} names no task definition", configuration.name)))?;
    // An error in one of its files also says where the file is named.
    let named = |key: &str, failure: Failure| match configuration.root.get(key) {
        Some(Node { place, .. }) => {
            let message = match failure.message.starts_with("cannot read") {
                true => format!("{place}: {}", failure.message),
                false => format!("{}\n  {place} names this file as `{key}`", failure.message),
            };
            Failure { message, ..failure }
        }
        None => failure,
    };
    let definition = file(&folder.join(task_definition), Role::Definition).and_then(|source| {
        let known = Kind::of(&source).map_err(|error| Failure::input(&source, error));
        known.map(|_| source)
    });
    let source = definition.map_err(|failure| named("task_definition", failure))?;
    let read = |name: String| {
        let source = file(&folder.join(name), Role::Context)?;
        RunContext::service_definition(&source).map_err(|error| Failure::input(&source, error))
    };
    let service = service_definition.map(read).transpose();
    let service = service.map_err(|failure| named("service_definition", failure))?;
    let context = service.unwrap_or_else(RunContext::flags);
    let Kept { cluster, service } = kept;
    let request = crate::document::run_context::Request {
        cluster: cluster.or(context.request.cluster.clone()),
        service_name: service.or(context.request.service_name.clone()),
        ..context.request
    };
    let service = Some(RunContext { request, ..context });
    Ok(Document { service, region, ..Document::from(source) })
}
