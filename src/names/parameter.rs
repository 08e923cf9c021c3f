//! Parameters of Parameter Store, as references name them.

use std::fmt;

use super::{AccountId, Arn, Partition, Region};

/// A parameter of Parameter Store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterRef {
    pub(super) written: String,
    /// The name as Parameter Store wants it: `/a/b` or `a`.
    pub name: String,
    /// The ARN without the selector, if the parameter is named by one.
    pub arn: Option<Arn>,
    /// The version or label after the name, such as `3` in `/a/b:3`.
    pub selector: Option<String>,
}

impl ParameterRef {
    /// Whether it is one that AWS publishes for everybody
    /// (<https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html>).
    pub fn is_public(&self) -> bool {
        self.name.starts_with("/aws/service/")
    }

    /// The ARN that a policy would name, for a parameter that is looked up here.
    pub fn arn_in(&self, region: &Region, account: &AccountId) -> String {
        if let Some(arn) = &self.arn {
            return arn.to_string();
        }
        let partition = Partition::of_region(region.as_str());
        let owner = if self.is_public() { "" } else { account.as_str() };
        format!("arn:{partition}:ssm:{region}:{owner}:{}", self.resource())
    }

    /// The region, if the reference tells it.
    pub fn region(&self) -> Option<&Region> {
        self.arn.as_ref().and_then(|arn| arn.region.as_ref())
    }

    /// The account, if the reference tells it.
    pub fn account(&self) -> Option<&AccountId> {
        self.arn.as_ref().and_then(Arn::account)
    }

    /// The names that the parameter may have. The ARN `parameter/a` stands for `a` as well as for
    /// `/a`, since an ARN drops the leading slash.
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
