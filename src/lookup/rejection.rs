//! Errors about the caller, not about the resource: its clock, or its credentials
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>,
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-error-codes.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::date_time::{DateTime, Format};

/// Why AWS did not accept the caller, and how to fix it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rejection {
    pub why: String,
    pub remedy: &'static str,
}

/// What a request that was not accepted is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Clock,
    Expired,
    /// The access key, its state or its session token.
    Key,
    Signature,
    /// EC2 does not say which.
    Anything,
}

const CODES: &[(&str, About)] = &[
    ("RequestTimeTooSkewed", About::Clock),
    ("RequestInTheFuture", About::Clock),
    ("ExpiredToken", About::Expired),
    ("ExpiredTokenException", About::Expired),
    ("TokenRefreshRequired", About::Expired),
    ("RequestExpired", About::Expired),
    ("InvalidAccessKeyId", About::Key),
    ("InvalidClientTokenId", About::Key),
    ("InvalidToken", About::Key),
    ("UnrecognizedClientException", About::Key),
    ("IncompleteSignature", About::Signature),
    ("InvalidSignatureException", About::Signature),
    ("SignatureDoesNotMatch", About::Signature),
    ("AuthFailure", About::Anything),
];

/// What AWS says of a signature whose time is wrong.
const OF_TIME: &[&str] = &["Signature expired", "Signature not yet current", "too skewed"];

/// AWS accepts the time of a request within five minutes
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>).
const TOLERATED: i64 = 4 * 60;

const SET_CLOCK: &str = "Set the clock of this machine, or turn on its time synchronization (NTP)";
const SIGN_IN: &str = "Sign in again, or renew the temporary credentials";
const CHECK_KEY: &str =
    "Check the access key with its session token, and that the region is enabled in the account";

/// The rejection that an error code and its message state. `date` is the `Date` header of the answer, and shows
/// whether the clock is the cause.
pub(super) fn of(
    code: &str,
    message: &str,
    date: Option<&str>,
    now: SystemTime,
) -> Option<Rejection> {
    let (_, about) = CODES.iter().find(|(known, _)| *known == code)?;
    let ahead = date.and_then(|date| seconds_ahead(date, now));
    let is_off = ahead.is_some_and(|ahead| ahead.abs() > TOLERATED);
    let of_time = OF_TIME.iter().any(|words| message.contains(words));
    if *about == About::Clock || of_time || is_off {
        let why = match ahead {
            Some(ahead) if is_off => {
                let direction = if ahead > 0 { "ahead of" } else { "behind" };
                let span = in_words(ahead.unsigned_abs());
                format!(
                    "the clock of this machine is wrong, {span} {direction} that of AWS ({code})"
                )
            }
            _ => format!("AWS found the time of the request wrong ({code})"),
        };
        return Some(Rejection { why, remedy: SET_CLOCK });
    }
    let (why, remedy) = match about {
        About::Expired => ("your temporary credentials have expired", SIGN_IN),
        About::Key => (
            "AWS does not know your access key: it was deleted or deactivated, or its session token is missing",
            CHECK_KEY,
        ),
        About::Signature => (
            "the signature is wrong: the secret access key is not that of the access key, or a proxy changed the request",
            "Check the secret access key, and that no proxy changes requests",
        ),
        About::Anything | About::Clock => ("AWS could not validate your credentials", CHECK_KEY),
    };
    Some(Rejection { why: format!("{why} ({code})"), remedy })
}

/// How far the clock of this machine is ahead of an answer's.
pub(super) fn seconds_ahead(date: &str, now: SystemTime) -> Option<i64> {
    let theirs = DateTime::from_str(date, Format::HttpDate).ok()?.secs();
    let own = now.duration_since(UNIX_EPOCH).ok()?.as_secs();
    i64::try_from(own).ok()?.checked_sub(theirs)
}

fn in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        ..7_200 => (seconds.div_ceil(60), "minutes"),
        7_200..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const DATE: &str = "Mon, 30 Nov 2026 12:00:00 GMT";

    /// So many seconds after that date.
    fn after(seconds: i64) -> SystemTime {
        let date = DateTime::from_str(DATE, Format::HttpDate).unwrap().secs();
        UNIX_EPOCH + Duration::from_secs(u64::try_from(date + seconds).unwrap())
    }

    fn why(code: &str, message: &str, date: Option<&str>, ahead: i64) -> (String, &'static str) {
        let Rejection { why, remedy } = of(code, message, date, after(ahead)).unwrap();
        (why, remedy)
    }

    #[test]
    fn a_wrong_clock_is_named_with_how_far_it_is_off() {
        for (code, message) in [
            (
                "RequestTimeTooSkewed",
                "The difference between the request time and the current time is too large.",
            ),
            (
                "InvalidSignatureException",
                "Signature expired: 20261130T114300Z is now earlier than 20261130T115500Z",
            ),
            (
                "SignatureDoesNotMatch",
                "Signature not yet current: 20261130T121700Z is still later than 20261130T120500Z",
            ),
            ("AuthFailure", "AWS was not able to validate the provided access credentials"),
            ("RequestExpired", "Request has expired."),
        ] {
            for (ahead, span) in [
                (17 * 60, "17 minutes ahead of"),
                (-3 * 3_600, "3 hours behind"),
                (400 * 86_400, "400 days ahead of"),
            ] {
                let (why, remedy) = why(code, message, Some(DATE), ahead);
                let expected =
                    format!("the clock of this machine is wrong, {span} that of AWS ({code})");
                assert_eq!((why, remedy), (expected, SET_CLOCK), "{message}");
            }
        }
    }

    #[test]
    fn without_the_date_of_the_answer_the_time_is_named_but_not_how_far_it_is_off() {
        let expected = "AWS found the time of the request wrong (InvalidSignatureException)";
        for date in [None, Some("yesterday"), Some(DATE)] {
            let said = why("InvalidSignatureException", "Signature expired: x", date, 10);
            assert_eq!(said, (expected.to_owned(), SET_CLOCK), "{date:?}");
        }
    }

    #[test]
    fn given_a_right_clock_then_each_code_says_what_is_wrong_with_the_credentials() {
        for (code, words, remedy) in [
            ("ExpiredToken", "have expired", SIGN_IN),
            ("ExpiredTokenException", "have expired", SIGN_IN),
            ("RequestExpired", "have expired", SIGN_IN),
            ("InvalidAccessKeyId", "does not know your access key", CHECK_KEY),
            ("InvalidClientTokenId", "does not know your access key", CHECK_KEY),
            ("UnrecognizedClientException", "does not know your access key", CHECK_KEY),
            ("AuthFailure", "could not validate your credentials", CHECK_KEY),
        ] {
            let (why, said) = why(code, "", Some(DATE), 3);
            assert!(why.contains(words) && why.ends_with(&format!("({code})")), "{why}");
            assert_eq!(said, remedy, "{code}");
        }
        let (why, _) = why("SignatureDoesNotMatch", "The signature we calculated", Some(DATE), 0);
        assert!(why.contains("the signature is wrong"), "{why}");
        assert_eq!(of("AccessDenied", "Signature expired", Some(DATE), after(9_000)), None);
    }
}
