//! A plan as a whole: its resources after the apply, and what they refer to.

use super::configuration::Configuration;
use super::index::Index;
use super::reference::{Reference, references};
use super::resource::{Resource, deleted, read_later, resources};
use crate::document::node::{Node, Value};
use crate::document::template::declared::Surroundings;
use crate::names::Region;

/// A plan or a state.
pub(super) struct Plan<'s> {
    pub(super) root: &'s Node,
    /// The resources, and the data sources that are read during the apply.
    all: Vec<Resource<'s>>,
    managed: usize,
    index: Index,
    pub(super) deleted: Vec<Resource<'s>>,
    pub(super) configuration: Configuration<'s>,
    pub(super) region: Option<&'s Region>,
    pub(super) account: Option<&'s str>,
}

impl<'s> Plan<'s> {
    pub(super) fn of(root: &'s Node, known: &'s Surroundings) -> Plan<'s> {
        let mut all = resources(root);
        let managed = all.len();
        all.extend(read_later(root));
        Plan {
            root,
            index: Index::of(&all),
            all,
            managed,
            deleted: deleted(root),
            configuration: Configuration::of(root),
            region: known.region.as_ref(),
            account: known.account.as_deref().filter(|it| !is_of_others(root, it)),
        }
    }

    /// The resources, without data sources.
    pub(super) fn resources(&self) -> &[Resource<'s>] {
        &self.all[..self.managed]
    }

    /// What the value of an attribute depends on.
    pub(super) fn references(&self, resource: &Resource, attribute: &str) -> Vec<Reference> {
        let expression = self.expressions(resource).and_then(|it| it.get(attribute));
        expression
            .map_or_else(Vec::new, |it| references(&self.configuration, &resource.address, it))
    }

    /// The resource that the value of an attribute is from, and the attribute of that resource.
    pub(super) fn referred(
        &self,
        resource: &Resource,
        attribute: &str,
    ) -> Option<(&Resource<'s>, Option<String>)> {
        self.only(&self.references(resource, attribute))
    }

    /// The resource that a value is from which depends on these, and the attribute of that resource.
    pub(super) fn only(&self, references: &[Reference]) -> Option<(&Resource<'s>, Option<String>)> {
        // What is known does not make a value unknown.
        let open = references.iter().filter(|it| !self.is_known(it)).cloned();
        let (at, attribute) = self.index.only(&open.collect::<Vec<_>>())?;
        Some((self.all.get(at)?, attribute))
    }

    /// What in an expression is known only after the apply, for a sentence: `aws_iam_role.exec.arn`.
    pub(super) fn open(&self, references: &[Reference]) -> Option<String> {
        let open = references.iter().filter(|it| !self.is_known(it)).filter_map(Reference::shown);
        let mut texts: Vec<String> = open.collect();
        texts.dedup();
        texts.truncate(2);
        (!texts.is_empty()).then(|| texts.join(" and "))
    }

    /// Whether the value of a reference is known before the apply.
    fn is_known(&self, reference: &Reference) -> bool {
        let values = self.index.all(reference).into_iter().map(|at| {
            let attribute = reference.attribute()?;
            self.all.get(at)?.values.get(attribute)
        });
        let values: Vec<_> = values.collect();
        let is_known =
            |it: &Option<&Node>| it.is_some_and(|it| !matches!(it.value, Value::Unresolved(_)));
        !values.is_empty() && values.iter().all(is_known)
    }

    /// The expressions of a resource.
    pub(super) fn expressions(&self, resource: &Resource) -> Option<&'s Node> {
        self.configuration.resource_at(&resource.address)?.get("expressions")
    }

    /// Whether a provider adds tags to all resources, as far as that is known.
    pub(super) fn has_default_tags(&self) -> bool {
        let adds = |it: &Node| it.get("expressions").is_some_and(|it| it.has("default_tags"));
        !self.root.has("configuration") || self.providers().any(|(_, it)| adds(it))
    }
}

/// Whether Terraform read the identity of a caller in other accounts only.
fn is_of_others(root: &Node, account: &str) -> bool {
    let values = root.get("prior_state").and_then(|it| it.get("values"));
    let mut modules: Vec<&Node> = values.and_then(|it| it.get("root_module")).into_iter().collect();
    let mut accounts = Vec::new();
    while let Some(module) = modules.pop() {
        modules.extend(module.get("child_modules").map_or(&[][..], Node::items));
        let read = module.get("resources").map_or(&[][..], Node::items).iter();
        let read =
            read.filter(|it| it.get("type").and_then(Node::text) == Some("aws_caller_identity"));
        accounts.extend(read.filter_map(|it| it.get("values")?.get("account_id")?.text()));
    }
    !accounts.is_empty() && !accounts.contains(&account)
}
