//! The capacity provider strategy of the request.

use crate::checks::capacity::candidates::place;
use crate::document::launch::{OperatingSystem, requested};
use crate::document::run_context::StrategyItem;
use crate::document::{ContextKind, Place};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::ecs::cluster::DefaultItem;
use crate::shell::ShellCommand;
use crate::task::Task;
use crate::verdict::{Findings, Rule, fail, warn};

const API: &str = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html";

const ASSOCIATED: Rule = Rule::quoted(
    "a strategy contains only capacity providers that are associated with the cluster",
    "InvalidParameterException: The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.",
    "https://github.com/dask/dask-cloudprovider/issues/328",
    "2026-11",
);
const ONE_KIND: Rule = Rule::quoted(
    "a strategy does not mix Fargate with other capacity providers",
    "InvalidParameterException: A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.",
    "https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/68",
    "2026-11",
);
const SOME_WEIGHT: Rule = Rule::unquoted(
    "one capacity provider of a strategy has a weight above 0",
    "CreateService, UpdateService and RunTask refuse the strategy",
    API,
    "2026-11",
);
const ONE_BASE: Rule = Rule::unquoted(
    "only one capacity provider of a strategy has a base",
    "CreateService, UpdateService and RunTask refuse the strategy",
    API,
    "2026-11",
);
const AT_MOST_20: Rule = Rule::unquoted(
    "a strategy has at most 20 capacity providers",
    "CreateService, UpdateService and RunTask refuse the strategy",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html",
    "2026-11",
);
const NO_WINDOWS_ON_SPOT: Rule = Rule::unquoted(
    "Fargate Spot runs no Windows containers",
    "the request is refused, or its tasks do not start",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
    "2026-11",
);

const NO_DAEMON: Rule = Rule::quoted(
    "a DAEMON service uses no capacity provider strategy, nor the default one of the cluster",
    "InvalidParameterException: Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.",
    "https://github.com/aws/containers-roadmap/issues/692",
    "2023-07",
);

pub(in crate::checks::capacity) const RULES: &[Rule] =
    &[ASSOCIATED, ONE_KIND, SOME_WEIGHT, ONE_BASE, AT_MOST_20, NO_WINDOWS_ON_SPOT, NO_DAEMON];

/// Judges the strategy as it is written, and its providers.
pub(super) fn judge(task: &Task, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let items = task.context.request.capacity_provider_strategy.items()?;
    if items.is_empty() {
        return Ok(());
    }
    if task.context.kind != ContextKind::LiveService {
        shape(task, items, found)?;
    }
    let cluster = facts.need(&task.cluster()?)?;
    for item in items {
        let place = item.capacity_provider.place();
        found.part(place, |found| {
            let Some(name) = item.capacity_provider.get()? else { return Ok(()) };
            let last = name.rsplit('/').next().unwrap_or(name);
            let associated = cluster.capacity_providers.as_ref();
            let is_associated =
                associated.is_none_or(|all| all.iter().any(|it| it.rsplit('/').next() == Some(last)));
            if !is_associated {
                let asked = task.cluster()?;
                let message = format!("capacity provider {last} is not associated with cluster {}", asked.cluster);
                found.add(ASSOCIATED.fail(message).at(place).on(name).remedy(
                    "Associate the capacity provider with the cluster, or use one that is associated",
                ).command(
                    ShellCommand::of("aws ecs describe-clusters")
                        .option("--clusters", asked.cluster.as_str())
                        .option("--query", "clusters[].capacityProviders")
                        .region(&asked.region),
                ));
                return Ok(());
            }
            match last {
                "FARGATE" => Ok(()),
                "FARGATE_SPOT" => on_spot(task, item, found),
                _ => usable(task, place, last, facts, found),
            }
        });
    }
    Ok(())
}

/// Judges the default strategy of the cluster, if the request uses it. The API accepts one without weights,
/// which places nothing (<https://github.com/aws/containers-roadmap/issues/631>).
pub(super) fn by_default(task: &Task, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let is_new = matches!(task.context.kind, ContextKind::CreateService | ContextKind::RunTask);
    if !is_new || requested(&task.context)?.is_some() {
        return Ok(());
    }
    let asked = task.cluster()?;
    let strategy = facts.need(&asked)?.default_strategy.as_deref().unwrap_or_default();
    let is_daemon =
        task.context.request.scheduling_strategy.get()?.is_some_and(|it| it == "DAEMON");
    if is_daemon && !strategy.is_empty() {
        found.add(
            NO_DAEMON
                .warn(format!(
                    "schedulingStrategy is DAEMON, but the request uses the default capacity provider strategy of cluster {}",
                    asked.cluster
                ))
                .at(place(task))
                .remedy("Set launchType to EC2"),
        );
        return Ok(());
    }
    let is_used = |item: &&DefaultItem| item.weight > 0 || item.base > 0;
    let own = strategy.iter().filter(is_used).filter(|it| !it.provider.starts_with("FARGATE"));
    for item in own {
        found.part(place(task), |found| {
            let name = item.provider.rsplit('/').next().unwrap_or(&item.provider);
            usable(task, place(task), name, facts, found)
        });
    }
    if !strategy.is_empty() && strategy.iter().all(|item| item.weight == 0) {
        found.add(
            warn(format!(
                "no capacity provider of the default strategy of cluster {} has a weight above 0",
                asked.cluster
            ))
            .at(place(task))
            .prevents("no error text: no task is placed")
            .remedy("Set a weight in the default strategy, or set launchType in the request"),
        );
    }
    Ok(())
}

/// What the API says of the strategy alone.
fn shape(task: &Task, items: &[StrategyItem], found: &mut Findings) -> Result<(), Stop> {
    let field = &task.context.request.capacity_provider_strategy;
    let mut fargate = 0;
    let (mut weight, mut bases) = (false, Vec::new());
    for item in items {
        let name = item.capacity_provider.get()?;
        fargate += usize::from(name.is_some_and(|name| name.starts_with("FARGATE")));
        weight |= item.weight.get()?.is_some_and(|weight| *weight > 0);
        if item.base.get()?.is_some_and(|base| *base > 0) {
            bases.push(item);
        }
    }
    if fargate > 0 && fargate < items.len() {
        found.add(
            ONE_KIND
                .fail("the strategy mixes Fargate with other capacity providers")
                .at(field.place())
                .remedy("Use only Fargate providers, or only others"),
        );
    }
    // The flag has no weight; the AWS CLI needs one.
    let is_flag = items.iter().all(|item| &*item.place.document == "--capacity-provider");
    if !weight && !is_flag {
        found.add(
            SOME_WEIGHT
                .fail("no capacity provider of the strategy has a weight above 0; without weight it is 0")
                .at(field.place())
                .remedy("Set weight to 1 for the capacity provider to use"),
        );
    }
    if let Some(second) = bases.get(1) {
        found.add(
            ONE_BASE
                .fail("more than one capacity provider of the strategy has a base")
                .at(second.base.place())
                .remedy("Set base for one capacity provider only"),
        );
    }
    if items.len() > 20 {
        found.add(
            AT_MOST_20
                .fail(format!(
                    "the strategy has {} capacity providers, but at most 20 are allowed",
                    items.len()
                ))
                .at(field.place())
                .remedy("Remove capacity providers from the strategy"),
        );
    }
    Ok(())
}

fn on_spot(task: &Task, item: &StrategyItem, found: &mut Findings) -> Result<(), Stop> {
    if let OperatingSystem::Windows(_) = task.definition.operating_system()? {
        found.add(
            NO_WINDOWS_ON_SPOT
                .fail("the task runs Windows containers, which Fargate Spot does not support")
                .at(item.capacity_provider.place())
                .remedy("Use the capacity provider FARGATE"),
        );
    }
    Ok(())
}

fn usable(
    task: &Task,
    place: &Place,
    name: &str,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let asked = DescribeCapacityProvider { region: task.region()?.clone(), name: name.to_owned() };
    let provider = facts.need(&asked)?;
    if let Some(status) = provider.status.as_deref().filter(|status| *status != "ACTIVE") {
        let message = format!("capacity provider {name} is {status}, not ACTIVE");
        let finding = if status == "INACTIVE" || status == "DEPROVISIONING" {
            fail(message)
        } else {
            warn(message)
        };
        found.add(
            finding
                .at(place)
                .prevents("InvalidParameterException (AWS's exact words are not known)")
                .remedy("Use a capacity provider that is ACTIVE"),
        );
    }
    if let Some(why) = &provider.update_failed {
        found.add(
            warn(format!("the last update of capacity provider {name} failed: {why}"))
                .at(place)
                .prevents("no error text: tasks stay in PROVISIONING")
                .remedy("Update the capacity provider again"),
        );
    }
    Ok(())
}
