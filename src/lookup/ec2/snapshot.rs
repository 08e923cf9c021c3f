//! Snapshots of EBS volumes.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::{Deserialize, Serialize};

use super::single;
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::shell::ShellCommand;

/// One snapshot that this account can use: its own, a shared one, or a public one. EC2 lists no others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSnapshot {
    /// The region. EC2 knows no snapshot of another one.
    pub region: Region,
    /// `snap-...`
    pub id: String,
}

/// A snapshot as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// `pending`, `completed`, `error`, `recoverable` or `recovering`.
    pub state: String,
    /// The size of its volume, in GiB.
    pub size: i64,
    /// Whether it is archived.
    pub archived: bool,
    /// Until when it is temporarily restored from the archive.
    pub restored_until: Option<String>,
    /// Its owner, if known.
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

    fn named(&self) -> Named {
        Named::by("snapshotSet/item/snapshotId", &self.id)
    }

    fn what(&self) -> String {
        format!("snapshot {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        format!(
            "there is no snapshot {} in {}, or it is not shared with this account",
            self.id, self.region
        )
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws ec2 describe-snapshots --owner-ids self")
                .option("--query", "Snapshots[].[SnapshotId,State,VolumeSize,Description]")
                .flag("--output table")
                .region(&self.region),
        )
        .saying("Use a completed snapshot of this region that belongs to this account or is shared with it")
        .instead_of("InvalidSnapshot.NotFound from ec2:CreateVolume (AWS's exact words are not known)")
    }

    async fn fetch(&self, services: &Services) -> Answer<Snapshot> {
        let query = Query::default().with("SnapshotId.1", &*self.id);
        let page = match services.ec2(&self.region).ask(self, &query).await {
            Ok(page) => page,
            Err(error) => return classify::failed(self, &error),
        };
        let list = page.list("snapshotSet").and_then(|list| list.ok_or("the list"));
        let list = list.map_err(|lacks| classify::incomplete(self, lacks))?;
        single(self, list.first(), read)
    }
}

pub(super) fn read(it: &Element) -> Result<Snapshot, Lacks> {
    Ok(Snapshot {
        state: it.text("status")?.ok_or("the state of a snapshot")?,
        size: it.number("volumeSize")?.ok_or("the size of a snapshot")?,
        archived: it.text("storageTier")?.as_deref() == Some("archive"),
        restored_until: it.text("restoreExpiryTime")?.map(time).transpose()?,
        owner: it.text("ownerId")?,
        encrypted: it.flag("encrypted")?.ok_or("whether a snapshot is encrypted")?,
        key: it.text("kmsKeyId")?.filter(|key| !key.is_empty()),
    })
}

/// The time in its original form, without unneeded fractions of a second.
fn time(text: String) -> Result<String, Lacks> {
    let time = DateTime::from_str(&text, Format::DateTimeWithOffset);
    time.map(|time| time.to_string()).map_err(|_| "a readable time")
}
