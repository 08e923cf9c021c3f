//! `role-trust`

use serde_json::{Value, json};

use super::exists::role;
use crate::checks::{Check, each};
use crate::facts::View;
use crate::iam::{
    Decision, Evaluation, KeyState, Layer, Layers, Policy, Principal, Request, evaluate,
};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::role::{
    GetRole, NO_INFRASTRUCTURE_ROLE, NO_SERVICE_ROLE, NO_TASK_ROLE, Role,
};
use crate::lookup::organizations::DescribeOrganization;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, RoleArn};
use crate::permission::{amended, of_service};
use crate::shell::ShellCommand;
use crate::task::{Duty, RoleUse};
use crate::verdict::{Finding, Judgement, fail, not_applicable, pass};

pub(super) static ROLE_TRUST: Check = Check {
    id: "role-trust",
    verifies: "ECS may assume the role: its trust policy allows the right service, and its conditions hold",
    prevents: &[NO_TASK_ROLE, NO_INFRASTRUCTURE_ROLE, NO_SERVICE_ROLE],
    remedy: "Allow the service sts:AssumeRole in the role's trust policy",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
    asks: &[&[CallerIdentity::CALL, GetRole::CALL, DescribeOrganization::CALL]],
    advises: false,
    judge: |task| each(task, role_trust),
};

fn role_trust(it: &RoleUse, facts: &View) -> Judgement {
    if it.replaced {
        return not_applicable("replaced by the role in the overrides of run-task");
    }
    let role = role(it, facts)?;
    let mut source = Source::of(it, role)?;
    let trust = Policy::read(Layer::Trust, &role.arn, &role.trust);
    let layers = Layers { resource: Some(trust), ..Layers::default() };
    let mut evaluation = source.ask(it, KeyState::Begins(source.arns()), &layers);
    if names_organization(&evaluation)
        && let Some(state) = organization(it, facts)?
    {
        source.organization = state;
        evaluation = source.ask(it, KeyState::Begins(source.arns()), &layers);
    }
    let said = evaluation.sentences().join("; ");
    match evaluation.decision {
        Decision::Allow => pass(format!("{} trusts {}", role.arn, it.service())),
        Decision::Depends(_) if source.is_one_cluster(it, &layers) => refused(
            it,
            role,
            false,
            "its condition on aws:SourceArn names a single cluster, which ECS does not support",
        ),
        Decision::Depends(_) => Err(Gap::Undecidable {
            why: format!(
                "cannot determine whether {} may assume {}: {}",
                it.service(),
                role.arn,
                source.ask(it, KeyState::Unknown, &layers).sentences().join("; ")
            ),
        }
        .into()),
        Decision::ExplicitDeny => refused(it, role, true, &said),
        Decision::ImplicitDeny => refused(it, role, false, &said),
    }
}

/// Whether the answer depends on the organization of the account that ECS acts for.
fn names_organization(evaluation: &Evaluation) -> bool {
    let Decision::Depends(depends) = &evaluation.decision else { return false };
    depends.keys.iter().any(|it| it.key.eq_ignore_ascii_case("aws:SourceOrgID"))
}

/// The organization of the account, if the caller may see it.
fn organization(it: &RoleUse, facts: &View) -> Result<Option<KeyState>, Stop> {
    let asked = DescribeOrganization { region: it.task.region()?.clone() };
    Ok(match facts.tolerate(|| facts.get(&asked))? {
        Ok(Seen::Found(organization)) => Some(KeyState::Known(vec![organization.id.clone()])),
        Ok(Seen::Absent(_)) => Some(KeyState::Absent),
        Err(_) => None,
    })
}

/// On whose behalf ECS assumes a role.
struct Source {
    role: RoleArn,
    region: String,
    organization: KeyState,
}

impl Source {
    fn of(it: &RoleUse, role: &Role) -> Result<Source, Stop> {
        let arn: RoleArn = role.arn.parse().map_err(|_| Gap::Undecidable {
            why: format!("{} is not the ARN of a role", role.arn),
        })?;
        let region = it.task.region()?.to_string();
        Ok(Source { role: arn, region, organization: KeyState::Unknown })
    }

    /// The prefix of the ARNs that ECS sends as `aws:SourceArn`.
    fn arns(&self) -> String {
        let (partition, account) = (self.role.arn().partition, self.role.account());
        format!("arn:{partition}:ecs:{}:{account}:", self.region)
    }

    fn ask(&self, it: &RoleUse, source_arn: KeyState, layers: &Layers) -> Evaluation {
        let service = Principal::service(it.service());
        let context = of_service(&service, it.task.now)
            // ECS passes no session tags and no source identity
            // (https://github.com/aws/containers-roadmap/issues/2426).
            .with("aws:TagKeys", KeyState::Absent)
            .with("sts:TransitiveTagKeys", KeyState::Absent)
            .with("sts:SourceIdentity", KeyState::Absent)
            .with_value("aws:SourceAccount", self.role.account().as_str())
            .with("aws:SourceArn", source_arn)
            .with("aws:SourceOrgID", self.organization.clone())
            // ECS has no field for an external ID, but AWS does not document that it sends none.
            .with("sts:ExternalId", KeyState::Unknown);
        let role = self.role.arn().to_string();
        evaluate(&Request::new(service, "sts:AssumeRole", &role, context), layers)
    }

    /// A condition on one cluster is not supported; one on all clusters of the account is
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>).
    fn is_one_cluster(&self, it: &RoleUse, layers: &Layers) -> bool {
        let statements = layers.resource.iter().flat_map(|policy| policy.statements.iter());
        let names_cluster = statements
            .flat_map(|statement| &statement.conditions)
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:SourceArn"))
            .any(|condition| condition.wanted().any(|arn| arn.contains(":cluster/")));
        let any = KeyState::Known(vec![format!("{}*", self.arns())]);
        names_cluster && self.ask(it, any, layers).decision == Decision::ImplicitDeny
    }
}

fn refused(it: &RoleUse, role: &Role, denied: bool, why: &str) -> Judgement {
    let (service, arn) = (it.service(), &role.arn);
    let finding = fail(format!("{service} cannot assume {arn}: {why}")).on(arn);
    let finding = match denied {
        true => finding.remedy(format!(
            "Narrow the denying statement of the trust policy so that it no longer matches {service}, or use another role: an explicit deny overrides any allow"
        )),
        false => with_fix(finding, it, role)?,
    };
    match it.duty {
        Duty::Infrastructure => finding.prevents(ROLE_TRUST.prevents[1]).judge(),
        Duty::Service => finding.prevents(ROLE_TRUST.prevents[2]).judge(),
        Duty::Execution | Duty::Task => finding.judge(),
    }
}

/// The fix: the trust policy with its current statements and the missing one.
fn with_fix(finding: Finding, it: &RoleUse, role: &Role) -> Result<Finding, Stop> {
    let source = Source::of(it, role)?;
    let statement = trusting(it.service(), it.duty, source.role.account());
    let document = amended(&role.trust, vec![statement]);
    Ok(finding
        .remedy(format!(
            "Allow {} sts:AssumeRole in the trust policy, or use a role that does; the command keeps the current statements and adds this one",
            it.service()
        ))
        .command(
            ShellCommand::of("aws iam update-assume-role-policy")
                .option("--role-name", source.role.name())
                .option("--policy-document", document),
        ))
}

/// AWS recommends a condition on the account for the roles of tasks, and shows none for infrastructure roles.
/// A condition on the region would exclude tasks in other regions
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>,
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/infrastructure_IAM_role.html>).
fn trusting(service: &str, duty: Duty, account: &AccountId) -> Value {
    let mut statement = json!({
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
    });
    if matches!(duty, Duty::Execution | Duty::Task) {
        statement["Condition"] = json!({"StringEquals": {"aws:SourceAccount": account.as_str()}});
    }
    statement
}
