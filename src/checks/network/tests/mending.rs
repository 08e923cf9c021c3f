//! The error and the commands that are printed with what is wrong.

use serde_json::json;

use super::{on_fargate, private, task_of, told};
use crate::report::CheckResult;
use crate::report::Status::{Pass, Skip, Warn};
use crate::testing::story::Story;
use crate::testing::vpc::{Vpc, anywhere, entry, rule};

/// What this check says is wrong, each time that it says so.
fn wrong_by(id: &str, story: Story, vpc: &Vpc) -> Vec<CheckResult> {
    let mut results = told(story, vpc);
    results.retain(|it| it.id == id && !matches!(it.status, Pass | Skip));
    results
}

#[test]
fn each_finding_names_the_error_that_it_would_have_become() {
    let refusing = |service: &str| {
        let policy = json!({"Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "ec2:*", "Resource": "*"}
        ]});
        Vpc::with_endpoints().but(|vpc| vpc.endpoint(service).policy = Some(policy))
    };
    let unheard = Vpc::with_nat().but(|vpc| {
        vpc.resolvers = vec!["10.0.0.9".to_owned()];
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), anywhere())];
    });
    let no_route = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    for (id, vpc, error) in [
        ("network-endpoint-policy", refusing("logs"), "AccessDeniedException"),
        ("network-endpoint-policy", refusing("s3"), "403 Forbidden"),
        ("network-dns", unheard, "no such host"),
        ("network-route", no_route, "i/o timeout"),
    ] {
        let found = wrong_by(id, private(), &vpc);
        let named = |it: &CheckResult| it.prevents.as_ref().is_some_and(|it| it.contains(error));
        assert!(!found.is_empty() && found.iter().all(named), "{id}: {error}: {found:#?}");
    }
}

#[test]
fn a_resolver_is_opened_where_the_way_to_it_is_closed() {
    let asking = |resolver: &str, vpc: Vpc| vpc.but(|it| it.resolvers = vec![resolver.to_owned()]);
    let https_alone = |vpc: Vpc| {
        vpc.but(|vpc| vpc.group("sg-app").egress = vec![rule(Some((443, 443)), anywhere())])
    };
    let mut deny = entry(90, true, false, Some((53, 53)));
    deny.traffic.protocol = Some(17);
    let by_acl = Vpc::with_nat().but(|vpc| vpc.acls[0].entries.insert(0, deny));
    let no_route = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    let by_ipv6 = Vpc::with_both_families()
        .but(|vpc| vpc.subnets.iter_mut().for_each(|subnet| subnet.ipv4 = None));
    for (vpc, command) in [
        (
            asking("10.0.101.9", https_alone(Vpc::with_nat())),
            "authorize-security-group-egress --group-id sg-app --ip-permissions 'IpProtocol=udp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.101.9/32}]' 'IpProtocol=tcp,FromPort=53,ToPort=53,IpRanges=[{CidrIp=10.0.101.9/32}]'",
        ),
        (
            asking("2001:db8:2::9", https_alone(by_ipv6)),
            "Ipv6Ranges=[{CidrIpv6=2001:db8:2::9/128}]",
        ),
        (
            asking("10.0.101.9", by_acl),
            "create-network-acl-entry --network-acl-id acl-private --egress --rule-number 80 --protocol udp --port-range 'From=53,To=53' --cidr-block 10.0.101.9/32 --rule-action allow",
        ),
        (asking("192.168.0.9", no_route), ""),
    ] {
        let found = wrong_by("network-dns", private(), &vpc);
        let commands: Vec<_> =
            found.iter().flat_map(|it| &it.commands).map(ToString::to_string).collect();
        assert!(!found.is_empty(), "{command}");
        assert_eq!(commands.is_empty(), command.is_empty(), "{found:#?}");
        assert!(commands.iter().all(|it| it.contains(command)), "{command}: {commands:#?}");
    }
}

#[test]
fn of_network_acls_only_the_entry_is_told_that_stops_packets() {
    let denied = Vpc::with_nat()
        .but(|vpc| vpc.acls[0].entries.insert(0, entry(90, false, false, Some((1024, 65535)))));
    let found = wrong_by("network-nacl", private(), &denied);
    assert_eq!(found.len(), 1, "once for both subnets: {found:#?}");
    for it in &found {
        assert!(it.message.contains("entry 90 of network ACL acl-private denies"), "{it:#?}");
        assert!(!it.message.contains("allows it in both directions"), "{it:#?}");
        assert_eq!(
            it.commands,
            [
                "aws ec2 create-network-acl-entry --network-acl-id acl-private --ingress --rule-number 80 --protocol tcp --port-range 'From=32768,To=60999' --cidr-block 0.0.0.0/0 --rule-action allow --region eu-west-1"
            ]
        );
    }
    // Linux calls from 32768 to 60999: where the answers to a part of these are kept out, calls hang.
    let partly = Vpc::with_nat().but(|vpc| {
        vpc.acls[0].entries.insert(0, entry(90, false, true, Some((49152, 65535))));
        vpc.acls[0].entries.insert(1, entry(95, false, false, Some((1024, 65535))));
    });
    let found = wrong_by("network-nacl", private(), &partly);
    assert_eq!(found.len(), 1, "once for both subnets: {found:#?}");
    for it in &found {
        assert_eq!(it.status, Warn, "{it:#?}");
        assert!(it.message.contains("not TCP 32768-49151"), "{it:#?}");
        // Between the entry that allows and the one that denies.
        assert!(
            it.commands[0].to_string().contains("create-network-acl-entry")
                && it.commands[0].to_string().contains("--rule-number 94 "),
            "{it:#?}"
        );
    }
}

#[test]
fn an_entry_that_denies_is_stepped_before_and_makes_room_only_where_there_is_none() {
    let denied_by = |number: i32| {
        Vpc::with_endpoints().but(|vpc| {
            let mut all = entry(number, true, false, None);
            all.range = "10.0.0.0/16".parse().unwrap();
            vpc.acls[0].entries.insert(0, all);
            for endpoint in vpc.endpoints.iter_mut().filter(|it| it.id != "vpce-s3") {
                endpoint.subnets = vec!["subnet-pb".to_owned()];
            }
        })
    };
    let create = |number: i32, traffic: &str, action: &str| {
        format!(
            "aws ec2 create-network-acl-entry --network-acl-id acl-private --egress --rule-number {number} --protocol {traffic} --rule-action {action} --region eu-west-1"
        )
    };
    let https = "tcp --port-range 'From=443,To=443' --cidr-block 10.0.102.0/24";
    let replace = create(1, https, "allow").replace("create-", "replace-");
    let with_room = vec![create(80, https, "allow")];
    let without = vec![create(2, "-1 --cidr-block 10.0.0.0/16", "deny"), replace.clone()];
    for (vpc, commands, words) in [
        (denied_by(90), with_room, ""),
        (denied_by(1), without, ""),
        // Something that is allowed comes next, and would undo it.
        (
            denied_by(1).but(|vpc| vpc.acls[0].entries.push(entry(2, true, true, None))),
            vec![replace],
            "No lower number is free",
        ),
    ] {
        let found = wrong_by("network-nacl", private(), &vpc);
        assert!(!found.is_empty());
        for it in found {
            assert_eq!(it.commands, commands, "{it:#?}");
            assert!(it.remedy.as_ref().is_some_and(|it| it.contains(words)), "{it:#?}");
        }
    }
}

#[test]
fn a_missing_endpoint_is_created_once_for_all_zones_and_only_where_it_can_be() {
    let lacks_logs =
        Vpc::with_endpoints().but(|vpc| vpc.endpoints.retain(|it| it.id != "vpce-logs"));
    let elsewhere = "111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1";
    let abroad = task_of(elsewhere, "").run_as(&on_fargate("subnet-a,subnet-b", ""));
    let found = wrong_by("network-endpoints", private(), &lacks_logs);
    assert!(!found.is_empty());
    for it in &found {
        assert!(it.commands[0].to_string().contains("--subnet-ids subnet-a subnet-b "), "{it:#?}");
    }
    let found = wrong_by("network-endpoints", abroad, &Vpc::with_endpoints());
    let found: Vec<_> = found.iter().filter(|it| it.message.contains("us-east-1")).collect();
    assert!(!found.is_empty());
    for it in found {
        assert!(it.commands.is_empty(), "{it:#?}");
        assert!(it.remedy.as_ref().is_some_and(|it| it.contains("NAT gateway")), "{it:#?}");
    }
}
