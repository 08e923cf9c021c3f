//! The principal of a call: a role, a user, or the account's root user.

use std::fmt;

use crate::knowledge::Gap;
use crate::names::{AccountId, Arn, RoleRef};

/// A principal whose permissions are judged. Names are without paths: they are unique within an account (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Principal {
    /// A role, also in one of its sessions.
    Role {
        /// Its account; none for the caller's.
        account: Option<AccountId>,
        /// Its name.
        name: String,
    },
    /// A user.
    User {
        /// Its account.
        account: AccountId,
        /// Its name.
        name: String,
    },
    /// The root user of an account.
    Root {
        /// The account.
        account: AccountId,
    },
}

impl Principal {
    /// The principal behind an ARN, such as that of the caller's identity.
    ///
    /// # Errors
    /// A gap, if the policies of the principal cannot be read.
    pub fn of_arn(text: &str) -> Result<Principal, Gap> {
        let unknown = |why: &str| Gap::Undecidable { why: format!("{text} {why}") };
        let arn: Arn = text.parse().map_err(|_| unknown("is not an ARN"))?;
        let account = arn.account().cloned().ok_or_else(|| unknown("contains no account ID"))?;
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((&arn.resource, ""));
        let name = match kind {
            // The last part of a session's ARN is the session name, and there is no path.
            "assumed-role" => rest.split_once('/').map_or("", |(role, _)| role),
            _ => rest.rsplit('/').next().unwrap_or_default(),
        };
        match (arn.service.as_str(), kind) {
            ("iam", "root") => Ok(Principal::Root { account }),
            _ if name.is_empty() => Err(unknown("names no role or user")),
            ("iam", "role") | ("sts", "assumed-role") => {
                Ok(Principal::Role { account: Some(account), name: name.to_owned() })
            }
            ("iam", "user") => Ok(Principal::User { account, name: name.to_owned() }),
            ("sts", "federated-user") => {
                Err(unknown("is a federated user, and its ARN does not identify its policies"))
            }
            _ => Err(unknown("is neither a role nor a user")),
        }
    }

    /// The account, if known.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Principal::Role { account, .. } => account.as_ref(),
            Principal::User { account, .. } | Principal::Root { account } => Some(account),
        }
    }
}

impl From<&RoleRef> for Principal {
    fn from(role: &RoleRef) -> Principal {
        Principal::Role { account: role.account().cloned(), name: role.name().to_owned() }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Role { name, .. } => write!(f, "role {name}"),
            Principal::User { name, .. } => write!(f, "user {name}"),
            Principal::Root { account } => write!(f, "the root user of {account}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        "111122223333".parse().unwrap()
    }

    fn role(name: &str) -> Principal {
        Principal::Role { account: Some(account()), name: name.to_owned() }
    }

    fn user(name: &str) -> Principal {
        Principal::User { account: account(), name: name.to_owned() }
    }

    #[test]
    fn an_arn_leads_to_a_role_a_user_or_root() {
        let cases = [
            ("arn:aws:iam::111122223333:role/app", role("app")),
            ("arn:aws:iam::111122223333:role/team/prod/app", role("app")),
            ("arn:aws:sts::111122223333:assumed-role/app/i-0123", role("app")),
            (
                "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123abcd/jane@example.com",
                role("AWSReservedSSO_Admin_0123abcd"),
            ),
            ("arn:aws-cn:iam::111122223333:user/team/ci", user("ci")),
            ("arn:aws:iam::111122223333:root", Principal::Root { account: account() }),
        ];
        for (arn, principal) in cases {
            assert_eq!(Principal::of_arn(arn), Ok(principal), "{arn}");
        }
    }

    #[test]
    fn an_arn_without_readable_policies_is_a_gap_that_names_it() {
        for arn in [
            "jane",
            "arn:aws:sts::111122223333:federated-user/jane",
            "arn:aws:sts::111122223333:assumed-role/app",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:group/devs",
            "arn:aws:iam::aws:role/app",
            "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123",
        ] {
            let gap = Principal::of_arn(arn).unwrap_err();
            assert!(gap.to_string().starts_with(arn), "{gap}");
        }
    }

    #[test]
    fn a_role_of_a_document_is_of_its_account_or_of_the_callers() {
        let reference = |text: &str| text.parse::<RoleRef>().unwrap();
        let full = reference("arn:aws:iam::111122223333:role/team/app");
        assert_eq!(Principal::from(&full), role("app"));
        let bare = Principal::Role { account: None, name: "app".to_owned() };
        assert_eq!(Principal::from(&reference("app")), bare);
    }
}
