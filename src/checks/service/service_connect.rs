//! Service Connect, for `service-discovery`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html>,
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectService.html>).

use std::collections::HashMap;

use super::errors::{self, DEPLOYED, NO_NAMESPACE, REFUSED};
use super::tls;
use crate::document::launch::OperatingSystem;
use crate::document::run_context::{ClientAlias, ConnectedService, ServiceConnect};
use crate::document::{Field, Place};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::servicediscovery::{FindNamespace, GetNamespace, NamesInUse};
use crate::task::{Controller, ServiceUse};
use crate::verdict::{Findings, Rule};

const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html";
const SERVICE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectService.html";

/// How long a discovery name and a DNS name are at most.
const LONGEST_NAME: usize = 64;
const LONGEST_DNS_NAME: usize = 127;

const PORT_NAME: Rule = Rule::quoted(
    "Service Connect uses a named port mapping of the task definition",
    errors::PORT_NAME,
    DEPLOYED,
    "2026-09",
);
const NAMESPACE: Rule = Rule::quoted(
    "Service Connect has a namespace, of the service or of the cluster",
    NO_NAMESPACE,
    DEPLOYED,
    "2026-09",
);
const NO_ALIAS: Rule = Rule::quoted(
    "a Service Connect service has a client alias",
    "InvalidParameterException: clientAliases must have 1 element.",
    DEPLOYED,
    "2026-09",
);
const ALIASES: Rule = Rule::quoted(
    "a Service Connect service has one client alias",
    "InvalidParameterException: <count> clientAliases exceeds the max limit of 1",
    DEPLOYED,
    "2026-09",
);
const DNS_NAME: Rule = Rule::quoted(
    "dnsName of a client alias is a valid name of at most 127 characters",
    "InvalidParameterException: The DNS name that you provided is invalid. The name must be a valid DNS name but doesn't need to be fully-qualified. Up to 127 characters are allowed. The characters can include lowercase letters, numbers, underscores (_), hyphens (-), and periods (.). A hyphen can't be the first character.",
    DEPLOYED,
    "2026-09",
);
const NAME: Rule = Rule::unquoted(
    "discoveryName has at most 64 lower-case letters, digits, underscores and hyphens, and no hyphen first",
    REFUSED,
    SERVICE,
    "2026-11-30",
);
const TWICE: Rule = Rule::unquoted(
    "each name, and each pair of DNS name and port, is used once",
    REFUSED,
    SERVICE,
    "2026-11-30",
);
const USED: Rule = Rule::quoted(
    "the name of a Service Connect service is free in the namespace",
    "InvalidParameterException: SC service is already used by <namespace>",
    "https://github.com/aws/copilot-cli/issues/4337",
    "2026-11",
);
const PORT: Rule = Rule::unquoted(
    "ports of Service Connect are at most 65535",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectClientAlias.html",
    "2026-11-30",
);
const MODE: Rule = Rule::unquoted(
    "Service Connect needs networkMode awsvpc or bridge",
    REFUSED,
    PAGE,
    "2026-11-30",
);
const WINDOWS: Rule =
    Rule::unquoted("Service Connect does not support Windows", REFUSED, PAGE, "2026-11-30");
const CONTROLLER: Rule = Rule::unquoted(
    "Service Connect needs the deployment controller ECS",
    REFUSED,
    PAGE,
    "2026-11-30",
);
const MEMORY: Rule = Rule::unquoted(
    "a task with Service Connect has a task memory limit",
    "no error text: the proxy of Service Connect has no memory reserved",
    PAGE,
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[
    PORT_NAME, NAMESPACE, NO_ALIAS, ALIASES, DNS_NAME, NAME, TWICE, USED, PORT, MODE, WINDOWS,
    CONTROLLER, MEMORY,
];

pub(super) fn judge(
    it: &ServiceUse,
    connect: &ServiceConnect,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    found.part(connect.namespace.place(), |found| namespace(it, connect, facts, found));
    found.part(connect.enabled.place(), |found| host(it, connect, found));
    let mut names = Names::default();
    for service in connect.services.items()? {
        found.part(service.port_name.place(), |found| port_name(it, service, found));
        found.part(service.discovery_name.place(), |found| discovery_name(service, found));
        found.part(service.tls.place(), |found| tls::judge(it, service, facts, found));
        number(&service.ingress_port_override, "ingressPortOverride", found);
        found.part(service.client_aliases.place(), |found| aliases(service, found));
        names.add(service, found);
    }
    Ok(())
}

/// The namespace of the service, or the default one of its cluster.
fn namespace(
    it: &ServiceUse,
    connect: &ServiceConnect,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let region = it.task.region()?.clone();
    let arn = match connect.namespace.get()?.map(String::as_str).filter(|name| !name.is_empty()) {
        Some(arn) if arn.starts_with("arn:") => {
            let id = arn.rsplit('/').next().unwrap_or(arn).to_owned();
            &facts.need(&GetNamespace { region, id })?.arn
        }
        Some(name) => &facts.need(&FindNamespace { region, name: name.to_owned() })?.arn,
        None => {
            let cluster = it.request().cluster.get()?.map_or("default", String::as_str).to_owned();
            let cluster = facts.need(&DescribeCluster { region, cluster })?;
            let Some(arn) = &cluster.namespace else {
                found.add(
                    NAMESPACE
                        .fail("Service Connect has no namespace, and the cluster has no default namespace")
                        .at(&connect.place)
                        .remedy("Set namespace of serviceConnectConfiguration, or a default namespace of the cluster"),
                );
                return Ok(());
            };
            arn
        }
    };
    free(it, connect, arn, facts, found)
}

/// The names of a new service must be free. Those of a live service may be its own.
fn free(
    it: &ServiceUse,
    connect: &ServiceConnect,
    arn: &str,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let services = connect.services.items()?;
    if !it.is_new() || services.is_empty() {
        return Ok(());
    }
    // A service that exists already uses its names.
    if let Some(lookup) = it.lookup()?
        && let Seen::Found(_) = facts.get(&lookup)?
    {
        return Ok(());
    }
    let namespace = arn.rsplit('/').next().unwrap_or(arn).to_owned();
    let used = facts.need(&NamesInUse { region: it.task.region()?.clone(), namespace })?;
    for service in services {
        let field = name_of(service);
        if let Some(name) = field.get()?.filter(|name| used.contains(name)) {
            found.add(
                USED.fail(format!("the name `{name}` is already used in the namespace"))
                    .at(field.place())
                    .naming("<namespace>", arn)
                    .remedy("Set another discoveryName, or delete the service of AWS Cloud Map that uses it"),
            );
        }
    }
    Ok(())
}

/// The field with the discovery name: the port mapping's name is used for a missing one.
fn name_of(service: &ConnectedService) -> &Field<String> {
    match service.discovery_name.is_missing() {
        true => &service.port_name,
        false => &service.discovery_name,
    }
}

/// What runs the proxy.
fn host(it: &ServiceUse, connect: &ServiceConnect, found: &mut Findings) -> Result<(), Stop> {
    let place = connect.enabled.place();
    let definition = &it.task.definition;
    if it.controller().unwrap_or(None).is_some_and(|controller| controller != Controller::Ecs) {
        found.add(
            CONTROLLER
                .fail("Service Connect is on, but ECS does not deploy the service")
                .at(place)
                .remedy("Turn Service Connect off, or use the deployment controller ECS"),
        );
    }
    let mode = definition.network_mode.get()?.map_or("bridge", String::as_str);
    if matches!(mode, "host" | "none") {
        found.add(
            // No answer of AWS is known for it.
            MODE.warn(format!(
                "Service Connect is on, but networkMode is {mode}; it supports awsvpc and bridge"
            ))
            .at(place)
            .remedy("Set networkMode to awsvpc, or turn Service Connect off"),
        );
    }
    if let OperatingSystem::Windows(family) = definition.operating_system()? {
        found.add(
            WINDOWS
                .fail(format!("Service Connect is on, but the task runs {family}"))
                .at(place)
                .remedy("Turn Service Connect off"),
        );
    }
    if definition.memory.is_missing() && !it.task.may_run_on_fargate()? {
        found.add(
            MEMORY
                .warn("Service Connect is on, but the task definition has no memory of the task")
                .at(place)
                .prevents("no error text: the proxy of Service Connect has no memory reserved")
                .remedy("Set memory of the task definition"),
        );
    }
    Ok(())
}

fn port_name(
    it: &ServiceUse,
    service: &ConnectedService,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some(name) = service.port_name.get()? else { return Ok(()) };
    if it.task.port_named(name)?.is_none() {
        found.add(
            PORT_NAME
                .fail(format!("no port mapping of the task definition has the name `{name}`"))
                .at(service.port_name.place())
                .naming("<port>", name)
                .remedy(format!("Set name of a port mapping to {name}, or correct portName")),
        );
    }
    Ok(())
}

fn discovery_name(service: &ConnectedService, found: &mut Findings) -> Result<(), Stop> {
    let Some(name) = service.discovery_name.get()? else { return Ok(()) };
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(it);
    if !is_name(name, LONGEST_NAME, is_plain) {
        found.add(
            NAME.fail(format!("discoveryName `{name}` is not a valid name"))
                .at(service.discovery_name.place())
                .remedy("Use at most 64 lower-case letters, digits, underscores and hyphens, and no hyphen first"),
        );
    }
    Ok(())
}

fn is_name(name: &str, longest: usize, allowed: impl Fn(char) -> bool) -> bool {
    (1..=longest).contains(&name.len()) && !name.starts_with('-') && name.chars().all(allowed)
}

fn aliases(service: &ConnectedService, found: &mut Findings) -> Result<(), Stop> {
    let place = match service.client_aliases.is_missing() {
        true => &service.place,
        false => service.client_aliases.place(),
    };
    let aliases = service.client_aliases.items()?;
    match aliases.len() {
        0 => found.add(
            NO_ALIAS
                .fail("the Service Connect service has no client alias")
                .at(place)
                .remedy("Add one client alias with a port"),
        ),
        1 => {}
        count => found.add(
            ALIASES
                .fail(format!("there are {count} client aliases, and one is allowed"))
                .at(place)
                .naming("<count>", &count.to_string())
                .remedy("Keep one client alias, or add a Service Connect service for the other"),
        ),
    }
    for alias in aliases {
        number(&alias.port, "port", found);
        found.part(alias.dns_name.place(), |found| dns_name(alias, found));
    }
    Ok(())
}

fn dns_name(alias: &ClientAlias, found: &mut Findings) -> Result<(), Stop> {
    let Some(name) = alias.dns_name.get()? else { return Ok(()) };
    let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-.".contains(it);
    if !is_name(name, LONGEST_DNS_NAME, is_plain) {
        found.add(
            DNS_NAME
                .fail(format!("dnsName `{name}` is not a valid DNS name of lower-case letters"))
                .at(alias.dns_name.place())
                .remedy("Use at most 127 lower-case letters, digits, underscores, hyphens and periods, and no hyphen first"),
        );
    }
    Ok(())
}

fn number(field: &Field<i64>, name: &str, found: &mut Findings) {
    found.part(field.place(), |found| {
        if let Some(port) = field.get()?
            && !(0..=65535).contains(port)
        {
            let message = format!("{name} is {port}, but ports are at most 65535");
            found.add(PORT.fail(message).at(field.place()).remedy("Set a port of 1 to 65535"));
        }
        Ok(())
    });
}

/// The names that the service publishes.
#[derive(Default)]
struct Names<'t> {
    discovery: HashMap<&'t str, &'t Place>,
    aliases: HashMap<(&'t str, i64), &'t Place>,
}

impl<'t> Names<'t> {
    /// Names that cannot be read are reported elsewhere.
    fn add(&mut self, service: &'t ConnectedService, found: &mut Findings) {
        let text = |field: &'t Field<String>| field.get().ok().flatten().map(String::as_str);
        let discovery = name_of(service);
        let Some(name) = text(discovery) else { return };
        if let Some(first) = self.discovery.insert(name, discovery.place()) {
            let message = format!(
                "two Service Connect services have the name `{name}`; the first is at {first}"
            );
            found
                .add(TWICE.fail(message).at(discovery.place()).remedy("Set another discoveryName"));
        }
        for alias in service.client_aliases.items().unwrap_or_default() {
            let (Some(dns), Ok(Some(&port))) = (text(&alias.dns_name), alias.port.get()) else {
                continue;
            };
            if let Some(first) = self.aliases.insert((dns, port), &alias.place) {
                let message = format!(
                    "two client aliases are `{dns}` on port {port}; the first is at {first}"
                );
                found.add(
                    TWICE.fail(message).at(&alias.place).remedy("Set another dnsName or port"),
                );
            }
        }
    }
}
