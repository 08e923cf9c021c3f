//! Service Connect: the endpoint from which its proxy receives the other services.

use serde_json::{Value, json};

use super::{IMAGE, definition, ends, task, told};
use crate::testing::story::Story;
use crate::testing::vpc::{Vpc, interface};

fn service(launch: &str, subnets: &str, connect: &str) -> String {
    format!(
        r#"{{"serviceName": "web", "cluster": "prod", "launchType": "{launch}", "desiredCount": 1,
            "networkConfiguration": {{"awsvpcConfiguration": {{
                "subnets": {subnets}, "securityGroups": ["sg-app"]}}}},
            "serviceConnectConfiguration": {connect}}}"#
    )
}

fn on_fargate(connect: &str) -> Story {
    task().served_by(&service("FARGATE", r#"["subnet-a", "subnet-b"]"#, connect))
}

const ON: &str = r#"{"enabled": true, "namespace": "shop"}"#;

#[test]
fn without_a_way_out_its_proxy_wants_the_endpoint_of_the_agent() {
    let warns = ["network-endpoints warn"];
    ends(
        on_fargate(ON),
        &Vpc::with_endpoints(),
        &warns,
        &["com.amazonaws.eu-west-1.ecs-agent", "Service Connect"],
    );
    let warned = told(on_fargate(ON), &Vpc::with_endpoints());
    let warned = warned.iter().find(|it| it.status.word() == "warn").unwrap();
    assert!(warned.prevents.as_ref().is_some_and(|it| it.contains("proxy")), "{warned:?}");
    let vpc = Vpc::with_endpoints().but(|vpc| vpc.endpoints.push(interface("ecs-agent")));
    ends(on_fargate(ON), &vpc, &[], &[]);
    ends(on_fargate(ON), &Vpc::with_nat(), &[], &[]);
    for off in [r#"{"enabled": false}"#, "{}", "null"] {
        ends(on_fargate(off), &Vpc::with_endpoints(), &[], &[]);
    }
    // That nobody knows decides nothing.
    let untold = || on_fargate(r#"{"enabled": "${MESH}"}"#);
    ends(untold(), &Vpc::with_nat(), &[], &[]);
    ends(untold(), &Vpc::with_endpoints(), &warns, &["Service Connect, if it is on"]);
}

#[test]
fn on_instances_the_relay_of_the_agent_asks_for_it() {
    let own = |subnet: &str| {
        Story::given(&format!(
            r#"{{"family": "web", "networkMode": "awsvpc", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
        ))
        .served_by(&service("EC2", &format!(r#"["{subnet}"]"#), ON))
    };
    let vpc = || Vpc::with_endpoints();
    ends(own("subnet-a"), &vpc().with_instances(&["subnet-pa"]), &[], &[]);
    ends(
        own("subnet-b"),
        &vpc().with_instances(&["subnet-a"]),
        &["network-endpoints warn"],
        &["Service Connect", "subnet-a"],
    );
}

/// The task with another log driver.
fn logging(driver: &str, option: &str, value: &str) -> Story {
    let mut definition: Value = serde_json::from_str(&definition()).unwrap();
    definition["containerDefinitions"][0]["logConfiguration"] =
        json!({"logDriver": driver, "options": {option: value}});
    Story::given(&definition.to_string()).run_as(&super::on_fargate("subnet-a,subnet-b", ""))
}

#[test]
fn a_log_server_that_is_not_reached_is_a_warning() {
    let warns = ["network-route warn"];
    for (driver, option, value, host) in [
        ("splunk", "splunk-url", "https://http-inputs-acme.splunkcloud.com:443", "splunkcloud.com"),
        ("fluentd", "fluentd-address", "logs.corp.example:24224", "logs.corp.example:24224"),
        ("gelf", "gelf-address", "tcp://192.168.7.7:12201", "192.168.7.7:12201"),
    ] {
        let story = || logging(driver, option, value);
        ends(story(), &Vpc::with_endpoints(), &warns, &[host]);
        let results = told(story(), &Vpc::with_endpoints());
        let warned = results.iter().find(|it| it.status.word() == "warn").unwrap();
        let error = warned.prevents.as_deref().unwrap_or_default();
        assert!(error.contains("failed to initialize logging driver"), "{warned:#?}");
    }
    let splunk = || logging("splunk", "splunk-url", "https://http-inputs-acme.splunkcloud.com");
    ends(splunk(), &Vpc::with_nat(), &[], &[]);
    // Nothing is opened for datagrams, and nothing leaves for the machine itself.
    for (driver, option, value) in [
        ("gelf", "gelf-address", "udp://192.168.7.7:12201"),
        ("fluentd", "fluentd-address", "localhost:24224"),
        ("fluentd", "fluentd-async", "true"),
    ] {
        ends(logging(driver, option, value), &Vpc::with_endpoints(), &[], &[]);
    }
}
