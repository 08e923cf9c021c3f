//! AWS KMS: keys, their policies and their grants. No key is ever used.

mod alias;
mod missing;

use std::collections::{BTreeMap, HashMap};

use aws_sdk_kms::types::{GrantConstraints, GrantListEntry, KeyManagerType, KeyMetadata};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::members::Members;
use super::pages::{Pages, may_have};
use super::{Answer, Call, Lookup, Mend, Missing, Named, Services, classify, policy_document};
use crate::knowledge::Seen;
use crate::names::{Arn, Partition, Region};

pub use alias::ListAliases;

/// A key, by its id, its ARN, an alias or the ARN of an alias.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeKey {
    /// The region. KMS does not find keys of another region.
    pub region: Region,
    /// Id, ARN, `alias/...` or the ARN of an alias.
    pub id: String,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// The ARN of the key, even if it was requested by an alias.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, ... Only the first can be used.
    pub state: String,
    /// The day on which it will be deleted, if that is scheduled.
    pub deleted: Option<String>,
    /// `SYMMETRIC_DEFAULT`, `RSA_2048`, ... Only the first one encrypts for AWS services; its
    /// only usage is `ENCRYPT_DECRYPT`
    /// (<https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>).
    pub spec: String,
    /// `ENCRYPT_DECRYPT`, `SIGN_VERIFY`, ... if known.
    pub usage: Option<String>,
    /// Who manages it.
    pub manager: Manager,
    /// Whether it is one of several replicas.
    pub multi_region: bool,
}

/// Who manages a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manager {
    /// AWS: its policy is fixed, and no other account can use it.
    Aws,
    /// The customer.
    Customer,
}

impl DescribeKey {
    /// The key of `id` for a caller in `home`: an ARN contains its region.
    pub fn of(id: &str, home: &Region) -> DescribeKey {
        let region = id.parse::<Arn>().ok().and_then(|arn| arn.region);
        DescribeKey { region: region.unwrap_or_else(|| home.clone()), id: id.to_owned() }
    }
}

impl Lookup for DescribeKey {
    type Fact = Key;
    const CALL: Call = Call("kms:DescribeKey");
    const ABSENT: &'static [&'static str] = &["NotFoundException"];

    fn named(&self) -> Named {
        match self.id.parse::<Arn>() {
            Ok(arn) if arn.resource.starts_with("key/") => Named::by("KeyMetadata/Arn", &self.id),
            Err(_) if !self.id.starts_with("alias/") => Named::by("KeyMetadata/KeyId", &self.id),
            _ => Named::Nowhere("a key does not name its aliases"),
        }
    }

    fn what(&self) -> String {
        format!("KMS key {} in {}", self.id, self.region)
    }

    /// A statement must contain the ARN of the key: an alias or its ARN does not work
    /// (<https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html>).
    fn resource(&self) -> String {
        let DescribeKey { region, id } = self;
        let partition = Partition::of_region(region.as_str());
        match id.parse::<Arn>() {
            Ok(arn) if arn.resource.starts_with("key/") => id.clone(),
            Ok(Arn { owner, .. }) => format!("arn:{partition}:kms:{region}:{owner}:key/*"),
            Err(_) if id.starts_with("alias/") => format!("arn:{partition}:kms:{region}:*:key/*"),
            Err(_) => format!("arn:{partition}:kms:{region}:*:key/{id}"),
        }
    }

    fn mend(&self, missing: &Missing) -> Mend {
        self.missed(missing)
    }

    async fn fetch(&self, services: &Services) -> Answer<Key> {
        let reply = services
            .kms(&self.region)
            .describe_key()
            .key_id(&self.id)
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            read(&self.id, it.key_metadata.ok_or("the key's metadata")?)
        })
    }
}

fn read(id: &str, it: KeyMetadata) -> Result<Key, &'static str> {
    let manager = match it.key_manager {
        // Aliases with this prefix are reserved for AWS managed keys
        // (<https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>).
        _ if id.starts_with("alias/aws/") || id.contains(":alias/aws/") => Manager::Aws,
        Some(KeyManagerType::Aws) => Manager::Aws,
        Some(KeyManagerType::Customer) => Manager::Customer,
        _ => return Err("who manages the key"),
    };
    Ok(Key {
        arn: it.arn.ok_or("the ARN")?,
        state: it.key_state.ok_or("the key's state")?.as_str().to_owned(),
        deleted: it.deletion_date.map(|date| date.to_string()),
        spec: it.key_spec.ok_or("the key's spec")?.as_str().to_owned(),
        usage: it.key_usage.map(|usage| usage.as_str().to_owned()),
        manager,
        multi_region: it.multi_region.unwrap_or(false),
    })
}

/// The policy of a key of the caller's account: every key has one, named `default`. An error "not found"
/// proves nothing: KMS may return it for a key of another account too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct GetKeyPolicy {
    /// The region of the key.
    pub region: Region,
    /// The ARN of the key, not an alias.
    pub key: String,
}

impl Lookup for GetKeyPolicy {
    type Fact = Value;
    const CALL: Call = Call("kms:GetKeyPolicy");

    fn named(&self) -> Named {
        Named::By(Vec::new()).and_if_given("PolicyName", "default")
    }

    fn what(&self) -> String {
        format!("policy of KMS key {}", self.key)
    }

    fn resource(&self) -> String {
        self.key.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<Value> {
        let reply = services
            .kms(&self.region)
            .get_key_policy()
            .key_id(&self.key)
            .policy_name("default")
            .customize()
            .interceptor(Members::of(self))
            .send()
            .await;
        classify::answer(self, reply, |it| {
            policy_document::plain(&it.policy.ok_or("the policy document")?)
        })
    }
}

/// The grants on a key. As with its policy, "not found" proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListGrants {
    /// The region of the key.
    pub region: Region,
    /// The ARN of the key, not an alias.
    pub key: String,
}

/// One grant: it can only allow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The id.
    pub id: String,
    /// Who may use the key: the ARN of a principal, or a service's principal.
    pub grantee: String,
    /// What the grantee may do: `Decrypt`, `GenerateDataKey`, ...
    pub operations: Vec<String>,
    /// The encryption context must be these pairs and no others.
    pub context_equals: Option<BTreeMap<String, String>>,
    /// The encryption context must contain these pairs.
    pub context_subset: Option<BTreeMap<String, String>>,
    /// The request must be on behalf of this resource.
    pub source_arn: Option<String>,
    /// When it was created: a grant takes some minutes to propagate.
    pub created: Option<String>,
}

impl Lookup for ListGrants {
    type Fact = Vec<Grant>;
    const CALL: Call = Call("kms:ListGrants");

    fn named(&self) -> Named {
        Named::Nowhere("ARN or id of the key, compared for each grant")
    }

    fn what(&self) -> String {
        format!("grants on KMS key {}", self.key)
    }

    fn resource(&self) -> String {
        self.key.clone()
    }

    async fn fetch(&self, services: &Services) -> Answer<Vec<Grant>> {
        let client = services.kms(&self.region);
        let (mut grants, mut pages) = (Vec::new(), Pages::default());
        loop {
            let page = match client
                .list_grants()
                .key_id(&self.key)
                .limit(100)
                .set_marker(pages.token())
                .customize()
                .interceptor(Members::of(self))
                .send()
                .await
            {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let list = page.grants.ok_or("the list of grants").and_then(|list| self.own(list));
            let list = list.and_then(|list| list.into_iter().map(grant).collect::<Result<_, _>>());
            let list: Vec<Grant> = list.map_err(|lacks| classify::incomplete(self, lacks))?;
            grants.extend(list);
            let incomplete = |lacks| classify::incomplete(self, lacks);
            may_have(Self::CALL, grants.len()).map_err(incomplete)?;
            match (pages.turn(self, page.next_marker)?, page.truncated) {
                (true, _) => {}
                (false, false) => return Ok(Seen::Found(grants)),
                (false, true) => return Err(incomplete("the rest of the list")),
            }
        }
    }
}

impl ListGrants {
    /// The list, if all its grants are on this key, by its ARN or its id.
    fn own(&self, list: Vec<GrantListEntry>) -> Result<Vec<GrantListEntry>, &'static str> {
        let is_own = |it: &GrantListEntry| {
            it.key_id.as_ref().is_none_or(|id| self.key.ends_with(id.as_str()))
        };
        if list.iter().all(is_own) { Ok(list) } else { Err("an end: it has grants on another key") }
    }
}

fn grant(it: GrantListEntry) -> Result<Grant, &'static str> {
    let constraints = it.constraints.unwrap_or_else(|| GrantConstraints::builder().build());
    let pairs = |map: Option<HashMap<String, String>>| map.map(|map| map.into_iter().collect());
    let operations = it.operations.ok_or("the operations of a grant")?;
    Ok(Grant {
        id: it.grant_id.ok_or("the id of a grant")?,
        grantee: it
            .grantee_principal
            .or(it.grantee_service_principal)
            .ok_or("the grantee of a grant")?,
        operations: operations.iter().map(|it| it.as_str().to_owned()).collect(),
        context_equals: pairs(constraints.encryption_context_equals),
        context_subset: pairs(constraints.encryption_context_subset),
        source_arn: constraints.source_arn,
        created: it.creation_date.map(|date| date.to_string()),
    })
}

/// The tags of a key. Read only if a policy has a condition on them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListResourceTags {
    /// The region.
    pub region: Region,
    /// The ARN of the key.
    pub key: String,
}

impl Lookup for ListResourceTags {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("kms:ListResourceTags");
    const ABSENT: &'static [&'static str] = &["NotFoundException"];

    fn named(&self) -> Named {
        Named::Nowhere("tags do not name their key")
    }

    fn what(&self) -> String {
        format!("tags of KMS key {}", self.key)
    }

    fn absence(&self) -> String {
        format!("there is no KMS key {}", self.key)
    }

    fn resource(&self) -> String {
        self.key.clone()
    }

    fn mend(&self, _: &Missing) -> Mend {
        Mend::default().saying(format!("Run again: {} was there a moment ago", self.key))
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.kms(&self.region);
        let (mut tags, mut pages) = (BTreeMap::new(), Pages::default());
        loop {
            let asked = client.list_resource_tags().key_id(&self.key).set_marker(pages.token());
            let page = match asked.customize().interceptor(Members::of(self)).send().await {
                Ok(page) => page,
                Err(error) => return classify::failed(self, &error),
            };
            let incomplete = |lacks| classify::incomplete(self, lacks);
            let list = page.tags.ok_or("the list of tags").map_err(incomplete)?;
            tags.extend(list.into_iter().map(|tag| (tag.tag_key, tag.tag_value)));
            match (pages.turn(self, page.next_marker)?, page.truncated) {
                (true, _) => {}
                (false, false) => return Ok(Seen::Found(tags)),
                (false, true) => return Err(incomplete("the rest of the list")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_kms::types::{GrantOperation, KeySpec, KeyState, KeyUsageType};

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd";

    fn home() -> Region {
        "us-east-1".parse().unwrap()
    }

    #[test]
    fn an_arn_is_asked_for_in_its_own_region_and_allowed_as_a_key() {
        let cases = [
            (KEY, "eu-west-1", KEY),
            (
                "arn:aws:kms:eu-west-1:111122223333:alias/app",
                "eu-west-1",
                "arn:aws:kms:eu-west-1:111122223333:key/*",
            ),
            ("alias/app", "us-east-1", "arn:aws:kms:us-east-1:*:key/*"),
            ("1234abcd", "us-east-1", "arn:aws:kms:us-east-1:*:key/1234abcd"),
        ];
        for (id, region, resource) in cases {
            let lookup = DescribeKey::of(id, &home());
            assert_eq!(lookup.region.as_str(), region, "{id}");
            assert_eq!(lookup.resource(), resource, "{id}");
        }
    }

    #[test]
    fn a_reserved_alias_leads_to_a_key_of_aws_and_nothing_else_is_guessed() {
        let metadata = |manager: Option<KeyManagerType>| {
            KeyMetadata::builder()
                .key_id("1234abcd")
                .arn(KEY)
                .key_state(KeyState::Enabled)
                .key_usage(KeyUsageType::EncryptDecrypt)
                .key_spec(KeySpec::SymmetricDefault)
                .set_key_manager(manager)
                .build()
                .unwrap()
        };
        let cases = [
            (KEY, Some(KeyManagerType::Customer), Ok(Manager::Customer)),
            (KEY, Some(KeyManagerType::Aws), Ok(Manager::Aws)),
            ("alias/aws/ssm", Some(KeyManagerType::Customer), Ok(Manager::Aws)),
            ("alias/awsome", Some(KeyManagerType::Customer), Ok(Manager::Customer)),
            (KEY, None, Err("who manages the key")),
        ];
        for (id, manager, expected) in cases {
            assert_eq!(read(id, metadata(manager)).map(|key| key.manager), expected, "{id}");
        }
        let key = read(KEY, metadata(Some(KeyManagerType::Customer))).unwrap();
        assert_eq!((&*key.state, key.usage.as_deref()), ("Enabled", Some("ENCRYPT_DECRYPT")));
        assert_eq!((&*key.spec, key.multi_region), ("SYMMETRIC_DEFAULT", false));
    }

    #[test]
    fn a_grant_without_a_grantee_or_operations_is_not_read() {
        let entry = GrantListEntry::builder().grant_id("g-1");
        let entire = entry
            .clone()
            .grantee_principal("arn:aws:iam::111122223333:role/app")
            .operations(GrantOperation::Decrypt)
            .constraints(
                GrantConstraints::builder().encryption_context_subset("SecretARN", "s").build(),
            );
        let read = grant(entire.build()).unwrap();
        assert_eq!(read.grantee, "arn:aws:iam::111122223333:role/app");
        assert_eq!(read.operations, ["Decrypt"]);
        assert_eq!(read.context_subset.unwrap()["SecretARN"], "s");
        assert_eq!(read.context_equals, None);

        assert!(grant(entry.clone().operations(GrantOperation::Decrypt).build()).is_err());
        assert!(grant(entry.grantee_principal("arn:aws:iam::111122223333:root").build()).is_err());
    }
}
