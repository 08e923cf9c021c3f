//! Attributes of Terraform's resources as fields of the API.

use std::sync::Arc;

use crate::document::convention::is_same;
use crate::document::node::{Entry, Node, Value};
use crate::document::place::Place;
use crate::document::shape::{Kind, Shape};

/// Attributes whose names differ from the API's in more than their capitals, and the field.
const RENAMED: &[(&str, &str)] = &[
    ("volume", "volumes"),
    ("inference_accelerator", "inferenceAccelerators"),
    ("configure_at_launch", "configuredAtLaunch"),
    ("load_balancer", "loadBalancers"),
    ("elb_name", "loadBalancerName"),
    ("ordered_placement_strategy", "placementStrategy"),
    ("iam_role", "role"),
    ("volume_configuration", "volumeConfigurations"),
    ("service", "services"),
    ("client_alias", "clientAliases"),
    ("secret_option", "secretOptions"),
    ("size_in_gb", "sizeInGiB"),
    ("issuer_cert_authority", "issuerCertificateAuthority"),
    ("host_path", "host"),
    ("name", "serviceName"),
];

/// Numbers that Terraform writes as 0 where nothing is set.
const ZERO_IF_UNSET: [&str; 4] =
    ["transitEncryptionPort", "containerPort", "port", "healthCheckGracePeriodSeconds"];

/// The attributes that the shape has, with its names and types.
pub(super) fn object(node: Node, shape: &'static Shape) -> Node {
    let Value::Map(entries) = node.value else { return node };
    let place = node.place;
    let entries = entries.into_iter().filter_map(|entry| field(entry, shape)).collect();
    Node { value: Value::Map(entries), place }
}

fn field(entry: Entry, shape: &'static Shape) -> Option<Entry> {
    let Entry { key, key_place, node } = entry;
    let named = |name: &str| shape.fields.iter().find(|it| it.name == name);
    let same = shape.fields.iter().find(|it| is_same(&key, it.name));
    let renamed = RENAMED.iter().filter(|(attribute, _)| *attribute == &*key);
    let member = same.or_else(|| renamed.filter_map(|(_, field)| named(field)).next())?;
    let node = typed(node, &member.kind, member.name)?;
    Some(Entry { key: member.name.into(), key_place, node })
}

/// The value as the API takes it; none where nothing is set.
fn typed(node: Node, kind: &'static Kind, name: &str) -> Option<Node> {
    let Node { value, place } = node;
    let value = match (kind, value) {
        (_, Value::Null) => return None,
        (_, Value::Unresolved(it)) => Value::Unresolved(it),
        // A block is a list of one.
        (Kind::Object(shape), Value::List(mut items)) => {
            return Some(object(items.pop()?, shape));
        }
        (Kind::Object(_), Value::Text(text)) if name == "host" => {
            if text.is_empty() {
                return None;
            }
            wrapped("sourcePath", Value::Text(text), &place)
        }
        (Kind::Object(shape), value) => return Some(object(Node { value, place }, shape)),
        (Kind::List(item) | Kind::NonEmpty(item), Value::List(items)) => {
            let items: Vec<Node> = items.into_iter().filter_map(|it| typed(it, item, "")).collect();
            if items.is_empty() {
                return None;
            }
            Value::List(items)
        }
        // Tags, and the properties of a proxy.
        (Kind::List(_), Value::Map(entries)) => {
            let key = if name == "tags" { "key" } else { "name" };
            if entries.is_empty() {
                return None;
            }
            Value::List(entries.into_iter().map(|it| pair(key, it)).collect())
        }
        (Kind::Map(_), Value::Map(entries)) => {
            let given = entries.into_iter().filter(|it| it.node.value != Value::Null);
            Value::Map(given.collect())
        }
        (Kind::OneOf(_), Value::Bool(on)) => {
            Value::Text(if on { "ENABLED" } else { "DISABLED" }.to_owned())
        }
        (_, Value::Text(text)) if text.is_empty() => return None,
        (Kind::Text | Kind::Filled | Kind::OneOf(_), Value::Number(it)) => {
            Value::Text(it.to_string())
        }
        (Kind::Whole | Kind::From(_) | Kind::Decimal, Value::Text(text)) => {
            text.parse::<i64>().map_or(Value::Text(text), |it| Value::Number(it.into()))
        }
        (Kind::Whole, Value::Number(it))
            if it.as_i64() == Some(0) && ZERO_IF_UNSET.contains(&name) =>
        {
            return None;
        }
        (_, value) => value,
    };
    Some(Node { value, place })
}

/// One entry of a map as an object with a name and a value.
fn pair(key: &str, entry: Entry) -> Node {
    let Entry { key: name, key_place, node } = entry;
    let name = Node { value: Value::Text(name.to_string()), place: key_place.clone() };
    let field =
        |key: &str, node: Node| Entry { key: key.into(), key_place: key_place.clone(), node };
    let value = Value::Map(vec![field(key, name), field("value", node)]);
    Node { value, place: key_place.clone() }
}

fn wrapped(key: &str, value: Value, place: &Place) -> Value {
    let key: Arc<str> = key.into();
    let node = Node { value, place: place.clone() };
    Value::Map(vec![Entry { key, key_place: place.clone(), node }])
}

/// The attributes of a service with those in groups that the API groups.
pub(super) fn grouped(service: &Node) -> Node {
    const DEPLOYMENT: [(&str, &str); 4] = [
        ("deployment_maximum_percent", "maximumPercent"),
        ("deployment_minimum_healthy_percent", "minimumHealthyPercent"),
        ("deployment_circuit_breaker", "deploymentCircuitBreaker"),
        ("alarms", "alarms"),
    ];
    let Value::Map(entries) = &service.value else { return service.clone() };
    let (mut kept, mut deployment) = (Vec::new(), Vec::new());
    for entry in entries {
        let field = DEPLOYMENT.iter().find(|(attribute, _)| *attribute == &*entry.key);
        let inner = match &*entry.key {
            "deployment_configuration" => entry.node.items().first().map_or(&[][..], Node::entries),
            _ => &[],
        };
        deployment.extend(inner.iter().cloned());
        match field {
            Some((_, field)) => deployment.push(Entry { key: (*field).into(), ..entry.clone() }),
            None if &*entry.key == "network_configuration" => kept.push(network(entry)),
            None if &*entry.key == "deployment_configuration" => {}
            None => kept.push(entry.clone()),
        }
    }
    deployment.retain(|it| it.node.value != Value::Null);
    if !deployment.is_empty() {
        let place = service.place.clone();
        let node = Node { value: Value::Map(deployment), place: place.clone() };
        kept.push(Entry { key: "deploymentConfiguration".into(), key_place: place, node });
    }
    Node { value: Value::Map(kept), place: service.place.clone() }
}

/// The network with the object that the API puts around it.
fn network(entry: &Entry) -> Entry {
    let place = &entry.node.place;
    let value = match (&entry.node.value, entry.node.items().first()) {
        (Value::List(_), Some(inner)) => {
            wrapped("awsvpcConfiguration", inner.value.clone(), &inner.place)
        }
        (Value::List(_), None) => Value::Null,
        (value, _) => value.clone(),
    };
    Entry { node: Node { value, place: place.clone() }, ..entry.clone() }
}
