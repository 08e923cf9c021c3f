//! What the container runtime rejects on any platform: the type of a manifest, its age, its layers.

use crate::knowledge::Stop;
use crate::lookup::oci::{Manifest, RegistryManifest};
use crate::names::{ImageRef, Registry};
use crate::shell::ShellCommand;
use crate::task::ImageUse;
use crate::verdict::{Finding, fail, warn};

/// The error for a manifest that the registry serves as something else (`Manifest` in
/// <https://github.com/containerd/containerd/blob/main/core/images/image.go>).
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
        Manifest::Image { docker_zstd: true, mixed_compression, .. } => {
            zstd_of_docker(it, image, *mixed_compression)?
        }
        _ => return Ok(None),
    };
    Ok(Some(finding.at(it.image.place())))
}

/// containerd before 2.2 does not count zstd layers under Docker's media type as layers
/// (<https://github.com/containerd/containerd/issues/9263>). If there are other layers too, Fargate finds that
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
