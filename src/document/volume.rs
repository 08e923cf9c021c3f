//! A volume of a task definition.

use super::field::{Named, located};

located! {
    /// A volume.
    Volume {
        name: String = "name",
        host: Host = "host",
        docker: DockerVolume = "dockerVolumeConfiguration",
        efs: EfsVolume = "efsVolumeConfiguration",
        s3_files: S3FilesVolume = "s3filesVolumeConfiguration",
        fsx: FsxVolume = "fsxWindowsFileServerVolumeConfiguration",
        configured_at_launch: bool = "configuredAtLaunch",
    }

    /// A directory of the container instance.
    Host {
        source_path: String = "sourcePath",
    }

    /// A volume of a Docker driver.
    DockerVolume {
        scope: String = "scope",
        autoprovision: bool = "autoprovision",
        driver: String = "driver",
        driver_opts: Named<String> = "driverOpts",
        labels: Named<()> = "labels",
    }

    /// An EFS file system.
    EfsVolume {
        file_system_id: String = "fileSystemId",
        root_directory: String = "rootDirectory",
        transit_encryption: String = "transitEncryption",
        transit_encryption_port: i64 = "transitEncryptionPort",
        authorization: EfsAuthorization = "authorizationConfig",
    }

    /// The authorization of a task for EFS.
    EfsAuthorization {
        access_point_id: String = "accessPointId",
        iam: String = "iam",
    }

    /// An S3 Files file system.
    S3FilesVolume {
        file_system_arn: String = "fileSystemArn",
        root_directory: String = "rootDirectory",
        transit_encryption_port: i64 = "transitEncryptionPort",
        access_point_arn: String = "accessPointArn",
    }

    /// An FSx for Windows file share.
    FsxVolume {
        file_system_id: String = "fileSystemId",
        root_directory: String = "rootDirectory",
        authorization: FsxAuthorization = "authorizationConfig",
    }

    /// The authorization of a task for FSx.
    FsxAuthorization {
        credentials_parameter: String = "credentialsParameter",
        domain: String = "domain",
    }
}
