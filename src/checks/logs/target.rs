//! What the log driver will find where it is told to log to.
//!
//! It begins by creating its stream. Only where that fails because there is no such group, and only if
//! it is told to, does it create the group and try again
//! (<https://docs.docker.com/engine/logging/drivers/awslogs/>).

use crate::facts::View;
use crate::knowledge::{Absence, Gap, Seen, Stop};
use crate::lookup::logs::{DescribeLogGroup, LogGroup};
use crate::names::{LogGroupName, Region};
use crate::reachability::origin::CallOrigin;
use crate::task::AwslogsUse;

/// A log group, as the driver will find it.
pub(super) enum Target<'f> {
    /// It is there.
    There(&'f LogGroup),
    /// It is not, and this driver creates it.
    ToCreate,
    /// It is not, and the driver of another container creates it.
    CreatedBy(String),
    /// It is not, and this is what becomes of a container that starts all the same.
    Unnoticed(Absence, &'static str),
}

/// The question for the log group.
pub(super) fn lookup(region: &Region, name: &LogGroupName) -> DescribeLogGroup {
    DescribeLogGroup { region: region.clone(), name: name.clone() }
}

/// What the driver will find.
///
/// # Errors
/// A gap; or the absence of the group, where that keeps the container from starting.
pub(super) fn target<'f>(
    it: &AwslogsUse,
    region: &Region,
    name: &LogGroupName,
    facts: &View<'f>,
) -> Result<Target<'f>, Stop> {
    let lookup = lookup(region, name);
    let absence = match facts.get(&lookup).map_err(|stop| perhaps_mistyped(it, region, stop))? {
        Seen::Found(group) => return Ok(Target::There(group)),
        Seen::Absent(absence) => absence,
    };
    if it.creates_group()? {
        facts.excuse(&lookup);
        return Ok(Target::ToCreate);
    }
    if let Some(other) = creator(it, region, name) {
        facts.excuse(&lookup);
        return Ok(Target::CreatedBy(other));
    }
    match unnoticed(it)? {
        Some(consequence) => Ok(Target::Unnoticed(absence, consequence)),
        None => facts.need(&lookup).map(Target::There),
    }
}

/// From where the driver calls. By which endpoint, if it is told another name, nobody knows.
///
/// # Errors
/// A gap for a placeholder.
pub(super) fn departure<'t>(it: &AwslogsUse<'t>) -> Result<CallOrigin<'t>, Stop> {
    Ok(if it.names_endpoint()? { CallOrigin::Elsewhere } else { CallOrigin::Agent(it.task) })
}

/// A region that does not exist has no address, and neither has one that is out of reach.
fn perhaps_mistyped(it: &AwslogsUse, region: &Region, stop: Stop) -> Stop {
    match stop {
        Stop::Gap(Gap::Unreachable { what, why }) if it.task.home.as_ref() != Some(region) => {
            let why = format!("{why}; is awslogs-region right?");
            Gap::Unreachable { what, why }.into()
        }
        stop => stop,
    }
}

/// The container whose driver creates the same group.
fn creator(it: &AwslogsUse, region: &Region, name: &LogGroupName) -> Option<String> {
    let others = it.task.awslogs().into_iter().flatten();
    let mut creators = others.filter(|other| {
        other.creates_group() == Ok(true)
            && other.group().is_ok_and(|(of, group)| of == *region && group == *name)
    });
    let name = creators.next()?.container.and_then(|container| container.name.get().ok().flatten());
    Some(name.map_or("the Service Connect proxy".to_owned(), |name| format!("container {name}")))
}

/// What becomes of a container whose driver cannot log, where that is not the end of it. Docker's driver
/// prepares its stream in the background where it is not to block, which is ECS's default
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>). Fargate tries
/// the stream before it starts anything.
pub(super) fn unnoticed(it: &AwslogsUse) -> Result<Option<&'static str>, Stop> {
    if it.task.may_run_on_fargate()? {
        return Ok(None);
    }
    Ok(match it.mode()? {
        Some("blocking") => None,
        Some(_) => Some("the container starts all the same, and nothing that it writes is kept"),
        None => Some(
            "unless the account's log driver mode is blocking, the container starts all the same, and nothing that it writes is kept",
        ),
    })
}
