//! The rules of AWS's that these checks hold to, for `checks --format json`.

use super::{
    client, credential_specs, hosts, limits, linux, managed, network_mode, network_rules,
    parameters, placement, port_clash, port_names, port_range, resource_requirements, schema,
    system_controls, tags, task_size, timeouts, ulimits, unasked, volumes,
};
use crate::checks::Check;
use crate::verdict::Rule;

/// The rules about values, sizes and what tools refuse.
pub(super) fn of_values() -> Vec<(&'static Check, Vec<Rule>)> {
    let schema = [
        client::RULES,
        credential_specs::RULES,
        hosts::RULES,
        limits::RULES,
        linux::RULES,
        resource_requirements::RULES,
        tags::RULES,
        task_size::RULES,
        timeouts::RULES,
        ulimits::RULES,
        unasked::RULES,
        volumes::RULES,
    ];
    let network = [
        network_mode::RULES,
        network_rules::RULES,
        port_clash::RULES,
        port_names::RULES,
        port_range::RULES,
    ];
    let parameters = [managed::RULES, placement::RULES, system_controls::RULES];
    vec![
        (&schema::DEFINITION_SCHEMA, schema.concat()),
        (&network_mode::DEFINITION_NETWORK_MODE, network.concat()),
        (&parameters::DEFINITION_FARGATE_PARAMETERS, parameters.concat()),
    ]
}
