//! By whose interface the calls leave on instances.

use super::{IMAGE, brief, ends, private, told};
use crate::report::Status::Skip;
use crate::testing::story::Story;
use crate::testing::vpc::Vpc;

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
    let lost = |subnet: &'static str| (subnet, "ACTIVE", false);
    ends(
        bridge().run_as(run),
        &closed().with_agents(&[lost("subnet-a"), lost("subnet-b")]),
        &["network-route fail"],
        &["rtb-private", "subnet-a and subnet-b"],
    );
    // It may start on the others.
    for connected in [false, true] {
        ends(
            bridge().run_as(run),
            &closed().with_agents(&[("subnet-a", "ACTIVE", connected), lost("subnet-pa")]),
            &["network-route warn"],
            &["subnet-a"],
        );
    }
    // None yet is no fault of the network.
    let results = told(bridge().run_as(run), &vpc().with_instances(&[]));
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
    // Without cluster nobody knows, and that is not called a failure.
    let results = told(bridge().run_as(r#"{"launchType": "EC2", "count": 1}"#), &closed());
    assert!(results.iter().all(|it| it.status == Skip), "{}", brief(&results));
}

#[test]
fn by_which_protocol_an_agent_calls_is_not_shown_where_it_has_both() {
    let bridge = format!(
        r#"{{"family": "web", "networkMode": "bridge", "containerDefinitions": [{{"name": "app", "image": "{IMAGE}", "memory": 128}}]}}"#
    );
    let run = r#"{"launchType": "EC2", "cluster": "prod", "count": 1}"#;
    // IPv6 is all that leads out: route 1 of the table is that of IPv4.
    let by_ipv6 = Vpc::with_both_families().but(|vpc| {
        vpc.tables[0].routes.remove(1);
    });
    let on_instances = by_ipv6.clone().with_instances(&["subnet-a"]);
    ends(
        Story::given(&bridge).run_as(run),
        &on_instances,
        &["network-route unknown"],
        &["ECS_INSTANCE_IP_COMPATIBILITY"],
    );
    // Fargate takes IPv4.
    ends(private(), &by_ipv6, &["network-route fail"], &["rtb-private"]);
    let nowhere = by_ipv6
        .but(|vpc| vpc.tables[0].routes.truncate(1))
        .with_agents(&[("subnet-a", "ACTIVE", false)]);
    ends(Story::given(&bridge).run_as(run), &nowhere, &["network-route fail"], &["rtb-private"]);
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
    // The task's subnet has no route out, but the instance, which pulls, has one.
    let vpc = Vpc::with_nat().but(|vpc| vpc.tables[0].routes.truncate(1));
    let vpc = vpc.with_instances(&["subnet-pa"]);
    ends(own().run_as(&run("subnet-a")), &vpc, &[], &[]);
    // N28
    let vpc = Vpc::with_nat().with_instances(&["subnet-a"]);
    ends(own().run_as(&run("subnet-pa")), &vpc, &["network-route warn"], &["public IP address"]);
    ends(own().run_as(&run("subnet-b")), &vpc, &[], &[]);
}
