use std::process::Command;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// In tests a command is compared with the text to paste.
impl PartialEq<str> for ShellCommand {
    fn eq(&self, text: &str) -> bool {
        format!("{self}") == text
    }
}

impl PartialEq<&str> for ShellCommand {
    fn eq(&self, text: &&str) -> bool {
        format!("{self}") == **text
    }
}

impl PartialEq<String> for ShellCommand {
    fn eq(&self, text: &String) -> bool {
        format!("{self}") == *text
    }
}

/// What a shell makes of the command.
fn words(command: &ShellCommand) -> Vec<String> {
    shlex::split(&command.to_string()).unwrap()
}

fn paris() -> Region {
    "eu-west-3".parse().unwrap()
}

/// What no shell can have in an argument is left out.
fn without_nul(text: &str) -> String {
    text.replace('\0', "")
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

proptest! {
    #[test]
    fn edits_leave_each_value_one_word(
        first: String, second: String, part: String, key: String, profile: String,
    ) {
        let document = json!({"Statement": [{&key: &first}]});
        let command = ShellCommand::of("aws s3 rm")
            .word(&first)
            .option("--filters", Word::of("Values=").and(&part))
            .option("--policy", document.clone())
            .then(&ShellCommand::of("aws s3 ls").word(&second));
        let edited = command.clone().region(&paris()).profile(&profile);
        let (profile, part) = (without_nul(&profile), format!("Values={}", without_nul(&part)));
        let (first, second) = (without_nul(&first), without_nul(&second));
        let document = document.to_string();
        prop_assert_eq!(
            words(&command),
            ["aws", "s3", "rm", &first, "--filters", &part, "--policy", &document,
             "&&", "aws", "s3", "ls", &second]
        );
        prop_assert_eq!(
            words(&edited),
            ["aws", "--profile", &profile, "s3", "rm", &first, "--filters", &part,
             "--policy", &document, "--region", "eu-west-3",
             "&&", "aws", "--profile", &profile, "s3", "ls", &second, "--region", "eu-west-3"]
        );
    }

    #[test]
    fn each_character_of_a_value_can_be_replaced(value: String, file in "[a-z\u{1b} 'é]{1,9}") {
        let dots = |it: char| if it.is_ascii_alphanumeric() { it } else { '.' };
        let dotted = |text: &str| text.chars().map(dots).collect::<String>();
        let document = json!({"Statement": [value]});
        let command = ShellCommand::of("aws s3 rm --recursive")
            .option("--policy", document.clone())
            .word(Word::of("Values=").and(&value))
            .output_to(&file)
            .map_characters(&dots);
        prop_assert_eq!(
            words(&command),
            ["aws", "s3", "rm", "--recursive", "--policy", &dotted(&document.to_string()),
             &format!("Values={}", dotted(&value)), ">", &dotted(&file)]
        );
        let list = ShellCommand::of("aws s3 ls").word(&value);
        let nested = ShellCommand::of("docker push").word(Word::output_of(list));
        let plain = ShellCommand::of("aws s3 ls").word(dotted(&value));
        prop_assert_eq!(
            nested.map_characters(&dots).to_string(),
            format!("docker push \"$({plain})\"")
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A shell itself says what it makes of it, since substitutions nest.
    #[test]
    fn a_shell_finds_the_values_of_a_substitution(
        value in "[ -~é\n\t]{0,12}", other in "[ -~é\n\t]{0,12}", profile in "[ -~é]{0,12}",
    ) {
        let command = ShellCommand::of("docker push")
            .word(Word::output_of(ShellCommand::of("aws ecr b").word(&value)))
            .word(&other)
            .region(&paris())
            .profile(&profile);
        // Each word ends with a letter that none of them has.
        let shell = r#"
            aws() { printf '%s\001' "$@"; }
            docker() { printf '%s\002' "$@"; }
        "#;
        let said = Command::new("sh").arg("-c").arg(format!("{shell}{command}")).output().unwrap();
        prop_assert!(said.status.success(), "{}", command);
        let inner = ["--profile", &profile, "ecr", "b", &value, "--region", "eu-west-3", ""];
        let outer = ["push", &inner.join("\u{1}"), &other, ""];
        prop_assert_eq!(String::from_utf8(said.stdout).unwrap(), outer.join("\u{2}"), "{}", command);
    }
}

#[test]
fn each_command_of_the_aws_cli_runs_as_the_profile_and_in_the_region() {
    let aws = ShellCommand::of;
    for (command, expected) in [
        (
            aws("aws kms enable-key").option("--key-id", "k"),
            "aws --profile prod kms enable-key --key-id k --region eu-west-3",
        ),
        (
            aws("aws iam a").then(&aws("aws iam b")).then(&aws("vi f")),
            "aws --profile prod iam a --region eu-west-3 && aws --profile prod iam b --region eu-west-3 && vi f",
        ),
        (
            aws("aws iam a").output_to("f").then(&aws("vi f")),
            "aws --profile prod iam a --region eu-west-3 > f && vi f",
        ),
        (
            aws("docker push").word(Word::output_of(aws("aws ecr b"))),
            r#"docker push "$(aws --profile prod ecr b --region eu-west-3)""#,
        ),
        (aws("docker push aws").word("aws"), "docker push aws aws"),
        (aws("aws-vault exec"), "aws-vault exec"),
        (
            aws("aws ram c").option("--profile", "OTHER").then(&aws("aws ram d --region r")),
            "aws ram c --profile OTHER --region eu-west-3 && aws --profile prod ram d --region r",
        ),
        // What a value holds is no option.
        (
            aws("aws s3 rm").word("--profile").word("a --region b"),
            "aws --profile prod s3 rm --profile 'a --region b' --region eu-west-3",
        ),
    ] {
        assert_eq!(command.region(&paris()).profile("prod"), expected);
    }
    assert_eq!(aws("aws sts a").profile("my prod"), "aws --profile 'my prod' sts a");
}

#[test]
fn plain_values_need_no_quotes() {
    let command = ShellCommand::of("aws ec2 create-route")
        .option("--route-table-id", "rtb-1")
        .option("--destination-cidr-block", "0.0.0.0/0")
        .option("--nat-gateway-id", Word::placeholder("NAT-GATEWAY-ID"))
        .option("--filters", Word::of("Name=status,Values=").and("available"))
        .option("--value", Word::of("file://").and_placeholder("VALUE"))
        .region(&"eu-west-1".parse().unwrap());
    assert_eq!(
        command,
        "aws ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT-GATEWAY-ID --filters Name=status,Values=available --value file://VALUE --region eu-west-1"
    );
}

#[test]
fn a_command_begins_with_its_program() {
    let put = ShellCommand::of("aws iam put-role-policy").option("--role-name", "app");
    assert!(put.begins_with("aws iam put-role-policy"));
    assert!(put.clone().then(&ShellCommand::of("true")).begins_with("aws iam"));
    assert!(!put.begins_with("aws iam put-role"));
    assert!(!ShellCommand::of("true").then(&put).begins_with("aws iam put-role-policy"));
    assert!(!ShellCommand::of("aws iam").word("get-role").begins_with("aws iam get-role"));
}

#[test]
fn only_a_command_that_does_nothing_else_writes_a_policy() {
    let policy = || json!({"Statement": []});
    let put = |key: &str, document| {
        ShellCommand::of("aws kms put").option("--key-id", key).option("--policy", document)
    };
    let one = put("a", policy());
    assert_eq!(one.policy(), Some(&policy()));
    let same = put("a", json!({"Id": "x", "Statement": [{}]}));
    assert!(one.without_policy().is_some());
    assert_eq!(one.without_policy(), same.without_policy());
    for other in [
        put("b", policy()),
        put("a", json!({"Id": "x"})),
        one.clone().flag("--bypass"),
        one.clone().output_to("f"),
        one.clone().then(&one),
    ] {
        assert_ne!(one.without_policy(), other.without_policy(), "{other}");
    }
    let text = ShellCommand::of("aws kms put").option("--policy", policy().to_string());
    assert_eq!(text.policy(), None, "a text is a value, whatever it looks like");
}

#[test]
fn a_global_service_is_called_in_the_cloud_of_the_run() {
    let attach = || ShellCommand::of("aws iam attach-role-policy").option("--role-name", "app");
    for (region, added) in [
        ("eu-west-3", ""),
        ("cn-north-1", " --region cn-north-1"),
        ("us-gov-west-1", " --region us-gov-west-1"),
        ("eusc-de-east-1", " --region eusc-de-east-1"),
    ] {
        let region: Region = region.parse().unwrap();
        let expected = format!("aws iam attach-role-policy --role-name app{added}");
        assert_eq!(attach().in_cloud_of(&region), expected);
        let own = attach().region(&paris());
        assert_eq!(own.clone().in_cloud_of(&region), own.to_string(), "it has one");
        let push = ShellCommand::of("docker push").word("app:1");
        assert_eq!(push.clone().in_cloud_of(&region), push.to_string());
    }
}
