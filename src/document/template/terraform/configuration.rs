//! What resources of a plan refer to, from the configuration in the plan.

use super::resource::Resource;
use crate::document::node::{DEPTH_LIMIT, Node, Value};

/// The configuration of a plan.
pub(super) struct Configuration<'s> {
    root: Option<&'s Node>,
}

impl<'s> Configuration<'s> {
    /// The configuration in this plan; a state has none.
    pub(super) fn of(plan: &'s Node) -> Configuration<'s> {
        Configuration { root: plan.get("configuration").and_then(|it| it.get("root_module")) }
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
        let Some(module) = self.module(module) else { return Vec::new() };
        let resources = module.get("resources").map_or(&[][..], Node::items);
        let is_meant = |it: &&Node| it.get("address").and_then(Node::text) == Some(name);
        let used = resources.iter().find(is_meant).and_then(|it| it.get("expressions"));
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
    fn module(&self, address: &str) -> Option<&'s Node> {
        let mut module = self.root?;
        let names = address.split('.').filter(|it| *it != "module" && !it.is_empty());
        for name in names.take(DEPTH_LIMIT) {
            let name = name.split('[').next().unwrap_or_default();
            module = module.get("module_calls")?.get(name)?.get("module")?;
        }
        Some(module)
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

/// The module of an address, the resource in it, and its index: `module.a`, `aws_ecs_service.web`, `[0]`.
fn parts(address: &str) -> (&str, &str, &str) {
    let (whole, index) = match address.strip_suffix(']').and_then(|it| it.rfind('[')) {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let start = ["aws_ecs_service.", "aws_ecs_task_definition."]
        .iter()
        .filter_map(|kind| whole.rfind(kind))
        .max()
        .unwrap_or(0);
    (whole[..start].trim_end_matches('.'), &whole[start..], index)
}
