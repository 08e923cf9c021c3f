//! Every lookup, against everything that can come over the wire: only the service's own words say that
//! something is there or not, and whatever else comes is a gap.

mod absences;
mod answers;
mod asked;
mod assumed;
mod bench;
mod ec2;
mod ecs;
mod endless;
mod failures;
mod file_systems;
mod matrix;
mod model;
mod naming;
mod network;
mod permissions;
mod quotas;
mod refusals;
mod s3;
mod services;
mod stacks;
mod volumes;
mod whole;
mod wire;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use super::ec2::instance::DescribeInstance;
use super::ecr::{DescribeImage, EcrConfig, EcrManifest, PullThroughRules, Reference, Repository};
use super::ecs::account::ListAccountSettings;
use super::ecs::capacity_provider::DescribeCapacityProvider;
use super::ecs::cluster::DescribeCluster;
use super::ecs::instance::ContainerInstances;
use super::ecs::{DescribeService, DescribeTaskDefinition};
use super::list::NAMES;
use super::logs::DescribeLogGroup;
use super::registry::{GetConfig, GetManifest, HeadManifest};
use super::s3::HeadObject;
use super::secretsmanager::{DescribeSecret, ListSecretVersions, SecretValue, Wanted};
use super::ssm::DescribeParameter;
use super::{CallerIdentity, Lookup, Missing, Named, Services, oci};
use crate::facts::Asked;
use crate::knowledge::{Absence, Gap, Seen};
use bench::{Bench, is_a_registry, is_ours, learnt, told};
use wire::{Reply, Server};

/// One lookup, and how its service says that the thing is there, and that it is not.
struct Case {
    name: &'static str,
    asked: Arc<dyn Asked>,
    found: Option<Reply>,
    absent: Vec<Reply>,
    codes: &'static [&'static str],
    named: Named,
}

fn case<L: Lookup>(lookup: L, found: Option<Reply>, mut absent: Vec<Reply>) -> Case {
    let status = if L::CALL.service() == "s3" { 404 } else { 400 };
    absent.extend(L::ABSENT.iter().map(|code| Reply::Error(status, code, "it is not there")));
    let named = lookup.named();
    Case { name: L::NAME, asked: Arc::new(lookup), found, absent, codes: L::ABSENT, named }
}

const CONFIG: &str = r#"{"os":"linux","architecture":"arm64"}"#;
const CONFIG_DIGEST: &str =
    "sha256:c21740f5cb55c7e3a2197b08ebd0ba12f673ff5aa9869bf892b0c85dcaf5c413";
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// All lookups, the registries among them at `host`.
fn lookups(host: &str) -> Vec<Case> {
    let region = || "eu-central-1".parse::<crate::names::Region>().unwrap();
    let registry = || "111122223333".parse::<crate::names::AccountId>().unwrap();
    let repository =
        || Repository { region: region(), registry: registry(), name: "web".to_owned() };
    let elsewhere = || oci::Repository { host: host.to_owned(), name: "web".to_owned() };
    let tag = || Reference::Tag("1".to_owned());
    let name = || "web".to_owned();
    let ok = |body: serde_json::Value| Reply::Ok(body.to_string());
    let xml =
        |operation, body| Reply::Ok(format!("<{operation}Response>{body}</{operation}Response>"));
    let unknown = |code| vec![Reply::Error(404, code, "unknown")];
    let missing_image = json!({"images": [], "failures": [{"imageId": {"imageTag": "1"}, "failureCode": "ImageNotFound"}]});
    let manifest = r#"{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"sha256:c21740f5cb55c7e3a2197b08ebd0ba12f673ff5aa9869bf892b0c85dcaf5c413","size":1},"layers":[]}"#;
    let image = json!({"images": [{"registryId": "111122223333", "repositoryName": "web", "imageId": {"imageTag": "1", "imageDigest": DIGEST},
        "imageManifest": manifest,
        "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json"}]});
    let digest = || CONFIG_DIGEST.to_owned();
    let undescribed = Reply::Error(400, "ClientException", "Unable to describe task definition.");
    let caller = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/ci</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let mut cases = vec![
        case(CallerIdentity { region: region() }, Some(Reply::Ok(caller.to_owned())), vec![]),
        case(
            EcrManifest { repository: repository(), reference: tag() },
            Some(ok(image)),
            vec![ok(missing_image)],
        ),
        case(
            EcrConfig { repository: repository(), digest: digest() },
            Some(Reply::Url(Box::new(Reply::Ok(CONFIG.to_owned())))),
            vec![],
        ),
        case(
            DescribeImage { repository: repository(), reference: tag() },
            Some(ok(
                json!({"imageDetails": [{"registryId": "111122223333", "repositoryName": "web",
                "imageDigest": DIGEST, "imageTags": ["latest", "1"], "imageSizeInBytes": 1,
                "imageStatus": "ACTIVE"}]}),
            )),
            vec![],
        ),
        case(
            PullThroughRules { region: region(), registry: registry() },
            Some(ok(
                json!({"pullThroughCacheRules": [{"registryId": "111122223333", "ecrRepositoryPrefix": "hub",
                "upstreamRegistryUrl": "registry-1.docker.io", "credentialArn": "arn",
                "upstreamRepositoryPrefix": "library"}]}),
            )),
            vec![],
        ),
        case(
            DescribeTaskDefinition { region: region(), name: name() },
            Some(ok(json!({"taskDefinition": {"family": "web", "containerDefinitions": [
                {"name": "app", "image": "nginx", "secrets": [{"name": "KEY", "valueFrom": "arn"}]}]}}))),
            vec![undescribed],
        ),
        case(
            DescribeService { region: region(), cluster: None, service: name() },
            Some(ok(json!({"services": [{"serviceName": "web",
                "loadBalancers": [{"containerName": "app", "containerPort": 80}],
                "clusterArn": "arn:aws:ecs:eu-central-1:111122223333:cluster/default"}], "failures": []}))),
            vec![ok(json!({"services": [], "failures": [{"arn": "web", "reason": "MISSING"}]}))],
        ),
        case(
            ListAccountSettings { region: region() },
            Some(ok(json!({"settings": [{"name": "tagResourceAuthorization", "value": "on"}]}))),
            vec![],
        ),
        case(
            DescribeCapacityProvider { region: region(), name: name() },
            Some(ok(json!({"capacityProviders": [{"name": "web", "managedInstancesProvider": {
                "infrastructureRoleArn": "arn", "instanceLaunchTemplate": {
                    "ec2InstanceProfileArn": "arn"}}}]}))),
            vec![ok(
                json!({"capacityProviders": [], "failures": [{"arn": "web", "reason": "MISSING"}]}),
            )],
        ),
        case(
            DescribeCluster { region: region(), cluster: name() },
            Some(ok(json!({"clusters": [{"clusterArn": "arn", "clusterName": "web"}]}))),
            vec![ok(json!({"clusters": [], "failures": [{"arn": "web", "reason": "MISSING"}]}))],
        ),
        case(
            ContainerInstances { region: region(), cluster: name() },
            Some(ok(json!({
                "containerInstanceArns": ["arn"],
                "containerInstances": [{"containerInstanceArn": "arn", "status": "ACTIVE",
                    "agentConnected": true, "attributes": [{"name": "stack"}],
                    "registeredResources": [
                        {"name": "CPU", "integerValue": 2048}, {"name": "MEMORY", "integerValue": 3800}],
                    "remainingResources": [
                        {"name": "CPU", "integerValue": 1024}, {"name": "MEMORY", "integerValue": 1900}]}],
            }))),
            vec![],
        ),
        case(
            DescribeInstance { region: region(), id: "i-1".to_owned() },
            Some(xml(
                "DescribeInstances",
                "<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></item></reservationSet>",
            )),
            vec![xml("DescribeInstances", "<reservationSet/>")],
        ),
        case(
            DescribeLogGroup { region: region(), name: "/ecs/web".parse().unwrap() },
            Some(ok(json!({"logGroups": [
                {"logGroupName": "/ecs/web-old"},
                {"logGroupName": "/ecs/web", "arn": "arn:*", "logGroupClass": "STANDARD",
                    "kmsKeyId": "arn"},
            ]}))),
            vec![
                ok(json!({"logGroups": []})),
                ok(json!({"logGroups": [{"logGroupName": "/ecs/web-old", "arn": "arn:*"}]})),
            ],
        ),
        case(
            HeadObject { region: region(), object: "arn:aws:s3:::web/web.env".parse().unwrap() },
            Some(Reply::Raw(200, "etag: \"1\"\r\nx-amz-request-id: 1", String::new())),
            vec![],
        ),
        case(
            DescribeSecret { region: region(), id: name() },
            Some(ok(
                json!({"ARN": "arn", "Name": "web", "CreatedDate": 1.7e9, "KmsKeyId": "alias/app",
                "VersionIdsToStages": {"v-1": ["AWSCURRENT"]},
                "Tags": [{"Key": "team", "Value": "web"}]}),
            )),
            vec![],
        ),
        case(
            ListSecretVersions { region: region(), id: name() },
            Some(ok(json!({"ARN": "arn", "Name": "web", "Versions": [{"VersionId": "v-1"}]}))),
            vec![],
        ),
        case(
            SecretValue {
                region: region(),
                id: name(),
                wanted: Wanted::Key { stage: None, version: None, key: name() },
            },
            Some(ok(json!({"ARN": "arn", "Name": "web", "SecretString": "{}"}))),
            vec![],
        ),
        case(
            SecretValue { region: region(), id: name(), wanted: Wanted::Credentials {} },
            Some(ok(json!({"ARN": "arn", "Name": "web", "SecretString": "{}"}))),
            vec![],
        ),
        case(
            DescribeParameter { region: region(), name: name(), shared: None },
            Some(ok(json!({"Parameters": [{"Name": "web", "Type": "SecureString",
                "KeyId": "alias/app", "Tier": "Standard"}]}))),
            vec![ok(json!({"Parameters": []}))],
        ),
        case(
            HeadManifest { repository: elsewhere(), reference: "1".to_owned() },
            None,
            unknown("MANIFEST_UNKNOWN"),
        ),
        case(
            GetManifest { repository: elsewhere(), digest: DIGEST.to_owned() },
            None,
            unknown("NAME_UNKNOWN"),
        ),
        case(
            GetConfig { repository: elsewhere(), digest: digest() },
            Some(Reply::Ok(CONFIG.to_owned())),
            unknown("BLOB_UNKNOWN"),
        ),
    ];
    cases.extend(ecs::lookups());
    cases.extend(file_systems::lookups());
    cases.extend(network::lookups());
    cases.extend(permissions::lookups());
    cases.extend(quotas::lookups());
    cases.extend(services::lookups());
    cases.extend(stacks::lookups());
    cases.extend(volumes::lookups());
    cases
}

#[test]
fn no_lookup_is_forgotten() {
    let listed: BTreeSet<&str> = NAMES.iter().copied().collect();
    let tested: BTreeSet<&str> = lookups("localhost:1").iter().map(|case| case.name).collect();
    assert_eq!(listed, tested);
}

#[test]
fn what_the_service_says_itself_is_believed() {
    let bench = Bench::new();
    for nth in 0..4 {
        for (case, reply, answer) in bench.learn(|case| case.absent.get(nth).cloned()) {
            let absent = matches!(answer, Ok(Seen::Absent(_)));
            assert!(absent, "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
    for (case, reply, answer) in bench.learn(|case| case.found.clone()) {
        let found = matches!(answer, Ok(Seen::Found(_)));
        assert!(found, "{} on {reply:?}: {}", case.name, told(&answer));
    }
}

/// What these lookups do not find is never all that there is to say: their absence is looked at, or it is
/// knowledge that may be missing, or it ends the run before there is a check.
const NEVER_NEEDED: &[&str] = &[
    "DescribeInstance",
    "DescribeInstanceType",
    "DescribeLaunchTemplate",
    "DescribeLoadBalancer",
    "DescribeOrganization",
    "DescribeRepository",
    "DescribeService",
    "DescribeTaskDefinition",
    "GetBucketPolicy",
    "GetFileSystemPolicy",
    "GetGroupPolicy",
    "GetInstanceProfile",
    "GetPolicy",
    "GetPolicyVersion",
    "GetRegistryPolicy",
    "GetRepositoryPolicy",
    "GetRolePolicy",
    "GetServiceQuota",
    "GetUserPolicy",
    "ListAttachedGroupPolicies",
    "ListAuthorityTags",
    "ListAttachedRolePolicies",
    "ListAttachedUserPolicies",
    "ListGroupPolicies",
    "ListGroupsForUser",
    "ListRolePolicies",
    "ListServices",
    "ListUserPolicies",
    "ProtectedTasks",
    "QuotaUsage",
    "ScalableTarget",
    "ServiceEvents",
    "DescribeServiceRevision",
    "DescribeTask",
    "StoppedTasks",
    "TaskGroups",
    "SimulatePrincipalPolicy",
    "SourceDestCheck",
];

#[test]
fn whatever_may_be_needed_and_absent_says_what_fixes_it() {
    let absence = Absence { sentence: "there is none".to_owned(), said: "none".to_owned() };
    let missing = Missing { absence: &absence, account: None, purpose: None, arn: None };
    for case in lookups("127.0.0.1:9").iter().filter(|case| !case.absent.is_empty()) {
        let is_told = case.asked.mend(&missing).remedy.is_some();
        assert_ne!(is_told, NEVER_NEEDED.contains(&case.name), "{}", case.name);
    }
}

#[test]
fn what_anybody_could_say_is_a_gap() {
    let bench = Bench::new();
    let html = "<html><body>Please sign in</body></html>".to_owned();
    let raw = |status, body: &str| Reply::Raw(status, "content-type: text/html", body.to_owned());
    let json =
        |status, body: &str| Reply::Raw(status, "content-type: application/json", body.to_owned());
    let replies = [
        Reply::Close,
        Reply::Silence,
        Reply::Cut,
        Reply::Redirect,
        Reply::Ok(String::new()),
        Reply::Ok("{}".to_owned()),
        Reply::Ok("[]".to_owned()),
        Reply::Ok("not even JSON".to_owned()),
        Reply::Ok("<Response></Response>".to_owned()),
        raw(200, &html),
        raw(400, &html),
        raw(403, &html),
        raw(404, &html),
        json(404, "{}"),
        json(404, ""),
        json(407, ""),
        raw(500, &html),
        raw(502, &html),
        json(503, "{}"),
        Reply::Url(Box::new(raw(200, &html))),
        Reply::Url(Box::new(raw(404, &html))),
        Reply::Url(Box::new(Reply::Close)),
        Reply::Error(400, "ValidationException", "what do you mean?"),
        Reply::Error(500, "InternalServerError", "it is not you, it is us"),
        Reply::Error(400, "ClientException", "The family is too long."),
        Reply::Error(400, "ExpiredTokenException", "your token has expired"),
    ];
    for reply in replies {
        for (case, _, answer) in bench.learn(|_| Some(reply.clone())) {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}

#[test]
fn a_repeated_pagination_token_is_a_gap() {
    let bench = Bench::new();
    let again = json!({
        "pullThroughCacheRules": [], "containerInstanceArns": [], "serviceArns": [], "nextToken": "again",
        "ARN": "arn", "Name": "web", "Versions": [], "Parameters": [], "NextToken": "again", "logGroups": [],
        "MountTargets": [], "NextMarker": "again", "taskArns": [], "Namespaces": [],
        "Services": [],
    });
    let paged = [
        "DescribeMountTargets",
        "FindNamespace",
        "ListServices",
        "NamesInUse",
        "ProtectedTasks",
        "PullThroughRules",
        "ContainerInstances",
        "DescribeLogGroup",
        "ListSecretVersions",
        "DescribeParameter",
    ];
    let reply = Reply::Ok(again.to_string());
    let learnt = bench.learn(|case| paged.contains(&case.name).then(|| reply.clone()));
    assert_eq!(learnt.len(), paged.len());
    for (case, _, answer) in learnt {
        assert!(
            told(&answer).contains("pagination repeats a token"),
            "{}: {}",
            case.name,
            told(&answer)
        );
    }
}

#[test]
fn a_missing_cluster_is_not_called_a_missing_service() {
    let reply = Reply::Error(400, "ClusterNotFoundException", "Cluster not found.");
    let learnt = Bench::new().learn(|case| (case.name == "DescribeService").then(|| reply.clone()));
    assert_eq!(told(&learnt[0].2), "absent: there is no cluster default in eu-central-1");
}

#[test]
fn the_absent_code_of_another_lookup_is_a_gap() {
    let bench = Bench::new();
    let codes: BTreeSet<&str> =
        lookups("").iter().flat_map(|case| case.codes.iter().copied()).collect();
    for code in codes {
        // Registries have other codes, and S3 sends none with a HEAD.
        let foreign = |case: &Case| {
            let own = case.codes.contains(&code) || is_a_registry(case);
            (!own && case.asked.call().service() != "s3").then_some(Reply::Error(
                400,
                code,
                "it is not there",
            ))
        };
        for (case, reply, answer) in bench.learn(foreign) {
            assert!(answer.is_err(), "{} on {reply:?}: {}", case.name, told(&answer));
        }
    }
}
