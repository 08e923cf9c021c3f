//! The condition keys of KMS.

use super::key::Known::{Call, InSessionOfPerson, Listed, OnlyWith, Unknown};
use super::key::{KeyPage, key};

const GRANTS: &[&str] = &["kms:CreateGrant"];
const IMPORTS: &[&str] = &["kms:GetParametersForImport", "kms:ImportKeyMaterial"];

pub(super) const KMS: KeyPage = KeyPage {
    title: "Condition keys of AWS KMS",
    source: "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html",
    seen: "2026-11",
    keys: &[
        key("kms:CallerAccount", Call, "KMS: the account of the role or user"),
        key(
            "kms:ViaService",
            Call,
            "KMS, if a service uses the key for the role: the service with its region",
        ),
        key(
            "kms:EncryptionContext:",
            Call,
            "the service: the secret, parameter, file, log group or volume; others are absent",
        ),
        key("kms:EncryptionContextKeys", Call, "the service: the names of these pairs"),
        key("kms:EncryptionAlgorithm", Call, "KMS: SYMMETRIC_DEFAULT for a symmetric key"),
        key("kms:KeySpec", Call, "KMS, from the key"),
        key("kms:KeyUsage", Call, "KMS, from the key"),
        key("kms:MultiRegion", Call, "KMS, from the key"),
        key("kms:KeyOrigin", Unknown, "KMS, from the key"),
        key("kms:MultiRegionKeyType", Unknown, "KMS, if the key is a multi-Region key"),
        key("kms:ResourceAliases", Listed, "KMS, from the aliases of the key"),
        key(
            "kms:RequestAlias",
            Call,
            "the service: absent if it knows the key by its ID, unknown if by an alias",
        ),
        key(
            "kms:GrantIsForAWSResource",
            OnlyWith(&["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]),
            "KMS: true if a service acts on grants for the role",
        ),
        key("kms:GrantOperations", OnlyWith(GRANTS), "the caller that creates a grant"),
        key("kms:GrantConstraintType", OnlyWith(GRANTS), "the caller that creates a grant"),
        key("kms:GranteePrincipal", OnlyWith(GRANTS), "the caller that creates a grant"),
        key("kms:RetiringPrincipal", OnlyWith(GRANTS), "the caller that creates a grant"),
        key(
            "kms:ReEncryptOnSameKey",
            OnlyWith(&["kms:ReEncrypt*"]),
            "KMS: whether both keys are the same",
        ),
        key("kms:RecipientAttestation:", InSessionOfPerson, "a Nitro enclave that calls KMS"),
        key(
            "kms:BypassPolicyLockoutSafetyCheck",
            OnlyWith(&["kms:CreateKey", "kms:PutKeyPolicy", "kms:ReplicateKey"]),
            "the caller that sets a key policy",
        ),
        key(
            "kms:DataKeyPairSpec",
            OnlyWith(&["kms:GenerateDataKeyPair*"]),
            "the caller that creates a key pair",
        ),
        key("kms:ExpirationModel", OnlyWith(IMPORTS), "the caller that imports key material"),
        key("kms:ValidTo", OnlyWith(IMPORTS), "the caller that imports key material"),
        key("kms:WrappingAlgorithm", OnlyWith(IMPORTS), "the caller that imports key material"),
        key("kms:WrappingKeySpec", OnlyWith(IMPORTS), "the caller that imports key material"),
        key("kms:MessageType", OnlyWith(&["kms:Sign", "kms:Verify"]), "the caller that signs"),
        key("kms:SigningAlgorithm", OnlyWith(&["kms:Sign", "kms:Verify"]), "the caller that signs"),
        key(
            "kms:MacAlgorithm",
            OnlyWith(&["kms:GenerateMac", "kms:VerifyMac"]),
            "the caller that computes a MAC",
        ),
        key(
            "kms:KeyAgreementAlgorithm",
            OnlyWith(&["kms:DeriveSharedSecret"]),
            "the caller that derives a secret",
        ),
        key(
            "kms:PrimaryRegion",
            OnlyWith(&["kms:UpdatePrimaryRegion"]),
            "the caller that moves the primary key",
        ),
        key(
            "kms:ReplicaRegion",
            OnlyWith(&["kms:ReplicateKey"]),
            "the caller that replicates the key",
        ),
        key(
            "kms:RotationPeriodInDays",
            OnlyWith(&["kms:EnableKeyRotation"]),
            "the caller that enables rotation",
        ),
        key(
            "kms:ScheduleKeyDeletionPendingWindowInDays",
            OnlyWith(&["kms:ScheduleKeyDeletion"]),
            "the caller that deletes the key",
        ),
    ],
};
