//! Names of port mappings, for `definition-network-mode`: Service Connect and VPC Lattice refer to them
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>, seen 2026-11).

use std::collections::HashMap;

use super::mode::Mode;
use crate::document::Place;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const ONCE: Rule = Rule::quoted(
    "port mappings of a task have different names",
    "ClientException: When networkMode=awsvpc, port mapping name is already used",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

pub(super) const RULES: &[Rule] = &[ONCE];

/// A name twice in one task. What ECS says of it in other modes than awsvpc is not known.
pub(super) fn judge(task: &Task, mode: Option<Mode>, findings: &mut Findings) {
    let mut names: HashMap<&str, &Place> = HashMap::new();
    for container in task.definition.container_definitions.items().unwrap_or_default() {
        for mapping in container.port_mappings.items().unwrap_or_default() {
            let Ok(Some(name)) = mapping.name.get() else { continue };
            if name.is_empty() {
                continue;
            }
            let place = mapping.name.place();
            let Some(first) = names.insert(name, place) else { continue };
            let message = format!("two port mappings are called `{name}`; the first is at {first}");
            let finding = match mode {
                Some(Mode::Awsvpc) => ONCE.fail(message),
                _ => ONCE
                    .warn(message)
                    .prevents("no error text: Service Connect cannot distinguish the ports"),
            };
            findings.add(finding.at(place).remedy("Give each port mapping its own name"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    #[test]
    fn port_mappings_of_a_task_have_different_names() {
        let second = "/containerDefinitions/1/portMappings/0/name";
        for (mode, name, expected) in [
            ("awsvpc", "web", ("fail", second)),
            ("awsvpc", "api", ("pass", "")),
            ("bridge", "web", ("warn", second)),
        ] {
            let definition = format!(
                r#"{{"networkMode": "{mode}", "containerDefinitions": [
                    {{"name": "a", "portMappings": [{{"containerPort": 80, "name": "web"}}]}},
                    {{"name": "b", "portMappings": [{{"containerPort": 81, "name": "{name}"}}]}}]}}"#
            );
            tell("definition-network-mode", &[(&definition, "{}", &[expected])]);
        }
    }
}
