//! A client of EC2 for the few reads that are needed.
//!
//! It uses the runtime of the AWS SDK, which signs, retries, waits and corrects the clock as for every other
//! service. The crate `aws-sdk-ec2` has hundreds of other operations, which take as long to compile as
//! everything else together; and it accepts malformed XML as a complete answer.

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::recursion_detection::RecursionDetectionInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{
    DisableClockSkewCorrection, ServiceClockSkewClassifier, ServiceClockSkewInterceptor,
};
use aws_runtime::user_agent::{ApiMetadata, UserAgentInterceptor};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::endpoint::EndpointResolverParams;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{FrozenLayer, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::request_id::apply_request_id;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::actions::action;
use super::element::{Element, Lacks};
use super::host::Host;
use crate::lookup::Lookup;

/// The version of EC2's API (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>).
const VERSION: &str = "2016-11-15";

/// Characters that are not encoded in a form.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The answer of EC2, or an error. An error without a code is not in EC2's format.
pub(super) type Reply = Result<Element, SdkError<ErrorMetadata, HttpResponse>>;

/// The client of one region.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct Client {
    settings: SharedRuntimePlugin,
}

impl Client {
    pub(in crate::lookup) fn new(config: &SdkConfig) -> Client {
        let settings = StaticRuntimePlugin::new()
            .with_config(settings(config))
            .with_runtime_components(components(config));
        Client { settings: SharedRuntimePlugin::new(settings) }
    }

    /// Calls the action of the lookup.
    pub(super) async fn ask<L: Lookup>(&self, query: &Query) -> Reply {
        let action = const { action(L::CALL) };
        let operation = Operation::builder()
            .service_name("EC2")
            .operation_name(action)
            .runtime_plugin(self.settings.clone())
            .serializer(move |query: Query| request(action, &query))
            .deserializer(move |response: &HttpResponse| answer(action, response))
            .build();
        operation.invoke(query.clone()).await
    }
}

/// The parameters of an action.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Sets a parameter, replacing one with the same name.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Query {
        self.0.retain(|(it, _)| it != name);
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// Filters by these values of this property.
    pub(super) fn only<V: Into<String>>(
        mut self,
        property: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Query {
        let nth = 1 + self.0.iter().filter(|(name, _)| name.ends_with(".Name")).count();
        self.0.push((format!("Filter.{nth}.Name"), property.to_owned()));
        for (at, value) in (1..).zip(values) {
            self.0.push((format!("Filter.{nth}.Value.{at}"), value.into()));
        }
        self
    }
}

/// A form, as EC2 takes its parameters
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).
fn request(action: &str, query: &Query) -> Result<HttpRequest, BoxError> {
    let mut form = format!("Action={action}&Version={VERSION}");
    for (name, value) in &query.0 {
        form.push_str(&format!("&{name}={}", utf8_percent_encode(value, PLAIN)));
    }
    let length = form.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(form));
    request.set_method("POST")?;
    request.set_uri("/")?;
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
    request.headers_mut().insert("content-length", length);
    Ok(request)
}

fn answer(
    action: &str,
    response: &HttpResponse,
) -> Result<Element, OrchestratorError<ErrorMetadata>> {
    let root = Element::parse(response.body().bytes().unwrap_or_default());
    let why = match root {
        Err(why) => ErrorMetadata::builder().message(why),
        Ok(root) if !response.status().is_success() => error(&root).unwrap_or_default(),
        Ok(root) if root.is(&format!("{action}Response")) => return Ok(root),
        Ok(_) => ErrorMetadata::builder().message("the answer does not match the request"),
    };
    Err(OrchestratorError::operation(apply_request_id(why, response.headers()).build()))
}

/// The code and the message of an error
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>).
fn error(root: &Element) -> Result<aws_smithy_types::error::metadata::Builder, Lacks> {
    let mut metadata = ErrorMetadata::builder();
    if let Some(error) = root.child("Errors/Error")?.filter(|_| root.is("Response")) {
        if let Some(code) = error.text("Code")?.filter(|code| !code.is_empty()) {
            metadata = metadata.code(code);
        }
        if let Some(message) = error.text("Message")? {
            metadata = metadata.message(message);
        }
    }
    Ok(metadata)
}

/// The settings that the parts of the runtime read.
fn settings(config: &SdkConfig) -> FrozenLayer {
    let mut layer = Layer::new("EC2");
    layer.store_put(ApiMetadata::new("ec2", env!("CARGO_PKG_VERSION")));
    layer.store_put(EndpointResolverParams::new(()));
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigningName::from_static("ec2"));
    layer.store_put(SigV4OperationSigningConfig::default());
    layer.store_put(config.retry_config().cloned().unwrap_or_else(RetryConfig::standard));
    if let Some(region) = config.region() {
        // Throttling slows down one region, not the others.
        layer.store_put(RetryPartition::new(format!("ec2-{region}")));
        layer.store_put(SigningRegion::from(region.clone()));
    }
    if let Some(timeouts) = config.timeout_config() {
        layer.store_put(timeouts.clone());
    }
    if let Some(disabled) = config.disable_clock_skew_correction() {
        layer.store_put(DisableClockSkewCorrection::from(disabled));
    }
    if let Some(name) = config.app_name() {
        layer.store_put(name.clone());
    }
    layer.freeze()
}

/// The parts of the runtime, as in the clients of the AWS SDK.
fn components(config: &SdkConfig) -> RuntimeComponentsBuilder {
    let cache = config.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build());
    let mut components = RuntimeComponentsBuilder::new("EC2")
        .with_http_client(config.http_client())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .with_endpoint_resolver(Some(Host::new(config)))
        .with_identity_cache(Some(cache))
        .with_auth_scheme(SigV4AuthScheme::new())
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![
            SCHEME_ID,
        ])))
        .with_retry_classifier(HttpStatusCodeClassifier::default())
        .with_retry_classifier(TransientErrorClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(AwsErrorCodeClassifier::<ErrorMetadata>::new())
        .with_retry_classifier(ServiceClockSkewClassifier::<ErrorMetadata>::new())
        .with_interceptor(ServiceClockSkewInterceptor::new())
        .with_interceptor(RequestInfoInterceptor::new())
        .with_interceptor(UserAgentInterceptor::new())
        .with_interceptor(InvocationIdInterceptor::new())
        .with_interceptor(RecursionDetectionInterceptor::new());
    if let Some(credentials) = config.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, credentials);
    }
    components
}
