//! The `appspec.yml` of CodeDeploy: where the new task set of a service runs
//! (<https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html>).

use super::conform;
use crate::document::node::{Node, Value};
use crate::document::place::Role;
use crate::document::shape::CREATE_SERVICE;
use crate::document::source::Source;

/// What the file says of the service, as input of `create-service`; none for another document. The task
/// definition in it is usually a placeholder, and its load balancer is that of the service.
pub fn service(source: &Source) -> Option<Source> {
    let target = |it: &Node| it.get("TargetService")?.get("Properties").cloned();
    let properties = source.root.get("Resources")?.items().iter().find_map(target)?;
    let mut root = conform::object(properties, &CREATE_SERVICE).in_role(Role::Context);
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|it| !matches!(&*it.key, "taskDefinition" | "LoadBalancerInfo"));
    }
    Some(Source { name: source.name.clone(), role: Role::Context, root, remarks: Vec::new() })
}
