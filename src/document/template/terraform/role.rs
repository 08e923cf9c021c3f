//! The IAM roles that an apply creates or changes, with their policies as far as they are known.

use super::plan::Plan;
use super::planned::{
    ATTACHED_TO, ATTACHMENTS_EXCLUSIVE, POLICIES_EXCLUSIVE, POLICY, POLICY_ATTACHMENT, PlannedRole,
    ROLE, is_for, planned,
};
use super::policy::{Policy, parsed, policies, policy};
use super::resource::Resource;
use crate::document::node::{Entry, Node, Value};
use crate::document::template::declared::{Before, DeclaredRole};
use crate::document::template::expression::scalar;

/// Types of IAM without a role whose policies they may change.
const HARMLESS: [&str; 6] = [
    ROLE,
    POLICY,
    "aws_iam_instance_profile",
    "aws_iam_policy_document",
    "aws_iam_service_linked_role",
    "aws_iam_openid_connect_provider",
];

/// The roles, with their policies.
pub(super) fn roles(plan: &Plan) -> Vec<DeclaredRole> {
    let found = planned(plan).into_iter().filter_map(|role| {
        let resource = plan.resources().iter().find(|it| it.address == role.address)?;
        Some(declared(plan, &role, resource))
    });
    found.collect()
}

fn declared(plan: &Plan, role: &PlannedRole, resource: &Resource) -> DeclaredRole {
    let exists = resource.exists;
    let mut policies = Policies {
        plan,
        role,
        exists,
        attached: Vec::new(),
        inline: Vec::new(),
        own: Vec::new(),
        managed: Vec::new(),
        before: Before::default(),
    };
    policies.of_deleted();
    policies.of_before(resource);
    policies.of_role(resource);
    for it in plan.resources() {
        policies.of_other(it);
    }
    for it in plan.root.get("deferred_changes").map_or(&[][..], Node::items) {
        let change = it.get("resource_change");
        let address = change.and_then(|it| it.get("address")).and_then(Node::text);
        if address.is_none_or(|it| it.contains("aws_iam_")) {
            let address = address.unwrap_or("a change");
            policies.unknown(address, &format!("{address} is planned only after this apply"));
        }
    }
    policies.compare_exclusive();
    policies.compare_detaching();
    let Policies { attached, inline, before, .. } = policies;
    DeclaredRole {
        name: role.name.clone(),
        arn: role.arn.clone(),
        path: role.path.clone(),
        trust: policy(plan, resource, "assume_role_policy"),
        boundary: boundary(plan, resource),
        tags: tags(plan, resource),
        attached,
        inline,
        before: exists.then_some(before),
    }
}

/// The policies of one role, while they are collected.
pub(super) struct Policies<'p, 's> {
    pub(super) plan: &'p Plan<'s>,
    pub(super) role: &'p PlannedRole,
    exists: bool,
    attached: Vec<String>,
    inline: Vec<Policy>,
    /// Those of them that are inline policies of the role in IAM too.
    own: Vec<Policy>,
    /// The addresses of managed policies that the plan writes.
    managed: Vec<String>,
    /// What the apply takes from the role, and the managed policies that are judged as the plan writes them.
    pub(super) before: Before,
}

impl Policies<'_, '_> {
    pub(super) fn unknown(&mut self, name: &str, why: &str) {
        self.inline.push((name.to_owned(), Err(why.to_owned())));
    }

    pub(super) fn is_attached_to(&self, resource: &Resource) -> bool {
        let attribute = ATTACHED_TO.iter().find(|(kind, _)| *kind == resource.kind);
        attribute.is_some_and(|(_, name)| self.is_for(resource, name) != Some(false))
    }

    /// An inline policy. A role has one of a name: which of two it has depends on their order.
    fn write(&mut self, by: &str, policy: Policy) {
        let (name, document) = policy;
        let is_other = |(own, other): &&Policy| {
            own.eq_ignore_ascii_case(&name) && (document.is_err() || *other != document)
        };
        if self.own.iter().any(|it| is_other(&it)) {
            let why = format!("{by} is not the only inline policy of the role named {name}");
            return self.unknown(&name, &why);
        }
        self.own.push((name.clone(), document.clone()));
        self.inline.push((name, document));
    }

    /// Whether another resource of the plan is, or was, the inline policy of this name.
    fn is_elsewhere(&self, name: &str) -> bool {
        let mut all = self.plan.resources().iter().chain(&self.plan.deleted);
        all.any(|it| {
            it.kind == "aws_iam_role_policy"
                && it.text("name").is_none_or(|it| it == name)
                && self.is_for(it, "role") != Some(false)
        })
    }

    /// The policies that the role itself lists. Of a role that exists these are all that it has now.
    fn of_role(&mut self, resource: &Resource) {
        for (attribute, what) in [
            ("inline_policy", "the inline policies"),
            ("managed_policy_arns", "the managed policies"),
        ] {
            let Some(node) = resource.given(attribute) else { continue };
            let items = match &node.value {
                Value::List(items) => items,
                // The provider computes both if they are not set: a new role has none.
                Value::Unresolved(_)
                    if !self.exists
                        && self.plan.expressions(resource).is_some_and(|it| !it.has(attribute)) =>
                {
                    continue;
                }
                Value::Unresolved(it) => {
                    self.unknown(what, &it.why);
                    continue;
                }
                _ => {
                    self.unknown(what, &format!("`{attribute}` is no list"));
                    continue;
                }
            };
            for item in items {
                match attribute {
                    "inline_policy" => self.inline_block(&resource.address, item),
                    _ => match &item.value {
                        Value::Text(arn) if self.before.attached.contains(arn) => {}
                        Value::Text(arn) => self.attach(resource, arn),
                        _ => self.unknown("a managed policy", "its ARN is known after the apply"),
                    },
                }
            }
        }
    }

    /// A block `inline_policy`; an empty one means that the role has none.
    fn inline_block(&mut self, by: &str, block: &Node) {
        let name = block.get("name").and_then(|it| scalar(&it.value));
        let name = name.unwrap_or_else(|| "an inline policy".to_owned());
        if self.exists && self.is_elsewhere(&name) {
            return;
        }
        match block.get("policy").map(|it| &it.value) {
            Some(Value::Text(text)) if text.is_empty() => {}
            Some(Value::Text(text)) => self.write(by, (name, parsed(text))),
            Some(Value::Unresolved(it)) => self.write(by, (name, Err(it.why.clone()))),
            _ if block.entries().iter().all(|it| it.node.value == Value::Null) => {}
            _ => self.write(by, (name, Err("its document is not known".to_owned()))),
        }
    }

    /// What another resource of the plan gives the role.
    fn of_other(&mut self, resource: &Resource) {
        let attribute = ATTACHED_TO.iter().find(|(kind, _)| *kind == resource.kind);
        let Some((_, attribute)) = attribute else { return self.of_unknown_kind(resource) };
        match self.is_for(resource, attribute) {
            Some(false) => return,
            Some(true) => {}
            None => {
                let why = format!("whether {} is for the role is not known", resource.address);
                return self.unknown(&resource.address, &why);
            }
        }
        // Terraform does not repeat what it did for the role that is replaced.
        if !self.exists && !resource.is_created() {
            let why = format!("this plan creates the role again, and {} not", resource.address);
            return self.unknown(&resource.address, &why);
        }
        match resource.kind {
            "aws_iam_role_policy" => {
                let name = resource.text("name").unwrap_or(&resource.address).to_owned();
                for policy in policies(self.plan, resource, "policy", &name) {
                    self.write(&resource.address, policy);
                }
            }
            "aws_iam_role_policy_attachment" | POLICY_ATTACHMENT => {
                match resource.given("policy_arn").map(|it| &it.value) {
                    Some(Value::Text(arn)) => self.attach(resource, arn),
                    _ => self.attach_planned(resource),
                }
            }
            _ => {}
        }
    }

    /// A managed policy that exists, unless the plan changes it.
    fn attach(&mut self, by: &Resource, arn: &str) {
        let is_it = |it: &&Resource| it.kind == POLICY && it.text("arn") == Some(arn);
        let gone = self.plan.deleted.iter().find(is_it);
        match self.plan.resources().iter().find(is_it) {
            Some(planned) if planned.changes => {
                self.before.attached.push(arn.to_owned());
                self.of_policy(planned);
            }
            None if gone.is_some() => {
                let why = format!("this plan deletes the policy that {} attaches", by.address);
                self.unknown(arn, &why);
            }
            _ if !self.attached.iter().any(|it| it == arn) => self.attached.push(arn.to_owned()),
            _ => {}
        }
    }

    /// A managed policy whose ARN is not known: one of the plan.
    fn attach_planned(&mut self, by: &Resource) {
        match self.plan.referred(by, "policy_arn") {
            Some((planned, _)) if planned.kind == POLICY => self.of_policy(planned),
            _ => {
                let why = format!("`policy_arn` of {} is known only after the apply", by.address);
                self.unknown(&by.address, &why);
            }
        }
    }

    fn of_policy(&mut self, planned: &Resource) {
        let name = planned.text("name").unwrap_or(&planned.address).to_owned();
        if !self.managed.contains(&planned.address) {
            self.managed.push(planned.address.clone());
            self.inline.extend(policies(self.plan, planned, "policy", &name));
        }
    }

    pub(super) fn is_for(&self, resource: &Resource, attribute: &str) -> Option<bool> {
        is_for(self.plan, self.role, resource, attribute)
    }

    /// Other resources of IAM that name the role, by other providers or of another kind.
    fn of_unknown_kind(&mut self, resource: &Resource) {
        let is_about_roles = resource.kind.contains("iam_")
            && resource.kind.contains("polic")
            && !HARMLESS.contains(&resource.kind);
        if !is_about_roles || !resource.changes {
            return;
        }
        for attribute in ["role", "roles", "role_name"] {
            if resource.given(attribute).is_some()
                && self.is_for(resource, attribute) != Some(false)
            {
                let why = format!("what {} does to the role is not known", resource.address);
                self.unknown(&resource.address, &why);
            }
        }
    }

    /// A list of all policies of the role, which takes away any other.
    fn compare_exclusive(&mut self) {
        for (kind, attribute, list) in [
            (POLICIES_EXCLUSIVE, "role_name", "policy_names"),
            (ATTACHMENTS_EXCLUSIVE, "role_name", "policy_arns"),
        ] {
            for it in self.plan.resources().iter().filter(|it| it.kind == kind) {
                if self.is_for(it, attribute) != Some(true) || self.lists_all(it, list) {
                    continue;
                }
                let why = format!("{} may take policies from the role", it.address);
                self.unknown(&it.address, &why);
            }
        }
    }

    /// A resource that detaches a policy from all roles that it does not list.
    fn compare_detaching(&mut self) {
        for it in self.plan.resources().iter().filter(|it| it.kind == POLICY_ATTACHMENT) {
            if self.is_for(it, "roles") == Some(true) {
                continue;
            }
            let has = match it.text("policy_arn") {
                Some(arn) => self.attached.iter().any(|it| it == arn),
                None => true,
            };
            if has {
                let why = format!("{} detaches its policy from other roles", it.address);
                self.unknown(&it.address, &why);
            }
        }
    }

    /// Whether a list has all policies that the role has by then.
    fn lists_all(&self, exclusive: &Resource, list: &str) -> bool {
        let Some(Value::List(items)) = exclusive.given(list).map(|it| &it.value) else {
            return false;
        };
        let listed: Vec<&str> = items
            .iter()
            .filter_map(|it| match &it.value {
                Value::Text(text) => Some(&**text),
                _ => None,
            })
            .collect();
        match list {
            // An ARN that is known only after the apply is not in the list.
            "policy_arns" => {
                let plan = self.plan.resources().iter();
                let mut written = plan.filter(|it| self.managed.contains(&it.address));
                written.all(|it| it.text("arn").is_some_and(|arn| listed.contains(&arn)))
                    && listed.len() == items.len()
                    && self.attached.iter().all(|it| listed.contains(&&**it))
                    && listed.iter().all(|it| self.attached.iter().any(|arn| arn == it))
            }
            _ => self.inline.iter().all(|(name, _)| listed.contains(&&**name)),
        }
    }
}

fn boundary(plan: &Plan, role: &Resource) -> Result<Option<String>, String> {
    let is_changed = |arn: &str| {
        let mut policies = plan.resources().iter().chain(&plan.deleted);
        policies.any(|it| it.kind == POLICY && it.changes && it.text("arn") == Some(arn))
    };
    match role.given("permissions_boundary").map(|it| &it.value) {
        None => Ok(None),
        Some(Value::Text(arn)) if arn.is_empty() => Ok(None),
        Some(Value::Text(arn)) if is_changed(arn) => {
            Err("this plan changes the permissions boundary".to_owned())
        }
        Some(Value::Text(arn)) => Ok(Some(arn.clone())),
        Some(Value::Unresolved(it)) => Err(it.why.clone()),
        Some(_) => Err("the permissions boundary is no text".to_owned()),
    }
}

/// The tags, with those that the provider adds.
fn tags(plan: &Plan, role: &Resource) -> Result<Vec<(String, String)>, String> {
    let is_known = |it: &&Node| !matches!(it.value, Value::Unresolved(_));
    let all = role.given("tags_all");
    // Without default tags the provider adds none, and says so only after the apply.
    let tags = match all.filter(is_known).is_none() && !plan.has_default_tags() {
        true => role.given("tags"),
        false => all.or(role.given("tags")),
    };
    let Some(tags) = tags else { return Ok(Vec::new()) };
    if let Value::Unresolved(it) = &tags.value {
        return Err(it.why.clone());
    }
    let tag = |it: &Entry| match &it.node.value {
        Value::Unresolved(it) => Err(it.why.clone()),
        value => Ok((it.key.to_string(), scalar(value).unwrap_or_default())),
    };
    tags.entries().iter().map(tag).collect()
}
