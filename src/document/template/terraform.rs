//! Plans and states of Terraform and OpenTofu, as `terraform show -json` prints them
//! (<https://developer.hashicorp.com/terraform/internals/json-format>): the task definitions, each with the
//! services that use it.

mod address;
mod affected;
mod attribute;
mod configuration;
mod described;
mod embedded;
mod index;
mod links;
mod location;
mod plan;
mod planned;
mod policy;
mod reference;
mod resource;
mod role;
mod spelling;
mod taken;

use super::created::{
    BUCKET, CLUSTER, Created, GROUP, KEY_ALIAS, LOG_GROUP, NAMESPACE, PARAMETER, PATH, PROVIDER,
    PULLED, REPOSITORY, ROLE, Reference, SECRET, SUBNET,
};
use super::declared::{Declared, DeclaredRole, Surroundings};
use super::described::Described;
use super::expression::{scalar, unresolved};
use super::fate::Affected;
use super::refused::{Elsewhere, Refused};
use crate::document::input_error::InputError;
use crate::document::json;
use crate::document::node::{Node, Value};
use crate::document::place::{Place, Role};
use crate::document::shape::{CREATE_SERVICE, REGISTER_TASK_DEFINITION};
use crate::document::source::Source;
use affected::keeps_all_but;
use configuration::is_linked_later;
use embedded::Texts;
use links::Links;
use location::Location;
use plan::Plan;
use resource::{Resource, TASK_DEFINITION};

const SERVICE: &str = "aws_ecs_service";

/// The resources that fields of ECS name: the type, the attribute with the name, and how they name it.
const NAMED: &[(&str, &str, &Reference)] = &[
    ("aws_cloudwatch_log_group", "name", &LOG_GROUP),
    ("aws_iam_role", "name", &ROLE),
    ("aws_iam_role_policy", "role", &ROLE),
    ("aws_iam_role_policy_attachment", "role", &ROLE),
    ("aws_iam_role_policies_exclusive", "role_name", &ROLE),
    ("aws_iam_role_policy_attachments_exclusive", "role_name", &ROLE),
    ("aws_iam_policy_attachment", "roles", &ROLE),
    ("aws_secretsmanager_secret", "name", &SECRET),
    ("aws_secretsmanager_secret_version", "secret_id", &SECRET),
    ("aws_secretsmanager_secret_policy", "secret_arn", &SECRET),
    ("aws_ssm_parameter", "name", &PARAMETER),
    ("aws_ecr_repository", "name", &REPOSITORY),
    ("aws_ecr_repository_policy", "repository", &REPOSITORY),
    ("aws_ecr_pull_through_cache_rule", "ecr_repository_prefix", &PULLED),
    ("aws_ecs_cluster", "name", &CLUSTER),
    ("aws_ecs_cluster_capacity_providers", "cluster_name", &CLUSTER),
    ("aws_ecs_capacity_provider", "name", &PROVIDER),
    ("aws_s3_bucket", "bucket", &BUCKET),
    ("aws_s3_bucket_policy", "bucket", &BUCKET),
    ("aws_s3_object", "bucket", &BUCKET),
    ("aws_s3_bucket_object", "bucket", &BUCKET),
    ("aws_s3_object_copy", "bucket", &BUCKET),
    ("aws_kms_alias", "name", &KEY_ALIAS),
    ("aws_security_group", "id", &GROUP),
    ("aws_security_group_rule", "security_group_id", &GROUP),
    ("aws_vpc_security_group_egress_rule", "security_group_id", &GROUP),
    ("aws_vpc_security_group_ingress_rule", "security_group_id", &GROUP),
    ("aws_subnet", "id", &SUBNET),
    ("aws_route_table_association", "subnet_id", &SUBNET),
    ("aws_network_acl_association", "subnet_id", &SUBNET),
    ("aws_route", "route_table_id", &PATH),
    ("aws_route_table", "id", &PATH),
    ("aws_network_acl_rule", "network_acl_id", &PATH),
    ("aws_vpc_endpoint", "vpc_id", &PATH),
    ("aws_service_discovery_http_namespace", "name", &NAMESPACE),
    ("aws_service_discovery_private_dns_namespace", "name", &NAMESPACE),
];

/// Other parts of a network, which matter for tasks if they are changed or deleted.
const NETWORK: [&str; 18] = [
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_default_vpc",
    "aws_egress_only_internet_gateway",
    "aws_internet_gateway",
    "aws_internet_gateway_attachment",
    "aws_main_route_table_association",
    "aws_nat_gateway",
    "aws_network_acl",
    "aws_vpc",
    "aws_vpc_dhcp_options",
    "aws_vpc_dhcp_options_association",
    "aws_vpc_endpoint",
    "aws_vpc_endpoint_policy",
    "aws_vpc_endpoint_route_table_association",
    "aws_vpc_endpoint_security_group_association",
    "aws_vpc_endpoint_subnet_association",
];

/// Those of them that matter as soon as they are created, too.
const IN_USE_AT_ONCE: [&str; 2] = ["aws_network_acl", "aws_vpc_dhcp_options_association"];

/// The task definitions that are in the account after the apply.
pub(super) fn declared(source: &Source, known: &Surroundings) -> Result<Vec<Declared>, Refused> {
    refuse_unfinished(source)?;
    let plan = Plan::of(&source.root, known);
    let links = Links::of(&plan);
    let created = created(&plan, &links);
    let of = |kind: &str| plan.resources().iter().filter(|it| it.kind == kind).collect::<Vec<_>>();
    let (definitions, mut services) = (of(TASK_DEFINITION), of(SERVICE));
    if definitions.is_empty() {
        return Err(nothing(source, services.is_empty()).into());
    }
    let definitions = here(source, &plan, definitions)?;
    services.retain(|it| !matches!(plan.location(it), Location::Elsewhere { .. }));
    let mut users_of: Vec<Vec<&Resource>> = vec![Vec::new(); definitions.len()];
    for service in &services {
        refuse_unusable(source, service, &plan.deleted)?;
        let used = used(source, service, &definitions, &plan)?;
        for (users, definition) in users_of.iter_mut().zip(&definitions) {
            if used.iter().any(|it| std::ptr::eq(*it, *definition)) {
                users.push(service);
            }
        }
    }
    let written = definitions.iter().filter_map(|it| it.values.get("container_definitions"));
    let positions = written.filter_map(|it| it.place.position);
    let texts = Texts::at(&source.text, positions);
    let mut found = Vec::new();
    for (definition, users) in definitions.iter().zip(users_of) {
        let read = |name: String, service: Option<&Resource>| Declared {
            name,
            definition: definition_of(source, definition, &links, (&created, &texts)),
            service: service.map(|it| service_of(source, it, &links, &created)),
            service_exists: service.map(|it| it.exists),
        };
        match users.as_slice() {
            [] => found.push(read(definition.address.clone(), None)),
            [only] => found.push(read(definition.address.clone(), Some(only))),
            several => found.extend(several.iter().map(|service| {
                read(format!("{} for {}", definition.address, service.address), Some(service))
            })),
        }
    }
    Ok(found)
}

/// The definitions that are for the region and the account of the run.
fn here<'d, 's>(
    source: &Source,
    plan: &Plan<'s>,
    definitions: Vec<&'d Resource<'s>>,
) -> Result<Vec<&'d Resource<'s>>, Refused> {
    let error = |it: &Resource, message: String| {
        InputError::new(&source.name, message).at_position(it.values.place.position)
    };
    let (mut found, mut elsewhere) = (Vec::new(), None);
    for definition in definitions {
        let address = &definition.address;
        match plan.location(definition) {
            Location::Here => found.push(definition),
            Location::Elsewhere { region, account } => {
                let parts = [("region", &region), ("account", &account)];
                let parts =
                    parts.iter().filter_map(|(what, it)| Some(format!("{what} {}", it.as_ref()?)));
                let place = parts.collect::<Vec<_>>().join(" and ");
                let message = format!(
                    "no task definition of this plan is for the account and region of this run: {address} is for {place}"
                );
                let error = error(definition, message);
                elsewhere.get_or_insert(Elsewhere { error, region, account });
            }
            Location::Unknown(what) => {
                let message = format!(
                    "whether {address} is for the account and region of this run is not known: the plan does not say {what}"
                );
                return Err(error(definition, message)
                    .hint("pass the task definition as a file")
                    .into());
            }
        }
    }
    match elsewhere.filter(|_| found.is_empty()) {
        Some(elsewhere) => Err(Refused::Elsewhere(Box::new(elsewhere))),
        None => Ok(found),
    }
}

/// The definitions of the plan that a service runs: none if it runs another one.
fn used<'d, 's>(
    source: &Source,
    service: &Resource,
    definitions: &[&'d Resource<'s>],
    plan: &Plan<'s>,
) -> Result<Vec<&'d Resource<'s>>, InputError> {
    let referred = plan.referred(service, "task_definition").map(|(it, _)| &*it.address);
    let referred = definitions.iter().find(|it| Some(&*it.address) == referred);
    if let (Some(only), true) = (referred, is_linked_later(service)) {
        return Ok(vec![*only]);
    }
    let configuration = &plan.configuration;
    let uses = |it: &&&Resource| configuration.uses(service, it, definitions);
    let used: Vec<_> = definitions.iter().filter(uses).copied().collect();
    if !used.is_empty() || !is_linked_later(service) {
        return Ok(used);
    }
    let only = configuration.only(service, definitions).ok_or_else(|| {
        let message = format!(
            "{} runs a task definition that is known only after the apply, and the plan does not say which of the {} it is",
            service.address,
            definitions.len()
        );
        InputError::new(&source.name, message)
            .at_position(service.values.place.position)
            .hint("pass the task definition as a file, and its service with --service-definition")
    })?;
    Ok(vec![only])
}

/// Refuses a plan that ended with an error: what it lacks is not known.
fn refuse_unfinished(source: &Source) -> Result<(), InputError> {
    let errored = source.root.get("errored").filter(|it| it.value == Value::Bool(true));
    errored.map_or(Ok(()), |it| {
        Err(InputError::new(&source.name, "Terraform could not finish this plan")
            .at_position(it.place.position)
            .hint("fix the error that `terraform plan` printed, and pass the new plan"))
    })
}

/// Refuses a service without readable values, and one in a subnet or with a security group that the plan
/// deletes.
fn refuse_unusable(
    source: &Source,
    service: &Resource,
    deleted: &[Resource],
) -> Result<(), InputError> {
    let error = |place: &Place, message: String| {
        Err(InputError::new(&source.name, message).at_position(place.position))
    };
    if !matches!(service.values.value, Value::Map(_) | Value::Unresolved(_)) {
        let message = format!("the values of {} after the apply are no object", service.address);
        return error(&service.values.place, message)
            .map_err(|it| it.hint("pass what `terraform show -json PLAN` prints, unchanged"));
    }
    let networks = service.values.get("network_configuration").map_or(&[][..], Node::items);
    let ids = ["subnets", "security_groups"].iter();
    let ids = ids.flat_map(|name| networks.iter().filter_map(|it| it.get(name)));
    for id in ids.flat_map(Node::items) {
        let is_it = |it: &&Resource| {
            let is_network = matches!(it.kind, "aws_subnet" | "aws_security_group");
            is_network
                && id.text().is_some_and(|id| it.values.get("id").and_then(Node::text) == Some(id))
        };
        if let Some(gone) = deleted.iter().find(is_it) {
            let message =
                format!("this plan deletes {}, which {} uses", gone.address, service.address);
            return error(&id.place, message);
        }
    }
    Ok(())
}

/// The roles that the apply creates.
pub(super) fn roles(source: &Source, known: &Surroundings) -> Vec<DeclaredRole> {
    role::roles(&Plan::of(&source.root, known))
}

/// What the apply changes or deletes, but for what is judged as the plan writes it.
pub(super) fn affected(source: &Source, known: &Surroundings) -> Vec<Affected> {
    affected::affected(&Plan::of(&source.root, known))
}

/// The log groups, secrets and parameters that the apply creates or changes, as far as they are known.
pub(super) fn described(source: &Source, known: &Surroundings) -> Vec<Described> {
    described::described(&Plan::of(&source.root, known))
}

/// The resources with a known name that the apply creates, changes or deletes, and that are not judged as the
/// plan writes them.
fn created(plan: &Plan, links: &Links) -> Created {
    let mut created = Created::default();
    let (resources, deleted) = (plan.resources(), &plan.deleted);
    let is_judged = |it: &Resource, name: &str| {
        let roles = links.roles.iter().filter(|_| it.kind.starts_with("aws_iam_"));
        roles.into_iter().any(|role| role.name == name)
            || links.described.iter().any(|described| described::is_it(described, it, name))
    };
    let changed = resources.iter().filter(|it| it.changes).map(|it| ("changes", it));
    let changed: Vec<_> = changed.chain(deleted.iter().map(|it| ("deletes", it))).collect();
    for (does, resource) in &changed {
        for (_, attribute, reference) in NAMED.iter().filter(|it| it.0 == resource.kind) {
            let all = [Some(&resource.values), resource.before].into_iter().flatten();
            let named = all.filter_map(|it| it.get(attribute));
            let names = named.flat_map(|it| it.items().iter().chain([it]));
            for name in names.filter_map(|it| scalar(&it.value)) {
                if !is_judged(resource, &name) {
                    created.add(format!("this plan {does} {}", resource.address), reference, name);
                }
            }
        }
    }
    for (does, it) in &changed {
        let is_default = it.kind.starts_with("aws_default_");
        let is_used = it.exists || is_default || IN_USE_AT_ONCE.contains(&it.kind);
        let is_named_only = keeps_all_but(it, &["tags", "tags_all", "description"]);
        if NETWORK.contains(&it.kind) && is_used && !is_named_only {
            created.add(format!("this plan {does} {}", it.address), &PATH, it.address.clone());
        }
    }
    let text = |it: &Resource, name: &str| it.values.get(name).and_then(|it| scalar(&it.value));
    let attachments = resources.iter().filter(|it| it.kind == "aws_iam_role_policy_attachment");
    for attachment in attachments {
        let arn = text(attachment, "policy_arn");
        let is_it = |(_, it): &&(&str, &Resource)| {
            it.kind == "aws_iam_policy" && arn.is_some() && text(it, "arn") == arn
        };
        if let (Some((does, policy)), Some(role)) =
            (changed.iter().find(is_it), text(attachment, "role"))
            && !links.roles.iter().any(|it| it.name == role)
        {
            created.add(format!("this plan {does} {}", policy.address), &ROLE, role);
        }
    }
    created
}

fn definition_of(
    source: &Source,
    resource: &Resource,
    links: &Links,
    (created, texts): (&Created, &Texts),
) -> Source {
    let mut root = attribute::object(links.linked(resource), &REGISTER_TASK_DEFINITION);
    if let Value::Map(entries) = &mut root.value {
        for entry in entries.iter_mut().filter(|it| &*it.key == "containerDefinitions") {
            let written = std::mem::replace(&mut entry.node, nothing_at(&root.place));
            entry.node = containers(written, texts);
        }
    }
    source.definition(created.marked(root))
}

fn nothing_at(place: &Place) -> Node {
    Node { value: Value::Null, place: place.clone() }
}

/// The containers, which are JSON in a text.
fn containers(node: Node, texts: &Texts) -> Node {
    let Value::Text(text) = &node.value else { return node };
    match json::parse(text, &node.place) {
        Ok(inner) => spelling::corrected(texts.placed(inner, text, &node.place)),
        Err(error) => {
            let why = format!("`container_definitions` cannot be read as JSON: {}", error.message);
            unresolved(&node.place, "container_definitions", why)
        }
    }
}

fn service_of(source: &Source, resource: &Resource, links: &Links, created: &Created) -> Source {
    let root = attribute::object(attribute::grouped(&links.linked(resource)), &CREATE_SERVICE);
    let mut root = created.marked(root).in_role(Role::Context);
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|it| &*it.key != "taskDefinition");
    }
    source.context(root)
}

/// The error for a plan without a task definition.
fn nothing(source: &Source, has_no_service: bool) -> InputError {
    let is_planned = ["resource_changes", "planned_values", "values"];
    let message = match (has_no_service, is_planned.iter().any(|name| source.root.has(name))) {
        (_, false) => "this is neither a plan nor a state of Terraform as JSON",
        (true, _) => "this plan has no aws_ecs_task_definition",
        (false, _) => "this plan has an aws_ecs_service, but no aws_ecs_task_definition",
    };
    InputError::new(&source.name, message).at_position(source.root.place.position).hint(
        "pass the output of `terraform show -json PLAN`, where PLAN is what `terraform plan -out PLAN` wrote",
    )
}
