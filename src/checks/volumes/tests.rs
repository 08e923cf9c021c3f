mod config;
mod mount;
mod permission;
mod room;

use serde_json::{Value, json};

use super::GROUP;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::volumes::{Account, REGION, ROLE, snapshot};
use crate::testing::story::Story;

/// A task on Fargate with a volume that is configured at launch.
fn task() -> Story {
    Story::task(
        r#""requiresCompatibilities": ["FARGATE"], "volumes": [{"name": "data", "configuredAtLaunch": true}]"#,
    )
}

/// A service on Fargate that configures it so, beside its role.
fn service(fields: &str) -> String {
    format!(
        r#"{{"serviceName": "web", "cluster": "prod", "launchType": "FARGATE", "volumeConfigurations": [
            {{"name": "data", "managedEBSVolume": {{"roleArn": "{ROLE}", {fields}}}}}]}}"#
    )
}

const EBS: &str = "service.json#/volumeConfigurations/0/managedEBSVolume";

#[test]
fn given_a_volume_as_it_should_be_then_nothing_is_wrong() {
    let account = Account::healthy().snapshot(&snapshot(&json!({}))).recorded();
    let results = task()
        .served_by(&service(
            r#""volumeType": "gp3", "sizeInGiB": 20, "snapshotId": "snap-1", "filesystemType": "ext4", "encrypted": true"#,
        ))
        .in_account(account)
        .judged(|group, _| group.name == GROUP.name);
    let told: Vec<_> =
        results.iter().filter(|it| it.id.starts_with("ebs-")).map(|it| it.status).collect();
    assert_eq!(told, [Pass; 4], "{results:#?}");
}

#[test]
fn a_snapshot_is_there_complete_and_at_hand() {
    let check = &super::ebs_snapshot::EBS_SNAPSHOT;
    let at = "service.json#/volumeConfigurations/0/managedEBSVolume/snapshotId";
    let whole = "service.json#/volumeConfigurations/0";
    let cases = [
        (json!({}), Pass, whole, "completed"),
        (json!({"state": "pending"}), Warn, at, "before it is completed"),
        (json!({"state": "error"}), Fail, at, "state error"),
        (json!({"state": "recoverable"}), Fail, at, "recycle bin"),
        (json!({"state": "recovering"}), Warn, at, "is being restored from the recycle bin"),
        (json!({"state": "error", "restored_until": "2026-12-01"}), Fail, at, "state error"),
        (json!({"archived": true}), Fail, at, "in the archive"),
        (json!({"archived": true, "restored_until": "2026-12-01"}), Warn, at, "until 2026-12-01"),
    ];
    for (more, status, subject, words) in cases {
        let account = Account::healthy().snapshot(&snapshot(&more)).recorded();
        task()
            .served_by(&service(r#""snapshotId": "snap-1""#))
            .in_account(account)
            .ends(check, &[(status, subject, words)]);
    }
    let new = task().served_by(&service(r#""sizeInGiB": 20"#));
    new.in_account(Account::healthy().recorded())
        .ends(check, &[(Skip, whole, "not created from a snapshot")]);
}

#[test]
fn a_missing_snapshot_fails_once() {
    let account = Account::healthy().without_snapshot().recorded();
    let results = task()
        .served_by(&service(r#""snapshotId": "snap-1", "sizeInGiB": 20, "filesystemType": "xfs""#))
        .in_account(account)
        .judged(|group, _| matches!(group.name, "volumes" | "kms"));
    let failed: Vec<_> = results.iter().filter(|it| it.status == Fail).map(|it| it.id).collect();
    assert_eq!(failed, ["ebs-snapshot"], "{results:#?}");
}

#[test]
fn given_snapshots_may_not_be_read_then_that_is_unknown_and_the_rest_is_judged() {
    let refused = json!({"Err": {"refused": {
        "action": "ec2:DescribeSnapshots", "resource": "*", "said": "UnauthorizedOperation"}}});
    let key = json!({"region": REGION, "id": "snap-1"});
    let account = Account::healthy().answers("ec2:DescribeSnapshots", &key, &refused).recorded();
    let story = task().served_by(&service(r#""snapshotId": "snap-1""#)).in_account(account);
    let told = |check| story.judged_by(check).iter().map(|it| it.status).collect::<Vec<_>>();
    assert_eq!(told(&super::ebs_snapshot::EBS_SNAPSHOT), [Unknown]);
    assert_eq!(told(&super::ebs_permission::EBS_PERMISSION), [Pass]);
}

#[test]
fn a_file_system_is_one_of_the_operating_system() {
    let check = &super::ebs_filesystem::EBS_FILESYSTEM;
    let windows = r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}, "#;
    let fargate = r#""requiresCompatibilities": ["FARGATE"], "#;
    let (kind, whole) = (format!("{EBS}/filesystemType"), "service.json#/volumeConfigurations/0");
    let cases = [
        (fargate, r#""sizeInGiB": 1"#, Pass, whole),
        (fargate, r#""sizeInGiB": 1, "filesystemType": "ext3""#, Pass, whole),
        (fargate, r#""sizeInGiB": 1, "filesystemType": "XFS""#, Pass, whole),
        (fargate, r#""sizeInGiB": 1, "filesystemType": "ntfs""#, Fail, &kind),
        (fargate, r#""sizeInGiB": 1, "filesystemType": "NTFS""#, Fail, &kind),
        (fargate, r#""sizeInGiB": 1, "filesystemType": "btrfs""#, Fail, &kind),
        ("", r#""sizeInGiB": 1, "filesystemType": "ntfs""#, Warn, &kind),
        (windows, r#""sizeInGiB": 1"#, Pass, whole),
        (windows, r#""sizeInGiB": 1, "filesystemType": "ntfs""#, Pass, whole),
        (windows, r#""sizeInGiB": 1, "filesystemType": "xfs""#, Fail, &kind),
        (fargate, r#""snapshotId": "snap-1", "filesystemType": "xfs""#, Pass, whole),
        (fargate, r#""snapshotId": "snap-1""#, Warn, &format!("{EBS}/snapshotId")),
    ];
    for (platform, fields, status, at) in cases {
        let story = Story::task(&format!(
            r#"{platform} "volumes": [{{"name": "data", "configuredAtLaunch": true}}]"#
        ));
        let service = service(fields).replace(r#""launchType": "FARGATE", "#, "");
        let results = story.served_by(&service).judged_by(check);
        let told: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
        assert_eq!(told, [(status, at)], "{platform} {fields}: {}", results[0].message);
    }
}

#[test]
fn what_nobody_can_see_in_a_snapshot_is_assumed_aloud() {
    let results = task()
        .served_by(&service(r#""snapshotId": "snap-1", "filesystemType": "ext4""#))
        .judged_by(&super::ebs_filesystem::EBS_FILESYSTEM);
    assert!(results[0].is_assumed() && results[0].evidence[0].contains("ext4"), "{results:#?}");
}
