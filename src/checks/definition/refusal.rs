//! What refuses a parameter: one row of a table for each fact.

use std::borrow::Cow;
use std::fmt;

use super::target;
use crate::document::field::Located;
use crate::document::{Field, LaunchTarget, Place};
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Rule, Words};

/// A place to run, as far as it decides which parameters are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Host {
    FargateLinux,
    FargateWindows,
    Ec2Linux,
    Ec2Windows,
    External,
    ManagedInstances,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Host::FargateLinux => "Fargate",
            Host::FargateWindows => "Windows on Fargate",
            Host::Ec2Linux => "EC2",
            Host::Ec2Windows => "Windows",
            Host::External => "an external instance",
            Host::ManagedInstances => "Managed Instances",
        })
    }
}

/// The places to run whose rules apply to the task, each once.
pub(super) fn hosts(task: &Task) -> Result<Vec<Host>, Stop> {
    let windows = target::operating_system(task)? == OperatingSystem::Windows;
    let mut hosts: Vec<Host> = task
        .launch_targets()?
        .iter()
        .filter_map(|target| match target {
            LaunchTarget::Fargate | LaunchTarget::FargateSpot if windows => {
                Some(Host::FargateWindows)
            }
            LaunchTarget::Fargate | LaunchTarget::FargateSpot => Some(Host::FargateLinux),
            LaunchTarget::Ec2 if windows => Some(Host::Ec2Windows),
            LaunchTarget::Ec2 => Some(Host::Ec2Linux),
            LaunchTarget::External => Some(Host::External),
            LaunchTarget::ManagedInstances => Some(Host::ManagedInstances),
            // Whose rules apply depends on the provider's kind.
            LaunchTarget::OwnProvider => None,
        })
        .collect();
    hosts.dedup();
    Ok(hosts)
}

/// What becomes of a parameter that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The API refuses it, or the task cannot start.
    Refused,
    /// It is documented as unsupported, and may be ignored.
    Ignored,
}

/// A row of the table: a parameter, and the places to run that do not support it.
pub(super) struct Refusal {
    /// What the report calls it.
    pub(super) parameter: &'static str,
    /// Where it is not supported.
    pub(super) on: &'static [Host],
    /// What becomes of it there.
    pub(super) effect: Effect,
    /// What AWS answers.
    pub(super) words: Words,
    /// Where that is written.
    pub(super) source: &'static str,
    /// When it was last seen to hold.
    pub(super) seen: &'static str,
}

impl Refusal {
    /// The row as a rule.
    pub(super) fn rule(&self) -> Rule {
        let mut places: Vec<String> = self.on.iter().map(ToString::to_string).collect();
        places.dedup();
        let claim = match self.effect {
            Effect::Refused => {
                format!("not supported by {}: {}", places.join(", "), self.parameter)
            }
            Effect::Ignored => format!("of no effect on {}: {}", places.join(", "), self.parameter),
        };
        let Refusal { words, source, seen, .. } = *self;
        Rule { claim: Cow::Owned(claim), words, source, seen }
    }
}

/// Whether a parameter is set to something that counts.
pub(super) struct Set<'t> {
    place: &'t Place,
    used: Result<bool, Stop>,
    /// What AWS's words name, and by which name.
    named: Option<(&'static str, &'t str)>,
}

impl<'t> Set<'t> {
    /// Set if `counts` says so of its value.
    pub(super) fn when<T>(field: &'t Field<T>, counts: impl Fn(&T) -> bool) -> Set<'t> {
        let used = field.get().map(|value| value.is_some_and(counts));
        Set { place: field.place(), used, named: None }
    }

    /// Set if it is there at all.
    pub(super) fn given<T>(field: &'t Field<T>) -> Set<'t> {
        Set::when(field, |_| true)
    }

    /// Set if it is true.
    pub(super) fn truth(field: &'t Field<bool>) -> Set<'t> {
        Set::when(field, |value| *value)
    }

    /// Set if it has items.
    pub(super) fn items<T>(field: &'t Field<Vec<T>>) -> Set<'t> {
        Set::when(field, |items| !items.is_empty())
    }

    /// Set if it is not empty.
    pub(super) fn text(field: &'t Field<String>) -> Set<'t> {
        Set::when(field, |text| !text.is_empty())
    }

    /// Set to this value.
    pub(super) fn one(located: &'t Located<String>, counts: bool) -> Set<'t> {
        Set { place: &located.place, used: Ok(counts), named: None }
    }

    /// AWS's words name it so.
    pub(super) fn named(mut self, slot: &'static str, name: &'t str) -> Set<'t> {
        self.named = Some((slot, name));
        self
    }
}

/// The parameters of one task, judged for the places where it may run.
pub(super) struct Judged<'f> {
    /// What is refused where.
    pub(super) table: &'static [Refusal],
    /// Where it may run.
    pub(super) hosts: Vec<Host>,
    /// What was found.
    pub(super) findings: &'f mut Findings,
}

impl Judged<'_> {
    /// Judges one parameter. What no place refuses may be anything, even unreadable.
    pub(super) fn parameter(&mut self, parameter: &str, set: Set) {
        let Some((refusal, host)) = self.refusal(parameter) else { return };
        let Set { place, used, named } = set;
        self.findings.part(place, |findings| {
            if used? {
                let message = format!("{host} does not support {parameter}");
                let rule = refusal.rule();
                let finding = match refusal.effect {
                    Effect::Refused => rule.fail(message),
                    Effect::Ignored => rule.warn(message),
                };
                let finding = match named {
                    Some((slot, name)) => finding.naming(slot, name),
                    None => finding,
                };
                findings.add(finding.at(place).remedy("Remove it, or run the task elsewhere"));
            }
            Ok(())
        });
    }

    /// Looks into an object, if any place does not support one of these parameters in it.
    pub(super) fn within<T>(
        &mut self,
        field: &Field<T>,
        parameters: &[&str],
        look: impl FnOnce(&mut Judged, &T),
    ) {
        if parameters.iter().all(|parameter| self.refusal(parameter).is_none()) {
            return;
        }
        let (table, hosts) = (self.table, self.hosts.clone());
        self.findings.part(field.place(), |findings| {
            if let Some(value) = field.get()? {
                look(&mut Judged { table, hosts, findings }, value);
            }
            Ok(())
        });
    }

    /// Looks at every item of a list, if any place does not support one of these parameters in them.
    pub(super) fn each<T>(
        &mut self,
        field: &Field<Vec<T>>,
        parameters: &[&str],
        mut look: impl FnMut(&mut Judged, &T),
    ) {
        self.within(field, parameters, |judged, items| {
            items.iter().for_each(|item| look(judged, item));
        });
    }

    /// The row that counts: the first that refuses, else the first that ignores.
    fn refusal(&self, parameter: &str) -> Option<(&'static Refusal, Host)> {
        let first = |effect: Effect| {
            let rows = self.table.iter();
            let rows = rows.filter(|it| it.parameter == parameter && it.effect == effect);
            rows.filter_map(|row| {
                Some((row, self.hosts.iter().copied().find(|host| row.on.contains(host))?))
            })
            .next()
        };
        first(Effect::Refused).or_else(|| first(Effect::Ignored))
    }
}
