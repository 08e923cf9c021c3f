//! `efs-file-system` and `efs-access-point`

use serde_json::json;

use super::{efs, fargate, fargate_with, signed_in};
use crate::checks::volumes::efs_access_point::EFS_ACCESS_POINT;
use crate::checks::volumes::efs_file_system::EFS_FILE_SYSTEM;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::mounts::{Account, FILE_SYSTEM, POINT, REGION};
use crate::testing::story::Story;

const AT: &str = "/volumes/0";
const CONFIGURATION: &str = "/volumes/0/efsVolumeConfiguration";

#[test]
fn a_file_system_is_there_and_can_be_used() {
    let cases = [
        ("available", Pass, "is available"),
        ("updating", Pass, ""),
        ("creating", Fail, "is creating, not available"),
        ("deleting", Fail, "is deleting"),
        ("error", Fail, "is error"),
    ];
    for (state, status, words) in cases {
        let account = Account::healthy().file_system(&json!({"state": state})).recorded();
        fargate(&efs("")).in_account(account).ends(&EFS_FILE_SYSTEM, &[(status, AT, words)]);
    }
}

#[test]
fn given_the_file_system_is_missing_then_it_fails_once() {
    let key = json!({"region": REGION, "id": FILE_SYSTEM});
    let account = Account::healthy()
        .lacks("elasticfilesystem:DescribeFileSystems", &key, "there is no EFS file system")
        .recorded();
    let results = fargate(&signed_in())
        .in_account(account)
        .judged(|_, it| it.id.starts_with("efs-") && it.id != "efs-mount-target");
    let told: Vec<_> = results.iter().map(|it| (it.id, it.status)).collect();
    assert_eq!(
        told,
        [("efs-file-system", Fail), ("efs-access-point", Pass), ("efs-permission", Skip)]
    );
    assert_eq!(
        results[0].commands,
        [
            "aws efs describe-file-systems --query 'FileSystems[].[FileSystemId,Name]' --output table --region eu-west-1"
        ]
    );
}

#[test]
fn given_the_file_system_is_missing_then_it_fails_beside_what_else_is_said() {
    let key = json!({"region": REGION, "id": FILE_SYSTEM});
    let account = Account::healthy()
        .lacks("elasticfilesystem:DescribeFileSystems", &key, "there is no EFS file system")
        .recorded();
    let directory = "/volumes/0/efsVolumeConfiguration/rootDirectory";
    fargate(&efs(r#", "rootDirectory": "/data""#)).in_account(account).ends(
        &EFS_FILE_SYSTEM,
        &[
            (Warn, directory, "cannot verify that /data exists on the file system"),
            (Fail, AT, "there is no EFS file system"),
        ],
    );
}

#[test]
fn what_is_no_id_is_no_file_system() {
    let volume = |id: &str| format!(r#""efsVolumeConfiguration": {{"fileSystemId": "{id}"}}"#);
    let at = "/volumes/0/efsVolumeConfiguration/fileSystemId";
    let arn = "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/fs-0123456789abcdef0";
    let cases = [
        ("fs-1", Fail, "is not the ID of an EFS file system, such as fs-"),
        ("fsap-0123456789abcdef0", Fail, "is not the ID of an EFS file system"),
        ("fs-0123456789ABCDEF0", Fail, "is not the ID"),
        (arn, Fail, "use fs-0123456789abcdef0 alone"),
    ];
    for (id, status, words) in cases {
        let story = fargate(&volume(id)).in_account(Account::healthy().recorded());
        let results = story.judged_by(&EFS_FILE_SYSTEM);
        assert_eq!((results.len(), results[0].status), (1, status), "{id}: {results:#?}");
        assert!(results[0].message.contains(words), "{}", results[0].message);
        assert!(at.starts_with(&*results[0].subject), "{}", results[0].subject);
    }
    let open = fargate(&volume("${FILE_SYSTEM}")).in_account(Account::healthy().recorded());
    open.ends(&EFS_FILE_SYSTEM, &[(Unknown, AT, "is a placeholder")]);
}

#[test]
fn iam_and_access_points_need_encryption() {
    let iam = r#", "authorizationConfig": {"iam": "ENABLED"}"#;
    let point = r#", "authorizationConfig": {"accessPointId": "fsap-0123456789abcdef0"}"#;
    let cases = [
        (iam.to_owned(), Fail, CONFIGURATION),
        (point.to_owned(), Fail, CONFIGURATION),
        (
            format!(r#", "transitEncryption": "DISABLED"{point}"#),
            Fail,
            "/volumes/0/efsVolumeConfiguration/transitEncryption",
        ),
        (format!(r#", "transitEncryption": "ENABLED"{iam}"#), Pass, AT),
        (r#", "authorizationConfig": {"iam": "DISABLED"}"#.to_owned(), Pass, AT),
        (r#", "transitEncryption": "DISABLED""#.to_owned(), Pass, AT),
    ];
    for (fields, status, at) in cases {
        let story = fargate(&efs(&fields)).in_account(Account::healthy().recorded());
        let results = story.judged_by(&EFS_FILE_SYSTEM);
        let told: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
        assert_eq!(told, [(status, at)], "{fields}: {results:#?}");
    }
}

#[test]
fn a_directory_that_mounting_does_not_create_is_a_warning() {
    let at = "/volumes/0/efsVolumeConfiguration/rootDirectory";
    for (directory, status, at) in [("/srv", Warn, at), ("/", Pass, AT), ("", Pass, AT)] {
        let volume = efs(&format!(r#", "rootDirectory": "{directory}""#));
        let story = fargate(&volume).in_account(Account::healthy().recorded());
        let words = if status == Warn { directory } else { "is available" };
        story.ends(&EFS_FILE_SYSTEM, &[(status, at, words)]);
    }
}

#[test]
fn nobody_writes_to_the_destination_of_a_replication() {
    let account = || Account::healthy().file_system(&json!({"replica": true})).recorded();
    let reading =
        r#""mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": true}]"#;
    let story = fargate(&efs("")).in_account(account());
    story.ends(&EFS_FILE_SYSTEM, &[(Warn, AT, "the destination of a replication")]);
    let story = fargate_with(&efs(""), reading).in_account(account());
    story.ends(&EFS_FILE_SYSTEM, &[(Pass, AT, "")]);
}

#[test]
fn an_access_point_leads_into_its_own_file_system() {
    let at = "/volumes/0/efsVolumeConfiguration/authorizationConfig/accessPointId";
    let cases = [
        (json!({}), Pass, AT, "is available and belongs to"),
        (json!({"file_system": "fs-fedcba98"}), Fail, AT, "belongs to file system fs-fedcba98"),
        (json!({"state": "deleting"}), Fail, AT, "is deleting"),
        (json!({"creates_path": false}), Warn, AT, "cannot verify that /app exists"),
        (json!({"creates_path": false, "path": "/"}), Pass, AT, ""),
    ];
    for (properties, status, at, words) in cases {
        let account = Account::healthy().point(&properties).recorded();
        let story = fargate(&signed_in()).in_account(account);
        story.ends(&EFS_ACCESS_POINT, &[(status, at, words)]);
    }
    let key = json!({"region": REGION, "id": POINT});
    let call = "elasticfilesystem:DescribeAccessPoints";
    let missing = Account::healthy().lacks(call, &key, "there is no EFS access point").recorded();
    let story = fargate(&signed_in()).in_account(missing);
    story.ends(&EFS_ACCESS_POINT, &[(Fail, at, "there is no EFS access point")]);
    let refused = Account::healthy().refuses(call, &key).recorded();
    let story = fargate(&signed_in()).in_account(refused);
    story.ends(&EFS_ACCESS_POINT, &[(Unknown, at, "you may not call")]);
}

#[test]
fn beside_an_access_point_the_root_directory_is_the_root() {
    let volume = |directory: &str| {
        efs(&format!(
            r#", "rootDirectory": "{directory}", "transitEncryption": "ENABLED", "authorizationConfig": {{"accessPointId": "{POINT}"}}"#
        ))
    };
    let at = "/volumes/0/efsVolumeConfiguration/rootDirectory";
    for (directory, status, at) in [("/data", Fail, at), ("/", Pass, AT)] {
        let story = fargate(&volume(directory)).in_account(Account::healthy().recorded());
        story.ends(&EFS_ACCESS_POINT, &[(status, at, "")]);
        story.ends(&EFS_FILE_SYSTEM, &[(Pass, AT, "")]);
    }
}

#[test]
fn without_access_point_or_volume_there_is_nothing_to_judge() {
    let story = fargate(&efs("")).in_account(Account::healthy().recorded());
    story.ends(&EFS_ACCESS_POINT, &[(Skip, AT, "has no access point")]);
    let story = Story::task(r#""volumes": [{"name": "tmp"}]"#);
    story.ends(&EFS_FILE_SYSTEM, &[(Skip, "", "has no EFS volume")]);
}
