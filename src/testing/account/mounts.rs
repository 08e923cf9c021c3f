//! An account in a recording: its file systems, and the roles of its tasks.

use serde_json::{Value, json};

use super::registered;
use crate::facts::Recording;

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const FILE_SYSTEM: &str = "fs-0123456789abcdef0";
pub(crate) const POINT: &str = "fsap-0123456789abcdef0";
pub(crate) const EFS: &str = "arn:aws:elasticfilesystem:eu-west-1:111122223333";

/// An account. Of what is said twice, the last counts.
#[derive(Clone)]
pub(crate) struct Account {
    facts: Vec<Value>,
}

impl Account {
    /// With nothing in it.
    pub(crate) fn empty() -> Account {
        Account { facts: Vec::new() }
    }

    /// With a file system, an access point into it, no policy, and roles that may do nothing.
    pub(crate) fn healthy() -> Account {
        Account::empty()
            .file_system(&json!({}))
            .point(&json!({}))
            .open()
            .role("app", &json!([]))
            .role("pull", &json!([]))
    }

    /// The file system, with these properties.
    pub(crate) fn file_system(self, properties: &Value) -> Account {
        let fact = json!({
            "arn": format!("{EFS}:file-system/{FILE_SYSTEM}"), "owner": "111122223333",
            "state": "available", "one_zone": null, "replica": false,
        });
        let key = json!({"region": REGION, "id": FILE_SYSTEM});
        self.says("elasticfilesystem:DescribeFileSystems", &key, &with(fact, properties))
    }

    /// The access point, with these properties.
    pub(crate) fn point(self, properties: &Value) -> Account {
        let fact = json!({
            "arn": format!("{EFS}:access-point/{POINT}"), "file_system": FILE_SYSTEM,
            "state": "available", "user": 1000, "path": "/app", "creates_path": true,
        });
        let key = json!({"region": REGION, "id": POINT});
        self.says("elasticfilesystem:DescribeAccessPoints", &key, &with(fact, properties))
    }

    /// The file system has no policy.
    pub(crate) fn open(self) -> Account {
        let absence = json!({"sentence": "it has no policy", "said": "PolicyNotFound"});
        self.answers(
            "elasticfilesystem:DescribeFileSystemPolicy",
            &policy_key(),
            &json!({"Ok": {"absent": absence}}),
        )
    }

    /// The file system has a policy with these statements.
    pub(crate) fn guarded(self, statements: &Value) -> Account {
        let call = "elasticfilesystem:DescribeFileSystemPolicy";
        self.says(call, &policy_key(), &policy(statements))
    }

    /// A role that may do this.
    pub(crate) fn role(self, name: &str, statements: &Value) -> Account {
        let of_role = json!({"region": REGION, "role": name});
        let inline = json!({"region": REGION, "role": name, "policy": "inline"});
        self.says(
            "iam:GetRole",
            &json!({"region": REGION, "name": name}),
            &json!({
                "arn": format!("arn:aws:iam::111122223333:role/{name}"), "id": "AROAEXAMPLE",
                "path": "/", "created": "2026-01-01T00:00:00Z",
                "trust": {}, "boundary": null, "tags": {},
            }),
        )
        .says("iam:ListRolePolicies", &of_role, &json!(["inline"]))
        .says("iam:GetRolePolicy", &inline, &policy(statements))
        .says("iam:ListAttachedRolePolicies", &of_role, &json!([]))
    }

    /// The active container instances of the cluster `prod`, each with these attributes.
    pub(crate) fn instances(self, attributes: &[Value]) -> Account {
        let numbered = (1_u32..).zip(attributes);
        let instances =
            numbered.map(|(number, attributes)| registered(&number.to_string(), None, attributes));
        self.registers(&instances.collect())
    }

    /// The container instances of the cluster `prod`.
    pub(crate) fn registers(self, instances: &Value) -> Account {
        let key = json!({"region": REGION, "cluster": "prod"});
        self.says("ecs:DescribeContainerInstances", &key, instances)
    }

    pub(crate) fn says(self, call: &str, key: &Value, fact: &Value) -> Account {
        self.answers(call, key, &json!({"Ok": {"found": fact}}))
    }

    pub(crate) fn lacks(self, call: &str, key: &Value, sentence: &str) -> Account {
        let absence = json!({"sentence": sentence, "said": "NotFound"});
        self.answers(call, key, &json!({"Ok": {"absent": absence}}))
    }

    pub(crate) fn refuses(self, call: &str, key: &Value) -> Account {
        let refused = json!({"action": call, "resource": "*", "said": "AccessDenied"});
        self.answers(call, key, &json!({"Err": {"refused": refused}}))
    }

    pub(crate) fn answers(mut self, call: &str, key: &Value, answer: &Value) -> Account {
        self.facts.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    pub(crate) fn recorded(self) -> Recording {
        let form =
            json!({"version": 1, "region": REGION, "now": 1_795_348_800, "facts": self.facts});
        Recording::parse(&form.to_string()).unwrap()
    }
}

fn policy_key() -> Value {
    json!({"region": REGION, "file_system": FILE_SYSTEM})
}

pub(crate) fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The object with these properties in place of its own.
pub(crate) fn with(mut object: Value, properties: &Value) -> Value {
    for (name, value) in properties.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}
