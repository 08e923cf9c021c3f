//! All that was found.

use super::finding::Finding;
use super::rights::Rights;
use crate::commands::accept;
use crate::exit::Exit;
use crate::lookup::{Caller, Held, Setting};
use crate::names::Region;
use crate::report::Status;

/// All that was found.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) profile: Option<String>,
    /// The region, and what decided it.
    pub(super) region: Option<(Region, String)>,
    pub(super) credentials: Option<Held>,
    pub(super) caller: Option<Caller>,
    /// How far the clock of this machine is ahead of that of AWS, in seconds.
    pub(super) ahead: Option<i64>,
    pub(super) paths: Vec<Setting>,
    pub(super) rights: Option<Rights>,
    pub(super) findings: Vec<Finding>,
    /// Whether there is no connection, so that no command of this program has a verdict.
    pub(super) unconnected: bool,
}

impl State {
    /// The exit code of the worst finding.
    pub(super) fn exit(&self) -> Exit {
        let has = |status| self.findings.iter().any(|it| it.status == status);
        match () {
            () if self.unconnected => Exit::NoVerdict,
            () if has(Status::Fail) => Exit::Fail,
            () if has(Status::Unknown) => Exit::Unknown,
            () => Exit::Pass,
        }
    }

    /// Adds the credentials, with what is said of them.
    pub(super) fn credentials(&mut self, profile: Option<String>, held: Held) {
        self.findings.push(Finding::credentials(profile.as_deref(), &held, accept::now()));
        self.profile = profile;
        self.credentials = Some(held);
    }

    /// The findings in the order in which they are read: each depends on those before it. What was not asked is
    /// named.
    pub(super) fn in_order(mut self) -> State {
        let bad =
            self.findings.iter().find(|it| matches!(it.status, Status::Fail | Status::Unknown));
        if let Some(bad) = bad.cloned() {
            for id in Finding::IDS {
                if !self.findings.iter().any(|it| it.id == id) {
                    self.findings.push(Finding::not_asked(id, &bad));
                }
            }
        }
        let rank = |it: &Finding| Finding::IDS.iter().position(|id| *id == it.id);
        self.findings.sort_by_key(rank);
        self
    }
}
