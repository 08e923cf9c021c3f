//! The divisions of route tables that one question needs.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::addresses::Addresses;
use super::answer::Outcome;
use super::division::{Divided, Piece};
use super::parts::Topology;
use super::route_fact::RouteFact;
use super::target::Target;
use super::topology::{PrefixList, RouteTable};

/// The divisions of the route tables of a topology, each made when it is needed first: a table has up to a
/// thousand routes, each of which may lead to a NAT gateway with another table.
pub(super) struct Divisions<'a> {
    lists: Option<&'a [PrefixList]>,
    /// The addresses that are asked about, as they are and translated to IPv4.
    within: Rc<Addresses>,
    made: Cow<'a, Divided>,
    beyond: RefCell<HashMap<Passage, Beyond>>,
}

/// A NAT gateway, the Block Public Access mode of the packets' origin, and where they go.
type Passage = (String, Option<String>, Target);

/// Whether packets leave a NAT gateway, and the worst fact of their routes.
pub(super) type Beyond = (Outcome, Option<RouteFact>);

impl<'a> Divisions<'a> {
    /// The divisions of packets to these addresses, or to some of them.
    pub fn of(topology: &Topology<'a>, to: &Addresses) -> Divisions<'a> {
        let made = topology.divided.map_or(Cow::Owned(Divided::default()), Cow::Borrowed);
        let within = Rc::new(to.union(&to.extracted()));
        Divisions { lists: topology.prefix_lists, within, made, beyond: RefCell::default() }
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

    /// Divides packets to a target, or to some of its addresses, among the routes of a table.
    pub fn pieces(&self, table: &'a RouteTable, to: &Target) -> Vec<Piece<'a>> {
        debug_assert!(self.within.covers(&to.addresses), "{:?}", to.addresses);
        let division = self.made.of_table(table, self.lists, &self.within);
        division.pieces(table, &to.addresses, to.prefix_list.as_deref())
    }
}

#[cfg(test)]
mod tests;
