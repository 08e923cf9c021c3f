//! The task definition: the input of `RegisterTaskDefinition`, and what a registered one adds to it.

use super::container::Container;
use super::field::located;
use super::volume::Volume;

located! {
    /// A task definition.
    TaskDefinition {
        family: String = "family",
        task_role_arn: String = "taskRoleArn",
        execution_role_arn: String = "executionRoleArn",
        network_mode: String = "networkMode",
        container_definitions: Vec<Container> = "containerDefinitions",
        volumes: Vec<Volume> = "volumes",
        placement_constraints: Vec<PlacementConstraint> = "placementConstraints",
        requires_compatibilities: Vec<String> = "requiresCompatibilities",
        cpu: String = "cpu",
        memory: String = "memory",
        tags: Vec<Tag> = "tags",
        pid_mode: String = "pidMode",
        ipc_mode: String = "ipcMode",
        proxy_configuration: ProxyConfiguration = "proxyConfiguration",
        inference_accelerators: Vec<InferenceAccelerator> = "inferenceAccelerators",
        ephemeral_storage: EphemeralStorage = "ephemeralStorage",
        runtime_platform: RuntimePlatform = "runtimePlatform",
        enable_fault_injection: bool = "enableFaultInjection",
        trusted_execution: TrustedExecution = "trustedExecutionConfiguration",
        /// Only in a registered definition.
        task_definition_arn: String = "taskDefinitionArn",
        /// Only in a registered definition.
        revision: i64 = "revision",
        /// Only in a registered definition.
        status: String = "status",
        /// Only in a registered definition.
        compatibilities: Vec<String> = "compatibilities",
        /// Only in a registered definition.
        requires_attributes: Vec<Attribute> = "requiresAttributes",
    }

    /// A placement constraint.
    PlacementConstraint {
        kind: String = "type",
        expression: String = "expression",
    }

    /// A tag.
    Tag {
        key: String = "key",
        value: String = "value",
    }

    /// The App Mesh proxy.
    ProxyConfiguration {
        kind: String = "type",
        container_name: String = "containerName",
        properties: Vec<ProxyProperty> = "properties",
    }

    /// A setting of the App Mesh proxy.
    ProxyProperty {
        name: String = "name",
        value: String = "value",
    }

    /// An Elastic Inference accelerator.
    InferenceAccelerator {
        device_name: String = "deviceName",
        device_type: String = "deviceType",
    }

    /// The storage of a Fargate task.
    EphemeralStorage {
        size_in_gib: i64 = "sizeInGiB",
    }

    /// The operating system and processor that the images were built for.
    RuntimePlatform {
        cpu_architecture: String = "cpuArchitecture",
        operating_system_family: String = "operatingSystemFamily",
    }

    /// How the task is isolated from others of its instance.
    TrustedExecution {
        isolation_mode: String = "isolationMode",
        attestation_policy: String = "attestationPolicy",
    }

    /// An attribute that a registered definition requires of a container instance.
    Attribute {
        name: String = "name",
        value: String = "value",
        target_type: String = "targetType",
        target_id: String = "targetId",
    }
}

impl TaskDefinition {
    /// Whether this is a registered definition, from `DescribeTaskDefinition`.
    pub fn is_registered(&self) -> bool {
        !self.task_definition_arn.is_missing() || !self.revision.is_missing()
    }
}
