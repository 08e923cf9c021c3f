use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, ResolveEndpoint};
use aws_smithy_types::endpoint::Endpoint;
use aws_types::origin::Origin;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::super::host::{Bucket, Host};
use super::super::record::Record;
use super::super::service::Service;
use super::super::{
    AcmPca, ApplicationAutoScaling, AutoScaling, CloudFormation, CloudWatch, Ec2, Efs,
    ElasticLoadBalancing, Fsx, Iam, Logs, Organizations, S3, ServiceDiscovery, ServiceQuotas, Sts,
};
use crate::names::Partition;

fn in_region(name: &str) -> aws_types::sdk_config::Builder {
    SdkConfig::builder().region(aws_config::Region::new(name.to_owned()))
}

/// The endpoint of a service, or why there is none.
fn endpoint(record: Record, config: aws_types::sdk_config::Builder) -> Result<Endpoint, String> {
    endpoint_of(None, record, config)
}

/// The endpoint of a service for a question about a bucket, or why there is none.
fn endpoint_of(
    bucket: Option<&str>,
    record: Record,
    config: aws_types::sdk_config::Builder,
) -> Result<Endpoint, String> {
    let asked = EndpointResolverParams::new(Bucket(bucket.map(str::to_owned)));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let host = Host::new(record, &config.build());
    let resolved = runtime.block_on(async { host.resolve_endpoint(&asked).await });
    resolved.map_err(|error| error.to_string())
}

/// The URL of EC2, or why there is none.
fn url(config: aws_types::sdk_config::Builder) -> Result<String, String> {
    endpoint(Ec2::RECORD, config).map(|it| it.url().to_owned())
}

const RECORDS: [Record; 16] = [
    AcmPca::RECORD,
    ApplicationAutoScaling::RECORD,
    AutoScaling::RECORD,
    CloudFormation::RECORD,
    CloudWatch::RECORD,
    Ec2::RECORD,
    Efs::RECORD,
    ElasticLoadBalancing::RECORD,
    Fsx::RECORD,
    Iam::RECORD,
    Logs::RECORD,
    Organizations::RECORD,
    S3::RECORD,
    ServiceDiscovery::RECORD,
    ServiceQuotas::RECORD,
    Sts::RECORD,
];

/// The hosts of each service in a region of each partition: the service, the region of the question, the
/// one that a request is signed for, and the hosts, plain, with FIPS, with dual-stack, and with both; `-` for
/// none.
const ENDPOINTS: &str = include_str!("endpoints.txt");

#[test]
fn each_service_listens_in_each_partition_where_aws_says() {
    let mut seen = BTreeSet::new();
    for line in ENDPOINTS.lines() {
        let [service, region, signed_for, plain, fips, dual_stack, both] =
            line.split(' ').collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        let record = *RECORDS.iter().find(|it| it.name == service).unwrap();
        seen.insert((service, Partition::of_region(region)));
        let config = || in_region(region);
        for (given, expected) in [
            (config(), plain),
            (config().use_fips(true), fips),
            (config().use_dual_stack(true), dual_stack),
            (config().use_fips(true).use_dual_stack(true), both),
        ] {
            let found = match endpoint(record, given) {
                Ok(found) => found,
                Err(why) => {
                    assert_eq!(expected, "-", "{service} in {region}: {why}");
                    continue;
                }
            };
            assert_eq!(found.url(), format!("https://{expected}"));
            let signed = found.auth_schemes().first().and_then(|it| it.get("signingRegion"));
            let signed = signed.and_then(|it| it.as_string()).unwrap_or(region);
            assert_eq!(signed, signed_for, "{expected}");
        }
    }
    assert_eq!(seen.len(), RECORDS.len() * Partition::ALL.len(), "each service in each partition");
}

#[test]
fn without_a_region_there_is_none() {
    assert!(url(SdkConfig::builder()).unwrap_err().contains("Missing Region"));
    assert!(url(in_region("evil.example/")).is_err());
}

/// What is configured for one service alone.
#[derive(Debug)]
struct Of(&'static str);

impl LoadServiceConfig for Of {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let asked = (key.service_id(), key.env(), key.profile());
        (asked == (self.0, "AWS_ENDPOINT_URL", "endpoint_url"))
            .then(|| "http://of-this.test".to_owned())
    }
}

#[test]
fn a_url_of_the_users_counts_before_the_endpoint_and_the_nearest_one_counts() {
    let of_all = || in_region("us-east-1").endpoint_url("http://of-all.test/ecs.prefix");
    assert_eq!(url(of_all()).unwrap(), "http://of-all.test/ecs.prefix");

    let mut configured = of_all().service_config(Of("EC2"));
    configured.insert_origin("endpoint_url", Origin::shared_environment_variable());
    assert_eq!(url(configured).unwrap(), "http://of-this.test");
    assert_eq!(
        url(in_region("us-east-1").service_config(Of("EC2"))).unwrap(),
        "http://of-this.test"
    );

    let mut given = of_all().service_config(Of("EC2"));
    given.insert_origin("endpoint_url", Origin::shared_config());
    assert_eq!(url(given).unwrap(), "http://of-all.test/ecs.prefix");

    let fips = url(of_all().use_fips(true)).unwrap_err();
    assert!(fips.contains("FIPS and custom endpoint are not supported"), "{fips}");
    let dual_stack = url(of_all().use_dual_stack(true)).unwrap_err();
    assert!(dual_stack.contains("Dualstack and custom endpoint are not supported"), "{dual_stack}");
}

#[test]
fn each_service_has_a_url_of_its_own_by_the_name_that_aws_gave_it() {
    let services = [
        "ACM PCA",
        "Application Auto Scaling",
        "Auto Scaling",
        "CloudFormation",
        "CloudWatch",
        "EC2",
        "EFS",
        "Elastic Load Balancing v2",
        "FSx",
        "IAM",
        "CloudWatch Logs",
        "Organizations",
        "S3",
        "ServiceDiscovery",
        "Service Quotas",
        "STS",
    ];
    for (record, service) in RECORDS.into_iter().zip(services) {
        let configured = in_region("us-east-1").service_config(Of(service));
        let found = endpoint(record, configured).unwrap();
        assert_eq!(found.url(), "http://of-this.test", "{service}");
        assert!(found.auth_schemes().is_empty(), "signed for the region of the question");
    }
    for record in RECORDS {
        assert!(endpoint(record, SdkConfig::builder()).unwrap_err().contains("Missing Region"));
    }
}

#[test]
fn a_bucket_is_in_the_host_name_where_a_certificate_allows_it() {
    let url = |bucket: &str, config| {
        endpoint_of(Some(bucket), S3::RECORD, config).map(|it| it.url().to_owned())
    };
    let host = "s3.eu-central-1.amazonaws.com";
    let longest = "a".repeat(63);
    for bucket in ["app", "a--b", "1-app-2", "app-abcdefgh-s3alias", &longest] {
        assert_eq!(url(bucket, in_region("eu-central-1")), Ok(format!("https://{bucket}.{host}")));
    }
    let too_long = "a".repeat(64);
    for bucket in ["my.bucket", "My_Bucket", "10.0.0.1", "-app", "app-", &too_long] {
        assert_eq!(url(bucket, in_region("eu-central-1")), Ok(format!("https://{host}/{bucket}")));
    }
    let config = in_region("us-gov-west-1").use_fips(true).use_dual_stack(true);
    let expected = "https://app.s3-fips.dualstack.us-gov-west-1.amazonaws.com";
    assert_eq!(url("app", config), Ok(expected.to_owned()));
    let directory = url("app--use1-az4--x-s3", in_region("us-east-1"));
    assert!(directory.unwrap_err().contains("directory bucket"));
}

#[test]
fn a_bucket_is_in_the_path_of_a_custom_url() {
    let url = |config| endpoint_of(Some("app"), S3::RECORD, config).map(|it| it.url().to_owned());
    let custom = |url: &str| in_region("us-east-1").endpoint_url(url);
    for (given, expected) in [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/app"),
        ("http://localhost:4566/", "http://localhost:4566/app"),
        ("https://gateway.test/s3", "https://gateway.test/s3/app"),
    ] {
        assert_eq!(url(custom(given)), Ok(expected.to_owned()));
    }
    let of_s3 = url(in_region("us-east-1").service_config(Of("S3")));
    assert_eq!(of_s3, Ok("http://of-this.test/app".to_owned()));
    assert!(url(custom("http://a.test").use_fips(true)).unwrap_err().contains("FIPS"));
    assert!(url(custom("http://a.test").use_dual_stack(true)).unwrap_err().contains("Dualstack"));
}
