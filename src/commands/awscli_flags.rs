//! The global options that the AWS CLI consumes when it runs this program through an alias.
//!
//! It neither passes nor exports them, wherever they are: `aws --profile prod ecs preflight verify x` would
//! check the default account, and could pass for the wrong one. The alias passes the id of the `aws`
//! process, whose command line still contains them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Failure;
use crate::cli::{Colour, Global};

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
    ("v2-debug", false),
    ("version", false),
];

/// Applies the consumed options, and returns notes about them.
pub(super) fn restore(global: &mut Global) -> Result<Vec<String>, Failure> {
    #[expect(clippy::disallowed_methods, reason = "set by the alias, for this purpose only")]
    let Some(process) = std::env::var(PROCESS).ok().filter(|it| !it.is_empty()) else {
        return Ok(Vec::new());
    };
    let (line, exact) = line_of(&process).ok_or_else(|| {
        refuse(&format!("the command line of the aws process {process} cannot be read"))
    })?;
    let passed: Vec<String> =
        std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    // What is split at spaces can only be compared with what is split too.
    let passed = match exact {
        true => passed,
        false => passed.iter().flat_map(|it| it.split_whitespace()).map(str::to_owned).collect(),
    };
    let swallowed = swallowed(&line, &passed).map_err(|why| refuse(&why))?;
    apply(&swallowed, global)
}

fn refuse(why: &str) -> Failure {
    Failure::usage(format!(
        "{why}, and the AWS CLI does not pass on --region, --profile and other global options\n  Put -- first: aws ecs preflight -- verify ... --region REGION --profile NAME"
    ))
}

/// The command line of a process, and whether it is exact: on Linux; elsewhere, it is split at spaces.
fn line_of(process: &str) -> Option<(Vec<String>, bool)> {
    if !process.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    if let Ok(bytes) = std::fs::read(format!("/proc/{process}/cmdline")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        return Some((text.split_terminator('\0').map(str::to_owned).collect(), true));
    }
    let listed = Command::new("ps").args(["-ww", "-o", "args=", "-p", process]).output().ok()?;
    let text = String::from_utf8(listed.stdout).ok().filter(|text| !text.trim().is_empty())?;
    Some((text.split_whitespace().map(str::to_owned).collect(), false))
}

/// A global option of the AWS CLI with its value, if it takes one.
type Swallowed = (&'static str, Option<String>);

/// A part of the command line of `aws`.
enum Part<'l> {
    /// A global option, as it is written.
    Option(Swallowed, &'l [String]),
    /// Any other argument.
    Word(&'l String),
    /// `--`, which the AWS CLI may keep or pass on.
    End,
}

/// The global options in the command line of `aws`, including abbreviated ones, that are not among the
/// arguments that it passed on. All the rest must have been passed on.
fn swallowed(line: &[String], passed: &[String]) -> Result<Vec<Swallowed>, String> {
    let is_aws = |it: &String| {
        Path::new(it).file_stem().is_some_and(|stem| stem == "aws" || stem == "awscli")
    };
    let program = line
        .iter()
        .position(is_aws)
        .ok_or("the process that ran the alias does not look like the AWS CLI")?;
    let (mut found, mut names, mut passed): (Vec<Swallowed>, usize, _) = (Vec::new(), 0, passed);
    for part in parts(&line[program + 1..])?.iter().rev() {
        match part {
            Part::Option(option, written) => match passed.strip_suffix(*written) {
                Some(before) => passed = before,
                // The last one counts, as for the AWS CLI.
                None if found.iter().any(|(name, _)| *name == option.0) => {}
                None => found.push(option.clone()),
            },
            Part::End => passed = passed.strip_suffix(&["--".to_owned()]).unwrap_or(passed),
            // What comes before the passed arguments is the name of the alias: one word, or two.
            Part::Word(_) if passed.is_empty() && names < 2 => names += 1,
            Part::Word(word) => match passed.split_last() {
                Some((last, before)) if last == *word => passed = before,
                _ => {
                    return Err(format!(
                        "the aws command line has {word:?}, which was not passed on"
                    ));
                }
            },
        }
    }
    if !passed.is_empty() {
        return Err("the aws command line is not the one that ran this program".to_owned());
    }
    found.reverse();
    Ok(found)
}

fn parts(line: &[String]) -> Result<Vec<Part<'_>>, String> {
    let (mut parts, mut rest) = (Vec::new(), line);
    while let Some((argument, after)) = rest.split_first() {
        let written = rest;
        rest = after;
        if argument == "--" {
            parts.push(Part::End);
            parts.extend(rest.iter().map(Part::Word));
            break;
        }
        let option = argument.strip_prefix("--").unwrap_or_default();
        let (name, inline) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option, None),
        };
        let Some((name, takes_value)) = named(name)? else {
            parts.push(Part::Word(argument));
            continue;
        };
        let (value, width) = match (takes_value, inline, after.first()) {
            (false, _, _) => (None, 1),
            (true, Some(value), _) => (Some(value), 1),
            (true, None, Some(value)) => (Some(value.clone()), 2),
            (true, None, None) => return Err(format!("--{name} has no value")),
        };
        rest = &written[width..];
        parts.push(Part::Option((name, value), &written[..width]));
    }
    Ok(parts)
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

fn apply(swallowed: &[Swallowed], global: &mut Global) -> Result<Vec<String>, Failure> {
    let mut notes = Vec::new();
    for (name, value) in swallowed {
        let text = value.clone();
        let seconds = || {
            let text = value.as_deref().unwrap_or_default();
            text.parse().map_err(|_| Failure::usage(format!("--{name} {text:?} is not a number")))
        };
        let applied = match *name {
            "region" => fill(&mut global.region, text),
            "profile" => fill(&mut global.profile, text),
            "endpoint-url" => fill(&mut global.endpoint_url, text),
            "ca-bundle" => fill(&mut global.ca_bundle, text.map(PathBuf::from)),
            "query" => fill(&mut global.query, text),
            "output" if !global.format.is_empty() => false,
            "output" if matches!(text.as_deref(), Some("json" | "text")) => {
                fill(&mut global.output, text)
            }
            "output" => {
                let value = text.unwrap_or_default();
                notes.push(format!(
                    "--output {value} on the aws command line has no counterpart here; see --format"
                ));
                false
            }
            "cli-connect-timeout" => fill(&mut global.cli_connect_timeout, Some(seconds()?)),
            "cli-read-timeout" => fill(&mut global.cli_read_timeout, Some(seconds()?)),
            "color" => {
                let wanted = match text.as_deref() {
                    Some("on") => Colour::On,
                    Some("off") => Colour::Off,
                    _ => Colour::Auto,
                };
                let is_free = global.color == Colour::Auto && wanted != Colour::Auto;
                global.color = if is_free { wanted } else { global.color };
                is_free
            }
            "no-verify-ssl" => !std::mem::replace(&mut global.no_verify_ssl, true),
            "debug" => !std::mem::replace(&mut global.debug, true),
            "no-sign-request" => {
                return Err(Failure::usage(
                    "--no-sign-request is not supported: every call must be signed",
                ));
            }
            _ => false,
        };
        if applied {
            let value = value.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
            notes.push(format!("--{name}{value} was taken from the aws command line"));
        }
    }
    Ok(notes)
}

/// Applies a consumed option, unless the same option was passed to this program.
fn fill<T>(option: &mut Option<T>, value: Option<T>) -> bool {
    let is_free = option.is_none();
    if is_free {
        *option = value;
    }
    is_free
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line of `aws`, and what was passed on.
    fn found(line: &str, passed: &str) -> Result<Vec<Swallowed>, String> {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        swallowed(&words(line), &words(passed))
    }

    #[test]
    fn global_options_are_found_wherever_they_stand() {
        let region = || ("region", Some("eu-west-1".to_owned()));
        let profile = || ("profile", Some("prod".to_owned()));
        let table = [
            ("aws ecs preflight verify x", "verify x", vec![]),
            (
                "/usr/bin/python3 /usr/local/bin/aws --profile prod ecs preflight verify x",
                "verify x",
                vec![profile()],
            ),
            ("aws ecs preflight verify x --region eu-west-1", "verify x", vec![region()]),
            (
                "aws ecs --reg=eu-west-1 preflight verify --prof prod x",
                "verify x",
                vec![region(), profile()],
            ),
            (
                "aws ecs-preflight -- verify x --region us-east-1",
                "verify x --region us-east-1",
                vec![],
            ),
            (
                "aws --region eu-west-1 ecs-preflight -- verify x --region b",
                "-- verify x --region b",
                vec![region()],
            ),
            (
                "aws --region a ecs-preflight verify x --region eu-west-1",
                "verify x",
                vec![region()],
            ),
            (
                "aws ecs preflight verify x --record facts.json --format json",
                "verify x --record facts.json --format json",
                vec![],
            ),
            ("aws --debug ecs preflight verify x", "verify x", vec![("debug", None)]),
            // Version 1 does not know this option, and passes it on.
            ("aws ecs-preflight checks --no-cli-pager", "checks --no-cli-pager", vec![]),
        ];
        for (line, passed, expected) in table {
            assert_eq!(found(line, passed), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        for (line, passed) in [
            ("aws ecs preflight --c x", "--c x"),
            ("bash -c something", "something"),
            ("aws ecs preflight --region", ""),
            // An option that this program does not know yet.
            ("aws ecs preflight --cli-mood good verify x", "verify x"),
            // A profile with a space in its name, where the line is split at spaces.
            ("aws --profile my prod ecs preflight verify x", "verify x"),
            ("aws ecs preflight verify x", "verify y"),
            ("aws s3 ls", "verify x"),
        ] {
            assert!(found(line, passed).is_err(), "{line}");
        }
    }

    #[test]
    fn what_was_swallowed_is_applied_and_said() {
        let mut global = Global { region: Some("us-east-1".to_owned()), ..Global::default() };
        let value = |text: &str| Some(text.to_owned());
        let given = [
            ("region", value("eu-west-1")),
            ("profile", value("prod")),
            ("color", value("off")),
            ("output", value("json")),
            ("no-cli-pager", None),
        ];
        let notes = apply(&given, &mut global).map_err(|failure| failure.message).unwrap();
        assert_eq!(global.profile.as_deref(), Some("prod"));
        assert_eq!(global.region.as_deref(), Some("us-east-1"), "our own flag wins");
        assert_eq!((global.color, global.output.as_deref()), (Colour::Off, Some("json")));
        let said = ["--profile prod", "--color off", "--output json"];
        assert_eq!(notes, said.map(|it| format!("{it} was taken from the aws command line")));
    }

    #[test]
    fn an_output_without_counterpart_is_said() {
        let mut global = Global::default();
        let notes = apply(&[("output", Some("yaml".to_owned()))], &mut global);
        assert!(global.output.is_none());
        assert!(notes.is_ok_and(|it| it[0].contains("--output yaml")));
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
