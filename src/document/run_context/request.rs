//! The fields of the requests that start tasks.

use crate::document::container::{
    EnvironmentFile, EnvironmentVariable, LogConfiguration, ResourceRequirement,
};
use crate::document::field::{Located, Verbatim, located};
use crate::document::place::Place;
use crate::document::task_definition::{
    EphemeralStorage, InferenceAccelerator, PlacementConstraint, Tag,
};

located! {
    /// The fields of the request.
    Request {
        cluster: String = "cluster",
        /// In `update-service` the name is `service`.
        service_name: String = "serviceName",
        task_definition: String = "taskDefinition",
        /// In `run-task` the name is `count`.
        desired_count: i64 = "desiredCount",
        launch_type: String = "launchType",
        capacity_provider_strategy: Vec<StrategyItem> = "capacityProviderStrategy",
        platform_version: String = "platformVersion",
        /// In a live service the name is `roleArn`.
        role: String = "role",
        load_balancers: Vec<LoadBalancer> = "loadBalancers",
        service_registries: Vec<ServiceRegistry> = "serviceRegistries",
        service_connect: ServiceConnect = "serviceConnectConfiguration",
        vpc_lattice: Vec<VpcLattice> = "vpcLatticeConfigurations",
        volume_configurations: Vec<VolumeConfiguration> = "volumeConfigurations",
        deployment: Deployment = "deploymentConfiguration",
        deployment_controller: DeploymentController = "deploymentController",
        scheduling_strategy: String = "schedulingStrategy",
        availability_zone_rebalancing: String = "availabilityZoneRebalancing",
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        placement_strategy: Vec<PlacementStrategy> = "placementStrategy",
        health_check_grace_period_seconds: i64 = "healthCheckGracePeriodSeconds",
        enable_execute_command: bool = "enableExecuteCommand",
        enable_ecs_managed_tags: bool = "enableECSManagedTags",
        propagate_tags: String = "propagateTags",
        tags: Vec<Tag> = "tags",
        container_instances: Vec<Located<String>> = "containerInstances",
        group: String = "group",
        started_by: String = "startedBy",
    }

    /// The network of a task in awsvpc mode.
    Network {
        subnets: Vec<Located<String>> = "subnets",
        security_groups: Vec<Located<String>> = "securityGroups",
        assign_public_ip: String = "assignPublicIp",
    }

    /// The overrides of `run-task`.
    Overrides {
        container_overrides: Vec<ContainerOverride> = "containerOverrides",
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAcceleratorOverrides",
        task_role_arn: String = "taskRoleArn",
        execution_role_arn: String = "executionRoleArn",
        cpu: String = "cpu",
        memory: String = "memory",
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
    }

    /// The overrides of `run-task` for one container.
    ContainerOverride {
        name: String = "name",
        command: Vec<Verbatim> = "command",
        environment: Vec<EnvironmentVariable> = "environment",
        environment_files: Vec<EnvironmentFile> = "environmentFiles",
        cpu: i64 = "cpu",
        memory: i64 = "memory",
        memory_reservation: i64 = "memoryReservation",
        resource_requirements: Vec<ResourceRequirement> = "resourceRequirements",
    }

    /// One capacity provider of a strategy.
    StrategyItem {
        capacity_provider: String = "capacityProvider",
        weight: i64 = "weight",
        base: i64 = "base",
    }

    /// A load balancer in front of a service.
    LoadBalancer {
        target_group_arn: String = "targetGroupArn",
        load_balancer_name: String = "loadBalancerName",
        container_name: String = "containerName",
        container_port: i64 = "containerPort",
        advanced: AdvancedConfiguration = "advancedConfiguration",
    }

    /// The load balancer settings of a blue/green deployment.
    AdvancedConfiguration {
        alternate_target_group_arn: String = "alternateTargetGroupArn",
        production_listener_rule: String = "productionListenerRule",
        test_listener_rule: String = "testListenerRule",
        role_arn: String = "roleArn",
    }

    /// A service discovery registry.
    ServiceRegistry {
        registry_arn: String = "registryArn",
        port: i64 = "port",
        container_name: String = "containerName",
        container_port: i64 = "containerPort",
    }

    /// Service Connect.
    ServiceConnect {
        enabled: bool = "enabled",
        namespace: String = "namespace",
        services: Vec<ConnectedService> = "services",
        log_configuration: LogConfiguration = "logConfiguration",
    }

    /// A service of Service Connect.
    ConnectedService {
        port_name: String = "portName",
        discovery_name: String = "discoveryName",
        client_aliases: Vec<ClientAlias> = "clientAliases",
        ingress_port_override: i64 = "ingressPortOverride",
        tls: ConnectTls = "tls",
    }

    /// A name under which clients reach a Service Connect service.
    ClientAlias {
        port: i64 = "port",
        dns_name: String = "dnsName",
    }

    /// TLS of a Service Connect service.
    ConnectTls {
        issuer: CertificateAuthority = "issuerCertificateAuthority",
        kms_key: String = "kmsKey",
        role_arn: String = "roleArn",
    }

    /// The certificate authority of Service Connect.
    CertificateAuthority {
        aws_pca_authority_arn: String = "awsPcaAuthorityArn",
    }

    /// A VPC Lattice target group.
    VpcLattice {
        role_arn: String = "roleArn",
        target_group_arn: String = "targetGroupArn",
        port_name: String = "portName",
    }

    /// A volume that is configured at launch.
    VolumeConfiguration {
        name: String = "name",
        managed_ebs: ManagedEbsVolume = "managedEBSVolume",
    }

    /// An EBS volume that ECS creates.
    ManagedEbsVolume {
        role_arn: String = "roleArn",
        encrypted: bool = "encrypted",
        kms_key_id: String = "kmsKeyId",
        volume_type: String = "volumeType",
        size_in_gib: i64 = "sizeInGiB",
        snapshot_id: String = "snapshotId",
        volume_initialization_rate: i64 = "volumeInitializationRate",
        iops: i64 = "iops",
        throughput: i64 = "throughput",
        tag_specifications: Vec<TagSpecification> = "tagSpecifications",
        filesystem_type: String = "filesystemType",
        /// Only of a task, not of a service.
        termination_policy: TerminationPolicy = "terminationPolicy",
    }

    /// The tags of an EBS volume.
    TagSpecification {
        resource_type: String = "resourceType",
        tags: Vec<Tag> = "tags",
        propagate_tags: String = "propagateTags",
    }

    /// What happens to an EBS volume when its task ends.
    TerminationPolicy {
        delete_on_termination: bool = "deleteOnTermination",
    }

    /// How a deployment proceeds.
    Deployment {
        maximum_percent: i64 = "maximumPercent",
        minimum_healthy_percent: i64 = "minimumHealthyPercent",
        strategy: String = "strategy",
        bake_time_in_minutes: i64 = "bakeTimeInMinutes",
        linear: LinearConfiguration = "linearConfiguration",
        canary: CanaryConfiguration = "canaryConfiguration",
        circuit_breaker: CircuitBreaker = "deploymentCircuitBreaker",
    }

    /// The steps of a linear deployment.
    LinearConfiguration {
        step_percent: f64 = "stepPercent",
        step_bake_time_in_minutes: i64 = "stepBakeTimeInMinutes",
    }

    /// The first step of a canary deployment.
    CanaryConfiguration {
        canary_percent: f64 = "canaryPercent",
        canary_bake_time_in_minutes: i64 = "canaryBakeTimeInMinutes",
    }

    /// When a deployment is rolled back.
    CircuitBreaker {
        enable: bool = "enable",
        rollback: bool = "rollback",
    }

    /// The deployment controller.
    DeploymentController {
        kind: String = "type",
    }

    /// How tasks are spread over container instances.
    PlacementStrategy {
        kind: String = "type",
        field: String = "field",
    }
}

located! {
    /// The wrapper around the network.
    NetworkConfiguration {
        awsvpc: Network = "awsvpcConfiguration",
    }
}

/// How many subnets and security groups a request may list
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>).
const MOST_SUBNETS: usize = 16;
const MOST_GROUPS: usize = 5;

impl Network {
    /// The lists that are too long: the place, and a sentence. A list that cannot be read is not counted.
    pub fn too_many(&self) -> Vec<(&Place, String)> {
        let counted = [
            (&self.subnets, MOST_SUBNETS, "subnets"),
            (&self.security_groups, MOST_GROUPS, "security groups"),
        ];
        let mut excess = Vec::new();
        for (named, most, what) in counted {
            let count = named.items().map_or(0, <[_]>::len);
            if count > most {
                let message = format!("{count} {what} are listed, but at most {most} are allowed");
                excess.push((named.place(), message));
            }
        }
        excess
    }
}
