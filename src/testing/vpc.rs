//! A VPC in a recording: healthy ones, and whatever is done to them.

use ipnet::IpNet;
use serde_json::{Value, json};

use crate::facts::Recording;
use crate::network::{
    AclEntry, Endpoint, EndpointKind, InternetGateway, NatGateway, NetworkAcl, Peer, PrefixList,
    Route, RouteDestination, RouteTable, RouteTarget, Rule, SecurityGroup, Subnet, Traffic,
    Vpc as Range,
};

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "111122223333";

/// What is recorded of one VPC.
#[derive(Clone)]
pub(crate) struct Vpc {
    pub range: Range,
    pub subnets: Vec<Subnet>,
    pub tables: Vec<RouteTable>,
    pub internet_gateways: Vec<InternetGateway>,
    pub nats: Vec<NatGateway>,
    pub groups: Vec<SecurityGroup>,
    pub acls: Vec<NetworkAcl>,
    pub endpoints: Vec<Endpoint>,
    pub lists: Vec<PrefixList>,
    pub dns: (bool, bool),
    pub resolvers: Vec<String>,
    facts: Vec<Value>,
    refused: Vec<&'static str>,
}

/// The services that the task of the stories needs.
pub(crate) const NEEDED: [&str; 5] = ["ecr.api", "ecr.dkr", "secretsmanager", "ssm", "logs"];

fn range(text: &str) -> IpNet {
    text.parse().unwrap()
}

pub(crate) fn subnet(id: &str, net: &str, zone: &str) -> Subnet {
    Subnet {
        id: id.to_owned(),
        vpc: "vpc-1".to_owned(),
        owner: ACCOUNT.parse().ok(),
        zone: format!("{REGION}{zone}"),
        outpost: None,
        name_tag: None,
        zone_id: Some(format!("euw1-az{}", if zone == "a" { 1 } else { 2 })),
        ipv4: Some(net.parse().unwrap()),
        ipv6: Vec::new(),
        free_addresses: 200,
        dns64: false,
        public_access: Some("off".to_owned()),
    }
}

pub(crate) fn route(to: &str, target: RouteTarget) -> Route {
    let destination = match to.starts_with("pl-") {
        true => RouteDestination::PrefixList(to.to_owned()),
        false => RouteDestination::Range(range(to)),
    };
    Route { destination, target, blackhole: false }
}

fn table(id: &str, subnets: &[&str], routes: Vec<Route>) -> RouteTable {
    let mut all = vec![route("10.0.0.0/16", RouteTarget::Local)];
    all.extend(routes);
    let subnets = subnets.iter().map(|it| (*it).to_owned()).collect();
    RouteTable { id: id.to_owned(), main: false, subnets, routes: all, name_tag: None }
}

pub(crate) fn rule(ports: Option<(u16, u16)>, peer: Peer) -> Rule {
    let protocol = ports.map(|_| 6);
    Rule { traffic: Traffic { protocol, ports }, peers: vec![peer] }
}

pub(crate) fn group(id: &str, ingress: Vec<Rule>, egress: Vec<Rule>) -> SecurityGroup {
    let name = if id == "sg-default" { "default" } else { id };
    SecurityGroup {
        id: id.to_owned(),
        name: name.to_owned(),
        vpc: "vpc-1".to_owned(),
        ingress,
        egress,
    }
}

pub(crate) fn anywhere() -> Peer {
    Peer::Range(range("0.0.0.0/0"))
}

pub(crate) fn within(net: &str) -> Peer {
    Peer::Range(range(net))
}

pub(crate) fn entry(number: i32, egress: bool, allow: bool, ports: Option<(u16, u16)>) -> AclEntry {
    let traffic = Traffic { protocol: ports.map(|_| 6), ports };
    AclEntry { number, egress, allow, traffic, range: range("0.0.0.0/0") }
}

/// A network ACL that lets everything pass.
fn open_acl(id: &str, subnets: &[&str]) -> NetworkAcl {
    let entries = vec![
        entry(100, true, true, None),
        entry(100, false, true, None),
        entry(32767, true, false, None),
        entry(32767, false, false, None),
    ];
    let subnets = subnets.iter().map(|it| (*it).to_owned()).collect();
    NetworkAcl { id: id.to_owned(), subnets, entries, name_tag: None }
}

fn everything() -> Value {
    json!({"Version": "2008-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    ]})
}

pub(crate) fn interface(service: &str) -> Endpoint {
    Endpoint {
        id: format!("vpce-{service}"),
        vpc: "vpc-1".to_owned(),
        service: format!("com.amazonaws.{REGION}.{service}"),
        service_region: Some(REGION.to_owned()),
        kind: EndpointKind::Interface,
        state: "available".to_owned(),
        private_dns: true,
        subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
        groups: vec!["sg-endpoint".to_owned()],
        route_tables: Vec::new(),
        policy: Some(everything()),
        name_tag: None,
    }
}

fn s3_gateway() -> Endpoint {
    Endpoint {
        kind: EndpointKind::Gateway,
        private_dns: false,
        subnets: Vec::new(),
        groups: Vec::new(),
        route_tables: vec!["rtb-private".to_owned()],
        ..interface("s3")
    }
}

/// How tag 1 of a repository is asked for.
pub(crate) fn image(name: &str) -> Value {
    let repository = json!({"region": REGION, "registry": ACCOUNT, "name": name});
    json!({"repository": repository, "reference": {"tag": "1"}})
}

impl Vpc {
    /// Private subnets behind a NAT gateway, public ones beside them.
    pub(crate) fn with_nat() -> Vpc {
        let out = RouteTarget::InternetGateway("igw-1".to_owned());
        let nat = RouteTarget::Nat("nat-1".to_owned());
        let mut private =
            table("rtb-private", &["subnet-a", "subnet-b"], vec![route("0.0.0.0/0", nat)]);
        private.main = true;
        let public =
            table("rtb-public", &["subnet-pa", "subnet-pb"], vec![route("0.0.0.0/0", out)]);
        Vpc {
            range: Range {
                id: "vpc-1".to_owned(),
                owner: ACCOUNT.parse().ok(),
                ranges: vec![range("10.0.0.0/16")],
                dhcp_options: "dopt-1".to_owned(),
            },
            subnets: vec![
                subnet("subnet-a", "10.0.1.0/24", "a"),
                subnet("subnet-b", "10.0.2.0/24", "b"),
                subnet("subnet-pa", "10.0.101.0/24", "a"),
                subnet("subnet-pb", "10.0.102.0/24", "b"),
            ],
            tables: vec![private, public],
            internet_gateways: vec![InternetGateway {
                id: "igw-1".to_owned(),
                vpcs: vec!["vpc-1".to_owned()],
                name_tag: None,
            }],
            nats: vec![NatGateway {
                id: "nat-1".to_owned(),
                vpc: "vpc-1".to_owned(),
                subnet: Some("subnet-pa".to_owned()),
                state: "available".to_owned(),
                public: true,
                route_table: None,
                failure: None,
                name_tag: None,
            }],
            groups: vec![
                group("sg-app", Vec::new(), vec![rule(None, anywhere())]),
                group("sg-default", Vec::new(), vec![rule(None, anywhere())]),
                group(
                    "sg-endpoint",
                    vec![rule(Some((443, 443)), Peer::Group("sg-app".to_owned()))],
                    Vec::new(),
                ),
            ],
            acls: vec![
                open_acl("acl-private", &["subnet-a", "subnet-b"]),
                open_acl("acl-public", &["subnet-pa", "subnet-pb"]),
            ],
            endpoints: Vec::new(),
            lists: vec![PrefixList {
                id: "pl-s3".to_owned(),
                name: format!("com.amazonaws.{REGION}.s3"),
                ranges: vec![range("52.218.0.0/17"), range("3.5.64.0/21")],
            }],
            dns: (true, true),
            resolvers: vec!["AmazonProvidedDNS".to_owned()],
            facts: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// Private subnets without a way out, with an endpoint for everything that the task needs.
    pub(crate) fn with_endpoints() -> Vpc {
        let mut vpc = Vpc::with_nat();
        vpc.endpoints = NEEDED.map(interface).to_vec();
        vpc.endpoints.push(s3_gateway());
        let gateway = RouteTarget::Endpoint("vpce-s3".to_owned());
        vpc.tables[0].routes.truncate(1);
        vpc.tables[0].routes.push(route("pl-s3", gateway));
        vpc.holding("web", "sha256:web")
    }

    /// IPv6 beside IPv4, which is what packets take where there is both.
    pub(crate) fn with_both_families() -> Vpc {
        let mut vpc = Vpc::with_nat();
        vpc.range.ranges.push(range("2001:db8:1::/56"));
        for (subnet, net) in vpc.subnets.iter_mut().zip(1..) {
            subnet.ipv6.push(format!("2001:db8:1:{net}::/64").parse().unwrap());
        }
        let out = RouteTarget::EgressOnly("eigw-1".to_owned());
        vpc.tables[0].routes.push(route("::/0", out));
        let all = || Peer::Range(range("::/0"));
        vpc.groups.iter_mut().for_each(|it| it.egress.push(rule(None, all())));
        for acl in &mut vpc.acls {
            let six = |entry: &AclEntry| AclEntry { range: range("::/0"), ..entry.clone() };
            let more: Vec<AclEntry> = acl.entries.iter().map(six).collect();
            acl.entries.extend(more);
        }
        vpc
    }

    /// ECR holds tag 1 of this repository.
    pub(crate) fn holding(self, name: &str, digest: &str) -> Vpc {
        let detail = json!({"digest": digest, "size": null, "status": null});
        self.says("ecr:DescribeImages", &image(name), &detail)
    }

    /// The same VPC, after this was done to it.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Vpc)) -> Vpc {
        change(&mut self);
        self
    }

    /// Nobody may make this call.
    pub(crate) fn refusing(mut self, call: &'static str) -> Vpc {
        self.refused.push(call);
        self
    }

    pub(crate) fn endpoint(&mut self, service: &str) -> &mut Endpoint {
        let id = format!("vpce-{service}");
        self.endpoints.iter_mut().find(|it| it.id == id).unwrap()
    }

    pub(crate) fn group(&mut self, id: &str) -> &mut SecurityGroup {
        self.groups.iter_mut().find(|it| it.id == id).unwrap()
    }

    pub(crate) fn says(mut self, call: &str, key: &Value, fact: &Value) -> Vpc {
        self.facts.push(json!({"call": call, "key": key, "answer": {"Ok": {"found": fact}}}));
        self
    }

    pub(crate) fn lacks(mut self, call: &str, key: &Value, sentence: &str) -> Vpc {
        let absence = json!({"sentence": sentence, "said": "not in the list"});
        self.facts.push(json!({"call": call, "key": key, "answer": {"Ok": {"absent": absence}}}));
        self
    }

    /// Instances of cluster `prod`, by the subnets that they stand in.
    pub(crate) fn with_instances(self, subnets: &[&str]) -> Vpc {
        self.with_agents(&subnets.iter().map(|it| (*it, "ACTIVE", true)).collect::<Vec<_>>())
    }

    /// The same, with their status, and whether their agents are connected.
    pub(crate) fn with_agents(self, instances: &[(&str, &str, bool)]) -> Vpc {
        let subnets = instances.iter().map(|(subnet, ..)| subnet);
        let ids: Vec<String> = (0..instances.len()).map(|at| format!("i-{at}")).collect();
        let instances: Vec<Value> = ids
            .iter()
            .zip(instances)
            .map(|(id, (_, status, connected))| {
                json!({
                    "arn": format!("arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/prod/{id}"),
                    "ec2_instance_id": id, "status": status, "agent_connected": connected,
                    "attributes": {}, "capacity_provider": null,
                })
            })
            .collect();
        let key = json!({"region": REGION, "cluster": "prod"});
        let mut vpc = self.says("ecs:DescribeContainerInstances", &key, &json!(instances));
        for (id, subnet) in ids.iter().zip(subnets) {
            vpc = vpc.says(
                "ec2:DescribeInstances",
                &json!({"region": REGION, "id": id}),
                &json!({
                    "vpc": "vpc-1", "subnet": subnet, "security_groups": ["sg-app"],
                    "private_address": "10.0.1.4", "is_public": subnet.contains("-p"),
                    "profile": null,
                }),
            );
        }
        vpc
    }

    pub(crate) fn recorded(&self) -> Recording {
        Recording::parse(&self.written()).unwrap()
    }

    /// The recording as it is written.
    pub(crate) fn written(&self) -> String {
        let of_vpc = json!({"region": REGION, "vpc": "vpc-1"});
        let id = |id: &str| json!({"region": REGION, "id": id});
        let mut vpc = self
            .clone()
            .says(
                "sts:GetCallerIdentity",
                &json!({"region": REGION}),
                &json!({"account": ACCOUNT, "arn": format!("arn:aws:iam::{ACCOUNT}:user/ci")}),
            )
            .says("ec2:DescribeVpcs", &id("vpc-1"), &json!(self.range))
            .says("ec2:DescribeSubnets", &of_vpc, &json!(self.subnets))
            .says("ec2:DescribeRouteTables", &of_vpc, &json!(self.tables))
            .says("ec2:DescribeInternetGateways", &of_vpc, &json!(self.internet_gateways))
            .says("ec2:DescribeNatGateways", &of_vpc, &json!(self.nats))
            .says("ec2:DescribeVpcEndpoints", &of_vpc, &json!(self.endpoints))
            .says("ec2:DescribeNetworkAcls", &of_vpc, &json!(self.acls))
            .says("ec2:DescribePrefixLists", &json!({"region": REGION}), &json!(self.lists))
            .says("ec2:DescribeDhcpOptions", &id("dopt-1"), &json!(self.resolvers))
            .says(
                "ec2:DescribeVpcAttribute",
                &of_vpc,
                &json!({"support": self.dns.0, "hostnames": self.dns.1}),
            );
        for subnet in &self.subnets {
            vpc = vpc.says("ec2:DescribeSubnets", &id(&subnet.id), &json!(subnet));
        }
        for group in &self.groups {
            vpc = vpc.says("ec2:DescribeSecurityGroups", &id(&group.id), &json!(group));
            if group.name == "default" {
                vpc = vpc.says("ec2:DescribeSecurityGroups", &of_vpc, &json!(group));
            }
        }
        let facts: Vec<Value> = vpc
            .facts
            .into_iter()
            .map(|mut fact| {
                if vpc.refused.iter().any(|call| fact["call"] == **call) {
                    let refused = json!({"action": fact["call"], "resource": "*", "said": "UnauthorizedOperation"});
                    fact["answer"] = json!({"Err": {"refused": refused}});
                }
                fact
            })
            .collect();
        json!({"version": 1, "region": REGION, "now": null, "facts": facts}).to_string()
    }
}
