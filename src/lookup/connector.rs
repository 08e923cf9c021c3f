//! One HTTP client for everything: AWS services and image registries share its connections, its
//! trusted certificates (`--ca-bundle`, `AWS_CA_BUNDLE`), its proxy settings and its timeouts.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// The SDK's view of the shared client.
#[derive(Clone, Debug)]
pub(super) struct Http(pub(super) reqwest::Client);

/// The client for one set of timeouts; credential providers ask for shorter ones.
#[derive(Clone, Debug)]
struct Connector {
    client: reqwest::Client,
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
        SharedHttpConnector::new(Connector { client: self.0.clone(), within })
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
        let response = self.client.execute(request).await.map_err(connector_error)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(connector_error)?;
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

/// Timeouts and broken connections are worth a retry; that is the SDK's decision by these kinds.
fn connector_error(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
