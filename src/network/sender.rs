//! Who sends packets to a gateway.

use super::interface::Interface;
use super::parts::Topology;
use super::topology::NatGateway;

/// The sender, as far as gateways need to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sender<'a> {
    /// `subnet-…`, or `nat-…`.
    pub name: &'a str,
    /// Its VPC.
    pub vpc: &'a str,
    /// Whether it has a public IPv4 address.
    pub public_address: bool,
    /// Its Block Public Access mode.
    pub mode: Option<&'a str>,
    /// For a NAT gateway, the Block Public Access mode of the packets' origin.
    pub nat: Option<Option<&'a str>>,
}

impl<'a> Sender<'a> {
    pub fn of(topology: &Topology<'a>, from: &'a Interface) -> Sender<'a> {
        Sender {
            name: &from.subnet.id,
            vpc: &from.subnet.vpc,
            public_address: from.public_address,
            mode: from.subnet.public_access.as_deref().or(topology.public_access),
            nat: None,
        }
    }

    pub fn nat(topology: &Topology<'a>, nat: &'a NatGateway, before: &Sender<'a>) -> Sender<'a> {
        let subnet = nat.subnet.as_ref().and_then(|id| {
            topology.subnets.unwrap_or_default().iter().find(|subnet| subnet.id == *id)
        });
        let own = subnet.and_then(|subnet| subnet.public_access.as_deref());
        Sender {
            name: &nat.id,
            vpc: &nat.vpc,
            public_address: nat.public,
            mode: own.or(topology.public_access),
            nat: Some(before.mode),
        }
    }
}
