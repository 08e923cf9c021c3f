//! The subjects of checks: those in the documents, and those that the account lists.

use super::{ContainerUse, ImageUse, Planned, Task};
use crate::document::{Container, Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::verdict::Skip;

/// All subjects of one kind in a task; or why there are none.
pub type Subjects<S> = Result<Vec<Planned<S>>, Skip>;

/// The subject of a check, for which it gives one result.
pub trait Subject {
    /// Its kind, for the sentence that a task has none: `secret`.
    const KIND: &'static str;

    /// Where it is written. For what only the account lists: the place that points to it.
    fn place(&self) -> &Place;

    /// The container that it belongs to.
    fn container(&self) -> Option<&Container> {
        None
    }

    /// What it is: an ARN, an image, a name.
    fn resource(&self) -> Option<String>;
}

/// A subject in the documents.
pub trait Written<'t>: Subject + Sized + 't {
    /// All of them in a task, in the order of the document.
    fn all(task: &'t Task) -> Subjects<Self>;
}

/// A subject that only the account lists, such as each container instance of a cluster: a fact gives the
/// list, and each member gets its own result.
pub trait Listed<'t>: Subject + Sized + 't {
    /// All of them for a task, in an order that only the facts decide.
    ///
    /// # Errors
    /// Why the list is unknown, which is then the result of the check.
    fn all(task: &'t Task, facts: &View) -> Result<Vec<Self>, Stop>;
}

/// The value of the field, if it is known.
pub(super) fn text(field: &Field<String>) -> Option<String> {
    field.get().ok().flatten().cloned()
}

impl Subject for ContainerUse<'_> {
    const KIND: &'static str = "container";

    fn place(&self) -> &Place {
        &self.container.place
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(&self.container.name)
    }
}

impl<'t> Written<'t> for ContainerUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.containers())
    }
}

impl Subject for ImageUse<'_> {
    const KIND: &'static str = "image";

    fn place(&self) -> &Place {
        self.image.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(self.image)
    }
}

impl<'t> Written<'t> for ImageUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.images())
    }
}
