//! The secret or parameter that a reference points to, and its region.

use crate::document::{Container, Place};
use std::ops::Deref;

use super::subject::text;
use super::{CredentialsUse, Planned, SecretUse, Subject, Subjects, Task, Written};
use crate::knowledge::{Gap, Stop};
use crate::lookup::secretsmanager::DescribeSecret;
use crate::names::{Region, ValueFrom};

impl SecretUse<'_> {
    /// The region that is asked for a reference.
    ///
    /// # Errors
    /// A gap when no region is configured.
    pub fn region_asked(&self, reference: &ValueFrom) -> Result<Region, Stop> {
        match reference.region() {
            Some(region) => Ok(region.clone()),
            None => self.task.region().cloned(),
        }
    }

    /// The request for the secret that a reference points to.
    ///
    /// # Errors
    /// A gap when no region is configured; a defect for a reference to a parameter.
    pub fn lookup(&self, reference: &ValueFrom) -> Result<DescribeSecret, Stop> {
        let region = self.region_asked(reference)?;
        let id = match reference {
            ValueFrom::Secret(secret) => secret.secret_arn().to_string(),
            ValueFrom::SecretThroughParameter { secret_id, .. } => secret_id.clone(),
            ValueFrom::Parameter(parameter) => {
                let why = format!("{} is a parameter, not a secret", parameter.name);
                return Err(Gap::Defect { why }.into());
            }
        };
        Ok(DescribeSecret { region, id })
    }
}

impl CredentialsUse<'_> {
    /// The request for the secret: an ARN names its region, a name is looked up in the task's region.
    ///
    /// # Errors
    /// A gap for a placeholder; an absence for an ARN of something else.
    pub fn lookup(&self) -> Result<DescribeSecret, Stop> {
        let text = self.secret.get()?.map_or("", String::as_str);
        let wrong = |why: String| Stop::written(self.secret.place().subject(), why);
        if text.is_empty() {
            return Err(wrong("credentialsParameter does not name a secret".to_owned()));
        }
        if !text.starts_with("arn:") {
            return Ok(DescribeSecret { region: self.task.region()?.clone(), id: text.to_owned() });
        }
        match text.parse::<ValueFrom>() {
            // The text is the id of a secret, not a valueFrom: nothing after the name is taken apart
            // (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RepositoryCredentials.html).
            Ok(ValueFrom::Secret(secret)) if secret.arn.to_string() != text => Err(wrong(format!(
                "credentialsParameter takes no JSON key, stage or version: write {} alone",
                secret.secret_arn()
            ))),
            Ok(ValueFrom::Secret(secret)) => {
                let arn = secret.secret_arn();
                let region = arn.region.as_ref().map_or_else(|| self.task.region(), Ok)?;
                Ok(DescribeSecret { region: region.clone(), id: arn.to_string() })
            }
            Ok(_) => Err(wrong(format!("{text} is not the ARN of a secret"))),
            Err(flaw) => Err(wrong(flaw.to_string())),
        }
    }
}

/// A `valueFrom` that Secrets Manager answers, or may answer.
pub struct InSecretsManager<'t>(SecretUse<'t>);

/// A `valueFrom` that Parameter Store answers, or may answer.
pub struct InParameterStore<'t>(SecretUse<'t>);

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
