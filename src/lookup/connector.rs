//! One HTTP client for everything: AWS services and image registries share its connections, its
//! trusted certificates (`--ca-bundle`, `AWS_CA_BUNDLE`), its proxy settings and its timeouts.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::aws::check_well_formed;
use super::rejection::seconds_ahead;
use super::sent::Sent;

/// No page of an AWS answer is nearly as large, in bytes. An endless body would fill the memory, and so would the
/// tree of one with a million items, or the bodies of all services at the same time.
const MOST_BYTES: usize = 8 << 20;

/// A client that encrypts with ring, and follows no redirect: a signed request, with the session token
/// in it, goes nowhere but to the endpoint.
pub(super) fn client_builder() -> reqwest::ClientBuilder {
    // An error says that it is installed already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none())
}

/// The SDK's view of the shared client. No answer shows what its request sent.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    hidden: Arc<[String]>,
    clock: AwsClock,
}

/// How far the clock of this machine is ahead of that of AWS, by the newest answer.
#[derive(Clone, Debug)]
pub struct AwsClock(Arc<AtomicI64>);

impl AwsClock {
    /// No answer has said so yet.
    const UNREAD: i64 = i64::MIN;

    fn unread() -> AwsClock {
        AwsClock(Arc::new(AtomicI64::new(AwsClock::UNREAD)))
    }

    /// In seconds; none before the first answer.
    pub fn seconds_ahead(&self) -> Option<i64> {
        Some(self.0.load(Ordering::Relaxed)).filter(|it| *it != AwsClock::UNREAD)
    }

    fn read(&self, headers: &reqwest::header::HeaderMap) {
        let date = headers.get("date").and_then(|it| it.to_str().ok());
        if let Some(ahead) = date.and_then(|date| seconds_ahead(date, SystemTime::now())) {
            self.0.store(ahead, Ordering::Relaxed);
        }
    }
}

impl Http {
    pub(super) fn of(client: &reqwest::Client) -> Http {
        Http { client: client.clone(), hidden: Arc::default(), clock: AwsClock::unread() }
    }

    /// The clock that its answers show.
    pub(super) fn clock(&self) -> AwsClock {
        self.clock.clone()
    }

    /// No answer shows this either. Only for services: a source of credentials answers with it.
    pub(super) fn hiding(self, secret: &str) -> Http {
        Http { hidden: Arc::from([secret.to_owned()]), ..self }
    }
}

/// The client for one set of timeouts; credential providers use shorter ones.
#[derive(Clone, Debug)]
struct Connector {
    http: Http,
    within: Option<Duration>,
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let within = match (settings.connect_timeout(), settings.read_timeout()) {
            (Some(connect), Some(read)) => Some(connect + read),
            _ => None,
        };
        SharedHttpConnector::new(Connector { http: self.clone(), within })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.send(request).await })
    }
}

impl Connector {
    async fn send(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request =
            request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request =
            request.map(|body| reqwest::Body::from(body.bytes().unwrap_or_default().to_vec()));
        let mut request = reqwest::Request::try_from(request)
            .map_err(|error| ConnectorError::user(error.into()))?;
        *request.timeout_mut() = self.within;
        let sent = Sent::of(&request, &self.http.hidden);
        let since = Instant::now();
        let answer = self.http.client.execute(request).await;
        let mut response = answer.map_err(|error| connector_error(error, since, Late::Answer))?;
        self.http.clock.read(response.headers());
        sent.mask_headers(response.headers_mut());
        let (status, headers) = (response.status(), response.headers().clone());
        let body = whole_body(response, &sent, since).await?;
        let mut answer = HttpResponse::new(
            status
                .as_u16()
                .try_into()
                .map_err(|error| ConnectorError::other(Box::new(error), None))?,
            SdkBody::from(body),
        );
        for (name, value) in &headers {
            if let Ok(value) = value.to_str() {
                answer.headers_mut().append(name.as_str().to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// What did not come in time, and within how many seconds.
#[derive(Debug, thiserror::Error)]
pub(super) enum Late {
    #[error("no connection within {0} s")]
    Connection(u64),
    #[error("the server did not answer within {0} s")]
    Answer(u64),
    #[error("the server did not finish its answer within {0} s")]
    Rest(u64),
}

/// Why an answer was rejected.
#[derive(Debug, thiserror::Error)]
#[error("the answer is not whole: {0}")]
pub(super) struct NotWhole(String);

/// The complete body. Half a list of policies looks like a shorter list, so a truncated body is not an answer:
/// it is retried, and then a gap.
async fn whole_body(
    mut response: reqwest::Response,
    sent: &Sent,
    since: Instant,
) -> Result<Vec<u8>, ConnectorError> {
    let mut body = Vec::new();
    let error = |error| connector_error(error, since, Late::Rest);
    while let Some(chunk) = response.chunk().await.map_err(error)? {
        body.extend_from_slice(&chunk);
        if body.len() > MOST_BYTES {
            let why = format!("it is larger than {} MiB", MOST_BYTES >> 20);
            return Err(ConnectorError::other(Box::new(NotWhole(why)), None));
        }
    }
    let body = sent.mask(&body).into_owned();
    if is_xml(&body) {
        check_well_formed(&body).map_err(|why| ConnectorError::io(Box::new(NotWhole(why))))?;
    }
    Ok(body)
}

/// Whether a body is XML of a service. The HTML page of a proxy is left to the SDK, which rejects it.
fn is_xml(body: &[u8]) -> bool {
    let start = body.trim_ascii_start();
    let begins = |with: &str| {
        start.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with.as_bytes()))
    };
    begins("<") && !begins("<html") && !begins("<!doctype html")
}

/// Timeouts and broken connections are worth a retry; that is the SDK's decision by these kinds.
fn connector_error(
    error: reqwest::Error,
    since: Instant,
    late: impl FnOnce(u64) -> Late,
) -> ConnectorError {
    // A URL may be presigned.
    let error = error.without_url();
    if error.is_timeout() {
        let seconds = ((since.elapsed().as_millis() + 500) / 1000).max(1);
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
        let late = if error.is_connect() { Late::Connection(seconds) } else { late(seconds) };
        ConnectorError::timeout(late.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_of_a_service_is_told_from_the_page_of_a_proxy() {
        for (body, expected) in [
            ("<GetRoleResponse/>", true),
            ("\n <?xml version=\"1.0\"?><Error/>", true),
            ("<", true),
            ("<html><body><br></body></html>", false),
            ("\n<!DOCTYPE HTML><HTML>", false),
            ("{\"a\": \"<b>\"}", false),
            ("", false),
        ] {
            assert_eq!(is_xml(body.as_bytes()), expected, "{body}");
        }
    }
}
