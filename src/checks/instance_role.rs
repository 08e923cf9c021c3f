//! Whose rights count when an image is pulled and a log is written: those of the execution role, or on
//! EC2, where none is named, those of the container instance
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html>).

use std::collections::BTreeMap;

use super::execution_role;
use super::policies::Policies;
use crate::document::LaunchTarget;
use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ecs::instance::{ContainerInstance, ContainerInstances};
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::names::{Arn, Region, RoleArn, RoleRef};
use crate::task::NO_ROLE;
use crate::task::Task;
use crate::verdict::{Finding, Judgement, Severity, Verdict, not_applicable, pass, warn};

const REMEDY: &str = "Attach AmazonEC2ContainerServiceforEC2Role to the role of the container instances, or name an executionRoleArn that may";

/// Who acts for a task on its way to the start.
pub(super) enum Acting<'f> {
    /// The execution role.
    Execution(&'f Policies),
    /// The roles of the container instances that it may land on.
    Instances(Machines<'f>),
    /// Nobody whose rights could be judged, for this reason.
    Nobody(String),
}

/// The container instances that a task may land on.
pub(super) struct Machines<'f> {
    holders: Vec<Holder<'f>>,
    /// Those that act as no role.
    bare: &'f [String],
    region: Region,
}

/// One role of container instances.
struct Holder<'f> {
    who: &'f Policies,
    instances: &'f [String],
    profile: &'f str,
}

/// Who pulls images and writes awslogs for the task.
///
/// # Errors
/// Whatever keeps their policies from being read.
pub(super) fn acting<'f>(task: &Task, facts: &View<'f>) -> Result<Acting<'f>, Stop> {
    if let Some(who) = execution_role::policies(task, facts)? {
        return Ok(Acting::Execution(who));
    }
    let fleet = match fleet(task)? {
        Ok(fleet) => fleet,
        Err(why) => return Ok(Acting::Nobody(why)),
    };
    let Roles { held, bare } = facts.derive(&fleet)?;
    if held.is_empty() {
        let consequence = match bare.is_empty() {
            true => "",
            false => ": without one, the agent can neither sign in to ECR nor write logs",
        };
        return Ok(Acting::Nobody(format!(
            "no execution role is named, and no active container instance of cluster {} that the task may land on has an instance profile with a role{consequence}",
            fleet.cluster
        )));
    }
    let holders: Vec<_> = held
        .iter()
        .map(|(role, Held { instances, profile })| {
            let role = RoleRef::Arn(role.clone());
            execution_role::policies_of(task, &role, facts).map(|who| Holder {
                who,
                instances,
                profile,
            })
        })
        .collect();
    let holders = holders.into_iter().collect::<Result<_, _>>()?;
    Ok(Acting::Instances(Machines { holders, bare, region: fleet.region }))
}

/// The roles of the container instances that act for a task which names none; no one where it is not told
/// on which machines it may land.
///
/// # Errors
/// Whatever keeps them from being known.
pub(super) fn roles<'f>(task: &Task, facts: &View<'f>) -> Result<Vec<&'f RoleArn>, Stop> {
    match fleet(task)? {
        Ok(fleet) => Ok(facts.derive(&fleet)?.held.keys().collect()),
        Err(_) => Ok(Vec::new()),
    }
}

/// The machines that a task may land on, or why none of them acts for it.
fn fleet(task: &Task) -> Result<Result<Fleet, String>, Stop> {
    let roleless = [LaunchTarget::External, LaunchTarget::ManagedInstances];
    if task.may_run_on_fargate()? || task.launch_targets()?.iter().any(|it| roleless.contains(it)) {
        return Ok(Err(NO_ROLE.to_owned()));
    }
    Ok(Fleet::of(task)?.ok_or_else(|| {
        "no execution role is named, so the container instances act with their own; give --cluster to judge it".to_owned()
    }))
}

/// The container instances of a cluster that a task may land on, by their roles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fleet {
    pub(super) region: Region,
    pub(super) cluster: String,
    /// The capacity providers of the request; none: any.
    providers: Vec<String>,
    /// The container instances of the request; none: any.
    named: Vec<String>,
}

/// As what the machines of a fleet act.
#[derive(Debug, Default)]
pub(super) struct Roles {
    held: BTreeMap<RoleArn, Held>,
    /// The machines without a profile, or whose profile has no role.
    bare: Vec<String>,
}

/// The machines that act as one role, and a profile that holds it.
#[derive(Debug)]
struct Held {
    instances: Vec<String>,
    profile: String,
}

impl Derived for Fleet {
    type Fact = Roles;

    fn what(&self) -> String {
        format!("the roles of the container instances of cluster {}", self.cluster)
    }

    fn derive(&self, facts: &View) -> Result<Self::Fact, Stop> {
        let lookup =
            ContainerInstances { region: self.region.clone(), cluster: self.cluster.clone() };
        let instances = facts.need(&lookup)?.iter().filter(|it| self.takes(it));
        // Machines outside of AWS have no instance profile.
        let ids = instances
            .filter_map(|it| it.ec2_instance_id.as_deref())
            .filter(|id| id.starts_with("i-"));
        let machines: Vec<_> = ids
            .map(|id| (id, DescribeInstance { region: self.region.clone(), id: id.to_owned() }))
            .map(|(id, lookup)| (id, facts.get(&lookup)))
            .collect();
        let mut profiles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut roles = Roles::default();
        for (id, machine) in machines {
            // One that is gone, but not deregistered yet, takes no task.
            let Seen::Found(machine) = machine? else { continue };
            match &machine.profile {
                Some(profile) => profiles.entry(profile).or_default().push(id.to_owned()),
                None => roles.bare.push(id.to_owned()),
            }
        }
        let asked: Vec<_> = profiles
            .into_iter()
            .map(|(profile, ids)| (profile, self.role(profile, facts), ids))
            .collect();
        for (profile, role, ids) in asked {
            let Some(role) = role? else {
                roles.bare.extend(ids);
                continue;
            };
            let held = roles.held.entry(role);
            let new = || Held { instances: Vec::new(), profile: profile.to_owned() };
            held.or_insert_with(new).instances.extend(ids);
        }
        Ok(roles)
    }
}

impl Fleet {
    /// Those that the request leaves to the task; nothing where it names no cluster.
    ///
    /// # Errors
    /// A gap for a placeholder, and without a region.
    pub(super) fn of(task: &Task) -> Result<Option<Fleet>, Stop> {
        let request = &task.context.request;
        let Some(cluster) = request.cluster.get()?.cloned() else { return Ok(None) };
        let mut providers = Vec::new();
        for item in request.capacity_provider_strategy.items()? {
            providers.extend(item.capacity_provider.get()?.cloned());
        }
        let named = request.container_instances.items()?;
        let named = named.iter().map(|it| it.value.clone()).collect();
        Ok(Some(Fleet { region: task.region()?.clone(), cluster, providers, named }))
    }

    /// Whether this instance is one of them, and takes tasks.
    pub(super) fn takes(&self, it: &ContainerInstance) -> bool {
        it.is_active() && self.has(it)
    }

    fn has(&self, it: &ContainerInstance) -> bool {
        let id = it.arn.rsplit('/').next();
        let is_named = |name: &String| *name == it.arn || name.rsplit('/').next() == id;
        let of_provider = |name: &String| it.capacity_provider.as_ref() == Some(name);
        (self.named.is_empty() || self.named.iter().any(is_named))
            && (self.providers.is_empty() || self.providers.iter().any(of_provider))
    }

    fn role(&self, profile: &str, facts: &View) -> Result<Option<RoleArn>, Stop> {
        let unreadable = |arn: &str| {
            let why = format!("{arn} is not understood as that of an instance profile's role");
            Stop::Gap(Gap::Undecidable { why })
        };
        let arn: Arn = profile.parse().map_err(|_| unreadable(profile))?;
        let name = arn.resource.rsplit('/').next().unwrap_or_default().to_owned();
        let lookup = GetInstanceProfile { region: self.region.clone(), name };
        match facts.get(&lookup)? {
            Seen::Absent(_) => Ok(None),
            Seen::Found(profile) => {
                let role = profile.role.as_deref();
                role.map(|arn| arn.parse().map_err(|_| unreadable(arn))).transpose()
            }
        }
    }
}

impl Acting<'_> {
    /// The judgement on everybody who may act. Of several roles of instances, one that may not is a
    /// warning where another may: the scheduler does not look at it.
    ///
    /// # Errors
    /// Whatever stopped the judgement on one of them.
    pub(super) fn judge(&self, judge: impl Fn(&Policies) -> Judgement) -> Judgement {
        match self {
            Acting::Execution(who) => judge(who),
            Acting::Nobody(why) => not_applicable(why.clone()),
            Acting::Instances(machines) => {
                let judged = machines.holders.iter().map(|it| (it, judge(it.who))).collect();
                machines.together(judged)
            }
        }
    }
}

impl Machines<'_> {
    fn together(&self, judged: Vec<(&Holder, Judgement)>) -> Judgement {
        let (mut allowed, mut refused) = (Vec::new(), Vec::new());
        for (holder, verdict) in judged {
            match verdict? {
                Verdict::Pass(because) => allowed.push(because),
                Verdict::Found(findings) => {
                    refused.extend(findings.into_iter().map(|finding| (holder, finding)));
                }
                nothing @ Verdict::NotApplicable(_) => return Ok(nothing),
            }
        }
        let Some((holder, finding)) = refused.into_iter().next() else {
            let allowed = allowed.join("; ");
            return match self.bare {
                [] => pass(format!("the container instances act with their own role: {allowed}")),
                [first, ..] => self.roleless(&allowed).on(first).judge(),
            };
        };
        // A statement that denies is not outweighed by a policy more.
        let remedy = finding.remedy.clone().or(Some(REMEDY.to_owned()));
        match allowed.is_empty() {
            true => Finding { remedy, ..finding }.judge(),
            false => {
                let message = format!("on {}, {}", some(holder.instances), finding.message);
                Finding { severity: Severity::Warn, message, remedy, ..finding }.judge()
            }
        }
    }

    /// Some have no role, and the others may.
    fn roleless(&self, allowed: &str) -> Finding {
        let finding = warn(format!(
            "no execution role is named, and {} has no instance profile with a role: unless the agent there has other credentials, what lands there can neither pull from ECR nor write logs; elsewhere, {allowed}",
            self.bare.join(", ")
        ))
        .remedy("Name an executionRoleArn, or attach the instance profile of the others");
        let Some(other) = self.holders.first() else { return finding };
        self.bare.iter().fold(finding, |finding, id| {
            finding.command(format!(
                "aws ec2 associate-iam-instance-profile --instance-id {id} --iam-instance-profile Arn={} --region {}",
                other.profile, self.region
            ))
        })
    }
}

/// The first of them, and how many more there are.
fn some(instances: &[String]) -> String {
    match instances {
        [] => "some container instances".to_owned(),
        [one] => format!("container instance {one}"),
        [first, rest @ ..] => format!("container instance {first} and {} more", rest.len()),
    }
}
