//! `parameter-exists`

use crate::account::parameter::{foreign, found};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Absence, Lack, Seen, Stop};
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::{DescribeParameter, named_like_secret};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, ParameterRef, Region, ValueFrom};
use crate::task::InParameterStore;
use crate::verdict::{Judgement, Rule, not_applicable, pass};

pub(super) static PARAMETER_EXISTS: Check = Check {
    id: "parameter-exists",
    verifies: "the parameter exists in its region",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... unable to retrieve secrets from ssm: ... invalid ssm parameters: <name>",
    ],
    remedy: "Create the parameter, or correct its name; a parameter of another region needs its full ARN",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html",
    asks: &[&[DescribeParameter::CALL, CallerIdentity::CALL, DescribeSecret::CALL]],
    advises: false,
    judge: |task| each(task, parameter_exists),
};

fn parameter_exists(it: &InParameterStore, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let ValueFrom::Parameter(parameter) = &reference else {
        return not_applicable("not a Parameter Store parameter");
    };
    let region = it.region_asked(&reference)?;
    if parameter.is_public() {
        return not_applicable(format!(
            "{} is an AWS public parameter, which cannot be listed",
            parameter.name
        ));
    }
    match foreign(it, parameter, facts)? {
        Some((arn, own)) => of_another_account(parameter, arn, own),
        None => {
            let found = match found(it, parameter, facts) {
                Err(Stop::Absent(lack)) if parameter.arn.is_none() => {
                    let absence = perhaps_a_secret(parameter, region, lack.absence, facts)?;
                    return Err(Stop::Absent(Lack { absence, ..lack }));
                }
                found => found?,
            };
            let name = found.map_or(&parameter.name, |found| &found.name);
            pass(format!("parameter {name} exists in {region}"))
        }
    }
}

/// A plain name refers to a parameter, even if a secret was meant: a secret needs an ARN
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html>).
fn perhaps_a_secret(
    parameter: &ParameterRef,
    region: Region,
    absence: Absence,
    facts: &View,
) -> Result<Absence, Stop> {
    let named = DescribeSecret { region, id: parameter.name.clone() };
    // The parameter is missing, whatever is known about secrets.
    Ok(match facts.tolerate(|| facts.get(&named))? {
        Ok(Seen::Found(secret)) => named_like_secret(&absence, &secret.arn),
        Ok(Seen::Absent(_)) | Err(_) => absence,
    })
}

const OWN_ACCOUNT: Rule = Rule::quoted(
    "a parameter belongs to the account of the task",
    "ClientException: The Systems Manager parameter ARN has a different account ID than the current account. The current account ID is <own> and the ARN account ID is <owner>. Cross-account access for ARNs is not currently supported.",
    "https://github.com/awsdocs/amazon-ecs-developer-guide/issues/167",
    "2021-06-16",
);

/// ECS takes no parameter of another account, also not one that is shared through AWS RAM.
fn of_another_account(parameter: &ParameterRef, arn: &Arn, own: &AccountId) -> Judgement {
    let owner = parameter.account().map_or("<owner>", AccountId::as_str);
    OWN_ACCOUNT
        .fail(format!("{arn} belongs to account {owner}, and the task runs in account {own}"))
        .naming("<owner>", owner)
        .naming("<own>", own.as_str())
        .remedy(format!(
            "Copy the value into a parameter of account {own}, or use a secret of Secrets Manager, which ECS reads from other accounts"
        ))
        .judge()
}
