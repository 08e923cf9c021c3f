//! The global options that the AWS CLI consumes when it runs this program through an alias.
//!
//! It neither passes nor exports them, wherever they are: `aws --profile prod ecs preflight verify x` would
//! check the default account, and could pass for the wrong one. The alias passes the id of the `aws`
//! process, whose command line still contains them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Failure;
use crate::cli::Global;

/// The variable that the alias sets.
const PROCESS: &str = "AWS_ECS_PREFLIGHT_AWSCLI_PID";

/// The AWS CLI's global options, and whether they take a value
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html>).
const OPTIONS: &[(&str, bool)] = &[
    ("ca-bundle", true),
    ("cli-auto-prompt", false),
    ("cli-binary-format", true),
    ("cli-connect-timeout", true),
    ("cli-read-timeout", true),
    ("color", true),
    ("debug", false),
    ("endpoint-url", true),
    ("no-cli-auto-prompt", false),
    ("no-cli-pager", false),
    ("no-paginate", false),
    ("no-sign-request", false),
    ("no-verify-ssl", false),
    ("output", true),
    ("profile", true),
    ("query", true),
    ("region", true),
    ("version", false),
];

/// Applies the consumed options, and returns notes about them.
pub(super) fn restore(global: &mut Global) -> Result<Vec<String>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "set by the alias, for this purpose only")]
    let Some(process) = std::env::var(PROCESS).ok().filter(|it| !it.is_empty()) else {
        return Ok(Vec::new());
    };
    let arguments = arguments(&process).ok_or_else(|| {
        refuse(&format!("the command line of the aws process {process} cannot be read"))
    })?;
    let swallowed = swallowed(&arguments).map_err(|why| refuse(&why))?;
    apply(&swallowed, global)
}

fn refuse(why: &str) -> Failure {
    Failure::usage(format!(
        "{why}, and the AWS CLI does not pass on --region, --profile and other global options\n  Put -- first: aws ecs preflight -- verify ... --region REGION --profile NAME"
    ))
}

/// The command line of a process: exact on Linux, split at spaces elsewhere.
fn arguments(process: &str) -> Option<Vec<String>> {
    if !process.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(bytes) = std::fs::read(format!("/proc/{process}/cmdline")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Some(text.split_terminator('\0').map(str::to_owned).collect());
    }
    let listed = Command::new("ps").args(["-ww", "-o", "args=", "-p", process]).output().ok()?;
    let text = String::from_utf8(listed.stdout).ok().filter(|text| !text.trim().is_empty())?;
    Some(text.split_whitespace().map(str::to_owned).collect())
}

/// The global options in the arguments of `aws`, including abbreviated ones.
fn swallowed(arguments: &[String]) -> Result<Vec<(&'static str, Option<String>)>, String> {
    let is_aws = |it: &String| Path::new(it).file_stem().is_some_and(|stem| stem == "aws");
    let program = arguments
        .iter()
        .position(is_aws)
        .ok_or("the process that ran the alias does not look like the AWS CLI")?;
    let mut found = Vec::new();
    let mut rest = arguments[program + 1..].iter();
    while let Some(argument) = rest.next() {
        if argument == "--" {
            break;
        }
        let Some(option) = argument.strip_prefix("--") else { continue };
        let (name, inline) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option, None),
        };
        let Some((name, takes_value)) = named(name)? else { continue };
        let value = match (takes_value, inline) {
            (false, _) => None,
            (true, Some(value)) => Some(value),
            (true, None) => Some(rest.next().cloned().ok_or(format!("--{name} has no value"))?),
        };
        found.push((name, value));
    }
    Ok(found)
}

/// The option with that name or unambiguous abbreviation.
fn named(given: &str) -> Result<Option<(&'static str, bool)>, String> {
    if let Some(exact) = OPTIONS.iter().find(|(name, _)| *name == given) {
        return Ok(Some(*exact));
    }
    let fitting: Vec<_> = OPTIONS.iter().filter(|(name, _)| name.starts_with(given)).collect();
    match fitting.as_slice() {
        _ if given.is_empty() => Ok(None),
        [] => Ok(None),
        [only] => Ok(Some(**only)),
        _ => Err(format!("--{given} could be several options of the AWS CLI")),
    }
}

fn apply(
    swallowed: &[(&'static str, Option<String>)],
    global: &mut Global,
) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    for (name, value) in swallowed {
        let text = value.clone();
        let seconds = || {
            let text = value.as_deref().unwrap_or_default();
            text.parse().map_err(|_| Failure::usage(format!("--{name} {text:?} is not a number")))
        };
        match *name {
            "region" => global.region = global.region.take().or(text),
            "profile" => global.profile = global.profile.take().or(text),
            "endpoint-url" => global.endpoint_url = global.endpoint_url.take().or(text),
            "ca-bundle" => {
                global.ca_bundle = global.ca_bundle.take().or(text.map(PathBuf::from));
            }
            "query" => global.query = global.query.take().or(text),
            "output" if text.as_deref() == Some("json") && global.format.is_empty() => {
                global.output = global.output.take().or(text);
            }
            "cli-connect-timeout" => {
                global.cli_connect_timeout = global.cli_connect_timeout.or(Some(seconds()?));
            }
            "cli-read-timeout" => {
                global.cli_read_timeout = global.cli_read_timeout.or(Some(seconds()?));
            }
            "no-verify-ssl" => global.no_verify_ssl = true,
            "debug" => global.debug = true,
            "no-sign-request" => {
                return Err(Failure::usage(
                    "--no-sign-request is not supported: every call must be signed",
                ));
            }
            _ => continue,
        }
        let value = value.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
        notes.push(format!("--{name}{value} was taken from the aws command line"));
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Result<Vec<(&'static str, Option<String>)>, String> {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        swallowed(&arguments)
    }

    #[test]
    fn global_options_are_found_wherever_they_stand() {
        let region = ("region", Some("eu-west-1".to_owned()));
        let profile = ("profile", Some("prod".to_owned()));
        let table = [
            ("aws ecs preflight verify x", vec![]),
            (
                "/usr/bin/python3 /usr/local/bin/aws --profile prod ecs preflight verify x",
                vec![profile.clone()],
            ),
            ("aws ecs preflight verify x --region eu-west-1", vec![region.clone()]),
            ("aws ecs preflight verify x --reg=eu-west-1 --prof prod", vec![region, profile]),
            ("aws ecs preflight -- verify x --region eu-west-1", vec![]),
            ("aws ecs preflight verify x --record facts.json --format json", vec![]),
            ("aws --debug ecs preflight verify x", vec![("debug", None)]),
        ];
        for (line, expected) in table {
            assert_eq!(found(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for line in ["aws ecs preflight --c x", "bash -c something", "aws ecs preflight --region"] {
            assert!(found(line).is_err(), "{line}");
        }
    }

    #[test]
    fn what_was_swallowed_is_applied_and_said() {
        let mut global = Global { region: Some("us-east-1".to_owned()), ..Global::default() };
        let given =
            [("region", Some("eu-west-1".to_owned())), ("profile", Some("prod".to_owned()))];
        let notes = apply(&given, &mut global).map_err(|failure| failure.message);
        assert_eq!(global.profile.as_deref(), Some("prod"));
        assert_eq!(global.region.as_deref(), Some("us-east-1"), "our own flag wins");
        assert_eq!(notes.map(|notes| notes.len()), Ok(2));
    }

    #[test]
    fn our_own_times_win_too() {
        let mut global = Global { cli_read_timeout: Some(5), ..Global::default() };
        let given = [
            ("cli-read-timeout", Some("60".to_owned())),
            ("cli-connect-timeout", Some("7".to_owned())),
        ];
        assert!(apply(&given, &mut global).is_ok());
        assert_eq!((global.cli_read_timeout, global.cli_connect_timeout), (Some(5), Some(7)));
    }
}
