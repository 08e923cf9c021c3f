//! A secret by a reference that may be incomplete.

use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::CallerIdentity;
use crate::lookup::secretsmanager::{DescribeSecret, Secret};
use crate::names::{SecretRef, ValueFrom};

/// The secret, for the check that reports its absence.
///
/// Secrets Manager appends a hyphen and six characters to the name of a secret. It reads an ARN that ends like
/// this as a complete one, so a secret whose name ends like this is not found by an ARN without the appended
/// characters (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html>).
///
/// # Errors
/// The gap, or the absence, with the full ARN if the account has a secret whose whole name the ARN ends with.
pub(crate) fn found<'f>(lookup: &DescribeSecret, facts: &View<'f>) -> Result<&'f Secret, Stop> {
    let stop = match facts.need(lookup) {
        Ok(secret) => return Ok(secret),
        Err(stop) => stop,
    };
    let (Stop::Absent(_), Ok(ValueFrom::Secret(written))) = (&stop, lookup.id.parse()) else {
        return Err(stop);
    };
    Err(match called(&written, lookup, facts)? {
        Some(secret) => stop.with_arn(&secret.arn).adding(&format!(
            "; the name {} ends like a full ARN, so it has to be written in full: {}",
            written.id, secret.arn
        )),
        None => stop,
    })
}

/// The secret of the account with this whole name. The one that is asked for is missing, whatever is known about
/// others.
fn called<'f>(
    written: &SecretRef,
    lookup: &DescribeSecret,
    facts: &View<'f>,
) -> Result<Option<&'f Secret>, Stop> {
    if !written.has_suffix() {
        return Ok(None);
    }
    let caller = CallerIdentity { region: lookup.region.clone() };
    let caller = facts.tolerate(|| facts.need(&caller))?;
    let is_own = caller.is_ok_and(|caller| written.account() == Some(&caller.account));
    if !is_own {
        return Ok(None);
    }
    let named = DescribeSecret { region: lookup.region.clone(), id: written.id.clone() };
    Ok(match facts.tolerate(|| facts.get(&named))? {
        Ok(Seen::Found(secret)) => Some(secret),
        Ok(Seen::Absent(_)) | Err(_) => None,
    })
}
