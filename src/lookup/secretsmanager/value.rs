//! What the value of a secret looks like, never the value: the only lookup that reads one. It runs only with
//! `--read-secrets`, and keeps only its answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{NO_SECRET, named};
use crate::lookup::members::Members;
use crate::lookup::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::names::Region;

/// A question about the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SecretValue {
    /// The region.
    pub region: Region,
    /// The secret's ARN or name.
    pub id: String,
    /// What the value has to be.
    #[serde(flatten)]
    pub wanted: Wanted,
}

/// What the value of a secret has to be.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum Wanted {
    /// A JSON object with this key.
    Key {
        /// The staging label, if one is requested.
        stage: Option<String>,
        /// The version, if one is requested.
        version: Option<String>,
        /// The JSON key.
        key: String,
    },
    /// A user name and a password for a registry.
    Credentials {},
}

/// The form of a value, without the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretForm {
    /// What was wanted.
    Complete,
    /// A JSON object in which these keys are missing, or empty in credentials.
    Lacks(Vec<String>),
    /// A JSON object in which these keys of credentials are not text.
    Invalid(Vec<String>),
    /// Text that is not a JSON object.
    NotJson,
    /// An empty text.
    Empty,
    /// Binary: ECS reads text only.
    Binary,
}

impl Lookup for SecretValue {
    type Fact = SecretForm;
    const CALL: Call = Call("secretsmanager:GetSecretValue");
    const ABSENT: &'static [&'static str] = &["ResourceNotFoundException"];

    fn named(&self) -> Named {
        named(&self.id)
    }

    fn what(&self) -> String {
        let what = match &self.wanted {
            Wanted::Key { key, .. } => format!("JSON key {key} of"),
            Wanted::Credentials {} => "form of the credentials in".to_owned(),
        };
        format!("{what} secret {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        let SecretValue { region, id, wanted } = self;
        match wanted {
            Wanted::Key { .. } => format!("there is no such version of secret {id} in {region}"),
            Wanted::Credentials {} => format!("secret {id} in {region} has no value"),
        }
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        let remedy = match self.wanted {
            Wanted::Key { .. } => {
                "Use an existing version of the secret: aws secretsmanager list-secret-version-ids lists them"
            }
            Wanted::Credentials {} => {
                "Write {\"username\": ..., \"password\": ...} to a file, and store it in the secret: aws secretsmanager put-secret-value"
            }
        };
        Mend::default().saying(remedy).instead_of(NO_SECRET)
    }

    /// Reads the value, and returns only what is wrong with it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only guarded call: runs only with --read-secrets, and the value is dropped here"
    )]
    async fn fetch(&self, services: &Services) -> Answer<SecretForm> {
        let (stage, version) = match &self.wanted {
            Wanted::Key { stage, version, .. } => (stage.clone(), version.clone()),
            Wanted::Credentials {} => (None, None),
        };
        let client = services.secretsmanager(&self.region);
        let reply = client
            .get_secret_value()
            .secret_id(&self.id)
            .set_version_stage(stage)
            .set_version_id(version)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| match (it.secret_string, it.secret_binary) {
            (Some(text), _) => Ok(self.wanted.form(&text)),
            (None, Some(_)) => Ok(SecretForm::Binary),
            (None, None) => Err("the value"),
        })
    }
}

impl Wanted {
    fn form(&self, text: &str) -> SecretForm {
        if text.is_empty() {
            return SecretForm::Empty;
        }
        let Ok(object) = serde_json::from_str::<Map<String, Value>>(text) else {
            return SecretForm::NotJson;
        };
        match self {
            Wanted::Key { key, .. } if object.contains_key(key) => SecretForm::Complete,
            Wanted::Key { key, .. } => SecretForm::Lacks(vec![key.clone()]),
            Wanted::Credentials {} => credentials(&object),
        }
    }
}

/// The agent's JSON reader ignores the case of the names of keys, reads no number or list as text, and takes
/// `null` for a missing key (<https://github.com/aws/amazon-ecs-agent/blob/master/agent/asm/asm.go>,
/// <https://pkg.go.dev/encoding/json#Unmarshal>).
fn credentials(object: &Map<String, Value>) -> SecretForm {
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
        (false, _) => SecretForm::Invalid(invalid),
        (true, false) => SecretForm::Lacks(lacking),
        (true, true) => SecretForm::Complete,
    }
}

#[cfg(test)]
mod tests {
    use super::SecretForm::{Complete, Empty, Invalid, Lacks, NotJson};
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn credentials_are_read_as_the_agent_reads_them() {
        let cases = [
            (r#"{"username": "u", "password": "p"}"#, Complete),
            (r#"{"Username": "u", "PASSWORD": "p", "host": 1}"#, Complete),
            (r#"{"username": "u"}"#, Lacks(names(&["password"]))),
            (r#"{"username": "", "password": null}"#, Lacks(names(&["username", "password"]))),
            (r#"{"user": "u", "pass": "p"}"#, Lacks(names(&["username", "password"]))),
            (r#"{"username": 1, "password": "p"}"#, Invalid(names(&["username"]))),
            (r#"{"username": ["u"]}"#, Invalid(names(&["username"]))),
            ("u:p", NotJson),
            (r#"["u", "p"]"#, NotJson),
            ("", Empty),
        ];
        for (text, form) in cases {
            assert_eq!(Wanted::Credentials {}.form(text), form, "{text}");
        }
    }

    #[test]
    fn a_key_is_looked_for_by_its_exact_name_whatever_its_value() {
        let wanted = Wanted::Key { stage: None, version: None, key: "password".to_owned() };
        let cases = [
            (r#"{"password": "p"}"#, Complete),
            (r#"{"password": null}"#, Complete),
            (r#"{"Password": "p"}"#, Lacks(names(&["password"]))),
            (r#""password""#, NotJson),
            ("", Empty),
        ];
        for (text, form) in cases {
            assert_eq!(wanted.form(text), form, "{text}");
        }
    }
}
