//! The path from where a call leaves to what it has to reach, to look at.

/// The way from one interface to one place that has to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPath {
    /// The hops, the subnet first, the destination last.
    pub hops: Vec<Hop>,
    /// What becomes of the packets.
    pub end: End,
    /// The check that judges it, where that is of another group.
    pub judged_by: Option<&'static str>,
}

/// One hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its id or name.
    pub id: String,
    /// Whether it is where packets end that do not arrive.
    pub broken: bool,
}

/// What a hop is, in the order in which packets meet them.
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
    /// A NAT gateway, an endpoint, or whatever a route leads to.
    Gateway,
    /// An internet gateway, behind which there is nothing to see.
    Internet,
    /// What has to be reached.
    Destination,
}

/// What becomes of the packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// They arrive.
    Arrives,
    /// They do not.
    Lost(String),
    /// It is not known.
    Open(String),
}
