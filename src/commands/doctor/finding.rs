//! What is said of each part.

use time::OffsetDateTime;

use super::rights::{Lacking, Right, Rights};
use crate::checks;
use crate::knowledge::{Gap, Stop};
use crate::lookup::{Caller, Held, NoConnection, Path, Setting};
use crate::names::Region;
use crate::report::Status;

/// One part, and whether it is as this program needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) id: &'static str,
    pub(super) status: Status,
    pub(super) message: String,
    pub(super) fix: Option<String>,
}

/// Within five minutes AWS accepts the time of a request; four leave some for the way
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>).
const TOLERATED: i64 = 4 * 60;

/// A run takes less, and a deploy after it may take as long.
const SOON: i64 = 15 * 60;

impl Finding {
    /// All parts, in the order of the output.
    pub(super) const IDS: [&'static str; 6] =
        ["credentials", "region", "endpoints", "clock", "caller", "rights"];

    fn of(id: &'static str, status: Status, message: impl Into<String>) -> Finding {
        Finding { id, status, message: message.into(), fix: None }
    }

    fn fix(mut self, fix: impl Into<String>) -> Finding {
        self.fix = Some(fix.into());
        self
    }

    /// Why there is no connection; the second line of its text is the fix.
    pub(super) fn unconnected(no: &NoConnection) -> Finding {
        let id = match no {
            NoConnection::Region | NoConnection::BadRegion(_) => "region",
            NoConnection::CaBundle(..) | NoConnection::Client(_) => "endpoints",
            _ => "credentials",
        };
        let text = no.to_string();
        let (message, fix) = text.split_once('\n').unwrap_or((&text, ""));
        let finding = Finding::of(id, Status::Fail, message);
        if fix.is_empty() { finding } else { finding.fix(fix.trim()) }
    }

    pub(super) fn credentials(profile: Option<&str>, held: &Held, now: OffsetDateTime) -> Finding {
        let from = match (held.source, profile) {
            (Some(source), Some(profile)) => format!("{source}, profile `{profile}`"),
            (Some(source), None) => source.to_owned(),
            (None, Some(profile)) => format!("profile `{profile}`"),
            (None, None) => "found".to_owned(),
        };
        let Some(expires) = held.expires.map(OffsetDateTime::from) else {
            let until = match held.lasting {
                true => "they do not expire",
                false => "it is not known when they expire",
            };
            return Finding::of("credentials", Status::Pass, format!("{from}; {until}"));
        };
        let left = (expires - now).whole_seconds();
        let (day, time) = (expires.date(), expires.time());
        let at = format!("{day} {:02}:{:02} UTC", time.hour(), time.minute());
        let sign_in = "Sign in again, or renew the temporary credentials";
        match left {
            ..=0 => Finding::of("credentials", Status::Fail, format!("{from}; expired at {at}"))
                .fix(sign_in),
            1..=SOON => Finding::of(
                "credentials",
                Status::Warn,
                format!("{from}; they expire in {} minutes, at {at}", left.div_euclid(60) + 1),
            )
            .fix(sign_in),
            _ => Finding::of("credentials", Status::Pass, format!("{from}; they expire at {at}")),
        }
    }

    pub(super) fn region(region: &Region, from: &str) -> Finding {
        Finding::of("region", Status::Pass, format!("{region}, from {from}"))
    }

    /// The path of requests. It is proven only by an answer, which came through the endpoint of STS.
    pub(super) fn paths(paths: &[Setting], answered: bool) -> Finding {
        let unverified = paths.iter().any(|it| it.by == "--no-verify-ssl");
        let shown = |it: &Setting| match it.path {
            Path::Endpoint => format!("endpoint {} ({})", it.value, it.by),
            Path::Proxy if it.by.eq_ignore_ascii_case("no_proxy") => {
                format!("no proxy for {} ({})", it.value, it.by)
            }
            Path::Proxy => format!("proxy {} ({})", it.value, it.by),
            Path::Certificates => format!("certificates: {} ({})", it.value, it.by),
        };
        let message = match paths {
            [] => "those of AWS, without a proxy".to_owned(),
            paths => paths.iter().map(shown).collect::<Vec<_>>().join("; "),
        };
        let is_other = |it: &Setting| {
            it.by.starts_with("AWS_ENDPOINT_URL_") && it.by != "AWS_ENDPOINT_URL_STS"
        };
        let status = match answered && !paths.iter().any(is_other) {
            _ if unverified => Status::Warn,
            true => Status::Pass,
            false => Status::Skip,
        };
        Finding::of("endpoints", status, message)
    }

    pub(super) fn clock(ahead: Option<i64>) -> Finding {
        match ahead {
            None => Finding::of("clock", Status::Unknown, "no answer of AWS contained the time"),
            Some(ahead) if ahead.abs() <= TOLERATED => {
                let seconds = ahead.unsigned_abs();
                Finding::of(
                    "clock",
                    Status::Pass,
                    format!("within {} s of that of AWS", seconds.max(1)),
                )
            }
            Some(ahead) => {
                let direction = if ahead > 0 { "ahead of" } else { "behind" };
                let minutes = ahead.unsigned_abs() / 60;
                Finding::of(
                    "clock",
                    Status::Warn,
                    format!("this machine is {minutes} minutes {direction} AWS, which rejects requests that are more than 5 minutes off"),
                )
                .fix("Set the clock of this machine, or turn on its time synchronization (NTP)")
            }
        }
    }

    pub(super) fn caller(caller: &Result<Caller, Gap>) -> Finding {
        match caller {
            Ok(caller) => Finding::of(
                "caller",
                Status::Pass,
                format!("{} in account {}", caller.arn, caller.account),
            ),
            Err(Gap::Rejected { why, remedy, .. }) => {
                Finding::of("caller", Status::Fail, why.clone()).fix(remedy.clone())
            }
            Err(gap @ Gap::Unreachable { .. }) => {
                Finding::of("caller", Status::Unknown, gap.to_string())
                    .fix("Check AWS_ENDPOINT_URL, the proxy and the network")
            }
            Err(gap) => Finding::of("caller", Status::Unknown, gap.to_string()),
        }
    }

    pub(super) fn rights(rights: &Rights) -> Finding {
        let lacking = rights.lacking();
        let all = checks::catalogue().count();
        let limited = |it: &&Right| matches!(it, Right::OnSome(_) | Right::Except(_));
        let some = rights.of.values().filter(limited).count();
        let denied = lacking.iter().filter(|it| !it.denied.is_empty()).count();
        let fix = "Allow the missing actions with the statement below";
        let only = |it: &Lacking| it.check;
        match (denied, lacking.as_slice()) {
            (0, []) if some > 0 => Finding::of(
                "rights",
                Status::Warn,
                format!("every check may make its calls, {some} of them on some resources only"),
            ),
            (0, []) => Finding::of("rights", Status::Pass, "every check may make its calls"),
            (0, unknown) => Finding::of(
                "rights",
                Status::Unknown,
                format!(
                    "of {all} checks, {} might lack rights: {}",
                    unknown.len(),
                    listed(unknown.iter().map(only))
                ),
            ),
            (denied, lacking) => {
                let names = lacking.iter().filter(|it| !it.denied.is_empty()).map(only);
                Finding::of(
                    "rights",
                    Status::Fail,
                    format!("of {all} checks, {denied} lack rights, and are unknown where they need them: {}", listed(names)),
                )
                .fix(fix)
            }
        }
    }

    /// A part that was not asked, because of what is wrong with an earlier one.
    pub(super) fn not_asked(id: &'static str, because: &Finding) -> Finding {
        let why = format!("not asked, because of the {}", because.id);
        Finding::of(id, Status::Skip, why)
    }

    pub(super) fn unread_rights(stop: &Stop) -> Finding {
        let why = match stop {
            Stop::Gap(gap) => gap.to_string(),
            Stop::Absent(lack) => lack.absence.sentence.clone(),
        };
        Finding::of("rights", Status::Unknown, why)
            .fix("Compare the caller's policies with `aws-ecs-preflight policy --for preflight`")
    }
}

/// How many checks are named; all of them follow, by the calls that they lack.
const NAMED: usize = 8;

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.split_at_checked(NAMED) {
        Some((shown, rest)) if rest.len() > 1 => {
            format!("{} and {} more, listed below", shown.join(", "), rest.len())
        }
        _ => names.join(", "),
    }
}
