//! A cluster, with its configuration.

use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, ClusterConfiguration, ClusterField, ExecuteCommandConfiguration,
    ExecuteCommandLogging,
};
use serde::{Deserialize, Serialize};

use super::last;
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;
use crate::shell::ShellCommand;

/// A cluster with its configuration, which the API returns only on request
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeCluster {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN; `default` if the launch input has none.
    pub cluster: String,
}

/// The configuration for all tasks of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its ARN.
    pub arn: String,
    /// The default key of the EBS volumes that ECS creates.
    pub volume_key: Option<String>,
    /// The key of the ephemeral storage of tasks on Fargate.
    pub fargate_storage_key: Option<String>,
    /// The ARN of the default namespace of Service Connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The configuration of ECS Exec sessions, if there is one.
    pub execute_command: Option<ExecuteCommand>,
    /// `ACTIVE`, `PROVISIONING`, `DEPROVISIONING`, `FAILED` or `INACTIVE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The capacity providers that are associated with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_providers: Option<Vec<String>>,
    /// The strategy for requests without a launch type and without a strategy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_strategy: Option<Vec<DefaultItem>>,
}

/// One capacity provider of the default strategy of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultItem {
    /// Its name.
    pub provider: String,
    /// Its share of the tasks.
    pub weight: i32,
    /// How many tasks it gets first.
    pub base: i32,
}

/// How ECS Exec sessions are encrypted and logged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecuteCommand {
    /// The key that encrypts the data of a session.
    pub key: Option<String>,
    /// `NONE`, `DEFAULT` or `OVERRIDE`.
    pub logging: Option<String>,
    /// The log group of `OVERRIDE`.
    pub log_group: Option<String>,
    /// Whether it must be encrypted.
    pub log_group_encrypted: bool,
    /// The bucket of `OVERRIDE`.
    pub bucket: Option<String>,
    /// Whether it must be encrypted.
    pub bucket_encrypted: bool,
    /// The folder in the bucket.
    pub bucket_prefix: Option<String>,
}

/// The error and the fix for a missing cluster.
pub(super) fn missing(cluster: &str, region: &Region) -> Mend {
    let name = cluster.rsplit('/').next().unwrap_or(cluster);
    Mend::by(
        ShellCommand::of("aws ecs create-cluster").option("--cluster-name", name).region(region),
    )
    .saying("Create the cluster, or correct its name or --region")
    .instead_of("ClusterNotFoundException: Cluster not found.")
}

impl Lookup for DescribeCluster {
    type Fact = Cluster;
    const CALL: Call = Call("ecs:DescribeClusters");

    fn named(&self) -> Named {
        let named = match self.cluster.starts_with("arn:") {
            true => Named::by("clusters/clusterArn", &self.cluster),
            false => Named::by("clusters/clusterName", &self.cluster),
        };
        named.and_ending("failures/arn", last(&self.cluster))
    }

    fn what(&self) -> String {
        format!("cluster {} in {}", self.cluster, self.region)
    }

    fn resource(&self) -> String {
        match self.cluster.starts_with("arn:") {
            true => self.cluster.clone(),
            false => format!(
                "arn:{}:ecs:{}:*:cluster/{}",
                self.region.partition(),
                self.region,
                self.cluster
            ),
        }
    }

    fn mend(&self, _: &Missing) -> Mend {
        missing(&self.cluster, &self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<Cluster> {
        let reply = services
            .ecs(&self.region)
            .describe_clusters()
            .clusters(&self.cluster)
            .include(ClusterField::Configurations)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        // A missing cluster is reported in a successful answer.
        if let Ok(it) = &reply
            && it.failures().iter().any(|failure| failure.reason() == Some("MISSING"))
        {
            return classify::absent(self, "MISSING");
        }
        classify::answer(self, reply, |it| {
            let cluster = it.clusters.unwrap_or_default().into_iter().next();
            let cluster = cluster.ok_or("the cluster")?;
            let namespace = cluster.service_connect_defaults.and_then(|it| it.namespace);
            let arn = cluster.cluster_arn.ok_or("the cluster's ARN")?;
            let strategy = cluster.default_capacity_provider_strategy;
            let item = |it: CapacityProviderStrategyItem| DefaultItem {
                provider: it.capacity_provider,
                weight: it.weight,
                base: it.base,
            };
            Ok(Cluster {
                namespace: namespace.filter(|arn| !arn.is_empty()),
                status: cluster.status,
                capacity_providers: cluster.capacity_providers,
                default_strategy: strategy.map(|items| items.into_iter().map(item).collect()),
                ..read(arn, cluster.configuration)
            })
        })
    }
}

fn read(arn: String, configuration: Option<ClusterConfiguration>) -> Cluster {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let (storage, exec) = configuration
        .map(|it| (it.managed_storage_configuration, it.execute_command_configuration))
        .unwrap_or_default();
    let (volume, fargate) = storage
        .map(|it| (it.kms_key_id, it.fargate_ephemeral_storage_kms_key_id))
        .unwrap_or_default();
    Cluster {
        arn,
        volume_key: given(volume),
        fargate_storage_key: given(fargate),
        namespace: None,
        execute_command: exec.map(execute_command),
        status: None,
        capacity_providers: None,
        default_strategy: None,
    }
}

fn execute_command(it: ExecuteCommandConfiguration) -> ExecuteCommand {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let logs = it.log_configuration;
    ExecuteCommand {
        key: given(it.kms_key_id),
        logging: it.logging.as_ref().map(ExecuteCommandLogging::as_str).map(str::to_owned),
        log_group: logs.as_ref().and_then(|it| given(it.cloud_watch_log_group_name.clone())),
        log_group_encrypted: logs.as_ref().is_some_and(|it| it.cloud_watch_encryption_enabled),
        bucket: logs.as_ref().and_then(|it| given(it.s3_bucket_name.clone())),
        bucket_encrypted: logs.as_ref().is_some_and(|it| it.s3_encryption_enabled),
        bucket_prefix: logs.as_ref().and_then(|it| given(it.s3_key_prefix.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ecs::types::{ExecuteCommandLogConfiguration, ManagedStorageConfiguration};

    const ARN: &str = "arn:aws:ecs:eu-central-1:111122223333:cluster/prod";

    #[test]
    fn a_cluster_without_configuration_configures_nothing() {
        let empty = ClusterConfiguration::builder()
            .managed_storage_configuration(
                ManagedStorageConfiguration::builder().kms_key_id("").build(),
            )
            .build();
        for configuration in [None, Some(ClusterConfiguration::builder().build()), Some(empty)] {
            let cluster = read(ARN.to_owned(), configuration);
            assert_eq!(
                (cluster.volume_key, cluster.fargate_storage_key, cluster.execute_command),
                (None, None, None)
            );
        }
    }

    #[test]
    fn the_keys_and_the_logs_of_a_cluster_are_told_apart() {
        let storage = ManagedStorageConfiguration::builder()
            .kms_key_id("volumes")
            .fargate_ephemeral_storage_kms_key_id("fargate")
            .build();
        let logs = ExecuteCommandLogConfiguration::builder()
            .cloud_watch_log_group_name("/exec")
            .s3_bucket_name("sessions")
            .s3_encryption_enabled(true)
            .build();
        let exec = ExecuteCommandConfiguration::builder()
            .kms_key_id("exec")
            .logging(ExecuteCommandLogging::Override)
            .log_configuration(logs)
            .build();
        let configuration = ClusterConfiguration::builder()
            .managed_storage_configuration(storage)
            .execute_command_configuration(exec)
            .build();
        let expected = Cluster {
            arn: ARN.to_owned(),
            volume_key: Some("volumes".to_owned()),
            fargate_storage_key: Some("fargate".to_owned()),
            namespace: None,
            execute_command: Some(ExecuteCommand {
                key: Some("exec".to_owned()),
                logging: Some("OVERRIDE".to_owned()),
                log_group: Some("/exec".to_owned()),
                log_group_encrypted: false,
                bucket: Some("sessions".to_owned()),
                bucket_encrypted: true,
                bucket_prefix: None,
            }),
            status: None,
            capacity_providers: None,
            default_strategy: None,
        };
        assert_eq!(read(ARN.to_owned(), Some(configuration)), expected);
    }
}
