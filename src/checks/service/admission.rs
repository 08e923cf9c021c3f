//! Whether the security groups of the tasks admit the load balancer, for `service-target-group`
//! (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html>).

use super::errors::HEALTH_CHECK;
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::elasticloadbalancing::{DescribeLoadBalancer, TargetGroup};
use crate::names::Region;
use crate::network::{Interface, Port, Subnet, Target, ingress};
use crate::reachability::vpc::VpcParts;
use crate::task::{LoadBalancerUse, Task};
use crate::verdict::{Findings, warn};

/// Only a warning: the load balancer may use other zones, and the application must answer too.
///
/// # Errors
/// A gap where something on the way cannot be read: it may be what blocks.
pub(super) fn judge(
    it: &LoadBalancerUse,
    group: &TargetGroup,
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let task = it.service.task;
    let is_of_tasks = group.target_type == "ip" && task.has_own_interface()?;
    if !is_of_tasks || task.context.network.security_groups.items()?.is_empty() {
        return Ok(());
    }
    let Some(&port) = it.balancer.container_port.get()? else { return Ok(()) };
    let checked = group.health_check_port.as_deref().and_then(|port| port.parse::<u16>().ok());
    let mut ports: Vec<u16> = u16::try_from(port).ok().into_iter().collect();
    ports.extend(checked.filter(|checked| !ports.contains(checked)));
    let field = &it.balancer.target_group_arn;
    let named = field.get()?.map_or("", String::as_str);
    for arn in &group.load_balancers {
        if let Some(Obstacle { message, remedy }) = obstacle(task, arn, &ports, facts)? {
            found.add(
                warn(message)
                    .at(field.place())
                    .prevents(HEALTH_CHECK.replace("<arn>", named))
                    .remedy(remedy),
            );
        }
    }
    Ok(())
}

/// What keeps health checks from the tasks, and what fixes it.
struct Obstacle {
    message: String,
    remedy: String,
}

/// The first obstacle between a load balancer and the tasks.
fn obstacle(task: &Task, arn: &str, ports: &[u16], facts: &View) -> Result<Option<Obstacle>, Stop> {
    let region = task.region()?;
    let lookup = DescribeLoadBalancer { region: region.clone(), arn: arn.to_owned() };
    let Some(balancer) = facts.need_optional(&lookup)? else { return Ok(None) };
    let of = |ids: Vec<&String>| -> Result<Vec<&Subnet>, Stop> {
        let lookups: Vec<_> = ids
            .into_iter()
            .map(|id| DescribeSubnet { region: region.clone(), id: id.clone() })
            .collect();
        facts.all(&lookups)
    };
    let tasks = of(task.context.network.subnets.items()?.iter().map(|it| &it.value).collect())?;
    let senders = of(balancer.subnets.iter().collect())?;
    let covers = |subnet: &Subnet| senders.iter().any(|sender| sender.zone == subnet.zone);
    if let Some(outside) = tasks.iter().find(|subnet| !senders.is_empty() && !covers(subnet)) {
        let zone = &outside.zone;
        return Ok(Some(Obstacle {
            message: format!(
                "the load balancer has no subnet in {zone}, where {} of the tasks is",
                outside.id
            ),
            remedy: format!(
                "Add a subnet in {zone} to the load balancer, or use other subnets for the tasks"
            ),
        }));
    }
    if balancer.security_groups.is_empty() {
        // A Network Load Balancer without groups may keep the addresses of its clients.
        return Ok(None);
    }
    let groups: Vec<&String> =
        task.context.network.security_groups.items()?.iter().map(|it| &it.value).collect();
    let to = Target::interfaces("the tasks", tasks.iter().copied(), groups.iter().copied());
    for port in ports {
        let mut answers = Vec::new();
        for sender in &senders {
            let from = Interface::new(sender).with_groups(balancer.security_groups.iter().cloned());
            answers.extend(blocked(&from, region, &groups, &to, *port, facts)?);
        }
        if answers.len() == senders.len()
            && let Some(answer) = answers.pop()
        {
            return Ok(Some(Obstacle {
                message: format!(
                    "the load balancer cannot reach port {port} of the tasks: {answer}"
                ),
                remedy: format!(
                    "Allow inbound TCP {port} from the security group of the load balancer in the security group of the tasks"
                ),
            }));
        }
    }
    Ok(None)
}

/// Why the groups of the tasks block the load balancer in this subnet, if they do.
fn blocked<'t>(
    from: &Interface<'t>,
    region: &Region,
    groups: &[&String],
    to: &Target,
    port: u16,
    facts: &View<'t>,
) -> Result<Option<String>, Stop> {
    let mut around = VpcParts::of(from.subnet, region, &[], facts)?;
    around.read_groups(groups.iter().copied(), facts)?;
    loop {
        let answer = ingress(&around.topology(), from, to, Port::tcp(port));
        match answer.unread() {
            Some(part) if around.read(part, facts)? => {}
            _ => return Ok(answer.is_blocked().then(|| answer.to_string())),
        }
    }
}
