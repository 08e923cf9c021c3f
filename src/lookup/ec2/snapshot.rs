//! Snapshots of EBS volumes.

use aws_sdk_ec2::types::StorageTier;
use serde::{Deserialize, Serialize};

use super::single;
use crate::lookup::{Answer, Call, Lookup, Services, classify};
use crate::names::Region;

/// One snapshot that this account may make volumes of: its own, one that is shared with it, or a
/// public one. EC2 shows no others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSnapshot {
    /// The region that is asked. EC2 knows no snapshot of another one.
    pub region: Region,
    /// `snap-...`
    pub id: String,
}

/// A snapshot as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `pending`, `completed`, `error`, `recoverable` or `recovering`.
    pub state: String,
    /// The size of the volume that it was taken of, in GiB.
    pub size: i64,
    /// Whether it lies in the archive.
    pub archived: bool,
    /// Until when it is back from the archive, if it is for a while.
    pub restored_until: Option<String>,
    /// The account that it belongs to, where that is told.
    pub owner: Option<String>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of the key that encrypts it.
    pub key: Option<String>,
}

impl Lookup for DescribeSnapshot {
    type Fact = Snapshot;
    const CALL: Call = Call("ec2:DescribeSnapshots");
    const ABSENT: &'static [&'static str] =
        &["InvalidSnapshot.NotFound", "InvalidSnapshotID.Malformed"];

    fn what(&self) -> String {
        format!("snapshot {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        format!(
            "there is no snapshot {} in {}, or it is not shared with this account",
            self.id, self.region
        )
    }

    async fn fetch(&self, services: &Services) -> Answer<Snapshot> {
        let client = services.ec2(&self.region);
        match client.describe_snapshots().snapshot_ids(&self.id).send().await {
            Err(error) => classify::failed(self, &error),
            Ok(page) => {
                let list = page.snapshots.ok_or_else(|| classify::incomplete(self, "the list"))?;
                single(self, list, read)
            }
        }
    }
}

fn read(it: aws_sdk_ec2::types::Snapshot) -> Result<Snapshot, &'static str> {
    Ok(Snapshot {
        state: it.state.ok_or("the state of a snapshot")?.as_str().to_owned(),
        size: it.volume_size.ok_or("the size of a snapshot")?.into(),
        archived: it.storage_tier == Some(StorageTier::Archive),
        restored_until: it.restore_expiry_time.map(|time| time.to_string()),
        owner: it.owner_id,
        encrypted: it.encrypted.ok_or("whether a snapshot is encrypted")?,
        key: it.kms_key_id.filter(|key| !key.is_empty()),
    })
}
