//! Texts of secrets, parameters and environment files.

use super::pages::{EXECUTION_ROLE, INITIALIZATION, NOT_FOUND};
use crate::symptoms::symptom::Symptom;

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "secret-not-found",
        &[
            "unable to retrieve secret from asm ... ResourceNotFoundException",
            "failed to fetch secret <arn> from secrets manager: ... ResourceNotFoundException",
            "The task can't retrieve the secret with ARN <arn> from AWS Secrets Manager",
            "The task can't retrieve the secret with ARN <arn> from Secrets Manager",
            "The task can't pull the secret from Secrets Manager ... secret ARN",
            "Fetching secret data from AWS Secrets Manager in region <region>: secret <arn>: ResourceNotFoundException",
            "ResourceInitializationError ... Secrets Manager can't find the specified secret",
        ],
        "Secrets Manager has no secret with this ARN in this region.",
        &["secret-exists", "secret-region"],
        NOT_FOUND,
    ),
    Symptom::cause(
        "secret-has-no-value",
        &[
            "Secrets Manager can't find the specified secret value for staging label",
            "Secrets Manager can't find the specified secret value for VersionId",
            "Secrets Manager can't find the specified secret value",
        ],
        "The secret exists, but has no value with this version or staging label.",
        &["secret-exists", "secret-region"],
        INITIALIZATION,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "secret-deleted",
        &[
            "because it was marked for deletion",
            "because it was deleted",
            "the secret because it was marked deleted",
            "secret is scheduled for deletion",
        ],
        "The secret is scheduled for deletion, and cannot be read until it is restored.",
        &["secret-exists"],
        INITIALIZATION,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "secret-arn-invalid",
        &[
            "an invalid ARN format for the AWS Secrets Manager secret was specified",
            "Trying to retrieve secret with value ... resulted in error: ... unexpected ARN format",
            "unexpected ARN format with parameters when trying to retrieve ASM secret",
            "invalid ARN format for the AWS Secrets Manager secret",
        ],
        "valueFrom is not an ARN in a form that ECS accepts.",
        &["secret-reference"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "secret-access-denied",
        &[
            "is not authorized to perform: secretsmanager:GetSecretValue",
            "unable to retrieve secret from asm ... AccessDeniedException",
            "failed to fetch secret <arn> from secrets manager: AccessDeniedException",
            "Fetching secret data from AWS Secrets Manager ... AccessDeniedException",
            "The task can't pull the secret from Secrets Manager ... AccessDenied...",
        ],
        "The execution role may not read the secret: an allow is missing, or something denies it.",
        &["secret-permission"],
        EXECUTION_ROLE,
    )
    .shared(),
    Symptom::cause(
        "parameter-not-found",
        &[
            "ResourceInitializationError: ... invalid ssm parameters",
            "unable to retrieve secrets from ssm ... invalid ssm parameters",
            "unable to retrieve secrets from ssm ... invalid parameters",
            "Fetching secret data from SSM Parameter Store in <region>: invalid parameters",
            "Fetching secret data from SSM Parameter Store ... invalid parameters",
            "unable to retrieve secrets from ssm ... ParameterNotFound",
        ],
        "Parameter Store has no parameter with this name in this region.",
        &["parameter-exists", "secret-reference", "secret-region"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "parameter-access-denied",
        &[
            "is not authorized to perform: ssm:GetParameters",
            "unable to retrieve secrets from ssm ... AccessDeniedException",
            "Fetching secret data from SSM Parameter Store ... AccessDeniedException",
        ],
        "The execution role may not read the parameter: an allow is missing, or something denies it.",
        &["parameter-permission"],
        EXECUTION_ROLE,
    )
    .shared(),
    Symptom::step(
        "parameter-not-retrieved",
        &[
            "unable to retrieve secrets from ssm: service call has been retried",
            "Fetching secret data from SSM Parameter Store",
        ],
        "A parameter could not be read; the text ends before the reason.",
        &["parameter-exists", "parameter-permission", "network-route"],
        INITIALIZATION,
    ),
    Symptom::step(
        "secret-not-retrieved",
        &[
            "unable to retrieve secret from asm: service call has been retried",
            "failed to fetch secret <arn> from secrets manager",
            "Fetching secret data from AWS Secrets Manager",
            "The task can't pull the secret from Secrets Manager",
        ],
        "A secret could not be read; the text ends before the reason.",
        &["secret-permission", "secret-exists", "network-route"],
        INITIALIZATION,
    ),
    Symptom::step(
        "registry-auth-not-retrieved",
        &[
            "unable to retrieve ecr registry auth: service call has been retried",
            "unable to retrieve ecr registry auth",
            "The task cannot pull registry auth from Amazon ECR",
        ],
        "The login for Amazon ECR could not be fetched; the text ends before the reason.",
        &["network-route", "image-pull-permission", "network-endpoints"],
        INITIALIZATION,
    ),
    Symptom::step(
        "nothing-retrieved",
        &[
            "unable to pull secrets or registry auth: execution resource retrieval failed",
            "unable to pull secrets or registry auth",
        ],
        "A secret, a parameter or the login for Amazon ECR could not be fetched; the text ends before the reason.",
        &["network-route", "secret-permission", "image-pull-permission", "network-endpoints"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "secret-json-key-missing",
        &[
            "retrieved secret from Secrets Manager did not contain json key",
            "did not contain json key",
            "failed to extract json key from secret",
        ],
        "The value of the secret has no such JSON key.",
        &["secret-json-key"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::cause(
        "secret-not-json",
        &[
            "unable to retrieve secret from asm: ... invalid character <letter> looking for beginning of value",
            "unable to retrieve secret from asm: ... invalid character <letter> in literal",
            "unable to retrieve secret from asm: ... invalid character",
            "unable to retrieve secret from asm: ... unexpected end of JSON input",
            "unable to retrieve secret from asm: ... cannot unmarshal",
            "ResourceInitializationError ... invalid character <letter> looking for beginning of value",
        ],
        "valueFrom names a JSON key, but the value of the secret is not a JSON object.",
        &["secret-json-key"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::cause(
        "key-decrypt-denied",
        &[
            "is not authorized to perform: kms:Decrypt",
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access",
            "ResourceInitializationError ... Access to KMS is not allowed",
            "unable to retrieve ... Access to KMS is not allowed",
        ],
        "The execution role may not decrypt with the key of the secret or parameter.",
        &["kms-decrypt-permission", "kms-key-usable"],
        EXECUTION_ROLE,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "key-unusable",
        &[
            "KMSInvalidStateException",
            "DecryptionFailure",
            "DisabledException: <key> is disabled",
            "can't decrypt the protected secret text using the provided KMS key",
            "<key> is pending deletion",
            "<key> is pending import",
            "KMS key <key> is disabled",
            "KMS.DisabledException",
            "Invalid keyId",
        ],
        "The key exists, but cannot be used: it is disabled, or its deletion is scheduled.",
        &["kms-key-usable", "kms-decrypt-permission"],
        INITIALIZATION,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "environment-file-missing",
        &[
            "unable to download env file ... NoSuchKey",
            "unable to download env file ... NoSuchBucket",
            "unable to download env file ... NotFound",
            "failed to download env files ... NoSuchKey",
            "failed to download env files ... NoSuchBucket",
            "failed to download env files ... NotFound",
            "failed to download env files ... status code: 404",
        ],
        "The environment file or its bucket does not exist in S3.",
        &["environment-file-exists", "environment-file-permission"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::cause(
        "environment-file-denied",
        &[
            "unable to download env file ... AccessDenied...",
            "failed to download env files ... AccessDenied...",
            "failed to download env files ... status code: 403",
            "unable to download env file ... status code: 403",
        ],
        "The execution role may not read the environment file.",
        &["environment-file-permission", "environment-file-exists"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::step(
        "environment-file-not-read",
        &["failed to download env files", "unable to download env file", "non empty error stream"],
        "An environment file could not be downloaded; the text ends before the reason.",
        &["environment-file-exists", "environment-file-permission", "network-route"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "environment-file-arn",
        &["invalid s3 arn"],
        "An environment file is not the ARN of an S3 object.",
        &["definition-schema", "environment-file-exists"],
        INITIALIZATION,
    ),
];
