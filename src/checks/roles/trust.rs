//! `role-trust`

use super::exists::role;
use crate::checks::subject::{Duty, RoleUse};
use crate::checks::{Check, Judge};
use crate::facts::View;
use crate::iam::{
    Context, Decision, Evaluation, KeyState, Layer, Layers, Policy, Principal, Request, evaluate,
};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::iam::role::{GetRole, Role};
use crate::lookup::organizations::DescribeOrganization;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::RoleArn;
use crate::verdict::{Judgement, fail, not_applicable, pass};

pub(super) static ROLE_TRUST: Check = Check {
    id: "role-trust",
    verifies: "ECS may assume the role: it trusts the right service, on conditions that hold",
    prevents: &[
        "ECS was unable to assume the role '<arn>' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.",
        "ECS was unable to assume the configured ECS Infrastructure Role '<arn>'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.",
        "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.",
    ],
    remedy: "Let the role's trust policy allow sts:AssumeRole to the service",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
    asks: &[CallerIdentity::CALL, GetRole::CALL, DescribeOrganization::CALL],
    advises: false,
    judge: Judge::Role(role_trust),
};

fn role_trust(it: &RoleUse, facts: &View) -> Judgement {
    if it.replaced {
        return not_applicable("run-task's overrides put another role in its place");
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
            &source,
            "its condition on aws:SourceArn names a single cluster, which is not supported",
        ),
        Decision::Depends(_) => Err(Gap::Undecidable {
            why: format!(
                "whether {} may assume {} is open: {}",
                it.service(),
                role.arn,
                source.ask(it, KeyState::Unknown, &layers).sentences().join("; ")
            ),
        }
        .into()),
        Decision::ExplicitDeny | Decision::ImplicitDeny => refused(it, role, &source, &said),
    }
}

/// Whether the answer hangs on the organization of whoever ECS acts for.
fn names_organization(evaluation: &Evaluation) -> bool {
    let Decision::Depends(depends) = &evaluation.decision else { return false };
    depends.keys.iter().any(|it| it.key.eq_ignore_ascii_case("aws:SourceOrgID"))
}

/// The organization that the account is in, if the caller may see it.
fn organization(it: &RoleUse, facts: &View) -> Result<Option<KeyState>, Stop> {
    let asked = DescribeOrganization { region: it.task.region()?.clone() };
    Ok(match facts.weigh(|| facts.get(&asked))? {
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
        let arn: RoleArn = role
            .arn
            .parse()
            .map_err(|_| Gap::Undecidable { why: format!("{} is no ARN of a role", role.arn) })?;
        let region = it.task.region()?.to_string();
        Ok(Source { role: arn, region, organization: KeyState::Unknown })
    }

    /// How the ARNs begin that ECS gives as `aws:SourceArn`.
    fn arns(&self) -> String {
        let (partition, account) = (self.role.arn().partition, self.role.account());
        format!("arn:{partition}:ecs:{}:{account}:", self.region)
    }

    fn ask(&self, it: &RoleUse, source_arn: KeyState, layers: &Layers) -> Evaluation {
        let service = Principal::service(it.service());
        let context = Context::partial()
            .with_principal(&service)
            .with_value("aws:SourceAccount", self.role.account().as_str())
            .with("aws:SourceArn", source_arn)
            .with("aws:SourceOrgID", self.organization.clone())
            // ECS has no field for an external id, but no page says that it sends none.
            .with("sts:ExternalId", KeyState::Unknown);
        let role = self.role.arn().to_string();
        evaluate(&Request::new(service, "sts:AssumeRole", &role, context), layers)
    }

    /// A condition on one cluster is not supported; one on all of the account's is
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html>).
    fn is_one_cluster(&self, it: &RoleUse, layers: &Layers) -> bool {
        let statements = layers.resource.iter().flat_map(|policy| &policy.statements);
        let names_cluster = statements
            .flat_map(|statement| &statement.conditions)
            .filter(|condition| condition.key.eq_ignore_ascii_case("aws:SourceArn"))
            .any(|condition| condition.wanted().any(|arn| arn.contains(":cluster/")));
        let any = KeyState::Known(vec![format!("{}*", self.arns())]);
        names_cluster && self.ask(it, any, layers).decision == Decision::ImplicitDeny
    }
}

fn refused(it: &RoleUse, role: &Role, source: &Source, why: &str) -> Judgement {
    let service = it.service();
    let document = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": source.role.account().as_str()},
                "ArnLike": {"aws:SourceArn": format!("{}*", source.arns())},
            },
        }],
    });
    let (name, arn) = (source.role.name(), &role.arn);
    let finding = fail(format!("{arn} does not let {service} assume it: {why}"))
        .on(arn)
        .remedy(format!(
            "Let the trust policy allow sts:AssumeRole to {service}, or name a role that does; the command replaces the whole trust policy"
        ))
        .command(format!(
            "aws iam update-assume-role-policy --role-name {name} --policy-document '{document}'"
        ));
    match it.duty {
        Duty::Infrastructure => finding.prevents(ROLE_TRUST.prevents[1]).judge(),
        Duty::Service => finding.prevents(ROLE_TRUST.prevents[2]).judge(),
        Duty::Execution | Duty::Task => finding.judge(),
    }
}
