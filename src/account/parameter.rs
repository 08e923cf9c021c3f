//! The parameter behind a reference.

use crate::facts::{Derived, View};
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ssm::{DescribeParameter, Parameter};
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, Arn, ParameterRef, Region};
use crate::task::SecretUse;

/// The ARN of a parameter that belongs to another account than the caller's, and that of the caller.
pub(crate) fn shared<'p, 'f>(
    it: &SecretUse,
    parameter: &'p ParameterRef,
    facts: &View<'f>,
) -> Result<Option<(&'p Arn, &'f AccountId)>, Stop> {
    let (Some(arn), Some(account)) = (&parameter.arn, parameter.account()) else { return Ok(None) };
    let caller = facts.need(&CallerIdentity { region: it.task.region()?.clone() })?;
    Ok((caller.account != *account).then_some((arn, &caller.account)))
}

/// The parameter behind a reference; nothing for a public one of AWS, which is not listed.
///
/// # Errors
/// The gap, or its absence: that of the question which `parameter-exists` answers for.
pub(crate) fn found<'f>(
    it: &SecretUse,
    parameter: &ParameterRef,
    facts: &View<'f>,
) -> Result<Option<&'f Parameter>, Stop> {
    if parameter.is_public() {
        return Ok(None);
    }
    let region = parameter.region().map_or_else(|| it.task.region(), Ok)?;
    if let Some((arn, _)) = shared(it, parameter, facts)? {
        let (region, name) = (region.clone(), parameter.name.clone());
        let lookup = DescribeParameter { region, name, shared: Some(arn.to_string()) };
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
pub(crate) struct ParameterNamed {
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
