//! The texts of AWS's pages, as of 2026-11: each one is recognised, and leads to checks or to a reason.

use super::first_check;
use crate::symptoms::{Kind, Recogniser};

/// The text, and the check that knows it first; none where no check can.
type Texts = &'static [(&'static str, &'static str)];

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html> and its pages.
const STOPPED: Texts = &[
    (
        "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0123456789abcdef0'",
        "network-addresses",
    ),
    ("TaskFailedToStart: InternalError: the network interface was not attached", ""),
    (
        "The selected task definition is not compatible with the selected compute strategy",
        "definition-fargate-parameters",
    ),
    ("Unable to attach network interface to unused device index", "capacity-resources"),
    ("TaskFailedToStart: AGENT", "capacity-agent"),
    (
        "The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network configuration.",
        "network-route",
    ),
    (
        "The task can't retrieve the secret with ARN 'arn:aws:secretsmanager:us-west-2:111122223333:secret:db-AbCdEf' from AWS Secrets Manager. Check whether the secret exists in the specified Region.",
        "secret-exists",
    ),
    (
        "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. There is a connection issue between the task and AWS Systems Manager Parameter Store. Check your task network configuration.",
        "network-route",
    ),
    (
        "The task can't find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration.",
        "network-route",
    ),
    ("pull command failed: : signal: killed", "network-route"),
    ("failed to initialize logging driver", "log-group-exists"),
    ("failed to invoke EFS utils commands to set up EFS volumes", "efs-mount-target"),
    ("SpotInterruptionError: Your Spot Task was interrupted.", ""),
    ("OutOfMemoryError: Container killed due to memory usage", ""),
    ("ContainerRuntimeError: failed to create container model", ""),
    (
        "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 3m",
        "",
    ),
    ("CannotStartContainerError: failed to get container status", ""),
    ("CannotStopContainerError", ""),
    (
        "CannotInspectContainerError: Could not transition to inspecting; timed out after waiting 30s",
        "",
    ),
    (
        "CannotCreateVolumeError: Error looking up volume plugin netshare: plugin not found",
        "volume-driver",
    ),
    ("Scaling activity initiated by (deployment ecs-svc/1234567890123456789)", ""),
    ("Host EC2 (instance i-0123456789abcdef0) terminated.", ""),
    ("Container instance deregistration forced by user", ""),
    ("Task failed ELB health checks in (elb web)", "service-target-group"),
    ("Essential container in task exited", ""),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html>
const PULL: Texts = &[
    (
        "The task can’t pull the image. Check that the role has the permissions to pull images from the registry.",
        "image-pull-permission",
    ),
    (
        "The task cannot pull ‘app:1’ from the Amazon ECR repository ‘111122223333.dkr.ecr.us-east-1.amazonaws.com/app’. There is a connection issue between the task and Amazon ECR. Check your task network configuration.",
        "network-route",
    ),
    ("The task can’t pull the image. Check your network configuration", "network-route"),
    (
        "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref",
        "image-exists",
    ),
    (
        "CannotPullContainerError: API error (500): Get https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request canceled while waiting for connection",
        "network-route",
    ),
    (
        "CannotPullContainerError: write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device",
        "image-stability",
    ),
    ("ERROR: toomanyrequests: Too Many Requests.", "image-stability"),
    (
        "CannotPullContainerError: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
        "image-stability",
    ),
    (
        "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed open: unexpected status code",
        "network-endpoint-policy",
    ),
    (
        "CannotPullContainerError: pull access denied for app, repository does not exist or may require 'docker login'",
        "image-exists",
    ),
    (
        "CannotPullContainerError: pull command failed: panic: runtime error: invalid memory address or nil pointer dereference",
        "network-security-group",
    ),
    ("CannotPullContainerError: error pulling image configuration", "network-security-group"),
    ("CannotPullContainerError: context canceled", "network-route"),
    (
        "CannotPullContainerError: API error (404): repository 111122223333.dkr.ecr.us-east-1.amazonaws.com/app not found",
        "image-exists",
    ),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>
const FAILURES: Texts = &[
    (
        r#"{"failures": [{"arn": "arn:aws:ecs:us-east-1:111122223333:cluster/prod", "reason": "MISSING"}]}"#,
        "cluster-exists",
    ),
    (
        r#"{"failures": [{"arn": "arn:aws:ecs:us-east-1:111122223333:container-instance/prod/0123456789abcdef0123456789abcdef", "reason": "MISSING"}]}"#,
        "capacity-instance",
    ),
    (
        r#"{"failures": [{"arn": "arn:aws:ecs:us-east-1:111122223333:service/prod/web", "reason": "MISSING"}]}"#,
        "service-exists",
    ),
    (
        r#"{"failures": [{"arn": "arn:aws:ecs:us-east-1:111122223333:task/prod/0123456789abcdef0123456789abcdef", "reason": "MISSING"}]}"#,
        "",
    ),
    (
        r#"{"failures": [{"arn": "arn:aws:ecs:us-east-1:111122223333:container-instance/prod/0123456789abcdef0123456789abcdef", "reason": "INACTIVE"}]}"#,
        "capacity-instance",
    ),
    ("TaskFailedToStart: RESOURCE:CPU", "capacity-resources"),
    ("TaskFailedToStart: RESOURCE:MEMORY", "capacity-resources"),
    ("RESOURCE:PORTS", "capacity-resources"),
    ("RESOURCE:ENI", "capacity-resources"),
    ("RESOURCE:GPU", "capacity-resources"),
    ("AGENT", "capacity-agent"),
    ("LOCATION", "capacity-location"),
    ("ATTRIBUTE", "capacity-attributes"),
    ("TaskFailedToStart: ATTRIBUTE", "capacity-attributes"),
    ("TaskFailedToStart: MemberOf placement constraint unsatisfied", "capacity-placement"),
    ("TaskFailedToStart: NO ACTIVE INSTANCES", "capacity-provider"),
    ("TaskFailedToStart: EMPTY CAPACITY PROVIDER", "capacity-provider"),
    ("ECS deployment failed", ""),
    ("TASK_NOT_VALID", "task-protection"),
    ("DEPLOYMENT_BLOCKED", "task-protection"),
    (
        "InvalidParameterException: Long arn format must be used for tagging operations",
        "role-deployer",
    ),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-ebs-volumes-scenarios.html>
const EBS: Texts = &[
    (
        "ECS was unable to assume the configured ECS Infrastructure Role 'arn:aws:iam::111122223333:role/ecsInfrastructureRole'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
        "role-trust",
    ),
    (
        "ECS failed to set up the EBS volume. Encountered IdempotentParameterMismatch\"; \"The client token you have provided is associated with a resource that is already deleted. Please use a different client token.\"",
        "kms-volume-permission",
    ),
    ("ECS timed out while configuring the EBS volume attachment to your Task", "ebs-filesystem"),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html> and
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-unhealthy-event-messages.html>
const EVENTS: Texts = &[
    ("service web has reached a steady state.", ""),
    (
        "service web was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0123 has insufficient CPU units available.",
        "capacity-resources",
    ),
    (
        "service web was unable to place a task because no container instance met all of its requirements. The closest matching container-instance 0123 encountered error \"AGENT\".",
        "capacity-agent",
    ),
    (
        "service web was unable to place a task because no container instance met all of its requirements. The closest matching container-instance is already using a port required by your task.",
        "capacity-resources",
    ),
    (
        "service web (instance i-0123456789abcdef0) is unhealthy in (elb web) due to (reason Instance has failed at least the UnhealthyThreshold number of health checks consecutively.)",
        "service-target-group",
    ),
    ("service web is unable to consistently start tasks successfully.", ""),
    ("service web operations are being throttled. Will try again later.", ""),
    (
        "service web was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.",
        "service-deployment",
    ),
    (
        "service web was unable to place a task. Reason: You've reached the limit on the number of tasks you can run concurrently",
        "capacity-quota",
    ),
    ("service web was unable to place a task. Reason: Internal error.", "network-zone"),
    (
        "service web was unable to place a task. Reason: The requested CPU configuration is above your limit.",
        "capacity-quota",
    ),
    (
        "service web was unable to place a task. Reason: The requested MEMORY configuration is above your limit.",
        "capacity-quota",
    ),
    (
        "service web was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs you can run concurrently",
        "capacity-quota",
    ),
    (
        "service web was unable to reach steady state because task set (ecs-svc/1) was unable to scale in. Reason: The number of protected tasks are more than the desired count of tasks.",
        "task-protection",
    ),
    (
        "service web was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.",
        "capacity-provider",
    ),
    (
        "service web was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a different availability zone.",
        "capacity-provider",
    ),
    ("service web deployment failed: tasks failed to start.", ""),
    (
        "service web Timed out waiting for Amazon ECS Agent to start. Please check logs at /var/log/ecs/ecs-agent.log\".",
        "capacity-agent",
    ),
    (
        "service web task set (ecs-svc/1) is not healthy in target-group arn due to TARGET GROUP IS NOT FOUND.",
        "service-target-group",
    ),
    (
        "service web task set (ecs-svc/1) is not healthy in target-group arn due to TARGET IS NOT FOUND.",
        "service-target-group",
    ),
    (
        "(service web) (task 0123) (port 80) is unhealthy in (target-group web) due to (reason Request timed out)",
        "service-target-group",
    ),
];

#[test]
fn every_text_of_the_pages_leads_to_a_check_or_to_a_reason() {
    let recogniser = Recogniser::new();
    let mut wrong = Vec::new();
    for (text, check) in [STOPPED, PULL, FAILURES, EBS, EVENTS].concat() {
        let found = recogniser.recognise(text);
        let first = first_check(&recogniser, text);
        let has_reason = found.causes().any(|it| !it.symptom.why_no_check.is_empty());
        if first != check || check.is_empty() && !has_reason {
            let ids: Vec<_> = found.found.iter().map(|it| it.symptom.id).collect();
            wrong.push(format!("{text}\n  leads to {first:?}, not {check:?}: {ids:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_event_without_a_failure_is_none() {
    let found = Recogniser::new().recognise("service web has reached a steady state.");
    assert_eq!(found.causes().map(|it| it.symptom.kind).collect::<Vec<_>>(), [Kind::Event]);
}
