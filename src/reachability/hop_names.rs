//! The names of the hops of a path, as people gave them.

use super::network_path::{Hop, Kind};
use crate::network::Topology;

/// Names the hops by their `Name` tags, and security groups by their names.
pub(crate) fn name(hops: &mut [Hop], topology: &Topology) {
    for hop in hops.iter_mut().filter(|hop| hop.kind != Kind::Destination) {
        let names: Vec<&str> = hop.id.split(", ").filter_map(|id| name_of(id, topology)).collect();
        hop.name = (!names.is_empty()).then(|| names.join(", "));
    }
}

fn name_of<'t>(id: &str, topology: &Topology<'t>) -> Option<&'t str> {
    let subnets = topology.subnets.into_iter().flatten().map(|it| (&it.id, &it.name_tag));
    let tables = topology.route_tables.into_iter().flatten().map(|it| (&it.id, &it.name_tag));
    let gateways = topology.internet_gateways.into_iter().flatten();
    let gateways = gateways.map(|it| (&it.id, &it.name_tag));
    let nats = topology.nat_gateways.into_iter().flatten().map(|it| (&it.id, &it.name_tag));
    let acls = topology.network_acls.into_iter().flatten().map(|it| (&it.id, &it.name_tag));
    let endpoints = topology.endpoints.into_iter().flatten().map(|it| (&it.id, &it.name_tag));
    let tagged = subnets.chain(tables).chain(gateways).chain(nats).chain(acls).chain(endpoints);
    let by_tag = tagged.into_iter().find(|(own, _)| *own == id).and_then(|(_, tag)| tag.as_deref());
    by_tag.or_else(|| {
        let mut groups = topology.security_groups.into_iter().flatten();
        groups.find(|group| group.id == id).map(|group| group.name.as_str())
    })
}
