//! Commands to paste into a shell.

use std::fmt;

use crate::names::Region;

/// A command that somebody pastes into a shell without a second look: whatever comes from a document or
/// an answer is quoted, so that it stays one word, whatever it holds.
///
/// ```
/// use aws_ecs_preflight::shell::ShellCommand;
///
/// let name = "my file;it's.env";
/// let command = ShellCommand::of("aws s3 cp").word("FILE").word(format!("s3://bucket/{name}"));
/// assert_eq!(command.to_string(), r#"aws s3 cp FILE "s3://bucket/my file;it's.env""#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellCommand(String);

impl ShellCommand {
    /// The program with its subcommands and flags, which are written here: `aws ecs update-service`.
    pub fn of(program: &'static str) -> ShellCommand {
        ShellCommand(program.to_owned())
    }

    /// One more word.
    pub fn word(mut self, word: impl AsRef<str>) -> ShellCommand {
        self.0.push(' ');
        self.0.push_str(&quoted(word.as_ref()));
        self
    }

    /// An option with its value: `--name web`.
    pub fn option(self, name: &'static str, value: impl AsRef<str>) -> ShellCommand {
        self.flag(name).word(value)
    }

    /// An option with several values.
    pub fn options<S: AsRef<str>>(
        self,
        name: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> ShellCommand {
        values.into_iter().fold(self.flag(name), ShellCommand::word)
    }

    /// A flag that takes no value, or words that are written here.
    pub fn flag(mut self, flag: &'static str) -> ShellCommand {
        self.0.push(' ');
        self.0.push_str(flag);
        self
    }

    /// In this region, which need not be the one that the shell's profile names.
    pub fn region(self, region: &Region) -> ShellCommand {
        self.option("--region", region.as_str())
    }

    /// And, if it succeeds, this one.
    pub fn then(mut self, next: &ShellCommand) -> ShellCommand {
        self.0.push_str(" && ");
        self.0.push_str(&next.0);
        self
    }
}

/// The line, with each of its commands of the AWS CLI run as this profile; a line that names a profile
/// stays as it is.
pub fn with_profile(line: &str, profile: &str) -> String {
    if line.contains(" --profile ") {
        return line.to_owned();
    }
    let option = format!(" --profile {}", quoted(profile));
    let mut text = line.to_owned();
    for at in commands(line).into_iter().rev() {
        if line[at..].starts_with("aws ") {
            text.insert_str(at + "aws".len(), &option);
        }
    }
    text
}

/// Where commands begin: at the start, behind an operator, and in a substitution.
fn commands(line: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut single, mut double, mut escaped) = (false, false, false);
    // Whether a command may begin here, and whether a dollar stands just before.
    let (mut begins, mut dollar) = (true, false);
    for (at, it) in line.char_indices() {
        let substitutes = std::mem::take(&mut dollar);
        match it {
            _ if std::mem::take(&mut escaped) => begins = false,
            '\'' if !double => (single, begins) = (!single, false),
            _ if single => {}
            '\\' => escaped = true,
            '"' => (double, begins) = (!double, false),
            '$' => (dollar, begins) = (true, false),
            '(' if substitutes || !double => begins = true,
            '&' | '|' | ';' if !double => begins = true,
            ' ' => {}
            _ if begins => {
                found.push(at);
                begins = false;
            }
            _ => {}
        }
    }
    found
}

/// The text as one word of a POSIX shell. What no command line can hold is left out.
fn quoted(text: &str) -> String {
    let text: String = text.chars().filter(|it| *it != '\0').collect();
    shlex::try_quote(&text).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

impl fmt::Display for ShellCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<ShellCommand> for String {
    fn from(command: ShellCommand) -> String {
        command.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a shell makes of the command.
    fn words(command: &ShellCommand) -> Vec<String> {
        shlex::split(&command.0).unwrap()
    }

    #[test]
    fn whatever_a_value_holds_it_stays_one_word() {
        for value in [
            "",
            "web",
            "a b",
            "it's",
            "a;touch b",
            "$(id)",
            "`id`",
            "#a",
            "a&b|c>d",
            "\"",
            "*",
            "~",
            "{a,b}",
            "line\nbreak",
            "é",
            "-x",
            r"\",
        ] {
            let command = ShellCommand::of("aws logs create-log-group").option("--name", value);
            assert_eq!(words(&command)[3..], ["--name", value], "{command}");
        }
    }

    #[test]
    fn each_command_of_a_line_runs_as_the_profile() {
        for (line, expected) in [
            ("aws kms enable-key --key-id k", "aws --profile prod kms enable-key --key-id k"),
            ("aws iam a && aws iam b", "aws --profile prod iam a && aws --profile prod iam b"),
            ("aws iam a > f && vi f", "aws --profile prod iam a > f && vi f"),
            (r#"docker push "$(aws ecr b)""#, r#"docker push "$(aws --profile prod ecr b)""#),
            ("docker push aws", "docker push aws"),
            ("aws-vault exec", "aws-vault exec"),
            ("aws ram c --profile OTHER", "aws ram c --profile OTHER"),
        ] {
            assert_eq!(with_profile(line, "prod"), expected);
        }
        assert_eq!(with_profile("aws sts a", "my prod"), "aws --profile 'my prod' sts a");
        // What a value holds is no command.
        for value in ["a && aws s3 b", "it's (aws s3 b)", "$(aws s3 b)", r#"' && aws s3 b ""#] {
            let line = ShellCommand::of("aws s3 rm").word(value).to_string();
            let expected = ["aws", "--profile", "prod", "s3", "rm", value];
            assert_eq!(shlex::split(&with_profile(&line, "prod")).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn plain_values_need_no_quotes() {
        let command = ShellCommand::of("aws ec2 create-route")
            .option("--route-table-id", "rtb-1")
            .option("--destination-cidr-block", "0.0.0.0/0")
            .region(&"eu-west-1".parse().unwrap());
        assert_eq!(
            command.to_string(),
            "aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --region eu-west-1"
        );
    }
}
