//! What the answer of a registry proves.
//!
//! Proxies, firewalls and login pages between this machine and a registry answer over HTTP too. So a status
//! alone proves nothing: "not found" and "denied" count only from a server that identifies itself as a
//! registry, by its header or by the error body of the OCI distribution specification.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::{Deserialize, Serialize};

use super::challenge::Challenge;
use crate::knowledge::{Absence, Gap, Seen};

/// Why there is no manifest to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The registry does not have it.
    Absent {
        /// The answer.
        said: String,
    },
    /// The registry denies anonymous access. Docker Hub and ghcr.io return the same for a private
    /// repository and for one that does not exist.
    Denied {
        /// The answer.
        said: String,
    },
    /// It throttles.
    Throttled {
        /// How long to wait, if stated.
        after: Option<Duration>,
        /// How many requests it answered so.
        requests: u32,
    },
    /// There was no answer, or only a server error.
    Silent {
        /// A sentence for a person.
        why: String,
    },
    /// Its certificate is not trusted.
    Untrusted {
        /// A sentence for a person.
        why: String,
    },
    /// The answer does not come from a registry, or proves nothing.
    Garbled {
        /// A sentence for a person.
        why: String,
    },
}

impl Trouble {
    /// Whether a server answered, however little that proves.
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Trouble::Absent { .. } | Trouble::Denied { .. } | Trouble::Garbled { .. })
    }

    /// The same after so many requests.
    pub(super) fn after(self, requests: u32) -> Trouble {
        match self {
            Trouble::Throttled { after, .. } => Trouble::Throttled { after, requests },
            Trouble::Silent { why } if requests > 1 => {
                Trouble::Silent { why: format!("{why} to each of {requests} requests") }
            }
            other => other,
        }
    }
}

/// What an anonymous client can see of a repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Anonymous<T> {
    /// It is public.
    Sees(T),
    /// Nothing: it is private, or does not exist. A failure only for a container without
    /// `repositoryCredentials`.
    Denied {
        /// The answer of the registry.
        said: String,
    },
}

/// What the answer about `what` proves (such as `the manifest of ghcr.io/app/web:1`).
///
/// # Errors
/// A gap if the answer proves nothing.
pub fn learn<T>(answer: Result<T, Trouble>, what: &str) -> Result<Seen<Anonymous<T>>, Gap> {
    let what = what.to_owned();
    match answer {
        Ok(seen) => Ok(Seen::Found(Anonymous::Sees(seen))),
        Err(Trouble::Denied { said }) => Ok(Seen::Found(Anonymous::Denied { said })),
        Err(Trouble::Absent { said }) => {
            Ok(Seen::Absent(Absence { sentence: format!("{what} does not exist"), said }))
        }
        Err(Trouble::Throttled { after, requests }) => {
            let plural = if requests == 1 { "" } else { "s" };
            let pause = after.map(|it| format!(", and a pause of {} s is required", it.as_secs()));
            let pause = pause.unwrap_or_default();
            Err(Gap::Throttled { what: format!("{what} ({requests} request{plural}{pause})") })
        }
        Err(Trouble::Silent { why } | Trouble::Untrusted { why } | Trouble::Garbled { why }) => {
            Err(Gap::Unreachable { what, why })
        }
    }
}

/// What an unsuccessful answer proves; `body` is empty for a HEAD.
pub(super) fn refusal(status: u16, headers: &HeaderMap, body: &[u8]) -> Trouble {
    let words = Words::read(status, headers, body);
    let said = words.to_string();
    match status {
        429 => Trouble::Throttled { after: retry_after(headers), requests: 1 },
        _ if words.has(&["TOOMANYREQUESTS"]) => {
            Trouble::Throttled { after: retry_after(headers), requests: 1 }
        }
        404 if words.has(ABSENT) || words.bare_of_a_registry() => Trouble::Absent { said },
        401 if words.has(DENIED) || words.bare_of_a_registry() => Trouble::Denied { said },
        401 if Challenge::read(headers).is_some() => Trouble::Denied { said },
        403 if words.has(DENIED) || words.bare_of_a_registry() => Trouble::Denied { said },
        407 => Trouble::Garbled { why: "the HTTP proxy requires authentication".to_owned() },
        408 | 425 | 500..=599 => Trouble::Silent { why: format!("the server answered {said}") },
        _ if words.of_a_registry() => {
            Trouble::Garbled { why: format!("the registry answered {said}") }
        }
        _ => Trouble::Garbled {
            why: format!("the answer ({said}) does not come from a registry, perhaps from a proxy"),
        },
    }
}

/// The same for the token server, which is not a registry: any JSON counts as its answer, and so does 401 with
/// whatever is no page. That of GitLab is a sentence, and a proxy would answer 407. An error code must be one of
/// a denial.
pub(super) fn token_refusal(status: u16, headers: &HeaderMap, body: &[u8]) -> Trouble {
    let words = Words::read(status, headers, body);
    let said = format!("{words} from the token server");
    let json = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok();
    let is_denial = words.errors.is_empty() || words.has(DENIED);
    match status {
        401 if !words.html && is_denial => Trouble::Denied { said },
        401 | 403 if json && is_denial => Trouble::Denied { said },
        _ => match refusal(status, headers, body) {
            Trouble::Absent { .. } => Trouble::Garbled { why: format!("there was {said}") },
            other => other,
        },
    }
}

/// Whether an answer has the header of a registry.
pub(super) fn names_itself(headers: &HeaderMap) -> bool {
    headers.contains_key("docker-distribution-api-version")
}

/// `MANIFEST_UNKNOWN` and its kin, of the specification; `NOT_FOUND` is Harbor's.
const ABSENT: &[&str] = &["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "BLOB_UNKNOWN", "NOT_FOUND"];
const DENIED: &[&str] = &["UNAUTHORIZED", "DENIED"];

/// The text of an answer, and whether it comes from a registry.
struct Words {
    status: u16,
    errors: Vec<RegistryError>,
    registry_header: bool,
    html: bool,
}

#[derive(Deserialize)]
struct ErrorBody {
    errors: Vec<RegistryError>,
}

#[derive(Deserialize)]
struct RegistryError {
    code: String,
    #[serde(default)]
    message: Option<String>,
}

impl Words {
    fn read(status: u16, headers: &HeaderMap, body: &[u8]) -> Words {
        let errors = serde_json::from_slice::<ErrorBody>(body).map(|body| body.errors);
        let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Words {
            status,
            errors: errors.unwrap_or_default(),
            registry_header: names_itself(headers),
            html: media_type.is_some_and(|name| name.to_ascii_lowercase().contains("html")),
        }
    }

    fn has(&self, codes: &[&str]) -> bool {
        self.errors.iter().any(|error| codes.contains(&error.code.as_str()))
    }

    fn of_a_registry(&self) -> bool {
        !self.errors.is_empty() || (self.registry_header && !self.html)
    }

    /// The status of a registry, without an error code that contradicts it.
    fn bare_of_a_registry(&self) -> bool {
        self.errors.is_empty() && self.of_a_registry()
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        let Some(error) = self.errors.first() else {
            return if self.html { write!(f, " with an HTML page") } else { Ok(()) };
        };
        write!(f, " {}", error.code)?;
        match error.message.as_deref().filter(|message| !message.is_empty()) {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}

/// Seconds only: registries do not send the date form.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get("retry-after")?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

/// Why a request got no answer: a sentence for people, not a chain of library errors.
pub(super) fn silence(error: &reqwest::Error, host: &str) -> Trouble {
    let mut chain: Vec<&(dyn std::error::Error + 'static)> = Vec::new();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        chain.push(cause);
        next = cause.source();
    }
    let io = chain.iter().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    let text = chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let text = text.to_ascii_lowercase();
    let last = chain.last().map(ToString::to_string).unwrap_or_default();

    let is_of_certificate = text.contains("certificate") || text.contains("unknownissuer");
    if is_of_certificate && !error.is_timeout() {
        return Trouble::Untrusted { why: format!("no trusted TLS connection to {host}: {last}") };
    }
    let why = if error.is_timeout() {
        format!("{host} did not answer before the timeout")
    } else if text.contains("dns error") || text.contains("lookup address") {
        format!("the name {host} does not resolve from here")
    } else if text.contains("tls") || text.contains("handshake") {
        format!("no trusted TLS connection to {host}: {last}")
    } else if io.is_some_and(|cause| cause.kind() == std::io::ErrorKind::ConnectionRefused) {
        format!("{host} refuses the connection")
    } else if text.contains("tunnel") || text.contains("proxy") {
        format!("the HTTP proxy does not connect to {host}")
    } else if error.is_connect() {
        format!("no connection to {host}")
    } else {
        format!("{host} closed the connection without an answer")
    };
    Trouble::Silent { why }
}

#[cfg(test)]
mod tests;
