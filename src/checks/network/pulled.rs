//! What a pull takes beside endpoints: what ECR does not hold comes from elsewhere.

use crate::account::image::{Home, ManifestOf, covering, reference};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, ImageDetail, PullThroughRules, Repository};
use crate::lookup::oci::{Manifest, Offer, Platform};
use crate::reachability::egress::{Call, Need, Pull, Reach, To};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::Way;
use crate::shell::ShellCommand;
use crate::task::Task;

/// What endpoints say of a need, with what the images among it take besides. Neither is more than likely
/// to hurt, so what cannot be learnt of ECR leaves nothing open.
///
/// # Errors
/// While it is under way.
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

/// What lies beyond endpoints, where there is no way out.
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
    let untold = need.errands.iter().filter(|it| matches!(it.call, Call::Untold(_)));
    let is_registry = matches!(&need.to, To::Service(service) if service.name == "ecr.dkr");
    let untold: Vec<&str> = untold.filter(|_| is_registry).map(|it| it.what.as_str()).collect();
    if pulls.is_empty() && untold.is_empty() {
        return Ok(None);
    }
    let internet = To::Host("the internet".to_owned());
    match facts.tolerate(|| Way::of(vantage, &internet, reach, facts))? {
        Ok(Way::Broken(_)) => {}
        Ok(_) => return Ok(None),
        Err(_) => {
            facts.assume("that what the images take beside ECR finds a way out");
            return Ok(None);
        }
    }
    for what in untold {
        facts.assume(format!("that ECR holds {what}"));
    }
    // All are asked before any is waited for.
    let stored: Vec<DescribeImage> = pulls.iter().map(|pull| described(pull)).collect();
    let found: Vec<_> =
        stored.iter().map(|stored| facts.tolerate(|| facts.need_optional(stored))).collect();
    let mut beyond = None;
    for ((pull, stored), found) in pulls.into_iter().zip(&stored).zip(found) {
        let obstacle = match found? {
            Ok(Some(detail)) => foreign(task, stored, detail, facts)?,
            Ok(None) => uncached(pull, stored, facts)?,
            Err(_) => {
                facts.assume(format!("that ECR holds {}", stored.what()));
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

/// The first pull by a pull-through cache rule needs a NAT gateway, later ones do not
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
            "{} is not cached yet, and its first pull, by the pull-through cache rule {} for {}, takes a way to the internet, and from here there is none",
            stored.what(),
            rule.prefix,
            rule.upstream
        ))
        .on(pull.image.written())
        .remedy("Pull the image once from where there is a way out, or let the subnet have a NAT gateway for the first pull")
        .command(ShellCommand::of("docker pull").word(pull.image.written()))
    }))
}

/// Layers of Windows that Microsoft does not let others hand out are not pushed, and come from Microsoft
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>). An AMI may bring the very
/// layers, as may Fargate, which is documented to keep none of Linux alone
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-pull-behavior.html>), and ECR may
/// hold them nonetheless: that a task does not start without is not proven.
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
                "{} has layers that are not kept in ECR, but fetched from Microsoft, which takes a way to the internet, and from here there is none",
                stored.what()
            ))
            .remedy("Build the image on a base image of today, whose layers may all be pushed, or push it with the Docker daemon's setting allow-nondistributable-artifacts for this registry"),
        ),
        Err(_) => {
            facts.assume(format!("that ECR keeps every layer of {}", stored.what()));
            None
        }
    })
}

/// Whether some layers of the image for this platform are kept elsewhere.
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
            let Some(Offer::Offered { digest: Some(entry) }) = platform.map(|it| index.offers(it))
            else {
                return Ok(false);
            };
            let image = facts.derive(&ManifestOf { home, name: entry })?;
            matches!(image, Manifest::Image { foreign_layers: true, .. })
        }
        _ => false,
    })
}
