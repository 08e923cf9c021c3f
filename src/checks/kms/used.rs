//! A key, and the way something is encrypted with it.

use crate::iam::KeyState;
use crate::lookup::kms::DescribeKey;
use crate::names::{Arn, Partition, Region};

/// What something is encrypted with.
pub(super) enum Encrypted {
    /// A key of the customer's choice.
    With(Box<Used>),
    /// With none that needs a look, for this reason.
    Otherwise(String),
}

/// A key, and the way it is used.
pub(super) struct Used {
    /// The question for the key.
    pub key: DescribeKey,
    /// The region of the service that uses it.
    pub region: Region,
    /// The service: `secretsmanager`.
    pub service: &'static str,
    /// What is encrypted, in words.
    pub what: String,
    /// The condition keys of the encryption context.
    pub context: Vec<(String, KeyState)>,
    /// The setting of the cluster that names the key, where it is one of the cluster's.
    pub setting: Option<Setting>,
}

/// A key in the configuration of a cluster.
pub(super) struct Setting {
    /// The cluster's name.
    pub cluster: String,
    /// The field of `managedStorageConfiguration`.
    pub field: &'static str,
}

/// Aliases that begin so are reserved for AWS's own keys.
pub(super) fn is_of_aws(key: &str) -> bool {
    let alias = match key.parse::<Arn>() {
        Ok(arn) => arn.resource,
        Err(_) => key.to_owned(),
    };
    alias.starts_with("alias/aws/")
}

/// The policy of such a key lets everybody in the account use it through its service
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>).
pub(super) fn managed_by_aws(key: &str) -> Encrypted {
    Encrypted::Otherwise(format!("AWS manages the key {key}, which takes no permission of its own"))
}

impl Used {
    /// Why a key of another region is judged no further: to allow its use would not help.
    pub(super) fn elsewhere(&self) -> Option<String> {
        (self.key.region != self.region).then(|| {
            format!("not judged: the key is of {}, as kms-key-usable tells", self.key.region)
        })
    }

    /// The service as `kms:ViaService` names it. The pages of China's partition do not say under which
    /// domain it does (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>).
    pub(super) fn via(&self) -> KeyState {
        let name = format!("{}.{}.amazonaws.com", self.service, self.region);
        match Partition::of_region(self.region.as_str()).dns_suffix() {
            "amazonaws.com" => KeyState::Known(vec![name]),
            _ => KeyState::Begins(name),
        }
    }
}
