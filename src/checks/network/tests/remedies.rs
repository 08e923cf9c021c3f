//! The fixes for a route: with what exists, once, and in the region of the task.

use serde_json::json;

use super::{brief, ends, on_fargate, private, task, task_of, told};
use crate::network::{NatGateway, RouteTarget};
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Skip};
use crate::testing::story::Story;
use crate::testing::vpc::{REGION, Vpc, entry, interface, route, rule, within};

/// What the check says is wrong.
fn wrong_by(id: &str, story: Story, vpc: &Vpc) -> Vec<CheckResult> {
    let mut results = told(story, vpc);
    results.retain(|it| it.id == id && !matches!(it.status, Pass | Skip));
    assert!(!results.is_empty(), "{id}");
    results
}

fn other_nat(subnet: &str) -> NatGateway {
    NatGateway {
        id: "nat-2".to_owned(),
        vpc: "vpc-1".to_owned(),
        subnet: Some(subnet.to_owned()),
        state: "available".to_owned(),
        public: true,
        route_table: None,
        failure: None,
        name_tag: None,
    }
}

const TO_NEW: [&str; 2] = [
    "aws ec2 create-nat-gateway --subnet-id subnet-pa --allocation-id EIPALLOC-ID --region eu-west-1",
    "aws ec2 replace-route --route-table-id rtb-private --destination-cidr-block 0.0.0.0/0 --nat-gateway-id NAT-GATEWAY-ID --region eu-west-1",
];
const TO_OTHER: &str = "aws ec2 replace-route --route-table-id rtb-private --destination-cidr-block 0.0.0.0/0 --nat-gateway-id nat-2 --region eu-west-1";
const ATTACH: &str =
    "aws ec2 attach-internet-gateway --internet-gateway-id igw-1 --vpc-id vpc-1 --region eu-west-1";

/// The commands for an internet gateway that the VPC does not have yet.
fn new_gateway(route: &str, table: &str) -> Vec<String> {
    vec![
        "aws ec2 create-internet-gateway --region eu-west-1".to_owned(),
        "aws ec2 attach-internet-gateway --internet-gateway-id INTERNET-GATEWAY-ID --vpc-id vpc-1 --region eu-west-1".to_owned(),
        format!(
            "aws ec2 {route} --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --gateway-id INTERNET-GATEWAY-ID --region eu-west-1"
        ),
    ]
}

#[test]
fn a_broken_way_is_mended_with_what_is_there() {
    let nat = |change: &dyn Fn(&mut Vpc)| Vpc::with_nat().but(change);
    let with_other = |vpc: &mut Vpc| vpc.nats.push(other_nat("subnet-pb"));
    let gone = |vpc: &mut Vpc| vpc.nats.clear();
    let failed = |vpc: &mut Vpc| vpc.nats[0].state = "failed".to_owned();
    let private_nat = |vpc: &mut Vpc| vpc.nats[0].public = false;
    let misplaced = |vpc: &mut Vpc| {
        vpc.nats[0].subnet = Some("subnet-b".to_owned());
    };
    let no_route = |vpc: &mut Vpc| vpc.tables[0].routes.truncate(1);
    let create = |nat: &str| {
        format!(
            "aws ec2 create-route --route-table-id rtb-private --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {nat} --region eu-west-1"
        )
    };
    let detached = |vpc: &mut Vpc| {
        vpc.internet_gateways[0].vpcs.clear();
        vpc.tables[1].routes[1].blackhole = true;
    };
    let deleted = |vpc: &mut Vpc| {
        vpc.internet_gateways.clear();
        vpc.tables[1].routes[1].blackhole = true;
    };
    for (vpc, commands) in [
        (nat(&gone), TO_NEW.map(str::to_owned).to_vec()),
        (nat(&failed), TO_NEW.map(str::to_owned).to_vec()),
        (nat(&private_nat), TO_NEW.map(str::to_owned).to_vec()),
        (nat(&misplaced), TO_NEW.map(str::to_owned).to_vec()),
        (nat(&gone).but(with_other), vec![TO_OTHER.to_owned()]),
        (nat(&failed).but(with_other), vec![TO_OTHER.to_owned()]),
        (nat(&private_nat).but(with_other), vec![TO_OTHER.to_owned()]),
        (nat(&misplaced).but(with_other), vec![TO_OTHER.to_owned()]),
        (nat(&no_route), vec![create("nat-1")]),
        (nat(&no_route).but(gone), vec![TO_NEW[0].to_owned(), create("NAT-GATEWAY-ID")]),
        // The NAT gateway itself has no route out, as its internet gateway is detached.
        (nat(&detached), vec![ATTACH.to_owned()]),
        (nat(&deleted), new_gateway("replace-route", "rtb-public")),
    ] {
        for it in wrong_by("network-route", private(), &vpc) {
            assert_eq!(it.commands, commands, "{it:#?}");
        }
    }
    let public = on_fargate("subnet-pa", r#", "assignPublicIp": "ENABLED""#);
    let found = wrong_by("network-route", task().run_as(&public), &nat(&detached));
    assert_eq!(found[0].commands, [ATTACH]);
    let without = nat(&|vpc: &mut Vpc| {
        vpc.internet_gateways.clear();
        vpc.tables[1].routes.truncate(1);
    });
    let found = wrong_by("network-route", task().run_as(&public), &without);
    assert_eq!(found[0].commands, new_gateway("create-route", "rtb-public"));
    // A VPC has one internet gateway: the route leads to another.
    let stale = nat(&|vpc: &mut Vpc| {
        vpc.tables[1].routes[1] = route("0.0.0.0/0", RouteTarget::InternetGateway("igw-0".into()));
        vpc.tables[1].routes[1].blackhole = true;
    });
    let found = wrong_by("network-route", task().run_as(&public), &stale);
    assert_eq!(
        found[0].commands,
        [
            "aws ec2 replace-route --route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1 --region eu-west-1"
        ]
    );
}

#[test]
fn the_main_table_of_a_vpc_is_left_alone_where_another_serves() {
    // Subnet b uses the main table, which has no route out, and subnet a has a separate table.
    let main = Vpc::with_nat().but(|vpc| {
        vpc.tables[0].subnets.retain(|it| it == "subnet-a");
        let mut main = vpc.tables[0].clone();
        main.id = "rtb-main".to_owned();
        main.main = true;
        main.subnets.clear();
        main.routes.truncate(1);
        vpc.tables[0].main = false;
        vpc.tables.push(main);
    });
    let found = wrong_by("network-route", private(), &main);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].commands,
        [
            "aws ec2 associate-route-table --route-table-id rtb-private --subnet-id subnet-b --region eu-west-1"
        ]
    );
}

#[test]
fn only_a_service_that_lives_is_updated_by_a_command() {
    let awsvpc =
        r#"{"subnets": ["subnet-pa"], "securityGroups": ["sg-app"], "assignPublicIp": "DISABLED"}"#;
    let fields = format!(
        r#""serviceName": "web", "launchType": "FARGATE", "desiredCount": 1, "networkConfiguration": {{"awsvpcConfiguration": {awsvpc}}}"#
    );
    let file = task().served_by(&format!(r#"{{"cluster": "prod", {fields}}}"#));
    let found = wrong_by("network-route", file, &Vpc::with_nat());
    assert!(found[0].commands.is_empty(), "{found:#?}");
    assert!(found[0].remedy.as_ref().is_some_and(|it| it.contains("assignPublicIp")));
    let live = task().living_as(&format!(r#"{{"clusterArn": "arn:c", {fields}}}"#));
    let found = wrong_by("network-route", live, &Vpc::with_nat());
    assert_eq!(
        found[0].commands,
        [
            "aws ecs update-service --cluster arn:c --service web --network-configuration 'awsvpcConfiguration={subnets=[subnet-pa],securityGroups=[sg-app],assignPublicIp=ENABLED}' --force-new-deployment --region eu-west-1"
        ]
    );
}

#[test]
fn what_one_command_mends_is_told_once() {
    // One group of five endpoints, for two subnets.
    let closed = Vpc::with_endpoints().but(|vpc| {
        vpc.group("sg-endpoint").ingress = vec![rule(Some((80, 80)), within("10.0.0.0/16"))];
    });
    let found = wrong_by("network-endpoint-security-group", private(), &closed);
    assert_eq!(found.len(), 1, "{found:#?}");
    let [it] = found.as_slice() else { return };
    for word in ["ecr.api", "logs", "subnet-a and subnet-b", "sg-endpoint"] {
        assert!(it.message.contains(word), "{word}: {it:#?}");
    }
    assert_eq!(
        it.commands,
        [
            "aws ec2 authorize-security-group-ingress --group-id sg-endpoint --protocol tcp --port 443 --source-group sg-app --region eu-west-1"
        ]
    );
    // One subnet alone is kept out.
    let half = Vpc::with_endpoints().but(|vpc| {
        vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), within("10.0.1.0/24"))];
    });
    let found = wrong_by("network-endpoint-security-group", private(), &half);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(!found[0].message.contains("subnet-a"), "{found:#?}");
    // The group of the task, to all endpoints of one group.
    let inward = Vpc::with_endpoints().but(|vpc| {
        let s3 = crate::network::Peer::PrefixList("pl-s3".to_owned());
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), s3)];
    });
    for it in wrong_by("network-security-group", private(), &inward) {
        assert_eq!(it.message.matches("no rule of").count(), 1, "{it:#?}");
    }
    // Everything in another region lacks its endpoints by one cause.
    let abroad = task_of("111122223333.dkr.ecr.us-west-2.amazonaws.com/web:1", "")
        .run_as(&on_fargate("subnet-a,subnet-b", ""));
    let found = wrong_by("network-endpoints", abroad, &Vpc::with_endpoints());
    assert_eq!(found.len(), 1, "once for both subnets: {found:#?}");
    assert!(found[0].message.contains("subnet-a and subnet-b"), "{found:#?}");
}

#[test]
fn the_remedy_is_one_that_helps() {
    // No endpoint leads to Docker Hub.
    let hub = task_of("nginx:1.27", "").run_as(&on_fargate("subnet-a", ""));
    for it in wrong_by("network-route", hub, &Vpc::with_endpoints()) {
        let remedy = it.remedy.as_deref().unwrap_or_default();
        assert!(remedy.contains("no endpoint leads to docker.io"), "{it:#?}");
        assert!(remedy.contains("pull-through"), "{it:#?}");
    }
    // The group of the endpoints that are there.
    let lacks = Vpc::with_endpoints().but(|vpc| vpc.endpoints.retain(|it| it.id != "vpce-logs"));
    for it in wrong_by("network-endpoints", private(), &lacks) {
        assert!(
            it.commands[0].to_string().contains("--security-group-ids sg-endpoint "),
            "{it:#?}"
        );
        assert!(it.commands[0].to_string().ends_with("--region eu-west-1"), "{it:#?}");
    }
    // Both kinds of endpoints for S3: there is a gateway endpoint already.
    let both = Vpc::with_endpoints().but(|vpc| {
        let other = interface("s3");
        vpc.endpoints.push(crate::network::Endpoint { id: "vpce-s3-if".to_owned(), ..other });
    });
    for it in wrong_by("network-endpoints", private(), &both) {
        assert!(it.message.contains("not to gateway endpoint vpce-s3,"), "{it:#?}");
        assert!(!it.message.contains("only interface endpoint"), "{it:#?}");
        assert!(
            it.commands[0].to_string().contains("PrivateDnsOnlyForInboundResolverEndpoint=true")
        );
    }
}

#[test]
fn a_subnet_of_another_vpc_is_not_mended() {
    let foreign = Vpc::with_nat().but(|vpc| {
        let other = vpc.subnets.iter_mut().find(|it| it.id == "subnet-b").unwrap();
        other.vpc = "vpc-2".to_owned();
    });
    // The other VPC has no route out at all.
    let (of_vpc, none) = (json!({"region": REGION, "vpc": "vpc-2"}), json!([]));
    let mut range = json!(foreign.range);
    range["id"] = json!("vpc-2");
    let table = json!([{"id": "rtb-2", "main": true, "subnets": [], "routes": []}]);
    let subnets: Vec<_> = foreign.subnets.iter().filter(|it| it.vpc == "vpc-2").collect();
    let subnets = json!(subnets);
    let dns = json!({"support": true, "hostnames": true});
    let foreign = foreign
        .says("ec2:DescribeVpcs", &json!({"region": REGION, "id": "vpc-2"}), &range)
        .says("ec2:DescribeSubnets", &of_vpc, &subnets)
        .says("ec2:DescribeRouteTables", &of_vpc, &table)
        .says("ec2:DescribeInternetGateways", &of_vpc, &none)
        .says("ec2:DescribeNatGateways", &of_vpc, &none)
        .says("ec2:DescribeVpcEndpoints", &of_vpc, &none)
        .says("ec2:DescribeNetworkAcls", &of_vpc, &none)
        .says("ec2:DescribeVpcAttribute", &of_vpc, &dns);
    let results = told(private(), &foreign);
    let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).collect();
    assert!(failed.iter().all(|it| it.id == "network-configuration"), "{}", brief(&results));
    let route: Vec<_> = results.iter().filter(|it| it.id == "network-route").collect();
    assert!(
        route.iter().all(|it| it.status == Pass && !it.message.contains("subnet-b")),
        "{route:#?}"
    );
}

#[test]
fn the_configuration_is_a_part_of_its_document() {
    let results = told(private(), &Vpc::with_nat());
    let whole: Vec<_> = results.iter().filter(|it| it.id == "network-dns").collect();
    assert!(whole.iter().all(|it| it.subject.starts_with("run.json#")), "{whole:#?}");
    let bare = task().run_as(r#"{"launchType": "FARGATE", "count": 1}"#);
    let results = told(bare, &Vpc::with_nat());
    let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).collect();
    assert!(!failed.is_empty());
    for it in failed {
        assert!(it.subject.starts_with("run.json#") && it.location.is_some(), "{it:#?}");
    }
}

#[test]
fn no_command_of_the_group_goes_without_its_region() {
    let acl = Vpc::with_nat()
        .but(|vpc| vpc.acls[0].entries.insert(0, entry(90, true, false, Some((443, 443)))));
    let off = Vpc::with_nat().but(|vpc| vpc.dns = (false, false));
    let hostnames = Vpc::with_endpoints().but(|vpc| vpc.dns = (true, false));
    let names = Vpc::with_nat().but(|vpc| {
        let logs = interface("logs");
        vpc.endpoints.push(crate::network::Endpoint { private_dns: false, ..logs });
    });
    let zone =
        Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").subnets = vec!["subnet-b".to_owned()]);
    let shut = Vpc::with_nat().but(|vpc| vpc.group("sg-app").egress.clear());
    for vpc in [acl, off, hostnames, names, zone, shut] {
        let commands: Vec<_> =
            told(private(), &vpc).into_iter().flat_map(|it| it.commands).collect();
        assert!(!commands.is_empty());
        for command in commands {
            assert!(command.to_string().contains("--region eu-west-1"), "{command}");
        }
    }
    ends(private(), &Vpc::with_nat(), &[], &[]);
}
