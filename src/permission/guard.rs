//! What controls access to a resource in addition to the caller's policies, and how to add an allow to it.
//!
//! A resource-based policy can only be replaced as a whole. So a command that adds a statement contains the
//! current ones too; where they are unknown, the policy is fetched into a file first, and putting that file
//! back unchanged changes nothing.

use serde_json::{Value, json};

use crate::knowledge::Gap;
use crate::names::{AccountId, Region};
use crate::shell::ShellCommand;

/// What controls access to a resource.
pub(crate) enum Guard {
    /// Its resource-based policy.
    Policy(Box<GuardPolicy>),
    /// A KMS key, which takes grants in addition to its policy.
    Key {
        /// The key's ARN.
        arn: String,
        /// Its region.
        region: Region,
    },
}

/// The policy of a resource: its current document, and the commands that show and replace it.
pub(crate) struct GuardPolicy {
    /// What sentences call it: "the policy of repository `app`".
    pub name: String,
    /// Its current document.
    pub now: Now,
    /// The account that owns the resource, if known.
    pub owner: Option<AccountId>,
    /// Whether its statements name resources.
    pub names_resources: bool,
    /// The command that prints it.
    pub show: ShellCommand,
    /// The command that replaces it, without the option that takes the document.
    pub replace: ShellCommand,
    /// That option.
    pub option: &'static str,
    /// A file to fetch it into.
    pub file: String,
}

/// The current document of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Now {
    /// This.
    Is(Value),
    /// There is none.
    Nothing,
    /// It could not be read.
    Unread,
}

impl Now {
    /// From the answer to the request for it.
    pub(crate) fn of(document: Result<Option<&Value>, &Gap>) -> Now {
        match document {
            Ok(Some(document)) => Now::Is(document.clone()),
            Ok(None) => Now::Nothing,
            Err(_) => Now::Unread,
        }
    }
}

impl GuardPolicy {
    /// The commands that add these statements to it.
    pub(crate) fn amending(&self, statements: Vec<Value>) -> Vec<ShellCommand> {
        let document = match &self.now {
            Now::Is(document) => amended(document, statements),
            Now::Nothing => json!({"Version": "2012-10-17", "Statement": statements}),
            Now::Unread => {
                let fetch = self.show.clone().output_to(&self.file);
                let file = format!("file://{}", self.file);
                return vec![fetch, self.replace.clone().option(self.option, file)];
            }
        };
        vec![self.replace.clone().option(self.option, document)]
    }
}

/// The policy with these statements added. The current ones stay as they are.
pub(crate) fn amended(document: &Value, more: Vec<Value>) -> Value {
    let mut document = document.clone();
    let held = match document.get_mut("Statement").map(Value::take) {
        Some(Value::Array(held)) => held,
        Some(Value::Null) | None => Vec::new(),
        Some(one) => vec![one],
    };
    let new: Vec<Value> = more.into_iter().filter(|it| !held.contains(it)).collect();
    document["Statement"] = held.into_iter().chain(new).collect();
    document
}

/// A file name made of the name of the resource.
pub(crate) fn file_name(of: &str) -> String {
    let words = of.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("{}-policy.json", words.join("-"))
}

/// The command that shows the policy of a key.
pub(crate) fn show_key(arn: &str, region: &Region) -> ShellCommand {
    ShellCommand::of("aws kms get-key-policy")
        .option("--key-id", arn)
        .flag("--policy-name default --query Policy --output text")
        .region(region)
}

/// The command that replaces the policy of a key.
pub(crate) fn put_key(arn: &str, document: &Value, region: &Region) -> ShellCommand {
    ShellCommand::of("aws kms put-key-policy")
        .option("--key-id", arn)
        .flag("--policy-name default")
        .option("--policy", document.clone())
        .region(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_keeps_its_statements_and_gets_the_missing_ones() {
        let (held, more) = (json!({"Sid": "Held"}), json!({"Sid": "More"}));
        let cases = [
            (json!({"Version": "1", "Statement": [held]}), json!([held, more])),
            (json!({"Id": "x", "Statement": held}), json!([held, more])),
            (json!({"Version": "1"}), json!([more])),
            (json!({"Statement": [more, held]}), json!([more, held])),
        ];
        for (document, statements) in cases {
            let after = amended(&document, vec![more.clone()]);
            assert_eq!(after["Statement"], statements, "{document}");
            assert_eq!(after["Version"], document["Version"]);
            assert_eq!(after["Id"], document["Id"]);
        }
    }

    #[test]
    fn a_policy_that_could_not_be_read_is_fetched_before_it_is_put_back() {
        let policy = |now| GuardPolicy {
            name: "the policy of repository `app`".to_owned(),
            now,
            owner: None,
            names_resources: false,
            show: ShellCommand::of("get"),
            replace: ShellCommand::of("put"),
            option: "--policy-text",
            file: file_name("team/app"),
        };
        let commands = |now| {
            let commands = policy(now).amending(vec![json!({"Effect": "Allow"})]);
            commands.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            commands(Now::Unread),
            ["get > team-app-policy.json", "put --policy-text file://team-app-policy.json"]
        );
        assert_eq!(
            commands(Now::Nothing),
            [r#"put --policy-text '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}'"#]
        );
        assert_eq!(
            commands(Now::Is(json!({"Statement": {"Effect": "Deny"}}))),
            [r#"put --policy-text '{"Statement":[{"Effect":"Deny"},{"Effect":"Allow"}]}'"#]
        );
    }
}
