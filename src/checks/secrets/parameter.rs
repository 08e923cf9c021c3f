//! `parameter-exists`

use crate::account::parameter::{found, shared};
use crate::checks::{Check, each};
use crate::facts::View;
use crate::knowledge::{Absence, Lack, Seen, Stop};
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::{DescribeParameter, named_like_secret};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, ParameterRef, Region, ValueFrom};
use crate::shell::ShellCommand;
use crate::task::InParameterStore;
use crate::verdict::{Judgement, fail, not_applicable, pass};

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
    match shared(it, parameter, facts)? {
        Some((arn, own)) => of_another_account(parameter, region, arn, own, facts),
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

/// Another account's parameter is visible only if it is shared through AWS RAM, which requires the advanced
/// tier (<https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html>).
fn of_another_account(
    parameter: &ParameterRef,
    region: Region,
    arn: &Arn,
    own: &AccountId,
    facts: &View,
) -> Judgement {
    let lookup =
        DescribeParameter { region, name: parameter.name.clone(), shared: Some(arn.to_string()) };
    let owner = parameter.account().map_or("its account", AccountId::as_str);
    match facts.get(&lookup)? {
        Seen::Found(_) => pass(format!("{arn} is shared with this account")),
        Seen::Absent(_) => fail(format!("{arn} belongs to another account, which does not share it with account {own}"))
            .remedy(format!(
                "Have {owner} share the parameter (advanced tier) through AWS RAM, or use a parameter of this account"
            ))
            .command(
                ShellCommand::of("aws ram create-resource-share --name parameters")
                    .option("--resource-arns", arn.to_string())
                    .option("--principals", own.as_str())
                    .region(&lookup.region)
                    .option("--profile", format!("PROFILE-OF-{owner}")),
            )
            .judge(),
    }
}
