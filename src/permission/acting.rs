//! Which role pulls images and writes logs: the execution role, or on EC2, where none is set, the role of the
//! container instance
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html>).

use crate::account::rights::of_task;

use crate::account::fleet::Fleet;
use crate::account::fleet::roles::{Held, Roles, RolesOf};
use crate::account::rights::Policies;
use crate::document::LaunchTarget;
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::names::{Region, RoleArn, RoleRef};
use crate::shell::{ShellCommand, Word};
use crate::task::{NO_ROLE, Task};
use crate::verdict::{Finding, Input, Judgement, Severity, Skip, Verdict, pass, warn};

const REMEDY: &str = "Attach AmazonEC2ContainerServiceforEC2Role to the role of the container instances, or set executionRoleArn to a role that has the permission";

/// The AWS managed policy for container instances, and the remedy where it is attached.
const MANAGED: &str = "AmazonEC2ContainerServiceforEC2Role";
const REMEDY_BESIDES: &str = "Allow the missing actions in an identity policy of the role of the container instances (AmazonEC2ContainerServiceforEC2Role is attached, and does not allow them), or set executionRoleArn to a role that has the permission";

/// Whose permissions count while a task starts.
pub(crate) enum Acting<'f> {
    /// The execution role.
    Execution(&'f Policies),
    /// The roles of the container instances that it may run on.
    Instances(Machines<'f>),
    /// No role whose permissions could be judged, for this reason.
    Unjudged(Skip),
}

/// The container instances that a task may run on.
pub(crate) struct Machines<'f> {
    holders: Vec<Holder<'f>>,
    /// Those without a role.
    bare: &'f [String],
    region: Region,
    /// Whether the task starts on each of them, because the request names them.
    each: bool,
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
/// Why their policies cannot be read.
pub(crate) fn acting<'f>(task: &Task, facts: &View<'f>) -> Result<Acting<'f>, Stop> {
    if let Some(who) = of_task::policies(task, facts)? {
        return Ok(Acting::Execution(who));
    }
    let fleet = match fleet(task)? {
        Ok(fleet) => fleet,
        Err(skip) => return Ok(Acting::Unjudged(skip)),
    };
    let Roles { held, bare } = facts.derive(&RolesOf(fleet.clone()))?;
    if held.is_empty() {
        let consequence = match bare.is_empty() {
            true => "",
            false => ": without one, the agent can neither log in to ECR nor write logs",
        };
        return Ok(Acting::Unjudged(Skip::not_applicable(format!(
            "no execution role is set, and no active container instance of cluster {} that the task may run on has an instance profile with a role{consequence}",
            fleet.cluster
        ))));
    }
    let holders: Vec<_> =
        held.iter()
            .map(|(role, Held { instances, profile })| {
                let role = RoleRef::Arn(role.clone());
                of_task::policies_of(task, &role, Purpose::ContainerInstance, facts)
                    .map(|who| Holder { who, instances, profile })
            })
            .collect();
    let holders = holders.into_iter().collect::<Result<_, _>>()?;
    let each = fleet.is_named();
    Ok(Acting::Instances(Machines { holders, bare, region: fleet.region, each }))
}

/// The roles of the container instances that act for a task without an execution role; none where it is
/// unknown which instances it may run on.
///
/// # Errors
/// Why they cannot be determined.
pub(crate) fn roles<'f>(task: &Task, facts: &View<'f>) -> Result<Vec<&'f RoleArn>, Stop> {
    match fleet(task)? {
        Ok(fleet) => Ok(facts.derive(&RolesOf(fleet))?.held.keys().collect()),
        Err(_) => Ok(Vec::new()),
    }
}

/// The instances that a task may run on, or why none of them acts for it.
fn fleet(task: &Task) -> Result<Result<Fleet, Skip>, Stop> {
    let roleless = [LaunchTarget::External, LaunchTarget::ManagedInstances];
    if task.may_run_on_fargate()? || task.launch_targets()?.iter().any(|it| roleless.contains(it)) {
        return Ok(Err(Skip::not_applicable(NO_ROLE)));
    }
    Ok(Fleet::of(task)?.ok_or_else(|| {
        Skip::needs(
            Input::Cluster,
            "no execution role is set, so the container instances use their own role: pass --cluster to check it",
        )
    }))
}

impl Acting<'_> {
    /// The judgement on every role that may act. If only some roles of instances lack a permission, that is
    /// a warning, because the scheduler ignores roles; if the request names the instances, it is a failure.
    ///
    /// # Errors
    /// What stopped the judgement on one of them.
    pub(crate) fn judge(&self, judge: impl Fn(&Policies) -> Judgement) -> Judgement {
        match self {
            Acting::Execution(who) => judge(who),
            Acting::Unjudged(skip) => Ok(Verdict::Skipped(skip.clone())),
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
                nothing @ Verdict::Skipped(_) => return Ok(nothing),
            }
        }
        let Some((holder, finding)) = refused.into_iter().next() else {
            let allowed = allowed.join("; ");
            return match self.bare {
                [] => pass(format!("the container instances use their own role: {allowed}")),
                [first, ..] => self.roleless(&allowed).on(first).judge(),
            };
        };
        // An explicit deny overrides any allow, so its own remedy comes first.
        let is_attached = match holder.who {
            Policies::Held(set) => set.has_attached(MANAGED),
            Policies::Root(_) => false,
        };
        let remedy = finding
            .remedy
            .clone()
            .or_else(|| Some(if is_attached { REMEDY_BESIDES } else { REMEDY }.to_owned()));
        if allowed.is_empty() {
            return Finding { remedy, ..finding }.judge();
        }
        let message = format!("on {}, {}", some(holder.instances), finding.message);
        let severity = if self.each { finding.severity } else { Severity::Warn };
        Finding { severity, message, remedy, ..finding }.judge()
    }

    /// Some have no role, and the roles of the others have the permission.
    fn roleless(&self, allowed: &str) -> Finding {
        let finding = warn(format!(
            "no execution role is set, and {} has no instance profile with a role: unless its agent has other credentials, a task there can neither pull from ECR nor write logs; elsewhere, {allowed}",
            self.bare.join(", ")
        ))
        .remedy("Set executionRoleArn, or attach the instance profile of the other instances");
        let Some(other) = self.holders.first() else { return finding };
        self.bare.iter().fold(finding, |finding, id| {
            finding.command(
                ShellCommand::of("aws ec2 associate-iam-instance-profile")
                    .option("--instance-id", id)
                    .option("--iam-instance-profile", Word::of("Arn=").and(other.profile))
                    .region(&self.region),
            )
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
