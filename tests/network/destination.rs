use aws_ecs_preflight::network::{Destination, Port, Service, Target};
use serde::Deserialize;
use serde_json::Value;

use super::notation::{REGION, read_protocol};
use super::parts::Parts;

/// Where to: `internet`, `service ecr.dkr`, `TCP 2049 subnet-b sg-efs`, `UDP 53 10.0.0.9`.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct WrittenDestination(String);

impl WrittenDestination {
    pub fn read(&self, parts: &Parts) -> Destination {
        let words: Vec<_> = self.0.split(' ').collect();
        match words.as_slice() {
            ["internet"] => Destination::Internet(Port::tcp(443)),
            ["service", name] => {
                Destination::Service(Service::new(*name, &REGION.parse().unwrap()))
            }
            ["service", name, "in", region] => {
                Destination::Service(Service::new(*name, &region.parse().unwrap()))
            }
            [protocol, number, place, groups @ ..] => {
                let protocol = read_protocol(protocol);
                let port = Port { protocol, number: number.parse().unwrap() };
                let subnet = parts.subnets.iter().find(|it| it.id == *place);
                let target = match subnet {
                    None => Target::address(place.parse().unwrap()),
                    Some(subnet) => Target::interfaces(*place, [subnet], groups.iter().copied()),
                };
                Destination::Target(target, port)
            }
            other => panic!("{other:?} is no destination"),
        }
    }
}

/// What is written in `patch` in place of what is there; `null` takes it away
/// (<https://www.rfc-editor.org/rfc/rfc7396>).
pub fn merge(into: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *into = patch.clone();
        return;
    };
    if !into.is_object() {
        *into = Value::Object(Default::default());
    }
    let fields = into.as_object_mut().unwrap();
    for (name, change) in changes {
        if change.is_null() {
            fields.remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}
