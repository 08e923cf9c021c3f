//! Stories: this task, in this VPC, is told this. One for each fault that the group answers for.

mod refused;
mod vpc;

use serde_json::json;

use super::GROUP;
use crate::checks::tests::story::Story;
use crate::network::{Peer, PrefixList, RouteTarget, Traffic};
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use vpc::{ACCOUNT, NEEDED, REGION, Vpc, anywhere, entry, interface, route, rule, subnet, within};

const IMAGE: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1";

/// A task on Fargate with an image of ECR, a secret, a parameter and logs.
fn task() -> Story {
    task_of(IMAGE, "")
}

fn task_of(image: &str, more: &str) -> Story {
    Story::given(&format!(
        r#"{{
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512", "executionRoleArn": "arn:aws:iam::{ACCOUNT}:role/pull",
        "containerDefinitions": [{{
            "name": "app", "image": "{image}",
            "secrets": [
                {{"name": "A", "valueFrom": "arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"}},
                {{"name": "B", "valueFrom": "/app/level"}}
            ],
            "logConfiguration": {{"logDriver": "awslogs", "options": {{
                "awslogs-group": "/app", "awslogs-region": "{REGION}", "awslogs-stream-prefix": "app"}}}}
        }}] {more} }}"#
    ))
}

/// In these subnets, on Fargate.
fn on_fargate(subnets: &str, more: &str) -> String {
    let subnets = json!(subnets.split(',').collect::<Vec<_>>());
    format!(
        r#"{{"launchType": "FARGATE", "count": 1, "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": {subnets}, "securityGroups": ["sg-app"] {more} }}}}}}"#
    )
}

fn private() -> Story {
    task().run_as(&on_fargate("subnet-a,subnet-b", ""))
}

/// What the group says of it in this VPC.
fn told(story: Story, vpc: &Vpc) -> Vec<CheckResult> {
    story.in_account(vpc.recorded()).judged(|group, _| group.name == GROUP.name)
}

/// What is neither a pass nor a skip: `network-route fail`, each once, in the order of the catalogue.
fn wrong(results: &[CheckResult]) -> Vec<String> {
    let mut said: Vec<String> = results
        .iter()
        .filter(|it| !matches!(it.status, Pass | Skip))
        .map(|it| format!("{} {}", it.id, it.status.word()))
        .collect();
    said.dedup();
    said
}

/// The same with its sentences.
fn brief(results: &[CheckResult]) -> String {
    let wrong = results.iter().filter(|it| !matches!(it.status, Pass | Skip));
    let lines = wrong.map(|it| format!("\n{} {}: {}", it.id, it.status.word(), it.message));
    lines.collect()
}

/// Asserts that exactly this is wrong, and that some sentence of it has these words.
#[track_caller]
fn ends(story: Story, vpc: &Vpc, expected: &[&str], words: &[&str]) {
    let results = told(story, vpc);
    assert_eq!(wrong(&results), expected, "{}", brief(&results));
    for word in words {
        let has =
            |it: &&CheckResult| !matches!(it.status, Pass | Skip) && it.message.contains(word);
        assert!(results.iter().any(|it| has(&it)), "{word:?} is in none of {}", brief(&results));
    }
}

#[test]
fn given_a_healthy_vpc_then_nothing_is_wrong_and_most_is_proven() {
    let public = on_fargate("subnet-pa,subnet-pb", r#", "assignPublicIp": "ENABLED""#);
    for (name, story, vpc) in [
        ("nat", private(), Vpc::with_nat()),
        ("public", task().run_as(&public), Vpc::with_nat()),
        ("endpoints", private(), Vpc::with_endpoints()),
        ("both families", private(), Vpc::with_both_families()),
        // N11: useless, but it does no harm.
        (
            "public address behind NAT",
            task().run_as(&on_fargate("subnet-a", r#", "assignPublicIp": "ENABLED""#)),
            Vpc::with_nat(),
        ),
    ] {
        let results = told(story, &vpc);
        assert_eq!(wrong(&results), Vec::<String>::new(), "{name}: {}", brief(&results));
        let passed = |id: &str| results.iter().any(|it| it.id == id && it.status == Pass);
        for id in ["network-configuration", "network-addresses", "network-route"] {
            assert!(passed(id), "{name}: {id} of {}", brief(&results));
        }
        for id in ["network-security-group", "network-nacl", "network-dns", "network-zone"] {
            assert!(passed(id), "{name}: {id} of {}", brief(&results));
        }
        let by_endpoints = name == "endpoints";
        for id in
            ["network-endpoints", "network-endpoint-security-group", "network-endpoint-policy"]
        {
            assert_eq!(passed(id), by_endpoints, "{name}: {id} of {}", brief(&results));
        }
    }
}

#[test]
fn what_is_not_told_is_skipped_and_the_flag_is_named() {
    let results = told(task(), &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    assert!(results.iter().all(|it| it.message.contains("--subnets")), "{}", brief(&results));
    let on_instances = Story::task(r#""networkMode": "bridge""#);
    let results = told(on_instances, &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    assert!(
        results.iter().skip(1).all(|it| it.message.contains("--cluster")),
        "{}",
        brief(&results)
    );
}

#[test]
fn a_network_configuration_is_given_exactly_where_it_is_needed() {
    // N01
    let service = r#"{"serviceName": "web", "launchType": "FARGATE", "desiredCount": 1}"#;
    ends(
        task().served_by(service),
        &Vpc::with_nat(),
        &["network-configuration fail"],
        &["names no subnets"],
    );
    // To update a service is to keep its subnets, and an external controller brings them.
    for kept in [
        r#"{"service": "web", "desiredCount": 1}"#,
        r#"{"serviceName": "web", "deploymentController": {"type": "EXTERNAL"}}"#,
    ] {
        ends(task().served_by(kept), &Vpc::with_nat(), &[], &[]);
    }
    // N02
    let bridge = Story::task(r#""networkMode": "bridge""#);
    let run = r#"{"launchType": "EC2", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"]}}}"#;
    ends(
        bridge.run_as(run),
        &Vpc::with_nat(),
        &["network-configuration fail"],
        &["networkMode is bridge"],
    );
}

#[test]
fn what_is_missing_fails_once_where_it_is_written() {
    // N04
    let key = json!({"region": REGION, "id": "subnet-x"});
    let gone = Vpc::with_nat().lacks("ec2:DescribeSubnets", &key, "there is no subnet subnet-x");
    let results = told(task().run_as(&on_fargate("subnet-x", "")), &gone);
    assert_eq!(wrong(&results), ["network-configuration fail"], "{}", brief(&results));
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    assert!(failed.subject.ends_with("/subnets/0"), "{failed:?}");
    // N05
    let key = json!({"region": REGION, "id": "sg-app"});
    let gone = Vpc::with_nat().but(|vpc| vpc.groups.retain(|it| it.id != "sg-app")).lacks(
        "ec2:DescribeSecurityGroups",
        &key,
        "there is no security group sg-app",
    );
    let results = told(private(), &gone);
    assert_eq!(wrong(&results), ["network-configuration fail"], "{}", brief(&results));
}

#[test]
fn everything_is_in_one_vpc_and_within_the_limits() {
    // N06
    let other = || {
        Vpc::with_nat().but(|vpc| {
            let mut other = subnet("subnet-z", "10.0.9.0/24", "a");
            other.vpc = "vpc-2".to_owned();
            vpc.subnets.push(other);
        })
    };
    let results = told(task().run_as(&on_fargate("subnet-a,subnet-z", "")), &other());
    assert!(
        wrong(&results).contains(&"network-configuration fail".to_owned()),
        "{}",
        brief(&results)
    );
    let foreign = Vpc::with_nat().but(|vpc| vpc.group("sg-app").vpc = "vpc-2".to_owned());
    let results = told(private(), &foreign);
    assert!(
        wrong(&results).contains(&"network-configuration fail".to_owned()),
        "{}",
        brief(&results)
    );
    // N07
    let many = ["subnet-a"; 17].join(",");
    let results = told(task().run_as(&on_fargate(&many, "")), &Vpc::with_nat());
    assert!(
        results.iter().any(|it| it.status == Fail && it.message.contains("17 subnets")),
        "{}",
        brief(&results)
    );
}

#[test]
fn addresses_run_out_in_all_subnets_or_in_one() {
    // N08
    let full = |ids: &[&str], left: i64| {
        Vpc::with_nat().but(|vpc| {
            let chosen = vpc.subnets.iter_mut().filter(|it| ids.contains(&it.id.as_str()));
            chosen.for_each(|it| it.free_addresses = left);
        })
    };
    let both = ["subnet-a", "subnet-b"];
    ends(private(), &full(&both, 0), &["network-addresses fail"], &["no free address"]);
    ends(private(), &full(&["subnet-a"], 0), &["network-addresses warn"], &["only in the other"]);
    let service = r#"{"serviceName": "web", "launchType": "FARGATE", "desiredCount": 12, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a", "subnet-b"], "securityGroups": ["sg-app"]}}}"#;
    ends(
        task().served_by(service),
        &full(&both, 3),
        &["network-addresses warn"],
        &["12 tasks at 200 %"],
    );
}

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
    ends(public(""), &Vpc::with_nat(), &fails, &["igw-1", "public address"]);
    ends(public(r#", "assignPublicIp": "DISABLED""#), &Vpc::with_nat(), &fails, &["igw-1"]);
    // T01: a rolling service may have one.
    let service = r#"{"serviceName": "web", "cluster": "prod", "launchType": "FARGATE", "desiredCount": 1, "deploymentController": {"type": "ECS"}, "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-pa"], "securityGroups": ["sg-app"], "assignPublicIp": "ENABLED"}}}"#;
    ends(task().served_by(service), &Vpc::with_nat(), &[], &[]);
    let closed = service.replace("ENABLED", "DISABLED");
    let results = told(task().served_by(&closed), &Vpc::with_nat());
    let failed = results.iter().find(|it| it.status == Fail).unwrap();
    // N33
    assert!(failed.commands[0].contains("aws ecs update-service --cluster prod --service web"));
    assert!(failed.commands[0].contains("assignPublicIp=ENABLED"));
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
    // A list of one's own that holds what is needed.
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
fn without_a_way_out_every_endpoint_is_there() {
    // N16, X22, L05, X27
    let fails = ["network-endpoints fail"];
    for service in NEEDED {
        let id = format!("vpce-{service}");
        let vpc = Vpc::with_endpoints().but(|vpc| vpc.endpoints.retain(|it| it.id != id));
        ends(private(), &vpc, &fails, &[service]);
        // Beside a way out none is needed.
        let vpc = Vpc::with_nat().but(|vpc| {
            vpc.endpoints =
                NEEDED.iter().filter(|it| **it != service).map(|it| interface(it)).collect();
        });
        ends(private(), &vpc, &[], &[]);
    }
    let no_s3 = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints.retain(|it| it.id != "vpce-s3");
        vpc.tables[0].routes.truncate(1);
    });
    ends(private(), &no_s3, &fails, &["s3"]);
    // N17
    let apart = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoint("s3").route_tables.clear();
        vpc.tables[0].routes.truncate(1);
    });
    ends(private(), &apart, &fails, &["vpce-s3", "rtb-private"]);
    // N21
    let no_names = Vpc::with_endpoints().but(|vpc| vpc.endpoint("ecr.dkr").private_dns = false);
    ends(private(), &no_names, &fails, &["private DNS"]);
    let beside = Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("logs"));
        vpc.endpoint("logs").private_dns = false;
    });
    ends(private(), &beside, &["network-endpoints warn"], &["private DNS"]);
    // N25
    let failed = Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").state = "failed".to_owned());
    ends(private(), &failed, &fails, &["vpce-logs is failed"]);
    let pending =
        Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").state = "pending".to_owned());
    ends(private(), &pending, &["network-endpoints warn"], &["vpce-logs is pending"]);
    // N26, T12
    let other_zone =
        Vpc::with_endpoints().but(|vpc| vpc.endpoint("logs").subnets = vec!["subnet-b".to_owned()]);
    ends(private(), &other_zone, &["network-endpoints warn"], &["cross zones", "eu-west-1a"]);
}

#[test]
fn what_the_task_does_not_use_is_not_asked_for() {
    // N37: no KMS; and no endpoint for what the definition does not name.
    let bare = Story::given(&format!(
        r#"{{"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{{"name": "app", "image": "{IMAGE}"}}]}}"#
    ));
    let vpc = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints.retain(|it| it.id.contains("ecr") || it.id.contains("s3"));
    });
    ends(bare.run_as(&on_fargate("subnet-a,subnet-b", "")), &vpc, &[], &[]);
    // T18: version 1.3.0 fetches token and secrets by an interface of Fargate's own.
    let old = on_fargate("subnet-a,subnet-b", "")
        .replace(r#""count": 1"#, r#""count": 1, "platformVersion": "1.3.0""#);
    let vpc = Vpc::with_endpoints().but(|vpc| {
        vpc.endpoints
            .retain(|it| !["vpce-ecr.api", "vpce-secretsmanager", "vpce-ssm"].contains(&&*it.id));
    });
    ends(task().run_as(&old), &vpc, &[], &[]);
    // N34
    let exec = on_fargate("subnet-a,subnet-b", "")
        .replace(r#""count": 1"#, r#""count": 1, "enableExecuteCommand": true"#);
    ends(
        task().run_as(&exec),
        &Vpc::with_endpoints(),
        &["network-endpoints warn"],
        &["ssmmessages"],
    );
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
fn an_endpoint_admits_the_task_also_where_it_shadows_a_way_out() {
    let fails = ["network-endpoint-security-group fail"];
    let elsewhere = || vec![rule(Some((443, 443)), within("192.168.0.0/16"))];
    // N18
    let closed = Vpc::with_endpoints().but(|vpc| vpc.group("sg-endpoint").ingress = elsewhere());
    ends(private(), &closed, &fails, &["443", "sg-endpoint"]);
    for admits in [within("10.0.0.0/16"), within("10.0.0.0/21"), anywhere()] {
        let vpc = Vpc::with_endpoints()
            .but(|vpc| vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), admits)]);
        ends(private(), &vpc, &[], &[]);
    }
    // N24, T11
    let shadow = Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("secretsmanager"));
        vpc.group("sg-endpoint").ingress = elsewhere();
    });
    ends(private(), &shadow, &fails, &["secretsmanager"]);
    // One subnet of two.
    let half = Vpc::with_endpoints().but(|vpc| {
        vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), within("10.0.1.0/24"))];
    });
    ends(private(), &half, &fails, &["subnet-b"]);
}

#[test]
fn the_policy_of_an_endpoint_allows_what_goes_through_it() {
    let fails = ["network-endpoint-policy fail"];
    let with = |service: &str, statement: serde_json::Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        Vpc::with_endpoints().but(|vpc| vpc.endpoint(service).policy = Some(policy)).says(
            "secretsmanager:DescribeSecret",
            &json!({"region": REGION, "id": format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf")}),
            &json!({
                "arn": format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"),
                "kms_key": null, "deleted": null, "stages": ["AWSCURRENT"], "versions": {},
            }),
        )
    };
    let allow = |action: &str, resource: &str, principal: serde_json::Value| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource});
    let anybody = || json!("*");
    // N20
    let layers = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*";
    ends(
        private(),
        &with("s3", allow("s3:GetObject", "arn:aws:s3:::mine/*", anybody())),
        &fails,
        &["starport"],
    );
    ends(private(), &with("s3", allow("s3:GetObject", layers, anybody())), &[], &[]);
    let mut of_org = allow("s3:GetObject", layers, anybody());
    of_org["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    ends(private(), &with("s3", of_org), &["network-endpoint-policy warn"], &["starport"]);
    let own = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/pull")});
    ends(
        private(),
        &with("s3", allow("s3:GetObject", layers, own.clone())),
        &["network-endpoint-policy warn"],
        &["starport"],
    );
    // N19
    ends(
        private(),
        &with("logs", allow("logs:CreateLogStream", "*", anybody())),
        &fails,
        &["logs:PutLogEvents"],
    );
    ends(private(), &with("logs", allow("logs:*", "*", own)), &[], &[]);
    let another = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:role/other")});
    ends(private(), &with("ecr.dkr", allow("ecr:*", "*", another)), &fails, &["ecr:BatchGetImage"]);
    ends(
        private(),
        &with(
            "secretsmanager",
            allow("secretsmanager:*", "arn:aws:secretsmanager:*:*:secret:other-*", anybody()),
        ),
        &fails,
        &["secretsmanager:GetSecretValue"],
    );
    // The VPC is known here, and the organization is not.
    let mut by_vpc = allow("ssm:*", "*", anybody());
    by_vpc["Condition"] = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}});
    ends(private(), &with("ssm", by_vpc.clone()), &[], &[]);
    by_vpc["Condition"] = json!({"StringEquals": {"aws:SourceVpc": "vpc-2"}});
    ends(private(), &with("ssm", by_vpc.clone()), &fails, &["ssm:GetParameters"]);
    by_vpc["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    ends(
        private(),
        &with("ssm", by_vpc),
        &["network-endpoint-policy unknown"],
        &["PrincipalOrgID"],
    );
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
    let udp = own(|vpc| {
        let traffic = Traffic { protocol: Some(17), ports: Some((53, 53)) };
        let dns = crate::network::Rule { traffic, peers: vec![anywhere()] };
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), anywhere()), dns];
    });
    ends(private(), &udp, &["network-dns warn"], &["TCP 53"]);
}

#[test]
fn fargate_is_not_in_every_zone_for_every_platform() {
    // N27
    let zone =
        |id: &'static str| Vpc::with_nat().but(|vpc| vpc.subnets[0].zone_id = Some(id.to_owned()));
    let there = on_fargate("subnet-a", "");
    let warns = ["network-zone warn"];
    ends(task().run_as(&there), &zone("usw1-az2"), &warns, &["usw1-az2"]);
    ends(task().run_as(&there), &zone("use1-az3"), &[], &[]);
    let arm = r#", "runtimePlatform": {"cpuArchitecture": "ARM64"}"#;
    ends(task_of(IMAGE, arm).run_as(&there), &zone("use1-az3"), &warns, &["ARM64"]);
    ends(task_of(IMAGE, arm).run_as(&there), &zone("use1-az1"), &[], &[]);
}

#[test]
fn on_instances_the_agent_calls_by_their_interfaces() {
    // T17
    let bridge = || {
        Story::given(&format!(
            r#"{{"family": "web", "networkMode": "bridge", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
        ))
    };
    let run = r#"{"launchType": "EC2", "cluster": "prod", "count": 1}"#;
    let vpc = || Vpc::with_nat();
    ends(bridge().run_as(run), &vpc().with_instances(&["subnet-a", "subnet-pa"]), &[], &[]);
    let closed = || vpc().but(|vpc| vpc.tables[0].routes.truncate(1));
    ends(
        bridge().run_as(run),
        &closed().with_instances(&["subnet-a", "subnet-b"]),
        &["network-route fail"],
        &["rtb-private"],
    );
    // It may start on the others.
    ends(
        bridge().run_as(run),
        &closed().with_instances(&["subnet-a", "subnet-pa"]),
        &["network-route warn"],
        &["subnet-a"],
    );
    // None yet is no fault of the network.
    let results = told(bridge().run_as(run), &vpc().with_instances(&[]));
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    // Without cluster nobody knows, and that is not called a failure.
    let results = told(bridge().run_as(r#"{"launchType": "EC2", "count": 1}"#), &closed());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
}

#[test]
fn an_interface_of_ones_own_on_ec2_carries_the_containers_calls_alone() {
    let run = |subnet: &str| {
        format!(
            r#"{{"launchType": "EC2", "cluster": "prod", "count": 1, "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": ["{subnet}"], "securityGroups": ["sg-app"]}}}}}}"#
        )
    };
    let own = || {
        Story::given(&format!(
            r#"{{"family": "web", "networkMode": "awsvpc", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
        ))
    };
    // The task's subnet has no way out, and the instance, which pulls, has one.
    let vpc = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    let vpc = vpc.with_instances(&["subnet-pa"]);
    ends(own().run_as(&run("subnet-a")), &vpc, &[], &[]);
    // N28
    let vpc = Vpc::with_nat().with_instances(&["subnet-a"]);
    ends(own().run_as(&run("subnet-pa")), &vpc, &["network-route warn"], &["public address"]);
    ends(own().run_as(&run("subnet-b")), &vpc, &[], &[]);
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

#[test]
fn a_placeholder_leaves_open_what_hangs_on_it() {
    let run = on_fargate("${SUBNET}", "");
    let results = told(task().run_as(&run), &Vpc::with_nat());
    assert!(results.iter().all(|it| it.status != Pass && it.status != Fail), "{}", brief(&results));
    assert!(results.iter().any(|it| it.status == Unknown), "{}", brief(&results));
    let image = task_of("${IMAGE}", "").run_as(&on_fargate("subnet-a,subnet-b", ""));
    let results = told(image, &Vpc::with_nat());
    let route: Vec<_> = results.iter().filter(|it| it.id == "network-route").collect();
    assert!(route.iter().any(|it| it.message.contains("${IMAGE}")), "{route:?}");
}
