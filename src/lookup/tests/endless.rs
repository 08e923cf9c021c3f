//! Lists that never end: each page names another one, or the same.

use std::sync::Arc;

use super::*;

const NAMES: &str = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>p#</member></PolicyNames><IsTruncated>true</IsTruncated><Marker>m#</Marker></ListRolePoliciesResult></ListRolePoliciesResponse>";
const SUBNETS: &str =
    "<DescribeSubnetsResponse><subnetSet/><nextToken>t#</nextToken></DescribeSubnetsResponse>";
const GRANTS: &str = r#"{"Grants":[],"Truncated":true,"NextMarker":"m#"}"#;
const TAGS: &str =
    r#"{"Tags":[{"TagKey":"k#","TagValue":"v"}],"Truncated":true,"NextMarker":"m#"}"#;
const TARGETS: &str = r#"{"MountTargets":[],"NextMarker":"m#"}"#;
const POLICIES: &str = r#"{"Policies":[],"NextToken":"t#"}"#;

/// What a lookup learns, and how many requests it takes.
fn learnt_of_pages(bench: &Bench, name: &str, reply: &Reply) -> (String, usize) {
    let server = Server::start();
    server.give(reply);
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    let asked = lookups("").into_iter().find(|case| case.name == name).unwrap().asked;
    let answers = asked.fetch(vec![asked.clone()], Arc::new(services));
    (told(&bench.runtime.block_on(answers)[0]), server.asked())
}

#[test]
fn ever_new_pages_end_at_the_quota_of_what_is_listed_and_prove_nothing() {
    let bench = Bench::new();
    for (name, page, most) in [
        ("ListRolePolicies", NAMES, 30),
        ("Subnets", SUBNETS, 110),
        ("ListGrants", GRANTS, 1_010),
        ("ListResourceTags", TAGS, 12),
        ("DescribeMountTargets", TARGETS, 30),
        ("ListPoliciesForTarget", POLICIES, 50),
    ] {
        let (said, asked) = learnt_of_pages(&bench, name, &Reply::Endless(page));
        assert!(said.contains("more pages than AWS allows"), "{name}: {said}");
        assert_eq!(asked, most, "{name}");
    }
}

#[test]
fn a_repeated_page_ends_at_once() {
    let bench = Bench::new();
    for (name, page) in
        [("ListGrants", GRANTS), ("ListResourceTags", TAGS), ("ListRolePolicies", NAMES)]
    {
        let (said, asked) = learnt_of_pages(&bench, name, &Reply::Ok(page.replace('#', "")));
        assert!(said.contains("repeats a token"), "{name}: {said}");
        assert_eq!(asked, 2, "{name}");
    }
}
