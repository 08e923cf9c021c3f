//! An account in a recording: the infrastructure role, the cluster, the snapshot.

use serde_json::{Value, json};

use crate::facts::Recording;

pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/volumes";
const NOW: i64 = 1_795_348_800;

/// An account, by what it says.
pub(crate) struct Account {
    facts: Vec<Value>,
}

/// A snapshot of 10 GiB, not encrypted, but for this.
pub(crate) fn snapshot(more: &Value) -> Value {
    let mut snapshot = json!({
        "state": "completed", "size": 10, "archived": false, "restored_until": null,
        "owner": ACCOUNT, "encrypted": false, "key": null,
    });
    for (name, value) in more.as_object().unwrap() {
        snapshot[name] = value.clone();
    }
    snapshot
}

impl Account {
    /// The role has AWS's policy for volumes, and nothing is encrypted by default.
    pub(crate) fn healthy() -> Account {
        Account::with_role(&managed()["Statement"])
    }

    /// The role may do this.
    pub(crate) fn with_role(statements: &Value) -> Account {
        let of_role = json!({"region": REGION, "role": "volumes"});
        let inline = json!({"region": REGION, "role": "volumes", "policy": "inline"});
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
        Account { facts: Vec::new() }
            .says(
                "sts:GetCallerIdentity",
                &json!({"region": REGION}),
                &json!({"account": ACCOUNT, "arn": "arn:aws:iam::111122223333:user/me"}),
            )
            .says(
                "iam:GetRole",
                &json!({"region": REGION, "name": "volumes"}),
                &json!({
                    "arn": ROLE, "id": "AROAEXAMPLE", "path": "/",
                    "created": "2026-01-01T00:00:00Z", "trust": trust, "boundary": null, "tags": {},
                }),
            )
            .says("iam:ListRolePolicies", &of_role, &json!(["inline"]))
            .says("iam:GetRolePolicy", &inline, &document)
            .says("iam:ListAttachedRolePolicies", &of_role, &json!([]))
            .encrypts_by_default(false)
            .cluster(&json!({}))
    }

    pub(crate) fn encrypts_by_default(self, it_does: bool) -> Account {
        let key = json!({"region": REGION});
        self.says("ec2:GetEbsEncryptionByDefault", &key, &json!(it_does))
    }

    /// The cluster `prod`, configured so.
    pub(crate) fn cluster(self, more: &Value) -> Account {
        let mut cluster = json!({
            "arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "volume_key": null,
            "fargate_storage_key": null, "execute_command": null,
        });
        for (name, value) in more.as_object().unwrap() {
            cluster[name] = value.clone();
        }
        let key = json!({"region": REGION, "cluster": "prod"});
        self.says("ecs:DescribeClusters", &key, &cluster)
    }

    pub(crate) fn snapshot(self, fact: &Value) -> Account {
        let key = json!({"region": REGION, "id": "snap-1"});
        self.says("ec2:DescribeSnapshots", &key, fact)
    }

    pub(crate) fn without_snapshot(self) -> Account {
        let absence = json!({"sentence": "there is no snapshot snap-1 in eu-west-1", "said": "InvalidSnapshot.NotFound"});
        let key = json!({"region": REGION, "id": "snap-1"});
        self.answers("ec2:DescribeSnapshots", &key, &json!({"Ok": {"absent": absence}}))
    }

    pub(crate) fn says(self, call: &str, key: &Value, fact: &Value) -> Account {
        self.answers(call, key, &json!({"Ok": {"found": fact}}))
    }

    /// The last answer to a question counts.
    pub(crate) fn answers(mut self, call: &str, key: &Value, answer: &Value) -> Account {
        self.facts.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    pub(crate) fn recorded(self) -> Recording {
        let form = json!({"version": 1, "region": REGION, "now": NOW, "facts": self.facts});
        Recording::parse(&form.to_string()).unwrap()
    }
}

/// What AWS's policy `AmazonECSInfrastructureRolePolicyForVolumes` allows
/// (<https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSInfrastructureRolePolicyForVolumes.html>).
pub(crate) fn managed() -> Value {
    let (volumes, tasks) = ("arn:aws:ec2:*:*:volume/*", "arn:aws:ecs:*:*:task/*");
    let requested = |more: Value| {
        let mut equals = json!({"aws:RequestTag/AmazonECSManaged": "true"});
        for (name, value) in more.as_object().unwrap() {
            equals[name] = value.clone();
        }
        json!({"ArnLike": {"aws:RequestTag/AmazonECSCreated": tasks}, "StringEquals": equals})
    };
    let is_managed = json!({"aws:ResourceTag/AmazonECSManaged": "true"});
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "CreateEBSManagedVolume", "Effect": "Allow", "Action": "ec2:CreateVolume",
            "Resource": volumes, "Condition": requested(json!({}))},
        {"Sid": "CreateEBSManagedVolumeFromSnapshot", "Effect": "Allow",
            "Action": "ec2:CreateVolume", "Resource": "arn:aws:ec2:*:*:snapshot/*"},
        {"Sid": "TagOnCreateVolume", "Effect": "Allow", "Action": "ec2:CreateTags",
            "Resource": volumes,
            "Condition": requested(json!({"ec2:CreateAction": "CreateVolume"}))},
        {"Sid": "DescribeVolumesForLifecycle", "Effect": "Allow",
            "Action": ["ec2:DescribeVolumes", "ec2:DescribeAvailabilityZones"], "Resource": "*"},
        {"Sid": "DescribeInstancesForAttachingVolume", "Effect": "Allow",
            "Action": ["ec2:DescribeInstances"], "Resource": "*"},
        {"Sid": "ManageEBSVolumeLifecycle", "Effect": "Allow",
            "Action": ["ec2:AttachVolume", "ec2:DetachVolume"], "Resource": volumes,
            "Condition": {"StringEquals": is_managed}},
        {"Sid": "ManageVolumeAttachmentsForEC2", "Effect": "Allow",
            "Action": ["ec2:AttachVolume", "ec2:DetachVolume"],
            "Resource": "arn:aws:ec2:*:*:instance/*"},
        {"Sid": "DeleteEBSManagedVolume", "Effect": "Allow", "Action": "ec2:DeleteVolume",
            "Resource": volumes, "Condition": {
                "ArnLike": {"aws:ResourceTag/AmazonECSCreated": tasks},
                "StringEquals": is_managed}},
    ]})
}
