//! The ways out.

use super::{brief, ends, on_fargate, private, task, task_of, told, wrong};
use crate::network::RouteTarget;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::vpc::{Vpc, route};

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
