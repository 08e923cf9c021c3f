//! The services of this client.

use std::fmt;

use super::json::{Json, RestJson};
use super::protocol::Protocol;
use super::query::{AwsQuery, Ec2Query};
use super::record::{Global, Record, Variant};
use super::s3::Buckets;
use crate::names::Partition;

/// A service of AWS.
pub(in crate::lookup) trait Service:
    Clone + fmt::Debug + Send + Sync + 'static
{
    /// Its protocol.
    type Protocol: Protocol;
    /// Its protocol, with its version or prefix.
    const PROTOCOL: Self::Protocol;
    /// Its names and endpoints.
    const RECORD: Record;
}

/// AWS Private CA.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct AcmPca;

/// <https://docs.aws.amazon.com/privateca/latest/APIReference/>
impl Service for AcmPca {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "ACMPrivateCA" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "acm-pca")],
        agent: "acmpca",
        ..Record::of("ACM PCA", "acm-pca")
    };
}

/// Application Auto Scaling.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct ApplicationAutoScaling;

/// <https://docs.aws.amazon.com/autoscaling/application/APIReference/>
impl Service for ApplicationAutoScaling {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "AnyScaleFrontendService" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "application-autoscaling")],
        agent: "applicationautoscaling",
        ..Record::of("Application Auto Scaling", "application-autoscaling")
    };
}

/// Amazon EC2 Auto Scaling.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct AutoScaling;

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/>
impl Service for AutoScaling {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2011-01-01" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "autoscaling")],
        ..Record::of("Auto Scaling", "autoscaling")
    };
}

/// AWS CloudFormation.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct CloudFormation;

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/>
impl Service for CloudFormation {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2010-05-15" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "cloudformation")],
        ..Record::of("CloudFormation", "cloudformation")
    };
}

/// Amazon CloudWatch.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct CloudWatch;

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/>
impl Service for CloudWatch {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2010-08-01" };
    const RECORD: Record = Record {
        exceptions: &[
            (Partition::AwsUsGov, Variant::Fips, "monitoring"),
            (Partition::AwsUsGov, Variant::FipsDualStack, "monitoring"),
        ],
        prefix: "cloudwatch",
        agent: "cloudwatch",
        ..Record::of("CloudWatch", "monitoring")
    };
}

/// Amazon EC2.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Ec2;

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>
impl Service for Ec2 {
    type Protocol = Ec2Query;
    const PROTOCOL: Ec2Query = Ec2Query { version: "2016-11-15" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "ec2")],
        ..Record::of("EC2", "ec2")
    };
}

/// Amazon ECS.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Ecs;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/>
impl Service for Ecs {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "AmazonEC2ContainerServiceV20141113" };
    const RECORD: Record = Record::of("ECS", "ecs");
}

/// Amazon EFS.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Efs;

/// <https://docs.aws.amazon.com/efs/latest/ug/api-reference.html>
impl Service for Efs {
    type Protocol = RestJson;
    const PROTOCOL: RestJson = RestJson { root: "/2015-02-01" };
    const RECORD: Record = Record {
        exceptions: &[
            (Partition::Aws, Variant::DualStack, "efs"),
            (Partition::Aws, Variant::FipsDualStack, "efs-fips"),
            (Partition::AwsCn, Variant::DualStack, "efs"),
            (Partition::AwsCn, Variant::FipsDualStack, "efs-fips"),
            (Partition::AwsUsGov, Variant::DualStack, "efs"),
            (Partition::AwsUsGov, Variant::FipsDualStack, "efs-fips"),
        ],
        agent: "efs",
        ..Record::of("EFS", "elasticfilesystem")
    };
}

/// Elastic Load Balancing: Application, Network and Gateway Load Balancers.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct ElasticLoadBalancing;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/>
impl Service for ElasticLoadBalancing {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2015-12-01" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "elasticloadbalancing")],
        agent: "elasticloadbalancingv2",
        ..Record::of("Elastic Load Balancing v2", "elasticloadbalancing")
    };
}

/// Elastic Load Balancing: Classic Load Balancers, by an older version of the API.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct ClassicLoadBalancing;

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/>
impl Service for ClassicLoadBalancing {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2012-06-01" };
    const RECORD: Record = Record {
        id: "Elastic Load Balancing",
        agent: "elasticloadbalancing",
        ..ElasticLoadBalancing::RECORD
    };
}

/// Amazon FSx.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Fsx;

/// <https://docs.aws.amazon.com/fsx/latest/APIReference/>
impl Service for Fsx {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "AWSSimbaAPIService_v20180301" };
    const RECORD: Record = Record::of("FSx", "fsx");
}

/// AWS IAM: global, so only the partition of the region matters.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Iam;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/>
impl Service for Iam {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2010-05-08" };
    const RECORD: Record = Record {
        exceptions: &[
            (Partition::AwsUsGov, Variant::Fips, "iam"),
            (Partition::AwsUsGov, Variant::FipsDualStack, "iam"),
        ],
        global: Some(of_iam),
        ..Record::of("IAM", "iam")
    };
}

/// From the endpoint rules of IAM, as of 2026-11-30, in the crate aws-sdk-iam 1.133.0
/// (<https://docs.aws.amazon.com/general/latest/gr/iam-service.html>).
fn of_iam(partition: Partition) -> Global {
    let (signed_for, places) = match partition {
        Partition::Aws => ("us-east-1", ["", "", "global", "global"]),
        Partition::AwsCn => ("cn-north-1", ["cn-north-1", "", "global", ""]),
        Partition::AwsUsGov => ("us-gov-west-1", ["us-gov"; 4]),
        Partition::AwsIso => ("us-iso-east-1", ["us-iso-east-1", "us-iso-east-1", "", ""]),
        Partition::AwsIsoB => ("us-isob-east-1", ["us-isob-east-1", "us-isob-east-1", "", ""]),
        Partition::AwsIsoE => ("eu-isoe-west-1", ["eu-isoe-west-1", "", "", ""]),
        Partition::AwsIsoF => ("us-isof-south-1", ["us-isof-south-1", "", "", ""]),
        Partition::AwsEusc => ("eusc-de-east-1", ["eusc-de-east-1", "", "global", ""]),
    };
    Global { signed_for, places }
}

/// Amazon CloudWatch Logs.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Logs;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/>
impl Service for Logs {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "Logs_20140328" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "logs")],
        agent: "cloudwatchlogs",
        ..Record::of("CloudWatch Logs", "logs")
    };
}

/// AWS Organizations: global, so only the partition of the region matters.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Organizations;

/// <https://docs.aws.amazon.com/organizations/latest/APIReference/>
impl Service for Organizations {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "AWSOrganizationsV20161128" };
    const RECORD: Record = Record {
        exceptions: &[
            (Partition::AwsUsGov, Variant::Fips, "organizations"),
            (Partition::AwsUsGov, Variant::FipsDualStack, "organizations"),
        ],
        global: Some(of_organizations),
        ..Record::of("Organizations", "organizations")
    };
}

/// From the endpoint rules of Organizations, as of 2026-11-30, in the crate aws-sdk-organizations 1.137.0
/// (<https://docs.aws.amazon.com/general/latest/gr/ao.html>).
fn of_organizations(partition: Partition) -> Global {
    let region = match partition {
        Partition::Aws => "us-east-1",
        Partition::AwsCn => "cn-northwest-1",
        Partition::AwsUsGov => "us-gov-west-1",
        Partition::AwsIso => "us-iso-east-1",
        Partition::AwsIsoB => "us-isob-east-1",
        Partition::AwsIsoE => "eu-isoe-west-1",
        Partition::AwsIsoF => "us-isof-south-1",
        Partition::AwsEusc => "eusc-de-east-1",
    };
    Global { signed_for: region, places: [region; 4] }
}

/// Amazon S3.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct S3;

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/>
impl Service for S3 {
    type Protocol = Buckets;
    const PROTOCOL: Buckets = Buckets;
    const RECORD: Record = Record { has_buckets: true, ..Record::of("S3", "s3") };
}

/// AWS Cloud Map.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct ServiceDiscovery;

/// <https://docs.aws.amazon.com/cloud-map/latest/api/>
impl Service for ServiceDiscovery {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "Route53AutoNaming_v20170314" };
    const RECORD: Record = Record::of("ServiceDiscovery", "servicediscovery");
}

/// Service Quotas.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct ServiceQuotas;

/// <https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/>
impl Service for ServiceQuotas {
    type Protocol = Json;
    const PROTOCOL: Json = Json { target: "ServiceQuotasV20190624" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "servicequotas")],
        ..Record::of("Service Quotas", "servicequotas")
    };
}

/// AWS STS.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Sts;

/// <https://docs.aws.amazon.com/STS/latest/APIReference/>
impl Service for Sts {
    type Protocol = AwsQuery;
    const PROTOCOL: AwsQuery = AwsQuery { version: "2011-06-15" };
    const RECORD: Record = Record {
        exceptions: &[(Partition::AwsUsGov, Variant::Fips, "sts")],
        ..Record::of("STS", "sts")
    };
}
