use aws_ecs_preflight::network::{
    AclEntry, Appliance, Endpoint, EndpointKind, InternetGateway, NatGateway, NetworkAcl, Peer,
    PrefixList, Route, RouteDestination, RouteTable, RouteTarget, Rule, SecurityGroup, Subnet,
    Traffic, Vpc,
};

use super::notation::{REGION, VPC};
use super::parts::Parts;

/// Numbers that are the same in each run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed);
        // Neighbouring seeds shall have nothing in common.
        dice.0 = dice.next();
        dice
    }

    /// Others, so that what is thrown with these stays the same.
    fn beside(&self) -> Dice {
        let mut others = Dice(!self.0);
        others.0 = others.next();
        others
    }

    /// By SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// Each with this chance.
    fn some<T: Clone>(&mut self, chance: usize, all: &[T]) -> Vec<T> {
        all.iter().filter(|_| self.percent(chance)).cloned().collect()
    }
}

/// Who sends.
pub struct Task {
    pub subnet: String,
    pub groups: Vec<String>,
    pub public_address: bool,
}

const SUBNETS: [&str; 3] = ["subnet-1", "subnet-2", "subnet-3"];

/// A small VPC.
pub fn vpc(dice: &mut Dice) -> (Parts, Task) {
    let by_ipv6 = dice.percent(20);
    let subnets = subnets(dice, by_ipv6);
    let parts = Parts {
        vpc: Vpc {
            id: VPC.to_owned(),
            owner: None,
            ranges: vec!["10.0.0.0/22".parse().unwrap(), "2600:1f18:1::/56".parse().unwrap()],
            dhcp_options: "dopt-1".to_owned(),
        },
        route_tables: route_tables(dice),
        internet_gateways: internet_gateways(dice),
        nat_gateways: vec![nat(dice, "nat-1"), nat(dice, "nat-2")],
        appliances: vec![Appliance {
            id: "eni-1".to_owned(),
            source_dest_check: dice.beside().percent(50),
        }],
        security_groups: ["sg-1", "sg-2", "sg-far"].map(|id| group(dice, id)).to_vec(),
        network_acls: acls(dice),
        endpoints: endpoints(dice),
        prefix_lists: vec![
            list("pl-s3", &format!("com.amazonaws.{REGION}.s3"), &["52.216.0.0/15", "3.5.0.0/19"]),
            list("pl-own", "own", &["52.0.0.0/9", "10.0.1.0/24"]),
        ],
        dns_support: dice.percent(90),
        dns_hostnames: dice.percent(85),
        dns_servers: servers(dice),
        public_access: mode(dice),
        shared: false,
        unread: Vec::new(),
        subnets,
    };
    let choices: [&[&str]; 3] = [&["sg-1"], &["sg-1", "sg-2"], &["sg-2"]];
    let groups = dice.pick(&choices);
    let task = Task {
        subnet: SUBNETS[0].to_owned(),
        groups: groups.iter().map(|it| it.to_string()).collect(),
        public_address: dice.percent(60),
    };
    (parts, task)
}

/// The task's comes first.
fn subnets(dice: &mut Dice, by_ipv6: bool) -> Vec<Subnet> {
    let subnet = |(at, id): (usize, &&str), dice: &mut Dice| Subnet {
        id: id.to_string(),
        vpc: VPC.to_owned(),
        owner: None,
        zone: format!("{REGION}a"),
        zone_id: None,
        outpost: None,
        name_tag: None,
        ipv4: (at > 0 || !by_ipv6).then(|| format!("10.0.{at}.0/24").parse().unwrap()),
        ipv6: vec![format!("2600:1f18:1:{at}::/64").parse().unwrap()],
        free_addresses: 200,
        dns64: dice.percent(70),
        public_access: mode(dice),
    };
    SUBNETS.iter().enumerate().map(|it| subnet(it, dice)).collect()
}

fn mode(dice: &mut Dice) -> Option<String> {
    let modes = ["block-bidirectional", "block-ingress", "off"];
    dice.percent(15).then(|| dice.pick(&modes).to_string())
}

fn route_tables(dice: &mut Dice) -> Vec<RouteTable> {
    let mut table = |id: &str, main, subnets: &[&str]| RouteTable {
        id: id.to_owned(),
        main,
        subnets: subnets.iter().map(|it| it.to_string()).collect(),
        routes: routes(dice),
        name_tag: None,
    };
    vec![
        table("rtb-main", true, &[]),
        table("rtb-1", false, &[SUBNETS[0]]),
        table("rtb-2", false, &[SUBNETS[1]]),
        table("rtb-nat", false, &[]),
    ]
}

fn routes(dice: &mut Dice) -> Vec<Route> {
    const WIDE: [&str; 3] = ["0.0.0.0/0", "64:ff9b::/96", "::/0"];
    const NARROW: [&str; 8] = [
        "0.0.0.0/1",
        "128.0.0.0/1",
        "52.0.0.0/8",
        "52.216.0.0/16",
        "192.168.0.0/16",
        "2001:db8::/32",
        "pl-s3",
        "pl-own",
    ];
    let mut routes = vec![
        route("10.0.0.0/22", RouteTarget::Local),
        route("2600:1f18:1::/56", RouteTarget::Local),
    ];
    let mut destinations = dice.some(80, &WIDE);
    destinations.extend(dice.some(12, &NARROW));
    for destination in destinations {
        let target = target(dice, destination);
        let blackhole = dice.percent(5);
        routes.push(Route { blackhole, ..route(destination, target) });
    }
    routes
}

fn route(destination: &str, target: RouteTarget) -> Route {
    let destination = match destination.parse() {
        Ok(range) => RouteDestination::Range(range),
        Err(_) => RouteDestination::PrefixList(destination.to_owned()),
    };
    Route { destination, target, blackhole: false }
}

fn target(dice: &mut Dice, destination: &str) -> RouteTarget {
    if destination == "pl-s3" && dice.percent(70) {
        return RouteTarget::Endpoint("vpce-s3".to_owned());
    }
    let gateway = RouteTarget::InternetGateway("igw-1".to_owned());
    let nat = RouteTarget::Nat("nat-1".to_owned());
    let others = [
        RouteTarget::InternetGateway("igw-2".to_owned()),
        RouteTarget::Nat("nat-2".to_owned()),
        RouteTarget::Nat("nat-gone".to_owned()),
        RouteTarget::TransitGateway("tgw-1".to_owned()),
        RouteTarget::Peering("pcx-1".to_owned()),
        RouteTarget::Appliance("eni-1".to_owned()),
        RouteTarget::Endpoint("vpce-gwlb".to_owned()),
    ];
    match dice.below(10) {
        0..=3 => gateway,
        4..=6 => nat,
        7 if destination.contains(':') => RouteTarget::EgressOnly("eigw-1".to_owned()),
        _ => dice.pick(&others).clone(),
    }
}

fn internet_gateways(dice: &mut Dice) -> Vec<InternetGateway> {
    let vpcs = if dice.percent(90) { vec![VPC.to_owned()] } else { Vec::new() };
    let other = vec!["vpc-2".to_owned()];
    vec![
        InternetGateway { id: "igw-1".to_owned(), vpcs, name_tag: None },
        InternetGateway { id: "igw-2".to_owned(), vpcs: other, name_tag: None },
    ]
}

fn nat(dice: &mut Dice, id: &str) -> NatGateway {
    let states = ["available", "available", "available", "available", "pending", "failed"];
    let subnet = dice.pick(&[None, Some(0), Some(1), Some(1), Some(2)]).map(|at| SUBNETS[at]);
    NatGateway {
        id: id.to_owned(),
        vpc: VPC.to_owned(),
        subnet: subnet.map(str::to_owned),
        state: dice.pick(&states).to_string(),
        public: dice.percent(85),
        route_table: subnet.is_none().then(|| "rtb-nat".to_owned()),
        failure: None,
        name_tag: None,
    }
}

const RANGES: [&str; 12] = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "52.0.0.0/8",
    "52.216.0.0/15",
    "10.0.0.0/22",
    "10.0.0.0/25",
    "10.0.1.0/24",
    "10.0.2.64/26",
    "64:ff9b::/96",
    "2000::/3",
    "2600:1f18:1::/63",
];

fn traffic(dice: &mut Dice) -> Traffic {
    let ports = [
        None,
        Some((443, 443)),
        Some((53, 443)),
        Some((1024, 65535)),
        Some((32768, 61000)),
        Some((1024, 40000)),
        Some((50000, 50000)),
        Some((2049, 2049)),
        Some((53, 53)),
    ];
    match dice.below(10) {
        0..=2 => Traffic { protocol: None, ports: None },
        3 => Traffic { protocol: Some(17), ports: *dice.pick(&ports) },
        _ => Traffic { protocol: Some(6), ports: *dice.pick(&ports) },
    }
}

fn group(dice: &mut Dice, id: &str) -> SecurityGroup {
    let mut rules = |most: usize| {
        let count = dice.below(most + 1);
        (0..count).map(|_| rule(dice)).collect::<Vec<_>>()
    };
    let (egress, ingress) = (rules(4), rules(4));
    let mut group = SecurityGroup {
        id: id.to_owned(),
        name: id.to_owned(),
        vpc: VPC.to_owned(),
        ingress,
        egress,
    };
    let all = ["0.0.0.0/0", "::/0"].map(|range| Peer::Range(range.parse().unwrap())).to_vec();
    let open = Rule { traffic: Traffic { protocol: None, ports: None }, peers: all };
    if dice.percent(40) {
        group.egress.push(open.clone());
    }
    if dice.percent(40) {
        group.ingress.push(open);
    }
    group
}

fn rule(dice: &mut Dice) -> Rule {
    let count = 1 + dice.below(2);
    Rule { traffic: traffic(dice), peers: (0..count).map(|_| peer(dice)).collect() }
}

fn peer(dice: &mut Dice) -> Peer {
    match dice.below(6) {
        0 => Peer::Group(dice.pick(&["sg-1", "sg-2", "sg-far"]).to_string()),
        1 => Peer::PrefixList(dice.pick(&["pl-s3", "pl-own"]).to_string()),
        _ => Peer::Range(dice.pick(&RANGES).parse().unwrap()),
    }
}

fn acls(dice: &mut Dice) -> Vec<NetworkAcl> {
    let strict = dice.some(45, &SUBNETS);
    let open: Vec<_> = SUBNETS.into_iter().filter(|id| !strict.contains(id)).collect();
    let mut acl = |id: &str, subnets: &[&str], most: usize, floor: bool| {
        let mut entries = Vec::new();
        for egress in [true, false] {
            let count = dice.below(most + 1);
            entries.extend((0..count).map(|at| entry(dice, egress, 10 * (at + 1))));
            let open = floor || dice.percent(55);
            for range in ["0.0.0.0/0", "::/0"] {
                let traffic = Traffic { protocol: None, ports: None };
                let range = range.parse().unwrap();
                let last = AclEntry { number: 32767, egress, allow: false, traffic, range };
                let allow = AclEntry { number: 1000, allow: true, ..last.clone() };
                entries.extend(open.then_some(allow).into_iter().chain([last]));
            }
        }
        let subnets = subnets.iter().map(|it| it.to_string()).collect();
        NetworkAcl { id: id.to_owned(), subnets, entries, name_tag: None }
    };
    vec![acl("acl-strict", &strict, 3, false), acl("acl-open", &open, 0, true)]
}

fn entry(dice: &mut Dice, egress: bool, number: usize) -> AclEntry {
    AclEntry {
        number: i32::try_from(number).unwrap(),
        egress,
        allow: dice.percent(70),
        traffic: traffic(dice),
        range: dice.pick(&RANGES).parse().unwrap(),
    }
}

fn endpoints(dice: &mut Dice) -> Vec<Endpoint> {
    let states = ["available", "available", "available", "available", "pending", "failed"];
    let mut endpoint = |id: &str, service: &str, kind| Endpoint {
        id: id.to_owned(),
        vpc: VPC.to_owned(),
        service: format!("com.amazonaws.{REGION}.{service}"),
        service_region: None,
        kind,
        state: dice.pick(&states).to_string(),
        private_dns: kind == EndpointKind::Interface && dice.percent(75),
        subnets: Vec::new(),
        groups: Vec::new(),
        route_tables: Vec::new(),
        policy: None,
        name_tag: None,
    };
    let gateway = endpoint("vpce-s3", "s3", EndpointKind::Gateway);
    let mut interface = endpoint("vpce-logs", "logs", EndpointKind::Interface);
    let other = endpoint("vpce-gwlb", "vpce-svc-1", EndpointKind::Other);
    let first = dice.pick(&SUBNETS).to_string();
    interface.subnets = dice.some(30, &SUBNETS).iter().map(|it| it.to_string()).collect();
    interface.subnets.retain(|it| *it != first);
    interface.subnets.push(first);
    interface.groups = vec![dice.pick(&["sg-far", "sg-far", "sg-1"]).to_string()];
    vec![gateway, interface, other]
}

fn list(id: &str, name: &str, ranges: &[&str]) -> PrefixList {
    let ranges = ranges.iter().map(|it| it.parse().unwrap()).collect();
    PrefixList { id: id.to_owned(), name: name.to_owned(), ranges }
}

fn servers(dice: &mut Dice) -> Vec<String> {
    let choices: [&[&str]; 8] = [
        &["AmazonProvidedDNS"],
        &["AmazonProvidedDNS"],
        &["10.0.0.2"],
        &["10.0.1.9"],
        &["192.168.0.9"],
        &["8.8.8.8"],
        &["10.0.1.9", "10.0.2.70"],
        &["AmazonProvidedDNS", "10.0.2.9"],
    ];
    dice.pick(&choices).iter().map(|it| it.to_string()).collect()
}
