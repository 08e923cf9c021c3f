//! What roles, users and groups have in common: inline policies and attached managed policies. IAM has three
//! calls for each of them, which differ in a noun.

use std::fmt;
use std::future::Future;
use std::hash::Hash;

use aws_sdk_iam::types::AttachedPolicy;
use aws_sdk_iam::{Client, Error};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use serde::Serialize;
use serde_json::Value;

use super::{NO_SUCH_ENTITY, arns, named, whole};
use crate::lookup::{Answer, Call, Listed, Lookup, Services, classify, policy_document};
use crate::names::Region;

/// The answer of IAM.
type Reply<T> = Result<T, SdkError<Error, HttpResponse>>;

/// A page of a list, and whether another one follows.
type Page<T> = (bool, Option<Vec<T>>);

/// A holder of policies, by the name without path. In the key of a lookup the name is stored under the noun.
pub trait Holder: Clone + fmt::Debug + Eq + Hash + Serialize + Send + Sync + 'static {
    /// `role`, `user` or `group`.
    const NOUN: &'static str;
    /// The call that lists its inline policies.
    const LIST_INLINE: Call;
    /// The call that returns one of them.
    const GET_INLINE: Call;
    /// The call that lists its attached policies.
    const LIST_ATTACHED: Call;

    /// The holder of this name.
    fn of(name: &str) -> Self;

    /// Its name.
    fn name(&self) -> &str;

    /// Lists the names of its inline policies.
    fn list_inline(&self, iam: &Client) -> impl Future<Output = Reply<Vec<Page<String>>>> + Send;

    /// Gets the text of one of them.
    fn get_inline(&self, iam: &Client, policy: &str) -> impl Future<Output = Reply<String>> + Send;

    /// Lists its attached policies.
    fn list_attached(
        &self,
        iam: &Client,
    ) -> impl Future<Output = Reply<Vec<Page<AttachedPolicy>>>> + Send;
}

macro_rules! holder {
    (
        $(#[$about:meta])* $holder:ident { $noun:ident, $name:ident }
        $list:literal = $list_inline:ident, $get:literal = $get_inline:ident,
        $attached:literal = $list_attached:ident
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $holder {
            $noun: String,
        }

        impl Holder for $holder {
            const NOUN: &'static str = stringify!($noun);
            const LIST_INLINE: Call = Call($list);
            const GET_INLINE: Call = Call($get);
            const LIST_ATTACHED: Call = Call($attached);

            fn of(name: &str) -> $holder {
                $holder { $noun: name.to_owned() }
            }

            fn name(&self) -> &str {
                &self.$noun
            }

            async fn list_inline(&self, iam: &Client) -> Reply<Vec<Page<String>>> {
                let pages = iam.$list_inline().$name(&self.$noun).into_paginator().send();
                let pages = pages.collect::<Result<Vec<_>, _>>().await.map_err(any)?;
                Ok(pages.into_iter().map(|it| (it.is_truncated, Some(it.policy_names))).collect())
            }

            async fn get_inline(&self, iam: &Client, policy: &str) -> Reply<String> {
                let reply = iam.$get_inline().$name(&self.$noun).policy_name(policy).send().await;
                reply.map(|it| it.policy_document).map_err(any)
            }

            async fn list_attached(&self, iam: &Client) -> Reply<Vec<Page<AttachedPolicy>>> {
                let pages = iam.$list_attached().$name(&self.$noun).into_paginator().send();
                let pages = pages.collect::<Result<Vec<_>, _>>().await.map_err(any)?;
                Ok(pages.into_iter().map(|it| (it.is_truncated, it.attached_policies)).collect())
            }
        }
    };
}

holder! {
    /// A role.
    OfRole { role, role_name }
    "iam:ListRolePolicies" = list_role_policies, "iam:GetRolePolicy" = get_role_policy,
    "iam:ListAttachedRolePolicies" = list_attached_role_policies
}

holder! {
    /// A user.
    OfUser { user, user_name }
    "iam:ListUserPolicies" = list_user_policies, "iam:GetUserPolicy" = get_user_policy,
    "iam:ListAttachedUserPolicies" = list_attached_user_policies
}

holder! {
    /// A group.
    OfGroup { group, group_name }
    "iam:ListGroupPolicies" = list_group_policies, "iam:GetGroupPolicy" = get_group_policy,
    "iam:ListAttachedGroupPolicies" = list_attached_group_policies
}

/// The error of any call of IAM.
fn any<E: Into<Error>>(error: SdkError<E, HttpResponse>) -> SdkError<Error, HttpResponse> {
    error.map_service_error(Into::into)
}

/// The words for a holder: `IAM role app`.
fn called<H: Holder>(holder: &H) -> String {
    format!("IAM {} {}", H::NOUN, holder.name())
}

/// The names of the inline policies of a holder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListInlinePolicies<H> {
    region: Region,
    #[serde(flatten)]
    holder: H,
}

impl<H: Holder> ListInlinePolicies<H> {
    /// The lookup, in the region of the run.
    pub fn of(region: &Region, name: &str) -> ListInlinePolicies<H> {
        ListInlinePolicies { region: region.clone(), holder: H::of(name) }
    }
}

impl<H: Holder> Lookup for ListInlinePolicies<H>
where
    ListInlinePolicies<H>: Listed,
{
    type Fact = Vec<String>;
    const CALL: Call = H::LIST_INLINE;
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policies of {}", called(&self.holder))
    }

    fn absence(&self) -> String {
        format!("there is no {}", called(&self.holder))
    }

    fn resource(&self) -> String {
        named(&self.region, H::NOUN, self.holder.name())
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = self.holder.list_inline(&services.iam(&self.region)).await;
        classify::answer(self, pages, |pages| whole(pages, |page| page))
    }
}

/// An inline policy of a holder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetInlinePolicy<H> {
    region: Region,
    #[serde(flatten)]
    holder: H,
    policy: String,
}

impl<H: Holder> GetInlinePolicy<H> {
    /// The lookup, in the region of the run.
    pub fn of(region: &Region, name: &str, policy: &str) -> GetInlinePolicy<H> {
        GetInlinePolicy { region: region.clone(), holder: H::of(name), policy: policy.to_owned() }
    }
}

impl<H: Holder> Lookup for GetInlinePolicy<H>
where
    GetInlinePolicy<H>: Listed,
{
    type Fact = Value;
    const CALL: Call = H::GET_INLINE;
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("inline policy {} of {}", self.policy, called(&self.holder))
    }

    fn resource(&self) -> String {
        named(&self.region, H::NOUN, self.holder.name())
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let reply = self.holder.get_inline(&services.iam(&self.region), &self.policy).await;
        classify::answer(self, reply, |document| policy_document::encoded(&document))
    }
}

/// The ARNs of the managed policies that are attached to a holder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListAttachedPolicies<H> {
    region: Region,
    #[serde(flatten)]
    holder: H,
}

impl<H: Holder> ListAttachedPolicies<H> {
    /// The lookup, in the region of the run.
    pub fn of(region: &Region, name: &str) -> ListAttachedPolicies<H> {
        ListAttachedPolicies { region: region.clone(), holder: H::of(name) }
    }
}

impl<H: Holder> Lookup for ListAttachedPolicies<H>
where
    ListAttachedPolicies<H>: Listed,
{
    type Fact = Vec<String>;
    const CALL: Call = H::LIST_ATTACHED;
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("managed policies attached to {}", called(&self.holder))
    }

    fn absence(&self) -> String {
        format!("there is no {}", called(&self.holder))
    }

    fn resource(&self) -> String {
        named(&self.region, H::NOUN, self.holder.name())
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let pages = self.holder.list_attached(&services.iam(&self.region)).await;
        classify::answer(self, pages, |pages| whole(pages, |page| page).and_then(arns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How a recording stores a lookup: its call and its key.
    fn recorded<L: Lookup>(lookup: &L) -> String {
        format!("{} {}", L::CALL, serde_json::to_string(lookup).unwrap())
    }

    fn all_of<H: Holder>() -> [String; 3]
    where
        ListInlinePolicies<H>: Listed,
        GetInlinePolicy<H>: Listed,
        ListAttachedPolicies<H>: Listed,
    {
        let region: Region = "eu-central-1".parse().unwrap();
        [
            recorded(&ListInlinePolicies::<H>::of(&region, "app")),
            recorded(&GetInlinePolicy::<H>::of(&region, "app", "own")),
            recorded(&ListAttachedPolicies::<H>::of(&region, "app")),
        ]
    }

    #[test]
    fn recordings_of_earlier_versions_answer_the_same_questions() {
        assert_eq!(
            all_of::<OfRole>(),
            [
                r#"iam:ListRolePolicies {"region":"eu-central-1","role":"app"}"#,
                r#"iam:GetRolePolicy {"region":"eu-central-1","role":"app","policy":"own"}"#,
                r#"iam:ListAttachedRolePolicies {"region":"eu-central-1","role":"app"}"#,
            ]
        );
        assert_eq!(
            all_of::<OfUser>(),
            [
                r#"iam:ListUserPolicies {"region":"eu-central-1","user":"app"}"#,
                r#"iam:GetUserPolicy {"region":"eu-central-1","user":"app","policy":"own"}"#,
                r#"iam:ListAttachedUserPolicies {"region":"eu-central-1","user":"app"}"#,
            ]
        );
        assert_eq!(
            all_of::<OfGroup>(),
            [
                r#"iam:ListGroupPolicies {"region":"eu-central-1","group":"app"}"#,
                r#"iam:GetGroupPolicy {"region":"eu-central-1","group":"app","policy":"own"}"#,
                r#"iam:ListAttachedGroupPolicies {"region":"eu-central-1","group":"app"}"#,
            ]
        );
    }
}
