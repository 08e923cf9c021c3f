//! Service registries of AWS Cloud Map, for `service-discovery`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html>).

use super::errors::{DEPLOYED, REFUSED, REGISTRY_PAIR, REGISTRY_PORT};
use crate::document::run_context::ServiceRegistry;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::servicediscovery::{GetRegistry, Registry};
use crate::names::Arn;
use crate::task::{Mapped, ServiceUse};
use crate::verdict::{Findings, Rule};

const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html";
const REGISTRY: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html";

const ONE: Rule = Rule::quoted(
    "a service has one service registry",
    "InvalidParameterException: service registries can have at most 1 items.",
    DEPLOYED,
    "2026-09",
);
const BOTH: Rule = Rule::quoted(
    "with networkMode bridge and host, a service registry has containerName and containerPort",
    REGISTRY_PAIR,
    "https://github.com/techservicesillinois/terraform-aws-ecs-service/issues/16",
    "2026-09",
);
const EITHER: Rule = Rule::quoted(
    "a service registry has a port, or a containerName with a containerPort",
    "InvalidParameterException: Specify a value for either 'port' or the 'containerName' and 'containerPort' combination, but not both.",
    "https://github.com/umotif-public/terraform-aws-ecs-fargate/issues/25",
    "2026-09",
);
const MODE: Rule = Rule::unquoted(
    "service discovery does not support networkMode none",
    REFUSED,
    PAGE,
    "2026-11-30",
);
const CONTAINER: Rule = Rule::unquoted(
    "a service registry uses a container and a port of the task definition",
    REFUSED,
    REGISTRY,
    "2026-11-30",
);

const ARN: Rule = Rule::unquoted(
    "registryArn is the ARN of a service of AWS Cloud Map",
    REFUSED,
    REGISTRY,
    "2026-11-30",
);
const NO_PORT: Rule = Rule::quoted(
    "a service registry without SRV records has no containerPort",
    REGISTRY_PORT,
    DEPLOYED,
    "2026-09",
);
const UNASKED: Rule = Rule::quoted(
    "a service registry without SRV records has no port",
    "InvalidParameterException: A port was provided but is not required by the specified service registry",
    "https://github.com/cloudposse/terraform-aws-ecs-web-app/issues/208",
    "2026-11",
);
const SRV: Rule = Rule::unquoted(
    "with networkMode bridge and host, a service registry has SRV records",
    REFUSED,
    PAGE,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[ONE, BOTH, EITHER, MODE, CONTAINER, ARN, NO_PORT, UNASKED, SRV];

pub(super) fn count(it: &ServiceUse, registries: &[ServiceRegistry], found: &mut Findings) {
    let field = &it.request().service_registries;
    if registries.len() > 1 && it.writes(field) {
        let message =
            format!("there are {} service registries, but a service has one", registries.len());
        found.add(ONE.fail(message).at(field.place()).remedy("Keep one service registry"));
    }
}

pub(super) fn judge(
    it: &ServiceUse,
    registry: &ServiceRegistry,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    found.part(&registry.place, |found| members(it, registry, found));
    found.part(registry.container_name.place(), |found| container(it, registry, found));
    found.part(registry.registry_arn.place(), |found| {
        let Some(text) = registry.registry_arn.get()? else { return Ok(()) };
        match text.parse::<Arn>().ok().and_then(|arn| id(&arn)) {
            Some(id) => {
                let region = it.task.region()?.clone();
                records(it, registry, facts.need(&GetRegistry { region, id })?, found)?;
            }
            None => found.add(
                ARN.fail(format!("{text} is not the ARN of a service of AWS Cloud Map"))
                    .at(registry.registry_arn.place())
                    .remedy(
                        "Set registryArn to arn:aws:servicediscovery:REGION:ACCOUNT:service/srv-ID",
                    ),
            ),
        }
        Ok(())
    });
    Ok(())
}

/// The id of a registry: `srv-…`.
fn id(arn: &Arn) -> Option<String> {
    let id = arn.resource.strip_prefix("service/").filter(|_| arn.service == "servicediscovery")?;
    Some(id.to_owned())
}

/// Only SRV records have a port. With bridge and host, tasks share the address of an instance, so that only
/// a port distinguishes them.
fn records(
    it: &ServiceUse,
    registry: &ServiceRegistry,
    made: &Registry,
    found: &mut Findings,
) -> Result<(), Stop> {
    let has_ports = made.records.iter().any(|kind| kind == "SRV");
    let kinds = match made.records.is_empty() {
        true => "no DNS records".to_owned(),
        false => format!("{} records only", made.records.join(" and ")),
    };
    let own = it.task.has_own_interface()?;
    let place = match own {
        _ if !registry.container_port.is_missing() => registry.container_port.place(),
        true if !registry.port.is_missing() => registry.port.place(),
        _ => registry.registry_arn.place(),
    };
    match (own, has_ports) {
        (true, false) if !made.records.is_empty() => {
            if !registry.container_port.is_missing() {
                found.add(
                    NO_PORT
                        .fail(format!("containerPort is set, but the service registry has {kinds}, without ports"))
                        .at(place)
                        .remedy("Remove containerName and containerPort, or use a service registry with SRV records"),
                );
            } else if !registry.port.is_missing() {
                found.add(
                    UNASKED
                        .fail(format!(
                            "port is set, but the service registry has {kinds}, without ports"
                        ))
                        .at(place)
                        .remedy("Remove port, or use a service registry with SRV records"),
                );
            }
        }
        (true, true) if registry.container_port.is_missing() && registry.port.is_missing() => {
            found.add(
                EITHER
                    .fail("the service registry has SRV records, but neither port nor containerName and containerPort is set")
                    .at(place)
                    .remedy("Set port, or containerName and containerPort"),
            );
        }
        (false, false) if !made.records.is_empty() => {
            let mode = it.task.definition.network_mode.get()?.map_or("bridge", String::as_str);
            found.add(
                SRV.fail(format!(
                    "the service registry has {kinds}, but networkMode {mode} needs SRV records"
                ))
                .at(registry.registry_arn.place())
                .remedy("Use a service registry with SRV records, or networkMode awsvpc"),
            );
        }
        _ => {}
    }
    Ok(())
}

/// The port that the registry publishes, by the network mode.
fn members(it: &ServiceUse, registry: &ServiceRegistry, found: &mut Findings) -> Result<(), Stop> {
    let name = &registry.container_name;
    let port = &registry.container_port;
    let has_port = !registry.port.is_missing();
    let has_container = !name.is_missing() || !port.is_missing();
    let mode = it.task.definition.network_mode.get()?.map_or("bridge", String::as_str);
    match mode {
        "none" => {
            found.add(
                MODE.fail("networkMode is none, which service discovery does not support")
                    .at(&registry.place)
                    .remedy("Remove serviceRegistries, or set networkMode to awsvpc"),
            );
        }
        "" | "default" | "bridge" | "host" if name.is_missing() || port.is_missing() => {
            found.add(
                BOTH.fail(format!(
                    "networkMode is {mode}, but the service registry has no {}",
                    if name.is_missing() { "containerName" } else { "containerPort" }
                ))
                .at(&registry.place)
                .remedy("Set containerName and containerPort of a port mapping"),
            );
        }
        "awsvpc" if has_port && has_container => {
            found.add(
                EITHER
                    .fail("the service registry has port as well as containerName or containerPort")
                    .at(registry.port.place())
                    .remedy("Remove port, or containerName and containerPort"),
            );
        }
        _ => {}
    }
    Ok(())
}

fn container(
    it: &ServiceUse,
    registry: &ServiceRegistry,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = registry.container_name.get()? else { return Ok(()) };
    let Some(container) = it.task.container_named(name)? else {
        found.add(
            CONTAINER
                .fail(format!("the task definition has no container `{name}`"))
                .at(registry.container_name.place())
                .remedy("Set containerName to the name of a container of the task definition"),
        );
        return Ok(());
    };
    let Some(&port) = registry.container_port.get()? else { return Ok(()) };
    if let Mapped::Not = container.mapping_of(port)? {
        found.add(
            CONTAINER
                .fail(format!("container `{name}` has no port mapping for port {port}"))
                .at(registry.container_port.place())
                .remedy(format!("Add containerPort {port} to portMappings of `{name}`, or correct containerPort of the service registry")),
        );
    }
    Ok(())
}
