//! One call through an endpoint.

use crate::knowledge::Gap;
use crate::names::{AccountId, Arn};
use crate::permission::Wish;

/// A call through an endpoint.
#[derive(Clone, Debug)]
pub(super) struct ApiCall {
    pub wish: Wish,
    /// The resource in words.
    pub shown: String,
    pub owner: Owner,
    /// Whether an AWS account that belongs to ECR has signed it.
    pub is_by_ecr: bool,
}

/// Who owns a resource.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// This account's.
    Account(AccountId),
    /// There is none: the caller's account counts.
    Caller,
    /// AWS.
    Aws,
    /// Not requested, or not readable.
    Unknown(Option<Gap>),
}

impl ApiCall {
    /// For a resource whose ARN names its account. The ARN of a public parameter names none: AWS owns it.
    pub(super) fn of(wish: Wish) -> ApiCall {
        let owner = match wish.resource.as_str() {
            "*" => Owner::Caller,
            arn => match arn.parse::<Arn>().ok().and_then(|arn| arn.account().cloned()) {
                Some(account) => Owner::Account(account),
                None if wish.action.starts_with("ssm:") => Owner::Aws,
                None => Owner::Unknown(None),
            },
        };
        ApiCall { shown: wish.in_words().to_owned(), wish, owner, is_by_ecr: false }
    }
}
