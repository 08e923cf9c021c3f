//! Exact sets of addresses and ports, to distinguish *all*, *none* and *some*.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};

use super::interface::Family;
use crate::names::words;

/// A set of numbers: disjoint ranges in ascending order, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Numbers(Vec<(u128, u128)>);

impl Numbers {
    pub fn range(first: u128, last: u128) -> Numbers {
        Numbers(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The numbers of these ranges, in any order.
    pub fn of(mut ranges: Vec<(u128, u128)>) -> Numbers {
        // Ranges that are sorted already, or two such lists, are merged in one go.
        ranges.sort();
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(open) if first <= open.1.saturating_add(1) => open.1 = open.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Numbers(merged)
    }

    pub fn union(&self, other: &Numbers) -> Numbers {
        Numbers::of(self.0.iter().chain(&other.0).copied().collect())
    }

    pub fn intersection(&self, other: &Numbers) -> Numbers {
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        let common = few.0.iter().flat_map(|&(first, last)| {
            many.from(first, last).map(move |it| (it.0.max(first), it.1.min(last)))
        });
        Numbers(common.collect())
    }

    pub fn overlaps(&self, other: &Numbers) -> bool {
        let (few, many) = if self.0.len() <= other.0.len() { (self, other) } else { (other, self) };
        few.0.iter().any(|&(first, last)| many.overlap_range(first, last))
    }

    /// Whether one of them is in this range.
    pub fn overlap_range(&self, first: u128, last: u128) -> bool {
        self.from(first, last).next().is_some()
    }

    /// How many of them are in this range.
    pub fn count_in(&self, first: u128, last: u128) -> u128 {
        self.from(first, last).map(|it| it.1.min(last) - it.0.max(first) + 1).sum()
    }

    pub fn without(&self, other: &Numbers) -> Numbers {
        let mut rest = Vec::with_capacity(self.0.len());
        for &(mut first, last) in &self.0 {
            let mut is_used_up = false;
            for (cut_first, cut_last) in other.from(first, last) {
                if cut_first > first {
                    rest.push((first, cut_first - 1));
                }
                is_used_up = cut_last >= last;
                first = cut_last.saturating_add(1);
            }
            if !is_used_up {
                rest.push((first, last));
            }
        }
        Numbers(rest)
    }

    /// The ranges with a number in this one.
    fn from(&self, first: u128, last: u128) -> impl Iterator<Item = (u128, u128)> {
        let at = self.0.partition_point(|it| it.1 < first);
        self.0[at..].iter().copied().take_while(move |it| it.0 <= last)
    }

    fn count(&self) -> u128 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }

    pub fn ranges(&self) -> &[(u128, u128)] {
        &self.0
    }
}

/// A set of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ports(Numbers);

impl Ports {
    pub fn range(first: u16, last: u16) -> Ports {
        Ports(Numbers::range(first.into(), last.into()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn overlaps(&self, other: &Ports) -> bool {
        self.0.overlaps(&other.0)
    }

    pub fn intersection(&self, other: &Ports) -> Ports {
        Ports(self.0.intersection(&other.0))
    }

    pub fn without(&self, other: &Ports) -> Ports {
        Ports(self.0.without(&other.0))
    }

    pub fn union(&self, other: &Ports) -> Ports {
        Ports(self.0.union(&other.0))
    }
}

/// `443`, `1024-5000 and 32768-65535`.
impl fmt::Display for Ports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |&(first, last): &(u128, u128)| {
            if first == last { first.to_string() } else { format!("{first}-{last}") }
        };
        f.write_str(&enumerate(&self.0.ranges().iter().map(text).collect::<Vec<_>>()))
    }
}

/// The NAT64 prefix of IPv4 addresses: 64:ff9b::/96
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html>).
const NAT64: u128 = 0x0064_ff9b << 96;

/// How many ranges a sentence lists.
const SHOWN: usize = 4;

/// A set of addresses of both versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    v4: Numbers,
    v6: Numbers,
}

impl Addresses {
    /// The addresses of these ranges.
    pub fn of<'a>(ranges: impl IntoIterator<Item = &'a IpNet>) -> Addresses {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            let (family, first, last) = numbers_of(range);
            match family {
                Family::Ipv4 => v4.push((first, last)),
                Family::Ipv6 => v6.push((first, last)),
            }
        }
        Addresses { v4: Numbers::of(v4), v6: Numbers::of(v6) }
    }

    /// The numbers of the addresses of this version.
    pub(super) fn numbers(&self, family: Family) -> &Numbers {
        match family {
            Family::Ipv4 => &self.v4,
            Family::Ipv6 => &self.v6,
        }
    }

    /// The addresses with these numbers.
    pub(super) fn of_numbers(v4: Numbers, v6: Numbers) -> Addresses {
        Addresses { v4, v6 }
    }

    /// All addresses.
    pub fn everything() -> Addresses {
        Addresses { v4: Numbers::range(0, u32::MAX.into()), v6: Numbers::range(0, u128::MAX) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// How many addresses of IPv4 there are.
    pub(super) fn count_ipv4(&self) -> u128 {
        self.v4.count()
    }

    /// Whether there is one of this version.
    pub fn has(&self, family: Family) -> bool {
        match family {
            Family::Ipv4 => !self.v4.is_empty(),
            Family::Ipv6 => !self.v6.is_empty(),
        }
    }

    /// The addresses of this version.
    pub fn of_family(&self, family: Family) -> Addresses {
        match family {
            Family::Ipv4 => Addresses { v4: self.v4.clone(), v6: Numbers::default() },
            Family::Ipv6 => Addresses { v4: Numbers::default(), v6: self.v6.clone() },
        }
    }

    /// The union.
    pub fn union(&self, other: &Addresses) -> Addresses {
        Addresses { v4: self.v4.union(&other.v4), v6: self.v6.union(&other.v6) }
    }

    /// The intersection.
    pub fn intersection(&self, other: &Addresses) -> Addresses {
        Addresses { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses that are not in `other`.
    pub fn without(&self, other: &Addresses) -> Addresses {
        Addresses { v4: self.v4.without(&other.v4), v6: self.v6.without(&other.v6) }
    }

    /// Whether `other` has no address outside this set.
    pub fn covers(&self, other: &Addresses) -> bool {
        other.without(self).is_empty()
    }

    /// Whether there is an address in both.
    pub fn overlaps(&self, other: &Addresses) -> bool {
        self.v4.overlaps(&other.v4) || self.v6.overlaps(&other.v6)
    }

    /// The NAT64 addresses of those of IPv4.
    pub(super) fn embedded(&self) -> Addresses {
        let shifted = self.v4.ranges().iter().map(|(first, last)| (NAT64 | first, NAT64 | last));
        Addresses { v4: Numbers::default(), v6: Numbers(shifted.collect()) }
    }

    /// The IPv4 addresses of those of NAT64.
    pub(super) fn extracted(&self) -> Addresses {
        let all = Numbers::range(NAT64, NAT64 | u128::from(u32::MAX));
        let inside = self.v6.intersection(&all);
        let shifted = inside.ranges().iter().map(|(first, last)| (first ^ NAT64, last ^ NAT64));
        Addresses { v4: Numbers(shifted.collect()), v6: Numbers::default() }
    }

    /// As ranges, unless there are too many to read.
    pub(super) fn in_short(&self) -> String {
        if self.prefixes().len() > SHOWN { "the rest".to_owned() } else { self.to_string() }
    }

    /// As ranges in the notation of prefixes, as few as possible.
    pub fn prefixes(&self) -> Vec<IpNet> {
        let v4 = |number: u128| Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX));
        let v4 = self
            .v4
            .ranges()
            .iter()
            .flat_map(|&(first, last)| Ipv4Subnets::new(v4(first), v4(last), 0).map(IpNet::V4));
        let v6 = self.v6.ranges().iter().flat_map(|&(first, last)| {
            Ipv6Subnets::new(Ipv6Addr::from(first), Ipv6Addr::from(last), 0).map(IpNet::V6)
        });
        v4.chain(v6).collect()
    }
}

/// All addresses of the NAT64 prefix.
pub(super) fn nat64() -> &'static Addresses {
    static ALL: LazyLock<Addresses> =
        LazyLock::new(|| Addresses::everything().of_family(Family::Ipv4).embedded());
    &ALL
}

/// The version, the first and the last number of a range.
pub(super) fn numbers_of(range: &IpNet) -> (Family, u128, u128) {
    match range {
        IpNet::V4(range) => {
            let (first, last) = (u32::from(range.network()), u32::from(range.broadcast()));
            (Family::Ipv4, first.into(), last.into())
        }
        IpNet::V6(range) => {
            (Family::Ipv6, u128::from(range.network()), u128::from(range.broadcast()))
        }
    }
}

impl From<IpNet> for Addresses {
    fn from(range: IpNet) -> Addresses {
        Addresses::of([&range])
    }
}

impl From<IpAddr> for Addresses {
    fn from(address: IpAddr) -> Addresses {
        IpNet::from(address).into()
    }
}

/// `10.0.0.0/16`, `10.0.0.0/24 and 10.0.1.0/24`, and no more than four of them.
impl fmt::Display for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&enumerate_in_short(&self.prefixes(), range_name))
    }
}

/// A range in common notation: a single address without its length.
pub(super) fn range_name(range: &IpNet) -> String {
    if range.prefix_len() == range.max_prefix_len() {
        range.addr().to_string()
    } else {
        range.to_string()
    }
}

/// All of them in a sentence.
pub(super) fn enumerate(texts: &[String]) -> String {
    if texts.is_empty() { "nothing".to_owned() } else { words::and(texts) }
}

/// The first few of them in a sentence, and how many more there are.
pub(super) fn enumerate_in_short<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    let mut texts: Vec<String> = all.iter().take(SHOWN).map(text).collect();
    if all.len() > SHOWN {
        texts.push(format!("{} more", all.len() - SHOWN));
    }
    enumerate(&texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(ranges: &[&str]) -> Addresses {
        Addresses::of(&ranges.iter().map(|it| it.parse().unwrap()).collect::<Vec<IpNet>>())
    }

    #[test]
    fn neighbours_become_one_and_holes_stay() {
        assert_eq!(addresses(&["10.0.0.0/25", "10.0.0.128/25"]), addresses(&["10.0.0.0/24"]));
        let holed = addresses(&["0.0.0.0/0"]).without(&addresses(&["128.0.0.0/1", "10.0.0.0/8"]));
        assert!(!holed.covers(&addresses(&["10.1.0.0/16"])));
        assert!(holed.covers(&addresses(&["11.0.0.0/8", "0.0.0.0/8"])));
        assert!(holed.overlaps(&addresses(&["127.0.0.0/8"])));
        assert!(!holed.overlaps(&addresses(&["255.255.255.255/32", "::/0"])));
    }

    #[test]
    fn the_last_address_is_a_member_like_any_other() {
        for all in ["0.0.0.0/0", "::/0"] {
            let all = addresses(&[all]);
            assert!(all.without(&all).is_empty());
            assert_eq!(all.union(&all), all);
        }
    }

    #[test]
    fn sets_are_written_as_ranges_and_kept_short() {
        assert_eq!(
            addresses(&["10.0.0.9/32", "10.1.0.0/16"]).to_string(),
            "10.0.0.9 and 10.1.0.0/16"
        );
        let many = ["10.0.0.0/24", "10.2.0.0/24", "10.4.0.0/24", "10.6.0.0/24", "10.8.0.0/24"];
        let text = addresses(&many).to_string();
        assert_eq!(text, "10.0.0.0/24, 10.2.0.0/24, 10.4.0.0/24, 10.6.0.0/24 and 1 more");
        let ports = Ports::range(0, 9).without(&Ports::range(4, 4));
        assert_eq!(ports.to_string(), "0-3 and 5-9");
    }
}
