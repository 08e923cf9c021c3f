//! The environment files of a task.

use super::subject::text;
use super::{ContainerUse, Planned, Subject, Subjects, Task, Written, items, object};
use crate::document::container::EnvironmentFile;
use crate::document::run_context::ContainerOverride;
use crate::document::{Container, Field, Place};
use crate::knowledge::Stop;
use crate::names::S3Object;

/// One environment file.
#[derive(Clone, Copy)]
pub struct EnvironmentFileUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container.
    pub container: &'t Container,
    /// The file.
    pub file: &'t EnvironmentFile,
}

impl Task {
    /// Each environment file that the containers start with: those of run-task's overrides, otherwise
    /// those of the definition.
    pub fn environment_files(&self) -> Vec<Planned<EnvironmentFileUse<'_>>> {
        let mut found = Vec::new();
        let overrides = items(&self.context.overrides.container_overrides, &mut found);
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(ContainerUse { task, container }) => {
                    let files = items(files_of(container, overrides), &mut found);
                    found.extend(
                        files.iter().map(|file| Ok(EnvironmentFileUse { task, container, file })),
                    );
                }
            }
        }
        found
    }
}

/// Files of an override come instead of those of the definition
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html>).
fn files_of<'t>(
    container: &'t Container,
    overrides: &'t [ContainerOverride],
) -> &'t Field<Vec<EnvironmentFile>> {
    let name = container.name.get().ok().flatten();
    let is_of = |it: &&ContainerOverride| name.is_some() && it.name.get().ok().flatten() == name;
    let names_any =
        |it: &&Field<Vec<EnvironmentFile>>| it.items().map_or(true, |files| !files.is_empty());
    let mut changed = overrides.iter().filter(is_of).map(|it| &it.environment_files);
    changed.rfind(names_any).unwrap_or(&container.environment_files)
}

impl EnvironmentFileUse<'_> {
    /// The S3 object, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that is no ARN of an S3 object.
    pub fn object(&self) -> Result<S3Object, Stop> {
        object(&self.file.value, self.task)
    }
}

impl Subject for EnvironmentFileUse<'_> {
    const KIND: &'static str = "environment file";

    fn place(&self) -> &Place {
        self.file.value.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(&self.file.value)
    }
}

impl<'t> Written<'t> for EnvironmentFileUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.environment_files())
    }
}
