//! The only code that talks to AWS and to image registries: one file per service, one struct per
//! operation.
//!
//! A [`Lookup`] is plain data: the call, its region and parameters, and the type of the answer. Every
//! answer is [`Seen`](crate::knowledge::Seen) (definite) or a [`Gap`](crate::knowledge::Gap) (not known);
//! `classify.rs` decides which, for all of them.

#![expect(
    clippy::disallowed_types,
    reason = "this is the one place where clients of AWS services are made and used"
)]

pub mod acm_pca;
pub mod application_autoscaling;
mod assumed;
pub mod autoscaling;
mod aws;
mod caller;
mod classify;
pub mod cloudformation;
pub mod cloudwatch;
mod connect;
mod connector;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod elasticloadbalancing;
pub mod fsx;
mod held;
pub mod iam;
pub mod kms;
mod list;
pub mod logs;
mod mask;
mod members;
mod mend;
mod naming;
pub mod oci;
mod offers;
pub mod organizations;
mod page_limits;
mod pages;
mod policy_document;
mod question;
mod rates;
pub mod registry;
mod rejection;
pub mod s3;
pub mod secretsmanager;
mod sent;
pub mod servicediscovery;
pub mod servicequotas;
mod services;
mod setup;
pub mod ssm;
mod trust;

pub use assumed::assumed_without;
pub use caller::{Caller, CallerIdentity};
pub use connect::{Connection, NoConnection, Settings, configured_region, connect};
pub use connector::AwsClock;
pub use held::Held;
pub use mend::{Mend, Missing};
pub use naming::{Name, Named};
pub use offers::{CALLS_OF_OFFERS, Offer, Offered, offers};
pub use question::{Answer, Batch, Call, Listed, Lookup, Optional};
pub use rates::{Rate, rate_of};
pub use services::Services;
pub use setup::{Path, Setting, paths};

/// Checks that an answer is one complete, well-formed XML document.
///
/// # Errors
/// Why it is not.
pub fn check_well_formed(document: &[u8]) -> Result<(), String> {
    aws::check_well_formed(document)
}

/// The calls that a lookup makes in addition to its own.
pub fn further_calls(call: Call) -> &'static [Call] {
    match call {
        ecs::instance::ContainerInstances::CALL => &[ecs::instance::LIST_INSTANCES],
        ecs::protection::ProtectedTasks::CALL => &[ecs::task_list::LIST_TASKS],
        ecs::task::StoppedTasks::CALL => &[ecs::task_list::LIST_TASKS],
        efs::DescribeMountTargetGroups::CALL => &[efs::INTERFACE_ATTRIBUTE],
        s3::HeadObject::CALL => &[s3::LIST_BUCKET],
        servicequotas::GetServiceQuota::CALL => &[servicequotas::DEFAULT],
        _ => &[],
    }
}

/// The maximum number of concurrent requests of a call, in addition to the limit of its service.
pub fn at_once(call: Call) -> usize {
    match call {
        // IAM allows a few simulations per second for the whole account.
        iam::simulate::SimulatePrincipalPolicy::CALL => 2,
        _ => usize::MAX,
    }
}

#[cfg(test)]
mod tests;
