//! How packets are divided among the routes of a table.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::addresses::{Addresses, Numbers, nat64, numbers_of};
use super::interface::Family;
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

    /// Whether it goes to a gateway endpoint that does not serve the whole target, which may have a prefix list of
    /// its `own`.
    pub fn is_of_gateway(&self, own: Option<&str>, endpoints: &[Endpoint]) -> bool {
        let Some(Route { destination, target, .. }) = self.route() else { return false };
        match (destination, target) {
            (RouteDestination::PrefixList(list), RouteTarget::Endpoint(id)) => {
                let mut gateways = endpoints.iter().filter(|it| it.kind == EndpointKind::Gateway);
                own != Some(list.as_str()) && gateways.any(|it| it.id == *id)
            }
            _ => false,
        }
    }
}

/// The divisions that were made of the tables of one VPC, for the next question about them.
#[derive(Clone, Debug, Default)]
pub struct Divided(RefCell<Vec<(Asked, Rc<Division>)>>);

/// What a division was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    /// The id of the table.
    table: String,
    /// How many prefix lists were known. What is known of one does not change.
    lists: Option<usize>,
    within: Rc<Addresses>,
}

impl Divided {
    /// The division of a table for packets to these addresses.
    pub(super) fn of_table(
        &self,
        table: &RouteTable,
        lists: Option<&[PrefixList]>,
        within: &Rc<Addresses>,
    ) -> Rc<Division> {
        let (table_id, known) = (table.id.clone(), lists.map(<[_]>::len));
        let asked = Asked { table: table_id, lists: known, within: within.clone() };
        let mut made = self.0.borrow_mut();
        if let Some((_, division)) = made.iter().find(|(known, _)| *known == asked) {
            return division.clone();
        }
        let division = Rc::new(Division::of(table, lists.unwrap_or_default(), within));
        made.push((asked, division.clone()));
        division
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }
}

/// Which route of a table each address takes: the one with the longest prefix, and for equal ones a route with a
/// range before one with a prefix list
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html>).
#[derive(Debug)]
pub(super) struct Division {
    /// The ranges of routes as far as they are known and asked about, those that take precedence first.
    candidates: Vec<Candidate>,
    /// How many ways there are.
    ways: usize,
    /// The places of routes of prefix lists whose ranges are not known.
    unlisted: Vec<usize>,
    v4: Vec<Segment>,
    v6: Vec<Segment>,
}

/// A route with one of its ranges.
#[derive(Debug)]
struct Candidate {
    length: u8,
    is_range: bool,
    range: (Family, u128, u128),
    /// The place of the route in its table.
    nth: usize,
    /// The number of its way.
    way: usize,
}

/// Addresses that take the route of one candidate.
#[derive(Debug)]
struct Segment {
    first: u128,
    last: u128,
    candidate: usize,
}

/// What all routes to the same target have in common. That of a prefix list is alone, since the packets to a
/// service may be meant for it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Way<'a> {
    Range { target: &'a RouteTarget, blackhole: bool, family: Family },
    PrefixList(usize),
}

/// A part of the packets: those that go the same way, translated to IPv4 or not.
struct Part {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
    is_translated: bool,
    candidates: Vec<usize>,
}

impl Candidate {
    fn way<'a>(&self, table: &'a RouteTable) -> Way<'a> {
        let Route { destination, target, blackhole } = &table.routes[self.nth];
        let (family, ..) = self.range;
        match destination {
            RouteDestination::Range(_) => Way::Range { target, blackhole: *blackhole, family },
            RouteDestination::PrefixList(_) => Way::PrefixList(self.nth),
        }
    }
}

impl Part {
    fn new(is_translated: bool) -> Part {
        Part { v4: Vec::new(), v6: Vec::new(), is_translated, candidates: Vec::new() }
    }

    /// Adds a range; those of one version come in ascending order.
    fn add(&mut self, family: Family, (first, last): (u128, u128), candidate: Option<usize>) {
        let ranges = match family {
            Family::Ipv4 => &mut self.v4,
            Family::Ipv6 => &mut self.v6,
        };
        match ranges.last_mut().filter(|it| it.1.checked_add(1) == Some(first)) {
            Some(before) => before.1 = last,
            None => ranges.push((first, last)),
        }
        self.candidates.extend(candidate);
    }

    /// Its place among the parts: that of its first candidate; what has no route is last.
    fn place(&self) -> (usize, bool) {
        (self.candidates.first().copied().unwrap_or(usize::MAX), self.is_translated)
    }

    fn into_piece<'a>(self, candidates: &[Candidate], table: &'a RouteTable) -> Piece<'a> {
        let mut taken: Vec<usize> =
            self.candidates.into_iter().map(|at| candidates[at].nth).collect();
        taken.dedup();
        Piece {
            share: Addresses::of_numbers(Numbers::of(self.v4), Numbers::of(self.v6)),
            routes: taken.into_iter().rev().map(|nth| &table.routes[nth]).collect(),
            is_unknown: false,
        }
    }
}

impl Division {
    /// The division of packets to these addresses. Routes to others are left out: most of a thousand routes lead
    /// to the private networks of a company, and most packets to the internet.
    fn of(table: &RouteTable, lists: &[PrefixList], within: &Addresses) -> Division {
        let (mut candidates, mut unlisted) = (Vec::new(), Vec::new());
        for (nth, route) in table.routes.iter().enumerate() {
            let candidate = |range: &ipnet::IpNet, is_range| {
                let (length, range) = (range.prefix_len(), numbers_of(range));
                let (family, first, last) = range;
                let is_asked = within.numbers(family).overlap_range(first, last);
                is_asked.then_some(Candidate { length, is_range, range, nth, way: 0 })
            };
            match &route.destination {
                RouteDestination::Range(range) => candidates.extend(candidate(range, true)),
                RouteDestination::PrefixList(id) => match lists.iter().find(|it| it.id == *id) {
                    Some(list) => {
                        candidates.extend(list.ranges.iter().filter_map(|it| candidate(it, false)));
                    }
                    None => unlisted.push(nth),
                },
            }
        }
        candidates.sort_by_key(|it| Reverse((it.length, it.is_range)));
        let ways = number_ways(&mut candidates, table);
        let (v4, v6) = (segments(&candidates, Family::Ipv4), segments(&candidates, Family::Ipv6));
        Division { candidates, ways, unlisted, v4, v6 }
    }

    /// Divides the packets to some addresses among the routes of the table, which it is the division of. They may
    /// have a prefix list of their `own`.
    pub fn pieces<'a>(
        &self,
        table: &'a RouteTable,
        to: &Addresses,
        own: Option<&str>,
    ) -> Vec<Piece<'a>> {
        let is_own = |route: &&Route| match &route.destination {
            RouteDestination::PrefixList(id) => own == Some(id.as_str()),
            RouteDestination::Range(_) => false,
        };
        let unlisted = self.unlisted.iter().map(|nth| &table.routes[*nth]);
        let (own, mut unknown): (Vec<&Route>, Vec<&Route>) = unlisted.partition(is_own);
        let mut pieces = match own.last() {
            Some(own) => {
                unknown.extend(self.narrow_routes(table, to));
                let piece = |share| Piece { share, routes: vec![*own], is_unknown: false };
                by_translation(to).map(piece).collect()
            }
            None => self.known_pieces(table, to),
        };
        for route in unknown {
            let piece = |share| Piece { share, routes: vec![route], is_unknown: true };
            pieces.extend(by_translation(to).map(piece));
        }
        pieces
    }

    /// The routes that may come before that of the target's prefix list, whose ranges are not known: it takes
    /// precedence over wide ranges, and perhaps over narrow ones.
    fn narrow_routes<'a>(
        &self,
        table: &'a RouteTable,
        to: &Addresses,
    ) -> impl Iterator<Item = &'a Route> {
        /// Prefix lists of services have no wider range.
        const NARROW: u8 = 8;
        let narrow = self.candidates.iter().filter(|it| it.length >= NARROW);
        let meets = |it: &&Candidate| {
            let (family, first, last) = it.range;
            to.numbers(family).overlap_range(first, last)
        };
        let mut met: Vec<usize> = narrow.filter(meets).map(|it| it.nth).collect();
        met.sort_unstable();
        met.into_iter().map(|nth| &table.routes[nth])
    }

    /// Routes to the same target are one piece: a table may have a thousand of them.
    fn known_pieces<'a>(&self, table: &'a RouteTable, to: &Addresses) -> Vec<Piece<'a>> {
        let mut parts: Vec<Part> = Vec::new();
        // The part of each way, and of what has no route: not translated, and translated.
        let mut places: Vec<Option<usize>> = vec![None; 2 * (self.ways + 1)];
        self.divide(to, &mut |is_translated, family, range, candidate| {
            let way = candidate.map_or(self.ways, |at| self.candidates[at].way);
            let place = *places[2 * way + usize::from(is_translated)].get_or_insert_with(|| {
                parts.push(Part::new(is_translated));
                parts.len() - 1
            });
            parts[place].add(family, range, candidate);
        });
        for part in &mut parts {
            part.candidates.sort_unstable();
            part.candidates.dedup();
        }
        parts.sort_by_key(Part::place);
        parts.into_iter().map(|it| it.into_piece(&self.candidates, table)).collect()
    }

    /// Calls `add` with whether it is translated, the version, a range, and the candidate for it.
    fn divide(
        &self,
        to: &Addresses,
        add: &mut impl FnMut(bool, Family, (u128, u128), Option<usize>),
    ) {
        for (family, segments) in [(Family::Ipv4, &self.v4), (Family::Ipv6, &self.v6)] {
            let translated = to.numbers(family).intersection(nat64().numbers(family));
            let others = to.numbers(family).without(&translated);
            for (is_translated, numbers) in [(false, others), (true, translated)] {
                for &(first, last) in numbers.ranges() {
                    cut(first, last, segments, &mut |first, last, segment| {
                        add(is_translated, family, (first, last), segment.map(|it| it.candidate));
                    });
                }
            }
        }
    }
}

/// Numbers the ways of the candidates, and says how many there are.
fn number_ways(candidates: &mut [Candidate], table: &RouteTable) -> usize {
    let mut numbers: HashMap<Way, usize> = HashMap::new();
    let mut before = None;
    for candidate in candidates {
        let way = candidate.way(table);
        // Neighbours mostly go the same way.
        candidate.way = match before {
            Some((known, number)) if known == way => number,
            _ => {
                let next = numbers.len();
                *numbers.entry(way).or_insert(next)
            }
        };
        before = Some((way, candidate.way));
    }
    numbers.len()
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
fn segments(candidates: &[Candidate], family: Family) -> Vec<Segment> {
    let numbered = candidates.iter().enumerate().filter(|(_, it)| it.range.0 == family);
    let mut all: Vec<Open> = numbered
        .map(|(candidate, Candidate { range: (_, first, last), .. })| Open {
            first: *first,
            last: *last,
            candidate,
            next: Some(*first),
        })
        .collect();
    all.sort_unstable_by_key(|it| (it.first, Reverse(it.last), it.candidate));
    all.dedup_by_key(|it| (it.first, it.last));
    let mut segments = Vec::with_capacity(2 * all.len());
    // The ranges that are not at their end yet, each within the one before.
    let mut open: Vec<Open> = Vec::new();
    for inner in all {
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
        Segment { first, last, candidate: self.candidate }
    }
}

/// The addresses without translation, and those with it, as far as there are any.
fn by_translation(share: &Addresses) -> impl Iterator<Item = Addresses> {
    let translated = share.intersection(nat64());
    [share.without(&translated), translated].into_iter().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests;
