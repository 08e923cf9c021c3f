//! `service-container-port`

use super::balancers::is_classic;
use crate::checks::{Check, each};
use crate::document::Container;
use crate::document::container::PortMapping;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::task::{LoadBalancerUse, Mapped};
use crate::verdict::{Findings, Judgement, Rule};

pub(super) static SERVICE_CONTAINER_PORT: Check = Check {
    id: "service-container-port",
    verifies: "the container and port that a load balancer uses are in the task definition",
    prevents: &[
        "InvalidParameterException: The container <container> does not exist in the task definition.",
        "InvalidParameterException: The container <container> did not have a container port <port> defined.",
    ],
    remedy: "Set containerName and containerPort to a container and one of its port mappings",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html",
    asks: &[],
    advises: false,
    judge: |task| each(task, service_container_port),
};

const CONTAINER: Rule = Rule::quoted(
    "a load balancer uses a container of the task definition",
    SERVICE_CONTAINER_PORT.prevents[0],
    "https://github.com/aws/amazon-ecs-agent/issues/1276",
    "2026-09",
);
const PORT: Rule = Rule::quoted(
    "a load balancer uses a port that the container maps",
    SERVICE_CONTAINER_PORT.prevents[1],
    "https://github.com/pulumi/pulumi-awsx/issues/1172",
    "2026-09",
);
const HOST_PORT: Rule = Rule::quoted(
    "with a Classic Load Balancer, the port has a hostPort",
    "InvalidParameterException: A host port mapping for the container port <port> is required.",
    "https://github.com/aws/aws-sdk-go/issues/818",
    "2026-11",
);
const BOTH: Rule = Rule::unquoted(
    "a load balancer has a containerName and a containerPort",
    "InvalidParameterException from CreateService or UpdateService",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[CONTAINER, PORT, HOST_PORT, BOTH];

fn service_container_port(it: &LoadBalancerUse, _: &View) -> Judgement {
    let balancer = it.balancer;
    let mut found = Findings::new();
    for (given, what) in [
        (!balancer.container_name.is_missing(), "containerName"),
        (!balancer.container_port.is_missing(), "containerPort"),
    ] {
        if !given {
            let message = format!("the load balancer has no {what}");
            found.add(BOTH.fail(message).at(&balancer.place).remedy(format!("Set {what}")));
        }
    }
    let Some(name) = balancer.container_name.get()? else { return found.or_pass("") };
    let Some(container) = it.service.task.container_named(name)? else {
        found.add(
            CONTAINER
                .fail(format!("the task definition has no container `{name}`"))
                .at(balancer.container_name.place())
                .naming("<container>", name)
                .remedy("Set containerName to the name of a container of the task definition"),
        );
        return found.or_pass("");
    };
    let Some(&port) = balancer.container_port.get()? else { return found.or_pass("") };
    found.part(balancer.container_port.place(), |found| mapped(it, container, port, found));
    found.or_pass(format!("container `{name}` maps port {port}"))
}

fn mapped(
    it: &LoadBalancerUse,
    container: &Container,
    port: i64,
    found: &mut Findings,
) -> Result<(), Stop> {
    let name = container.name.get()?.map_or("", String::as_str);
    match container.mapping_of(port)? {
        Mapped::Alone(mapping) => fixed(it, (name, port), mapping, found),
        Mapped::InRange(range) => Err(Gap::Undecidable {
            why: format!(
                "cannot determine whether ECS accepts port {port}: container `{name}` maps it only in the range {range}"
            ),
        }
        .into()),
        // ECS accepts such a service without awsvpc (seen 2026-09, https://github.com/badmintoncryer/cdk-preflight).
        Mapped::Not
            if container.port_mappings.items()?.is_empty()
                && !it.service.task.has_own_interface()? =>
        {
            found.add(
                PORT.warn(format!("container `{name}` has no port mappings, so that the load balancer cannot reach port {port}"))
                    .at(it.balancer.container_port.place())
                    .prevents("no error text: no task is registered with the load balancer")
                    .remedy(format!("Add containerPort {port} to portMappings of `{name}`")),
            );
            Ok(())
        }
        Mapped::Not => {
            let message = format!("container `{name}` has no port mapping for port {port}");
            found.add(
                PORT.fail(message)
                    .at(it.balancer.container_port.place())
                    .naming("<container>", name)
                    .naming("<port>", &port.to_string())
                    .remedy(format!(
                        "Add containerPort {port} to portMappings of `{name}`, or correct containerPort of the load balancer"
                    )),
            );
            Ok(())
        }
    }
}

/// A Classic Load Balancer sends to one port of all instances, so that the port must not be dynamic.
fn fixed(
    it: &LoadBalancerUse,
    (name, port): (&str, i64),
    mapping: &PortMapping,
    found: &mut Findings,
) -> Result<(), Stop> {
    let mode = it.service.task.definition.network_mode.get()?.map_or("bridge", String::as_str);
    let is_dynamic = mapping.host_port.get()?.is_none_or(|host| *host == 0);
    if is_classic(it.balancer) && mode == "bridge" && is_dynamic {
        found.add(
            HOST_PORT
                .fail(format!(
                    "the load balancer is a Classic Load Balancer, but port {port} of container `{name}` has no hostPort"
                ))
                .at(it.balancer.container_port.place())
                .naming("<port>", &port.to_string())
                .remedy("Set hostPort to the instance port of the load balancer's listener, or use a target group"),
        );
    }
    Ok(())
}
