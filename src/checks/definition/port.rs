//! Port mappings under the network mode, for `definition-network-mode`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>).

use std::collections::HashMap;

use super::mode::{Mode, REGISTRATION};
use crate::document::Container;
use crate::document::container::PortMapping;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, fail};

/// How many ranges of ports one container may have.
const MOST_RANGES: usize = 100;

/// Which container took a port first.
type Taken<'t> = HashMap<(String, i64), (usize, &'t str)>;

/// Judges the port mappings of all containers. Without a mode, only what holds in any.
pub(super) fn judge(task: &Task, mode: Option<Mode>, findings: &mut Findings) {
    let field = &task.definition.container_definitions;
    let mut taken = Taken::new();
    findings.part(field.place(), |findings| {
        for (index, container) in field.items()?.iter().enumerate() {
            findings.part(container.port_mappings.place(), |findings| {
                let mappings = container.port_mappings.items()?;
                refuse_any(container, mappings, mode, findings);
                for mapping in mappings {
                    findings.part(&mapping.place, |findings| {
                        judge_mapping(container, mapping, mode, findings)?;
                        let Some(mode) = mode else { return Ok(()) };
                        clash(index, container, mapping, mode, &mut taken, findings)
                    });
                }
                Ok(())
            });
        }
        Ok(())
    });
}

/// What a list of mappings may not be.
fn refuse_any(
    container: &Container,
    mappings: &[PortMapping],
    mode: Option<Mode>,
    findings: &mut Findings,
) {
    let place = container.port_mappings.place();
    if mode == Some(Mode::None) && !mappings.is_empty() {
        findings.add(
            fail("portMappings cannot be combined with networkMode none")
                .at(place)
                .prevents(REGISTRATION)
                .remedy("Remove the port mappings, or choose another network mode"),
        );
    }
    let ranges = mappings.iter().filter(|it| !it.container_port_range.is_missing()).count();
    if ranges > MOST_RANGES {
        findings.add(
            fail(format!(
                "there are {ranges} port ranges, and a container may have at most {MOST_RANGES}"
            ))
            .at(place)
            .prevents(REGISTRATION)
            .remedy("Join the ranges, or spread them over several containers"),
        );
    }
}

fn judge_mapping(
    container: &Container,
    mapping: &PortMapping,
    mode: Option<Mode>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    if mapping.container_port_range.get()?.is_some() {
        if mode == Some(Mode::Host) {
            findings.add(
                fail("containerPortRange cannot be combined with networkMode host")
                    .at(mapping.container_port_range.place())
                    .prevents(REGISTRATION)
                    .remedy("Map single ports, or choose the network mode bridge or awsvpc"),
            );
        }
        if !mapping.host_port.is_missing() {
            findings.add(
                fail("hostPort cannot be combined with containerPortRange")
                    .at(mapping.host_port.place())
                    .prevents(REGISTRATION)
                    .remedy("Remove hostPort"),
            );
        }
        return Ok(());
    }
    let invalid = || {
        let name = container.name.get().ok().flatten().map_or("", String::as_str);
        format!("ClientException: Invalid 'containerPort' setting for container '{name}'.")
    };
    let Some(port) = mapping.container_port.get()? else {
        findings.add(
            fail("the port mapping has no containerPort")
                .at(mapping.container_port.place())
                .prevents(invalid())
                .remedy("Set containerPort"),
        );
        return Ok(());
    };
    if !(1..=65535).contains(port) {
        findings.add(
            fail(format!("containerPort is {port}, and ports are 1 to 65535"))
                .at(mapping.container_port.place())
                .prevents(invalid())
                .remedy("Set containerPort to a port from 1 to 65535"),
        );
    }
    let Some(host) = mapping.host_port.get()? else { return Ok(()) };
    if !(0..=65535).contains(host) {
        findings.add(
            fail(format!("hostPort is {host}, and ports are 0 to 65535"))
                .at(mapping.host_port.place())
                .prevents(REGISTRATION)
                .remedy("Set hostPort to a port of the host, or to 0 for one that is free"),
        );
    }
    let own = match mode {
        Some(Mode::Awsvpc) => "awsvpc",
        Some(Mode::Host) => "host",
        _ => return Ok(()),
    };
    if host != port {
        findings.add(
            fail(format!("hostPort is {host} and containerPort is {port}, which must be equal with networkMode {own}"))
                .at(mapping.host_port.place())
                .prevents(format!("ClientException: When networkMode={own}, the host ports and container ports in port mappings must match."))
                .remedy("Remove hostPort"),
        );
    }
    Ok(())
}

/// Two mappings to one port of the network that they share: the task's, or the host's.
fn clash<'t>(
    index: usize,
    container: &'t Container,
    mapping: &PortMapping,
    mode: Mode,
    taken: &mut Taken<'t>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let (field, what) = match mode {
        Mode::Awsvpc | Mode::Host => (&mapping.container_port, "containerPort"),
        Mode::Bridge => (&mapping.host_port, "hostPort"),
        Mode::None | Mode::Other => return Ok(()),
    };
    // Port 0 of the host is whichever is free.
    let Some(port) = field.get()?.copied().filter(|port| *port != 0) else { return Ok(()) };
    let protocol = mapping.protocol.get()?.map_or("tcp", String::as_str).to_ascii_lowercase();
    let name = container.name.get().ok().flatten().map_or("another", String::as_str);
    let first = !taken.contains_key(&(protocol.clone(), port));
    let holder = *taken.entry((protocol.clone(), port)).or_insert((index, name));
    let (holder_index, holder) = holder;
    if holder_index != index || !first {
        let message = match holder_index == index {
            true => format!("{what} {port}/{protocol} is mapped twice"),
            false => format!("{what} {port}/{protocol} is mapped by container {holder} too"),
        };
        findings.add(
            fail(message)
                .at(field.place())
                .on(name)
                .prevents(format!(
                    "ClientException: {} host port '{port}' is mapped multiple times in task.",
                    protocol.to_ascii_uppercase()
                ))
                .remedy("Give each container a port of its own"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    const ID: &str = "definition-network-mode";

    fn definition(mode: &str, first: &str, second: &str) -> String {
        format!(
            r#"{{"networkMode": "{mode}", "containerDefinitions": [
                {{"name": "a", "portMappings": [{first}]}},
                {{"name": "b", "portMappings": [{second}]}}]}}"#
        )
    }

    #[test]
    fn ports_must_fit_the_mode_and_each_other() {
        const HTTP: &str = r#"{"containerPort": 80, "hostPort": 80}"#;
        const FIRST: &str = "/containerDefinitions/0/portMappings";
        const FIRST_HOST: &str = "/containerDefinitions/0/portMappings/0/hostPort";
        const FIRST_OWN: &str = "/containerDefinitions/0/portMappings/0/containerPort";
        const SECOND_OWN: &str = "/containerDefinitions/1/portMappings/0/containerPort";
        const SECOND_HOST: &str = "/containerDefinitions/1/portMappings/0/hostPort";
        type Mappings<'c> = (&'c str, &'c str, &'c str, &'c [(&'c str, &'c str)]);
        let cases: &[Mappings] = &[
            ("awsvpc", HTTP, r#"{"containerPort": 81}"#, &[("pass", "")]),
            ("awsvpc", HTTP, r#"{"containerPort": 80, "protocol": "udp"}"#, &[("pass", "")]),
            ("awsvpc", HTTP, r#"{"containerPort": 80}"#, &[("fail", SECOND_OWN)]),
            ("host", HTTP, r#"{"containerPort": 80}"#, &[("fail", SECOND_OWN)]),
            ("bridge", HTTP, r#"{"containerPort": 80}"#, &[("pass", "")]),
            ("bridge", HTTP, HTTP, &[("fail", SECOND_HOST)]),
            (
                "bridge",
                r#"{"containerPort": 80, "hostPort": 0}"#,
                r#"{"containerPort": 80, "hostPort": 0}"#,
                &[("pass", "")],
            ),
            ("awsvpc", r#"{"containerPort": 80, "hostPort": 8080}"#, "", &[("fail", FIRST_HOST)]),
            ("bridge", r#"{"containerPort": 80, "hostPort": 8080}"#, "", &[("pass", "")]),
            ("none", HTTP, "", &[("fail", FIRST)]),
            ("none", "", "", &[("pass", "")]),
            (
                "bridge",
                r#"{"hostPort": 80}"#,
                "",
                &[("fail", "/containerDefinitions/0/portMappings/0")],
            ),
            ("bridge", r#"{"containerPort": 70000}"#, "", &[("fail", FIRST_OWN)]),
            (
                "host",
                r#"{"containerPortRange": "80-90"}"#,
                "",
                &[("fail", "/containerDefinitions/0/portMappings/0/containerPortRange")],
            ),
        ];
        for (mode, first, second, expected) in cases {
            tell(ID, &[(&definition(mode, first, second), "{}", expected)]);
        }
        let partly = definition(
            "awsvpc",
            r#"{"containerPort": "${PORT}"}"#,
            r#"{"containerPort": 80, "hostPort": 8080}"#,
        );
        tell(
            ID,
            &[(
                &partly,
                "{}",
                &[("unknown", "/containerDefinitions/0/portMappings/0"), ("fail", SECOND_HOST)],
            )],
        );
    }
}
