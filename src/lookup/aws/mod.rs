//! A client of several AWS services for the few reads that are needed.
//!
//! It uses the runtime of the AWS SDK, which signs, retries, waits and corrects the clock as for every other
//! service. The crates of the SDK have hundreds of other operations, which take as long to compile as
//! everything else together. They also accept malformed XML as a complete answer, and fill in missing
//! fields: an empty list, an empty text, a date in 1970. Here, a missing field is a gap.
//!
//! Another service needs a few lines in `service.rs`, its actions in `actions.rs`, and a method of
//! [`Services`](super::Services).

mod actions;
mod client;
mod element;
mod host;
mod json;
mod protocol;
mod query;
mod record;
mod s3;
mod service;

pub(super) use actions::Action;
pub(super) use client::{Client, Failure};
pub(super) use element::{Element, Lacks, check_well_formed};
pub(super) use json::{Object, Path};
pub(super) use query::Query;
pub(super) use s3::{OfBucket, Received, request_id};
pub(super) use service::{
    AcmPca, ApplicationAutoScaling, AutoScaling, ClassicLoadBalancing, CloudFormation, CloudWatch,
    Ec2, Ecs, Efs, ElasticLoadBalancing, Fsx, Iam, Logs, Organizations, S3, ServiceDiscovery,
    ServiceQuotas, Sts,
};

#[cfg(test)]
mod tests;
