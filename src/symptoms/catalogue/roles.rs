//! Texts of roles, and of what the caller may not do.

use super::pages::{EXEC, EXECUTION_ROLE, FAILURES, SERVICE};
use crate::symptoms::symptom::Symptom;

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "role-not-assumed",
        &[
            "ECS was unable to assume the role",
            "ECS was unable to assume role",
            "ECS was unable to assume the role <arn> that was provided for this task",
        ],
        "ECS could not assume the role: it does not exist, its trust policy does not allow ecs-tasks.amazonaws.com, or it is only seconds old.",
        &["role-trust", "role-exists", "role-pass", "role-recent"],
        EXECUTION_ROLE,
    ),
    Symptom::cause(
        "infrastructure-role-not-assumed",
        &["ECS was unable to assume the configured ECS Infrastructure Role"],
        "ECS could not assume the infrastructure role: its trust policy does not allow ecs.amazonaws.com, the caller may not pass it, or it is only seconds old.",
        &["role-trust", "role-pass", "ebs-permission", "role-exists", "role-recent"],
        super::pages::EBS,
    )
    .deciding(),
    Symptom::cause(
        "role-not-valid",
        &["Role is not valid", "executionRoleArn is not valid", "taskRoleArn is not valid"],
        "A role of the definition is not the ARN of a role of this account.",
        &["role-exists", "definition-schema", "definition-execution-role"],
        EXECUTION_ROLE,
    ),
    Symptom::cause(
        "pass-role-denied",
        &["is not authorized to perform: iam:PassRole"],
        "The caller may not pass the role to ECS.",
        &["role-pass", "role-deployer"],
        EXECUTION_ROLE,
    )
    .deciding(),
    Symptom::cause(
        "caller-denied",
        &[
            "is not authorized to perform: ecs:<action> on resource",
            "is not authorized to perform: ecs:<action>",
            "The provided role does not have sufficient permissions to access ECS",
            "The provided role does not have sufficient permissions to access Amazon ECS",
            "AccessDeniedException ... when calling the RegisterTaskDefinition operation",
            "AccessDeniedException ... when calling the RunTask operation",
            "AccessDeniedException ... when calling the CreateService operation",
            "AccessDeniedException ... when calling the UpdateService operation",
        ],
        "The caller may not make this call of the deployment.",
        &["role-deployer", "role-pass"],
        EXECUTION_ROLE,
    ),
    Symptom::cause(
        "service-linked-role-missing",
        &[
            "Unable to assume the service linked role",
            "Please verify that the ECS service linked role exists",
            "You cannot specify an IAM role for services that require a service linked role",
            "is not authorized to perform: iam:CreateServiceLinkedRole",
        ],
        "The service-linked role of ECS does not exist in the account, or the request names a role although the service uses that one.",
        &["role-service-linked"],
        SERVICE,
    ),
    Symptom::cause(
        "service-role-without-balancer",
        &[
            "A role was passed, but no load balancers were present",
            "IAM roles are only valid for services configured to use load balancers",
        ],
        "The service names a role for a load balancer, but has no load balancer.",
        &["role-service-linked", "service-target-group"],
        SERVICE,
    ),
    Symptom::cause(
        "service-role-trust",
        &["IAM trust relationship has been misconfigured or changed"],
        "ECS can no longer assume the role of the service: its trust policy changed.",
        &["role-trust", "role-service-linked"],
        SERVICE,
    ),
    Symptom::cause(
        "service-role-target-group",
        &["Unable to assume role and validate the specified targetGroupArn"],
        "ECS could not check the target group: its ARN is none of a target group, or the service role lacks permissions or trust.",
        &["service-target-group", "role-service-linked", "role-trust"],
        SERVICE,
    )
    .deciding(),
    Symptom::cause(
        "targets-not-registered",
        &[
            "failed to register targets in <target-group> with",
            "failed to deregister targets in <target-group> with",
            "failed to describe target health on target-group",
        ],
        "The role that ECS uses for load balancers may not manage the target group, or the target group does not exist.",
        &["role-infrastructure", "service-target-group", "role-service-linked"],
        SERVICE,
    )
    .deciding(),
    Symptom::cause(
        "infrastructure-role-denied",
        &[
            "is not authorized to perform: elasticloadbalancing:",
            "is not authorized to perform: vpc-lattice:",
            "is not authorized to perform: acm-pca:",
        ],
        "A role that ECS uses for load balancers, VPC Lattice or certificates lacks a permission.",
        &["role-infrastructure"],
        SERVICE,
    )
    .shared(),
    Symptom::cause(
        "instance-role-not-passed",
        &["ECS was unable to launch instances ... is not authorized to perform: iam:PassRole"],
        "The infrastructure role of ECS Managed Instances may not pass the instance role to EC2.",
        &["role-infrastructure", "role-pass"],
        SERVICE,
    )
    .deciding(),
    Symptom::cause(
        "exec-task-role",
        &[
            "a valid taskRoleArn is not being used",
            "TargetNotConnectedException",
            "execute command was not enabled when the task was run or the execute command agent isn",
            "The execute command failed due to an internal error",
            "The execute command failed because execute command was not enabled",
        ],
        "ECS Exec needs a task role with the permissions for ssmmessages, a network path, and tasks that started with it enabled.",
        &["role-task-features", "network-endpoints"],
        EXEC,
    ),
    Symptom::cause(
        "tags-need-long-arn",
        &[
            "The new ARN and resource ID format must be enabled to add tags",
            "Long arn format must be used for tagging operations",
            "The ARN for the service that you are tagging has the short format",
        ],
        "The service has an ARN in the short format, which cannot have tags.",
        &["role-deployer"],
        FAILURES,
    ),
];
