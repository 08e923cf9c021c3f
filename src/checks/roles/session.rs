//! How the cluster configures ECS Exec sessions: their logs and encryption, and the permissions that the task
//! role needs for that
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>).

use crate::account::key_state;
use crate::account::rights::Policies;
use crate::account::rights::of_task::{account, policies_of};
use crate::document::Place;
use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ecs::cluster::ExecuteCommand;
use crate::lookup::kms::{DescribeKey, Manager};
use crate::names::Region;
use crate::permission::key::judge_key;
use crate::permission::object::bucket;
use crate::permission::{Answer, ResourceSide, Wish, decide};
use crate::reachability::origin::CallOrigin;
use crate::task::RoleUse;
use crate::verdict::{Finding, Findings, Severity, warn};

/// The error of a session that cannot start.
pub(super) const NO_SESSION: &str =
    "TargetNotConnectedException: The execute command failed due to an internal error";

/// Reports why sessions cannot be logged or encrypted as the cluster configures it.
pub(super) fn judge(
    it: &RoleUse,
    place: &Place,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let cluster = it.task.cluster()?;
    let who = policies_of(it.task, &it.reference()?, it.purpose(), facts);
    let (who, cluster) = (who, facts.need(&cluster));
    let (who, cluster) = (who?, cluster?);
    let Some(exec) = &cluster.execute_command else { return Ok(()) };
    let region = it.task.region()?;
    let from = (region, CallOrigin::Containers(it.task));
    found.part(place, |found| {
        let calls = logging(exec, who, region, facts)?;
        if let Answer::Refused(denied) = decide(who, calls, from, None, facts)? {
            found.add(hurt("ECS Exec sessions will not be logged", *denied, place));
        }
        Ok(())
    });
    if let Some(key) = &exec.key {
        found.part(place, |found| encryption(key, who, from, place, facts, found));
    }
    Ok(())
}

/// The prefix of every session name.
const SESSION: &str = "ecs-execute-command";

/// The calls by which the agent in the container writes the log of a session.
fn logging(
    exec: &ExecuteCommand,
    who: &Policies,
    region: &Region,
    facts: &View,
) -> Result<Vec<(Wish, ResourceSide)>, Stop> {
    let mut calls = Vec::new();
    if exec.logging.as_deref() != Some("OVERRIDE") {
        return Ok(calls);
    }
    let partition = region.partition();
    let logs = format!("arn:{partition}:logs:{region}:{}:log-group:", account(who));
    if let Some(group) = &exec.log_group {
        let group = format!("{logs}{group}:log-stream:");
        let mut add = |action: &str, on: &str| {
            let wish = match on.ends_with(SESSION) {
                true => Wish::new(action, on).allowed_on(format!("{on}*")),
                false => Wish::new(action, on),
            };
            calls.push((wish, ResourceSide::default()));
        };
        add("logs:DescribeLogGroups", &format!("{logs}:log-stream:"));
        add("logs:DescribeLogStreams", &group);
        add("logs:CreateLogStream", &format!("{group}{SESSION}"));
        add("logs:PutLogEvents", &format!("{group}{SESSION}"));
    }
    if let Some(name) = &exec.bucket {
        let side = bucket(name, region, facts)?;
        let arn = format!("arn:{partition}:s3:::{name}");
        let folder = exec.bucket_prefix.as_deref().map(|it| format!("{it}/")).unwrap_or_default();
        let object = format!("{arn}/{folder}{SESSION}");
        let log = Wish::new("s3:PutObject", &object).allowed_on(format!("{object}*"));
        calls.push((log, side.clone()));
        calls.push((Wish::new("s3:GetEncryptionConfiguration", arn), side));
    }
    Ok(calls)
}

/// The key must exist and be enabled, and the task role calls `kms:Decrypt` on it directly.
fn encryption(
    key: &str,
    who: &Policies,
    (region, departure): (&Region, CallOrigin),
    place: &Place,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let asked = DescribeKey::of(key, region);
    let key = match facts.get(&asked)? {
        Seen::Found(key) => key,
        Seen::Absent(absence) => {
            let why = format!("ECS Exec cannot encrypt its sessions: {}", absence.sentence);
            found.add(warn(why).at(place).prevents(NO_SESSION));
            return Ok(());
        }
    };
    if key.state != "Enabled" {
        let finding = warn(format!(
            "ECS Exec cannot encrypt its sessions: the state of key {} is {}",
            key.arn, key.state
        ))
        .at(place)
        .on(&key.arn)
        .prevents(NO_SESSION);
        found.add(key_state::with_fix(finding, key, &asked.region));
        return Ok(());
    }
    if key.manager == Manager::Aws {
        let why = format!(
            "cannot determine whether ECS Exec can use {}: it is an AWS managed key, and AWS documents only customer managed keys",
            key.arn
        );
        return Err(Gap::Undecidable { why }.into());
    }
    let wish = Wish::new("kms:Decrypt", &key.arn)
        .carrying("kms:CallerAccount", account(who).as_str())
        .knowing("kms:ViaService", KeyState::Absent);
    if let Answer::Refused(denied) =
        judge_key(who, &[wish], key, (&asked.region, departure), facts)?
    {
        found.add(hurt("ECS Exec cannot decrypt its sessions", *denied, place));
    }
    Ok(())
}

fn hurt(what: &str, denied: Finding, place: &Place) -> Finding {
    let message = format!("{what}: {}", denied.message);
    Finding { severity: Severity::Warn, message, ..denied }.at(place).prevents(NO_SESSION)
}
