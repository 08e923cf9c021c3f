//! The number of tasks against Application Auto Scaling, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html>).

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::application_autoscaling::ScalableTarget;
use crate::task::ServiceUse;
use crate::verdict::{Findings, Rule};

const RANGE: Rule = Rule::unquoted(
    "desiredCount is in the range of Application Auto Scaling",
    "no error text: the next scaling action changes the number of tasks",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[RANGE];

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
    }
    Ok(())
}
