//! Two mappings that take one port, for `definition-network-mode`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>, seen 2026-11).

use super::mode::Mode;
use super::port_range;
use crate::document::container::PortMapping;
use crate::document::{Container, Place};
use crate::knowledge::Stop;
use crate::verdict::{Findings, Rule};

const RANGES: Rule = Rule::quoted(
    "a port is in one range or mapping of what shares the network",
    "ClientException: <TCP> container port '<port>' is used multiple times in task<mode>.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const PORTS: Rule = Rule::quoted(
    "a port of the task or the host is mapped once",
    "ClientException: <TCP> host port '<port>' is mapped multiple times in task.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[RANGES, PORTS];

/// The ports that were taken so far: of the containers, and of the host.
#[derive(Default)]
pub(super) struct Taken<'t> {
    containers: Vec<Ports<'t>>,
    host: Vec<Ports<'t>>,
}

/// Ports that one mapping takes.
#[derive(Clone, Copy)]
struct Ports<'t> {
    first: i64,
    last: i64,
    udp: bool,
    index: usize,
    name: &'t str,
}

impl Ports<'_> {
    fn is_range(&self) -> bool {
        self.first < self.last
    }

    /// The first port that both take.
    fn meet(&self, other: &Ports) -> Option<i64> {
        let port = self.first.max(other.first);
        (self.udp == other.udp && port <= self.last.min(other.last)).then_some(port)
    }
}

/// Two mappings to one port of the network that they share: the task's, the host's, or, where one of
/// them is a range, the container's.
pub(super) fn clash<'t>(
    (index, container): (usize, &'t Container),
    mapping: &PortMapping,
    mode: Option<Mode>,
    taken: &mut Taken<'t>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let name = container.name.get().ok().flatten().map_or("another", String::as_str);
    // ECS treats whatever is not udp as tcp.
    let udp = mapping.protocol.get()?.is_some_and(|it| it.eq_ignore_ascii_case("udp"));
    let ports = |first, last| Ports { first, last, udp, index, name };
    let shared = matches!(mode, Some(Mode::Awsvpc | Mode::Host));
    if let Some((place, first, last)) = of_container(mapping)? {
        let own = ports(first, last);
        let together =
            |it: &Ports| shared || (it.index == index && (it.is_range() || own.is_range()));
        let holder = taken.containers.iter().find(|it| together(it) && own.meet(it).is_some());
        if let Some(holder) = holder {
            report(place, "containerPort", (&own, holder), mode, findings);
        }
        taken.containers.push(own);
    }
    // Port 0 of the host is whichever is free.
    if let (Some(Mode::Bridge), Some(&port)) = (mode, mapping.host_port.get()?)
        && port != 0
    {
        let own = ports(port, port);
        if let Some(holder) = taken.host.iter().find(|it| own.meet(it).is_some()) {
            report(mapping.host_port.place(), "hostPort", (&own, holder), mode, findings);
        }
        taken.host.push(own);
    }
    Ok(())
}

/// The first and the last port of the container that the mapping takes.
fn of_container(mapping: &PortMapping) -> Result<Option<(&Place, i64, i64)>, Stop> {
    let range = &mapping.container_port_range;
    if let Some(text) = range.get()? {
        let read = port_range::read(text).filter(|(first, last)| first < last);
        return Ok(read.map(|(first, last)| (range.place(), first, last)));
    }
    let port = &mapping.container_port;
    Ok(port.get()?.filter(|it| **it != 0).map(|it| (port.place(), *it, *it)))
}

fn report(
    place: &Place,
    field: &str,
    (ports, holder): (&Ports, &Ports),
    mode: Option<Mode>,
    findings: &mut Findings,
) {
    let Some(port) = ports.meet(holder) else { return };
    let protocol = if ports.udp { "udp" } else { "tcp" };
    let message = match holder.index == ports.index {
        true => format!("{field} {port}/{protocol} is mapped twice"),
        false => format!("{field} {port}/{protocol} is mapped by container {} too", holder.name),
    };
    let upper = protocol.to_ascii_uppercase();
    let awsvpc = if mode == Some(Mode::Awsvpc) { " when networkMode=awsvpc" } else { "" };
    let rule = if ports.is_range() || holder.is_range() { RANGES } else { PORTS };
    let finding = rule.fail(message).at(place).on(ports.name).naming("<TCP>", &upper);
    let finding = finding.naming("<port>", &port.to_string()).naming("<mode>", awsvpc);
    findings.add(finding.remedy("Map each port once"));
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    /// The mappings of two containers, and where the second of a clash is found.
    #[test]
    fn ranges_and_single_ports_do_not_overlap() {
        let (low, high) =
            (r#"{"containerPortRange": "80-90"}"#, r#"{"containerPortRange": "85-95"}"#);
        let inside = r#"{"containerPort": 85}"#;
        let udp = r#"{"containerPort": 85, "protocol": "udp"}"#;
        let dynamic = r#"{"containerPort": 85, "hostPort": 0}"#;
        let (first, second) =
            ("/containerDefinitions/0/portMappings/1", "/containerDefinitions/1/portMappings/0");
        let at = |container: &str, field: &str| Some(format!("{container}/{field}"));
        for (mode, own, other, expected) in [
            ("bridge", vec![low, high], "", at(first, "containerPortRange")),
            ("awsvpc", vec![low, high], "", at(first, "containerPortRange")),
            ("bridge", vec![low, inside], "", at(first, "containerPort")),
            ("bridge", vec![inside, low], "", at(first, "containerPortRange")),
            ("awsvpc", vec![low, inside], "", at(first, "containerPort")),
            ("bridge", vec![low, udp], "", None),
            ("bridge", vec![inside, inside], "", None),
            ("bridge", vec![dynamic, dynamic], "", None),
            ("bridge", vec![low], high, None),
            ("awsvpc", vec![low], high, at(second, "containerPortRange")),
            ("awsvpc", vec![low], inside, at(second, "containerPort")),
            ("awsvpc", vec![low], udp, None),
            ("bridge", vec![low], inside, None),
            ("bridge", vec![low, dynamic], "", at(first, "containerPort")),
        ] {
            let definition = format!(
                r#"{{"networkMode": "{mode}", "containerDefinitions": [
                    {{"name": "a", "portMappings": [{}]}}, {{"name": "b", "portMappings": [{other}]}}]}}"#,
                own.join(",")
            );
            let expected = expected.map_or(("pass", String::new()), |at| ("fail", at));
            tell("definition-network-mode", &[(&definition, "{}", &[(expected.0, &*expected.1)])]);
        }
    }
}
