//! Who calls through an endpoint.

use crate::iam::Principal;
use crate::names::{AccountId, Partition, RoleArn};

/// Who makes a call.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// This role.
    Role(RoleArn),
    /// Some role of this account.
    SomeRole(AccountId, Partition),
    /// The AWS account that signs the URLs of layers for ECR. Nothing is known about it: the engine gets
    /// a role of this account with all condition keys unknown.
    Ecr(AccountId, Partition),
}

/// The condition keys that identify the caller, without those that only a user or a service has.
const OF_CALLER: [&str; 3] = ["aws:PrincipalArn", "aws:userid", "aws:PrincipalType"];

/// The condition keys that identify the caller's account.
const OF_ACCOUNT: [&str; 3] =
    ["aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

impl Caller {
    /// The principal for the engine. What it states beyond what is known is in [`Caller::hides`].
    pub(super) fn principal(&self) -> Principal {
        match self {
            Caller::Role(role) => Principal::role(role),
            Caller::SomeRole(account, partition) | Caller::Ecr(account, partition) => {
                Principal::Role {
                    partition: *partition,
                    account: account.clone(),
                    path: None,
                    name: "*".to_owned(),
                    session: None,
                }
            }
        }
    }

    /// The condition keys whose values are not known.
    pub(super) fn hides(&self) -> &'static [&'static str] {
        const ALL: [&str; 6] = {
            let ([a, b, c], [d, e, f]) = (OF_CALLER, OF_ACCOUNT);
            [a, b, c, d, e, f]
        };
        match self {
            Caller::Role(_) => &[],
            Caller::SomeRole(..) => &OF_CALLER,
            Caller::Ecr(..) => &ALL,
        }
    }

    /// The account that it belongs to, if that is the customer's.
    pub(super) fn account(&self) -> Option<&AccountId> {
        match self {
            Caller::Role(role) => Some(role.account()),
            Caller::SomeRole(account, _) => Some(account),
            Caller::Ecr(..) => None,
        }
    }
}

/// Whether a condition key, in any case, identifies the caller.
pub(super) fn is_of_caller(key: &str) -> bool {
    let key = key.to_lowercase();
    key.starts_with("aws:principal") || key == "aws:userid" || key == "aws:username"
}

/// Whether it is this account, or the ARN of a principal in it.
pub(super) fn is_of_account(value: &str, account: &AccountId) -> bool {
    value == account.as_str()
        || value.starts_with("arn:") && value.split(':').nth(4) == Some(account.as_str())
}
