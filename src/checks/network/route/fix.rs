//! How to fix a route out that does not work, with what exists in the VPC as far as it is known.

mod address;
mod gateway;
mod ipv6;

use std::net::IpAddr;

use ipnet::IpNet;

use crate::facts::View;
use crate::knowledge::Stop;
use crate::names::{Region, words};
use crate::network::{
    Addresses, Family, InternetGateway, NatGateway, Part, RouteDestination, RouteFact, RouteHop,
    RouteTable, RouteTarget, Subnet, Topology, table_of,
};
use crate::reachability::egress::{Need, Reach, To};
use crate::reachability::interface::Vantage;
use crate::reachability::ruling::Obstacle;
use crate::reachability::way::Obstruction;
use crate::shell::{ShellCommand, Word};
use crate::task::Task;

/// Every IPv4 address.
const ALL: &str = "0.0.0.0/0";

/// The IPv6 range that is translated to IPv4.
const NAT64: &str = "64:ff9b::/96";

/// What blocks the route, and how to fix it.
///
/// # Errors
/// While answers are pending.
pub(super) fn obstacle<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    (need, obstruction): (&Need, &Obstruction),
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Obstacle, Stop> {
    let obstacle = Obstacle::of(obstruction.because.clone());
    if obstruction.lacks_address() {
        return Ok(address::given(task, obstacle, vantage.around.region()));
    }
    if let To::Address { address, .. } = &need.to
        && !is_public(*address)
    {
        return Ok(obstacle.remedy(format!(
            "Route {address} to its network, through a transit gateway, a VPN or a peering connection: NAT gateways and internet gateways do not reach private addresses"
        )));
    }
    // A part that cannot be read is left to the user.
    for part in [Part::Subnets, Part::InternetGateways, Part::NatGateways] {
        let read = facts.tolerate(|| vantage.around.read(part, facts));
        if let Err(stop @ Stop::Gap(_)) = read {
            return Err(stop);
        }
    }
    let may_exclude = match obstruction.fact {
        Some(RouteFact::PublicAccess { .. }) => vantage.around.may_exclude(facts)?,
        _ => None,
    };
    let ground = Ground {
        may_exclude,
        family: vantage.interface.family(),
        public_address: vantage.interface.public_address,
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

/// What exists in the VPC to fix it with.
struct Ground<'g> {
    /// Whether the account may exclude subnets from Block Public Access, if known.
    may_exclude: Option<bool>,
    /// The IP version of the task.
    family: Family,
    /// Whether the task has a public address.
    public_address: bool,
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
                RouteFact::PrivateAddress { .. } => self.fixed(obstacle, because, otherwise),
                RouteFact::NoRoute { table, .. }
                    if self.working_nat().is_none() && self.gateway().is_some() =>
                {
                    self.to_gateway(
                        obstacle.on(nat),
                        table,
                        format!("Route {ALL} to the internet gateway in the subnet of NAT gateway {nat}"),
                    )
                }
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
            RouteFact::PublicAccess { of, .. } => self.excluded(obstacle.on(of), of, otherwise),
            RouteFact::BeyondPeer(hop) => self.replaced(
                obstacle.on(hop.target.to_string()),
                Some(hop),
                "Point the route to a NAT gateway of this VPC, in a public subnet: the gateways of a peer VPC serve only that VPC",
            ),
            RouteFact::SourceCheck(hop) => self.unchecked(obstacle, hop),
            _ => obstacle,
        }
    }

    /// What Block Public Access blocks, excluded from it if the account may do that.
    fn excluded(&self, obstacle: Obstacle, of: &str, otherwise: &str) -> Obstacle {
        if self.may_exclude == Some(false) {
            return obstacle.remedy(format!(
                "Ask the administrator of the organization to change VPC Block Public Access: this account may not exclude subnets from it; {otherwise}"
            ));
        }
        let obstacle = obstacle.remedy(
            "Exclude the subnet from VPC Block Public Access, at least for outbound traffic",
        );
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

    /// An instance or interface that must forward.
    fn unchecked(&self, obstacle: Obstacle, hop: &RouteHop) -> Obstacle {
        let id = hop.target.to_string();
        let command = match id.starts_with("i-") {
            true => {
                ShellCommand::of("aws ec2 modify-instance-attribute").option("--instance-id", &id)
            }
            false => ShellCommand::of("aws ec2 modify-network-interface-attribute")
                .option("--network-interface-id", &id),
        };
        obstacle
            .remedy(format!("Turn off the source/destination check of {id}, so that it forwards"))
            .command(command.flag("--no-source-dest-check").region(self.region))
            .on(id)
    }

    /// A table without a route. Other subnets may use the VPC's main table too, so a subnet that uses it
    /// gets the table of a subnet with a route to a NAT gateway, if there is one.
    fn routed(&self, obstacle: Obstacle, table: &str, otherwise: &str) -> Obstacle {
        let obstacle = obstacle.on(table);
        if self.family == Family::Ipv6 {
            return self.routed_over_ipv6(obstacle, table, otherwise);
        }
        if self.public_address && self.gateway().is_some() {
            let remedy = format!("Route {ALL} to the internet gateway of the VPC, {otherwise}");
            return self.to_gateway(obstacle, table, remedy);
        }
        if self.public_address && self.topology.internet_gateways.is_some() {
            return self.to_new_gateway(obstacle, table, otherwise);
        }
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
            let create = ShellCommand::of("aws ec2 create-route")
                .option("--route-table-id", table)
                .option("--destination-cidr-block", ALL)
                .option("--nat-gateway-id", nat);
            vec![create.region(self.region)]
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
        let is_untranslated = |it: &RouteDestination| matches!(it, RouteDestination::Range(IpNet::V6(it)) if it.to_string() != NAT64);
        if hop.destinations.iter().any(is_untranslated) {
            return obstacle.remedy("Point the route to an existing target");
        }
        let obstacle = obstacle.remedy(remedy);
        self.to_nat(obstacle, self.working_nat(), |nat| self.replace(hop, "--nat-gateway-id", nat))
    }

    /// All routes of a hop, led to another target.
    fn replace(&self, hop: &RouteHop, flag: &'static str, to: Word) -> Vec<ShellCommand> {
        let replace = |destination: &RouteDestination| {
            let kind = match destination {
                RouteDestination::PrefixList(_) => "--destination-prefix-list-id",
                RouteDestination::Range(IpNet::V6(_)) => "--destination-ipv6-cidr-block",
                RouteDestination::Range(IpNet::V4(_)) => "--destination-cidr-block",
            };
            ShellCommand::of("aws ec2 replace-route")
                .option("--route-table-id", &hop.table)
                .option(kind, destination.to_string())
                .option(flag, to.clone())
                .region(self.region)
        };
        hop.destinations.iter().map(replace).collect()
    }

    /// Through a working NAT gateway, or a new one.
    fn to_nat(
        &self,
        obstacle: Obstacle,
        nat: Option<&NatGateway>,
        routes: impl Fn(Word) -> Vec<ShellCommand>,
    ) -> Obstacle {
        if let Some(nat) = nat {
            return obstacle.commands(routes(Word::from(&nat.id)));
        }
        let subnets = self.topology.subnets.unwrap_or_default().iter();
        let public =
            subnets.filter(|it| it.vpc == self.subnet.vpc).find(|it| self.is_public(&it.id));
        let obstacle = match (public, &obstacle.remedy, self.gateway()) {
            (None, Some(remedy), Some(gateway)) => {
                let remedy = format!(
                    "{remedy}. No subnet of the VPC is public yet: give one a route table that leads {ALL} to {}, and create the NAT gateway there",
                    gateway.id
                );
                obstacle.remedy(remedy)
            }
            (None, Some(remedy), None) if self.topology.internet_gateways.is_some() => {
                let remedy = format!(
                    "{remedy}. The VPC has no internet gateway yet: attach one, and give a subnet a route table that leads {ALL} to it"
                );
                obstacle.remedy(remedy)
            }
            _ => obstacle,
        };
        let create = ShellCommand::of("aws ec2 create-nat-gateway")
            .option(
                "--subnet-id",
                public.map_or(Word::placeholder("PUBLIC-SUBNET-ID"), |it| Word::from(&it.id)),
            )
            .option("--allocation-id", Word::placeholder("EIPALLOC-ID"))
            .region(self.region);
        obstacle.command(create).commands(routes(Word::placeholder("NAT-GATEWAY-ID")))
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

    /// The routes of the subnet that lead to this NAT gateway.
    fn hop_to(&self, nat: &str) -> Option<RouteHop> {
        let table = table_of(&self.subnet.id, self.tables())?;
        RouteHop::to(table, &RouteTarget::Nat(nat.to_owned()))
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

/// Whether an address is one of the internet.
fn is_public(address: IpAddr) -> bool {
    Addresses::public().covers(&address.into())
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
