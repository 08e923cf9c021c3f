use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_ecs_preflight::network::{
    Attraction, Destination, Interface, LINUX_PORTS, NAT_PORTS, Outcome, Part, Path, Port,
    PrefixList, RouteFact, Topology, path,
};

use super::edges::{Edges, is_public};
use super::parts::Parts;
use super::truth::{Place, Truth, choose, outcome_of_addresses};
use super::walk::{Call, Fate, Walk, behind_nat, is_nat64};
use super::world::{Dice, Task, vpc};

/// How often something was met.
pub type Count = BTreeMap<String, usize>;

/// A world, who sends in it, and where to.
pub struct Trial {
    seed: u64,
    pub world: Parts,
    task: Task,
    destination: Destination,
    to: Place,
    /// What the engine is not shown.
    hidden: Vec<Part>,
    hidden_list: Option<&'static str>,
}

impl Trial {
    pub fn new(seed: u64) -> Trial {
        let mut dice = Dice::new(seed);
        let (world, task) = vpc(&mut dice);
        let (to, destination) = choose(&mut dice, &world);
        const PARTS: [Part; 13] = [
            Part::Vpc,
            Part::Subnets,
            Part::RouteTables,
            Part::InternetGateways,
            Part::NatGateways,
            Part::Appliances,
            Part::SecurityGroups,
            Part::NetworkAcls,
            Part::Endpoints,
            Part::PrefixLists,
            Part::DnsSupport,
            Part::DnsHostnames,
            Part::DnsServers,
        ];
        let hidden = match dice.below(10) {
            0..=2 => vec![*dice.pick(&PARTS)],
            3 => vec![*dice.pick(&PARTS), *dice.pick(&PARTS)],
            _ => Vec::new(),
        };
        let hidden_list = dice.percent(12).then(|| *dice.pick(&["pl-s3", "pl-own"]));
        Trial { seed, world, task, destination, to, hidden, hidden_list }
    }

    /// What is wrong with the answers of an engine that is shown `seen` in place of the world.
    pub fn objections(&self, seen: &Parts, count: &mut Count) -> Vec<String> {
        let lists: Vec<PrefixList> = seen
            .prefix_lists
            .iter()
            .filter(|list| self.hidden_list != Some(list.id.as_str()))
            .cloned()
            .collect();
        let topology = self.show(seen, &lists);
        let subnet = seen.subnets.iter().find(|it| it.id == self.task.subnet).unwrap();
        let from = Interface::new(subnet)
            .with_groups(self.task.groups.clone())
            .with_public_address(self.task.public_address);
        let path = path(&topology, &from, &self.destination);
        let mut wrong = Vec::new();
        self.judge_dns(&path, count, &mut wrong);
        if let Some(place) = self.follow_lead(&path, &mut wrong) {
            self.judge_stages(&path, place, count, &mut wrong);
        }
        let hops: Vec<_> = path.hops().iter().map(|hop| format!("    {hop:?}")).collect();
        wrong
            .iter()
            .map(|what| {
                format!(
                    "seed {} to {:?}, without {:?} {:?}: {what}\n{}",
                    self.seed,
                    self.to,
                    self.hidden,
                    self.hidden_list,
                    hops.join("\n")
                )
            })
            .collect()
    }

    fn show<'a>(&self, seen: &'a Parts, lists: &'a [PrefixList]) -> Topology<'a> {
        let mut topology = Topology { prefix_lists: Some(lists), ..seen.topology() };
        for part in &self.hidden {
            match part {
                Part::Vpc => topology.vpc = None,
                Part::Subnets => topology.subnets = None,
                Part::RouteTables => topology.route_tables = None,
                Part::InternetGateways => topology.internet_gateways = None,
                Part::NatGateways => topology.nat_gateways = None,
                Part::Appliances => topology.appliances = None,
                Part::SecurityGroups => topology.security_groups = None,
                Part::NetworkAcls => topology.network_acls = None,
                Part::Endpoints => topology.endpoints = None,
                Part::PrefixLists => topology.prefix_lists = None,
                Part::DnsSupport => topology.dns_support = None,
                Part::DnsHostnames => topology.dns_hostnames = None,
                Part::DnsServers => topology.dns_servers = None,
            }
        }
        topology
    }

    fn is_whole(&self) -> bool {
        self.hidden.is_empty() && self.hidden_list.is_none()
    }

    fn walk(&self, port: Port, is_meant_for_others: bool) -> Walk<'_> {
        Walk {
            is_meant_for_others,
            world: &self.world,
            subnet: self.world.subnets.iter().find(|it| it.id == self.task.subnet).unwrap(),
            groups: &self.task.groups,
            public_address: self.task.public_address,
            protocol: port.protocol,
            port: port.number,
        }
    }

    /// Where the packets to a service go in truth, if the engine is certain of it and right.
    fn follow_lead(&self, path: &Path, wrong: &mut Vec<String>) -> Option<Place> {
        let Some(lead) = &path.lead else { return Some(self.to) };
        if !lead.answer.has_passed() {
            return None;
        }
        let (world, logs) = (&self.world, &self.world.endpoints[1]);
        let amazon = |server: &String| server == "AmazonProvidedDNS" || server == "10.0.0.2";
        let captures = logs.private_dns && world.dns_support && world.dns_hostnames;
        let is_captured = self.to == Place::Logs && captures && logs.state != "failed";
        if is_captured && (logs.state == "pending" || !world.dns_servers.iter().all(amazon)) {
            wrong.push("it is not certain who answers to the name".to_owned());
        }
        let takes = matches!(lead.to, Attraction::Interface(_));
        if takes != is_captured {
            wrong.push(format!("lead {:?}, captured: {is_captured}", lead.to));
        }
        match self.to {
            Place::Logs if !is_captured => Some(Place::Internet),
            place => Some(place),
        }
    }

    fn judge_stages(&self, path: &Path, place: Place, count: &mut Count, wrong: &mut Vec<String>) {
        let walk = self.walk(path.port, matches!(place, Place::Internet | Place::S3));
        let edges = Edges::of(&self.world);
        let (targets, groups) = self.targets(place, &walk, &edges);
        if targets.is_empty() {
            return;
        }
        let mut judge = |stage: &str, outcome: Outcome, truth: Truth| {
            *count.entry(format!("{stage} {outcome:?}")).or_default() += 1;
            wrong.extend(truth.objection(outcome).map(|it| format!("{stage}: {it}")));
        };
        let fates: Vec<_> = targets.iter().map(|to| walk.route(*to)).collect();
        let untranslated =
            path.route.facts.iter().any(|it| matches!(it, RouteFact::NoDns64 { .. }));
        let is_exact = self.is_whole() && !untranslated;
        judge("route", path.route.outcome, Truth::of_fates(&fates, is_exact));
        let known = groups.as_deref().unwrap_or_default();
        let out: Vec<_> = targets.iter().map(|to| walk.egress(*to, known)).collect();
        let is_exact = self.is_whole() && groups.is_some();
        judge("egress", path.egress.outcome, Truth::of(&out, is_exact));
        let own = edges.within(&super::edges::ranges_of(walk.subnet, walk.subnet.ipv4.is_some()));
        if let Some(answer) = &path.ingress {
            let inward: Vec<_> = own.iter().map(|task| walk.ingress(*task, known)).collect();
            judge("ingress", answer.outcome, Truth::of(&inward, self.is_whole()));
        }
        let crossings = self.cross(&walk, &targets, &own, &edges);
        let all_pass = crossings.iter().all(|it| *it);
        // Parts that let different packets pass may leave none together: only a pass is exact.
        // So is one of a NAT gateway that drops a part itself.
        let facts = &path.route.facts;
        let is_stuck = facts.iter().any(|it| matches!(it, RouteFact::NatStuck { .. }));
        let is_exact = self.is_whole() && all_pass && !is_stuck;
        let truth = Truth { is_exact, ..Truth::of(&crossings, false) };
        judge("acls", path.acls.outcome, truth);
        let arrive = self.arrivals(&walk, &targets, &own, &edges, known);
        judge("path", outcome_of_addresses(path), Truth::of(&arrive, false));
        for fact in &path.route.facts {
            let name = format!("{fact:?}");
            let name = name.split([' ', '(']).next().unwrap().to_owned();
            *count.entry(name).or_default() += 1;
        }
    }

    /// The addresses that packets are sent to, and the groups behind them.
    fn targets(
        &self,
        place: Place,
        walk: &Walk,
        edges: &Edges,
    ) -> (Vec<IpAddr>, Option<Vec<String>>) {
        let by_ipv4 = walk.subnet.ipv4.is_some();
        let s3 = &self.world.prefix_lists[0].ranges;
        let is_own = |it| Edges::own(&self.world).iter().any(|range| range.contains(&it));
        let of = |ids: &[String]| {
            let subnets = self.world.subnets.iter().filter(|it| ids.contains(&it.id));
            subnets.flat_map(|it| super::edges::ranges_of(it, by_ipv4)).collect::<Vec<_>>()
        };
        match place {
            Place::Internet => {
                let own = Edges::own(&self.world);
                let mut all = edges.public(by_ipv4, walk.subnet.dns64, &own);
                all.retain(|to| !s3.iter().any(|range| range.contains(&behind_nat(*to))));
                (all, Some(Vec::new()))
            }
            Place::S3 if by_ipv4 => (edges.within(s3), Some(Vec::new())),
            Place::S3 => {
                let own = Edges::own(&self.world);
                let mut all = edges.public(false, walk.subnet.dns64, &own);
                all.retain(|to| {
                    !is_nat64(*to) || s3.iter().any(|it| it.contains(&behind_nat(*to)))
                });
                (all, Some(Vec::new()))
            }
            Place::Logs => {
                let endpoint = &self.world.endpoints[1];
                (edges.within(&of(&endpoint.subnets)), Some(endpoint.groups.clone()))
            }
            Place::MountTarget(at) => {
                let subnet = std::slice::from_ref(&self.world.subnets[at].id);
                (edges.within(&of(subnet)), Some(vec!["sg-far".to_owned()]))
            }
            Place::Address(address) if address.is_ipv4() != by_ipv4 => (Vec::new(), None),
            Place::Address(address) if is_public(address) && !is_own(address) => {
                (vec![address], Some(Vec::new()))
            }
            Place::Address(address) => (vec![address], None),
        }
    }

    /// Every address with every port, but not every pair of ports: whether all pass is exact.
    fn cross(&self, walk: &Walk, targets: &[IpAddr], own: &[IpAddr], edges: &Edges) -> Vec<bool> {
        let (ports, nat_ports) = (edges.ports(LINUX_PORTS), edges.ports(NAT_PORTS));
        let mut passed = Vec::new();
        for to in targets {
            for task in own {
                for port in &ports {
                    let call = Call { task: *task, port: *port, nat_port: nat_ports[0] };
                    passed.push(walk.acls(*to, call));
                }
            }
            for nat_port in &nat_ports {
                let call = Call { task: own[0], port: ports[0], nat_port: *nat_port };
                passed.push(walk.acls(*to, call));
            }
        }
        let mut dice = Dice::new(self.seed);
        for _ in 0..100 {
            let (to, call) = self.throw(&mut dice, targets, own, edges);
            passed.push(walk.acls(to, call));
        }
        passed
    }

    fn throw(
        &self,
        dice: &mut Dice,
        targets: &[IpAddr],
        own: &[IpAddr],
        edges: &Edges,
    ) -> (IpAddr, Call) {
        let (port, nat_port) = (edges.ports(LINUX_PORTS), edges.ports(NAT_PORTS));
        let call = Call {
            task: *dice.pick(own),
            port: *dice.pick(&port),
            nat_port: *dice.pick(&nat_port),
        };
        (*dice.pick(targets), call)
    }

    /// Connections through everything. One that goes where nobody can see may arrive.
    fn arrivals(
        &self,
        walk: &Walk,
        targets: &[IpAddr],
        own: &[IpAddr],
        edges: &Edges,
        groups: &[String],
    ) -> Vec<bool> {
        let mut dice = Dice::new(self.seed + 1);
        (0..60)
            .map(|_| {
                let (to, call) = self.throw(&mut dice, targets, own, edges);
                walk.route(to) != Fate::Dropped
                    && walk.egress(to, groups)
                    && walk.acls(to, call)
                    && (groups.is_empty() || walk.ingress(call.task, groups))
            })
            .collect()
    }

    /// A custom DNS server may answer if one packet reaches it, whatever groups it has.
    fn judge_dns(&self, path: &Path, count: &mut Count, wrong: &mut Vec<String>) {
        let Some(answer) = &path.dns else { return };
        *count.entry(format!("dns {:?}", answer.outcome)).or_default() += 1;
        let answers = |server: &String| match server.as_str() {
            "AmazonProvidedDNS" | "10.0.0.2" => self.world.dns_support,
            address => self.reaches(address.parse().unwrap()),
        };
        let servers = &self.world.dns_servers;
        let own = |server: &String| server != "AmazonProvidedDNS" && server != "10.0.0.2";
        match answer.outcome {
            Outcome::Passed if !servers.iter().all(answers) || servers.iter().any(own) => {
                wrong.push("dns passes".to_owned());
            }
            Outcome::Blocked if servers.iter().any(answers) => {
                wrong.push("dns is blocked".to_owned())
            }
            _ => {}
        }
    }

    fn reaches(&self, address: IpAddr) -> bool {
        let walk = self.walk(Port::udp(53), false);
        if walk.subnet.ipv4.is_none() {
            return false;
        }
        let edges = Edges::of(&self.world);
        let own = edges.within(&super::edges::ranges_of(walk.subnet, true));
        let (ports, nat_ports) = (edges.ports(LINUX_PORTS), edges.ports(NAT_PORTS));
        let private = !is_public(address);
        let out = walk.egress(address, &[])
            || private
                && ["sg-1", "sg-2", "sg-far"]
                    .iter()
                    .any(|group| walk.egress(address, &[group.to_string()]));
        out && walk.route(address) != Fate::Dropped
            && own.iter().any(|task| {
                ports.iter().any(|port| {
                    nat_ports.iter().any(|nat_port| {
                        walk.acls(address, Call { task: *task, port: *port, nat_port: *nat_port })
                    })
                })
            })
    }
}
