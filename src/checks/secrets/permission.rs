//! `secret-permission` and `parameter-permission`

use crate::account::parameter;
use crate::account::rights::{PoliciesOf, of_task};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::iam::{KeyState, Layer, Policy};
use crate::lookup::Lookup;
use crate::lookup::secretsmanager::{DescribeSecret, GetSecretPolicy};
use crate::lookup::ssm::{DescribeParameter, ListParameterTags};
use crate::names::ValueFrom;
use crate::permission::secret::Version;
use crate::permission::{PERMISSION_CALLS, ResourceSide, Tags, Wish, decide, secret};
use crate::reachability::origin::CallOrigin;
use crate::task::{InParameterStore, InSecretsManager, NO_ROLE};
use crate::verdict::{Judgement, not_applicable};

pub(super) static SECRET_PERMISSION: Check = Check {
    id: "secret-permission",
    verifies: "the execution role may read the secret",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... AccessDeniedException: User: <arn> is not authorized to perform: secretsmanager:GetSecretValue on resource: <arn> because no identity-based policy allows the secretsmanager:GetSecretValue action",
    ],
    remedy: "Allow the execution role (not the task role) secretsmanager:GetSecretValue on the secret's full ARN",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[
        &[DescribeSecret::CALL, GetSecretPolicy::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, secret_permission),
};

fn secret_permission(it: &InSecretsManager, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let lookup = it.lookup(&reference)?;
    // All are requested at once.
    let (who, secret) = (of_task::policies(it.task, facts), facts.need(&lookup));
    if let Ok(secret) = &secret {
        facts.prefetch(&secret::policy_of(secret, &lookup));
    }
    let Some(who) = who? else { return not_applicable(NO_ROLE) };
    secret?;
    let mut before = Vec::new();
    let version = match &reference {
        ValueFrom::Secret(asked) => {
            Version { stage: asked.stage.as_deref(), id: asked.version.as_deref() }
        }
        // Parameter Store passes the secret on, so the role needs permission for both
        // (https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html).
        ValueFrom::SecretThroughParameter { parameter, .. } => {
            let resource = parameter.arn_in(&lookup.region, of_task::account(who));
            // Such a parameter is only a reference to the secret, so it has no tags.
            before.push((Wish::new("ssm:GetParameters", resource), ResourceSide::default()));
            Version::default()
        }
        ValueFrom::Parameter(_) => return not_applicable("not a Secrets Manager secret"),
    };
    let departure = CallOrigin::Agent(it.task);
    secret::reads_secret(who, &lookup, version, (before, departure), facts)
}

pub(super) static PARAMETER_PERMISSION: Check = Check {
    id: "parameter-permission",
    verifies: "the execution role may read the parameter",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... AccessDeniedException: User: <arn> is not authorized to perform: ssm:GetParameters on resource: <arn>",
    ],
    remedy: "Allow the execution role ssm:GetParameters on the parameter's ARN (ssm:GetParameter is a different action)",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[
        &[DescribeParameter::CALL],
        &PoliciesOf::CALLS_FOR_ROLE,
        &PERMISSION_CALLS,
        &CallOrigin::CALLS,
    ],
    advises: false,
    judge: |task| each(task, parameter_permission),
};

fn parameter_permission(it: &InParameterStore, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let ValueFrom::Parameter(parameter) = &reference else {
        return not_applicable("not a Parameter Store parameter");
    };
    let region = it.region_asked(&reference)?;
    let (who, found) = (of_task::policies(it.task, facts), parameter::found(it, parameter, facts));
    let Some(who) = who? else { return not_applicable(NO_ROLE) };
    let found = found?;
    let account = of_task::account(who);
    let resource = parameter.arn_in(&region, account);
    let mut wish = Wish::new("ssm:GetParameters", &resource);
    let mut side = ResourceSide::default();
    if let Some(found) = found {
        let (region, name) = (region.clone(), found.name.clone());
        side.tags = Tags::Parameter(ListParameterTags { region, name });
    }
    match parameter.account() {
        Some(owner) if owner != account => {
            let why = "AWS RAM does not show it to this account";
            let name = format!("the AWS RAM share of `{resource}`");
            let share = Policy::unreadable(Layer::Resource, &name, why).called(&name);
            side.resource = Some(share);
            side.tags = Tags::Unknown;
        }
        Some(_) => {}
        // AWS public parameters have no account: the caller's identity policies decide.
        None if parameter.is_public() => {
            side.owner = Some(account.clone());
            wish = wish.knowing("aws:ResourceAccount", KeyState::Unknown);
        }
        None => side.owner = Some(account.clone()),
    }
    let answer =
        decide(who, vec![(wish, side)], (&region, CallOrigin::Agent(it.task)), None, facts)?;
    answer.judge(who, &format!("read {resource}"), facts)
}
