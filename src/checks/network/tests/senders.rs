//! By whose interface the calls leave on instances.

use super::vpc::Vpc;
use super::{IMAGE, brief, ends, told};
use crate::checks::tests::story::Story;
use crate::report::Status::Skip;

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
