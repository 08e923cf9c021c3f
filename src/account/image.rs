//! What an image reference points to, in any registry.

pub(crate) mod choice;
pub(crate) mod import;
mod rule;

use self::import::Upstream;
use super::fleet::Fleet;
use crate::facts::{Derived, View};
use crate::knowledge::{Absence, Gap, Ground, Lack, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ecr::{
    DescribeImage, EcrConfig, EcrManifest, ImageDetail, PullThroughRule, PullThroughRules,
    Reference, Repository as EcrRepository,
};
use crate::lookup::oci::{Anonymous, ImageConfig, Manifest, Repository};
use crate::lookup::registry::{GetConfig, GetManifest, HeadManifest};
use crate::names::{EcrHost, ImageRef, Registry};
use crate::task::ImageUse;

pub(crate) use rule::covering;

/// The registry that serves the manifests of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Home {
    /// A private ECR registry, over its API.
    Ecr(EcrRepository),
    /// Any other registry, anonymously.
    Open(Repository),
}

impl Home {
    pub(crate) fn of(image: &ImageRef) -> Home {
        match &image.registry {
            Registry::Ecr(EcrHost { account, region, .. }) => Home::Ecr(EcrRepository {
                region: region.clone(),
                registry: account.clone(),
                name: image.repository.clone(),
            }),
            other => Home::Open(Repository { host: other.host(), name: image.repository.clone() }),
        }
    }
}

/// The registry that an image comes from: an image that ECR does not have yet may come from upstream, by a
/// pull-through cache rule. If it comes from nowhere, it is absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SourceOf {
    pub home: Home,
    pub name: String,
}

impl Derived for SourceOf {
    type Fact = ManifestOf;

    fn what(&self) -> String {
        format!("the registry that serves {}", self.name)
    }

    fn derive(&self, facts: &View) -> Result<ManifestOf, Stop> {
        let Home::Ecr(repository) = &self.home else {
            return Ok(ManifestOf { home: self.home.clone(), name: self.name.clone() });
        };
        let asked = DescribeImage { repository: repository.clone(), reference: named(&self.name) };
        if let Seen::Found(image) = stored(&asked, facts)? {
            return Ok(ManifestOf { home: self.home.clone(), name: image.digest.to_owned() });
        }
        let EcrRepository { region, registry, name } = repository;
        let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
        if let Some((rule, upstream)) = covering(facts.need(&rules)?, name) {
            let home = upstream_of(rule, upstream);
            let name = match &home {
                Home::Ecr(repository) => {
                    let reference = named(&self.name);
                    let stored = DescribeImage { repository: repository.clone(), reference };
                    facts.need(&stored)?.digest.clone()
                }
                Home::Open(_) => self.name.clone(),
            };
            return Ok(ManifestOf { home, name });
        }
        Ok(ManifestOf { home: self.home.clone(), name: found(&asked, facts)?.digest.to_owned() })
    }
}

/// An image that ECR has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored<'f> {
    /// The digest that the reference currently points to.
    pub(crate) digest: &'f str,
    /// Its details, if the caller may read them.
    pub(crate) detail: Option<&'f ImageDetail>,
}

/// Whether ECR has an image. A caller who may pull it, but not describe it, learns that from `BatchGetImage`,
/// which would import a missing image through a pull-through cache rule: so it is called only if no rule covers
/// the repository, or the caller is not allowed to import. The rules of another account's registry are visible to
/// its owner alone; an image that it does not have yet might be imported for the task.
///
/// # Errors
/// The gap, if it is not known (yet).
pub(crate) fn stored<'f>(
    asked: &DescribeImage,
    facts: &View<'f>,
) -> Result<Seen<Stored<'f>>, Stop> {
    let of = |digest, detail| Stored { digest, detail };
    match facts.tolerate(|| facts.get(asked))? {
        Ok(Seen::Found(detail)) => Ok(Seen::Found(of(&detail.digest, Some(detail)))),
        Ok(Seen::Absent(absence)) => Ok(Seen::Absent(absence)),
        Err(Gap::Refused { action, resource, said }) => {
            let refused = |said| Err(Gap::Refused { action, resource, said }.into());
            let upstream = Upstream::of(&asked.repository, facts)?;
            if let Some(why) = import::might_happen(&asked.repository, upstream, facts)? {
                return refused(format!(
                    "{said}; ecr:BatchGetImage is not called instead, because {why}"
                ));
            }
            match facts.tolerate(|| facts.get(&pull(asked)))? {
                Ok(Seen::Found(image)) => {
                    facts.assume(format!("that {} is not archived", asked.what()));
                    Ok(Seen::Found(of(&image.digest, None)))
                }
                Ok(Seen::Absent(_)) if upstream == Upstream::Unread => refused(format!(
                    "{said}; ecr:BatchGetImage does not find the image either, but the first pull might import it"
                )),
                Ok(Seen::Absent(absence)) => Ok(Seen::Absent(absence)),
                Err(_) => refused(said),
            }
        }
        Err(gap) => Err(gap.into()),
    }
}

/// The same; an absence ends the judgement.
///
/// # Errors
/// The gap, or the absence, of the call that was answered.
pub(crate) fn found<'f>(asked: &DescribeImage, facts: &View<'f>) -> Result<Stored<'f>, Stop> {
    match stored(asked, facts)? {
        Seen::Found(image) => Ok(image),
        Seen::Absent(_) => match facts.tolerate(|| facts.need(asked))? {
            Ok(detail) => Ok(Stored { digest: &detail.digest, detail: Some(detail) }),
            Err(_) => {
                let image = facts.need(&pull(asked))?;
                Ok(Stored { digest: &image.digest, detail: None })
            }
        },
    }
}

fn pull(asked: &DescribeImage) -> EcrManifest {
    EcrManifest { repository: asked.repository.clone(), reference: asked.reference.clone() }
}

/// How ECR names the image: where both are given, the digest decides.
pub(crate) fn reference(image: &ImageRef) -> Reference {
    match (&image.digest, image.tag_or_latest()) {
        (Some(digest), _) => Reference::Digest(digest.to_string()),
        (None, tag) => Reference::Tag(tag.unwrap_or("latest").to_owned()),
    }
}

/// The tag or digest that an open registry is asked for.
pub(crate) fn name(image: &ImageRef) -> String {
    match reference(image) {
        Reference::Tag(text) | Reference::Digest(text) => text,
    }
}

/// The manifest behind a reference: the index, or the single image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ManifestOf {
    pub home: Home,
    pub name: String,
}

impl Derived for ManifestOf {
    type Fact = Manifest;

    fn what(&self) -> String {
        format!("the manifest of {}", self.name)
    }

    fn derive(&self, facts: &View) -> Result<Manifest, Stop> {
        match &self.home {
            Home::Ecr(repository) => {
                let reference = named(&self.name);
                let asked = EcrManifest { repository: repository.clone(), reference };
                if let Seen::Found(stored) = facts.get(&asked)? {
                    return Ok(stored.manifest.clone());
                }
                // ECR may have imported an index, and not all of its images.
                match Upstream::of(repository, facts)? {
                    Upstream::None => Ok(facts.need(&asked)?.manifest.clone()),
                    Upstream::Rule(_) | Upstream::Unread => {
                        let why = format!(
                            "ECR does not have {}, but the first pull might import it",
                            asked.what()
                        );
                        Err(Gap::Undecidable { why }.into())
                    }
                }
            }
            Home::Open(repository) => {
                let head =
                    HeadManifest { repository: repository.clone(), reference: self.name.clone() };
                let head = open(facts.need(&head)?, &self.name)?;
                if let Some(manifest) = &head.manifest {
                    return Ok(manifest.clone());
                }
                let body =
                    GetManifest { repository: repository.clone(), digest: head.digest.clone() };
                let body = open(facts.need(&body)?, &self.name)?;
                body.manifest.clone().ok_or_else(|| {
                    let why = format!("the registry returned no manifest for {}", self.name);
                    Gap::Undecidable { why }.into()
                })
            }
        }
    }
}

fn named(name: &str) -> Reference {
    // No tag contains a colon, and every digest does.
    if name.contains(':') {
        Reference::Digest(name.to_owned())
    } else {
        Reference::Tag(name.to_owned())
    }
}

/// What the registry shows to anonymous clients. What it keeps private is a gap here; only the check for the
/// existence of the image reports it.
fn open<'f, T>(seen: &'f Anonymous<T>, name: &str) -> Result<&'f T, Stop> {
    match seen {
        Anonymous::Sees(fact) => Ok(fact),
        Anonymous::Denied { said } => {
            let why = format!("the registry requires credentials for {name} ({said})");
            Err(Gap::Undecidable { why }.into())
        }
    }
}

/// The configuration of a single-platform image.
pub(crate) fn config<'f>(
    home: &Home,
    digest: &str,
    facts: &View<'f>,
) -> Result<&'f ImageConfig, Stop> {
    match home {
        Home::Ecr(repository) => {
            let lookup = EcrConfig { repository: repository.clone(), digest: digest.to_owned() };
            facts.need(&lookup)
        }
        Home::Open(repository) => {
            let lookup = GetConfig { repository: repository.clone(), digest: digest.to_owned() };
            open(facts.need(&lookup)?, digest)
        }
    }
}

/// A missing image does not prevent a start on a container instance that has pulled it before: by default, the
/// agent then uses its copy
/// (ECS_IMAGE_PULL_BEHAVIOR, <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html>).
/// Fargate keeps none, and neither does a cluster without instances.
pub(crate) fn unless_cached(it: &ImageUse, stop: Stop, facts: &View) -> Stop {
    let Stop::Absent(lack) = &stop else { return stop };
    match may_have_copies(it, facts) {
        Ok(true) => Gap::Undecidable {
            why: format!(
                "{}, but a container instance that pulled the image before may start it from its copy",
                lack.absence.sentence
            ),
        }
        .into(),
        Ok(false) => stop,
        Err(gap) => gap,
    }
}

/// Whether the task may be placed on a container instance that exists already.
///
/// # Errors
/// A gap where the documents do not say, and while the answer is pending.
pub(crate) fn may_have_copies(it: &ImageUse, facts: &View) -> Result<bool, Stop> {
    if it.task.may_run_on_fargate()? {
        return Ok(false);
    }
    let Some(fleet) = Fleet::of(it.task)? else { return Ok(false) };
    match facts.tolerate(|| fleet.instances(facts)) {
        Ok(Ok(instances)) => Ok(!instances.is_empty()),
        Ok(Err(_)) => {
            facts.assume("that a container instance may have a copy of the image");
            Ok(true)
        }
        // Without the cluster there is no instance, and another check reports that.
        Err(Stop::Absent(_)) => Ok(false),
        Err(pending) => Err(pending),
    }
}

/// What it means that the registry is on the machine that pulls: a Fargate task has no machine of the user's, and a
/// container instance has a registry that nobody else can ask.
pub(crate) fn on_loopback(it: &ImageUse, home: &Repository) -> Result<(), Stop> {
    let host = &home.host;
    if !home.is_on_loopback() {
        return Ok(());
    }
    if it.task.may_run_on_fargate()? {
        let sentence = format!(
            "{host} is the machine that pulls the image, and on Fargate no registry runs there"
        );
        let said = host.clone();
        let ground = Ground::Written(it.image.place().subject());
        return Err(Stop::Absent(Lack::of(ground, Absence { sentence, said })));
    }
    let why = format!(
        "cannot determine whether {host}/{} exists: {host} is a registry on the container instance, which cannot be read from here",
        home.name
    );
    Err(Gap::Undecidable { why }.into())
}

/// What it means that a registry refuses anonymous clients. Fargate has only the credentials in
/// `repositoryCredentials`; the agent of a container instance may have its own
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth-container-instances.html>).
pub(crate) fn denied(it: &ImageUse, home: &Repository, said: &str) -> Stop {
    let image = format!("{}/{}", home.host, home.name);
    let undecidable = |why: String| Stop::Gap(Gap::Undecidable { why });
    if !it.container.repository_credentials.is_missing() {
        return undecidable(format!(
            "cannot determine whether {image} exists: the registry requires credentials ({said}), and this tool does not read those of the secret"
        ));
    }
    match it.task.may_run_on_fargate() {
        Ok(true) => Stop::Absent(Lack::of(
            Ground::Written(it.image.place().subject()),
            Absence {
                sentence: format!(
                    "{image} does not exist, or is private and no repositoryCredentials are set ({said})"
                ),
                said: said.to_owned(),
            },
        )),
        Ok(false) => undecidable(format!(
            "cannot determine whether {image} exists: the registry requires credentials ({said}), and the agents of the container instances may have them (ECS_ENGINE_AUTH_DATA)"
        )),
        Err(stop) => stop,
    }
}

/// Whether ECR fetches the images of a repository from another registry.
///
/// # Errors
/// While the answer is pending.
pub(crate) fn is_of_upstream(home: &Home, facts: &View) -> Result<bool, Stop> {
    let Home::Ecr(EcrRepository { region, registry, name }) = home else { return Ok(false) };
    let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
    let rules = facts.tolerate(|| facts.need(&rules))?;
    Ok(rules.is_ok_and(|rules| covering(rules, name).is_some()))
}

/// The upstream repository of a rule: one of ECR, which its API shows, or of another registry, under the
/// name by which Docker Hub is known elsewhere.
pub(crate) fn upstream_of(rule: &PullThroughRule, name: String) -> Home {
    if let Some(Ok(EcrHost { account, region, .. })) = EcrHost::parse(&rule.upstream) {
        return Home::Ecr(EcrRepository { region, registry: account, name });
    }
    let host = match rule.upstream.as_str() {
        "registry-1.docker.io" => "docker.io",
        host => host,
    };
    Home::Open(Repository { host: host.to_owned(), name })
}
