//! The endpoints of the services.

use aws_config::SdkConfig;
use aws_sdk_ecs::config::endpoint::{DefaultResolver, Params, ParamsBuilder, ResolveEndpoint as _};
use aws_smithy_runtime_api::client::endpoint::{
    EndpointFuture, EndpointResolverParams, ResolveEndpoint,
};
use aws_smithy_types::endpoint::{Endpoint, EndpointAuthScheme};
use aws_types::service_config::ServiceConfigKey;
use percent_encoding::utf8_percent_encode;

use super::query::PLAIN;
use super::record::{Record, Variant};
use crate::names::Partition;

/// Resolves the endpoint of a service for one region.
///
/// The services follow the same rules with the same data of partitions, except for the name of the service
/// and the differences in its record. So the rules of ECS are used, which AWS keeps up to date
/// (<https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html>).
#[derive(Debug)]
pub(super) struct Host {
    record: Record,
    region: String,
    variant: Variant,
    settings: ParamsBuilder,
    is_custom: bool,
    rules: DefaultResolver,
}

impl Host {
    pub(super) fn new(record: Record, config: &SdkConfig) -> Host {
        let custom = custom_url(record.id, config);
        let is_custom = custom.is_some();
        let region = config.region().map(ToString::to_string);
        // S3 has IPv6 on the older domain.
        let use_dual_stack = config.use_dual_stack().filter(|_| is_custom || !record.has_buckets);
        let settings = Params::builder()
            .set_region(region.clone())
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(use_dual_stack)
            .set_endpoint(custom);
        let variant = match (config.use_fips(), config.use_dual_stack()) {
            (Some(true), Some(true)) => Variant::FipsDualStack,
            (Some(true), _) => Variant::Fips,
            (_, Some(true)) => Variant::DualStack,
            _ => Variant::Plain,
        };
        let region = region.unwrap_or_default();
        Host { record, region, variant, settings, is_custom, rules: DefaultResolver::new() }
    }

    /// The endpoint of the service that corresponds to that of ECS.
    fn own_endpoint(&self, ecs: &str) -> Option<Endpoint> {
        let Host { record, region, variant, .. } = self;
        let (first, rest) = ecs.strip_prefix("https://")?.split_once('.')?;
        let domain = rest.strip_prefix(&**region)?.strip_prefix('.')?;
        let suffix = first.strip_prefix("ecs")?;
        let partition = Partition::of_region(region);
        let is_fips_s3_in_china =
            record.has_buckets && partition == Partition::AwsCn && !suffix.is_empty();
        if suffix != variant.suffix() || is_fips_s3_in_china {
            return None;
        }
        let exception =
            record.exceptions.iter().find(|(of, when, _)| (*of, *when) == (partition, *variant));
        let label = match exception {
            Some((_, _, label)) => (*label).to_owned(),
            None => format!("{}{suffix}", record.name),
        };
        let Some(global) = record.global.map(|of| of(partition)) else {
            let place = match record.has_buckets && variant.is_dual_stack() {
                true => format!("dualstack.{region}"),
                false => region.clone(),
            };
            let url = format!("https://{label}.{place}.{domain}");
            return Some(Endpoint::builder().url(url).build());
        };
        let host = match global.places[*variant as usize] {
            "" => format!("{label}.{domain}"),
            place => format!("{label}.{place}.{domain}"),
        };
        let signed =
            EndpointAuthScheme::with_capacity("sigv4", 1).put("signingRegion", global.signed_for);
        Some(Endpoint::builder().url(format!("https://{host}")).auth_scheme(signed).build())
    }
}

impl Host {
    /// The endpoint of a bucket: in the host name or, as in the AWS CLI, in the path of a custom URL.
    fn endpoint_of(&self, bucket: &str, endpoint: Endpoint) -> Result<Endpoint, String> {
        if bucket.ends_with("--x-s3") {
            return Err(format!("{bucket} is a directory bucket, which is read with sessions"));
        }
        let url = endpoint.url().trim_end_matches('/');
        let url = match url.split_once("://") {
            Some((scheme, host)) if !self.is_custom && is_label(bucket) => {
                format!("{scheme}://{bucket}.{host}")
            }
            _ => format!("{url}/{}", utf8_percent_encode(bucket, PLAIN)),
        };
        Ok(Endpoint::builder().url(url).build())
    }
}

impl ResolveEndpoint for Host {
    fn resolve_endpoint<'a>(&'a self, asked: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::new(async {
            let settings = self.settings.clone().build()?;
            let endpoint = self.rules.resolve_endpoint(&settings).await?;
            let own = match self.is_custom {
                true => Some(endpoint),
                false => self.own_endpoint(endpoint.url()),
            };
            let own =
                own.ok_or_else(|| format!("the endpoint of {} is unknown", self.record.id))?;
            match asked.get::<Bucket>() {
                Some(Bucket(Some(bucket))) => Ok(self.endpoint_of(bucket, own)?),
                _ => Ok(own),
            }
        })
    }
}

/// The bucket of a question, if there is one.
#[derive(Clone, Debug)]
pub(super) struct Bucket(pub(super) Option<String>);

/// Whether a bucket may be the first label of a host name
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>). No certificate is valid for a
/// name with a dot.
fn is_label(bucket: &str) -> bool {
    (3..=63).contains(&bucket.len())
        && bucket.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
        && !bucket.starts_with('-')
        && !bucket.ends_with('-')
}

/// The custom URL of the endpoint: the flag wins over the setting for the service, which wins over the one
/// for all services
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
fn custom_url(service: &str, config: &SdkConfig) -> Option<String> {
    let given = || config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return given();
    }
    let key = ServiceConfigKey::builder()
        .service_id(service)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config().and_then(|configured| configured.load_config(key)).or_else(given)
}
