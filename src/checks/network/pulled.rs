//! What a pull needs besides endpoints: layers that are not stored in ECR come from elsewhere.

use crate::account::image::{Home, ManifestOf, covering, reference};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, ImageDetail, PullThroughRules, Repository};
use crate::lookup::oci::{Manifest, Offer, Platform, Runtime};
use crate::reachability::egress::{Call, Need, Pull, Reach, To};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::Way;
use crate::shell::ShellCommand;
use crate::task::Task;

/// The ruling on endpoints, together with what the images need besides. The latter only warns, so what
/// cannot be read from ECR becomes an assumption.
///
/// # Errors
/// While answers are pending.
pub(super) fn with_pulls<'t>(
    ruling: Ruling,
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    if !matches!(ruling, Ruling::Passes(_) | Ruling::Hurts(_)) {
        return Ok(ruling);
    }
    let beyond = beyond_endpoints(task, vantage, need, reach, facts)?;
    Ok(match (ruling, beyond) {
        (Ruling::Passes(_), Some(obstacle)) => Ruling::Hurts(obstacle),
        (Ruling::Hurts(first), Some(obstacle)) => Ruling::Hurts(first.and(obstacle)),
        (ruling, _) => ruling,
    })
}

/// What a pull needs beyond endpoints, if there is no route to the internet.
fn beyond_endpoints<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Option<Obstacle>, Stop> {
    let pulls = need.errands.iter().filter_map(|errand| match &errand.call {
        Call::Pull(pull) => Some(&**pull),
        _ => None,
    });
    let pulls: Vec<&Pull> = pulls.collect();
    let unnamed = need.errands.iter().filter(|it| matches!(it.call, Call::Unnamed(_)));
    let is_registry = matches!(&need.to, To::Service(service) if service.name == "ecr.dkr");
    let unnamed: Vec<&str> = unnamed.filter(|_| is_registry).map(|it| it.what.as_str()).collect();
    if pulls.is_empty() && unnamed.is_empty() {
        return Ok(None);
    }
    let internet = To::Host("the internet".to_owned());
    match facts.tolerate(|| Way::of(vantage, &internet, reach, facts))? {
        Ok(Way::Broken(_)) => {}
        Ok(_) => return Ok(None),
        Err(_) => {
            facts.assume("that other hosts used by the pull are reachable");
            return Ok(None);
        }
    }
    for what in unnamed {
        facts.assume(format!("that ECR stores {what}"));
    }
    // All are requested before any is awaited.
    let stored: Vec<DescribeImage> = pulls.iter().map(|pull| described(pull)).collect();
    let found: Vec<_> =
        stored.iter().map(|stored| facts.tolerate(|| facts.need_optional(stored))).collect();
    let mut beyond = None;
    for ((pull, stored), found) in pulls.into_iter().zip(&stored).zip(found) {
        let obstacle = match found? {
            Ok(Some(detail)) => foreign(task, stored, detail, facts)?,
            Ok(None) => uncached(pull, stored, facts)?,
            Err(_) => {
                facts.assume(format!("that ECR stores {}", stored.what()));
                None
            }
        };
        beyond = match (beyond, obstacle) {
            (Some(first), Some(more)) => Some(Obstacle::and(first, more)),
            (first, more) => first.or(more),
        };
    }
    Ok(beyond)
}

fn described(pull: &Pull) -> DescribeImage {
    let Pull { host, image } = pull;
    let repository = Repository {
        region: host.region.clone(),
        registry: host.account.clone(),
        name: image.repository.clone(),
    };
    DescribeImage { repository, reference: reference(image) }
}

/// The first pull through a pull-through cache rule needs a NAT gateway, later ones do not
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
fn uncached(pull: &Pull, stored: &DescribeImage, facts: &View) -> Result<Option<Obstacle>, Stop> {
    let Repository { region, registry, name } = &stored.repository;
    let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
    let Ok(rules) = facts.tolerate(|| facts.need(&rules))? else {
        facts.assume(format!("that no pull-through cache rule covers {name}"));
        return Ok(None);
    };
    Ok(covering(rules, name).map(|(rule, _)| {
        Obstacle::of(format!(
            "{} is not cached yet, and its first pull through the pull-through cache rule {} for {} needs a route to the internet, which is missing here",
            stored.what(),
            rule.prefix,
            rule.upstream
        ))
        .on(pull.image.written())
        .remedy("Pull the image once from a place with internet access, or route the subnet to a NAT gateway for the first pull")
        .command(ShellCommand::of("docker pull").word(pull.image.written()))
    }))
}

/// Windows layers that Microsoft does not let others distribute are not pushed, but fetched from Microsoft
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>). An AMI may
/// contain these layers, as may Fargate, for which only Linux is documented to cache none
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-pull-behavior.html>), and ECR may
/// store them nonetheless, so a failed start is not proven.
fn foreign(
    task: &Task,
    stored: &DescribeImage,
    detail: &ImageDetail,
    facts: &View,
) -> Result<Option<Obstacle>, Stop> {
    let Ok(OperatingSystem::Windows(family)) = task.definition.operating_system() else {
        return Ok(None);
    };
    let architecture = task.definition.architecture().ok().flatten().unwrap_or("X86_64");
    let platform = Platform::from_ecs(&family, architecture);
    let keeps = facts.tolerate(|| {
        let home = Home::Ecr(stored.repository.clone());
        has_foreign_layers(home, &detail.digest, platform.as_ref(), facts)
    })?;
    Ok(match keeps {
        Ok(false) => None,
        Ok(true) => Some(
            Obstacle::of(format!(
                "{} has layers that are fetched from Microsoft, not from ECR, which needs a route to the internet, which is missing here",
                stored.what()
            ))
            .remedy("Build the image on a current base image, whose layers can all be pushed, or push it with the Docker daemon's setting allow-nondistributable-artifacts for this registry"),
        ),
        Err(_) => {
            facts.assume(format!("that ECR keeps every layer of {}", stored.what()));
            None
        }
    })
}

/// Whether some layers of the image for this platform are stored elsewhere.
fn has_foreign_layers(
    home: Home,
    digest: &str,
    platform: Option<&Platform>,
    facts: &View,
) -> Result<bool, Stop> {
    let manifest = ManifestOf { home: home.clone(), name: digest.to_owned() };
    Ok(match facts.derive(&manifest)? {
        Manifest::Image { foreign_layers, .. } => *foreign_layers,
        index @ Manifest::Index { .. } => {
            let Some(Offer::Offered { digest: Some(entry) }) =
                platform.map(|it| index.offers(it, Runtime::Containerd))
            else {
                return Ok(false);
            };
            let image = facts.derive(&ManifestOf { home, name: entry })?;
            matches!(image, Manifest::Image { foreign_layers: true, .. })
        }
        _ => false,
    })
}
