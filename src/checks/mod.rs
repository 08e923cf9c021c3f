//! The product: what is checked, group by group.
//!
//! A check is one static record and one plain function, in the file of its group. Everything else about it
//! (help, `explain`, the manual, completions, the README's table) is generated from the record. [`GROUPS`] is the one list; its order is the order of the report.

mod capacity;
mod case;
mod check;
mod definition;
mod image;
mod kms;
mod logs;
mod network;
mod roles;
mod secrets;
mod service;
mod volumes;

use crate::facts::View;
use crate::reachability::network_path::NetworkPath;
use crate::task::Task;

pub use case::{Case, Ruling, each, each_listed, together, whole};
pub use check::{Charting, Check, Group};

/// All network paths of a task, from each group that has some.
pub fn trails(task: &Task, facts: &View) -> Vec<NetworkPath> {
    GROUPS.iter().filter_map(|group| group.paths).flat_map(|paths| paths(task, facts)).collect()
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
    &capacity::GROUP,
    &service::GROUP,
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
