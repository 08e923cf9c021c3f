//! The tags of a resource, where the answer depends on them.

use std::collections::BTreeMap;

use crate::facts::View;
use crate::iam::KeyState;
use crate::knowledge::{Gap, Stop};
use crate::lookup::ecr::ListRepositoryTags;
use crate::lookup::kms::{ListAliases, ListResourceTags};
use crate::lookup::secretsmanager::{DescribeSecret, Secret};
use crate::lookup::ssm::ListParameterTags;
use crate::lookup::{Call, Lookup};
use crate::names::Region;

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
    /// Those of a key, and its aliases.
    Key(ListResourceTags, ListAliases),
}

/// The tags of a resource, or why they cannot be read.
type Listed<'f> = Result<&'f BTreeMap<String, String>, Gap>;

/// What condition keys about a resource are known to be.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// The keys that are known, with their values.
    pub known: Vec<(String, KeyState)>,
    /// Why others are not.
    pub gap: Option<Gap>,
}

/// The condition keys for tags. Services have their own in addition to the common one
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>).
const PREFIXES: [&str; 4] =
    ["aws:resourcetag/", "secretsmanager:resourcetag/", "ecr:resourcetag/", "ssm:resourcetag/"];

/// The condition key for the aliases of a key
/// (<https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-resource-aliases>).
const RESOURCE_ALIASES: &str = "kms:ResourceAliases";

impl Tags {
    /// Those of a key of the caller's account.
    pub(crate) fn of_key(region: &Region, key: &str) -> Tags {
        let (region, key) = (region.clone(), key.to_owned());
        Tags::Key(
            ListResourceTags { region: region.clone(), key: key.clone() },
            ListAliases { region, key },
        )
    }

    /// The calls that read tags; those of a secret and of a role come with their descriptions.
    pub(crate) const CALLS: [Call; 4] = [
        ListRepositoryTags::CALL,
        ListResourceTags::CALL,
        ListAliases::CALL,
        ListParameterTags::CALL,
    ];

    /// What is known of those of these condition keys that are about the resource. All its tags and aliases are
    /// listed, so that one which is not listed is absent.
    ///
    /// # Errors
    /// While they are being fetched, or if the resource does not exist.
    pub(crate) fn learn(&self, keys: &[&str], facts: &View) -> Result<Learnt, Stop> {
        let mut learnt = Learnt::default();
        let named: Vec<(&str, &str)> =
            keys.iter().filter_map(|key| Some((*key, tag(key, &PREFIXES)?))).collect();
        if !named.is_empty() {
            match self.all(facts)? {
                Some(Ok(tags)) => learnt
                    .known
                    .extend(named.into_iter().map(|(key, tag)| (key.to_owned(), state(tags, tag)))),
                Some(Err(gap)) => learnt.gap = Some(gap),
                None => {}
            }
        }
        let of_aliases = keys.iter().find(|key| key.eq_ignore_ascii_case(RESOURCE_ALIASES));
        if let (Some(key), Tags::Key(_, aliases)) = (of_aliases, self) {
            match facts.tolerate(|| facts.need(aliases))? {
                Ok(aliases) => {
                    let state = match aliases.as_slice() {
                        [] => KeyState::Absent,
                        all => KeyState::Known(all.to_vec()),
                    };
                    learnt.known.push(((*key).to_owned(), state));
                }
                Err(gap) => learnt.gap = Some(gap),
            }
        }
        Ok(learnt)
    }

    /// All tags, or why they cannot be read; none if they are not looked up.
    fn all<'f>(&'f self, facts: &View<'f>) -> Result<Option<Listed<'f>>, Stop> {
        Ok(Some(match self {
            Tags::Unknown => return Ok(None),
            Tags::Known(tags) => Ok(tags),
            Tags::Secret(asked) => match facts.tolerate(|| facts.need(asked))? {
                Ok(Secret { tags: Some(tags), .. }) => Ok(tags),
                Ok(_) => return Ok(None),
                Err(gap) => Err(gap),
            },
            Tags::Repository(asked) => facts.tolerate(|| facts.need(asked))?,
            Tags::Parameter(asked) => facts.tolerate(|| facts.need(asked))?,
            Tags::Key(asked, _) => facts.tolerate(|| facts.need(asked))?,
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
