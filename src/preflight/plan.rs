//! The checks with their subjects.

use std::rc::Rc;

use crate::checks::{Case, Check, Group, Ruling};
use crate::document::Place;
use crate::facts::Log;
use crate::task::Task;

/// One check for one subject.
#[derive(Clone)]
pub struct Probe<'t> {
    /// The index of the task.
    pub target: usize,
    /// The check's group.
    pub group: &'static Group,
    /// The check.
    pub check: &'static Check,
    /// The place of the subject.
    pub place: Place,
    /// The container's name, if the subject belongs to one.
    pub container: Option<String>,
    /// The resource: an ARN, an image, a name.
    pub resource: Option<String>,
    pub(super) ruling: Ruling<'t>,
    /// The log of the list that contains this subject, if it comes from the account.
    pub(super) rests_on: Option<Rc<Log>>,
}

/// Pairs each selected check with its subjects in each task, which has the index of its target: task by task, in
/// catalogue order, then document order. Each task is planned when its probes are taken.
pub fn plan<'t>(
    tasks: impl IntoIterator<Item = (usize, &'t Task)>,
    selected: impl Fn(&Group, &Check) -> bool,
    catalogue: impl Iterator<Item = (&'static Group, &'static Check)>,
) -> impl Iterator<Item = Probe<'t>> {
    let chosen: Vec<_> = catalogue.filter(|(group, check)| selected(group, check)).collect();
    tasks.into_iter().flat_map(move |(target, task)| {
        let of_check = |&(group, check): &(&'static Group, &'static Check)| {
            let cases = (check.judge)(task).into_iter();
            cases.map(move |case| Probe::of(case, target, (group, check)))
        };
        chosen.iter().flat_map(of_check).collect::<Vec<_>>()
    })
}

impl<'t> Probe<'t> {
    /// A check for one subject of the target with this index.
    pub fn of(
        Case { place, container, resource, ruling }: Case<'t>,
        target: usize,
        (group, check): (&'static Group, &'static Check),
    ) -> Probe<'t> {
        Probe { target, group, check, place, container, resource, ruling, rests_on: None }
    }

    /// The probe of one member of this probe's list.
    pub(super) fn member(&self, case: Case<'t>, rests_on: Rc<Log>) -> Probe<'t> {
        Probe { rests_on: Some(rests_on), ..Probe::of(case, self.target, (self.group, self.check)) }
    }
}
