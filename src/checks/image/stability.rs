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
    verifies: "what is checked is what will run: a fixed image, no pull limit near, room for its layers",
    prevents: &[
        "a task that starts later runs an image that nobody checked",
        "toomanyrequests: You have reached your pull rate limit",
        "CannotPullContainerError: write /var/lib/docker/tmp/...: no space left on device",
    ],
    remedy: "Name the image by a tag that never moves, or by its digest",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-considerations.html",
    asks: &[&[DescribeImage::CALL, PullThroughRules::CALL]],
    advises: true,
    judge: |task| each(task, image_stability),
};

/// Layers are stored compressed and unpacked at the start; the sum is about this multiple of the
/// compressed size.
const UNPACKED: f64 = 3.5;

/// What a task on Fargate gets for images and volumes if it does not ask for more, in GiB
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>).
const FARGATE_STORAGE: i64 = 20;

fn image_stability(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    let mut found = Findings::new();
    let place = it.image.place();
    if image.digest.is_none() && image.tag_or_latest() == Some("latest") {
        let how = if image.tag.is_none() { "no tag is given, which means" } else { "the tag is" };
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
            warn("Docker Hub limits anonymous pulls by address, which tasks share")
                .at(place)
                .prevents(IMAGE_STABILITY.prevents[1])
                .remedy(
                    "Give repositoryCredentials, or pull through an ECR pull-through cache rule",
                ),
        );
    }
    found.part(place, |found| size(it, &image, facts, found));
    match &image.tag {
        Some(tag) if image.digest.is_none() && found.is_empty() => not_applicable(format!(
            "the tag {tag} can be moved, unless its repository keeps tags immutable; only a digest never moves"
        )),
        _ => found.or_pass("the image is named by its digest, which never moves"),
    }
}

fn size(it: &ImageUse, image: &ImageRef, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let Home::Ecr(repository) = Home::of(image) else { return Ok(()) };
    if !it.task.may_run_on_fargate()? {
        return Ok(());
    }
    let described = DescribeImage { repository, reference: image::reference(image) };
    let source = SourceOf { home: Home::of(image), name: image::name(image) };
    // How large it is, ECR knows once it has pulled the image from upstream.
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
                "{} has {compressed:.1} GiB compressed, about {:.0} GiB with its unpacked layers; the task has {storage} GiB",
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
