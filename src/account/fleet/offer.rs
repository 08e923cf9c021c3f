//! What the Auto Scaling group of a capacity provider launches.

use std::collections::BTreeSet;

use super::Fleet;
use super::launch::described;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::autoscaling::{DescribeScalingGroup, ScalingGroup};
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ec2::launch_template::{
    DescribeLaunchTemplate, InstanceRequirements, LaunchTemplate, TemplateVersion,
};
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::oci::Platform;
use crate::lookup::{Call, Lookup};
use crate::names::Region;

/// The calls that the answer needs.
pub(crate) const OFFER_CALLS: &[Call] = &[
    DescribeCapacityProvider::CALL,
    DescribeScalingGroup::CALL,
    DescribeLaunchTemplate::CALL,
    DescribeInstanceType::CALL,
];

/// What a group may launch.
#[derive(Clone, Debug)]
pub(crate) enum Offer<'f> {
    /// This instance type.
    Kind(&'f str),
    /// Any instance type that fulfils these requirements.
    Required(&'f InstanceRequirements),
    /// The launch template does not say.
    Anything,
}

/// What a group may launch, and the launch templates that do not exist.
///
/// # Errors
/// A gap.
pub(crate) fn offers<'f>(
    region: &Region,
    group: &'f ScalingGroup,
    facts: &View<'f>,
) -> Result<(Vec<Offer<'f>>, Vec<&'f TemplateVersion>), Stop> {
    let asked: Vec<_> = group
        .templates
        .iter()
        .map(|template| {
            let (region, of) = (region.clone(), template.clone());
            (template, facts.need_optional(&DescribeLaunchTemplate { region, template: of }))
        })
        .collect();
    let mut offers: Vec<Offer> = group.kinds.iter().map(|kind| Offer::Kind(kind)).collect();
    offers.extend(group.requirements.iter().map(Offer::Required));
    let mut missing = Vec::new();
    for (template, found) in asked {
        match found? {
            None => missing.push(template),
            Some(LaunchTemplate { kind: Some(kind), .. }) => offers.push(Offer::Kind(kind)),
            Some(LaunchTemplate { requirements: Some(required), .. }) => {
                offers.push(Offer::Required(required));
            }
            Some(LaunchTemplate { kind: None, requirements: None }) => {
                offers.push(Offer::Anything);
            }
        }
    }
    Ok((offers, missing))
}

impl<'f> Offer<'f> {
    /// The instance types, if it allows only these.
    pub(crate) fn kinds(&self) -> Vec<&'f str> {
        match self {
            Offer::Kind(kind) => vec![kind],
            Offer::Required(it) => it.named_kinds(),
            Offer::Anything => Vec::new(),
        }
    }
}

impl Fleet {
    /// The platforms of the Linux instances that its capacity providers launch; none if one of them might launch
    /// instances of any architecture.
    ///
    /// # Errors
    /// A gap.
    pub(crate) fn launched_platforms(&self, facts: &View) -> Result<BTreeSet<Platform>, Stop> {
        let asked: Vec<_> =
            self.providers.iter().map(|name| self.architectures_of(name, facts)).collect();
        let mut found = BTreeSet::new();
        for architectures in asked {
            let architectures = architectures?;
            if architectures.is_empty() {
                return Ok(BTreeSet::new());
            }
            found.extend(architectures);
        }
        let ecs_name = |it: &String| match it.as_str() {
            "x86_64" => Some("X86_64"),
            "arm64" => Some("ARM64"),
            _ => None,
        };
        let platforms = found.iter().filter_map(ecs_name);
        Ok(platforms.filter_map(|it| Platform::from_ecs("LINUX", it)).collect())
    }

    /// The architectures of the instances that this capacity provider launches, if that is certain.
    fn architectures_of(&self, provider: &str, facts: &View) -> Result<BTreeSet<String>, Stop> {
        let unknown = Ok(BTreeSet::new());
        let Some(found) = facts.need_optional(&described(self, provider))? else { return unknown };
        let Some(group) = &found.group else { return unknown };
        let asked =
            DescribeScalingGroup { region: self.region.clone(), name: group.name().to_owned() };
        let Some(group) = facts.need_optional(&asked)? else { return unknown };
        let (offers, _) = offers(&self.region, group, facts)?;
        let of_offer: Vec<_> =
            offers.iter().map(|offer| architectures(offer, &self.region, facts)).collect();
        let mut all = BTreeSet::new();
        for architectures in of_offer {
            let architectures = architectures?;
            if architectures.is_empty() {
                return unknown;
            }
            all.extend(architectures);
        }
        Ok(all)
    }
}

fn architectures(offer: &Offer, region: &Region, facts: &View) -> Result<BTreeSet<String>, Stop> {
    if let Offer::Required(it) = offer
        && it.named_kinds().is_empty()
    {
        return Ok(it.architectures().into_iter().map(str::to_owned).collect());
    }
    let of_type = |kind: &str| {
        let asked = DescribeInstanceType { region: region.clone(), kind: kind.to_owned() };
        facts.need_optional(&asked)
    };
    let types: Vec<_> = offer.kinds().into_iter().map(of_type).collect();
    let mut all = BTreeSet::new();
    for of_type in types {
        match of_type?.map(|it| &it.architectures) {
            Some(architectures) if !architectures.is_empty() => {
                all.extend(architectures.iter().cloned());
            }
            _ => return Ok(BTreeSet::new()),
        }
    }
    Ok(all)
}
