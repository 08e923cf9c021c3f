//! One check: its record, and the function that judges its claim. One group of checks: its record.

use std::iter::once;

use super::case::Case;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::{Call, further_calls};
use crate::placement::chart::Chart;
use crate::reachability::network_path::NetworkPath;
use crate::task::Task;
use crate::verdict::Rule;

/// One check: what it claims, and the function that judges the claim.
pub struct Check {
    /// Stable from the first release on: the group first, then what is checked.
    pub id: &'static str,
    /// The claim, in positive form and in the user's words.
    pub verifies: &'static str,
    /// The runtime errors that the check prevents. AWS's text is quoted word for word, with `...` for what is
    /// left out. Another text ends with "(AWS's exact words are not known)" or, if there is no error, begins
    /// with "no error text:".
    pub prevents: &'static [&'static str],
    /// How to fix it, in one sentence.
    pub remedy: &'static str,
    /// The page of the AWS documentation with the rule.
    pub docs: &'static str,
    /// The API calls that it may make: its own, then those for permissions and for the network. It reports a
    /// missing resource of the first call of a list, unless a list of an earlier check begins with that call.
    pub asks: &'static [&'static [Call]],
    /// Advisory: it can only warn, and becomes `skip` instead of `unknown`.
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

/// The container instances that a task may be placed on, or why they are not known.
pub type Charting = fn(&Task, &View) -> Result<Chart, Stop>;

/// Checks that belong to one subcommand.
pub struct Group {
    /// The subcommand: `secrets`.
    pub name: &'static str,
    /// What holds if all its checks pass.
    pub about: &'static str,
    /// What the subcommand does, for its help.
    pub help: &'static str,
    /// Examples for the help and the manual: what they do, and the command line.
    pub examples: &'static [(&'static str, &'static str)],
    /// Whether it works without network and credentials.
    pub offline: bool,
    /// The network paths of a task that it checks.
    pub paths: Option<fn(&Task, &View) -> Vec<NetworkPath>>,
    /// The container instances that a task may be placed on, as a picture shows them.
    pub chart: Option<Charting>,
    /// Whether the subcommand can draw with `--graph`: the container instances if it has a chart of them, or
    /// else the network paths.
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
        chart: None,
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
