//! What security groups, network ACLs and resolvers let pass.

use serde_json::json;

use super::{brief, ends, on_fargate, private, task, task_of, told, wrong};
use crate::network::{Peer, PrefixList, Traffic};
use crate::testing::vpc::{NEEDED, REGION, Vpc, anywhere, entry, interface, rule, within};

#[test]
fn the_groups_let_443_out_to_where_it_really_goes() {
    let fails = ["network-security-group fail"];
    let only = |peers: Vec<Peer>| {
        Vpc::with_nat().but(|vpc| {
            vpc.group("sg-app").egress =
                peers.into_iter().map(|it| rule(Some((443, 443)), it)).collect();
        })
    };
    // N14
    ends(private(), &only(vec![within("10.0.0.0/16")]), &fails, &["TCP 443", "sg-app"]);
    ends(private(), &only(vec![]), &fails, &["sg-app"]);
    ends(private(), &only(vec![anywhere()]), &[], &[]);
    let by_endpoints = |peers: Vec<Peer>| {
        Vpc::with_endpoints().but(|vpc| {
            vpc.group("sg-app").egress =
                peers.into_iter().map(|it| rule(Some((443, 443)), it)).collect();
        })
    };
    let endpoint = || Peer::Group("sg-endpoint".to_owned());
    ends(private(), &by_endpoints(vec![endpoint()]), &fails, &["s3 "]);
    let s3 = || Peer::PrefixList("pl-s3".to_owned());
    ends(private(), &by_endpoints(vec![endpoint(), s3()]), &[], &[]);
    ends(private(), &by_endpoints(vec![s3()]), &fails, &["ecr.dkr"]);
    // A customer-managed list that contains what is needed.
    let own = by_endpoints(vec![Peer::PrefixList("pl-own".to_owned()), s3()]).says(
        "ec2:GetManagedPrefixListEntries",
        &json!({"region": REGION, "id": "pl-own"}),
        &json!(PrefixList {
            id: "pl-own".to_owned(),
            name: "pl-own".to_owned(),
            ranges: vec!["10.0.0.0/16".parse().unwrap()],
        }),
    );
    ends(private(), &own, &[], &[]);
    // N39: the group is for the endpoint, and the name leads past it.
    let past = Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("ecr.dkr"));
        vpc.endpoint("ecr.dkr").private_dns = false;
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), endpoint())];
    });
    let results = told(private(), &past);
    assert!(
        wrong(&results).contains(&"network-security-group fail".to_owned()),
        "{}",
        brief(&results)
    );
}

#[test]
fn a_registry_is_reached_at_its_own_port() {
    let run = on_fargate("subnet-a,subnet-b", "");
    let of = |registry: &str| task_of(&format!("{registry}/web:1"), "").run_as(&run);
    let only = |port: u16| {
        let rules = [443, port].map(|port| rule(Some((port, port)), anywhere()));
        Vpc::with_nat().but(|vpc| vpc.groups[0].egress = rules.to_vec())
    };
    ends(of("registry.example.com:5000"), &only(5000), &[], &[]);
    ends(of("registry.example.com"), &only(5000), &[], &[]);
    // It might be in the VPC, and then another rule may be meant for it.
    ends(
        of("registry.example.com:5000"),
        &only(8443),
        &["network-security-group unknown"],
        &["5000", "registry.example.com"],
    );
}

#[test]
fn without_groups_the_default_one_counts() {
    // N36
    let run = on_fargate("subnet-a", "").replace(r#", "securityGroups": ["sg-app"]"#, "");
    ends(task().run_as(&run), &Vpc::with_nat(), &[], &[]);
    let closed = Vpc::with_nat().but(|vpc| vpc.group("sg-default").egress.clear());
    ends(task().run_as(&run), &closed, &["network-security-group fail"], &["sg-default"]);
}

#[test]
fn network_acls_pass_it_both_ways_on_both_ends() {
    // N15
    let fails = ["network-nacl fail"];
    let deny = |acl: usize, egress: bool, ports: (u16, u16)| {
        Vpc::with_nat().but(|vpc| {
            vpc.acls[acl].entries.insert(0, entry(90, egress, false, Some(ports)));
        })
    };
    ends(private(), &deny(0, true, (443, 443)), &fails, &["entry 90", "acl-private", "443"]);
    ends(private(), &deny(0, false, (1024, 65535)), &fails, &["acl-private"]);
    ends(private(), &deny(1, true, (443, 443)), &fails, &["acl-public"]);
    ends(private(), &deny(1, false, (1024, 65535)), &fails, &["acl-public"]);
    ends(private(), &deny(0, true, (80, 80)), &[], &[]);
    let endpoint = Vpc::with_endpoints().but(|vpc| {
        for endpoint in vpc.endpoints.iter_mut().take(NEEDED.len()) {
            endpoint.subnets = vec!["subnet-pb".to_owned()];
        }
        vpc.acls[1].entries.insert(0, entry(90, false, false, Some((443, 443))));
    });
    let results = told(private(), &endpoint);
    assert!(wrong(&results).contains(&"network-nacl fail".to_owned()), "{}", brief(&results));
}

#[test]
fn names_resolve_by_amazon_or_by_resolvers_that_can_be_reached() {
    let fails = ["network-dns fail"];
    // N22
    let off = Vpc::with_nat().but(|vpc| vpc.dns = (false, false));
    ends(private(), &off, &fails, &["enableDnsSupport"]);
    let no_hostnames = Vpc::with_endpoints().but(|vpc| vpc.dns = (true, false));
    ends(private(), &no_hostnames, &fails, &["enableDnsHostnames"]);
    let beside_nat = Vpc::with_nat().but(|vpc| vpc.dns = (true, false));
    ends(private(), &beside_nat, &[], &[]);
    // N23
    let own = |change: fn(&mut Vpc)| {
        Vpc::with_nat().but(|vpc| {
            vpc.resolvers = vec!["10.0.0.9".to_owned()];
            change(vpc);
        })
    };
    ends(private(), &own(|_| {}), &["network-dns warn"], &["10.0.0.9"]);
    let closed = own(|vpc| vpc.group("sg-app").egress = vec![rule(Some((443, 443)), anywhere())]);
    ends(private(), &closed, &fails, &["53"]);
    // A resolver of another network, to which nothing leads but the way to the internet.
    let elsewhere = Vpc::with_nat().but(|vpc| vpc.resolvers = vec!["192.168.5.5".to_owned()]);
    ends(private(), &elsewhere, &fails, &["192.168.5.5", "a private address"]);
    let udp = own(|vpc| {
        let traffic = Traffic { protocol: Some(17), ports: Some((53, 53)) };
        let dns = crate::network::Rule { traffic, peers: vec![anywhere()] };
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), anywhere()), dns];
    });
    ends(private(), &udp, &["network-dns warn"], &["TCP 53"]);
}
