//! Where it is not certain which way packets go, or where to: what is proven, and what is not.

use super::{IMAGE, brief, definition, ends, on_fargate, private, task_of, told, wrong};
use crate::network::{Peer, RouteTarget};
use crate::report::CheckResult;
use crate::report::Status::{Pass, Skip};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc, anywhere, entry, interface, route, rule, within};

/// The endpoint for secrets and a NAT gateway, with custom DNS servers.
fn beside_nat(resolver: &str) -> Vpc {
    Vpc::with_nat().but(|vpc| {
        vpc.endpoints.push(interface("secretsmanager"));
        vpc.resolvers = vec![resolver.to_owned()];
    })
}

fn closed(vpc: &mut Vpc) {
    vpc.group("sg-endpoint").ingress = vec![rule(Some((443, 443)), within("192.168.0.0/16"))];
}

#[test]
fn an_endpoint_that_names_may_not_lead_to_fails_nobody_who_has_a_way_past_it() {
    let doubts = ["network-endpoint-security-group unknown", "network-dns warn"];
    for resolver in ["10.0.101.9", "8.8.8.8"] {
        let vpc = beside_nat(resolver).but(closed);
        ends(private(), &vpc, &doubts, &["there is a route past it"]);
        ends(private(), &beside_nat(resolver), &["network-dns warn"], &[]);
    }
    // By Amazon's resolver it is certain.
    let vpc = beside_nat("10.0.0.2").but(closed);
    ends(private(), &vpc, &["network-endpoint-security-group fail"], &["sg-endpoint"]);
    // Without another route, everything depends on the endpoint.
    let vpc = Vpc::with_endpoints().but(|vpc| {
        closed(vpc);
        vpc.resolvers = vec!["10.0.101.9".to_owned()];
    });
    let fails = ["network-endpoint-security-group fail", "network-dns warn"];
    ends(private(), &vpc, &fails, &["sg-endpoint"]);
}

#[test]
fn filters_pass_what_goes_to_the_endpoint_and_what_goes_past_it() {
    let only = |peers: Vec<Peer>| {
        beside_nat("10.0.101.9").but(|vpc| {
            let dns = rule(None, within("10.0.101.9/32"));
            let https = peers.into_iter().map(|it| rule(Some((443, 443)), it));
            vpc.group("sg-app").egress = [dns].into_iter().chain(https).collect();
        })
    };
    ends(private(), &only(vec![anywhere()]), &["network-dns warn"], &[]);
    let all = crate::network::Addresses::everything();
    let others = all.without(&crate::network::Addresses::of(&["10.0.0.0/16".parse().unwrap()]));
    let others = others.prefixes().into_iter().filter(|it| it.addr().is_ipv4());
    // To the public addresses alone, and not to the endpoint.
    let public = only(others.map(Peer::Range).collect());
    let doubts = ["network-security-group unknown", "network-dns warn"];
    ends(
        private(),
        &public,
        &doubts,
        &["secretsmanager", "the name might not resolve to this endpoint"],
    );
    // No route out: only the endpoint matters.
    let within_alone = Vpc::with_endpoints().but(|vpc| {
        vpc.resolvers = vec!["10.0.101.9".to_owned()];
        let s3 = rule(Some((443, 443)), Peer::PrefixList("pl-s3".to_owned()));
        vpc.group("sg-app").egress = vec![rule(None, within("10.0.0.0/16")), s3];
    });
    ends(private(), &within_alone, &["network-dns warn"], &[]);
    // The network ACL blocks the endpoint, but not the route out.
    let acl = beside_nat("10.0.101.9").but(|vpc| {
        vpc.endpoint("secretsmanager").subnets = vec!["subnet-pb".to_owned()];
        let mut deny = entry(90, true, false, Some((443, 443)));
        deny.range = "10.0.102.0/24".parse().unwrap();
        vpc.acls[0].entries.insert(0, deny);
    });
    let results = told(private(), &acl);
    assert!(
        wrong(&results).contains(&"network-nacl unknown".to_owned())
            && results.iter().all(|it| it.status.word() != "fail"),
        "{}",
        brief(&results)
    );
}

#[test]
fn of_what_is_partly_a_placeholder_the_host_and_the_region_are_known() {
    let run = on_fargate("subnet-a,subnet-b", "");
    let secret = "arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:db-AbCdEf";
    let written = format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf");
    let definitions = [
        definition().replace("web:1", "web:${TAG}"),
        definition().replace("web:1", "${REPO}:1"),
        definition().replace(ACCOUNT, "${AWS_ACCOUNT_ID}"),
        definition().replace(&written, secret),
        definition().replace("/app/level", "/${STAGE}/level"),
        definition().replace(r#""awslogs-group": "/app""#, r#""awslogs-group": "/${STAGE}""#),
        definition().replace(IMAGE, "ghcr.io/team/app:${TAG}"),
    ];
    for text in &definitions {
        ends(Story::given(text).run_as(&run), &Vpc::with_nat(), &[], &[]);
    }
    let story = |text: &str| Story::given(text).run_as(&run);
    // Which endpoints are missing is known too.
    let lacking = |service: &str| {
        let id = format!("vpce-{service}");
        Vpc::with_endpoints().but(|vpc| vpc.endpoints.retain(|it| it.id != id))
    };
    let fails = ["network-endpoints fail"];
    ends(story(&definitions[0]), &lacking("ecr.dkr"), &fails, &["ecr.dkr"]);
    ends(story(&definitions[3]), &lacking("secretsmanager"), &fails, &["secretsmanager"]);
    ends(story(&definitions[4]), &lacking("ssm"), &fails, &["ssm"]);
    // Only what depends on something unknown is unknown: a policy with a repository.
    let policy = serde_json::json!({"Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "*",
        "Resource": format!("arn:aws:ecr:{REGION}:{ACCOUNT}:repository/web")
    }]});
    let narrow = Vpc::with_endpoints().but(|vpc| vpc.endpoint("ecr.dkr").policy = Some(policy));
    let unknown = ["network-endpoint-policy unknown"];
    ends(story(&definitions[1]), &narrow, &unknown, &["${REPO}"]);
    // Of a host or a region nothing is known.
    for text in ["${REGISTRY}/web:1", "111122223333.dkr.ecr.${REGION}.amazonaws.com/web:1"] {
        let results = told(task_of(text, "").run_as(&run), &Vpc::with_nat());
        let route = results.iter().filter(|it| it.id == "network-route");
        assert!(route.clone().count() > 0 && route.clone().all(|it| it.status != Pass), "{text}");
    }
}

/// What the check says, each a pass.
fn passes(id: &str, vpc: &Vpc) -> Vec<CheckResult> {
    let mut results = told(private(), vpc);
    assert_eq!(wrong(&results), Vec::<String>::new(), "{}", brief(&results));
    results.retain(|it| it.id == id);
    results
}

#[test]
fn a_narrow_range_that_is_treated_apart_leaves_an_assumption() {
    let listed = Vpc::with_nat().but(|vpc| {
        for egress in [true, false] {
            let mut deny = entry(50, egress, false, None);
            deny.range = "45.155.205.0/24".parse().unwrap();
            vpc.acls[0].entries.insert(0, deny);
        }
    });
    let company = Vpc::with_nat().but(|vpc| {
        let tgw = RouteTarget::TransitGateway("tgw-1".to_owned());
        vpc.tables[0].routes.push(route("144.10.0.0/16", tgw));
    });
    for (id, vpc, range) in
        [("network-nacl", &listed, "45.155.205.0/24"), ("network-route", &company, "144.10.0.0/16")]
    {
        let found = passes(id, vpc);
        assert!(!found.is_empty());
        for it in found {
            assert!(it.is_assumed() && it.evidence.iter().any(|it| it.contains(range)), "{it:#?}");
        }
    }
    // What is not crossed by any packet is no assumption.
    let inner = Vpc::with_nat().but(|vpc| {
        let tgw = RouteTarget::TransitGateway("tgw-1".to_owned());
        vpc.tables[0].routes.push(route("10.9.0.0/16", tgw));
    });
    assert!(passes("network-route", &inner).iter().all(|it| it.assumes.is_empty()));
    // A wide range is no trifle, and one of S3's own is known to be S3's.
    let wide = Vpc::with_nat().but(|vpc| {
        let tgw = RouteTarget::TransitGateway("tgw-1".to_owned());
        vpc.tables[0].routes.push(route("52.0.0.0/8", tgw));
    });
    ends(private(), &wide, &["network-route unknown"], &["tgw-1"]);
    let of_s3 = Vpc::with_nat().but(|vpc| {
        let mut deny = entry(50, true, false, None);
        deny.range = "52.218.9.0/24".parse().unwrap();
        vpc.acls[0].entries.insert(0, deny);
    });
    ends(private(), &of_s3, &["network-nacl unknown"], &["52.218.9.0/24"]);
    // The route out is broken, and the narrow range does not fix it.
    let broken = company.but(|vpc| vpc.nats[0].state = "failed".to_owned());
    let results = told(private(), &broken);
    assert!(
        results.iter().all(|it| it.id != "network-route" || it.status != Pass),
        "{}",
        brief(&results)
    );
}

#[test]
fn a_second_cause_is_told_beside_a_way_that_is_broken() {
    let no_nat = |vpc: &mut Vpc| vpc.nats.clear();
    let shut = Vpc::with_nat().but(no_nat).but(|vpc| vpc.group("sg-app").egress.clear());
    ends(private(), &shut, &["network-route fail", "network-security-group fail"], &["sg-app"]);
    // Endpoints may fix it, and rules that allow only the VPC are enough for these.
    let inward = Vpc::with_nat().but(no_nat).but(|vpc| {
        vpc.group("sg-app").egress = vec![rule(Some((443, 443)), within("10.0.0.0/16"))];
    });
    let results = told(private(), &inward);
    assert_eq!(wrong(&results), ["network-route fail"], "{}", brief(&results));
    let skipped: Vec<_> = results.iter().filter(|it| it.id == "network-security-group").collect();
    assert!(
        skipped.iter().all(|it| it.status == Skip && it.message.contains("network-route")),
        "{skipped:#?}"
    );
}
