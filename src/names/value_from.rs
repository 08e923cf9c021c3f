//! The `valueFrom` of a secret
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html>).

use std::fmt;
use std::str::FromStr;

use super::parameter::ParameterRef;
use super::secret::SecretRef;
use super::{AccountId, Arn, ArnError, Owner, Partition, Region};

/// Parameter Store serves secrets of Secrets Manager under this path
/// (<https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html>).
const SECRETS_PATH: &str = "/aws/reference/secretsmanager/";

/// Where the value of a secret comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueFrom {
    /// Secrets Manager.
    Secret(SecretRef),
    /// Parameter Store.
    Parameter(ParameterRef),
    /// Secrets Manager through Parameter Store: both services must allow it.
    SecretThroughParameter {
        /// The name of the secret.
        secret_id: String,
        /// The parameter that refers to it.
        parameter: ParameterRef,
    },
}

/// Why a text is not a `valueFrom`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFromError {
    /// It is empty.
    #[error("valueFrom is empty; write the ARN of a secret, or the name or ARN of a parameter")]
    Empty,
    /// A dynamic reference of CloudFormation, which ECS does not resolve.
    #[error("ECS does not resolve `{0}`; write the ARN of the secret or parameter instead")]
    DynamicReference(String),
    /// No such partition.
    #[error("`{partition}` in `{arn}` is not an AWS partition; most accounts are in `aws`")]
    UnknownPartition {
        /// The second field.
        partition: String,
        /// The whole text.
        arn: String,
    },
    /// The ARN is broken in another way.
    #[error("`{arn}` is not a valid ARN: {problem}")]
    Arn {
        /// What is written.
        arn: String,
        /// What is wrong with it.
        problem: ArnError,
    },
    /// Neither Secrets Manager nor Parameter Store.
    #[error(
        "`{0}` is an ARN of the service {service}; a secret comes from Secrets Manager or from Parameter Store",
        service = .0.service
    )]
    OtherService(Arn),
    /// The region is in another partition than the ARN.
    #[error(
        "`{arn}` is in partition {partition}, but its region is in {of_region}; start it with arn:{of_region}:",
        partition = .arn.partition
    )]
    PartitionOfRegion {
        /// The ARN.
        arn: Arn,
        /// The partition that its region is in.
        of_region: Partition,
    },
    /// No region in the ARN.
    #[error("`{0}` contains no region")]
    NoRegion(Arn),
    /// No account in the ARN.
    #[error("`{0}` contains no account")]
    NoAccount(Arn),
    /// An ARN of the right service, but not of a secret.
    #[error(
        "`{0}` is not the ARN of a secret; the part after the account must start with `secret:`"
    )]
    NotASecret(Arn),
    /// An ARN of the right service, but not of a parameter.
    #[error(
        "`{0}` is not the ARN of a parameter; the part after the account must start with `parameter/`"
    )]
    NotAParameter(Arn),
    /// Neither none nor all of the three fields after the secret's name.
    #[error(
        "`{arn}` has {found} of the three fields that may follow the name of a secret; \
         write all three colons: `{example}`"
    )]
    FieldCount {
        /// What is written.
        arn: String,
        /// How many fields follow the name.
        found: usize,
        /// The end of the ARN as it should be.
        example: String,
    },
    /// A staging label and a version id.
    #[error("`{0}` has both a version stage and a version id; leave one of them empty")]
    StageAndVersion(Arn),
    /// The name is missing.
    #[error("`{0}` does not contain the name of a secret or parameter")]
    NoName(String),
    /// Invalid characters in the name.
    #[error(
        "`{name}` contains {character:?}, which is not allowed in the name of a secret or parameter"
    )]
    Character {
        /// The name.
        name: String,
        /// The first invalid character.
        character: char,
    },
    /// Two slashes in a row.
    #[error(
        "`{0}` has two slashes in a row; the parameter /a/b is `/a/b`, and `parameter/a/b` in an ARN"
    )]
    DoubleSlash(String),
    /// The fields of a secret after the name of a parameter.
    #[error("`{0}` has a JSON key after a parameter; only the ARN of a secret can have one")]
    JsonKeyOnParameter(String),
    /// A version or label of a secret that is read through Parameter Store.
    #[error(
        "`{0}` has a version, which a reference to Secrets Manager through Parameter Store \
         cannot have; write the ARN of the secret with a version stage instead"
    )]
    VersionOnReference(String),
}

impl ValueFrom {
    /// The region, if the reference contains it; otherwise it is the task's.
    pub fn region(&self) -> Option<&Region> {
        self.arn().and_then(|arn| arn.region.as_ref())
    }

    /// The account, if the reference contains it; otherwise it is the task's.
    pub fn account(&self) -> Option<&AccountId> {
        self.arn().and_then(Arn::account)
    }

    /// The ARN, if the reference is one.
    pub fn arn(&self) -> Option<&Arn> {
        match self {
            ValueFrom::Secret(secret) => Some(&secret.arn),
            ValueFrom::Parameter(parameter)
            | ValueFrom::SecretThroughParameter { parameter, .. } => parameter.arn.as_ref(),
        }
    }
}

impl FromStr for ValueFrom {
    type Err = ValueFromError;

    fn from_str(text: &str) -> Result<ValueFrom, ValueFromError> {
        if text.is_empty() {
            return Err(ValueFromError::Empty);
        }
        if text.contains("{{resolve:") {
            return Err(ValueFromError::DynamicReference(text.to_owned()));
        }
        if !text.starts_with("arn:") {
            return read_parameter(text, text, None);
        }
        let arn = read_arn(text)?;
        match arn.service.as_str() {
            "secretsmanager" => read_secret(text, arn).map(ValueFrom::Secret),
            "ssm" => match arn.resource.strip_prefix("parameter/").map(str::to_owned) {
                Some(name) => read_parameter(text, &name, Some(arn)),
                None => Err(ValueFromError::NotAParameter(arn)),
            },
            _ => Err(ValueFromError::OtherService(arn)),
        }
    }
}

/// An ARN with a region and account that can have a secret or parameter.
fn read_arn(text: &str) -> Result<Arn, ValueFromError> {
    let arn: Arn = text.parse().map_err(|problem| match problem {
        ArnError::Partition(unknown) => {
            ValueFromError::UnknownPartition { partition: unknown.0, arn: text.to_owned() }
        }
        problem => ValueFromError::Arn { arn: text.to_owned(), problem },
    })?;
    if !matches!(arn.service.as_str(), "secretsmanager" | "ssm") {
        return Err(ValueFromError::OtherService(arn));
    }
    if let Some(of_region) = arn.region_of_another_partition().map(Region::partition) {
        return Err(ValueFromError::PartitionOfRegion { arn, of_region });
    }
    if arn.region.is_none() {
        return Err(ValueFromError::NoRegion(arn));
    }
    // The public parameters of AWS belong to no account.
    let public = arn.service == "ssm" && arn.resource.starts_with("parameter/aws/service/");
    if arn.account().is_none() && !(public && arn.owner == Owner::Unnamed) {
        return Err(ValueFromError::NoAccount(arn));
    }
    Ok(arn)
}

/// The agent accepts the name alone, or the name and exactly three more fields, each of which may be empty
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html>).
fn read_secret(text: &str, mut arn: Arn) -> Result<SecretRef, ValueFromError> {
    let Some(fields) = arn.resource.strip_prefix("secret:").map(str::to_owned) else {
        return Err(ValueFromError::NotASecret(arn));
    };
    let fields: Vec<&str> = fields.split(':').collect();
    let (id, json_key, stage, version) = match fields[..] {
        [id] => (id, "", "", ""),
        [id, json_key, stage, version] => (id, json_key, stage, version),
        _ => {
            let example = example(&fields);
            return Err(ValueFromError::FieldCount {
                arn: text.to_owned(),
                found: fields.len() - 1,
                example,
            });
        }
    };
    check_name(text, id, "/_+=.@-!")?;
    if !stage.is_empty() && !version.is_empty() {
        return Err(ValueFromError::StageAndVersion(arn));
    }
    arn.resource = format!("secret:{id}");
    let some = |field: &str| (!field.is_empty()).then(|| field.to_owned());
    Ok(SecretRef {
        written: text.to_owned(),
        arn,
        id: id.to_owned(),
        json_key: some(json_key),
        stage: some(stage),
        version: some(version),
    })
}

/// The text with the right number of colons.
fn example(fields: &[&str]) -> String {
    let field = |at: usize| fields.get(at).copied().unwrap_or("");
    format!("secret:{}:{}:{}:{}", field(0), field(1), field(2), field(3))
}

/// A parameter by name, or by the part after `parameter/` in its ARN.
fn read_parameter(text: &str, name: &str, arn: Option<Arn>) -> Result<ValueFrom, ValueFromError> {
    if name.contains("//") || (arn.is_some() && name.starts_with('/')) {
        return Err(ValueFromError::DoubleSlash(text.to_owned()));
    }
    let (name, selector) = match name.split_once(':') {
        Some((_, selector)) if selector.contains(':') => {
            return Err(ValueFromError::JsonKeyOnParameter(text.to_owned()));
        }
        Some((name, selector)) => (name, Some(selector)),
        None => (name, None),
    };
    // Only names of several parts must begin with a slash.
    let name = match arn {
        Some(_) if name.contains('/') => format!("/{name}"),
        _ => name.to_owned(),
    };
    let arn = arn
        .map(|arn| Arn { resource: format!("parameter/{}", name.trim_start_matches('/')), ..arn });
    let parameter = |name: String| ParameterRef {
        written: text.to_owned(),
        name,
        arn,
        selector: selector.map(str::to_owned),
    };
    if let Some(secret_id) = name.strip_prefix(SECRETS_PATH) {
        check_name(text, secret_id, "/_+=.@-!")?;
        if selector.is_some() {
            return Err(ValueFromError::VersionOnReference(text.to_owned()));
        }
        return Ok(ValueFrom::SecretThroughParameter {
            secret_id: secret_id.to_owned(),
            parameter: parameter(name),
        });
    }
    check_name(text, name.trim_start_matches('/'), "/_.-")?;
    if let Some(selector) = selector {
        check_name(text, selector, "_.-")?;
    }
    Ok(ValueFrom::Parameter(parameter(name)))
}

/// Letters, digits, and other characters that the service allows.
fn check_name(text: &str, name: &str, others: &str) -> Result<(), ValueFromError> {
    if name.is_empty() {
        return Err(ValueFromError::NoName(text.to_owned()));
    }
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !others.contains(*c)) {
        Some(character) => Err(ValueFromError::Character { name: name.to_owned(), character }),
        None => Ok(()),
    }
}

impl fmt::Display for ValueFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueFrom::Secret(secret) => secret.fmt(f),
            ValueFrom::Parameter(parameter)
            | ValueFrom::SecretThroughParameter { parameter, .. } => parameter.fmt(f),
        }
    }
}

serde_as_text!(ValueFrom);

#[cfg(test)]
mod tests;
