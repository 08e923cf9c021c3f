//! The tags of a resource, where the answer depends on them.

use std::collections::BTreeMap;

use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecr::ListRepositoryTags;
use crate::lookup::kms::ListResourceTags;
use crate::lookup::secretsmanager::{DescribeSecret, Secret};
use crate::lookup::ssm::ListParameterTags;
use crate::lookup::{Call, Lookup};

/// What is known of the tags of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) enum Tags {
    /// Unknown, and not looked up.
    #[default]
    Unknown,
    /// Those of a secret.
    Secret(DescribeSecret),
    /// These, and no others.
    Known(BTreeMap<String, String>),
    /// Those of a repository.
    Repository(ListRepositoryTags),
    /// Those of a parameter.
    Parameter(ListParameterTags),
    /// Those of a key.
    Key(ListResourceTags),
}

/// The condition keys for tags. Services have their own in addition to the common one
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).
const PREFIXES: [&str; 4] =
    ["aws:resourcetag/", "secretsmanager:resourcetag/", "ecr:resourcetag/", "ssm:resourcetag/"];

impl Tags {
    /// The calls that read tags; those of a secret and of a role come with their descriptions.
    pub(crate) const CALLS: [Call; 3] =
        [ListRepositoryTags::CALL, ListResourceTags::CALL, ListParameterTags::CALL];

    /// The known values of those of these condition keys that are tags.
    ///
    /// # Errors
    /// While they are being fetched, or if the resource does not exist; inside, why they cannot be read.
    pub(crate) fn learn(
        &self,
        keys: &[&str],
        facts: &View,
    ) -> Result<Result<Vec<(String, KeyState)>, Gap>, Stop> {
        let named: Vec<(&str, &str)> =
            keys.iter().filter_map(|key| Some((*key, tag(key, &PREFIXES)?))).collect();
        if named.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let tags = match self {
            Tags::Unknown => return Ok(Ok(Vec::new())),
            Tags::Known(tags) => Ok(tags),
            Tags::Secret(asked) => match facts.tolerate(|| facts.need(asked))? {
                Ok(Secret { tags: Some(tags), .. }) => Ok(tags),
                Ok(_) => return Ok(Ok(Vec::new())),
                Err(gap) => Err(gap),
            },
            Tags::Repository(asked) => facts.tolerate(|| facts.need(asked))?,
            Tags::Parameter(asked) => facts.tolerate(|| facts.need(asked))?,
            Tags::Key(asked) => facts.tolerate(|| facts.need(asked))?,
        };
        Ok(tags.map(|tags| {
            named.into_iter().map(|(key, tag)| (key.to_owned(), state(tags, tag))).collect()
        }))
    }
}

/// The values of those of these condition keys that are tags, for a call that sets these tags and no others.
pub(crate) fn set(tags: &BTreeMap<String, String>, keys: &[&str]) -> Vec<(String, KeyState)> {
    let named = keys.iter().filter_map(|key| Some((key, tag(key, &["aws:requesttag/"])?)));
    named.map(|(key, tag)| ((*key).to_owned(), state(tags, tag))).collect()
}

/// Condition keys ignore case, so the case of a tag key does not matter.
fn state(tags: &BTreeMap<String, String>, tag: &str) -> KeyState {
    let value = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
    value.map_or(KeyState::Absent, |(_, value)| KeyState::Known(vec![value.clone()]))
}

/// The tag key in a condition key.
fn tag<'k>(key: &'k str, prefixes: &[&str]) -> Option<&'k str> {
    let rest = prefixes.iter().find(|prefix| key.to_lowercase().starts_with(**prefix))?;
    key.get(rest.len()..)
}
