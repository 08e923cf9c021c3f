//! The group `network`: every service that the task needs is reachable from its subnets.

mod addresses;
mod asks;
mod configuration;
mod dns;
mod endpoint_group;
mod endpoint_policy;
mod endpoints;
mod filter;
mod interfaces;
mod nacl;
mod places;
mod pulled;
mod route;
mod security_group;
#[cfg(test)]
mod tests;
mod trail;
mod zone;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "network",
    about: "every service that the task needs is reachable from its subnets",
    help: "Check that every service that the task needs is reachable from its subnets, hop by hop",
    examples: &[
        (
            "From the subnets of a service",
            "aws-ecs-preflight network taskdef.json --service web --cluster prod",
        ),
        (
            "From a subnet that is not used yet",
            "aws-ecs-preflight network taskdef.json --subnets subnet-0a1b2c3d --security-groups sg-0a1b2c3d",
        ),
    ],
    draws: true,
    paths: Some(trail::trails),
    checks: &[
        &configuration::NETWORK_CONFIGURATION,
        &addresses::NETWORK_ADDRESSES,
        &route::NETWORK_ROUTE,
        &security_group::NETWORK_SECURITY_GROUP,
        &nacl::NETWORK_NACL,
        &endpoints::NETWORK_ENDPOINTS,
        &endpoint_group::NETWORK_ENDPOINT_SECURITY_GROUP,
        &endpoint_policy::NETWORK_ENDPOINT_POLICY,
        &dns::NETWORK_DNS,
        &zone::NETWORK_ZONE,
    ],
    ..Group::EMPTY
};
