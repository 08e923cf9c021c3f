//! The endpoint of EC2.

use aws_config::SdkConfig;
use aws_sdk_ecs::config::endpoint::{DefaultResolver, Params, ParamsBuilder, ResolveEndpoint as _};
use aws_smithy_runtime_api::client::endpoint::{
    EndpointFuture, EndpointResolverParams, ResolveEndpoint,
};
use aws_smithy_types::endpoint::Endpoint;
use aws_types::service_config::ServiceConfigKey;

/// Resolves the endpoint of one region.
///
/// ECS and EC2 follow the same rules with the same data of partitions, except for the name of the service
/// and one difference: in `aws-us-gov` the standard endpoint of EC2 supports FIPS. So the rules of ECS are
/// used, which AWS keeps up to date (<https://docs.aws.amazon.com/general/latest/gr/ec2-service.html>).
#[derive(Debug)]
pub(super) struct Host {
    settings: ParamsBuilder,
    is_custom: bool,
    rules: DefaultResolver,
}

impl Host {
    pub(super) fn new(config: &SdkConfig) -> Host {
        let custom = custom_url(config);
        let is_custom = custom.is_some();
        let settings = Params::builder()
            .set_region(config.region().map(ToString::to_string))
            .set_use_fips(config.use_fips())
            .set_use_dual_stack(config.use_dual_stack())
            .set_endpoint(custom);
        Host { settings, is_custom, rules: DefaultResolver::new() }
    }
}

impl ResolveEndpoint for Host {
    fn resolve_endpoint<'a>(&'a self, _: &'a EndpointResolverParams) -> EndpointFuture<'a> {
        EndpointFuture::new(async {
            let settings = self.settings.clone().build()?;
            let endpoint = self.rules.resolve_endpoint(&settings).await?;
            if self.is_custom {
                return Ok(endpoint);
            }
            let url = of_ec2(endpoint.url()).ok_or("the endpoint of EC2 is not known here")?;
            Ok(Endpoint::builder().url(url).build())
        })
    }
}

/// The endpoint of EC2 that corresponds to that of ECS.
fn of_ec2(ecs: &str) -> Option<String> {
    let (service, rest) = ecs.strip_prefix("https://")?.split_once('.')?;
    let service = match service {
        "ecs" => "ec2",
        "ecs-fips" if rest.starts_with("us-gov-") && rest.ends_with(".amazonaws.com") => "ec2",
        "ecs-fips" => "ec2-fips",
        _ => return None,
    };
    Some(format!("https://{service}.{rest}"))
}

/// The custom URL of the endpoint: the flag wins over the setting for EC2, which wins over the one for all
/// services
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
fn custom_url(config: &SdkConfig) -> Option<String> {
    let given = || config.endpoint_url().map(str::to_owned);
    if config.get_origin("endpoint_url").is_client_config() {
        return given();
    }
    let key = ServiceConfigKey::builder()
        .service_id("EC2")
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    config.service_config().and_then(|configured| configured.load_config(key)).or_else(given)
}
