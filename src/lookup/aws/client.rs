//! The client: the part that is the same for all services.

use std::marker::PhantomData;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
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
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::endpoint::EndpointResolverParams;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{SharedRuntimePlugin, StaticRuntimePlugin};
use aws_smithy_types::config_bag::{FrozenLayer, Layer};
use aws_smithy_types::error::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use aws_types::request_id::apply_request_id;

use super::actions::Action;
use super::host::{Bucket, Host};
use super::protocol::Protocol;
use super::record::Record;
use super::service::Service;
use crate::lookup::Lookup;
use crate::lookup::naming::{Named, compare};

/// Why there is no answer. An error without a code is not in the format of the protocol.
pub(in crate::lookup) type Failure = SdkError<ErrorMetadata, HttpResponse>;

/// The answer of a service, or an error.
type Reply<S> = Result<Answer<S>, Failure>;

type Answer<S> = <<S as Service>::Protocol as Protocol>::Answer;
type Question<S> = <<S as Service>::Protocol as Protocol>::Question;

/// The client of a service in one region.
#[derive(Clone, Debug)]
pub(in crate::lookup) struct Client<S> {
    settings: SharedRuntimePlugin,
    service: PhantomData<fn() -> S>,
}

impl<S: Service> Client<S> {
    pub(in crate::lookup) fn new(config: &SdkConfig) -> Client<S> {
        Client { settings: plugin(S::RECORD, config), service: PhantomData }
    }

    /// Calls the action of the lookup. An answer about something else is an error.
    pub(in crate::lookup) async fn ask<L: Lookup>(
        &self,
        asked: &L,
        question: &Question<S>,
    ) -> Reply<S> {
        self.ask_all(std::slice::from_ref(asked), question).await
    }

    /// The same for lookups that share a request.
    pub(in crate::lookup) async fn ask_all<L: Lookup>(
        &self,
        asked: &[L],
        question: &Question<S>,
    ) -> Reply<S> {
        let answer = self.ask_for(const { Action::<S>::of(L::CALL) }, question).await?;
        let named: Vec<Named> = asked.iter().map(Lookup::named).collect();
        match compare(&named, &answer) {
            Ok(()) => Ok(answer),
            Err(rejected) => Err(SdkError::construction_failure(rejected)),
        }
    }

    /// Calls an action.
    pub(in crate::lookup) async fn ask_for(
        &self,
        action: Action<S>,
        question: &Question<S>,
    ) -> Reply<S> {
        let settings = self.settings.clone();
        invoke(S::RECORD.id, S::PROTOCOL, action.name, settings, question.clone()).await
    }
}

async fn invoke<P: Protocol>(
    service: &'static str,
    protocol: P,
    action: &'static str,
    settings: SharedRuntimePlugin,
    question: P::Question,
) -> Result<P::Answer, Failure> {
    let at = place(P::bucket(&question));
    let protocol = Arc::new(protocol);
    let asking = Arc::clone(&protocol);
    let operation = Operation::builder()
        .service_name(service)
        .operation_name(action)
        .runtime_plugin(settings)
        .runtime_plugin(at)
        .serializer(move |question: P::Question| asking.request(action, &question))
        .deserializer(move |response: &HttpResponse| answer(&*protocol, action, response))
        .build();
    operation.invoke(question).await
}

fn answer<P: Protocol>(
    protocol: &P,
    action: &str,
    response: &HttpResponse,
) -> Result<P::Answer, OrchestratorError<ErrorMetadata>> {
    let body = response.body().bytes().unwrap_or_default();
    let why = match response.status().is_success() {
        true => match protocol.answer(action, response.headers(), body) {
            Ok(answer) => return Ok(answer),
            Err(why) => ErrorMetadata::builder().message(why),
        },
        false => protocol.error(response.headers(), body).unwrap_or_default(),
    };
    Err(OrchestratorError::operation(apply_request_id(why, response.headers()).build()))
}

/// The part of the endpoint that differs from question to question.
fn place(bucket: Option<&str>) -> SharedRuntimePlugin {
    let mut layer = Layer::new("place");
    let bucket = Bucket(bucket.map(str::to_owned));
    layer.store_put(EndpointResolverParams::new(bucket));
    SharedRuntimePlugin::new(StaticRuntimePlugin::new().with_config(layer.freeze()))
}

fn plugin(record: Record, config: &SdkConfig) -> SharedRuntimePlugin {
    let plugin = StaticRuntimePlugin::new()
        .with_config(settings(record, config))
        .with_runtime_components(components(record, config));
    SharedRuntimePlugin::new(plugin)
}

/// The settings that the parts of the runtime read.
fn settings(record: Record, config: &SdkConfig) -> FrozenLayer {
    let mut layer = Layer::new(record.id);
    layer.store_put(ApiMetadata::new(record.agent, env!("CARGO_PKG_VERSION")));
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigningName::from_static(record.name));
    layer.store_put(signing(record));
    layer.store_put(config.retry_config().cloned().unwrap_or_else(RetryConfig::standard));
    if let Some(region) = config.region() {
        // Throttling slows down one region, not the others.
        layer.store_put(RetryPartition::new(format!("{}-{region}", record.agent)));
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

/// S3 signs paths as they are, and a hash of the body
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>).
fn signing(record: Record) -> SigV4OperationSigningConfig {
    let mut signing_options = SigningOptions::default();
    if record.has_buckets {
        signing_options.double_uri_encode = false;
        signing_options.normalize_uri_path = false;
        signing_options.content_sha256_header = true;
    }
    SigV4OperationSigningConfig { signing_options, ..Default::default() }
}

/// The parts of the runtime, as in the clients of the AWS SDK.
fn components(record: Record, config: &SdkConfig) -> RuntimeComponentsBuilder {
    let cache = config.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build());
    let mut components = RuntimeComponentsBuilder::new(record.id)
        .with_http_client(config.http_client())
        .with_sleep_impl(config.sleep_impl())
        .with_time_source(config.time_source())
        .with_endpoint_resolver(Some(Host::new(record, config)))
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
