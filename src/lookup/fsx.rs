//! Amazon FSx: file systems.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::shell::ShellCommand;

/// A file system of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeFsxFileSystem {
    /// The region.
    pub region: Region,
    /// `fs-…`
    pub id: String,
}

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FsxFileSystem {
    /// `WINDOWS`, `LUSTRE`, `ONTAP`, `OPENZFS`.
    pub kind: String,
    /// `AVAILABLE`, `CREATING`, `UPDATING`, `MISCONFIGURED`, …
    pub state: String,
}

impl Lookup for DescribeFsxFileSystem {
    type Fact = FsxFileSystem;
    const CALL: Call = Call("fsx:DescribeFileSystems");
    const ABSENT: &'static [&'static str] = &["FileSystemNotFound"];

    fn named(&self) -> Named {
        Named::by("FileSystems/FileSystemId", &self.id)
    }

    fn what(&self) -> String {
        format!("FSx file system {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        let DescribeFsxFileSystem { region, id } = self;
        format!("arn:{}:fsx:{region}:*:file-system/{id}", region.partition())
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws fsx describe-file-systems")
                .option("--query", "FileSystems[].[FileSystemId,FileSystemType]")
                .flag("--output table")
                .region(&self.region),
        )
        .saying("Use an FSx for Windows File Server file system in the region of the task, or create one")
        .instead_of(format!("unable to mount file system {}", self.id))
    }

    async fn fetch(&self, services: &Services) -> Answer<FsxFileSystem> {
        let asked = json!({"FileSystemIds": [self.id]});
        let reply = services.fsx(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let list = it.read::<Described>()?.file_systems.ok_or("the list of file systems")?;
            let own = list.into_iter().find(|it| it.file_system_id.as_ref() == Some(&self.id));
            let own = own.ok_or("the file system")?;
            Ok(FsxFileSystem {
                kind: own.file_system_type.ok_or("the type")?,
                state: own.lifecycle.ok_or("the state")?,
            })
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    file_systems: Option<Vec<DescribedFileSystem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedFileSystem {
    file_system_id: Option<String>,
    file_system_type: Option<String>,
    lifecycle: Option<String>,
}
