//! The log group that the log driver will find.
//!
//! The driver first creates its stream. Only if that fails because the group is missing, and only if
//! `awslogs-create-group` is set, it creates the group and tries again
//! (<https://docs.docker.com/engine/logging/drivers/awslogs/>).

use crate::facts::View;
use crate::knowledge::{Absence, Gap, Seen, Stop};
use crate::lookup::ecs::account::ListAccountSettings;
use crate::lookup::logs::{DescribeLogGroup, LogGroup};
use crate::names::{LogGroupName, Region};
use crate::reachability::origin::CallOrigin;
use crate::task::AwslogsUse;

/// A log group, as the driver will find it.
pub(super) enum Target<'f> {
    /// It exists.
    There(&'f LogGroup),
    /// It is missing, and this driver creates it.
    ToCreate,
    /// It is missing, and the driver of another container creates it.
    CreatedBy(String),
    /// It is missing, but the container starts anyway, with this consequence.
    Unnoticed(Absence, &'static str),
}

/// The request for the log group.
pub(super) fn lookup(region: &Region, name: &LogGroupName) -> DescribeLogGroup {
    DescribeLogGroup { region: region.clone(), name: name.clone() }
}

/// What the driver will find.
///
/// # Errors
/// A gap; or the absence of the group, if the container then does not start.
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
    match unnoticed(it, facts)? {
        Some(consequence) => {
            facts.excuse(&lookup);
            Ok(Target::Unnoticed(absence, consequence))
        }
        None => facts.need(&lookup).map(Target::There),
    }
}

/// Where the driver calls from. With another endpoint name the network path is unknown.
///
/// # Errors
/// A gap for a placeholder.
pub(super) fn departure<'t>(it: &AwslogsUse<'t>) -> Result<CallOrigin<'t>, Stop> {
    Ok(if it.names_endpoint()? { CallOrigin::Elsewhere } else { CallOrigin::Agent(it.task) })
}

/// A region that does not exist has no address; a misspelled region looks like a network problem.
fn perhaps_mistyped(it: &AwslogsUse, region: &Region, stop: Stop) -> Stop {
    match stop {
        Stop::Gap(Gap::Unreachable { what, why }) if it.task.home.as_ref() != Some(region) => {
            let why = format!("{why}; check awslogs-region");
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

/// The account setting for the mode of a driver that names none.
const DEFAULT_MODE: &str = "defaultLogDriverMode";

/// The consequence for a container whose driver cannot log, if it starts anyway. In non-blocking mode, ECS's
/// default since June 2025, Docker's driver creates its stream in the background
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html>). Fargate
/// creates the stream before it starts anything.
pub(super) fn unnoticed(it: &AwslogsUse, facts: &View) -> Result<Option<&'static str>, Stop> {
    if it.task.may_run_on_fargate()? {
        return Ok(None);
    }
    let written = it.mode()?;
    let mode = match written {
        Some(mode) => Some(mode),
        None => default_mode(it, facts)?,
    };
    Ok(match mode {
        Some("blocking") => None,
        Some(_) if written.is_some() => Some("the container starts anyway, and its logs are lost"),
        Some(_) => Some(
            "the account's default log driver mode is non-blocking, so the container starts anyway, and its logs are lost",
        ),
        None => Some(
            "unless the account's default log driver mode is blocking, the container starts anyway, and its logs are lost",
        ),
    })
}

/// The mode of the account for drivers that name none; none if it is not known
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>).
fn default_mode<'f>(it: &AwslogsUse, facts: &View<'f>) -> Result<Option<&'f str>, Stop> {
    let asked = ListAccountSettings { region: it.task.region()?.clone() };
    let mode = match facts.tolerate(|| facts.get(&asked))? {
        Ok(Seen::Found(settings)) => settings.get(DEFAULT_MODE).map(String::as_str),
        Ok(Seen::Absent(_)) | Err(_) => None,
    };
    if mode.is_none() {
        facts.assume(
            "that the account's default log driver mode is non-blocking, the default of ECS",
        );
    }
    Ok(mode)
}
