//! A registry that speaks from a script, over a real socket.

mod head;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{Arc, Mutex};

use super::*;

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const INDEX: &str = r#"{"schemaVersion":2,"manifests":[{"digest":"sha256:a","platform":{"os":"linux","architecture":"arm64"}}]}"#;
const UNKNOWN: &str = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;

/// Answers every request with what `reply` makes of its first line, its token and the host; without one, it closes.
struct Fake {
    host: String,
    seen: Arc<Mutex<Vec<String>>>,
}

#[derive(Default)]
struct Reply(u16, String, String);

impl Fake {
    fn answering(reply: impl Fn(&str, bool, &str) -> Reply + Send + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let fake = Fake { host: host.clone(), seen: Arc::clone(&seen) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) > 0 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8(head).unwrap();
                let line = head
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches(" HTTP/1.1")
                    .to_owned();
                let token = head.to_ascii_lowercase().contains("authorization: bearer anybody");
                seen.lock().unwrap().push(format!("{line}{}", if token { " +token" } else { "" }));
                let Reply(status, headers, body) = reply(&line, token, &host);
                if status > 0 {
                    let length = body.len();
                    let body = if line.starts_with("HEAD") { String::new() } else { body };
                    let text = format!(
                        "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                    );
                    let _ = stream.write_all(text.as_bytes());
                }
                let _ = stream.shutdown(Shutdown::Both);
            }
        });
        fake
    }

    fn repository(&self) -> Repository {
        Repository { host: self.host.clone(), name: "app/web".to_owned() }
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn registries() -> Registries {
    let http = crate::lookup::connector::client_builder().no_proxy();
    Registries::new(http.timeout(std::time::Duration::from_secs(5)).build().unwrap())
}

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers: String =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Reply(status, headers, body.to_owned())
}

fn index_with_digest() -> Reply {
    let digest = digest::sha256(INDEX.as_bytes());
    reply(200, &[("content-type", OCI_INDEX), ("docker-content-digest", &digest)], INDEX)
}

fn why(trouble: Trouble) -> String {
    match trouble {
        Trouble::Garbled { why } | Trouble::Silent { why } | Trouble::Untrusted { why } => why,
        other => panic!("not a gap: {other:?}"),
    }
}

#[tokio::test]
async fn given_a_challenge_then_one_anonymous_token_serves_all_requests() {
    let fake = Fake::answering(|line, token, host| {
        if line.starts_with("GET /token") {
            return reply(200, &[], r#"{"access_token":"anybody","expires_in":300}"#);
        }
        let challenge = format!(
            r#"Bearer realm="http://{host}/token",service="fake",scope="repository:app/web:pull""#
        );
        if token {
            index_with_digest()
        } else {
            reply(401, &[("www-authenticate", &challenge)], "")
        }
    });
    let registries = registries();
    let found = registries.manifest(&fake.repository(), "1").await.unwrap();

    let digest = digest::sha256(INDEX.as_bytes());
    assert_eq!((found.digest.as_str(), found.media_type.as_str()), (digest.as_str(), OCI_INDEX));
    assert!(matches!(found.manifest, Some(Manifest::Index { entries }) if entries.len() == 1));
    assert_eq!(
        fake.seen(),
        [
            "HEAD /v2/app/web/manifests/1",
            "GET /token?service=fake&scope=repository%3Aapp%2Fweb%3Apull",
            "HEAD /v2/app/web/manifests/1 +token",
            &format!("GET /v2/app/web/manifests/{digest} +token"),
        ]
    );
}

#[tokio::test]
async fn given_a_token_that_does_not_suffice_then_the_anonymous_are_denied() {
    let fake = Fake::answering(|line, _, host| {
        if line.starts_with("GET /token") {
            return reply(200, &[], r#"{"token":"anybody"}"#);
        }
        reply(401, &[("www-authenticate", &format!("Bearer realm=\"http://{host}/token\""))], "")
    });
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Denied { .. }), "{trouble:?}");
}

#[tokio::test]
async fn given_no_token_for_anybody_then_the_anonymous_are_denied() {
    let fake = Fake::answering(|line, _, host| {
        if line.starts_with("GET /token") {
            return reply(
                403,
                &[],
                r#"{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}"#,
            );
        }
        reply(401, &[("www-authenticate", &format!("Bearer realm=\"http://{host}/token\""))], "")
    });
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    let said = "HTTP 403 DENIED: requested access to the resource is denied from the token server";
    assert_eq!(trouble, Trouble::Denied { said: said.to_owned() });
}

#[tokio::test]
async fn given_a_basic_challenge_then_credentials_are_needed() {
    let fake =
        Fake::answering(|_, _, _| reply(401, &[("www-authenticate", "Basic realm=\"x\"")], ""));
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Denied { .. }), "{trouble:?}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn given_a_token_server_without_tls_elsewhere_then_it_is_not_asked() {
    let source =
        TokenSource { realm: "http://auth.example/t".to_owned(), service: None, scope: None };
    let at = Repository { host: "registry.example".to_owned(), name: "app/web".to_owned() };
    assert!(why(token_url(&at, &source).unwrap_err()).contains("an untrusted token server"));
}

#[test]
fn given_a_token_server_at_a_link_local_address_then_it_is_not_asked() {
    let at = Repository { host: "localhost:5000".to_owned(), name: "app/web".to_owned() };
    for (realm, is_asked) in [
        ("http://127.0.0.1:5001/token", true),
        ("http://169.254.169.254/latest/meta-data/", false),
        ("https://169.254.170.2/v2/credentials", false),
        ("http://[fd00:ec2::254]/latest/", false),
    ] {
        let source = TokenSource { realm: realm.to_owned(), service: None, scope: None };
        assert_eq!(token_url(&at, &source).is_ok(), is_asked, "{realm}");
    }
}

#[tokio::test]
async fn given_a_type_that_is_no_manifests_then_it_is_kept_as_served() {
    let digest = digest::sha256(INDEX.as_bytes());
    for (served, is_manifest) in [
        (OCI_INDEX, true),
        ("application/vnd.docker.distribution.manifest.v1+prettyjws", true),
        ("application/json", false),
        ("text/plain", false),
        ("", false),
    ] {
        let digest = digest.clone();
        let fake = Fake::answering(move |_, _, _| {
            let typed = [("content-type", served), ("docker-content-digest", digest.as_str())];
            reply(200, &typed[usize::from(served.is_empty())..], INDEX)
        });
        let found = registries().head(&fake.repository(), "1").await.unwrap();
        assert_eq!(
            (found.media_type.as_str(), found.is_served_as_manifest()),
            (served, is_manifest)
        );
    }
}

#[tokio::test]
async fn given_a_page_instead_of_a_manifest_then_nothing_is_known() {
    for status in [200, 403] {
        let fake = Fake::answering(move |_, _, _| {
            reply(status, &[("content-type", "text/html")], "<html>Log in</html>")
        });
        let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
        assert!(matches!(trouble, Trouble::Garbled { .. }), "{status}: {trouble:?}");
    }
}

#[tokio::test]
async fn given_too_many_requests_then_it_is_not_asked_again() {
    let fake = Fake::answering(|_, _, _| reply(429, &[("retry-after", "60")], ""));
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Throttled { after: Some(_), requests: 1 }), "{trouble:?}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn given_a_registry_that_is_busy_for_a_moment_then_it_is_asked_again() {
    for busy in [429, 502, 503, 504] {
        let times = Arc::new(Mutex::new(0));
        let fake = Fake::answering(move |_, _, _| {
            let mut times = times.lock().unwrap();
            *times += 1;
            if *times < 3 { reply(busy, &[], "") } else { index_with_digest() }
        });
        let found = registries().head(&fake.repository(), "1").await.unwrap();
        assert_eq!(found.digest, digest::sha256(INDEX.as_bytes()), "{busy}");
        assert_eq!(fake.seen().len(), 3, "{busy}");
    }
}

#[tokio::test]
async fn given_a_registry_that_stays_busy_then_three_attempts_are_enough() {
    let fake = Fake::answering(|_, _, _| reply(429, &[("retry-after", "0")], ""));
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Throttled { requests: 3, .. }), "{trouble:?}");
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn given_a_registry_that_is_down_then_the_reason_says_how_often_it_was_asked() {
    let fake = Fake::answering(|_, _, _| reply(503, &[], ""));
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert_eq!(why(trouble), "the server answered HTTP 503 to each of 3 requests");
    assert_eq!(fake.seen().len(), 3);
}

#[tokio::test]
async fn given_redirects_without_end_then_it_is_not_followed_for_ever() {
    let fake = Fake::answering(|line, _, _| {
        reply(302, &[("location", &format!("{}x", line.split(' ').nth(1).unwrap()))], "")
    });
    let trouble = registries().head(&fake.repository(), "1").await.unwrap_err();
    assert!(why(trouble).ends_with("redirects more than 10 times"));
    assert_eq!(fake.seen().len(), 11);
}

#[tokio::test]
async fn given_a_redirect_to_the_metadata_of_an_instance_then_nobody_asks_there() {
    let fake = Fake::answering(|_, _, _| {
        reply(307, &[("location", "http://169.254.169.254/latest/meta-data/")], "")
    });
    let trouble = registries().config(&fake.repository(), "sha256:ab").await.unwrap_err();
    assert!(why(trouble).contains("link-local address, 169.254.169.254"));
}

#[test]
fn given_an_empty_token_beside_an_access_token_then_the_latter_counts() {
    let token = |text: &str| serde_json::from_str::<Token>(text).unwrap().text();
    for (text, expected) in [
        (r#"{"token":"","access_token":"a"}"#, Some("a")),
        (r#"{"token":"t","access_token":"a"}"#, Some("a")),
        (r#"{"token":"t","access_token":""}"#, Some("t")),
        (r#"{"token":""}"#, None),
        ("{}", None),
    ] {
        assert_eq!(token(text).as_deref(), expected, "{text}");
    }
}

#[tokio::test]
async fn given_no_answer_then_a_person_is_told_why() {
    let closed = Fake::answering(|_, _, _| Reply::default());
    let trouble = registries().head(&closed.repository(), "1").await.unwrap_err();
    assert!(why(trouble).ends_with("closed the connection without an answer"));

    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let at = Repository { host: gone, name: "app/web".to_owned() };
    let trouble = registries().head(&at, "1").await.unwrap_err();
    assert!(why(trouble).ends_with("refuses the connection"));

    // A registry without TLS, asked as every registry that is not local.
    let plain = Fake::answering(|_, _, _| reply(200, &[], ""));
    let host = plain.host.replace("127.0.0.1", "127.0.0.2");
    let trouble =
        registries().head(&Repository { host, name: "app/web".to_owned() }, "1").await.unwrap_err();
    assert!(matches!(trouble, Trouble::Silent { .. }), "{trouble:?}");
}

#[tokio::test]
async fn given_a_body_that_is_not_what_its_digest_says_then_it_is_refused() {
    let fake = Fake::answering(|_, _, _| reply(200, &[], "{}"));
    let digest = digest::sha256(b"something else");
    let trouble = registries().config(&fake.repository(), &digest).await.unwrap_err();
    assert!(why(trouble).contains("hashes to"));

    let other = Fake::answering(|_, _, _| index_with_digest());
    let trouble = registries().manifest(&other.repository(), &digest).await.unwrap_err();
    assert!(why(trouble).contains("hashes to"));
}

#[tokio::test]
async fn given_a_manifest_of_more_than_four_mebibytes_then_it_is_not_read() {
    let fake = Fake::answering(|line, _, _| match line.starts_with("HEAD") {
        true => index_with_digest(),
        false => reply(200, &[], &" ".repeat(MANIFEST_LIMIT + 1)),
    });
    let trouble = registries().manifest(&fake.repository(), "1").await.unwrap_err();
    assert!(why(trouble).contains("more than the limit of 4 MiB"));
}

#[tokio::test]
async fn given_a_blob_that_lives_elsewhere_then_the_token_stays_here() {
    let config = r#"{"os":"linux","architecture":"arm64"}"#;
    let store = Fake::answering(move |_, _, _| reply(200, &[], config));
    let target = format!("http://{}/blob", store.host.replace("127.0.0.1", "localhost"));
    let fake = Fake::answering(move |line, token, host| {
        if line.starts_with("GET /token") {
            return reply(200, &[], r#"{"token":"anybody"}"#);
        }
        match token {
            true => reply(307, &[("location", &target)], ""),
            false => reply(
                401,
                &[("www-authenticate", &format!("Bearer realm=\"http://{host}/token\""))],
                "",
            ),
        }
    });
    let digest = digest::sha256(config.as_bytes());
    let found = registries().config(&fake.repository(), &digest).await.unwrap();
    assert_eq!(found.architecture.as_deref(), Some("arm64"));
    assert_eq!(store.seen(), ["GET /blob"]);
}

#[test]
fn a_repository_has_its_address() {
    let url = |host: &str| {
        let at = Repository { host: host.to_owned(), name: "library/nginx".to_owned() };
        at.url("manifests", "sha256:ab").unwrap().to_string()
    };
    assert_eq!(
        url("docker.io"),
        "https://registry-1.docker.io/v2/library/nginx/manifests/sha256:ab"
    );
    assert_eq!(url("ghcr.io"), "https://ghcr.io/v2/library/nginx/manifests/sha256:ab");
    assert_eq!(
        url("registry.corp:8443"),
        "https://registry.corp:8443/v2/library/nginx/manifests/sha256:ab"
    );
    assert_eq!(url("localhost"), "http://localhost/v2/library/nginx/manifests/sha256:ab");
    assert_eq!(url("127.0.0.1:5000"), "http://127.0.0.1:5000/v2/library/nginx/manifests/sha256:ab");
}

#[test]
fn a_registry_on_loopback_is_on_every_machine_another_one() {
    let is_on_loopback =
        |host: &str| Repository { host: host.to_owned(), name: "app".to_owned() }.is_on_loopback();
    for host in
        ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000", "[::1]"]
    {
        assert!(is_on_loopback(host), "{host}");
    }
    for host in ["registry.localhost.example", "10.0.0.1:5000", "[fd00::1]:5000", "docker.io"] {
        assert!(!is_on_loopback(host), "{host}");
    }
}

#[test]
fn docker_hub_is_never_asked_for_a_body_that_nobody_wants() {
    for host in ["docker.io", "index.docker.io", "registry-1.docker.io"] {
        assert!(
            Repository { host: host.to_owned(), name: "library/nginx".to_owned() }.is_docker_hub()
        );
    }
}
