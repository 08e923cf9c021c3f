//! What roles, users and groups have in common: inline policies and attached managed policies. IAM has three
//! calls for each of them, which differ in a noun.

use std::fmt;
use std::hash::Hash;

use serde::Serialize;
use serde_json::Value;

use super::{NO_SUCH_ENTITY, arns, named, whole};
use crate::lookup::aws::{Element, Query};
use crate::lookup::{Answer, Call, Listed, Lookup, Named, Services, classify, policy_document};
use crate::names::Region;

/// A holder of policies, by the name without path. In the key of a lookup the name is stored under the noun.
pub trait Holder: Clone + fmt::Debug + Eq + Hash + Serialize + Send + Sync + 'static {
    /// `role`, `user` or `group`.
    const NOUN: &'static str;
    /// The parameter with its name.
    const PARAMETER: &'static str;
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
}

macro_rules! holder {
    (
        $(#[$about:meta])* $holder:ident { $noun:ident } named by $parameter:literal;
        $list:literal, $get:literal, $attached:literal
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
        pub struct $holder {
            $noun: String,
        }

        impl Holder for $holder {
            const NOUN: &'static str = stringify!($noun);
            const PARAMETER: &'static str = $parameter;
            const LIST_INLINE: Call = Call($list);
            const GET_INLINE: Call = Call($get);
            const LIST_ATTACHED: Call = Call($attached);

            fn of(name: &str) -> $holder {
                $holder { $noun: name.to_owned() }
            }

            fn name(&self) -> &str {
                &self.$noun
            }
        }
    };
}

holder! {
    /// A role.
    OfRole { role } named by "RoleName";
    "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"
}

holder! {
    /// A user.
    OfUser { user } named by "UserName";
    "iam:ListUserPolicies", "iam:GetUserPolicy", "iam:ListAttachedUserPolicies"
}

holder! {
    /// A group.
    OfGroup { group } named by "GroupName";
    "iam:ListGroupPolicies", "iam:GetGroupPolicy", "iam:ListAttachedGroupPolicies"
}

/// The parameter with the name of a holder.
fn query<H: Holder>(holder: &H) -> Query {
    Query::default().with(H::PARAMETER, holder.name())
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

    fn named(&self) -> Named {
        Named::Nowhere("a list of names does not name its holder")
    }

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
        let iam = services.iam(&self.region);
        let names =
            whole(std::slice::from_ref(self), &iam, query(&self.holder), "PolicyNames").await;
        classify::answer(self, names, |names| names?.iter().map(Element::content).collect())
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

    fn named(&self) -> Named {
        Named::by(H::PARAMETER, self.holder.name()).and("PolicyName", &self.policy)
    }

    fn what(&self) -> String {
        format!("inline policy {} of {}", self.policy, called(&self.holder))
    }

    fn resource(&self) -> String {
        named(&self.region, H::NOUN, self.holder.name())
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let query = query(&self.holder).with("PolicyName", &self.policy);
        let reply = services.iam(&self.region).ask(self, &query).await;
        classify::answer(self, reply, |it| {
            let document = it.text("PolicyDocument")?;
            policy_document::encoded(&document.ok_or("the policy document")?)
        })
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

    fn named(&self) -> Named {
        Named::Nowhere("a list of ARNs does not name its holder")
    }

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
        let iam = services.iam(&self.region);
        let attached =
            whole(std::slice::from_ref(self), &iam, query(&self.holder), "AttachedPolicies").await;
        classify::answer(self, attached, |attached| arns(&attached?))
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
