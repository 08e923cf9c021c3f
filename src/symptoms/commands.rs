//! Commands for what a text names.

use super::recogniser::Recognition;
use crate::shell::{ShellCommand, Word};

/// The commands to run: the checks that know it, then what shows the resource that the text names.
pub fn commands(recognition: &Recognition) -> Vec<ShellCommand> {
    let checks: Vec<&str> = recognition.checks().iter().map(|(id, _)| *id).take(CHECKS).collect();
    if checks.is_empty() {
        return Vec::new();
    }
    let mut found = vec![verify(recognition, &checks)];
    found.extend(can(recognition));
    found.extend(shows(recognition, &checks));
    found
}

/// The first checks of the list are the likely ones.
const CHECKS: usize = 3;

/// The checks, run against the service that the text names, if it names one.
fn verify(recognition: &Recognition, checks: &[&str]) -> ShellCommand {
    let known = &recognition.variables;
    let mut command =
        ShellCommand::of("aws-ecs-preflight verify").word(Word::placeholder("TASKDEF"));
    for check in checks {
        command = command.option("--only", (*check).to_owned());
    }
    if let Some(service) = &known.service {
        let cluster = match &known.cluster {
            Some(cluster) => Word::from(cluster.clone()),
            None => Word::placeholder("CLUSTER"),
        };
        command = command.option("--service", service.clone()).option("--cluster", cluster);
    } else if let Some(cluster) = &known.cluster {
        command = command.option("--cluster", cluster.clone());
    }
    match &known.region {
        Some(region) => command.option("--region", region.as_str().to_owned()),
        None => command,
    }
}

/// Whether the principal may do what it was denied.
fn can(recognition: &Recognition) -> Option<ShellCommand> {
    let known = &recognition.variables;
    let (Some(principal), Some(action), Some(resource)) =
        (&known.principal, &known.action, &known.resource)
    else {
        return None;
    };
    let command = ShellCommand::of("aws-ecs-preflight can");
    Some(command.word(principal.clone()).word(action.clone()).word(resource.clone()))
}

/// The call of the AWS CLI that shows the resource.
fn shows(recognition: &Recognition, checks: &[&str]) -> Option<ShellCommand> {
    let known = &recognition.variables;
    let of = |prefix: &str| checks.iter().any(|it| it.starts_with(prefix));
    let command = if of("image-")
        && let (Some(image), Some(host)) = (&known.image, known.ecr())
    {
        let id = match (&image.digest, image.tag_or_latest()) {
            (Some(digest), _) => Word::of("imageDigest=").and(digest.as_str()),
            (None, tag) => Word::of("imageTag=").and(tag.unwrap_or("latest")),
        };
        let command = ShellCommand::of("aws ecr describe-images");
        let command = command.option("--registry-id", host.account.as_str().to_owned());
        command.option("--repository-name", image.repository.clone()).option("--image-ids", id)
    } else if of("secret-")
        && let Some(secret) = &known.secret
    {
        ShellCommand::of("aws secretsmanager describe-secret").option("--secret-id", secret.clone())
    } else if of("parameter-")
        && let Some(parameter) = &known.parameter
    {
        let filter = Word::of("Key=Name,Values=").and(parameter.as_str());
        ShellCommand::of("aws ssm describe-parameters").option("--parameter-filters", filter)
    } else if of("kms-")
        && let Some(key) = &known.key
    {
        ShellCommand::of("aws kms describe-key").option("--key-id", key.clone())
    } else if of("log-")
        && let Some(group) = &known.log_group
    {
        ShellCommand::of("aws logs describe-log-groups")
            .option("--log-group-name-prefix", group.clone())
    } else if of("role-")
        && let Some(role) = &known.role
    {
        // IAM has no region.
        return Some(ShellCommand::of("aws iam get-role").option("--role-name", role.clone()));
    } else if of("efs-")
        && let Some(file_system) = &known.file_system
    {
        ShellCommand::of("aws efs describe-mount-targets")
            .option("--file-system-id", file_system.clone())
    } else if of("ebs-snapshot")
        && let Some(snapshot) = &known.snapshot
    {
        ShellCommand::of("aws ec2 describe-snapshots").option("--snapshot-ids", snapshot.clone())
    } else if of("network-") && !known.subnets.is_empty() {
        ShellCommand::of("aws ec2 describe-subnets").options("--subnet-ids", known.subnets.clone())
    } else if of("service-target-group")
        && let Some(group) = &known.target_group
    {
        let command = ShellCommand::of("aws elbv2 describe-target-health");
        command.option("--target-group-arn", group.clone())
    } else if of("cluster-")
        && let Some(cluster) = &known.cluster
    {
        ShellCommand::of("aws ecs describe-clusters").option("--clusters", cluster.clone())
    } else {
        return None;
    };
    Some(match &known.region {
        Some(region) => command.region(region),
        None => command,
    })
}
