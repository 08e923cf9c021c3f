//! Flags that several commands take.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};

/// Where the task will run; a later source wins over an earlier one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Where the task will run")]
pub struct PlaceToRun {
    /// Take it from this live service, in the cluster of --cluster (default: `default`)
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub service: Option<String>,
    /// Input of create-service or update-service
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub service_definition: Option<PathBuf>,
    /// Input of run-task or start-task
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub run_task: Option<PathBuf>,
    /// What run-task overrides, as for the AWS CLI: JSON, or file://PATH
    #[arg(long, alias = "override", value_name = "JSON", value_parser = filled)]
    pub overrides: Option<String>,
    /// The cluster
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub cluster: Option<String>,
    /// The launch type
    #[arg(long, value_name = "TYPE", value_parser = ["FARGATE", "EC2", "EXTERNAL", "MANAGED_INSTANCES"], ignore_case = true)]
    pub launch_type: Option<String>,
    /// A capacity provider, in place of a launch type; several with commas, or repeat the flag
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = filled)]
    pub capacity_provider: Vec<String>,
    /// The platform version of Fargate
    #[arg(long, value_name = "VERSION")]
    pub platform_version: Option<String>,
    /// The subnets; several with commas, or repeat the flag
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = filled)]
    pub subnets: Vec<String>,
    /// The security groups; several with commas, or repeat the flag
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = filled)]
    pub security_groups: Vec<String>,
    /// Whether the task gets a public address
    #[arg(long, value_name = "ENABLED|DISABLED", value_parser = ["ENABLED", "DISABLED"], ignore_case = true)]
    pub assign_public_ip: Option<String>,
    /// The container instances of a start-task; several with commas, or repeat the flag
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = filled)]
    pub container_instances: Vec<String>,
    /// The role that manages the task's EBS volumes
    #[arg(long, value_name = "ARN")]
    pub infrastructure_role_arn: Option<String>,
    /// The principal who deploys; without it, the one that runs this
    #[arg(long, value_name = "ARN")]
    pub caller_arn: Option<String>,
}

/// Live services that are checked in place of task definitions: each with its revision, network and volumes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Live services, in place of TASKDEF")]
pub struct LiveServices {
    /// Check these services of the cluster as they run now: would their tasks start again? The rights of a
    /// caller are checked only with --caller-arn. Several with commas, or repeat the flag
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = filled, conflicts_with_all = ["definitions", "all_services", "service", "service_definition", "run_task"])]
    pub services: Vec<String>,
    /// The same for every service of the cluster of --cluster (default: `default`)
    #[arg(long, conflicts_with_all = ["definitions", "service", "service_definition", "run_task"])]
    pub all_services: bool,
}

/// What the expressions of a template depend on, and what a deployment lays over the definition.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Templates and overlays")]
pub struct TemplateFlags {
    /// A parameter of the CloudFormation template, or a pseudo parameter such as AWS::StackName; may be
    /// repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub parameter: Vec<String>,
    /// The image of a container, in place of the one in the definition; may be repeated
    #[arg(long, value_name = "CONTAINER=IMAGE")]
    pub image: Vec<String>,
    /// The live CloudFormation stack that the template updates: its parameters, and its resources that the update
    /// leaves as they are
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub stack: Option<String>,
    /// The parameters of the CloudFormation template, in a file as the AWS CLI or CodePipeline reads it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub parameters: Option<PathBuf>,
}

/// Which checks run, and what fails the run.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Checks and exit code")]
pub struct GateFlags {
    /// Run only these checks or groups; repeat the flag or separate them by commas
    #[arg(long, value_name = "CHECK|GROUP", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Skip these checks or groups; repeat the flag or separate them by commas
    #[arg(long, value_name = "CHECK|GROUP", value_delimiter = ',')]
    pub skip: Vec<String>,
    /// Accepted findings, which warn until a date; --write-accept writes such a file
    ///
    /// A list in JSON or YAML. Each entry has four required fields: `check`, the id of a check;
    /// `subject`, the place of the finding as in the JSON report; `reason`, why it is accepted; `expires`,
    /// a date after which it fails again. With `target`, only that file or service (CLUSTER/NAME) is meant:
    /// [{"check": "image-exists", "subject": "/containerDefinitions/0/image", "reason": "pushed by the next
    /// step", "expires": "2026-12-31"}]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub accept: Option<PathBuf>,
    /// Write the failures to FILE in the format of --accept; the reasons are left for you to fill in
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub write_accept: Option<PathBuf>,
    /// Fail the run on a warning, and on a pass that rests on an assumption
    #[arg(long)]
    pub strict: bool,
    /// Do not fail the run on what could not be determined (for one check, or for all)
    #[arg(long, value_name = "CHECK", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    pub allow_unknown: Option<Vec<String>>,
    /// Check the file as this tool registers it: what it refuses fails, what it removes is not checked
    #[arg(long = "for", value_name = "TOOL", value_enum)]
    pub tool: Option<Tool>,
    /// Refuse to run against another account
    #[arg(long, value_name = "ID")]
    pub expect_account: Option<String>,
    /// Refuse to run in another region
    #[arg(long, value_name = "REGION")]
    pub expect_region: Option<String>,
}

/// A tool that registers a task definition from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tool {
    /// aws ecs register-task-definition --cli-input-json
    AwsCli,
    /// aws-actions/amazon-ecs-deploy-task-definition
    GithubAction,
}

/// Time limits, recordings and how AWS is queried.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The run")]
pub struct RunFlags {
    /// Read secrets' values to prove that their JSON keys exist; never printed, logged or recorded
    #[arg(long)]
    pub read_secrets: bool,
    /// When to ask the IAM policy simulator for a second opinion: where a policy or an SCP cannot be read
    /// (auto), only where a policy of the principal cannot be read, or never
    #[arg(long, value_name = "WHEN", value_enum, default_value = "auto")]
    pub simulate: Simulate,
    /// Repeat what failed or is unknown until it passes or this time has passed
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub wait: Option<Duration>,
    /// Stop after this time and report what is known
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,
    /// Maximum number of concurrent requests per service
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub max_concurrency: u16,
    /// Write every fact that the run used, without secret values or credentials
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub record: Option<PathBuf>,
    /// Replace account ids and names in the recording: for a bug report, not for --replay
    #[arg(long, requires = "record")]
    pub redact: bool,
    /// Run on a recording, without network and credentials
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "record")]
    pub replay: Option<PathBuf>,
}

/// When the IAM policy simulator is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Simulate {
    /// Where a policy or an SCP cannot be read
    #[default]
    Auto,
    /// Never
    Never,
    /// Only where a policy of the principal cannot be read
    OnlyIfBlind,
}

/// Flags of every command; most come from the AWS CLI, with the same meaning.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Common flags")]
pub struct Global {
    /// Output: text, short, json, ndjson, junit, github, gitlab, markdown, sarif or html, to standard output or
    /// as FORMAT=FILE (`-` is standard output); may be repeated
    #[arg(
        short = 'o',
        long,
        global = true,
        value_name = "FORMAT[=FILE]",
        env = "AWS_ECS_PREFLIGHT_FORMAT"
    )]
    pub format: Vec<OsString>,
    /// Synonym of --format, as in the AWS CLI
    ///
    /// AWS_DEFAULT_OUTPUT and the profile's `output` are not followed.
    #[arg(long, global = true, value_name = "FORMAT", value_parser = ["text", "json"], hide_short_help = true)]
    pub output: Option<String>,
    /// A JMESPath expression over the JSON output
    #[arg(long, global = true, value_name = "JMESPATH")]
    pub query: Option<String>,
    /// The profile to use
    #[arg(long, visible_alias = "aws-profile", global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The region to use
    #[arg(long, visible_alias = "aws-region", global = true, value_name = "REGION")]
    pub region: Option<String>,
    /// Send requests to this URL instead of the services' endpoints
    #[arg(long, visible_alias = "aws-endpoint-url", global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Certificates to trust, as a PEM file
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub ca_bundle: Option<PathBuf>,
    /// Do not verify TLS certificates: anyone in the network can then fake the answers
    #[arg(long, global = true)]
    pub no_verify_ssl: bool,
    /// Seconds to wait for a connection
    #[arg(long, global = true, value_name = "SECONDS")]
    pub cli_connect_timeout: Option<u64>,
    /// Seconds to wait for an answer
    #[arg(long, global = true, value_name = "SECONDS")]
    pub cli_read_timeout: Option<u64>,
    /// Log every request to standard error
    #[arg(long, global = true)]
    pub debug: bool,
    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value = "auto")]
    pub color: Colour,
    /// Accepted as in the AWS CLI; there is no pager
    #[arg(long, global = true, hide_short_help = true)]
    pub no_cli_pager: bool,
    /// Only what fails or is unknown, and what was not checked
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Every result with its evidence, and whole ARNs
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// When to use color.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// Always
    #[value(alias = "always")]
    On,
    /// Never, and plain ASCII marks
    #[value(alias = "never")]
    Off,
    /// On a terminal, unless `NO_COLOR` says otherwise
    #[default]
    Auto,
}

/// A value that is not empty, as an unset variable of a script leaves it.
pub(super) fn filled(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("the value is empty; is a variable of your script unset?".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// `90`, `90s`, `5m`, `1h`, `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 =
        digits.parse().map_err(|_| format!("{text:?} is not a duration; write 90s, 5m or 1h"))?;
    match &text[digits.len()..] {
        "" | "s" => Ok(Duration::from_secs(number)),
        "ms" => Ok(Duration::from_millis(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(number.saturating_mul(3600))),
        unit => Err(format!("{unit:?} is not a unit of time; write ms, s, m or h")),
    }
}
