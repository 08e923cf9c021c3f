//! `efs-mount-target`

use serde_json::{Value, json};

use super::{ec2, efs, fargate};
use crate::checks::volumes::efs_mount_target::EFS_MOUNT_TARGET;
use crate::reachability::network_path::End;
use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::mounts::{Account, FILE_SYSTEM, REGION, with};
use crate::testing::story::Story;

const IN_A: &str = r#"{"count": 1, "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {
    "subnets": ["subnet-a"], "securityGroups": ["sg-app"]}}}"#;
const IN_BOTH: &str = r#"{"count": 1, "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {
    "subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-app"]}}}"#;

/// A VPC with the subnets a and b in two zones, and two more in the same ones that hold the mount
/// targets of the file system.
fn vpc() -> Account {
    Account::healthy()
        .says(
            "sts:GetCallerIdentity",
            &json!({"region": REGION}),
            &json!({"account": "111122223333", "arn": "arn:aws:iam::111122223333:user/ci"}),
        )
        .subnets(&[("a", "a", 1), ("b", "b", 2), ("mount-a", "a", 11), ("mount-b", "b", 12)])
        .says(
            "ec2:DescribeVpcs",
            &json!({"region": REGION, "id": "vpc-1"}),
            &json!({
                "id": "vpc-1", "owner": "111122223333", "ranges": ["10.0.0.0/16"],
                "dhcp_options": "dopt-1",
            }),
        )
        .dns(true, true, &["AmazonProvidedDNS"])
        .tables(&json!([]))
        .acls(&[(true, true), (false, true)])
        .group("sg-app", &json!([]), &json!([rule(&json!({"range": "0.0.0.0/0"}))]))
        .group("sg-efs", &json!([rule(&json!({"group": "sg-app"}))]), &json!([]))
        .targets(&[json!({}), target("b")])
        .guards(&["fsmt-a", "fsmt-b"], "sg-efs")
}

/// TCP 2049 with this peer.
fn rule(peer: &Value) -> Value {
    json!({"traffic": {"protocol": 6, "ports": [2049, 2049]}, "peers": [peer]})
}

/// The mount target in zone b.
fn target(zone: &str) -> Value {
    json!({
        "id": format!("fsmt-{zone}"), "subnet": format!("subnet-mount-{zone}"), "ipv4": "10.0.12.9",
        "zone": {"id": format!("euw1-az{zone}"), "name": format!("eu-west-1{zone}")},
    })
}

impl Account {
    /// Subnets of `vpc-1`, each with its zone and the third byte of its range.
    fn subnets(self, subnets: &[(&str, &str, u8)]) -> Account {
        let fact = |(name, zone, byte): &(&str, &str, u8)| {
            json!({
                "id": format!("subnet-{name}"), "vpc": "vpc-1", "owner": "111122223333",
                "zone": format!("eu-west-1{zone}"), "zone_id": format!("euw1-az{zone}"),
                "ipv4": format!("10.0.{byte}.0/24"), "ipv6": [], "free_addresses": 200,
                "dns64": false, "public_access": null,
            })
        };
        let facts: Vec<Value> = subnets.iter().map(fact).collect();
        let mut account = self;
        for fact in &facts {
            account = account.subnet(fact);
        }
        let key = json!({"region": REGION, "vpc": "vpc-1"});
        account.says("ec2:DescribeSubnets", &key, &json!(facts))
    }

    fn subnet(self, fact: &Value) -> Account {
        self.says("ec2:DescribeSubnets", &json!({"region": REGION, "id": fact["id"]}), fact)
    }

    fn dns(self, support: bool, hostnames: bool, servers: &[&str]) -> Account {
        let (of_vpc, options) =
            (json!({"region": REGION, "vpc": "vpc-1"}), json!({"region": REGION, "id": "dopt-1"}));
        self.says(
            "ec2:DescribeVpcAttribute",
            &of_vpc,
            &json!({"support": support, "hostnames": hostnames}),
        )
        .says("ec2:DescribeDhcpOptions", &options, &json!(servers))
    }

    /// The main route table keeps the VPC's traffic, and has these routes.
    fn tables(self, routes: &Value) -> Account {
        let mut all = vec![json!({
            "destination": {"range": "10.0.0.0/16"}, "target": "local", "blackhole": false,
        })];
        all.extend(routes.as_array().unwrap().iter().cloned());
        let table = json!({"id": "rtb-1", "main": true, "subnets": [], "routes": all});
        let key = json!({"region": REGION, "vpc": "vpc-1"});
        self.says("ec2:DescribeRouteTables", &key, &json!([table]))
    }

    /// One network ACL for all subnets, whose entries are about everything: whether they are about
    /// what leaves, and whether they allow.
    fn acls(self, entries: &[(bool, bool)]) -> Account {
        let entries: Vec<Value> = (100..)
            .zip(entries)
            .map(|(number, (egress, allow))| {
                json!({
                    "number": number, "egress": egress, "allow": allow,
                    "traffic": {"protocol": null, "ports": null}, "range": "0.0.0.0/0",
                })
            })
            .collect();
        let subnets = ["subnet-a", "subnet-b", "subnet-mount-a", "subnet-mount-b"];
        let acl = json!({"id": "acl-1", "subnets": subnets, "entries": entries});
        let key = json!({"region": REGION, "vpc": "vpc-1"});
        self.says("ec2:DescribeNetworkAcls", &key, &json!([acl]))
    }

    fn group(self, id: &str, ingress: &Value, egress: &Value) -> Account {
        let fact =
            json!({"id": id, "name": id, "vpc": "vpc-1", "ingress": ingress, "egress": egress});
        self.says("ec2:DescribeSecurityGroups", &json!({"region": REGION, "id": id}), &fact)
    }

    /// The mount targets: the one in zone a, with these properties.
    fn targets(self, targets: &[Value]) -> Account {
        let own = json!({
            "id": "fsmt-a", "vpc": "vpc-1", "subnet": "subnet-mount-a",
            "zone": {"id": "euw1-aza", "name": "eu-west-1a"}, "state": "available",
            "ipv4": "10.0.11.9", "ipv6": null,
        });
        let targets: Vec<Value> = targets.iter().map(|it| with(own.clone(), it)).collect();
        let key = json!({"region": REGION, "file_system": FILE_SYSTEM});
        self.says("elasticfilesystem:DescribeMountTargets", &key, &json!(targets))
    }

    fn guards(self, targets: &[&str], group: &str) -> Account {
        targets.iter().fold(self, |account, target| {
            let key = json!({"region": REGION, "file_system": FILE_SYSTEM, "mount_target": target});
            let call = "elasticfilesystem:DescribeMountTargetSecurityGroups";
            account.says(call, &key, &json!([group]))
        })
    }
}

#[track_caller]
fn told(story: &Story, expected: &[(Status, &str)]) {
    let results = story.judged_by(&EFS_MOUNT_TARGET);
    let statuses: Vec<_> = results.iter().map(|it| it.status).collect();
    let wanted: Vec<_> = expected.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, wanted, "{results:#?}");
    for (result, (_, words)) in results.iter().zip(expected) {
        assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
    }
}

fn runs(request: &str, account: Account) -> Story {
    fargate(&efs("")).run_as(request).in_account(account.recorded())
}

#[test]
fn each_subnet_reaches_the_mount_target_of_its_zone() {
    told(
        &runs(IN_BOTH, vpc()),
        &[
            (Pass, "mount target fsmt-a in eu-west-1a is reachable from subnet-a on port 2049"),
            (Pass, "mount target fsmt-b in eu-west-1b is reachable from subnet-b on port 2049"),
        ],
    );
}

#[test]
fn without_subnets_the_flag_is_named() {
    let story = fargate(&efs("")).in_account(vpc().recorded());
    told(&story, &[(Skip, "--subnets")]);
    told(&ec2(&efs(""), "").in_account(vpc().recorded()), &[(Skip, "--cluster")]);
}

#[test]
fn a_zone_without_mount_target_resolves_no_name() {
    let only_a = || vpc().targets(&[json!({})]);
    told(
        &runs(IN_BOTH, only_a()),
        &[(Pass, "fsmt-a"), (Warn, "none in eu-west-1b, the zone of subnet-b")],
    );
    let only_b = vpc().targets(&[target("b")]);
    told(&runs(IN_A, only_b), &[(Fail, "none in eu-west-1a")]);
    let none = vpc().targets(&[]);
    let results = runs(IN_A, none).judged_by(&EFS_MOUNT_TARGET);
    assert_eq!(results[0].status, Fail);
    assert_eq!(results[0].commands.len(), 3, "{results:#?}");
    for (command, words) in results[0].commands.iter().zip([
        "aws ec2 create-security-group",
        "--group-id MOUNT-TARGET-GROUP-ID --protocol tcp --port 2049 --source-group sg-app",
        "--subnet-id subnet-a --security-groups MOUNT-TARGET-GROUP-ID",
    ]) {
        assert!(command.to_string().contains(words), "{command}");
    }
}

#[test]
fn a_mount_target_is_created_in_the_groups_of_the_others() {
    let create = |subnet: &str, groups: &str| {
        format!(
            "aws efs create-mount-target --file-system-id {FILE_SYSTEM} --subnet-id {subnet}{groups} --region {REGION}"
        )
    };
    let lacking = |account: Account| runs(IN_BOTH, account).judged_by(&EFS_MOUNT_TARGET).remove(1);
    let only_a = || vpc().targets(&[json!({})]);
    let result = lacking(only_a());
    assert_eq!(result.commands, [create("subnet-b", " --security-groups sg-efs")]);
    let key = json!({"region": REGION, "file_system": FILE_SYSTEM, "mount_target": "fsmt-a"});
    let call = "elasticfilesystem:DescribeMountTargetSecurityGroups";
    let result = lacking(only_a().refuses(call, &key));
    assert_eq!(result.commands, [create("subnet-b", "")]);
    assert!(result.remedy.unwrap().contains("VPC's default security group"));
}

#[test]
fn a_file_system_without_mount_target_is_told_of_once() {
    let story = runs(IN_BOTH, vpc().targets(&[]));
    told(&story, &[(Fail, "has no mount target"), (Skip, "as reported for subnet-a")]);
    let results = story.judged_by(&EFS_MOUNT_TARGET);
    for (subnet, command) in ["subnet-a", "subnet-b"].iter().zip(&results[0].commands[2..]) {
        let words = format!("--subnet-id {subnet} --security-groups");
        assert!(command.to_string().contains(&words), "{command}");
    }
    assert_eq!(results[0].commands.len(), 4, "{results:#?}");
    let one_zone = json!({"one_zone": {"id": "euw1-azb", "name": "eu-west-1b"}});
    let story = runs(IN_BOTH, vpc().file_system(&one_zone).targets(&[]));
    let commands = story.judged_by(&EFS_MOUNT_TARGET).remove(0).commands;
    assert!(commands.len() == 3 && commands[2].to_string().contains("subnet-b"), "{commands:?}");
}

#[test]
fn a_one_zone_file_system_has_no_mount_target_elsewhere() {
    let one_zone = json!({"one_zone": {"id": "euw1-aza", "name": "eu-west-1a"}});
    let account = vpc().file_system(&one_zone).targets(&[json!({})]);
    let results = runs(IN_BOTH, account).judged_by(&EFS_MOUNT_TARGET);
    assert_eq!((results[0].status, results[1].status), (Pass, Warn), "{results:#?}");
    assert!(results[1].remedy.as_deref().unwrap().contains("subnets of eu-west-1a only"));
    assert!(results[1].commands.is_empty(), "there is none to create");
}

#[test]
fn a_mount_target_has_to_be_available() {
    for (state, status) in [("updating", Pass), ("creating", Fail), ("error", Fail)] {
        let account = vpc().targets(&[json!({"state": state})]);
        told(&runs(IN_A, account), &[(status, "fsmt-a")]);
    }
}

#[test]
fn zones_are_known_by_their_ids() {
    let renamed = json!({"zone": {"id": "euw1-aza", "name": "eu-west-1c"}});
    told(&runs(IN_A, vpc().targets(&[renamed])), &[(Pass, "fsmt-a")]);
    let unnamed = json!({"zone": {"id": null, "name": "eu-west-1a"}});
    told(&runs(IN_A, vpc().targets(&[unnamed])), &[(Pass, "fsmt-a")]);
}

#[test]
fn groups_on_both_ends_let_2049_through() {
    let everywhere = json!([rule(&json!({"range": "0.0.0.0/0"}))]);
    let from = |peer: Value| vpc().group("sg-efs", &json!([rule(&peer)]), &json!([]));
    let to = |rules: Value| vpc().group("sg-app", &json!([]), &rules);
    let https = json!([{"traffic": {"protocol": 6, "ports": [443, 443]}, "peers": [{"range": "0.0.0.0/0"}]}]);
    let cases = [
        (from(json!({"range": "10.0.1.0/24"})), vec![(Pass, "")]),
        (from(json!({"range": "10.0.2.0/24"})), vec![(Fail, "allows TCP 2049 in from subnet-a")]),
        (from(json!({"range": "10.0.1.0/25"})), vec![(Warn, "only from some addresses")]),
        (from(json!({"group": "sg-other"})), vec![(Fail, "sg-other")]),
        (to(json!([rule(&json!({"group": "sg-efs"}))])), vec![(Pass, "")]),
        (to(json!([rule(&json!({"range": "10.0.11.9/32"}))])), vec![(Pass, "")]),
        (to(https.clone()), vec![(Fail, "TCP 2049 out")]),
        (
            to(https).group("sg-efs", &json!([]), &everywhere),
            vec![(Fail, "TCP 2049 out"), (Fail, "TCP 2049 in")],
        ),
    ];
    for (account, expected) in cases {
        told(&runs(IN_A, account), &expected);
    }
    let closed = from(json!({"group": "sg-other"}));
    let results = runs(IN_A, closed).judged_by(&EFS_MOUNT_TARGET);
    assert_eq!(
        results[0].commands,
        [
            "aws ec2 authorize-security-group-ingress --group-id sg-efs --protocol tcp --port 2049 --source-group sg-app --region eu-west-1"
        ]
    );
}

/// The interface cannot be made, so nothing is to be opened for it: `network-configuration` tells why.
#[test]
fn a_security_group_of_another_vpc_is_no_matter_of_the_mount() {
    let egress = json!([rule(&json!({"range": "0.0.0.0/0"}))]);
    let group = json!({
        "id": "sg-app", "name": "sg-app", "vpc": "vpc-2", "ingress": [], "egress": egress,
    });
    let key = json!({"region": REGION, "id": "sg-app"});
    let account = vpc().says("ec2:DescribeSecurityGroups", &key, &group);
    told(&runs(IN_A, account), &[(Skip, "security group sg-app is in vpc-2, not in vpc-1")]);
}

#[test]
fn network_acls_pass_the_mount_and_its_answers() {
    let cases = [
        (vec![(true, false), (false, true)], Fail, "2049"),
        (vec![(true, true), (false, false)], Fail, "acl-1"),
        (vec![(true, true), (false, true)], Pass, ""),
    ];
    for (entries, status, words) in cases {
        told(&runs(IN_A, vpc().acls(&entries)), &[(status, words)]);
    }
    // One network ACL of both subnets: what leaves the one, and the answers that leave the other.
    let closed = vpc().acls(&[(true, false), (false, true)]);
    let allow = |number: u8, ports: &str, range: &str| {
        format!(
            "aws ec2 create-network-acl-entry --network-acl-id acl-1 --egress --rule-number {number} --protocol tcp --port-range {ports} --cidr-block {range} --rule-action allow --region eu-west-1"
        )
    };
    assert_eq!(
        runs(IN_A, closed).judged_by(&EFS_MOUNT_TARGET)[0].commands,
        [
            allow(90, "'From=2049,To=2049'", "10.0.11.9/32"),
            allow(99, "'From=32768,To=60999'", "10.0.1.0/24"),
        ]
    );
    // Within one subnet none is crossed.
    let beside = vpc()
        .acls(&[(true, false), (false, false)])
        .targets(&[json!({"subnet": "subnet-a", "ipv4": "10.0.1.9"})]);
    told(&runs(IN_A, beside), &[(Pass, "fsmt-a")]);
}

#[test]
fn the_path_to_a_mount_target_ends_where_it_is_judged_to_end() {
    // The image is of a registry whose path is another story.
    let path = |account: Account| {
        let found = runs(IN_A, account).trails();
        let its = found.into_iter().find(|it| it.judged_by == Some("efs-mount-target")).unwrap();
        let broken = its.hops.iter().find(|hop| hop.broken).map(|hop| hop.id.clone());
        let ids: Vec<String> = its.hops.into_iter().map(|hop| hop.id).collect();
        (ids.join(" > "), broken, its.end)
    };
    let whole = format!("subnet-a > sg-app > acl-1 > fsmt-a > {FILE_SYSTEM}");
    assert_eq!(path(vpc()), (whole.clone(), None, End::Arrives));
    let closed = vpc().group("sg-efs", &json!([rule(&json!({"group": "sg-other"}))]), &json!([]));
    let (ids, broken, end) = path(closed);
    assert_eq!((ids, broken.as_deref()), (whole.clone(), Some("fsmt-a")));
    assert!(matches!(&end, End::Lost(why) if why.contains("sg-other")), "{end:?}");
    let (_, broken, _) = path(vpc().acls(&[(true, false), (false, true)]));
    assert_eq!(broken.as_deref(), Some("acl-1"));
    let (ids, broken, end) = path(vpc().targets(&[]));
    assert_eq!(ids, format!("subnet-a > no mount target > {FILE_SYSTEM}"));
    assert!(broken.is_some() && matches!(end, End::Lost(_)), "{end:?}");
    let key = json!({"region": REGION, "file_system": FILE_SYSTEM});
    let refused = vpc().refuses("elasticfilesystem:DescribeMountTargets", &key);
    let (ids, broken, end) = path(refused);
    assert_eq!((ids, broken), (format!("subnet-a > {FILE_SYSTEM}"), None));
    assert!(matches!(&end, End::Open(why) if why.contains("DescribeMountTargets")), "{end:?}");
}

#[test]
fn names_resolve_at_the_resolver_of_amazon() {
    let cases = [
        (vpc().dns(true, false, &["AmazonProvidedDNS"]), Fail, "enableDnsHostnames is off"),
        (vpc().dns(false, true, &["AmazonProvidedDNS"]), Skip, "skipped: "),
        (vpc().dns(true, true, &["10.0.0.53"]), Warn, "uses the DNS servers 10.0.0.53"),
        (vpc().dns(true, true, &["169.254.169.253"]), Pass, ""),
    ];
    for (account, status, words) in cases {
        told(&runs(IN_A, account), &[(status, words)]);
    }
}

#[test]
fn mount_targets_of_another_vpc_are_out_of_reach_but_for_peering() {
    let elsewhere = || vpc().targets(&[json!({"vpc": "vpc-2", "ipv4": "10.9.0.9"})]);
    told(&runs(IN_A, elsewhere()), &[(Fail, "which has no route to it")]);
    let peered = json!([{
        "destination": {"range": "10.9.0.0/16"}, "target": {"peering": "pcx-1"}, "blackhole": false,
    }]);
    told(&runs(IN_A, elsewhere().tables(&peered)), &[(Warn, "private hosted zone")]);
}

#[test]
fn what_the_network_lacks_fails_once_and_also_where_nobody_else_looks() {
    let of = |id: &str| json!({"region": REGION, "id": id});
    let cases = [
        ("ec2:DescribeSubnets", "subnet-a", "there is no subnet subnet-a", "subnet ID 'subnet-a'"),
        ("ec2:DescribeSecurityGroups", "sg-app", "there is no sg-app", "group 'sg-app'"),
    ];
    for (call, id, sentence, error) in cases {
        let lost = || runs(IN_A, vpc().lacks(call, &of(id), sentence));
        told(&lost(), &[(Fail, sentence)]);
        let results =
            lost().judged(|_, it| ["network-configuration", "efs-mount-target"].contains(&it.id));
        let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).collect();
        let [failure] = failed.as_slice() else { panic!("{results:#?}") };
        assert_eq!(failure.message, sentence);
        assert!(failure.prevents.as_ref().is_some_and(|it| it.contains(error)), "{failure:#?}");
        let other = results.iter().filter(|it| it.id != failure.id && it.status == Skip);
        assert!(other.count() > 0, "{results:#?}");
    }
}

#[test]
fn what_may_not_be_read_leaves_open_what_hangs_on_it() {
    let of_vpc = json!({"region": REGION, "vpc": "vpc-1"});
    let blind = vpc().refuses("ec2:DescribeNetworkAcls", &of_vpc);
    told(&runs(IN_A, blind), &[(Unknown, "ec2:DescribeNetworkAcls")]);
    let key = json!({"region": REGION, "file_system": FILE_SYSTEM, "mount_target": "fsmt-a"});
    let call = "elasticfilesystem:DescribeMountTargetSecurityGroups";
    told(&runs(IN_A, vpc().refuses(call, &key)), &[(Unknown, call)]);
}

#[test]
fn outside_of_awsvpc_the_instances_mount() {
    let machine = |number: u8, subnet: &str, group: &str| {
        (
            json!({"region": REGION, "id": format!("i-{number}")}),
            json!({
                "vpc": "vpc-1", "subnet": subnet, "security_groups": [group],
                "private_address": null, "is_public": false, "profile": null,
            }),
        )
    };
    let with_machines = |machines: &[(Value, Value)]| {
        let attributes = vec![json!({}); machines.len()];
        let start = vpc().instances(&attributes);
        machines.iter().fold(start, |account, (key, machine)| {
            account.says("ec2:DescribeInstances", key, machine)
        })
    };
    let story = |account: Account| {
        ec2(&efs(""), r#", "networkMode": "bridge""#)
            .run_as(r#"{"count": 1, "cluster": "prod", "launchType": "EC2"}"#)
            .in_account(account.recorded())
    };
    let fit = [machine(1, "subnet-a", "sg-app"), machine(2, "subnet-b", "sg-app")];
    told(&story(with_machines(&fit)), &[(Pass, "is reachable from subnet-a")]);
    let unfit = [machine(1, "subnet-a", "sg-efs")];
    told(&story(with_machines(&unfit)), &[(Fail, "TCP 2049 out"), (Fail, "TCP 2049 in")]);
    told(&story(vpc().instances(&[])), &[(Unknown, "no active container instance")]);
}
