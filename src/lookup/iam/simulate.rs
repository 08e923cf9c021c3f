//! The IAM policy simulator.
//!
//! It evaluates the principal's policies, its permissions boundary and, roughly, the organization's policies.
//! For a role it does not evaluate the policies of resources and keys
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>), so it
//! is a second opinion, not the verdict.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{NO_SUCH_ENTITY, sent, whole};
use crate::knowledge::Seen;
use crate::lookup::aws::{Element, Lacks, Query};
use crate::lookup::organizations::ASSUMPTION;
use crate::lookup::{Answer, Batch, Call, Lookup, Named, Optional, Services, classify};
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

    fn named(&self) -> Named {
        Named::Nowhere("compared action by action")
    }

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
        let query = query(&first.principal, &actions, &resources, &first.context);
        let results = whole(asked, &services.iam(&first.region), query, "EvaluationResults").await;
        let results = match results {
            Ok(results) => results,
            Err(error) => return asked.iter().map(|it| classify::failed(it, &error)).collect(),
        };
        let found = results.and_then(|results| all(&results, &resources));
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
    fn among(&self, found: &Result<Vec<Simulated>, Lacks>) -> Answer<Vec<Simulated>> {
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

/// The parameters of a simulation
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>).
fn query(
    principal: &str,
    actions: &[String],
    resources: &[String],
    context: &[ContextKey],
) -> Query {
    let mut query = Query::default()
        .with("PolicySourceArn", principal)
        .members("ActionNames", actions)
        .members("ResourceArns", resources);
    for (nth, key) in (1..).zip(context) {
        let entry = format!("ContextEntries.member.{nth}");
        query = query
            .with(&format!("{entry}.ContextKeyName"), &key.name)
            .members(&format!("{entry}.ContextKeyValues"), &key.values)
            .with(&format!("{entry}.ContextKeyType"), key.kind);
    }
    query
}

fn all(results: &[Element], resources: &[String]) -> Result<Vec<Simulated>, Lacks> {
    let mut found = Vec::new();
    for result in results {
        found.extend(outcomes(result, resources)?);
    }
    Ok(found)
}

/// The decision for each resource. The decision outside the list of resources is the worst of all: it is used
/// only if there is at most one resource.
fn outcomes(result: &Element, resources: &[String]) -> Result<Vec<Simulated>, Lacks> {
    let action = sent(result, "EvalActionName", "the action of a decision")?;
    let detail = result.child("OrganizationsDecisionDetail")?;
    let allowed_by_organizations = detail.map(|it| {
        it.flag("AllowedByOrganizations")?.ok_or("whether the organization allows an action")
    });
    let allowed_by_organizations = allowed_by_organizations.transpose()?;
    let outcome = |resource: &str, decision: Option<String>, of: &Element| {
        Ok(Simulated {
            action: action.clone(),
            resource: resource.to_owned(),
            decision: read(decision)?,
            missing: missing(of)?,
            allowed_by_organizations,
        })
    };
    let each = result.members("ResourceSpecificResults")?.unwrap_or_default();
    match (each, resources) {
        ([], []) => Ok(vec![outcome("*", result.text("EvalDecision")?, result)?]),
        ([], [resource]) => Ok(vec![outcome(resource, result.text("EvalDecision")?, result)?]),
        ([], _) => Err("the decision for each resource"),
        (each, _) => {
            let outcome = |it: &Element| {
                let resource = sent(it, "EvalResourceName", "the resource of a decision")?;
                outcome(&resource, it.text("EvalResourceDecision")?, it)
            };
            each.iter().map(outcome).collect()
        }
    }
}

fn missing(result: &Element) -> Result<Vec<String>, Lacks> {
    let keys = result.members("MissingContextValues")?.unwrap_or_default();
    keys.iter().map(Element::content).collect()
}

fn read(decision: Option<String>) -> Result<Decision, Lacks> {
    match decision.as_deref() {
        Some("allowed") => Ok(Decision::Allowed),
        Some("explicitDeny") => Ok(Decision::ExplicitDeny),
        Some("implicitDeny") => Ok(Decision::ImplicitDeny),
        _ => Err("a known decision"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    fn element(text: &str) -> Element {
        Element::parse(text.as_bytes()).unwrap()
    }

    fn result(decision: &str, each: &[(&str, &str)]) -> Element {
        let each = each.iter().map(|(resource, decision)| {
            format!(
                "<member><EvalResourceName>{resource}</EvalResourceName>\
                 <EvalResourceDecision>{decision}</EvalResourceDecision>\
                 <MissingContextValues><member>aws:SourceVpc</member></MissingContextValues></member>"
            )
        });
        element(&format!(
            "<member><EvalActionName>s3:GetObject</EvalActionName>\
             <EvalResourceName>arn:${{Partition}}:s3:::${{BucketName}}/${{KeyName}}</EvalResourceName>\
             <EvalDecision>{decision}</EvalDecision><MissingContextValues/>\
             <OrganizationsDecisionDetail><AllowedByOrganizations>true</AllowedByOrganizations></OrganizationsDecisionDetail>\
             <ResourceSpecificResults>{}</ResourceSpecificResults></member>",
            each.collect::<String>()
        ))
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
    fn a_decision_without_its_parts_is_none() {
        let action = "<EvalActionName>s3:GetObject</EvalActionName>";
        let decision = "<EvalDecision>allowed</EvalDecision>";
        let whole = format!("<member>{action}{decision}</member>");
        let read = outcomes(&element(&whole), &[]).unwrap();
        assert_eq!((read[0].allowed_by_organizations, &*read[0].missing), (None, &[][..]));
        let detail = "<OrganizationsDecisionDetail/>";
        let each = |inside: &str| {
            format!("<ResourceSpecificResults><member>{inside}</member></ResourceSpecificResults>")
        };
        for lacking in [
            format!("<member>{action}</member>"),
            format!("<member>{decision}</member>"),
            format!("<member>{action}{decision}{detail}</member>"),
            format!(
                "<member>{action}{decision}{}</member>",
                each("<EvalResourceDecision>allowed</EvalResourceDecision>")
            ),
            format!(
                "<member>{action}{decision}{}</member>",
                each("<EvalResourceName>*</EvalResourceName>")
            ),
        ] {
            assert!(outcomes(&element(&lacking), &[]).is_err(), "{lacking}");
        }
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
