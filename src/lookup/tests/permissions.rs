//! The lookups that permissions are judged by.

use super::*;
use crate::lookup::ecr::{
    DescribeRepository, GetRegistryPolicy, GetRepositoryPolicy, ListRepositoryTags,
};
use crate::lookup::iam::group::{GetGroupPolicy, ListAttachedGroupPolicies, ListGroupPolicies};
use crate::lookup::iam::instance_profile::GetInstanceProfile;
use crate::lookup::iam::policy::{GetPolicy, GetPolicyVersion};
use crate::lookup::iam::role::{
    GetRole, GetRolePolicy, ListAttachedRolePolicies, ListRolePolicies,
};
use crate::lookup::iam::simulate::SimulatePrincipalPolicy;
use crate::lookup::iam::user::{
    GetUser, GetUserPolicy, ListAttachedUserPolicies, ListGroupsForUser, ListUserPolicies,
};
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, ListGrants, ListResourceTags};
use crate::lookup::organizations::{
    Control, DescribeOrganization, DescribePolicy, ListParents, ListPoliciesForTarget,
};
use crate::lookup::s3::GetBucketPolicy;
use crate::lookup::secretsmanager::GetSecretPolicy;
use crate::lookup::ssm::ListParameterTags;
use crate::names::Region;

const ENCODED: &str = "%7B%22Statement%22%3A%5B%5D%7D";
const PLAIN: &str = r#"{"Statement":[]}"#;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn app() -> String {
    "app".to_owned()
}

fn key() -> String {
    "arn:aws:kms:eu-central-1:111122223333:key/1".to_owned()
}

fn policy() -> String {
    "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()
}

/// An answer of IAM's.
fn xml(operation: &str, result: &str) -> Option<Reply> {
    Some(Reply::Ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    )))
}

fn json(body: serde_json::Value) -> Option<Reply> {
    Some(Reply::Ok(body.to_string()))
}

pub(super) fn lookups() -> Vec<Case> {
    let of_principals = [roles(), users(), groups(), policies(), organizations()];
    of_principals.into_iter().chain([keys(), resources()]).flatten().collect()
}

fn roles() -> Vec<Case> {
    let role = format!(
        "<Role><Arn>arn:aws:iam::111122223333:role/app</Arn><RoleId>AROA1</RoleId><Path>/</Path><RoleName>app</RoleName><CreateDate>2024-05-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{ENCODED}</AssumeRolePolicyDocument></Role>"
    );
    let inline = format!("<PolicyDocument>{ENCODED}</PolicyDocument>");
    let profile = format!(
        "<InstanceProfile><Arn>arn:aws:iam::111122223333:instance-profile/app</Arn><Roles><member>{role}</member></Roles></InstanceProfile>"
    ).replace("<Role>", "").replace("</Role>", "");
    vec![
        case(
            GetInstanceProfile { region: region(), name: app() },
            xml("GetInstanceProfile", &profile),
            vec![],
        ),
        case(GetRole { region: region(), name: app() }, xml("GetRole", &role), vec![]),
        case(
            ListRolePolicies::of(&region(), "app"),
            xml("ListRolePolicies", "<PolicyNames/><IsTruncated>false</IsTruncated>"),
            vec![],
        ),
        case(GetRolePolicy::of(&region(), "app", "app"), xml("GetRolePolicy", &inline), vec![]),
        case(
            ListAttachedRolePolicies::of(&region(), "app"),
            xml("ListAttachedRolePolicies", "<AttachedPolicies/>"),
            vec![],
        ),
    ]
}

fn users() -> Vec<Case> {
    let user = "<User><Arn>arn:aws:iam::111122223333:user/app</Arn><UserId>AIDA1</UserId><Path>/</Path><UserName>app</UserName><CreateDate>2024-05-01T00:00:00Z</CreateDate></User>";
    let inline = format!("<PolicyDocument>{ENCODED}</PolicyDocument>");
    vec![
        case(GetUser { region: region(), name: app() }, xml("GetUser", user), vec![]),
        case(
            ListUserPolicies::of(&region(), "app"),
            xml("ListUserPolicies", "<PolicyNames/>"),
            vec![],
        ),
        case(GetUserPolicy::of(&region(), "app", "app"), xml("GetUserPolicy", &inline), vec![]),
        case(
            ListAttachedUserPolicies::of(&region(), "app"),
            xml("ListAttachedUserPolicies", "<AttachedPolicies/>"),
            vec![],
        ),
        case(
            ListGroupsForUser { region: region(), user: app() },
            xml("ListGroupsForUser", "<Groups/>"),
            vec![],
        ),
    ]
}

fn groups() -> Vec<Case> {
    let inline = format!("<PolicyDocument>{ENCODED}</PolicyDocument>");
    vec![
        case(
            ListGroupPolicies::of(&region(), "app"),
            xml("ListGroupPolicies", "<PolicyNames/>"),
            vec![],
        ),
        case(GetGroupPolicy::of(&region(), "app", "app"), xml("GetGroupPolicy", &inline), vec![]),
        case(
            ListAttachedGroupPolicies::of(&region(), "app"),
            xml("ListAttachedGroupPolicies", "<AttachedPolicies/>"),
            vec![],
        ),
    ]
}

fn policies() -> Vec<Case> {
    let version = format!("<PolicyVersion><Document>{ENCODED}</Document></PolicyVersion>");
    let simulated = "<EvaluationResults><member><EvalActionName>s3:GetObject</EvalActionName><EvalDecision>allowed</EvalDecision></member></EvaluationResults>";
    let simulate = SimulatePrincipalPolicy {
        region: region(),
        principal: "arn:aws:iam::111122223333:role/app".to_owned(),
        actions: vec!["s3:GetObject".to_owned()],
        resources: vec![],
        context: vec![],
    };
    vec![
        case(
            GetPolicy { region: region(), arn: policy() },
            xml("GetPolicy", "<Policy><DefaultVersionId>v1</DefaultVersionId></Policy>"),
            vec![],
        ),
        case(
            GetPolicyVersion { region: region(), arn: policy(), version: "v1".to_owned() },
            xml("GetPolicyVersion", &version),
            vec![],
        ),
        case(simulate, xml("SimulatePrincipalPolicy", simulated), vec![]),
    ]
}

fn keys() -> Vec<Case> {
    let metadata = json!({"KeyMetadata": {
        "KeyId": "1", "Arn": key(), "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER",
    }});
    vec![
        case(DescribeKey::of(&key(), &region()), json(metadata), vec![]),
        case(GetKeyPolicy { region: region(), key: key() }, json(json!({"Policy": PLAIN})), vec![]),
        case(ListGrants { region: region(), key: key() }, json(json!({"Grants": []})), vec![]),
        case(ListResourceTags { region: region(), key: key() }, json(json!({"Tags": []})), vec![]),
    ]
}

fn resources() -> Vec<Case> {
    let repository =
        Repository { region: region(), registry: "111122223333".parse().unwrap(), name: app() };
    vec![
        case(GetSecretPolicy { region: region(), id: app() }, json(json!({"ARN": "arn"})), vec![]),
        case(
            DescribeRepository { repository: repository.clone() },
            json(json!({"repositories": [{"repositoryName": "app"}]})),
            vec![],
        ),
        case(
            ListRepositoryTags { repository: repository.clone() },
            json(json!({"tags": []})),
            vec![],
        ),
        case(
            ListParameterTags { region: region(), name: app() },
            json(json!({"TagList": []})),
            vec![],
        ),
        case(GetRepositoryPolicy { repository }, json(json!({"policyText": PLAIN})), vec![]),
        case(GetRegistryPolicy { region: region() }, json(json!({"policyText": PLAIN})), vec![]),
        case(
            GetBucketPolicy { region: region(), bucket: app() },
            Some(Reply::Raw(200, "x-amz-request-id: 1", PLAIN.to_owned())),
            vec![],
        ),
    ]
}

fn organizations() -> Vec<Case> {
    let organization = json!({"Organization": {
        "Id": "o-a1b2c3d4e5", "MasterAccountId": "444455556666", "FeatureSet": "ALL",
    }});
    let account = || "111122223333".to_owned();
    let attached = |control| ListPoliciesForTarget { region: region(), target: account(), control };
    let described = json!({"Policy": {"Content": PLAIN}});
    vec![
        case(DescribeOrganization { region: region() }, json(organization), vec![]),
        case(
            ListParents { region: region(), child: account() },
            json(json!({"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]})),
            vec![],
        ),
        case(attached(Control::Service), json(json!({"Policies": []})), vec![]),
        case(DescribePolicy { region: region(), id: "p-1".to_owned() }, json(described), vec![]),
    ]
}
