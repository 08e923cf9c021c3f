use ipnet::IpNet;

use super::*;

fn target(addresses: Addresses, prefix_list: Option<&str>) -> Target {
    Target {
        name: "it".to_owned(),
        addresses,
        groups: None,
        prefix_list: prefix_list.map(str::to_owned),
        at_large: false,
        is_of_service: false,
    }
}

#[test]
fn what_is_beyond_a_nat_gateway_is_found_once_for_each_origin_and_target() {
    let divisions = Divisions::of(&Topology::default(), &Addresses::everything());
    let some = target("10.0.0.0/8".parse::<IpNet>().unwrap().into(), None);
    let found = std::cell::Cell::new(0);
    let beyond = |nat: &str, mode: Option<&str>, to: &Target| {
        let find = || {
            found.set(found.get() + 1);
            (Outcome::Passed, None)
        };
        assert_eq!(divisions.beyond(nat, mode, to, find), (Outcome::Passed, None));
    };
    for _ in 0..3 {
        beyond("nat-1", None, &some);
    }
    assert_eq!(found.get(), 1);
    beyond("nat-2", None, &some);
    beyond("nat-1", Some("block-ingress"), &some);
    beyond("nat-1", None, &target(Addresses::everything(), None));
    assert_eq!(found.get(), 4);
}
