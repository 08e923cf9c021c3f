use aws_ecs_preflight::network::{NetworkAcl, Rule};

use super::parts::Parts;
use super::trial::{Count, Trial};

const WORLDS: u64 = 2500;

#[test]
fn what_the_engine_says_is_what_happens_to_packets() {
    let (mut count, mut wrong) = (Count::new(), Vec::new());
    for seed in 0..WORLDS {
        let trial = Trial::new(seed);
        wrong.extend(trial.objections(&trial.world, &mut count));
    }
    let (first, others) = wrong.split_at(wrong.len().min(5));
    assert!(wrong.is_empty(), "\n{}\nand {} more", first.join("\n"), others.len());
    for stage in ["route", "egress", "acls", "ingress", "dns", "path"] {
        for outcome in ["Passed", "Doubtful", "Blocked"] {
            let met = count.get(&format!("{stage} {outcome}")).copied().unwrap_or_default();
            assert!(met >= 15, "{stage} {outcome} was met {met} times only: {count:#?}");
        }
    }
    for fact in FACTS {
        let met = count.get(*fact).copied().unwrap_or_default();
        assert!(met >= 5, "{fact} was met {met} times only: {count:#?}");
    }
}

/// What the routes of the worlds have to show.
const FACTS: &[&str] = &[
    "Leads",
    "NoRoute",
    "Blackhole",
    "NoPublicAddress",
    "Detached",
    "PublicAccess",
    "NatGone",
    "NatState",
    "PrivateNat",
    "NatLoop",
    "NatStuck",
    "NotTranslated",
    "NotTranslatable",
    "NoDns64",
    "EndpointState",
    "PrivateAddress",
    "BeyondPeer",
    "SourceCheck",
    "BeyondView",
    "UnknownList",
    "Unread",
];

/// An engine that overlooked something would see a VPC in which that is allowed. The test must notice.
#[test]
fn an_engine_that_overlooks_something_is_found_out() {
    type Blinder = (&'static str, fn(&mut Parts));
    let blinders: [Blinder; 9] = [
        ("network ACLs", |seen| seen.network_acls.iter_mut().for_each(open)),
        ("the answers", |seen| seen.network_acls.iter_mut().for_each(open_to_answers)),
        ("the order of entries", |seen| {
            for acl in &mut seen.network_acls {
                acl.entries.retain(|entry| entry.allow || entry.number > 1000);
            }
        }),
        ("the groups' ports", |seen| {
            for group in &mut seen.security_groups {
                group.egress.iter_mut().chain(&mut group.ingress).for_each(open_ports);
            }
        }),
        ("the state of NAT gateways", |seen| {
            seen.nat_gateways.iter_mut().for_each(|nat| nat.state = "available".to_owned());
        }),
        ("private NAT gateways", |seen| {
            seen.nat_gateways.iter_mut().for_each(|nat| nat.public = true);
        }),
        ("detached internet gateways", |seen| {
            seen.internet_gateways.iter_mut().for_each(|it| it.vpcs = vec!["vpc-1".to_owned()]);
        }),
        ("black holes", |seen| {
            let routes = seen.route_tables.iter_mut().flat_map(|table| &mut table.routes);
            routes.for_each(|route| route.blackhole = false);
        }),
        ("Block Public Access", |seen| {
            seen.public_access = None;
            seen.subnets.iter_mut().for_each(|subnet| subnet.public_access = None);
        }),
    ];
    for (what, blind) in blinders {
        let found = (0..400).any(|seed| {
            let trial = Trial::new(seed);
            let mut seen = Trial::new(seed).world;
            blind(&mut seen);
            !trial.objections(&seen, &mut Count::new()).is_empty()
        });
        assert!(found, "nobody notices an engine that overlooks {what}");
    }
}

fn open(acl: &mut NetworkAcl) {
    acl.entries.iter_mut().for_each(|entry| entry.allow = true);
}

fn open_to_answers(acl: &mut NetworkAcl) {
    let answers = acl.entries.iter_mut().filter(|entry| !entry.egress);
    answers.for_each(|entry| entry.allow = true);
}

fn open_ports(rule: &mut Rule) {
    rule.traffic.ports = None;
}
