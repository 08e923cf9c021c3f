//! `image-pull-permission`

use serde_json::json;

use crate::account::image::import;
use crate::account::rights::{Policies, PoliciesOf, of_task};
use crate::account::{image, key_state};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::iam::{Layer, Policy};
use crate::knowledge::{Absence, Gap, Purpose, Seen, Stop};
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ecr::{
    DescribeImage, DescribeRepository, EcrManifest, GetRegistryPolicy, GetRepositoryPolicy,
    ListRepositoryTags, PullThroughRules, REPOSITORY_MISSING, Repository,
};
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::kms::DescribeKey;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, Registry, words};
use crate::permission::acting::Acting;
use crate::permission::{
    Answer, Guard, GuardPolicy, Now, PERMISSION_CALLS, ResourceSide, Tags, Wish, acting, decide,
    file_name, side_of,
};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::ImageUse;
use crate::verdict::{Finding, Judgement, Verdict, fail, not_applicable};

pub(super) static IMAGE_PULL_PERMISSION: Check = Check {
    id: "image-pull-permission",
    verifies: "the role used for the pull may pull the image from ECR",
    prevents: &[
        "CannotPullContainerError: ... is not authorized to perform: ecr:BatchGetImage on resource: <arn>",
        "CannotPullContainerError: ... KmsException: ... is disabled",
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried <n> time(s): AccessDeniedException: ... is not authorized to perform: ecr:GetAuthorizationToken",
    ],
    remedy: "Attach AmazonECSTaskExecutionRolePolicy to the execution role; a repository of another account must also allow the role in its repository policy",
    docs: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html",
    asks: &[
        &[
            DescribeRepository::CALL,
            DescribeKey::CALL,
            GetRepositoryPolicy::CALL,
            GetRegistryPolicy::CALL,
            DescribeImage::CALL,
            EcrManifest::CALL,
            PullThroughRules::CALL,
            ContainerInstances::CALL,
            DescribeInstance::CALL,
            GetInstanceProfile::CALL,
        ],
        &import::CALLS,
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, image_pull_permission),
};

const PULL: [&str; 3] =
    ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"];

fn image_pull_permission(it: &ImageUse, facts: &View) -> Judgement {
    let image = it.reference()?;
    let image::Home::Ecr(repository) = image::Home::of(&image) else {
        return not_applicable("not in a private ECR registry, so no role is needed");
    };
    let stored =
        DescribeImage { repository: repository.clone(), reference: image::reference(&image) };
    let policy = GetRepositoryPolicy { repository: repository.clone() };
    let (acting, found, policy, sealed) = (
        acting::acting(it.task, facts),
        image::stored(&stored, facts),
        facts.tolerate(|| facts.get(&policy)),
        sealed(it, &repository, facts),
    );
    let acting = acting?;
    if let Acting::Unjudged(skip) = acting {
        return Ok(Verdict::Skipped(skip));
    }
    let found = found?;
    let upstream = match &found {
        Seen::Found(_) => Vec::new(),
        Seen::Absent(absence) => first_pull(it, &stored, absence, facts)?,
    };
    if let Some(finding) = sealed? {
        return finding.judge();
    }
    let document = policy?.map(|seen| match seen {
        Seen::Found(document) => Some(document),
        Seen::Absent(_) => None,
    });
    let pulled_from = match (&document, &found) {
        (Err(Gap::Refused { .. }), Seen::Found(image)) if image.detail.is_none() => {
            pulled_from(it, &repository, facts)?
        }
        _ => None,
    };
    let side = side_of(Layer::Resource, &policy_name(&repository), document);
    acting.judge(|who| {
        let mut side = match &pulled_from {
            Some(account) if account == of_task::account(who) => {
                facts.assume(format!(
                    "that the policy of repository {}, which the caller may pull from, allows the role to pull too",
                    repository.name
                ));
                admitting(account, &repository)
            }
            _ => side.clone(),
        };
        // The tags of another account's repository are not shown.
        if repository.registry == *of_task::account(who) {
            side.tags = Tags::Repository(ListRepositoryTags { repository: repository.clone() });
        }
        pulls(it, who, &repository, &upstream, &side, facts)
    })
}

/// Why ECR cannot read the repository: its key is not usable. The role used for the pull needs no permission for
/// the key, because ECR has grants for it
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html>).
fn sealed(it: &ImageUse, repository: &Repository, facts: &View) -> Result<Option<Finding>, Stop> {
    if !is_own(it, repository, facts)? {
        return Ok(None);
    }
    facts.prefetch(&GetRegistryPolicy { region: repository.region.clone() });
    let asked = DescribeRepository { repository: repository.clone() };
    let Some(Seen::Found(kept)) = facts.peek(&asked)? else { return Ok(None) };
    let Some(key) = &kept.kms_key else { return Ok(None) };
    let asked = DescribeKey::of(key, &repository.region);
    let cannot = |why: String| {
        fail(format!("ECR cannot read repository {}: {why}", repository.name))
            .on(repository.arn())
            .prevents(IMAGE_PULL_PERMISSION.prevents[1])
    };
    // Without the key the layers cannot be decrypted
    // (https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html).
    let found = facts.tolerate(|| facts.need(&asked)).map_err(|stop| {
        let words = format!("ECR cannot read repository {}: ", repository.name);
        stop.after(&words).wanted_for(Purpose::Repository)
    });
    Ok(match found? {
        Ok(found) if found.state == "Enabled" => None,
        Ok(found) => {
            let finding = cannot(format!("its key {} is in state {}", found.arn, found.state));
            Some(key_state::with_fix(finding, found, &asked.region))
        }
        Err(_) => {
            facts.assume(format!("that key {key} of repository {} can be used", repository.name));
            None
        }
    })
}

/// The caller's account, if the repository belongs to another one, whose policy allows the caller to pull. Publishers
/// allow everybody, or whole accounts, to pull, and nothing else: the policies of their repositories cannot be read.
fn pulled_from(
    it: &ImageUse,
    repository: &Repository,
    facts: &View,
) -> Result<Option<AccountId>, Stop> {
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    Ok(Some(caller.account.clone()).filter(|account| *account != repository.registry))
}

/// What a policy that allows this account to pull adds to a call.
fn admitting(account: &AccountId, repository: &Repository) -> ResourceSide {
    let root = format!("arn:{}:iam::{account}:root", repository.region.partition());
    let document = json!({"Version": "2012-10-17", "Statement":
        [{"Effect": "Allow", "Principal": {"AWS": root}, "Action": PULL}]});
    let name = format!("{}, which was not read", policy_name(repository));
    side_of(Layer::Resource, &name, Ok(Some(&document)))
}

/// The additional actions of the first pull through a cache rule, of an image that is not cached
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html>).
fn first_pull(
    it: &ImageUse,
    stored: &DescribeImage,
    absence: &Absence,
    facts: &View,
) -> Result<Vec<&'static str>, Stop> {
    let Repository { region, registry, name } = &stored.repository;
    let rules = PullThroughRules { region: region.clone(), registry: registry.clone() };
    if image::covering(facts.need(&rules)?, name).is_none() {
        // A container instance may have the image, and asks ECR nonetheless.
        if image::may_have_copies(it, facts)? {
            return Ok(Vec::new());
        }
        image::found(stored, facts)?;
    }
    Ok(match absence.said == REPOSITORY_MISSING {
        true => vec!["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
        false => vec!["ecr:BatchImportUpstreamImage"],
    })
}

fn pulls(
    it: &ImageUse,
    who: &Policies,
    repository: &Repository,
    upstream: &[&str],
    own: &ResourceSide,
    facts: &View,
) -> Judgement {
    let calls = |registry: Option<&Policy>| {
        let resource = together(own.resource.as_ref(), registry);
        let side = ResourceSide { resource, ..own.clone() };
        let on_repository = PULL.iter().chain(upstream);
        std::iter::once((Wish::new("ecr:GetAuthorizationToken", "*"), ResourceSide::default()))
            .chain(on_repository.map(|action| (Wish::new(action, repository.arn()), side.clone())))
            .collect()
    };
    let guard = guard(repository, facts)?;
    // AWS's pages disagree on whether endpoints lead to the other names of a registry.
    let departure = match it.reference()?.registry {
        Registry::Ecr(host) if !host.fips && !host.dual_stack => CallOrigin::Agent(it.task),
        _ => CallOrigin::Elsewhere,
    };
    let judged = |registry: Option<&Policy>| {
        decide(who, calls(registry), (&repository.region, departure), Some(&guard), facts)
    };
    let registry = registry_policy(it, repository, facts)?;
    let answer = judged(registry.as_ref())?;
    if matches!(answer, Answer::Refused(_)) && registry.is_none() && !upstream.is_empty() {
        // The registry policy may be what allows it, so it has to be known here.
        if is_own(it, repository, facts)? {
            let _known = facts.get(&GetRegistryPolicy { region: repository.region.clone() })?;
        }
    }
    if let Answer::Refused(mut finding) = answer {
        let remedy = finding.remedy.take();
        finding.remedy = remedy.or_else(|| besides_managed(who, upstream));
        return finding.judge();
    }
    answer.judge(who, &format!("pull from {}", repository.arn()), facts)
}

/// The remedy where attaching the AWS managed policy is none: it is attached, or it does not allow the actions
/// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSTaskExecutionRolePolicy.html>).
fn besides_managed(who: &Policies, upstream: &[&str]) -> Option<String> {
    let is_attached = match who {
        Policies::Held(set) => set.has_attached("AmazonECSTaskExecutionRolePolicy"),
        Policies::Root(_) => false,
    };
    let why = match (is_attached, upstream) {
        (true, _) => {
            "AmazonECSTaskExecutionRolePolicy is attached, and does not allow them".to_owned()
        }
        (false, []) => return None,
        (false, actions) => {
            format!("AmazonECSTaskExecutionRolePolicy does not include {}", words::and(actions))
        }
    };
    Some(format!("Allow the missing actions in an identity policy of the role: {why}"))
}

fn policy_name(repository: &Repository) -> String {
    format!("the policy of repository `{}`", repository.name)
}

/// The policy of a repository, with the commands that show and replace it
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html>).
fn guard(repository: &Repository, facts: &View) -> Result<Guard, Stop> {
    let asked = GetRepositoryPolicy { repository: repository.clone() };
    let document = facts.tolerate(|| facts.get(&asked))?.map(|seen| match seen {
        Seen::Found(document) => Some(document),
        Seen::Absent(_) => None,
    });
    let command = |program| {
        ShellCommand::of(program)
            .option("--registry-id", repository.registry.as_str())
            .option("--repository-name", &repository.name)
            .region(&repository.region)
    };
    Ok(Guard::Policy(Box::new(GuardPolicy {
        name: policy_name(repository),
        now: Now::of(document.as_ref().map(|it| *it)),
        owner: Some(repository.registry.clone()),
        names_resources: false,
        show: command("aws ecr get-repository-policy").flag("--query policyText --output text"),
        replace: command("aws ecr set-repository-policy"),
        option: "--policy-text",
        file: file_name(&repository.name),
    })))
}

/// The policy of the registry, if it is the caller's: AWS shows no other.
fn registry_policy(
    it: &ImageUse,
    repository: &Repository,
    facts: &View,
) -> Result<Option<Policy>, Stop> {
    if !is_own(it, repository, facts)? {
        facts.assume(format!("that the policy of registry {} denies nothing", repository.registry));
        return Ok(None);
    }
    let asked = GetRegistryPolicy { region: repository.region.clone() };
    Ok(match facts.peek(&asked)? {
        Some(Seen::Found(document)) => {
            let name = format!("the policy of registry `{}`", repository.registry);
            Some(Policy::read(Layer::Resource, &name, document).called(&name))
        }
        Some(Seen::Absent(_)) | None => None,
    })
}

fn is_own(it: &ImageUse, repository: &Repository, facts: &View) -> Result<bool, Stop> {
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    Ok(caller.account == repository.registry)
}

/// Repository policy and registry policy both apply to a repository.
fn together(repository: Option<&Policy>, registry: Option<&Policy>) -> Option<Policy> {
    match (repository, registry) {
        (None, None) => None,
        (one, other) => {
            let statements = [one, other].into_iter().flatten();
            let statements =
                statements.flat_map(|policy| policy.statements.iter().cloned()).collect();
            Some(Policy { statements })
        }
    }
}
