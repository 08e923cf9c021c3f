//! The cases of a check: each subject, paired with its judgement.
//!
//! A record contains a function for one subject, and one of these turns it into cases:
//!
//! ```text
//! judge: |task| each(task, image_exists),             // for each image in the documents
//! judge: |task| whole(task, definition_schema),       // once for the task
//! judge: |task| together(task, place, network_dns),   // once for all subjects of a kind
//! judge: |task| each_listed(task, capacity_instance), // for each that the account lists
//! ```

use std::rc::Rc;

use crate::document::{Container, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::{Listed, Planned, Subject, Task, Unplanned, Written};
use crate::verdict::{Judgement, Skip, Verdict};

/// One subject of a check, to be judged.
pub struct Case<'t> {
    /// Where the subject is written.
    pub place: Place,
    /// The container's name, if the subject belongs to one.
    pub container: Option<String>,
    /// What is judged: an ARN, an image, a name.
    pub resource: Option<String>,
    /// How it is judged.
    pub ruling: Ruling<'t>,
}

/// Judges one subject.
pub type Judging<'t> = Rc<dyn Fn(&View) -> Judgement + 't>;

/// The cases of a list from the account.
pub type Listing<'t> = Rc<dyn Fn(&View) -> Result<Vec<Case<'t>>, Stop> + 't>;

/// How a case is judged.
#[derive(Clone)]
pub enum Ruling<'t> {
    /// By this judgement.
    Judge(Judging<'t>),
    /// By one case for each member of a list from the account.
    Spread(Listing<'t>),
}

/// Once for the whole task.
pub fn whole<'t>(task: &'t Task, judge: fn(&Task, &View) -> Judgement) -> Vec<Case<'t>> {
    vec![Case::at(&task.definition.place, move |facts| judge(task, facts))]
}

/// For each subject in the documents.
pub fn each<'t, S: Written<'t>>(
    task: &'t Task,
    judge: fn(&S, &View) -> Judgement,
) -> Vec<Case<'t>> {
    let planned = match S::all(task) {
        Ok(planned) => planned,
        Err(skip) => return none(task, skip),
    };
    if planned.is_empty() {
        let because = format!("the task definition has no {}", S::KIND);
        return none(task, Skip::not_applicable(because));
    }
    let case = |planned: Planned<S>| match planned {
        Ok(subject) => Case::of(subject, judge),
        Err(unplanned) => unreadable(*unplanned),
    };
    planned.into_iter().map(case).collect()
}

/// Once for all subjects of a kind. Each one that cannot be read is unknown on its own.
pub fn together<'t, S: Written<'t>>(
    task: &'t Task,
    place: &Place,
    judge: fn(&[S], &View) -> Judgement,
) -> Vec<Case<'t>> {
    let planned = match S::all(task) {
        Ok(planned) => planned,
        Err(skip) => return none(task, skip),
    };
    let (mut subjects, mut cases) = (Vec::new(), Vec::new());
    for planned in planned {
        match planned {
            Ok(subject) => subjects.push(subject),
            Err(unplanned) => cases.push(unreadable(*unplanned)),
        }
    }
    if !subjects.is_empty() {
        cases.push(Case::at(place, move |facts| judge(&subjects, facts)));
    }
    cases
}

/// For each subject that the account lists. The list is a fact like any other: the check waits for it, and
/// if it is unknown, the reason is the result.
pub fn each_listed<'t, S: Listed<'t>>(
    task: &'t Task,
    judge: fn(&S, &View) -> Judgement,
) -> Vec<Case<'t>> {
    let spread = move |facts: &View| {
        let members = S::all(task, facts)?;
        if members.is_empty() {
            let because = format!("the account has no {}", S::KIND);
            return Ok(none(task, Skip::not_applicable(because)));
        }
        Ok(members.into_iter().map(|member| Case::of(member, judge)).collect())
    };
    vec![Case {
        place: task.definition.place.clone(),
        container: None,
        resource: None,
        ruling: Ruling::Spread(Rc::new(spread)),
    }]
}

impl<'t> Case<'t> {
    fn of<S: Subject + 't>(subject: S, judge: fn(&S, &View) -> Judgement) -> Case<'t> {
        let name = |container: &Container| container.name.get().ok().flatten().cloned();
        Case {
            place: subject.place().clone(),
            container: subject.container().and_then(name),
            resource: subject.resource(),
            ruling: Ruling::Judge(Rc::new(move |facts| judge(&subject, facts))),
        }
    }

    fn at(place: &Place, judge: impl Fn(&View) -> Judgement + 't) -> Case<'t> {
        Case {
            place: place.clone(),
            container: None,
            resource: None,
            ruling: Ruling::Judge(Rc::new(judge)),
        }
    }
}

/// There is nothing to judge.
fn none(task: &Task, skip: Skip) -> Vec<Case<'_>> {
    vec![Case::at(&task.definition.place, move |_| Ok(Verdict::Skipped(skip.clone())))]
}

/// The subject cannot be read from the document.
fn unreadable<'t>(Unplanned { place, stop }: Unplanned) -> Case<'t> {
    Case::at(&place, move |_| Err(stop.clone()))
}
