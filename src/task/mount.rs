//! Mount options that registration refuses. The checks of the volume report them; if only the documents
//! are judged, `definition-schema` does.

use super::EfsVolumeUse;
use crate::document::Field;
use crate::document::volume::S3FilesVolume;
use crate::knowledge::Stop;
use crate::verdict::{Findings, fail};

/// What registration answers to a root directory with an access point (seen 2026-09).
pub const ROOT_REFUSED: &str = "ClientException: When using an EFS access point, the root directory must either be set to \"/\" or be omitted";
/// What registration answers to IAM without encryption (seen 2026-09).
pub const PLAIN_REFUSED: &str =
    "ClientException: EFS IAM authorization requires TransitEncryption to be enabled";

impl EfsVolumeUse<'_> {
    /// Whether the volume uses IAM authorization.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn signs_in(&self) -> Result<bool, Stop> {
        let Some(authorization) = self.efs.authorization.get()? else { return Ok(false) };
        is_enabled(&authorization.iam)
    }

    /// Whether traffic is encrypted in transit.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn is_encrypted(&self) -> Result<bool, Stop> {
        is_enabled(&self.efs.transit_encryption)
    }

    /// The directory that is mounted, unless it is the root of the file system or the access point.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn directory(&self) -> Result<Option<&str>, Stop> {
        let directory = self.efs.root_directory.get()?.map(String::as_str);
        Ok(directory.filter(|it| !is_root(it)))
    }

    /// Whether the volume uses an access point.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn names_access_point(&self) -> Result<bool, Stop> {
        let authorization = self.efs.authorization.get()?;
        Ok(authorization.is_some_and(|it| !it.access_point_id.is_missing()))
    }

    /// IAM and access points need encryption
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html>,
    /// seen 2026-11).
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn encryption(&self, found: &mut Findings) -> Result<(), Stop> {
        let because = match (self.signs_in()?, self.names_access_point()?) {
            (true, _) => "the volume uses IAM authorization",
            (false, true) => "the volume uses an access point",
            (false, false) => return Ok(()),
        };
        if !self.is_encrypted()? {
            found.add(
                fail(format!("{because}, but transitEncryption is not ENABLED"))
                    .at(self.efs.transit_encryption.place())
                    .prevents(PLAIN_REFUSED)
                    .remedy("Set transitEncryption to ENABLED"),
            );
        }
        Ok(())
    }

    /// An access point sets the root directory, and allows only `/` in the definition
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html>,
    /// seen 2026-11).
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn root_directory(&self, found: &mut Findings) -> Result<(), Stop> {
        if let (true, Some(directory)) = (self.names_access_point()?, self.directory()?) {
            found.add(
                fail(besides(directory))
                    .at(self.efs.root_directory.place())
                    .prevents(ROOT_REFUSED)
                    .remedy("Remove rootDirectory, or the access point"),
            );
        }
        Ok(())
    }
}

/// The same for S3 Files
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_S3FilesVolumeConfiguration.html>,
/// seen 2026-11).
///
/// # Errors
/// A gap for a placeholder.
pub fn root_directory(files: &S3FilesVolume, found: &mut Findings) -> Result<(), Stop> {
    let directory = files.root_directory.get()?.map_or("/", String::as_str);
    if !files.access_point_arn.is_missing() && !is_root(directory) {
        found.add(
            fail(besides(directory))
                .at(files.root_directory.place())
                .prevents("RegisterTaskDefinition refuses it (AWS's exact words are not known)")
                .remedy("Remove rootDirectory, or the access point"),
        );
    }
    Ok(())
}

fn besides(directory: &str) -> String {
    format!(
        "rootDirectory is {directory}, but with an access point, which has its own root directory, it must be / or left out"
    )
}

fn is_root(directory: &str) -> bool {
    matches!(directory, "" | "/")
}

fn is_enabled(field: &Field<String>) -> Result<bool, Stop> {
    Ok(field.get()?.is_some_and(|it| it == "ENABLED"))
}
