//! May this principal do that? Asked by a person about any principal and any resource. A policy that cannot be
//! read is unknown, so an answer that does not depend on it is given anyway.

use std::collections::BTreeMap;

use super::{ResourceSide, Tags, Wish};
use crate::account::rights::{self, Policies, PoliciesOf, PolicySet, RightsOf, Session};
use crate::facts::View;
use crate::iam::{
    self, Decision, Evaluation, Grants, KeyState, Layer, Layers, Policy, Request, evaluate,
};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ecr::{GetRepositoryPolicy, ListRepositoryTags, Repository};
use crate::lookup::iam::role::GetRole;
use crate::lookup::kms::{self, DescribeKey, GetKeyPolicy, ListGrants};
use crate::lookup::s3::GetBucketPolicy;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::lookup::ssm::ListParameterTags;
use crate::lookup::{Call, CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, Region, RoleArn};
use crate::permission;
use crate::shell::ShellCommand;
use crate::task::Witness;

/// The principal of a question.
#[derive(Clone, Debug)]
pub enum Asker {
    /// A role, a session of one, or a user. A session's ARN is kept, as policies may name it.
    Holder(rights::Principal, Option<iam::Principal>),
    /// A service of AWS, such as `ecs-tasks.amazonaws.com`.
    Service(String),
}

/// The question.
#[derive(Clone, Debug)]
pub struct Access {
    /// The principal.
    pub asker: Asker,
    /// The action.
    pub action: String,
    /// The ARN, or `*`.
    pub resource: String,
    /// The condition keys that are known, with their values.
    pub context: BTreeMap<String, Vec<String>>,
    /// The region of the run.
    pub region: Region,
    /// The time of the question, in seconds since 1970.
    pub now: Option<i64>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What the engine says.
    pub evaluation: Evaluation,
    /// The principal, with its full ARN.
    pub principal: String,
    /// What is asked for: of an alias, the key.
    pub resource: String,
    /// The resources that a statement allows the action on, if no resource is named and that decides.
    pub on_some: Option<Vec<String>>,
    /// The command that would add a missing allow.
    pub mend: Option<ShellCommand>,
    /// What the answer assumes, because no caller can see it.
    pub assumes: Vec<String>,
}

/// Services whose resources may have policies that this tool does not read
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>).
const WITH_POLICIES: &[&str] = &[
    "acm-pca",
    "backup",
    "codeartifact",
    "dynamodb",
    "elasticfilesystem",
    "es",
    "events",
    "execute-api",
    "glacier",
    "glue",
    "kinesis",
    "lambda",
    "logs",
    "s3express",
    "sns",
    "sqs",
    "vpc-lattice",
];

/// What applies to the resource.
#[derive(Default)]
struct Own {
    policy: Option<Policy>,
    grants: Grants,
    owner: Option<AccountId>,
    tags: Tags,
}

impl Access {
    /// The calls that an answer may take, in addition to those for the principal's policies.
    pub const CALLS: [Call; 8] = [
        DescribeKey::CALL,
        DescribeSecret::CALL,
        GetBucketPolicy::CALL,
        GetKeyPolicy::CALL,
        GetRepositoryPolicy::CALL,
        GetRole::CALL,
        GetSecretPolicy::CALL,
        ListGrants::CALL,
    ];

    /// Answers from all that can be read.
    ///
    /// # Errors
    /// The principal does not exist, or its account is unknown.
    pub fn answer(&self, facts: &View) -> Result<Answer, Stop> {
        let resource = self.key_behind(facts)?;
        let own = self.own(&resource, facts);
        let mut wish = Wish::new(&self.action, &resource);
        for (key, values) in &self.context {
            wish = wish.knowing(key, KeyState::Known(values.clone()));
        }
        let (principal, mut layers, set) = self.asker(&wish, facts)?;
        let own = own?;
        layers.resource = own.policy;
        layers.grants = own.grants;
        let evaluated = |wish: &Wish| {
            let mut context = permission::context(&principal, set.as_ref(), wish, &self.region);
            let request = |context| {
                let request = Request::new(principal.clone(), &self.action, &resource, context);
                match &own.owner {
                    Some(owner) => request.owned_by(owner.clone()),
                    None => request,
                }
            };
            if let Some(set) = &set {
                let owner = request(context.clone()).owner;
                permission::organization(set, owner.as_ref(), &mut context);
            }
            evaluate(&request(context), &layers)
        };
        let mut evaluation = evaluated(&wish);
        if let Decision::Depends(depends) = &evaluation.decision {
            let keys: Vec<&str> = depends.keys.iter().map(|it| it.key.as_str()).collect();
            wish.context.extend(own.tags.learn(&keys, facts)?.known);
            evaluation = evaluated(&wish);
        }
        let wanted = evaluation.depends_on_resource(&self.action, &resource).map(<[_]>::to_vec);
        let lacks_own = evaluation.misses.iter().any(|miss| miss.layer == Layer::Identity);
        let grant =
            |set: &PolicySet| permission::grant(set, &wish).map(|it| it.in_cloud_of(&self.region));
        Ok(Answer {
            mend: set.as_ref().filter(|_| lacks_own).and_then(grant),
            assumes: self.assumes(set.as_ref(), evaluation.is_timed),
            on_some: wanted,
            principal: set.map_or_else(|| self.asker.to_string(), |set| set.arn),
            evaluation,
            resource,
        })
    }

    fn asker(
        &self,
        wish: &Wish,
        facts: &View,
    ) -> Result<(iam::Principal, Layers, Option<PolicySet>), Stop> {
        let (holder, session) = match &self.asker {
            Asker::Service(name) => {
                return Ok((iam::Principal::service(name), Layers::default(), None));
            }
            Asker::Holder(holder, session) => (holder, session),
        };
        let policies = PoliciesOf { principal: holder.clone(), region: self.region.clone() };
        match facts.derive(&RightsOf {
            policies,
            witness: Witness::Never,
            session: Session::Anybody,
            now: self.now,
        }) {
            Ok(Policies::Held(set)) => {
                let layers = permission::layers(set, wish, ResourceSide::default());
                let principal = in_session(&set.arn, session.as_ref())?;
                Ok((principal, layers, Some((**set).clone())))
            }
            Ok(Policies::Root(_)) => {
                let root = session.clone().ok_or_else(|| unnamed(holder))?;
                Ok((root, Layers::default(), None))
            }
            // Its policies are unknown, and so is whether it has a boundary.
            Err(Stop::Gap(gap)) => {
                let name = format!("the policies of {holder}");
                let why = gap.to_string();
                let layers = Layers {
                    identity: vec![Policy::unreadable(Layer::Identity, &name, &why).called(&name)],
                    boundary: Some(Policy::unreadable(Layer::Boundary, &name, &why).called(&name)),
                    ..Layers::default()
                };
                let principal = session.clone().map_or_else(|| self.bare(holder, facts), Ok)?;
                Ok((principal, layers, None))
            }
            Err(absent) => Err(absent),
        }
    }

    /// A role name without an ARN is a role of the caller's account.
    fn bare(&self, holder: &rights::Principal, facts: &View) -> Result<iam::Principal, Stop> {
        let rights::Principal::Role { name, .. } = holder else { return Err(unnamed(holder)) };
        let caller = facts.need(&CallerIdentity { region: self.region.clone() })?;
        let partition = self.region.partition();
        let session =
            format!("arn:{partition}:sts::{}:assumed-role/{name}/session", caller.account);
        session.parse().map_err(|_| unnamed(holder))
    }

    /// The key behind an alias, because policies apply to keys.
    fn key_behind(&self, facts: &View) -> Result<String, Stop> {
        let is_alias = self.resource.contains(":kms:") && self.resource.contains(":alias/");
        if !is_alias {
            return Ok(self.resource.clone());
        }
        facts.need(&DescribeKey::of(&self.resource, &self.region)).map(|key| key.arn.clone())
    }

    /// The policy of the resource, where it may have one.
    fn own(&self, resource: &str, facts: &View) -> Result<Own, Stop> {
        let Ok(arn) = resource.parse::<Arn>() else { return Ok(Own::default()) };
        let region = arn.region.clone().unwrap_or_else(|| self.region.clone());
        let layer = |layer, seen: Result<Option<Policy>, Stop>| match seen {
            Ok(policy) => Ok(policy),
            Err(Stop::Gap(gap)) => Ok(Some(Policy::unreadable(layer, resource, &gap.to_string()))),
            Err(absent) => Err(absent),
        };
        let of_action = self.action.split(':').next().unwrap_or_default();
        Ok(match (arn.service.as_str(), arn.resource.split(['/', ':']).next()) {
            ("secretsmanager", Some("secret")) => {
                let lookup = GetSecretPolicy { region: region.clone(), id: resource.to_owned() };
                let seen = facts.need(&lookup).map(|policy| {
                    policy.as_ref().map(|it| Policy::read(Layer::Resource, resource, it))
                });
                let tags = Tags::Secret(DescribeSecret { region, id: resource.to_owned() });
                Own { policy: layer(Layer::Resource, seen)?, tags, ..Own::default() }
            }
            ("ecr", Some("repository")) => {
                let Some(registry) = arn.account().cloned() else { return Ok(Own::default()) };
                let name = arn.resource.trim_start_matches("repository/").to_owned();
                let repository = Repository { region, registry, name };
                let tags = Tags::Repository(ListRepositoryTags { repository: repository.clone() });
                let seen = facts.get(&GetRepositoryPolicy { repository });
                let seen = seen.map(|seen| written(Layer::Resource, resource, seen));
                Own { policy: layer(Layer::Resource, seen)?, tags, ..Own::default() }
            }
            ("s3", Some(bucket)) => self.bucket(bucket, facts)?,
            ("kms", Some("key")) => {
                let (key, home) = (resource.to_owned(), region.clone());
                let policy = GetKeyPolicy { region: region.clone(), key: key.clone() };
                let (policy, grants) = (facts.get(&policy), facts.get(&ListGrants { region, key }));
                // Every key has a policy, so an answer without one proves nothing.
                let policy = policy.and_then(|seen| match seen {
                    Seen::Found(it) => Ok(Some(Policy::read(Layer::Key, resource, it))),
                    Seen::Absent(absence) => Err(Gap::Undecidable { why: absence.sentence }.into()),
                });
                let policy = layer(Layer::Key, policy)?;
                let tags = Tags::of_key(&home, resource);
                Own { policy, grants: granted(grants), tags, ..Own::default() }
            }
            ("ssm", Some("parameter")) => {
                let name = arn.resource.trim_start_matches("parameter").to_owned();
                // A name without a path has no leading slash.
                let name = match name.matches('/').count() {
                    1 => name.trim_start_matches('/').to_owned(),
                    _ => name,
                };
                let tags = Tags::Parameter(ListParameterTags { region, name });
                Own { tags, ..Own::default() }
            }
            ("iam", Some("role")) if of_action == "sts" => {
                let name = arn.resource.rsplit('/').next().unwrap_or_default().to_owned();
                let seen = self.is_the_callers(&arn, facts).and_then(|()| {
                    let role = facts.need(&GetRole { region: self.region.clone(), name })?;
                    Ok(Some(Policy::read(Layer::Trust, resource, &role.trust)))
                });
                Own { policy: layer(Layer::Trust, seen)?, ..Own::default() }
            }
            (service, _) if WITH_POLICIES.contains(&service) => {
                let why = format!("this tool does not read the resource policies of {service}");
                let policy = Some(Policy::unreadable(Layer::Resource, resource, &why));
                Own { policy, ..Own::default() }
            }
            _ => Own::default(),
        })
    }

    /// S3 shows a bucket's policy only to the account that owns the bucket
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>).
    fn bucket(&self, bucket: &str, facts: &View) -> Result<Own, Stop> {
        let lookup = GetBucketPolicy { region: self.region.clone(), bucket: bucket.to_owned() };
        let caller = facts.need(&CallerIdentity { region: self.region.clone() });
        match facts.get(&lookup) {
            Ok(seen) => Ok(Own {
                owner: caller.ok().map(|caller| caller.account.clone()),
                policy: written(Layer::Resource, bucket, seen),
                ..Own::default()
            }),
            Err(Stop::Gap(gap)) => {
                let policy = Policy::unreadable(Layer::Resource, bucket, &gap.to_string());
                Ok(Own { policy: Some(policy), ..Own::default() })
            }
            Err(absent) => Err(absent),
        }
    }

    /// IAM would look up the name in the caller's account, and return another role.
    fn is_the_callers(&self, arn: &Arn, facts: &View) -> Result<(), Stop> {
        let caller = facts.need(&CallerIdentity { region: self.region.clone() })?;
        if arn.account() == Some(&caller.account) {
            return Ok(());
        }
        let why = format!("account {} cannot read the trust policy", caller.account);
        Err(Gap::Undecidable { why }.into())
    }

    fn assumes(&self, set: Option<&PolicySet>, is_timed: bool) -> Vec<String> {
        let known = set.is_some_and(|set| set.beyond.organization.controls.is_some());
        let mut assumes = match known {
            true => Vec::new(),
            false => vec!["no policy of the organization denies it".to_owned()],
        };
        if is_timed && self.now.is_some() {
            assumes.push("the call is made now".to_owned());
        }
        let is_session = |principal: &iam::Principal| {
            matches!(principal, iam::Principal::Role { session: Some(_), .. })
        };
        if let Asker::Holder(_, Some(principal)) = &self.asker
            && is_session(principal)
        {
            assumes.push("the session was created without a session policy".to_owned());
        }
        assumes
    }
}

/// The policy that a service returned; none if the resource has none.
fn written(layer: Layer, name: &str, seen: Seen<&serde_json::Value>) -> Option<Policy> {
    match seen {
        Seen::Found(document) => Some(Policy::read(layer, name, document)),
        Seen::Absent(_) => None,
    }
}

fn granted(seen: Result<Seen<&Vec<kms::Grant>>, Stop>) -> Grants {
    let grants = match seen {
        Ok(Seen::Found(grants)) => grants,
        Ok(Seen::Absent(absence)) => return Grants::Unreadable(absence.sentence),
        Err(Stop::Gap(gap)) => return Grants::Unreadable(gap.to_string()),
        Err(Stop::Absent(lack)) => return Grants::Unreadable(lack.absence.sentence),
    };
    Grants::Known(grants.iter().map(permission::granted).collect())
}

/// The principal with its path, in its session if that is known.
fn in_session(arn: &str, session: Option<&iam::Principal>) -> Result<iam::Principal, Stop> {
    let unreadable = || {
        let why = format!("unsupported principal {arn}");
        Stop::Gap(Gap::Undecidable { why })
    };
    let Ok(role) = arn.parse::<RoleArn>() else {
        return arn.parse().map_err(|_| unreadable());
    };
    let mut principal = iam::Principal::role(&role);
    if let (
        iam::Principal::Role { session: own, .. },
        Some(iam::Principal::Role { session: named, .. }),
    ) = (&mut principal, session)
    {
        own.clone_from(named);
    }
    Ok(principal)
}

fn unnamed(holder: &rights::Principal) -> Stop {
    Gap::Undecidable { why: format!("cannot determine the ARN of {holder}") }.into()
}

impl std::fmt::Display for Asker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Asker::Holder(holder, _) => holder.fmt(f),
            Asker::Service(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests;
