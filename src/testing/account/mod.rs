//! An account in a recording: its roles, secrets, keys, images and files.

pub(crate) mod logs;
pub(crate) mod mounts;
pub(crate) mod volumes;

use serde_json::{Value, json};

use crate::facts::Recording;
use crate::names::Partition;

pub(crate) const REGION: &str = "eu-west-1";
const NOW: i64 = 1_795_348_800;
pub(crate) const ID: &str = "111122223333";
pub(crate) const ROLES: &str = "arn:aws:iam::111122223333:role";

/// An account that the caller `deploy` looks at. It answers what is asked of it here, and nothing else:
/// a check that asks for more is unknown.
#[derive(Clone)]
pub(crate) struct Account {
    region: String,
    facts: Vec<Value>,
}

impl Account {
    /// Only the caller, who may do this.
    pub(crate) fn deployed_to_by(statements: &Value) -> Account {
        Account::of_region(REGION, statements)
    }

    /// Only the caller, who may do this, in the cloud of this region.
    pub(crate) fn of_region(region: &str, statements: &Value) -> Account {
        let partition = Partition::of_region(region);
        let caller = format!("arn:{partition}:sts::{ID}:assumed-role/deploy/ci");
        Account { region: region.to_owned(), facts: Vec::new() }
            .says(
                "sts:GetCallerIdentity",
                &json!({"region": region}),
                &json!({"account": ID, "arn": caller}),
            )
            .role("deploy", "/", &trusting("ec2.amazonaws.com"), statements)
    }

    /// The caller may do everything, and the task's two roles are as they should be.
    pub(crate) fn healthy() -> Account {
        Account::deployed_to_by(&anything()).with_task_roles()
    }

    pub(crate) fn with_task_roles(self) -> Account {
        self.execution_role(&anything()).task_role("app", &json!([]))
    }

    /// The execution role `pull` may do this.
    pub(crate) fn execution_role(self, statements: &Value) -> Account {
        self.task_role("pull", statements)
    }

    /// A role that tasks may assume.
    pub(crate) fn task_role(self, name: &str, statements: &Value) -> Account {
        self.role(name, "/", &trusting("ecs-tasks.amazonaws.com"), statements)
    }

    pub(crate) fn role(self, name: &str, path: &str, trust: &Value, statements: &Value) -> Account {
        let region = self.region.clone();
        let arn = format!("arn:{}:iam::{ID}:role{path}{name}", Partition::of_region(&region));
        let of_role = json!({"region": region, "role": name});
        let inline = json!({"region": region, "role": name, "policy": "inline"});
        self.says(
            "iam:GetRole",
            &json!({"region": region, "name": name}),
            &json!({
                "arn": arn, "id": "AROAEXAMPLE", "path": path, "created": "2026-01-01T00:00:00Z",
                "trust": trust, "boundary": null, "tags": {},
            }),
        )
        .says("iam:ListRolePolicies", &of_role, &json!(["inline"]))
        .says("iam:GetRolePolicy", &inline, &policy(statements))
        .says("iam:ListAttachedRolePolicies", &of_role, &json!([]))
    }

    pub(crate) fn without_role(self, name: &str) -> Account {
        let key = json!({"region": self.region, "name": name});
        self.lacks("iam:GetRole", &key, "NoSuchEntity")
    }

    /// A secret without a policy of its own, under this key or the default one.
    pub(crate) fn secret(self, arn: &str, key: Option<&str>) -> Account {
        self.secret_called(arn, arn, key)
    }

    /// The same, asked for by what the definition calls it.
    pub(crate) fn secret_called(self, id: &str, arn: &str, key: Option<&str>) -> Account {
        let region = self.region_of(arn);
        let secret = json!({"arn": arn, "kms_key": key, "deleted": null,
            "versions": {"0000-1": ["AWSCURRENT"], "0000-0": ["AWSPREVIOUS"]}});
        let described = json!({"region": region, "id": id});
        self.says("secretsmanager:DescribeSecret", &described, &secret)
            .secret_policy(arn, &Value::Null)
    }

    /// The policy of a secret; null for none.
    pub(crate) fn secret_policy(self, arn: &str, policy: &Value) -> Account {
        let key = json!({"region": self.region_of(arn), "id": arn});
        self.says("secretsmanager:GetResourcePolicy", &key, policy)
    }

    pub(crate) fn without_secret(self, id: &str) -> Account {
        let key = json!({"region": self.region_of(id), "id": id});
        self.lacks("secretsmanager:DescribeSecret", &key, "ResourceNotFoundException")
    }

    /// A parameter of this region, under this key if it is encrypted.
    pub(crate) fn parameter(self, name: &str, key: Option<&str>) -> Account {
        let region = self.region.clone();
        self.parameter_in(&region, name, key)
    }

    pub(crate) fn parameter_in(self, region: &str, name: &str, key: Option<&str>) -> Account {
        let asked = json!({"region": region, "name": name, "shared": null});
        let parameter = json!({"name": name, "kms_key": key, "tier": "Standard"});
        self.says("ssm:DescribeParameters", &asked, &parameter)
    }

    pub(crate) fn without_parameter(self, name: &str) -> Account {
        let region = self.region.clone();
        self.without_parameter_in(&region, name)
    }

    pub(crate) fn without_parameter_in(self, region: &str, name: &str) -> Account {
        let asked = json!({"region": region, "name": name, "shared": null});
        self.lacks("ssm:DescribeParameters", &asked, "not listed")
    }

    /// A key of the customer, whose policy hands over to the account.
    /// The snapshot of 10 GiB `snap-1`, under this key or not encrypted.
    pub(crate) fn snapshot(self, key: Option<&str>) -> Account {
        let asked = json!({"region": self.region, "id": "snap-1"});
        let fact = json!({
            "state": "completed", "size": 10, "archived": false, "restored_until": null,
            "owner": ID, "encrypted": key.is_some(), "key": key,
        });
        self.says("ec2:DescribeSnapshots", &asked, &fact)
    }

    pub(crate) fn key(self, arn: &str) -> Account {
        self.key_called(arn, arn, &json!({}))
    }

    /// The same, asked for by this name, and different in these fields.
    pub(crate) fn key_called(self, id: &str, arn: &str, fields: &Value) -> Account {
        let mut key = json!({
            "arn": arn, "state": "Enabled", "deleted": null, "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT", "manager": "customer", "multi_region": false,
        });
        for (field, value) in fields.as_object().into_iter().flatten() {
            key[field] = value.clone();
        }
        let mut parts = arn.split(':');
        let (partition, owner) = (parts.nth(1).unwrap(), parts.nth(2).unwrap());
        let root = json!([{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
            "Principal": {"AWS": format!("arn:{partition}:iam::{owner}:root")}}]);
        let described = json!({"region": self.region_of(arn), "id": id});
        self.says("kms:DescribeKey", &described, &key)
            .key_policy(arn, &root)
            .grants(arn, &json!([]))
    }

    pub(crate) fn key_policy(self, arn: &str, statements: &Value) -> Account {
        let key = json!({"region": self.region_of(arn), "key": arn});
        self.says("kms:GetKeyPolicy", &key, &policy(statements))
    }

    pub(crate) fn grants(self, arn: &str, grants: &Value) -> Account {
        let key = json!({"region": self.region_of(arn), "key": arn});
        self.says("kms:ListGrants", &key, grants)
    }

    /// An object in a bucket without a policy, encrypted by S3's own keys.
    pub(crate) fn file(self, arn: &str) -> Account {
        self.file_under(arn, &json!("own"))
    }

    /// The same, of which this is known: `{"key": "arn"}`, `"own"` or `"untold"`.
    pub(crate) fn file_under(self, arn: &str, encryption: &Value) -> Account {
        let region = self.region.clone();
        let bucket = arn.rsplit(':').next().and_then(|path| path.split('/').next()).unwrap();
        let of_bucket = json!({"region": region, "bucket": bucket});
        let object = json!({"region": region, "object": arn});
        self.says("s3:GetObject", &object, &json!({"encryption": encryption})).lacks(
            "s3:GetBucketPolicy",
            &of_bucket,
            "NoSuchBucketPolicy",
        )
    }

    /// An image for Linux on this architecture in ECR, by a reference such as `{"tag": "1"}`.
    pub(crate) fn image(self, name: &str, reference: &Value, architecture: &str) -> Account {
        let region = self.region.clone();
        self.image_in(ID, &region, name, reference, &index(&[Some(architecture)]))
    }

    /// An image of any registry and region of ECR, with this manifest.
    pub(crate) fn image_in(
        self,
        registry: &str,
        region: &str,
        name: &str,
        reference: &Value,
        manifest: &Value,
    ) -> Account {
        let repository = json!({"region": region, "registry": registry, "name": name});
        let digest = reference["digest"].as_str().unwrap_or(DIGEST);
        let asked = json!({"repository": repository, "reference": reference});
        let stored = json!({"repository": repository, "reference": {"digest": digest}});
        let detail = json!({"digest": digest, "size": null, "status": null});
        self.says("ecr:DescribeImages", &asked, &detail)
            .says("ecr:BatchGetImage", &stored, &json!({"digest": digest, "manifest": manifest}))
            .without_repository_policy(&repository)
            .says(
                "ecr:DescribePullThroughCacheRules",
                &json!({"region": region, "registry": registry}),
                &json!([]),
            )
    }

    fn without_repository_policy(self, repository: &Value) -> Account {
        let of_registry = json!({"region": repository["region"]});
        self.lacks(
            "ecr:GetRepositoryPolicy",
            &json!({"repository": repository}),
            "RepositoryPolicyNotFoundException",
        )
        .lacks("ecr:GetRegistryPolicy", &of_registry, "RegistryPolicyNotFoundException")
    }

    /// A repository that does not exist yet, below a pull-through cache rule for this upstream.
    pub(crate) fn cached_from(self, rule: &str, upstream: &str, image: [&str; 3]) -> Account {
        let [name, tag, upstream_name] = image;
        let region = self.region.clone();
        let repository = json!({"region": region, "registry": ID, "name": name});
        let asked = json!({"repository": repository, "reference": {"tag": tag}});
        let rules = json!([{"prefix": rule, "upstream": upstream, "upstream_prefix": null,
            "credential": null}]);
        let head = json!({"repository": {"host": upstream, "name": upstream_name},
            "reference": tag});
        self.without_repository_policy(&repository)
            .lacks("ecr:DescribeImages", &asked, "RepositoryNotFoundException")
            .says(
                "ecr:DescribePullThroughCacheRules",
                &json!({"region": region, "registry": ID}),
                &rules,
            )
            .says(
                "registry:HeadManifest",
                &head,
                &json!({"sees": {"digest": DIGEST,
                "media_type": "application/vnd.oci.image.index.v1+json",
                "manifest": index(&[Some("amd64")])}}),
            )
    }

    /// The account is in an organization, which another account manages.
    pub(crate) fn in_organization(self) -> Account {
        let organization =
            json!({"id": "o-a1b2c3d4e5", "management": "999988887777", "has_policies": true});
        let key = json!({"region": self.region});
        self.says("organizations:DescribeOrganization", &key, &organization)
    }

    /// The caller may see what binds the account in it: on the root what AWS gives, on the account this.
    pub(crate) fn bound_by(self, statements: &Value) -> Account {
        let region = self.region.clone();
        let attached = |target: &str, control: &str| json!({"region": region, "target": target, "control": control});
        let of_aws = json!([{"id": "p-FullAWSAccess", "name": "FullAWSAccess", "of_aws": true}]);
        let own = json!([{"id": "p-1", "name": "guard", "of_aws": false}]);
        let list = "organizations:ListPoliciesForTarget";
        self.in_organization()
            .says(
                "organizations:ListParents",
                &json!({"region": region, "child": ID}),
                &json!({"id": "r-ab12", "is_root": true}),
            )
            .says(list, &attached("r-ab12", "service"), &of_aws)
            .says(list, &attached(ID, "service"), &own)
            .says(list, &attached("r-ab12", "resource"), &json!([]))
            .says(list, &attached(ID, "resource"), &json!([]))
            .says(
                "organizations:DescribePolicy",
                &json!({"region": region, "id": "p-1"}),
                &policy(statements),
            )
    }

    /// IAM's simulator says this of a role.
    pub(crate) fn simulated(self, asked: &Value, outcome: &Value) -> Account {
        self.says("iam:SimulatePrincipalPolicy", asked, &json!([outcome]))
    }

    pub(crate) fn says(self, call: &str, key: &Value, fact: &Value) -> Account {
        self.answers(call, key, &json!({"Ok": {"found": fact}}))
    }

    /// What is asked for is not there.
    pub(crate) fn lacks(self, call: &str, key: &Value, said: &str) -> Account {
        let sentence = format!("there is no such thing ({call} of {key})");
        let absence = json!({"sentence": sentence, "said": said});
        self.answers(call, key, &json!({"Ok": {"absent": absence}}))
    }

    /// The caller may not ask this.
    pub(crate) fn refuses(self, call: &str, key: &Value) -> Account {
        let gap = json!({"action": call, "resource": "*", "said": "AccessDenied"});
        self.answers(call, key, &json!({"Err": {"refused": gap}}))
    }

    /// What another recording holds is known of it too, unless it is said otherwise here.
    pub(crate) fn beside(mut self, other: &Recording) -> Account {
        let form: Value = serde_json::from_str(&other.print()).unwrap();
        self.facts.splice(0..0, form["facts"].as_array().unwrap().clone());
        self
    }

    /// The last answer to a question counts.
    pub(crate) fn answers(mut self, call: &str, key: &Value, answer: &Value) -> Account {
        self.facts.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    pub(crate) fn recorded(self) -> Recording {
        let form = json!({"version": 1, "region": self.region, "now": NOW, "facts": self.facts});
        Recording::parse(&form.to_string()).unwrap()
    }

    /// The region that an ARN names, or that of the account for a name.
    fn region_of(&self, id: &str) -> String {
        let named = id.split(':').nth(3).filter(|_| id.starts_with("arn:"));
        named.filter(|region| !region.is_empty()).unwrap_or(&self.region).to_owned()
    }
}

pub(crate) const DIGEST: &str =
    "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// A container instance of the cluster `prod` that takes tasks.
pub(crate) fn registered(id: &str, provider: Option<&str>, attributes: &Value) -> Value {
    json!({
        "arn": format!("arn:aws:ecs:{REGION}:{ID}:container-instance/prod/{id}"),
        "ec2_instance_id": format!("i-{id}"), "status": "ACTIVE", "agent_connected": true,
        "attributes": attributes, "capacity_provider": provider,
    })
}

/// An index with an image for each architecture of Linux; nothing for one that does not state it.
pub(crate) fn index(architectures: &[Option<&str>]) -> Value {
    let entry = |(at, architecture): (usize, &Option<&str>)| {
        json!({
            "digest": format!("sha256:{at:064}"), "os": architecture.map(|_| "linux"),
            "architecture": architecture, "variant": null, "os_version": null,
            "media_type": "application/vnd.oci.image.manifest.v1+json", "attestation": false,
        })
    };
    let entries: Vec<Value> = architectures.iter().enumerate().map(entry).collect();
    json!({"index": {"entries": entries}})
}

pub(crate) fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub(crate) fn anything() -> Value {
    json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
}

pub(crate) fn may(action: &str, resource: &str) -> Value {
    json!([{"Effect": "Allow", "Action": action, "Resource": resource}])
}

pub(crate) fn trusting(service: &str) -> Value {
    policy(&json!([
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    ]))
}

pub(crate) fn trusting_tasks_if(condition: &Value) -> Value {
    policy(&json!([{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole", "Condition": condition,
    }]))
}
