//! The near end: the interface that a task sends from, and the traffic.

use std::fmt;

use super::topology::{Subnet, Traffic};

/// The network interface that a task calls from.
#[derive(Clone, Debug)]
pub struct Interface<'a> {
    /// Its subnet.
    pub subnet: &'a Subnet,
    /// The ids of its security groups.
    pub groups: Vec<String>,
    /// Whether it has a public IPv4 address: `assignPublicIp`, not the subnet's setting for instances.
    pub public_address: bool,
    /// The source ports of its connections, which return traffic goes to.
    pub ephemeral: (u16, u16),
    family: Family,
}

/// The ephemeral ports of Linux, including Amazon Linux
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>).
pub const LINUX_PORTS: (u16, u16) = (32768, 60999);

/// The ephemeral ports of Windows Server 2008 and later.
pub const WINDOWS_PORTS: (u16, u16) = (49152, 65535);

/// The ephemeral ports of a NAT gateway.
pub const NAT_PORTS: (u16, u16) = (1024, 65535);

impl<'a> Interface<'a> {
    /// A Linux interface in this subnet, without groups and public address. It uses IPv4 if its subnet has
    /// it.
    pub fn new(subnet: &'a Subnet) -> Interface<'a> {
        Interface {
            subnet,
            groups: Vec::new(),
            public_address: false,
            ephemeral: LINUX_PORTS,
            family: if subnet.ipv4.is_some() { Family::Ipv4 } else { Family::Ipv6 },
        }
    }

    /// With these security groups.
    pub fn with_groups<S: Into<String>>(mut self, groups: impl IntoIterator<Item = S>) -> Self {
        self.groups = groups.into_iter().map(Into::into).collect();
        self
    }

    /// With a public IPv4 address, or without.
    pub fn with_public_address(mut self, public_address: bool) -> Self {
        self.public_address = public_address;
        self
    }

    /// With the ephemeral ports of Windows.
    pub fn of_windows(mut self) -> Self {
        self.ephemeral = WINDOWS_PORTS;
        self
    }

    /// The same with IPv6, if the subnet is dual-stack.
    pub fn over_ipv6(&self) -> Option<Interface<'a>> {
        let has_both = self.subnet.ipv4.is_some() && !self.subnet.ipv6.is_empty();
        has_both.then(|| Interface { family: Family::Ipv6, ..self.clone() })
    }

    /// The IP version that it uses.
    pub fn family(&self) -> Family {
        self.family
    }
}

/// A version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Family::Ipv4 => "IPv4",
            Family::Ipv6 => "IPv6",
        })
    }
}

/// A destination port of a protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    /// The protocol's number by IANA.
    pub protocol: u8,
    /// The number of the port.
    pub number: u16,
}

/// TCP by IANA.
pub(super) const TCP: u8 = 6;
/// UDP by IANA.
pub(super) const UDP: u8 = 17;

impl Port {
    /// A port of TCP.
    pub const fn tcp(number: u16) -> Port {
        Port { protocol: TCP, number }
    }

    /// A port of UDP.
    pub const fn udp(number: u16) -> Port {
        Port { protocol: UDP, number }
    }

    /// Whether `traffic` includes its protocol.
    pub(super) fn is_spoken_in(self, traffic: &Traffic) -> bool {
        traffic.protocol.is_none_or(|protocol| protocol == self.protocol)
    }

    /// Whether a rule for `traffic` matches packets to it.
    pub(super) fn is_in(self, traffic: &Traffic) -> bool {
        self.is_spoken_in(traffic) && traffic.port_range().contains(&self.number)
    }
}

impl Traffic {
    /// The ports. A rule for all protocols matches all ports, whatever it states.
    pub(super) fn port_range(&self) -> std::ops::RangeInclusive<u16> {
        match self.ports {
            Some((first, last)) if self.protocol.is_some() => first..=last,
            _ => 0..=u16::MAX,
        }
    }
}

/// `TCP`, `UDP`, `protocol 50`.
pub(super) fn protocol_name(protocol: u8) -> String {
    match protocol {
        TCP => "TCP".to_owned(),
        UDP => "UDP".to_owned(),
        other => format!("protocol {other}"),
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", protocol_name(self.protocol), self.number)
    }
}

/// `TCP 443`, `TCP 1024-65535`, `all traffic`.
impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(protocol) = self.protocol else {
            return f.write_str("all traffic");
        };
        let name = protocol_name(protocol);
        match self.ports {
            None | Some((0, u16::MAX)) => f.write_str(&name),
            Some((first, last)) if first == last => write!(f, "{name} {first}"),
            Some((first, last)) => write!(f, "{name} {first}-{last}"),
        }
    }
}
