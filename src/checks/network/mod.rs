//! The group `network`: what the task has to reach can be reached from where it runs.

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
mod pulled;
mod route;
mod security_group;
mod telling;
#[cfg(test)]
mod tests;
mod trail;
mod zone;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "network",
    about: "what the task has to reach can be reached from where it runs",
    help: "Check that what the task has to reach can be reached from where it runs, hop by hop",
    examples: &[
        (
            "From where the service runs",
            "aws-ecs-preflight network taskdef.json --service web --cluster prod",
        ),
        (
            "From a subnet that is yet to be used",
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
