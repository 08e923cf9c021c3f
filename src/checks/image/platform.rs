//! `image-platform`

use super::behind::{self, Home, ManifestOf, SourceOf};
use crate::checks::subject::ImageUse;
use crate::checks::{Check, Judge};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecr::{EcrConfig, EcrManifest, PullThroughRules};
use crate::lookup::ecs::InstancePlatforms;
use crate::lookup::oci::{Manifest, Offer, Platform};
use crate::lookup::registry::{GetConfig, GetManifest, HeadManifest};
use crate::names::ImageRef;
use crate::verdict::{Judgement, fail, not_applicable, pass, warn};

pub(super) static IMAGE_PLATFORM: Check = Check {
    id: "image-platform",
    verifies: "the image has a manifest for the operating system and architecture that it will run on",
    prevents: &[
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
        "exec <path>: exec format error",
    ],
    remedy: "Build the image for that platform, or set runtimePlatform to the image's own",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html",
    asks: &[
        EcrManifest::CALL,
        PullThroughRules::CALL,
        EcrConfig::CALL,
        HeadManifest::CALL,
        GetManifest::CALL,
        GetConfig::CALL,
        InstancePlatforms::CALL,
    ],
    advises: false,
    judge: Judge::Image(image_platform),
};

fn image_platform(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    // Asked for together: neither waits for the other.
    let (wanted, manifest) = (wanted(it, facts), manifest(&image, facts));
    let platforms = match wanted? {
        Wanted::These(platforms) => platforms,
        Wanted::Untold(why) => return not_applicable(why),
    };
    let (home, manifest) = manifest?;
    if let Manifest::Artifact { kind } = manifest {
        return fail(format!("{} is no container image but {kind}", image.written())).judge();
    }
    if let Some(judgement) = compression(it, manifest)? {
        return judgement;
    }
    let offers: Vec<(Platform, Result<Offer, Stop>)> = platforms
        .into_iter()
        .map(|platform| {
            let offer = offer(manifest, home, &platform, facts);
            (platform, offer)
        })
        .collect();
    judge_offers(it, offers)
}

/// The manifest, and the registry that really serves it.
fn manifest<'f>(image: &ImageRef, facts: &View<'f>) -> Result<(&'f Home, &'f Manifest), Stop> {
    let source = SourceOf { home: Home::of(image), name: behind::name(image) };
    let home = facts.derive(&source)?;
    let manifest = ManifestOf { home: home.clone(), name: source.name };
    Ok((home, facts.derive(&manifest)?))
}

/// The platforms that the task may land on.
enum Wanted {
    These(Vec<Platform>),
    Untold(String),
}

/// `runtimePlatform` says it, with LINUX and X86_64 as defaults on Fargate. On EC2 an absent
/// `runtimePlatform` constrains nothing: the instances decide.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>
fn wanted(it: &ImageUse, facts: &View) -> Result<Wanted, Stop> {
    let task = it.task;
    let family = match task.definition.operating_system()? {
        OperatingSystem::Linux => "LINUX".to_owned(),
        OperatingSystem::Windows(family) => family,
    };
    let architecture = task.definition.architecture()?;
    let fargate = task.is_for_fargate()?;
    if fargate || architecture.is_some() {
        let architecture = architecture.unwrap_or("X86_64");
        return match Platform::from_ecs(&family, architecture) {
            Some(platform) => Ok(Wanted::These(vec![platform])),
            None => Err(Gap::Undecidable {
                why: format!("{family} on {architecture} is no platform that this version knows"),
            }
            .into()),
        };
    }
    let Some(cluster) = task.context.request.cluster.get()? else {
        return Ok(Wanted::Untold(
            "the definition names no cpuArchitecture, so the container instances decide; give --cluster to judge it for them".to_owned(),
        ));
    };
    let lookup = InstancePlatforms { region: task.region()?.clone(), cluster: cluster.clone() };
    let platforms = facts.need(&lookup)?;
    if platforms.is_empty() {
        return Ok(Wanted::Untold(format!(
            "the definition names no cpuArchitecture, and no active container instance of cluster {cluster} tells its own"
        )));
    }
    Ok(Wanted::These(platforms.clone()))
}

/// What the image has for one platform. A single image tells its platform in its configuration only.
fn offer(manifest: &Manifest, home: &Home, wanted: &Platform, facts: &View) -> Result<Offer, Stop> {
    match manifest.offers(wanted) {
        Offer::AskConfig { digest } => Ok(behind::config(home, &digest, facts)?.offers(wanted)),
        Offer::Unstated { digests } => {
            // The runtime reads the entries that do not state their platform, and so do we.
            let mut best = Offer::Unstated { digests: Vec::new() };
            for digest in digests {
                let entry = ManifestOf { home: home.clone(), name: digest };
                if let Offer::AskConfig { digest } = facts.derive(&entry)?.offers(wanted) {
                    match behind::config(home, &digest, facts)?.offers(wanted) {
                        offered @ Offer::Offered { .. } => return Ok(offered),
                        other => best = other,
                    }
                }
            }
            Ok(best)
        }
        offer => Ok(offer),
    }
}

fn judge_offers(it: &ImageUse, offers: Vec<(Platform, Result<Offer, Stop>)>) -> Judgement {
    let several = offers.len() > 1;
    let mut offered = Vec::new();
    let mut lacking = None;
    for (platform, offer) in offers {
        match offer? {
            Offer::Offered { .. } => offered.push(platform.to_string()),
            Offer::Doubtful { nearest } => {
                lacking = Some(warn(format!(
                    "the image is built for {nearest}, which {platform} would pull but may not run"
                )));
            }
            Offer::Missing { has } => {
                let has = if has.is_empty() { "no platform".to_owned() } else { has.join(", ") };
                let build =
                    format!("docker buildx build --platform {} --push ...", os_arch(&platform));
                lacking = Some(
                    fail(format!("the image is built for {has}, but the task runs on {platform}"))
                        .command(build),
                );
            }
            Offer::NotAnImage { kind } => {
                lacking =
                    Some(fail(format!("the reference leads to no container image but to {kind}")));
            }
            Offer::AskConfig { .. } | Offer::Unstated { .. } => {
                return Err(Gap::Undecidable {
                    why: format!(
                        "the image does not state its platform, and the task runs on {platform}"
                    ),
                }
                .into());
            }
        }
    }
    match lacking {
        None => pass(format!("the image is built for {}", offered.join(" and "))),
        Some(finding) if offered.is_empty() => finding.at(it.image.place()).judge(),
        // Some instances can run it: the scheduler does not know which.
        Some(finding) if several => {
            let message = format!("on some container instances, {}", finding.message);
            warn(message)
                .at(it.image.place())
                .remedy("Set runtimePlatform.cpuArchitecture, so that the task is placed where the image runs")
                .judge()
        }
        Some(finding) => finding.at(it.image.place()).judge(),
    }
}

fn os_arch(platform: &Platform) -> String {
    format!("{}/{}", platform.os, platform.architecture)
}

/// What the runtime refuses whatever the platform: the format of before 2016, and layers of mixed
/// compression, which Fargate fails to match with the image's own list.
fn compression(it: &ImageUse, manifest: &Manifest) -> Result<Option<Judgement>, Stop> {
    match manifest {
        Manifest::Schema1 { .. } => Ok(Some(
            warn("the manifest has the old schema 1, which today's runtimes no longer read")
                .at(it.image.place())
                .remedy("Push the image again with a current builder")
                .judge(),
        )),
        Manifest::Image { mixed_compression: true, .. } => {
            let message = "the layers mix gzip and zstd compression";
            let fargate = it.task.is_for_fargate()?;
            let finding = if fargate { fail(message) } else { warn(message) };
            Ok(Some(
                finding
                    .at(it.image.place())
                    .prevents("CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and diffIDs don't match")
                    .remedy("Build all layers with one compression")
                    .command("docker buildx build --output type=image,compression=zstd,force-compression=true,push=true ...")
                    .judge(),
            ))
        }
        _ => Ok(None),
    }
}
