//! Services of ECS: lists, and several in one request.

use super::*;
use crate::lookup::ecs::services::ListServices;

pub(super) fn lookups() -> Vec<Case> {
    let region = || "eu-central-1".parse::<crate::names::Region>().unwrap();
    let arns =
        json!({"serviceArns": ["arn:aws:ecs:eu-central-1:111122223333:service/default/web"]});
    vec![case(
        ListServices { region: region(), cluster: None },
        Some(Reply::Ok(arns.to_string())),
        vec![],
    )]
}

#[test]
fn a_service_of_another_cluster_is_no_part_of_the_list() {
    let bench = Bench::new();
    let listed = |arn: &str| {
        learnt(&bench, "ListServices", &Reply::Ok(json!({"serviceArns": [arn]}).to_string()))
    };
    for (arn, expected) in [
        ("arn:aws:ecs:eu-central-1:111122223333:service/default/web", "found"),
        ("arn:aws:ecs:eu-central-1:111122223333:service/web", "found"),
        ("arn:aws:ecs:eu-central-1:111122223333:service/blue/web", "services of another cluster"),
        ("web", "services of another cluster"),
    ] {
        assert!(listed(arn).contains(expected), "{arn}: {}", listed(arn));
    }
    let missing = Reply::Error(400, "ClusterNotFoundException", "Cluster not found.");
    let said = learnt(&bench, "ListServices", &missing);
    assert_eq!(said, "absent: there is no cluster default in eu-central-1");
}

/// What a request for these services says of each, if it is answered like this.
fn described(bench: &Bench, names: &[&str], reply: &Reply) -> (Vec<String>, usize) {
    let server = Server::start();
    server.give(reply);
    let services = Services::through(&bench.http, &format!("http://{}", server.host));
    let one = |name: &&str| DescribeService {
        region: "eu-central-1".parse().unwrap(),
        cluster: Some("blue".to_owned()),
        service: (*name).to_owned(),
    };
    let asked: Vec<DescribeService> = names.iter().map(one).collect();
    let answers = bench.runtime.block_on(DescribeService::fetch_all(&asked, &services));
    let said = |answer: &crate::lookup::Answer<crate::lookup::ecs::Described>| match answer {
        Ok(Seen::Found(it)) => format!("found {}", it.json["serviceName"].as_str().unwrap()),
        Ok(Seen::Absent(absence)) => absence.sentence.clone(),
        Err(gap) => gap.to_string(),
    };
    (answers.iter().map(said).collect(), server.asked())
}

fn service(name: &str) -> serde_json::Value {
    json!({"serviceName": name, "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/blue"})
}

#[test]
fn each_of_several_services_has_the_answer_about_itself() {
    let bench = Bench::new();
    let failed = "arn:aws:ecs:eu-central-1:111122223333:service/blue/cron";
    let answer = json!({
        "services": [service("worker"), service("web")],
        "failures": [{"arn": failed, "reason": "MISSING"}],
    });
    let (said, asked) =
        described(&bench, &["web", "cron", "worker", "api"], &Reply::Ok(answer.to_string()));
    assert_eq!(
        said[..3],
        ["found web", "there is no service cron in cluster blue in eu-central-1", "found worker",]
    );
    assert!(said[3].contains("the answer lacks the service"), "{}", said[3]);
    assert_eq!(asked, 1);
    // One service that was not asked for spoils the answer.
    let answer = json!({"services": [service("web"), service("other")], "failures": []});
    let (said, _) = described(&bench, &["web", "worker"], &Reply::Ok(answer.to_string()));
    assert!(said.iter().all(|it| it.contains("the answer is about other")), "{said:?}");
}

#[test]
fn a_refused_request_is_halved_until_each_service_is_alone() {
    let refused = Reply::Error(400, "AccessDeniedException", "no");
    let (said, asked) = described(&Bench::new(), &["a", "b", "c", "d"], &refused);
    assert_eq!(said.len(), 4);
    assert!(said.iter().all(|it| it.contains("ecs:DescribeServices")), "{said:?}");
    assert_eq!(asked, 1 + 2 + 4);
}
