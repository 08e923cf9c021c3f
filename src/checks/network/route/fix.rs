//! How to fix a route out that does not work, with what exists in the VPC as far as it is known.

use crate::document::{Field, Located};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::{Region, words};
use crate::network::{
    InternetGateway, NatGateway, Part, RouteDestination, RouteFact, RouteHop, RouteTable,
    RouteTarget, Subnet, Topology, table_of,
};
use crate::reachability::egress::{Reach, To};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::Obstacle;
use crate::reachability::way::Obstruction;
use crate::shell::{ShellCommand, Word};
use crate::task::{Attachment, EgressPoint};

/// Every IPv4 address.
const ALL: &str = "0.0.0.0/0";

/// The IPv6 range that is translated to IPv4.
const NAT64: &str = "64:ff9b::/96";

/// What blocks the route, and how to fix it.
///
/// # Errors
/// While answers are pending.
pub(super) fn obstacle<'t>(
    it: &EgressPoint,
    vantage: &mut Vantage<'t>,
    obstruction: &Obstruction,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Obstacle, Stop> {
    let obstacle = Obstacle::of(obstruction.because.clone());
    if obstruction.lacks_address() {
        return Ok(addressed(it, obstacle, vantage.around.region()));
    }
    // A part that cannot be read is left to the user.
    for part in [Part::Subnets, Part::InternetGateways, Part::NatGateways] {
        let read = facts.tolerate(|| vantage.around.read(part, facts));
        if let Err(stop @ Stop::Gap(_)) = read {
            return Err(stop);
        }
    }
    let ground = Ground {
        topology: vantage.around.topology(),
        region: vantage.around.region(),
        subnet: vantage.interface.subnet,
    };
    Ok(match &obstruction.fact {
        Some(fact) => ground.fixed(obstacle, fact, &otherwise(reach)),
        None => obstacle,
    })
}

/// The alternative to a route out: endpoints serve only AWS services.
fn otherwise(reach: &Reach) -> String {
    let mut hosts: Vec<String> = Vec::new();
    for need in reach.needs.iter().filter(|need| !need.is_own_traffic()) {
        if let To::Host(host) = &need.to
            && !hosts.contains(host)
        {
            hosts.push(host.clone());
        }
    }
    match hosts.as_slice() {
        [] => "or create the VPC endpoints that this task needs".to_owned(),
        hosts => format!(
            "or use an ECR pull-through cache rule: no endpoint leads to {}",
            words::and(hosts)
        ),
    }
}

/// How a task gets a public address, or does without one. The console cannot change it for an existing
/// service, the command can. A setting in a file is changed in the file.
fn addressed(it: &EgressPoint, obstacle: Obstacle, region: &Region) -> Obstacle {
    if it.task.attachment() != Ok(Attachment::Fargate) {
        return obstacle.remedy(
            "Run the task in a private subnet whose default route leads to a NAT gateway: a task on EC2 cannot get a public IP address",
        );
    }
    let context = &it.task.context;
    let obstacle = obstacle.remedy(
        "Set assignPublicIp to ENABLED, or run the task in a private subnet whose default route leads to a NAT gateway",
    );
    let text = |field: &Field<String>| field.get().ok().flatten().cloned();
    let (Some(service), true) = (text(&context.request.service_name), context.live) else {
        return obstacle;
    };
    let list = |field: &Field<Vec<Located<String>>>| {
        let items = field.items().unwrap_or_default();
        items.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join(",")
    };
    let (subnets, groups) =
        (list(&context.network.subnets), list(&context.network.security_groups));
    let command = ShellCommand::of("aws ecs update-service");
    let command = match text(&context.request.cluster) {
        Some(cluster) => command.option("--cluster", cluster),
        None => command,
    };
    obstacle.command(
        command
            .option("--service", service)
            .option(
                "--network-configuration",
                format!(
                    "awsvpcConfiguration={{subnets=[{subnets}],securityGroups=[{groups}],assignPublicIp=ENABLED}}"
                ),
            )
            .flag("--force-new-deployment")
            .region(region),
    )
}

/// What exists in the VPC to fix it with.
struct Ground<'g> {
    topology: Topology<'g>,
    region: &'g Region,
    subnet: &'g Subnet,
}

impl Ground<'_> {
    /// The blocking fact, and how to fix it.
    fn fixed(&self, obstacle: Obstacle, fact: &RouteFact, otherwise: &str) -> Obstacle {
        match fact {
            RouteFact::NoRoute { table, .. } => self.routed(obstacle, table, otherwise),
            RouteFact::Blackhole(hop) | RouteFact::NatGone(hop) => self.gone(obstacle, hop),
            RouteFact::Detached { hop, .. } => self.attached(obstacle, hop),
            RouteFact::NatState { nat, .. } => self.replaced(
                obstacle.on(nat),
                self.hop_to(nat).as_ref(),
                "Point the route to a NAT gateway that is available, in a public subnet",
            ),
            RouteFact::NatStuck { nat, because, .. } => match &**because {
                RouteFact::Detached { hop, .. } => self.attached(obstacle, hop),
                RouteFact::Blackhole(hop) if is_internet_gateway(&hop.target) => {
                    self.attached(obstacle, hop)
                }
                _ => self.replaced(
                    obstacle.on(nat),
                    self.hop_to(nat).as_ref(),
                    "Point the route to a NAT gateway in a public subnet, whose route table leads to an internet gateway",
                ),
            },
            RouteFact::PrivateNat { nat, .. } | RouteFact::NatLoop { nat, .. } => self.replaced(
                obstacle.on(nat),
                self.hop_to(nat).as_ref(),
                "Route through a public NAT gateway in a public subnet",
            ),
            RouteFact::PublicAccess { of, .. } => {
                let obstacle = obstacle
                    .on(of)
                    .remedy("Exclude the subnet from VPC Block Public Access, at least for outbound traffic");
                match self.subnet_of(of) {
                    Some(subnet) => obstacle.command(
                        ShellCommand::of("aws ec2 create-vpc-block-public-access-exclusion")
                            .option("--subnet-id", subnet)
                            .flag("--internet-gateway-exclusion-mode allow-egress")
                            .region(self.region),
                    ),
                    None => obstacle,
                }
            }
            _ => obstacle,
        }
    }

    /// A table without a route. Other subnets may use the VPC's main table too, so a subnet that uses it
    /// gets the table of a subnet with a route to a NAT gateway, if there is one.
    fn routed(&self, obstacle: Obstacle, table: &str, otherwise: &str) -> Obstacle {
        let obstacle = obstacle.on(table);
        let nat = self.working_nat();
        let own = self.tables().iter().find(|it| it.id == table);
        let is_shared = own.is_some_and(|it| it.main && !it.subnets.contains(&self.subnet.id));
        let model =
            self.tables().iter().find(|it| !it.main && it.id != table && self.leads_to_nat(it));
        if let (true, Some(model)) = (is_shared, model) {
            return obstacle
                .remedy(format!(
                    "Associate the subnet with a route table that leads to a NAT gateway, {otherwise}"
                ))
                .command(
                    ShellCommand::of("aws ec2 associate-route-table")
                        .option("--route-table-id", &model.id)
                        .option("--subnet-id", &self.subnet.id)
                        .region(self.region),
                );
        }
        let obstacle = obstacle
            .remedy(format!("Route {ALL} to a NAT gateway in a public subnet, {otherwise}"));
        self.to_nat(obstacle, nat, |nat| {
            ShellCommand::of("aws ec2 create-route")
                .option("--route-table-id", table)
                .option("--destination-cidr-block", ALL)
                .option("--nat-gateway-id", nat)
                .region(self.region)
        })
    }

    /// A route to a target that no longer exists.
    fn gone(&self, obstacle: Obstacle, hop: &RouteHop) -> Obstacle {
        if is_internet_gateway(&hop.target) {
            return self.attached(obstacle, hop);
        }
        self.replaced(
            obstacle.on(hop.target.to_string()),
            Some(hop),
            "Point the route to an existing NAT gateway in a public subnet",
        )
    }

    /// A route to an internet gateway that is detached or deleted. A VPC has at most one
    /// (<https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>).
    fn attached(&self, obstacle: Obstacle, hop: &RouteHop) -> Obstacle {
        let obstacle = obstacle.on(hop.target.to_string());
        let vpc = &self.subnet.vpc;
        match self.gateway() {
            Some(other) if hop.target != RouteTarget::InternetGateway(other.id.clone()) => obstacle
                .remedy("Point the route to the internet gateway that is attached to the VPC")
                .command(self.replace(hop).option("--gateway-id", &other.id).region(self.region)),
            _ => obstacle
                .remedy("Attach the internet gateway to the VPC; if it was deleted, create one and point the route to it")
                .command(
                    ShellCommand::of("aws ec2 attach-internet-gateway")
                        .option("--internet-gateway-id", hop.target.to_string())
                        .option("--vpc-id", vpc)
                        .region(self.region),
                ),
        }
    }

    /// A route that should lead to a working NAT gateway.
    fn replaced(
        &self,
        obstacle: Obstacle,
        hop: Option<&RouteHop>,
        remedy: &'static str,
    ) -> Obstacle {
        let Some(hop) = hop else { return obstacle.remedy(remedy) };
        // A NAT gateway accepts only IPv6 that it translates
        // (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html).
        if hop.destination.contains(':') && hop.destination != NAT64 {
            return obstacle.remedy("Point the route to an existing target");
        }
        let obstacle = obstacle.remedy(remedy);
        self.to_nat(obstacle, self.working_nat(), |nat| {
            self.replace(hop).option("--nat-gateway-id", nat).region(self.region)
        })
    }

    fn replace(&self, hop: &RouteHop) -> ShellCommand {
        let flag = match hop.destination.as_str() {
            list if list.starts_with("pl-") => "--destination-prefix-list-id",
            range if range.contains(':') => "--destination-ipv6-cidr-block",
            _ => "--destination-cidr-block",
        };
        ShellCommand::of("aws ec2 replace-route")
            .option("--route-table-id", &hop.table)
            .option(flag, &hop.destination)
    }

    /// Through a working NAT gateway, or a new one.
    fn to_nat(
        &self,
        obstacle: Obstacle,
        nat: Option<&NatGateway>,
        route: impl Fn(Word) -> ShellCommand,
    ) -> Obstacle {
        if let Some(nat) = nat {
            return obstacle.command(route(Word::from(&nat.id)));
        }
        let subnets = self.topology.subnets.unwrap_or_default().iter();
        let public =
            subnets.filter(|it| it.vpc == self.subnet.vpc).find(|it| self.is_public(&it.id));
        let create = ShellCommand::of("aws ec2 create-nat-gateway")
            .option(
                "--subnet-id",
                public.map_or(Word::placeholder("PUBLIC-SUBNET-ID"), |it| Word::from(&it.id)),
            )
            .option("--allocation-id", Word::placeholder("EIPALLOC-ID"))
            .region(self.region);
        obstacle.command(create).command(route(Word::placeholder("NAT-GATEWAY-ID")))
    }

    fn tables(&self) -> &[RouteTable] {
        self.topology.route_tables.unwrap_or_default()
    }

    /// The internet gateway of the VPC.
    fn gateway(&self) -> Option<&InternetGateway> {
        let gateways = self.topology.internet_gateways.unwrap_or_default();
        gateways.iter().find(|it| it.vpcs.contains(&self.subnet.vpc))
    }

    /// Whether the default route of the subnet leads to the internet gateway.
    fn is_public(&self, subnet: &str) -> bool {
        let Some(gateway) = self.gateway() else { return false };
        let target = RouteTarget::InternetGateway(gateway.id.clone());
        table_of(subnet, self.tables()).is_some_and(|table| defaults_to(table, &target))
    }

    /// A NAT gateway with a route to the internet.
    fn working_nat(&self) -> Option<&NatGateway> {
        let nats = self.topology.nat_gateways.unwrap_or_default();
        nats.iter().find(|nat| self.is_working(nat))
    }

    fn is_working(&self, nat: &NatGateway) -> bool {
        let stands_well = nat.subnet.as_ref().is_some_and(|subnet| self.is_public(subnet));
        nat.vpc == self.subnet.vpc && nat.state == "available" && nat.public && stands_well
    }

    /// Whether the default route of the table leads to a NAT gateway with a route to the internet.
    fn leads_to_nat(&self, table: &RouteTable) -> bool {
        let nats = self.topology.nat_gateways.unwrap_or_default().iter();
        nats.filter(|nat| self.is_working(nat))
            .any(|nat| defaults_to(table, &RouteTarget::Nat(nat.id.clone())))
    }

    /// The route of the subnet that leads to this NAT gateway.
    fn hop_to(&self, nat: &str) -> Option<RouteHop> {
        let table = table_of(&self.subnet.id, self.tables())?;
        let target = RouteTarget::Nat(nat.to_owned());
        let route = table.routes.iter().find(|route| route.target == target)?;
        let destination = match &route.destination {
            RouteDestination::Range(range) => range.to_string(),
            RouteDestination::PrefixList(list) => list.clone(),
        };
        Some(RouteHop { table: table.id.clone(), destination, target })
    }

    /// The subnet that Block Public Access affects: the subnet itself, or that of a NAT gateway.
    fn subnet_of<'s>(&'s self, id: &'s str) -> Option<&'s str> {
        if id.starts_with("subnet-") {
            return Some(id);
        }
        let nats = self.topology.nat_gateways.unwrap_or_default();
        nats.iter().find(|nat| nat.id == id)?.subnet.as_deref()
    }
}

fn is_internet_gateway(target: &RouteTarget) -> bool {
    matches!(target, RouteTarget::InternetGateway(_))
}

/// Whether the table's default route leads there.
fn defaults_to(table: &RouteTable, target: &RouteTarget) -> bool {
    table.routes.iter().any(|route| {
        let is_default = matches!(&route.destination, RouteDestination::Range(range) if range.to_string() == ALL);
        is_default && !route.blackhole && route.target == *target
    })
}
