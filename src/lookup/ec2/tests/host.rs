use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, ResolveEndpoint};
use aws_types::origin::Origin;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::super::host::Host;

fn in_region(name: &'static str) -> aws_types::sdk_config::Builder {
    SdkConfig::builder().region(aws_config::Region::new(name))
}

/// The URL, or why there is none.
fn url(config: aws_types::sdk_config::Builder) -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let host = Host::new(&config.build());
    let resolved =
        runtime.block_on(async { host.resolve_endpoint(&EndpointResolverParams::new(())).await });
    resolved.map(|it| it.url().to_owned()).map_err(|error| error.to_string())
}

#[test]
fn each_partition_has_its_own_domain() {
    for (region, plain, fips, dual_stack, both) in [
        (
            "eu-central-1",
            "ec2.eu-central-1.amazonaws.com",
            "ec2-fips.eu-central-1.amazonaws.com",
            "ec2.eu-central-1.api.aws",
            "ec2-fips.eu-central-1.api.aws",
        ),
        (
            "cn-north-1",
            "ec2.cn-north-1.amazonaws.com.cn",
            "ec2-fips.cn-north-1.amazonaws.com.cn",
            "ec2.cn-north-1.api.amazonwebservices.com.cn",
            "ec2-fips.cn-north-1.api.amazonwebservices.com.cn",
        ),
        (
            "us-gov-west-1",
            "ec2.us-gov-west-1.amazonaws.com",
            // The ordinary endpoint is the one with FIPS.
            "ec2.us-gov-west-1.amazonaws.com",
            "ec2.us-gov-west-1.api.aws",
            "ec2-fips.us-gov-west-1.api.aws",
        ),
        (
            "us-iso-east-1",
            "ec2.us-iso-east-1.c2s.ic.gov",
            "ec2-fips.us-iso-east-1.c2s.ic.gov",
            "ec2.us-iso-east-1.api.aws.ic.gov",
            "ec2-fips.us-iso-east-1.api.aws.ic.gov",
        ),
        (
            "us-isob-east-1",
            "ec2.us-isob-east-1.sc2s.sgov.gov",
            "ec2-fips.us-isob-east-1.sc2s.sgov.gov",
            "ec2.us-isob-east-1.api.aws.scloud",
            "ec2-fips.us-isob-east-1.api.aws.scloud",
        ),
        (
            "eu-isoe-west-1",
            "ec2.eu-isoe-west-1.cloud.adc-e.uk",
            "ec2-fips.eu-isoe-west-1.cloud.adc-e.uk",
            "ec2.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
            "ec2-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
        ),
        (
            "us-isof-south-1",
            "ec2.us-isof-south-1.csp.hci.ic.gov",
            "ec2-fips.us-isof-south-1.csp.hci.ic.gov",
            "ec2.us-isof-south-1.api.aws.hci.ic.gov",
            "ec2-fips.us-isof-south-1.api.aws.hci.ic.gov",
        ),
        (
            "eusc-de-east-1",
            "ec2.eusc-de-east-1.amazonaws.eu",
            "ec2-fips.eusc-de-east-1.amazonaws.eu",
            "ec2.eusc-de-east-1.api.amazonwebservices.eu",
            "ec2-fips.eusc-de-east-1.api.amazonwebservices.eu",
        ),
    ] {
        let config = || in_region(region);
        for (given, expected) in [
            (config(), plain),
            (config().use_fips(true), fips),
            (config().use_dual_stack(true), dual_stack),
            (config().use_fips(true).use_dual_stack(true), both),
        ] {
            assert_eq!(url(given), Ok(format!("https://{expected}")));
        }
    }
}

#[test]
fn without_a_region_there_is_none() {
    assert!(url(SdkConfig::builder()).unwrap_err().contains("Missing Region"));
    assert!(url(in_region("evil.example/")).is_err());
}

/// What is configured for EC2 alone.
#[derive(Debug)]
struct OfEc2;

impl LoadServiceConfig for OfEc2 {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let asked = (key.service_id(), key.env(), key.profile());
        (asked == ("EC2", "AWS_ENDPOINT_URL", "endpoint_url"))
            .then(|| "http://of-ec2.test".to_owned())
    }
}

#[test]
fn a_url_of_the_users_counts_before_the_endpoint_and_the_nearest_one_counts() {
    let of_all = || in_region("us-east-1").endpoint_url("http://of-all.test/ecs.prefix");
    assert_eq!(url(of_all()).unwrap(), "http://of-all.test/ecs.prefix");

    let mut configured = of_all().service_config(OfEc2);
    configured.insert_origin("endpoint_url", Origin::shared_environment_variable());
    assert_eq!(url(configured).unwrap(), "http://of-ec2.test");
    assert_eq!(url(in_region("us-east-1").service_config(OfEc2)).unwrap(), "http://of-ec2.test");

    let mut given = of_all().service_config(OfEc2);
    given.insert_origin("endpoint_url", Origin::shared_config());
    assert_eq!(url(given).unwrap(), "http://of-all.test/ecs.prefix");

    let fips = url(of_all().use_fips(true)).unwrap_err();
    assert!(fips.contains("FIPS and custom endpoint are not supported"), "{fips}");
    let dual_stack = url(of_all().use_dual_stack(true)).unwrap_err();
    assert!(dual_stack.contains("Dualstack and custom endpoint are not supported"), "{dual_stack}");
}
