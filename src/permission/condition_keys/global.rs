//! The global condition keys.

use super::key::Known::{
    AbsentWith, Call, InSessionOfPerson, Listed, Never, NotOfTask, Path, Principal, Unknown,
};
use super::key::{KeyPage, key};

/// The actions of a starting task, which set no tags.
const SETS_NO_TAGS: &[&str] = &[
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "elasticfilesystem:Client*",
    "iam:PassRole",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:ReEncrypt*",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameters",
    "ssmmessages:*",
];

pub(super) const GLOBAL: KeyPage = KeyPage {
    title: "Global condition keys",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    seen: "2026-11",
    keys: &[
        key(
            "aws:PrincipalArn",
            Principal,
            "AWS, from the credentials: the ARN of the role or user",
        ),
        key("aws:PrincipalAccount", Principal, "AWS, from the credentials"),
        key("aws:PrincipalType", Principal, "AWS, from the credentials"),
        key("aws:PrincipalIsAWSService", Principal, "AWS: true if an AWS service calls as itself"),
        key(
            "aws:userid",
            Principal,
            "AWS: the unique ID; of a role also the session's name, which ECS draws for each task",
        ),
        key("aws:username", Principal, "AWS: the name of an IAM user; a role has none"),
        key(
            "aws:PrincipalTag/",
            Listed,
            "AWS, from the tags of the role or user; a session may add tags, but ECS adds none",
        ),
        key("aws:PrincipalOrgID", Listed, "AWS, if the account is in an organization"),
        key("aws:PrincipalOrgPaths", Listed, "AWS, if the account is in an organization"),
        key(
            "aws:PrincipalServiceName",
            Never,
            "AWS, if an AWS service calls as itself; a role or user never does",
        ),
        key(
            "aws:PrincipalServiceNamesList",
            Never,
            "AWS, if an AWS service calls as itself; a role or user never does",
        ),
        key(
            "aws:SourceAccount",
            Never,
            "the AWS service that calls as itself; ECS does so only to assume a role",
        ),
        key(
            "aws:SourceArn",
            Never,
            "the AWS service that calls as itself; ECS does so only to assume a role",
        ),
        key(
            "aws:SourceOrgID",
            Never,
            "the AWS service that calls as itself; ECS does so only to assume a role",
        ),
        key(
            "aws:SourceOrgPaths",
            Never,
            "the AWS service that calls as itself; ECS does so only to assume a role",
        ),
        key(
            "aws:TokenIssueTime",
            Principal,
            "AWS, for temporary credentials: ECS gets those of a task when it starts",
        ),
        key(
            "aws:CurrentTime",
            Principal,
            "AWS: the time of the call; this program assumes its own time",
        ),
        key(
            "aws:EpochTime",
            Principal,
            "AWS: the time of the call; this program assumes its own time",
        ),
        key(
            "aws:MultiFactorAuthPresent",
            InSessionOfPerson,
            "AWS, for temporary credentials of a person",
        ),
        key("aws:MultiFactorAuthAge", InSessionOfPerson, "AWS, if the person signed in with MFA"),
        key(
            "aws:FederatedProvider",
            InSessionOfPerson,
            "AWS, if an identity provider started the session",
        ),
        key(
            "aws:SourceIdentity",
            InSessionOfPerson,
            "the principal that starts the session; an AWS service sets none",
        ),
        key("aws:AssumedRoot", InSessionOfPerson, "AWS, in a privileged session of the root user"),
        key("aws:ChatbotSourceArn", InSessionOfPerson, "Amazon Q in chat applications"),
        key("ec2:RoleDelivery", NotOfTask, "EC2, in sessions of the role of an instance"),
        key("ec2:SourceInstanceARN", NotOfTask, "EC2, in sessions of the role of an instance"),
        key("aws:Ec2InstanceSourceVpc", NotOfTask, "EC2, in sessions of the role of an instance"),
        key(
            "aws:Ec2InstanceSourcePrivateIPv4",
            NotOfTask,
            "EC2, in sessions of the role of an instance",
        ),
        key("glue:RoleAssumedBy", InSessionOfPerson, "AWS Glue, in its sessions"),
        key("lambda:SourceFunctionArn", InSessionOfPerson, "Lambda, in sessions of a function"),
        key(
            "ssm:SourceInstanceArn",
            InSessionOfPerson,
            "Systems Manager, in sessions of a managed node",
        ),
        key(
            "aws:SecureTransport",
            Call,
            "AWS: true for each call over TLS, false for an EFS mount without",
        ),
        key("aws:RequestedRegion", Principal, "AWS: the region of the endpoint"),
        key(
            "aws:ViaAWSService",
            Call,
            "AWS: false for a direct call, unknown for one that a service forwards",
        ),
        key(
            "aws:CalledVia",
            Call,
            "AWS: absent from a direct call, unknown for one that a service forwards",
        ),
        key(
            "aws:CalledViaFirst",
            Call,
            "AWS: absent from a direct call, unknown for one that a service forwards",
        ),
        key(
            "aws:CalledViaLast",
            Call,
            "AWS: absent from a direct call, unknown for one that a service forwards",
        ),
        key("aws:ResourceAccount", Call, "AWS: the account that owns the resource"),
        key(
            "aws:ResourceOrgID",
            Call,
            "AWS, if the owner is in an organization: known in the caller's account",
        ),
        key(
            "aws:ResourceOrgPaths",
            Call,
            "AWS, if the owner is in an organization: known in the caller's account",
        ),
        key("aws:ResourceTag/", Listed, "AWS, from the tags of the resource"),
        key("aws:RequestTag/", AbsentWith(SETS_NO_TAGS), "the caller, in a call that sets tags"),
        key("aws:TagKeys", AbsentWith(SETS_NO_TAGS), "the caller, in a call that sets tags"),
        key("aws:SourceIp", Path, "AWS, unless the call uses a VPC endpoint: the public address"),
        key("aws:SourceVpc", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:SourceVpcArn", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:SourceVpce", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:VpcSourceIp", Path, "AWS, if the call uses a VPC endpoint: the private address"),
        key("aws:VpceAccount", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:VpceOrgID", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:VpceOrgPaths", Path, "AWS, if the call uses a VPC endpoint"),
        key("aws:UserAgent", Unknown, "the caller's program"),
        key("aws:referer", Unknown, "the caller's browser"),
    ],
};
