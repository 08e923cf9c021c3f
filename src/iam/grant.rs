//! Grants of KMS keys: they only ever allow
//! (<https://docs.aws.amazon.com/kms/latest/developerguide/grants.html>).

use super::key_state::KeyState;
use super::origin::{Layer, Origin};
use super::principal::Named;
use super::request::Request;
use super::truth::Truth;

/// What is known of the grants of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grants {
    /// All of them.
    Known(Vec<Grant>),
    /// They could not be read, for this reason.
    Unreadable(String),
}

impl Default for Grants {
    fn default() -> Grants {
        Grants::Known(Vec::new())
    }
}

/// A grant of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Who is granted, as `kms:ListGrants` says it.
    pub grantee: String,
    /// The operations as KMS names them: `Decrypt`.
    pub operations: Vec<String>,
    /// What the encryption context of the request must contain.
    pub constraint: Constraint,
}

/// What a grant requires of the encryption context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Constraint {
    /// Anything.
    #[default]
    None,
    /// These pairs and no others.
    Equals(Vec<(String, String)>),
    /// These pairs at least.
    Subset(Vec<(String, String)>),
    /// Any context, but only requests on behalf of this resource. Requests do not say that here.
    Source(String),
}

const PAIRS: &str = "kms:encryptioncontext:";

impl Grant {
    /// Why it is unknown whether it allows a request.
    pub(super) fn reservation(&self) -> String {
        match &self.constraint {
            Constraint::Source(source) => {
                format!("it covers only requests on behalf of `{source}`")
            }
            _ => "it requires an encryption context, and that of the request is not fully known"
                .to_owned(),
        }
    }

    /// How sentences refer to it.
    pub(super) fn origin(&self) -> Origin {
        let policy = Layer::Grant.policy_named(&self.id).into();
        Origin { layer: Layer::Grant, policy, sid: None, index: 0 }
    }

    /// Whether it allows the request.
    pub fn allows(&self, request: &Request) -> Truth {
        let Some(("kms", operation)) = request.folded_action().split_once(':') else {
            return Truth::False;
        };
        let operation = self.operations.iter().any(|own| own.eq_ignore_ascii_case(operation));
        let kind = if self.grantee.starts_with("arn:") { "AWS" } else { "Service" };
        let (_, grantee) = Named::read(kind, &self.grantee).is(&request.principal);
        Truth::from(operation) & grantee & self.constraint.holds(request)
    }
}

impl Constraint {
    fn holds(&self, request: &Request) -> Truth {
        match self {
            Constraint::None => Truth::True,
            Constraint::Source(_) => Truth::Unknown,
            Constraint::Subset(pairs) => holds_each(pairs, request),
            Constraint::Equals(pairs) => holds_each(pairs, request) & holds_no_more(pairs, request),
        }
    }
}

fn holds_each(pairs: &[(String, String)], request: &Request) -> Truth {
    let context = &request.context;
    Truth::all(pairs.iter().map(|(key, value)| {
        match context.state(&format!("{PAIRS}{}", key.to_lowercase())) {
            KeyState::Known(values) => Truth::from(values.contains(value)),
            KeyState::Begins(start) => Truth::from(value.starts_with(start)) & Truth::Unknown,
            KeyState::Absent => Truth::False,
            KeyState::Unknown => Truth::Unknown,
        }
    }))
}

/// Condition keys lose the case of the pairs' names, of which the pages of AWS do not agree whether it
/// counts: `kms:EncryptionContextKeys` keeps it, and names that differ in nothing else are unknown.
fn holds_no_more(pairs: &[(String, String)], request: &Request) -> Truth {
    let context = &request.context;
    let granted = |name: &str| pairs.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    let same_case = |name: &str| pairs.iter().any(|(key, _)| key == name);
    match context.state("kms:encryptioncontextkeys") {
        KeyState::Known(names) if !names.iter().all(|name| granted(name)) => Truth::False,
        KeyState::Known(names) if names.iter().all(|name| same_case(name)) => Truth::True,
        KeyState::Absent => {
            let listed = context.below(PAIRS);
            let mut present = listed.into_iter().filter(|(_, state)| **state != KeyState::Absent);
            Truth::from(present.all(|(name, _)| granted(name)))
        }
        _ => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;
    use crate::iam::Context;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";

    fn decrypt(context: Context) -> Request {
        let role = "arn:aws:iam::111122223333:role/app".parse().unwrap();
        Request::new(role, "kms:Decrypt", KEY, context)
    }

    fn grant(constraint: Constraint) -> Grant {
        Grant {
            id: "g-1".into(),
            grantee: "arn:aws:iam::111122223333:role/app".into(),
            operations: vec!["Decrypt".into()],
            constraint,
        }
    }

    #[test]
    fn a_grant_is_for_one_grantee_and_some_operations() {
        let request = decrypt(Context::complete());
        assert_eq!(grant(Constraint::None).allows(&request), True);
        let other = Grant { operations: vec!["Encrypt".into()], ..grant(Constraint::None) };
        assert_eq!(other.allows(&request), False);
        let other = Grant { grantee: "ecs.amazonaws.com".into(), ..grant(Constraint::None) };
        assert_eq!(other.allows(&request), False);
    }

    #[test]
    fn a_constraint_wants_these_pairs_alone_or_at_least() {
        let pairs = || vec![("SecretARN".to_owned(), "arn:x".to_owned())];
        let with = |context: Context| {
            let request = decrypt(context);
            (
                grant(Constraint::Subset(pairs())).allows(&request),
                grant(Constraint::Equals(pairs())).allows(&request),
            )
        };
        let one = Context::complete().with_value("kms:EncryptionContext:SecretARN", "arn:x");
        assert_eq!(with(one.clone()), (True, True));
        let two = one.with_value("kms:EncryptionContext:SecretVersionId", "1");
        assert_eq!(with(two), (True, False));
        assert_eq!(with(Context::complete()), (False, False));
        assert_eq!(with(Context::partial()), (Unknown, Unknown));
    }

    #[test]
    fn a_grant_on_behalf_of_one_resource_is_certain_of_nothing() {
        let source = Constraint::Source("arn:aws:ec2:eu-west-1:111122223333:volume/vol-1".into());
        let grant = grant(source);
        assert_eq!(grant.allows(&decrypt(Context::complete())), Unknown);
        assert!(grant.reservation().contains("volume/vol-1"));
    }
}
