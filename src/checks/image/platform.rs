//! `image-platform`

use std::collections::BTreeSet;

use crate::account::fleet::Fleet;
use crate::account::image::{self, Home, ManifestOf, SourceOf};
use crate::checks::{Check, each};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, EcrConfig, EcrManifest, PullThroughRules};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::oci::{Anonymous, Manifest, Offer, Platform};
use crate::lookup::registry::{GetConfig, GetManifest, HeadManifest};
use crate::names::ImageRef;
use crate::shell::ShellCommand;
use crate::task::ImageUse;
use crate::verdict::{Finding, Input, Judgement, Severity, Skip, Verdict, fail, pass, warn};

pub(super) static IMAGE_PLATFORM: Check = Check {
    id: "image-platform",
    verifies: "the image has a manifest for the task's operating system and architecture",
    prevents: &[
        "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
        "exec <path>: exec format error",
    ],
    remedy: "Build the image for that platform, or set runtimePlatform to the image's platform",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html",
    asks: &[&[
        DescribeImage::CALL,
        PullThroughRules::CALL,
        EcrManifest::CALL,
        EcrConfig::CALL,
        HeadManifest::CALL,
        GetManifest::CALL,
        GetConfig::CALL,
        ContainerInstances::CALL,
    ]],
    advises: false,
    judge: |task| each(task, image_platform),
};

fn image_platform(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    let platforms = match wanted(it, facts) {
        Ok(Wanted::Unknown(skip)) => return Ok(Verdict::Skipped(skip)),
        Ok(Wanted::These(platforms)) => Ok((platforms, false)),
        Ok(Wanted::Each(platforms)) => Ok((platforms, true)),
        Err(stop) => Err(stop),
    };
    // Requested together with the instances: neither waits for the other.
    let manifest = manifest(it, &image, facts);
    let ((platforms, on_each), (home, manifest)) = (platforms?, manifest?);
    if let Manifest::Artifact { kind } = manifest {
        return fail(format!("{} is not a container image but {kind}", image.written())).judge();
    }
    if let Some(judgement) = compression(it, &image, manifest)? {
        return judgement;
    }
    let offers: Vec<(Platform, Result<Offer, Stop>)> = platforms
        .into_iter()
        .map(|platform| {
            let offer = offer(manifest, home, &platform, facts);
            (platform, offer)
        })
        .collect();
    judge_offers(it, &image, on_each, offers)
}

/// The manifest, and the registry that serves it.
fn manifest<'f>(
    it: &ImageUse,
    image: &ImageRef,
    facts: &View<'f>,
) -> Result<(&'f Home, &'f Manifest), Stop> {
    let source = SourceOf { home: Home::of(image), name: image::name(image) };
    let source = facts.derive(&source)?;
    // ECR signs in to the upstream registry of a pull-through cache rule: that it refuses anonymous clients
    // proves nothing about the pull.
    let is_pulled_there = matches!(Home::of(image), Home::Open(_));
    if let Home::Open(repository) = &source.home
        && is_pulled_there
    {
        let head = HeadManifest { repository: repository.clone(), reference: source.name.clone() };
        if let Anonymous::Denied { said } = facts.need(&head)? {
            return Err(image::denied(it, repository, said));
        }
    }
    Ok((&source.home, facts.derive(source)?))
}

/// The platforms that the task may run on.
enum Wanted {
    /// It runs on one of them.
    These(Vec<Platform>),
    /// It runs on each of them, because the request names the container instances.
    Each(Vec<Platform>),
    /// Unknown, for this reason.
    Unknown(Skip),
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
    let fargate = task.may_run_on_fargate()?;
    if fargate || architecture.is_some() {
        let architecture = architecture.unwrap_or("X86_64");
        return match Platform::from_ecs(&family, architecture) {
            Some(platform) => Ok(Wanted::These(vec![platform])),
            None => Err(Gap::Undecidable {
                why: format!("unknown platform: {family} on {architecture}"),
            }
            .into()),
        };
    }
    let Some(fleet) = Fleet::of(task)? else {
        return Ok(Wanted::Unknown(Skip::needs(
            Input::Cluster,
            "cpuArchitecture is not set, so the container instances decide: pass --cluster to check it",
        )));
    };
    let instances = fleet.instances(facts)?;
    let platforms: BTreeSet<Platform> = instances.iter().filter_map(|it| it.platform()).collect();
    if platforms.is_empty() {
        return Ok(Wanted::Unknown(Skip::not_applicable(format!(
            "cpuArchitecture is not set, and no active container instance of cluster {} that the task may run on reports its architecture",
            fleet.cluster
        ))));
    }
    let platforms = platforms.into_iter().collect();
    Ok(if fleet.is_named() { Wanted::Each(platforms) } else { Wanted::These(platforms) })
}

/// What the image has for one platform. A single-platform image states its platform only in its
/// configuration.
fn offer(manifest: &Manifest, home: &Home, wanted: &Platform, facts: &View) -> Result<Offer, Stop> {
    match manifest.offers(wanted) {
        Offer::AskConfig { digest } => Ok(image::config(home, &digest, facts)?.offers(wanted)),
        Offer::Unstated { digests } => {
            // The container runtime looks into entries without a platform, and so do we.
            let mut best = Offer::Unstated { digests: Vec::new() };
            for digest in digests {
                let entry = ManifestOf { home: home.clone(), name: digest };
                if let Offer::AskConfig { digest } = facts.derive(&entry)?.offers(wanted) {
                    match image::config(home, &digest, facts)?.offers(wanted) {
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

fn judge_offers(
    it: &ImageUse,
    image: &ImageRef,
    on_each: bool,
    offers: Vec<(Platform, Result<Offer, Stop>)>,
) -> Judgement {
    let mut offered = Vec::new();
    let mut lacking = Vec::new();
    for (platform, offer) in offers {
        match lack(image, &platform, offer?)? {
            None => offered.push(platform.to_string()),
            Some(finding) => lacking.push(finding),
        }
    }
    // The worst platform counts.
    lacking.sort_by_key(|finding| finding.severity != Severity::Fail);
    match lacking.into_iter().next() {
        None => pass(format!("the image is built for {}", offered.join(" and "))),
        Some(finding) if on_each || offered.is_empty() => finding.at(it.image.place()).judge(),
        // Some instances can run it, but the scheduler does not know which.
        Some(finding) => warn(format!("on some container instances, {}", finding.message))
            .at(it.image.place())
            .remedy("Set runtimePlatform.cpuArchitecture, so that the task is placed only on instances that can run the image")
            .judge(),
    }
}

/// What is missing for the platform.
fn lack(image: &ImageRef, platform: &Platform, offer: Offer) -> Result<Option<Finding>, Stop> {
    match offer {
        Offer::Offered { .. } => Ok(None),
        Offer::Doubtful { nearest } => Ok(Some(warn(format!(
            "the image is built for {nearest}: {platform} pulls it, but may not be able to run it"
        )))),
        Offer::Missing { has } => {
            let has = if has.is_empty() { "no known platform".to_owned() } else { has.join(", ") };
            let message = format!("the image is built for {has}, but the task runs on {platform}");
            let build = ShellCommand::of("docker buildx build")
                .option("--platform", os_arch(platform))
                .flag("--push");
            Ok(Some(rebuilt(fail(message), image, build)))
        }
        Offer::NotAnImage { kind } => {
            Ok(Some(fail(format!("the reference points to {kind}, not to a container image"))))
        }
        Offer::AskConfig { .. } | Offer::Unstated { .. } => {
            let why = format!(
                "cannot determine whether the image runs on {platform}: it does not state its platform"
            );
            Err(Gap::Undecidable { why }.into())
        }
    }
}

/// Rebuilds the image under its tag, from the current folder. A digest cannot be overwritten.
fn rebuilt(finding: Finding, image: &ImageRef, build: ShellCommand) -> Finding {
    match (&image.digest, image.written().split('@').next()) {
        (None, Some(named)) => finding.command(build.option("-t", named).word(".")),
        _ => finding.remedy("Build the image for that platform and reference its new digest, or set runtimePlatform to the image's platform"),
    }
}

fn os_arch(platform: &Platform) -> String {
    format!("{}/{}", platform.os, platform.architecture)
}

/// What the container runtime rejects on any platform: the manifest format from before 2016, and zstd layers
/// under Docker's media type, which containerd before 2.2 does not count as layers
/// (<https://github.com/containerd/containerd/issues/9263>). If there are other layers too, Fargate finds
/// that their number does not match the image configuration.
fn compression(
    it: &ImageUse,
    image: &ImageRef,
    manifest: &Manifest,
) -> Result<Option<Judgement>, Stop> {
    match manifest {
        Manifest::Schema1 { .. } => Ok(Some(
            warn("the manifest uses the old schema 1, which current container runtimes no longer read")
                .at(it.image.place())
                .remedy("Rebuild and push the image with a current build tool")
                .judge(),
        )),
        Manifest::Image { docker_zstd: true, mixed_compression, .. } => {
            let message = match mixed_compression {
                true => "some layers are compressed with zstd under Docker's media type, and others are not",
                false => "the layers are compressed with zstd under Docker's media type, which older container runtimes do not read",
            };
            let fails = *mixed_compression && it.task.may_run_on_fargate()?;
            let finding = if fails { fail(message) } else { warn(message) };
            let finding = finding
                .at(it.image.place())
                .prevents("CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and diffIDs don't match");
            let build = ShellCommand::of(
                "docker buildx build --output type=image,oci-mediatypes=true,compression=zstd,force-compression=true,push=true",
            );
            let finding = rebuilt(finding, image, build);
            Ok(Some(finding.remedy("Build the image with OCI media types").judge()))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::account::{Account, DIGEST, ID, REGION, index};
    use crate::testing::story::Story;
    use serde_json::json;

    /// The result on Fargate for an image of another architecture.
    fn misbuilt(written: &str, reference: &serde_json::Value) -> (Vec<ShellCommand>, String) {
        let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/{written}");
        let manifest = index(&[Some("arm64")]);
        let account = Account::healthy().image_in(ID, REGION, "web", reference, &manifest);
        let container = format!(r#"{{"name": "app", "image": "{image}"}}"#);
        let fields = r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc""#;
        let story = Story::containers_and(&container, fields).in_account(account.recorded());
        let result = story.judged_by(&IMAGE_PLATFORM).remove(0);
        assert!(result.message.contains("is built for linux/arm64"), "{result:#?}");
        (result.commands, result.remedy.unwrap())
    }

    #[test]
    fn an_image_is_built_anew_under_its_tag() {
        let (commands, _) = misbuilt("web:1", &json!({"tag": "1"}));
        let build = format!(
            "docker buildx build --platform linux/amd64 --push -t {ID}.dkr.ecr.{REGION}.amazonaws.com/web:1 ."
        );
        assert_eq!(commands, [build]);
    }

    #[test]
    fn what_is_named_by_its_digest_stays_what_it_is() {
        let (commands, remedy) = misbuilt(&format!("web@{DIGEST}"), &json!({"digest": DIGEST}));
        assert_eq!(commands, [""; 0]);
        assert!(remedy.contains("new digest"), "{remedy}");
    }

    /// The result on Fargate for an image with zstd layers of Docker's type, and perhaps others.
    fn of_zstd(mixed: bool) -> crate::report::CheckResult {
        let manifest = json!({"image": {"config_digest": DIGEST, "config_media_type": "",
            "mixed_compression": mixed, "docker_zstd": true, "foreign_layers": false}});
        let tag = json!({"tag": "1"});
        let account = Account::healthy().image_in(ID, REGION, "web", &tag, &manifest);
        let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/web:1");
        let container = format!(r#"{{"name": "app", "image": "{image}"}}"#);
        let fields = r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc""#;
        let story = Story::containers_and(&container, fields).in_account(account.recorded());
        story.judged_by(&IMAGE_PLATFORM).swap_remove(0)
    }

    #[test]
    fn zstd_layers_of_dockers_type_are_no_layers_for_older_runtimes() {
        use crate::report::Status::{Fail, Warn};
        for (mixed, status, words) in
            [(true, Fail, "and others are not"), (false, Warn, "older container runtimes")]
        {
            let result = of_zstd(mixed);
            assert_eq!(result.status, status, "{result:#?}");
            assert!(result.message.contains(words), "{}", result.message);
            assert!(result.commands[0].to_string().contains("oci-mediatypes=true"), "{result:#?}");
        }
    }
}
