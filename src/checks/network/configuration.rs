//! `network-configuration`

use crate::checks::{Check, each};
use crate::document::{ContextKind, Located};
use crate::facts::View;
use crate::knowledge::{Purpose, Stop};
use crate::lookup::ec2::security_group::DescribeSecurityGroup;
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ecs::capacity_provider::DescribeCapacityProvider;
use crate::lookup::{CallerIdentity, Lookup};
use crate::network::Subnet;
use crate::task::{NetworkPart, NetworkUse, Task};
use crate::verdict::{Findings, Input, Judgement, fail, needs_input, not_applicable, pass};

pub(super) static NETWORK_CONFIGURATION: Check = Check {
    id: "network-configuration",
    verifies: "subnets and security groups exist, belong to one VPC, and are given where the task needs them",
    prevents: &[
        "InvalidParameterException: Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        "InvalidParameterException: Network Configuration is not valid for the given networkMode of this task definition.",
        "InvalidParameterException: Error retrieving subnet information for [<subnet>]: The subnet ID '<subnet>' does not exist",
        "InvalidParameterException: Error retrieving security group information for [<group>]: The security group '<group>' does not exist",
    ],
    remedy: "Set subnets and security groups of one VPC in networkConfiguration.awsvpcConfiguration",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
    asks: &[
        &[DescribeSubnet::CALL, CallerIdentity::CALL, DescribeCapacityProvider::CALL],
        &[DescribeSecurityGroup::CALL],
    ],
    advises: false,
    judge: |task| each(task, network_configuration),
};

fn network_configuration(it: &NetworkUse, facts: &View) -> Judgement {
    match it.part {
        NetworkPart::Whole => whole(it.task, facts),
        NetworkPart::Subnet(subnet) => {
            let found = facts.need(&described(it.task, subnet)?)?;
            pass(format!("{} exists in {}, zone {}", found.id, found.vpc, found.zone))
        }
        NetworkPart::Group(group) => group_of_the_vpc(it.task, group, facts),
    }
}

fn described(task: &Task, subnet: &Located<String>) -> Result<DescribeSubnet, Stop> {
    Ok(DescribeSubnet { region: task.region()?.clone(), id: subnet.value.clone() })
}

/// The subnets that exist.
fn subnets<'f>(task: &Task, facts: &View<'f>) -> Result<Vec<&'f Subnet>, Stop> {
    let named = task.context.network.subnets.items()?;
    let lookups = named.iter().map(|it| described(task, it)).collect::<Result<Vec<_>, _>>()?;
    let seen: Vec<_> = lookups.iter().map(|it| facts.need_optional(it)).collect();
    seen.into_iter().filter_map(Result::transpose).collect()
}

fn whole(task: &Task, facts: &View) -> Judgement {
    let network = &task.context.network;
    let mut found = Findings::new();
    let named = network.subnets.items()?;
    let groups = network.security_groups.items()?;
    let own_interface = task.has_own_interface()?;
    if named.is_empty() {
        return without_subnets(task, own_interface);
    }
    if !own_interface && task.may_run_on_fargate()? {
        return not_applicable(
            "Fargate supports only networkMode awsvpc; see definition-network-mode",
        );
    }
    if !own_interface {
        let mode = task.definition.network_mode.get()?.map_or("bridge", String::as_str);
        return fail(format!(
            "networkMode is {mode}, but a network configuration is only allowed with networkMode awsvpc"
        ))
        .at(network.subnets.place())
        .prevents(NETWORK_CONFIGURATION.prevents[1])
        .remedy("Remove networkConfiguration, or set networkMode to awsvpc")
        .judge();
    }
    // Too long a list is refused, whatever the account says.
    for (place, message) in network.too_many() {
        found.fail(place, message);
    }
    if !found.is_empty() {
        return found.or_pass("the request lists few enough subnets and groups");
    }
    found.part(network.assign_public_ip.place(), |found| public_address(task, facts, found));
    let there = subnets(task, facts)?;
    if groups.is_empty() {
        found.part(network.subnets.place(), |found| default_group(task, &there, facts, found));
    }
    if let Some(first) = there.first()
        && let Some(other) = there.iter().find(|it| it.vpc != first.vpc)
    {
        found.add(
            fail(format!(
                "{} is in {} and {} is in {}, but all subnets must be in one VPC",
                first.id, first.vpc, other.id, other.vpc
            ))
            .at(network.subnets.place())
            .prevents("InvalidParameterException: ... subnets ... must be in the same VPC")
            .remedy("Use subnets of one VPC"),
        );
    }
    if there.len() < named.len() && found.is_empty() {
        return not_applicable("a listed subnet is missing; reported separately");
    }
    let vpc = there.first().map_or("one VPC", |it| &it.vpc);
    let groups = match groups.len() {
        0 => format!("the default security group of {vpc} (none is listed)"),
        1 => "1 security group".to_owned(),
        count => format!("{count} security groups"),
    };
    found.or_pass(format!("{} in {vpc}, and {groups}", counted(named.len())))
}

/// The default security group of a shared VPC belongs to its owner, and no other account can use it
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-regions-zones.html>).
fn default_group(
    task: &Task,
    there: &[&Subnet],
    facts: &View,
    found: &mut Findings,
) -> Result<(), Stop> {
    let Some((subnet, owner)) = there.iter().find_map(|it| Some((it, it.owner.as_ref()?))) else {
        return Ok(());
    };
    let caller = facts.need(&CallerIdentity { region: task.region()?.clone() })?;
    if caller.account != *owner {
        found.add(
            fail(format!(
                "no security group is named, and the default one of {} belongs to {owner}, which shares the VPC: no other account can use it",
                subnet.vpc
            ))
            .at(task.context.network.subnets.place())
            .on(&subnet.vpc)
            .prevents("InvalidParameterException: ... You do not have permission to access the specified resource: security group")
            .remedy("Create a security group in the shared VPC, and name it in networkConfiguration.awsvpcConfiguration.securityGroups"),
        );
    }
    Ok(())
}

/// Only Fargate gives a task a public IP address, and ECS knows what a custom capacity provider runs on
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html>).
fn public_address(task: &Task, facts: &View, found: &mut Findings) -> Result<(), Stop> {
    let field = &task.context.network.assign_public_ip;
    if field.get()?.map(String::as_str) != Some("ENABLED") {
        return Ok(());
    }
    let region = task.region()?;
    let mut asked = Vec::new();
    for item in task.context.request.capacity_provider_strategy.items()? {
        let name = item.capacity_provider.get()?.map(String::as_str);
        if let Some(name) = name.filter(|name| !matches!(*name, "FARGATE" | "FARGATE_SPOT")) {
            asked.push(DescribeCapacityProvider { region: region.clone(), name: name.to_owned() });
        }
    }
    // All are requested before any is waited for. A missing one is reported elsewhere.
    let seen: Vec<_> = asked.iter().map(|it| facts.need_optional(it)).collect();
    for (asked, seen) in asked.iter().zip(seen) {
        let Some(provider) = seen? else { continue };
        if provider.managed_instances.is_none() {
            found.add(
                fail(format!(
                    "assignPublicIp is ENABLED, and capacity provider {} is an Auto Scaling group of EC2 instances, where tasks cannot get a public IP address",
                    asked.name
                ))
                .at(field.place())
                .on(&asked.name)
                .prevents("InvalidParameterException: Assign public IP is not supported for this launch type.")
                .remedy("Set assignPublicIp to DISABLED, and give the subnets a route to a NAT gateway"),
            );
        }
    }
    Ok(())
}

fn counted(subnets: usize) -> String {
    if subnets == 1 { "1 subnet".to_owned() } else { format!("{subnets} subnets") }
}

/// Only some requests must carry the configuration: an update keeps what the service has, and an external
/// controller sets it in each task set.
fn without_subnets(task: &Task, own_interface: bool) -> Judgement {
    let context = &task.context;
    let controller = context.request.deployment_controller.get()?;
    let kind = controller.map(|it| it.kind.get()).transpose()?.flatten();
    let is_complete = match context.kind {
        ContextKind::CreateService => kind.is_none_or(|kind| kind != "EXTERNAL"),
        ContextKind::RunTask | ContextKind::StartTask => true,
        ContextKind::UpdateService | ContextKind::LiveService | ContextKind::Flags => false,
    };
    match (own_interface, is_complete) {
        // What the configuration lacks, definition-schema reports at its place.
        (true, true) if context.network.place.subject().ends_with("/awsvpcConfiguration") => {
            Err(Stop::written(
                context.network.place.subject(),
                "networkMode is awsvpc, but awsvpcConfiguration has no subnets",
            ))
        }
        (true, true) => {
            fail("networkMode is awsvpc, but the request has no subnets in networkConfiguration")
                .at(&context.network.place)
                .prevents(NETWORK_CONFIGURATION.prevents[0])
                .remedy(
                    "Add networkConfiguration.awsvpcConfiguration with subnets and securityGroups",
                )
                .judge()
        }
        (true, false) => needs_input(
            Input::Subnets,
            "no subnets known: pass --subnets, --service, --service-definition or --run-task",
        ),
        (false, _) => {
            not_applicable("networkMode is not awsvpc, so no network configuration is needed")
        }
    }
}

/// All groups must be in the VPC of the subnets.
fn group_of_the_vpc(task: &Task, group: &Located<String>, facts: &View) -> Judgement {
    let lookup = DescribeSecurityGroup { region: task.region()?.clone(), id: group.value.clone() };
    // Both are requested at once.
    let (found, there) = (facts.need(&lookup), subnets(task, facts));
    let found = found.map_err(|stop| stop.wanted_for(Purpose::TaskNetwork));
    let (found, there) = (found?, there?);
    match there.first() {
        Some(subnet) if subnet.vpc != found.vpc => fail(format!(
            "security group {} is in {}, but {} is in {}",
            found.id, found.vpc, subnet.id, subnet.vpc
        ))
        .prevents("InvalidParameterException: ... security groups ... must be in the same VPC")
        .remedy("Use a security group of the VPC that the subnets are in")
        .judge(),
        Some(_) => pass(format!("{} exists in {}", found.id, found.vpc)),
        None => not_applicable("no listed subnet exists, so there is no VPC to compare with"),
    }
}
