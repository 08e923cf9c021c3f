//! The error and the commands that are printed with what is wrong.

use serde_json::json;

use super::vpc::{Vpc, anywhere, rule};
use super::{private, told};
use crate::checks::tests::story::Story;
use crate::report::CheckResult;
use crate::report::Status::{Pass, Skip};

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
