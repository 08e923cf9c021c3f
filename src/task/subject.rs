//! What checks are judged per: the things that the documents name, and those that the account names.

use super::{ContainerUse, ImageUse, Planned, Task};
use crate::document::{Container, Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;

/// All subjects of one kind in a task; or why there are none, as a sentence.
pub type Subjects<S> = Result<Vec<Planned<S>>, String>;

/// One thing that a check is judged per.
pub trait Subject {
    /// What it is called where a task has none: `secret`.
    const KIND: &'static str;

    /// Where it is written. For what only the account knows: where that is written which leads to it.
    fn place(&self) -> &Place;

    /// The container that it belongs to.
    fn container(&self) -> Option<&Container> {
        None
    }

    /// What it is: an ARN, an image, a name.
    fn resource(&self) -> Option<String>;
}

/// A subject that the documents name.
pub trait Written<'t>: Subject + Sized + 't {
    /// All of them in a task, in the order of the document.
    fn all(task: &'t Task) -> Subjects<Self>;
}

/// A subject that the account names, such as each container instance of a cluster: a fact gives the list,
/// and each member is judged by itself.
pub trait Told<'t>: Subject + Sized + 't {
    /// All of them for a task, in an order that only the facts decide.
    ///
    /// # Errors
    /// What keeps the list from being known: then that is the result of the check.
    fn all(task: &'t Task, facts: &View) -> Result<Vec<Self>, Stop>;
}

/// What the field says, unless that is not known yet.
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
