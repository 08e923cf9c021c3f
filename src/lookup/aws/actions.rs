//! All API actions that this client ever calls.

use std::marker::PhantomData;

use super::service::Service;
use crate::lookup::Call;

/// The actions that are called: only reads, and none that returns a secret, but one: the reader of XML drops
/// the user data of `ec2:DescribeLaunchTemplateVersions`. Any other one does not compile until it is in this
/// list, and `tests/house/` checks that the list contains only reads.
const READS: &[&str] = &[
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:ListTags",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:DescribeScalingActivities",
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListExports",
    "cloudformation:ListStackResources",
    "cloudwatch:GetMetricStatistics",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeInstanceTypes",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeLaunchTemplateVersions",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribePrefixLists",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshots",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcBlockPublicAccessOptions",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ec2:GetEbsDefaultKmsKeyId",
    "ec2:GetEbsEncryptionByDefault",
    "ec2:GetManagedPrefixListEntries",
    "ecs:ListClusters",
    "ecs:ListServices",
    "ecs:ListTaskDefinitionFamilies",
    "ecs:ListTaskDefinitions",
    "elasticfilesystem:DescribeAccessPoints",
    "elasticfilesystem:DescribeFileSystemPolicy",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargetSecurityGroups",
    "elasticfilesystem:DescribeMountTargets",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "fsx:DescribeFileSystems",
    "iam:GetGroupPolicy",
    "iam:GetInstanceProfile",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:GetUser",
    "iam:GetUserPolicy",
    "iam:ListAttachedGroupPolicies",
    "iam:ListAttachedRolePolicies",
    "iam:ListAttachedUserPolicies",
    "iam:ListGroupPolicies",
    "iam:ListGroupsForUser",
    "iam:ListRolePolicies",
    "iam:ListUserPolicies",
    "iam:SimulatePrincipalPolicy",
    "logs:DescribeLogGroups",
    "organizations:DescribeOrganization",
    "organizations:DescribePolicy",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
    "s3:GetBucketPolicy",
    "s3:GetObject",
    "s3:ListBucket",
    "servicediscovery:GetNamespace",
    "servicediscovery:GetService",
    "servicediscovery:ListNamespaces",
    "servicediscovery:ListServices",
    "servicequotas:GetAWSDefaultServiceQuota",
    "servicequotas:GetServiceQuota",
    "sts:GetCallerIdentity",
];

/// An action of a service that is in the list.
pub(in crate::lookup) struct Action<S> {
    pub(super) name: &'static str,
    of: PhantomData<fn() -> S>,
}

impl<S: Service> Action<S> {
    /// The action of a call. Evaluated at compile time, so that the panic is a compile error.
    #[expect(clippy::panic, reason = "at compile time, a panic is a compile error")]
    pub(in crate::lookup) const fn of(call: Call) -> Action<S> {
        let mut nth = 0;
        while nth < READS.len() {
            if equal(call.0.as_bytes(), READS[nth].as_bytes()) {
                return Action { name: named(READS[nth], S::RECORD.prefix), of: PhantomData };
            }
            nth += 1;
        }
        panic!("this call is not in the list of reads")
    }
}

/// The part of a call after the name of its service.
#[expect(clippy::panic, reason = "at compile time, a panic is a compile error")]
const fn named(call: &'static str, service: &str) -> &'static str {
    let Some((before, action)) = call.split_at_checked(service.len() + 1) else {
        panic!("this call belongs to another service")
    };
    let Some((before, colon)) = before.split_at_checked(service.len()) else {
        panic!("this call belongs to another service")
    };
    match equal(before.as_bytes(), service.as_bytes()) && equal(colon.as_bytes(), b":") {
        true => action,
        false => panic!("this call belongs to another service"),
    }
}

const fn equal(one: &[u8], other: &[u8]) -> bool {
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}
