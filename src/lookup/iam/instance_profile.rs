//! Instance profiles, which contain the role of programs on an instance.

use serde::{Deserialize, Serialize};

use super::{NO_SUCH_ENTITY, named, sent};
use crate::lookup::aws::Query;
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// An instance profile of the caller's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetInstanceProfile {
    /// The region of the run.
    pub region: Region,
    /// The name, without path.
    pub name: String,
}

/// An instance profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceProfile {
    /// The ARN of its role. There is at most one
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2_instance-profiles.html>).
    pub role: Option<String>,
}

impl Lookup for GetInstanceProfile {
    type Fact = InstanceProfile;
    const CALL: Call = Call("iam:GetInstanceProfile");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn named(&self) -> Named {
        Named::by("InstanceProfile/InstanceProfileName", &self.name)
    }

    fn what(&self) -> String {
        format!("instance profile {}", self.name)
    }

    fn resource(&self) -> String {
        named(&self.region, "instance-profile", &self.name)
    }

    async fn fetch(&self, services: &Services) -> Answer<InstanceProfile> {
        let reply = services
            .iam(&self.region)
            .ask(self, &Query::default().with("InstanceProfileName", &self.name))
            .await;
        classify::answer(self, reply, |it| {
            let profile = it.child("InstanceProfile")?.ok_or("the instance profile")?;
            sent(profile, "Arn", "the ARN")?;
            let role = profile.members("Roles")?.ok_or("the list of roles")?.first();
            Ok(InstanceProfile {
                role: role.map(|role| sent(role, "Arn", "the ARN of the role")).transpose()?,
            })
        })
    }
}
