//! Texts of volumes.

use super::pages::{CREATE_VOLUME, EBS, EFS, INITIALIZATION};
use crate::symptoms::symptom::Symptom;

pub(super) const ROWS: &[Symptom] = &[
    Symptom::cause(
        "efs-name",
        &[
            "Failed to resolve <host> - check that your file system ID is correct, and ensure that the VPC has an EFS mount target",
            "check that your file system ID is correct, and ensure that the VPC has",
            "mount.nfs4: Failed to resolve server",
            "EFS ... Failed to resolve",
            "Name or service not known ... mount.nfs4",
        ],
        "The name of the file system does not resolve: it has no mount target in the VPC, or does not exist, or DNS does not work.",
        &["efs-mount-target", "efs-file-system", "network-dns"],
        INITIALIZATION,
    )
    .deciding(),
    Symptom::cause(
        "efs-unreachable",
        &[
            "EFS utils ... mount.nfs4: Connection timed out",
            "EFS utils ... Connection reset by peer",
            "EFS utils ... mount system call failed",
            "EFS utils ... failed due to timeout after",
            "EFS utils ... Connection refused",
            "EFS utils ... No route to host",
            "EFS utils ... timed out",
            "mount.nfs4: Connection timed out",
            "mount.nfs4: Connection reset by peer",
            "mount.nfs4: Connection refused",
        ],
        "The mount target did not answer on port 2049: a security group or a network ACL blocks NFS, or no mount target is near.",
        &["efs-mount-target", "network-security-group"],
        EFS,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "efs-denied",
        &[
            "mount.nfs4: access denied by server while mounting",
            "is not authorized to perform: elasticfilesystem:ClientMount",
            "EFS utils ... access denied by server",
            "EFS utils ... Access denied",
        ],
        "The file system refused the task: its policy or the task role does not allow the mount, or the access point is not of this file system.",
        &["efs-permission", "efs-access-point", "volume-driver"],
        EFS,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "efs-directory",
        &[
            "mount.nfs4: mounting <path> failed, reason given by server: No such file or directory",
            "failed, reason given by server: No such file or directory",
        ],
        "The root directory of the volume does not exist on the file system.",
        &["efs-file-system", "efs-access-point"],
        EFS,
    )
    .shared()
    .deciding(),
    Symptom::cause(
        "efs-owner",
        &[
            "failed to chown <path>: lchown <path>: operation not permitted",
            "lchown ... operation not permitted",
            "failed to copy file info for /var/lib/ecs/volumes",
        ],
        "The image's directory cannot be copied to the volume, because its access point or policy enforces another user.",
        &["efs-access-point", "efs-permission"],
        EFS,
    )
    .shared(),
    Symptom::step(
        "efs-not-mounted",
        &[
            "failed to invoke EFS utils commands to set up EFS volumes",
            "failed to invoke EFS utils commands",
            "unsuccessful EFS utils command execution",
        ],
        "The EFS volume could not be mounted; the text ends before the reason.",
        &["efs-mount-target", "efs-permission", "efs-access-point", "efs-file-system"],
        INITIALIZATION,
    ),
    Symptom::cause(
        "efs-settings",
        &[
            "When using an EFS access point, the root directory must either be set to \"/\" or be omitted",
            "EFS ... transit encryption must be enabled",
            "must have transit encryption enabled",
            "TransitEncryption must be enabled",
            "TransitEncryption must be ENABLED",
        ],
        "The settings of the EFS volume contradict each other: access points and IAM authorization need transit encryption, and an access point has its own root directory.",
        &["efs-access-point", "efs-file-system"],
        EFS,
    ),
    Symptom::cause(
        "ebs-filesystem",
        &[
            "ECS timed out while configuring the EBS volume attachment to your Task",
            "timed out while configuring the EBS volume attachment",
        ],
        "The file system type of the volume does not fit the operating system of the task, or the snapshot.",
        &["ebs-filesystem"],
        EBS,
    ),
    Symptom::cause(
        "ebs-key",
        &[
            "IdempotentParameterMismatch",
            "The client token you have provided is associated with a resource that is already deleted",
        ],
        "The volume was created and deleted at once: the KMS key is not valid, or the infrastructure role may not use it.",
        &["kms-volume-permission", "kms-key-usable"],
        EBS,
    ),
    Symptom::cause(
        "ebs-denied",
        &[
            "ECS failed to set up the EBS volume ... UnauthorizedOperation",
            "is not authorized to perform: ec2:CreateVolume",
            "is not authorized to perform: ec2:AttachVolume",
            "is not authorized to perform: ec2:CreateTags on resource ... volume",
            "ECS failed to set up the EBS volume ... AccessDenied...",
            "ECS failed to set up the EBS volume ... VolumeLimitExceeded",
            "ECS failed to set up the EBS volume ... AttachmentLimitExceeded",
            "ECS failed to set up the EBS volume ... MaxIOPSLimitExceeded",
        ],
        "The infrastructure role may not create, tag or attach the volume, or a quota of the account is used up.",
        &["ebs-permission"],
        EBS,
    )
    .shared(),
    Symptom::cause(
        "ebs-snapshot",
        &[
            "InvalidSnapshot.NotFound",
            "The snapshot <snapshot> does not exist",
            "ECS failed to set up the EBS volume ... IncorrectState",
            "Snapshot is in invalid state",
            "snapshot <snapshot> is not completed",
        ],
        "The snapshot of the volume does not exist in the region, is not shared with the account, or is not completed.",
        &["ebs-snapshot"],
        EBS,
    ),
    Symptom::cause(
        "ebs-settings",
        &[
            "ECS failed to set up the EBS volume ... InvalidParameter",
            "Volume of <size> is smaller than snapshot",
            "Volume configuration provided but no matching configuredAtLaunch volume found",
            "InvalidParameterException ... configuredAtLaunch",
            "CreateService error: ... configuredAtLaunch",
            "InvalidParameterException ... EBS volume configuration",
            "No volume configuration was provided",
            "InvalidParameterException ... volumeConfigurations",
            "CreateService error: ... volumeConfigurations",
        ],
        "The configuration of the volume does not fit the task definition, or the limits of EBS.",
        &["ebs-volume-config", "ebs-snapshot"],
        EBS,
    ),
    Symptom::step(
        "ebs-not-attached",
        &["ECS failed to set up the EBS volume", "EBS volume attachment"],
        "The EBS volume could not be set up; the text ends before the reason.",
        &["ebs-permission", "ebs-volume-config", "kms-volume-permission"],
        EBS,
    ),
    Symptom::cause(
        "volume-plugin",
        &[
            "error looking up volume plugin",
            "CannotCreateVolumeError ... plugin <name> not found",
            "CannotCreateVolumeError",
        ],
        "The Docker volume plugin is not installed on the instance, or refused the volume.",
        &["volume-driver", "capacity-attributes"],
        CREATE_VOLUME,
    ),
    Symptom::cause(
        "volume-fsx",
        &[
            "unable to mount file system",
            "failed to retrieve credentials for fsx",
            "s3files ... mount",
        ],
        "The file system of the volume could not be mounted.",
        &["volume-driver"],
        CREATE_VOLUME,
    )
    .shared(),
];
