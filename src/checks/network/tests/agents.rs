//! N35: what the agents of container instances need to be connected.

use super::{IMAGE, ends, told, wrong};
use crate::testing::story::Story;
use crate::testing::vpc::{Vpc, interface, rule, within};

const OF_AGENT: [&str; 3] = ["ecs", "ecs-agent", "ecs-telemetry"];

fn on_instances(mode: &str) -> Story {
    let definition = format!(
        r#"{{"family": "web", "networkMode": "{mode}", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
    );
    let network = match mode {
        "awsvpc" => {
            r#", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-b"], "securityGroups": ["sg-app"]}}"#
        }
        _ => "",
    };
    let run = format!(r#"{{"launchType": "EC2", "cluster": "prod", "count": 1 {network}}}"#);
    Story::given(&definition).run_as(&run)
}

/// Endpoints for all that the task needs, and these for the agent.
fn with(services: &[&str]) -> Vpc {
    Vpc::with_endpoints().but(|vpc| vpc.endpoints.extend(services.iter().map(|it| interface(it))))
}

const LOST: (&str, &str, bool) = ("subnet-a", "ACTIVE", false);

#[test]
fn an_agent_that_is_connected_has_found_its_way() {
    for mode in ["bridge", "host", "awsvpc"] {
        let vpc = with(&[]).with_instances(&["subnet-a", "subnet-b"]);
        ends(on_instances(mode), &vpc, &[], &[]);
        let results = told(on_instances(mode), &vpc);
        let says = |it: &&crate::report::CheckResult| it.message.contains("ecs-agent");
        let said: Vec<_> = results.iter().filter(says).map(|it| (it.id, it.status)).collect();
        assert_eq!(said, [("network-route", crate::report::Status::Pass)]);
    }
    // It proves the route of another one with an equal interface.
    let vpc = with(&[]).with_agents(&[LOST, ("subnet-a", "ACTIVE", true)]);
    ends(on_instances("bridge"), &vpc, &[], &[]);
}

#[test]
fn an_agent_that_is_not_needs_its_endpoints_where_there_is_no_way_out() {
    let lost = |services: &[&str]| with(services).with_agents(&[LOST]);
    let both = ["network-endpoints fail", "network-endpoints warn"];
    for mode in ["bridge", "awsvpc"] {
        ends(on_instances(mode), &lost(&[]), &both, &["ecs-agent", "ecs-telemetry", "agents"]);
        ends(on_instances(mode), &lost(&OF_AGENT), &[], &[]);
    }
    for service in ["ecs", "ecs-agent"] {
        let others: Vec<_> = OF_AGENT.into_iter().filter(|it| *it != service).collect();
        let words = format!("com.amazonaws.eu-west-1.{service}");
        let vpc = lost(&others);
        ends(on_instances("bridge"), &vpc, &["network-endpoints fail"], &[&words]);
        let results = told(on_instances("bridge"), &vpc);
        let missing = results.iter().find(|it| it.status.word() == "fail").unwrap();
        assert!(missing.prevents.as_ref().is_some_and(|it| it.contains("AGENT")), "{missing:?}");
        assert!(
            missing.commands[0].to_string().contains(&format!("{words} ")),
            "{:?}",
            missing.commands
        );
    }
    // Without telemetry it is connected all the same.
    ends(
        on_instances("bridge"),
        &lost(&["ecs", "ecs-agent"]),
        &["network-endpoints warn"],
        &["ecs-telemetry"],
    );
    // Nothing is asked of one behind a NAT gateway, and of one that takes no task.
    ends(on_instances("bridge"), &Vpc::with_nat().with_agents(&[LOST]), &[], &[]);
    let draining =
        with(&[]).with_agents(&[("subnet-b", "ACTIVE", true), ("subnet-a", "DRAINING", false)]);
    ends(on_instances("bridge"), &draining, &[], &[]);
}

#[test]
fn its_way_is_judged_like_any_other() {
    let closed = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1)).with_agents(&[LOST]);
    ends(
        on_instances("bridge"),
        &closed,
        &["network-route fail"],
        &["ecs-agent", "ecs-telemetry", "rtb-private"],
    );
    let shut = with(&OF_AGENT)
        .but(|vpc| {
            vpc.endpoint("ecs-agent").groups = vec!["sg-shut".to_owned()];
            let ingress = vec![rule(Some((443, 443)), within("192.168.0.0/16"))];
            vpc.groups.push(crate::testing::vpc::group("sg-shut", ingress, Vec::new()));
        })
        .with_agents(&[LOST]);
    let fails = ["network-endpoint-security-group fail"];
    ends(on_instances("bridge"), &shut, &fails, &["ecs-agent", "sg-shut"]);
    let out = Vpc::with_nat()
        .but(|vpc| vpc.group("sg-app").egress = vec![rule(Some((443, 443)), within("10.0.0.0/16"))])
        .with_agents(&[LOST]);
    let results = told(on_instances("bridge"), &out);
    assert_eq!(wrong(&results)[0], "network-security-group fail");
    assert!(
        results.iter().any(|it| it.status.word() == "fail" && it.message.contains("ecs-agent"))
    );
}

#[test]
fn an_agent_that_is_connected_refutes_what_would_have_kept_it_away() {
    let connected = |subnets: &'static [&'static str]| move |vpc: Vpc| vpc.with_instances(subnets);
    let there = connected(&["subnet-a", "subnet-b"]);
    let proxy = ["connected to ECS", "HTTP proxy"];
    // No route: everything goes by an HTTP proxy, as it seems.
    let no_route = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    for mode in ["bridge", "host", "awsvpc"] {
        ends(on_instances(mode), &there(no_route.clone()), &["network-route unknown"], &proxy);
    }
    // A group that lets out to the proxy alone.
    let shut = Vpc::with_nat().but(|vpc| {
        vpc.group("sg-app").egress = vec![rule(Some((3128, 3128)), within("10.0.0.0/16"))]
    });
    let unknown = ["network-security-group unknown"];
    ends(on_instances("bridge"), &there(shut), &unknown, &proxy);
    // Endpoints for a part of it, and none for the agent.
    let partly = with(&[]).but(|vpc| vpc.endpoints.retain(|it| it.id != "vpce-ecr.dkr"));
    let unknown = ["network-endpoints unknown"];
    ends(on_instances("bridge"), &there(partly.clone()), &unknown, &proxy);
    // The agent uses its endpoints, which proves nothing for others.
    let seen = partly.but(|vpc| vpc.endpoints.extend(OF_AGENT.iter().map(|it| interface(it))));
    ends(on_instances("bridge"), &there(seen), &["network-endpoints fail"], &["ecr.dkr"]);
    // One that is not connected proves nothing.
    let lost = no_route.with_agents(&[LOST]);
    ends(on_instances("bridge"), &lost, &["network-route fail"], &["rtb-private"]);
}

#[test]
fn a_task_that_can_start_elsewhere_is_but_warned_of() {
    let vpc = with(&[]).with_agents(&[LOST, ("subnet-pa", "ACTIVE", true)]);
    ends(on_instances("bridge"), &vpc, &["network-endpoints warn"], &["ecs-agent", "subnet-a"]);
}
