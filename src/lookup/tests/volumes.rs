//! The lookups that EBS volumes are judged by. EC2 speaks XML.

use super::*;
use crate::lookup::ec2::encryption::{GetEbsDefaultKmsKeyId, GetEbsEncryptionByDefault};
use crate::lookup::ec2::snapshot::DescribeSnapshot;
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn xml(operation: &str, body: &str) -> Reply {
    Reply::Ok(format!("<{operation}Response><requestId>1</requestId>{body}</{operation}Response>"))
}

pub(super) fn lookups() -> Vec<Case> {
    let snapshot = "<snapshotSet><item><snapshotId>snap-1</snapshotId><status>completed</status><volumeSize>20</volumeSize><ownerId>111122223333</ownerId><encrypted>false</encrypted></item></snapshotSet>";
    vec![
        case(
            DescribeSnapshot { region: region(), id: "snap-1".to_owned() },
            Some(xml("DescribeSnapshots", snapshot)),
            vec![xml("DescribeSnapshots", "<snapshotSet/>")],
        ),
        case(
            GetEbsEncryptionByDefault { region: region() },
            Some(xml(
                "GetEbsEncryptionByDefault",
                "<ebsEncryptionByDefault>true</ebsEncryptionByDefault>",
            )),
            vec![],
        ),
        case(
            GetEbsDefaultKmsKeyId { region: region() },
            Some(xml("GetEbsDefaultKmsKeyId", "<kmsKeyId>alias/aws/ebs</kmsKeyId>")),
            vec![],
        ),
    ]
}
