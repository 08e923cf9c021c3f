//! Which container instances a request leaves to a task.

use serde_json::{Value, json};

use super::{Fleet, Member};
use crate::knowledge::Stop;
use crate::testing::account::mounts::{Account, REGION, with};
use crate::testing::account::registered;
use crate::testing::story::Story;

/// The ids of the container instances that a task may land on which is run so.
fn landing(request: &str) -> Vec<String> {
    let account = Account::empty().registers(&instances()).recorded();
    run(request).in_account(account).worked_out(|task, facts| {
        let fleet = Fleet::of(task).unwrap().unwrap();
        let found = fleet.instances(facts).unwrap_or_default();
        found.iter().map(|it| it.id().to_owned()).collect()
    })
}

fn run(request: &str) -> Story {
    Story::containers(r#"{"name": "app", "image": "nginx"}"#).run_as(request)
}

/// Of the capacity providers blue and green, of none, and outside of AWS.
fn instances() -> Value {
    let any = json!({});
    let old = json!({"arn": "arn:aws:ecs:eu-west-1:111122223333:container-instance/3"});
    let outside = json!({"ecs.capability.external": null});
    json!([
        registered("1", Some("blue"), &any),
        registered("2", Some("green"), &any),
        with(registered("3", None, &any), &old),
        with(registered("4", Some("blue"), &any), &json!({"status": "DRAINING"})),
        with(registered("5", None, &outside), &json!({"ec2_instance_id": "mi-5"})),
    ])
}

#[test]
fn the_launch_type_leaves_some() {
    assert_eq!(landing(r#"{"cluster": "prod", "launchType": "EC2"}"#), ["1", "2", "3"]);
    assert_eq!(landing(r#"{"cluster": "prod", "launchType": "EXTERNAL"}"#), ["5"]);
    assert_eq!(landing(r#"{"cluster": "prod", "count": 1}"#), ["1", "2", "3", "5"]);
}

#[test]
fn a_strategy_leaves_those_of_its_providers() {
    let cases: [(&str, &[&str]); 6] = [
        (r#"{"capacityProvider": "blue"}"#, &["1"]),
        (r#"{"capacityProvider": "blue"}, {"capacityProvider": "green"}"#, &["1", "2"]),
        (r#"{"capacityProvider": "red"}"#, &[]),
        // One without weight takes nothing beside one that has some, but its base.
        (r#"{"capacityProvider": "blue", "weight": 1}, {"capacityProvider": "green"}"#, &["1"]),
        (
            r#"{"capacityProvider": "blue", "weight": 1}, {"capacityProvider": "green", "base": 1}"#,
            &["1", "2"],
        ),
        // It may be more than 0.
        (
            r#"{"capacityProvider": "blue", "weight": 1}, {"capacityProvider": "green", "weight": "${W}"}"#,
            &["1", "2"],
        ),
    ];
    for (items, expected) in cases {
        let request = format!(r#"{{"cluster": "prod", "capacityProviderStrategy": [{items}]}}"#);
        assert_eq!(landing(&request), expected, "{items}");
    }
}

#[test]
fn names_are_ids_or_arns_in_the_old_form_or_the_new() {
    let arn = "arn:aws:ecs:eu-west-1:111122223333:container-instance";
    let cases: [(&str, &[&str]); 7] = [
        (r#""1""#, &["1"]),
        (&format!(r#""{arn}/prod/1""#), &["1"]),
        (&format!(r#""{arn}/1""#), &["1"]),
        (&format!(r#""{arn}/prod/3", "2""#), &["2", "3"]),
        // One that is named takes no task while it drains.
        (r#""4""#, &[]),
        (r#""5""#, &["5"]),
        (r#""6""#, &[]),
    ];
    for (names, expected) in cases {
        let request = format!(r#"{{"cluster": "prod", "containerInstances": [{names}]}}"#);
        assert_eq!(landing(&request), expected, "{names}");
    }
}

#[test]
fn a_member_has_the_machine_that_is_there() {
    let any = json!({});
    let instances = json!([
        registered("1", None, &any),
        with(registered("2", None, &any), &json!({"agent_connected": false})),
        with(registered("5", None, &any), &json!({"ec2_instance_id": "mi-5"})),
    ]);
    let of = |id: &str| json!({"region": REGION, "id": id});
    let machine = json!({
        "vpc": null, "subnet": null, "security_groups": [], "private_address": null,
        "is_public": false, "profile": null, "attached": null,
    });
    let call = "ec2:DescribeInstances";
    let account = Account::empty().registers(&instances).says(call, &of("i-1"), &machine);
    let members = |account: Account| {
        let story = run(r#"{"cluster": "prod", "count": 1}"#).in_account(account.recorded());
        story.worked_out(|task, facts| {
            let members = Fleet::of(task).unwrap().unwrap().members(facts)?;
            let id = |it: &Member| it.machine.map(|(id, _)| id.to_owned());
            Ok::<_, Stop>(members.iter().map(|it| (it.instance.id().to_owned(), id(it))).collect())
        })
    };
    let gone: Vec<_> = members(account.clone().lacks(call, &of("i-2"), "it is gone")).unwrap();
    assert_eq!(gone, [("1".to_owned(), Some("i-1".to_owned())), ("5".to_owned(), None)]);
    assert!(matches!(members(account.refuses(call, &of("i-2"))), Err(Stop::Gap(_))));
}

#[test]
fn an_instance_that_ec2_does_not_describe_is_not_left_out_in_silence() {
    let any = json!({});
    let of = |id: &str| json!({"region": REGION, "id": id});
    let members = |state: Value| {
        let instances = json!([with(registered("1", None, &any), &state)]);
        let account = Account::empty().registers(&instances);
        let account = account.lacks("ec2:DescribeInstances", &of("i-1"), "it is gone");
        let story = run(r#"{"cluster": "prod", "count": 1}"#).in_account(account.recorded());
        story.worked_out(|task, facts| {
            Fleet::of(task).unwrap().unwrap().members(facts).map(|members| members.len())
        })
    };
    let undescribed = "ECS lists the container instance 1 on i-1, but EC2 does not describe i-1";
    let unnamed = "ECS does not say on which EC2 instance the container instance 1 is";
    for (state, said) in [
        (json!({"agent_connected": true}), undescribed),
        (json!({"agent_connected": false}), undescribed),
        (json!({"ec2_instance_id": null}), unnamed),
    ] {
        let Err(Stop::Gap(gap)) = members(state.clone()) else { panic!("{state}") };
        assert!(gap.to_string().contains(said), "{gap}");
    }
}
