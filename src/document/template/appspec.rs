//! The `appspec.yml` of CodeDeploy: where the new task set of a service runs
//! (<https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html>).

use super::conform;
use crate::document::input_error::InputError;
use crate::document::node::{Node, Value};
use crate::document::place::Role;
use crate::document::shape::CREATE_SERVICE;
use crate::document::source::Source;

/// How the service is written.
const FORM: &str = "write the service as AWS does: Resources: [{TargetService: {Type: AWS::ECS::Service, Properties: {TaskDefinition: …}}}]";

/// What the file says of the service, as input of `create-service`. The task definition in it is usually a
/// placeholder, and its load balancer is that of the service.
///
/// # Errors
/// The file is for a deployment to something else, or names no service.
pub fn service(source: &Source) -> Result<Source, InputError> {
    let error = |node: &Node, message: &str, hint: &str| {
        let error = InputError::new(&source.name, message).at_position(node.place.position);
        Err(error.hint(hint))
    };
    let root = &source.root;
    if root.has("os") && root.has("files") {
        return error(
            root,
            "this AppSpec file is for a deployment to instances, not to ECS",
            "pass the AppSpec file of an ECS deployment, which has `Resources`",
        );
    }
    let resources = root.get("Resources").unwrap_or(root);
    let Value::List(items) = &resources.value else {
        let message =
            format!("`Resources` of this AppSpec file is {}, not a list", resources.kind());
        return error(resources, &message, FORM);
    };
    let Some(target) = items.iter().find_map(|it| it.get("TargetService")) else {
        return error(resources, "this AppSpec file has no `TargetService`", FORM);
    };
    let properties = match target.get("Properties") {
        Some(it) if matches!(it.value, Value::Map(_)) => it.clone(),
        Some(it) => {
            let message =
                format!("the `Properties` of TargetService are {}, not an object", it.kind());
            return error(it, &message, FORM);
        }
        None => return error(target, "TargetService has no `Properties`", FORM),
    };
    let mut root = conform::object(properties, &CREATE_SERVICE).in_role(Role::Context);
    if let Value::Map(entries) = &mut root.value {
        entries.retain(|it| !matches!(&*it.key, "taskDefinition" | "LoadBalancerInfo"));
    }
    Ok(source.context(root))
}
