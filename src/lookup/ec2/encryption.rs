//! How an account encrypts its EBS volumes where nobody says how.

use serde::Serialize;

use crate::knowledge::Seen;
use crate::lookup::{Answer, Call, Lookup, Optional, Services, classify};
use crate::names::Region;

/// Whether every new volume in a region is encrypted, also one that says otherwise
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetEbsEncryptionByDefault {
    /// The region that is asked.
    pub region: Region,
}

impl Lookup for GetEbsEncryptionByDefault {
    type Fact = bool;
    const CALL: Call = Call("ec2:GetEbsEncryptionByDefault");

    fn what(&self) -> String {
        format!("the default encryption of EBS in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<bool> {
        let reply = services.ec2(&self.region).get_ebs_encryption_by_default().send().await;
        classify::answer(self, reply, |it| {
            it.ebs_encryption_by_default.ok_or("whether EBS encrypts by default")
        })
    }
}

impl Optional for GetEbsEncryptionByDefault {
    fn assumption(&self) -> String {
        format!("that EBS encrypts no volume by default in {}", self.region)
    }
}

/// The key of an account for volumes that are encrypted and name none: its ARN, its id or an alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetEbsDefaultKmsKeyId {
    /// The region that is asked.
    pub region: Region,
}

impl Lookup for GetEbsDefaultKmsKeyId {
    type Fact = String;
    const CALL: Call = Call("ec2:GetEbsDefaultKmsKeyId");

    fn what(&self) -> String {
        format!("the default key of EBS in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<String> {
        let reply = services.ec2(&self.region).get_ebs_default_kms_key_id().send().await;
        match reply {
            Err(error) => classify::failed(self, &error),
            Ok(it) => it
                .kms_key_id
                .filter(|key| !key.is_empty())
                .map(Seen::Found)
                .ok_or_else(|| classify::incomplete(self, "the key")),
        }
    }
}

impl Optional for GetEbsDefaultKmsKeyId {
    fn assumption(&self) -> String {
        format!("that the account's default key for EBS in {} is AWS's own aws/ebs", self.region)
    }
}
