//! The caller, and the principals that a policy names
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>).

use std::fmt;
use std::str::FromStr;

use super::key_state::KeyState;
use super::truth::Truth;
use crate::names::{AccountId, Arn, Owner, Partition, RoleArn};

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A role, by one of its sessions; the session's name may be unknown.
    Role {
        /// Its partition.
        partition: Partition,
        /// Its account.
        account: AccountId,
        /// Its path with a slash at both ends. The ARN of a session does not contain it.
        path: Option<String>,
        /// Its name without path.
        name: String,
        /// The name of the session.
        session: Option<String>,
    },
    /// A user of IAM, or the root user of an account.
    User(Arn),
    /// A session of `sts:GetFederationToken`.
    FederatedUser(Arn),
    /// A service of AWS, such as `ecs-tasks.amazonaws.com`.
    Service(String),
    /// Anonymous, such as an NFS client that does not sign in.
    Anonymous,
}

/// Why a text is not a principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a principal; use the ARN of a role, role session or user, or a service such as ecs-tasks.amazonaws.com"
)]
pub struct PrincipalError(pub String);

impl Principal {
    /// The role, by some session of it. This is how services see a task that calls them.
    pub fn role(role: &RoleArn) -> Principal {
        Principal::Role {
            partition: role.arn().partition,
            account: role.account().clone(),
            path: Some(role.path().to_owned()),
            name: role.name().to_owned(),
            session: None,
        }
    }

    /// A service of AWS.
    pub fn service(name: &str) -> Principal {
        Principal::Service(name.to_owned())
    }

    /// The account that the principal belongs to; none for a service or an anonymous client.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Principal::Role { account, .. } => Some(account),
            Principal::User(arn) | Principal::FederatedUser(arn) => arn.account(),
            Principal::Service(_) | Principal::Anonymous => None,
        }
    }

    /// Whether it belongs to no account, so that only the resource's policy applies to it.
    pub(super) fn is_of_no_account(&self) -> bool {
        matches!(self, Principal::Service(_) | Principal::Anonymous)
    }

    pub(super) fn is_service(&self) -> bool {
        matches!(self, Principal::Service(_))
    }

    pub(super) fn is_root_user(&self) -> bool {
        matches!(self, Principal::User(arn) if arn.resource == "root")
    }

    /// Whether it is a service-linked role. The ARN of a session does not say.
    fn is_linked_to_service(&self) -> bool {
        matches!(self, Principal::Role { path: Some(path), .. } if path.starts_with("/aws-service-role/"))
    }

    /// Whether the service control policies of its account apply to it: they do not apply to services, nor
    /// to service-linked roles
    /// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>).
    pub(super) fn is_bound_by_service_control(&self) -> bool {
        !self.is_of_no_account() && !self.is_linked_to_service()
    }

    /// Whether resource control policies apply to it
    /// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>).
    pub(super) fn is_bound_by_resource_control(&self) -> bool {
        !self.is_linked_to_service()
    }

    fn partition(&self) -> Option<Partition> {
        match self {
            Principal::Role { partition, .. } => Some(*partition),
            Principal::User(arn) | Principal::FederatedUser(arn) => Some(arn.partition),
            Principal::Service(_) | Principal::Anonymous => None,
        }
    }

    /// The condition keys that the principal determines.
    pub(super) fn keys(&self) -> Vec<(&'static str, KeyState)> {
        let known = |value: &str| KeyState::Known(vec![value.to_owned()]);
        let mut keys = vec![(
            "aws:PrincipalIsAWSService",
            known(if self.is_service() { "true" } else { "false" }),
        )];
        if let Some(account) = self.account() {
            keys.push(("aws:PrincipalAccount", known(account.as_str())));
        }
        match self {
            Principal::Role { partition, account, path, name, .. } => {
                if let Some(path) = path {
                    let arn = format!("arn:{partition}:iam::{account}:role{path}{name}");
                    keys.push(("aws:PrincipalArn", known(&arn)));
                }
                keys.push(("aws:PrincipalType", known("AssumedRole")));
                keys.push(("aws:username", KeyState::Absent));
            }
            Principal::User(arn) => {
                let kind = if self.is_root_user() { "Account" } else { "User" };
                keys.push(("aws:PrincipalArn", known(&arn.to_string())));
                keys.push(("aws:PrincipalType", known(kind)));
            }
            Principal::FederatedUser(arn) => {
                keys.push(("aws:PrincipalArn", known(&arn.to_string())));
                keys.push(("aws:PrincipalType", known("FederatedUser")));
            }
            Principal::Service(name) => keys.push(("aws:PrincipalServiceName", known(name))),
            // Which keys an anonymous request carries is on the page of each key
            // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
            Principal::Anonymous => {
                keys.push(("aws:PrincipalType", known("Anonymous")));
                keys.push(("aws:userid", known("anonymous")));
                for key in ["aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID"] {
                    keys.push((key, KeyState::Absent));
                }
                keys.push(("aws:username", KeyState::Absent));
            }
        }
        keys
    }
}

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Principal, PrincipalError> {
        let nobody = || PrincipalError(text.to_owned());
        if !text.starts_with("arn:") {
            let service = text.contains(".amazonaws.") || text.contains(".amazon.");
            return service.then(|| Principal::service(text)).ok_or_else(nobody);
        }
        let arn: Arn = text.parse().map_err(|_| nobody())?;
        let Owner::Account(account) = arn.owner.clone() else { return Err(nobody()) };
        let (kind, rest) = arn.resource.split_once('/').unwrap_or((&arn.resource, ""));
        match (arn.service.as_str(), kind, rest) {
            ("iam", "role", _) => {
                text.parse().map(|role: RoleArn| Principal::role(&role)).map_err(|_| nobody())
            }
            ("sts", "assumed-role", rest) => {
                let (name, session) = rest.split_once('/').ok_or_else(nobody)?;
                Ok(Principal::Role {
                    partition: arn.partition,
                    account,
                    path: None,
                    name: name.to_owned(),
                    session: Some(session.to_owned()),
                })
            }
            ("iam", "user", rest) if !rest.is_empty() => Ok(Principal::User(arn)),
            ("iam", "root", "") => Ok(Principal::User(arn)),
            ("sts", "federated-user", rest) if !rest.is_empty() => {
                Ok(Principal::FederatedUser(arn))
            }
            _ => Err(nobody()),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Role { partition, account, path, name, session: None } => {
                let path = path.as_deref().unwrap_or("/");
                write!(f, "arn:{partition}:iam::{account}:role{path}{name}")
            }
            Principal::Role { partition, account, name, session: Some(session), .. } => {
                write!(f, "arn:{partition}:sts::{account}:assumed-role/{name}/{session}")
            }
            Principal::User(arn) | Principal::FederatedUser(arn) => arn.fmt(f),
            Principal::Service(name) => f.write_str(name),
            Principal::Anonymous => f.write_str("an anonymous client"),
        }
    }
}

/// A principal that a policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `*`
    Everyone,
    /// An account: its id, or the ARN of its root.
    Account { partition: Option<Partition>, account: String },
    /// A role, a session of one, a user, a federated user.
    Caller(Principal),
    /// An identity provider.
    Provider,
    /// The canonical user ID of an account, as used by S3.
    CanonicalUser,
    /// The unique ID that replaces the ARN of a deleted role or user.
    Deleted,
    /// Something that AWS does not accept.
    Malformed,
}

/// How a policy names a caller, which decides what else is needed
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quality {
    /// The session, the user, the service, or everyone.
    Direct,
    /// The role of the session.
    Role,
    /// The account.
    Account,
}

impl Named {
    /// The principal that a value of `Principal` names, under its type.
    pub fn read(kind: &str, value: &str) -> Named {
        match kind {
            _ if value == "*" => Named::Everyone,
            "AWS" => Named::read_aws(value),
            "Service" => Named::Caller(Principal::service(value)),
            "Federated" => Named::Provider,
            "CanonicalUser" => Named::CanonicalUser,
            _ => Named::Malformed,
        }
    }

    fn read_aws(value: &str) -> Named {
        if value.parse::<AccountId>().is_ok() {
            return Named::Account { partition: None, account: value.to_owned() };
        }
        let id =
            |prefix| value.starts_with(prefix) && value.bytes().all(|b| b.is_ascii_alphanumeric());
        if id("AROA") || id("AIDA") {
            return Named::Deleted;
        }
        if value.contains(['*', '?']) {
            return Named::Malformed;
        }
        match value.parse() {
            Ok(Principal::User(arn)) if arn.resource == "root" => {
                Named::Account { partition: Some(arn.partition), account: arn.owner.to_string() }
            }
            Ok(Principal::Service(_)) | Err(_) => Named::Malformed,
            Ok(caller) => Named::Caller(caller),
        }
    }

    /// Whether this is the caller, and how it is named.
    pub fn is(&self, caller: &Principal) -> (Quality, Truth) {
        let of_account =
            |account: &str| caller.account().is_some_and(|own| own.as_str() == account);
        match self {
            Named::Everyone => (Quality::Direct, Truth::True),
            Named::Account { partition, account } => {
                let partition = partition.is_none() || *partition == caller.partition();
                (Quality::Account, Truth::from(partition && of_account(account)))
            }
            Named::Caller(named) => is_caller(named, caller),
            Named::Provider | Named::Deleted => (Quality::Direct, Truth::False),
            Named::CanonicalUser | Named::Malformed => (Quality::Direct, Truth::Unknown),
        }
    }
}

fn is_caller(named: &Principal, caller: &Principal) -> (Quality, Truth) {
    use Principal::{Role, Service};
    match (named, caller) {
        (
            Role { partition, account, path, name, session },
            Role { partition: p, account: a, path: own_path, name: n, session: own_session },
        ) => {
            let other_path = path.is_some() && own_path.is_some() && path != own_path;
            let same_role = (partition, account, name) == (p, a, n) && !other_path;
            match (session, own_session) {
                (None, _) => (Quality::Role, Truth::from(same_role)),
                (Some(_), None) => (Quality::Direct, Truth::from(same_role) & Truth::Unknown),
                (Some(named), Some(own)) => {
                    (Quality::Direct, Truth::from(same_role && named == own))
                }
            }
        }
        (Service(named), Service(own)) => (Quality::Direct, is_service(named, own)),
        (named, caller) => (Quality::Direct, Truth::from(named == caller)),
    }
}

/// Services have one name for all partitions or one for each; if only that differs, it is unknown which one
/// this partition accepts.
fn is_service(named: &str, own: &str) -> Truth {
    fn base(name: &str) -> &str {
        name.split_once(".amazonaws.").map_or(name, |(base, _)| base)
    }
    match (named == own, base(named) == base(own)) {
        (true, _) => Truth::True,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::False,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kind: &str, value: &str, caller: &str) -> (Quality, Truth) {
        Named::read(kind, value).is(&caller.parse().unwrap())
    }

    const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/app/task-1";
    const ROLE: &str = "arn:aws:iam::111122223333:role/team/app";

    #[test]
    fn a_session_is_named_by_itself_its_role_or_its_account() {
        use Truth::{False, True};
        let cases = [
            (SESSION, Quality::Direct, True),
            ("arn:aws:sts::111122223333:assumed-role/app/task-2", Quality::Direct, False),
            ("arn:aws:iam::111122223333:role/app", Quality::Role, True),
            (ROLE, Quality::Role, True),
            ("arn:aws:iam::444455556666:role/app", Quality::Role, False),
            ("arn:aws-cn:iam::111122223333:role/app", Quality::Role, False),
            ("111122223333", Quality::Account, True),
            ("arn:aws:iam::111122223333:root", Quality::Account, True),
            ("arn:aws-cn:iam::111122223333:root", Quality::Account, False),
            ("*", Quality::Direct, True),
            ("AROAEXAMPLEID", Quality::Direct, False),
        ];
        for (value, quality, truth) in cases {
            assert_eq!(named("AWS", value, SESSION), (quality, truth), "{value}");
        }
    }

    #[test]
    fn of_a_role_the_session_is_not_known_but_the_path_is() {
        assert_eq!(named("AWS", SESSION, ROLE), (Quality::Direct, Truth::Unknown));
        assert_eq!(
            named("AWS", "arn:aws:iam::111122223333:role/app", ROLE),
            (Quality::Role, Truth::False)
        );
    }

    #[test]
    fn what_aws_would_not_accept_is_not_known() {
        let partial = "arn:aws:iam::111122223333:role/*";
        assert_eq!(named("AWS", partial, SESSION).1, Truth::Unknown);
        assert_eq!(named("aws", ROLE, SESSION).1, Truth::Unknown);
    }

    #[test]
    fn a_service_is_named_exactly() {
        let cases = [
            ("ecs-tasks.amazonaws.com", Truth::True),
            ("ecs.amazonaws.com", Truth::False),
            ("ecs-tasks.amazonaws.com.cn", Truth::Unknown),
        ];
        for (value, truth) in cases {
            assert_eq!(named("Service", value, "ecs-tasks.amazonaws.com").1, truth, "{value}");
        }
    }

    #[test]
    fn a_principal_is_printed_as_it_was_read() {
        for text in [SESSION, ROLE, "arn:aws:iam::111122223333:user/me", "ecs.amazonaws.com"] {
            assert_eq!(text.parse::<Principal>().unwrap().to_string(), text);
        }
        for text in ["", "me", "arn:aws:iam::111122223333:group/g", "arn:aws:sts::1:assumed-role/x"]
        {
            assert!(text.parse::<Principal>().is_err(), "{text}");
        }
    }
}
