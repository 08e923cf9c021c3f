//! The path from a subnet to a destination, to display.

/// The path from one interface to one destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPath {
    /// The hops: the subnet first, the destination last, if it is known.
    pub hops: Vec<Hop>,
    /// Whether the packets arrive.
    pub end: End,
    /// The check that judges it, if it is in another group.
    pub judged_by: Option<&'static str>,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Its kind.
    pub kind: Kind,
    /// Its id or name.
    pub id: String,
    /// Whether the path ends here.
    pub broken: bool,
    /// Its name: a `Name` tag, or the name of a security group.
    pub name: Option<String>,
}

impl Hop {
    /// A hop without a name.
    pub fn new(kind: Kind, id: impl Into<String>, broken: bool) -> Hop {
        Hop { kind, id: id.into(), broken, name: None }
    }
}

/// The kinds of hops, in path order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A subnet.
    Subnet,
    /// Security groups.
    Groups,
    /// A network ACL.
    Acl,
    /// A route table.
    Table,
    /// The network ACL of the subnet of a NAT gateway, an endpoint or a mount target.
    FarAcl,
    /// A NAT gateway, an endpoint, or another target of a route.
    Gateway,
    /// An internet gateway, the last visible hop.
    Internet,
    /// The destination.
    Destination,
}

/// Whether the packets arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// They arrive.
    Arrives,
    /// They do not.
    Lost(String),
    /// It is not known.
    Open(String),
}
