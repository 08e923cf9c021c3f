//! What the live service does not allow an update, for `service-deployment`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>).

use crate::document::node::Value;
use crate::document::{ContextKind, Field};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::task::{Controller, ServiceUse};
use crate::verdict::{Findings, Rule};

const CODE_DEPLOY: Rule = Rule::quoted(
    "CodeDeploy changes the task definition, the network and the load balancers of its services",
    "InvalidParameterException: Unable to update <what> on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.",
    "https://github.com/boto/boto3/issues/1936",
    "2026-11",
);

const FORCED: Rule = Rule::quoted(
    "another capacity provider strategy needs a new deployment",
    "InvalidParameterException: When switching from launch type to capacity provider strategy on an existing service, or making a change to a capacity provider strategy on a service that is already using one, you must force a new deployment.",
    "https://github.com/kayac/ecspresso/issues/481",
    "2026-11",
);

pub(super) const RULES: &[Rule] = &[CODE_DEPLOY, FORCED];

/// Without the live service, its controller is not known.
pub(super) fn judge(it: &ServiceUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    if it.task.context.kind != ContextKind::UpdateService {
        return Ok(());
    }
    if !it.is_whole()
        && let Some(lookup) = it.lookup()?
    {
        // A missing service is reported by service-exists.
        let _seen = facts.get(&lookup)?;
        return Ok(());
    }
    found.part(it.place_of(&it.request().capacity_provider_strategy), |found| {
        forced(it, facts, found)
    });
    if it.controller()? != Some(Controller::CodeDeploy)
        || it.writes(&it.request().deployment_controller)
    {
        return Ok(());
    }
    for (name, what) in [
        ("taskDefinition", "task definition"),
        ("networkConfiguration", "network parameters"),
        ("loadBalancers", "load balancers"),
    ] {
        let Some(node) = it.written(name) else { continue };
        found.add(
            CODE_DEPLOY
                .fail(format!("{name} is set, but CodeDeploy deploys the service"))
                .at(&node.place)
                .naming("<what>", what)
                .remedy(format!("Remove {name}, and deploy it with CodeDeploy")),
        );
    }
    Ok(())
}

/// The strategy of the update against that of the service. Newer versions of ECS may accept a change without
/// a new deployment, so this is a warning.
fn forced(it: &ServiceUse, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let field = &it.request().capacity_provider_strategy;
    let is_forced =
        it.written("forceNewDeployment").is_some_and(|it| it.value == Value::Bool(true));
    if !it.writes(field) || is_forced {
        return Ok(());
    }
    let Some(lookup) = it.lookup()? else { return Ok(()) };
    let Seen::Found(service) = facts.get(&lookup)? else { return Ok(()) };
    let mut wanted = Vec::new();
    for item in field.items()? {
        let share = |field: &Field<i64>| Ok::<_, Stop>(field.get()?.copied().unwrap_or(0));
        let name = item.capacity_provider.get()?.map_or("", String::as_str);
        wanted.push((name, share(&item.weight)?, share(&item.base)?));
    }
    let current = service.json.get("capacityProviderStrategy").and_then(|it| it.as_array());
    let mut current: Vec<_> = current.into_iter().flatten().map(item).collect();
    wanted.sort_unstable();
    current.sort_unstable();
    if wanted != current {
        found.add(
            FORCED
                .warn("capacityProviderStrategy changes, but forceNewDeployment is not set")
                .at(field.place())
                .remedy("Set forceNewDeployment to true"),
        );
    }
    Ok(())
}

/// One item of the strategy of a live service.
fn item(it: &serde_json::Value) -> (&str, i64, i64) {
    let share = |name: &str| it.get(name).and_then(serde_json::Value::as_i64).unwrap_or(0);
    let name = it.get("capacityProvider").and_then(serde_json::Value::as_str);
    (name.unwrap_or_default(), share("weight"), share("base"))
}
