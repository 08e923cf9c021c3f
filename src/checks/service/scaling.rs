//! The number of tasks against Application Auto Scaling, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html>).

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::application_autoscaling::{ScalableTarget, ScheduledActions};
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule};

const RANGE: Rule = Rule::unquoted(
    "desiredCount is in the range of Application Auto Scaling",
    "no error text: the next scaling action changes the number of tasks",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
    "2026-11-30",
);

const SCHEDULED: Rule = Rule::unquoted(
    "desiredCount is in the range that a scheduled action sets",
    "no error text: the scheduled action changes the number of tasks",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-schedulescaling.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[RANGE, SCHEDULED];

/// ECS accepts any number. Scaling corrects it later.
pub(super) fn judge(it: &ServiceUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let field = &it.request().desired_count;
    let (Some(&count), false) = (field.get()?, it.is_new()) else { return Ok(()) };
    let Some(lookup) = it.lookup()?.filter(|_| it.writes(field)) else { return Ok(()) };
    let name = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    let target = ScalableTarget {
        cluster: name(lookup.cluster.as_deref().unwrap_or("default")),
        service: name(&lookup.service),
        region: lookup.region,
    };
    let Some(Seen::Found(range)) = facts.peek(&target)? else { return Ok(()) };
    let ScalableTarget { region, cluster, service } = target;
    let actions = facts.peek(&ScheduledActions { region, cluster, service })?;
    if !(range.minimum..=range.maximum).contains(&count) {
        found.add(
            RANGE
                .warn(format!(
                    "desiredCount is {count}, but Application Auto Scaling keeps {} to {} tasks",
                    range.minimum, range.maximum
                ))
                .at(field.place())
                .prevents("no error text: the next scaling action changes the number of tasks")
                .remedy("Remove desiredCount from the update, or change the range of the scalable target"),
        );
        return Ok(());
    }
    let Some(Seen::Found(actions)) = actions else { return Ok(()) };
    let is_outside = |minimum: Option<i64>, maximum: Option<i64>| {
        minimum.is_some_and(|minimum| count < minimum)
            || maximum.is_some_and(|maximum| count > maximum)
    };
    if let Some(action) = actions.iter().find(|it| is_outside(it.minimum, it.maximum)) {
        let range = match (action.minimum, action.maximum) {
            (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum} tasks"),
            (Some(minimum), None) => format!("at least {minimum} tasks"),
            (None, maximum) => format!("at most {} tasks", maximum.unwrap_or_default()),
        };
        found.add(
            SCHEDULED
                .warn(format!(
                    "desiredCount is {count}, but the scheduled action {} ({}) keeps {range}",
                    action.name, action.schedule
                ))
                .at(field.place())
                .prevents("no error text: the scheduled action changes the number of tasks")
                .remedy("Remove desiredCount from the update, or change the scheduled action"),
        );
    }
    Ok(())
}
