//! References to secrets in Secrets Manager.

use std::fmt;

use super::{AccountId, Arn, Region};

/// A secret of Secrets Manager, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretRef {
    pub(super) written: String,
    /// The ARN of the secret: its resource is `secret:<id>`.
    pub arn: Arn,
    /// The name, with the six characters that Secrets Manager appends, if they are given.
    pub id: String,
    /// The JSON key, if one is requested.
    pub json_key: Option<String>,
    /// The staging label of the requested version, such as `AWSPREVIOUS`.
    pub stage: Option<String>,
    /// The id of the requested version.
    pub version: Option<String>,
}

impl SecretRef {
    /// The ARN of the secret, without the fields that choose a part or a version.
    pub fn secret_arn(&self) -> &Arn {
        &self.arn
    }

    /// The region that the secret is in.
    pub fn region(&self) -> Option<&Region> {
        self.arn.region.as_ref()
    }

    /// The account that the secret is in.
    pub fn account(&self) -> Option<&AccountId> {
        self.arn.account()
    }

    /// Whether the name ends like a full ARN: a hyphen and six letters or digits. The name of a secret may
    /// end like this too, so this does not prove that the ARN is full.
    pub fn has_suffix(&self) -> bool {
        self.id.rsplit_once('-').is_some_and(|(name, suffix)| {
            !name.is_empty()
                && suffix.len() == 6
                && suffix.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    }

    /// The JSON key, if it contains a dot: ECS looks for exactly this key, not for a path.
    pub fn nested_key(&self) -> Option<&str> {
        self.json_key.as_deref().filter(|key| key.contains('.'))
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
