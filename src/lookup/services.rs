//! The clients: AWS services, by region, and image registries.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;

use super::aws::{
    AcmPca, ApplicationAutoScaling, AutoScaling, ClassicLoadBalancing, Client, CloudFormation,
    CloudWatch, Ec2, Ecs, Efs, ElasticLoadBalancing, Fsx, Iam, Logs, Organizations, S3,
    ServiceDiscovery, ServiceQuotas, Sts,
};
use super::oci;
use crate::names::Region;

/// The clients of one run. Created once per service and region: a client costs more than a call.
pub struct Services {
    config: SdkConfig,
    clients: Mutex<HashMap<(TypeId, Region), Box<dyn Any + Send>>>,
    registries: oci::Registries,
}

impl Services {
    pub(super) fn new(config: SdkConfig, registries: oci::Registries) -> Services {
        Services { config, clients: Mutex::default(), registries }
    }

    /// All services at one address, with made-up credentials, without retries and with short timeouts.
    #[cfg(test)]
    pub(crate) fn at(endpoint: &str) -> Services {
        Services::through(&brief_client(), endpoint)
    }

    /// The same with a shared client, since its certificates take a while to load.
    #[cfg(test)]
    pub(super) fn through(http: &reqwest::Client, endpoint: &str) -> Services {
        let registries = oci::Registries::new(http.clone());
        Services::new(brief_config(http, endpoint).build(), registries)
    }

    /// The client of one service in one region.
    fn client<C>(&self, region: &Region, make: impl FnOnce(&SdkConfig) -> C) -> C
    where
        C: Clone + Send + 'static,
    {
        let key = (TypeId::of::<C>(), region.clone());
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&key).and_then(|any| any.downcast_ref::<C>()) {
            return client.clone();
        }
        let region = aws_config::Region::new(region.to_string());
        let client = make(&self.config.to_builder().region(region).build());
        clients.insert(key, Box::new(client.clone()));
        client
    }

    pub(super) fn acm_pca(&self, region: &Region) -> Client<AcmPca> {
        self.client(region, Client::new)
    }

    pub(super) fn application_autoscaling(
        &self,
        region: &Region,
    ) -> Client<ApplicationAutoScaling> {
        self.client(region, Client::new)
    }

    pub(super) fn autoscaling(&self, region: &Region) -> Client<AutoScaling> {
        self.client(region, Client::new)
    }

    pub(super) fn classic_load_balancing(&self, region: &Region) -> Client<ClassicLoadBalancing> {
        self.client(region, Client::new)
    }

    pub(super) fn cloudformation(&self, region: &Region) -> Client<CloudFormation> {
        self.client(region, Client::new)
    }

    pub(super) fn cloudwatch(&self, region: &Region) -> Client<CloudWatch> {
        self.client(region, Client::new)
    }

    pub(super) fn ec2(&self, region: &Region) -> Client<Ec2> {
        self.client(region, Client::new)
    }

    pub(super) fn ecr(&self, region: &Region) -> aws_sdk_ecr::Client {
        self.client(region, aws_sdk_ecr::Client::new)
    }

    pub(super) fn ecs(&self, region: &Region) -> aws_sdk_ecs::Client {
        self.client(region, aws_sdk_ecs::Client::new)
    }

    /// For lists of names, of which completion reads one field: the SDK would bring a parser for each call.
    pub(super) fn ecs_lists(&self, region: &Region) -> Client<Ecs> {
        self.client(region, Client::new)
    }

    pub(super) fn efs(&self, region: &Region) -> Client<Efs> {
        self.client(region, Client::new)
    }

    pub(super) fn elasticloadbalancing(&self, region: &Region) -> Client<ElasticLoadBalancing> {
        self.client(region, Client::new)
    }

    pub(super) fn fsx(&self, region: &Region) -> Client<Fsx> {
        self.client(region, Client::new)
    }

    /// IAM is global: only the partition of the region matters.
    pub(super) fn iam(&self, region: &Region) -> Client<Iam> {
        self.client(region, Client::new)
    }

    pub(super) fn kms(&self, region: &Region) -> aws_sdk_kms::Client {
        self.client(region, aws_sdk_kms::Client::new)
    }

    pub(super) fn logs(&self, region: &Region) -> Client<Logs> {
        self.client(region, Client::new)
    }

    /// Organizations is global: only the partition of the region matters.
    pub(super) fn organizations(&self, region: &Region) -> Client<Organizations> {
        self.client(region, Client::new)
    }

    pub(super) fn s3(&self, region: &Region) -> Client<S3> {
        self.client(region, Client::new)
    }

    pub(super) fn secretsmanager(&self, region: &Region) -> aws_sdk_secretsmanager::Client {
        self.client(region, aws_sdk_secretsmanager::Client::new)
    }

    pub(super) fn servicediscovery(&self, region: &Region) -> Client<ServiceDiscovery> {
        self.client(region, Client::new)
    }

    pub(super) fn servicequotas(&self, region: &Region) -> Client<ServiceQuotas> {
        self.client(region, Client::new)
    }

    pub(super) fn ssm(&self, region: &Region) -> aws_sdk_ssm::Client {
        self.client(region, aws_sdk_ssm::Client::new)
    }

    pub(super) fn sts(&self, region: &Region) -> Client<Sts> {
        self.client(region, Client::new)
    }

    pub(super) fn registries(&self) -> &oci::Registries {
        &self.registries
    }
}

#[cfg(test)]
const BRIEFLY: std::time::Duration = std::time::Duration::from_secs(2);

/// A client that does not wait long.
#[cfg(test)]
pub(super) fn brief_client() -> reqwest::Client {
    super::connector::client_builder().no_proxy().timeout(BRIEFLY).build().unwrap()
}

/// All services at one address, with made-up credentials, without retries and with short timeouts.
#[cfg(test)]
pub(super) fn brief_config(
    http: &reqwest::Client,
    endpoint: &str,
) -> aws_types::sdk_config::Builder {
    use aws_config::retry::RetryConfig;
    use aws_config::timeout::TimeoutConfig;
    use aws_credential_types::Credentials;
    use aws_credential_types::provider::SharedCredentialsProvider;

    let token = Some("not/a+real=token".to_owned());
    let anybody = Credentials::new("AKIAIOSFODNN7EXAMPLE", "not-a-real-key", token, None, "test");
    SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .http_client(super::connector::Http::of(http))
        .credentials_provider(SharedCredentialsProvider::new(anybody))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(BRIEFLY).build())
}
