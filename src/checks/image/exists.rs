//! `image-exists`

use crate::account::image::{self, Home, Stored, import};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Gap, Purpose, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecr::{
    DescribeImage, EcrManifest, PullThroughRule, PullThroughRules, Reference,
    Repository as EcrRepository,
};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::oci::{Anonymous, Repository};
use crate::lookup::registry::HeadManifest;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::names::{ImageRef, Registry};
use crate::shell::ShellCommand;
use crate::task::ImageUse;
use crate::verdict::{Finding, Judgement, fail, pass, warn};

pub(super) static IMAGE_EXISTS: Check = Check {
    id: "image-exists",
    verifies: "the image exists in the registry that it is pulled from",
    prevents: &[
        "CannotPullContainerError: pull image manifest has been retried <n> time(s): failed to resolve ref <image>: not found",
        "CannotPullContainerError: API error (404): repository <uri> not found",
        "CannotPullContainerError: pull access denied, repository does not exist or may require authorization",
    ],
    remedy: "Push the image, or correct its registry, repository or tag",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html",
    asks: &[
        &[
            DescribeImage::CALL,
            EcrManifest::CALL,
            PullThroughRules::CALL,
            DescribeSecret::CALL,
            HeadManifest::CALL,
            ContainerInstances::CALL,
        ],
        &import::CALLS,
    ],
    advises: false,
    judge: |task| each(task, image_exists),
};

fn image_exists(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    match Home::of(&image) {
        Home::Ecr(repository) => {
            in_ecr(&image, repository, facts).map_err(|stop| image::unless_cached(it, stop, facts))
        }
        Home::Open(repository) => in_the_open(it, &image, repository, facts),
    }
}

fn in_ecr(image: &ImageRef, repository: EcrRepository, facts: &View) -> Judgement {
    let described = DescribeImage { repository, reference: image::reference(image) };
    match image::stored(&described, facts)? {
        Seen::Found(found) => stored(&described, found),
        Seen::Absent(_) => not_stored(&described, facts),
    }
}

/// An archived image is listed, but it cannot be pulled
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_image.html>).
fn stored(described: &DescribeImage, found: Stored) -> Judgement {
    let digest = found.digest;
    let EcrRepository { region, registry, name } = &described.repository;
    match found.detail.and_then(|detail| detail.status.as_deref()) {
        Some("ARCHIVED") => fail(format!("{} is archived and cannot be pulled", described.what()))
            .remedy("Restore the image from the archive")
            .command(
                ShellCommand::of("aws ecr update-image-storage-class")
                    .option("--registry-id", registry.as_str())
                    .option("--repository-name", name)
                    .option("--image-id", format!("imageDigest={digest}"))
                    .flag("--target-storage-class STANDARD")
                    .region(region),
            )
            .judge(),
        Some("ACTIVATING") => {
            warn(format!("{} is being restored from the archive", described.what()))
                .remedy("Wait until its status is ACTIVE")
                .judge()
        }
        _ => match &described.reference {
            Reference::Tag(_) => pass(format!("{} exists ({})", described.what(), short(digest))),
            Reference::Digest(_) => pass(format!("{} exists", described.what())),
        },
    }
}

fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}

/// A repository that a pull-through cache rule covers may not exist yet: the first pull creates it (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html>).
fn not_stored(lookup: &DescribeImage, facts: &View) -> Judgement {
    let EcrRepository { region, registry, name } = &lookup.repository;
    let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
    let rules = facts.need(&rules)?;
    let Some((rule, upstream)) = image::covering(rules, name) else {
        image::found(lookup, facts)?;
        return pass("the image exists");
    };
    // Both are requested at once.
    let credential = rule.credential.as_ref().map(|credential| {
        let secret = DescribeSecret { region: region.clone(), id: credential.clone() };
        facts.need(&secret).map_err(|stop| stop.wanted_for(Purpose::UpstreamCredentials))
    });
    // A missing image is missing whatever the credentials are; without credentials ECR pulls nothing,
    // whatever upstream shows to others.
    let judgement = facts.tolerate(|| at_upstream(lookup, rule, upstream, facts))?;
    if let Some(secret) = credential {
        let secret = secret?;
        if let Some(scheduled) = secret.scheduled_for_deletion() {
            let why = format!("{scheduled}, but pull-through cache rule {} needs it", rule.prefix);
            return fail(why).on(secret.arn.clone()).mended(secret.restored(region)).judge();
        }
    }
    judgement.map_err(Stop::from)
}

fn at_upstream(
    lookup: &DescribeImage,
    rule: &PullThroughRule,
    upstream: String,
    facts: &View,
) -> Judgement {
    let what = lookup.what();
    if rule.upstream == "registry-1.docker.io" && !upstream.contains('/') {
        return without_library(&what, rule, &upstream);
    }
    let signs_in = rule.credential.is_some();
    let home = image::upstream_of(rule, upstream);
    let rule = &rule.prefix;
    let seen = match home {
        Home::Open(repository) => {
            let reference = lookup.reference.text().to_owned();
            facts.need(&HeadManifest { repository, reference }).map(|seen| match seen {
                Anonymous::Sees(_) => None,
                Anonymous::Denied { said } => Some(said),
            })
        }
        Home::Ecr(repository) => {
            let reference = lookup.reference.clone();
            facts.need(&DescribeImage { repository, reference }).map(|_| None)
        }
    };
    match seen {
        Ok(None) => {
            facts.excuse(lookup);
            pass(format!(
                "{what} is not cached yet; the first pull fetches it from upstream (pull-through cache rule {rule})"
            ))
        }
        Ok(Some(said)) if !signs_in => fail(format!(
            "{what} is not cached, and upstream it does not exist or is private: pull-through cache rule {rule} has no credentials ({said})"
        ))
        .remedy("Correct the repository or tag, or push a copy of the image to a repository without a rule")
        .judge(),
        Ok(Some(said)) => Err(Gap::Undecidable {
            why: format!(
                "cannot determine whether {what} exists: it is not cached yet, and the upstream registry of pull-through cache rule {rule} requires credentials ({said})"
            ),
        }
        .into()),
        Err(stop) => {
            Err(stop.after(&format!("{what} is not cached, and upstream (pull-through cache rule {rule}) ")))
        }
    }
}

/// Docker Hub keeps its official images under `library/`, and ECR adds that to no name
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-working-pulling.html>).
fn without_library(what: &str, rule: &PullThroughRule, upstream: &str) -> Judgement {
    let repository = match rule.prefix.as_str() {
        "ROOT" => format!("library/{upstream}"),
        prefix => format!("{prefix}/library/{upstream}"),
    };
    fail(format!(
        "{what} is not cached, and Docker Hub has no repository {upstream} without a namespace"
    ))
    .remedy(format!(
        "Write the repository as {repository}: official images of Docker Hub are under library/"
    ))
    .judge()
}

fn in_the_open(it: &ImageUse, image: &ImageRef, repository: Repository, facts: &View) -> Judgement {
    image::on_loopback(it, &repository)?;
    let head = HeadManifest { repository: repository.clone(), reference: image::name(image) };
    match facts.need(&head).map_err(|stop| image::unless_cached(it, stop, facts))? {
        Anonymous::Sees(manifest) => {
            // A proxy near this machine may have answered with its own certificate.
            if let Some(answer) = &manifest.head_refused
                && !manifest.trusted_here
                && it.task.may_run_on_fargate()?
            {
                return hidden_from_head(&head.what(), answer).at(it.image.place()).judge();
            }
            if manifest.trusted_here && !has_public_certificate(&image.registry) {
                let on_fargate = it.task.may_run_on_fargate()?;
                let finding = privately_signed(&head.what(), &repository.host, on_fargate);
                return finding.at(it.image.place()).judge();
            }
            pass(format!("{} exists ({})", head.what(), short(&manifest.digest)))
        }
        Anonymous::Denied { said } => Err(image::denied(it, &repository, said)),
    }
}

/// containerd resolves a reference by HEAD, and does not ask by GET after an error other than 405 (`Resolve` in
/// <https://github.com/containerd/containerd/blob/main/core/remotes/docker/resolver.go>). Docker asks by GET at once
/// (<https://github.com/moby/moby/blob/24.0/distribution/pull_v2.go>).
fn hidden_from_head(what: &str, answer: &str) -> Finding {
    fail(format!(
        "{what} exists, but the registry answers {answer} to HEAD, by which containerd on Fargate resolves it"
    ))
    .remedy("Configure the registry, or the proxy in front of it, to answer HEAD requests for manifests like GET, or copy the image to ECR")
}

/// Registries for everybody, whose certificates every operating system trusts. If only this machine's own
/// certificates prove one of them, a proxy near this machine has replaced its certificate.
const PUBLIC_REGISTRIES: [&str; 8] = [
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "registry.k8s.io",
    "registry.gitlab.com",
    "mcr.microsoft.com",
    "nvcr.io",
    "docker.elastic.co",
];

fn has_public_certificate(registry: &Registry) -> bool {
    match registry {
        Registry::DockerHub | Registry::EcrPublic | Registry::Ecr(_) => true,
        Registry::Other(host) => {
            PUBLIC_REGISTRIES.contains(&host.as_str())
                || host.ends_with(".gcr.io")
                || host.ends_with(".pkg.dev")
        }
    }
}

/// Fargate trusts public certificate authorities only, and can be given no other. A proxy near this machine may
/// have replaced the certificate, so that the pull is not proven to fail.
fn privately_signed(what: &str, host: &str, on_fargate: bool) -> Finding {
    let (whose, remedy) = match on_fargate {
        true => (
            "Fargate does not have them",
            "Give the registry a certificate of a public authority, or copy the image to ECR",
        ),
        false => (
            "the container instances need them too",
            "Install the CA certificate on the container instances, or copy the image to ECR",
        ),
    };
    warn(format!(
        "{what} exists, but only this machine's CA certificates (--ca-bundle, AWS_CA_BUNDLE, SSL_CERT_FILE) prove the certificate of {host}; {whose}"
    ))
    .prevents("CannotPullContainerError: ... x509: certificate signed by unknown authority")
    .remedy(remedy)
}
