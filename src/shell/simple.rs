//! One program with its words.

use std::fmt;

use super::word::{Word, quoted};
use crate::names::Region;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SimpleCommand {
    /// The program first.
    pub words: Vec<Word>,
    /// The file that its output goes to.
    pub output: Option<String>,
}

impl SimpleCommand {
    pub(super) fn region(&mut self, region: &Region) {
        if self.takes("--region") {
            self.words.extend([Word::of("--region"), Word::from(region.as_str())]);
        }
    }

    /// Before all else, where it reads best.
    pub(super) fn profile(&mut self, profile: &str) {
        if self.takes("--profile") {
            self.words.splice(1..1, [Word::of("--profile"), Word::from(profile)]);
        }
    }

    /// Whether it is of the AWS CLI, and does not have this option yet.
    fn takes(&self, option: &'static str) -> bool {
        self.words.first() == Some(&Word::of("aws")) && !self.words.contains(&Word::of(option))
    }

    pub(super) fn map_characters(&mut self, map: &dyn Fn(char) -> char) {
        self.words.iter_mut().for_each(|word| word.map_characters(map));
        self.output = self.output.take().map(|file| file.chars().map(map).collect());
    }
}

impl fmt::Display for SimpleCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.words.iter().enumerate() {
            let gap = if at == 0 { "" } else { " " };
            write!(f, "{gap}{word}")?;
        }
        match &self.output {
            Some(file) => write!(f, " > {}", quoted(file)),
            None => Ok(()),
        }
    }
}
