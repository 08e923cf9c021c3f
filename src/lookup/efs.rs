//! Amazon EFS: file systems, their mount targets, access points and policies. Nothing is mounted.

mod answer;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::aws::{Lacks, Path};
use super::pages::Pages;
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify, policy_document};
use crate::knowledge::Seen;
use crate::names::{AccountId, Region};
use crate::shell::ShellCommand;
use answer::{
    AccessPoints, DescribedAccessPoint, DescribedFileSystem, DescribedMountTarget, FileSystems,
    Groups, MountTargets, Policy,
};

/// A file system of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeFileSystem {
    /// The region.
    pub region: Region,
    /// `fs-…`
    pub id: String,
}

/// A file system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystem {
    /// Its ARN.
    pub arn: String,
    /// Its owner.
    pub owner: AccountId,
    /// `available`, `creating`, `updating`, `deleting`, `error`, …
    pub state: String,
    /// Its zone, for a One Zone file system.
    pub one_zone: Option<Zone>,
    /// Whether it is the destination of a replication, which is read-only.
    pub replica: bool,
}

/// An Availability Zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// Its id, the same in every account: `use1-az1`.
    pub id: Option<String>,
    /// Its name in this account: `us-east-1a`.
    pub name: Option<String>,
}

impl Zone {
    /// The zone in words.
    pub fn name(&self) -> &str {
        self.name.as_deref().or(self.id.as_deref()).unwrap_or("an unknown zone")
    }
}

/// The error and the fix for a missing file system. A new one would be empty, so the command lists the
/// existing ones.
fn missing(file_system: &str, region: &Region) -> Mend {
    let host = format!("{file_system}.efs.{region}.amazonaws.com");
    Mend::by(
        ShellCommand::of("aws efs describe-file-systems")
            .option("--query", "FileSystems[].[FileSystemId,Name]")
            .flag("--output table")
            .region(region),
    )
    .saying("Use a file system in the region of the task (aws efs describe-file-systems lists them), or create one")
    .instead_of(format!("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve \"{host}\" - check that your file system ID is correct, and ensure that the VPC has an EFS mount target for this file system ID."))
}

impl Lookup for DescribeFileSystem {
    type Fact = FileSystem;
    const CALL: Call = Call("elasticfilesystem:DescribeFileSystems");
    const ABSENT: &'static [&'static str] = &["FileSystemNotFound"];

    fn named(&self) -> Named {
        Named::by("FileSystems/FileSystemId", &self.id)
    }

    fn what(&self) -> String {
        format!("EFS file system {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        file_system_arn(&self.region, &self.id)
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.id, &self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<FileSystem> {
        let asked = Path::of(&["file-systems"]).with("FileSystemId", &self.id);
        let reply = services.efs(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let list = it.read::<FileSystems>()?.file_systems.ok_or("the list of file systems")?;
            let own = |it: &DescribedFileSystem| it.file_system_id.as_ref() == Some(&self.id);
            file_system(list.into_iter().find(own).ok_or("the file system")?, self)
        })
    }
}

fn file_system(it: DescribedFileSystem, asked: &DescribeFileSystem) -> Result<FileSystem, Lacks> {
    let owner: AccountId = it.owner_id.unwrap_or_default().parse().map_err(|_| "the owner")?;
    let DescribeFileSystem { region, id } = asked;
    let arn = it.file_system_arn.unwrap_or_else(|| {
        let partition = region.partition();
        format!("arn:{partition}:elasticfilesystem:{region}:{owner}:file-system/{id}")
    });
    let protection = it.file_system_protection;
    let protection = protection.and_then(|it| it.replication_overwrite_protection);
    Ok(FileSystem {
        arn,
        owner,
        state: non_empty(it.life_cycle_state).ok_or("the state of the file system")?,
        one_zone: zone(it.availability_zone_id, it.availability_zone_name),
        replica: protection.as_deref() == Some("REPLICATING"),
    })
}

/// The text, unless it is empty.
fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn zone(id: Option<String>, name: Option<String>) -> Option<Zone> {
    (id.is_some() || name.is_some()).then_some(Zone { id, name })
}

/// The ARN of a file system, with unknown account.
fn file_system_arn(region: &Region, id: &str) -> String {
    format!("arn:{}:elasticfilesystem:{region}:*:file-system/{id}", region.partition())
}

/// The mount targets of a file system: at most one per zone, all in one VPC
/// (<https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeMountTargets {
    /// The region of the file system.
    pub region: Region,
    /// The file system: `fs-…`
    pub file_system: String,
}

/// The network interface that serves a file system in one zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountTarget {
    /// `fsmt-…`
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet.
    pub subnet: String,
    /// Its zone.
    pub zone: Zone,
    /// `available`, `creating`, `updating`, `deleting`, `error`, …
    pub state: String,
    /// Its IPv4 address, if it has one.
    pub ipv4: Option<String>,
    /// Its IPv6 address, if it has one.
    pub ipv6: Option<String>,
}

impl Lookup for DescribeMountTargets {
    type Fact = Vec<MountTarget>;
    const CALL: Call = Call("elasticfilesystem:DescribeMountTargets");
    const ABSENT: &'static [&'static str] = &["FileSystemNotFound"];

    fn named(&self) -> Named {
        Named::by("MountTargets/FileSystemId", &self.file_system)
    }

    fn what(&self) -> String {
        format!("mount targets of EFS file system {} in {}", self.file_system, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no EFS file system {} in {}", self.file_system, self.region)
    }

    fn resource(&self) -> String {
        file_system_arn(&self.region, &self.file_system)
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.file_system, &self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<MountTarget>> {
        let client = services.efs(&self.region);
        let (mut targets, mut pages) = (Vec::new(), Pages::default());
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let mut asked = Path::of(&["mount-targets"])
            .with("FileSystemId", &self.file_system)
            .with("MaxItems", "100");
        loop {
            if let Some(marker) = pages.token() {
                asked = asked.with("Marker", marker);
            }
            let page = match client.ask(self, &asked).await {
                Ok(page) => page.read::<MountTargets>().map_err(incomplete)?,
                Err(error) => return classify::failed(self, &error),
            };
            let list = page.mount_targets.ok_or_else(|| incomplete("the list of mount targets"))?;
            for it in list {
                targets.push(mount_target(it).map_err(incomplete)?);
            }
            if !pages.turn(self, page.next_marker)? {
                return Ok(Seen::Found(targets));
            }
        }
    }
}

fn mount_target(it: DescribedMountTarget) -> Result<MountTarget, Lacks> {
    let zone = zone(it.availability_zone_id, it.availability_zone_name);
    Ok(MountTarget {
        id: non_empty(it.mount_target_id).ok_or("the id of a mount target")?,
        vpc: it.vpc_id.ok_or("the VPC of a mount target")?,
        subnet: non_empty(it.subnet_id).ok_or("the subnet of a mount target")?,
        zone: zone.ok_or("the zone of a mount target")?,
        state: non_empty(it.life_cycle_state).ok_or("the state of a mount target")?,
        ipv4: it.ip_address,
        ipv6: it.ipv6_address,
    })
}

/// The security groups of a mount target.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeMountTargetGroups {
    /// The region of the file system.
    pub region: Region,
    /// The file system: `fs-…`
    pub file_system: String,
    /// The mount target: `fsmt-…`
    pub mount_target: String,
}

/// A further permission that EFS requires of the caller
/// (<https://docs.aws.amazon.com/efs/latest/ug/API_DescribeMountTargetSecurityGroups.html>).
pub(super) const INTERFACE_ATTRIBUTE: Call = Call("ec2:DescribeNetworkInterfaceAttribute");

impl Lookup for DescribeMountTargetGroups {
    type Fact = Vec<String>;
    const CALL: Call = Call("elasticfilesystem:DescribeMountTargetSecurityGroups");
    const ABSENT: &'static [&'static str] = &["MountTargetNotFound"];

    fn named(&self) -> Named {
        Named::Nowhere("security groups do not name their mount target")
    }

    fn what(&self) -> String {
        let DescribeMountTargetGroups { region, file_system, mount_target } = self;
        format!(
            "security groups of mount target {mount_target} of EFS file system {file_system} in {region}"
        )
    }

    fn absence(&self) -> String {
        let DescribeMountTargetGroups { region, file_system, mount_target } = self;
        format!("EFS file system {file_system} in {region} has no mount target {mount_target}")
    }

    fn resource(&self) -> String {
        file_system_arn(&self.region, &self.file_system)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying(format!("Run again: {} was there a moment ago", self.mount_target))
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let asked = Path::of(&["mount-targets", &self.mount_target, "security-groups"]);
        let reply = services.efs(&self.region).ask(self, &asked).await;
        // An interface has at least one group.
        classify::answer(self, reply, |it| {
            let groups = it.read::<Groups>()?.security_groups.filter(|groups| !groups.is_empty());
            groups.ok_or("the security groups")
        })
    }
}

/// An access point of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeAccessPoint {
    /// The region.
    pub region: Region,
    /// `fsap-…`
    pub id: String,
}

/// An access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Its ARN.
    pub arn: String,
    /// Its file system: `fs-…`
    pub file_system: String,
    /// `available`, `creating`, `deleting`, `error`, …
    pub state: String,
    /// The user id that it enforces, if it has one.
    pub user: Option<i64>,
    /// Its root directory.
    pub path: String,
    /// Whether it creates that directory if it is missing.
    pub creates_path: bool,
}

impl Lookup for DescribeAccessPoint {
    type Fact = AccessPoint;
    const CALL: Call = Call("elasticfilesystem:DescribeAccessPoints");
    const ABSENT: &'static [&'static str] = &["AccessPointNotFound"];

    fn named(&self) -> Named {
        Named::by("AccessPoints/AccessPointId", &self.id)
    }

    fn what(&self) -> String {
        format!("EFS access point {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        let DescribeAccessPoint { region, id } = self;
        format!("arn:{}:elasticfilesystem:{region}:*:access-point/{id}", region.partition())
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::by(
            ShellCommand::of("aws efs describe-access-points")
                .option("--query", "AccessPoints[].[AccessPointId,FileSystemId,Name]")
                .flag("--output table")
                .region(&self.region),
        )
        .saying("Use an access point of this file system (aws efs describe-access-points lists them), or create one")
        .instead_of("ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: mount.nfs4: access denied by server while mounting 127.0.0.1:/")
    }

    async fn fetch(&self, services: &Services) -> Answer<AccessPoint> {
        let asked = Path::of(&["access-points"]).with("AccessPointId", &self.id);
        let reply = services.efs(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let list = it.read::<AccessPoints>()?.access_points;
            let list = list.ok_or("the list of access points")?;
            let own = |it: &DescribedAccessPoint| it.access_point_id.as_ref() == Some(&self.id);
            access_point(list.into_iter().find(own).ok_or("the access point")?)
        })
    }
}

fn access_point(it: DescribedAccessPoint) -> Result<AccessPoint, Lacks> {
    let root = it.root_directory;
    let creates_path = root.as_ref().is_some_and(|root| root.creation_info.is_some());
    // Without a path, the root of the file system
    // (https://docs.aws.amazon.com/efs/latest/ug/API_CreateAccessPoint.html).
    let path = root.and_then(|root| root.path).unwrap_or_else(|| "/".to_owned());
    let user = it.posix_user.map(|user| user.uid.ok_or("the user of the access point"));
    Ok(AccessPoint {
        arn: it.access_point_arn.ok_or("the ARN of the access point")?,
        file_system: it.file_system_id.ok_or("the file system of the access point")?,
        state: it.life_cycle_state.ok_or("the state of the access point")?,
        user: user.transpose()?,
        path,
        creates_path,
    })
}

/// The policy of a file system. Without one, any client that reaches a mount target has full access
/// (<https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetFileSystemPolicy {
    /// The region of the file system.
    pub region: Region,
    /// The file system: `fs-…`
    pub file_system: String,
}

impl Lookup for GetFileSystemPolicy {
    type Fact = Value;
    const CALL: Call = Call("elasticfilesystem:DescribeFileSystemPolicy");
    const ABSENT: &'static [&'static str] = &["PolicyNotFound"];

    fn named(&self) -> Named {
        Named::by("FileSystemId", &self.file_system)
    }

    fn what(&self) -> String {
        format!("policy of EFS file system {} in {}", self.file_system, self.region)
    }

    fn absence(&self) -> String {
        format!("EFS file system {} in {} has no policy", self.file_system, self.region)
    }

    fn resource(&self) -> String {
        file_system_arn(&self.region, &self.file_system)
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let asked = Path::of(&["file-systems", &self.file_system, "policy"]);
        let reply = services.efs(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            policy_document::plain(&it.read::<Policy>()?.policy.ok_or("the policy document")?)
        })
    }
}
