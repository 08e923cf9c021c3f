//! A key, and the way something is encrypted with it.

use crate::iam::KeyState;
use crate::lookup::kms::DescribeKey;
use crate::names::{Arn, Partition, Region};

/// What something is encrypted with.
pub(super) enum Encrypted {
    /// A key of the customer's choice.
    With(Box<Used>),
    /// With no key that has to be checked, for this reason.
    Otherwise(String),
}

/// A key, and the way it is used.
pub(super) struct Used {
    /// The request for the key.
    pub key: DescribeKey,
    /// The region of the service that uses it.
    pub region: Region,
    /// The service: `secretsmanager`.
    pub service: &'static str,
    /// What is encrypted, in words.
    pub what: String,
    /// The condition keys of the encryption context.
    pub context: Vec<(String, KeyState)>,
    /// Whether these are all.
    pub is_whole: bool,
    /// The cluster setting that names the key, if one does.
    pub setting: Option<Setting>,
}

/// A key in the configuration of a cluster.
pub(super) struct Setting {
    /// The cluster's name.
    pub cluster: String,
    /// The field of `managedStorageConfiguration`.
    pub field: &'static str,
}

/// Whether this is an alias of an AWS managed key: the prefix `alias/aws/` is reserved for them.
pub(super) fn is_of_aws(key: &str) -> bool {
    let alias = match key.parse::<Arn>() {
        Ok(arn) => arn.resource,
        Err(_) => key.to_owned(),
    };
    alias.starts_with("alias/aws/")
}

/// The policy of such a key allows everybody in the account to use it through its service
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>).
pub(super) fn managed_by_aws(key: &str) -> Encrypted {
    Encrypted::Otherwise(needs_no_permission(key))
}

/// Why an AWS managed key is not checked.
pub(super) fn needs_no_permission(key: &str) -> String {
    format!("{key} is an AWS managed key: no permission needed")
}

impl Used {
    /// Why a key of another region is not judged further: allowing its use would not help.
    pub(super) fn elsewhere(&self) -> Option<String> {
        (self.key.region != self.region)
            .then(|| format!("skipped: the key is in {}, see kms-key-usable", self.key.region))
    }

    /// The alias by which the service requests the key. Where it knows the key by its id only, it requests no
    /// alias; where it knows an alias, AWS does not document which of both it requests
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-request-alias>).
    pub(super) fn requested_alias(&self) -> KeyState {
        match self.key.id.contains("alias/") {
            true => KeyState::Unknown,
            false => KeyState::Absent,
        }
    }

    /// The service as `kms:ViaService` names it. For the China partition AWS does not document the domain of
    /// that value (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>).
    pub(super) fn via(&self) -> KeyState {
        let name = format!("{}.{}.amazonaws.com", self.service, self.region);
        match Partition::of_region(self.region.as_str()).dns_suffix() {
            "amazonaws.com" => KeyState::Known(vec![name]),
            _ => KeyState::Begins(name),
        }
    }
}
