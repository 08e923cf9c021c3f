//! How packets are divided among the routes of a table.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::addresses::{Addresses, Numbers, numbers_of};
use super::answer::Outcome;
use super::interface::Family;
use super::parts::Topology;
use super::route_fact::RouteFact;
use super::target::{Target, nat64};
use super::topology::{
    Endpoint, EndpointKind, PrefixList, Route, RouteDestination, RouteTable, RouteTarget,
};

/// The share of the packets that takes a route, or one of several to the same target, or none.
pub(super) struct Piece<'a> {
    pub share: Addresses,
    /// The routes, the widest first.
    pub routes: Vec<&'a Route>,
    /// Whether it may be any part of the share, since the ranges of the route are not known.
    pub is_unknown: bool,
}

impl<'a> Piece<'a> {
    /// The route that says for all of them where they lead.
    pub fn route(&self) -> Option<&'a Route> {
        self.routes.first().copied()
    }

    /// Whether it goes to a gateway endpoint that does not serve the whole target.
    pub fn is_of_gateway(&self, to: &Target, endpoints: &[Endpoint]) -> bool {
        let Some(Route { destination, target, .. }) = self.route() else { return false };
        match (destination, target) {
            (RouteDestination::PrefixList(list), RouteTarget::Endpoint(id)) => {
                let mut gateways = endpoints.iter().filter(|it| it.kind == EndpointKind::Gateway);
                to.prefix_list.as_ref() != Some(list) && gateways.any(|it| it.id == *id)
            }
            _ => false,
        }
    }
}

/// The divisions of the route tables of a topology, each made when it is needed first: a table has up to a
/// thousand routes, each of which may lead to a NAT gateway with another table.
pub(super) struct Divisions<'a> {
    lists: &'a [PrefixList],
    made: RefCell<Vec<(&'a RouteTable, Rc<Division<'a>>)>>,
    beyond: RefCell<HashMap<Passage, Beyond>>,
}

/// A NAT gateway, the Block Public Access mode of the packets' origin, and where they go.
type Passage = (String, Option<String>, Target);

/// Whether packets leave a NAT gateway, and the worst fact of their routes.
pub(super) type Beyond = (Outcome, Option<RouteFact>);

impl<'a> Divisions<'a> {
    pub fn of(topology: &Topology<'a>) -> Divisions<'a> {
        let lists = topology.prefix_lists.unwrap_or_default();
        Divisions { lists, made: RefCell::default(), beyond: RefCell::default() }
    }

    /// What is beyond a NAT gateway for these packets, whichever of a thousand routes leads to it.
    pub fn beyond(
        &self,
        nat: &str,
        mode: Option<&str>,
        to: &Target,
        find: impl FnOnce() -> Beyond,
    ) -> Beyond {
        let passage = (nat.to_owned(), mode.map(str::to_owned), to.clone());
        let known = self.beyond.borrow().get(&passage).cloned();
        known.unwrap_or_else(|| {
            let found = find();
            self.beyond.borrow_mut().insert(passage, found.clone());
            found
        })
    }

    pub fn of_table(&self, table: &'a RouteTable) -> Rc<Division<'a>> {
        let mut made = self.made.borrow_mut();
        if let Some((_, division)) = made.iter().find(|(known, _)| std::ptr::eq(*known, table)) {
            return division.clone();
        }
        let division = Rc::new(Division::of(table, self.lists));
        made.push((table, division.clone()));
        division
    }
}

/// Which route of a table each address takes: the one with the longest prefix, and for equal ones a route with a
/// range before one with a prefix list
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>).
pub(super) struct Division<'a> {
    /// The ranges of routes as far as they are known, in the order of the table.
    candidates: Vec<Candidate<'a>>,
    /// Routes of prefix lists whose ranges are not known.
    unlisted: Vec<(&'a str, &'a Route)>,
    v4: Vec<Segment>,
    v6: Vec<Segment>,
}

/// A route with one of its ranges.
struct Candidate<'a> {
    length: u8,
    is_range: bool,
    range: (Family, u128, u128),
    route: &'a Route,
    /// The place of the route in its table.
    nth: usize,
}

/// Addresses that take the route of one candidate.
struct Segment {
    first: u128,
    last: u128,
    /// The place of the candidate among all, the longest prefix first.
    rank: usize,
    candidate: usize,
}

/// What all routes to the same target have in common. That of a prefix list is alone, since the packets to a
/// service may be meant for it.
#[derive(PartialEq, Eq, Hash)]
enum Way<'a> {
    Range { target: &'a RouteTarget, blackhole: bool, family: Family },
    PrefixList(usize),
}

/// A part of the packets: those that go the same way, translated to IPv4 or not.
#[derive(Default)]
struct Part<'a> {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
    /// The routes with their places, those with the longest prefix first.
    routes: Vec<(usize, &'a Route)>,
}

impl<'a> Candidate<'a> {
    fn way(&self, family: Family) -> Way<'a> {
        let Route { destination, target, blackhole } = self.route;
        match destination {
            RouteDestination::Range(_) => Way::Range { target, blackhole: *blackhole, family },
            RouteDestination::PrefixList(_) => Way::PrefixList(self.nth),
        }
    }
}

impl<'a> Part<'a> {
    /// Adds a range; those of one candidate come one after the other.
    fn add(&mut self, family: Family, range: (u128, u128), candidate: Option<&Candidate<'a>>) {
        match family {
            Family::Ipv4 => self.v4.push(range),
            Family::Ipv6 => self.v6.push(range),
        }
        if let Some(Candidate { nth, route, .. }) = candidate
            && self.routes.last().is_none_or(|(last, _)| last != nth)
        {
            self.routes.push((*nth, route));
        }
    }

    fn into_piece(self) -> Piece<'a> {
        Piece {
            share: Addresses::of_numbers(Numbers::of(self.v4), Numbers::of(self.v6)),
            routes: self.routes.into_iter().rev().map(|(_, route)| route).collect(),
            is_unknown: false,
        }
    }
}

impl<'a> Division<'a> {
    fn of(table: &'a RouteTable, lists: &'a [PrefixList]) -> Division<'a> {
        let (mut candidates, mut unlisted) = (Vec::new(), Vec::new());
        for (nth, route) in table.routes.iter().enumerate() {
            let candidate = |range: &ipnet::IpNet, is_range| {
                let (length, range) = (range.prefix_len(), numbers_of(range));
                Candidate { length, is_range, range, route, nth }
            };
            match &route.destination {
                RouteDestination::Range(range) => candidates.push(candidate(range, true)),
                RouteDestination::PrefixList(id) => match lists.iter().find(|it| it.id == *id) {
                    Some(list) => {
                        candidates.extend(list.ranges.iter().map(|it| candidate(it, false)));
                    }
                    None => unlisted.push((id.as_str(), route)),
                },
            }
        }
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by_key(|at| Reverse((candidates[*at].length, candidates[*at].is_range)));
        let segments = |family| segments(&candidates, &order, family);
        let (v4, v6) = (segments(Family::Ipv4), segments(Family::Ipv6));
        Division { candidates, unlisted, v4, v6 }
    }

    /// Divides the packets to a target among the routes.
    pub fn pieces(&self, to: &Target) -> Vec<Piece<'a>> {
        let is_own = |id: &str| to.prefix_list.as_deref() == Some(id);
        let (own, others): (Vec<(_, &Route)>, Vec<(_, &Route)>) =
            self.unlisted.iter().copied().partition(|(id, _)| is_own(id));
        let mut unknown: Vec<&Route> = others.into_iter().map(|(_, route)| route).collect();
        let mut pieces = match own.last() {
            Some((_, own)) => {
                unknown.extend(self.narrow_routes(to));
                let piece = |share| Piece { share, routes: vec![*own], is_unknown: false };
                by_translation(&to.addresses).map(piece).collect()
            }
            None => self.known_pieces(to),
        };
        for route in unknown {
            let piece = |share| Piece { share, routes: vec![route], is_unknown: true };
            pieces.extend(by_translation(&to.addresses).map(piece));
        }
        pieces
    }

    /// The routes that may come before that of the target's prefix list, whose ranges are not known: it takes
    /// precedence over wide ranges, and perhaps over narrow ones.
    fn narrow_routes(&self, to: &Target) -> impl Iterator<Item = &'a Route> {
        /// Prefix lists of services have no wider range.
        const NARROW: u8 = 8;
        let narrow = self.candidates.iter().filter(|it| it.length >= NARROW);
        let meets = |it: &&Candidate| {
            let (family, first, last) = it.range;
            to.addresses.numbers(family).overlaps(&Numbers::range(first, last))
        };
        narrow.filter(meets).map(|it| it.route)
    }

    /// Routes to the same target are one piece: a table may have a thousand of them.
    fn known_pieces(&self, to: &Target) -> Vec<Piece<'a>> {
        let mut shares = self.shares(to);
        shares.sort_unstable_by_key(|it| (it.rank, it.is_translated, it.family, it.first));
        let mut places: HashMap<(Option<Way>, bool), usize> = HashMap::new();
        let mut parts: Vec<Part> = Vec::new();
        for Share { family, first, last, candidate, is_translated, .. } in shares {
            let candidate = candidate.map(|at| &self.candidates[at]);
            let key = (candidate.map(|it| it.way(family)), is_translated);
            let at = *places.entry(key).or_insert_with(|| {
                parts.push(Part::default());
                parts.len() - 1
            });
            parts[at].add(family, (first, last), candidate);
        }
        parts.into_iter().map(Part::into_piece).collect()
    }

    fn shares(&self, to: &Target) -> Vec<Share> {
        let mut shares = Vec::new();
        for (family, segments) in [(Family::Ipv4, &self.v4), (Family::Ipv6, &self.v6)] {
            let translated = to.addresses.numbers(family).intersection(nat64().numbers(family));
            let others = to.addresses.numbers(family).without(&translated);
            for (is_translated, numbers) in [(false, others), (true, translated)] {
                let mut add = |first, last, segment: Option<&Segment>| {
                    let (rank, candidate) =
                        segment.map_or((usize::MAX, None), |it| (it.rank, Some(it.candidate)));
                    shares.push(Share { rank, is_translated, family, first, last, candidate });
                };
                for &(first, last) in numbers.ranges() {
                    cut(first, last, segments, &mut add);
                }
            }
        }
        shares
    }
}

/// Addresses of a target with one candidate, or without a route.
struct Share {
    rank: usize,
    is_translated: bool,
    family: Family,
    first: u128,
    last: u128,
    candidate: Option<usize>,
}

/// Cuts a range where another segment begins.
fn cut<'s>(
    first: u128,
    last: u128,
    segments: &'s [Segment],
    add: &mut impl FnMut(u128, u128, Option<&'s Segment>),
) {
    let at = segments.partition_point(|it| it.last < first);
    let mut next = Some(first);
    for segment in segments[at..].iter().take_while(|it| it.first <= last) {
        if let Some(next) = next.filter(|next| *next < segment.first) {
            add(next, segment.first - 1, None);
        }
        add(segment.first.max(first), segment.last.min(last), Some(segment));
        next = segment.last.checked_add(1);
    }
    if let Some(next) = next.filter(|next| *next <= last) {
        add(next, last, None);
    }
}

/// Gives each address to its best candidate, in the order of the addresses. Of two ranges in the notation of
/// prefixes, one is within the other or they have nothing in common.
fn segments(candidates: &[Candidate], order: &[usize], family: Family) -> Vec<Segment> {
    let ranked = order.iter().copied().enumerate();
    let mut ranked: Vec<Open> = ranked
        .filter(|(_, candidate)| candidates[*candidate].range.0 == family)
        .map(|(rank, candidate)| {
            let (_, first, last) = candidates[candidate].range;
            Open { first, last, rank, candidate, next: Some(first) }
        })
        .collect();
    ranked.sort_unstable_by_key(|it| (it.first, Reverse(it.last), it.rank));
    ranked.dedup_by_key(|it| (it.first, it.last));
    let mut segments = Vec::with_capacity(2 * ranked.len());
    // The ranges that are not at their end yet, each within the one before.
    let mut open: Vec<Open> = Vec::new();
    for inner in ranked {
        while let Some(ended) = open.pop_if(|it| it.last < inner.first) {
            ended.close(&mut segments);
        }
        if let Some(outer) = open.last_mut() {
            outer.leave_to(&inner, &mut segments);
        }
        open.push(inner);
    }
    while let Some(ended) = open.pop() {
        ended.close(&mut segments);
    }
    segments
}

/// The range of a candidate, given to it as far as is known.
struct Open {
    first: u128,
    last: u128,
    rank: usize,
    candidate: usize,
    /// The first address that is not given yet.
    next: Option<u128>,
}

impl Open {
    /// Takes what is before a range within it; what is after that range comes next.
    fn leave_to(&mut self, inner: &Open, segments: &mut Vec<Segment>) {
        if let Some(first) = self.next.filter(|next| *next < inner.first) {
            segments.push(self.segment(first, inner.first - 1));
        }
        self.next = inner.last.checked_add(1);
    }

    /// Takes the rest.
    fn close(self, segments: &mut Vec<Segment>) {
        if let Some(first) = self.next.filter(|next| *next <= self.last) {
            segments.push(self.segment(first, self.last));
        }
    }

    fn segment(&self, first: u128, last: u128) -> Segment {
        Segment { first, last, rank: self.rank, candidate: self.candidate }
    }
}

/// The addresses without translation, and those with it, as far as there are any.
fn by_translation(share: &Addresses) -> impl Iterator<Item = Addresses> {
    let translated = share.intersection(nat64());
    [share.without(&translated), translated].into_iter().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests;
