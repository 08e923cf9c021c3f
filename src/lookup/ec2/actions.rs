//! All API actions of EC2 that are ever called.

use crate::lookup::Call;

/// The EC2 actions that are called: only reads, and none that returns a secret. Any other one does not
/// compile until it is in this list, and `tests/house/` checks that the list contains only reads.
const READS: [&str; 20] = [
    "DescribeDhcpOptions",
    "DescribeInstanceTypes",
    "DescribeInstances",
    "DescribeInternetGateways",
    "DescribeNatGateways",
    "DescribeNetworkAcls",
    "DescribeNetworkInterfaces",
    "DescribePrefixLists",
    "DescribeRouteTables",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSubnets",
    "DescribeVolumes",
    "DescribeVpcAttribute",
    "DescribeVpcBlockPublicAccessOptions",
    "DescribeVpcEndpoints",
    "DescribeVpcs",
    "GetEbsDefaultKmsKeyId",
    "GetEbsEncryptionByDefault",
    "GetManagedPrefixListEntries",
];

/// The name of the action of a call. Evaluated at compile time, so that the panic is a compile error.
#[expect(clippy::panic, reason = "at compile time, a panic is a compile error")]
pub(super) const fn action(call: Call) -> &'static str {
    let mut nth = 0;
    while nth < READS.len() {
        if is(call.0.as_bytes(), READS[nth].as_bytes()) {
            return READS[nth];
        }
        nth += 1;
    }
    panic!("this call is not in the list of EC2 reads")
}

/// Whether a call is `ec2:` and the name of this action.
const fn is(call: &[u8], action: &[u8]) -> bool {
    let Some((service, named)) = call.split_at_checked(b"ec2:".len()) else { return false };
    equal(service, b"ec2:") && equal(named, action)
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}
