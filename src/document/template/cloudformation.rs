//! CloudFormation templates: the task definitions, each with the services that use it.

use super::conform;
use super::created::{
    ANY_ROLE, BUCKET, CLUSTER, Created, GROUP, KEY_ALIAS, LOG_GROUP, NAMESPACE, PARAMETER, PATH,
    PROVIDER, PUSHED, REPOSITORY, ROLE, Reference, SECRET, SUBNET,
};
use super::declared::{Declared, Surroundings};
use super::described::described;
use super::expression::{Resolver, function, scalar, unresolved};
use super::nested::is_nested;
use super::outputs::{APPLICATION, STACK};
use super::role::roles;
use crate::document::input_error::InputError;
use crate::document::node::{Entry, Node, Value};
use crate::document::place::Role;
use crate::document::shape::{CREATE_SERVICE, REGISTER_TASK_DEFINITION, Shape};
use crate::document::source::Source;

const TASK_DEFINITION: &str = "AWS::ECS::TaskDefinition";
const SERVICE: &str = "AWS::ECS::Service";

/// The name of a resource, and what is written of it.
type Resource<'t> = (&'t str, &'t Node);

/// The resources that fields of ECS name: the type, the property with the name, and how they name it.
const NAMED: &[(&str, &str, &Reference)] = &[
    ("AWS::Logs::LogGroup", "LogGroupName", &LOG_GROUP),
    ("AWS::IAM::Role", "RoleName", &ROLE),
    ("AWS::IAM::Policy", "Roles", &ROLE),
    ("AWS::IAM::ManagedPolicy", "Roles", &ROLE),
    ("AWS::IAM::RolePolicy", "RoleName", &ROLE),
    ("AWS::SecretsManager::Secret", "Name", &SECRET),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId", &SECRET),
    ("AWS::SSM::Parameter", "Name", &PARAMETER),
    ("AWS::ECR::Repository", "RepositoryName", &REPOSITORY),
    ("AWS::ECS::Cluster", "ClusterName", &CLUSTER),
    ("AWS::ECS::ClusterCapacityProviderAssociations", "Cluster", &CLUSTER),
    ("AWS::ECS::CapacityProvider", "Name", &PROVIDER),
    ("AWS::S3::Bucket", "BucketName", &BUCKET),
    ("AWS::S3::BucketPolicy", "Bucket", &BUCKET),
    ("AWS::KMS::Alias", "AliasName", &KEY_ALIAS),
    ("AWS::EC2::SecurityGroupEgress", "GroupId", &GROUP),
    ("AWS::EC2::SecurityGroupIngress", "GroupId", &GROUP),
    ("AWS::EC2::SubnetRouteTableAssociation", "SubnetId", &SUBNET),
    ("AWS::EC2::SubnetNetworkAclAssociation", "SubnetId", &SUBNET),
    ("AWS::EC2::Route", "RouteTableId", &PATH),
    ("AWS::EC2::NetworkAclEntry", "NetworkAclId", &PATH),
    ("AWS::EC2::VPCEndpoint", "VpcId", &PATH),
    ("AWS::ServiceDiscovery::HttpNamespace", "Name", &NAMESPACE),
    ("AWS::ServiceDiscovery::PrivateDnsNamespace", "Name", &NAMESPACE),
];

/// Refuses a template without a task definition, and one that a macro rewrites.
pub(super) fn examine(source: &Source) -> Result<(), InputError> {
    refuse_macros(source)?;
    let resources = source.root.get("Resources").map_or(&[][..], Node::entries);
    // The definition may be in a nested stack.
    match declares(source) || resources.iter().any(|it| is_nested(&it.node)) {
        true => Ok(()),
        false => Err(nothing(source, &Resolver::new(&source.root, &Surroundings::default()))),
    }
}

/// Whether a task definition is written in the template, outside loops.
pub(super) fn declares(source: &Source) -> bool {
    let resources = source.root.get("Resources").map_or(&[][..], Node::entries);
    resources.iter().any(|it| it.node.get("Type").and_then(Node::text) == Some(TASK_DEFINITION))
}

/// The task definitions that the template creates.
pub(super) fn declared(source: &Source, known: &Surroundings) -> Result<Vec<Declared>, InputError> {
    let resolver = Resolver::new(&source.root, known);
    let found = declared_if_any(source, &resolver)?;
    if found.is_empty() { Err(nothing(source, &resolver)) } else { Ok(found) }
}

/// The same, and none if it creates none.
pub(super) fn declared_if_any(
    source: &Source,
    resolver: &Resolver,
) -> Result<Vec<Declared>, InputError> {
    refuse_macros(source)?;
    let definitions = resources(resolver, TASK_DEFINITION);
    if definitions.is_empty() {
        return if has_loops(resolver) { Err(nothing(source, resolver)) } else { Ok(Vec::new()) };
    }
    let services = resources(resolver, SERVICE);
    for resource in &definitions {
        certain(source, *resource, resolver)?;
    }
    let names: Vec<&str> = definitions.iter().map(|(name, _)| *name).collect();
    let mut used = Vec::new();
    for service in &services {
        let of = definitions_of(source, *service, &names, resolver)?;
        if !of.is_empty() {
            certain(source, *service, resolver)?;
        }
        used.push(of);
    }
    let created = created(resolver);
    let mut found = Vec::new();
    for (name, definition) in definitions {
        let read = |service: Option<(&str, &Node)>| Declared {
            name: name.to_owned(),
            definition: definition_of(source, name, definition, resolver, &created),
            service: service.map(|it| service_of(source, it, resolver, &created)),
            service_exists: service.and_then(|(id, _)| running(id, resolver)).map(|_| true),
        };
        let users = services.iter().zip(&used).filter(|(_, of)| of.contains(&name));
        let users: Vec<_> = users.map(|(service, _)| *service).collect();
        match users.as_slice() {
            [] => found.push(read(None)),
            [only] => found.push(read(Some(*only))),
            several => found.extend(several.iter().map(|service| {
                let name = format!("{name} for {}", service.0);
                Declared { name, ..read(Some(*service)) }
            })),
        }
    }
    Ok(found)
}

/// The resources of a type, without those whose condition is false.
fn resources<'t>(resolver: &Resolver<'t>, kind: &str) -> Vec<(&'t str, &'t Node)> {
    let Some(resources) = resolver.template.get("Resources") else { return Vec::new() };
    let all = resources.entries().iter().map(|entry| (&*entry.key, &entry.node));
    let is_meant = |(name, resource): &(&str, &Node)| {
        resource.get("Type").and_then(Node::text) == Some(kind)
            && resolver.exists(name, resource) != Some(false)
            // A repeated name replaces the resource before it.
            && resolver.resource(name).is_some_and(|last| std::ptr::eq(last, *resource))
    };
    all.filter(is_meant).collect()
}

/// Whether a resource that is somewhere inside gives policies to roles.
fn makes_policies(node: &Node) -> bool {
    let kind = node.get("Type").and_then(Node::text).unwrap_or_default();
    matches!(kind, "AWS::IAM::Policy" | "AWS::IAM::RolePolicy" | "AWS::IAM::ManagedPolicy")
        || node.entries().iter().any(|it| makes_policies(&it.node))
        || node.items().iter().any(makes_policies)
}

/// The resources with a known name that the template creates or changes.
fn created(resolver: &Resolver) -> Created {
    let mut created = Created::default();
    for tag in &resolver.known.pushed_tags {
        created.add("`cdk deploy` pushes the image".to_owned(), &PUSHED, tag.clone());
    }
    // A loop, which is not expanded, may give policies to any role.
    let loops = resolver.template.get("Resources").map_or(&[][..], Node::entries).iter();
    for it in loops.filter(|it| it.key.starts_with("Fn::ForEach::") && makes_policies(&it.node)) {
        created.add(
            format!("{} may attach a policy to any role", it.key),
            &ANY_ROLE,
            it.key.to_string(),
        );
    }
    // A role of the template is judged as it is written.
    let roles: Vec<String> = roles(resolver).into_iter().map(|it| it.name).collect();
    let described = described(resolver);
    for (kind, property, reference) in NAMED {
        for (id, resource) in resources(resolver, kind) {
            if resolver.unchanged.contains(id) || described.iter().any(|it| it.id == id) {
                continue;
            }
            let named = resource.get("Properties").and_then(|it| it.get(property));
            let Some(named) = named.and_then(|it| resolver.value(it)) else { continue };
            let mut what = format!("this template creates {id} ({kind})");
            let mut why = None;
            if resolver.exists(id, resource).is_none() {
                what = format!("it is not known whether {what}");
                why = Some(resolver.uncertain(resource));
            }
            for name in named.items().iter().chain([&named]).filter_map(|it| scalar(&it.value)) {
                if !roles.contains(&name) {
                    created.add_because(what.clone(), why.clone(), reference, name);
                }
            }
        }
    }
    created
}

fn definition_of(
    source: &Source,
    name: &str,
    resource: &Node,
    resolver: &Resolver,
    created: &Created,
) -> Source {
    let mut root = properties(resource, &REGISTER_TASK_DEFINITION, resolver, created);
    if let Value::Map(entries) = &mut root.value
        && !entries.iter().any(|entry| &*entry.key == "family")
    {
        let why =
            format!("the template gives {name} no `Family`, so that CloudFormation makes one");
        let node = unresolved(&root.place, "Family", why);
        entries.push(Entry { key: "family".into(), key_place: root.place.clone(), node });
    }
    source.definition(root)
}

/// The ARN of a service that the stack has already.
fn running<'r>(id: &str, resolver: &'r Resolver) -> Option<&'r str> {
    let live = resolver.known.live.as_ref()?.resources.get(id)?;
    (live.kind == SERVICE).then_some(&*live.id)
}

fn service_of(
    source: &Source,
    (id, resource): (&str, &Node),
    resolver: &Resolver,
    created: &Created,
) -> Source {
    let mut root = properties(resource, &CREATE_SERVICE, resolver, created);
    if let Value::Map(entries) = &mut root.value {
        let is_named = entries.iter().any(|it| &*it.key == "serviceName");
        if let (false, Some(arn)) = (is_named, running(id, resolver)) {
            let name = arn.rsplit('/').next().unwrap_or(arn).to_owned();
            let node = Node { value: Value::Text(name), place: root.place.clone() };
            let key_place = root.place.clone();
            entries.push(Entry { key: "serviceName".into(), key_place, node });
        }
        // The definition is known, and CloudFormation's way to force a deployment is no field of the API.
        entries.retain(|it| !matches!(&*it.key, "taskDefinition" | "ForceNewDeployment"));
        if !entries.iter().any(|entry| &*entry.key == "serviceName") {
            let why =
                "the template sets no `ServiceName`, so that CloudFormation makes one".to_owned();
            let node = unresolved(&root.place, "ServiceName", why);
            entries.push(Entry { key: "serviceName".into(), key_place: root.place.clone(), node });
        }
    }
    source.context(root.in_role(Role::Context))
}

/// The properties of a resource, as fields of the API.
fn properties(
    resource: &Node,
    shape: &'static Shape,
    resolver: &Resolver,
    created: &Created,
) -> Node {
    let nothing = || Node { value: Value::Map(Vec::new()), place: resource.place.clone() };
    let properties = resource.get("Properties").and_then(|it| resolver.value(it));
    created.marked(conform::object(properties.unwrap_or_else(nothing), shape))
}

/// An error for a definition or a service of which it is not known whether it is created.
fn certain(
    source: &Source,
    (id, resource): Resource,
    resolver: &Resolver,
) -> Result<(), InputError> {
    if resolver.exists(id, resource).is_some() {
        return Ok(());
    }
    let why = resolver.uncertain(resource);
    let condition = resource.get("Condition").unwrap_or(resource);
    Err(InputError::new(&source.name, format!("whether {id} is created is not known: {why}"))
        .at_position(condition.place.position))
}

/// Those of the definitions that a service runs.
fn definitions_of<'d>(
    source: &Source,
    (id, service): Resource,
    definitions: &[&'d str],
    resolver: &Resolver,
) -> Result<Vec<&'d str>, InputError> {
    let error = |message: String, node: &Node| {
        Err(InputError::new(&source.name, message)
            .at_position(node.place.position)
            .hint("write its Properties as an object, with TaskDefinition: !Ref NAME"))
    };
    let Some(properties) = service.get("Properties").and_then(|it| resolver.value(it)) else {
        return error(format!("the service {id} has no Properties"), service);
    };
    if !matches!(properties.value, Value::Map(_)) {
        return error(format!("the Properties of the service {id} are not an object"), &properties);
    }
    let written = service.get("Properties").and_then(|it| it.get("TaskDefinition"));
    let (Some(written), Some(used)) = (written, properties.get("TaskDefinition")) else {
        let controller = properties.get("DeploymentController").and_then(|it| it.get("Type"));
        return match controller.map(Node::text) {
            None | Some(Some("ECS" | "CODE_DEPLOY")) => {
                error(format!("the service {id} has no TaskDefinition"), &properties)
            }
            Some(_) => Ok(Vec::new()),
        };
    };
    let is_used = |name: &&&str| refers(written, name, resolver) || is_named(used, name, resolver);
    let found: Vec<&str> = definitions.iter().filter(is_used).copied().collect();
    match (&used.value, definitions, found.is_empty()) {
        (Value::Unresolved(_), [only], true) => Ok(vec![*only]),
        (Value::Unresolved(it), _, true) => {
            let message =
                format!("which task definition the service {id} runs is not known: {}", it.why);
            error(message, written).map_err(|it| {
                it.hint("pass --parameter NAME=VALUE if it depends on a parameter, or refer to the task definition with !Ref")
            })
        }
        _ => Ok(found),
    }
}

/// Whether this value is the ARN or the family of the definition.
fn is_named(used: &Node, definition: &str, resolver: &Resolver) -> bool {
    let of = |path: &str| resolver.attribute(path, &used.place);
    let resource = resolver.resource(definition).and_then(|it| it.get("Properties"));
    let family = resource.and_then(|it| resolver.value(it.get("Family")?));
    let arns = [of(definition), of(&format!("{definition}.TaskDefinitionArn"))];
    arns.into_iter().chain(family).any(|it| match (&it.value, &used.value) {
        (Value::Unresolved(one), Value::Unresolved(other)) => one.text == other.text,
        (one, other) => {
            let name = scalar(one);
            let is_same = |it: String| {
                let family = it.split_once(":task-definition/").map(|(_, family)| family);
                Some(&*it) == name.as_deref() || family.is_some() && family == name.as_deref()
            };
            name.is_some() && scalar(other).is_some_and(is_same)
        }
    })
}

fn refers(node: &Node, name: &str, resolver: &Resolver) -> bool {
    let Some((function, argument)) = function(&node.value) else { return false };
    match (function, argument.items()) {
        ("Ref", _) => argument.text() == Some(name),
        ("Fn::GetAtt", [resource, ..]) => resource.text() == Some(name),
        ("Fn::GetAtt", []) => argument.text().and_then(|it| it.split('.').next()) == Some(name),
        ("Fn::Sub", []) => argument.text() == Some(&*format!("${{{name}}}")),
        ("Fn::If", [condition, yes, no]) => {
            let holds = condition.text().and_then(|it| resolver.holds(it));
            holds != Some(false) && refers(yes, name, resolver)
                || holds != Some(true) && refers(no, name, resolver)
        }
        _ => false,
    }
}

/// A macro may rewrite everything: only those of AWS leave task definitions and services as they are, except
/// the one that includes a file.
fn refuse_macros(source: &Source) -> Result<(), InputError> {
    let transforms = source.root.get("Transform").into_iter().chain(around_resources(source));
    let names = transforms.flat_map(|it| it.items().iter().chain([it])).filter_map(|it| {
        it.text().or_else(|| it.get("Name").and_then(Node::text)).map(|name| (name, it))
    });
    let rewrites = |name: &str| !name.starts_with("AWS::") || name == "AWS::Include";
    let mut foreign = names.filter(|(name, _)| rewrites(name));
    let Some((name, node)) = foreign.next() else { return Ok(()) };
    let message = format!("the macro `{name}` rewrites this template when it is deployed");
    Err(InputError::new(&source.name, message)
        .at_position(node.place.position)
        .hint("pass what it returns: aws cloudformation get-template --template-stage Processed --stack-name NAME --query TemplateBody"))
}

/// The macros that are called next to resources, or next to the type or the properties of one: they rewrite what is
/// around them.
fn around_resources(source: &Source) -> impl Iterator<Item = &Node> {
    let resources = source.root.get("Resources");
    let each = resources.map_or(&[][..], Node::entries).iter().map(|it| &it.node);
    let properties = each.clone().filter_map(|it| it.get("Properties"));
    let all = [Some(&*source.root), resources].into_iter().flatten().chain(each).chain(properties);
    all.filter_map(|it| it.get("Fn::Transform"))
}

/// Whether a loop, which is not expanded, may create more resources.
fn has_loops(resolver: &Resolver) -> bool {
    let resources = resolver.template.get("Resources").map_or(&[][..], Node::entries);
    resources.iter().any(|it| it.key.starts_with("Fn::ForEach::"))
}

/// The error for a template without a task definition.
fn nothing(source: &Source, resolver: &Resolver) -> InputError {
    let error = |message: &str| {
        InputError::new(&source.name, message).at_position(source.root.place.position)
    };
    let nested = [STACK, APPLICATION].map(|kind| resources(resolver, kind)).concat();
    match (nested.is_empty(), has_loops(resolver)) {
        (_, true) => error("this template creates no AWS::ECS::TaskDefinition outside Fn::ForEach, which is not expanded")
            .hint("pass the processed template: aws cloudformation get-template --template-stage Processed --stack-name NAME --query TemplateBody"),
        (false, _) => error("this template creates no AWS::ECS::TaskDefinition, but nested stacks")
            .hint("pass the template of the nested stack"),
        (true, false) => error("this template creates no AWS::ECS::TaskDefinition")
            .hint("pass the template that creates the task definition"),
    }
}
