//! Separates definite answers from gaps, for all lookups.
//!
//! If it is unclear whether an error means "absent", it is a gap: only the codes in [`Lookup::ABSENT`] are
//! absences. Errors that are not in the protocol's form have no code, so a proxy's 403 or an HTML page is
//! always a gap.

use std::error::Error;
use std::time::SystemTime;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::connector::NotWhole;
use super::naming::Rejected;
use super::rejection::{self, Rejection};
use super::{Answer, Call, Lookup};
use crate::knowledge::{Absence, Gap, Seen};

const REFUSED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "NotAuthorized",
    "UnauthorizedOperation",
];

const THROTTLED: &[&str] = &[
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes of a call that reads the value of a secret
/// (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html>). A code is free
/// text too, so others are not quoted.
const SAFE: &[&str] = &[
    "DecryptionFailure",
    "InternalServiceError",
    "InvalidParameterException",
    "InvalidRequestException",
    "ServiceUnavailable",
    "ValidationException",
];

/// A readable answer: `read` turns it into the fact, or names what is missing.
pub(super) fn answer<L: Lookup, O, E>(
    lookup: &L,
    reply: Result<O, SdkError<E, HttpResponse>>,
    read: impl FnOnce(O) -> Result<L::Fact, &'static str>,
) -> Answer<L::Fact>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match reply {
        Ok(output) => read(output).map(Seen::Found).map_err(|lacks| incomplete(lookup, lacks)),
        Err(error) => failed(lookup, &error),
    }
}

/// An answer without a part that the service always sends: it proves nothing.
pub(super) fn incomplete<L: Lookup>(lookup: &L, lacks: &str) -> Gap {
    Gap::Unreachable { what: named(lookup), why: format!("the answer lacks {lacks}") }
}

/// The proven absence of the resource.
pub(super) fn absent<L: Lookup>(lookup: &L, said: impl Into<String>) -> Answer<L::Fact> {
    Ok(Seen::Absent(Absence { sentence: lookup.absence(), said: said.into() }))
}

/// What an error proves: an absence, if the lookup names its code; otherwise a gap.
pub(super) fn failed<L: Lookup, E>(lookup: &L, error: &SdkError<E, HttpResponse>) -> Answer<L::Fact>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match code(error) {
        Some(code) if L::ABSENT.contains(&code) => absent(lookup, code),
        _ => {
            let asked = Asked { call: L::CALL, resource: lookup.resource() };
            Err(gap(named(lookup), asked, &Failure::of(error)))
        }
    }
}

/// The service's error code, if the error is in the protocol's form.
pub(super) fn code<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Option<&str> {
    match error {
        SdkError::ServiceError(context) => context.err().code(),
        _ => None,
    }
}

fn named<L: Lookup>(lookup: &L) -> String {
    format!("{} ({})", L::CALL, lookup.what())
}

/// What a gap says of the lookup. Its type and that of the error are left behind, since a function for each
/// pair of them took a fiftieth of the program.
struct Asked {
    call: Call,
    resource: String,
}

/// An error of the SDK without the type of its operation.
struct Failure<'e> {
    whole: &'e (dyn Error + 'static),
    kind: Kind<'e>,
}

enum Kind<'e> {
    Service { code: Option<&'e str>, message: Option<&'e str>, raw: &'e HttpResponse },
    TimedOut,
    NotSent,
    Dispatch(&'e DispatchFailure),
    NotRead { raw: &'e HttpResponse },
    Other,
}

impl<'e> Failure<'e> {
    fn of<E>(error: &'e SdkError<E, HttpResponse>) -> Failure<'e>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let kind = match error {
            SdkError::ServiceError(context) => Kind::Service {
                code: context.err().code(),
                message: context.err().message(),
                raw: context.raw(),
            },
            SdkError::TimeoutError(_) => Kind::TimedOut,
            SdkError::DispatchFailure(failure) => Kind::Dispatch(failure),
            SdkError::ResponseError(context) => Kind::NotRead { raw: context.raw() },
            SdkError::ConstructionFailure(_) => Kind::NotSent,
            _ => Kind::Other,
        };
        Failure { whole: error, kind }
    }
}

fn gap(what: String, asked: Asked, failure: &Failure) -> Gap {
    let error = failure.whole;
    if let Some(rejected) = rejected(error) {
        return Gap::Unreachable { what, why: rejected.to_string() };
    }
    let why = match &failure.kind {
        Kind::Service { code, message, raw } => {
            return answered(what, asked, *code, message.unwrap_or_default(), raw);
        }
        Kind::TimedOut => match after(error) {
            Some(span) => format!("the server did not answer within {span}"),
            None => "the server did not answer in time".to_owned(),
        },
        Kind::Dispatch(failure) => match failure.as_connector_error() {
            Some(error) if error.is_timeout() => root(error),
            Some(error) => match error.source().and_then(|it| it.downcast_ref::<NotWhole>()) {
                Some(not_whole) => not_whole.to_string(),
                None => format!("no connection: {}", root(error)),
            },
            None => "no connection".to_owned(),
        },
        Kind::NotRead { raw } => not_from_the_service(raw),
        Kind::NotSent => format!("the request could not be sent: {}", root(error)),
        Kind::Other => root(error),
    };
    Gap::Unreachable { what, why }
}

/// The gap of an error that the service stated.
fn answered(
    what: String,
    asked: Asked,
    code: Option<&str>,
    message: &str,
    raw: &HttpResponse,
) -> Gap {
    let date = raw.headers().get("date");
    let rejection = rejection::of(code.unwrap_or_default(), message, date, SystemTime::now());
    if let Some(Rejection { why, remedy }) = rejection {
        return Gap::Rejected { what, why, remedy: remedy.to_owned() };
    }
    let why = match code {
        Some(code) if REFUSED.contains(&code) => {
            return Gap::Refused {
                action: asked.call.to_string(),
                resource: asked.resource,
                said: code.to_owned(),
            };
        }
        Some(code) if THROTTLED.contains(&code) => return Gap::Throttled { what },
        Some(code) if asked.call.returns_secret() => match SAFE.contains(&code) {
            true => format!("the service answered {code}"),
            false => format!(
                "HTTP {}; the error is not shown, it may contain the value",
                raw.status().as_u16()
            ),
        },
        Some(code) => format!("the service answered {code}: {message}"),
        None => not_from_the_service(raw),
    };
    Gap::Unreachable { what, why }
}

fn not_from_the_service(raw: &HttpResponse) -> String {
    format!("HTTP {}, which did not come from the service (a proxy?)", raw.status().as_u16())
}

/// How long the SDK waited: its error ends with "occurred after 22s".
fn after(error: &dyn Error) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some((_, span)) = error.to_string().split_once("occurred after ") {
            return Some(span.to_owned());
        }
        cause = error.source();
    }
    None
}

/// The reason for which the answer was rejected before it was read.
fn rejected<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e Rejected> {
    let mut cause = Some(error);
    while let Some(at) = cause {
        match at.downcast_ref::<Rejected>() {
            Some(rejected) => return Some(rejected),
            None => cause = at.source(),
        }
    }
    None
}

/// The innermost cause: the only part of an SDK error chain that helps a person.
fn root(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
