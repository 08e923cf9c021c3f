//! The product: what is checked, group by group.
//!
//! A check is one static record and one plain function, in the file of its group. Everything else that
//! is said about it (help, `explain`, the manual, completions, the README's table) is derived from the
//! record. [`GROUPS`] is the one list; its order is the order of the report.

mod case;
mod check;
mod definition;
mod image;
mod kms;
mod logs;
mod network;
mod roles;
mod secrets;
mod volumes;

use crate::facts::View;

use crate::reachability::trail::Trail;
use crate::task::Task;

pub use case::{Case, Ruling, each, each_told, together, whole};
pub use check::Check;

/// All paths of a task, to look at: those of each group that has some.
pub fn trails(task: &Task, facts: &View) -> Vec<Trail> {
    GROUPS.iter().filter_map(|group| group.paths).flat_map(|paths| paths(task, facts)).collect()
}

/// Checks that answer one question of the user, under one subcommand.
pub struct Group {
    /// The subcommand: `secrets`.
    pub name: &'static str,
    /// What holds where all its checks pass.
    pub about: &'static str,
    /// What the subcommand does, for its help.
    pub help: &'static str,
    /// Examples for the help and the manual: what is wanted, and the command line.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether it works without network and credentials.
    pub offline: bool,
    /// The paths of a task that it looks at.
    pub paths: Option<fn(&Task, &View) -> Vec<Trail>>,
    /// Whether the subcommand draws the paths of the task too, with `--graph`.
    pub draws: bool,
    /// Its checks, in the order of the report.
    pub checks: &'static [&'static Check],
}

impl Group {
    /// What holds of a group whose record does not say otherwise.
    pub const EMPTY: Group = Group {
        name: "",
        about: "",
        help: "",
        examples: &[],
        offline: false,
        paths: None,
        draws: false,
        checks: &[],
    };
}

/// Groups in the order of the report. Whatever is derived from them takes the list as a parameter.
pub type Groups = &'static [&'static Group];

/// All groups.
pub static GROUPS: Groups = &[
    &definition::GROUP,
    &image::GROUP,
    &secrets::GROUP,
    &kms::GROUP,
    &roles::GROUP,
    &logs::GROUP,
    &volumes::GROUP,
    &network::GROUP,
];

/// All checks with their group, in catalogue order.
pub fn catalogue() -> impl Iterator<Item = (&'static Group, &'static Check)> {
    checks_of(GROUPS)
}

/// The checks of these groups, each with its group.
pub fn checks_of(groups: Groups) -> impl Iterator<Item = (&'static Group, &'static Check)> {
    groups.iter().flat_map(|group| group.checks.iter().map(move |check| (*group, *check)))
}

/// The check with this id.
pub fn find(id: &str) -> Option<(&'static Group, &'static Check)> {
    catalogue().find(|(_, check)| check.id == id)
}

#[cfg(test)]
pub(crate) mod tests;
