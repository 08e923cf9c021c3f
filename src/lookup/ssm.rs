//! AWS Systems Manager Parameter Store: whether a parameter exists, never its value.

use std::collections::BTreeMap;

use aws_sdk_ssm::types::{ParameterMetadata, ParameterType, ResourceTypeForTagging};
use serde::{Deserialize, Serialize};

use super::members::Members;
use super::pages::Pages;
use super::{Answer, Batch, Call, Lookup, Mend, Missing, Named, Services, classify};
use crate::knowledge::{Absence, Gap, Purpose, Seen};
use crate::names::Region;
use crate::shell::{ShellCommand, Word};

/// A parameter, without its value. `GetParameters` would return plain values even without decryption, so
/// `DescribeParameters` is used: best effort, paged, and possibly with empty pages
/// (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html>).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeParameter {
    /// The region.
    pub region: Region,
    /// The name: `/app/log-level`.
    pub name: String,
    /// The ARN, for a parameter of another account: it is listed only if it is shared with this one.
    pub shared: Option<String>,
}

/// The metadata of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The key of a SecureString: an alias, an id or an ARN.
    pub kms_key: Option<String>,
    /// `Standard` or `Advanced`; only the latter can be shared.
    pub tier: Option<String>,
}

/// The answer if there is no parameter, but a secret with this name.
const NAMES_A_SECRET: &str = "ParameterNotFound, but a secret of this name";

/// The absence of a parameter whose name is that of a secret.
pub fn named_like_secret(absence: &Absence, arn: &str) -> Absence {
    Absence {
        sentence: format!(
            "{}, but Secrets Manager has a secret with this name: {arn}",
            absence.sentence
        ),
        said: NAMES_A_SECRET.to_owned(),
    }
}

/// The result of reading all pages: the list, or the gap that ended it.
type Listed = Result<Vec<ParameterMetadata>, Gap>;

impl DescribeParameter {
    /// The parameter, or what was probably meant.
    fn replaced(&self, missing: &Missing) -> Mend {
        if missing.absence.said == NAMES_A_SECRET {
            return Mend::by(
                ShellCommand::of("aws secretsmanager describe-secret")
                    .option("--secret-id", &self.name)
                    .flag("--query ARN --output text")
                    .region(&self.region),
            )
            .saying("Set valueFrom to the ARN of the secret: a plain name refers to a parameter");
        }
        if self.shared.is_some() {
            return Mend::default().saying(
                "Let the owner share the parameter with this account, or use one of this account",
            );
        }
        // From a file, so that the value is neither made up nor in the shell history.
        Mend::by(
            ShellCommand::of("aws ssm put-parameter --type SecureString")
                .option("--name", &self.name)
                .option("--value", Word::of("file://").and_placeholder("VALUE"))
                .region(&self.region),
        )
        .saying("Write the value into a file, without a newline at its end, and create the parameter from it, or correct the name; a parameter of another region needs its full ARN")
    }
}

impl Lookup for DescribeParameter {
    type Fact = Parameter;
    const CALL: Call = Call("ssm:DescribeParameters");

    fn named(&self) -> Named {
        match self.shared {
            None => Named::by("Parameters/Name", &self.name),
            Some(_) => Named::Nowhere("compared by its ARN"),
        }
    }

    fn what(&self) -> String {
        match &self.shared {
            Some(arn) => format!("parameter {arn} shared with this account"),
            None => format!("parameter {} in {}", self.name, self.region),
        }
    }

    fn mend(&self, missing: &Missing) -> Mend {
        self.replaced(missing).instead_of(match missing.purpose {
            Some(Purpose::VolumeCredentials) => "unable to mount file system <fs>".to_owned(),
            _ => format!("ResourceInitializationError: unable to pull secrets or registry auth: ... unable to retrieve secrets from ssm: ... invalid ssm parameters: {}", self.name),
        })
    }

    fn batch(&self) -> Option<Batch> {
        let kind = if self.shared.is_some() { "shared" } else { "own" };
        Some(Batch::of(10, format!("{kind} in {}", self.region)))
    }

    async fn fetch(&self, services: &Services) -> Answer<Parameter> {
        let listed = self.list(std::slice::from_ref(self), services).await;
        self.among(&listed)
    }

    async fn fetch_all(asked: &[Self], services: &Services) -> Vec<Answer<Parameter>> {
        let Some(first) = asked.first() else { return Vec::new() };
        let listed = first.list(asked, services).await;
        asked.iter().map(|one| one.among(&listed)).collect()
    }
}

impl DescribeParameter {
    async fn list(&self, asked: &[Self], services: &Services) -> Listed {
        let filter = aws_sdk_ssm::types::ParameterStringFilter::builder()
            .key("Name")
            .option("Equals")
            .set_values(Some(asked.iter().map(|one| one.name.clone()).collect()))
            .build();
        let filter = filter.map_err(|error| Gap::Defect { why: error.to_string() })?;
        let client = services.ssm(&self.region);
        let (mut found, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = client
                .describe_parameters()
                .parameter_filters(filter.clone())
                .max_results(50)
                .set_shared(self.shared.as_ref().map(|_| true))
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of_all(asked))
                .send()
                .await;
            let page = match page {
                Ok(page) => page,
                Err(error) => {
                    // No error code of this call means "absent", so a failure is always a gap.
                    return match classify::failed(self, &error) {
                        Err(gap) => Err(gap),
                        Ok(_) => Err(classify::incomplete(self, "the list of parameters")),
                    };
                }
            };
            // A missing name is proven by its omission, so the list must exist.
            let list = page
                .parameters
                .ok_or_else(|| classify::incomplete(self, "the list of parameters"))?;
            found.extend(list);
            if !pages.turn(self, page.next_token)? {
                return Ok(found);
            }
        }
    }

    fn among(&self, listed: &Listed) -> Answer<Parameter> {
        let listed = listed.as_ref().map_err(Gap::clone)?;
        let same = |it: &&ParameterMetadata| match &self.shared {
            Some(arn) => it.arn.as_ref() == Some(arn),
            None => it.name.as_ref() == Some(&self.name),
        };
        match listed.iter().find(same) {
            Some(it) => match (&it.r#type, &it.key_id) {
                (Some(ParameterType::SecureString), None) => {
                    Err(classify::incomplete(self, "the KMS key of the parameter"))
                }
                (_, key) => Ok(Seen::Found(Parameter {
                    name: self.name.clone(),
                    kms_key: key.clone(),
                    tier: it.tier.as_ref().map(|tier| tier.as_str().to_owned()),
                })),
            },
            None => {
                classify::absent(self, "not among the parameters that ssm:DescribeParameters lists")
            }
        }
    }
}

/// The tags of a parameter of this account. Read only if a policy has a condition on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListParameterTags {
    /// The region.
    pub region: Region,
    /// The parameter's name.
    pub name: String,
}

impl Lookup for ListParameterTags {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("ssm:ListTagsForResource");
    const ABSENT: &'static [&'static str] = &["InvalidResourceId"];

    fn named(&self) -> Named {
        Named::Nowhere("tags do not name their parameter")
    }

    fn what(&self) -> String {
        format!("tags of parameter {} in {}", self.name, self.region)
    }

    fn absence(&self) -> String {
        format!("there is no parameter {} in {}", self.name, self.region)
    }

    fn resource(&self) -> String {
        let partition = self.region.partition();
        let name = self.name.trim_start_matches('/');
        format!("arn:{partition}:ssm:{}:*:parameter/{name}", self.region)
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying(format!("Run again: {} was there a moment ago", self.name))
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.ssm(&self.region).list_tags_for_resource();
        let reply = client
            .resource_type(ResourceTypeForTagging::Parameter)
            .resource_id(&self.name)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            let tags = it.tag_list.ok_or("the list of tags")?;
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
        })
    }
}
