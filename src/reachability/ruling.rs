//! What is said of one place that has to be reached.

use super::egress::To;
use super::reason::Reason;
use crate::shell::ShellCommand;

/// What a check says of one place that has to be reached.
#[derive(Clone, Debug)]
pub(crate) enum Ruling {
    /// It can be reached, by this.
    Passes(Reason),
    /// It is not for this check.
    NotApplicable,
    /// It has no way anyhow, of which another check tells.
    Elsewhere,
    /// It cannot be reached.
    Blocked(Obstacle),
    /// It can be reached, but something is likely to hurt.
    Hurts(Obstacle),
    /// Everything was read, and it does not decide.
    Open(Reason),
}

impl Ruling {
    /// The same of a host that may stand anywhere: what keeps packets from the internet does not keep
    /// them from a host in the VPC, or in a network that it is joined to.
    pub(crate) fn unless_within(self, to: &To) -> Ruling {
        match (to, self) {
            (To::Anywhere(host), Ruling::Blocked(obstacle)) => Ruling::Open(obstacle.because.with(format!(
                ", and whether {host} stands in the VPC, or in a network that it is joined to, is not known here"
            ))),
            (_, ruling) => ruling,
        }
    }
}

/// What is in the way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// The fact that decides.
    pub because: Reason,
    /// What it is about: the id of a route table, a group, an endpoint.
    pub on: Option<String>,
    /// How to mend it, if more exact than the check's remedy.
    pub remedy: Option<String>,
    /// Commands that mend it.
    pub commands: Vec<ShellCommand>,
}

impl Obstacle {
    /// This fact.
    pub(crate) fn of(because: impl Into<Reason>) -> Obstacle {
        Obstacle { because: because.into(), ..Obstacle::default() }
    }

    /// About this.
    pub(crate) fn on(mut self, id: impl Into<String>) -> Obstacle {
        self.on = Some(id.into());
        self
    }

    /// Mended so.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Obstacle {
        self.remedy = Some(remedy.into());
        self
    }

    /// And this besides.
    pub(crate) fn and(self, other: Obstacle) -> Obstacle {
        Obstacle {
            because: self.because.and(other.because),
            on: self.on.or(other.on),
            remedy: [self.remedy, other.remedy]
                .into_iter()
                .flatten()
                .reduce(|a, b| format!("{a}; {b}")),
            commands: [self.commands, other.commands].concat(),
        }
    }

    /// Mended by this.
    pub(crate) fn command(mut self, command: ShellCommand) -> Obstacle {
        self.commands.push(command);
        self
    }
}
