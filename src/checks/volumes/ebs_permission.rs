//! `ebs-permission`

use crate::account::rights::PoliciesOf;
use crate::permission::PERMISSION_CALLS;
use std::collections::BTreeMap;

use super::ebs_limits::{self, DEFAULT};
use super::{ebs_attachment, ebs_quota};
use crate::account::rights::Policies;
use crate::account::rights::of_task::{account, policies_of};
use crate::checks::{Check, each};
use crate::document::ContextKind;
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Purpose, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::ec2::encryption::GetEbsEncryptionByDefault;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ec2::instance_type::DescribeInstanceType;
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::lookup::ec2::volume::ProvisionedVolumes;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::servicequotas::GetServiceQuota;
use crate::names::{AccountId, Partition, Region};
use crate::permission::{Answer, ResourceSide, Wish, decide};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::EbsVolumeUse;
use crate::verdict::{Finding, Judgement, Severity, Verdict, not_applicable};

pub(super) static EBS_PERMISSION: Check = Check {
    id: "ebs-permission",
    verifies: "the infrastructure role may create, tag and attach the volume with the tags that ECS sets, and account quotas and instance limits allow it",
    prevents: &[
        "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. Please verify that the role being passed has the proper trust relationship with Amazon ECS",
        "UnauthorizedOperation: You are not authorized to perform this operation. (from ec2:CreateVolume)",
        ebs_quota::NO_STORAGE,
        ebs_quota::NO_IOPS,
        ebs_attachment::NO_ATTACHMENT,
    ],
    remedy: "Attach the AWS managed policy AmazonECSInfrastructureRolePolicyForVolumes to the infrastructure role, or allow the same actions",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html",
    asks: &[
        &[
            GetEbsEncryptionByDefault::CALL,
            DescribeSnapshot::CALL,
            ProvisionedVolumes::CALL,
            GetServiceQuota::CALL,
            ContainerInstances::CALL,
            DescribeInstance::CALL,
            DescribeInstanceType::CALL,
        ],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
    ],
    advises: false,
    judge: |task| each(task, ebs_permission),
};

/// The AWS managed policy for this.
const MANAGED: &str = "service-role/AmazonECSInfrastructureRolePolicyForVolumes";

fn ebs_permission(it: &EbsVolumeUse, facts: &View) -> Judgement {
    let Some(role) = it.role()? else {
        return not_applicable("the volume has no infrastructure role (roleArn)");
    };
    let (who, tags) = (policies_of(it.task, &role, Purpose::Infrastructure, facts), Tags::of(it));
    // Requested before the policies are known, so that all answers arrive together.
    let (created, short) = (created(it, facts), short_of_room(it, facts));
    let (who, tags) = (who?, tags?);
    let region = it.task.region()?;
    let calls = Calls { who, region, tags: &tags, created: created? };
    let from = (region, CallOrigin::Elsewhere);
    let starts = decide(who, calls.to_start(it)?, from, None, facts)?;
    if let Answer::Refused(finding) = starts {
        return with_managed_policy(*finding, region).judge();
    }
    let short = short?;
    let (to_the_end, listed) = (calls.to_the_end(it)?, calls.listed(it)?);
    let later = [to_the_end.clone(), listed].concat();
    if let Answer::Refused(finding) = decide(who, later, from, None, facts)? {
        let finding = with_managed_policy(*finding, region);
        let ends = decide(who, to_the_end, from, None, facts);
        let consequence = match ends {
            Ok(Answer::Refused(_)) => {
                "the task starts, but ECS may not be able to delete its volume, which then keeps costing money"
            }
            _ => "the AWS managed policy includes it, so ECS may need it",
        };
        let message = format!("{}; {consequence}", finding.message);
        let first = Finding { severity: Severity::Warn, message, ..finding };
        return Ok(Verdict::Found([vec![first], short].concat()));
    }
    let may = "create, tag, attach and delete the volume";
    let allowed = briefly(starts).judge(who, may, facts);
    match short.is_empty() {
        true => allowed,
        false => allowed.map(|_| Verdict::Found(short)),
    }
}

/// What exceeds the account quotas or the instance limits.
fn short_of_room(it: &EbsVolumeUse, facts: &View) -> Result<Vec<Finding>, Stop> {
    let of_instances = ebs_attachment::short_of(it, facts);
    let mut short = ebs_quota::short_of(it, facts)?;
    short.extend(of_instances?);
    Ok(short)
}

/// Shows only the number of many statements.
fn briefly(answer: Answer) -> Answer {
    match answer {
        Answer::Allowed(by) if by.len() > 2 => {
            Answer::Allowed(vec![format!("{} statements of its policies", by.len())])
        }
        other => other,
    }
}

/// The missing permissions are in the AWS managed policy, with conditions that limit them to ECS volumes.
fn with_managed_policy(finding: Finding, region: &Region) -> Finding {
    let Some(name) = finding.resource.as_deref().and_then(|arn| arn.rsplit('/').next()) else {
        return finding;
    };
    let policy = format!("arn:{}:iam::aws:policy/{MANAGED}", region.partition());
    let attach = ShellCommand::of("aws iam attach-role-policy")
        .option("--role-name", name)
        .option("--policy-arn", policy);
    let grants = |command: &ShellCommand| command.begins_with("aws iam put-role-policy");
    let commands = finding.commands.into_iter();
    let commands = commands.map(|it| if grants(&it) { attach.clone() } else { it }).collect();
    Finding { commands, ..finding }
}

/// The tags of a volume: those of ECS and those of the user.
struct Tags {
    /// The cluster, whose name is in the ARN of the task for which the volume is created.
    cluster: Option<String>,
    own: Vec<(String, String)>,
    /// Whether there are no others: none are propagated, and ECS adds no managed tags.
    all: bool,
}

impl Tags {
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-ebs-config.html>
    fn of(it: &EbsVolumeUse) -> Result<Tags, Stop> {
        let request = &it.task.context.request;
        // What an update leaves out stays as the service has it.
        let context = &it.task.context;
        let is_whole = context.live || context.kind != ContextKind::UpdateService;
        let managed = &request.enable_ecs_managed_tags;
        let mut all = is_whole && managed.get().is_ok_and(|managed| managed != Some(&true));
        let mut own = Vec::new();
        for specification in it.ebs.tag_specifications.items()? {
            let propagated = specification.propagate_tags.get();
            all &= propagated.is_ok_and(|from| from.is_none_or(|from| from == "NONE"));
            for tag in specification.tags.items()? {
                if let Some(key) = tag.key.get()? {
                    let value = tag.value.get()?.cloned().unwrap_or_default();
                    own.push((key.clone(), value));
                }
            }
        }
        // If the cluster is unknown, the start of the ARN is the same.
        let named = request.cluster.get();
        let cluster = named.ok().map(|name| {
            let name = name.filter(|name| !name.is_empty()).map_or("default", String::as_str);
            name.rsplit('/').next().unwrap_or(name).to_owned()
        });
        Ok(Tags { cluster, own, all })
    }

    /// The ARN of the task, as far as it is known before there is one.
    fn task(&self, region: &Region, account: &AccountId) -> String {
        let mut task = format!("arn:{}:ecs:{region}:{account}:task/", region.partition());
        if let Some(cluster) = &self.cluster {
            task = format!("{task}{cluster}/");
        }
        task
    }

    /// The call that sets these tags, and no others if that is known.
    fn set_by(&self, wish: Wish, region: &Region, account: &AccountId) -> Wish {
        if !self.all {
            return wish;
        }
        let mut tags: BTreeMap<String, String> = self.own.iter().cloned().collect();
        tags.insert("AmazonECSManaged".to_owned(), "true".to_owned());
        tags.insert("AmazonECSCreated".to_owned(), self.task(region, account));
        wish.setting(&tags)
    }

    /// The call with these tags, under each of these prefixes of condition keys.
    fn on(&self, mut wish: Wish, prefixes: &[&str], region: &Region, account: &AccountId) -> Wish {
        let task = self.task(region, account);
        for prefix in prefixes {
            for (key, value) in &self.own {
                wish = wish.carrying(&format!("{prefix}/{key}"), value);
            }
            wish = wish
                .carrying(&format!("{prefix}/AmazonECSManaged"), "true")
                .knowing(&format!("{prefix}/AmazonECSCreated"), KeyState::Begins(task.clone()));
        }
        wish
    }
}

/// The known condition keys of `ec2:CreateVolume` for the new volume
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>).
fn created(it: &EbsVolumeUse, facts: &View) -> Result<Vec<(&'static str, KeyState)>, Stop> {
    let ebs = it.ebs;
    let known = |value: String| KeyState::Known(vec![value]);
    let number = |value: Option<&i64>| value.map_or(KeyState::Unknown, |it| known(it.to_string()));
    let kind = ebs.volume_type.get()?.filter(|kind| !kind.is_empty());
    let kind = kind.map_or(DEFAULT, String::as_str);
    let iops = ebs_limits::of(kind).and_then(|limits| limits.iops);
    let iops = match (ebs.iops.get()?, iops) {
        (None, Some(offered)) => offered.default,
        (given, _) => given.copied(),
    };
    let encrypted = match ebs.encrypted.get()? {
        Some(true) => known("true".to_owned()),
        given => {
            let asked = GetEbsEncryptionByDefault { region: it.task.region()?.clone() };
            match (facts.peek(&asked)?, given) {
                (Some(Seen::Found(true)), _) => known("true".to_owned()),
                (Some(Seen::Found(false)), Some(false)) => known("false".to_owned()),
                _ => KeyState::Unknown,
            }
        }
    };
    let parent = match it.snapshot()? {
        Some(asked) => known(snapshot_arn(&asked.region, &asked.id)),
        None => KeyState::Absent,
    };
    Ok(vec![
        ("ec2:Encrypted", encrypted),
        ("ec2:ParentSnapshot", parent),
        ("ec2:VolumeIops", number(iops.as_ref())),
        ("ec2:VolumeSize", number(ebs.size_in_gib.get()?)),
        ("ec2:VolumeThroughput", number(ebs.throughput.get()?)),
        ("ec2:VolumeType", known(kind.to_owned())),
    ])
}

/// The ARN of a snapshot, which contains no account.
fn snapshot_arn(region: &Region, id: &str) -> String {
    format!("arn:{}:ec2:{region}::snapshot/{id}", Partition::of_region(region.as_str()))
}

/// The calls that ECS makes with the role.
struct Calls<'c> {
    who: &'c Policies,
    region: &'c Region,
    tags: &'c Tags,
    created: Vec<(&'static str, KeyState)>,
}

impl Calls<'_> {
    /// Those that a task needs to start with its volume.
    fn to_start(&self, it: &EbsVolumeUse) -> Result<Vec<(Wish, ResourceSide)>, Stop> {
        let mut wishes = vec![
            self.describing("ec2:DescribeVolumes"),
            self.created_as(self.requested("ec2:CreateVolume")),
            self.requested("ec2:CreateTags").carrying("ec2:CreateAction", "CreateVolume"),
        ];
        if let Some(asked) = it.snapshot()? {
            let arn = snapshot_arn(self.region, &asked.id);
            wishes.push(self.wish("ec2:CreateVolume", arn));
        }
        wishes.push(self.managed("ec2:AttachVolume"));
        if !runs_on_fargate_only(it)? {
            wishes.push(self.wish("ec2:AttachVolume", self.arn("instance/i-*")));
        }
        Ok(self.owned(wishes))
    }

    /// Those in the AWS managed policy that no task is known to fail without.
    fn listed(&self, it: &EbsVolumeUse) -> Result<Vec<(Wish, ResourceSide)>, Stop> {
        let mut wishes = vec![self.describing("ec2:DescribeAvailabilityZones")];
        if !runs_on_fargate_only(it)? {
            wishes.push(self.describing("ec2:DescribeInstances"));
        }
        Ok(self.owned(wishes))
    }

    /// Those that detach and delete the volume when the task stops.
    fn to_the_end(&self, it: &EbsVolumeUse) -> Result<Vec<(Wish, ResourceSide)>, Stop> {
        let mut wishes = vec![self.managed("ec2:DetachVolume"), self.managed("ec2:DeleteVolume")];
        if !runs_on_fargate_only(it)? {
            wishes.push(self.wish("ec2:DetachVolume", self.arn("instance/i-*")));
        }
        Ok(self.owned(wishes))
    }

    fn owned(&self, wishes: Vec<Wish>) -> Vec<(Wish, ResourceSide)> {
        // A shared snapshot has no policy, so it counts as one of the account.
        let own =
            ResourceSide { owner: Some(account(self.who).clone()), ..ResourceSide::default() };
        wishes.into_iter().map(|wish| (wish, own.clone())).collect()
    }

    fn arn(&self, resource: &str) -> String {
        let (partition, region) = (self.region.partition(), self.region);
        format!("arn:{partition}:ec2:{region}:{}:{resource}", account(self.who))
    }

    fn wish(&self, action: &str, resource: String) -> Wish {
        Wish::new(action, resource).carrying("ec2:Region", self.region.as_str())
    }

    fn describing(&self, action: &str) -> Wish {
        self.wish(action, "*".to_owned())
    }

    /// A call that tags a new volume.
    fn requested(&self, action: &str) -> Wish {
        let wish = self.wish(action, self.arn("volume/*"));
        let wish = self.tags.set_by(wish, self.region, account(self.who));
        self.tags.on(wish, &["aws:RequestTag"], self.region, account(self.who))
    }

    /// A call on a volume that has its tags.
    fn managed(&self, action: &str) -> Wish {
        let wish = self.wish(action, self.arn("volume/vol-*"));
        self.tags.on(wish, &["aws:ResourceTag", "ec2:ResourceTag"], self.region, account(self.who))
    }

    fn created_as(&self, mut wish: Wish) -> Wish {
        for (key, state) in &self.created {
            wish = wish.knowing(key, state.clone());
        }
        wish
    }
}

/// On Fargate there are no instances in the account, so no permission on instances is needed.
fn runs_on_fargate_only(it: &EbsVolumeUse) -> Result<bool, Stop> {
    let targets = match crate::document::launch::requested(&it.task.context)? {
        Some(targets) => targets,
        None => it.task.launch_targets()?,
    };
    Ok(targets.iter().all(|target| target.is_fargate()))
}
