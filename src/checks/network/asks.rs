//! The API calls that the checks of this group share.

use crate::lookup::ec2::endpoint::Endpoints;
use crate::lookup::ec2::instance::DescribeInstance;
use crate::lookup::ec2::network_interface::SourceDestCheck;
use crate::lookup::ec2::prefix_list::{PrefixListEntries, ServicePrefixLists};
use crate::lookup::ec2::public_access::BlockPublicAccess;
use crate::lookup::ec2::route::{InternetGateways, NatGateways, RouteTables};
use crate::lookup::ec2::subnet::DescribeSubnet;
use crate::lookup::ec2::vpc::{DescribeVpc, DhcpResolvers, VpcDns};
use crate::lookup::ecs::cluster::DescribeCluster;
use crate::lookup::ecs::instance::ContainerInstances;
use crate::lookup::{Call, CallerIdentity, Lookup};

/// Where calls leave from: the subnets of the task or of the instances that it may be placed on, and what
/// the cluster adds to the required destinations. The subnet comes first: all others depend on it.
pub(super) const FROM: &[Call] = &[
    DescribeSubnet::CALL,
    ContainerInstances::CALL,
    DescribeInstance::CALL,
    CallerIdentity::CALL,
    DescribeCluster::CALL,
];

/// Where the name of a service resolves to: an endpoint, or public addresses.
pub(super) const LEAD: &[Call] =
    &[Endpoints::CALL, RouteTables::CALL, DescribeVpc::CALL, VpcDns::CALL, DhcpResolvers::CALL];

/// Where packets go.
pub(super) const WAY: &[Call] = &[
    InternetGateways::CALL,
    NatGateways::CALL,
    SourceDestCheck::CALL,
    ServicePrefixLists::CALL,
    PrefixListEntries::CALL,
    BlockPublicAccess::CALL,
];
