//! What a template creates, made known to the run before it asks the account.

use std::collections::BTreeMap;

use serde_json::json;

use crate::document::Source;
use crate::document::template::{
    self, Affected, DeclaredRole, Described, DescribedKind, Surroundings,
};
use crate::knowledge::Gap;
use crate::lookup::iam::role::{
    GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies,
};
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::DescribeParameter;
use crate::preflight::RunLoop;

/// Makes known what a template changes in what exists.
pub(super) fn affect(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    for Affected { name, why } in template::affected(source, known) {
        run.declared().affect(name, why);
    }
}

/// Makes known what a template creates.
pub(super) fn declare(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    declare_roles(source, known, run);
    declare_resources(source, known, run);
}

/// Makes the roles of a template known to the run.
fn declare_roles(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    let Some(region) = &known.region else { return };
    for role in template::roles(source, known) {
        let DeclaredRole { name, arn, path, trust, boundary, tags, attached, inline, before } =
            role;
        let facts = run.declared();
        facts.create_exactly(name.clone());
        facts.create(arn.clone());
        let unknown = |why: String| Gap::Unresolved { why };
        let found = trust.and_then(|trust| Ok((trust, boundary?, tags?)));
        let found = found.map(|(trust, boundary, tags)| {
            let tags: BTreeMap<String, String> = tags.into_iter().collect();
            json!({"arn": arn, "id": "", "path": path, "created": "", "trust": trust,
                "boundary": boundary, "tags": tags})
        });
        let asked = GetRole { region: region.clone(), name: name.clone() };
        facts.add(&asked, found.map_err(unknown));
        let mut policies = Vec::new();
        for (number, (policy, document)) in (1..).zip(inline) {
            // Two policies of one name would be one.
            let policy = match policies.contains(&policy) {
                true => format!("{policy} ({number})"),
                false => policy,
            };
            let asked = GetRolePolicy::of(region, &name, &policy);
            facts.add(&asked, document.map_err(unknown));
            policies.push(policy);
        }
        let names = ListRolePolicies::of(region, &name);
        let arns = ListAttachedRolePolicies::of(region, &name);
        match before {
            Some(before) => {
                facts.add_list(&names, policies, before.inline);
                facts.add_list(&arns, attached, before.attached);
            }
            None => {
                facts.add(&names, Ok(json!(policies)));
                facts.add(&arns, Ok(json!(attached)));
            }
        }
    }
}

/// Makes the log groups, secrets and parameters of a template known to the run.
fn declare_resources(source: &Source, known: &Surroundings, run: &mut RunLoop<'_>) {
    let Some(region) = &known.region else { return };
    for it in template::described(source, known) {
        let Described { kind, name, arn, class, kms_key, has_value, id: _ } = it;
        let facts = run.declared();
        facts.create(arn.clone());
        facts.create_exactly(name.clone());
        let key = kms_key.map_err(|why| Gap::Unresolved { why });
        match kind {
            DescribedKind::LogGroup => {
                let class = class.unwrap_or_else(|| "STANDARD".to_owned());
                let found = key.map(|key| json!({"arn": arn, "class": class, "kms_key": key}));
                if let Ok(name) = name.parse() {
                    facts.add(&DescribeLogGroup { region: region.clone(), name }, found);
                }
            }
            DescribedKind::Secret => {
                let why = format!("the template gives the secret {name} no value");
                let key = if has_value { key } else { Err(Gap::Unresolved { why }) };
                let found = key.map(|key| {
                    json!({"arn": arn, "kms_key": key, "deleted": null,
                        "versions": {"first": ["AWSCURRENT"]}, "tags": null})
                });
                let unsuffixed = arn.rsplit_once('-').map_or(&*arn, |(start, _)| start);
                for id in [&*name, unsuffixed, &*arn] {
                    let id = id.to_owned();
                    facts.create_exactly(id.clone());
                    facts.add(&DescribeSecret { region: region.clone(), id }, found.clone());
                }
            }
            DescribedKind::Parameter => {
                let found = key.map(|key| json!({"name": name, "kms_key": key, "tier": null}));
                let asked = DescribeParameter { region: region.clone(), name, shared: None };
                facts.add(&asked, found);
            }
        }
    }
}
