//! The attributes that a task requires of a container instance.
//!
//! ECS computes them at registration, and a registered definition lists them. For others they are predicted.
//! The names are those that the container agent advertises
//! (<https://github.com/aws/amazon-ecs-agent>). AWS does not publish which of them ECS computes: proven are those
//! that public outputs of DescribeTaskDefinition show for the field.

use super::Task;
use crate::document::launch::OperatingSystem;
use crate::document::volume::Volume;
use crate::document::{Container, Field, Place};
use crate::knowledge::Stop;
use crate::names::{ImageRef, Registry, ValueFrom};

/// An attribute that a container instance needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// Its name.
    pub attribute: String,
    /// Its value, if it needs a certain one.
    pub value: Option<String>,
    /// What requires it: "`logDriver` is gelf".
    pub because: String,
    /// Where that is written.
    pub place: Place,
    /// Whether it is proven that ECS requires it.
    pub is_proven: bool,
}

const DOCKER: &str = "com.amazonaws.ecs.capability.";
const AGENT: &str = "ecs.capability.";

impl Task {
    /// The attributes that each container instance needs for the task.
    ///
    /// # Errors
    /// A gap for a placeholder.
    pub fn required_attributes(&self) -> Result<Vec<Requirement>, Stop> {
        let mut found = Vec::new();
        let registered = self.definition.requires_attributes.items()?;
        for attribute in registered {
            let Some(name) = attribute.name.get()? else { continue };
            found.push(Requirement {
                attribute: name.clone(),
                value: attribute.value.get()?.filter(|value| !value.is_empty()).cloned(),
                because: "the registered task definition lists it in `requiresAttributes`"
                    .to_owned(),
                place: self.definition.requires_attributes.place().clone(),
                is_proven: true,
            });
        }
        self.of_platform(&mut found)?;
        if registered.is_empty() {
            self.predicted(&mut found)?;
        }
        found.dedup_by(|one, other| one.attribute == other.attribute);
        Ok(found)
    }

    fn of_platform(&self, found: &mut Vec<Requirement>) -> Result<(), Stop> {
        let definition = &self.definition;
        if definition.runtime_platform.is_missing() {
            return Ok(());
        }
        let place = definition.runtime_platform.place();
        let architecture = match definition.architecture()? {
            Some("X86_64") => Some("x86_64"),
            Some("ARM64") => Some("arm64"),
            _ => None,
        };
        let system = match definition.operating_system()? {
            OperatingSystem::Linux => "linux",
            OperatingSystem::Windows(_) => "windows",
        };
        let both = [("ecs.cpu-architecture", architecture), ("ecs.os-type", Some(system))];
        for (name, value) in both {
            let Some(value) = value else { continue };
            found.push(Requirement {
                attribute: name.to_owned(),
                value: Some(value.to_owned()),
                because: "`runtimePlatform` says so".to_owned(),
                place: place.clone(),
                is_proven: true,
            });
        }
        Ok(())
    }

    fn predicted(&self, found: &mut Vec<Requirement>) -> Result<(), Stop> {
        let definition = &self.definition;
        let mode = definition.network_mode.get()?.map_or("bridge", String::as_str);
        let executes = definition.execution_role_arn.get()?.is_some_and(|arn| !arn.is_empty());
        let mut of = Predicted { found, executes };
        if mode == "awsvpc" {
            let place = definition.network_mode.place();
            of.proven(AGENT, "task-eni", "`networkMode` is awsvpc", place);
        }
        if definition.task_role_arn.get()?.is_some_and(|arn| !arn.is_empty()) {
            let place = definition.task_role_arn.place();
            of.proven(DOCKER, "task-iam-role", "`taskRoleArn` is set", place);
            if mode == "host" {
                let because = "`taskRoleArn` is set and `networkMode` is host";
                of.proven(DOCKER, "task-iam-role-network-host", because, place);
            }
        }
        let modes = [
            (&definition.pid_mode, "`pidMode` is set"),
            (&definition.ipc_mode, "`ipcMode` is set"),
        ];
        for (mode, because) in modes {
            if !mode.is_missing() {
                of.likely(AGENT, "pid-ipc-namespace-sharing", because, mode.place());
            }
        }
        if !definition.proxy_configuration.is_missing() {
            let place = definition.proxy_configuration.place();
            of.likely(AGENT, "aws-appmesh", "`proxyConfiguration` is set", place);
        }
        if definition.enable_fault_injection.get()? == Some(&true) {
            let place = definition.enable_fault_injection.place();
            of.likely(AGENT, "fault-injection", "`enableFaultInjection` is true", place);
        }
        for volume in definition.volumes.items()? {
            of.volume(volume)?;
        }
        let request = &self.context.request;
        if request.enable_execute_command.get()? == Some(&true) {
            let place = request.enable_execute_command.place();
            of.likely(AGENT, "execute-command", "`enableExecuteCommand` is true", place);
        }
        if let Some(connect) = request.service_connect.get()?
            && connect.enabled.get()? == Some(&true)
        {
            let because = "`serviceConnectConfiguration` is enabled";
            of.likely(AGENT, "service-connect-v1", because, connect.enabled.place());
        }
        for container in definition.container_definitions.items()? {
            of.container(container)?;
        }
        Ok(())
    }
}

struct Predicted<'f> {
    found: &'f mut Vec<Requirement>,
    /// Whether the task has an execution role.
    executes: bool,
}

impl Predicted<'_> {
    fn proven(&mut self, prefix: &str, name: &str, because: &str, place: &Place) {
        self.add(prefix, name, because, place, true);
    }

    fn likely(&mut self, prefix: &str, name: &str, because: &str, place: &Place) {
        self.add(prefix, name, because, place, false);
    }

    fn add(&mut self, prefix: &str, name: &str, because: &str, place: &Place, is_proven: bool) {
        let attribute = format!("{prefix}{name}");
        if self.found.iter().any(|it| it.attribute == attribute) {
            return;
        }
        self.found.push(Requirement {
            attribute,
            value: None,
            because: because.to_owned(),
            place: place.clone(),
            is_proven,
        });
    }

    fn container(&mut self, it: &Container) -> Result<(), Stop> {
        self.logs(it)?;
        if let Some(image) = it.image.get()?
            && image
                .parse::<ImageRef>()
                .is_ok_and(|image| matches!(image.registry, Registry::Ecr(_)))
        {
            let place = it.image.place();
            self.proven(DOCKER, "ecr-auth", "the image is in Amazon ECR", place);
            if self.executes {
                let because = "the image is in Amazon ECR and `executionRoleArn` is set";
                self.proven(AGENT, "execution-role-ecr-pull", because, place);
            }
        }
        if it.privileged.get()? == Some(&true) {
            let place = it.privileged.place();
            self.proven(DOCKER, "privileged-container", "`privileged` is true", place);
        }
        let present = [
            (
                !it.repository_credentials.is_missing(),
                "private-registry-authentication.secretsmanager",
                "`repositoryCredentials` is set",
                it.repository_credentials.place(),
            ),
            (
                !it.environment_files.items()?.is_empty(),
                "env-files.s3",
                "`environmentFiles` is set",
                it.environment_files.place(),
            ),
            (
                !it.depends_on.items()?.is_empty(),
                "container-ordering",
                "`dependsOn` is set",
                it.depends_on.place(),
            ),
            (
                !it.restart_policy.is_missing(),
                "container-restart-policy",
                "`restartPolicy` is set",
                it.restart_policy.place(),
            ),
        ];
        for (is_set, name, because, place) in present {
            if is_set {
                self.likely(AGENT, name, because, place);
            }
        }
        for mapping in it.port_mappings.items()? {
            if !mapping.container_port_range.is_missing() {
                let place = mapping.container_port_range.place();
                self.likely(
                    AGENT,
                    "network.container-port-range",
                    "`containerPortRange` is set",
                    place,
                );
            }
        }
        for secret in it.secrets.items()? {
            self.secret(&secret.value_from, "environment-variables")?;
        }
        if let Some(router) = it.firelens_configuration.get()?
            && let Some(kind) = router.kind.get()?
        {
            let because = format!("`firelensConfiguration` is of type {kind}");
            self.likely(AGENT, &format!("firelens.{kind}"), &because, router.kind.place());
        }
        Ok(())
    }

    /// Encryption in transit, an access point and IAM need more than a plain EFS volume.
    fn volume(&mut self, it: &Volume) -> Result<(), Stop> {
        let Some(efs) = it.efs.get()? else { return Ok(()) };
        let place = it.efs.place();
        self.proven(AGENT, "efs", "`efsVolumeConfiguration` is set", place);
        let is_encrypted = efs.transit_encryption.get()?.is_some_and(|it| it == "ENABLED");
        if is_encrypted || !efs.authorization.is_missing() {
            let because = "the EFS volume uses encryption in transit or authorization";
            self.proven(AGENT, "efsAuth", because, place);
        }
        Ok(())
    }

    fn logs(&mut self, it: &Container) -> Result<(), Stop> {
        let Some(log) = it.log_configuration.get()? else { return Ok(()) };
        let Some(driver) = log.log_driver.get()?.filter(|driver| !driver.is_empty()) else {
            return Ok(());
        };
        let place = log.log_driver.place();
        let because = format!("`logDriver` is {driver}");
        self.proven(DOCKER, &format!("logging-driver.{driver}"), &because, place);
        if driver == "awslogs" && self.executes {
            let because = "`logDriver` is awslogs and `executionRoleArn` is set";
            self.proven(AGENT, "execution-role-awslogs", because, place);
        }
        for secret in log.secret_options.items()? {
            self.secret(&secret.value_from, "bootstrap.log-driver")?;
        }
        Ok(())
    }

    fn secret(&mut self, value_from: &Field<String>, purpose: &str) -> Result<(), Stop> {
        let Some(text) = value_from.get()? else { return Ok(()) };
        let service = match text.parse::<ValueFrom>() {
            Ok(ValueFrom::Secret(_)) => "asm",
            Ok(ValueFrom::Parameter(_)) => "ssm",
            _ => return Ok(()),
        };
        let because = match service {
            "asm" => "a value is read from Secrets Manager",
            _ => "a value is read from Parameter Store",
        };
        let name = format!("secrets.{service}.{purpose}");
        let is_proven = purpose == "environment-variables";
        self.add(AGENT, &name, because, value_from.place(), is_proven);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::story::Story;

    /// The attributes that are proven to be required, and those that only probably are, without prefixes.
    fn required(fields: &str, container: &str) -> (Vec<String>, Vec<String>) {
        let container = format!(r#"{{"name": "app", "image": "nginx", "memory": 64{container}}}"#);
        let story = Story::containers_and(&container, &format!(r#""tags": []{fields}"#));
        let all = story.worked_out(|task, _| task.required_attributes()).unwrap();
        let short = |name: &str| {
            let name = name.trim_start_matches("com.amazonaws.");
            name.trim_start_matches("ecs.capability.").to_owned()
        };
        let (proven, likely): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.is_proven);
        let names =
            |list: Vec<super::Requirement>| list.iter().map(|it| short(&it.attribute)).collect();
        (names(proven), names(likely))
    }

    #[test]
    fn each_field_requires_its_attributes() {
        let ecr = r#", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1""#;
        let awslogs = r#", "logConfiguration": {"logDriver": "awslogs"}"#;
        let asm = r#", "secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf"}]"#;
        let role = r#", "taskRoleArn": "arn:aws:iam::111122223333:role/app""#;
        let puller = r#", "executionRoleArn": "arn:aws:iam::111122223333:role/pull""#;
        let efs = |more: &str| {
            format!(
                r#", "volumes": [{{"name": "v", "efsVolumeConfiguration": {{"fileSystemId": "fs-1"{more}}}}}]"#
            )
        };
        let (plain, encrypted) = (efs(""), efs(r#", "transitEncryption": "ENABLED""#));
        let host = format!(r#"{role}, "networkMode": "host""#);
        let cases: [(&str, &str, &[&str], &[&str]); 13] = [
            ("", "", &[], &[]),
            // Definitions with a size do not require task-cpu-mem-limit.
            (r#", "cpu": "256", "memory": "512""#, "", &[], &[]),
            (r#", "networkMode": "awsvpc""#, "", &["task-eni"], &[]),
            ("", awslogs, &["logging-driver.awslogs"], &[]),
            (puller, awslogs, &["logging-driver.awslogs", "execution-role-awslogs"], &[]),
            (role, "", &["task-iam-role"], &[]),
            (&host, "", &["task-iam-role", "task-iam-role-network-host"], &[]),
            ("", r#", "privileged": true"#, &["privileged-container"], &[]),
            ("", asm, &["secrets.asm.environment-variables"], &[]),
            (&plain, "", &["efs"], &[]),
            (&encrypted, "", &["efs", "efsAuth"], &[]),
            (r#", "pidMode": "task""#, "", &[], &["pid-ipc-namespace-sharing"]),
            (
                r#", "runtimePlatform": {"cpuArchitecture": "ARM64"}"#,
                "",
                &["ecs.cpu-architecture", "ecs.os-type"],
                &[],
            ),
        ];
        for (fields, container, proven, likely) in cases {
            let (found, probable) = required(fields, container);
            assert_eq!(
                (&*found, &*probable),
                (&*owned(proven), &*owned(likely)),
                "{fields}{container}"
            );
        }
        let image = Story::containers(&format!(r#"{{"name": "app", "memory": 64{ecr}}}"#));
        let all = image.worked_out(|task, _| task.required_attributes()).unwrap();
        assert_eq!(all[0].attribute, "com.amazonaws.ecs.capability.ecr-auth");
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}
