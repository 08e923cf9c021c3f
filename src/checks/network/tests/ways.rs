//! The ways out.

use serde_json::json;

use super::{brief, ends, on_fargate, private, task, task_of, told, wrong};
use crate::network::RouteTarget;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::vpc::{REGION, Vpc, route};

#[test]
fn a_way_out_is_proven_up_to_the_internet() {
    let nat = |change: fn(&mut Vpc)| Vpc::with_nat().but(change);
    let fails = ["network-route fail"];
    // N10
    let none = nat(|vpc| vpc.tables[0].routes.truncate(1));
    ends(private(), &none, &fails, &["rtb-private", "no route"]);
    // N12: deleted, failed, private, in a private subnet.
    ends(private(), &nat(|vpc| vpc.nats.clear()), &fails, &["nat-1"]);
    ends(private(), &nat(|vpc| vpc.nats[0].state = "failed".to_owned()), &fails, &["nat-1"]);
    ends(private(), &nat(|vpc| vpc.nats[0].public = false), &fails, &["nat-1"]);
    let inside = nat(|vpc| vpc.nats[0].subnet = Some("subnet-b".to_owned()));
    ends(private(), &inside, &fails, &["nat-1"]);
    // N13
    let hole = nat(|vpc| vpc.tables[0].routes[1].blackhole = true);
    ends(private(), &hole, &fails, &["blackhole"]);
    let detached = nat(|vpc| vpc.internet_gateways.clear());
    ends(private(), &detached, &fails, &["igw-1"]);
    // One subnet of two: on the main table, which leads nowhere (T13).
    let one = nat(|vpc| {
        vpc.tables[0].subnets.retain(|it| it != "subnet-b");
        vpc.tables[0].main = false;
        let mut main = vpc.tables[0].clone();
        (main.id, main.main) = ("rtb-main".to_owned(), true);
        main.subnets.clear();
        main.routes.truncate(1);
        vpc.tables.push(main);
    });
    ends(private(), &one, &fails, &["subnet-b", "rtb-main"]);
    // N31
    let blocked = nat(|vpc| {
        vpc.subnets.iter_mut().for_each(|it| it.public_access = Some("block-bidirectional".into()));
    });
    ends(private(), &blocked, &fails, &["Block Public Access"]);
    let ingress = nat(|vpc| {
        vpc.subnets.iter_mut().for_each(|it| it.public_access = Some("block-ingress".into()));
    });
    ends(private(), &ingress, &[], &[]);
}

#[test]
fn a_public_subnet_is_of_use_to_whoever_has_a_public_address() {
    // N09, and T14: what the subnet gives to instances is not asked.
    let fails = ["network-route fail"];
    let public = |more: &str| task().run_as(&on_fargate("subnet-pa", more));
    ends(public(""), &Vpc::with_nat(), &fails, &["igw-1", "public IP address"]);
    ends(public(r#", "assignPublicIp": "DISABLED""#), &Vpc::with_nat(), &fails, &["igw-1"]);
    // T01: a rolling service may have one, and a live one gets the command.
    let service = r#"{"serviceName": "web", "cluster": "prod", "launchType": "FARGATE", "desiredCount": 1, "deploymentController": {"type": "ECS"}, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-pa"], "securityGroups": ["sg-app"], "assignPublicIp": "ENABLED"}}}"#;
    ends(task().served_by(service), &Vpc::with_nat(), &[], &[]);
    let closed = service.replace("ENABLED", "DISABLED");
    let live = closed.replace(r#""cluster""#, r#""clusterArn""#);
    let results = told(task().living_as(&live), &Vpc::with_nat());
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    // N33
    assert!(
        failed.commands[0]
            .to_string()
            .contains("aws ecs update-service --cluster prod --service web")
    );
    assert!(failed.commands[0].to_string().contains("assignPublicIp=ENABLED"));
    // Endpoints for everything make it whole.
    let endpoints = Vpc::with_endpoints().but(|vpc| {
        let gateway = RouteTarget::Endpoint("vpce-s3".to_owned());
        vpc.tables[1].routes.push(route("pl-s3", gateway));
    });
    let results = told(public(""), &endpoints);
    assert_eq!(wrong(&results), Vec::<String>::new(), "{}", brief(&results));
}

#[test]
fn what_lies_beyond_the_vpc_is_unknown() {
    // T16, N10
    for target in [
        RouteTarget::TransitGateway("tgw-1".into()),
        RouteTarget::VirtualGateway("vgw-1".into()),
        RouteTarget::Peering("pcx-1".into()),
        RouteTarget::Appliance("eni-1".into()),
    ] {
        let vpc = Vpc::with_nat().but(|vpc| vpc.tables[0].routes[1].target = target.clone());
        ends(private(), &vpc, &["network-route unknown"], &[&target.to_string()]);
    }
    // Endpoints for all VPCs of a company may stand behind it.
    let central = Vpc::with_nat().but(|vpc| {
        vpc.tables[0].routes[1] = route("10.0.0.0/8", RouteTarget::TransitGateway("tgw-1".into()));
    });
    ends(private(), &central, &["network-route unknown"], &["10.0.0.0/8 leads to tgw-1"]);
}

#[test]
fn a_peer_lends_nobody_its_gateways() {
    let peered = Vpc::with_nat()
        .but(|vpc| vpc.tables[0].routes[1].target = RouteTarget::Peering("pcx-1".into()));
    let hub = task_of("nginx:1.27", "").run_as(&on_fargate("subnet-a,subnet-b", ""));
    let results = told(hub, &peered);
    let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).collect();
    assert_eq!(failed.len(), 1, "{}", brief(&results));
    let it = failed[0];
    assert!(it.message.contains("docker.io") && it.message.contains("pcx-1"), "{it:#?}");
    assert!(it.commands[0].to_string().contains("replace-route"), "{it:#?}");
    // Names of services may lead to endpoints of the peer.
    ends(private(), &peered, &["network-route unknown"], &["pcx-1"]);
}

#[test]
fn an_instance_forwards_only_with_its_source_check_off() {
    let by = |id: &'static str, checks: bool| {
        let key = json!({"region": REGION, "id": id});
        Vpc::with_nat()
            .but(|vpc| vpc.tables[0].routes[1].target = RouteTarget::Appliance(id.into()))
            .says("ec2:DescribeNetworkInterfaces", &key, &json!(checks))
    };
    for (id, command) in [
        (
            "eni-1",
            "aws ec2 modify-network-interface-attribute --network-interface-id eni-1 --no-source-dest-check --region eu-west-1",
        ),
        (
            "i-1",
            "aws ec2 modify-instance-attribute --instance-id i-1 --no-source-dest-check --region eu-west-1",
        ),
    ] {
        let vpc = by(id, true);
        ends(private(), &vpc, &["network-route fail"], &[id, "source/destination check"]);
        let failed = told(private(), &vpc).into_iter().find(|it| it.status == Fail).unwrap();
        assert_eq!(failed.commands, [command]);
        ends(private(), &by(id, false), &["network-route unknown"], &[id]);
        let refused = by(id, true).refusing("ec2:DescribeNetworkInterfaces");
        ends(private(), &refused, &["network-route unknown"], &[id]);
    }
}

#[test]
fn a_registry_by_its_address_is_where_its_address_is() {
    let of = |registry: &str| {
        task_of(&format!("{registry}/web:1"), "").run_as(&on_fargate("subnet-a,subnet-b", ""))
    };
    // In the VPC, without a route to the internet.
    ends(of("10.0.9.9:5000"), &Vpc::with_endpoints(), &[], &[]);
    ends(of("10.0.9.9:5000"), &Vpc::with_nat(), &[], &[]);
    let fails = ["network-route fail"];
    for vpc in [Vpc::with_endpoints(), Vpc::with_nat()] {
        ends(of("192.168.7.7:5000"), &vpc, &fails, &["192.168.7.7:5000"]);
        let failed = told(of("192.168.7.7:5000"), &vpc).into_iter().find(|it| it.status == Fail);
        let failed = failed.unwrap();
        assert!(failed.commands.is_empty(), "no NAT gateway leads there: {failed:#?}");
    }
    ends(of("203.0.112.9"), &Vpc::with_nat(), &[], &[]);
    ends(of("203.0.112.9"), &Vpc::with_endpoints(), &fails, &["203.0.112.9"]);
    let joined = Vpc::with_nat().but(|vpc| {
        let tgw = RouteTarget::TransitGateway("tgw-1".into());
        vpc.tables[0].routes.push(route("192.168.0.0/16", tgw));
    });
    ends(of("192.168.7.7:5000"), &joined, &["network-route unknown"], &["tgw-1"]);
    // The group has to let it out at its port.
    let shut = Vpc::with_nat().but(|vpc| {
        vpc.group("sg-app").egress =
            vec![crate::testing::vpc::rule(Some((443, 443)), crate::testing::vpc::anywhere())];
    });
    ends(of("10.0.9.9:5000"), &shut, &["network-security-group fail"], &["5000"]);
    // One on the machine itself takes no network.
    ends(of("localhost:5000"), &Vpc::with_endpoints(), &[], &[]);
}

#[test]
fn a_range_of_the_vpc_is_no_part_of_the_internet() {
    let numbered = Vpc::with_nat().but(|vpc| {
        vpc.range.ranges.push("20.10.0.0/16".parse().unwrap());
        vpc.subnets[0].ipv4 = "20.10.1.0/24".parse().ok();
        vpc.tables[0].routes[1] = route("20.10.0.0/16", RouteTarget::Local);
    });
    let there = || task().run_as(&on_fargate("subnet-a", ""));
    ends(there(), &numbered, &["network-route fail"], &["no route"]);
    // A subnet of IPv6 alone.
    let six = |routes: &'static [&'static str]| {
        Vpc::with_both_families().but(move |vpc| {
            vpc.subnets[0].ipv4 = None;
            vpc.tables[0].routes = vec![route("2001:db8:1::/56", RouteTarget::Local)];
            for to in routes {
                let target = match *to {
                    "::/0" => RouteTarget::EgressOnly("eigw-1".into()),
                    _ => RouteTarget::Nat("nat-1".into()),
                };
                vpc.tables[0].routes.push(route(to, target));
            }
            vpc.subnets[0].dns64 = true;
        })
    };
    ends(there(), &six(&[]), &["network-route fail"], &["no route"]);
    let failed = told(there(), &six(&[])).into_iter().find(|it| it.status == Fail).unwrap();
    let commands: Vec<String> = failed.commands.iter().map(ToString::to_string).collect();
    assert!(commands.iter().all(|it| !it.contains(" 0.0.0.0/0")), "{commands:#?}");
    assert!(commands.iter().any(|it| it.contains("create-egress-only-internet-gateway")));
    let whole = six(&["::/0", "64:ff9b::/96"]);
    ends(there(), &whole, &[], &[]);
    // Rules for IPv4 do nothing there, and those that are printed are for IPv6.
    let shut = whole.clone().but(|vpc| {
        vpc.group("sg-app").egress =
            vec![crate::testing::vpc::rule(None, crate::testing::vpc::anywhere())];
    });
    ends(there(), &shut, &["network-security-group fail"], &["443"]);
    let failed = told(there(), &shut).into_iter().find(|it| it.status == Fail).unwrap();
    assert!(failed.commands[0].to_string().contains("Ipv6Ranges=[{CidrIpv6=::/0}]"), "{failed:#?}");
    let closed = whole.but(|vpc| {
        let is_four = |it: &crate::network::AclEntry| it.range.to_string() != "::/0";
        vpc.acls[0].entries.retain(is_four);
    });
    ends(there(), &closed, &["network-nacl fail"], &["443"]);
    let failed = told(there(), &closed).into_iter().filter(|it| it.status == Fail);
    assert_eq!(failed.count(), 1, "one cause is told once");
}

#[test]
fn a_way_out_is_mended_with_what_leads_there() {
    let public = on_fargate("subnet-pa,subnet-pb", r#", "assignPublicIp": "ENABLED""#);
    let unrouted = Vpc::with_nat().but(|vpc| vpc.tables[1].routes.truncate(1));
    let to_gateway = "aws ec2 create-route --route-table-id rtb-public --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1 --region eu-west-1";
    // The task has a public address, and its own subnet no route to the gateway.
    let failed: Vec<_> = told(task().run_as(&public), &unrouted)
        .into_iter()
        .filter(|it| it.status == Fail)
        .collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].commands, [to_gateway]);
    // The subnet of the NAT gateway has none.
    let failed: Vec<_> =
        told(private(), &unrouted).into_iter().filter(|it| it.status == Fail).collect();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    assert_eq!(failed[0].commands, [to_gateway]);
    // Block Public Access that knows no exclusions.
    let blocked = |access: serde_json::Value| {
        Vpc::with_nat()
            .but(|vpc| {
                let mode = || Some("block-bidirectional".to_owned());
                vpc.subnets.iter_mut().for_each(|it| it.public_access = mode());
            })
            .says("ec2:DescribeVpcBlockPublicAccessOptions", &json!({"region": REGION}), &access)
    };
    let mode = "block-bidirectional";
    for (access, has_command) in [
        (json!(mode), true),
        (json!({"mode": mode, "exclusions_allowed": true}), true),
        (json!({"mode": mode, "exclusions_allowed": false}), false),
    ] {
        let failed = told(private(), &blocked(access)).into_iter().find(|it| it.status == Fail);
        let failed = failed.unwrap();
        assert_eq!(!failed.commands.is_empty(), has_command, "{failed:#?}");
    }
}

#[test]
fn of_a_shared_vpc_only_what_is_shown_is_judged() {
    // N32, T15
    let shared = |change: fn(&mut Vpc)| {
        Vpc::with_nat().but(|vpc| {
            vpc.subnets.iter_mut().for_each(|it| it.owner = "444455556666".parse().ok());
            change(vpc);
        })
    };
    let hidden = shared(|vpc| {
        vpc.tables.clear();
        vpc.acls.clear();
        vpc.internet_gateways.clear();
        vpc.nats.clear();
    });
    let results = told(private(), &hidden);
    assert!(results.iter().all(|it| it.status != Fail), "{}", brief(&results));
    for id in ["network-route", "network-nacl"] {
        assert!(
            results.iter().any(|it| it.id == id && it.status == Unknown),
            "{}",
            brief(&results)
        );
        assert!(results.iter().all(|it| it.id != id || it.status != Pass), "{}", brief(&results));
    }
}

#[test]
fn other_registries_and_regions_take_a_way_out() {
    let there = on_fargate("subnet-a,subnet-b", "");
    // N38, I24
    for (image, host) in [
        ("nginx:1", "docker.io"),
        ("public.ecr.aws/nginx/nginx:1", "public.ecr.aws"),
        ("ghcr.io/a/b:1", "ghcr.io"),
    ] {
        ends(
            task_of(image, "").run_as(&there),
            &Vpc::with_endpoints(),
            &["network-route fail"],
            &[host],
        );
        ends(task_of(image, "").run_as(&there), &Vpc::with_nat(), &[], &[]);
    }
    ends(
        task_of("registry.corp.example:5000/web:1", "").run_as(&there),
        &Vpc::with_endpoints(),
        &["network-route unknown"],
        &["registry.corp.example"],
    );
    // I27
    let abroad = "111122223333.dkr.ecr.us-east-1.amazonaws.com/web:1";
    ends(
        task_of(abroad, "").run_as(&there),
        &Vpc::with_endpoints(),
        &["network-endpoints fail"],
        &["ecr.dkr in us-east-1"],
    );
    ends(task_of(abroad, "").run_as(&there), &Vpc::with_nat(), &[], &[]);
    // I25
    let dual = "111122223333.dkr-ecr.eu-west-1.on.aws/web:1";
    ends(
        task_of(dual, "").run_as(&there),
        &Vpc::with_endpoints(),
        &["network-endpoints warn"],
        &["dkr-ecr.eu-west-1.on.aws"],
    );
    ends(task_of(dual, "").run_as(&there), &Vpc::with_nat(), &[], &[]);
}

#[test]
fn a_subnet_without_ipv4_is_not_called_healthy() {
    // N30
    let vpc = Vpc::with_both_families().but(|vpc| {
        vpc.subnets[0].ipv4 = None;
        vpc.subnets[0].dns64 = false;
    });
    let results = told(task().run_as(&on_fargate("subnet-a", "")), &vpc);
    let route = results.iter().find(|it| it.id == "network-route").unwrap();
    assert!(matches!(route.status, Unknown | Warn), "{}", brief(&results));
    assert!(results.iter().all(|it| it.status != Fail), "{}", brief(&results));
}
