//! Given a key that keeps somebody out, then the command lets them in, and shuts nobody out.

use serde_json::{Value, json};

use super::stories::KEY;
use crate::checks::kms::usable::KMS_KEY_USABLE;
use crate::report::CheckResult;
use crate::report::Status::{Pass, Warn};
use crate::testing::account::{Account, ID, REGION};
use crate::testing::story::Story;

/// Two containers that log to groups of their own, which one key encrypts.
fn judged(statements: &Value) -> Vec<CheckResult> {
    let group = |name: &str| format!("arn:aws:logs:eu-west-1:{ID}:log-group:/ecs/{name}");
    let container = |name: &str| {
        format!(
            r#"{{"name": "{name}", "image": "nginx", "memory": 64, "logConfiguration": {{
                "logDriver": "awslogs", "options": {{"awslogs-group": "/ecs/{name}",
                "awslogs-region": "{REGION}", "awslogs-stream-prefix": "x"}}}}}}"#
        )
    };
    let account = ["web", "api"].iter().fold(Account::healthy().key(KEY), |account, name| {
        account.says(
            "logs:DescribeLogGroups",
            &json!({"region": REGION, "name": format!("/ecs/{name}")}),
            &json!({"arn": group(name), "class": null, "kms_key": KEY}),
        )
    });
    Story::containers(&[container("web"), container("api")].join(", "))
        .in_account(account.key_policy(KEY, statements).recorded())
        .judged_by(&KMS_KEY_USABLE)
}

#[test]
fn a_key_for_the_log_groups_of_a_task_admits_cloudwatch_logs_for_all_of_them_at_once() {
    let held = json!([{"Sid": "Root", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
        "Principal": {"AWS": format!("arn:aws:iam::{ID}:root")}}]);
    let results = judged(&held);
    let [one, other] = results.as_slice() else { panic!("{results:#?}") };
    assert_eq!((one.status, other.status), (Warn, Warn));
    assert_eq!(one.commands, other.commands, "neither takes away what the other one gives");
    let words = shlex::split(&one.commands[0].to_string()).unwrap();
    assert_eq!(words[..3], ["aws", "kms", "put-key-policy"]);
    let at = words.iter().position(|word| word == "--policy").unwrap() + 1;
    let fixed: Value = serde_json::from_str(&words[at]).unwrap();
    assert_eq!(fixed["Statement"][0], held[0]);
    let statuses: Vec<_> = judged(&fixed["Statement"]).iter().map(|it| it.status).collect();
    assert_eq!(statuses, [Pass, Pass]);
}
