use reqwest::header::{HeaderName, HeaderValue};

use super::*;

const REGISTRY: (&str, &str) = ("docker-distribution-api-version", "registry/2.0");
const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
const TEXT: (&str, &str) = ("content-type", "text/plain");
const BASIC: (&str, &str) = ("www-authenticate", "Basic realm=\"Nexus\"");
const BEARER: (&str, &str) =
    ("www-authenticate", "Bearer realm=\"https://a/t\",error=\"insufficient_scope\"");

const MANIFEST_UNKNOWN: &str =
    r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
const NAME_UNKNOWN: &str =
    r#"{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}"#;
const HARBOR: &str =
    r#"{"errors":[{"code":"NOT_FOUND","message":"artifact app/web:1 not found"}]}"#;
const UNSUPPORTED: &str = r#"{"errors":[{"code":"UNSUPPORTED"}]}"#;
const UNAUTHORIZED: &str =
    r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#;
const DENIED: &str = r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#;
const BLOCKED: &str = r#"{"errors":[{"code":"BLOCKED","message":"not from your country"}]}"#;
const TOO_MANY: &str =
    r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}"#;
const PAGE: &str = "<html>Blocked by policy</html>";

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    pairs.iter().map(pair).collect()
}

fn name_of(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Absent { .. } => "absent",
        Trouble::Denied { .. } => "denied",
        Trouble::Throttled { .. } => "throttled",
        Trouble::Silent { .. } => "silent",
        Trouble::Untrusted { .. } => "untrusted",
        Trouble::Garbled { .. } => "garbled",
    }
}

type Case = (u16, &'static [(&'static str, &'static str)], &'static str, &'static str);

#[test]
fn only_a_registry_can_say_that_something_is_absent_or_forbidden() {
    let cases: &[Case] = &[
        (404, &[], MANIFEST_UNKNOWN, "absent"),
        (404, &[], NAME_UNKNOWN, "absent"),
        (404, &[], HARBOR, "absent"),
        (404, &[REGISTRY], "", "absent"),
        (404, &[], "", "garbled"),
        (404, &[HTML], PAGE, "garbled"),
        (404, &[REGISTRY, HTML], PAGE, "garbled"),
        (404, &[REGISTRY], UNSUPPORTED, "garbled"),
        (401, &[], UNAUTHORIZED, "denied"),
        (401, &[REGISTRY], "", "denied"),
        (401, &[BEARER], "", "denied"),
        (401, &[BASIC], "", "denied"),
        (401, &[], "", "garbled"),
        (401, &[HTML], PAGE, "garbled"),
        (403, &[], DENIED, "denied"),
        (403, &[REGISTRY], "", "denied"),
        (403, &[REGISTRY], BLOCKED, "garbled"),
        (403, &[HTML], PAGE, "garbled"),
        (403, &[], "", "garbled"),
        (407, &[HTML], PAGE, "garbled"),
        (429, &[], "", "throttled"),
        (429, &[HTML], PAGE, "throttled"),
        (403, &[], TOO_MANY, "throttled"),
        (400, &[REGISTRY], "", "garbled"),
        (405, &[], "", "garbled"),
        (204, &[REGISTRY], "", "garbled"),
        (500, &[REGISTRY], MANIFEST_UNKNOWN, "silent"),
        (502, &[HTML], PAGE, "silent"),
        (503, &[], "", "silent"),
    ];
    for (status, pairs, body, expected) in cases {
        let trouble = refusal(*status, &headers(pairs), body.as_bytes());
        assert_eq!(name_of(&trouble), *expected, "{status} {pairs:?} {body}: {trouble:?}");
    }
}

#[test]
fn a_token_server_speaks_json_of_its_own() {
    let cases: &[Case] = &[
        (401, &[], r#"{"details":"incorrect username or password"}"#, "denied"),
        (403, &[], DENIED, "denied"),
        (401, &[TEXT], "HTTP Basic: Access denied", "denied"),
        (401, &[], "", "denied"),
        (401, &[HTML], PAGE, "garbled"),
        (403, &[HTML], PAGE, "garbled"),
        (403, &[TEXT], "no", "garbled"),
        (401, &[], r#"{"errors":[{"code":"EXPIRED"}]}"#, "garbled"),
        (403, &[], r#"{"errors":[{"code":"EXPIRED"}]}"#, "garbled"),
        (404, &[], NAME_UNKNOWN, "garbled"),
        (429, &[], "", "throttled"),
        (500, &[], "{}", "silent"),
    ];
    for (status, pairs, body, expected) in cases {
        let trouble = token_refusal(*status, &headers(pairs), body.as_bytes());
        assert_eq!(name_of(&trouble), *expected, "{status} {pairs:?} {body}: {trouble:?}");
    }
}

#[test]
fn a_registry_is_quoted() {
    let Trouble::Absent { said } = refusal(404, &headers(&[]), MANIFEST_UNKNOWN.as_bytes()) else {
        panic!("not absent");
    };
    assert_eq!(said, "HTTP 404 MANIFEST_UNKNOWN: manifest unknown");
    let slow = refusal(429, &headers(&[("retry-after", "7")]), b"");
    assert_eq!(slow, Trouble::Throttled { after: Some(Duration::from_secs(7)), requests: 1 });
}

#[test]
fn what_proves_nothing_stays_a_gap() {
    let what = "the manifest of ghcr.io/app/web:1";
    let of = |trouble: Trouble| learn::<()>(Err(trouble), what);
    let why = "it is closed".to_owned();
    let gap = || Gap::Unreachable { what: what.to_owned(), why: "it is closed".to_owned() };

    assert_eq!(learn(Ok(7), what), Ok(Seen::Found(Anonymous::Sees(7))));
    assert_eq!(of(Trouble::Silent { why: why.clone() }), Err(gap()));
    assert_eq!(of(Trouble::Garbled { why }), Err(gap()));
    for (after, requests, asked) in [
        (None, 3, " (3 requests)"),
        (Some(Duration::from_secs(60)), 1, " (1 request, and a pause of 60 s is required)"),
    ] {
        let throttled = Gap::Throttled { what: format!("{what}{asked}") };
        assert_eq!(of(Trouble::Throttled { after, requests }), Err(throttled));
    }

    let said = "HTTP 404".to_owned();
    let sentence = "the manifest of ghcr.io/app/web:1 does not exist".to_owned();
    assert_eq!(
        of(Trouble::Absent { said: said.clone() }),
        Ok(Seen::Absent(Absence { sentence, said }))
    );
    let denied = Anonymous::Denied { said: "HTTP 401".to_owned() };
    assert_eq!(of(Trouble::Denied { said: "HTTP 401".to_owned() }), Ok(Seen::Found(denied)));
}
