//! How long the engines take for policies and route tables that are as large as AWS allows, or made to be slow:
//! `cargo run --release --example limits`.

#![expect(clippy::disallowed_macros, reason = "an example prints what it finds")]

use std::time::Instant;

use aws_ecs_preflight::iam::{Context, Decision, Layer, Layers, Policy, Request, evaluate};
use aws_ecs_preflight::network::{
    AclEntry, Destination, Interface, InternetGateway, NatGateway, NetworkAcl, Peer, Port, Route,
    RouteDestination, RouteTable, RouteTarget, Rule, SecurityGroup, Subnet, Topology, Traffic, Vpc,
    path, rest_of_internet,
};
use serde_json::{Value, json};

/// The largest policy of AWS is that of a KMS key
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html>).
const LARGEST: usize = 32_768;

fn main() {
    const VPCE: &str = "aws:SourceVpce";
    let patterns = |count| json!((0..count).map(|nth| stars(nth, 8)).collect::<Vec<_>>());
    let id = |nth: usize| json!(format!("vpce-{nth:017x}"));
    let not_like = |count| vec![deny("StringNotLike", VPCE, &patterns(count))];
    decide("40 negated patterns", &not_like(40));
    decide("400 negated patterns", &not_like(400));
    decide("one id a statement", &as_many_as_fit(|nth| deny("StringEquals", VPCE, &id(nth))));
    decide(
        "stars in each statement",
        &as_many_as_fit(|nth| deny("StringLike", VPCE, &json!(stars(nth, 12)))),
    );
    decide(
        "three keys",
        &as_many_as_fit(|nth| {
            let key = [VPCE, "aws:SourceVpc", "aws:UserAgent"][nth % 3];
            deny("StringNotLike", key, &json!(stars(nth, 5)))
        }),
    );
    decide(
        "an ARN of many stars",
        &[deny(
            "ArnNotLike",
            "aws:SourceArn",
            &json!(format!("arn:aws:s3:::{}", "*a".repeat(15_000))),
        )],
    );
    let many = |nth| deny("StringEquals", VPCE, &id(nth));
    decide("10,000 statements", &(0..10_000).map(many).collect::<Vec<_>>());
    for (count, kind) in [(50, "tgw"), (500, "tgw"), (1_000, "tgw"), (1_000, "nat")] {
        routes(count, kind);
    }
}

fn decide(name: &str, statements: &[Value]) {
    let policy = |layer, statements: &Value| {
        Policy::read(layer, "app", &json!({"Version": "2012-10-17", "Statement": statements}))
    };
    let allow = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let statements = json!(statements);
    let layers = Layers {
        identity: vec![policy(Layer::Identity, &allow)],
        resource: Some(policy(Layer::Resource, &statements)),
        ..Layers::default()
    };
    let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf";
    let Ok(role) = "arn:aws:iam::111122223333:role/app".parse() else { return };
    let request = Request::new(role, "secretsmanager:GetSecretValue", secret, Context::partial());
    let start = Instant::now();
    let decision = evaluate(&request, &layers).decision;
    let (time, size) = (start.elapsed(), statements.to_string().len());
    let word = match decision {
        Decision::Allow => "allow",
        Decision::ExplicitDeny | Decision::ImplicitDeny => "deny",
        Decision::Depends(_) => "depends",
    };
    println!("{name:28} {size:>8} bytes {time:>12.1?} {word}");
}

fn deny(operator: &str, key: &str, values: &Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
           "Condition": {operator: {key: values}}})
}

/// `*a*b*c*…*`, from another letter each.
fn stars(first: usize, count: usize) -> String {
    let letters = "abcdefghijklmnopqrstuvwxyz".chars().cycle().skip(first % 26);
    let parts: Vec<String> = letters.take(count).map(String::from).collect();
    format!("*{}*", parts.join("*"))
}

fn as_many_as_fit(statement: impl Fn(usize) -> Value) -> Vec<Value> {
    let mut size = 0;
    let fits = |it: &Value| {
        size += it.to_string().len();
        size < LARGEST
    };
    (0..).map(statement).take_while(fits).collect()
}

/// The path to the internet by way of a NAT gateway, with so many other routes in both tables.
fn routes(count: u32, kind: &str) {
    let target = |kind: &str| match kind {
        "tgw" => RouteTarget::TransitGateway("tgw-1".to_owned()),
        "igw" => RouteTarget::InternetGateway("igw-1".to_owned()),
        _ => RouteTarget::Nat("nat-1".to_owned()),
    };
    let route = |range: &str, target: RouteTarget| {
        let range = range.parse().ok()?;
        Some(Route { destination: RouteDestination::Range(range), target, blackhole: false })
    };
    let range = |nth: u32| format!("{}.{}.{}.0/24", 20 + (nth >> 16), (nth >> 8) & 255, nth & 255);
    let table = |id: &str, subnet: &str, default: &str| RouteTable {
        id: id.to_owned(),
        main: false,
        subnets: vec![subnet.to_owned()],
        routes: (0..count)
            .filter_map(|nth| route(&range(nth), target(kind)))
            .chain(route("10.0.0.0/16", RouteTarget::Local))
            .chain(route("0.0.0.0/0", target(default)))
            .collect(),
        name_tag: None,
    };
    let tables = [table("rtb-1", "subnet-1", "nat"), table("rtb-2", "subnet-2", "igw")];
    let subnets = [subnet("subnet-1", "10.0.1.0/24"), subnet("subnet-2", "10.0.2.0/24")];
    let vpc = Vpc {
        id: "vpc-1".to_owned(),
        owner: None,
        ranges: "10.0.0.0/16".parse().into_iter().collect(),
        dhcp_options: "default".to_owned(),
    };
    let (gateways, nats) = (gateways(), nats());
    let (acls, groups) = (acls(), groups());
    let topology = Topology {
        vpc: Some(&vpc),
        subnets: Some(&subnets),
        route_tables: Some(&tables),
        internet_gateways: Some(&gateways),
        nat_gateways: Some(&nats),
        appliances: Some(&[]),
        security_groups: Some(&groups),
        network_acls: Some(&acls),
        endpoints: Some(&[]),
        prefix_lists: Some(&[]),
        ..Topology::default()
    };
    let from = Interface::new(&subnets[0]).with_groups(["sg-1"]);
    let start = Instant::now();
    let path = path(&topology, &from, &Destination::Internet(Port::tcp(443)));
    let time = start.elapsed();
    let start = Instant::now();
    let apart = rest_of_internet(&topology, &from, &path).map_or(0, |(_, ranges)| ranges.len());
    let rest = start.elapsed();
    println!(
        "{count:>5} routes to {kind}: path {time:>10.1?}, without {apart} ranges {rest:>10.1?}"
    );
}

fn subnet(id: &str, range: &str) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc: "vpc-1".to_owned(),
        owner: None,
        zone: "eu-west-1a".to_owned(),
        zone_id: None,
        outpost: None,
        ipv4: range.parse().ok(),
        ipv6: Vec::new(),
        free_addresses: 100,
        dns64: false,
        public_access: None,
        name_tag: None,
    }
}

fn gateways() -> [InternetGateway; 1] {
    [InternetGateway { id: "igw-1".to_owned(), vpcs: vec!["vpc-1".to_owned()], name_tag: None }]
}

fn nats() -> [NatGateway; 1] {
    [NatGateway {
        id: "nat-1".to_owned(),
        vpc: "vpc-1".to_owned(),
        subnet: Some("subnet-2".to_owned()),
        state: "available".to_owned(),
        public: true,
        route_table: None,
        failure: None,
        name_tag: None,
    }]
}

fn acls() -> [NetworkAcl; 1] {
    let traffic = Traffic { protocol: None, ports: None };
    let everything = "0.0.0.0/0".parse().into_iter();
    let entries = everything.flat_map(|range| {
        [true, false].map(|egress| AclEntry {
            number: 100,
            egress,
            allow: true,
            traffic: traffic.clone(),
            range,
        })
    });
    let subnets = vec!["subnet-1".to_owned(), "subnet-2".to_owned()];
    [NetworkAcl { id: "acl-1".to_owned(), subnets, entries: entries.collect(), name_tag: None }]
}

fn groups() -> [SecurityGroup; 1] {
    let everywhere = "0.0.0.0/0".parse().into_iter().map(Peer::Range).collect();
    let traffic = Traffic { protocol: None, ports: None };
    [SecurityGroup {
        id: "sg-1".to_owned(),
        name: "app".to_owned(),
        vpc: "vpc-1".to_owned(),
        ingress: Vec::new(),
        egress: vec![Rule { traffic, peers: everywhere }],
    }]
}
