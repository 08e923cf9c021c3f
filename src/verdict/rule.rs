//! A rule of AWS: what it rejects, in which words, with the source and the date of the last confirmation.

use std::borrow::Cow;

use super::{Finding, Severity};

/// A rule of AWS that a check depends on. AWS changes its rules, so each one has its source and a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The rule in one sentence: "a configuredAtLaunch volume must be mounted".
    pub claim: Cow<'static, str>,
    /// What AWS answers if it is broken.
    pub words: Words,
    /// The page that makes the rule, or where AWS's answer can be read.
    pub source: &'static str,
    /// The day on which it was last seen to hold, `2026-09-13`; the month alone where the day is unknown.
    pub seen: &'static str,
}

/// What AWS answers. [`Finding::naming`] replaces a `<name>` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// AWS's own words.
    Quoted(&'static str),
    /// What happens; the words are not known.
    Unknown(&'static str),
}

impl Rule {
    /// A rule whose breach AWS answers in these words.
    pub const fn quoted(
        claim: &'static str,
        words: &'static str,
        source: &'static str,
        seen: &'static str,
    ) -> Rule {
        Rule { claim: Cow::Borrowed(claim), words: Words::Quoted(words), source, seen }
    }

    /// A rule of whose breach only the outcome is known, not the words.
    pub const fn unquoted(
        claim: &'static str,
        outcome: &'static str,
        source: &'static str,
        seen: &'static str,
    ) -> Rule {
        Rule { claim: Cow::Borrowed(claim), words: Words::Unknown(outcome), source, seen }
    }

    /// The finding that it is broken.
    pub fn fail(&self, message: impl Into<String>) -> Finding {
        self.broken(Severity::Fail, message)
    }

    /// The finding that it may be broken, or that AWS only may insist on it.
    pub fn warn(&self, message: impl Into<String>) -> Finding {
        self.broken(Severity::Warn, message)
    }

    fn broken(&self, severity: Severity, message: impl Into<String>) -> Finding {
        Finding::new(severity, message).prevents(self.words.to_string())
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Words::Quoted(words) => f.write_str(words),
            Words::Unknown(outcome) => write!(f, "{outcome} (AWS's exact words are not known)"),
        }
    }
}

impl Finding {
    /// Fills a name into AWS's words: `<option>` becomes `log_key`.
    pub fn naming(mut self, slot: &str, name: &str) -> Finding {
        self.prevents = self.prevents.map(|words| words.replace(slot, name));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_aws_s_own_or_said_not_to_be() {
        let quoted = Rule::quoted("", "ClientException: Unknown volume '<name>'.", "", "");
        let unquoted = Rule::unquoted("", "RegisterTaskDefinition refuses it", "", "");
        for (finding, prevents) in [
            (quoted.fail("x").naming("<name>", "data"), "ClientException: Unknown volume 'data'."),
            (
                unquoted.warn("x"),
                "RegisterTaskDefinition refuses it (AWS's exact words are not known)",
            ),
        ] {
            assert_eq!(finding.prevents.as_deref(), Some(prevents));
        }
    }
}
