//! Commands of one report that write the same document.
//!
//! Each check mends what it judged, and knows nothing of the others. A policy that is written as a whole would
//! be written once by each of them, and the last one pasted would take away what the others gave. So all of
//! them write the same: what the policy says already, and what each of them adds.

use serde_json::Value;

use crate::report::CheckResult;

/// Lets the commands that write one document write all that any of them adds to it.
pub(super) fn reconcile(results: &mut [Vec<CheckResult>]) {
    let mut written: Vec<Written> = Vec::new();
    for command in results.iter().flatten().flat_map(|result| &result.commands) {
        let Some(own) = Written::by(command) else { continue };
        match written.iter_mut().find(|other| other.is_of_same(&own)) {
            Some(first) => first.take(&own),
            None => written.push(own),
        }
    }
    for result in results.iter_mut().flatten() {
        let mut commands: Vec<String> = Vec::new();
        for command in &result.commands {
            let together = Written::by(command)
                .and_then(|own| written.iter().find(|other| other.is_of_same(&own)))
                .and_then(Written::command);
            let command = together.unwrap_or_else(|| command.clone());
            if !commands.contains(&command) {
                commands.push(command);
            }
        }
        result.commands = commands;
    }
}

/// A command that writes a policy.
struct Written {
    /// Its words; that of the policy is empty.
    words: Vec<String>,
    /// The place of the policy among them.
    at: usize,
    policy: Value,
}

impl Written {
    /// Of a command that is more than its words, such as two in a row, nothing is made.
    fn by(command: &str) -> Option<Written> {
        let mut words = shlex::split(command)?;
        if joined(&words)? != command {
            return None;
        }
        let (at, policy) = words.iter().enumerate().find_map(|(at, word)| {
            let policy: Value = serde_json::from_str(word).ok()?;
            policy["Statement"].is_array().then_some((at, policy))
        })?;
        words[at].clear();
        Some(Written { words, at, policy })
    }

    fn is_of_same(&self, other: &Written) -> bool {
        self.words == other.words
    }

    /// Adds the statements of another one.
    fn take(&mut self, other: &Written) {
        let further = other.policy["Statement"].as_array().cloned().unwrap_or_default();
        if let Some(own) = self.policy["Statement"].as_array_mut() {
            let new: Vec<Value> = further.into_iter().filter(|it| !own.contains(it)).collect();
            own.extend(new);
        }
    }

    fn command(&self) -> Option<String> {
        let mut words = self.words.clone();
        words[self.at] = self.policy.to_string();
        joined(&words)
    }
}

fn joined(words: &[String]) -> Option<String> {
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::report::Status;

    fn mended_by(commands: &[String]) -> CheckResult {
        CheckResult {
            id: String::new(),
            group: String::new(),
            status: Status::Fail,
            subject: String::new(),
            container: None,
            location: None,
            resource: None,
            message: String::new(),
            evidence: Vec::new(),
            prevents: None,
            remedy: None,
            commands: commands.to_vec(),
            docs: String::new(),
            assumes: false,
        }
    }

    /// What becomes of these commands, of which each is of a result of its own.
    fn reconciled(commands: &[String]) -> Vec<String> {
        let mut results: Vec<Vec<CheckResult>> =
            commands.iter().map(|it| vec![mended_by(std::slice::from_ref(it))]).collect();
        reconcile(&mut results);
        results.into_iter().flatten().flat_map(|result| result.commands).collect()
    }

    fn put(key: &str, statements: &[&str]) -> String {
        let statements: Vec<Value> = statements.iter().map(|sid| json!({"Sid": sid})).collect();
        format!(
            "aws kms put-key-policy --key-id {key} --policy '{}'",
            json!({"Statement": statements})
        )
    }

    #[test]
    fn what_writes_one_policy_writes_all_that_is_added_to_it() {
        let commands =
            [put("a", &["Held", "One"]), put("a", &["Held", "Two"]), put("b", &["Other"])];
        let both = put("a", &["Held", "One", "Two"]);
        assert_eq!(reconciled(&commands), [both.clone(), both, put("b", &["Other"])]);
    }

    #[test]
    fn all_else_stays_as_it_is() {
        let commands = [
            format!("{} && {}", put("a", &["One"]), put("a", &["Two"])),
            "aws s3api get-bucket-policy --bucket b > b-policy.json".to_owned(),
            "docker push   app:1".to_owned(),
            "aws iam put-role-policy --policy-name a --policy-document '{}'".to_owned(),
            "it's".to_owned(),
        ];
        assert_eq!(reconciled(&commands), commands);
    }

    #[test]
    fn one_result_tells_a_command_once() {
        let mut results = vec![vec![mended_by(&[put("a", &["One"]), put("a", &["Two"])])]];
        reconcile(&mut results);
        assert_eq!(results[0][0].commands, [put("a", &["One", "Two"])]);
    }
}
