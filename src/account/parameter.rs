//! The parameter behind a reference.

use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::ssm::{DescribeParameter, Parameter};
use crate::names::{AccountId, Arn, ParameterRef, Region};
use crate::task::SecretUse;

/// The ARN of a parameter that belongs to another account than the caller's, and that of the caller.
pub(crate) fn foreign<'p, 'f>(
    it: &SecretUse,
    parameter: &'p ParameterRef,
    facts: &View<'f>,
) -> Result<Option<(&'p Arn, &'f AccountId)>, Stop> {
    let (Some(arn), Some(account)) = (&parameter.arn, parameter.account()) else { return Ok(None) };
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    Ok((caller.account != *account).then_some((arn, &caller.account)))
}

/// The parameter behind a reference; none for an AWS public parameter, which cannot be listed.
///
/// # Errors
/// The gap, or the absence that `parameter-exists` reports.
pub(crate) fn found<'f>(
    it: &SecretUse,
    parameter: &ParameterRef,
    facts: &View<'f>,
) -> Result<Option<&'f Parameter>, Stop> {
    if parameter.is_public() {
        return Ok(None);
    }
    let region = parameter.region().map_or_else(|| it.task.region(), Ok)?;
    if let Some((arn, _)) = foreign(it, parameter, facts)? {
        let why = format!("{arn} belongs to another account");
        return Err(Stop::written(it.value_from.place().subject(), why));
    }
    let named = ParameterNamed { region: region.clone(), names: parameter.candidate_names() };
    facts.derive(&named).map(Some)
}

/// The parameter with one of these names: in an ARN, `parameter/a` can mean the name `a` or `/a`. It is absent
/// only if both are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ParameterNamed {
    /// The region to look in.
    pub region: Region,
    /// Its possible names.
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
