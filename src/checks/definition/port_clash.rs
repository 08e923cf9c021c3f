//! Two mappings that take one port, for `definition-network-mode`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>, seen 2026-11).

use std::collections::BTreeMap;

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

/// The ports that were taken so far: ranges and single ports of the containers, and ports of the host.
#[derive(Default)]
pub(super) struct Taken<'t> {
    ranges: Intervals<'t>,
    singles: Intervals<'t>,
    host: Intervals<'t>,
}

/// Intervals that do not overlap, by what shares them, protocol and first port.
type Intervals<'t> = BTreeMap<(usize, bool, i64), Ports<'t>>;

/// Ports that one mapping takes.
#[derive(Clone, Copy)]
struct Ports<'t> {
    first: i64,
    last: i64,
    udp: bool,
    index: usize,
    name: &'t str,
}

impl<'t> Ports<'t> {
    fn is_range(&self) -> bool {
        self.first < self.last
    }

    /// The interval among these that has a port in common. The last that begins early enough is the only
    /// one that could.
    fn holder(&self, scope: usize, taken: &Intervals<'t>) -> Option<Ports<'t>> {
        let up_to = (scope, self.udp, i64::MIN)..=(scope, self.udp, self.last);
        let (_, it) = taken.range(up_to).next_back()?;
        (it.last >= self.first).then_some(*it)
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
        let scope = if shared { 0 } else { index + 1 };
        let single = || own.holder(scope, &taken.singles).filter(|_| shared || own.is_range());
        match own.holder(scope, &taken.ranges).or_else(single) {
            Some(holder) => report(place, "containerPort", (&own, &holder), mode, findings),
            None => {
                let kept = if own.is_range() { &mut taken.ranges } else { &mut taken.singles };
                kept.entry((scope, udp, first)).or_insert(own);
            }
        }
    }
    // Port 0 of the host is whichever is free.
    if let (Some(Mode::Bridge), Some(&port)) = (mode, mapping.host_port.get()?)
        && port != 0
    {
        let own = ports(port, port);
        match own.holder(0, &taken.host) {
            Some(holder) => {
                report(mapping.host_port.place(), "hostPort", (&own, &holder), mode, findings);
            }
            None => {
                taken.host.insert((0, udp, port), own);
            }
        }
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
    let port = ports.first.max(holder.first);
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
