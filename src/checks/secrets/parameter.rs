//! `parameter-exists`

use super::reference::region;
use crate::checks::subject::SecretUse;
use crate::checks::{Check, Judge};
use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ssm::{DescribeParameter, Parameter};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{ParameterRef, Region, ValueFrom};
use crate::verdict::{Judgement, fail, not_applicable, pass};

pub(super) static PARAMETER_EXISTS: Check = Check {
    id: "parameter-exists",
    verifies: "the parameter exists in its region",
    prevents: &[
        "ResourceInitializationError: unable to pull secrets or registry auth: ... unable to retrieve secrets from ssm: ... invalid ssm parameters: <name>",
    ],
    remedy: "Create the parameter, or correct its name; a parameter of another region needs its full ARN",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html",
    asks: &[DescribeParameter::CALL, CallerIdentity::CALL],
    advises: false,
    judge: Judge::Parameter(parameter_exists),
};

fn parameter_exists(it: &SecretUse, facts: &View) -> Judgement {
    let reference = it.reference()?;
    let ValueFrom::Parameter(parameter) = &reference else {
        return not_applicable("it is no parameter");
    };
    let region = region(it, &reference)?;
    if is_public(parameter) {
        return not_applicable(format!(
            "{} is a public parameter of AWS, which is not listed",
            parameter.name
        ));
    }
    match shared(it, parameter, facts)? {
        Some(arn) => of_another_account(parameter, region, arn, facts),
        None => {
            let found = found(it, parameter, facts)?;
            let name = found.map_or(&parameter.name, |found| &found.name);
            pass(format!("parameter {name} exists in {region}"))
        }
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html>
pub(super) fn is_public(parameter: &ParameterRef) -> bool {
    parameter.name.starts_with("/aws/service/")
}

/// The ARN of a parameter that belongs to another account than the caller's.
fn shared(it: &SecretUse, parameter: &ParameterRef, facts: &View) -> Result<Option<String>, Stop> {
    let (Some(arn), Some(account)) = (&parameter.arn, parameter.account()) else { return Ok(None) };
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    Ok((caller.account != *account).then(|| arn.to_string()))
}

/// The parameter behind a reference; nothing for a public one of AWS, which is not listed.
///
/// # Errors
/// The gap, or its absence: that of the question which `parameter-exists` answers for.
pub(in crate::checks) fn found<'f>(
    it: &SecretUse,
    parameter: &ParameterRef,
    facts: &View<'f>,
) -> Result<Option<&'f Parameter>, Stop> {
    if is_public(parameter) {
        return Ok(None);
    }
    let region = parameter.region().map_or_else(|| it.task.region(), Ok)?;
    if let Some(arn) = shared(it, parameter, facts)? {
        let (region, name) = (region.clone(), parameter.name.clone());
        let lookup = DescribeParameter { region, name, shared: Some(arn) };
        return match facts.get(&lookup)? {
            Seen::Found(found) => Ok(Some(found)),
            Seen::Absent(_) => {
                Err(Stop::written(it.value_from.place().subject(), lookup.absence()))
            }
        };
    }
    let named = ParameterNamed { region: region.clone(), names: parameter.candidate_names() };
    facts.derive(&named).map(Some)
}

/// The parameter that one of these names means: in an ARN, `parameter/a` stands for the name `a` as well
/// as for `/a`. That one of them is absent is no absence, as long as the other is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::checks) struct ParameterNamed {
    /// The region that is asked.
    pub region: Region,
    /// The names that it may have.
    pub names: Vec<String>,
}

impl Derived for ParameterNamed {
    type Fact = Parameter;

    fn what(&self) -> String {
        format!("the parameter {}", self.names.join(" or "))
    }

    fn derive(&self, facts: &View) -> Result<Parameter, Stop> {
        let named = |name: &String| DescribeParameter {
            region: self.region.clone(),
            name: name.clone(),
            shared: None,
        };
        let lookups: Vec<DescribeParameter> = self.names.iter().map(named).collect();
        let seen: Vec<_> = lookups.iter().map(|lookup| facts.need(lookup)).collect();
        let mut first = None;
        for seen in seen {
            match seen {
                Ok(found) => return Ok(found.clone()),
                Err(stop) => first = first.or(Some(stop)),
            }
        }
        Err(first.unwrap_or_else(|| Gap::Undecidable { why: "it has no name".to_owned() }.into()))
    }
}

/// Another account's parameter is visible only if it is shared through AWS RAM, which takes the advanced
/// tier (<https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html>).
fn of_another_account(
    parameter: &ParameterRef,
    region: Region,
    arn: String,
    facts: &View,
) -> Judgement {
    let lookup =
        DescribeParameter { region, name: parameter.name.clone(), shared: Some(arn.clone()) };
    match facts.get(&lookup)? {
        Seen::Found(_) => pass(format!("{arn} is shared with this account")),
        Seen::Absent(_) => fail(format!("{arn} belongs to another account and is not shared with this one"))
            .remedy("Share the parameter (advanced tier) through AWS RAM, or use one of this account")
            .command(format!(
                "aws ram create-resource-share --name parameters --resource-arns {arn} --principals ACCOUNT"
            ))
            .judge(),
    }
}
