//! May a role read an object in S3? Its own policies, and the policy of the bucket.

use super::{Guard, GuardPolicy, Now, ResourceSide, Wish, decide, file_name, side_of};
use crate::account::rights::of_task;
use crate::facts::View;
use crate::iam::Layer;
use crate::knowledge::{Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::s3::{GetBucketPolicy, HeadObject};
use crate::names::{Region, S3Object};
use crate::reachability::origin::CallOrigin;
use crate::shell::ShellCommand;
use crate::task::{NO_ROLE, Task};
use crate::verdict::{Judgement, not_applicable};

/// Whether the execution role may read an existing object, and locate its bucket.
///
/// # Errors
/// What prevents an answer, such as a missing object.
pub(crate) fn reads(object: &S3Object, task: &Task, facts: &View) -> Judgement {
    let region = task.region()?;
    let head = HeadObject { region: region.clone(), object: object.clone() };
    let (who, found, side) =
        (of_task::policies(task, facts), facts.need(&head), bucket(&object.bucket, region, facts));
    let Some(who) = who? else { return not_applicable(NO_ROLE) };
    // A gateway endpoint serves its own region only
    // (https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html).
    let departure = match &found?.elsewhere {
        None => CallOrigin::Agent(task),
        Some(_) => CallOrigin::Elsewhere,
    };
    let side = side?;
    let bucket = format!("arn:{}:s3:::{}", object.partition, object.bucket);
    let calls = vec![
        (Wish::new("s3:GetObject", object.to_string()), side.clone()),
        (Wish::new("s3:GetBucketLocation", bucket), side),
    ];
    let guard = guard(&object.bucket, region, facts)?;
    let answer = decide(who, calls, (region, departure), Some(&guard), facts)?;
    answer.judge(who, &format!("read {object}"), facts)
}

/// The bucket's policy and its owner. S3 shows the policy to the owning account only, so a caller that can
/// read it owns the bucket
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html>).
///
/// # Errors
/// While it is being fetched.
pub(crate) fn bucket(name: &str, region: &Region, facts: &View) -> Result<ResourceSide, Stop> {
    let asked = GetBucketPolicy { region: region.clone(), bucket: name.to_owned() };
    let caller = CallerIdentity { region: region.clone() };
    let (policy, caller) = (facts.tolerate(|| facts.get(&asked)), facts.need(&caller));
    let (policy, caller) = (policy?, caller?);
    let owner = policy.is_ok().then(|| caller.account.clone());
    let document = policy.map(|seen| match seen {
        Seen::Found(document) => Some(document),
        Seen::Absent(_) => None,
    });
    Ok(ResourceSide { owner, ..side_of(Layer::Resource, &policy_name(name), document) })
}

fn policy_name(bucket: &str) -> String {
    format!("the policy of bucket `{bucket}`")
}

/// The policy of a bucket, with the commands that show and replace it. If the policy cannot be read, the
/// owner is unknown, so the sentence names no account.
fn guard(bucket: &str, region: &Region, facts: &View) -> Result<Guard, Stop> {
    let asked = GetBucketPolicy { region: region.clone(), bucket: bucket.to_owned() };
    let document = facts.tolerate(|| facts.get(&asked))?.map(|seen| match seen {
        Seen::Found(document) => Some(document),
        Seen::Absent(_) => None,
    });
    let command = |program| ShellCommand::of(program).option("--bucket", bucket);
    Ok(Guard::Policy(Box::new(GuardPolicy {
        name: policy_name(bucket),
        now: Now::of(document.as_ref().map(|it| *it)),
        owner: None,
        names_resources: true,
        show: command("aws s3api get-bucket-policy").flag("--query Policy --output text"),
        replace: command("aws s3api put-bucket-policy"),
        option: "--policy",
        file: file_name(bucket),
    })))
}
