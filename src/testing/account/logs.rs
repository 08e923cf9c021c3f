//! An account in a recording: its log groups, the machines under its tasks, and who may write.

use serde_json::{Value, json};

use crate::facts::Recording;

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ROLES: &str = "arn:aws:iam::111122223333:role";
pub(crate) const GROUP: &str = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web";
pub(crate) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";

/// A container instance: id, status, capacity provider, and the role of its profile.
pub(crate) type Registered<'a> = (&'a str, &'a str, Option<&'a str>, Option<&'a str>);

/// What the account says of what it is asked here, and nothing else.
pub(crate) struct Account {
    facts: Vec<Value>,
}

impl Account {
    /// Only the caller.
    pub(crate) fn empty() -> Account {
        let arn = "arn:aws:iam::111122223333:user/ci";
        Account { facts: Vec::new() }.says(
            "sts:GetCallerIdentity",
            &json!({"region": REGION}),
            &json!({"account": "111122223333", "arn": arn}),
        )
    }

    /// A role whose inline policy is this.
    pub(crate) fn role(self, name: &str, statements: &Value) -> Account {
        let of_role = json!({"region": REGION, "role": name});
        let inline = json!({"region": REGION, "role": name, "policy": "inline"});
        self.says(
            "iam:GetRole",
            &json!({"region": REGION, "name": name}),
            &json!({
                "arn": format!("{ROLES}/{name}"), "id": "AROAEXAMPLE", "path": "/",
                "created": "2026-01-01T00:00:00Z", "trust": {"Statement": []},
                "boundary": null, "tags": {},
            }),
        )
        .says("iam:ListRolePolicies", &of_role, &json!(["inline"]))
        .says("iam:GetRolePolicy", &inline, &json!({"Statement": statements}))
        .says("iam:ListAttachedRolePolicies", &of_role, &json!([]))
    }

    /// The log group `/ecs/web`, with these fields.
    pub(crate) fn group(self, class: Option<&str>, kms_key: Option<&str>) -> Account {
        let group = json!({"arn": GROUP, "class": class, "kms_key": kms_key});
        self.says("logs:DescribeLogGroups", &of_group(), &group)
    }

    pub(crate) fn without_group(self) -> Account {
        self.lacks(
            "logs:DescribeLogGroups",
            &of_group(),
            "there is no log group /ecs/web in eu-west-1",
        )
    }

    /// The container instances of the cluster `prod`.
    pub(crate) fn instances(mut self, all: &[Registered]) -> Account {
        let mut listed = Vec::new();
        for (id, status, provider, role) in all {
            listed.push(json!({
                "arn": format!("arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/{id}"),
                "ec2_instance_id": id, "status": status, "agent_connected": true,
                "attributes": {}, "capacity_provider": provider,
            }));
            let profile =
                role.map(|role| format!("arn:aws:iam::111122223333:instance-profile/{role}"));
            let machine = json!({
                "vpc": null, "subnet": null, "security_groups": [], "private_address": null,
                "is_public": false, "profile": profile,
            });
            self =
                self.says("ec2:DescribeInstances", &json!({"region": REGION, "id": id}), &machine);
            if let Some(role) = role {
                self = self.says(
                    "iam:GetInstanceProfile",
                    &json!({"region": REGION, "name": role}),
                    &json!({"role": format!("{ROLES}/{role}")}),
                );
            }
        }
        let cluster = json!({"region": REGION, "cluster": "prod"});
        self.says("ecs:DescribeContainerInstances", &cluster, &json!(listed))
    }

    /// The key of the log group, with its state and the statements of its policy.
    pub(crate) fn key(self, state: &str, statements: &Value) -> Account {
        let key = json!({
            "arn": KEY, "state": state, "deleted": null, "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT", "manager": "customer", "multi_region": false,
        });
        self.says("kms:DescribeKey", &json!({"region": REGION, "id": KEY}), &key).says(
            "kms:GetKeyPolicy",
            &json!({"region": REGION, "key": KEY}),
            &json!({"Statement": statements}),
        )
    }

    /// The object `fluent.conf` in the bucket `config`, which has no policy.
    pub(crate) fn router_file(self) -> Account {
        self.says("s3:GetObject", &of_file(), &json!({"encryption": "own"})).lacks(
            "s3:GetBucketPolicy",
            &json!({"region": REGION, "bucket": "config"}),
            "there is no policy",
        )
    }

    pub(crate) fn without_router_file(self) -> Account {
        let account = self.router_file();
        account.lacks("s3:GetObject", &of_file(), "there is no S3 object s3://config/fluent.conf")
    }

    pub(crate) fn refuses(self, call: &str, key: &Value) -> Account {
        let refused = json!({"action": call, "resource": "*", "said": "AccessDeniedException"});
        self.answers(call, key, &json!({"Err": {"refused": refused}}))
    }

    pub(crate) fn says(self, call: &str, key: &Value, fact: &Value) -> Account {
        self.answers(call, key, &json!({"Ok": {"found": fact}}))
    }

    fn lacks(self, call: &str, key: &Value, sentence: &str) -> Account {
        let absence = json!({"sentence": sentence, "said": "not listed"});
        self.answers(call, key, &json!({"Ok": {"absent": absence}}))
    }

    /// The last answer to a question counts.
    fn answers(mut self, call: &str, key: &Value, answer: &Value) -> Account {
        self.facts.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    pub(crate) fn recorded(self) -> Recording {
        let form = json!({"version": 1, "region": REGION, "now": 0, "facts": self.facts});
        Recording::parse(&form.to_string()).unwrap()
    }
}

pub(crate) fn of_group() -> Value {
    json!({"region": REGION, "name": "/ecs/web"})
}

fn of_file() -> Value {
    json!({"region": REGION, "object": "arn:aws:s3:::config/fluent.conf"})
}

/// The statement that allows these actions on this.
pub(crate) fn allow(actions: &[&str], resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": actions, "Resource": resource}])
}
