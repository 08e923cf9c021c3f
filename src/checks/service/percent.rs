//! How many tasks a rolling deployment keeps and starts, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>).

use std::fmt;

use super::errors::{BOTH_100, CONFIGURATION, DEPLOYED, REFUSED, STUCK};
use crate::document::Field;
use crate::knowledge::Stop;
use crate::task::{Controller, ServiceUse, Strategy};
use crate::verdict::{Findings, Rule};

const MINIMUM: Rule = Rule::quoted(
    "minimumHealthyPercent is at most 100",
    "InvalidParameterException: minimumHealthyPercent must be at most 100",
    DEPLOYED,
    "2026-09",
);
const MAXIMUM: Rule =
    Rule::unquoted("maximumPercent is at least 100", REFUSED, DEPLOYED, "2026-09");
const NEGATIVE: Rule =
    Rule::unquoted("minimumHealthyPercent is at least 0", REFUSED, CONFIGURATION, "2026-11-30");
const BOTH: Rule = Rule::quoted(
    "minimumHealthyPercent and maximumPercent are not both 100",
    BOTH_100,
    DEPLOYED,
    "2026-09",
);
const MOVING: Rule = Rule::quoted(
    "a rolling deployment may stop or start at least one task",
    STUCK,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html",
    "2026-11",
);

pub(super) const RULES: &[Rule] = &[MINIMUM, MAXIMUM, NEGATIVE, BOTH, MOVING];

/// How many tasks a rolling deployment keeps running, and how many run at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    wanted: i64,
    /// Rounded up.
    keep: i64,
    /// Rounded down.
    most: i64,
}

impl Steps {
    fn of(wanted: i64, minimum: i64, maximum: i64) -> Steps {
        let share = |percent: i64| i128::from(wanted.max(0)) * i128::from(percent.max(0));
        let whole = |share: i128| i64::try_from(share).unwrap_or(i64::MAX);
        Steps {
            wanted,
            keep: whole((share(minimum) + 99) / 100),
            most: whole(share(maximum) / 100),
        }
    }

    /// Whether no task may stop and none may start. Without tasks, there is nothing to replace.
    fn are_none(self) -> bool {
        self.wanted > 0 && self.keep >= self.wanted && self.most <= self.wanted
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = if self.wanted == 1 { "task" } else { "tasks" };
        write!(
            out,
            "a rolling deployment of {} {tasks} keeps at least {} and runs at most {}",
            self.wanted, self.keep, self.most
        )
    }
}

/// The steps of a rolling deployment, if the number of tasks is known.
pub(super) fn of(it: &ServiceUse) -> Result<Option<Steps>, Stop> {
    let Some(&wanted) = it.request().desired_count.get()? else { return Ok(None) };
    if it.is_daemon().unwrap_or(None) != Some(false) || !it.is_whole() {
        return Ok(None);
    }
    let (minimum, maximum) = given(it)?;
    Ok(Some(Steps::of(wanted, minimum.unwrap_or(100), maximum.unwrap_or(200))))
}

fn given(it: &ServiceUse) -> Result<(Option<i64>, Option<i64>), Stop> {
    let Some(deployment) = it.deployment()? else { return Ok((None, None)) };
    let percent = |field: &Field<i64>| Ok::<_, Stop>(field.get()?.copied());
    Ok((percent(&deployment.minimum_healthy_percent)?, percent(&deployment.maximum_percent)?))
}

pub(super) fn judge(it: &ServiceUse, found: &mut Findings) -> Result<(), Stop> {
    let (minimum, maximum) = given(it)?;
    // What cannot be read is reported at its place.
    let is_daemon = it.is_daemon().unwrap_or(None);
    let is_rolling = it.controller().unwrap_or(None) == Some(Controller::Ecs)
        && it.strategy()? == Some(Strategy::Rolling);
    if is_out_of_range(it, (minimum, maximum), is_daemon, found)?
        || !is_rolling
        || is_daemon != Some(false)
    {
        return Ok(());
    }
    let Some(deployment) = it.deployment()? else { return Ok(()) };
    let place = match it.writes(&deployment.maximum_percent) {
        true => deployment.maximum_percent.place(),
        false => &deployment.place,
    };
    if (minimum, maximum) == (Some(100), Some(100)) && it.writes(&deployment.maximum_percent) {
        found.add(
            BOTH.fail("minimumHealthyPercent and maximumPercent are both 100: no task may stop and none may start")
                .at(place)
                .remedy("Raise maximumPercent to 200, or lower minimumHealthyPercent"),
        );
        return Ok(());
    }
    if let Some(steps) = of(it)?
        && steps.are_none()
    {
        let service = it.request().service_name.get()?.map_or("<service>", String::as_str);
        // The first deployment is not held up: the next one is.
        found.add(
            MOVING
                .warn(format!("{steps}: no later deployment can stop or start a task"))
                .at(place)
                .naming("<service>", &format!("(service {service})"))
                .remedy("Raise maximumPercent until one more task may start, or lower minimumHealthyPercent until one may stop"),
        );
    }
    Ok(())
}

/// Whether a percentage is one that the API rejects.
fn is_out_of_range(
    it: &ServiceUse,
    (minimum, maximum): (Option<i64>, Option<i64>),
    is_daemon: Option<bool>,
    found: &mut Findings,
) -> Result<bool, Stop> {
    let Some(deployment) = it.deployment()? else { return Ok(false) };
    let field = &deployment.minimum_healthy_percent;
    if let Some(percent) = minimum.filter(|percent| !(0..=100).contains(percent))
        && it.writes(field)
    {
        let rule = if percent > 100 { MINIMUM } else { NEGATIVE };
        let message = format!("minimumHealthyPercent is {percent}, outside 0 to 100");
        found.add(rule.fail(message).at(field.place()).remedy("Set it to 0 to 100"));
        return Ok(true);
    }
    let field = &deployment.maximum_percent;
    if let Some(percent) = maximum.filter(|percent| *percent < 100)
        && it.writes(field)
        && is_daemon == Some(false)
    {
        let message = format!("maximumPercent is {percent}, less than 100");
        found.add(MAXIMUM.fail(message).at(field.place()).remedy("Set it to 100 or more"));
        return Ok(true);
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::Steps;

    /// Tasks, percentages; how many are kept and run at most; whether nothing can move.
    #[test]
    fn a_deployment_moves_if_one_task_may_stop_or_start() {
        for (wanted, minimum, maximum, keep, most, stuck) in [
            (1, 100, 200, 1, 2, false),
            (1, 0, 100, 0, 1, false),
            (1, 50, 150, 1, 1, true),
            (1, 100, 134, 1, 1, true),
            (2, 50, 100, 1, 2, false),
            (2, 75, 150, 2, 3, false),
            (3, 100, 125, 3, 3, true),
            (4, 100, 125, 4, 5, false),
            (4, 50, 100, 2, 4, false),
            (10, 90, 110, 9, 11, false),
            (0, 100, 100, 0, 0, false),
        ] {
            let steps = Steps::of(wanted, minimum, maximum);
            assert_eq!((steps.keep, steps.most, steps.are_none()), (keep, most, stuck), "{steps}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_counted() {
        let steps = Steps::of(i64::MAX, i64::MAX, i64::MAX);
        assert_eq!(steps.keep, i64::MAX);
    }
}
