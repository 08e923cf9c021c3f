//! The ruling on one destination.

use super::egress::To;
use super::reason::Reason;
use crate::shell::ShellCommand;

/// What a check decides about one destination.
#[derive(Clone, Debug)]
pub(crate) enum Ruling {
    /// It is reachable, for this reason.
    Passes(Reason),
    /// This check does not judge it.
    NotApplicable,
    /// It has no route anyway, which another check reports.
    Elsewhere,
    /// It is not reachable.
    Blocked(Obstacle),
    /// It is reachable, but with a problem.
    Hurts(Obstacle),
    /// Everything was read, but does not decide it.
    Open(Reason),
}

impl Ruling {
    /// The same for a host that may be anywhere: what blocks the internet does not block a host in the VPC or
    /// in a connected network.
    pub(crate) fn unless_within(self, to: &To) -> Ruling {
        match (to, self) {
            (To::Anywhere(host), Ruling::Blocked(obstacle)) => Ruling::Open(
                obstacle
                    .because
                    .with(format!(", but {host} might be in the VPC or in a connected network")),
            ),
            (_, ruling) => ruling,
        }
    }
}

/// What blocks the path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Obstacle {
    /// The deciding fact.
    pub because: Reason,
    /// The resource: the id of a route table, a group, an endpoint.
    pub on: Option<String>,
    /// How to fix it, if more exact than the check's remedy.
    pub remedy: Option<String>,
    /// Commands that fix it.
    pub commands: Vec<ShellCommand>,
    /// What of the errands it is in the way of, by what they are for; all of them if none is named.
    pub errands: Vec<String>,
    /// The error that it becomes at run time, if more exact than what the check says of the errands.
    pub prevents: Option<&'static str>,
}

impl Obstacle {
    /// An obstacle with this fact.
    pub(crate) fn of(because: impl Into<Reason>) -> Obstacle {
        Obstacle { because: because.into(), ..Obstacle::default() }
    }

    /// On this resource.
    pub(crate) fn on(mut self, id: impl Into<String>) -> Obstacle {
        self.on = Some(id.into());
        self
    }

    /// With this remedy.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Obstacle {
        self.remedy = Some(remedy.into());
        self
    }

    /// Only of these errands, which fail with this error.
    pub(crate) fn hitting(mut self, errands: Vec<String>, error: &'static str) -> Obstacle {
        self.errands = errands;
        self.prevents = Some(error);
        self
    }

    /// Together with another obstacle.
    pub(crate) fn and(self, other: Obstacle) -> Obstacle {
        Obstacle {
            because: self.because.and(other.because),
            on: self.on.or(other.on),
            remedy: [self.remedy, other.remedy]
                .into_iter()
                .flatten()
                .reduce(|a, b| format!("{a}; {b}")),
            commands: [self.commands, other.commands].concat(),
            errands: [self.errands, other.errands].concat(),
            prevents: self.prevents.or(other.prevents),
        }
    }

    /// With this command.
    pub(crate) fn command(self, command: ShellCommand) -> Obstacle {
        self.commands([command])
    }

    /// With these commands.
    pub(crate) fn commands(mut self, more: impl IntoIterator<Item = ShellCommand>) -> Obstacle {
        self.commands.extend(more);
        self
    }
}
