//! The region and the account of a resource, as far as the providers of a plan say.

use super::plan::Plan;
use super::resource::{Resource, TASK_DEFINITION};
use crate::document::node::{Node, Value};
use crate::names::Region;

/// Arguments of a provider that say which account it works in.
const ACCOUNT: [&str; 9] = [
    "profile",
    "assume_role",
    "assume_role_with_web_identity",
    "access_key",
    "shared_credentials_files",
    "shared_credentials_file",
    "shared_config_files",
    "allowed_account_ids",
    "forbidden_account_ids",
];

/// Where a resource is.
pub(super) enum Location {
    Here,
    /// In another region or account.
    Elsewhere {
        region: Option<String>,
        account: Option<String>,
    },
    /// What is not known, for a sentence: "its provider aws.dr has …".
    Unknown(String),
}

/// A region or an account.
#[derive(PartialEq, Eq)]
enum Part {
    Known(String),
    /// That of the environment.
    Default,
    Open,
}

impl<'s> Plan<'s> {
    /// Where a task definition or its service is.
    pub(super) fn location(&self, resource: &Resource) -> Location {
        let places = [
            ("region", self.region.map(Region::as_str), self.region_of(resource)),
            ("account", self.account, self.account_of(resource)),
        ];
        let mut unknown = None;
        let other = places.map(|(what, here, part)| {
            let part = match (here?, part) {
                (_, Part::Open) => self.seen(resource, what).map_or(Part::Open, Part::Known),
                (_, part) => part,
            };
            match part {
                Part::Known(there) => (Some(&*there) != here).then_some(there),
                Part::Open if self.is_aliased(resource) => {
                    let key = self.provider_key(resource).unwrap_or_default();
                    unknown = Some(format!("the {what} of its provider {key}"));
                    None
                }
                Part::Open | Part::Default => None,
            }
        });
        match (other, unknown) {
            ([None, None], None) => Location::Here,
            ([None, None], Some(what)) => Location::Unknown(what),
            ([region, account], _) => Location::Elsewhere { region, account },
        }
    }

    /// Whether a resource is certainly in the region of the run.
    pub(super) fn is_in_region(&self, resource: &Resource) -> bool {
        let Some(region) = self.region.map(Region::as_str) else { return false };
        if resource.given("region").is_some_and(|it| matches!(it.value, Value::Unresolved(_))) {
            return false;
        }
        match self.region_of(resource) {
            Part::Known(own) => own == region,
            Part::Default => true,
            Part::Open => !self.is_aliased(resource),
        }
    }

    /// Whether a resource is in the account of the task definitions, as far as the providers say.
    pub(super) fn is_in_account(&self, resource: &Resource) -> bool {
        let accounts = self.providers().map(|(_, it)| {
            let expressions = it.get("expressions");
            ACCOUNT.map(|name| expressions.and_then(|it| it.get(name)).map(plain))
        });
        let accounts: Vec<_> = accounts.collect();
        // The same reference may have an index that a plan does not show.
        let is_same = |pair: &[[Option<String>; 9]]| {
            let is_open = |it: &Option<String>| it.as_ref().is_some_and(|it| it.contains(OPEN));
            pair[0] == pair[1] && !pair[0].iter().any(is_open)
        };
        if accounts.windows(2).all(is_same) {
            return true;
        }
        let own = self.provider_key(resource);
        let definitions = self.resources().iter().filter(|it| it.kind == TASK_DEFINITION);
        definitions.into_iter().all(|it| own.is_some() && self.provider_key(it) == own)
    }

    /// The configured providers of AWS by their keys.
    pub(super) fn providers(&self) -> impl Iterator<Item = (&'s str, &'s Node)> {
        let configured = self.root.get("configuration").and_then(|it| it.get("provider_config"));
        let configured = configured.map_or(&[][..], Node::entries).iter();
        let configured = configured.map(|it| (&*it.key, &it.node));
        configured.filter(|(_, it)| it.get("name").and_then(Node::text) == Some("aws"))
    }

    fn provider_key(&self, resource: &Resource) -> Option<&'s str> {
        let configured = self.configuration.resource_at(&resource.address);
        configured.and_then(|it| it.get("provider_config_key")).and_then(Node::text)
    }

    /// The providers that a resource may have: one, if it is known.
    fn providers_of(&self, resource: &Resource) -> Vec<&'s Node> {
        let key = self.provider_key(resource);
        let all: Vec<(&str, &Node)> = self.providers().collect();
        match (all.iter().find(|(its, _)| Some(*its) == key), key) {
            (Some((_, own)), _) => vec![*own],
            // A provider of the root module without a block has what the environment says.
            (None, Some(key)) if !key.contains(':') => Vec::new(),
            (None, _) => all.into_iter().map(|(_, it)| it).collect(),
        }
    }

    /// Whether a resource has, or may have, another provider than the default one.
    fn is_aliased(&self, resource: &Resource) -> bool {
        self.providers().count() > 1 && self.providers_of(resource).iter().any(|it| it.has("alias"))
    }

    fn region_of(&self, resource: &Resource) -> Part {
        if let Some(Value::Text(own)) = resource.given("region").map(|it| &it.value) {
            return Part::Known(own.clone());
        }
        let of = |provider: &&Node| {
            let Some(written) = provider.get("expressions").and_then(|it| it.get("region")) else {
                return Part::Default;
            };
            let region = self.constant(written).filter(|it| it.parse::<Region>().is_ok());
            region.map_or(Part::Open, |it| Part::Known(it.to_owned()))
        };
        agreed(self.providers_of(resource).iter().map(of))
    }

    fn account_of(&self, resource: &Resource) -> Part {
        agreed(self.providers_of(resource).into_iter().map(|it| self.account_in(it)))
    }

    fn account_in(&self, provider: &Node) -> Part {
        let Some(written) = provider.get("expressions") else { return Part::Default };
        for name in ["assume_role", "assume_role_with_web_identity"] {
            let Some(block) = written.get(name) else { continue };
            // Of several roles, each assumes the next.
            let last = block.items().last().unwrap_or(block);
            let role = last.get("role_arn").and_then(|it| self.constant(it));
            let account = role.and_then(|it| it.split(':').nth(4));
            return account.map_or(Part::Open, |it| Part::Known(it.to_owned()));
        }
        let allowed = written.get("allowed_account_ids").and_then(|it| it.get("constant_value"));
        let allowed: Vec<&str> =
            allowed.map_or(&[][..], Node::items).iter().filter_map(Node::text).collect();
        if let Some(other) = allowed.first() {
            let run = self.account.filter(|it| allowed.contains(it));
            return Part::Known(run.unwrap_or(other).to_owned());
        }
        match ACCOUNT.iter().any(|name| written.has(name)) {
            true => Part::Open,
            false => Part::Default,
        }
    }

    /// The text of an expression that is a constant or an input of the root module.
    fn constant<'n>(&'n self, expression: &'n Node) -> Option<&'n str> {
        if let Some(constant) = expression.get("constant_value") {
            return constant.text();
        }
        let [only] = expression.get("references")?.items() else { return None };
        let name = only.text()?.strip_prefix("var.")?;
        self.root.get("variables")?.get(name)?.get("value")?.text()
    }

    /// The region or the account in the ARNs of what exists with the same provider, or of the roles of a definition.
    fn seen(&self, resource: &Resource, what: &str) -> Option<String> {
        let key = self.provider_key(resource);
        let is_with_it = |it: &&Resource| {
            it.given("region").is_none() && key.is_some() && self.provider_key(it) == key
        };
        let before = self.deleted.iter().filter(|it| it.address == resource.address);
        let others = self.resources().iter().filter(is_with_it);
        let arns = before.chain(others).filter_map(|it| it.text("arn"));
        let roles = ["execution_role_arn", "task_role_arn"].map(|name| resource.text(name));
        let part = |arn: &str| {
            let part = arn.split(':').nth(if what == "region" { 3 } else { 4 })?;
            (arn.starts_with("arn:") && !part.is_empty()).then(|| part.to_owned())
        };
        let mut parts = arns.chain(roles.into_iter().flatten()).filter_map(part);
        let first = parts.next()?;
        // A provider with `for_each` has several regions.
        parts.all(|it| it == first).then_some(first)
    }
}

/// What an expression is that refers to something.
const OPEN: &str = "\"references\"=";

/// What all have in common.
fn agreed(mut parts: impl Iterator<Item = Part>) -> Part {
    let Some(first) = parts.next() else { return Part::Default };
    if parts.all(|it| it == first) { first } else { Part::Open }
}

/// An expression without the places of its parts.
fn plain(node: &Node) -> String {
    match &node.value {
        Value::List(items) => items.iter().map(|it| format!("[{}]", plain(it))).collect(),
        Value::Map(entries) => {
            entries.iter().map(|it| format!("{:?}={{{}}}", it.key, plain(&it.node))).collect()
        }
        value => format!("{value:?}"),
    }
}
