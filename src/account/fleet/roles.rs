//! The roles of the container instances of a fleet.

use std::collections::BTreeMap;

use super::Fleet;
use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::names::{Arn, Region, RoleArn};

/// The request for the roles of the container instances of a fleet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RolesOf(pub(crate) Fleet);

/// The roles of the container instances of a fleet.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    pub(crate) held: BTreeMap<RoleArn, Held>,
    /// The instances without an instance profile, or with a profile without a role.
    pub(crate) bare: Vec<String>,
}

/// The instances with one role, and an instance profile that contains it.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) instances: Vec<String>,
    pub(crate) profile: String,
}

impl Derived for RolesOf {
    type Fact = Roles;

    fn what(&self) -> String {
        format!("the roles of the container instances of cluster {}", self.0.cluster)
    }

    fn derive(&self, facts: &View) -> Result<Self::Fact, Stop> {
        let RolesOf(fleet) = self;
        let mut profiles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut roles = Roles::default();
        // Machines outside of AWS have no instance profile.
        for (id, machine) in fleet.members(facts)?.into_iter().filter_map(|it| it.machine) {
            match &machine.profile {
                Some(profile) => profiles.entry(profile).or_default().push(id.to_owned()),
                None => roles.bare.push(id.to_owned()),
            }
        }
        let asked: Vec<_> = profiles
            .into_iter()
            .map(|(profile, ids)| (profile, role(profile, &fleet.region, facts), ids))
            .collect();
        for (profile, role, ids) in asked {
            let Some(role) = role? else {
                roles.bare.extend(ids);
                continue;
            };
            let held = roles.held.entry(role);
            let new = || Held { instances: Vec::new(), profile: profile.to_owned() };
            held.or_insert_with(new).instances.extend(ids);
        }
        Ok(roles)
    }
}

fn role(profile: &str, region: &Region, facts: &View) -> Result<Option<RoleArn>, Stop> {
    let unreadable = |arn: &str| {
        let why = format!("cannot parse {arn} as the ARN of an instance profile's role");
        Stop::Gap(Gap::Undecidable { why })
    };
    let arn: Arn = profile.parse().map_err(|_| unreadable(profile))?;
    let name = arn.resource.rsplit('/').next().unwrap_or_default().to_owned();
    let lookup = GetInstanceProfile { region: region.clone(), name };
    match facts.get(&lookup)? {
        Seen::Absent(_) => Ok(None),
        Seen::Found(profile) => {
            let role = profile.role.as_deref();
            role.map(|arn| arn.parse().map_err(|_| unreadable(arn))).transpose()
        }
    }
}
