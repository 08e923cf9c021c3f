//! IAM roles in task definitions.

use std::fmt;
use std::str::FromStr;

use super::{AccountId, Arn, ArnError};

/// The ARN of a role: `arn:aws:iam::111122223333:role/path/name`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn {
    arn: Arn,
    account: AccountId,
    path: String,
    name: String,
}

impl RoleArn {
    /// The ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The account that the role is in.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The path, which starts and ends with a slash: `/` or `/service-role/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The role's name without its path, for `iam:GetRole`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A role in `taskRoleArn`: an ARN, or a plain name
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleRef {
    /// The full ARN.
    Arn(RoleArn),
    /// The name of a role in the account of the task.
    Name(String),
}

impl RoleRef {
    /// The role's name without path or account.
    pub fn name(&self) -> &str {
        match self {
            RoleRef::Arn(role) => role.name(),
            RoleRef::Name(name) => name,
        }
    }

    /// The role's account, if the reference contains it.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            RoleRef::Arn(role) => Some(role.account()),
            RoleRef::Name(_) => None,
        }
    }
}

/// Why a text does not name a role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleError {
    /// It is empty.
    #[error("the role is empty; write its ARN, arn:aws:iam::111122223333:role/name")]
    Empty,
    /// It is not an ARN, or an invalid one.
    #[error("{0}; the ARN of a role is arn:aws:iam::111122223333:role/name")]
    Arn(#[from] ArnError),
    /// The session of a role, not the role.
    #[error(
        "`{0}` is a session of a role; write the role itself, arn:aws:iam::111122223333:role/name"
    )]
    Session(Arn),
    /// An instance profile, which only contains a role.
    #[error("`{0}` is an instance profile; write the ARN of its role")]
    InstanceProfile(Arn),
    /// Not a role.
    #[error("`{0}` is not the ARN of an IAM role; a role is arn:aws:iam::111122223333:role/name")]
    NotARole(Arn),
    /// No account, or a region, which roles do not have.
    #[error(
        "the ARN of a role has an account and no region, unlike `{0}`; write arn:aws:iam::111122223333:role/name"
    )]
    RegionOrAccount(Arn),
    /// The name has invalid characters, or too many.
    #[error("`{0}` is not a valid role name: use one to 64 letters, digits and _+=,.@-")]
    Name(String),
    /// The path has invalid characters, or too many.
    #[error("`{0}` is not a valid role path")]
    Path(String),
}

impl FromStr for RoleArn {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<RoleArn, RoleError> {
        if text.is_empty() {
            return Err(RoleError::Empty);
        }
        let arn: Arn = text.parse()?;
        if arn.service == "sts" && arn.resource.starts_with("assumed-role/") {
            return Err(RoleError::Session(arn));
        }
        if arn.service == "iam" && arn.resource.starts_with("instance-profile/") {
            return Err(RoleError::InstanceProfile(arn));
        }
        let Some(path_and_name) =
            arn.resource.strip_prefix("role/").filter(|_| arn.service == "iam")
        else {
            return Err(RoleError::NotARole(arn));
        };
        let (path, name) = match path_and_name.rsplit_once('/') {
            Some((path, name)) => (format!("/{path}/"), name.to_owned()),
            None => ("/".to_owned(), path_and_name.to_owned()),
        };
        if path.len() > 512 || !path.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(RoleError::Path(path));
        }
        check_name(&name)?;
        match arn.account().cloned() {
            Some(account) if arn.region.is_none() => Ok(RoleArn { arn, account, path, name }),
            _ => Err(RoleError::RegionOrAccount(arn)),
        }
    }
}

impl FromStr for RoleRef {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<RoleRef, RoleError> {
        if text.is_empty() {
            return Err(RoleError::Empty);
        }
        if text.starts_with("arn:") {
            return text.parse().map(RoleRef::Arn);
        }
        check_name(text)?;
        Ok(RoleRef::Name(text.to_owned()))
    }
}

/// The rule of `iam:CreateRole`.
fn check_name(name: &str) -> Result<(), RoleError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(RoleError::Name(name.to_owned()))
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.arn.fmt(f)
    }
}

impl fmt::Display for RoleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RoleRef::Arn(role) => role.fmt(f),
            RoleRef::Name(name) => f.write_str(name),
        }
    }
}

serde_as_text!(RoleArn);
serde_as_text!(RoleRef);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_has_an_account_a_path_and_a_name() {
        let cases = [
            ("arn:aws:iam::111122223333:role/ecsTaskRole", "/", "ecsTaskRole"),
            ("arn:aws-cn:iam::111122223333:role/team/prod/app@1", "/team/prod/", "app@1"),
        ];
        for (text, path, name) in cases {
            let role: RoleArn = text.parse().unwrap();
            assert_eq!((role.path(), role.name()), (path, name));
            assert_eq!(role.account().as_str(), "111122223333");
            assert_eq!(role.to_string(), text);
        }
    }

    #[test]
    fn a_bare_name_is_a_reference_but_not_an_arn() {
        assert_eq!("ecsTaskRole".parse(), Ok(RoleRef::Name("ecsTaskRole".into())));
        assert!(matches!(
            "ecsTaskRole".parse::<RoleArn>(),
            Err(RoleError::Arn(ArnError::NoPrefix(_)))
        ));
        assert_eq!(
            "role/ecsTaskRole".parse::<RoleRef>(),
            Err(RoleError::Name("role/ecsTaskRole".into()))
        );
        assert_eq!("".parse::<RoleRef>(), Err(RoleError::Empty));
    }

    #[test]
    fn what_is_no_role_is_refused_with_its_cause() {
        type Cause = fn(&RoleError) -> bool;
        let cases: [(&str, Cause); 9] = [
            ("arn:aws:iam::XXXXXXXXXXXX:role/r", |e| {
                matches!(e, RoleError::Arn(ArnError::Account(_)))
            }),
            ("arn:aws:sts::111122223333:assumed-role/r/me", |e| matches!(e, RoleError::Session(_))),
            ("arn:aws:iam::111122223333:instance-profile/r", |e| {
                matches!(e, RoleError::InstanceProfile(_))
            }),
            ("arn:aws:iam::111122223333:policy/r", |e| matches!(e, RoleError::NotARole(_))),
            ("arn:aws:ecs::111122223333:role/r", |e| matches!(e, RoleError::NotARole(_))),
            ("arn:aws:iam:::role/r", |e| matches!(e, RoleError::RegionOrAccount(_))),
            ("arn:aws:iam:us-east-1:111122223333:role/r", |e| {
                matches!(e, RoleError::RegionOrAccount(_))
            }),
            ("arn:aws:iam::111122223333:role/my role", |e| matches!(e, RoleError::Name(_))),
            ("arn:aws:iam::111122223333:role/", |e| matches!(e, RoleError::Name(_))),
        ];
        for (text, cause) in cases {
            let error = text.parse::<RoleRef>().unwrap_err();
            assert!(cause(&error), "{text}: {error:?}");
        }
    }
}
