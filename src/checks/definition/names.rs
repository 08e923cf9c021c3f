//! The names that other parts of a definition refer to.

use std::collections::HashSet;

use crate::document::Field;
use crate::document::kind::Kind;
use crate::knowledge::{Gap, Stop};
use crate::names::nearest;
use crate::task::Task;

/// How many names a sentence lists.
const LISTED: usize = 10;

/// The names of the containers or volumes of a task, as far as they are known.
pub(super) struct Names<'t> {
    known: HashSet<&'t str>,
    /// The first of them, in order.
    first: Vec<&'t str>,
    /// Why there may be others.
    open: Option<Stop>,
}

impl<'t> Names<'t> {
    /// The names of the containers.
    pub(super) fn of_containers(task: &'t Task) -> Names<'t> {
        let mut names = match task.definition.container_definitions.items() {
            Ok(containers) => Names::of(containers.iter().map(|it| &it.name)),
            Err(stop) => Names::unknown(stop),
        };
        names.open = names.open.or_else(|| alone(task).err());
        names
    }

    /// The names of the volumes.
    pub(super) fn of_volumes(task: &'t Task) -> Names<'t> {
        match task.definition.volumes.items() {
            Ok(volumes) => Names::of(volumes.iter().map(|it| &it.name)),
            Err(stop) => Names::unknown(stop),
        }
    }

    fn unknown(stop: Stop) -> Names<'t> {
        Names { known: HashSet::new(), first: Vec::new(), open: Some(stop) }
    }

    fn of(fields: impl Iterator<Item = &'t Field<String>>) -> Names<'t> {
        let mut names = Names { known: HashSet::new(), first: Vec::new(), open: None };
        for field in fields {
            match field.get() {
                Ok(Some(name)) => {
                    if names.known.insert(name) && names.first.len() < LISTED {
                        names.first.push(name);
                    }
                }
                Ok(None) => {}
                Err(stop) => names.open = Some(stop),
            }
        }
        names
    }

    /// Whether this is one of them. A name that is not known yet could be it.
    pub(super) fn have(&self, name: &str) -> Result<bool, Stop> {
        match &self.open {
            _ if self.known.contains(name) => Ok(true),
            Some(stop) => Err(stop.clone()),
            None => Ok(false),
        }
    }

    /// How to fix a name that is not one of them, in the container `own`: the likeliest name comes first, and a
    /// container cannot mean itself.
    pub(super) fn instead_of(&self, written: &str, own: Option<&str>) -> String {
        let others = self.first.iter().copied().filter(|it| Some(*it) != own);
        let likely = nearest(written, others.clone());
        let listed: Vec<&str> =
            likely.into_iter().chain(others.filter(|it| Some(*it) != likely)).collect();
        match listed.as_slice() {
            [] => "Remove it, or add the container".to_owned(),
            names => format!("Name one of: {}", names.join(", ")),
        }
    }

    /// The names, for a sentence.
    pub(super) fn list(&self) -> String {
        let others = self.known.len() - self.first.len();
        match (self.first.join(", "), others) {
            (none, _) if none.is_empty() => "none".to_owned(),
            (all, 0) => all,
            (some, others) => format!("{some} and {others} more"),
        }
    }
}

/// A name for a sentence: an empty one is seen too.
pub(super) fn shown(name: &str) -> &str {
    if name.is_empty() { "\"\"" } else { name }
}

/// A file may hold one container of a task whose others are elsewhere.
///
/// # Errors
/// A gap, if so.
pub(super) fn alone(task: &Task) -> Result<(), Stop> {
    match Kind::of(&task.source) {
        Ok(Kind::Container) => {
            let why = "the file holds one container, and others of its task may be elsewhere";
            Err(Gap::Unresolved { why: why.to_owned() }.into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_name_comes_first_and_a_container_never_means_itself() {
        let instead = |all: &[&'static str], written: &str, own: Option<&str>| {
            let known = all.iter().copied().collect();
            Names { known, first: all.to_vec(), open: None }.instead_of(written, own)
        };
        let all = ["web", "router", "worker"];
        assert_eq!(instead(&all, "wroker", Some("web")), "Name one of: worker, router");
        assert_eq!(instead(&all, "wroker", None), "Name one of: worker, web, router");
        assert_eq!(instead(&all, "sidecar", Some("worker")), "Name one of: web, router");
        assert_eq!(instead(&["web"], "wbe", Some("web")), "Remove it, or add the container");
        assert_eq!(instead(&[], "web", None), "Remove it, or add the container");
    }
}
