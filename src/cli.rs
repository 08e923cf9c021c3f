//! The command line: definitions only, no behaviour. The parser, help, the manual and completions
//! share them.

mod diagnose;
mod flags;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgMatches, Args, Error, FromArgMatches, Subcommand, ValueEnum, ValueHint};

pub use diagnose::Diagnose;
use flags::duration;
pub use flags::{
    Colour, GateFlags, Global, LiveServices, PlaceToRun, RunFlags, Simulate, TemplateFlags, Tool,
};

use crate::checks::{Group, Groups};

/// A parsed command line.
pub struct Cli {
    /// The command.
    pub command: Command,
    /// Flags of every command.
    pub global: Global,
}

/// The command.
pub enum Command {
    /// Run the checks of a group, or all: the group commands, and `verify`.
    Judge(Option<&'static Group>, Judged),
    /// The same, and draw: the commands of groups that draw.
    Draw(&'static Group, Reached),
    /// Any other command.
    Other(Other),
}

/// The program's name.
pub const PROGRAM: &str = env!("CARGO_PKG_NAME");

/// The command that runs all checks.
pub const VERIFY: &str = "verify";

/// The definitions, with a command for each of these groups.
pub fn command(groups: Groups) -> clap::Command {
    let verify = clap::Command::new(VERIFY);
    let verify = Judged::augment_args(verify)
        .about("Run every check that applies: the gate in a release script");
    let commands = clap::Command::new(PROGRAM).subcommand(verify);
    let commands = commands.subcommands(groups.iter().map(|group| command_of(group)));
    Global::augment_args(Other::augment_subcommands(commands))
        .next_help_heading(None::<&str>)
        .about(
            "Will this Amazon ECS task definition start? Checks before the deploy, and says why not.",
        )
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .max_term_width(100)
}

fn command_of(group: &Group) -> clap::Command {
    let command = clap::Command::new(group.name);
    let command = match group.draws {
        true if group.chart.is_some() => {
            let help = "Draw the container instances as svg or text: to standard output in place of the report, or with FORMAT=FILE to a file; may be repeated";
            Reached::augment_args(command)
                .mut_arg("graph", |graph| graph.help(help).long_help(help))
        }
        true => Reached::augment_args(command),
        false => Judged::augment_args(command),
    };
    command.about(group.help)
}

impl Cli {
    /// The command line that was parsed with the definitions for these groups.
    ///
    /// # Errors
    /// None in practice: the definitions are the same.
    pub fn of(matches: &ArgMatches, groups: Groups) -> Result<Cli, Error> {
        let global = Global::from_arg_matches(matches)?;
        let command = match matches.subcommand() {
            Some((VERIFY, given)) => Command::Judge(None, Judged::from_arg_matches(given)?),
            Some((name, given)) => match groups.iter().find(|group| group.name == name) {
                Some(group) if group.draws => {
                    Command::Draw(group, Reached::from_arg_matches(given)?)
                }
                Some(group) => Command::Judge(Some(group), Judged::from_arg_matches(given)?),
                None => Command::Other(Other::from_arg_matches(matches)?),
            },
            None => Command::Other(Other::from_arg_matches(matches)?),
        };
        Ok(Cli { command, global })
    }
}

/// The commands that run no checks.
#[derive(Debug, Subcommand)]
pub enum Other {
    /// Say whether a role or user may perform an action, and which statements decide: allow, deny or depends
    Can(Can),
    /// Say why a task did not start, or a deployment fails: what ECS said, what it means, and what proves it
    Diagnose(Diagnose),
    /// Print the least policy that a task definition needs, for one of its roles or the deployer
    Policy(Box<Policy>),
    /// List every check: what it verifies, and the AWS actions that it calls
    Checks,
    /// Explain a check, or the text of an ECS error: what it means, and which checks know it before a deploy
    Explain {
        /// A check's id, a group, the text of an error, or `-` for standard input: a stopped reason, a service
        /// event, a log, the output of describe-tasks, an EventBridge event; without it, the list of all
        /// checks. Exit code for a text: 0 if checks know it, 3 if none does or it is not recognised
        #[arg(value_name = "CHECK-ID|GROUP|TEXT")]
        text: Vec<String>,
    },
    /// Say whether this program can do its work here: credentials, caller, region, clock, endpoints, and rights
    Doctor(Doctor),
    /// Print or install the aliases for the AWS CLI: `aws ecs-preflight`, and `aws ecs preflight` (version 2)
    Alias(Alias),
    /// Print the completion script of a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
        /// Complete clusters, services, families, subnets and security groups from the account too (bash,
        /// zsh and fish)
        #[arg(long)]
        live: bool,
    },
    /// Print the manual page, for `man -l -`
    Man {
        /// The command; without it, the page of the program
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// Print the version
    Version,
}

/// Shells with a completion script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// PowerShell
    Powershell,
}

/// The arguments of a command that runs checks.
#[derive(Args, Clone, Debug)]
pub struct Judged {
    /// A task definition: a file (JSON or YAML), `-` for standard input, file://PATH, or a registered
    /// family, family:revision or ARN. An existing file wins over a family of that name
    ///
    /// A file or folder may also declare task definitions, each with its service: a CloudFormation or SAM
    /// template, the folder cdk.out, the plan of `terraform show -json`, or ecspresso.yml. The images of
    /// imagedefinitions.json and the network of appspec.yml are used in the definitions passed with them.
    #[arg(value_name = "TASKDEF", required_unless_present_any = ["services", "all_services"], value_hint = ValueHint::AnyPath)]
    pub definitions: Vec<OsString>,
    /// Live services, in place of definitions.
    #[command(flatten)]
    pub live: LiveServices,
    /// Where the task will run.
    #[command(flatten)]
    pub place: PlaceToRun,
    /// What the expressions of a template depend on.
    #[command(flatten)]
    pub template: TemplateFlags,
    /// Which checks run, and what fails the run.
    #[command(flatten)]
    pub gate: GateFlags,
    /// Recording, time limits and the like.
    #[command(flatten)]
    pub run: RunFlags,
}

/// The arguments of a command that also draws.
#[derive(Args, Clone, Debug)]
pub struct Reached {
    /// Draw the paths as svg, dot or mermaid: to standard output in place of the report, or with
    /// FORMAT=FILE to a file; may be repeated
    #[arg(long, value_name = "FORMAT[=FILE]")]
    pub graph: Vec<String>,
    /// The arguments for the checks.
    #[command(flatten)]
    pub judged: Judged,
}

/// The question. Exit code: 0 for allow, 1 for deny, 3 for depends.
#[derive(Args, Clone, Debug)]
pub struct Can {
    /// The principal: the ARN of a role, a session or a user, the name of a role, or a service such as
    /// ecs-tasks.amazonaws.com
    #[arg(value_name = "PRINCIPAL")]
    pub principal: String,
    /// The action, such as secretsmanager:GetSecretValue
    #[arg(value_name = "ACTION")]
    pub action: String,
    /// The ARN of the resource, or * for an action that has none
    #[arg(value_name = "RESOURCE")]
    pub resource: String,
    /// A condition key of the request; may be repeated, even for one key with several values
    #[arg(long, value_name = "KEY=VALUE")]
    pub context: Vec<String>,
    /// Answer from a recording, without network and credentials
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub replay: Option<PathBuf>,
    /// Stop after this time and report what is known
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// The requested policy. Exit code: 0; 1 if --missing found something; 3 if something could not be
/// determined.
#[derive(Args, Clone, Debug)]
pub struct Policy {
    /// A task definition: a file, `-`, or a registered family, family:revision or ARN
    #[arg(value_name = "TASKDEF", value_hint = ValueHint::AnyPath)]
    pub definition: Option<OsString>,
    /// The role, or other principal, that needs the policy
    #[arg(long = "for", id = "policy_for", value_name = "ROLE", value_enum, required = true)]
    pub policy_for: PolicyFor,
    /// Print only what is not granted today
    #[arg(long)]
    pub missing: bool,
    /// Read from AWS what the definition does not contain: the account, full ARNs of secrets, their keys
    #[arg(long)]
    pub live: bool,
    /// With --for preflight: include what --read-secrets needs
    #[arg(long)]
    pub read_secrets: bool,
    /// Answer from a recording, without network and credentials
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub replay: Option<PathBuf>,
    /// Stop after this time and report what is known
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Where the task will run.
    #[command(flatten)]
    pub place: PlaceToRun,
    /// What the expressions of a template depend on.
    #[command(flatten)]
    pub template: TemplateFlags,
}

/// Whether this program can do its work. Exit code: 0 if ready; 1 if not; 3 if something could not be determined;
/// 4 without credentials or a region.
#[derive(Args, Clone, Debug)]
pub struct Doctor {
    /// Stop after this time and report what is known
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// What is done with the aliases; without a flag, they are printed.
#[derive(Args, Clone, Debug)]
pub struct Alias {
    /// Add them to the AWS CLI's alias file, ~/.aws/cli/alias, and keep everything else in it
    #[arg(long, conflicts_with_all = ["remove", "print"])]
    pub install: bool,
    /// Remove them from the file, and leave it as it was
    #[arg(long, conflicts_with = "print")]
    pub remove: bool,
    /// Print them, to add by hand; the default
    #[arg(long)]
    pub print: bool,
}

/// The principal whose policy is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PolicyFor {
    /// The role that ECS uses to pull images, fetch secrets and write logs
    ExecutionRole,
    /// The role of the containers: ECS Exec, file systems, log routing
    TaskRole,
    /// The role that ECS uses to manage volumes and load balancers
    InfrastructureRole,
    /// The principal that registers and runs the definition
    Deployer,
    /// This program
    Preflight,
}
