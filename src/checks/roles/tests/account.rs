//! An account in a recording: its roles and their policies.

use serde_json::{Value, json};

use crate::facts::Recording;

pub(super) const REGION: &str = "eu-west-1";
const NOW: i64 = 1_795_348_800;
pub(super) const ROLES: &str = "arn:aws:iam::111122223333:role";

/// An account that the caller `deploy` looks at, and its roles.
pub(super) struct Account {
    facts: Vec<Value>,
}

impl Account {
    /// Only the caller, who may do this.
    pub(super) fn deployed_to_by(statements: &Value) -> Account {
        let caller = "arn:aws:sts::111122223333:assumed-role/deploy/ci";
        Account { facts: Vec::new() }
            .says(
                "sts:GetCallerIdentity",
                &json!({"region": REGION}),
                &json!({"account": "111122223333", "arn": caller}),
            )
            .role("deploy", "/", &trusting("ec2.amazonaws.com"), statements)
    }

    /// The caller may do everything, and the task's two roles are as they should be.
    pub(super) fn healthy() -> Account {
        Account::deployed_to_by(&anything()).with_task_roles()
    }

    pub(super) fn with_task_roles(self) -> Account {
        let trust = trusting("ecs-tasks.amazonaws.com");
        self.role("pull", "/", &trust, &anything()).role("app", "/", &trust, &json!([]))
    }

    pub(super) fn role(self, name: &str, path: &str, trust: &Value, statements: &Value) -> Account {
        let arn = format!("{ROLES}{path}{name}");
        let of_role = json!({"region": REGION, "role": name});
        let inline = json!({"region": REGION, "role": name, "policy": "inline"});
        self.says(
            "iam:GetRole",
            &json!({"region": REGION, "name": name}),
            &json!({
                "arn": arn, "id": "AROAEXAMPLE", "path": path, "created": "2026-01-01T00:00:00Z",
                "trust": trust, "boundary": null, "tags": {},
            }),
        )
        .says("iam:ListRolePolicies", &of_role, &json!(["inline"]))
        .says("iam:GetRolePolicy", &inline, &policy(statements))
        .says("iam:ListAttachedRolePolicies", &of_role, &json!([]))
    }

    pub(super) fn without_role(self, name: &str) -> Account {
        let absence =
            json!({"sentence": format!("there is no IAM role {name}"), "said": "NoSuchEntity"});
        let key = json!({"region": REGION, "name": name});
        self.answers("iam:GetRole", &key, &json!({"Ok": {"absent": absence}}))
    }

    /// The account is in an organization, which another account manages.
    pub(super) fn in_organization(self) -> Account {
        let organization =
            json!({"id": "o-a1b2c3d4e5", "management": "999988887777", "has_policies": true});
        self.says("organizations:DescribeOrganization", &json!({"region": REGION}), &organization)
    }

    /// The caller may see what binds the account in it: on the root what AWS gives, on the account this.
    pub(super) fn bound_by(self, statements: &Value) -> Account {
        let attached = |target: &str, control: &str| json!({"region": REGION, "target": target, "control": control});
        let of_aws = json!([{"id": "p-FullAWSAccess", "name": "FullAWSAccess", "of_aws": true}]);
        let own = json!([{"id": "p-1", "name": "guard", "of_aws": false}]);
        let list = "organizations:ListPoliciesForTarget";
        self.in_organization()
            .says(
                "organizations:ListParents",
                &json!({"region": REGION, "child": "111122223333"}),
                &json!({"id": "r-ab12", "is_root": true}),
            )
            .says(list, &attached("r-ab12", "service"), &of_aws)
            .says(list, &attached("111122223333", "service"), &own)
            .says(list, &attached("r-ab12", "resource"), &json!([]))
            .says(list, &attached("111122223333", "resource"), &json!([]))
            .says(
                "organizations:DescribePolicy",
                &json!({"region": REGION, "id": "p-1"}),
                &policy(statements),
            )
    }

    /// IAM's simulator says this of a role.
    pub(super) fn simulated(self, asked: &Value, outcome: &Value) -> Account {
        self.says("iam:SimulatePrincipalPolicy", asked, &json!([outcome]))
    }

    /// Whoever asks may not make this call.
    pub(super) fn refuses(self, call: &str, key: &Value) -> Account {
        let refused =
            json!({"Err": {"refused": {"action": call, "resource": "*", "said": "AccessDenied"}}});
        self.answers(call, key, &refused)
    }

    pub(super) fn says(self, call: &str, key: &Value, fact: &Value) -> Account {
        self.answers(call, key, &json!({"Ok": {"found": fact}}))
    }

    /// The last answer to a question counts.
    pub(super) fn answers(mut self, call: &str, key: &Value, answer: &Value) -> Account {
        self.facts.push(json!({"call": call, "key": key, "answer": answer}));
        self
    }

    pub(super) fn recorded(self) -> Recording {
        let form = json!({"version": 1, "region": REGION, "now": NOW, "facts": self.facts});
        Recording::parse(&form.to_string()).unwrap()
    }
}

pub(super) fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub(super) fn anything() -> Value {
    json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
}

pub(super) fn trusting(service: &str) -> Value {
    policy(&json!([
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    ]))
}

pub(super) fn trusting_tasks_if(condition: &Value) -> Value {
    policy(&json!([{
        "Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole", "Condition": condition,
    }]))
}
