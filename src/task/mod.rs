//! What is judged: a task, and the parts of it that each check looks at.

mod demand;
mod deployment;
mod encrypted;
mod environment_file;
mod log;
mod mount;
mod requirement;
mod role;
mod rollout;
mod secret;
mod sender;
mod service;
mod stored;
mod subject;
mod volume;

pub use deployment::{Deployment, PassedTemplate, StackUse, UnseenStack};
pub use encrypted::{CredentialsUse, DecryptedUse, EncryptedUse};
pub use environment_file::EnvironmentFileUse;
pub use log::{AwslogsUse, FirelensFileUse, LOG_CALLS, SOME_TASK, StreamName};
pub use mount::{PLAIN_REFUSED, ROOT_REFUSED, root_directory};
pub use requirement::Requirement;
pub use role::{Duty, NO_ROLE, RoleUse};
pub use rollout::Rollout;
pub use secret::{InParameterStore, InSecretsManager};
pub use sender::{Attachment, Carrier, EgressPoint, NetworkPart, NetworkUse, SendsFrom};
pub use service::{Controller, LoadBalancerUse, Mapped, NO_SERVICE, ServiceUse, Strategy};
pub use stored::{EbsVolumeUse, LaunchVolumeUse, StoredUse};
pub use subject::{Listed, Subject, Subjects, Written};
pub use volume::{DrivenVolumeUse, Driver, EfsMountUse, EfsVolumeUse, Unmounted};

use crate::document::container::Secret;
use crate::document::launch::requested;
use crate::document::{
    Container, DeployTool, Field, LaunchTarget, Place, RunContext, Source, TaskDefinition,
    launch_targets,
};
use crate::knowledge::{Gap, Stop};
use crate::names::{ImageRef, Partition, Region, Registry, S3Object, ValueFrom};

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
    /// When to ask the IAM policy simulator about a permission.
    pub witness: Witness,
    /// The principal that deploys, if it is not the one that runs this tool.
    pub caller: Option<String>,
    /// When the account was read, in seconds since 1970; none if a recording does not say.
    pub now: Option<i64>,
    /// Whether the documents alone are judged: no check asks the account.
    pub documents_only: bool,
    /// The tool that registers the file, if the user named it.
    pub tool: Option<DeployTool>,
    /// What deploys it, if that is a template.
    pub deployment: Deployment,
}

/// When to ask the IAM policy simulator, in addition to the engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Witness {
    /// If a policy cannot be read, including those of the organization.
    #[default]
    Auto,
    /// If a policy of the principal cannot be read.
    OnlyIfBlind,
    /// Never.
    Never,
}

/// A subject, or why it cannot be read from the document.
pub type Planned<T> = Result<T, Box<Unplanned>>;

/// Why a subject cannot be read from the document.
pub struct Unplanned {
    /// Where the subject should be.
    pub place: Place,
    /// What was found instead.
    pub stop: Stop,
}

impl Unplanned {
    fn at<T>(field: &Field<T>, stop: Stop) -> Box<Unplanned> {
        Unplanned::in_place(field.place(), stop)
    }

    fn in_place(place: &Place, stop: Stop) -> Box<Unplanned> {
        Box::new(Unplanned { place: place.clone(), stop })
    }
}

/// The items of a list of subjects; if it cannot be read, that is recorded.
fn items<'t, T, U>(field: &'t Field<Vec<T>>, found: &mut Vec<Planned<U>>) -> &'t [T] {
    given(field, found).map_or(&[], Vec::as_slice)
}

/// The value that contains a subject; if it cannot be read, that is recorded.
fn given<'t, T, U>(field: &'t Field<T>, found: &mut Vec<Planned<U>>) -> Option<&'t T> {
    field.get().unwrap_or_else(|stop| {
        found.push(Err(Unplanned::at(field, stop)));
        None
    })
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
    /// The container; none for the proxy of Service Connect.
    pub container: Option<&'t Container>,
    /// The reference as written.
    pub value_from: &'t Field<String>,
    /// What it is for.
    pub purpose: Purpose,
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

    /// The launch targets that the task will run on, or must support.
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

    /// Whether the task may run on Fargate: by the request, otherwise by the definition.
    /// A definition that declares Fargate and EC2 does not run on Fargate if the request says EC2.
    ///
    /// # Errors
    /// A gap where the documents do not say.
    pub fn may_run_on_fargate(&self) -> Result<bool, Stop> {
        match requested(&self.context)? {
            Some(targets) => Ok(targets.iter().any(|target| target.is_fargate())),
            None => self.is_for_fargate(),
        }
    }

    /// Nothing in one partition reaches another. The sentence that says so, if `of` is not the partition that
    /// the task runs in; none if no region is configured.
    fn same_partition(&self, of: Partition, what: &str) -> Result<(), String> {
        match &self.home {
            Some(home) if home.partition() != of => Err(format!(
                "{what} is in partition {of}, but the task runs in {home}, in partition {}",
                home.partition()
            )),
            _ => Ok(()),
        }
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

    /// Each `valueFrom`: secrets and log options, those of the Service Connect proxy among them.
    pub fn value_froms(&self) -> Vec<Planned<SecretUse<'_>>> {
        let mut found = Vec::new();
        for planned in self.containers() {
            match planned {
                Err(unplanned) => found.push(Err(unplanned)),
                Ok(it) => it.value_froms(&mut found),
            }
        }
        let log = self.proxy_log(&mut found).and_then(|log| given(log, &mut found));
        let secrets = log.map_or(&[][..], |log| items(&log.secret_options, &mut found));
        found.extend(secrets.iter().map(|secret| {
            let (container, purpose) = (None, Purpose::LogOption);
            Ok(SecretUse { task: self, container, value_from: &secret.value_from, purpose })
        }));
        found
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
                let container = Some(container);
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
    /// A gap for a placeholder; an absence for a text that is no image reference, or one of an ECR that
    /// the task's partition cannot reach.
    pub fn reference(&self) -> Result<ImageRef, Stop> {
        let text = self.image.get()?.map_or("", String::as_str);
        let flawed = |flaw: String| Stop::written(self.image.place().subject(), flaw);
        let image = text.parse::<ImageRef>().map_err(|flaw| flawed(flaw.to_string()))?;
        if let Registry::Ecr(host) = &image.registry {
            self.task.same_partition(host.partition, "the image's registry").map_err(flawed)?;
        }
        Ok(image)
    }
}

impl SecretUse<'_> {
    /// The reference, parsed.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for a text that ECS would not read, or an ARN that the task's
    /// partition cannot reach.
    pub fn reference(&self) -> Result<ValueFrom, Stop> {
        let text = self.value_from.get()?.map_or("", String::as_str);
        let flawed = |flaw: String| Stop::written(self.value_from.place().subject(), flaw);
        let reference = text.parse::<ValueFrom>().map_err(|flaw| flawed(flaw.to_string()))?;
        if let Some(arn) = reference.arn() {
            self.task.same_partition(arn.partition, "the ARN").map_err(flawed)?;
        }
        Ok(reference)
    }

    /// Whether it may be a secret in Secrets Manager. A text that is not known yet may be either.
    pub fn may_be_secret(&self) -> bool {
        match self.reference() {
            Ok(ValueFrom::Secret(_) | ValueFrom::SecretThroughParameter { .. }) => true,
            Ok(ValueFrom::Parameter(_)) => false,
            Err(_) => self.reads_as_secret().unwrap_or(true),
        }
    }

    /// Whether it may be a parameter in Parameter Store.
    pub fn may_be_parameter(&self) -> bool {
        match self.reference() {
            Ok(ValueFrom::Parameter(_)) => true,
            Ok(ValueFrom::Secret(_) | ValueFrom::SecretThroughParameter { .. }) => false,
            Err(_) => !self.reads_as_secret().unwrap_or(false),
        }
    }

    /// What a text that does not parse looks like; nothing if it is not known yet.
    fn reads_as_secret(&self) -> Option<bool> {
        let text = self.value_from.get().ok().flatten()?;
        Some(text.contains(":secretsmanager:"))
    }
}

/// The S3 object that a field names.
fn object(field: &Field<String>, task: &Task) -> Result<S3Object, Stop> {
    let text = field.get()?.map_or("", String::as_str);
    let flawed = |flaw: String| Stop::written(field.place().subject(), flaw);
    let object = text.parse::<S3Object>().map_err(|flaw| flawed(flaw.to_string()))?;
    task.same_partition(object.partition, "the ARN").map_err(flawed)?;
    Ok(object)
}
