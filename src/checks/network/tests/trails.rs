//! The paths that are drawn: they say what the checks say.

use serde_json::{Value, json};

use super::{on_fargate, private, task, task_of};
use crate::checks::network::trail::trails;
use crate::facts::{Table, View};
use crate::reachability::network_path::{End, Kind, NetworkPath};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, REGION, Vpc, entry};

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
fn where_nothing_is_known_the_picture_shows_it_open() {
    for (run, words) in [
        (on_fargate("${SUBNET}", ""), "${SUBNET}"),
        (r#"{"launchType": "FARGATE"}"#.to_owned(), "no subnets known"),
    ] {
        let story = task().run_as(&run);
        let found = trails(story.first(), &View::of(&Table::default()));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(matches!(&found[0].end, End::Open(why) if why.contains(words)), "{found:#?}");
    }
}
