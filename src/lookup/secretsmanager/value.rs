//! What the value of a secret looks like, never the value: the only lookups that read one. They run only with
//! `--read-secrets`, and keep only their answer.

use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{NO_SECRET, named};
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;

const ABSENT: &[&str] = &["ResourceNotFoundException"];

/// Whether a version of a secret is JSON and has a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SecretKey {
    /// The region.
    pub region: Region,
    /// The secret's ARN.
    pub id: String,
    /// The staging label, if one is requested.
    pub stage: Option<String>,
    /// The version, if one is requested.
    pub version: Option<String>,
    /// The JSON key.
    pub key: String,
}

/// The form of the value, without the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretForm {
    /// A JSON object that has the key.
    HasKey,
    /// A JSON object that lacks it.
    LacksKey,
    /// Text that is not a JSON object.
    NotJson,
    /// Binary: ECS reads text only.
    Binary,
}

impl Lookup for SecretKey {
    type Fact = SecretForm;
    const CALL: Call = Call("secretsmanager:GetSecretValue");
    const ABSENT: &'static [&'static str] = ABSENT;
    const READS_SECRET: bool = true;

    fn named(&self) -> Named {
        named(&self.id)
    }

    fn what(&self) -> String {
        format!("JSON key {} of secret {} in {}", self.key, self.id, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no such version of secret {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying("Use an existing version of the secret: aws secretsmanager list-secret-version-ids lists them")
            .instead_of(NO_SECRET)
    }

    async fn fetch(&self, services: &Services) -> Answer<SecretForm> {
        let version = (self.stage.clone(), self.version.clone());
        read(self, services, (&self.region, &self.id), version, |text| match text {
            Some(text) => form(text, &self.key),
            None => SecretForm::Binary,
        })
        .await
    }
}

fn form(text: &str, key: &str) -> SecretForm {
    match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(object) if object.contains_key(key) => SecretForm::HasKey,
        Ok(_) => SecretForm::LacksKey,
        Err(_) => SecretForm::NotJson,
    }
}

/// Whether the value of a secret can sign in to a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CredentialsValue {
    /// The region.
    pub region: Region,
    /// The secret's ARN or name.
    pub id: String,
}

/// The form of the credentials, without the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialsForm {
    /// A JSON object with a user name and a password.
    Complete,
    /// A JSON object in which these keys are missing or empty.
    Lacks(Vec<String>),
    /// A JSON object in which these keys are not text; or, without any, text that is not a JSON object.
    Invalid(Vec<String>),
    /// No text: the secret is empty or binary.
    Empty,
}

impl Lookup for CredentialsValue {
    type Fact = CredentialsForm;
    const CALL: Call = Call("secretsmanager:GetSecretValue");
    const ABSENT: &'static [&'static str] = ABSENT;
    const READS_SECRET: bool = true;

    fn named(&self) -> Named {
        named(&self.id)
    }

    fn what(&self) -> String {
        format!("form of the credentials in secret {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        format!("secret {} in {} has no value", self.id, self.region)
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying("Write {\"username\": ..., \"password\": ...} to a file, and store it in the secret: aws secretsmanager put-secret-value")
            .instead_of(NO_SECRET)
    }

    async fn fetch(&self, services: &Services) -> Answer<CredentialsForm> {
        let secret = (&self.region, self.id.as_str());
        let judge = |text: Option<&str>| text.map_or(CredentialsForm::Empty, credentials);
        read(self, services, secret, (None, None), judge).await
    }
}

/// The agent's JSON reader ignores the case of the names of keys, reads no number or list as text, and takes
/// `null` for a missing key (<https://github.com/aws/amazon-ecs-agent/blob/master/agent/asm/asm.go>,
/// <https://pkg.go.dev/encoding/json#Unmarshal>).
fn credentials(text: &str) -> CredentialsForm {
    if text.is_empty() {
        return CredentialsForm::Empty;
    }
    let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else {
        return CredentialsForm::Invalid(Vec::new());
    };
    let (mut lacking, mut invalid) = (Vec::new(), Vec::new());
    for name in ["username", "password"] {
        let mut named = object.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        match named.next().map(|(_, value)| value) {
            None | Some(Value::Null) => lacking.push(name.to_owned()),
            Some(Value::String(value)) if value.is_empty() => lacking.push(name.to_owned()),
            Some(Value::String(_)) => {}
            Some(_) => invalid.push(name.to_owned()),
        }
    }
    match (invalid.is_empty(), lacking.is_empty()) {
        (false, _) => CredentialsForm::Invalid(invalid),
        (true, false) => CredentialsForm::Lacks(lacking),
        (true, true) => CredentialsForm::Complete,
    }
}

/// Reads a value, and returns only what `judge` says of its text; there is none if the value is binary.
#[expect(
    clippy::disallowed_methods,
    reason = "the only guarded call: runs only with --read-secrets, and the value is dropped here"
)]
async fn read<L: Lookup>(
    lookup: &L,
    services: &Services,
    (region, id): (&Region, &str),
    (stage, version): (Option<String>, Option<String>),
    judge: impl FnOnce(Option<&str>) -> L::Fact,
) -> Answer<L::Fact> {
    let client = services.secretsmanager(region);
    let reply = client
        .get_secret_value()
        .secret_id(id)
        .set_version_stage(stage)
        .set_version_id(version)
        .customize()
        .interceptor(Members::of(lookup))
        .send()
        .await;
    classify::answer(lookup, reply, |it: GetSecretValueOutput| {
        match (it.secret_string, it.secret_binary) {
            (Some(text), _) => Ok(judge(Some(&text))),
            (None, Some(_)) => Ok(judge(None)),
            (None, None) => Err("the value"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::CredentialsForm::{Complete, Empty, Invalid, Lacks};
    use super::*;

    #[test]
    fn credentials_are_read_as_the_agent_reads_them() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let cases = [
            (r#"{"username": "u", "password": "p"}"#, Complete),
            (r#"{"Username": "u", "PASSWORD": "p", "host": 1}"#, Complete),
            (r#"{"username": "u"}"#, Lacks(names(&["password"]))),
            (r#"{"username": "", "password": null}"#, Lacks(names(&["username", "password"]))),
            (r#"{"user": "u", "pass": "p"}"#, Lacks(names(&["username", "password"]))),
            (r#"{"username": 1, "password": "p"}"#, Invalid(names(&["username"]))),
            (r#"{"username": ["u"]}"#, Invalid(names(&["username"]))),
            ("u:p", Invalid(Vec::new())),
            (r#"["u", "p"]"#, Invalid(Vec::new())),
            ("", Empty),
        ];
        for (text, form) in cases {
            assert_eq!(credentials(text), form, "{text}");
        }
    }
}
