use ipnet::IpNet;
use proptest::prelude::*;

use super::*;

fn table(routes: impl IntoIterator<Item = Route>) -> RouteTable {
    RouteTable {
        id: "rtb-1".to_owned(),
        main: true,
        subnets: Vec::new(),
        routes: routes.into_iter().collect(),
        name_tag: None,
    }
}

fn route(destination: RouteDestination, target: &str) -> Route {
    Route { destination, target: RouteTarget::TransitGateway(target.to_owned()), blackhole: false }
}

/// Ranges of a few addresses, one within the other or side by side, and some of NAT64.
fn ranges() -> impl Strategy<Value = IpNet> {
    let v4 = (0_u32..64, 24_u8..=32).prop_map(|(low, length)| {
        IpNet::new(std::net::Ipv4Addr::from(0x0a00_0000 | (low * 4)).into(), length)
            .unwrap()
            .trunc()
    });
    let v6 = (0_u128..64, 90_u8..=128).prop_map(|(low, length)| {
        let address = (0x0064_ff9b << 96) | (low * 4);
        IpNet::new(std::net::Ipv6Addr::from(address).into(), length).unwrap().trunc()
    });
    prop_oneof![3 => v4, 1 => v6]
}

/// The place of the route that one address takes, by the rule as AWS writes it.
fn by_the_rule(table: &RouteTable, lists: &[PrefixList], address: &IpNet) -> Option<usize> {
    let mut best: Option<(usize, (u8, bool))> = None;
    for (nth, route) in table.routes.iter().enumerate() {
        let (ranges, is_range): (Vec<IpNet>, bool) = match &route.destination {
            RouteDestination::Range(range) => (vec![*range], true),
            RouteDestination::PrefixList(id) => {
                (lists.iter().find(|it| it.id == *id).unwrap().ranges.clone(), false)
            }
        };
        for range in ranges.iter().filter(|it| it.contains(address)) {
            let own = (range.prefix_len(), is_range);
            if best.is_none_or(|(_, known)| own > known) {
                best = Some((nth, own));
            }
        }
    }
    best.map(|(nth, _)| nth)
}

proptest! {
    #[test]
    fn each_address_takes_the_route_with_the_longest_prefix_and_is_in_one_piece(
        own in prop::collection::vec(ranges(), 0..12),
        listed in prop::collection::vec(ranges(), 0..6),
        to in prop::collection::vec(ranges(), 1..4),
    ) {
        let lists =
            [PrefixList { id: "pl-1".to_owned(), name: "shared".to_owned(), ranges: listed }];
        let own = own.into_iter().map(RouteDestination::Range);
        let destinations = own.chain([RouteDestination::PrefixList("pl-1".to_owned())]);
        let routes = destinations.enumerate().map(|(nth, it)| route(it, &format!("tgw-{nth}")));
        let table = table(routes);
        let whole = Addresses::of(&to);
        let pieces = Division::of(&table, &lists, &whole).pieces(&table, &whole, None);
        let mut all = Addresses::default();
        for piece in &pieces {
            prop_assert!(!piece.share.is_empty() && !piece.share.overlaps(&all));
            let translated = piece.share.intersection(nat64());
            prop_assert!(translated.is_empty() || translated == piece.share);
            all = all.union(&piece.share);
            for range in piece.share.prefixes() {
                let ends: [std::net::IpAddr; 2] = match range {
                    IpNet::V4(it) => [it.network().into(), it.broadcast().into()],
                    IpNet::V6(it) => [it.network().into(), it.broadcast().into()],
                };
                for end in ends.map(IpNet::from) {
                    let expected = by_the_rule(&table, &lists, &end).map(|nth| &table.routes[nth]);
                    prop_assert!(expected.map_or(piece.routes.is_empty(), |it| piece.routes.contains(&it)));
                }
            }
        }
        prop_assert_eq!(all, whole);
    }
}

/// A thousand ranges, the most that a route table may have
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>), and a default route.
fn thousand() -> RouteTable {
    let range = |nth: u32| {
        let address = std::net::Ipv4Addr::from(0x1400_0000 + (nth << 9));
        RouteDestination::Range(IpNet::new(address.into(), 24).unwrap())
    };
    let all = RouteDestination::Range("0.0.0.0/0".parse().unwrap());
    let destinations = (0..1_000).map(range).chain([all]);
    table(destinations.enumerate().map(|(nth, it)| route(it, &format!("tgw-{nth}"))))
}

#[test]
fn a_thousand_routes_make_as_many_segments_and_an_address_meets_one_of_them() {
    let table = thousand();
    let division = Division::of(&table, &[], &Addresses::everything());
    assert_eq!(division.v4.len(), 2_001, "each range, and the default route around them");
    let one = |address: &str| address.parse::<std::net::IpAddr>().unwrap().into();
    let count = |to: &Addresses| {
        let mut count = 0;
        division.divide(to, &mut |_, _, _, _| count += 1);
        count
    };
    assert_eq!(count(&one("20.0.4.9")), 1);
    let everything = Addresses::everything().of_family(Family::Ipv4);
    assert_eq!(count(&everything), 2_001);
    assert_eq!(division.pieces(&table, &everything, None).len(), 1_001, "each leads elsewhere");
    let near = Addresses::of(&["20.0.4.0/23".parse().unwrap()]);
    let division = Division::of(&table, &[], &near);
    assert_eq!(division.candidates.len(), 2, "one of the thousand, and the default route");
    assert_eq!(division.pieces(&table, &near, None).len(), 2);
}

#[test]
fn routes_to_one_target_are_one_piece_with_the_widest_first() {
    let range = |text: &str| RouteDestination::Range(text.parse().unwrap());
    let list = RouteDestination::PrefixList("pl-1".to_owned());
    let mut routes = [
        route(range("10.1.0.0/16"), "tgw-1"),
        route(range("10.0.0.0/8"), "tgw-2"),
        route(range("0.0.0.0/0"), "tgw-1"),
        route(range("10.1.2.0/24"), "tgw-1"),
        route(range("10.2.0.0/16"), "tgw-2"),
        route(list, "tgw-1"),
    ];
    routes[4].blackhole = true;
    let table = table(routes);
    let ranges = vec!["192.0.2.0/24".parse().unwrap()];
    let lists = [PrefixList { id: "pl-1".to_owned(), name: "shared".to_owned(), ranges }];
    let everything = Addresses::everything().of_family(Family::Ipv4);
    let pieces = Division::of(&table, &lists, &everything).pieces(&table, &everything, None);
    let named = |piece: &Piece| {
        let routes = piece.routes.iter();
        routes.map(|it| format!("{} to {}", it.destination, it.target)).collect::<Vec<_>>()
    };
    let expected: [&[&str]; 4] = [
        &["0.0.0.0/0 to tgw-1", "10.1.0.0/16 to tgw-1", "10.1.2.0/24 to tgw-1"],
        &["pl-1 to tgw-1"],
        &["10.2.0.0/16 to tgw-2"],
        &["10.0.0.0/8 to tgw-2"],
    ];
    assert_eq!(pieces.iter().map(named).collect::<Vec<_>>(), expected);
}

#[test]
fn given_a_list_of_unknown_ranges_then_its_route_is_before_wide_ones_and_perhaps_before_narrow_ones()
 {
    let range = |text: &str| RouteDestination::Range(text.parse().unwrap());
    let list = |id: &str| RouteDestination::PrefixList(id.to_owned());
    let destinations = [
        (range("0.0.0.0/0"), "wide"),
        (range("10.1.0.0/16"), "narrow"),
        (range("11.0.0.0/16"), "elsewhere"),
        (list("pl-other"), "other"),
        (list("pl-own"), "own"),
    ];
    let table = table(destinations.map(|(it, name)| route(it, name)));
    let to = Addresses::of(&["10.0.0.0/8".parse().unwrap()]);
    let pieces = Division::of(&table, &[], &to).pieces(&table, &to, Some("pl-own"));
    let named = |piece: &Piece| (piece.route().unwrap().target.to_string(), piece.is_unknown);
    let expected = [("own", false), ("other", true), ("narrow", true)];
    assert_eq!(
        pieces.iter().map(named).collect::<Vec<_>>(),
        expected.map(|(name, is_unknown)| (name.to_owned(), is_unknown))
    );
    assert!(pieces.iter().all(|piece| piece.share == to));
}

#[test]
fn a_table_is_divided_once_for_the_same_addresses_and_lists() {
    let table = thousand();
    let near = Rc::new(Addresses::of(&["20.0.4.0/23".parse().unwrap()]));
    let (made, all) = (Divided::default(), Rc::new(Addresses::everything()));
    for _ in 0..3 {
        made.of_table(&table, None, &all);
    }
    assert_eq!(made.count(), 1);
    assert_eq!(made.of_table(&table, None, &near).candidates.len(), 2);
    made.of_table(&table, Some(&[]), &all);
    made.of_table(&RouteTable { id: "rtb-2".to_owned(), ..thousand() }, None, &all);
    assert_eq!(made.count(), 4, "other addresses, lists that are read, and another table");
}
