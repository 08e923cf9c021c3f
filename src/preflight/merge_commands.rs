//! Commands of one report that replace the same policy.
//!
//! Each check fixes what it judged, without knowing the others. A policy that is replaced as a whole would be
//! replaced by each of them, and the last command pasted would remove what the others added. So all of them
//! write the same: the current statements, and all additions.

use std::collections::HashMap;

use serde_json::Value;

use crate::report::CheckResult;
use crate::shell::ShellCommand;

/// Makes all commands that replace one policy write all additions.
pub(super) fn merge_commands(results: &mut [Vec<CheckResult>]) {
    let mut merged: HashMap<String, ShellCommand> = HashMap::new();
    for command in results.iter().flatten().flat_map(|result| &result.commands) {
        let (Some(policy), Some(place)) = (command.policy(), command.without_policy()) else {
            continue;
        };
        match merged.get_mut(&place) {
            Some(first) => add_statements(first, policy),
            None => _ = merged.insert(place, command.clone()),
        }
    }
    for result in results.iter_mut().flatten() {
        let mut commands: Vec<ShellCommand> = Vec::new();
        for command in std::mem::take(&mut result.commands) {
            let whole = command.without_policy().and_then(|it| merged.get(&it)).cloned();
            let command = whole.unwrap_or(command);
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        result.commands = commands;
    }
}

/// Adds the statements of `policy` that the command's policy does not have.
fn add_statements(command: &mut ShellCommand, policy: &Value) {
    let Some(Value::Array(own)) = command.policy_mut().map(|it| &mut it["Statement"]) else {
        return;
    };
    for statement in policy["Statement"].as_array().into_iter().flatten() {
        if !own.contains(statement) {
            own.push(statement.clone());
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::Status;

    /// A failure with these commands.
    pub(in crate::preflight) fn fixed_by(commands: &[ShellCommand]) -> CheckResult {
        CheckResult {
            id: "",
            group: "",
            status: Status::Fail,
            skip_reason: None,
            subject: "".into(),
            container: None,
            location: None,
            resource: None,
            message: "".into(),
            evidence: [].into(),
            prevents: None,
            remedy: None,
            commands: commands.to_vec(),
            docs: "",
            assumes: Vec::new(),
        }
    }

    /// These commands after the merge, each from a separate result.
    fn merged(commands: &[ShellCommand]) -> Vec<ShellCommand> {
        let mut results: Vec<Vec<CheckResult>> =
            commands.iter().map(|it| vec![fixed_by(std::slice::from_ref(it))]).collect();
        merge_commands(&mut results);
        results.into_iter().flatten().flat_map(|result| result.commands).collect()
    }

    fn put(key: &str, statements: &[&str]) -> ShellCommand {
        let statements: Vec<Value> = statements.iter().map(|sid| json!({"Sid": sid})).collect();
        ShellCommand::of("aws kms put-key-policy")
            .option("--key-id", key)
            .option("--policy", json!({"Statement": statements}))
    }

    #[test]
    fn what_writes_one_policy_writes_all_that_is_added_to_it() {
        let commands =
            [put("a", &["Held", "One"]), put("a", &["Held", "Two"]), put("b", &["Other"])];
        let both = put("a", &["Held", "One", "Two"]);
        assert_eq!(merged(&commands), [both.clone(), both, put("b", &["Other"])]);
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let commands = [
            put("a", &["One"]).then(&put("a", &["Two"])),
            put("a", &["One"]).output_to("answer.json"),
            put("a", &["One"]).flag("--bypass-policy-lockout-safety-check"),
            ShellCommand::of("aws s3api get-bucket-policy --bucket b").output_to("b-policy.json"),
            ShellCommand::of("docker push").word("app:1"),
            ShellCommand::of("aws iam put-role-policy").option("--policy-document", json!({})),
            ShellCommand::of("aws iam put-role-policy").option("--policy-document", json!([])),
        ];
        assert_eq!(merged(&commands), commands);
    }

    #[test]
    fn one_result_has_a_command_once() {
        let mut results = vec![vec![fixed_by(&[put("a", &["One"]), put("a", &["Two"])])]];
        merge_commands(&mut results);
        assert_eq!(results[0][0].commands, [put("a", &["One", "Two"])]);
    }
}
