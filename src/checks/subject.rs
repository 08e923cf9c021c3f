//! What is judged: a task, and the things in it that checks are judged per.

use crate::document::container::{EnvironmentFile, Secret};
use crate::document::run_context::{ManagedEbsVolume, VolumeConfiguration};
use crate::document::{
    Container, Field, LaunchTarget, Place, RunContext, Source, TaskDefinition, launch_targets,
};
use crate::knowledge::{Gap, Stop};
use crate::names::{ImageRef, Partition, Region, RoleRef, S3Object, ValueFrom};

/// One task definition, and what is known of where it will run.
pub struct Task {
    /// The document, for checks of its form.
    pub source: Source,
    /// What it says.
    pub definition: TaskDefinition,
    /// Where it will run, as far as the user said.
    pub context: RunContext,
    /// The region of the run; none when only offline checks run.
    pub home: Option<Region>,
    /// Whether the user allowed reading secrets' values to prove that a JSON key exists.
    pub read_secrets: bool,
}

/// A subject, or why the document does not yield it.
pub type Planned<T> = Result<T, Box<Unplanned>>;

/// Why the document does not even say what there is to judge.
pub struct Unplanned {
    /// Where the subject should stand.
    pub place: Place,
    /// What stands in its place.
    pub stop: Stop,
}

impl Unplanned {
    fn at<T>(field: &Field<T>, stop: Stop) -> Box<Unplanned> {
        Box::new(Unplanned { place: field.place().clone(), stop })
    }
}

/// One container.
#[derive(Clone, Copy)]
pub struct ContainerUse<'t> {
    /// The task it belongs to.
    pub task: &'t Task,
    /// The container.
    pub container: &'t Container,
}

/// The image of one container.
#[derive(Clone, Copy)]
pub struct ImageUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container that runs it.
    pub container: &'t Container,
    /// The reference as written.
    pub image: &'t Field<String>,
}

/// What a value is fetched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An environment variable: `secrets`.
    Environment,
    /// An option of the log driver: `logConfiguration.secretOptions`.
    LogOption,
}

/// One `valueFrom`.
#[derive(Clone, Copy)]
pub struct SecretUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container.
    pub container: &'t Container,
    /// The reference as written.
    pub value_from: &'t Field<String>,
    /// What it is for.
    pub purpose: Purpose,
}

/// One environment file.
#[derive(Clone, Copy)]
pub struct EnvironmentFileUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container.
    pub container: &'t Container,
    /// The file.
    pub file: &'t EnvironmentFile,
}

/// The secret with the credentials of one container's registry.
#[derive(Clone, Copy)]
pub struct CredentialsUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The container.
    pub container: &'t Container,
    /// The ARN or the name of the secret, as written.
    pub secret: &'t Field<String>,
}

/// One EBS volume that ECS creates for the task.
#[derive(Clone, Copy)]
pub struct EbsVolumeUse<'t> {
    /// The task.
    pub task: &'t Task,
    /// The volume as the launch input configures it.
    pub configuration: &'t VolumeConfiguration,
    /// What ECS makes of it.
    pub ebs: &'t ManagedEbsVolume,
}

/// Something that is, or may be, encrypted with a KMS key.
#[derive(Clone, Copy)]
pub enum EncryptedUse<'t> {
    /// A secret or a parameter.
    ValueFrom(SecretUse<'t>),
    /// A registry's credentials.
    Credentials(CredentialsUse<'t>),
    /// An environment file.
    EnvironmentFile(EnvironmentFileUse<'t>),
    /// An EBS volume.
    Volume(EbsVolumeUse<'t>),
}

impl Task {
    /// The region of the run.
    ///
    /// # Errors
    /// A gap when none is configured.
    pub fn region(&self) -> Result<&Region, Stop> {
        self.home.as_ref().ok_or_else(|| {
            let why = "no region is configured (--region, AWS_REGION or the profile)".to_owned();
            Gap::Undecidable { why }.into()
        })
    }

    /// The partition of the run.
    ///
    /// # Errors
    /// A gap when no region is configured.
    pub fn partition(&self) -> Result<Partition, Stop> {
        self.region().map(Region::partition)
    }

    /// What the task will run on, or must be fit for.
    ///
    /// # Errors
    /// A gap where the documents do not say.
    pub fn launch_targets(&self) -> Result<Vec<LaunchTarget>, Stop> {
        launch_targets(&self.definition, &self.context)
    }

    /// Whether Fargate's rules apply.
    ///
    /// # Errors
    /// A gap where the documents do not say.
    pub fn is_for_fargate(&self) -> Result<bool, Stop> {
        Ok(self.launch_targets()?.iter().any(|target| target.is_fargate()))
    }

    /// The execution role: that of the run-task input, otherwise that of the definition.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn execution_role(&self) -> Result<Option<RoleRef>, Stop> {
        let overridden = &self.context.overrides.execution_role_arn;
        let field = match overridden.is_missing() {
            true => &self.definition.execution_role_arn,
            false => overridden,
        };
        role(field)
    }

    /// Each container.
    pub fn containers(&self) -> Vec<Planned<ContainerUse<'_>>> {
        match self.definition.container_definitions.get() {
            Ok(None) => Vec::new(),
            Ok(Some(containers)) => containers
                .iter()
                .map(|container| Ok(ContainerUse { task: self, container }))
                .collect(),
            Err(stop) => vec![Err(Unplanned::at(&self.definition.container_definitions, stop))],
        }
    }

    /// The image of each container that has one.
    pub fn images(&self) -> Vec<Planned<ImageUse<'_>>> {
        self.containers()
            .into_iter()
            .filter(|planned| !matches!(planned, Ok(it) if it.container.image.is_missing()))
            .map(|planned| {
                let ContainerUse { task, container } = planned?;
                Ok(ImageUse { task, container, image: &container.image })
            })
            .collect()
    }

    /// Each `valueFrom`: secrets and log options.
    pub fn value_froms(&self) -> Vec<Planned<SecretUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(it) => it.value_froms(&mut found),
            }
        }
        found
    }

    /// Each environment file.
    pub fn environment_files(&self) -> Vec<Planned<EnvironmentFileUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(ContainerUse { task, container }) => match container.environment_files.get() {
                    Ok(files) => found.extend(
                        files
                            .into_iter()
                            .flatten()
                            .map(|file| Ok(EnvironmentFileUse { task, container, file })),
                    ),
                    Err(stop) => {
                        found.push(Err(Unplanned::at(&container.environment_files, stop)));
                    }
                },
            }
        }
        found
    }
}

impl Task {
    /// The registry credentials of each container that names some.
    pub fn registry_credentials(&self) -> Vec<Planned<CredentialsUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(ContainerUse { task, container }) => {
                    let credentials = &container.repository_credentials;
                    match credentials.get() {
                        Ok(None) => {}
                        Ok(Some(it)) => {
                            let secret = &it.credentials_parameter;
                            found.push(Ok(CredentialsUse { task, container, secret }));
                        }
                        Err(stop) => found.push(Err(Unplanned::at(credentials, stop))),
                    }
                }
            }
        }
        found
    }

    /// Each EBS volume that ECS creates.
    pub fn ebs_volumes(&self) -> Vec<Planned<EbsVolumeUse<'_>>> {
        let field = &self.context.request.volume_configurations;
        let volumes = match field.get() {
            Ok(volumes) => volumes.into_iter().flatten(),
            Err(stop) => return vec![Err(Unplanned::at(field, stop))],
        };
        volumes
            .filter_map(|configuration| match configuration.managed_ebs.get() {
                Ok(None) => None,
                Ok(Some(ebs)) => Some(Ok(EbsVolumeUse { task: self, configuration, ebs })),
                Err(stop) => Some(Err(Unplanned::at(&configuration.managed_ebs, stop))),
            })
            .collect()
    }

    /// Everything that may be encrypted: what the execution role decrypts, then the volumes.
    pub fn encrypted(&self) -> Vec<Planned<EncryptedUse<'_>>> {
        let mut found = self.decrypted();
        found.extend(self.ebs_volumes().into_iter().map(|it| it.map(EncryptedUse::Volume)));
        found
    }

    /// What the execution role decrypts before the containers start.
    pub fn decrypted(&self) -> Vec<Planned<EncryptedUse<'_>>> {
        let value_froms = self.value_froms().into_iter().map(|it| it.map(EncryptedUse::ValueFrom));
        let credentials =
            self.registry_credentials().into_iter().map(|it| it.map(EncryptedUse::Credentials));
        let files =
            self.environment_files().into_iter().map(|it| it.map(EncryptedUse::EnvironmentFile));
        value_froms.chain(credentials).chain(files).collect()
    }
}

/// The role that a field names.
fn role(field: &Field<String>) -> Result<Option<RoleRef>, Stop> {
    let Some(text) = field.get()?.filter(|text| !text.is_empty()) else { return Ok(None) };
    let role = text.parse::<RoleRef>();
    role.map(Some).map_err(|flaw| Stop::written(field.place().subject(), flaw.to_string()))
}

impl EbsVolumeUse<'_> {
    /// The infrastructure role, which creates the volume.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that names no role.
    pub fn role(&self) -> Result<Option<RoleRef>, Stop> {
        role(&self.ebs.role_arn)
    }
}

impl<'t> EncryptedUse<'t> {
    /// The task.
    pub fn task(&self) -> &'t Task {
        match self {
            EncryptedUse::ValueFrom(it) => it.task,
            EncryptedUse::Credentials(it) => it.task,
            EncryptedUse::EnvironmentFile(it) => it.task,
            EncryptedUse::Volume(it) => it.task,
        }
    }

    /// Where it is written.
    pub fn field(&self) -> &'t Field<String> {
        match self {
            EncryptedUse::ValueFrom(it) => it.value_from,
            EncryptedUse::Credentials(it) => it.secret,
            EncryptedUse::EnvironmentFile(it) => &it.file.value,
            EncryptedUse::Volume(it) => &it.ebs.kms_key_id,
        }
    }

    /// The container that it is for, if it is for one.
    pub fn container(&self) -> Option<&'t Container> {
        match self {
            EncryptedUse::ValueFrom(it) => Some(it.container),
            EncryptedUse::Credentials(it) => Some(it.container),
            EncryptedUse::EnvironmentFile(it) => Some(it.container),
            EncryptedUse::Volume(_) => None,
        }
    }
}

impl<'t> ContainerUse<'t> {
    fn value_froms(&self, found: &mut Vec<Planned<SecretUse<'t>>>) {
        let container = self.container;
        self.collect(&container.secrets, Purpose::Environment, found);
        match container.log_configuration.get() {
            Ok(Some(log)) => self.collect(&log.secret_options, Purpose::LogOption, found),
            Ok(None) => {}
            Err(stop) => found.push(Err(Unplanned::at(&container.log_configuration, stop))),
        }
    }

    fn collect(
        &self,
        secrets: &'t Field<Vec<Secret>>,
        purpose: Purpose,
        found: &mut Vec<Planned<SecretUse<'t>>>,
    ) {
        let ContainerUse { task, container } = *self;
        match secrets.get() {
            Ok(secrets) => found.extend(secrets.into_iter().flatten().map(|secret| {
                Ok(SecretUse { task, container, value_from: &secret.value_from, purpose })
            })),
            Err(stop) => found.push(Err(Unplanned::at(secrets, stop))),
        }
    }
}

impl ImageUse<'_> {
    /// The reference, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that is no image reference.
    pub fn reference(&self) -> Result<ImageRef, Stop> {
        let text = self.image.get()?.map_or("", String::as_str);
        text.parse::<ImageRef>()
            .map_err(|flaw| Stop::written(self.image.place().subject(), flaw.to_string()))
    }
}

impl SecretUse<'_> {
    /// The reference, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that ECS would not read.
    pub fn reference(&self) -> Result<ValueFrom, Stop> {
        let text = self.value_from.get()?.map_or("", String::as_str);
        text.parse::<ValueFrom>()
            .map_err(|flaw| Stop::written(self.value_from.place().subject(), flaw.to_string()))
    }

    /// Whether Secrets Manager answers for it, judged by the text even where it does not parse.
    pub fn is_secret(&self) -> bool {
        match self.reference() {
            Ok(ValueFrom::Secret(_) | ValueFrom::SecretThroughParameter { .. }) => true,
            Ok(ValueFrom::Parameter(_)) => false,
            Err(_) => self
                .value_from
                .get()
                .ok()
                .flatten()
                .is_some_and(|text| text.contains(":secretsmanager:")),
        }
    }
}

impl EnvironmentFileUse<'_> {
    /// The S3 object, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that is no ARN of an S3 object.
    pub fn object(&self) -> Result<S3Object, Stop> {
        let text = self.file.value.get()?.map_or("", String::as_str);
        text.parse::<S3Object>()
            .map_err(|flaw| Stop::written(self.file.value.place().subject(), flaw.to_string()))
    }
}
