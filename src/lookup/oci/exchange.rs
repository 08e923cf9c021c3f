//! One request to a registry over HTTP: redirects, time limit, and a second attempt.
//!
//! The shared client follows no redirects. A registry redirects requests for blobs to its store, often on
//! another host, so redirects are followed here, within limits: the token is sent only to its host, TLS is
//! never dropped, and a link-local address is never used, where the credentials of instances and tasks are.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, LOCATION};
use reqwest::{Request, Response, StatusCode, Url};

use super::answer::{Trouble, retry_after, silence};
use crate::lookup::sent::Sent;

/// The time limit for one request and its answer, including the body. A registry that sends one byte at a
/// time must not delay the run.
const WITHIN: Duration = Duration::from_secs(30);
/// The limit of containerd (`maxRedirects` of Go's `net/http`).
const MOST_REDIRECTS: usize = 10;
/// The maximum number of attempts if the registry is busy.
const MOST_ATTEMPTS: u32 = 3;
/// The pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(250);
/// How many requests led to an answer, in its extensions.
#[derive(Clone, Copy)]
struct Requests(u32);
/// A registry that requires a longer pause gets no further attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Sends a request, and repeats it if the registry is busy (429, 502, 503, 504) and requires a pause of at most
/// two seconds.
///
/// # Errors
/// There is no answer, or a redirect that must not be followed.
pub(super) async fn ask(client: &reqwest::Client, request: &Request) -> Result<Response, Trouble> {
    let mut pause = PAUSE;
    let mut attempt = 1;
    loop {
        let mut answer = follow(client, request).await?;
        answer.extensions_mut().insert(Requests(attempt));
        let wait = retry_after(answer.headers()).unwrap_or(pause);
        if !is_busy(answer.status()) || wait > LONGEST_PAUSE || attempt == MOST_ATTEMPTS {
            return Ok(answer);
        }
        tokio::time::sleep(wait).await;
        pause *= 2;
        attempt += 1;
    }
}

/// How many requests it took to get this answer.
pub(super) fn requests(answer: &Response) -> u32 {
    answer.extensions().get::<Requests>().map_or(1, |requests| requests.0)
}

fn is_busy(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// Sends a request once, and follows redirects. Requests have no body, so they can be repeated.
async fn follow(client: &reqwest::Client, request: &Request) -> Result<Response, Trouble> {
    let mut next = copy(request);
    let mut sent = Sent::default();
    for _ in 0..=MOST_REDIRECTS {
        let (asked, method, headers) =
            (next.url().clone(), next.method().clone(), next.headers().clone());
        *next.timeout_mut() = Some(WITHIN);
        let host = asked.host_str().unwrap_or_default().to_owned();
        sent = Sent::of(&next, &[]).after(&sent);
        let mut answer = client.execute(next).await.map_err(|error| silence(&error, &host))?;
        let Some(to) = target(&answer)? else {
            sent.mask_headers(answer.headers_mut());
            answer.extensions_mut().insert(sent);
            return Ok(answer);
        };
        let keeps_token = is_same_host(&asked, &to);
        next = Request::new(method, to);
        *next.headers_mut() = headers;
        if !keeps_token {
            next.headers_mut().remove(AUTHORIZATION);
        }
    }
    let host = request.url().host_str().unwrap_or_default();
    Err(Trouble::Silent { why: format!("{host} redirects more than {MOST_REDIRECTS} times") })
}

fn copy(request: &Request) -> Request {
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    *copy.headers_mut() = request.headers().clone();
    copy
}

/// The target of a redirect, if the answer is one.
fn target(answer: &Response) -> Result<Option<Url>, Trouble> {
    let is_redirect = matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = answer.headers().get(LOCATION).filter(|_| is_redirect);
    let Some(location) = location else { return Ok(None) };
    let to = location.to_str().ok().and_then(|to| answer.url().join(to).ok());
    match to {
        Some(to) => allowed(answer.url(), to).map(Some),
        None => Err(refused(answer.url(), "to something that is not a URL")),
    }
}

/// The target of a redirect, if it may be followed.
fn allowed(from: &Url, to: Url) -> Result<Url, Trouble> {
    if to.scheme() != from.scheme() && to.scheme() != "https" {
        return Err(refused(from, &format!("from {} to {}", from.scheme(), to.scheme())));
    }
    if is_link_local(&to) {
        return Err(refused(from, &format!("to a link-local address, {}", host(&to))));
    }
    Ok(to)
}

fn refused(from: &Url, how: &str) -> Trouble {
    Trouble::Garbled { why: format!("{} redirects {how}", host(from)) }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

fn is_same_host(one: &Url, other: &Url) -> bool {
    (one.host_str(), one.port_or_known_default())
        == (other.host_str(), other.port_or_known_default())
}

/// `169.254.0.0/16`, also as an IPv4-mapped address, and `fe80::/10`; `fd00:ec2::/32` is the one of AWS
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>).
pub(super) fn is_link_local(url: &Url) -> bool {
    let text = host(url).trim_start_matches('[').trim_end_matches(']');
    match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_unicast_link_local() || address.segments()[..2] == [0xfd00, 0x0ec2]
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_keeps_tls_and_leads_to_no_link_local_address() {
        for (from, to, expected) in [
            ("https://a.example/v2/", "https://store.example/blob", None),
            ("http://localhost:5000/v2/", "http://127.0.0.1:9000/blob", None),
            ("http://localhost:5000/v2/", "https://store.example/blob", None),
            ("https://a.example/", "http://a.example/", Some("from https to http")),
            ("https://a.example/", "file:///etc/passwd", Some("from https to file")),
            ("http://localhost/", "http://169.254.169.254/latest/", Some("169.254.169.254")),
            ("http://localhost/", "http://169.254.170.2/v2/credentials", Some("169.254.170.2")),
            ("http://localhost/", "http://[::ffff:169.254.169.254]/", Some("link-local")),
            ("http://localhost/", "http://[fd00:ec2::254]/latest/", Some("link-local")),
            ("https://a.example/", "https://[fe80::1]/", Some("link-local")),
            // The URL parser reads an address in any notation.
            ("http://localhost/", "http://2852039166/", Some("169.254.169.254")),
        ] {
            let (from, to) = (Url::parse(from).unwrap(), Url::parse(to).unwrap());
            match (allowed(&from, to.clone()), expected) {
                (Ok(followed), None) => assert_eq!(followed, to),
                (Err(Trouble::Garbled { why }), Some(part)) => {
                    assert!(why.contains(part), "{why}");
                }
                (other, _) => panic!("{from} to {to}: {other:?}"),
            }
        }
    }

    #[test]
    fn another_port_is_another_host() {
        for (one, other, expected) in [
            ("https://a.example/x", "https://a.example:443/y", true),
            ("https://a.example/x", "https://a.example:8443/x", false),
            ("https://a.example/x", "https://b.example/x", false),
        ] {
            let parse = |it| Url::parse(it).unwrap();
            assert_eq!(is_same_host(&parse(one), &parse(other)), expected, "{one} {other}");
        }
    }
}
