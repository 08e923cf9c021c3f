//! How long lists of AWS are at most: a list that is longer never ends, or is not that of AWS.

use super::Call;

/// The length of a list, by the quota of AWS for what it lists.
struct Limit {
    call: &'static str,
    /// The quota, or more where AWS increases it.
    items: usize,
    /// How many items a page has, at least, unless it is the last one.
    per_page: usize,
    /// Where AWS states the quota, with the month when it was last confirmed.
    #[cfg_attr(not(test), expect(dead_code, reason = "it shows where the numbers are from"))]
    source: &'static str,
}

const LIMITS: &[Limit] = &[
    limit("ec2:DescribeRouteTables", 2_500, 100, VPC),
    limit("ec2:DescribeSubnets", 5_000, 100, VPC),
    limit("ec2:DescribeNetworkAcls", 2_500, 100, VPC),
    limit("ec2:DescribeNetworkInterfaces", 50_000, 100, VPC),
    limit("ec2:DescribeSecurityGroups", 10_000, 100, VPC),
    limit("ec2:DescribeVpcEndpoints", 1_000, 100, VPC),
    limit("ec2:GetManagedPrefixListEntries", 1_000, 100, VPC),
    limit("ecs:DescribeContainerInstances", 5_000, 100, ECS),
    limit("ecs:ListServices", 5_000, 100, ECS),
    limit("ecr:DescribePullThroughCacheRules", 50, 100, ECR),
    limit("elasticfilesystem:DescribeMountTargets", 100, 10, EFS),
    limit("iam:ListRolePolicies", 500, 50, IAM),
    limit("iam:ListUserPolicies", 500, 50, IAM),
    limit("iam:ListGroupPolicies", 500, 50, IAM),
    limit("iam:ListAttachedRolePolicies", 100, 50, IAM),
    limit("iam:ListAttachedUserPolicies", 100, 50, IAM),
    limit("iam:ListAttachedGroupPolicies", 100, 50, IAM),
    limit("iam:ListGroupsForUser", 100, 50, IAM),
    limit("kms:ListAliases", 500, 50, KMS),
    limit("kms:ListGrants", 50_000, 100, KMS),
    limit("kms:ListResourceTags", 50, 50, KMS),
    limit("organizations:ListPoliciesForTarget", 100, 5, ORGANIZATIONS),
    limit("secretsmanager:ListSecretVersionIds", 1_000, 50, SECRETS),
];

/// Per VPC 200 route tables, 200 subnets, 200 network ACLs, 255 gateway and 50 interface endpoints; per region
/// 5,000 network interfaces and 2,500 security groups; per prefix list 1,000 entries. AWS increases most of them.
const VPC: &str =
    "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html (2026-11)";
/// 5,000 container instances in a cluster.
const ECS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/operating-at-scale-service-quotas.html (2026-11)";
/// 50 pull-through cache rules in a registry, and no more.
const ECR: &str =
    "https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html (2026-11)";
/// One mount target in each Availability Zone of one VPC, and no more.
const EFS: &str = "https://docs.aws.amazon.com/efs/latest/ug/limits.html (2026-11)";
/// 10 managed policies of a role or user, which AWS increases, and 10 of a group; 10 groups of a user. The number
/// of inline policies has no quota, but together they have at most 10,240 characters.
const IAM: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (2026-11)";
/// 50 aliases and 50,000 grants of a key, and 50 tags.
const KMS: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html (2026-11)";
/// 10 service control policies of one root, organizational unit or account; of other types fewer.
const ORGANIZATIONS: &str = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html (2026-11)";
/// 100 versions of a secret; more if they are created in quick succession.
const SECRETS: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html (2026-11)";

const fn limit(call: &'static str, items: usize, per_page: usize, source: &'static str) -> Limit {
    Limit { call, items, per_page, source }
}

/// Of lists without a quota, no more pages are read than this.
const PAGES: usize = 1_000;

/// The most pages of a list that are read: twice as many as its quota fills, since quotas can be increased and
/// pages may be short. What is not read is not known.
pub(super) fn pages(call: Call) -> usize {
    match of(call) {
        Some(limit) => 10 + 2 * limit.items.div_ceil(limit.per_page),
        None => PAGES,
    }
}

/// The most items of a list that are kept.
pub(super) fn items(call: Call) -> usize {
    of(call).map_or(1_000_000, |limit| 2 * limit.items + 1_000)
}

fn of(call: Call) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| limit.call == call.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_quotas_and_leave_room() {
        assert_eq!(pages(Call("kms:ListGrants")), 1_010);
        assert_eq!(pages(Call("iam:ListGroupsForUser")), 14);
        assert_eq!(pages(Call("logs:DescribeLogGroups")), PAGES);
        assert!(items(Call("kms:ListGrants")) >= 100_000);
    }

    #[test]
    fn each_limit_has_a_source_and_is_stated_once() {
        for (at, limit) in LIMITS.iter().enumerate() {
            let (page, seen) = limit.source.split_once(" (20").unwrap();
            assert!(page.starts_with("https://docs.aws.amazon.com/"), "{}", limit.call);
            assert!(seen.len() == "26-11)".len() && seen.ends_with(')'), "{}", limit.call);
            assert!(LIMITS[..at].iter().all(|it| it.call != limit.call), "{}", limit.call);
        }
    }
}
