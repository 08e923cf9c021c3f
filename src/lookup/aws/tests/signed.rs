use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::json;

use super::super::{Client, Iam, Logs, OfBucket, Organizations, Query, S3};
use crate::lookup::iam::role::GetRole;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::organizations::DescribeOrganization;
use crate::lookup::s3::HeadObject;

/// Sends nothing, and keeps where a request would have gone and as whose it was signed.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<(String, String)>>>);

impl HttpClient for Kept {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Kept {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let signed = request.headers().get("authorization").unwrap_or_default();
        self.0.lock().unwrap().push((request.uri().to_owned(), signed.to_owned()));
        HttpConnectorFuture::ready(Err(ConnectorError::io("nothing is sent".into())))
    }
}

/// Where the question of a lookup goes in a region, and the scope of its signature.
macro_rules! asked {
    ($service:ty, $lookup:expr, $question:expr, $region:literal) => {{
        let kept = Kept::default();
        let anybody =
            Credentials::new("AKIAIOSFODNN7EXAMPLE", "not-a-real-key", None, None, "test");
        let config = SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new($region))
            .http_client(kept.clone())
            .credentials_provider(SharedCredentialsProvider::new(anybody))
            .retry_config(RetryConfig::disabled())
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::<$service>::new(&config);
        assert!(runtime.block_on(client.ask(&$lookup, &$question)).is_err());
        let kept = kept.0.lock().unwrap();
        let [(uri, signed)] = &kept[..] else { panic!("{kept:?}") };
        let scope = signed.split(['/', ',']).skip(2).take(3).collect::<Vec<_>>().join("/");
        (uri.clone(), scope)
    }};
}

#[test]
fn a_global_service_is_asked_at_its_one_place_and_signed_for_its_region() {
    let query = Query::default().with("RoleName", "app");
    let region = || "eu-central-1".parse().unwrap();
    let role = GetRole { region: region(), name: "app".to_owned() };
    let organization = DescribeOrganization { region: region() };
    let group = DescribeLogGroup { region: region(), name: "/ecs/web".parse().unwrap() };
    let expected = |uri: &str, scope: &str| (uri.to_owned(), scope.to_owned());
    assert_eq!(
        asked!(Iam, role, query, "eu-central-1"),
        expected("https://iam.amazonaws.com/", "us-east-1/iam/aws4_request")
    );
    assert_eq!(
        asked!(Iam, role, query, "us-gov-east-1"),
        expected("https://iam.us-gov.amazonaws.com/", "us-gov-west-1/iam/aws4_request")
    );
    assert_eq!(
        asked!(Organizations, organization, json!({}), "cn-north-1"),
        expected(
            "https://organizations.cn-northwest-1.amazonaws.com.cn/",
            "cn-northwest-1/organizations/aws4_request"
        )
    );
    let object = HeadObject { region: region(), object: "arn:aws:s3:::web/a".parse().unwrap() };
    assert_eq!(
        asked!(S3, object, OfBucket::object("web", "a b"), "eu-central-1"),
        expected("https://web.s3.eu-central-1.amazonaws.com/a%20b", "eu-central-1/s3/aws4_request")
    );
    assert_eq!(
        asked!(S3, object, OfBucket::object("my.web", "a"), "us-gov-west-1"),
        expected(
            "https://s3.us-gov-west-1.amazonaws.com/my.web/a",
            "us-gov-west-1/s3/aws4_request"
        )
    );
    assert_eq!(
        asked!(Logs, group, json!({}), "eu-central-1"),
        expected("https://logs.eu-central-1.amazonaws.com/", "eu-central-1/logs/aws4_request")
    );
}
