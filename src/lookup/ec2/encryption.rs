//! The default encryption of EBS volumes in an account.

use serde::Serialize;

use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Named, Optional, Services, classify};
use crate::names::Region;

/// Whether every new volume in a region is encrypted, also one that says otherwise
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetEbsEncryptionByDefault {
    /// The region.
    pub region: Region,
}

impl Lookup for GetEbsEncryptionByDefault {
    type Fact = bool;
    const CALL: Call = Call("ec2:GetEbsEncryptionByDefault");

    fn named(&self) -> Named {
        Named::Nowhere("a setting of the region")
    }

    fn what(&self) -> String {
        format!("the default encryption of EBS in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<bool> {
        let reply = services.ec2(&self.region).ask(self, &Query::default()).await;
        classify::answer(self, reply, |it| {
            it.flag("ebsEncryptionByDefault")?.ok_or("whether EBS encrypts by default")
        })
    }
}

impl Optional for GetEbsEncryptionByDefault {
    fn assumption(&self) -> String {
        format!("that EBS encryption by default is off in {}", self.region)
    }
}

/// The account's default key for encrypted volumes: its ARN, its id or an alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetEbsDefaultKmsKeyId {
    /// The region.
    pub region: Region,
}

impl Lookup for GetEbsDefaultKmsKeyId {
    type Fact = String;
    const CALL: Call = Call("ec2:GetEbsDefaultKmsKeyId");

    fn named(&self) -> Named {
        Named::Nowhere("a setting of the region")
    }

    fn what(&self) -> String {
        format!("the default key of EBS in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<String> {
        let reply = services.ec2(&self.region).ask(self, &Query::default()).await;
        classify::answer(self, reply, |it| {
            it.text("kmsKeyId")?.filter(|key| !key.is_empty()).ok_or("the key")
        })
    }
}

impl Optional for GetEbsDefaultKmsKeyId {
    fn assumption(&self) -> String {
        format!(
            "that the account's default key for EBS in {} is the AWS managed key aws/ebs",
            self.region
        )
    }
}
