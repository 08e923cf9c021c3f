//! What a text names, and the commands with it.

use crate::symptoms::{commands, recognise};

fn printed(text: &str) -> Vec<String> {
    commands(&recognise(text)).iter().map(ToString::to_string).collect()
}

#[test]
fn the_image_is_looked_up_where_it_should_be() {
    let said = "(service web) was unable to place a task. Reason: CannotPullContainerError: pull image manifest has been retried 7 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.1: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:2.1: not found.";
    let known = recognise(said).variables;
    assert_eq!(known.image.as_ref().map(|it| it.repository.as_str()), Some("shop/web"));
    assert_eq!((known.retries, known.service.as_deref()), (Some(7), Some("web")));
    assert_eq!(
        printed(said),
        [
            "aws-ecs-preflight verify TASKDEF --only image-exists --service web --cluster CLUSTER --region eu-west-1",
            "aws ecr describe-images --registry-id 111122223333 --repository-name shop/web --image-ids imageTag=2.1 --region eu-west-1",
        ]
    );
}

#[test]
fn the_group_of_a_task_names_its_service() {
    let task = r#"{"group": "service:web", "stoppedReason": "Essential container in task exited"}"#;
    assert_eq!(recognise(task).variables.service.as_deref(), Some("web"));
    let alone = r#"{"group": "family:web", "stoppedReason": "Essential container in task exited"}"#;
    assert_eq!(recognise(alone).variables.service, None);
}

#[test]
fn what_was_denied_is_asked_again() {
    let said = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf:user:: from secrets manager: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/web-execution/0123 is not authorized to perform: secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf because no identity-based policy allows the secretsmanager:GetSecretValue action";
    assert_eq!(
        printed(said),
        [
            "aws-ecs-preflight verify TASKDEF --only secret-permission --region eu-west-1",
            "aws-ecs-preflight can arn:aws:sts::111122223333:assumed-role/web-execution/0123 secretsmanager:GetSecretValue arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
            "aws secretsmanager describe-secret --secret-id arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf --region eu-west-1",
        ]
    );
}

#[test]
fn the_commands_of_each_resource_name_it() {
    for (said, command) in [
        (
            "ResourceInitializationError: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /shop/key",
            "aws ssm describe-parameters --parameter-filters Key=Name,Values=/shop/key",
        ),
        (
            "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/team/web-task' that was provided for this task.",
            "aws iam get-role --role-name web-task",
        ),
        (
            "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log group: AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/x/y is not authorized to perform: logs:CreateLogGroup on resource: arn:aws:logs:us-east-2:111122223333:log-group:/ecs/shop:log-stream:",
            "aws logs describe-log-groups --log-group-name-prefix /ecs/shop --region us-east-2",
        ),
        (
            "Unexpected EC2 error while attempting to Create Network Interface in subnet 'subnet-0123456789abcdef0': InsufficientFreeAddressesInSubnet",
            "aws ec2 describe-subnets --subnet-ids subnet-0123456789abcdef0",
        ),
        (
            "failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"fs-0123456789abcdef0.efs.us-east-1.amazonaws.com\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID.",
            "aws efs describe-mount-targets --file-system-id fs-0123456789abcdef0",
        ),
    ] {
        let all = printed(said);
        assert!(all.iter().any(|it| it.starts_with(command)), "{said}\n{all:?}");
    }
}

#[test]
fn a_value_stays_one_word_of_its_command() {
    let said = "ResourceInitializationError: unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: /a$(reboot)&&b";
    for command in printed(said) {
        assert!(!command.contains("$(reboot") || command.contains("'"), "{command}");
    }
}

#[test]
fn exit_codes_are_read_in_every_form() {
    for (text, codes) in [
        (
            r#"{"containers": [{"name": "app", "exitCode": 137, "reason": "OutOfMemoryError"}]}"#,
            vec![137],
        ),
        ("Essential container in task exited\nExit Code\t143", vec![143]),
        ("Essential container in task exited (exit code 1)", vec![1]),
        ("Essential container in task exited", vec![]),
    ] {
        assert_eq!(recognise(text).variables.exit_codes, codes, "{text}");
    }
}

#[test]
fn what_the_text_cuts_off_names_nothing() {
    let said = "User: arn:aws:sts::111122223333:assumed-role/ci/build is not authorized to perform: iam:PassRole on resource: arn:aws:iam::1111...";
    let known = recognise(said).variables;
    assert_eq!(known.resource, None);
    assert_eq!(known.principal.as_deref(), Some("arn:aws:sts::111122223333:assumed-role/ci/build"));
}
