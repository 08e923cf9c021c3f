//! The EFS fields of a volume.

use crate::document::Field;
use crate::knowledge::Stop;
use crate::lookup::efs::{DescribeAccessPoint, DescribeFileSystem};
use crate::task::EfsVolumeUse;

impl EfsVolumeUse<'_> {
    /// The request for the file system. A volume has no region: it is that of the task.
    ///
    /// # Errors
    /// A gap for a placeholder, or without region; an absence for a text that is not an ID.
    pub(super) fn file_system(&self) -> Result<DescribeFileSystem, Stop> {
        let id = id(&self.efs.file_system_id, "fs-", "an EFS file system")?;
        let Some(id) = id else {
            let sentence = "the volume has no EFS file system ID";
            return Err(Stop::written(self.efs.place.subject(), sentence));
        };
        Ok(DescribeFileSystem { region: self.task.region()?.clone(), id })
    }

    /// The request for the access point, if there is one.
    ///
    /// # Errors
    /// As for the file system.
    pub(super) fn access_point(&self) -> Result<Option<DescribeAccessPoint>, Stop> {
        let Some(authorization) = self.efs.authorization.get()? else { return Ok(None) };
        match id(&authorization.access_point_id, "fsap-", "an EFS access point")? {
            Some(id) => Ok(Some(DescribeAccessPoint { region: self.task.region()?.clone(), id })),
            None => Ok(None),
        }
    }
}

/// An id: its prefix, then 8 to 40 hexadecimal digits
/// (<https://docs.aws.amazon.com/efs/latest/ug/API_DescribeAccessPoints.html>). EFS takes an ARN in its
/// place; the mount helper that ECS calls does not.
fn id(field: &Field<String>, prefix: &str, what: &str) -> Result<Option<String>, Stop> {
    let Some(text) = field.get()?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let digits = text.strip_prefix(prefix).unwrap_or_default();
    let is_hexadecimal = |it: char| it.is_ascii_digit() || ('a'..='f').contains(&it);
    if (8..=40).contains(&digits.len()) && digits.chars().all(is_hexadecimal) {
        return Ok(Some(text.clone()));
    }
    let hint = match text.rsplit_once('/') {
        Some((arn, id)) if arn.starts_with("arn:") => format!("; use {id} alone"),
        _ => format!(", such as {prefix}0123456789abcdef0"),
    };
    let sentence = format!("`{text}` is not the ID of {what}{hint}");
    Err(Stop::written(field.place().subject(), sentence))
}

/// States in which a file system, a mount target or an access point can be used
/// (<https://docs.aws.amazon.com/efs/latest/ug/file-system-state.html>).
pub(super) fn is_usable(state: &str) -> bool {
    matches!(state, "available" | "updating")
}
