//! What a pass may assume in place of an answer that the caller is not allowed to read: one sentence for each
//! [`Optional`](super::Optional) lookup, without the names of one account.

use super::Lookup;
use super::question::{Call, Listed};
use super::{
    acm_pca, application_autoscaling, autoscaling, cloudwatch, ec2, ecr, ecs, iam, organizations,
    servicequotas,
};

/// The lookup, its call, and what is assumed without it.
pub(super) type Assumed = (&'static str, Call, &'static str);

const fn assumed<L: Listed + Lookup>(words: &'static str) -> Assumed {
    (L::NAME, L::CALL, words)
}

/// All of them. A test finds an optional lookup that is missing here.
pub(super) const ASSUMED: &[Assumed] = &[
    assumed::<organizations::DescribeOrganization>(organizations::ASSUMPTION),
    assumed::<organizations::ListParents>(organizations::ASSUMPTION),
    assumed::<organizations::ListPoliciesForTarget>(organizations::ASSUMPTION),
    assumed::<organizations::DescribePolicy>(organizations::ASSUMPTION),
    assumed::<iam::simulate::SimulatePrincipalPolicy>(organizations::ASSUMPTION),
    assumed::<ecr::GetRegistryPolicy>("that no registry policy of Amazon ECR applies"),
    assumed::<ecr::DescribeRepository>("that the KMS key of the repository, if any, is usable"),
    assumed::<ecs::account::ListAccountSettings>(
        "that the account settings require no separate permission to set tags",
    ),
    assumed::<application_autoscaling::ScalableTarget>(
        "that Application Auto Scaling does not change the number of tasks",
    ),
    assumed::<application_autoscaling::ScheduledActions>(
        "that no scheduled action changes the number of tasks",
    ),
    assumed::<acm_pca::ListAuthorityTags>(acm_pca::MANAGED),
    assumed::<cloudwatch::QuotaUsage>(cloudwatch::ROOM),
    assumed::<autoscaling::LastLaunch>(
        "that the Auto Scaling group launches instances without an error",
    ),
    assumed::<ec2::encryption::GetEbsEncryptionByDefault>("that EBS encryption by default is off"),
    assumed::<ec2::encryption::GetEbsDefaultKmsKeyId>(
        "that the account's default key for EBS is the AWS managed key aws/ebs",
    ),
    assumed::<ec2::volume::ProvisionedVolumes>("that the quota of EBS storage is not exhausted"),
    assumed::<ec2::public_access::BlockPublicAccess>("that VPC Block Public Access is off"),
    assumed::<ec2::instance_type::DescribeInstanceType>(ec2::instance_type::ROOM),
    assumed::<ec2::network_interface::NetworkInterfaces>(
        "that the quota of network interfaces is not exhausted",
    ),
    assumed::<ec2::subnet::TakenAddresses>("that the quota of network interfaces is not exhausted"),
    assumed::<servicequotas::GetServiceQuota>("that the quota is not exhausted"),
];

/// What a pass assumes if one of these calls has no answer; each sentence once.
pub fn assumed_without(calls: &[Call]) -> Vec<&'static str> {
    let mut words = Vec::new();
    for (_, call, assumed) in ASSUMED {
        if calls.contains(call) && !words.contains(assumed) {
            words.push(*assumed);
        }
    }
    words
}
