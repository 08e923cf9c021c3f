//! One check: its record, and the function that judges its claim. One group of checks: its record.

use std::iter::once;

use super::case::Case;
use crate::facts::View;
use crate::lookup::{Call, further_calls};
use crate::reachability::network_path::NetworkPath;
use crate::task::Task;
use crate::verdict::Rule;

/// One check: what it claims, and the function that judges the claim.
pub struct Check {
    /// Stable from the first release on: group first, then the thing that is claimed to hold.
    pub id: &'static str,
    /// The claim, in the positive and in the user's words.
    pub verifies: &'static str,
    /// The runtime errors that a failure would become.
    pub prevents: &'static [&'static str],
    /// How to mend it, in one sentence.
    pub remedy: &'static str,
    /// The page of AWS's documentation that makes the rule.
    pub docs: &'static str,
    /// The calls that it may make: its own, then what a permission, or the network, may add. It reports
    /// what the first call of a list does not find, unless an earlier list of another check begins so.
    pub asks: &'static [&'static [Call]],
    /// It could at most warn: what it cannot learn makes it `skip`, never `unknown`.
    pub advises: bool,
    /// The cases of a task, made from a plain function over one subject: see [`Case`].
    pub judge: for<'t> fn(&'t Task) -> Vec<Case<'t>>,
}

impl Check {
    /// Every call that it may make, each once, with the calls that these lookups add.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        let mut calls: Vec<Call> = Vec::new();
        for call in self.asks.iter().copied().flatten() {
            if !calls.contains(call) {
                calls.push(*call);
            }
        }
        calls.into_iter().flat_map(|call| once(call).chain(further_calls(call).iter().copied()))
    }
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
    pub paths: Option<fn(&Task, &View) -> Vec<NetworkPath>>,
    /// Whether the subcommand draws the paths of the task too, with `--graph`.
    pub draws: bool,
    /// Its checks, in the order of the report.
    pub checks: &'static [&'static Check],
    /// The rules of AWS's that its checks hold to, with their sources and dates.
    pub rules: fn() -> Vec<(&'static Check, Vec<Rule>)>,
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
        rules: Vec::new,
    };

    /// The rules of AWS's that one of its checks holds to.
    pub fn rules_of(&self, check: &Check) -> Vec<Rule> {
        let of_check =
            |(it, rules): (&'static Check, Vec<Rule>)| (it.id == check.id).then_some(rules);
        (self.rules)().into_iter().filter_map(of_check).flatten().collect()
    }
}
