//! The configuration of ecspresso, with the files that it names (<https://github.com/kayac/ecspresso>).

use std::path::Path;

use super::Failure;
use super::files::file;
use super::templates::Document;
use crate::document::ecspresso::{Ecspresso, Kept};
use crate::document::{Role, RunContext, Source};

/// Reads the files of a configuration.
///
/// # Errors
/// A file that cannot be read, or one in Jsonnet.
pub(super) fn document(configuration: &Source) -> Result<Document, Failure> {
    let place = Path::new(&*configuration.name);
    let folder = place.parent().unwrap_or(Path::new(""));
    let Ecspresso { task_definition, service_definition, region, kept } =
        Ecspresso::of(&configuration.root.clone().in_role(Role::Context)).ok_or_else(|| {
            Failure::usage(format!("{} names no task definition", configuration.name))
        })?;
    let position = |key: &str| configuration.root.get(key).map(|it| format!("{}: ", it.place));
    let read = |key: &str, name: &str, role: Role| match name.ends_with(".jsonnet") {
        false => file(&folder.join(name), role).map_err(|failure| {
            let at = position(key).filter(|_| !folder.join(name).exists()).unwrap_or_default();
            Failure { message: format!("{at}{}", failure.message), ..failure }
        }),
        true => Err(Failure::usage(format!(
            "{} is in Jsonnet, which is not read\n  Render it, and pass the result: ecspresso render taskdef > taskdef.json",
            folder.join(name).display()
        ))),
    };
    let source = read("task_definition", &task_definition, Role::Definition)?;
    let service = match service_definition {
        Some(name) => {
            let source = read("service_definition", &name, Role::Context)?;
            Some(RunContext::service_definition(&source).map_err(Failure::usage)?)
        }
        None => None,
    };
    let context = service.unwrap_or_else(RunContext::flags);
    let Kept { cluster, service } = kept;
    let request = crate::document::run_context::Request {
        cluster: cluster.or(context.request.cluster.clone()),
        service_name: service.or(context.request.service_name.clone()),
        ..context.request
    };
    let service = Some(RunContext { request, ..context });
    Ok(Document { source, service, name: None, region })
}
