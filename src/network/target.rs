//! The far end: a set of addresses, one of which a packet goes to.

use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::addresses::{Addresses, nat64};
use super::interface::{Family, Interface, Port};
use super::parts::Topology;
use super::topology::{Endpoint, PrefixList, Subnet, Vpc};
use crate::names::Region;

/// The destination of a task's packets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its name in a sentence.
    pub name: String,
    /// Its addresses. A packet goes to one of them, unknown which.
    pub addresses: Addresses,
    /// The security groups of the interfaces with these addresses; `None` if not known.
    pub groups: Option<Vec<String>>,
    /// A prefix list that contains all of its addresses.
    pub prefix_list: Option<String>,
    /// Whether it is the whole internet. Services with a prefix list, such as S3, are no part of it: they are
    /// separate targets.
    pub at_large: bool,
    /// Whether it is the public addresses of one AWS service. The path to them is mostly the same for other
    /// services.
    pub is_of_service: bool,
}

/// Ranges that are not public addresses
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>).
const NOT_PUBLIC: [(u8, u8, u8, u8); 13] = [
    (0, 0, 0, 8),
    (10, 0, 0, 8),
    (100, 64, 0, 10),
    (127, 0, 0, 8),
    (169, 254, 0, 16),
    (172, 16, 0, 12),
    (192, 0, 0, 24),
    (192, 168, 0, 16),
    (198, 18, 0, 15),
    (192, 0, 2, 24),
    (198, 51, 100, 24),
    (203, 0, 113, 24),
    (224, 0, 0, 3),
];

/// A range of IPv6.
fn range(first: u128, length: u8) -> Addresses {
    IpNet::V6(Ipv6Net::new_assert(first.into(), length)).into()
}

/// The public addresses of IPv4.
pub(super) fn public_ipv4() -> Addresses {
    let net = |(a, b, c, length): (u8, u8, u8, u8)| {
        IpNet::V4(Ipv4Net::new_assert([a, b, c, 0].into(), length))
    };
    let others: Vec<IpNet> = NOT_PUBLIC.into_iter().map(net).collect();
    Addresses::from(net((0, 0, 0, 0))).without(&Addresses::of(&others))
}

/// The public addresses of both versions
/// (<https://www.iana.org/assignments/ipv6-address-space>).
pub(super) fn public() -> &'static Addresses {
    static PUBLIC: LazyLock<Addresses> =
        LazyLock::new(|| public_ipv4().union(&range(0x2000 << 112, 3)));
    &PUBLIC
}

/// What an internet gateway looks at: public addresses, and translated ones.
pub(super) fn public_or_translated() -> &'static Addresses {
    static BOTH: LazyLock<Addresses> = LazyLock::new(|| public().union(nat64()));
    &BOTH
}

impl Addresses {
    /// The public addresses of both versions.
    pub fn public() -> Addresses {
        public().clone()
    }
}

impl Target {
    /// The internet as this interface can reach it. Without IPv4 these are IPv6 addresses and, if the
    /// subnet has DNS64, the rest through NAT64.
    pub fn internet(from: &Interface, vpc: Option<&Vpc>) -> Target {
        let addresses = match from.family() {
            Family::Ipv4 => public_ipv4(),
            Family::Ipv6 if from.subnet.dns64 => {
                range(0x2000 << 112, 3).union(&public_ipv4().embedded())
            }
            Family::Ipv6 => range(0x2000 << 112, 3),
        };
        let own = Addresses::of(vpc.into_iter().flat_map(|vpc| &vpc.ranges));
        Target {
            name: "the internet".to_owned(),
            addresses: addresses.without(&own),
            groups: Some(Vec::new()),
            prefix_list: None,
            at_large: true,
            is_of_service: false,
        }
    }

    /// One address with unknown security groups.
    pub fn address(address: IpAddr) -> Target {
        Target {
            name: address.to_string(),
            addresses: address.into(),
            groups: None,
            prefix_list: None,
            at_large: false,
            is_of_service: false,
        }
    }

    /// Interfaces anywhere in these subnets, with these groups: a mount target.
    pub fn interfaces<'a, S: Into<String>>(
        name: impl Into<String>,
        subnets: impl IntoIterator<Item = &'a Subnet>,
        groups: impl IntoIterator<Item = S>,
    ) -> Target {
        let ranges: Vec<IpNet> = subnets.into_iter().flat_map(ranges_of).collect();
        Target {
            name: name.into(),
            addresses: Addresses::of(&ranges),
            groups: Some(groups.into_iter().map(Into::into).collect()),
            prefix_list: None,
            at_large: false,
            is_of_service: false,
        }
    }

    /// The interfaces of an endpoint that this interface can reach.
    pub fn endpoint(from: &Interface, endpoint: &Endpoint, subnets: &[Subnet]) -> Target {
        let there = subnets.iter().filter(|it| endpoint.subnets.contains(&it.id));
        let mut target = Target::interfaces(&endpoint.id, there, endpoint.groups.iter().cloned());
        // If its subnets are not known, or do not state their IPv6 ranges, it may be anywhere.
        target.addresses = target.addresses.of_family(from.family());
        if target.addresses.is_empty() {
            target.addresses = Addresses::everything().of_family(from.family());
        }
        target
    }

    /// The public addresses of a service: those of its prefix list if it has one, else anywhere on the
    /// internet. Over IPv6 they may be translated addresses of the list, or anywhere, since not all names
    /// of a service have an IPv6 address.
    pub fn service(
        from: &Interface,
        vpc: Option<&Vpc>,
        service: &Service,
        prefix_lists: &[PrefixList],
    ) -> Target {
        let internet = Target::internet(from, vpc);
        let name = format!("the public addresses of {}", service.name);
        let list = prefix_lists.iter().find(|list| service.is_named_by(&list.name));
        let Some(list) = list else { return Target { name, is_of_service: true, ..internet } };
        let ranges = Addresses::of(&list.ranges);
        let translated = ranges.embedded();
        let addresses = match from.family() {
            Family::Ipv4 => ranges.intersection(&internet.addresses),
            Family::Ipv6 => internet.addresses.without(&nat64().without(&translated)),
        };
        Target {
            name,
            addresses,
            prefix_list: (from.family() == Family::Ipv4).then(|| list.id.clone()),
            at_large: false,
            is_of_service: true,
            ..internet
        }
    }

    /// The same target with other addresses.
    pub(super) fn with_addresses(&self, addresses: Addresses) -> Target {
        Target {
            name: self.name.clone(),
            addresses,
            groups: self.groups.clone(),
            prefix_list: self.prefix_list.clone(),
            ..*self
        }
    }

    /// The addresses that the interface can send to, if there are any.
    pub(super) fn as_seen_by(&self, topology: &Topology, from: &Interface) -> Target {
        let mut target = self.clone();
        if self.at_large {
            let lists = topology.prefix_lists.unwrap_or_default().iter();
            let apart = lists.filter(|list| has_gateways(&list.name)).flat_map(|it| &it.ranges);
            let apart = Addresses::of(apart);
            target.addresses = target.addresses.without(&apart.union(&apart.embedded()));
        }
        let seen = target.addresses.of_family(from.family());
        if !seen.is_empty() {
            target.addresses = seen;
        }
        target
    }
}

/// Whether an endpoint service or a prefix list belongs to a service with gateway endpoints
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>).
fn has_gateways(name: &str) -> bool {
    let is_of_aws = name.starts_with("com.amazonaws.") || name.starts_with("cn.com.amazonaws.");
    is_of_aws && [".s3", ".dynamodb", ".s3express"].iter().any(|service| name.ends_with(service))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The ranges of a subnet.
pub(super) fn ranges_of(subnet: &Subnet) -> Vec<IpNet> {
    let v4 = subnet.ipv4.into_iter().map(IpNet::V4);
    v4.chain(subnet.ipv6.iter().copied().map(IpNet::V6)).collect()
}

/// An AWS service in a region, by its endpoint name: `ecr.dkr`, `secretsmanager`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// The name without the region: `ecr.dkr`.
    pub name: String,
    /// Its region.
    pub region: Region,
}

impl Service {
    /// A service by its name and region.
    pub fn new(name: impl Into<String>, region: &Region) -> Service {
        Service { name: name.into(), region: region.clone() }
    }

    /// The name of its endpoint service outside China: `com.amazonaws.us-east-1.ecr.dkr`.
    pub fn endpoint_name(&self) -> String {
        format!("com.amazonaws.{}.{}", self.region, self.name)
    }

    /// Whether an endpoint service or a prefix list has its name. In China it may start with `cn.`, so the
    /// end decides.
    pub fn is_named_by(&self, name: &str) -> bool {
        name.ends_with(&format!(".{}.{}", self.region, self.name))
    }
}

/// The destination of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A host on the internet, at this port.
    Internet(Port),
    /// An AWS service, over HTTPS.
    Service(Service),
    /// These addresses, at this port; the target's groups must allow it in.
    Target(Target, Port),
}
