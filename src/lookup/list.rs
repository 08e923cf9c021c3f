//! The list of all lookups. The compiler rejects a lookup that is not listed, and the tests of this layer run
//! every listed one against all kinds of broken answers.

use super::acm_pca::{DescribeCertificateAuthority, ListAuthorityTags};
use super::application_autoscaling::{ScalableTarget, ScheduledActions};
use super::autoscaling::{DescribeScalingGroup, LastLaunch};
use super::caller::CallerIdentity;
use super::cloudformation::{DescribeStack, StackExports, StackResources, StackTemplate};
use super::cloudwatch::QuotaUsage;
use super::ec2::encryption::{GetEbsDefaultKmsKeyId, GetEbsEncryptionByDefault};
use super::ec2::endpoint::Endpoints;
use super::ec2::instance::DescribeInstance;
use super::ec2::instance_type::DescribeInstanceType;
use super::ec2::launch_template::DescribeLaunchTemplate;
use super::ec2::network_acl::NetworkAcls;
use super::ec2::network_interface::{NetworkInterfaces, SourceDestCheck};
use super::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use super::ec2::public_access::BlockPublicAccess;
use super::ec2::route::{InternetGateways, NatGateways, RouteTables};
use super::ec2::security_group::{DefaultSecurityGroup, DescribeSecurityGroup};
use super::ec2::snapshot::DescribeSnapshot;
use super::ec2::subnet::{DescribeSubnet, Subnets, TakenAddresses};
use super::ec2::volume::ProvisionedVolumes;
use super::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use super::ecr::{
    DescribeImage, DescribeRepository, EcrConfig, EcrManifest, GetRegistryPolicy,
    GetRepositoryPolicy, ListRepositoryTags, PullThroughRules,
};
use super::ecs::account::ListAccountSettings;
use super::ecs::capacity_provider::DescribeCapacityProvider;
use super::ecs::cluster::DescribeCluster;
use super::ecs::instance::ContainerInstances;
use super::ecs::protection::ProtectedTasks;
use super::ecs::revision::DescribeServiceRevision;
use super::ecs::running::TaskGroups;
use super::ecs::services::ListServices;
use super::ecs::task::{DescribeTask, StoppedTasks};
use super::ecs::{DescribeService, DescribeTaskDefinition, ServiceEvents};
use super::efs::{
    DescribeAccessPoint, DescribeFileSystem, DescribeMountTargetGroups, DescribeMountTargets,
    GetFileSystemPolicy,
};
use super::elasticloadbalancing::{
    DescribeClassicLoadBalancer, DescribeListener, DescribeListenerRule, DescribeLoadBalancer,
    DescribeTargetGroup,
};
use super::fsx::DescribeFsxFileSystem;
use super::iam::group::{GetGroupPolicy, ListAttachedGroupPolicies, ListGroupPolicies};
use super::iam::instance_profile::GetInstanceProfile;
use super::iam::policy::{GetPolicy, GetPolicyVersion};
use super::iam::role::{GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies};
use super::iam::simulate::SimulatePrincipalPolicy;
use super::iam::user::{
    GetUser, GetUserPolicy, ListAttachedUserPolicies, ListGroupsForUser, ListUserPolicies,
};
use super::kms::{DescribeKey, GetKeyPolicy, ListAliases, ListGrants, ListResourceTags};
use super::logs::DescribeLogGroup;
use super::organizations::{
    DescribeOrganization, DescribePolicy, ListParents, ListPoliciesForTarget,
};
use super::question::Listed;
use super::registry::{GetConfig, GetManifest, HeadManifest};
use super::s3::{GetBucketPolicy, HeadObject};
use super::secretsmanager::{DescribeSecret, GetSecretPolicy, ListSecretVersions, SecretValue};
use super::servicediscovery::{FindNamespace, GetNamespace, GetRegistry, NamesInUse};
use super::servicequotas::GetServiceQuota;
use super::ssm::{DescribeParameter, ListParameterTags};

macro_rules! list {
    ($($lookup:ident),* $(,)?) => {
        $(impl Listed for $lookup {
            const NAME: &'static str = stringify!($lookup);
        })*

        /// The names of all lookups.
        #[cfg(test)]
        pub(super) const NAMES: &[&str] = &[$($lookup::NAME),*];
    };
}

list![
    DescribeCertificateAuthority,
    ListAuthorityTags,
    ScalableTarget,
    ScheduledActions,
    CallerIdentity,
    StackExports,
    DescribeStack,
    StackResources,
    StackTemplate,
    QuotaUsage,
    GetEbsDefaultKmsKeyId,
    GetEbsEncryptionByDefault,
    Endpoints,
    DescribeInstance,
    DescribeInstanceType,
    DescribeLaunchTemplate,
    DescribeScalingGroup,
    LastLaunch,
    NetworkAcls,
    NetworkInterfaces,
    SourceDestCheck,
    PrefixListEntries,
    ServicePrefixLists,
    BlockPublicAccess,
    InternetGateways,
    NatGateways,
    RouteTables,
    DefaultSecurityGroup,
    DescribeSecurityGroup,
    DescribeSnapshot,
    DescribeSubnet,
    Subnets,
    TakenAddresses,
    ProvisionedVolumes,
    DescribeVpc,
    DhcpResolvers,
    VpcDns,
    DescribeImage,
    EcrConfig,
    EcrManifest,
    PullThroughRules,
    GetRegistryPolicy,
    GetRepositoryPolicy,
    ListRepositoryTags,
    DescribeRepository,
    DescribeService,
    DescribeServiceRevision,
    DescribeTask,
    DescribeTaskDefinition,
    ServiceEvents,
    StoppedTasks,
    TaskGroups,
    ListAccountSettings,
    DescribeCapacityProvider,
    DescribeCluster,
    ContainerInstances,
    ProtectedTasks,
    ListServices,
    DescribeAccessPoint,
    DescribeFileSystem,
    DescribeMountTargetGroups,
    DescribeMountTargets,
    GetFileSystemPolicy,
    DescribeClassicLoadBalancer,
    DescribeListener,
    DescribeListenerRule,
    DescribeLoadBalancer,
    DescribeTargetGroup,
    DescribeFsxFileSystem,
    GetGroupPolicy,
    ListAttachedGroupPolicies,
    ListGroupPolicies,
    GetInstanceProfile,
    GetPolicy,
    GetPolicyVersion,
    GetRole,
    GetRolePolicy,
    ListAttachedRolePolicies,
    ListRolePolicies,
    SimulatePrincipalPolicy,
    GetUser,
    GetUserPolicy,
    ListAttachedUserPolicies,
    ListGroupsForUser,
    ListUserPolicies,
    DescribeKey,
    GetKeyPolicy,
    ListAliases,
    ListGrants,
    ListResourceTags,
    DescribeLogGroup,
    DescribeOrganization,
    DescribePolicy,
    ListParents,
    ListPoliciesForTarget,
    GetConfig,
    GetManifest,
    HeadManifest,
    GetBucketPolicy,
    HeadObject,
    DescribeSecret,
    GetSecretPolicy,
    ListSecretVersions,
    SecretValue,
    FindNamespace,
    GetNamespace,
    GetRegistry,
    NamesInUse,
    GetServiceQuota,
    DescribeParameter,
    ListParameterTags,
];
