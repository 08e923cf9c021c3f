//! The instance types that launch templates state. The answer also contains the user data of the instances,
//! which the reader of XML drops before anything can keep it.

use serde::{Deserialize, Serialize};

use crate::knowledge::Seen;
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// A version of a launch template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeLaunchTemplate {
    /// The region.
    pub region: Region,
    /// The template and its version.
    pub template: TemplateVersion,
}

/// A version of a launch template, as an Auto Scaling group names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TemplateVersion {
    /// `lt-…`
    pub id: String,
    /// A number, `$Latest` or `$Default`.
    pub version: String,
}

/// The instance types that a launch template allows. Without any, it leaves them to who uses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchTemplate {
    /// The instance type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What the instance types must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<InstanceRequirements>,
}

/// What instance types must have, as far as it limits their size
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirements.html>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceRequirements {
    /// The largest number of vCPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_vcpus: Option<u64>,
    /// The largest memory, in MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_memory: Option<u64>,
    /// The largest number of GPUs and other accelerators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_accelerators: Option<u64>,
    /// The only instance types; none if they are not limited. They may have wildcards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    /// The only manufacturers of the CPU, such as `intel`; none if they are not limited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub makers: Vec<String>,
}

impl InstanceRequirements {
    /// The only instance types, if their names are known: what a wildcard matches is not.
    pub fn named_kinds(&self) -> Vec<&str> {
        match self.allowed.iter().any(|kind| kind.contains('*')) {
            true => Vec::new(),
            false => self.allowed.iter().map(String::as_str).collect(),
        }
    }

    /// The architectures of the CPUs, if the manufacturers determine them: AWS makes only Graviton, and Intel and
    /// AMD make none for `arm64`
    /// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirements.html>).
    pub fn architectures(&self) -> Vec<&'static str> {
        let of = |maker: &String| match maker.as_str() {
            "intel" | "amd" => Some("x86_64"),
            "amazon-web-services" => Some("arm64"),
            _ => None,
        };
        let mut found = self.makers.iter().map(of).collect::<Option<Vec<_>>>().unwrap_or_default();
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl Lookup for DescribeLaunchTemplate {
    type Fact = LaunchTemplate;
    const CALL: Call = Call("ec2:DescribeLaunchTemplateVersions");
    const ABSENT: &'static [&'static str] = &[
        "InvalidLaunchTemplateId.NotFound",
        "InvalidLaunchTemplateId.Malformed",
        "InvalidLaunchTemplateId.VersionNotFound",
    ];

    fn named(&self) -> Named {
        Named::by("launchTemplateVersionSet/item/launchTemplateId", &self.template.id)
    }

    fn what(&self) -> String {
        let TemplateVersion { id, version } = &self.template;
        format!("version {version} of launch template {id} in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<LaunchTemplate> {
        let query = Query::default()
            .with("LaunchTemplateId", &*self.template.id)
            .with("LaunchTemplateVersion.1", &*self.template.version);
        let page = match services.ec2(&self.region).ask(self, &query).await {
            Ok(page) => page,
            Err(error) => return classify::failed(self, &error),
        };
        let incomplete = |lacks| classify::incomplete(self, lacks);
        let versions = page.list("launchTemplateVersionSet").map_err(incomplete)?;
        match versions.ok_or_else(|| incomplete("the list of versions"))? {
            [version] => read(version).map(Seen::Found).map_err(incomplete),
            _ => Err(incomplete("a single version")),
        }
    }
}

fn read(version: &Element) -> Result<LaunchTemplate, Lacks> {
    let data = version.child("launchTemplateData")?.ok_or("the data of the version")?;
    let requirements = data.child("instanceRequirements")?;
    let requirements = requirements.map(|it| {
        Ok::<_, Lacks>(InstanceRequirements {
            most_vcpus: it.number("vCpuCount/max")?,
            most_memory: it.number("memoryMiB/max")?,
            most_accelerators: it.number("acceleratorCount/max")?,
            allowed: it.texts("allowedInstanceTypeSet", None)?,
            makers: it.texts("cpuManufacturerSet", None)?,
        })
    });
    Ok(LaunchTemplate { kind: data.text("instanceType")?, requirements: requirements.transpose()? })
}
