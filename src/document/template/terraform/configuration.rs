//! What resources of a plan refer to, from the configuration in the plan.

use std::collections::BTreeMap;

use super::address::{parts, segments, unindexed};
use super::resource::Resource;
use crate::document::node::{DEPTH_LIMIT, Node, Value};

/// The configuration of a plan.
pub(super) struct Configuration<'s> {
    root: Option<&'s Node>,
    /// The resources of each module by their addresses in it.
    resources: BTreeMap<String, BTreeMap<&'s str, &'s Node>>,
}

impl<'s> Configuration<'s> {
    /// The configuration in this plan; a state has none.
    pub(super) fn of(plan: &'s Node) -> Configuration<'s> {
        let root = plan.get("configuration").and_then(|it| it.get("root_module"));
        let mut resources = BTreeMap::new();
        let mut modules: Vec<(String, &Node, usize)> = Vec::new();
        modules.extend(root.map(|it| (String::new(), it, 0)));
        while let Some((path, module, depth)) = modules.pop() {
            let all = module.get("resources").map_or(&[][..], Node::items);
            let address = |it: &'s Node| Some((it.get("address")?.text()?, it));
            // The first one of an address counts.
            resources.insert(path.clone(), all.iter().rev().filter_map(address).collect());
            let calls = module.get("module_calls").map_or(&[][..], Node::entries);
            let calls = calls.iter().filter(|_| depth < DEPTH_LIMIT);
            modules.extend(calls.filter_map(|it| {
                Some((format!("{path}/{}", it.key), it.node.get("module")?, depth + 1))
            }));
        }
        Configuration { root, resources }
    }

    /// Whether a service runs this definition, out of all.
    pub(super) fn uses(&self, service: &Resource, this: &Resource, all: &[&Resource]) -> bool {
        if let Some(Value::Text(used)) = service.values.get("task_definition").map(|it| &it.value) {
            return names(this, used);
        }
        let (module, name, index) = parts(&service.address);
        let references = self.references(module, name);
        let is_meant = |definition: &Resource| {
            let (its_module, its_name, its_index) = parts(&definition.address);
            let referred = |it: &String| {
                let it = it.as_str();
                it == its_name || it == format!("{its_name}{its_index}")
            };
            module == its_module && references.iter().any(referred)
        };
        let meant: Vec<&&Resource> = all.iter().filter(|it| is_meant(it)).collect();
        // With `count` and `for_each` each service runs the definition of its index.
        let same_index = |it: &Resource| parts(&it.address).2 == index;
        is_meant(this) && (meant.len() == 1 || same_index(this))
    }

    /// The only definition that a service can run whose reference leads to none of them: that of its module, or
    /// the only one at all. None if the service runs none of the plan, or there are several.
    pub(super) fn only<'d>(
        &self,
        service: &Resource,
        all: &[&'d Resource<'s>],
    ) -> Option<&'d Resource<'s>> {
        let (module, name, _) = parts(&service.address);
        let is_from_outside = |it: &String| it.starts_with("var.") || it.starts_with("module.");
        let is_from_outside = self.references(module, name).iter().any(is_from_outside);
        let in_module = |it: &&&Resource| parts(&it.address).0 == module;
        let near: Vec<_> = all.iter().filter(in_module).collect();
        match (all, near.as_slice()) {
            ([only], _) => Some(only),
            (_, [only]) if !is_from_outside => Some(only),
            _ => None,
        }
    }

    /// The resources that `task_definition` of a service refers to.
    fn references(&self, module: &str, name: &str) -> Vec<String> {
        let used = self.resource(module, name).and_then(|it| it.get("expressions"));
        let used =
            used.and_then(|it| it.get("task_definition")).and_then(|it| it.get("references"));
        let texts = used.map_or(&[][..], Node::items).iter().filter_map(Node::text);
        // `aws_ecs_task_definition.web[0].arn` refers to `aws_ecs_task_definition.web[0]`.
        texts
            .map(|text| match text.rsplit_once("].") {
                Some((resource, _)) if !text.ends_with(']') => format!("{resource}]"),
                _ => text.to_owned(),
            })
            .collect()
    }

    /// The configuration of `module.a.module.b`.
    pub(super) fn module(&self, address: &str) -> Option<&'s Node> {
        let mut module = self.root?;
        // `module`, a name, `module`, a name.
        for name in segments(address).into_iter().skip(1).step_by(2).take(DEPTH_LIMIT) {
            module = module.get("module_calls")?.get(unindexed(name))?.get("module")?;
        }
        Some(module)
    }

    /// The call of a module in the module of this address.
    pub(super) fn call(&self, module: &str, name: &str) -> Option<&'s Node> {
        self.module(module)?.get("module_calls")?.get(name)
    }

    /// The configuration of the resource with this address.
    pub(super) fn resource_at(&self, address: &str) -> Option<&'s Node> {
        let (module, name, _) = parts(address);
        self.resource(module, name)
    }

    /// The configuration of a resource, whose name is that of its address without an index.
    pub(super) fn resource(&self, module: &str, name: &str) -> Option<&'s Node> {
        let calls = segments(module).into_iter().skip(1).step_by(2);
        let path: String = calls.map(|it| format!("/{}", unindexed(it))).collect();
        self.resources.get(&path)?.get(name).copied()
    }
}

/// Whether the text is this definition's ARN, or its family with or without a revision.
fn names(definition: &Resource, text: &str) -> bool {
    let text_of =
        |name: &str| definition.values.get(name).filter(|it| !is_open(it)).and_then(Node::text);
    let last = text.rsplit('/').next().unwrap_or_default();
    let family = last.split(':').next().unwrap_or_default();
    text_of("arn") == Some(text) || text_of("family") == Some(family)
}

/// Whether the definition of a service is known only after the apply.
pub(super) fn is_linked_later(service: &Resource) -> bool {
    service.values.get("task_definition").is_some_and(is_open)
}

fn is_open(node: &Node) -> bool {
    matches!(node.value, Value::Unresolved(_))
}
