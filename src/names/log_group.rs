//! Log groups of CloudWatch Logs.

use std::fmt;
use std::str::FromStr;

use super::{AccountId, Region};

/// The name of a log group, such as `/ecs/web`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogGroupName(String);

impl LogGroupName {
    /// The ARN in policies about the group: without the asterisk at its end.
    pub fn arn(&self, region: &Region, account: &AccountId) -> String {
        format!("arn:{}:logs:{region}:{account}:log-group:{self}", region.partition())
    }
}

/// All streams of a log group, by the ARN of the group. A role that writes or creates the group needs this:
/// to allow one stream would be to allow one task.
pub fn all_streams(group: &str) -> String {
    format!("{group}:*")
}

/// The ARN of one stream of a log group, by the ARN of the group.
pub fn arn_of_stream(group: &str, stream: &str) -> String {
    format!("{group}:log-stream:{stream}")
}

/// Why a text is not the name of a log group.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogGroupNameError {
    /// It is empty.
    #[error("the name of the log group is empty; write one such as /ecs/web")]
    Empty,
    /// A character that is not allowed.
    #[error("{name} is not a valid log group name: it contains {letter:?}")]
    Letter {
        /// What is written.
        name: String,
        /// The first invalid character.
        letter: char,
    },
    /// Too many characters.
    #[error("{name} is not a valid log group name: it has {length} characters")]
    Length {
        /// What is written.
        name: String,
        /// How many characters it has.
        length: usize,
    },
}

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
impl FromStr for LogGroupName {
    type Err = LogGroupNameError;

    fn from_str(text: &str) -> Result<LogGroupName, LogGroupNameError> {
        let fits = |it: char| it.is_ascii_alphanumeric() || ".-_/#".contains(it);
        let name = || text.to_owned();
        match text.chars().find(|it| !fits(*it)) {
            Some(letter) => Err(LogGroupNameError::Letter { name: name(), letter }),
            None if text.is_empty() => Err(LogGroupNameError::Empty),
            None if text.len() > 512 => {
                Err(LogGroupNameError::Length { name: name(), length: text.len() })
            }
            None => Ok(LogGroupName(name())),
        }
    }
}

impl fmt::Display for LogGroupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(LogGroupName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_digits_and_some_signs() {
        for text in ["/ecs/web", "a", "aws-logs_1.2#3", &"x".repeat(512)] {
            assert_eq!(text.parse::<LogGroupName>().unwrap().to_string(), text);
        }
        let letter = |name: &str, letter| LogGroupNameError::Letter { name: name.into(), letter };
        let long = "x".repeat(513);
        let cases = [
            ("", LogGroupNameError::Empty),
            ("my group", letter("my group", ' ')),
            ("arn:aws:logs", letter("arn:aws:logs", ':')),
            (&long, LogGroupNameError::Length { name: long.clone(), length: 513 }),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<LogGroupName>(), Err(error));
        }
    }

    #[test]
    fn the_arn_is_of_the_regions_partition() {
        let name: LogGroupName = "/ecs/web".parse().unwrap();
        let arn = name.arn(&"cn-north-1".parse().unwrap(), &"111122223333".parse().unwrap());
        assert_eq!(arn, "arn:aws-cn:logs:cn-north-1:111122223333:log-group:/ecs/web");
    }
}
