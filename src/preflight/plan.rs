//! Which check judges what.

use crate::checks::{Check, Group, Judge};
use crate::document::{Field, Place};
use crate::facts::View;
use crate::task::{EncryptedUse, NetworkUse, Planned, SecretUse, SenderUse, Task, Unplanned};
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
            Judge::Network(judge) => self.network(judge),
            Judge::Sender(judge) => self.sender(judge),
            Judge::Senders(judge) => self.senders(judge),
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
            Judge::Stored(judge) => {
                self.each(task.stored(), "EBS volume, and no cluster on Fargate", |it| {
                    let stands = Stands {
                        place: it.field().place(),
                        container: None,
                        resource: Some(it.field()),
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
            Judge::LaunchVolume(judge) => {
                self.each(task.launch_volumes(), "volume that is configured at launch", |it| {
                    let stands =
                        Stands { place: it.place(), container: None, resource: Some(it.name()) };
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
            Judge::EfsVolume(judge) => self.each(task.efs_volumes(), "volume on EFS", |it| {
                let stands = Stands {
                    place: &it.volume.place,
                    container: None,
                    resource: Some(&it.efs.file_system_id),
                };
                (stands, move |facts: &View| judge(&it, facts))
            }),
            Judge::EfsMount(judge) => self.each(task.efs_mounts(), "volume on EFS", |it| {
                let volume = it.volume;
                let stands = Stands {
                    place: &volume.volume.place,
                    container: None,
                    resource: Some(&volume.efs.file_system_id),
                };
                (stands, move |facts: &View| judge(&it, facts))
            }),
            Judge::DrivenVolume(judge) => {
                let kind = "volume on FSx or S3 Files, or with a Docker driver";
                self.each(task.driven_volumes(), kind, |it| {
                    let stands = Stands {
                        place: &it.volume.place,
                        container: None,
                        resource: Some(&it.volume.name),
                    };
                    (stands, move |facts: &View| judge(&it, facts))
                });
            }
        }
    }

    fn network(&mut self, judge: fn(&NetworkUse, &View) -> Judgement) {
        for planned in self.task.network_parts() {
            match planned {
                Ok(it) => self.at(it.place(), it.name(), move |facts| judge(&it, facts)),
                Err(unplanned) => self.unplanned(*unplanned),
            }
        }
    }

    fn sender(&mut self, judge: fn(&SenderUse, &View) -> Judgement) {
        match self.task.senders() {
            Err(because) => self.skipped(because),
            Ok(senders) => {
                for planned in senders {
                    match planned {
                        Ok(it) => {
                            self.at(it.place(), Some(it.name()), move |facts| judge(&it, facts));
                        }
                        Err(unplanned) => self.unplanned(*unplanned),
                    }
                }
            }
        }
    }

    /// All senders in one judgement. Those that the documents do not tell are unknown by themselves.
    fn senders(&mut self, judge: fn(&[SenderUse], &View) -> Judgement) {
        match self.task.senders() {
            Err(because) => self.skipped(because),
            Ok(planned) => {
                let mut senders = Vec::new();
                for it in planned {
                    match it {
                        Ok(it) => senders.push(it),
                        Err(unplanned) => self.unplanned(*unplanned),
                    }
                }
                if !senders.is_empty() {
                    let place = &self.task.context.network.place;
                    self.at(place, None, move |facts| judge(&senders, facts));
                }
            }
        }
    }

    fn skipped(&mut self, because: String) {
        let place = &self.task.definition.place;
        self.at(place, None, move |_| not_applicable(because.clone()));
    }

    fn at(
        &mut self,
        place: &Place,
        resource: Option<&str>,
        judge: impl Fn(&View) -> Judgement + 't,
    ) {
        self.probes.push(Probe {
            target: self.target,
            group: self.group,
            check: self.check,
            place: place.clone(),
            container: None,
            resource: resource.map(str::to_owned),
            judge: Box::new(judge),
        });
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
