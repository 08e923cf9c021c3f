//! The condition keys of the other services.

use super::key::Known::{Call, Listed, OnlyWith, Unknown};
use super::key::{KeyPage, key};

const CREATES_SECRETS: &[&str] = &["secretsmanager:CreateSecret", "secretsmanager:UpdateSecret"];

pub(super) const SECRETS_MANAGER: KeyPage = KeyPage {
    title: "Condition keys of AWS Secrets Manager",
    source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html",
    seen: "2026-11",
    keys: &[
        key(
            "secretsmanager:SecretId",
            Call,
            "the caller: the ARN of the secret, as the definition names it",
        ),
        key(
            "secretsmanager:VersionStage",
            Call,
            "the caller: absent unless the definition names a stage",
        ),
        key(
            "secretsmanager:VersionId",
            Call,
            "the caller: absent unless the definition names a version",
        ),
        key("secretsmanager:ResourceTag/", Listed, "Secrets Manager, from the tags of the secret"),
        key(
            "secretsmanager:resource/AllowRotationLambdaArn",
            Unknown,
            "Secrets Manager, from the rotation of the secret",
        ),
        key(
            "secretsmanager:SecretPrimaryRegion",
            Unknown,
            "Secrets Manager, if the secret is replicated",
        ),
        key(
            "secretsmanager:Name",
            OnlyWith(&["secretsmanager:CreateSecret"]),
            "the caller that creates a secret",
        ),
        key(
            "secretsmanager:Description",
            OnlyWith(CREATES_SECRETS),
            "the caller that creates or changes a secret",
        ),
        key(
            "secretsmanager:KmsKeyId",
            OnlyWith(CREATES_SECRETS),
            "the caller that creates or changes a secret",
        ),
        key(
            "secretsmanager:KmsKeyArn",
            OnlyWith(CREATES_SECRETS),
            "the caller that creates or changes a secret",
        ),
        key(
            "secretsmanager:BlockPublicPolicy",
            OnlyWith(&["secretsmanager:PutResourcePolicy"]),
            "the caller that sets a policy",
        ),
        key(
            "secretsmanager:ForceDeleteWithoutRecovery",
            OnlyWith(&["secretsmanager:DeleteSecret"]),
            "the caller that deletes a secret",
        ),
        key(
            "secretsmanager:RecoveryWindowInDays",
            OnlyWith(&["secretsmanager:DeleteSecret"]),
            "the caller that deletes a secret",
        ),
        key(
            "secretsmanager:RotateImmediately",
            OnlyWith(&["secretsmanager:RotateSecret"]),
            "the caller that rotates a secret",
        ),
        key(
            "secretsmanager:RotationLambdaARN",
            OnlyWith(&["secretsmanager:RotateSecret"]),
            "the caller that rotates a secret",
        ),
    ],
};

pub(super) const PARAMETER_STORE: KeyPage = KeyPage {
    title: "Condition keys of AWS Systems Manager",
    source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html",
    seen: "2026-11",
    keys: &[
        key("ssm:resourceTag/", Listed, "Systems Manager, from the tags of the parameter"),
        key("ssm:Overwrite", OnlyWith(&["ssm:PutParameter"]), "the caller that writes a parameter"),
        key("ssm:Policies", OnlyWith(&["ssm:PutParameter"]), "the caller that writes a parameter"),
        key(
            "ssm:Recursive",
            OnlyWith(&["ssm:GetParametersByPath"]),
            "the caller that lists a path",
        ),
    ],
};

pub(super) const REGISTRY: KeyPage = KeyPage {
    title: "Condition keys of Amazon ECR",
    source: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html",
    seen: "2026-11",
    keys: &[key("ecr:ResourceTag/", Listed, "ECR, from the tags of the repository")],
};

pub(super) const OTHERS: KeyPage = KeyPage {
    title: "Condition keys of other services",
    source: "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    seen: "2026-11",
    keys: &[
        key("iam:PassedToService", Call, "IAM, with iam:PassRole: the service that gets the role"),
        key(
            "iam:AssociatedResourceArn",
            Unknown,
            "IAM, with iam:PassRole: the resource that gets the role",
        ),
        key("iam:ResourceTag/", Listed, "IAM, from the tags of the role"),
        key("ecs:cluster", Call, "ECS, from the call"),
        key(
            "ecs:task-definition",
            Call,
            "ECS, from the call; the next revision is not known before it is registered",
        ),
        key("ecs:enable-execute-command", Call, "ECS, from the call"),
        key("ecs:CreateAction", OnlyWith(&["ecs:TagResource"]), "ECS: the call that sets the tags"),
        key("ec2:CreateAction", OnlyWith(&["ec2:CreateTags"]), "EC2: the call that sets the tags"),
        key("ec2:Region", Call, "EC2: the region of the call"),
        key(
            "ec2:ResourceTag/",
            Call,
            "EC2, from the tags of the resource: ECS tags the volumes that it creates",
        ),
        key("ec2:Encrypted", Call, "EC2, from the configuration of the volume"),
        key("ec2:ParentSnapshot", Call, "EC2, from the configuration of the volume"),
        key("ec2:VolumeIops", Call, "EC2, from the configuration of the volume"),
        key("ec2:VolumeSize", Call, "EC2, from the configuration of the volume"),
        key("ec2:VolumeThroughput", Call, "EC2, from the configuration of the volume"),
        key("ec2:VolumeType", Call, "EC2, from the configuration of the volume"),
        key(
            "iam:AWSServiceName",
            OnlyWith(&["iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole"]),
            "IAM: the service of the role",
        ),
        key(
            "s3files:AccessPointArn",
            Call,
            "S3 Files: the access point of the volume; absent without one",
        ),
        key(
            "elasticfilesystem:AccessPointArn",
            Call,
            "EFS: the access point of the volume; absent without one",
        ),
        key(
            "elasticfilesystem:AccessedViaMountTarget",
            Call,
            "EFS: true for a client that uses a mount target",
        ),
        key("s3:ResourceAccount", Call, "S3: the account that owns the bucket"),
        key("s3:ExistingObjectTag/", Unknown, "S3, from the tags of the object"),
        key(
            "s3:VersionId",
            OnlyWith(&["s3:*Version*"]),
            "the caller that names a version of the object",
        ),
        key("s3:prefix", OnlyWith(&["s3:List*"]), "the caller that lists objects"),
        key("s3:delimiter", OnlyWith(&["s3:List*"]), "the caller that lists objects"),
        key("s3:max-keys", OnlyWith(&["s3:List*"]), "the caller that lists objects"),
        key("s3:authType", Unknown, "S3: how the call is signed"),
        key("s3:signatureversion", Unknown, "S3: how the call is signed"),
        key("s3:signatureAge", Unknown, "S3: how old the signature is"),
        key("s3:TlsVersion", Unknown, "S3: the version of TLS"),
        key(
            "sts:TransitiveTagKeys",
            Call,
            "the caller that assumes a role; ECS passes no session tags",
        ),
        key("sts:SourceIdentity", Call, "the caller that assumes a role; ECS passes none"),
        key("sts:ExternalId", Unknown, "the caller that assumes a role"),
    ],
};
