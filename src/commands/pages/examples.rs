//! Examples for the help and the manual: the purpose, and the command line.

use crate::checks::Groups;

/// The examples of one command: those of the group, for a group command.
pub(super) fn of(command: &str, groups: Groups) -> &'static [(&'static str, &'static str)] {
    match groups.iter().find(|group| group.name == command) {
        Some(group) => group.examples,
        None => of_other(command),
    }
}

fn of_other(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "verify" => &[
            ("The whole definition, before a deploy", "aws-ecs-preflight verify taskdef.json"),
            (
                "With the subnets and security groups it will run in",
                "aws-ecs-preflight verify taskdef.json --service-definition service.json",
            ),
            (
                "The next revision of a live service",
                "aws-ecs-preflight verify taskdef.json --cluster prod --service web",
            ),
            (
                "Every live service of a cluster: would its tasks start again today?",
                "aws-ecs-preflight verify --cluster prod --all-services",
            ),
            (
                "The task definitions of a template, as an update of its stack",
                "aws-ecs-preflight verify template.yaml --stack web --parameter Tag=2.7.1",
            ),
            (
                "In a pipeline: text and JSON, only in this account",
                "aws-ecs-preflight verify taskdef.json --expect-account 111122223333 -o text -o json=out.json",
            ),
            (
                "Only some checks",
                "aws-ecs-preflight verify taskdef.json --only=secrets,image-exists",
            ),
        ],
        "can" => &[
            (
                "May a role read a secret?",
                "aws-ecs-preflight can app-execution secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf",
            ),
            (
                "With a condition key",
                "aws-ecs-preflight can arn:aws:iam::111122223333:user/ci iam:PassRole arn:aws:iam::111122223333:role/app --context iam:PassedToService=ecs-tasks.amazonaws.com",
            ),
            (
                "May a service assume a role?",
                "aws-ecs-preflight can ecs-tasks.amazonaws.com sts:AssumeRole arn:aws:iam::111122223333:role/app",
            ),
        ],
        "diagnose" => &[
            (
                "A task that stopped within the last hour",
                "aws-ecs-preflight diagnose 0123456789abcdef0123456789abcdef --cluster prod",
            ),
            (
                "The newest task of a service that failed",
                "aws-ecs-preflight diagnose --service web --cluster prod",
            ),
            (
                "Follow a deployment, and say why it fails",
                "aws-ecs-preflight diagnose --service web --cluster prod --watch --timeout 10m",
            ),
            (
                "A saved task, or an event",
                "aws ecs describe-tasks --cluster prod --tasks ID | aws-ecs-preflight diagnose --from -",
            ),
        ],
        "policy" => &[
            (
                "What the execution role needs, offline",
                "aws-ecs-preflight policy taskdef.json --for execution-role",
            ),
            (
                "Only what is not granted yet",
                "aws-ecs-preflight policy taskdef.json --for execution-role --missing",
            ),
            (
                "What this program needs to read",
                "aws-ecs-preflight policy taskdef.json --for preflight",
            ),
        ],
        "checks" => &[
            ("All checks", "aws-ecs-preflight checks"),
            ("As JSON", "aws-ecs-preflight checks --format json"),
        ],
        "explain" => &[
            (
                "The text of an error",
                "aws-ecs-preflight explain \"CannotPullContainerError: pull image manifest has been retried 1 time(s)\"",
            ),
            (
                "Why tasks stopped, from the AWS CLI",
                "aws ecs describe-tasks --cluster prod --tasks TASK | aws-ecs-preflight explain -",
            ),
            ("One check", "aws-ecs-preflight explain secret-exists"),
        ],
        "doctor" => &[
            ("Can this program do its work here?", "aws-ecs-preflight doctor"),
            ("The policy that the caller lacks", "aws-ecs-preflight doctor --query rights.policy"),
        ],
        "alias" => &[
            ("Add them to the AWS CLI", "aws-ecs-preflight alias --install"),
            ("Remove them", "aws-ecs-preflight alias --remove"),
        ],
        "completions" => &[
            ("In this bash", "source <(aws-ecs-preflight completions bash)"),
            ("In this zsh, after compinit", "source <(aws-ecs-preflight completions zsh)"),
            ("In this fish", "aws-ecs-preflight completions fish | source"),
            (
                "With the names of clusters, services and the like from the account",
                "source <(aws-ecs-preflight completions bash --live)",
            ),
        ],
        "man" => &[("Read a page", "aws-ecs-preflight man verify | man -l -")],
        _ => &[],
    }
}
