//! What a task requires of a container instance.

use std::collections::BTreeSet;

use super::Task;
use crate::document::Container;
use crate::document::run_context::ContainerOverride;
use crate::knowledge::{Gap, Stop};
use crate::placement::demand::{ContainerDemand, Demand};
use crate::placement::size::{CpuUnits, MemoryMib};

impl Task {
    /// What one task requires of a container instance, with the overrides of a task to run.
    ///
    /// # Errors
    /// A gap for a placeholder, and for a size that cannot be read.
    pub fn demand(&self) -> Result<Demand, Stop> {
        let (definition, overrides) = (&self.definition, &self.context.overrides);
        let cpu = overrides.cpu.get()?.or(definition.cpu.get()?);
        let memory = overrides.memory.get()?.or(definition.memory.get()?);
        let given = |text: Option<&String>| text.filter(|text| !text.is_empty()).cloned();
        let cpu = given(cpu).map(|text| text.parse::<CpuUnits>()).transpose();
        let memory = given(memory).map(|text| text.parse::<MemoryMib>()).transpose();
        let containers = definition.container_definitions.items()?;
        let counted: Result<Vec<ContainerDemand>, Stop> =
            containers.iter().map(|container| self.demand_of(container)).collect();
        let unreadable = |why: crate::placement::size::SizeError| {
            Stop::Gap(Gap::Unresolved { why: why.to_string() })
        };
        let cpu = cpu.map_err(unreadable)?;
        let memory = memory.map_err(unreadable)?;
        let demand = Demand::of(cpu, memory, &counted?);
        let mode = definition.network_mode.get()?.map_or("bridge", String::as_str);
        if mode == "awsvpc" {
            return Ok(Demand { interfaces: 1, ..demand });
        }
        let mut ports = (BTreeSet::new(), BTreeSet::new());
        for container in containers {
            add_ports(container, mode, &mut ports)?;
        }
        Ok(Demand { tcp: ports.0, udp: ports.1, ..demand })
    }

    fn demand_of(&self, container: &Container) -> Result<ContainerDemand, Stop> {
        let name = container.name.get()?;
        let overrides = self.context.overrides.container_overrides.items()?;
        let mut own: Option<&ContainerOverride> = None;
        for it in overrides {
            if name.is_some() && it.name.get()? == name {
                own = Some(it);
            }
        }
        let amount =
            |given: Option<&i64>| given.map_or(0, |it| u64::try_from(*it).unwrap_or_default());
        let cpu = own.map(|it| it.cpu.get()).transpose()?.flatten();
        let memory = own.map(|it| it.memory.get()).transpose()?.flatten();
        let reservation = own.map(|it| it.memory_reservation.get()).transpose()?.flatten();
        let replaced = match own {
            Some(it) if !it.resource_requirements.is_missing() => &it.resource_requirements,
            _ => &container.resource_requirements,
        };
        let mut gpus = 0;
        for requirement in replaced.items()? {
            let is_gpu = requirement.kind.get()?.is_some_and(|kind| kind == "GPU");
            if let Some(value) = requirement.value.get()?.filter(|_| is_gpu) {
                gpus += value.parse().unwrap_or(0);
            }
        }
        Ok(ContainerDemand {
            cpu: amount(cpu.or(container.cpu.get()?)),
            memory: amount(memory.or(container.memory.get()?)),
            reservation: amount(reservation.or(container.memory_reservation.get()?)),
            gpus,
        })
    }
}

/// Only bridge and host mode reserve ports of the host, and bridge mode only those that are fixed
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html>).
fn add_ports(
    container: &Container,
    mode: &str,
    (tcp, udp): &mut (BTreeSet<u16>, BTreeSet<u16>),
) -> Result<(), Stop> {
    for mapping in container.port_mappings.items()? {
        let fixed = mapping.host_port.get()?.filter(|port| **port > 0);
        let port = match mode {
            "host" => fixed.or(mapping.container_port.get()?),
            "bridge" => fixed,
            _ => None,
        };
        let Some(port) = port.and_then(|port| u16::try_from(*port).ok()) else { continue };
        match mapping.protocol.get()?.map(String::as_str) {
            Some("udp") => udp.insert(port),
            _ => tcp.insert(port),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::story::Story;

    fn demand(definition: &str, request: &str) -> Demand {
        let story = Story::given(definition).run_as(request);
        story.worked_out(|task, _| task.demand()).unwrap()
    }

    #[test]
    fn it_is_counted_as_the_scheduler_counts_it() {
        let once = r#"{"count": 1}"#;
        let of = |mode: &str, port: &str| {
            format!(
                r#"{{"family": "web", "networkMode": "{mode}", "containerDefinitions": [{{"name": "app",
                "cpu": 256, "memory": 512, "memoryReservation": 128, "portMappings": [{port}]}}]}}"#
            )
        };
        let fixed = r#"{"containerPort": 80, "hostPort": 8080}"#;
        let udp = r#"{"containerPort": 53, "protocol": "udp"}"#;
        let both = format!("{fixed}, {udp}");
        for (mode, port, tcp, udp, interfaces) in [
            ("bridge", fixed, vec![8080], vec![], 0),
            ("bridge", r#"{"containerPort": 80, "hostPort": 0}"#, vec![], vec![], 0),
            ("host", both.as_str(), vec![8080], vec![53], 0),
            ("awsvpc", fixed, vec![], vec![], 1),
            ("none", fixed, vec![], vec![], 0),
        ] {
            let expected = Demand {
                cpu: 256,
                memory: 128,
                tcp: tcp.into_iter().collect(),
                udp: udp.into_iter().collect(),
                interfaces,
                gpus: 0,
            };
            assert_eq!(demand(&of(mode, port), once), expected, "{mode} {port}");
        }
    }

    #[test]
    fn overrides_replace_what_the_definition_says() {
        let definition = r#"{"family": "web", "cpu": "1 vCPU", "memory": "2GB", "containerDefinitions": [
            {"name": "app", "cpu": 10, "memory": 64, "resourceRequirements": [{"type": "GPU", "value": "1"}]}]}"#;
        let sized = demand(definition, r#"{"count": 1, "overrides": {"memory": "4096"}}"#);
        assert_eq!((sized.cpu, sized.memory, sized.gpus), (1024, 4096, 1));
        let plain = definition.replace(r#""cpu": "1 vCPU", "memory": "2GB", "#, "");
        let request = r#"{"count": 1, "overrides": {"containerOverrides": [{"name": "app", "cpu": 512,
            "memoryReservation": 32, "resourceRequirements": [{"type": "GPU", "value": "2"}]}, {"name": "b", "cpu": 1}]}}"#;
        let overridden = demand(&plain, request);
        assert_eq!((overridden.cpu, overridden.memory, overridden.gpus), (512, 32, 2));
    }
}
