//! `service-target-group`

use super::admission;
use super::balancers::is_classic;
use super::errors::{HEALTH_CHECK, REFUSED};
use super::listener_rule;
use crate::checks::{Check, each};
use crate::document::Field;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::elasticloadbalancing::{
    DescribeClassicLoadBalancer, DescribeListener, DescribeListenerRule, DescribeLoadBalancer,
    DescribeTargetGroup, TargetGroup,
};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::Arn;
use crate::task::{LoadBalancerUse, Mapped};
use crate::verdict::{Finding, Findings, Judgement, Rule, not_applicable, warn};

pub(super) static SERVICE_TARGET_GROUP: Check = Check {
    id: "service-target-group",
    verifies: "the target group exists, has a load balancer, fits the network mode and the VPC, and its health checks reach the task",
    prevents: &[
        "InvalidParameterException: The target group with targetGroupArn <arn> does not have an associated load balancer.",
        "InvalidParameterException: The provided target group <arn> has target type <type>, which is incompatible with the <mode> network mode specified in the task definition.",
        "InvalidParameterException: Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.",
        HEALTH_CHECK,
    ],
    remedy: "Use a target group of the task's VPC, with the target type of its network mode, that a listener forwards to",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html",
    asks: &[
        &[DescribeTargetGroup::CALL],
        &[DescribeClassicLoadBalancer::CALL],
        &[DescribeListenerRule::CALL],
        &[DescribeListener::CALL],
        &[
            DescribeSubnet::CALL,
            DescribeLoadBalancer::CALL,
            DescribeSecurityGroup::CALL,
            ServicePrefixLists::CALL,
            PrefixListEntries::CALL,
            CallerIdentity::CALL,
        ],
    ],
    advises: false,
    judge: |task| each(task, service_target_group),
};

const KIND: Rule = Rule::quoted(
    "targetGroupArn is the ARN of a target group",
    SERVICE_TARGET_GROUP.prevents[2],
    "https://github.com/Shippable/support/issues/4698",
    "2026-11",
);
const REGION: Rule = Rule::unquoted(
    "the target group is in the region of the service",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html",
    "2026-11-30",
);
const BALANCED: Rule = Rule::quoted(
    "a listener or a rule forwards to the target group",
    SERVICE_TARGET_GROUP.prevents[0],
    "https://github.com/hashicorp/terraform/issues/12634",
    "2026-11",
);
const TYPE: Rule = Rule::quoted(
    "the target type is ip with networkMode awsvpc, and instance with bridge and host",
    SERVICE_TARGET_GROUP.prevents[1],
    "https://github.com/hashicorp/terraform-provider-aws/issues/11723",
    "2026-11",
);
const VPC: Rule = Rule::unquoted(
    "the target group is in the VPC of the tasks",
    REFUSED,
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html",
    "2026-11-30",
);
pub(super) const RULES: &[Rule] = &[KIND, REGION, BALANCED, TYPE, VPC];

fn service_target_group(it: &LoadBalancerUse, facts: &View) -> Judgement {
    let field = &it.balancer.target_group_arn;
    if is_classic(it.balancer) {
        return classic(it, facts);
    }
    if field.is_missing() {
        return not_applicable("the load balancer has no target group");
    }
    let mut found = Findings::new();
    let advanced = it.balancer.advanced.get()?;
    let alternate = advanced.map(|it| &it.alternate_target_group_arn);
    let fields = [Some(field), alternate.filter(|field| !field.is_missing())];
    // Both are requested before any is waited for.
    let groups = fields.map(|field| Some((field?, target_group(it, field?, facts))));
    for (nth, (field, group)) in groups.into_iter().flatten().enumerate() {
        found.part(field.place(), |found| {
            let group = match group? {
                Ok(group) => group,
                Err(finding) => {
                    found.add(*finding);
                    return Ok(());
                }
            };
            fits(it, field, group, facts, found);
            if nth == 0 {
                balanced(field, group, found)?;
                admission::judge(it, group, facts, found)?;
            }
            Ok(())
        });
    }
    if let Some(advanced) = advanced {
        listener_rule::judge(it, advanced, facts, &mut found);
    }
    found.or_pass("the target group exists, has a load balancer, and fits the network of the tasks")
}

/// A Classic Load Balancer exists, and sends to the port of the instances.
fn classic(it: &LoadBalancerUse, facts: &View) -> Judgement {
    let field = &it.balancer.load_balancer_name;
    let name = field.get()?.map_or("", String::as_str).to_owned();
    let lookup = DescribeClassicLoadBalancer { region: it.service.task.region()?.clone(), name };
    let listeners = &facts.need(&lookup)?.instance_ports;
    let mut found = Findings::new();
    found.part(field.place(), |found| {
        let Some(host) = host_port(it)? else { return Ok(()) };
        if !listeners.iter().any(|port| i64::from(*port) == host) {
            found.add(
                warn(format!(
                    "no listener of the Classic Load Balancer sends to port {host} of the instances"
                ))
                .at(field.place())
                .prevents("no error text: the load balancer sends no traffic to the tasks")
                .remedy(format!("Add a listener with instance port {host}")),
            );
        }
        Ok(())
    });
    found.or_pass("the Classic Load Balancer exists, and has a listener for the port")
}

/// The port of the instances that the load balancer's container port is mapped to.
fn host_port(it: &LoadBalancerUse) -> Result<Option<i64>, Stop> {
    let name = it.balancer.container_name.get()?;
    let Some(container) = name.map(|name| it.service.task.container_named(name)).transpose()?
    else {
        return Ok(None);
    };
    let (Some(container), Some(&port)) = (container, it.balancer.container_port.get()?) else {
        return Ok(None);
    };
    Ok(match container.mapping_of(port)? {
        Mapped::Alone(mapping) => mapping.host_port.get()?.copied().filter(|host| *host > 0),
        Mapped::InRange(_) | Mapped::Not => None,
    })
}

/// The target group of this field; or what is wrong with the ARN.
fn target_group<'f>(
    it: &LoadBalancerUse,
    field: &Field<String>,
    facts: &View<'f>,
) -> Result<Result<&'f TargetGroup, Box<Finding>>, Stop> {
    let text = field.get()?.map_or("", String::as_str);
    let wrong = |rule: &Rule, message: String, remedy: &str| {
        Ok(Err(Box::new(rule.fail(message).at(field.place()).on(text).remedy(remedy))))
    };
    let remedy = "Set targetGroupArn to the ARN of a target group, arn:aws:elasticloadbalancing:REGION:ACCOUNT:targetgroup/NAME/ID";
    let arn = match text.parse::<Arn>() {
        Ok(arn) => arn,
        Err(flaw) => {
            return wrong(&KIND, format!("{flaw}; a target group is named by its ARN"), remedy);
        }
    };
    if arn.service != "elasticloadbalancing" || !arn.resource.starts_with("targetgroup/") {
        let what = match arn.resource.split_once('/') {
            Some(("loadbalancer", _)) => "the ARN of a load balancer",
            Some(("listener", _)) => "the ARN of a listener",
            Some(("listener-rule", _)) => "the ARN of a listener rule",
            _ => "another ARN",
        };
        return wrong(&KIND, format!("{text} is {what}, not of a target group"), remedy);
    }
    let region = it.service.task.region()?;
    if let Some(other) = arn.region.filter(|other| other != region) {
        let message = format!("the target group is in {other}, but the service is in {region}");
        return wrong(&REGION, message, "Use a target group in the region of the service");
    }
    facts.need(&DescribeTargetGroup { region: region.clone(), arn: text.to_owned() }).map(Ok)
}

/// Whether any load balancer sends traffic to the group.
fn balanced(field: &Field<String>, group: &TargetGroup, found: &mut Findings) -> Result<(), Stop> {
    let arn = field.get()?.map_or("", String::as_str);
    if group.load_balancers.is_empty() {
        found.add(
            BALANCED
                .fail("no load balancer sends traffic to the target group")
                .at(field.place())
                .on(arn)
                .naming("<arn>", arn)
                .remedy(
                    "Add a listener, or a rule of a listener, that forwards to the target group",
                ),
        );
    }
    Ok(())
}

/// Whether tasks can be registered with the group.
fn fits(
    it: &LoadBalancerUse,
    field: &Field<String>,
    group: &TargetGroup,
    facts: &View,
    found: &mut Findings,
) {
    found.part(field.place(), |found| {
        let task = it.service.task;
        let mode = task.definition.network_mode.get()?.map_or("bridge", String::as_str);
        let wanted = match mode {
            "awsvpc" => "ip",
            "bridge" | "host" | "" | "default" => "instance",
            _ => return Ok(()),
        };
        // Fargate has no other mode than awsvpc; the mode is reported by definition-network-mode.
        if mode != "awsvpc" && task.may_run_on_fargate()? {
            return Ok(());
        }
        let arn = field.get()?.map_or("", String::as_str);
        if group.target_type != wanted {
            let kind = &group.target_type;
            found.add(
                TYPE.fail(format!(
                    "the target type of the target group is {kind}, but networkMode {mode} needs {wanted}"
                ))
                .at(field.place())
                .on(arn)
                .naming("<arn>", arn)
                .naming("<type>", kind)
                .naming("<mode>", mode)
                .remedy(format!("Create a target group with target type {wanted}: the type cannot be changed")),
            );
        }
        Ok(())
    });
    found.part(field.place(), |found| {
        let task = it.service.task;
        let Some(vpc) = group.vpc.as_ref().filter(|_| task.has_own_interface().unwrap_or(false))
        else {
            return Ok(());
        };
        // A missing subnet is reported elsewhere.
        let Some(first) = task.context.network.subnets.items()?.first() else { return Ok(()) };
        let lookup = DescribeSubnet { region: task.region()?.clone(), id: first.value.clone() };
        let Some(subnet) = facts.need_optional(&lookup)? else { return Ok(()) };
        if subnet.vpc != *vpc {
            found.add(
                VPC.fail(format!(
                    "the target group is in {vpc}, but {} of the tasks is in {}",
                    subnet.id, subnet.vpc
                ))
                .at(field.place())
                .remedy("Create a target group in the VPC of the tasks"),
            );
        }
        Ok(())
    });
}
