//! `image-platform`

use std::collections::BTreeSet;

use super::rejected::{self, may_be_own, rebuilt};
use crate::account::fleet::Fleet;
use crate::account::fleet::offer::OFFER_CALLS;
use crate::account::image::choice::{self, Choice};
use crate::account::image::{self, Home, SourceOf, import};
use crate::checks::{Check, each};
use crate::document::launch::OperatingSystem;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, EcrConfig, EcrManifest, PullThroughRules};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::oci::{Anonymous, Manifest, Offer, Platform, RegistryManifest, Runtime};
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
    asks: &[
        &[
            DescribeImage::CALL,
            EcrManifest::CALL,
            PullThroughRules::CALL,
            EcrConfig::CALL,
            HeadManifest::CALL,
            GetManifest::CALL,
            GetConfig::CALL,
            ContainerInstances::CALL,
        ],
        OFFER_CALLS,
        &import::CALLS,
    ],
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
    let pulled = pulled(it, &image, facts);
    let ((platforms, on_each), pulled) = (platforms?, pulled?);
    if let Some(head) = pulled.head
        && let Some(finding) = rejected::mistyped(it, head)?
    {
        return finding.judge();
    }
    if let Manifest::Artifact { kind } = pulled.manifest {
        return no_image(&image, kind).at(it.image.place()).judge();
    }
    if let Some(finding) = rejected::unreadable(it, &image, pulled.manifest, facts)? {
        return finding.judge();
    }
    let runtime = match it.task.may_run_on_fargate()? {
        true => Runtime::Containerd,
        false => Runtime::Docker,
    };
    let reads_images =
        matches!(pulled.manifest, Manifest::Index { .. }) && rejected::has_old_docker(it, facts)?;
    let choose = |platform: &Platform| {
        choice::choose(pulled.home, pulled.manifest, platform, runtime, reads_images, facts)
    };
    let choices: Vec<(Platform, Result<Choice, Stop>)> =
        platforms.into_iter().map(|it| (it.clone(), choose(&it))).collect();
    judge_choices(it, &image, pulled.home, on_each, choices, facts)
}

/// What the runtime gets when it resolves the reference.
struct Pulled<'f> {
    /// The registry that serves the manifest.
    home: &'f Home,
    /// How it serves it, if the runtime asks it itself.
    head: Option<&'f RegistryManifest>,
    manifest: &'f Manifest,
}

fn pulled<'f>(it: &ImageUse, image: &ImageRef, facts: &View<'f>) -> Result<Pulled<'f>, Stop> {
    if let Home::Open(repository) = Home::of(image) {
        image::on_loopback(it, &repository)?;
    }
    let source = SourceOf { home: Home::of(image), name: image::name(image) };
    let source = facts.derive(&source).map_err(|stop| image::unless_cached(it, stop, facts))?;
    let home = &source.home;
    let mut served = None;
    // ECR signs in to the upstream registry of a pull-through cache rule: that it refuses anonymous clients
    // proves nothing about the pull.
    let is_pulled_there = matches!(Home::of(image), Home::Open(_));
    if let Home::Open(repository) = home
        && is_pulled_there
    {
        let head = HeadManifest { repository: repository.clone(), reference: source.name.clone() };
        match facts.need(&head).map_err(|stop| image::unless_cached(it, stop, facts))? {
            Anonymous::Denied { said } => return Err(image::denied(it, repository, said)),
            Anonymous::Sees(head) => served = Some(head),
        }
    }
    Ok(Pulled { home, head: served, manifest: facts.derive(source)? })
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
    let mut platforms: BTreeSet<Platform> =
        instances.iter().filter_map(|it| it.platform()).collect();
    // Which operating system is launched is in the image of the machine, which is not read.
    let platform = task.definition.runtime_platform.get()?;
    let written = match platform {
        Some(platform) => platform.operating_system_family.get()?.map(String::as_str),
        None => None,
    };
    if instances.is_empty() && written == Some("LINUX") {
        // Without the right to read it, the result is that of a cluster without instances.
        let launched = facts.tolerate(|| fleet.launched_platforms(facts))?;
        platforms = launched.unwrap_or_default();
    }
    if platforms.is_empty() {
        return Ok(Wanted::Unknown(Skip::not_applicable(format!(
            "cpuArchitecture is not set, and no active container instance of cluster {} that the task may run on reports its architecture",
            fleet.cluster
        ))));
    }
    let platforms = platforms.into_iter().collect();
    Ok(if fleet.is_named() { Wanted::Each(platforms) } else { Wanted::These(platforms) })
}

fn judge_choices(
    it: &ImageUse,
    image: &ImageRef,
    home: &Home,
    on_each: bool,
    choices: Vec<(Platform, Result<Choice, Stop>)>,
    facts: &View,
) -> Judgement {
    let mut offered = Vec::new();
    let mut lacking = Vec::new();
    for (platform, choice) in choices {
        let choice = choice?;
        if let Some(manifest) = choice.image
            && let Some(finding) = rejected::unreadable(it, image, manifest, facts)?
        {
            lacking.push(finding);
            continue;
        }
        match lack(it, image, home, &platform, choice.offer, facts)? {
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
fn lack(
    it: &ImageUse,
    image: &ImageRef,
    home: &Home,
    platform: &Platform,
    offer: Offer,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    match offer {
        Offer::Offered { .. } => Ok(None),
        Offer::Doubtful { nearest } => Ok(Some(warn(format!(
            "the image is built for {nearest}: {platform} pulls it, but may not be able to run it"
        )))),
        Offer::Missing { has } => {
            let named =
                if has.is_empty() { "no known platform".to_owned() } else { has.join(", ") };
            let finding =
                fail(format!("the image is built for {named}, but the task runs on {platform}"));
            let is_own = may_be_own(it, image) && !image::is_of_upstream(home, facts)?;
            Ok(Some(with_fix(finding, it, image, is_own, (&has, platform))))
        }
        Offer::NotAnImage { kind } => Ok(Some(no_image(image, &kind))),
        Offer::AskConfig { .. } | Offer::Inside { .. } | Offer::Unstated => {
            let why = format!(
                "cannot determine whether the image runs on {platform}: it does not state its platform"
            );
            Err(Gap::Undecidable { why }.into())
        }
    }
}

/// How to get an image for the platform. The image of another publisher cannot be built again, and for Windows the
/// base image decides the build
/// (<https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility>).
fn with_fix(
    finding: Finding,
    it: &ImageUse,
    image: &ImageRef,
    is_own: bool,
    (has, platform): (&[String], &Platform),
) -> Finding {
    let same = os_arch(platform);
    if let Some(build) = platform
        .os_version
        .as_deref()
        .filter(|_| has.iter().any(|name| name.split(' ').next() == Some(same.as_str())))
    {
        return finding.remedy(format!(
            "Build the image on a Windows base image of build {build}, or set operatingSystemFamily to the version of the image's base"
        ));
    }
    if !is_own {
        return finding.remedy(format!(
            "Use a tag or an image that its publisher builds for {same}, or set runtimePlatform to the image's platform"
        ));
    }
    let build = ShellCommand::of("docker buildx build").option("--platform", &same).flag("--push");
    rebuilt(finding, it, image, build, "Build the image for that platform")
}

/// The reference leads to something that no container starts from.
fn no_image(image: &ImageRef, kind: &str) -> Finding {
    let (what, remedy) = match kind {
        "application/vnd.in-toto+json" => (
            "an attestation of a build",
            "Reference the image by its own tag or digest; build with --provenance=false if the pipeline takes the digest of the attestation for that of the image",
        ),
        kind if kind.starts_with("application/vnd.dev.cosign.")
            || kind.starts_with("application/vnd.dsse.envelope.") =>
        {
            ("a signature", "Reference the image that is signed, by its own tag or digest")
        }
        kind if kind.starts_with("application/vnd.cncf.helm.") => {
            ("a Helm chart", "Reference an image that the chart installs")
        }
        _ => ("an artifact", "Reference an image by its own tag or digest"),
    };
    fail(format!("{} is not a container image but {what} ({kind})", image.written())).remedy(remedy)
}

fn os_arch(platform: &Platform) -> String {
    format!("{}/{}", platform.os, platform.architecture)
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
