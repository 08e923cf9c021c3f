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
use crate::lookup::kms::{DescribeKey, GetKeyPolicy, ListAliases, ListGrants, ListResourceTags};
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

/// A whole list of IAM's.
fn list(operation: &str, items: &str) -> Option<Reply> {
    xml(operation, &format!("{items}<IsTruncated>false</IsTruncated>"))
}

const NAMES: &str = "<PolicyNames><member>own</member></PolicyNames>";
const ATTACHED: &str = "<AttachedPolicies><member><PolicyName>ReadOnlyAccess</PolicyName><PolicyArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PolicyArn></member></AttachedPolicies>";

/// What a role or a user may have.
const BOUNDED: &str = "<PermissionsBoundary><PermissionsBoundaryArn>arn:aws:iam::aws:policy/ReadOnlyAccess</PermissionsBoundaryArn></PermissionsBoundary><Tags><member><Key>team</Key><Value>web</Value></member></Tags>";

fn json(body: serde_json::Value) -> Option<Reply> {
    Some(Reply::Ok(body.to_string()))
}

pub(super) fn lookups() -> Vec<Case> {
    let of_principals = [roles(), users(), groups(), policies(), organizations()];
    of_principals.into_iter().chain([keys(), resources()]).flatten().collect()
}

fn roles() -> Vec<Case> {
    let role = format!(
        "<Arn>arn:aws:iam::111122223333:role/app</Arn><RoleId>AROA1</RoleId><Path>/</Path><RoleName>app</RoleName><CreateDate>2024-05-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{ENCODED}</AssumeRolePolicyDocument>"
    );
    let profile = format!(
        "<InstanceProfile><InstanceProfileName>app</InstanceProfileName><Arn>arn:aws:iam::111122223333:instance-profile/app</Arn><Roles><member>{role}</member></Roles></InstanceProfile>"
    );
    let role = format!("<Role>{role}{BOUNDED}</Role>");
    let inline = format!(
        "<RoleName>app</RoleName><PolicyName>app</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument>"
    );
    vec![
        case(
            GetInstanceProfile { region: region(), name: app() },
            xml("GetInstanceProfile", &profile),
            vec![],
        ),
        case(GetRole { region: region(), name: app() }, xml("GetRole", &role), vec![]),
        case(ListRolePolicies::of(&region(), "app"), list("ListRolePolicies", NAMES), vec![]),
        case(GetRolePolicy::of(&region(), "app", "app"), xml("GetRolePolicy", &inline), vec![]),
        case(
            ListAttachedRolePolicies::of(&region(), "app"),
            list("ListAttachedRolePolicies", ATTACHED),
            vec![],
        ),
    ]
}

fn users() -> Vec<Case> {
    let user = format!(
        "<User><Arn>arn:aws:iam::111122223333:user/app</Arn><UserId>AIDA1</UserId><Path>/</Path><UserName>app</UserName><CreateDate>2024-05-01T00:00:00Z</CreateDate>{BOUNDED}</User>"
    );
    let inline = format!(
        "<UserName>app</UserName><PolicyName>app</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument>"
    );
    vec![
        case(GetUser { region: region(), name: app() }, xml("GetUser", &user), vec![]),
        case(ListUserPolicies::of(&region(), "app"), list("ListUserPolicies", NAMES), vec![]),
        case(GetUserPolicy::of(&region(), "app", "app"), xml("GetUserPolicy", &inline), vec![]),
        case(
            ListAttachedUserPolicies::of(&region(), "app"),
            list("ListAttachedUserPolicies", ATTACHED),
            vec![],
        ),
        case(
            ListGroupsForUser { region: region(), user: app() },
            list(
                "ListGroupsForUser",
                "<Groups><member><GroupName>ops</GroupName></member></Groups>",
            ),
            vec![],
        ),
    ]
}

fn groups() -> Vec<Case> {
    let inline = format!(
        "<GroupName>app</GroupName><PolicyName>app</PolicyName><PolicyDocument>{ENCODED}</PolicyDocument>"
    );
    vec![
        case(ListGroupPolicies::of(&region(), "app"), list("ListGroupPolicies", NAMES), vec![]),
        case(GetGroupPolicy::of(&region(), "app", "app"), xml("GetGroupPolicy", &inline), vec![]),
        case(
            ListAttachedGroupPolicies::of(&region(), "app"),
            list("ListAttachedGroupPolicies", ATTACHED),
            vec![],
        ),
    ]
}

fn policies() -> Vec<Case> {
    let version = format!(
        "<PolicyVersion><VersionId>v1</VersionId><Document>{ENCODED}</Document></PolicyVersion>"
    );
    let simulated = "<EvaluationResults><member><EvalActionName>s3:GetObject</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>allowed</EvalDecision><MissingContextValues/><OrganizationsDecisionDetail><AllowedByOrganizations>true</AllowedByOrganizations></OrganizationsDecisionDetail></member></EvaluationResults>";
    let managed = "<Policy><Arn>arn:aws:iam::aws:policy/ReadOnlyAccess</Arn><DefaultVersionId>v1</DefaultVersionId><CreateDate>2024-05-01T00:00:00Z</CreateDate><UpdateDate>2024-05-02T00:00:00Z</UpdateDate></Policy>";
    let simulate = SimulatePrincipalPolicy {
        region: region(),
        principal: "arn:aws:iam::111122223333:role/app".to_owned(),
        actions: vec!["s3:GetObject".to_owned()],
        resources: vec![],
        context: vec![],
    };
    vec![
        case(GetPolicy { region: region(), arn: policy() }, xml("GetPolicy", managed), vec![]),
        case(
            GetPolicyVersion { region: region(), arn: policy(), version: "v1".to_owned() },
            xml("GetPolicyVersion", &version),
            vec![],
        ),
        case(simulate, list("SimulatePrincipalPolicy", simulated), vec![]),
    ]
}

fn keys() -> Vec<Case> {
    let metadata = json!({"KeyMetadata": {
        "KeyId": "1", "Arn": key(), "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyManager": "CUSTOMER", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": false,
    }});
    let grants = json!({"Truncated": false, "Grants": [{
        "GrantId": "g-1", "GranteePrincipal": "arn:aws:iam::111122223333:role/app",
        "KeyId": key(), "Operations": ["Decrypt"], "CreationDate": 1_714_521_600.0,
        "Constraints": {"EncryptionContextSubset": {"SecretARN": "arn"}},
    }]});
    let tags = json!({"Truncated": false, "Tags": [{"TagKey": "team", "TagValue": "web"}]});
    vec![
        case(DescribeKey::of(&key(), &region()), json(metadata), vec![]),
        case(
            GetKeyPolicy { region: region(), key: key() },
            json(json!({"Policy": PLAIN, "PolicyName": "default"})),
            vec![],
        ),
        case(ListGrants { region: region(), key: key() }, json(grants), vec![]),
        case(
            ListAliases { region: region(), key: key() },
            json(json!({"Aliases": [], "Truncated": false})),
            vec![],
        ),
        case(ListResourceTags { region: region(), key: key() }, json(tags), vec![]),
    ]
}

fn resources() -> Vec<Case> {
    let repository =
        Repository { region: region(), registry: "111122223333".parse().unwrap(), name: app() };
    vec![
        case(
            GetSecretPolicy { region: region(), id: app() },
            json(json!({"ARN": "arn", "Name": "app"})),
            vec![],
        ),
        case(
            DescribeRepository { repository: repository.clone() },
            json(
                json!({"repositories": [{"registryId": "111122223333", "repositoryName": "app", "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "arn"}}]}),
            ),
            vec![],
        ),
        case(
            ListRepositoryTags { repository: repository.clone() },
            json(json!({"tags": [{"Key": "team", "Value": "web"}]})),
            vec![],
        ),
        case(
            ListParameterTags { region: region(), name: app() },
            json(json!({"TagList": [{"Key": "team", "Value": "web"}]})),
            vec![],
        ),
        case(
            GetRepositoryPolicy { repository },
            json(
                json!({"registryId": "111122223333", "repositoryName": "app", "policyText": PLAIN}),
            ),
            vec![],
        ),
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
    let policy = json!({"Id": "p-1", "Name": "FullAWSAccess", "AwsManaged": true});
    let described = json!({"Policy": {"PolicySummary": {"Id": "p-1"}, "Content": PLAIN}});
    vec![
        case(DescribeOrganization { region: region() }, json(organization), vec![]),
        case(
            ListParents { region: region(), child: account() },
            json(json!({"Parents": [{"Id": "r-ab12", "Type": "ROOT"}]})),
            vec![],
        ),
        case(attached(Control::Service), json(json!({"Policies": [policy]})), vec![]),
        case(DescribePolicy { region: region(), id: "p-1".to_owned() }, json(described), vec![]),
    ]
}
