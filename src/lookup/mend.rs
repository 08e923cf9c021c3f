//! What mends an absence.

use crate::knowledge::Absence;
use crate::names::AccountId;
use crate::shell::ShellCommand;

/// An absence, with what is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Missing<'a> {
    /// What was answered.
    pub absence: &'a Absence,
    /// The account of the caller, where it is known.
    pub account: Option<&'a AccountId>,
    /// Where it is written what is missing: `/executionRoleArn`.
    pub subject: &'a str,
}

impl Missing<'_> {
    /// Whether the caller is of this account, for all that is known.
    pub fn is_of(&self, account: &AccountId) -> bool {
        self.account == Some(account)
    }

    /// Whether the caller is known to be of another account.
    pub fn is_beside(&self, account: &AccountId) -> bool {
        self.account.is_some_and(|own| own != account)
    }
}

/// How to mend it: nothing, where the remedy of the check is all that there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// One sentence, where it is more exact than the remedy of the check.
    pub remedy: Option<String>,
    /// The commands, in their order.
    pub commands: Vec<String>,
}

impl Mend {
    /// With this command.
    pub fn by(command: ShellCommand) -> Mend {
        Mend::default().and(command)
    }

    /// With one more command.
    pub fn and(mut self, command: ShellCommand) -> Mend {
        self.commands.push(command.into());
        self
    }

    /// In these words.
    pub fn saying(mut self, remedy: impl Into<String>) -> Mend {
        self.remedy = Some(remedy.into());
        self
    }
}
