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
    /// The account of ECR's that signs the URLs of layers. Nothing is known of it: it is given to the engine
    /// as a role of this account all of whose keys are hidden.
    Ecr(AccountId, Partition),
}

/// The keys that tell of who calls, beside those that only a user or a service has.
const OF_CALLER: [&str; 3] = ["aws:PrincipalArn", "aws:userid", "aws:PrincipalType"];

/// Those that tell of the account of who calls.
const OF_ACCOUNT: [&str; 3] =
    ["aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

impl Caller {
    /// As the engine is told of it. What that tells too much is among [`Caller::hides`].
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

    /// The condition keys that are not known of it.
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

/// Whether a condition key, in whatever case, tells of who calls.
pub(super) fn is_of_caller(key: &str) -> bool {
    let key = key.to_lowercase();
    key.starts_with("aws:principal") || key == "aws:userid" || key == "aws:username"
}
