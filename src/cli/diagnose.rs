//! The arguments of `diagnose`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, ValueHint};

use super::flags::{duration, filled};

/// The task. Exit code: 1 if a check fails, which proves the cause or keeps the task from starting now; 3 if
/// the cause could not be determined; 0 if the task would start now.
#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "aws-ecs-preflight diagnose [OPTIONS] <TASK|--service NAME|--from FILE>"
)]
#[command(group = ArgGroup::new("subject").args(["task", "service", "from"]).required(true).multiple(true))]
pub struct Diagnose {
    /// The id or ARN of the task. ECS shows a stopped task for about an hour
    #[arg(value_name = "TASK", value_parser = filled)]
    pub task: Option<String>,
    /// The cluster (default: `default`, or that of the task's ARN)
    #[arg(long, value_name = "NAME", value_parser = filled)]
    pub cluster: Option<String>,
    /// The newest task of this service that failed; if none is left, the service's events and deployments
    #[arg(long, value_name = "NAME", value_parser = filled, conflicts_with = "task")]
    pub service: Option<String>,
    /// A saved output of describe-tasks, or an EventBridge event "ECS Task State Change"; `-` for standard
    /// input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "service")]
    pub from: Option<PathBuf>,
    /// Follow the newest deployment of the service until a cause is proven or the service is steady
    #[arg(long, requires = "service", conflicts_with_all = ["from", "replay", "record"])]
    pub watch: bool,
    /// The subnets, if the record of the task does not contain one; several with commas, or repeat the flag
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = filled)]
    pub subnets: Vec<String>,
    /// The security groups, if the record of the task does not contain them; several with commas, or repeat
    /// the flag
    #[arg(long, value_name = "ID", value_delimiter = ',', value_parser = filled)]
    pub security_groups: Vec<String>,
    /// Whether the task got a public address, if its record does not say so
    #[arg(long, value_name = "ENABLED|DISABLED", value_parser = ["ENABLED", "DISABLED"], ignore_case = true)]
    pub assign_public_ip: Option<String>,
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
