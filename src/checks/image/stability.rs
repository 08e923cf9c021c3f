//! `image-stability`

use crate::account::image::{self, Home, SourceOf};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, PullThroughRules};
use crate::names::{ImageRef, Registry};
use crate::task::ImageUse;
use crate::verdict::{Findings, Judgement, not_applicable, warn};

pub(super) static IMAGE_STABILITY: Check = Check {
    id: "image-stability",
    verifies: "the image reference is fixed, its registry has no tight pull limit, and its layers fit on the disk",
    prevents: &[
        "no error text: a task that starts later runs another image than the one that was checked",
        "toomanyrequests: You have reached your pull rate limit",
        "CannotPullContainerError: write /var/lib/docker/tmp/...: no space left on device",
    ],
    remedy: "Use a tag that never moves, or the digest of the image",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
    asks: &[&[DescribeImage::CALL, PullThroughRules::CALL]],
    advises: true,
    judge: |task| each(task, image_stability),
};

/// Layers are stored compressed and unpacked when the task starts: both together take about this multiple of
/// the compressed size.
const UNPACKED: f64 = 3.5;

/// The default ephemeral storage of a Fargate task, in GiB
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>).
const FARGATE_STORAGE: i64 = 20;

fn image_stability(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    let mut found = Findings::new();
    let place = it.image.place();
    if image.digest.is_none() && image.tag_or_latest() == Some("latest") {
        let how = if image.tag.is_none() { "no tag is given, so the tag is" } else { "the tag is" };
        found.add(
            warn(format!("{how} latest, which moves with every push"))
                .at(place)
                .prevents(IMAGE_STABILITY.prevents[0]),
        );
    }
    if matches!(image.registry, Registry::DockerHub)
        && it.container.repository_credentials.is_missing()
    {
        found.add(
            warn("Docker Hub limits anonymous pulls per IP address, and tasks often share one")
                .at(place)
                .prevents(IMAGE_STABILITY.prevents[1])
                .remedy(
                    "Set repositoryCredentials, or pull through an ECR pull-through cache rule",
                ),
        );
    }
    found.part(place, |found| size(it, &image, facts, found));
    match &image.tag {
        Some(tag) if image.digest.is_none() && found.is_empty() => not_applicable(format!(
            "tag {tag} can be moved to another image unless the repository has immutable tags; a digest never moves"
        )),
        _ => found.or_pass("the image is referenced by its digest, which never changes"),
    }
}

fn size(it: &ImageUse, image: &ImageRef, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let Home::Ecr(repository) = Home::of(image) else { return Ok(()) };
    if !it.task.may_run_on_fargate()? {
        return Ok(());
    }
    let described = DescribeImage { repository, reference: image::reference(image) };
    let source = SourceOf { home: Home::of(image), name: image::name(image) };
    // ECR knows the size only after it has pulled the image from upstream.
    let Home::Ecr(_) = facts.derive(&source)?.home else { return Ok(()) };
    let detail = facts.need(&described)?;
    let storage = match it.task.definition.ephemeral_storage.get()? {
        Some(asked) => asked.size_in_gib.get()?.copied().unwrap_or(FARGATE_STORAGE),
        None => FARGATE_STORAGE,
    };
    let compressed = detail.size.unwrap_or_default() as f64 / f64::from(1 << 30);
    if compressed * UNPACKED > storage as f64 {
        found.add(
            warn(format!(
                "{} is {compressed:.1} GiB compressed, about {:.0} GiB with its unpacked layers, but the task has {storage} GiB of ephemeral storage",
                described.what(),
                compressed * UNPACKED
            ))
            .at(it.image.place())
            .prevents(IMAGE_STABILITY.prevents[2])
            .remedy("Raise ephemeralStorage.sizeInGiB (up to 200), or make the image smaller"),
        );
    }
    Ok(())
}
