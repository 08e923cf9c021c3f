//! What refuses a parameter: one row of a table with a column for each kind of place to run.

use std::fmt;

use super::target;
use crate::document::field::Located;
use crate::document::{Field, LaunchTarget, Place};
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Severity, fail, warn};

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

/// What becomes of a parameter that is set. What is not listed is accepted.
#[derive(Clone, Copy)]
pub(super) struct Refusal {
    /// The API refuses it.
    pub(super) refuse: &'static [Host],
    /// It is documented as unsupported, and may be ignored.
    pub(super) ignore: &'static [Host],
}

/// Whether a parameter is set to something that counts.
pub(super) struct Set<'t> {
    place: &'t Place,
    used: Result<bool, Stop>,
}

impl<'t> Set<'t> {
    /// Set if `counts` says so of its value.
    pub(super) fn when<T>(field: &'t Field<T>, counts: impl Fn(&T) -> bool) -> Set<'t> {
        Set { place: field.place(), used: field.get().map(|value| value.is_some_and(counts)) }
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
        Set { place: &located.place, used: Ok(counts) }
    }
}

/// The parameters of one task, judged for the places where it may run.
pub(super) struct Judged<'f> {
    /// Where it may run.
    pub(super) hosts: Vec<Host>,
    /// What was found.
    pub(super) findings: &'f mut Findings,
}

impl Judged<'_> {
    /// Judges one parameter. What no place refuses may be anything, even unreadable.
    pub(super) fn parameter(&mut self, name: &str, set: Set, refusal: Refusal) {
        let Some((severity, host)) = self.refused(refusal) else { return };
        let Set { place, used } = set;
        self.findings.part(place, |findings| {
            if used? {
                let message = format!("{host} does not support {name}");
                let finding = match severity {
                    Severity::Fail => fail(message),
                    _ => warn(message).prevents(
                        "the parameter is ignored, or refused when the definition is registered",
                    ),
                };
                findings.add(finding.at(place).remedy("Remove it, or run the task elsewhere"));
            }
            Ok(())
        });
    }

    /// Looks into an object, if any place refuses something in it.
    pub(super) fn within<T>(
        &mut self,
        field: &Field<T>,
        refusals: &[Refusal],
        look: impl FnOnce(&mut Judged, &T),
    ) {
        if refusals.iter().all(|refusal| self.refused(*refusal).is_none()) {
            return;
        }
        let hosts = self.hosts.clone();
        self.findings.part(field.place(), |findings| {
            if let Some(value) = field.get()? {
                look(&mut Judged { hosts, findings }, value);
            }
            Ok(())
        });
    }

    /// Looks at every item of a list, if any place refuses something in them.
    pub(super) fn each<T>(
        &mut self,
        field: &Field<Vec<T>>,
        refusals: &[Refusal],
        mut look: impl FnMut(&mut Judged, &T),
    ) {
        self.within(field, refusals, |judged, items| {
            items.iter().for_each(|item| look(judged, item));
        });
    }

    /// The first place that refuses, else the first that ignores.
    fn refused(&self, refusal: Refusal) -> Option<(Severity, Host)> {
        let first = |among: &[Host]| self.hosts.iter().copied().find(|host| among.contains(host));
        first(refusal.refuse)
            .map(|host| (Severity::Fail, host))
            .or_else(|| first(refusal.ignore).map(|host| (Severity::Warn, host)))
    }
}
