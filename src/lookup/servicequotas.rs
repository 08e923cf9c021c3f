//! Service Quotas: the quotas of an account in a region.
//!
//! All of it is optional knowledge: an exhausted quota rarely delays a task, and a caller without the
//! permission to read quotas can still deploy.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::aws::{Action, Lacks, Object, ServiceQuotas};
use super::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::knowledge::Gap;
use crate::names::Region;
use crate::shell::ShellCommand;

/// A quota, by its codes in Service Quotas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Quota {
    /// The service code: `vpc`.
    pub service: &'static str,
    /// The quota code: `L-…`
    pub code: &'static str,
    /// Its name in the console.
    #[serde(skip)]
    pub name: &'static str,
}

/// The maximum number of network interfaces
/// (<https://docs.aws.amazon.com/general/latest/gr/vpc-service.html>).
pub const NETWORK_INTERFACES: Quota =
    Quota { service: "vpc", code: "L-DF5E4CA3", name: "Network interfaces per Region" };

/// The vCPUs of all tasks on Fargate at once, except Spot
/// (<https://docs.aws.amazon.com/general/latest/gr/ecs-service.html>).
pub const FARGATE_VCPUS: Quota =
    Quota { service: "fargate", code: "L-3032A538", name: "Fargate On-Demand vCPU resource count" };

/// The vCPUs of all tasks on Fargate Spot at once.
pub const FARGATE_SPOT_VCPUS: Quota =
    Quota { service: "fargate", code: "L-36FBB829", name: "Fargate Spot vCPU resource count" };

const fn ebs(code: &'static str, name: &'static str) -> Quota {
    Quota { service: "ebs", code, name }
}

/// The maximum total storage of volumes of one type, in TiB
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html>).
const STORAGE: [(&str, Quota); 7] = [
    ("gp2", ebs("L-D18FCD1D", "Storage for General Purpose SSD (gp2) volumes, in TiB")),
    ("gp3", ebs("L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB")),
    ("io1", ebs("L-FD252861", "Storage for Provisioned IOPS SSD (io1) volumes, in TiB")),
    ("io2", ebs("L-09BD8365", "Storage for Provisioned IOPS SSD (io2) volumes, in TiB")),
    ("sc1", ebs("L-17AF77E8", "Storage for Cold HDD (sc1) volumes, in TiB")),
    ("st1", ebs("L-82ACEF56", "Storage for Throughput Optimized HDD (st1) volumes, in TiB")),
    ("standard", ebs("L-9CF3C2EB", "Storage for Magnetic (standard) volumes, in TiB")),
];

/// The maximum total IOPS, for volume types with provisioned IOPS.
const IOPS: [(&str, Quota); 2] = [
    ("io1", ebs("L-B3A130E6", "IOPS for Provisioned IOPS SSD (io1) volumes")),
    ("io2", ebs("L-8D977E7E", "IOPS for Provisioned IOPS SSD (io2) volumes")),
];

impl Quota {
    /// The storage quota of an EBS volume type, in TiB.
    pub fn of_storage(kind: &str) -> Option<Quota> {
        STORAGE.iter().find(|(of, _)| *of == kind).map(|(_, quota)| *quota)
    }

    /// The IOPS quota of an EBS volume type, if there is one.
    pub fn of_iops(kind: &str) -> Option<Quota> {
        IOPS.iter().find(|(of, _)| *of == kind).map(|(_, quota)| *quota)
    }

    /// The assumption if the quota, or its use, is not known.
    pub fn assumption(&self, region: &Region) -> String {
        format!("that the quota {} is not exhausted in {region}", self.name)
    }

    /// The command that requests an increase to `value`.
    pub fn raised_to(&self, value: i64, region: &Region) -> ShellCommand {
        ShellCommand::of("aws service-quotas request-service-quota-increase")
            .option("--service-code", self.service)
            .option("--quota-code", self.code)
            .option("--desired-value", value.to_string())
            .region(region)
    }
}

/// A quota of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetServiceQuota {
    /// The region.
    pub region: Region,
    /// Which.
    pub quota: Quota,
}

/// The second call of [`GetServiceQuota`].
pub(in crate::lookup) const DEFAULT: Call = Call("servicequotas:GetAWSDefaultServiceQuota");

const GET_DEFAULT: Action<ServiceQuotas> = Action::of(DEFAULT);

const UNKNOWN: &str = "NoSuchResourceException";

impl Lookup for GetServiceQuota {
    /// In the unit of its name.
    type Fact = f64;
    const CALL: Call = Call("servicequotas:GetServiceQuota");
    const ABSENT: &'static [&'static str] = &[UNKNOWN];

    fn named(&self) -> Named {
        Named::by("Quota/ServiceCode", self.quota.service).and("Quota/QuotaCode", self.quota.code)
    }

    fn what(&self) -> String {
        format!("quota of {}: {}", self.region, self.quota.name)
    }

    /// Without an applied value for the account, the default is used
    /// (<https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html>).
    async fn fetch(&self, services: &Services) -> Answer<f64> {
        let client = services.servicequotas(&self.region);
        let Quota { service, code, .. } = self.quota;
        let asked = json!({"ServiceCode": service, "QuotaCode": code});
        match client.ask(self, &asked).await {
            Err(error) if classify::code(&error) == Some(UNKNOWN) => {
                let default = client.ask_for(GET_DEFAULT, &asked).await;
                classify::answer(self, default, value).map_err(of_the_default)
            }
            applied => classify::answer(self, applied, value),
        }
    }
}

fn value(it: Object) -> Result<f64, Lacks> {
    let quota = it.read::<Found>()?.quota;
    quota.and_then(|quota| quota.value).ok_or("the value of the quota")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    quota: Option<FoundQuota>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FoundQuota {
    value: Option<f64>,
}

/// The default needs a separate action, which must be allowed if it is denied.
fn of_the_default(gap: Gap) -> Gap {
    match gap {
        Gap::Refused { resource, said, .. } => {
            Gap::Refused { action: DEFAULT.to_string(), resource, said }
        }
        other => other,
    }
}

impl Optional for GetServiceQuota {
    fn assumption(&self) -> String {
        self.quota.assumption(&self.region)
    }
}
