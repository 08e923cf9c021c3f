//! The lookups of EFS and FSx.

use super::*;
use crate::lookup::efs::{
    DescribeAccessPoint, DescribeFileSystem, DescribeMountTargetGroups, DescribeMountTargets,
    GetFileSystemPolicy,
};
use crate::lookup::fsx::DescribeFsxFileSystem;
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn id() -> String {
    "fs-1".to_owned()
}

fn ok(body: serde_json::Value) -> Option<Reply> {
    Some(Reply::Ok(body.to_string()))
}

pub(super) fn lookups() -> Vec<Case> {
    let file_system = json!({
        "FileSystemId": "fs-1", "OwnerId": "111122223333", "LifeCycleState": "available",
        "AvailabilityZoneId": "euc1-az1", "AvailabilityZoneName": "eu-central-1a",
        "FileSystemArn": "arn",
        "FileSystemProtection": {"ReplicationOverwriteProtection": "ENABLED"},
    });
    let target = json!({
        "MountTargetId": "fsmt-1", "FileSystemId": "fs-1", "SubnetId": "subnet-1", "VpcId": "vpc-1",
        "LifeCycleState": "available", "AvailabilityZoneId": "euc1-az1", "IpAddress": "10.0.0.9",
        "AvailabilityZoneName": "eu-central-1a", "Ipv6Address": "2001:db8::9",
    });
    let point = json!({
        "AccessPointId": "fsap-1", "FileSystemId": "fs-1", "LifeCycleState": "available",
        "AccessPointArn": "arn", "PosixUser": {"Uid": 1000, "Gid": 1000},
        "RootDirectory": {"Path": "/data", "CreationInfo": {
            "OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0750",
        }},
    });
    let windows =
        json!({"FileSystemId": "fs-1", "FileSystemType": "WINDOWS", "Lifecycle": "AVAILABLE"});
    let groups = DescribeMountTargetGroups {
        region: region(),
        file_system: id(),
        mount_target: "fsmt-1".to_owned(),
    };
    vec![
        case(
            DescribeFileSystem { region: region(), id: id() },
            ok(json!({"FileSystems": [file_system]})),
            vec![],
        ),
        case(
            DescribeMountTargets { region: region(), file_system: id() },
            ok(json!({"MountTargets": [target]})),
            vec![],
        ),
        case(groups, ok(json!({"SecurityGroups": ["sg-1"]})), vec![]),
        case(
            DescribeAccessPoint { region: region(), id: "fsap-1".to_owned() },
            ok(json!({"AccessPoints": [point]})),
            vec![],
        ),
        case(
            GetFileSystemPolicy { region: region(), file_system: id() },
            ok(json!({"FileSystemId": "fs-1", "Policy": "{}"})),
            vec![],
        ),
        case(
            DescribeFsxFileSystem { region: region(), id: id() },
            ok(json!({"FileSystems": [windows]})),
            vec![],
        ),
    ]
}

#[test]
fn what_is_missing_in_an_answer_of_a_file_system_is_a_gap() {
    let bench = Bench::new();
    let answers = [
        json!({"FileSystems": [{"FileSystemId": "fs-1"}]}),
        json!({"FileSystems": []}),
        json!({"FileSystems": [{"FileSystemId": "fs-2", "OwnerId": "111122223333",
            "LifeCycleState": "available", "FileSystemType": "WINDOWS", "Lifecycle": "AVAILABLE"}]}),
        json!({"MountTargets": [{"MountTargetId": "fsmt-1"}]}),
        json!({"AccessPoints": [{"AccessPointId": "fsap-1"}]}),
        json!({"SecurityGroups": []}),
    ];
    let own: BTreeSet<&str> = lookups().iter().map(|case| case.name).collect();
    for answer in answers {
        let reply = Reply::Ok(answer.to_string());
        let learnt = bench.learn(|case| own.contains(case.name).then(|| reply.clone()));
        assert_eq!(learnt.len(), own.len());
        for (case, _, told_of) in learnt {
            assert!(told_of.is_err(), "{} on {answer}: {}", case.name, told(&told_of));
        }
    }
}
