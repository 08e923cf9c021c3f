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
pub(in crate::checks) mod tests;
mod trail;
mod zone;

use super::Group;

/// The group.
pub static GROUP: Group = Group {
    name: "network",
    about: "what the task has to reach can be reached from where it runs",
    offline: false,
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
};
