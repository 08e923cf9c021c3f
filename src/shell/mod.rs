//! Commands to paste into a shell.
//!
//! A command is a value until it is printed: programs with their words, and what each word contains. Region,
//! profile and policy statements are edits of that value. It becomes text in one place, which quotes what has
//! to be quoted.

mod simple;
mod word;

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::names::{Partition, Region};

use simple::SimpleCommand;
pub use word::Word;

/// A command to paste into a shell. Whatever comes from a document or an answer is quoted, so that it stays one
/// word, whatever it contains.
///
/// ```
/// use aws_ecs_preflight::shell::{ShellCommand, Word};
///
/// let name = "my file;it's.env";
/// let command = ShellCommand::of("aws s3 cp")
///     .word(Word::placeholder("FILE"))
///     .word(format!("s3://bucket/{name}"));
/// assert_eq!(command.to_string(), r#"aws s3 cp FILE "s3://bucket/my file;it's.env""#);
/// assert_eq!(
///     command.profile("prod").to_string(),
///     r#"aws --profile prod s3 cp FILE "s3://bucket/my file;it's.env""#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellCommand {
    /// Each runs only if the one before it succeeded, and so does the last.
    before: Vec<SimpleCommand>,
    last: SimpleCommand,
}

impl ShellCommand {
    /// The program with its subcommands and flags, which are written here: `aws ecs update-service`.
    pub fn of(program: &'static str) -> ShellCommand {
        ShellCommand { before: Vec::new(), last: SimpleCommand::default() }.flag(program)
    }

    /// One more word. Text becomes a value, and JSON a document.
    pub fn word(mut self, word: impl Into<Word>) -> ShellCommand {
        self.last.words.push(word.into());
        self
    }

    /// An option with its value: `--name web`.
    pub fn option(self, name: &'static str, value: impl Into<Word>) -> ShellCommand {
        self.flag(name).word(value)
    }

    /// An option with several values.
    pub fn options<W: Into<Word>>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = W>,
    ) -> ShellCommand {
        values.into_iter().fold(self.flag(name), ShellCommand::word)
    }

    /// A flag that takes no value, or words that are written here.
    pub fn flag(mut self, flag: &'static str) -> ShellCommand {
        self.last.words.extend(flag.split_ascii_whitespace().map(Word::of));
        self
    }

    /// Its output goes to this file.
    pub fn output_to(mut self, file: impl Into<String>) -> ShellCommand {
        self.last.output = Some(file.into());
        self
    }

    /// And, if it succeeds, this one.
    pub fn then(mut self, next: &ShellCommand) -> ShellCommand {
        self.before.push(self.last);
        self.before.extend_from_slice(&next.before);
        self.last = next.last.clone();
        self
    }

    /// Adds this region to each AWS CLI command without one, because the shell's profile may name another.
    pub fn region(mut self, region: &Region) -> ShellCommand {
        self.each_mut(&mut |it| it.region(region));
        self
    }

    /// Adds this region to each AWS CLI command without one where it needs one: the global services, such as IAM,
    /// have an endpoint in each partition, and without a region the AWS CLI calls that of the commercial regions
    /// (<https://docs.aws.amazon.com/general/latest/gr/iam-service.html>).
    pub fn in_cloud_of(self, region: &Region) -> ShellCommand {
        match region.partition() {
            Partition::Aws => self,
            _ => self.region(region),
        }
    }

    /// Adds this profile to each AWS CLI command without one.
    pub fn profile(mut self, profile: &str) -> ShellCommand {
        self.each_mut(&mut |it| it.profile(profile));
        self
    }

    /// Calls `edit` with each simple command, those in substitutions too.
    fn each_mut(&mut self, edit: &mut dyn FnMut(&mut SimpleCommand)) {
        for simple in self.before.iter_mut().chain([&mut self.last]) {
            for inner in simple.words.iter_mut().flat_map(Word::substitutions_mut) {
                inner.each_mut(edit);
            }
            edit(simple);
        }
    }

    /// With each character of what its values hold replaced by what `map` makes of it.
    pub fn map_characters(mut self, map: &dyn Fn(char) -> char) -> ShellCommand {
        self.each_mut(&mut |it| it.map_characters(map));
        self
    }

    /// Whether its first program is called with these words: `aws iam put-role-policy`.
    pub fn begins_with(&self, words: &'static str) -> bool {
        let first = self.before.first().unwrap_or(&self.last);
        let mut own = first.words.iter();
        words.split_ascii_whitespace().all(|word| own.next() == Some(&Word::of(word)))
    }

    /// Whether its last program has this flag or option.
    pub fn has(&self, flag: &'static str) -> bool {
        self.last.words.contains(&Word::of(flag))
    }

    /// The value of an option of its last program.
    pub fn value_of(&self, option: &'static str) -> Option<&Word> {
        let at = self.last.words.iter().position(|it| *it == Word::of(option))?;
        self.last.words.get(at + 1)
    }

    /// The policy that it writes; none for a command that does anything else too, such as two in a row.
    pub fn policy(&self) -> Option<&Value> {
        self.last.words.get(self.place_of_policy()?)?.policy()
    }

    /// The policy that it writes, to be edited.
    pub fn policy_mut(&mut self) -> Option<&mut Value> {
        let at = self.place_of_policy()?;
        self.last.words.get_mut(at)?.policy_mut()
    }

    /// The command without the policy that it writes: of two for which this is the same, the last one that runs wins.
    pub fn without_policy(&self) -> Option<String> {
        let at = self.place_of_policy()?;
        let word = |(n, it): (usize, &Word)| if n == at { " ".to_owned() } else { it.to_string() };
        let words: Vec<String> = self.last.words.iter().enumerate().map(word).collect();
        Some(words.join(" "))
    }

    fn place_of_policy(&self) -> Option<usize> {
        let is_alone = self.before.is_empty() && self.last.output.is_none();
        is_alone.then(|| self.last.words.iter().position(|it| it.policy().is_some()))?
    }
}

impl fmt::Display for ShellCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for simple in &self.before {
            write!(f, "{simple} && ")?;
        }
        self.last.fmt(f)
    }
}

/// In documents a command is the text to paste.
impl Serialize for ShellCommand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
