//! AWS Secrets Manager: whether a secret exists, never its value.

mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::Members;
use super::pages::Pages;
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify, policy_document};
use crate::knowledge::{Purpose, Seen};
use crate::names::{Region, ValueFrom};
use crate::shell::ShellCommand;

pub use value::{SecretForm, SecretValue, Wanted};

/// A secret, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeSecret {
    /// The region.
    pub region: Region,
    /// The secret's ARN or name.
    pub id: String,
}

/// The metadata of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// The full ARN, with its six-character suffix.
    pub arn: String,
    /// The customer managed key; none for the account's default key.
    pub kms_key: Option<String>,
    /// The date of its scheduled deletion, if there is one. AWS's pages disagree on whether it is the date of
    /// the request or of the deletion.
    pub deleted: Option<String>,
    /// The staging labels of each version.
    pub versions: BTreeMap<String, Vec<String>>,
    /// Its tags; none in an older recording.
    #[serde(default)]
    pub tags: Option<BTreeMap<String, String>>,
}

impl Secret {
    /// A sentence if it is scheduled for deletion.
    pub fn scheduled_for_deletion(&self) -> Option<String> {
        let date = self.deleted.as_ref()?;
        Some(format!("{} is scheduled for deletion on {date}", self.arn))
    }

    /// The fix for a scheduled deletion.
    pub fn restored(&self, region: &Region) -> Mend {
        Mend::by(
            ShellCommand::of("aws secretsmanager restore-secret")
                .option("--secret-id", &self.arn)
                .region(region),
        )
        .saying("Restore the secret, or use another one")
    }
}

/// The error of a task with a missing secret.
pub const NO_SECRET: &str = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried <n> time(s): ... ResourceNotFoundException";

/// What names a secret in an answer. The suffix of an ARN may be left out of a request
/// (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen>).
fn named(id: &str) -> Named {
    match id.starts_with("arn:") {
        true => Named::suffixed("ARN", id),
        false => Named::by("Name", id),
    }
}

impl DescribeSecret {
    /// Its name, if it was requested by an ARN with a suffix, in an account that may be the caller's.
    fn name_without_suffix(&self, missing: &Missing) -> Option<String> {
        let Ok(ValueFrom::Secret(secret)) = self.id.parse() else { return None };
        let (name, _) = secret.id.rsplit_once('-').filter(|_| secret.has_suffix())?;
        let is_foreign = missing.is_outside(secret.account()?);
        (!is_foreign).then(|| name.to_owned())
    }
}

impl Lookup for DescribeSecret {
    type Fact = Secret;
    const CALL: Call = Call("secretsmanager:DescribeSecret");
    const ABSENT: &'static [&'static str] = &["ResourceNotFoundException"];

    fn named(&self) -> Named {
        named(&self.id)
    }

    fn what(&self) -> String {
        format!("secret {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    /// The six characters at the end of an ARN are often wrong: they change if a secret is deleted and
    /// created again. In the caller's account the name still finds it.
    fn mend(&self, missing: &Missing) -> Mend {
        let (error, remedy) = match missing.purpose {
            Some(Purpose::RegistryCredentials) => (
                "CannotPullContainerAuthError: asm fetching secret from the service for <id>: ResourceNotFoundException: Secrets Manager can't find the specified secret.",
                "Create the secret with {\"username\": ..., \"password\": ...}, or correct its ARN",
            ),
            Some(Purpose::UpstreamCredentials) => (
                "CannotPullContainerError: ... UnableToGetUpstreamImageException",
                "Create the secret again with this name, which starts with ecr-pullthroughcache/, or set another one in the pull-through cache rule (aws ecr update-pull-through-cache-rule)",
            ),
            Some(Purpose::VolumeCredentials) => (
                "unable to mount file system <fs>",
                "Create the secret with {\"username\": ..., \"password\": ...}, or correct its ARN",
            ),
            _ => (NO_SECRET, "Create the secret, or correct its name or ARN"),
        };
        let mend = Mend::default().saying(remedy).instead_of(error);
        if let Some(arn) = missing.arn {
            return mend.saying(format!("Use the full ARN of the secret: {arn}"));
        }
        let Some(name) = self.name_without_suffix(missing) else { return mend };
        let mend = mend.and(
            ShellCommand::of("aws secretsmanager describe-secret")
                .option("--secret-id", name)
                .flag("--query ARN --output text")
                .region(&self.region),
        );
        match missing.purpose {
            None => mend.saying("Correct the last six characters of the ARN, which Secrets Manager generates (the command prints the right ARN if a secret with this name exists), or create the secret"),
            Some(_) => mend.saying(format!(
                "{remedy}; Secrets Manager generates the last six characters of an ARN (the command prints the right ARN if a secret with this name exists)"
            )),
        }
    }

    async fn fetch(&self, services: &Services) -> Answer<Secret> {
        let client = services.secretsmanager(&self.region);
        let reply = client
            .describe_secret()
            .secret_id(&self.id)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            Ok(Secret {
                arn: it.arn.ok_or("the ARN")?,
                kms_key: it.kms_key_id,
                deleted: it.deleted_date.map(|date| day(&date)),
                versions: it.version_ids_to_stages.unwrap_or_default().into_iter().collect(),
                tags: Some(
                    it.tags
                        .into_iter()
                        .flatten()
                        .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
                        .collect(),
                ),
            })
        })
    }
}

/// The date of a time.
fn day(time: &aws_smithy_types::DateTime) -> String {
    let text = time.to_string();
    text.split_once('T').map_or(text.clone(), |(day, _)| day.to_owned())
}

/// All versions of a secret, including those without a staging label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListSecretVersions {
    /// The region.
    pub region: Region,
    /// The secret's ARN.
    pub id: String,
}

impl Lookup for ListSecretVersions {
    type Fact = Vec<String>;
    const CALL: Call = Call("secretsmanager:ListSecretVersionIds");
    const ABSENT: &'static [&'static str] = &["ResourceNotFoundException"];

    fn named(&self) -> Named {
        let name = self.id.rsplit_once(":secret:").map_or(&*self.id, |(_, name)| name);
        Named::unsuffixed("Name", name)
    }

    fn what(&self) -> String {
        format!("versions of secret {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no secret {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying(format!("Run again: {} was there a moment ago", self.id))
            .instead_of(NO_SECRET)
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let client = services.secretsmanager(&self.region);
        let (mut found, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = client
                .list_secret_version_ids()
                .secret_id(&self.id)
                .include_deprecated(true)
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of(self))
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let list =
                page.versions.ok_or_else(|| classify::incomplete(self, "the list of versions"))?;
            found.extend(list.into_iter().filter_map(|version| version.version_id));
            if !pages.turn(self, page.next_token)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

/// The resource policy of a secret, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetSecretPolicy {
    /// The region.
    pub region: Region,
    /// The secret's ARN.
    pub id: String,
}

impl Lookup for GetSecretPolicy {
    type Fact = Option<Value>;
    const CALL: Call = Call("secretsmanager:GetResourcePolicy");
    const ABSENT: &'static [&'static str] = &["ResourceNotFoundException"];

    fn named(&self) -> Named {
        named(&self.id)
    }

    fn what(&self) -> String {
        format!("resource policy of secret {} in {}", self.id, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no secret {} in {}", self.id, self.region)
    }

    fn resource(&self) -> String {
        self.id.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default()
            .saying(format!("Run again: {} was there a moment ago", self.id))
            .instead_of(NO_SECRET)
    }

    async fn fetch(&self, services: &Services) -> Answer<Option<Value>> {
        let client = services.secretsmanager(&self.region);
        let reply = client
            .get_resource_policy()
            .secret_id(&self.id)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            // The ARN distinguishes the answer from an empty one: without a policy it contains nothing else.
            it.arn.ok_or("the ARN")?;
            it.resource_policy.as_deref().map(policy_document::plain).transpose()
        })
    }
}
