//! How packets are divided among the routes of a table.

use std::cmp::Reverse;

use super::addresses::Addresses;
use super::target::{Target, nat64};
use super::topology::{
    Endpoint, EndpointKind, PrefixList, Route, RouteDestination, RouteTable, RouteTarget,
};

/// The share of the packets that takes a route, or none.
pub(super) struct Piece<'a> {
    pub share: Addresses,
    pub route: Option<&'a Route>,
    /// Whether it may be any part of the share, since the ranges of the route are not known.
    pub is_unknown: bool,
}

impl Piece<'_> {
    /// Whether it goes to a gateway endpoint that does not serve the whole target.
    pub fn is_of_gateway(&self, to: &Target, endpoints: &[Endpoint]) -> bool {
        let Some(Route { destination, target, .. }) = self.route else { return false };
        match (destination, target) {
            (RouteDestination::PrefixList(list), RouteTarget::Endpoint(id)) => {
                let mut gateways = endpoints.iter().filter(|it| it.kind == EndpointKind::Gateway);
                to.prefix_list.as_ref() != Some(list) && gateways.any(|it| it.id == *id)
            }
            _ => false,
        }
    }
}

/// Divides the packets among the routes: the longest prefix first, and for equal ones a route with a range
/// before one with a prefix list
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>).
pub(super) fn divide<'a>(
    table: &'a RouteTable,
    to: &Target,
    lists: &[PrefixList],
) -> Vec<Piece<'a>> {
    let Candidates { mut known, unknown } = Candidates::of(table, to, lists);
    known.sort_by_key(|it| Reverse((it.length, it.is_range)));
    let mut rest = to.addresses.clone();
    let mut pieces: Vec<Piece> = Vec::new();
    for Candidate { range, route, .. } in known {
        let share = rest.intersection(&range);
        rest = rest.without(&range);
        add(&mut pieces, &share, Some(route));
    }
    add(&mut pieces, &rest, None);
    for route in unknown {
        let shares = by_translation(&to.addresses);
        let piece = |share| Piece { share, route: Some(route), is_unknown: true };
        pieces.extend(shares.map(piece));
    }
    pieces
}

/// A route with one of its ranges.
struct Candidate<'a> {
    length: u8,
    is_range: bool,
    range: Addresses,
    route: &'a Route,
}

struct Candidates<'a> {
    known: Vec<Candidate<'a>>,
    /// Routes whose ranges are not known.
    unknown: Vec<&'a Route>,
}

impl<'a> Candidates<'a> {
    fn of(table: &'a RouteTable, to: &Target, lists: &[PrefixList]) -> Candidates<'a> {
        let (mut known, mut unknown, mut own) = (Vec::new(), Vec::new(), None);
        for route in &table.routes {
            let candidate = |range: ipnet::IpNet, is_range| {
                let (length, range) = (range.prefix_len(), Addresses::from(range));
                Candidate { length, is_range, range, route }
            };
            match &route.destination {
                RouteDestination::Range(range) => known.push(candidate(*range, true)),
                RouteDestination::PrefixList(id) => match lists.iter().find(|it| it.id == *id) {
                    Some(list) => known.extend(list.ranges.iter().map(|it| candidate(*it, false))),
                    None if to.prefix_list.as_ref() == Some(id) => own = Some(route),
                    None => unknown.push(route),
                },
            }
        }
        let mut candidates = Candidates { known, unknown };
        if let Some(route) = own {
            candidates.prefer(route, to);
        }
        candidates
    }

    /// The route of the target's own prefix list with unknown ranges: it takes precedence over wide ranges,
    /// and perhaps over narrow ones.
    fn prefer(&mut self, own: &'a Route, to: &Target) {
        /// Prefix lists of services have no wider range.
        const NARROW: u8 = 8;
        let (narrow, mut wide): (Vec<_>, Vec<_>) =
            self.known.drain(..).partition(|it| it.length >= NARROW);
        let narrow = narrow.into_iter().filter(|it| it.range.overlaps(&to.addresses));
        self.unknown.extend(narrow.map(|it| it.route));
        let range = to.addresses.clone();
        wide.push(Candidate { length: NARROW, is_range: false, range, route: own });
        self.known = wide;
    }
}

/// Adds a share to the piece of the same route. Packets that are translated to IPv4 are a separate piece.
fn add<'a>(pieces: &mut Vec<Piece<'a>>, share: &Addresses, route: Option<&'a Route>) {
    for share in by_translation(share) {
        let is_translated = nat64().covers(&share);
        let same = pieces.iter_mut().find(|piece| {
            piece.route.map(std::ptr::from_ref) == route.map(std::ptr::from_ref)
                && nat64().covers(&piece.share) == is_translated
        });
        match same {
            Some(piece) => piece.share = piece.share.union(&share),
            None => pieces.push(Piece { share, route, is_unknown: false }),
        }
    }
}

/// The addresses without translation, and those with it, as far as there are any.
fn by_translation(share: &Addresses) -> impl Iterator<Item = Addresses> {
    let translated = share.intersection(&nat64());
    [share.without(&translated), translated].into_iter().filter(|it| !it.is_empty())
}
