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

use super::super::{Client, Iam, Logs, Organizations, Query};
use crate::lookup::iam::role::GetRole;
use crate::lookup::logs::DescribeLogGroup;
use crate::lookup::organizations::DescribeOrganization;

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

/// Where a question goes in a region, and the scope of its signature.
macro_rules! asked {
    ($service:ty, $lookup:ty, $question:expr, $region:literal) => {{
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
        assert!(runtime.block_on(client.ask::<$lookup>(&$question)).is_err());
        let kept = kept.0.lock().unwrap();
        let [(uri, signed)] = &kept[..] else { panic!("{kept:?}") };
        let scope = signed.split(['/', ',']).skip(2).take(3).collect::<Vec<_>>().join("/");
        (uri.clone(), scope)
    }};
}

#[test]
fn a_global_service_is_asked_at_its_one_place_and_signed_for_its_region() {
    let query = Query::default().with("RoleName", "app");
    let expected = |uri: &str, scope: &str| (uri.to_owned(), scope.to_owned());
    assert_eq!(
        asked!(Iam, GetRole, query, "eu-central-1"),
        expected("https://iam.amazonaws.com/", "us-east-1/iam/aws4_request")
    );
    assert_eq!(
        asked!(Iam, GetRole, query, "us-gov-east-1"),
        expected("https://iam.us-gov.amazonaws.com/", "us-gov-west-1/iam/aws4_request")
    );
    assert_eq!(
        asked!(Organizations, DescribeOrganization, json!({}), "cn-north-1"),
        expected(
            "https://organizations.cn-northwest-1.amazonaws.com.cn/",
            "cn-northwest-1/organizations/aws4_request"
        )
    );
    assert_eq!(
        asked!(Logs, DescribeLogGroup, json!({}), "eu-central-1"),
        expected("https://logs.eu-central-1.amazonaws.com/", "eu-central-1/logs/aws4_request")
    );
}
