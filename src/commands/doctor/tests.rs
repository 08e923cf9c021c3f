use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

use super::finding::Finding;
use super::page;
use super::rights::{Right, Rights};
use super::state::State;
use crate::exit::Exit;
use crate::knowledge::Gap;
use crate::lookup::{Held, NoConnection, Path, Setting};
use crate::output::Look;
use crate::report::Status;

fn state(findings: Vec<Finding>) -> State {
    State { findings, ..State::default() }
}

#[test]
fn the_exit_code_is_that_of_the_worst_finding() {
    let rejected = Gap::Rejected {
        what: "sts:GetCallerIdentity".to_owned(),
        why: "your temporary credentials have expired (ExpiredToken)".to_owned(),
        remedy: "Sign in again".to_owned(),
    };
    let throttled = Gap::Throttled { what: "sts:GetCallerIdentity".to_owned() };
    for (findings, exit, word) in [
        (vec![Finding::clock(Some(2))], Exit::Pass, "ready"),
        (vec![Finding::clock(Some(900))], Exit::Pass, "ready"),
        (vec![Finding::clock(None)], Exit::Unknown, "unknown"),
        (vec![Finding::caller(&Err(throttled))], Exit::Unknown, "unknown"),
        (vec![Finding::caller(&Err(rejected)), Finding::clock(None)], Exit::Fail, "not_ready"),
    ] {
        let state = state(findings);
        assert_eq!(state.exit(), exit, "{:?}", state.findings);
        assert_eq!(page::document(&state)["answer"], word);
    }
    let mut state = state(vec![Finding::unconnected(&NoConnection::Region)]);
    state.unconnected = true;
    assert_eq!(state.exit(), Exit::NoVerdict);
    assert_eq!(page::document(&state)["answer"], "not_ready");
}

#[test]
fn credentials_are_judged_by_the_time_that_is_left() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_780_000_000);
    let in_seconds = |seconds: i64| {
        let span = Duration::from_secs(seconds.unsigned_abs());
        let expires = if seconds < 0 { now - span } else { now + span };
        let source = Some("IAM Identity Center (SSO)");
        let held = Held { source, expires: Some(expires), lasting: false };
        Finding::credentials(Some("prod"), &held, OffsetDateTime::from(now))
    };
    for (seconds, status, said) in [
        (-1, Status::Fail, "expired at 2026-05-28 20:26 UTC"),
        (300, Status::Warn, "expire in 6 minutes"),
        (3600, Status::Pass, "expire at 2026-05-28 21:26 UTC"),
    ] {
        let finding = in_seconds(seconds);
        assert_eq!(finding.status, status, "{}", finding.message);
        assert!(finding.message.contains(said), "{}", finding.message);
        assert!(finding.message.starts_with("IAM Identity Center (SSO), profile `prod`"));
    }
    for (lasting, said) in
        [(true, "found; they do not expire"), (false, "found; it is not known when they expire")]
    {
        let held = Held { lasting, ..Held::default() };
        let finding = Finding::credentials(None, &held, OffsetDateTime::from(now));
        assert_eq!((finding.status, &finding.message[..]), (Status::Pass, said));
    }
}

#[test]
fn a_wrong_clock_is_named_with_its_direction() {
    for (ahead, said) in [(-600, "10 minutes behind AWS"), (600, "10 minutes ahead of AWS")] {
        let finding = Finding::clock(Some(ahead));
        assert_eq!(finding.status, Status::Warn);
        assert!(finding.message.contains(said) && finding.fix.is_some(), "{}", finding.message);
    }
}

#[test]
fn what_is_missing_is_listed_by_action_with_its_checks_and_the_policy() {
    let no = Right::Denied("no identity policy has a statement that allows it".to_owned());
    let some = Right::OnSome((0..5).map(|nth| format!("arn:aws:s3:::bucket-{nth}/*")).collect());
    let of = [("ecr:DescribeImages", no), ("s3:GetObject", some)].into_iter().collect();
    let rights = Rights { of, assumes: None };
    let mut state = state(vec![Finding::rights(&rights)]);
    state.rights = Some(rights);
    assert_eq!(state.exit(), Exit::Fail);
    let mut look = Look::plain();
    look.width = 120;
    let text = page::text(&state, &look);
    assert!(text.replace("\n    ", " ").contains(": no identity policy has a statement that"));
    for said in [
        "not ready\n  fail    rights ",
        "\nDenied\n  ecr:DescribeImages (image-exists, ",
        "\nAllowed on some resources only\n  s3:GetObject: arn:aws:s3:::bucket-0/*",
        "and 2 more",
        "\nThis policy allows the rest:\n{",
        "\"ecr:DescribeImages\"",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let document = page::document(&state);
    assert_eq!(document["rights"]["denied"][0]["action"], "ecr:DescribeImages");
    assert_eq!(document["rights"]["on_some"][0]["resources"].as_array().map(Vec::len), Some(5));
    assert_eq!(document["rights"]["allowed"].as_array().map(Vec::len), Some(0));
}

#[test]
fn of_many_checks_that_lack_a_right_some_are_named() {
    let no = || Right::Denied("no identity policy allows the action".to_owned());
    let of = |actions: &[&'static str]| {
        let of = actions.iter().map(|action| (*action, no())).collect();
        Finding::rights(&Rights { of, assumes: None }).message
    };
    let one = of(&["logs:DescribeLogGroups"]);
    assert!(one.contains(": kms-key-usable, ") && !one.contains(" more"), "{one}");
    let many = of(&["ec2:DescribeSubnets", "iam:GetRole", "kms:DescribeKey"]);
    assert!(many.ends_with(" more, listed below"), "{many}");
    assert_eq!(many.matches(", ").count(), 3 + 7, "{many}");
}

#[test]
fn the_path_of_requests_is_said_with_what_sets_it() {
    let set =
        |path, by: &str, value: &str| Setting { path, by: by.to_owned(), value: value.to_owned() };
    let paths = [
        set(Path::Endpoint, "AWS_ENDPOINT_URL_ECS", "http://127.0.0.1:5000"),
        set(Path::Proxy, "HTTPS_PROXY", "http://proxy:3128"),
        set(Path::Certificates, "--no-verify-ssl", "certificates are not verified"),
    ];
    let finding = Finding::paths(&paths, false);
    assert_eq!(finding.status, Status::Warn);
    assert_eq!(
        finding.message,
        "endpoint http://127.0.0.1:5000 (AWS_ENDPOINT_URL_ECS); proxy http://proxy:3128 (HTTPS_PROXY); certificates: certificates are not verified (--no-verify-ssl)"
    );
    assert_eq!(Finding::paths(&[], true).status, Status::Pass);
    assert_eq!(Finding::paths(&[], false).status, Status::Skip);
    // An answer of STS proves nothing about the endpoint of another service.
    assert_eq!(Finding::paths(&paths[..1], true).status, Status::Skip);
}

#[test]
fn a_caller_that_cannot_be_asked_has_a_fix() {
    let gap = Gap::Unreachable { what: "sts".to_owned(), why: "connection refused".to_owned() };
    let finding = Finding::caller(&Err(gap));
    assert_eq!(finding.status, Status::Unknown);
    assert!(finding.fix.is_some_and(|it| it.contains("AWS_ENDPOINT_URL")));
}
