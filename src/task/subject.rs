//! What checks are judged per: the things that the documents name, and those that the account names.

use std::ops::Deref;

use super::{
    AwslogsUse, ContainerUse, CredentialsUse, DrivenVolumeUse, EbsVolumeUse, EfsMountUse,
    EfsVolumeUse, EncryptedUse, EnvironmentFileUse, FirelensFileUse, ImageUse, LaunchVolumeUse,
    NetworkUse, Planned, RoleUse, SecretUse, SenderUse, StoredUse, Task,
};
use crate::document::{Container, Field, Place};
use crate::facts::View;
use crate::knowledge::Stop;

/// All subjects of one kind in a task; or why there are none, as a sentence.
pub type Subjects<S> = Result<Vec<Planned<S>>, String>;

/// One thing that a check is judged per.
pub trait Subject {
    /// What it is called where a task has none: `secret`.
    const KIND: &'static str;

    /// Where it is written. For what only the account knows: where that is written which leads to it.
    fn place(&self) -> &Place;

    /// The container that it belongs to.
    fn container(&self) -> Option<&Container> {
        None
    }

    /// What it is: an ARN, an image, a name.
    fn resource(&self) -> Option<String>;
}

/// A subject that the documents name.
pub trait Written<'t>: Subject + Sized + 't {
    /// All of them in a task, in the order of the document.
    fn all(task: &'t Task) -> Subjects<Self>;
}

/// A subject that the account names, such as each container instance of a cluster: a fact gives the list,
/// and each member is judged by itself.
pub trait Told<'t>: Subject + Sized + 't {
    /// All of them for a task, in an order that only the facts decide.
    ///
    /// # Errors
    /// What keeps the list from being known: then that is the result of the check.
    fn all(task: &'t Task, facts: &View) -> Result<Vec<Self>, Stop>;
}

/// A `valueFrom` that Secrets Manager answers, or may answer.
pub struct InSecretsManager<'t>(SecretUse<'t>);

/// A `valueFrom` that Parameter Store answers, or may answer.
pub struct InParameterStore<'t>(SecretUse<'t>);

/// Something that the execution role decrypts.
pub struct DecryptedUse<'t>(EncryptedUse<'t>);

impl<'t> Deref for InSecretsManager<'t> {
    type Target = SecretUse<'t>;

    fn deref(&self) -> &SecretUse<'t> {
        &self.0
    }
}

impl<'t> Deref for InParameterStore<'t> {
    type Target = SecretUse<'t>;

    fn deref(&self) -> &SecretUse<'t> {
        &self.0
    }
}

impl<'t> Deref for DecryptedUse<'t> {
    type Target = EncryptedUse<'t>;

    fn deref(&self) -> &EncryptedUse<'t> {
        &self.0
    }
}

/// The `valueFrom`s that one service answers, or may answer.
fn of_service<'t, S>(
    task: &'t Task,
    answers: impl Fn(&SecretUse) -> bool,
    wrap: impl Fn(SecretUse<'t>) -> S,
) -> Vec<Planned<S>> {
    let wanted = |planned: &Planned<SecretUse>| planned.as_ref().map_or(true, &answers);
    let all = task.value_froms().into_iter();
    all.filter(wanted).map(|planned| planned.map(&wrap)).collect()
}

/// What the field says, unless that is not known yet.
fn text(field: &Field<String>) -> Option<String> {
    field.get().ok().flatten().cloned()
}

impl Subject for ContainerUse<'_> {
    const KIND: &'static str = "container";

    fn place(&self) -> &Place {
        &self.container.place
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(&self.container.name)
    }
}

impl<'t> Written<'t> for ContainerUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.containers())
    }
}

impl Subject for ImageUse<'_> {
    const KIND: &'static str = "image";

    fn place(&self) -> &Place {
        self.image.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(self.image)
    }
}

impl<'t> Written<'t> for ImageUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.images())
    }
}

impl Subject for SecretUse<'_> {
    const KIND: &'static str = "secret or parameter";

    fn place(&self) -> &Place {
        self.value_from.place()
    }

    fn container(&self) -> Option<&Container> {
        self.container
    }

    fn resource(&self) -> Option<String> {
        text(self.value_from)
    }
}

impl<'t> Written<'t> for SecretUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.value_froms())
    }
}

impl Subject for InSecretsManager<'_> {
    const KIND: &'static str = "secret";

    fn place(&self) -> &Place {
        self.value_from.place()
    }

    fn container(&self) -> Option<&Container> {
        self.container
    }

    fn resource(&self) -> Option<String> {
        text(self.value_from)
    }
}

impl<'t> Written<'t> for InSecretsManager<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(of_service(task, |it| it.may_be_secret(), InSecretsManager))
    }
}

impl Subject for InParameterStore<'_> {
    const KIND: &'static str = "parameter";

    fn place(&self) -> &Place {
        self.value_from.place()
    }

    fn container(&self) -> Option<&Container> {
        self.container
    }

    fn resource(&self) -> Option<String> {
        text(self.value_from)
    }
}

impl<'t> Written<'t> for InParameterStore<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(of_service(task, |it| it.may_be_parameter(), InParameterStore))
    }
}

impl Subject for EnvironmentFileUse<'_> {
    const KIND: &'static str = "environment file";

    fn place(&self) -> &Place {
        self.file.value.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(&self.file.value)
    }
}

impl<'t> Written<'t> for EnvironmentFileUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.environment_files())
    }
}

impl Subject for RoleUse<'_> {
    const KIND: &'static str = "role";

    fn place(&self) -> &Place {
        self.role.place()
    }

    fn resource(&self) -> Option<String> {
        text(self.role)
    }
}

impl<'t> Written<'t> for RoleUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.roles())
    }
}

impl Subject for CredentialsUse<'_> {
    const KIND: &'static str = "registry credentials";

    fn place(&self) -> &Place {
        self.secret.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(self.secret)
    }
}

impl<'t> Written<'t> for CredentialsUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.registry_credentials())
    }
}

impl Subject for EncryptedUse<'_> {
    const KIND: &'static str = "thing that is encrypted with a KMS key";

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
    const KIND: &'static str = "thing that is encrypted with a KMS key";

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

impl Subject for AwslogsUse<'_> {
    const KIND: &'static str = "log configuration with the driver awslogs";

    fn place(&self) -> &Place {
        &self.log.place
    }

    fn container(&self) -> Option<&Container> {
        self.container
    }

    fn resource(&self) -> Option<String> {
        self.group_field().and_then(text)
    }
}

impl<'t> Written<'t> for AwslogsUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.awslogs())
    }
}

impl Subject for FirelensFileUse<'_> {
    const KIND: &'static str = "FireLens configuration in S3";

    fn place(&self) -> &Place {
        self.file.place()
    }

    fn container(&self) -> Option<&Container> {
        Some(self.container)
    }

    fn resource(&self) -> Option<String> {
        text(self.file)
    }
}

impl<'t> Written<'t> for FirelensFileUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.firelens_files())
    }
}

impl Subject for StoredUse<'_> {
    const KIND: &'static str = "EBS volume, and no cluster on Fargate";

    fn place(&self) -> &Place {
        self.field().place()
    }

    fn resource(&self) -> Option<String> {
        text(self.field())
    }
}

impl<'t> Written<'t> for StoredUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.stored())
    }
}

impl Subject for LaunchVolumeUse<'_> {
    const KIND: &'static str = "volume that is configured at launch";

    fn place(&self) -> &Place {
        LaunchVolumeUse::place(self)
    }

    fn resource(&self) -> Option<String> {
        text(self.name())
    }
}

impl<'t> Written<'t> for LaunchVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.launch_volumes())
    }
}

impl Subject for EbsVolumeUse<'_> {
    const KIND: &'static str = "EBS volume that ECS creates";

    fn place(&self) -> &Place {
        &self.configuration.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.configuration.name)
    }
}

impl<'t> Written<'t> for EbsVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.ebs_volumes())
    }
}

impl Subject for EfsVolumeUse<'_> {
    const KIND: &'static str = "volume on EFS";

    fn place(&self) -> &Place {
        &self.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.efs.file_system_id)
    }
}

impl<'t> Written<'t> for EfsVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.efs_volumes())
    }
}

impl Subject for EfsMountUse<'_> {
    const KIND: &'static str = "volume on EFS";

    fn place(&self) -> &Place {
        &self.volume.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.volume.efs.file_system_id)
    }
}

impl<'t> Written<'t> for EfsMountUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.efs_mounts())
    }
}

impl Subject for DrivenVolumeUse<'_> {
    const KIND: &'static str = "volume on FSx or S3 Files, or with a Docker driver";

    fn place(&self) -> &Place {
        &self.volume.place
    }

    fn resource(&self) -> Option<String> {
        text(&self.volume.name)
    }
}

impl<'t> Written<'t> for DrivenVolumeUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.driven_volumes())
    }
}

impl Subject for NetworkUse<'_> {
    const KIND: &'static str = "network configuration";

    fn place(&self) -> &Place {
        NetworkUse::place(self)
    }

    fn resource(&self) -> Option<String> {
        self.name().map(str::to_owned)
    }
}

impl<'t> Written<'t> for NetworkUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        Ok(task.network_parts())
    }
}

impl Subject for SenderUse<'_> {
    const KIND: &'static str = "place that calls leave from";

    fn place(&self) -> &Place {
        SenderUse::place(self)
    }

    fn resource(&self) -> Option<String> {
        Some(self.name().to_owned())
    }
}

impl<'t> Written<'t> for SenderUse<'t> {
    fn all(task: &'t Task) -> Subjects<Self> {
        task.senders()
    }
}
