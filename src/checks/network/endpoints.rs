//! `network-endpoints`

use super::asks::{FROM, LEAD, WAY};
use super::places::{Plan, judge_all, timeout};
use super::pulled::with_pulls;
use crate::checks::{Check, together};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::lookup::Lookup;
use crate::lookup::ecr::{DescribeImage, EcrManifest, PullThroughRules};
use crate::names::{Partition, Region};
use crate::network::{
    Attraction, Endpoint, EndpointFact, EndpointKind, Lead, Outcome, Part, Path, RouteFact,
    RouteTarget, Service, Subnet, Topology, table_of,
};
use crate::reachability::egress::{Need, Reach, To, destination};
use crate::reachability::interface::{Vantage, lead_lacks};
use crate::reachability::reason::Reason;
use crate::reachability::ruling::{Obstacle, Ruling};
use crate::reachability::way::{EXPECTED, Way};
use crate::shell::{ShellCommand, Word};
use crate::task::{EgressPoint, Task};
use crate::verdict::{Judgement, not_applicable};

pub(super) static NETWORK_ENDPOINTS: Check = Check {
    id: "network-endpoints",
    verifies: "without a route to the internet, every required service has an available endpoint with private DNS",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... dial tcp ...: i/o timeout",
        "CannotPullContainerError: ... dial tcp ...:443: i/o timeout",
        "failed to create Cloudwatch log stream: RequestError: send request failed ... i/o timeout",
        "RunTask, StartTask: failures with the reason AGENT",
    ],
    remedy: "Create the missing VPC endpoint with private DNS in the task's VPC",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html",
    asks: &[FROM, LEAD, WAY, &[DescribeImage::CALL, PullThroughRules::CALL, EcrManifest::CALL]],
    advises: false,
    judge: |task| together(task, &task.context.network.place, network_endpoints),
};

fn network_endpoints(senders: &[EgressPoint], facts: &View) -> Judgement {
    let plan = Plan {
        expected: EXPECTED,
        moot: "traffic from here leaves by a route, not through an endpoint; see network-route",
        blocked: "cannot be reached",
        connected: None,
        error: timeout,
    };
    let Some(task) = senders.first().map(|it| it.task) else { return not_applicable(plan.moot) };
    judge_all(senders, &plan, facts, |vantage, need, reach, facts| {
        rule(task, vantage, need, reach, facts)
    })
}

/// What endpoints mean for a need.
enum Said {
    /// An endpoint receives the packets, with this ruling.
    Draws(Ruling),
    /// No endpoint receives them, for this reason.
    None(Obstacle, Why),
}

/// Why no endpoint receives the packets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// There is none.
    Missing,
    /// One exists, but does not work.
    Amiss,
    /// One exists, but the name of the service does not resolve to it by itself.
    Unnamed,
    /// Names do not resolve; network-dns reports it.
    Dns,
    /// None is visible, but another account owns the VPC.
    Hidden,
}

/// The ruling on one destination.
pub(super) fn rule<'t>(
    task: &Task,
    vantage: &mut Vantage<'t>,
    need: &Need,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    let service = match &need.to {
        To::Service(service) => service.clone(),
        To::Variant(_, host) => return variant(vantage, &need.to, host, reach, facts),
        To::Host(_) | To::Anywhere(_) | To::Address { .. } => return Ok(Ruling::NotApplicable),
    };
    let (subnet, region) = (vantage.interface.subnet, vantage.around.region().clone());
    let said = vantage.path(
        &destination(&need.to),
        facts,
        |path, topology| lead_lacks(path).or_else(|| zones_lack(path, topology)),
        |path, topology| match (&path.lead, by_gateway(path)) {
            (_, Some(ruling)) => Said::Draws(ruling),
            (Some(lead), None) => say(lead, subnet, topology, &service, &region),
            (None, None) => Said::Draws(Ruling::NotApplicable),
        },
    )?;
    let (obstacle, why) = match said {
        Said::Draws(ruling) => return with_pulls(ruling, task, vantage, need, reach, facts),
        Said::None(obstacle, why) => (obstacle, why),
    };
    if !matches!(why, Why::Amiss | Why::Unnamed) && has_a_way(vantage, &need.to, facts)? {
        return Ok(Ruling::NotApplicable);
    }
    Ok(match Way::of(vantage, &need.to, reach, facts)? {
        Way::Missing if why == Why::Dns => Ruling::NotApplicable,
        Way::Missing if why == Why::Hidden => Ruling::Open(obstacle.because),
        // EC2 shows neither private hosted zones nor rules of Route 53 Resolver
        // (https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html).
        Way::Missing if why == Why::Unnamed => Ruling::Open(
            "its endpoint has no private DNS, and it is unknown whether a private hosted zone or a resolver rule of your own resolves the service's name to it"
                .into(),
        ),
        // An existing endpoint already has its command.
        Way::Missing if why == Why::Missing && obstacle.commands.is_empty() => {
            Ruling::Blocked(missing(obstacle, task, vantage, &service, facts)?)
        }
        Way::Missing => Ruling::Blocked(obstacle),
        Way::Open(_) if matches!(why, Why::Amiss | Why::Unnamed) => Ruling::Hurts(Obstacle {
            because: obstacle.because.with(", so traffic takes the route to the internet"),
            ..obstacle
        }),
        Way::Endpoint | Way::Open(_) | Way::Broken(_) | Way::Doubtful(_) | Way::Elsewhere => {
            Ruling::NotApplicable
        }
    })
}

/// Whether a route of the subnet leads anywhere, working or not: then no endpoint is required.
fn has_a_way<'t>(vantage: &mut Vantage<'t>, to: &To, facts: &View<'t>) -> Result<bool, Stop> {
    let of_tables = |part: &Part| matches!(part, Part::Vpc | Part::RouteTables | Part::PrefixLists);
    vantage.path(
        &destination(to),
        facts,
        |path, _| path.route.unread().filter(of_tables),
        |path, _| !path.route.facts.iter().all(|it| matches!(it, RouteFact::NoRoute { .. })),
    )
}

/// The ruling on a gateway endpoint that receives the packets but is not available.
fn by_gateway(path: &Path) -> Option<Ruling> {
    let Some(Attraction::Gateway(endpoint)) = path.lead.as_ref().map(|lead| lead.to) else {
        return None;
    };
    let because = Reason::of_facts(&path.route, &path.subnet, ToString::to_string);
    let obstacle = Obstacle::of(because).on(&endpoint.id);
    match path.route.outcome {
        Outcome::Blocked => {
            Some(Ruling::Blocked(obstacle.remedy("Delete the endpoint and create it again")))
        }
        _ if endpoint.state.starts_with("pending") => {
            Some(Ruling::Hurts(obstacle.remedy("Wait until it is available")))
        }
        _ => None,
    }
}

/// AWS's pages disagree on whether endpoints serve ECR's other host names
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html>).
fn variant<'t>(
    vantage: &mut Vantage<'t>,
    to: &To,
    host: &str,
    reach: &Reach,
    facts: &View<'t>,
) -> Result<Ruling, Stop> {
    Ok(match Way::of(vantage, to, reach, facts)? {
        Way::Elsewhere => Ruling::Hurts(
            Obstacle::of(format!(
                "there is no route to the internet, and AWS does not document whether the endpoint for ecr.dkr serves {host}"
            ))
            .remedy("Use ACCOUNT.dkr.ecr.REGION.amazonaws.com in the image name, which the endpoint serves"),
        ),
        _ => Ruling::NotApplicable,
    })
}

/// The zones of an endpoint are those of its subnets.
fn zones_lack(path: &Path, topology: &Topology) -> Option<Part> {
    let drawn = path.lead.as_ref().map(|lead| lead.to);
    (matches!(drawn, Some(Attraction::Interface(_))) && topology.subnets.is_none())
        .then_some(Part::Subnets)
}

fn say(
    lead: &Lead,
    subnet: &Subnet,
    topology: &Topology,
    service: &Service,
    region: &Region,
) -> Said {
    let because = Reason::of_facts(&lead.answer, &subnet.id, ToString::to_string);
    match lead.to {
        Attraction::Interface(endpoint) | Attraction::Gateway(endpoint)
            if lead.answer.outcome == Outcome::Doubtful =>
        {
            Said::Draws(uncertain(lead, endpoint, because))
        }
        Attraction::Interface(endpoint) => {
            Said::Draws(across_zones(endpoint, subnet, topology, service, region))
        }
        Attraction::Gateway(endpoint) => {
            Said::Draws(Ruling::Passes(format!("gateway endpoint {}", endpoint.id).into()))
        }
        Attraction::Public => {
            let (obstacle, why) = obstacle(lead, because, region);
            Said::None(obstacle, why)
        }
    }
}

/// An endpoint that probably receives the packets.
fn uncertain(lead: &Lead, endpoint: &Endpoint, because: Reason) -> Ruling {
    let on_its_way = |fact: &EndpointFact| matches!(fact, EndpointFact::State { .. });
    let own = |fact: &EndpointFact| matches!(fact, EndpointFact::OwnResolvers { .. });
    let doubts: Vec<&EndpointFact> = lead
        .answer
        .facts
        .iter()
        .filter(|it| crate::network::Fact::outcome(*it) == Outcome::Doubtful)
        .collect();
    match () {
        () if doubts.iter().any(|it| on_its_way(it)) => Ruling::Hurts(
            Obstacle::of(because).on(&endpoint.id).remedy("Wait until it is available"),
        ),
        // network-dns warns about it.
        () if doubts.iter().all(|it| own(it)) => {
            Ruling::Passes(format!("endpoint {}", endpoint.id).into())
        }
        () => Ruling::Open(because),
    }
}

/// Packets may cross zones within the VPC, which adds a small cost and a dependency on the other zone.
fn across_zones(
    endpoint: &Endpoint,
    subnet: &Subnet,
    topology: &Topology,
    service: &Service,
    region: &Region,
) -> Ruling {
    let all = topology.subnets.unwrap_or_default();
    let in_zone = all.iter().any(|it| endpoint.subnets.contains(&it.id) && it.zone == subnet.zone);
    let is_known = !endpoint.subnets.is_empty()
        && endpoint.subnets.iter().all(|id| all.iter().any(|it| it.id == *id));
    match service.name.as_str() {
        // https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
        "s3" => Ruling::Hurts(past_gateway(endpoint, subnet, topology, service, region)),
        _ if is_known && !in_zone => Ruling::Hurts(
            Obstacle::of(format!(
                "endpoint {} has no interface in {}: packets cross zones, which adds cost and depends on the other zone",
                endpoint.id, subnet.zone
            ))
            .on(&endpoint.id)
            .remedy("Add a subnet in that zone to the endpoint")
            .command(modify(&endpoint.id).option("--add-subnet-ids", &subnet.id).region(region)),
        ),
        _ => Ruling::Passes(format!("endpoint {}", endpoint.id).into()),
    }
}

/// S3 through an interface endpoint: its name resolves there, even if a gateway endpoint has a route.
fn past_gateway(
    endpoint: &Endpoint,
    subnet: &Subnet,
    topology: &Topology,
    service: &Service,
    region: &Region,
) -> Obstacle {
    let table = table_of(&subnet.id, topology.route_tables.unwrap_or_default());
    let gateway = topology.endpoints.into_iter().flatten().find(|it| {
        let target = RouteTarget::Endpoint(it.id.clone());
        it.kind == EndpointKind::Gateway
            && service.is_named_by(&it.service)
            && table.is_some_and(|table| table.routes.iter().any(|route| route.target == target))
    });
    match gateway {
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
        Some(gateway) => Obstacle::of(format!(
            "the name of S3 resolves to interface endpoint {}, not to gateway endpoint {}, but AWS documents ECR only with a gateway endpoint",
            endpoint.id, gateway.id
        ))
        .on(&endpoint.id)
        .remedy("Enable private DNS of the interface endpoint only for inbound Resolver endpoints, so that traffic uses the gateway endpoint")
        .command(
            modify(&endpoint.id)
                .flag("--dns-options PrivateDnsOnlyForInboundResolverEndpoint=true")
                .region(region),
        ),
        None => Obstacle::of(format!(
            "S3 has only interface endpoint {}, but AWS documents ECR only with a gateway endpoint",
            endpoint.id
        ))
        .on(&endpoint.id)
        .remedy("Create a gateway endpoint for S3 and associate it with the subnet's route table"),
    }
}

fn modify(endpoint: &str) -> ShellCommand {
    ShellCommand::of("aws ec2 modify-vpc-endpoint").option("--vpc-endpoint-id", endpoint)
}

/// Why no endpoint receives the packets, and the command that fixes an existing one.
fn obstacle(lead: &Lead, because: Reason, region: &Region) -> (Obstacle, Why) {
    let obstacle = Obstacle::of(because);
    let amiss = lead.answer.facts.iter().find_map(|fact| match fact {
        EndpointFact::NoPrivateDns { endpoint } => Some((
            obstacle
                .clone()
                .on(endpoint)
                .remedy("Turn on private DNS for the endpoint")
                .command(modify(endpoint).flag("--private-dns-enabled").region(region)),
            Why::Unnamed,
        )),
        EndpointFact::NotAssociated { endpoint, table, .. } => Some((
            obstacle
                .clone()
                .on(endpoint)
                .remedy("Associate the gateway endpoint with the subnet's route table")
                .command(modify(endpoint).option("--add-route-table-ids", table).region(region)),
            Why::Missing,
        )),
        EndpointFact::State { endpoint, .. } => Some((
            obstacle.clone().on(endpoint).remedy("Delete the endpoint and create it again"),
            Why::Amiss,
        )),
        EndpointFact::DnsOff { endpoint, .. } => Some((obstacle.clone().on(endpoint), Why::Dns)),
        EndpointFact::NotShown { .. } => Some((obstacle.clone(), Why::Hidden)),
        _ => None,
    });
    amiss.unwrap_or((obstacle, Why::Missing))
}

/// The endpoint that is to be created.
fn missing<'t>(
    obstacle: Obstacle,
    task: &Task,
    vantage: &Vantage<'t>,
    service: &Service,
    facts: &View<'t>,
) -> Result<Obstacle, Stop> {
    let (home, subnet) = (task.region()?, vantage.interface.subnet);
    if service.region != *home {
        let there = &service.region;
        // One cause for every service of that region.
        let obstacle = Obstacle::of(format!(
            "there is no route to the internet, and no endpoint of {} leads to {there}",
            subnet.vpc
        ));
        return Ok(obstacle.on(there.as_str()).remedy(format!(
            "Keep a copy in {home} of what the task reads in {there} (ECR and Secrets Manager can replicate), or give the subnet a route to a NAT gateway"
        )));
    }
    // In China the names of endpoint services differ by service.
    if home.partition() == Partition::AwsCn {
        return Ok(obstacle.on(&service.name).command(
            ShellCommand::of("aws ec2 describe-vpc-endpoint-services").region(home).option(
                "--query",
                format!("ServiceNames[?ends_with(@, '.{home}.{}')]", service.name),
            ),
        ));
    }
    let name = service.endpoint_name();
    let create = ShellCommand::of("aws ec2 create-vpc-endpoint").option("--vpc-id", &subnet.vpc);
    let topology = vantage.around.topology();
    let command = match service.name.as_str() {
        "s3" => {
            let table = table_of(&subnet.id, topology.route_tables.unwrap_or_default());
            create.flag("--vpc-endpoint-type Gateway").option("--service-name", &name).option(
                "--route-table-ids",
                table.map_or(Word::placeholder("ROUTE-TABLE-ID"), |it| Word::from(&it.id)),
            )
        }
        _ => {
            // The groups of existing endpoints allow the task, or network-endpoint-security-group reports it.
            let mut others = topology
                .endpoints
                .into_iter()
                .flatten()
                .filter(|it| it.kind == EndpointKind::Interface && it.vpc == subnet.vpc);
            let group = others.find_map(|it| it.groups.first());
            create
                .flag("--vpc-endpoint-type Interface")
                .option("--service-name", &name)
                .options("--subnet-ids", one_by_zone(task, subnet, facts))
                .option(
                    "--security-group-ids",
                    group.map_or(Word::placeholder("SECURITY-GROUP-ID"), Word::from),
                )
                .flag("--private-dns-enabled")
        }
    };
    let command = command.region(home);
    Ok(obstacle.on(name).command(command))
}

/// One subnet of the task per zone: a VPC has one endpoint with private DNS per service, so one command
/// has to list them all.
fn one_by_zone<'t>(task: &Task, own: &'t Subnet, facts: &View<'t>) -> Vec<&'t str> {
    let mut found: Vec<&'t Subnet> = Vec::new();
    for sender in task.egress_points().into_iter().flatten().flatten() {
        // An unknown sender is reported by the check itself.
        for vantage in Vantage::all(&sender, EXPECTED, facts).into_iter().flatten() {
            let subnet = vantage.interface.subnet;
            if subnet.vpc == own.vpc && found.iter().all(|it| it.zone != subnet.zone) {
                found.push(subnet);
            }
        }
    }
    if found.is_empty() {
        found.push(own);
    }
    found.into_iter().map(|it| it.id.as_str()).collect()
}
