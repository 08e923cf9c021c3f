use std::collections::BTreeSet;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::endpoint::{EndpointResolverParams, ResolveEndpoint};
use aws_smithy_types::endpoint::Endpoint;
use aws_types::origin::Origin;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};

use super::super::host::Host;
use super::super::record::Record;
use super::super::service::Service;
use super::super::{Ec2, Efs, Fsx, Iam, Logs, Organizations, ServiceQuotas};
use crate::names::Partition;

fn in_region(name: &str) -> aws_types::sdk_config::Builder {
    SdkConfig::builder().region(aws_config::Region::new(name.to_owned()))
}

/// The endpoint of a service, or why there is none.
fn endpoint(record: Record, config: aws_types::sdk_config::Builder) -> Result<Endpoint, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let host = Host::new(record, &config.build());
    let resolved =
        runtime.block_on(async { host.resolve_endpoint(&EndpointResolverParams::new(())).await });
    resolved.map_err(|error| error.to_string())
}

/// The URL of EC2, or why there is none.
fn url(config: aws_types::sdk_config::Builder) -> Result<String, String> {
    endpoint(Ec2::RECORD, config).map(|it| it.url().to_owned())
}

const RECORDS: [Record; 7] = [
    Ec2::RECORD,
    Efs::RECORD,
    Fsx::RECORD,
    Iam::RECORD,
    Logs::RECORD,
    Organizations::RECORD,
    ServiceQuotas::RECORD,
];

/// The hosts of each service in a region of each partition: the service, the region of the question, the
/// one that a request is signed for, and the hosts, plain, with FIPS, with dual-stack, and with both.
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
            let found = endpoint(record, given).unwrap();
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
    let services =
        ["EC2", "EFS", "FSx", "IAM", "CloudWatch Logs", "Organizations", "Service Quotas"];
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
