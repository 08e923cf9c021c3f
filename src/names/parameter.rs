//! Parameters of Parameter Store, as references name them.

use std::fmt;

use super::{AccountId, Arn, Partition, Region};

/// A parameter of Parameter Store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterRef {
    pub(super) written: String,
    /// The name for Parameter Store: `/a/b` or `a`.
    pub name: String,
    /// The ARN without the selector, if the reference is an ARN.
    pub arn: Option<Arn>,
    /// The version or label after the name, such as `3` in `/a/b:3`.
    pub selector: Option<String>,
}

impl ParameterRef {
    /// Whether it is a public parameter of AWS
    /// (<https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html>).
    pub fn is_public(&self) -> bool {
        self.name.starts_with("/aws/service/")
    }

    /// The ARN in policies, for a parameter in this region and account.
    pub fn arn_in(&self, region: &Region, account: &AccountId) -> String {
        if let Some(arn) = &self.arn {
            return arn.to_string();
        }
        let partition = Partition::of_region(region.as_str());
        let owner = if self.is_public() { "" } else { account.as_str() };
        format!("arn:{partition}:ssm:{region}:{owner}:{}", self.resource())
    }

    /// The region, if the reference contains it.
    pub fn region(&self) -> Option<&Region> {
        self.arn.as_ref().and_then(|arn| arn.region.as_ref())
    }

    /// The account, if the reference contains it.
    pub fn account(&self) -> Option<&AccountId> {
        self.arn.as_ref().and_then(Arn::account)
    }

    /// The possible names of the parameter. The ARN `parameter/a` means `a` or `/a`, since an ARN drops the
    /// leading slash.
    pub fn candidate_names(&self) -> Vec<String> {
        let mut names = vec![self.name.clone()];
        if self.arn.is_some() && !self.name.starts_with('/') {
            names.push(format!("/{}", self.name));
        }
        names
    }

    /// The last field of its ARN: `parameter/a/b`.
    pub fn resource(&self) -> String {
        format!("parameter/{}", self.name.trim_start_matches('/'))
    }
}

impl fmt::Display for ParameterRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}
