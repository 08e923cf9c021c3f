//! What an apply takes from a role that exists.

use super::planned::{ATTACHED_TO, POLICY_ATTACHMENT};
use super::resource::Resource;
use super::role::Policies;
use crate::document::node::Node;

impl Policies<'_, '_> {
    /// What the apply detaches.
    pub(super) fn of_deleted(&mut self) {
        let plan = self.plan;
        for it in &plan.deleted {
            let attribute = ATTACHED_TO.iter().find(|(kind, _)| *kind == it.kind);
            let is_for = attribute.map(|(_, name)| self.is_for(it, name));
            match (it.kind, is_for) {
                ("aws_iam_role_policy_attachment", Some(Some(true))) => {
                    self.of_one_deleted(it, "policy_arn");
                }
                ("aws_iam_role_policy", Some(Some(true))) => self.of_one_deleted(it, "name"),
                (POLICY_ATTACHMENT, Some(Some(true) | None)) => {
                    let why = format!("this plan deletes {}, which was for the role", it.address);
                    self.unknown(&it.address, &why);
                }
                _ => {}
            }
        }
        for it in plan.resources().iter().filter(|it| it.kind == POLICY_ATTACHMENT) {
            if it.loses("roles", &self.role.name) {
                let why = format!("{} detaches its policy from the role", it.address);
                self.unknown(&it.address, &why);
            }
        }
    }

    /// A policy that the apply takes from the role. If another resource gives it the same one, which of both is last is
    /// not known: Terraform orders them only if one depends on the other.
    fn of_one_deleted(&mut self, gone: &Resource, attribute: &str) {
        let Some(policy) = gone.text(attribute) else { return };
        let gives_it = |it: &&Resource| {
            it.kind == gone.kind
                && (it.address != gone.address || it.creates_first)
                && it.text(attribute).is_none_or(|it| it == policy)
                && self.is_attached_to(it)
        };
        if let Some(other) = self.plan.resources().iter().find(gives_it) {
            let both = (&gone.address, &other.address);
            let why = format!(
                "this plan deletes {}, and {} is the same policy: which of both is last is not known",
                both.0, both.1
            );
            return self.unknown(policy, &why);
        }
        let list = match attribute {
            "name" => &mut self.before.inline,
            _ => &mut self.before.attached,
        };
        list.push(policy.to_owned());
    }

    /// What the role lists before the apply, and not after it.
    pub(super) fn of_before(&mut self, resource: &Resource) {
        let Some(before) = resource.before else { return };
        let plan = self.plan;
        let items = |name: &str| before.get(name).map_or(&[][..], Node::items);
        for arn in items("managed_policy_arns").iter().filter_map(Node::text) {
            if !resource.loses("managed_policy_arns", arn) {
                continue;
            }
            let is_it = |it: &&Resource| {
                matches!(it.kind, "aws_iam_role_policy_attachment" | POLICY_ATTACHMENT)
                    && it.text("policy_arn").is_none_or(|it| it == arn)
                    && self.is_attached_to(it)
            };
            match plan.resources().iter().find(is_it) {
                Some(other) => {
                    let why = format!(
                        "{} detaches the policy that {} attaches",
                        resource.address, other.address
                    );
                    self.unknown(arn, &why);
                }
                None => self.before.attached.push(arn.to_owned()),
            }
        }
        let after = resource.given("inline_policy").map_or(&[][..], Node::items);
        let name = |it: &Node| it.get("name").and_then(Node::text).map(str::to_owned);
        for gone in items("inline_policy").iter().filter_map(name) {
            let is_kept = after.iter().any(|it| name(it).is_none_or(|it| it == gone));
            let is_it = |it: &&Resource| {
                it.kind == "aws_iam_role_policy"
                    && it.text("name").is_none_or(|it| it == gone)
                    && self.is_attached_to(it)
            };
            match plan.resources().iter().find(is_it) {
                _ if is_kept => {}
                Some(other) => {
                    let why = format!(
                        "{} deletes the policy that {} writes",
                        resource.address, other.address
                    );
                    self.unknown(&gone, &why);
                }
                None => self.before.inline.push(gone),
            }
        }
    }
}
