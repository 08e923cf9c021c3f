//! Where the task will run: what the input of create-service, update-service, run-task or start-task,
//! a live service, and flags say about it.

use super::container::{EnvironmentFile, EnvironmentVariable, ResourceRequirement};
use super::field::{Field, Located, Object, Verbatim, located};
use super::input_error::InputError;
use super::place::{Place, Role};
use super::source::{Node, Source, Value};
use super::task_definition::{EphemeralStorage, InferenceAccelerator, PlacementConstraint, Tag};

/// What a context was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContextKind {
    /// The input of `create-service`.
    CreateService,
    /// The input of `update-service`.
    UpdateService,
    /// The input of `run-task`.
    RunTask,
    /// The input of `start-task`.
    StartTask,
    /// What `DescribeServices` says about a service.
    LiveService,
    /// Flags of this command only.
    Flags,
}

/// Where the task will run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunContext {
    /// What it was read from; after a merge, the latest document.
    pub kind: ContextKind,
    /// What a service and a task to run have in common, and what only a service has.
    pub request: Request,
    /// `networkConfiguration.awsvpcConfiguration`.
    pub network: Network,
    /// `overrides` of a task to run.
    pub overrides: Overrides,
}

located! {
    /// The fields of the request.
    Request {
        cluster: String = "cluster",
        /// In `update-service` it is called `service`.
        service_name: String = "serviceName",
        task_definition: String = "taskDefinition",
        /// In `run-task` it is called `count`.
        desired_count: i64 = "desiredCount",
        launch_type: String = "launchType",
        capacity_provider_strategy: Vec<StrategyItem> = "capacityProviderStrategy",
        platform_version: String = "platformVersion",
        /// In a live service it is called `roleArn`.
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

    /// What `run-task` changes in the definition.
    Overrides {
        container_overrides: Vec<ContainerOverride> = "containerOverrides",
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAcceleratorOverrides",
        task_role_arn: String = "taskRoleArn",
        execution_role_arn: String = "executionRoleArn",
        cpu: String = "cpu",
        memory: String = "memory",
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
    }

    /// What `run-task` changes in one container.
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

    /// What a blue/green deployment needs of a load balancer.
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
        log_configuration: super::container::LogConfiguration = "logConfiguration",
    }

    /// A port that Service Connect offers.
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

    /// Who issues the certificates of Service Connect.
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

    /// What becomes of an EBS volume when its task ends.
    TerminationPolicy {
        delete_on_termination: bool = "deleteOnTermination",
    }

    /// How a deployment proceeds.
    Deployment {
        maximum_percent: i64 = "maximumPercent",
        minimum_healthy_percent: i64 = "minimumHealthyPercent",
        strategy: String = "strategy",
        circuit_breaker: CircuitBreaker = "deploymentCircuitBreaker",
    }

    /// When a deployment gives up.
    CircuitBreaker {
        enable: bool = "enable",
        rollback: bool = "rollback",
    }

    /// Who deploys.
    DeploymentController {
        kind: String = "type",
    }

    /// How tasks are spread over container instances.
    PlacementStrategy {
        kind: String = "type",
        field: String = "field",
    }
}

impl RunContext {
    /// A context of which nothing is given yet: what flags are put into.
    pub fn flags() -> RunContext {
        let nothing = Source::from_json_value("flags", Role::Context, &serde_json::json!({}));
        read(&nothing.root, ContextKind::Flags)
    }

    /// Reads what was given with `--service-definition`.
    pub fn service_definition(source: &Source) -> Result<RunContext, InputError> {
        let root = &source.root;
        let kind = match (root.has("serviceName"), root.has("service")) {
            (false, true) => ContextKind::UpdateService,
            (false, _) if root.has("forceNewDeployment") => ContextKind::UpdateService,
            (true, _) => ContextKind::CreateService,
            _ if root.has("desiredCount")
                || root.has("taskDefinition") && !is_task_to_run(root) =>
            {
                ContextKind::CreateService
            }
            _ => {
                return Err(unlike(
                    source,
                    "a service definition",
                    "aws ecs create-service",
                ));
            }
        };
        Ok(read(root, kind))
    }

    /// Reads what was given with `--run-task`.
    pub fn run_task(source: &Source) -> Result<RunContext, InputError> {
        let root = &source.root;
        if root.has("serviceName") || root.has("desiredCount") || root.has("containerDefinitions") {
            return Err(unlike(source, "a run-task input", "aws ecs run-task"));
        }
        if root.has("containerInstances") {
            return Ok(read(root, ContextKind::StartTask));
        }
        let known = [
            "cluster",
            "networkConfiguration",
            "launchType",
            "capacityProviderStrategy",
            "taskDefinition",
        ];
        if is_task_to_run(root) || known.iter().any(|name| root.has(name)) {
            return Ok(read(root, ContextKind::RunTask));
        }
        Err(unlike(source, "a run-task input", "aws ecs run-task"))
    }

    /// Reads a service as `DescribeServices` describes it.
    pub fn live_service(source: &Source) -> RunContext {
        let root = &source.root;
        let mut live = read(root, ContextKind::LiveService);
        live.request.cluster = Field::of(root, "clusterArn");
        live.request.role = Field::of(root, "roleArn");
        // The service itself does not tell these two; its primary deployment does.
        let deployments = root.get("deployments").map_or(&[][..], Node::items);
        let is_primary = |it: &&Node| it.get("status").and_then(Node::text) == Some("PRIMARY");
        if let Some(primary) = deployments.iter().find(is_primary) {
            live.request.service_connect = Field::of(primary, "serviceConnectConfiguration");
            live.request.volume_configurations = Field::of(primary, "volumeConfigurations");
        }
        live
    }

    /// This context with what `later` says laid over it, field by field.
    #[must_use]
    pub fn merge(mut self, later: RunContext) -> RunContext {
        // A launch type and a strategy exclude each other: a later one puts out an earlier other.
        if !later.request.launch_type.is_missing() {
            self.request.capacity_provider_strategy =
                later.request.capacity_provider_strategy.clone();
        }
        if !later.request.capacity_provider_strategy.is_missing() {
            self.request.launch_type = later.request.launch_type.clone();
        }
        RunContext {
            kind: if later.kind == ContextKind::Flags {
                self.kind
            } else {
                later.kind
            },
            request: later.request.or(self.request),
            network: later.network.or(self.network),
            overrides: later.overrides.or(self.overrides),
        }
    }
}

/// The place of a value that was given with the flag `name`.
pub fn flag_place(name: &str) -> Place {
    Place::whole(name, Role::Context)
}

/// A field that was given with the flag `name`.
pub fn flag<T>(name: &str, value: T) -> Field<T> {
    Field::Given(Located {
        value,
        place: flag_place(name),
    })
}

/// A list that was given with the flag `name`.
pub fn flag_list(
    name: &str,
    values: impl IntoIterator<Item = String>,
) -> Field<Vec<Located<String>>> {
    let place = flag_place(name);
    let items = values.into_iter().map(|value| Located {
        value,
        place: place.clone(),
    });
    flag(name, items.collect())
}

fn read(root: &Node, kind: ContextKind) -> RunContext {
    let mut request = Request::of(root);
    request.service_name = request.service_name.or(Field::of(root, "service"));
    request.desired_count = request.desired_count.or(Field::of(root, "count"));
    RunContext {
        kind,
        request,
        network: network(root),
        overrides: flattened(Field::of(root, "overrides")),
    }
}

fn network(root: &Node) -> Network {
    match Field::<NetworkConfiguration>::of(root, "networkConfiguration") {
        Field::Given(located) => flattened(located.value.awsvpc),
        Field::Missing(place) => flattened(Field::Missing(place)),
        Field::Unreadable(place, gap) => Network::unknown(&place, &gap),
    }
}

located! {
    /// The wrapper around the network.
    NetworkConfiguration {
        awsvpc: Network = "awsvpcConfiguration",
    }
}

/// The fields of an object that may itself be missing or unreadable.
fn flattened<T: Object>(field: Field<T>) -> T {
    match field {
        Field::Given(located) => located.value,
        Field::Unreadable(place, gap) => T::unknown(&place, &gap),
        Field::Missing(place) => T::of(&Node {
            value: Value::Null,
            place,
        }),
    }
}

fn is_task_to_run(root: &Node) -> bool {
    ["count", "overrides", "startedBy", "group", "referenceId"]
        .iter()
        .any(|name| root.has(name))
}

fn unlike(source: &Source, wanted: &str, command: &str) -> InputError {
    InputError::new(&source.name, format!("this is not {wanted}"))
        .at_position(source.root.place.position)
        .hint(format!("give the input of `{command} --cli-input-json`"))
}

#[cfg(test)]
#[path = "run_context/tests.rs"]
mod tests;
