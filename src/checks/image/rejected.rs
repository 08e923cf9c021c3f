//! What the container runtime rejects on any platform: the type of a manifest, its age, its layers.

use crate::account::fleet::Fleet;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::instance::ContainerInstance;
use crate::lookup::oci::{Manifest, RegistryManifest};
use crate::names::{ImageRef, Registry};
use crate::shell::ShellCommand;
use crate::task::ImageUse;
use crate::verdict::{Finding, fail, warn};

/// The error for a manifest that the registry serves as something else (`Manifest` in
/// <https://github.com/containerd/containerd/blob/main/core/images/image.go>,
/// <https://github.com/containerd/cri/issues/787>, <https://github.com/containerd/containerd/issues/7390>).
const UNEXPECTED_TYPE: &str =
    "CannotPullContainerError: ... unexpected media type <type> for <digest>: not found";

/// The manifest is served as a type that containerd does not know. It believes the type that the registry
/// states, where Docker may also look at the contents.
pub(super) fn mistyped(it: &ImageUse, head: &RegistryManifest) -> Result<Option<Finding>, Stop> {
    if head.is_served_as_manifest() {
        return Ok(None);
    }
    let served = match head.media_type.as_str() {
        "" => "without a media type".to_owned(),
        media_type => format!("as `{media_type}`"),
    };
    let finding = match it.task.may_run_on_fargate()? {
        true => fail(format!(
            "the registry serves the manifest {served}, which containerd on Fargate does not accept"
        )),
        false => warn(format!(
            "the registry serves the manifest {served}, which the container runtime may not accept"
        )),
    };
    let remedy = "Configure the registry, or the proxy in front of it, to return the manifest's media type in Content-Type, or copy the image to ECR";
    Ok(Some(finding.at(it.image.place()).prevents(UNEXPECTED_TYPE).remedy(remedy)))
}

/// The manifest or its layers are of a kind that a runtime does not read.
pub(super) fn unreadable(
    it: &ImageUse,
    image: &ImageRef,
    manifest: &Manifest,
    facts: &View,
) -> Result<Option<Finding>, Stop> {
    let finding = match manifest {
        Manifest::Schema1 { .. } => warn(
            "the manifest uses the old schema 1, which current container runtimes no longer read",
        )
        .remedy("Rebuild and push the image with a current build tool"),
        Manifest::Image { encrypted_layers: true, .. } => {
            let message = "the layers are encrypted, and ECS gives no key to the container runtime";
            let fails = it.task.may_run_on_fargate()?;
            let finding = if fails { fail(message) } else { warn(message) };
            finding
                .prevents("CannotPullContainerError: ... failed to extract layer <digest>: ...")
                .remedy("Push the image without encryption, and restrict who may pull it")
        }
        Manifest::Image { zstd, docker_zstd, mixed_compression, .. } if *zstd || *docker_zstd => {
            match zstd_on_instances(it, facts)? {
                Reading::Fails(finding) => *finding,
                Reading::Reads => return Ok(None),
                Reading::Unknown if *docker_zstd => zstd_of_docker(it, image, *mixed_compression)?,
                Reading::Unknown => return Ok(None),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(finding.at(it.image.place())))
}

/// Whether Docker on the container instances reads zstd.
enum Reading {
    /// All of them do, under either media type: it looks at the bytes.
    Reads,
    /// Not all of them do.
    Fails(Box<Finding>),
    /// Their versions are not known, or the task may run on Fargate.
    Unknown,
}

/// Docker reads zstd since 23.0 (<https://docs.docker.com/engine/release-notes/23.0/>,
/// <https://github.com/moby/moby/blob/v23.0.0/pkg/archive/archive.go>,
/// <https://github.com/aws/amazon-ecs-agent/issues/4179>).
const READS_ZSTD: u32 = 23;
const READING_ASSUMED: &str =
    "that Docker on the container instances is version 23.0 or later, which reads zstd";

/// Whether Docker on some container instance does not read zstd.
pub(super) fn has_old_docker(it: &ImageUse, facts: &View) -> Result<bool, Stop> {
    if it.task.may_run_on_fargate()? || Fleet::of(it.task)?.is_none() {
        return Ok(false);
    }
    let Some(instances) = instances(it, facts)? else {
        facts.assume(READING_ASSUMED);
        return Ok(false);
    };
    Ok(instances.iter().filter_map(|it| it.docker()).any(|(major, _)| major < READS_ZSTD))
}

/// The container instances that the task may run on, if they are known. That there is no such cluster is reported
/// by another check.
fn instances<'f>(
    it: &ImageUse,
    facts: &View<'f>,
) -> Result<Option<Vec<&'f ContainerInstance>>, Stop> {
    let Some(fleet) = Fleet::of(it.task)? else { return Ok(None) };
    match facts.tolerate(|| fleet.instances(facts)) {
        Ok(instances) => Ok(instances.ok()),
        Err(Stop::Absent(_)) => Ok(None),
        Err(pending) => Err(pending),
    }
}

fn zstd_on_instances(it: &ImageUse, facts: &View) -> Result<Reading, Stop> {
    if it.task.may_run_on_fargate()? {
        return Ok(Reading::Unknown);
    }
    let Some(instances) = instances(it, facts)? else {
        facts.assume(READING_ASSUMED);
        return Ok(Reading::Unknown);
    };
    let versions: Vec<Option<(u32, &str)>> = instances.iter().map(|it| it.docker()).collect();
    let old: Vec<&str> =
        versions.iter().flatten().filter(|it| it.0 < READS_ZSTD).map(|it| it.1).collect();
    let Some(version) = old.first() else {
        if !versions.is_empty() && versions.iter().all(Option::is_some) {
            return Ok(Reading::Reads);
        }
        facts.assume(READING_ASSUMED);
        return Ok(Reading::Unknown);
    };
    let message = |which: &str| {
        format!(
            "the layers are compressed with zstd, which Docker reads since 23.0, but {which} Docker {version}"
        )
    };
    let finding = match old.len() == instances.len() {
        true => fail(message("the container instances run")),
        false => warn(message("some container instances run")),
    };
    Ok(Reading::Fails(Box::new(
        finding
            .prevents("CannotPullContainerError: failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header")
            .remedy("Update the AMI of the container instances, or build the image with gzip layers (compression=gzip)"),
    )))
}

/// containerd before 2.0 does not count zstd layers under Docker's media type as layers (`IsLayerType` in
/// <https://github.com/containerd/containerd/blob/release/1.7/images/mediatypes.go>,
/// <https://github.com/containerd/containerd/issues/9263>). If there are other layers too, Fargate finds that
/// their number does not match the image configuration.
fn zstd_of_docker(it: &ImageUse, image: &ImageRef, is_mixed: bool) -> Result<Finding, Stop> {
    let message = match is_mixed {
        true => {
            "some layers are compressed with zstd under Docker's media type, and others are not"
        }
        false => {
            "the layers are compressed with zstd under Docker's media type, which older container runtimes do not read"
        }
    };
    let fails = is_mixed && it.task.may_run_on_fargate()?;
    let finding = if fails { fail(message) } else { warn(message) };
    let finding = finding.prevents("CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and diffIDs don't match");
    let build = ShellCommand::of(
        "docker buildx build --output type=image,oci-mediatypes=true,compression=zstd,force-compression=true,push=true",
    );
    let remedy = "Build the image with OCI media types";
    Ok(rebuilt(finding, it, image, build, remedy).remedy(remedy))
}

/// Adds the command that builds the image again under its tag, from the current folder. A digest cannot be
/// overwritten, and the image of another publisher is not the user's to build.
pub(super) fn rebuilt(
    finding: Finding,
    it: &ImageUse,
    image: &ImageRef,
    build: ShellCommand,
    otherwise: &str,
) -> Finding {
    match (&image.digest, image.written().split('@').next()) {
        (None, Some(named)) if may_be_own(it, image) => {
            finding.command(build.option("-t", named).word("."))
        }
        (Some(_), _) if may_be_own(it, image) => {
            finding.remedy(format!("{otherwise}, and reference its new digest"))
        }
        _ => finding,
    }
}

/// Whether the user may have pushed the image: to a private ECR registry, or where the task signs in.
pub(super) fn may_be_own(it: &ImageUse, image: &ImageRef) -> bool {
    matches!(image.registry, Registry::Ecr(_)) || !it.container.repository_credentials.is_missing()
}
