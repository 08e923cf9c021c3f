//! Which check judges what.

use crate::checks::subject::{EncryptedUse, Planned, SecretUse, Task, Unplanned};
use crate::checks::{Check, Group, Judge};
use crate::document::{Field, Place};
use crate::facts::View;
use crate::verdict::{Judgement, not_applicable};

/// One check, to be judged for one subject.
pub struct Probe<'t> {
    /// Which of the run's tasks.
    pub target: usize,
    /// The check's group.
    pub group: &'static Group,
    /// The check.
    pub check: &'static Check,
    /// Where the subject is written.
    pub place: Place,
    /// The container's name, where the subject belongs to one.
    pub container: Option<String>,
    /// What is judged: an ARN, an image, a name.
    pub resource: Option<String>,
    pub(super) judge: Box<dyn Fn(&View) -> Judgement + 't>,
}

/// Pairs each selected check with its subjects in each task: in catalogue order, then document order.
pub fn plan<'t>(
    tasks: &'t [Task],
    selected: impl Fn(&Group, &Check) -> bool,
    catalogue: impl Iterator<Item = (&'static Group, &'static Check)>,
) -> Vec<Probe<'t>> {
    let chosen: Vec<_> = catalogue.filter(|(group, check)| selected(group, check)).collect();
    let mut probes = Vec::new();
    for (target, task) in tasks.iter().enumerate() {
        for &(group, check) in &chosen {
            Planner { target, group, check, task, probes: &mut probes }.fan_out();
        }
    }
    probes
}

struct Planner<'p, 't> {
    target: usize,
    group: &'static Group,
    check: &'static Check,
    task: &'t Task,
    probes: &'p mut Vec<Probe<'t>>,
}

/// Where a subject stands, and what it is.
struct Stands<'t> {
    place: &'t Place,
    container: Option<&'t Field<String>>,
    resource: Option<&'t Field<String>>,
}

impl<'t> Planner<'_, 't> {
    fn fan_out(mut self) {
        let task = self.task;
        match self.check.judge {
            Judge::Task(judge) => {
                let stands =
                    Stands { place: &task.definition.place, container: None, resource: None };
                self.probe(&stands, move |facts| judge(task, facts));
            }
            Judge::Container(judge) => self.each(task.containers(), "container", |it| {
                let stands = Stands {
                    place: &it.container.place,
                    container: Some(&it.container.name),
                    resource: Some(&it.container.name),
                };
                (stands, move |facts: &View| judge(&it, facts))
            }),
            Judge::Image(judge) => self.each(task.images(), "image", |it| {
                let stands = Stands {
                    place: it.image.place(),
                    container: Some(&it.container.name),
                    resource: Some(it.image),
                };
                (stands, move |facts: &View| judge(&it, facts))
            }),
            Judge::ValueFrom(judge) => {
                self.value_froms("secret or parameter", |_| true, judge);
            }
            Judge::Secret(judge) => self.value_froms("secret", |it| it.may_be_secret(), judge),
            Judge::Parameter(judge) => {
                self.value_froms("parameter", |it| it.may_be_parameter(), judge);
            }
            Judge::EnvironmentFile(judge) => {
                self.each(task.environment_files(), "environment file", |it| {
                    let stands = Stands {
                        place: it.file.value.place(),
                        container: Some(&it.container.name),
                        resource: Some(&it.file.value),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
            Judge::Role(judge) => self.each(task.roles(), "role", |it| {
                let stands =
                    Stands { place: it.role.place(), container: None, resource: Some(it.role) };
                (stands, move |facts: &View| judge(&it, facts))
            }),
            Judge::Credentials(judge) => {
                self.each(task.registry_credentials(), "registry credentials", |it| {
                    let stands = Stands {
                        place: it.secret.place(),
                        container: Some(&it.container.name),
                        resource: Some(it.secret),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
            Judge::Encrypted(judge) => self.encrypted(task.encrypted(), judge),
            Judge::Decrypted(judge) => self.encrypted(task.decrypted(), judge),
            Judge::Awslogs(judge) => {
                self.each(task.awslogs(), "log configuration with the driver awslogs", |it| {
                    let stands = Stands {
                        place: &it.log.place,
                        container: it.container.map(|container| &container.name),
                        resource: it.group_field(),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
            Judge::FirelensFile(judge) => {
                self.each(task.firelens_files(), "FireLens configuration in S3", |it| {
                    let stands = Stands {
                        place: it.file.place(),
                        container: Some(&it.container.name),
                        resource: Some(it.file),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
            Judge::EbsVolume(judge) => {
                self.each(task.ebs_volumes(), "EBS volume that ECS creates", |it| {
                    let stands = Stands {
                        place: &it.configuration.place,
                        container: None,
                        resource: Some(&it.configuration.name),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
        }
    }

    fn encrypted(
        &mut self,
        subjects: Vec<Planned<EncryptedUse<'t>>>,
        judge: fn(&EncryptedUse, &View) -> Judgement,
    ) {
        self.each(subjects, "thing that is encrypted with a KMS key", |it| {
            let stands = Stands {
                place: it.field().place(),
                container: it.container().map(|container| &container.name),
                resource: Some(it.field()),
            };
            (stands, move |facts: &View| judge(&it, facts))
        });
    }

    fn value_froms(
        &mut self,
        kind: &str,
        wanted: impl Fn(&SecretUse) -> bool,
        judge: fn(&SecretUse, &View) -> Judgement,
    ) {
        let subjects = self
            .task
            .value_froms()
            .into_iter()
            .filter(|planned| planned.as_ref().map_or(true, &wanted))
            .collect();
        self.each(subjects, kind, |it| {
            let stands = Stands {
                place: it.value_from.place(),
                container: it.container.map(|container| &container.name),
                resource: Some(it.value_from),
            };
            (stands, move |facts: &View| judge(&it, facts))
        });
    }

    fn each<T, F>(
        &mut self,
        subjects: Vec<Planned<T>>,
        kind: &str,
        arrange: impl Fn(T) -> (Stands<'t>, F),
    ) where
        F: Fn(&View) -> Judgement + 't,
    {
        if subjects.is_empty() {
            let because = format!("the task definition names no {kind}");
            let stands =
                Stands { place: &self.task.definition.place, container: None, resource: None };
            self.probe(&stands, move |_| not_applicable(because.clone()));
        }
        for subject in subjects {
            match subject {
                Ok(subject) => {
                    let (stands, judge) = arrange(subject);
                    self.probe(&stands, judge);
                }
                Err(unplanned) => self.unplanned(*unplanned),
            }
        }
    }

    /// The document does not even say what there is to judge.
    fn unplanned(&mut self, Unplanned { place, stop }: Unplanned) {
        self.probes.push(Probe {
            target: self.target,
            group: self.group,
            check: self.check,
            place,
            container: None,
            resource: None,
            judge: Box::new(move |_| Err(stop.clone())),
        });
    }

    fn probe(&mut self, stands: &Stands, judge: impl Fn(&View) -> Judgement + 't) {
        self.probes.push(Probe {
            target: self.target,
            group: self.group,
            check: self.check,
            place: stands.place.clone(),
            container: stands.container.and_then(text),
            resource: stands.resource.and_then(text),
            judge: Box::new(judge),
        });
    }
}

/// What the field says, unless it is not known yet.
fn text(field: &Field<String>) -> Option<String> {
    field.get().ok().flatten().cloned()
}
