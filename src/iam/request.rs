//! A request: a principal, an action, a resource and condition keys.

use super::context::Context;
use super::key_state::KeyState;
use super::principal::Principal;
use crate::names::{AccountId, Arn};

const FOR_AWS_RESOURCE: &str = "kms:GrantIsForAWSResource";

/// A request to AWS.
#[derive(Clone, Debug)]
pub struct Request {
    /// The caller.
    pub principal: Principal,
    /// The action, as policies name it: `secretsmanager:GetSecretValue`.
    pub action: String,
    /// The ARN of the resource, or `*` for an action that has none.
    pub resource: String,
    /// What sentences call it, if not by its ARN.
    called: Option<String>,
    /// The account that owns the resource. S3 ARNs do not contain it; without it, both answers have to agree.
    pub owner: Option<AccountId>,
    /// The condition keys.
    pub context: Context,
    /// The action in lower case, as it is compared.
    folded: String,
}

impl Request {
    /// A request whose resource belongs to the account in its ARN; an action without a resource belongs to the
    /// principal's account.
    ///
    /// `kms:GrantIsForAWSResource` comes only with the actions on grants
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>): of others it is
    /// absent, unless the context says otherwise.
    pub fn new(principal: Principal, action: &str, resource: &str, context: Context) -> Request {
        let owner = match resource {
            "*" => principal.account().cloned(),
            arn => arn.parse().ok().and_then(|arn: Arn| arn.account().cloned()),
        };
        let folded = action.to_lowercase();
        let context = match folded.strip_prefix("kms:") {
            Some("creategrant" | "listgrants" | "revokegrant") | None => context,
            Some(_) if context.lists(FOR_AWS_RESOURCE) => context,
            Some(_) => context.with(FOR_AWS_RESOURCE, KeyState::Absent),
        };
        let (action, resource) = (action.to_owned(), resource.to_owned());
        Request { principal, action, resource, called: None, owner, context, folded }
    }

    /// The same request, with this account as the owner of the resource.
    pub fn owned_by(mut self, account: AccountId) -> Request {
        self.owner = Some(account);
        self
    }

    /// The same request, whose resource has this name in sentences: part of its ARN may be a stand-in.
    pub fn called(mut self, name: impl Into<String>) -> Request {
        self.called = Some(name.into());
        self
    }

    /// What sentences call the resource.
    pub(super) fn in_words(&self) -> &str {
        self.called.as_deref().unwrap_or(&self.resource)
    }

    pub(super) fn folded_action(&self) -> &str {
        &self.folded
    }

    /// Whether IAM policies of the account count only if the resource's policy says so: for keys and roles
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>).
    pub(super) fn needs_delegation(&self) -> bool {
        let service = self.resource.split(':').nth(2);
        let resource = self.resource.splitn(6, ':').nth(5).unwrap_or_default();
        match self.folded.split_once(':') {
            Some(("kms", _)) => service == Some("kms") && resource.starts_with("key/"),
            Some(("sts", _)) => service == Some("iam") && resource.starts_with("role/"),
            _ => false,
        }
    }

    /// Whether principal and resource are in the same account; none if that is unknown.
    pub(super) fn within_account(&self) -> Option<bool> {
        match (self.principal.account(), &self.owner) {
            (Some(account), Some(owner)) => Some(account == owner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(action: &str, resource: &str) -> Request {
        let role = "arn:aws:iam::111122223333:role/app".parse().unwrap();
        Request::new(role, action, resource, Context::partial())
    }

    #[test]
    fn the_owner_is_in_the_arn_or_has_to_be_given() {
        let owner = |resource| request("x:Y", resource).owner.map(|owner| owner.to_string());
        let secret = "arn:aws:secretsmanager:eu-west-1:444455556666:secret:db-AbCdEf";
        assert_eq!(owner(secret).as_deref(), Some("444455556666"));
        assert_eq!(owner("*").as_deref(), Some("111122223333"));
        assert_eq!(owner("arn:aws:s3:::bucket/key"), None);
    }

    #[test]
    fn keys_and_roles_have_to_hand_over() {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        assert!(request("KMS:Decrypt", key).needs_delegation());
        assert!(!request("kms:ListKeys", "*").needs_delegation());
        let role = "arn:aws:iam::111122223333:role/app";
        assert!(request("sts:AssumeRole", role).needs_delegation());
        assert!(!request("iam:PassRole", role).needs_delegation());
    }

    #[test]
    fn only_actions_on_grants_tell_whom_a_grant_is_for() {
        let key = "arn:aws:kms:eu-west-1:111122223333:key/1";
        let state =
            |action| request(action, key).context.state("kms:grantisforawsresource").clone();
        assert_eq!(state("kms:Decrypt"), KeyState::Absent);
        assert_eq!(state("kms:CreateGrant"), KeyState::Unknown);
    }
}
