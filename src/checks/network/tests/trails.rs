//! The paths that are drawn: they say what the checks say.

use serde_json::{Value, json};

use super::{brief, on_fargate, private, task, task_of, told};
use crate::checks::network::trail::trails;
use crate::facts::{Table, View};
use crate::network::RouteTarget;
use crate::reachability::network_path::{End, Kind, NetworkPath};
use crate::report::Status;
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc, entry, route};

/// The paths in this VPC to this destination.
fn paths(story: Story, vpc: &Vpc, to: &str) -> Vec<NetworkPath> {
    let mut found = story.in_account(vpc.recorded()).worked_out(trails);
    found.retain(|trail| trail.hops.last().is_some_and(|hop| hop.id == to));
    found
}

fn broken(trail: &NetworkPath) -> Vec<(Kind, &str)> {
    let hops = trail.hops.iter().filter(|hop| hop.broken);
    hops.map(|hop| (hop.kind, hop.id.as_str())).collect()
}

fn with_policy(service: &str, statement: Value) -> Vpc {
    let policy = json!({"Statement": [statement]});
    Vpc::with_endpoints().but(|vpc| vpc.endpoint(service).policy = Some(policy))
}

fn allowing(action: &str) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"})
}

#[test]
fn an_endpoint_whose_policy_refuses_the_call_is_where_the_path_ends() {
    let mut of_org = allowing("logs:*");
    of_org["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    for (statement, end) in
        [(allowing("logs:*"), ""), (allowing("logs:CreateLogStream"), "lost"), (of_org, "open")]
    {
        let found = paths(private(), &with_policy("logs", statement), "logs");
        assert_eq!(found.len(), 2, "one from each subnet: {found:#?}");
        for trail in &found {
            let at_endpoint = [(Kind::Gateway, "vpce-logs")];
            match (&trail.end, end) {
                (End::Arrives, "") => assert_eq!(broken(trail), []),
                (End::Lost(why), "lost") => {
                    assert!(why.contains("vpce-logs refuses logs:PutLogEvents"), "{why}");
                    assert_eq!(broken(trail), at_endpoint);
                }
                (End::Open(why), "open") => {
                    assert!(why.contains("PrincipalOrgID"), "{why}");
                    assert_eq!(broken(trail), at_endpoint);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn who_asks_for_layers_is_not_known_and_packets_that_do_not_arrive_are_not_refused() {
    let mut of_org = allowing("s3:GetObject");
    of_org["Condition"] = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
    for trail in paths(private(), &with_policy("s3", of_org), "s3") {
        assert!(matches!(&trail.end, End::Open(why) if why.contains("starport")), "{trail:#?}");
    }
    let closed = with_policy("logs", allowing("ec2:*"))
        .but(|vpc| vpc.acls[0].entries.insert(0, entry(90, true, false, None)))
        .but(|vpc| vpc.endpoint("logs").subnets = vec!["subnet-pb".to_owned()]);
    for trail in paths(private(), &closed, "logs") {
        assert!(matches!(&trail.end, End::Lost(why) if why.contains("entry 90")), "{trail:#?}");
        assert_eq!(broken(&trail), [(Kind::Acl, "acl-private")]);
    }
}

#[test]
fn a_secret_that_is_not_there_is_no_matter_of_the_network() {
    let secret = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf");
    let key = json!({"region": REGION, "id": secret});
    let vpc = with_policy("secretsmanager", allowing("secretsmanager:*"));
    let found = paths(
        private(),
        &vpc.lacks("secretsmanager:DescribeSecret", &key, "there is no secret"),
        "secretsmanager",
    );
    assert!(!found.is_empty() && found.iter().all(|it| it.end == End::Arrives), "{found:#?}");
}

#[test]
fn a_host_that_may_stand_anywhere_is_open_and_the_sentence_says_why() {
    let no_route = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    let story = task_of("registry.example.com/web:1", "").run_as(&on_fargate("subnet-a", ""));
    let found = paths(story, &no_route, "registry.example.com");
    assert_eq!(found.len(), 1);
    assert!(
        matches!(&found[0].end, End::Open(why) if why.contains("might be in the VPC")),
        "{found:#?}"
    );
}

#[test]
fn without_subnets_there_is_one_hop_that_says_what_to_pass() {
    for (run, words) in [
        (on_fargate("${SUBNET}", ""), "${SUBNET}"),
        (r#"{"launchType": "FARGATE"}"#.to_owned(), "no subnets known"),
    ] {
        let story = task().run_as(&run);
        let found = trails(story.first(), &View::of(&Table::default()));
        let hops: Vec<_> = found.iter().flat_map(|path| &path.hops).map(|hop| &*hop.id).collect();
        assert_eq!(hops, ["subnets unknown: pass --subnets"], "{found:#?}");
        assert!(matches!(&found[0].end, End::Open(why) if why.contains(words)), "{found:#?}");
    }
}

#[test]
fn the_network_acl_that_blocks_is_the_one_that_is_marked() {
    let closed = |acl: usize| {
        Vpc::with_nat().but(|vpc| {
            vpc.acls[acl].entries.insert(0, entry(90, true, false, Some((443, 443))));
        })
    };
    for (acl, marked) in [(0, (Kind::Acl, "acl-private")), (1, (Kind::FarAcl, "acl-public"))] {
        for trail in paths(private(), &closed(acl), "ecr.api") {
            assert!(matches!(trail.end, End::Lost(_)), "{trail:#?}");
            assert_eq!(broken(&trail), [marked]);
            // What lies behind it is drawn all the same.
            assert!(trail.hops.iter().any(|hop| hop.id == "nat-1"), "{trail:#?}");
        }
    }
}

#[test]
fn what_routes_lead_through_is_drawn_up_to_where_it_ends() {
    let nat = |change: fn(&mut Vpc)| Vpc::with_nat().but(change);
    let tgw = || RouteTarget::TransitGateway("tgw-1".to_owned());
    for (vpc, gateways, marked) in [
        (nat(|vpc| vpc.internet_gateways.clear()), ["nat-1", "igw-1"].as_slice(), "igw-1"),
        (nat(|vpc| vpc.nats[0].state = "failed".to_owned()), &["nat-1"], "nat-1"),
        (
            nat(|vpc| {
                let mode = || Some("block-bidirectional".to_owned());
                vpc.subnets.iter_mut().for_each(|it| it.public_access = mode());
            }),
            &["nat-1", "igw-1"],
            "igw-1",
        ),
        (Vpc::with_nat().but(|vpc| vpc.tables[0].routes[1].target = tgw()), &["tgw-1"], "tgw-1"),
        // No default route, but one to a network where endpoints may be.
        (
            Vpc::with_nat().but(|vpc| vpc.tables[0].routes[1] = route("10.0.0.0/8", tgw())),
            &["tgw-1"],
            "tgw-1",
        ),
    ] {
        for trail in paths(private(), &vpc, "ecr.api") {
            let drawn =
                trail.hops.iter().filter(|it| matches!(it.kind, Kind::Gateway | Kind::Internet));
            let drawn: Vec<&str> = drawn.map(|hop| hop.id.as_str()).collect();
            assert_eq!(drawn, gateways, "{trail:#?}");
            assert_eq!(
                broken(&trail).iter().map(|it| it.1).collect::<Vec<_>>(),
                [marked],
                "{trail:#?}"
            );
        }
    }
}

/// One subnet, so that the sentences of the checks name no other.
fn from_one() -> Story {
    task().run_as(&on_fargate("subnet-a", ""))
}

#[test]
fn the_picture_and_the_verdict_name_the_same_cause() {
    let nat = |change: fn(&mut Vpc)| Vpc::with_nat().but(change);
    let endpoints = |change: fn(&mut Vpc)| Vpc::with_endpoints().but(change);
    for vpc in [
        nat(|vpc| vpc.tables[0].routes.truncate(1)),
        nat(|vpc| vpc.nats.clear()),
        nat(|vpc| vpc.group("sg-app").egress.clear()),
        nat(|vpc| vpc.dns = (false, false)),
        nat(|vpc| vpc.resolvers = vec!["192.168.5.5".to_owned()]),
        nat(|vpc| vpc.acls[1].entries.insert(0, entry(90, true, false, Some((443, 443))))),
        nat(|vpc| vpc.tables[0].routes[1].target = RouteTarget::VirtualGateway("vgw-1".into())),
        endpoints(|vpc| vpc.endpoints.retain(|it| it.id != "vpce-logs")),
        endpoints(|vpc| vpc.endpoint("logs").private_dns = false),
        endpoints(|vpc| vpc.endpoint("logs").state = "failed".to_owned()),
        endpoints(|vpc| vpc.group("sg-endpoint").ingress.clear()),
        with_policy("logs", allowing("logs:CreateLogStream")),
    ] {
        let results = told(from_one(), &vpc);
        let says = |status: Status, why: &str| {
            results.iter().any(|it| it.status == status && it.message.contains(why))
        };
        let all = from_one().in_account(vpc.recorded()).worked_out(trails);
        assert!(all.iter().any(|it| it.end != End::Arrives), "{}", brief(&results));
        for trail in all {
            match &trail.end {
                End::Arrives => {}
                End::Lost(why) => assert!(says(Status::Fail, why), "{why}: {}", brief(&results)),
                End::Open(why) => {
                    let is_told = says(Status::Unknown, why) || says(Status::Warn, why);
                    assert!(is_told, "{why}: {}", brief(&results));
                }
            }
        }
    }
}
