//! Users: their policies and groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::holder::{GetInlinePolicy, ListAttachedPolicies, ListInlinePolicies, OfUser};
use super::role::no_deployer;
use super::{NO_SUCH_ENTITY, boundary, date, named, sent, tags, whole};
use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;

/// A user of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetUser {
    /// The region of the run.
    pub region: Region,
    /// The name, without path.
    pub name: String,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The ARN, with the path.
    pub arn: String,
    /// The unique id, `AIDA...`.
    pub id: String,
    /// When it was created.
    pub created: String,
    /// The ARN of the policy that is its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Lookup for GetUser {
    type Fact = User;
    const CALL: Call = Call("iam:GetUser");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn named(&self) -> Named {
        Named::by("User/UserName", &self.name)
    }

    fn what(&self) -> String {
        format!("IAM user {}", self.name)
    }

    fn resource(&self) -> String {
        named(&self.region, "user", &self.name)
    }

    fn mend(&self, _: &Missing) -> Mend {
        no_deployer("InvalidClientTokenId: The security token included in the request is invalid")
    }

    async fn fetch(&self, services: &Services) -> Answer<User> {
        let reply = services
            .iam(&self.region)
            .ask(self, &Query::default().with("UserName", &self.name))
            .await;
        classify::answer(self, reply, |it| {
            let user = it.child("User")?.ok_or("the user")?;
            Ok(User {
                arn: sent(user, "Arn", "the ARN")?,
                id: sent(user, "UserId", "the id")?,
                created: date(user, "CreateDate")?.ok_or("the date of creation")?,
                boundary: boundary(user)?,
                tags: tags(user)?,
            })
        })
    }
}

/// The names of the groups that a user belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListGroupsForUser {
    /// The region of the run.
    pub region: Region,
    /// The user's name, without path.
    pub user: String,
}

impl Lookup for ListGroupsForUser {
    type Fact = Vec<String>;
    const CALL: Call = Call("iam:ListGroupsForUser");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn named(&self) -> Named {
        Named::Nowhere("groups do not name the user")
    }

    fn what(&self) -> String {
        format!("groups of IAM user {}", self.user)
    }

    fn absence(&self) -> String {
        format!("there is no IAM user {}", self.user)
    }

    fn resource(&self) -> String {
        named(&self.region, "user", &self.user)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let query = Query::default().with("UserName", &self.user);
        let groups =
            whole(std::slice::from_ref(self), &services.iam(&self.region), query, "Groups").await;
        classify::answer(self, groups, |groups| {
            groups?.iter().map(|group| sent(group, "GroupName", "a group's name")).collect()
        })
    }
}

/// The names of the inline policies of a user.
pub type ListUserPolicies = ListInlinePolicies<OfUser>;

/// An inline policy of a user.
pub type GetUserPolicy = GetInlinePolicy<OfUser>;

/// The ARNs of the managed policies that are attached to a user.
pub type ListAttachedUserPolicies = ListAttachedPolicies<OfUser>;
