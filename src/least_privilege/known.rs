//! What only AWS knows about a task's needs: full ARNs and encryption keys.

use std::collections::{BTreeMap, BTreeSet};

use crate::account::image;
use crate::facts::View;
use crate::knowledge::{Gap, Seen, Stop};
use crate::lookup::ecr::{DescribeImage, PullThroughRules, REPOSITORY_MISSING};
use crate::lookup::ecs::cluster::{DescribeCluster, ExecuteCommand};
use crate::lookup::kms::{DescribeKey, Manager};
use crate::lookup::s3::{Encryption, HeadObject};
use crate::lookup::secretsmanager::DescribeSecret;
use crate::lookup::ssm::DescribeParameter;
use crate::lookup::{CallerIdentity, Lookup};
use crate::names::{AccountId, ParameterRef, Region, S3Object};

/// What AWS returned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The caller's account.
    pub account: Option<AccountId>,
    /// The full ARN of each secret, by its name in the definition.
    pub secrets: BTreeMap<String, String>,
    /// The customer's keys that secrets, parameters and files are encrypted with.
    pub keys: BTreeSet<String>,
    /// How the cluster has sessions of ECS Exec logged and encrypted.
    pub sessions: Option<ExecuteCommand>,
    /// The key behind each alias.
    pub aliases: BTreeMap<String, String>,
    /// The repositories into which the first pull imports an image, and whether it creates them.
    pub imports: BTreeMap<String, bool>,
    /// What could not be looked up, as sentences.
    pub open: Vec<String>,
}

/// What can be looked up in AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    secrets: Vec<DescribeSecret>,
    /// The names that each parameter may have.
    parameters: Vec<Vec<DescribeParameter>>,
    /// The cluster, if it matters.
    pub(crate) cluster: Option<DescribeCluster>,
    files: Vec<HeadObject>,
    images: Vec<DescribeImage>,
    aliases: Vec<DescribeKey>,
}

impl Asks {
    pub(crate) fn secret(&mut self, region: &Region, id: &str) {
        let lookup = DescribeSecret { region: region.clone(), id: id.to_owned() };
        if !self.secrets.contains(&lookup) {
            self.secrets.push(lookup);
        }
    }

    pub(crate) fn parameter(&mut self, region: &Region, parameter: &ParameterRef) {
        let named = |name| DescribeParameter { region: region.clone(), name, shared: None };
        let lookups: Vec<_> = parameter.candidate_names().into_iter().map(named).collect();
        if !self.parameters.contains(&lookups) {
            self.parameters.push(lookups);
        }
    }

    pub(crate) fn file(&mut self, region: &Region, object: &S3Object) {
        let lookup = HeadObject { region: region.clone(), object: object.clone() };
        if !self.files.contains(&lookup) {
            self.files.push(lookup);
        }
    }

    pub(crate) fn image(&mut self, lookup: DescribeImage) {
        if !self.images.contains(&lookup) {
            self.images.push(lookup);
        }
    }

    pub(crate) fn alias(&mut self, region: &Region, alias: &str) {
        let lookup = DescribeKey::of(alias, region);
        if !self.aliases.contains(&lookup) {
            self.aliases.push(lookup);
        }
    }

    /// Whether something may be encrypted with a key that only AWS can name.
    pub fn may_need_keys(&self) -> bool {
        !(self.secrets.is_empty() && self.parameters.is_empty() && self.files.is_empty())
    }

    /// Looks everything up, in parallel where the answers do not depend on each other.
    pub fn learn(&self, home: &Region, facts: &View) -> Known {
        let mut known = Known::default();
        match facts.need(&CallerIdentity { region: home.clone() }) {
            Ok(caller) => known.account = Some(caller.account.clone()),
            Err(stop) => known.note(stop),
        }
        match self.cluster.as_ref().map(|lookup| facts.need(lookup)) {
            Some(Ok(cluster)) => known.sessions.clone_from(&cluster.execute_command),
            Some(Err(stop)) => known.note(stop),
            None => {}
        }
        let mut keys: Vec<DescribeKey> = Vec::new();
        for lookup in &self.secrets {
            match facts.need(lookup) {
                Ok(secret) => {
                    known.secrets.insert(lookup.id.clone(), secret.arn.clone());
                    let key = secret.kms_key.as_deref();
                    keys.extend(key.map(|key| DescribeKey::of(key, &lookup.region)));
                }
                Err(stop) => known.note(stop),
            }
        }
        for lookups in &self.parameters {
            match found(lookups, facts) {
                Ok(key) => keys.extend(key),
                Err(stop) => known.note(stop),
            }
        }
        for lookup in &self.files {
            match facts.need(lookup).map(|object| &object.encryption) {
                Ok(Encryption::Key(key)) => keys.push(DescribeKey::of(key, &lookup.region)),
                Ok(Encryption::Own) => {}
                Ok(Encryption::Untold) => known.open.push(format!(
                    "cannot read which key encrypts {}, if any: that takes s3:GetObject on it",
                    lookup.object
                )),
                Err(stop) => known.note(stop),
            }
        }
        known.imports(&self.images, facts);
        let aliases: Vec<_> = self.aliases.iter().map(|key| (key, facts.need(key))).collect();
        let described: Vec<_> = keys.iter().map(|key| (key, facts.need(key))).collect();
        for (lookup, key) in described {
            match key {
                // Everybody in the account who may use the service may use an AWS managed key.
                Ok(key) if key.manager == Manager::Aws => {}
                Ok(key) => {
                    known.keys.insert(key.arn.clone());
                }
                // An ARN can go into a policy even if the key cannot be described.
                Err(Stop::Gap(gap)) if gap != Gap::Pending && lookup.id.contains(":key/") => {
                    known.keys.insert(lookup.id.clone());
                }
                Err(stop) => known.note(stop),
            }
        }
        for (lookup, key) in aliases {
            match key {
                Ok(key) => {
                    known.aliases.insert(lookup.id.clone(), key.arn.clone());
                }
                Err(stop) => known.note(stop),
            }
        }
        known
    }
}

/// The key of the first of these parameters that exists.
fn found(lookups: &[DescribeParameter], facts: &View) -> Result<Option<DescribeKey>, Stop> {
    let seen: Vec<_> = lookups.iter().map(|lookup| (lookup, facts.get(lookup))).collect();
    let mut absent = None;
    for (lookup, seen) in seen {
        match seen? {
            Seen::Found(parameter) => {
                let key = parameter.kms_key.as_deref();
                return Ok(key.map(|key| DescribeKey::of(key, &lookup.region)));
            }
            Seen::Absent(_) => absent = Some(lookup.absence()),
        }
    }
    let why = absent.unwrap_or_else(|| "a parameter without a name".to_owned());
    Err(Gap::Undecidable { why }.into())
}

/// Whether the first pull imports an image, and whether it then creates the repository: for a missing image
/// that a pull-through cache rule covers
/// (<https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html>).
fn import(stored: &DescribeImage, facts: &View) -> Result<Option<bool>, Stop> {
    let Seen::Absent(absence) = facts.get(stored)? else { return Ok(None) };
    let of = &stored.repository;
    let rules = PullThroughRules { region: of.region.clone(), registry: of.registry.clone() };
    let covered = image::covering(facts.need(&rules)?, &of.name).is_some();
    Ok(covered.then(|| absence.said == REPOSITORY_MISSING))
}

impl Known {
    /// A registry of another account that cannot be read is ignored.
    fn imports(&mut self, images: &[DescribeImage], facts: &View) {
        let found: Vec<_> = images.iter().map(|image| (image, import(image, facts))).collect();
        for (image, import) in found {
            let own = self.account.as_ref() == Some(&image.repository.registry);
            match import {
                Ok(Some(creates)) => {
                    let creates_any = self.imports.entry(image.repository.arn()).or_default();
                    *creates_any |= creates;
                }
                Ok(None) => {}
                Err(Stop::Gap(gap)) if !own && gap != Gap::Pending => {}
                Err(stop) => self.note(stop),
            }
        }
    }

    fn note(&mut self, stop: Stop) {
        self.open.push(match stop {
            Stop::Gap(gap) => gap.to_string(),
            Stop::Absent(lack) => lack.absence.sentence,
        });
    }
}
