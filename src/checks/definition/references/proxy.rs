//! The App Mesh proxy: its container, its network mode and its properties
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html>).

use super::super::mode::Mode;
use super::super::names::Names;
use crate::document::task_definition::{ProxyConfiguration, ProxyProperty};
use crate::document::{Field, Place};
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";
const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html";

const CONTAINER: Rule = Rule::quoted(
    "the proxy container is one of the task definition",
    "ClientException: Proxy container [<name>] does not exist.",
    DEPLOYED,
    "2026-09",
);
const AWSVPC: Rule = Rule::quoted(
    "an App Mesh proxy needs networkMode awsvpc",
    "ClientException: APPMESH proxy configuration is only supported in networkMode=awsvpc",
    DEPLOYED,
    "2026-09",
);
const VALUE: Rule = Rule::quoted(
    "a property of the proxy has a value, which may be empty",
    "ClientException: ProxyConfiguration properties value cannot be null.",
    "https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/163",
    "2021-01-26",
);
const KNOWN: Rule = Rule::unquoted(
    "the properties of the proxy are those that ECS documents",
    "the property is ignored, or RegisterTaskDefinition refuses it",
    PAGE,
    "2026-06",
);
const IDENTITY: Rule = Rule::unquoted(
    "the proxy has IgnoredUID or IgnoredGID",
    "RegisterTaskDefinition refuses it, or the proxy's own traffic is sent back to it",
    PAGE,
    "2026-06",
);
const PORT: Rule = Rule::unquoted(
    "a port of the proxy is a number from 1 to 65535",
    "the network of the task cannot be set up",
    PAGE,
    "2026-06",
);
const MOST: Rule = Rule::unquoted(
    "a list of ports of the proxy has at most 15",
    "the task fails to start: an iptables rule takes 15 ports",
    "https://github.com/aws/aws-app-mesh-roadmap/issues/269",
    "2020-10-15",
);

/// A property, and what its absence leads to.
struct Property {
    name: &'static str,
    holds: Holds,
    /// The rule that it is there, if it has to be; a documented one that AWS does not insist on warns.
    required: Option<(Rule, bool)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// One port, which has to be there.
    Port,
    /// Ports, separated by commas; at least one.
    Ports,
    /// Ports, separated by commas, or none.
    PortsOrNone,
    /// Something else, or nothing.
    Other,
}

static PROPERTIES: [Property; 7] = [
    Property {
        name: "ProxyIngressPort",
        holds: Holds::Port,
        required: Some((
            Rule::quoted(
                "the proxy has ProxyIngressPort",
                "ClientException: Ingress port not found",
                DEPLOYED,
                "2026-09",
            ),
            true,
        )),
    },
    Property {
        name: "ProxyEgressPort",
        holds: Holds::Port,
        required: Some((
            Rule::unquoted(
                "the proxy has ProxyEgressPort",
                "RegisterTaskDefinition refuses it",
                DEPLOYED,
                "2026-09",
            ),
            true,
        )),
    },
    Property {
        name: "AppPorts",
        holds: Holds::Ports,
        required: Some((
            Rule::quoted(
                "the proxy has AppPorts, with at least one port",
                "ClientException: App ports not found",
                "https://github.com/aws/aws-app-mesh-roadmap/issues/467",
                "2024-03-17",
            ),
            true,
        )),
    },
    Property {
        name: "EgressIgnoredIPs",
        holds: Holds::Other,
        required: Some((
            Rule::unquoted(
                "the proxy has EgressIgnoredIPs, which may be empty",
                "RegisterTaskDefinition refuses it",
                DEPLOYED,
                "2026-09",
            ),
            false,
        )),
    },
    Property { name: "EgressIgnoredPorts", holds: Holds::PortsOrNone, required: None },
    Property { name: "IgnoredUID", holds: Holds::Other, required: None },
    Property { name: "IgnoredGID", holds: Holds::Other, required: None },
];

/// How many ports a rule of iptables takes.
const MOST_PORTS: usize = 15;

/// The rules of this file.
pub(super) fn rules() -> impl Iterator<Item = Rule> {
    let required = PROPERTIES.iter().filter_map(|it| Some(it.required.as_ref()?.0.clone()));
    [CONTAINER, AWSVPC, VALUE, KNOWN, IDENTITY, PORT, MOST].into_iter().chain(required)
}

/// Judges the proxy, if there is one.
pub(super) fn judge(task: &Task, names: &Names, found: &mut Findings) {
    // What cannot be read is judged with the shape of the document.
    let Ok(Some(proxy)) = task.definition.proxy_configuration.get() else { return };
    found.part(&proxy.place, |found| {
        if is_app_mesh(proxy)? {
            found.part(&proxy.place, |found| network(task, &proxy.place, found));
            found.part(proxy.properties.place(), |found| properties(proxy, found));
        }
        container(proxy, names, found)
    });
}

/// It is the only type there is, and what an absent one means.
fn is_app_mesh(proxy: &ProxyConfiguration) -> Result<bool, Stop> {
    Ok(proxy.kind.get()?.is_none_or(|kind| kind == "APPMESH"))
}

fn container(proxy: &ProxyConfiguration, names: &Names, found: &mut Findings) -> Result<(), Stop> {
    let field = &proxy.container_name;
    let Some(name) = field.get()? else { return Ok(()) };
    if !names.have(name)? {
        found.add(
            CONTAINER
                .fail(format!("the proxy container {name} is not there"))
                .at(field.place())
                .on(name)
                .naming("<name>", name)
                .remedy(names.instead_of(name, None)),
        );
    }
    Ok(())
}

fn network(task: &Task, place: &Place, found: &mut Findings) -> Result<(), Stop> {
    if Mode::of(&task.definition.network_mode)? != Mode::Awsvpc {
        found.add(
            AWSVPC
                .fail("there is an App Mesh proxy, and networkMode is not awsvpc")
                .at(place)
                .remedy("Set networkMode to awsvpc, or remove proxyConfiguration"),
        );
    }
    Ok(())
}

fn properties(proxy: &ProxyConfiguration, found: &mut Findings) -> Result<(), Stop> {
    let given = proxy.properties.items()?;
    let place = proxy.properties.place();
    // A name that cannot be read could be any of them.
    let mut names = Vec::new();
    for property in given {
        names.push(property.name.get()?.map_or("", String::as_str));
        found.part(&property.place, |found| judge_property(property, found));
    }
    for property in &PROPERTIES {
        let Some((rule, insists)) = &property.required else { continue };
        if !names.contains(&property.name) {
            let message = format!("the proxy has no property {}", property.name);
            let finding = if *insists { rule.fail(message) } else { rule.warn(message) };
            found.add(finding.at(place).remedy(format!("Add {}", property.name)));
        }
    }
    if !names.contains(&"IgnoredUID") && !names.contains(&"IgnoredGID") {
        found.add(
            IDENTITY
                .warn("the proxy has neither IgnoredUID nor IgnoredGID")
                .at(place)
                .remedy("Add IgnoredUID with the user that the proxy runs as, such as 1337"),
        );
    }
    Ok(())
}

fn judge_property(property: &ProxyProperty, found: &mut Findings) -> Result<(), Stop> {
    let name = property.name.get()?.map_or("", String::as_str);
    let Some(known) = PROPERTIES.iter().find(|it| it.name == name) else {
        let documented: Vec<&str> = PROPERTIES.iter().map(|it| it.name).collect();
        found.add(
            KNOWN
                .warn(format!("{name:?} is no property of an App Mesh proxy"))
                .at(property.name.place())
                .remedy(format!("The properties are {}", documented.join(", "))),
        );
        return Ok(());
    };
    let Some(value) = property.value.get()? else {
        found.add(
            VALUE
                .fail(format!("the property {name} has no value"))
                .at(&property.place)
                .remedy("Add value; \"\" where the list is empty"),
        );
        return Ok(());
    };
    ports(known, value, &property.value, found);
    Ok(())
}

fn ports(known: &Property, value: &str, field: &Field<String>, found: &mut Findings) {
    let name = known.name;
    let ports: Vec<&str> = value.split(',').map(str::trim).collect();
    match known.holds {
        Holds::Other => return,
        Holds::PortsOrNone if value.is_empty() => return,
        Holds::Port | Holds::Ports if value.is_empty() => {
            if let Some((rule, _)) = &known.required {
                found.add(
                    rule.fail(format!("the property {name} is empty"))
                        .at(field.place())
                        .remedy(format!("Set {name} to a port")),
                );
            }
            return;
        }
        _ => {}
    }
    // An application without ports may use port 0, a known workaround.
    let is_port = |port: &&str| port.parse::<u16>().is_ok();
    let is_list = known.holds != Holds::Port;
    if !ports.iter().all(is_port) || (!is_list && ports.len() > 1) {
        found.add(
            PORT.warn(format!(
                "{name} is {value:?}, which is no {}",
                if is_list { "list of ports" } else { "port" }
            ))
            .at(field.place())
            .remedy("Write numbers from 1 to 65535, separated by commas"),
        );
    } else if ports.len() > MOST_PORTS {
        found.add(
            MOST.fail(format!(
                "{name} has {} ports, and a task cannot start with more than {MOST_PORTS}",
                ports.len()
            ))
            .at(field.place())
            .remedy("Name fewer ports, or let EgressIgnoredIPs cover some of them"),
        );
    }
}
