//! Everything of a task that is, or may be, encrypted.

use std::ops::Deref;

use super::subject::text;
use super::{
    AwslogsUse, ContainerUse, EnvironmentFileUse, FirelensFileUse, Planned, SecretUse, StoredUse,
    Subject, Subjects, Task, Unplanned, Written,
};
use crate::document::{Container, Field, Place};

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

/// Something that is, or may be, encrypted with a KMS key.
#[derive(Clone, Copy)]
pub enum EncryptedUse<'t> {
    /// A secret or a parameter.
    ValueFrom(SecretUse<'t>),
    /// A registry's credentials.
    Credentials(CredentialsUse<'t>),
    /// An environment file.
    EnvironmentFile(EnvironmentFileUse<'t>),
    /// The configuration of a log router.
    FirelensFile(FirelensFileUse<'t>),
    /// A log group.
    LogGroup(AwslogsUse<'t>, &'t Field<String>),
    /// A disk that AWS makes for the task.
    Stored(StoredUse<'t>),
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

    /// Everything that may be encrypted: what the execution role decrypts, then log groups and disks.
    pub fn encrypted(&self) -> Vec<Planned<EncryptedUse<'_>>> {
        let mut found = self.decrypted();
        // The checks on logs report everything else about log configurations.
        found.extend(self.awslogs().into_iter().flatten().filter_map(log_group).map(Ok));
        found.extend(self.stored().into_iter().map(|it| it.map(EncryptedUse::Stored)));
        found
    }

    /// What the execution role decrypts before the containers start.
    pub fn decrypted(&self) -> Vec<Planned<EncryptedUse<'_>>> {
        let value_froms = self.value_froms().into_iter().map(|it| it.map(EncryptedUse::ValueFrom));
        let credentials =
            self.registry_credentials().into_iter().map(|it| it.map(EncryptedUse::Credentials));
        let files =
            self.environment_files().into_iter().map(|it| it.map(EncryptedUse::EnvironmentFile));
        let routers =
            self.firelens_files().into_iter().map(|it| it.map(EncryptedUse::FirelensFile));
        value_froms.chain(credentials).chain(files).chain(routers).collect()
    }
}

/// The log group of a log configuration that names one.
fn log_group(it: AwslogsUse<'_>) -> Option<EncryptedUse<'_>> {
    Some(EncryptedUse::LogGroup(it, it.group_field()?))
}

impl<'t> EncryptedUse<'t> {
    /// The task.
    pub fn task(&self) -> &'t Task {
        match self {
            EncryptedUse::ValueFrom(it) => it.task,
            EncryptedUse::Credentials(it) => it.task,
            EncryptedUse::EnvironmentFile(it) => it.task,
            EncryptedUse::FirelensFile(it) => it.task,
            EncryptedUse::LogGroup(it, _) => it.task,
            EncryptedUse::Stored(it) => it.task(),
        }
    }

    /// Where it is written.
    pub fn field(&self) -> &'t Field<String> {
        match self {
            EncryptedUse::ValueFrom(it) => it.value_from,
            EncryptedUse::Credentials(it) => it.secret,
            EncryptedUse::EnvironmentFile(it) => &it.file.value,
            EncryptedUse::FirelensFile(it) => it.file,
            EncryptedUse::LogGroup(_, group) => group,
            EncryptedUse::Stored(it) => it.field(),
        }
    }

    /// The container that uses it, if one does.
    pub fn container(&self) -> Option<&'t Container> {
        match self {
            EncryptedUse::ValueFrom(it) => it.container,
            EncryptedUse::Credentials(it) => Some(it.container),
            EncryptedUse::EnvironmentFile(it) => Some(it.container),
            EncryptedUse::FirelensFile(it) => Some(it.container),
            EncryptedUse::LogGroup(it, _) => it.container,
            EncryptedUse::Stored(_) => None,
        }
    }
}

/// Something that the execution role decrypts.
pub struct DecryptedUse<'t>(EncryptedUse<'t>);

impl<'t> Deref for DecryptedUse<'t> {
    type Target = EncryptedUse<'t>;

    fn deref(&self) -> &EncryptedUse<'t> {
        &self.0
    }
}

impl Subject for EncryptedUse<'_> {
    const KIND: &'static str = "secret, file, log group or disk that a KMS key can encrypt";

    fn place(&self) -> &Place {
        self.field().place()
    }

    fn container(&self) -> Option<&Container> {
        EncryptedUse::container(self)
    }

    fn resource(&self) -> Option<String> {
        text(self.field())
    }
}

impl<'t> Written<'t> for EncryptedUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.encrypted())
    }
}

impl Subject for DecryptedUse<'_> {
    const KIND: &'static str = "secret, file, log group or disk that a KMS key can encrypt";

    fn place(&self) -> &Place {
        self.field().place()
    }

    fn container(&self) -> Option<&Container> {
        EncryptedUse::container(self)
    }

    fn resource(&self) -> Option<String> {
        text(self.field())
    }
}

impl<'t> Written<'t> for DecryptedUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.decrypted().into_iter().map(|planned| planned.map(DecryptedUse)).collect())
    }
}
