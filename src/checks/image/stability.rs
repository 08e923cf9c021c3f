//! `image-stability`

use crate::account::image::{self, Home, SourceOf, import};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, EcrManifest, PullThroughRules};
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
    asks: &[&[DescribeImage::CALL, EcrManifest::CALL, PullThroughRules::CALL], &import::CALLS],
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

/// The size of an image in ECR.
struct Measured {
    what: String,
    /// What is stored once, however many containers use it.
    digest: String,
    /// Compressed.
    gib: f64,
}

/// The layers of all images of a Fargate task are on the same disk
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html>). That they do not fit
/// is not proven: images may share layers, and with a SOCI index Fargate starts before it has all of them.
fn size(it: &ImageUse, image: &ImageRef, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    if !it.task.may_run_on_fargate()? {
        return Ok(());
    }
    // All are requested before any is awaited.
    let all = of_all(it, facts);
    let Some(own) = measured(image, facts)? else { return Ok(()) };
    let all = all?;
    let storage = match it.task.definition.ephemeral_storage.get()? {
        Some(asked) => asked.size_in_gib.get()?.copied().unwrap_or(FARGATE_STORAGE),
        None => FARGATE_STORAGE,
    };
    let is_too_large = |gib: f64| gib * UNPACKED > storage as f64;
    let (what, gib) = if is_too_large(own.gib) {
        (own.what, own.gib)
    } else {
        let gib: f64 = all.iter().map(|it| it.gib).sum();
        let is_told_alone = all.iter().any(|it| is_too_large(it.gib));
        // Once, at the largest.
        let largest = all.iter().fold(&own, |most, it| if it.gib > most.gib { it } else { most });
        let is_told_here = all.iter().find(|it| it.gib >= largest.gib);
        if is_told_alone
            || !is_too_large(gib)
            || is_told_here.is_none_or(|it| it.digest != own.digest)
        {
            return Ok(());
        }
        (format!("the sum of the {} images of the task in ECR", all.len()), gib)
    };
    let amount = match gib > storage as f64 {
        true => "even without its unpacked layers more than the".to_owned(),
        false => {
            format!("about {:.0} GiB with its unpacked layers, but the task has", gib * UNPACKED)
        }
    };
    found.add(
        warn(format!(
            "{what} is {gib:.1} GiB compressed, {amount} {storage} GiB of ephemeral storage"
        ))
        .at(it.image.place())
        .prevents(IMAGE_STABILITY.prevents[2])
        .remedy("Raise ephemeralStorage.sizeInGiB (up to 200), or make the images smaller"),
    );
    Ok(())
}

/// Every image of the task once, as far as its size is known.
fn of_all(it: &ImageUse, facts: &View) -> Result<Vec<Measured>, Stop> {
    let uses = it.task.images();
    let images: Vec<ImageRef> =
        uses.iter().flatten().filter_map(|used| used.reference().ok()).collect();
    let answers: Vec<_> =
        images.iter().map(|image| facts.tolerate(|| measured(image, facts))).collect();
    let mut all: Vec<Measured> = Vec::new();
    for (image, answer) in images.iter().zip(answers) {
        match answer {
            Ok(Ok(Some(one))) if all.iter().all(|it| it.digest != one.digest) => all.push(one),
            Ok(Ok(_)) | Err(Stop::Absent(_)) => {}
            Ok(Err(_)) => {
                facts.assume(format!("that {} leaves enough of the disk", image.written()));
            }
            Err(pending) => return Err(pending),
        }
    }
    Ok(all)
}

fn measured(image: &ImageRef, facts: &View) -> Result<Option<Measured>, Stop> {
    let home = Home::of(image);
    let Home::Ecr(repository) = &home else { return Ok(None) };
    let described =
        DescribeImage { repository: repository.clone(), reference: image::reference(image) };
    let source = SourceOf { home: home.clone(), name: image::name(image) };
    // ECR knows the size only after it has pulled the image from upstream.
    let Home::Ecr(_) = facts.derive(&source)?.home else { return Ok(None) };
    let detail = facts.need(&described)?;
    let gib = detail.size.unwrap_or_default() as f64 / f64::from(1 << 30);
    Ok(Some(Measured { what: described.what(), digest: detail.digest.clone(), gib }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::IMAGE_STABILITY;
    use crate::report::CheckResult;
    use crate::report::Status::{Skip, Warn};
    use crate::testing::account::{Account, ID, REGION};
    use crate::testing::story::Story;

    /// The results for containers with images of these sizes in GiB, of these names, on this much storage.
    fn of(images: &[(&str, i64)], storage: Option<u32>) -> Vec<CheckResult> {
        let mut account = Account::healthy();
        let mut containers = Vec::new();
        for (place, (name, gib)) in images.iter().enumerate() {
            let repository = json!({"region": REGION, "registry": ID, "name": name});
            let asked = json!({"repository": repository, "reference": {"tag": "1"}});
            let digest = format!("sha256:{name:0>64}");
            let detail = json!({"digest": digest, "size": gib << 30, "status": null});
            account = account.says("ecr:DescribeImages", &asked, &detail);
            let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/{name}:1");
            containers.push(format!(r#"{{"name": "c{place}", "image": "{image}"}}"#));
        }
        let storage = storage
            .map(|gib| format!(r#", "ephemeralStorage": {{"sizeInGiB": {gib}}}"#))
            .unwrap_or_default();
        let fields =
            format!(r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"{storage}"#);
        let story = Story::containers_and(&containers.join(","), &fields);
        story.in_account(account.recorded()).judged_by(&IMAGE_STABILITY)
    }

    fn warnings(images: &[(&str, i64)], storage: Option<u32>) -> Vec<(String, String)> {
        let results = of(images, storage).into_iter();
        results
            .filter(|it| it.status == Warn)
            .map(|it| (it.subject.to_string(), it.message.to_string()))
            .collect()
    }

    #[test]
    fn the_images_of_a_task_share_its_disk() {
        let together = warnings(&[("a", 3), ("b", 4)], None);
        let [(subject, message)] = together.as_slice() else { panic!("{together:#?}") };
        assert_eq!(subject, "/containerDefinitions/1/image", "the largest");
        let words =
            "the sum of the 2 images of the task in ECR is 7.0 GiB compressed, about 24 GiB";
        assert!(message.starts_with(words), "{message}");
        assert_eq!(warnings(&[("a", 4), ("b", 4)], None).len(), 1);
        assert_eq!(warnings(&[("a", 3), ("b", 4)], Some(30)), []);
        // The same image is stored once.
        assert_eq!(warnings(&[("a", 4), ("a", 4)], None), []);
        assert_eq!(of(&[("a", 2), ("b", 2)], None)[0].status, Skip);
    }

    #[test]
    fn an_image_that_is_too_large_alone_is_named_alone() {
        let alone = warnings(&[("a", 1), ("b", 12)], None);
        let [(subject, message)] = alone.as_slice() else { panic!("{alone:#?}") };
        assert_eq!(subject, "/containerDefinitions/1/image");
        assert!(message.contains("image b:1"), "{message}");
        let (_, message) = warnings(&[("a", 25)], None).remove(0);
        assert!(
            message.contains("even without its unpacked layers more than the 20 GiB"),
            "{message}"
        );
    }
}
