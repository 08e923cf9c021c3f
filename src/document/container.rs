//! A container of a task definition.

use super::field::{Field, Located, Named, Verbatim, located};
use crate::knowledge::Stop;

located! {
    /// A container definition.
    Container {
        name: String = "name",
        image: String = "image",
        repository_credentials: RepositoryCredentials = "repositoryCredentials",
        cpu: i64 = "cpu",
        memory: i64 = "memory",
        memory_reservation: i64 = "memoryReservation",
        links: Vec<Located<String>> = "links",
        port_mappings: Vec<PortMapping> = "portMappings",
        essential: bool = "essential",
        restart_policy: RestartPolicy = "restartPolicy",
        entry_point: Vec<Verbatim> = "entryPoint",
        command: Vec<Verbatim> = "command",
        environment: Vec<EnvironmentVariable> = "environment",
        environment_files: Vec<EnvironmentFile> = "environmentFiles",
        mount_points: Vec<MountPoint> = "mountPoints",
        volumes_from: Vec<VolumeFrom> = "volumesFrom",
        linux_parameters: LinuxParameters = "linuxParameters",
        secrets: Vec<Secret> = "secrets",
        depends_on: Vec<Dependency> = "dependsOn",
        start_timeout: i64 = "startTimeout",
        stop_timeout: i64 = "stopTimeout",
        version_consistency: String = "versionConsistency",
        hostname: String = "hostname",
        user: String = "user",
        working_directory: String = "workingDirectory",
        disable_networking: bool = "disableNetworking",
        privileged: bool = "privileged",
        readonly_root_filesystem: bool = "readonlyRootFilesystem",
        dns_servers: Vec<Located<String>> = "dnsServers",
        dns_search_domains: Vec<Located<String>> = "dnsSearchDomains",
        extra_hosts: Vec<ExtraHost> = "extraHosts",
        docker_security_options: Vec<Located<String>> = "dockerSecurityOptions",
        interactive: bool = "interactive",
        pseudo_terminal: bool = "pseudoTerminal",
        docker_labels: Named<()> = "dockerLabels",
        ulimits: Vec<Ulimit> = "ulimits",
        log_configuration: LogConfiguration = "logConfiguration",
        health_check: HealthCheck = "healthCheck",
        system_controls: Vec<SystemControl> = "systemControls",
        resource_requirements: Vec<ResourceRequirement> = "resourceRequirements",
        firelens_configuration: FirelensConfiguration = "firelensConfiguration",
        credential_specs: Vec<Located<String>> = "credentialSpecs",
    }

    /// The credentials of a private registry that is not ECR.
    RepositoryCredentials {
        credentials_parameter: String = "credentialsParameter",
    }

    /// A port that a container listens on.
    PortMapping {
        container_port: i64 = "containerPort",
        container_port_range: String = "containerPortRange",
        host_port: i64 = "hostPort",
        protocol: String = "protocol",
        name: String = "name",
        app_protocol: String = "appProtocol",
    }

    /// Whether and when a container is started again in its task.
    RestartPolicy {
        enabled: bool = "enabled",
        ignored_exit_codes: Vec<i64> = "ignoredExitCodes",
        restart_attempt_period: i64 = "restartAttemptPeriod",
    }

    /// An environment variable. Its value may be a secret in plain text, so only its place is kept.
    EnvironmentVariable {
        name: String = "name",
        value: () = "value",
    }

    /// A file of environment variables in S3.
    EnvironmentFile {
        value: String = "value",
        kind: String = "type",
    }

    /// The mount of a volume in a container.
    MountPoint {
        source_volume: String = "sourceVolume",
        container_path: String = "containerPath",
        read_only: bool = "readOnly",
    }

    /// A container whose volumes are mounted too.
    VolumeFrom {
        source_container: String = "sourceContainer",
        read_only: bool = "readOnly",
    }

    /// A secret, in `secrets` or in a log driver's `secretOptions`.
    Secret {
        name: String = "name",
        value_from: String = "valueFrom",
    }

    /// A dependency of a container.
    Dependency {
        container_name: String = "containerName",
        condition: String = "condition",
    }

    /// A line of `/etc/hosts`.
    ExtraHost {
        hostname: String = "hostname",
        ip_address: String = "ipAddress",
    }

    /// A resource limit.
    Ulimit {
        name: String = "name",
        soft_limit: i64 = "softLimit",
        hard_limit: i64 = "hardLimit",
    }

    /// Where the output of a container goes.
    LogConfiguration {
        log_driver: String = "logDriver",
        options: Named<String> = "options",
        secret_options: Vec<Secret> = "secretOptions",
    }

    /// The health check of a container.
    HealthCheck {
        command: Vec<Verbatim> = "command",
        interval: i64 = "interval",
        timeout: i64 = "timeout",
        retries: i64 = "retries",
        start_period: i64 = "startPeriod",
    }

    /// A kernel parameter.
    SystemControl {
        namespace: String = "namespace",
        value: String = "value",
    }

    /// A GPU or another special device.
    ResourceRequirement {
        value: String = "value",
        kind: String = "type",
        sharing_strategy: SharingStrategy = "sharingStrategy",
    }

    /// How containers share a GPU.
    SharingStrategy {
        nvidia_mps: NvidiaMps = "nvidiaMps",
    }

    /// The part of a GPU that a container gets.
    NvidiaMps {
        memory: i64 = "memory",
        max_compute_percent: i64 = "maxComputePercent",
    }

    /// The log router.
    FirelensConfiguration {
        kind: String = "type",
        options: Named<String> = "options",
    }

    /// Linux-specific settings.
    LinuxParameters {
        capabilities: Capabilities = "capabilities",
        devices: Vec<Device> = "devices",
        init_process_enabled: bool = "initProcessEnabled",
        shared_memory_size: i64 = "sharedMemorySize",
        tmpfs: Vec<Tmpfs> = "tmpfs",
        max_swap: i64 = "maxSwap",
        swappiness: i64 = "swappiness",
    }

    /// Kernel capabilities in addition to Docker's defaults.
    Capabilities {
        add: Vec<Located<String>> = "add",
        drop: Vec<Located<String>> = "drop",
    }

    /// A device of the host.
    Device {
        host_path: String = "hostPath",
        container_path: String = "containerPath",
        permissions: Vec<String> = "permissions",
    }

    /// A file system in memory.
    Tmpfs {
        container_path: String = "containerPath",
        size: i64 = "size",
        mount_options: Vec<String> = "mountOptions",
    }
}

/// The configuration file of a log router
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef-custom-config.html>).
#[derive(Clone, Copy, Debug)]
pub struct ConfigFile<'d> {
    /// Its location: `s3`, or `file` for the image.
    pub kind: &'d Field<String>,
    /// The ARN of the object, or the path in the image.
    pub value: Option<&'d Field<String>>,
}

impl Container {
    /// Whether the task ends with it. The default is true
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>).
    ///
    /// # Errors
    /// The gap, if it cannot be read.
    pub fn is_essential(&self) -> Result<bool, Stop> {
        Ok(self.essential.get()?.copied().unwrap_or(true))
    }
}

impl FirelensConfiguration {
    /// The file, if the options set one.
    ///
    /// # Errors
    /// A gap, if the options cannot be read.
    pub fn file(&self) -> Result<Option<ConfigFile<'_>>, Stop> {
        Ok(self.options.get()?.and_then(ConfigFile::of))
    }
}

impl ConfigFile<'_> {
    /// The file in the options of a log router.
    pub fn of(options: &Named<String>) -> Option<ConfigFile<'_>> {
        let kind = options.get("config-file-type")?;
        Some(ConfigFile { kind, value: options.get("config-file-value") })
    }

    /// Whether it is in S3.
    ///
    /// # Errors
    /// A gap, if that cannot be read.
    pub fn is_in_s3(&self) -> Result<bool, Stop> {
        Ok(self.kind.get()?.is_some_and(|kind| kind == "s3"))
    }
}
