//! `network-route`

use super::asks::WAY;
use super::reach::{Need, Reach, To, destination};
use super::ruling::{Obstacle, Plan, Ruling, judge, timeout};
use crate::checks::scene::{Scene, is_drawn, lacks, lead_lacks};
use crate::checks::subject::{SenderUse, Standing};
use crate::checks::{Check, Judge};
use crate::document::{Field, Located};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::network::{
    Attraction, Destination, EndpointKind, Outcome, Part, Path, RouteFact, RouteTarget, Service,
    Topology, joined,
};
use crate::verdict::Judgement;

pub(super) static NETWORK_ROUTE: Check = Check {
    id: "network-route",
    verifies: "each subnet has a way out that really works, or none is needed",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... net/http: request canceled while waiting for connection",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
    ],
    remedy: "Give the subnet a default route to a NAT gateway in a public subnet, or assign public addresses in a public subnet, or create the VPC endpoints",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
    asks: &WAY,
    advises: false,
    judge: Judge::Sender(network_route),
};

/// The parts that say where packets go.
pub(super) const EXPECTED: &[Part] = &[
    Part::Vpc,
    Part::RouteTables,
    Part::Endpoints,
    Part::InternetGateways,
    Part::NatGateways,
    Part::Subnets,
    Part::DnsSupport,
    Part::PrefixLists,
];

fn network_route(it: &SenderUse, facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "nothing has to be reached from here by a way out of the VPC",
        blocked: "cannot be reached",
        connected: Some("the agents there are connected to ECS"),
        error: timeout,
    };
    judge(it, &plan, facts, |scene, need, reach, facts| {
        // An endpoint takes no way out, so one that is proven serves whoever answers.
        let way = match facts.attempt(|| Way::out(scene, &need.to, reach, facts))? {
            Some(way) => way,
            None => Way::of(scene, &need.to, reach, facts)?,
        };
        Ok(rule(it, need, way))
    })
}

/// What the route says, for what no endpoint draws.
fn rule(it: &SenderUse, need: &Need, way: Way) -> Ruling {
    match way {
        Way::Endpoint => Ruling::Passes("endpoints answer, which take no way out".to_owned()),
        Way::Open(because) => Ruling::Passes(because),
        Way::Missing | Way::Elsewhere => Ruling::Moot,
        Way::Doubtful(because) => Ruling::Open(because),
        Way::Broken(Obstruction { lacks_address, obstacle }) => match &need.to {
            // Whoever has an address of its own in the VPC needs no way out of it.
            To::Anywhere(_) => Ruling::Blocked(obstacle).unless_within(&need.to),
            // What the containers call themselves is not known. That they stand in a public subnet, and
            // can have no public address, is not what anybody wants.
            _ if need.is_own_traffic() && !lacks_address => Ruling::Moot,
            _ if lacks_address => Ruling::Blocked(addressed(it, obstacle)),
            _ => Ruling::Blocked(obstacle),
        },
    }
}

/// How a task gets a public address, or does without. The console does not offer to change it for a
/// service that exists, the command does.
fn addressed(it: &SenderUse, obstacle: Obstacle) -> Obstacle {
    let public = it.task.standing() == Ok(Standing::Fargate);
    if !public {
        return obstacle.remedy(
            "Run it in a private subnet, whose default route leads to a NAT gateway: nothing gives a task on EC2 a public address",
        );
    }
    let context = &it.task.context;
    let text = |field: &Field<String>| field.get().ok().flatten().cloned();
    let list = |field: &Field<Vec<Located<String>>>| {
        let items = field.items().unwrap_or_default();
        items.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join(",")
    };
    let (subnets, groups) =
        (list(&context.network.subnets), list(&context.network.security_groups));
    let network = format!(
        "--network-configuration 'awsvpcConfiguration={{subnets=[{subnets}],securityGroups=[{groups}],assignPublicIp=ENABLED}}'"
    );
    let obstacle = obstacle.remedy(
        "Set assignPublicIp to ENABLED, or run it in a private subnet, whose default route leads to a NAT gateway",
    );
    let cluster = text(&context.request.cluster).unwrap_or_else(|| "CLUSTER".to_owned());
    match text(&context.request.service_name) {
        Some(service) => obstacle.command(format!(
            "aws ecs update-service --cluster {cluster} --service {service} {network} --force-new-deployment"
        )),
        None => obstacle,
    }
}

/// Where packets go, as far as routes decide it.
pub(super) enum Way {
    /// To an endpoint.
    Endpoint,
    /// Out, by this.
    Open(String),
    /// Nowhere: no route leads out of a subnet that relies on endpoints, and this one is missing.
    Missing,
    /// Nowhere, since the way out does not work, or there is none.
    Broken(Obstruction),
    /// Beyond what can be seen.
    Doubtful(String),
    /// Perhaps to an endpoint, as AWS's pages disagree.
    Elsewhere,
}

/// What keeps packets from leaving.
pub(super) struct Obstruction {
    /// Whether a public address would do.
    lacks_address: bool,
    obstacle: Obstacle,
}

impl Way {
    /// The way of packets to a place that has to be reached.
    ///
    /// # Errors
    /// Whatever keeps a part from being read that decides it.
    pub(super) fn of<'t>(
        scene: &mut Scene<'t>,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        if let To::Variant(service, host) = to {
            let service = Destination::Service(service.clone());
            let drawn = scene.path(
                &service,
                facts,
                |path, _| lead_lacks(path),
                |path, _| is_drawn(path),
            )?;
            let way = Way::of(scene, &To::Host(host.clone()), reach, facts)?;
            return Ok(match (way, drawn) {
                (Way::Broken(_), true) => Way::Elsewhere,
                (way, _) => way,
            });
        }
        let there = destination(to);
        match Way::toward(scene, &there, to, reach, facts)? {
            Way::Broken(_) | Way::Missing
                if scene.over_ipv6(|it| leads_out(it, &there, facts)).transpose()?
                    == Some(true) =>
            {
                Ok(Way::Doubtful(format!(
                    "{} has a way out by IPv6 alone, and whether the agent takes it is set on the instance (ECS_INSTANCE_IP_COMPATIBILITY)",
                    scene.interface.subnet.id
                )))
            }
            way => Ok(way),
        }
    }

    fn toward<'t>(
        scene: &mut Scene<'t>,
        there: &Destination,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        Way::seen(scene, facts, |scene| {
            let subnet = &scene.interface.subnet.id;
            scene.path(there, facts, lacks, |path, topology| {
                (Way::along(path, topology, subnet, to, reach), leads_to_gateway(path))
            })
        })
    }

    fn outside<'t>(
        scene: &mut Scene<'t>,
        service: &Service,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Way, Stop> {
        Way::seen(scene, facts, |scene| {
            let subnet = &scene.interface.subnet.id;
            scene.path_outside(service, facts, lacks, |path, topology| {
                (Way::along(path, topology, subnet, to, reach), leads_to_gateway(path))
            })
        })
    }

    /// The way that `look` sees, and whether an internet gateway has a say in it: that takes what has a
    /// public address, unless the account blocks it.
    fn seen<'t>(
        scene: &mut Scene<'t>,
        facts: &View<'t>,
        look: impl Fn(&mut Scene<'t>) -> Result<(Way, bool), Stop>,
    ) -> Result<Way, Stop> {
        let (way, by_gateway) = look(scene)?;
        if !by_gateway {
            return Ok(way);
        }
        scene.knows_address()?;
        let tells = scene.interface.subnet.public_access.is_some();
        match !tells && scene.around.read_public_access(facts)? {
            true => Way::seen(scene, facts, look),
            false => Ok(way),
        }
    }

    /// The way out to the public addresses of a service, where it is open: then it is nothing to the
    /// route who answers to the service's name.
    ///
    /// # Errors
    /// Whatever keeps a part from being read that decides it.
    pub(super) fn out<'t>(
        scene: &mut Scene<'t>,
        to: &To,
        reach: &Reach,
        facts: &View<'t>,
    ) -> Result<Option<Way>, Stop> {
        let way = match to {
            To::Service(service) => Way::outside(scene, service, to, reach, facts)?,
            To::Variant(_, host) => Way::of(scene, &To::Host(host.clone()), reach, facts)?,
            To::Host(_) | To::Anywhere(_) => return Ok(None),
        };
        Ok(matches!(way, Way::Open(_)).then_some(way))
    }

    fn along(path: &Path, topology: &Topology, subnet: &str, to: &To, reach: &Reach) -> Way {
        if is_drawn(path) {
            // Of a gateway endpoint that is gone, network-endpoints tells.
            let by_gateway =
                matches!(path.lead.as_ref().map(|lead| lead.to), Some(Attraction::Gateway(_)));
            let is_gone = by_gateway && path.route.outcome == Outcome::Blocked;
            return if is_gone { Way::Missing } else { Way::Endpoint };
        }
        let facts = &path.route.facts;
        match path.route.outcome {
            Outcome::Passed => Way::Open(of_all(&path.route.to_string(), path)),
            Outcome::Doubtful => Way::Doubtful(of_all(&path.route.to_string(), path)),
            Outcome::Blocked => {
                let is_missing = |fact: &RouteFact| matches!(fact, RouteFact::NoRoute { .. });
                if matches!(to, To::Service(_)) && facts.iter().all(is_missing) {
                    if let Some((range, network)) = joined(topology, subnet) {
                        return Way::Doubtful(format!(
                            "no route of {subnet} leads to public addresses, but {range} leads to {network}, and whether endpoints stand there cannot be seen"
                        ));
                    }
                    if relies_on_endpoints(topology, reach) {
                        return Way::Missing;
                    }
                }
                let lacks = |fact: &RouteFact| matches!(fact, RouteFact::NoPublicAddress(_));
                Way::Broken(Obstruction {
                    lacks_address: facts.first().is_some_and(lacks),
                    obstacle: obstacle(path),
                })
            }
        }
    }
}

/// Whether a route leads there which lets packets go.
fn leads_out<'t>(
    scene: &mut Scene<'t>,
    there: &Destination,
    facts: &View<'t>,
) -> Result<bool, Stop> {
    let leads = |fact: &RouteFact| matches!(fact, RouteFact::Leads { .. });
    scene.path(there, facts, lacks, |path, _| path.route.facts.iter().any(leads))
}

/// Whether an internet gateway has a say.
fn leads_to_gateway(path: &Path) -> bool {
    path.route.facts.iter().any(|fact| match fact {
        RouteFact::Leads { hop, then } => [Some(hop), then.as_ref()]
            .into_iter()
            .flatten()
            .any(|hop| matches!(hop.target, RouteTarget::InternetGateway(_))),
        RouteFact::NoPublicAddress(_) | RouteFact::PublicAccess { .. } => true,
        _ => false,
    })
}

/// A sentence about one of many services, as it is true of all of them.
pub(super) fn of_all(sentence: &str, path: &Path) -> String {
    let name = &path.target.name;
    match name.strip_prefix("the public addresses") {
        Some(_) => sentence.replace(name.as_str(), "public addresses"),
        None => sentence.to_owned(),
    }
}

/// Whether somebody meant this VPC to do with endpoints: it has one for something that this task needs.
/// A gateway endpoint is no sign of it, as one has it beside a NAT gateway too.
fn relies_on_endpoints(topology: &Topology, reach: &Reach) -> bool {
    let needed = |name: &str| {
        reach.needs.iter().any(|need| match &need.to {
            To::Service(service) | To::Variant(service, _) => service.is_named_by(name),
            To::Host(_) | To::Anywhere(_) => false,
        })
    };
    let endpoints = topology.endpoints.into_iter().flatten();
    endpoints.into_iter().any(|it| it.kind == EndpointKind::Interface && needed(&it.service))
}

/// The fact that blocks the way, and the command that opens it.
fn obstacle(path: &Path) -> Obstacle {
    let Some(fact) = path.route.facts.first() else { return Obstacle::of("there is no way") };
    let obstacle = Obstacle::of(of_all(&fact.to_string(), path));
    let replace = |table: &str, destination: &str| {
        let flag = if destination.contains(':') {
            "--destination-ipv6-cidr-block"
        } else {
            "--destination-cidr-block"
        };
        format!(
            "aws ec2 replace-route --route-table-id {table} {flag} {destination} --nat-gateway-id NAT-GATEWAY-ID"
        )
    };
    match fact {
        RouteFact::NoRoute { table, .. } => obstacle
            .on(table)
            .remedy("Route 0.0.0.0/0 to a NAT gateway that stands in a public subnet, or create the VPC endpoints that this task needs")
            .command(format!(
                "aws ec2 create-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT-GATEWAY-ID"
            )),
        RouteFact::Blackhole(hop) | RouteFact::NatGone(hop) => obstacle
            .on(hop.target.to_string())
            .remedy("Point the route to something that is there")
            .command(replace(&hop.table, &hop.destination)),
        RouteFact::Detached { hop, vpc } => obstacle
            .on(hop.target.to_string())
            .remedy("Attach the internet gateway to the VPC")
            .command(format!(
                "aws ec2 attach-internet-gateway --internet-gateway-id {} --vpc-id {vpc}",
                hop.target
            )),
        RouteFact::NatState { nat, .. } => obstacle
            .on(nat)
            .remedy("Create a NAT gateway in a public subnet, and point the route to it")
            .command("aws ec2 create-nat-gateway --subnet-id PUBLIC-SUBNET-ID --allocation-id EIPALLOC-ID"),
        RouteFact::NatStuck { nat, because, .. } => {
            let obstacle = obstacle
                .on(nat)
                .remedy("Put the NAT gateway into a public subnet: one whose route table leads to an internet gateway");
            match &**because {
                RouteFact::NoRoute { table, .. } => obstacle.command(format!(
                    "aws ec2 create-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --gateway-id INTERNET-GATEWAY-ID"
                )),
                _ => obstacle,
            }
        }
        RouteFact::PrivateNat { nat, .. } | RouteFact::NatLoop { nat, .. } => obstacle
            .on(nat)
            .remedy("Route through a public NAT gateway that stands in a public subnet"),
        RouteFact::PublicAccess { of, .. } => obstacle
            .on(of)
            .remedy("Exclude the subnet from Block Public Access, at least for what leaves it")
            .command(format!(
                "aws ec2 create-vpc-block-public-access-exclusion --subnet-id {of} --internet-gateway-exclusion-mode allow-egress"
            )),
        _ => obstacle,
    }
}
