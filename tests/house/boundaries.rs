use super::source::{Source, in_word, sources, words};

/// A rule about each file of `src/`: a complaint, or none.
type Rule = fn(&Source) -> Vec<String>;

const RULES: &[Rule] = &[
    names_of_clients,
    requests_by_hand,
    printing,
    lifted_bans,
    secret_values,
    writing_calls,
    impurity,
    names_of_modules,
];

/// Longer files hold more than one thought.
const MOST_LINES: usize = 450;

#[test]
fn everything_stays_where_it_belongs() {
    let files = sources("src");
    let wrong: Vec<_> = RULES.iter().flat_map(|rule| files.iter().flat_map(rule)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let files = sources("src").into_iter().chain(sources("tests"));
    let long: Vec<_> = files
        .map(|file| (file.path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:?}");
}

#[test]
fn without_a_client_of_aws_nothing_is_asked_but_reads() {
    let listed = listed(include_str!("../../src/lookup/aws/actions.rs"), "const READS");
    assert!(listed.len() >= 53, "{listed:?}");
    let wrong: Vec<_> =
        listed.into_iter().filter(|call| !is_harmless(call) && *call != OF_SCRIPTS).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    for wrong in [
        OF_SCRIPTS,
        "ec2:RunInstances",
        "ec2:ModifyVpcAttribute",
        "ec2:Describer",
        "ec2:Get",
        "ec2:describeVpcs",
        "ec2:DescribeVpcs&Action=DeleteVpc",
        "ec2:GetPasswordData",
        "ec2:",
        "DescribeVpcs",
        "iam:CreateAccessKey",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "iam:ListAccessKeys/../CreateAccessKey",
        "logs:StartQuery",
        "logs:GetLogEvents",
        "organizations:MoveAccount",
        "s3:PutObject",
        "sts:AssumeRole",
        "sts:GetSessionToken",
        "IAM:GetRole",
    ] {
        assert!(!is_harmless(wrong), "{wrong}");
    }
}

/// The one allowed call whose answer contains scripts of instances. Nothing else says which instance types a
/// launch template has, and without them it is unknown whether managed scaling ever launches one that is large
/// enough. Two fields of the answer are read, and the reader of XML drops the user data.
const OF_SCRIPTS: &str = "ec2:DescribeLaunchTemplateVersions";

#[test]
fn user_data_is_dropped_and_read_nowhere() {
    let files: Vec<_> = sources("src").into_iter().filter(|file| !file.is_test()).collect();
    let named = |text: &str, except: &[&str]| -> Vec<String> {
        let of = files.iter().filter(|file| file.text.contains(text));
        of.map(|file| file.path.clone()).filter(|path| !except.contains(&&**path)).collect()
    };
    let reader = "src/lookup/ec2/launch_template.rs";
    let asks = ["src/lookup/aws/actions.rs", "src/lookup/question.rs", reader];
    assert_eq!(named(OF_SCRIPTS, &asks), Vec::<String>::new());
    let drops = "src/lookup/aws/element.rs";
    for field in ["userData", "UserData", "user_data"] {
        assert_eq!(named(field, &[drops]), Vec::<String>::new(), "{field}");
    }
    let dropped = files.iter().find(|file| file.path == drops).map(|file| file.text.as_str());
    assert!(dropped.is_some_and(|text| text.contains(r#"["userData", "UserData"]"#)));
}

/// The calls that are written in this list.
fn listed<'t>(text: &'t str, list: &str) -> Vec<&'t str> {
    let list = text.split_once(list).and_then(|(_, rest)| rest.split_once("];"));
    let lines = list.unwrap_or_default().0.lines().map(str::trim);
    lines.filter_map(|line| line.strip_prefix('"')?.strip_suffix("\",")).collect()
}

/// Whether a call reads, and returns no password, credentials, private key, script of an instance or line of a
/// log. `s3:GetObject` is the action of `HeadObject`, the only such request that the client can make
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Operations.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html>).
fn is_harmless(call: &str) -> bool {
    let telling = [
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DescribeSpotFleetRequests",
        "ec2:DescribeSpotInstanceRequests",
        "ec2:DescribeVpnConnections",
        "ec2:GetConsoleOutput",
        "ec2:GetConsoleScreenshot",
        "ec2:GetLaunchTemplateData",
        "ec2:GetPasswordData",
        "ec2:GetVpnConnectionDeviceSampleConfiguration",
        "iam:GetCredentialReport",
        "logs:GetLogEvents",
        "logs:GetLogObject",
        "logs:GetLogRecord",
        "logs:GetQueryResults",
        "sts:GetDelegatedAccessToken",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
        "sts:GetWebIdentityToken",
    ];
    let Some((service, action)) = call.split_once(':') else { return false };
    let verbs = ["Describe", "Get", "List", "Simulate"];
    let what = verbs.iter().find_map(|verb| action.strip_prefix(verb)).unwrap_or_default();
    service.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-')
        && what.starts_with(char::is_uppercase)
        && what.chars().all(char::is_alphanumeric)
        && !telling.contains(&call)
}

/// A lookup that makes such a call after all must not have to say so.
#[test]
fn every_banned_call_of_a_client_is_known_to_return_a_secret() {
    let known = listed(include_str!("../../src/lookup/question.rs"), "const SECRETS");
    let mut banned: Vec<String> =
        include_str!("../../.clippy.toml").lines().filter_map(banned_call).collect();
    banned.sort();
    assert_eq!(known, banned);
}

/// The call of a client that this line bans: `kms:Decrypt` for `aws_sdk_kms::Client::decrypt`.
fn banned_call(line: &str) -> Option<String> {
    let path = line.trim().strip_prefix("{ path = \"aws_sdk_")?.split('"').next()?;
    let (service, method) = path.split_once("::Client::")?;
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    Some(format!("{service}:{}", method.split('_').map(capital).collect::<String>()))
}

#[test]
fn a_secret_is_read_in_one_place_at_most() {
    let places: Vec<_> = sources("src")
        .into_iter()
        .filter(|file| words(&file.code, "get_secret_value").next().is_some())
        .map(|file| file.path)
        .collect();
    assert!(places.len() <= 1, "{places:?}");
}

/// Clients of AWS and HTTP are named in `src/lookup/` alone, also in unit tests.
fn names_of_clients(file: &Source) -> Vec<String> {
    if file.path.starts_with("src/lookup/") {
        return Vec::new();
    }
    let crates = [
        "aws_sdk_",
        "aws_config",
        "aws_credential_types",
        "aws_runtime",
        "aws_smithy_",
        "aws_types",
        "reqwest",
    ];
    let named = crates.iter().flat_map(|name| file.code.match_indices(name));
    named
        .filter(|(at, _)| !file.code[..*at].ends_with(in_word))
        .map(|(at, name)| {
            format!("{}: {name} is named outside src/lookup/", file.place(&file.code, at))
        })
        .collect()
}

/// A request that no client of AWS's makes is made in one place, which asks nothing but the reads that it
/// lists.
fn requests_by_hand(file: &Source) -> Vec<String> {
    if file.path == "src/lookup/aws/client.rs" {
        return Vec::new();
    }
    let made = ["aws_smithy_runtime", "aws_runtime", "aws_sigv4"].iter().flat_map(|name| {
        let named = words(&file.code, name).map(move |at| (at, name));
        named.filter(|_| file.path.starts_with("src/lookup/"))
    });
    made.map(|(at, name)| {
        format!("{}: {name} is named outside aws/client.rs", file.place(&file.code, at))
    })
    .collect()
}

/// Only `src/output/` prints.
fn printing(file: &Source) -> Vec<String> {
    let prints = ["print", "println", "eprint", "eprintln", "dbg"].iter().flat_map(|name| {
        words(&file.code, name)
            .filter(|at| file.code[at + name.len()..].starts_with('!'))
            .map(move |at| (at, name))
    });
    prints
        .filter(|(_, name)| **name == "dbg" || !file.path.starts_with("src/output/"))
        .map(|(at, name)| format!("{}: {name}! outside src/output/", file.place(&file.code, at)))
        .collect()
}

/// A ban of `.clippy.toml` is lifted where the thing belongs, and by `expect`, which ends with its need.
fn lifted_bans(file: &Source) -> Vec<String> {
    let homes: [(&str, &[&str]); 3] = [
        ("clippy::disallowed_types", &["src/lookup/"]),
        ("clippy::disallowed_macros", &["src/output/"]),
        (
            "clippy::disallowed_methods",
            &["src/lookup/", "src/output/", "src/commands/", "src/cli.rs"],
        ),
    ];
    let mut wrong = Vec::new();
    for (ban, homes) in homes {
        for at in words(&file.code, ban) {
            let opened =
                file.code[..at].rfind("#[").max(file.code[..at].rfind("#![")).unwrap_or(at);
            if !homes.iter().any(|home| file.path.starts_with(home)) {
                wrong.push(format!(
                    "{}: {ban} is lifted outside {homes:?}",
                    file.place(&file.code, at)
                ));
            } else if file.code[opened..at].contains("allow") {
                wrong.push(format!(
                    "{}: lift {ban} by expect, with a reason",
                    file.place(&file.code, at)
                ));
            }
        }
    }
    wrong
}

/// The operation that reads a secret is written nowhere else, under whatever name of the SDK.
fn secret_values(file: &Source) -> Vec<String> {
    ["batch_get_secret_value", "get_parameters_by_path", "get_parameter_history", "with_decryption"]
        .iter()
        .flat_map(|name| words(&file.code, name).map(move |at| (at, name)))
        .map(|(at, name)| {
            format!("{}: {name} returns values that nothing here needs", file.place(&file.code, at))
        })
        .collect()
}

/// Read-only: no operation is sent whose name begins with a verb that writes.
fn writing_calls(file: &Source) -> Vec<String> {
    let verbs = [
        "add",
        "associate",
        "attach",
        "authorize",
        "cancel",
        "copy",
        "create",
        "delete",
        "deregister",
        "detach",
        "disable",
        "disassociate",
        "enable",
        "execute",
        "import",
        "invoke",
        "modify",
        "put",
        "reboot",
        "register",
        "remove",
        "replace",
        "replicate",
        "reset",
        "restore",
        "retire",
        "revoke",
        "rotate",
        "run",
        "schedule",
        "start",
        "stop",
        "submit",
        "tag",
        "terminate",
        "untag",
        "update",
        "upload",
        "write",
    ];
    let code = file.shipped();
    let sent = code.split_inclusive(';').scan(0, |end, statement| {
        let at = *end;
        *end += statement.len();
        Some((at, statement))
    });
    let mut wrong = Vec::new();
    for (at, statement) in sent.filter(|(_, statement)| statement.contains(".send()")) {
        for (dot, _) in statement.match_indices("()") {
            let call = statement[..dot].rsplit(|it| !in_word(it)).next().unwrap_or_default();
            if call.split_once('_').is_some_and(|(verb, _)| verbs.contains(&verb)) {
                wrong.push(format!("{}: {call} writes", file.place(&code, at + dot)));
            }
        }
    }
    wrong
}

/// Engines, checks and what they are made of reach for nothing: no file, no clock, no network, no thread.
fn impurity(file: &Source) -> Vec<String> {
    let pure = [
        "names",
        "knowledge",
        "shell",
        "iam",
        "network",
        "placement",
        "verdict",
        "task",
        "account",
        "reachability",
        "least_privilege",
        "permission",
        "checks",
        "report",
    ];
    if !file.module().first().is_some_and(|layer| pure.contains(layer)) {
        return Vec::new();
    }
    let code = file.shipped();
    [
        "std::fs",
        "std::net::TcpStream",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime::now",
        "Instant::now",
        "tokio",
    ]
    .iter()
    .flat_map(|name| words(&code, name).map(move |at| (at, name)))
    .map(|(at, name)| format!("{}: {name} in a pure layer", file.place(&code, at)))
    .collect()
}

/// A module is named for what it holds.
fn names_of_modules(file: &Source) -> Vec<String> {
    let empty_words = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];
    let module = file.module();
    let named = module.iter().filter(|name| empty_words.contains(name));
    named.map(|name| format!("{}: {name} says nothing about what is in it", file.path)).collect()
}

#[test]
fn what_is_out_of_place_is_found() {
    for (path, code) in [
        ("src/checks/image.rs", "use aws_sdk_ecr::types::Image;"),
        ("src/facts/table.rs", "#[cfg(test)]\nmod tests {\n    use reqwest::Client;\n}"),
        ("src/preflight.rs", "println!(\"done\");"),
        ("src/output/text.rs", "dbg!(report);"),
        ("src/report.rs", "#![expect(clippy::disallowed_macros)]"),
        ("src/checks/image.rs", "#[expect(clippy::disallowed_methods)]"),
        ("src/lookup/mod.rs", "#![allow(clippy::disallowed_types)]"),
        ("src/lookup/ssm.rs", "client.x().with_decryption(true)"),
        (
            "src/lookup/ecs.rs",
            "let it = client\n    .create_service()\n    .cluster(c)\n    .send()\n    .await;",
        ),
        ("src/iam/policy.rs", "let text = std::fs::read(path);"),
        ("src/lookup/utils.rs", ""),
        ("src/lookup/iam/role.rs", "use aws_smithy_runtime::client::orchestrator::invoke;"),
        ("src/lookup/ec2/vpc.rs", "let scheme = aws_runtime::auth::sigv4::SCHEME_ID;"),
        ("src/lookup/aws/json.rs", "use aws_smithy_runtime::client::orchestrator::invoke;"),
    ] {
        let file = Source::new(path, code);
        let wrong: Vec<_> = RULES.iter().flat_map(|rule| rule(&file)).collect();
        assert_eq!(wrong.len(), 1, "{path}: {code}: {wrong:?}");
    }
}

#[test]
fn what_is_in_its_place_is_left_alone() {
    for (path, code) in [
        (
            "src/lookup/ecr.rs",
            "#![expect(clippy::disallowed_types, reason = \"\")]\nuse aws_sdk_ecr::Client;",
        ),
        (
            "src/lookup/aws/client.rs",
            "use aws_smithy_runtime::client::orchestrator::operation::Operation;",
        ),
        ("src/lookup/classify.rs", "use aws_smithy_runtime_api::client::result::SdkError;"),
        (
            "src/lookup/ecs.rs",
            "let it = client.describe_tasks().send().await;\nlet why = task.stop_code();",
        ),
        ("src/output/text.rs", "println!();"),
        (
            "src/checks/image.rs",
            "// The SDK, aws_sdk_ecr, calls println!\nlet remedy = \"println!\";",
        ),
        (
            "src/commands/mod.rs",
            "#[expect(clippy::disallowed_methods, reason = \"\")]\nfn resolve() {}",
        ),
    ] {
        let file = Source::new(path, code);
        let wrong: Vec<_> = RULES.iter().flat_map(|rule| rule(&file)).collect();
        assert_eq!(wrong, [""; 0], "{path}: {code}");
    }
}
