//! `ebs-permission`: what the infrastructure role is allowed.

use super::*;
use crate::checks::volumes::ebs_permission::EBS_PERMISSION;
use crate::least_privilege::{self, Known, Whose};
use crate::report::CheckResult;
use crate::testing::account::volumes::{Account, managed, snapshot};

const FIELDS: &str = r#""sizeInGiB": 20, "snapshotId": "snap-1", "filesystemType": "xfs", "encrypted": true,
    "tagSpecifications": [{"resourceType": "volume", "tags": [{"key": "team", "value": "web"}]}]"#;

/// What is said of a role that may do this, of tasks on Fargate or on instances.
fn judged(statements: &Value, launch_type: &str) -> CheckResult {
    let account = Account::with_role(statements).snapshot(&snapshot(&json!({}))).recorded();
    let service = service(FIELDS).replace("FARGATE", launch_type);
    let story = Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#);
    story.served_by(&service).in_account(account).judged_by(&EBS_PERMISSION).remove(0)
}

#[test]
fn the_policy_of_aws_is_enough_on_fargate_and_on_instances() {
    for launch_type in ["FARGATE", "EC2"] {
        let result = judged(&managed()["Statement"], launch_type);
        assert_eq!(result.status, Pass, "{result:#?}");
    }
}

#[test]
fn a_role_that_lacks_a_piece_is_told_which() {
    let cases = [
        (
            "CreateEBSManagedVolume",
            Fail,
            "ec2:CreateVolume on arn:aws:ec2:eu-west-1:111122223333:volume/*",
        ),
        (
            "CreateEBSManagedVolumeFromSnapshot",
            Fail,
            "ec2:CreateVolume on arn:aws:ec2:eu-west-1::snapshot/snap-1",
        ),
        ("TagOnCreateVolume", Fail, "ec2:CreateTags"),
        ("DescribeVolumesForLifecycle", Fail, "ec2:DescribeVolumes"),
        ("DescribeInstancesForAttachingVolume", Warn, "ec2:DescribeInstances"),
        (
            "ManageEBSVolumeLifecycle",
            Fail,
            "ec2:AttachVolume on arn:aws:ec2:eu-west-1:111122223333:volume/vol-*",
        ),
        (
            "ManageVolumeAttachmentsForEC2",
            Fail,
            "ec2:AttachVolume on arn:aws:ec2:eu-west-1:111122223333:instance/i-*",
        ),
        ("DeleteEBSManagedVolume", Warn, "ec2:DeleteVolume"),
    ];
    for (sid, status, words) in cases {
        let all = managed();
        let rest: Vec<&Value> =
            all["Statement"].as_array().unwrap().iter().filter(|it| it["Sid"] != sid).collect();
        let result = judged(&json!(rest), "EC2");
        assert_eq!(result.status, status, "{sid}: {result:#?}");
        assert!(result.message.contains(words), "{sid}: {}", result.message);
        let attach = "aws iam attach-role-policy --role-name volumes --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes";
        assert_eq!(result.commands, [attach], "{sid}");
    }
}

#[test]
fn what_no_task_is_known_to_fail_for_is_a_warning() {
    let text = managed()["Statement"].to_string();
    let without = text.replace(r#","ec2:DescribeAvailabilityZones""#, "");
    assert_ne!(text, without);
    let result = judged(&serde_json::from_str(&without).unwrap(), "FARGATE");
    assert_eq!(result.status, Warn, "{result:#?}");
    assert!(
        result.message.contains("not authorized to perform ec2:DescribeAvailabilityZones on *"),
        "{result:#?}"
    );
    assert!(result.message.ends_with("the AWS managed policy includes it, so ECS may need it"));
}

#[test]
fn fargates_instances_are_not_in_the_account() {
    let all = managed();
    let of_volumes: Vec<&Value> = all["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| !it["Sid"].as_str().unwrap().contains("EC2"))
        .filter(|it| !it["Sid"].as_str().unwrap().contains("Instances"))
        .collect();
    assert_eq!(judged(&json!(of_volumes), "FARGATE").status, Pass);
    assert_eq!(judged(&json!(of_volumes), "EC2").status, Fail);
}

#[test]
fn the_volume_is_held_against_what_is_known_of_it() {
    let cases = [
        (json!({"NumericGreaterThan": {"ec2:VolumeSize": "100"}}), Pass),
        (json!({"NumericGreaterThan": {"ec2:VolumeSize": "10"}}), Fail),
        (json!({"StringNotEquals": {"ec2:VolumeType": ["gp2", "gp3"]}}), Pass),
        (json!({"StringNotEquals": {"ec2:VolumeType": "gp2"}}), Fail),
        (json!({"Bool": {"ec2:Encrypted": "false"}}), Pass),
        (json!({"Bool": {"ec2:Encrypted": "true"}}), Fail),
        (json!({"StringNotLike": {"aws:RequestTag/team": "w*"}}), Pass),
        (json!({"StringNotLike": {"aws:RequestTag/team": "b*"}}), Fail),
        (json!({"StringEquals": {"ec2:Region": "us-east-1"}}), Pass),
        (json!({"StringEquals": {"ec2:AvailabilityZone": "eu-west-1a"}}), Unknown),
    ];
    for (condition, status) in cases {
        // The snapshot carries none of the volume's keys, so the deny is limited to the volume.
        let mut statements = managed()["Statement"].as_array().unwrap().clone();
        statements.push(json!({"Effect": "Deny", "Action": "ec2:CreateVolume",
            "Resource": "arn:aws:ec2:*:*:volume/*", "Condition": condition}));
        let result = judged(&json!(statements), "FARGATE");
        assert_eq!(result.status, status, "{condition}: {}", result.message);
    }
}

#[test]
fn all_tags_of_the_volume_are_known_unless_ecs_adds_some() {
    let wanting = |condition: Value| {
        let mut statements = managed()["Statement"].clone();
        for (name, value) in condition.as_object().unwrap() {
            statements[0]["Condition"][name] = value.clone();
        }
        statements
    };
    let cost = json!({"StringLike": {"aws:RequestTag/cost": "*"}});
    let keys = json!({"ForAllValues:StringEquals": {
        "aws:TagKeys": ["team", "AmazonECSCreated", "AmazonECSManaged"]}});
    let one = json!({"StringEquals": {
        "aws:RequestTag/AmazonECSCreated": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123"}});
    let with = |fields: &str, statements: &Value| {
        let account = Account::with_role(statements).snapshot(&snapshot(&json!({}))).recorded();
        let service = service(FIELDS).replacen('{', &format!("{{{fields}"), 1);
        task().served_by(&service).in_account(account).judged_by(&EBS_PERMISSION).remove(0).status
    };
    let managed_tags = r#""enableECSManagedTags": true, "#;
    assert_eq!(with("", &wanting(cost.clone())), Fail);
    assert_eq!(with(managed_tags, &wanting(cost)), Unknown);
    assert_eq!(with("", &wanting(keys.clone())), Pass);
    assert_eq!(with(managed_tags, &wanting(keys)), Unknown);
    // The task has no id yet.
    assert_eq!(with("", &wanting(one)), Unknown);
}

#[test]
fn a_role_may_be_held_to_the_tasks_of_a_cluster() {
    let held_to = |cluster: &str| {
        let text = managed()["Statement"].to_string();
        let tasks = format!("arn:aws:ecs:*:*:task/{cluster}/*");
        let text = text.replace("arn:aws:ecs:*:*:task/*", &tasks);
        judged(&serde_json::from_str(&text).unwrap(), "FARGATE").status
    };
    assert_eq!(held_to("prod"), Pass);
    assert_eq!(held_to("test"), Fail);
}

#[test]
fn what_is_printed_as_the_least_policy_is_enough_and_none_of_it_is_too_much() {
    let story = Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#)
        .served_by(&service(FIELDS).replace("FARGATE", "EC2"));
    let known = Known { account: Some("111122223333".parse().unwrap()), ..Known::default() };
    let found = least_privilege::of(story.first(), Whose::InfrastructureRole, &known).found;
    let statements =
        |needs: &[least_privilege::Need]| least_privilege::policy(needs)["Statement"].clone();
    assert_eq!(judged(&statements(&found), "EC2").status, Pass);
    for nth in 0..found.len() {
        let mut fewer = found.clone();
        let gone = fewer.remove(nth);
        let result = judged(&statements(&fewer), "EC2");
        assert!(matches!(result.status, Fail | Warn), "{}: {}", gone.sid, result.message);
    }
}
