//! `containerPortRange`, for `definition-network-mode`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>, seen 2026-11).

use super::mode::Mode;
use crate::document::container::PortMapping;
use crate::knowledge::Stop;
use crate::names::words::shown;
use crate::verdict::{Findings, Rule};

/// Reads `first-last`.
pub(super) fn read(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-')?;
    let port = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten()
    };
    Some((port(first)?, port(last)?))
}

const MODE: Rule = Rule::unquoted(
    "containerPortRange is for networkMode bridge and awsvpc",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html",
    "2026-11-30",
);
const ALONE: Rule = Rule::quoted(
    "a port mapping has single ports or a range",
    "ClientException: Invalid port mapping for container '<container>', cannot specify both single port and port range.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const FORM: Rule = Rule::quoted(
    "containerPortRange is first-last, from 1 to 65535, the first below the last",
    "ClientException: Invalid 'containerPortRange' setting for container '<container>'.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

pub(super) const RULES: &[Rule] = &[MODE, ALONE, FORM];

/// Judges a mapping that has a range.
pub(super) fn judge(
    container: &str,
    mapping: &PortMapping,
    mode: Option<Mode>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let range = &mapping.container_port_range;
    let Some(text) = range.get()? else { return Ok(()) };
    if mode == Some(Mode::Host) {
        findings.add(
            MODE.fail("containerPortRange cannot be combined with networkMode host")
                .at(range.place())
                .remedy("Map single ports, or choose the network mode bridge or awsvpc"),
        );
    }
    for (name, port) in
        [("hostPort", &mapping.host_port), ("containerPort", &mapping.container_port)]
    {
        if !port.is_missing() {
            findings.add(
                ALONE
                    .fail(format!("{name} cannot be combined with containerPortRange"))
                    .at(port.place())
                    .naming("<container>", container)
                    .remedy(format!("Remove {name}, or containerPortRange")),
            );
        }
    }
    let message = match read(text) {
        None => {
            format!("containerPortRange is {}; write first-last, such as 8080-8090", shown(text))
        }
        Some((first, last)) if first >= last => {
            format!("containerPortRange is {text}: the first port must be below the last")
        }
        Some((first, last)) if first < 1 || last > 65535 => {
            format!("containerPortRange is {text}, but ports are 1 to 65535")
        }
        Some(_) => return Ok(()),
    };
    findings.add(FORM.fail(message).at(range.place()).naming("<container>", container).remedy(
        "Write the lower port, a hyphen and the higher port; map one port with containerPort",
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    #[test]
    fn a_range_goes_up_and_excludes_single_ports() {
        let at = "/containerDefinitions/0/portMappings/0";
        for (mode, fields, expected) in [
            ("bridge", r#""containerPortRange": "80-90""#, vec![("pass", "")]),
            ("awsvpc", r#""containerPortRange": "1-65535""#, vec![("pass", "")]),
            ("host", r#""containerPortRange": "80-90""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "90-80""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "80-80""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "80""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "80 - 90""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "0-90""#, vec![("fail", "/containerPortRange")]),
            ("bridge", r#""containerPortRange": "1-65536""#, vec![("fail", "/containerPortRange")]),
            (
                "bridge",
                r#""containerPortRange": "80-90", "containerPort": 80"#,
                vec![("fail", "/containerPort")],
            ),
            (
                "bridge",
                r#""containerPortRange": "80-90", "hostPort": 80"#,
                vec![("fail", "/hostPort")],
            ),
        ] {
            let definition = format!(
                r#"{{"networkMode": "{mode}", "containerDefinitions": [{{"name": "a", "portMappings": [{{{fields}}}]}}]}}"#
            );
            let places: Vec<_> = expected
                .iter()
                .map(|(status, place)| match *status {
                    "pass" => (*status, String::new()),
                    _ => (*status, format!("{at}{place}")),
                })
                .collect();
            let expected: Vec<_> = places.iter().map(|(status, at)| (*status, &**at)).collect();
            tell("definition-network-mode", &[(&definition, "{}", &expected)]);
        }
    }
}
