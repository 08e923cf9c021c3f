//! `efs-permission`

use crate::account::rights::PoliciesOf;
use crate::permission::PERMISSION_CALLS;
use serde_json::json;

use crate::account::rights::Policies;
use crate::account::rights::of_task::{name, policies_of};
use crate::checks::{Check, each};
use crate::document::Container;
use crate::facts::View;
use crate::iam::{
    Decision, Evaluation, KeyState, Layer, Layers, Policy, Principal, Request, evaluate,
};
use crate::knowledge::{Gap, Purpose, Seen, Stop};
use crate::lookup::Lookup;
use crate::lookup::efs::{
    AccessPoint, DescribeAccessPoint, DescribeFileSystem, FileSystem, GetFileSystemPolicy,
};
use crate::permission::{
    Answer, Guard, GuardPolicy, Now, ResourceSide, Wish, assume_above, context, decide, file_name,
};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::EfsVolumeUse;
use crate::verdict::{Finding, Findings, Judgement, Severity, fail, warn};

pub(super) static EFS_PERMISSION: Check = Check {
    id: "efs-permission",
    verifies: "the file system policy and the task role allow the task to mount the volume, and to write if it does",
    prevents: &[
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'",
        "Read-only file system (when the container writes)",
        "Operation not permitted (when the container acts as root on its volume)",
    ],
    remedy: "Allow the task role elasticfilesystem:ClientMount, and ClientWrite unless the volume is read-only, in an identity policy or in the file system policy",
    docs: "https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html",
    asks: &[
        &[GetFileSystemPolicy::CALL, DescribeFileSystem::CALL, DescribeAccessPoint::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
    ],
    advises: false,
    judge: |task| each(task, efs_permission),
};

/// The permissions of an NFS client
/// (<https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>).
const MOUNT: &str = "elasticfilesystem:ClientMount";
const WRITE: &str = "elasticfilesystem:ClientWrite";
const ROOT: &str = "elasticfilesystem:ClientRootAccess";

fn efs_permission(it: &EfsVolumeUse, facts: &View) -> Judgement {
    let asked = it.file_system()?;
    // All are requested at once.
    let client = client(it, facts);
    let point = it.access_point()?.map(|asked| facts.need(&asked)).transpose();
    let policy = policy(&asked, facts);
    let file_system = facts.need(&asked)?;
    let mount = Mount { it, asked: &asked, file_system, point: point?, policy: policy?, facts };
    match client? {
        Client::Nobody => mount.by_nobody()?.judge(),
        client => mount.judged(&client),
    }
}

/// Who mounts the volume.
enum Client<'f> {
    /// The task role.
    Role(&'f Policies),
    /// An anonymous client: the volume does not use IAM authorization.
    Anonymous,
    /// The volume uses IAM authorization, but the task has no role.
    Nobody,
}

fn client<'f>(it: &EfsVolumeUse, facts: &View<'f>) -> Result<Client<'f>, Stop> {
    if !it.signs_in()? {
        return Ok(Client::Anonymous);
    }
    match it.task.task_role()? {
        Some(role) => policies_of(it.task, &role, Purpose::Task, facts).map(Client::Role),
        None => Ok(Client::Nobody),
    }
}

impl Client<'_> {
    fn name(&self) -> &str {
        match self {
            Client::Role(who) => name(who),
            Client::Anonymous | Client::Nobody => "any client that reaches a mount target",
        }
    }
}

/// The policy of the file system; without one, the default that allows every client.
fn policy(asked: &DescribeFileSystem, facts: &View) -> Result<Policy, Stop> {
    let DescribeFileSystem { region, id } = asked;
    let own = GetFileSystemPolicy { region: region.clone(), file_system: id.clone() };
    let (name, document) = match facts.get(&own)? {
        Seen::Found(document) => (policy_name(id), document.clone()),
        Seen::Absent(_) => (
            format!("the default policy of file system `{id}`"),
            json!({"Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": [MOUNT, WRITE, ROOT],
                "Resource": "*",
            }]}),
        ),
    };
    Ok(Policy::read(Layer::Resource, &name, &document).called(&name))
}

fn policy_name(file_system: &str) -> String {
    format!("the policy of file system `{file_system}`")
}

/// A volume, and everything that decides who may mount it.
struct Mount<'a> {
    it: &'a EfsVolumeUse<'a>,
    asked: &'a DescribeFileSystem,
    file_system: &'a FileSystem,
    point: Option<&'a AccessPoint>,
    policy: Policy,
    facts: &'a View<'a>,
}

impl Mount<'_> {
    fn judged(&self, client: &Client) -> Judgement {
        let writers = self.it.task.writers(self.it.volume);
        let by = match self.says(MOUNT, client)? {
            Answer::Refused(finding) => {
                // The fix has to grant everything that is missing.
                if let (Client::Role(who), Ok(true)) =
                    (client, writers.as_ref().map(|it| !it.is_empty()))
                    && let Answer::Refused(both) = self.by_role(who, &[MOUNT, WRITE])?
                {
                    return both.judge();
                }
                return finding.judge();
            }
            Answer::Allowed(by) => by.join(" and "),
        };
        let writers = writers?;
        let mut found = Findings::new();
        if !writers.is_empty() {
            self.write(client, &mut found)?;
            self.act_as_root(client, &writers, &mut found)?;
        }
        if let Client::Role(who) = client {
            assume_above(who, self.facts);
        }
        let (who, arn) = (client.name(), &self.file_system.arn);
        let what = if writers.is_empty() { "mount" } else { "mount and write" };
        found.or_pass(format!("{who} may {what} {arn}, allowed by {by}"))
    }

    /// The mount is then read-only, and the task starts anyway.
    fn write(&self, client: &Client, found: &mut Findings) -> Result<(), Stop> {
        if let Answer::Refused(finding) = self.says(WRITE, client)? {
            let remedy = "Allow elasticfilesystem:ClientWrite, or set readOnly on the mount point";
            found.add(starting(*finding, remedy).prevents(EFS_PERMISSION.prevents[1]));
        }
        Ok(())
    }

    /// An access point with a POSIX user replaces the user of every client. The user of an image is not in the
    /// definition, so only a user that the definition names is judged.
    fn act_as_root(
        &self,
        client: &Client,
        writers: &[&Container],
        found: &mut Findings,
    ) -> Result<(), Stop> {
        if self.point.is_some_and(|point| point.user.is_some()) {
            return Ok(());
        }
        let mut of_root = false;
        for container in writers {
            let user = container.user.get()?.map_or("", String::as_str);
            let user = user.split(':').next().unwrap_or_default();
            of_root |= matches!(user, "root" | "0");
        }
        if !of_root {
            return Ok(());
        }
        if let Answer::Refused(finding) = self.says(ROOT, client)? {
            let remedy =
                "Allow elasticfilesystem:ClientRootAccess, or run the container as another user";
            found.add(starting(*finding, remedy).prevents(EFS_PERMISSION.prevents[2]));
        }
        Ok(())
    }

    fn says(&self, action: &str, client: &Client) -> Result<Answer, Stop> {
        match client {
            Client::Role(who) => self.by_role(who, &[action]),
            Client::Anonymous | Client::Nobody => self.anonymously(action),
        }
    }

    fn by_role(&self, who: &Policies, actions: &[&str]) -> Result<Answer, Stop> {
        let side = ResourceSide {
            resource: Some(self.policy.clone()),
            owner: Some(self.file_system.owner.clone()),
            ..ResourceSide::default()
        };
        let encrypted = self.is_encrypted()?;
        let call = |action: &&str| (self.wish(action, encrypted), side.clone());
        let calls = actions.iter().map(call).collect();
        // NFS traffic goes to a mount target, not to an endpoint of the service.
        let from = (&self.asked.region, CallOrigin::Elsewhere);
        decide(who, calls, from, Some(&self.guard()), self.facts)
    }

    /// `efs-file-system` reports missing encryption where IAM or an access point needs it.
    fn is_encrypted(&self) -> Result<bool, Stop> {
        Ok(self.it.is_encrypted()? || self.it.signs_in()? || self.point.is_some())
    }

    /// The call with the condition keys that EFS sets for a client
    /// (<https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html>).
    fn wish(&self, action: &str, encrypted: bool) -> Wish {
        let point = match self.point {
            Some(point) => KeyState::Known(vec![point.arn.clone()]),
            None => KeyState::Absent,
        };
        Wish::new(action, &self.file_system.arn)
            .carrying("aws:SecureTransport", if encrypted { "true" } else { "false" })
            .carrying("elasticfilesystem:AccessedViaMountTarget", "true")
            .knowing("elasticfilesystem:AccessPointArn", point)
    }

    /// The policy of the file system, with the commands that show and replace it.
    fn guard(&self) -> Guard {
        let DescribeFileSystem { region, id } = self.asked;
        let command =
            |program| ShellCommand::of(program).option("--file-system-id", id).region(region);
        Guard::Policy(Box::new(GuardPolicy {
            name: policy_name(id),
            // The default policy allows every client, so nobody lacks an allow there.
            now: Now::Unread,
            owner: Some(self.file_system.owner.clone()),
            names_resources: true,
            show: self.shown(),
            replace: command("aws efs put-file-system-policy"),
            option: "--policy",
            file: file_name(id),
        }))
    }

    fn shown(&self) -> ShellCommand {
        let DescribeFileSystem { region, id } = self.asked;
        ShellCommand::of("aws efs describe-file-system-policy")
            .option("--file-system-id", id)
            .flag("--query Policy --output text")
            .region(region)
    }

    /// What the policy says about an anonymous client.
    fn of_nobody(&self, action: &str, encrypted: bool) -> Evaluation {
        let wish = self.wish(action, encrypted);
        let nobody = Principal::Anonymous;
        let context = context(&nobody, None, &wish, &self.asked.region);
        let request = Request::new(nobody, &wish.action, &wish.resource, context);
        let layers = Layers { resource: Some(self.policy.clone()), ..Layers::default() };
        evaluate(&request, &layers)
    }

    fn anonymously(&self, action: &str) -> Result<Answer, Stop> {
        let encrypted = self.is_encrypted()?;
        let evaluation = self.of_nobody(action, encrypted);
        let said = evaluation.sentences().join("; ");
        let resource = &self.file_system.arn;
        match evaluation.decision {
            Decision::Allow => {
                let grounds = evaluation.grounds.iter().map(ToString::to_string);
                Ok(Answer::Allowed(grounds.collect()))
            }
            Decision::Depends(_) => {
                let why =
                    format!("cannot determine whether an anonymous client may perform {action} on {resource}: {said}");
                Err(Gap::Undecidable { why }.into())
            }
            Decision::ExplicitDeny | Decision::ImplicitDeny
                if !encrypted && self.of_nobody(action, true).decision == Decision::Allow =>
            {
                let finding = fail(format!(
                    "the volume is mounted without encryption, so an anonymous client is not authorized to perform {action} on {resource}: {said}"
                ));
                let at = self.it.efs.transit_encryption.place();
                let finding = finding.at(at).on(resource);
                Ok(Answer::Refused(Box::new(finding.remedy("Set transitEncryption to ENABLED"))))
            }
            Decision::ExplicitDeny | Decision::ImplicitDeny => Ok(Answer::Refused(Box::new(
                fail(format!(
                    "the volume does not use IAM authorization, and an anonymous client is not authorized to perform {action} on {resource}: {said}"
                ))
                .on(resource)
                .remedy("Set authorizationConfig.iam and transitEncryption to ENABLED and allow the task role, or allow every client in the file system policy")
                // No command to paste allows every client.
                .command(self.shown()),
            ))),
        }
    }

    /// On Fargate there is no other role. A container instance has one, but its permissions are not judged
    /// here.
    fn by_nobody(&self) -> Result<Finding, Stop> {
        let place = self.it.efs.authorization.get()?.map(|it| it.iam.place());
        let place = place.unwrap_or(&self.it.volume.place);
        let finding = match self.it.task.may_run_on_fargate()? {
            true => fail("the volume is mounted with the task role, but the task has none"),
            false => warn(
                "the volume is mounted with the task role, but the task has none: only the instance role is left",
            ),
        };
        Ok(finding.at(place).remedy(
            "Set taskRoleArn to a role that may mount the file system, or set authorizationConfig.iam to DISABLED",
        ))
    }
}

/// The finding as a warning, because the task starts anyway.
fn starting(finding: Finding, remedy: &str) -> Finding {
    let remedy = finding.remedy.unwrap_or_else(|| remedy.to_owned());
    Finding { severity: Severity::Warn, remedy: Some(remedy), ..finding }
}
