//! The IAM policy simulator.
//!
//! It evaluates the principal's policies, its permissions boundary and, roughly, the organization's policies.
//! For a role it does not evaluate the policies of resources and keys
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>), so it
//! is a second opinion, not the verdict.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType,
    ResourceSpecificResult,
};
use serde::{Deserialize, Serialize};

use super::{NO_SUCH_ENTITY, whole};
use crate::knowledge::Seen;
use crate::lookup::organizations::ASSUMPTION;
use crate::lookup::{Answer, Batch, Call, Lookup, Optional, Services, classify};
use crate::names::Region;

/// The simulated decision for each action on each resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SimulatePrincipalPolicy {
    /// The region of the run.
    pub region: Region,
    /// The ARN of the role or user.
    pub principal: String,
    /// The actions, all of one service: each is simulated on each resource.
    pub actions: Vec<String>,
    /// The ARNs of the resources; none for `*`.
    pub resources: Vec<String>,
    /// The condition keys that are known.
    pub context: Vec<ContextKey>,
}

/// A condition key and its values.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ContextKey {
    /// The key: `iam:PassedToService`.
    pub name: String,
    /// The type, as the API spells it: `string`, `stringList`, `boolean`, `ip`, `date`, ...
    pub kind: &'static str,
    /// The values; several only for a list.
    pub values: Vec<String>,
}

/// The outcome for one action on one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The decision.
    pub decision: Decision,
    /// Condition keys in policies that were not passed.
    pub missing: Vec<String>,
    /// Whether the organization's policies allow it, if the account is in one.
    pub allowed_by_organizations: Option<bool>,
}

/// The decision of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
}

impl Lookup for SimulatePrincipalPolicy {
    type Fact = Vec<Simulated>;
    const CALL: Call = Call("iam:SimulatePrincipalPolicy");
    const ABSENT: &'static [&'static str] = &[NO_SUCH_ENTITY];

    fn what(&self) -> String {
        format!("simulation of {} by {}", self.actions.join(", "), self.principal)
    }

    fn absence(&self) -> String {
        format!("there is no principal {}", self.principal)
    }

    fn resource(&self) -> String {
        self.principal.clone()
    }

    /// One request per principal and service: every action is simulated on every resource.
    fn batch(&self) -> Option<Batch> {
        let service = self.actions.first().and_then(|action| action.split(':').next());
        let SimulatePrincipalPolicy { region, principal, context, .. } = self;
        let context: Vec<String> =
            context.iter().map(|key| format!("{}={}", key.name, key.values.join(","))).collect();
        let aimed = if self.resources.is_empty() { "anything" } else { "resources" };
        let service = service.unwrap_or_default();
        let group = format!("{region} {principal} {service} {aimed} {}", context.join(" "));
        Some(Batch::of(MOST, group))
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Simulated>> {
        let mut answers = Self::fetch_all(std::slice::from_ref(self), services).await;
        answers.pop().unwrap_or_else(|| Err(classify::incomplete(self, "any answer")))
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<Vec<Simulated>>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let union = |part: fn(&Self) -> &Vec<String>| -> Vec<String> {
            asked.iter().flat_map(part).cloned().collect::<BTreeSet<_>>().into_iter().collect()
        };
        let (actions, resources) = (union(|it| &it.actions), union(|it| &it.resources));
        let pages = services
            .iam(&first.region)
            .simulate_principal_policy()
            .policy_source_arn(&first.principal)
            .set_action_names(Some(actions))
            .set_resource_arns((!resources.is_empty()).then(|| resources.clone()))
            .set_context_entries(Some(first.context.iter().map(ContextKey::entry).collect()))
            .into_paginator()
            .send()
            .collect::<Result<Vec<_>, _>>()
            .await;
        let pages = match pages {
            Ok(pages) => pages,
            Err(error) => return asked.iter().map(|it| classify::failed(it, &error)).collect(),
        };
        let found = whole(pages, |page| (page.is_truncated, page.evaluation_results))
            .and_then(|results| all(&results, &resources));
        asked.iter().map(|it| it.among(&found)).collect()
    }
}

/// The maximum number of lookups per request: up to its square may be returned.
const MOST: usize = 20;

impl Optional for SimulatePrincipalPolicy {
    fn assumption(&self) -> String {
        ASSUMPTION.to_owned()
    }
}

impl SimulatePrincipalPolicy {
    /// Its outcomes in a shared request.
    fn among(&self, found: &Result<Vec<Simulated>, &'static str>) -> Answer<Vec<Simulated>> {
        let found = found.as_ref().map_err(|lacks| classify::incomplete(self, lacks))?;
        let is_own = |it: &&Simulated| {
            let named = |list: &[String], text: &str| list.iter().any(|it| it == text);
            let any = self.resources.is_empty() && it.resource == "*";
            named(&self.actions, &it.action) && (any || named(&self.resources, &it.resource))
        };
        let own: Vec<Simulated> = found.iter().filter(is_own).cloned().collect();
        let is_decided = |action: &String| own.iter().any(|it| it.action == *action);
        match self.actions.iter().all(is_decided) {
            true => Ok(Seen::Found(own)),
            false => Err(classify::incomplete(self, "an action")),
        }
    }
}

fn all(results: &[EvaluationResult], resources: &[String]) -> Result<Vec<Simulated>, &'static str> {
    let mut found = Vec::new();
    for result in results {
        found.extend(outcomes(result, resources)?);
    }
    Ok(found)
}

/// The decision for each resource. The decision outside the list of resources is the worst of all: it is used
/// only if there is at most one resource.
fn outcomes(
    result: &EvaluationResult,
    resources: &[String],
) -> Result<Vec<Simulated>, &'static str> {
    let detail = result.organizations_decision_detail.as_ref();
    let outcome = |resource: &str, decision: &_, missing: &[String]| {
        Ok(Simulated {
            action: result.eval_action_name.clone(),
            resource: resource.to_owned(),
            decision: read(decision)?,
            missing: missing.to_vec(),
            allowed_by_organizations: detail.map(|it| it.allowed_by_organizations),
        })
    };
    let alone = result.missing_context_values();
    match (result.resource_specific_results(), resources) {
        ([], []) => Ok(vec![outcome("*", &result.eval_decision, alone)?]),
        ([], [resource]) => Ok(vec![outcome(resource, &result.eval_decision, alone)?]),
        ([], _) => Err("the decision for each resource"),
        (each, _) => {
            let outcome = |it: &ResourceSpecificResult| {
                let missing = it.missing_context_values();
                outcome(&it.eval_resource_name, &it.eval_resource_decision, missing)
            };
            each.iter().map(outcome).collect()
        }
    }
}

impl ContextKey {
    fn entry(&self) -> ContextEntry {
        ContextEntry::builder()
            .context_key_name(&self.name)
            .context_key_type(ContextKeyTypeEnum::from(self.kind))
            .set_context_key_values(Some(self.values.clone()))
            .build()
    }
}

fn read(decision: &PolicyEvaluationDecisionType) -> Result<Decision, &'static str> {
    match decision {
        PolicyEvaluationDecisionType::Allowed => Ok(Decision::Allowed),
        PolicyEvaluationDecisionType::ExplicitDeny => Ok(Decision::ExplicitDeny),
        PolicyEvaluationDecisionType::ImplicitDeny => Ok(Decision::ImplicitDeny),
        _ => Err("a known decision"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_iam::types::OrganizationsDecisionDetail;

    const A: &str = "arn:aws:s3:::a/x";
    const B: &str = "arn:aws:s3:::b/x";

    fn asked(actions: &[&str], resources: &[&str]) -> SimulatePrincipalPolicy {
        SimulatePrincipalPolicy {
            region: "eu-west-1".parse().unwrap(),
            principal: "arn:aws:iam::111122223333:role/app".to_owned(),
            actions: actions.iter().map(ToString::to_string).collect(),
            resources: resources.iter().map(ToString::to_string).collect(),
            context: Vec::new(),
        }
    }

    fn result(decision: &str, each: &[(&str, &str)]) -> EvaluationResult {
        let each = each.iter().map(|(resource, decision)| {
            ResourceSpecificResult::builder()
                .eval_resource_name(*resource)
                .eval_resource_decision((*decision).into())
                .missing_context_values("aws:SourceVpc")
                .build()
                .unwrap()
        });
        EvaluationResult::builder()
            .eval_action_name("s3:GetObject")
            .eval_resource_name("arn:${Partition}:s3:::${BucketName}/${KeyName}")
            .eval_decision(decision.into())
            .organizations_decision_detail(
                OrganizationsDecisionDetail::builder().allowed_by_organizations(true).build(),
            )
            .set_resource_specific_results(Some(each.collect()))
            .build()
            .unwrap()
    }

    fn named(resources: &[&str]) -> Vec<String> {
        resources.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_resource_has_its_own_decision_not_the_worst_of_all() {
        let result = result("implicitDeny", &[(A, "allowed"), (B, "implicitDeny")]);
        let outcomes = outcomes(&result, &named(&[A, B])).unwrap();
        let decisions: Vec<_> =
            outcomes.iter().map(|it| (it.resource.as_str(), it.decision)).collect();
        assert_eq!(decisions, [(A, Decision::Allowed), (B, Decision::ImplicitDeny)]);
        assert_eq!(outcomes[0].missing, ["aws:SourceVpc"]);
        assert_eq!(outcomes[0].allowed_by_organizations, Some(true));
    }

    #[test]
    fn without_a_list_the_decision_belongs_to_the_only_resource() {
        for (resources, resource) in [(&[][..], "*"), (&[A][..], A)] {
            let outcomes = outcomes(&result("explicitDeny", &[]), &named(resources)).unwrap();
            assert_eq!(outcomes.len(), 1);
            assert_eq!(outcomes[0].resource, resource);
            assert_eq!(outcomes[0].decision, Decision::ExplicitDeny);
        }
        assert!(outcomes(&result("allowed", &[]), &named(&[A, B])).is_err());
    }

    #[test]
    fn a_decision_that_is_not_known_is_none() {
        assert!(outcomes(&result("perhaps", &[]), &named(&[A])).is_err());
        assert!(outcomes(&result("allowed", &[(A, "perhaps")]), &named(&[A])).is_err());
    }

    #[test]
    fn who_shares_a_request_takes_out_its_own_and_no_more() {
        let result = result("implicitDeny", &[(A, "allowed"), (B, "implicitDeny")]);
        let found = all(&[result], &named(&[A, B]));
        let of = |it: &SimulatePrincipalPolicy| match it.among(&found) {
            Ok(Seen::Found(own)) => own.iter().map(|it| it.resource.clone()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(of(&asked(&["s3:GetObject"], &[B])), [B]);
        assert!(asked(&["s3:PutObject"], &[B]).among(&found).is_err());
    }

    #[test]
    fn one_request_for_a_principal_and_a_service() {
        let batch = |action: &str, resources: &[&str]| asked(&[action], resources).batch();
        assert_eq!(batch("s3:GetObject", &[A]), batch("s3:GetBucketLocation", &[B]));
        assert_ne!(batch("s3:GetObject", &[A]), batch("ecr:BatchGetImage", &[A]));
        assert_ne!(batch("s3:GetObject", &[A]), batch("s3:ListAllMyBuckets", &[]));
    }
}
