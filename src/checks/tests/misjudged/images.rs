//! The same of images: what other tools take for missing, for private, or for built for another platform.

use serde_json::{Value, json};

use super::{SECRET, imaged, says, tells};
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, DIGEST, ID, REGION, anything, index, policy, registered};
use crate::testing::story::Story;

#[test]
fn a_private_registry_with_credentials_is_not_failed_for_what_the_anonymous_see() {
    let head = json!({"repository": {"host": "registry.example.com", "name": "app"},
        "reference": "1"});
    let denied = json!({"denied": {"said": "HTTP 401 UNAUTHORIZED"}});
    let account =
        || Account::healthy().secret(SECRET, None).says("registry:HeadManifest", &head, &denied);
    let image = "registry.example.com/app:1";
    let credentials = format!(r#""repositoryCredentials": {{"credentialsParameter": "{SECRET}"}}"#);
    let with = imaged(image, &credentials).in_account(account().recorded());
    tells(&with, "image-exists", Unknown, "credentials");
    tells(&with, "image-registry-credentials", Pass, "");
    let without = imaged(image, "").in_account(account().recorded());
    tells(&without, "image-exists", Fail, "repositoryCredentials");
}

#[test]
fn credentials_without_user_name_or_password_fail_where_values_may_be_read() {
    let image = "registry.example.com/app:1";
    let credentials = format!(r#""repositoryCredentials": {{"credentialsParameter": "{SECRET}"}}"#);
    let judged = |form: &Value| {
        let value = json!({"region": REGION, "id": SECRET});
        let account = Account::healthy().secret(SECRET, None);
        let account = account.says("secretsmanager:GetSecretValue", &value, form);
        imaged(image, &credentials).in_account(account.recorded())
    };
    let check = "image-registry-credentials";
    for (form, words, error) in [
        (json!({"lacks": ["username", "password"]}), "lack username and password", "empty field"),
        (json!("not_json"), "are not a JSON object", "invalid schema"),
        (json!({"invalid": ["password"]}), "not text: password", "invalid schema"),
        (json!("empty"), "are empty or binary", "empty secrets value"),
        (json!("binary"), "are empty or binary", "empty secrets value"),
    ] {
        let story = judged(&form);
        tells(&story, check, Pass, "");
        let story = story.reading_secrets();
        tells(&story, check, Fail, words);
        let results = story.judged_by(crate::checks::find(check).unwrap().1);
        assert!(results[0].prevents.as_deref().unwrap().ends_with(error), "{results:#?}");
    }
    tells(&judged(&json!("complete")).reading_secrets(), check, Pass, "");
    let account = Account::healthy().secret(SECRET, None).recorded();
    let unread = imaged(image, &credentials).in_account(account).reading_secrets();
    tells(&unread, check, Unknown, "not in the recording");
}

#[test]
fn every_host_of_ecr_is_ecr() {
    let cases = [
        ("us-east-1", "111122223333.dkr.ecr.us-east-1.amazonaws.com"),
        ("us-east-1", "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com"),
        ("us-east-1", "111122223333.dkr-ecr.us-east-1.on.aws"),
        ("cn-north-1", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn"),
    ];
    for (region, host) in cases {
        let account = Account::of_region(region, &anything())
            .execution_role(&anything())
            .image("app", &json!({"tag": "1"}), "amd64")
            .recorded();
        let partition = crate::names::Partition::of_region(region);
        let story = Story::containers_and(
            &format!(r#"{{"name": "app", "image": "{host}/app:1"}}"#),
            &format!(
                r#""requiresCompatibilities": ["FARGATE"],
                   "executionRoleArn": "arn:{partition}:iam::{ID}:role/pull""#
            ),
        );
        let story = story.in_account(account);
        for check in ["image-reference", "image-exists", "image-platform", "image-pull-permission"]
        {
            assert_eq!(says(&story, check), [Pass], "{host}: {check}");
        }
    }
}

#[test]
fn an_image_of_another_region_and_account_is_asked_for_there() {
    let image = "444455556666.dkr.ecr.us-west-2.amazonaws.com/app:1";
    let repository = json!({"region": "us-west-2", "registry": "444455556666", "name": "app"});
    let admitting = policy(&json!([{"Effect": "Allow", "Action": "ecr:*",
        "Principal": {"AWS": format!("arn:aws:iam::{ID}:root")}}]));
    let account = || {
        let tag = json!({"tag": "1"});
        let manifest = index(&[Some("amd64")]);
        Account::healthy().image_in("444455556666", "us-west-2", "app", &tag, &manifest)
    };
    let closed = imaged(image, "").in_account(account().recorded());
    tells(&closed, "image-exists", Pass, "444455556666 in us-west-2");
    tells(&closed, "image-pull-permission", Fail, "resource policy");
    let key = json!({"repository": repository});
    let open = account().says("ecr:GetRepositoryPolicy", &key, &admitting).recorded();
    assert_eq!(says(&imaged(image, "").in_account(open), "image-pull-permission"), [Pass]);
}

#[test]
fn a_digest_counts_also_where_a_tag_stands_before_it() {
    let host = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com");
    for image in [format!("{host}/app@{DIGEST}"), format!("{host}/app:1@{DIGEST}")] {
        let account = Account::healthy().image("app", &json!({"digest": DIGEST}), "amd64");
        let story = imaged(&image, "").in_account(account.recorded());
        assert_eq!(says(&story, "image-exists"), [Pass], "{image}");
        assert_eq!(says(&story, "image-platform"), [Pass], "{image}");
    }
}

#[test]
fn an_image_that_a_cache_rule_will_fetch_is_not_missing() {
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/quay/org/app:1");
    let account = |role: &Value| {
        Account::deployed_to_by(&anything())
            .execution_role(role)
            .cached_from("quay", "quay.io", ["quay/org/app", "1", "org/app"])
            .recorded()
    };
    let story = imaged(&image, "").in_account(account(&anything()));
    tells(&story, "image-exists", Pass, "the first pull fetches it");
    assert_eq!(says(&story, "image-pull-permission"), [Pass]);
    // The managed policy for execution roles has no right to import.
    let pulls = json!([{"Effect": "Allow", "Resource": "*", "Action": [
        "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability",
        "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]}]);
    let story = imaged(&image, "").in_account(account(&pulls));
    tells(&story, "image-pull-permission", Fail, "ecr:BatchImportUpstreamImage");
    let results = story.judged_by(crate::checks::find("image-pull-permission").unwrap().1);
    let remedy = results[0].remedy.as_deref().unwrap();
    let besides = "AmazonECSTaskExecutionRolePolicy does not include ecr:BatchImportUpstreamImage";
    assert!(remedy.contains(besides), "{remedy}");
}

#[test]
fn an_entry_of_an_index_without_platform_is_good_for_what_it_is_built_for() {
    let told = |architecture: &str, first: Option<&str>| {
        let manifest = index(&[first, Some("s390x")]);
        let repository = json!({"region": REGION, "registry": ID, "name": "app"});
        let entry = format!("sha256:{:064}", 0);
        let reference = json!({"tag": "1"});
        let account = Account::healthy()
            .image_in(ID, REGION, "app", &reference, &manifest)
            .says(
                "ecr:BatchGetImage",
                &json!({"repository": repository, "reference": {"digest": entry}}),
                &json!({"digest": entry, "manifest": {"image": {
                    "config_digest": DIGEST, "config_media_type": "application/json",
                    "mixed_compression": false, "foreign_layers": false}}}),
            )
            .says(
                "ecr:GetDownloadUrlForLayer",
                &json!({"repository": repository, "digest": DIGEST}),
                &json!({"os": "linux", "architecture": architecture, "variant": null,
                    "os_version": null}),
            );
        let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/app:1");
        says(&imaged(&image, "").in_account(account.recorded()), "image-platform")
    };
    assert_eq!(told("amd64", None), [Pass]);
    assert_eq!(told("arm64", None), [Fail]);
    assert_eq!(told("amd64", Some("arm64")), [Fail]);
}

#[test]
fn without_an_architecture_the_instances_decide_and_not_a_default() {
    let instances = json!({"region": REGION, "cluster": "graviton"});
    let story = |architecture: &str| {
        let account = Account::healthy().image("app", &json!({"tag": "1"}), architecture).says(
            "ecs:DescribeContainerInstances",
            &instances,
            &json!([{
                "arn": "arn:aws:ecs:eu-west-1:111122223333:container-instance/graviton/1",
                "ec2_instance_id": "i-1", "status": "ACTIVE", "agent_connected": true,
                "attributes": {"ecs.cpu-architecture": "arm64", "ecs.os-type": "linux"},
                "capacity_provider": null,
            }]),
        );
        let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/app:1");
        Story::containers_and(
            &format!(r#"{{"name": "app", "image": "{image}", "memory": 128}}"#),
            r#""requiresCompatibilities": ["EC2"],
               "runtimePlatform": {"operatingSystemFamily": "LINUX"}"#,
        )
        .run_as(r#"{"taskDefinition": "web", "cluster": "graviton", "launchType": "EC2"}"#)
        .in_account(account.recorded())
    };
    assert_eq!(says(&story("arm64"), "image-platform"), [Pass]);
    assert_eq!(says(&story("amd64"), "image-platform"), [Fail]);
}

#[test]
fn the_architecture_of_instances_that_the_request_leaves_out_is_none() {
    let story = |request: &str| {
        let instance = |id, provider, architecture| {
            let attributes = json!({"ecs.cpu-architecture": architecture, "ecs.os-type": "linux"});
            registered(id, Some(provider), &attributes)
        };
        let instances = json!([instance("1", "blue", "x86_64"), instance("2", "green", "arm64")]);
        let account = Account::healthy().image("app", &json!({"tag": "1"}), "amd64").says(
            "ecs:DescribeContainerInstances",
            &json!({"region": REGION, "cluster": "prod"}),
            &instances,
        );
        let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/app:1");
        Story::containers_and(
            &format!(r#"{{"name": "app", "image": "{image}", "memory": 128}}"#),
            r#""requiresCompatibilities": ["EC2"]"#,
        )
        .run_as(request)
        .in_account(account.recorded())
    };
    let of_provider = |name: &str| {
        story(&format!(
            r#"{{"cluster": "prod", "capacityProviderStrategy": [{{"capacityProvider": "{name}"}}]}}"#
        ))
    };
    let of_names =
        |names: &str| story(&format!(r#"{{"cluster": "prod", "containerInstances": [{names}]}}"#));
    let arm = "the task runs on linux/arm64";
    tells(&of_provider("blue"), "image-platform", Pass, "built for linux/amd64");
    tells(&of_provider("green"), "image-platform", Fail, arm);
    tells(
        &of_provider("red"),
        "image-platform",
        Skip,
        "that the task may run on reports its architecture",
    );
    tells(&of_names(r#""1""#), "image-platform", Pass, "built for linux/amd64");
    tells(&of_names(r#""2""#), "image-platform", Fail, arm);
    // It starts on each of them, and the scheduler chooses none.
    tells(&of_names(r#""1", "2""#), "image-platform", Fail, arm);
    let anywhere = story(r#"{"cluster": "prod", "launchType": "EC2"}"#);
    tells(&anywhere, "image-platform", Warn, "on some container instances");
}

/// An image of the rule `hub` that ECR has not cached yet, with this upstream and secret.
fn not_cached(upstream: &str, credential: Option<&str>) -> Account {
    let (region, name) = (REGION, "hub/org/app");
    let repository = json!({"region": region, "registry": ID, "name": name});
    let asked = json!({"repository": repository, "reference": {"tag": "1"}});
    let rule = json!([{"prefix": "hub", "upstream": upstream, "upstream_prefix": null,
        "credential": credential}]);
    Account::healthy().lacks("ecr:DescribeImages", &asked, "RepositoryNotFoundException").says(
        "ecr:DescribePullThroughCacheRules",
        &json!({"region": region, "registry": ID}),
        &rule,
    )
}

fn of_hub() -> Story {
    imaged(&format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/hub/org/app:1"), "")
}

#[test]
fn an_upstream_that_refuses_the_anonymous_proves_nothing_since_ecr_signs_in_there() {
    let head = json!({"repository": {"host": "docker.io", "name": "org/app"}, "reference": "1"});
    let denied = json!({"denied": {"said": "HTTP 401"}});
    let account = |credential: Option<&str>| {
        let account = not_cached("registry-1.docker.io", credential).secret(SECRET, None);
        account.says("registry:HeadManifest", &head, &denied)
    };
    let story = of_hub().in_account(account(Some(SECRET)).recorded());
    tells(&story, "image-exists", Unknown, "requires credentials");
    assert_eq!(says(&story, "image-platform"), [Unknown]);
    // Without a secret, ECR is anonymous there too.
    let story = of_hub().in_account(account(None).recorded());
    tells(&story, "image-exists", Fail, "rule hub has no credentials");
}

#[test]
fn an_official_image_of_docker_hub_needs_its_library() {
    let repository = json!({"region": REGION, "registry": ID, "name": "hub/nginx"});
    let asked = json!({"repository": repository, "reference": {"tag": "1"}});
    let account = not_cached("registry-1.docker.io", None).lacks(
        "ecr:DescribeImages",
        &asked,
        "RepositoryNotFoundException",
    );
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/hub/nginx:1");
    let story = imaged(&image, "").in_account(account.recorded());
    tells(&story, "image-exists", Fail, "has no repository nginx without a namespace");
}

#[test]
fn an_upstream_in_ecr_is_asked_by_its_api() {
    let upstream = format!("{ID}.dkr.ecr.us-east-1.amazonaws.com");
    let tag = json!({"tag": "1"});
    let manifest = index(&[Some("amd64")]);
    let account = not_cached(&upstream, None).image_in(ID, "us-east-1", "org/app", &tag, &manifest);
    let story = of_hub().in_account(account.recorded());
    tells(&story, "image-exists", Pass, "the first pull fetches it");
    assert_eq!(says(&story, "image-platform"), [Pass]);
}

#[test]
fn without_its_secret_a_cache_rule_pulls_nothing_whatever_upstream_says() {
    let secret =
        format!("arn:aws:secretsmanager:{REGION}:{ID}:secret:ecr-pullthroughcache/hub-AbCdEf");
    let head = json!({"repository": {"host": "docker.io", "name": "org/app"}, "reference": "1"});
    let account = not_cached("registry-1.docker.io", Some(&secret))
        .without_secret(&secret)
        .refuses("registry:HeadManifest", &head);
    let story = of_hub().in_account(account.recorded());
    tells(&story, "image-exists", Fail, "there is no such thing (secretsmanager:DescribeSecret");
}
