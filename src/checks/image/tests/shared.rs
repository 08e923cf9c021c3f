//! Given a repository that may be pulled from but not described, then `BatchGetImage` says what it has, unless
//! that call might import an image.

use serde_json::{Value, json};

use super::super::exists::IMAGE_EXISTS;
use super::super::permission::IMAGE_PULL_PERMISSION;
use super::super::platform::IMAGE_PLATFORM;
use super::{FARGATE, OTHER};
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Skip, Unknown};
use crate::testing::account::{Account, DIGEST, ID, REGION, ROLES, anything, index};
use crate::testing::story::Story;

fn repository(registry: &str) -> Value {
    json!({"region": REGION, "registry": registry, "name": "org/app"})
}

/// An account in which the caller may do everything except describing the image org/app:1 of this registry.
fn undescribed(registry: &str) -> Account {
    undescribed_by(&anything(), registry)
}

/// The same for a caller who is allowed this.
fn undescribed_by(statements: &Value, registry: &str) -> Account {
    let asked = json!({"repository": repository(registry), "reference": {"tag": "1"}});
    let arn = format!("arn:aws:ecr:{REGION}:{registry}:repository/org/app");
    let refused = json!({"action": "ecr:DescribeImages", "resource": arn,
        "said": "AccessDeniedException"});
    Account::deployed_to_by(statements)
        .with_task_roles()
        .answers("ecr:DescribeImages", &asked, &json!({"Err": {"refused": refused}}))
        .lacks(
            "ecr:GetRepositoryPolicy",
            &json!({"repository": repository(registry)}),
            "RepositoryPolicyNotFoundException",
        )
}

trait Rules {
    fn with_rules(self, registry: &str, prefixes: &[&str]) -> Self;
    fn pulled_by(self, registry: &str, reference: &Value) -> Self;
}

impl Rules for Account {
    fn with_rules(self, registry: &str, prefixes: &[&str]) -> Account {
        let rule = |prefix: &&str| {
            json!({"prefix": prefix, "upstream": "quay.io",
            "upstream_prefix": null, "credential": null})
        };
        let rules: Vec<Value> = prefixes.iter().map(rule).collect();
        let asked = json!({"region": REGION, "registry": registry});
        self.says("ecr:DescribePullThroughCacheRules", &asked, &json!(rules))
    }

    fn pulled_by(self, registry: &str, reference: &Value) -> Account {
        let asked = json!({"repository": repository(registry), "reference": reference});
        let stored = json!({"digest": DIGEST, "manifest": index(&[Some("amd64")])});
        self.says("ecr:BatchGetImage", &asked, &stored)
    }
}

fn of(registry: &str) -> Story {
    let image = format!("{registry}.dkr.ecr.{REGION}.amazonaws.com/org/app:1");
    let container = format!(r#"{{"name": "app", "image": "{image}"}}"#);
    let fields = format!(r#""executionRoleArn": "{ROLES}/pull"{FARGATE}"#);
    Story::containers_and(&container, &fields)
}

fn judged(registry: &str, account: Account) -> [CheckResult; 2] {
    let story = of(registry).in_account(account.recorded());
    let results =
        story.judged(|_, it| [IMAGE_EXISTS.id, IMAGE_PLATFORM.id].contains(&it.id)).try_into();
    results.unwrap()
}

#[test]
fn without_a_rule_for_the_repository_the_pull_says_what_it_has() {
    for prefixes in [&[][..], &["quay", "org/apps"]] {
        let account = undescribed(ID)
            .with_rules(ID, prefixes)
            .pulled_by(ID, &json!({"tag": "1"}))
            .pulled_by(ID, &json!({"digest": DIGEST}));
        let [exists, platform] = judged(ID, account);
        assert_eq!((exists.status, platform.status), (Pass, Pass), "{exists:#?} {platform:#?}");
    }
    let asked = json!({"repository": repository(ID), "reference": {"tag": "1"}});
    let lacking =
        undescribed(ID).with_rules(ID, &[]).lacks("ecr:BatchGetImage", &asked, "ImageNotFound");
    let [exists, platform] = judged(ID, lacking);
    assert_eq!((exists.status, platform.status), (Fail, Skip), "{exists:#?} {platform:#?}");
}

#[test]
fn a_pull_that_might_import_is_not_made() {
    let stored = |account: Account, registry| account.pulled_by(registry, &json!({"tag": "1"}));
    let rules = json!({"region": REGION, "registry": OTHER});
    let call = "ecr:DescribePullThroughCacheRules";
    for (registry, account, words) in [
        (ID, undescribed(ID).with_rules(ID, &["org"]), "pull-through cache rule org"),
        (ID, undescribed(ID).with_rules(ID, &["ROOT"]), "pull-through cache rule ROOT"),
        (OTHER, undescribed(OTHER).refuses(call, &rules), "whose rules could not be read"),
    ] {
        for result in judged(registry, stored(account, registry)) {
            assert_eq!(result.status, Unknown, "{result:#?}");
            assert!(result.message.contains("might import the image by"), "{result:#?}");
            assert!(result.message.contains(words), "{result:#?}");
        }
    }
}

/// A caller whose policies allow pulls, but no imports.
fn pulling() -> Value {
    json!([{"Effect": "Allow", "Resource": "*",
        "Action": ["ecr:Get*", "ecr:Describe*", "ecr:BatchGetImage"]}])
}

/// The two checks for an account whose pull-through cache rules the caller cannot read.
fn without_rules(registry: &str, account: Account) -> [CheckResult; 2] {
    let rules = json!({"region": REGION, "registry": registry});
    judged(registry, account.refuses("ecr:DescribePullThroughCacheRules", &rules))
}

#[test]
fn a_caller_who_may_not_import_asks_the_registry_of_another_account() {
    let stored = |account: Account| {
        account.pulled_by(OTHER, &json!({"tag": "1"})).pulled_by(OTHER, &json!({"digest": DIGEST}))
    };
    let deny = json!({"Effect": "Deny", "Resource": "*", "Action": "ecr:BatchImportUpstreamImage"});
    let all = json!({"Effect": "Allow", "Resource": "*", "Action": "*"});
    for statements in [pulling(), json!([all, deny]), json!([])] {
        let results = without_rules(OTHER, stored(undescribed_by(&statements, OTHER)));
        for result in results {
            assert_eq!(result.status, Pass, "{statements}: {result:#?}");
            assert!(result.assumes.iter().any(|it| it.contains("is not archived")), "{result:#?}");
        }
    }
    let sometimes = json!([{"Effect": "Allow", "Resource": "*", "Action": "ecr:*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "web"}}}]);
    let inline = json!({"region": REGION, "role": "deploy"});
    let unread = undescribed_by(&pulling(), OTHER).refuses("iam:ListRolePolicies", &inline);
    for account in [undescribed(OTHER), undescribed_by(&sometimes, OTHER), unread] {
        for result in without_rules(OTHER, stored(account)) {
            assert_eq!(result.status, Unknown, "{result:#?}");
            let words = "the caller might be allowed ecr:BatchImportUpstreamImage";
            assert!(result.message.contains(words), "{result:#?}");
        }
    }
}

/// The result for the permission, if the execution role has these and the policy of the repository is not shown.
fn permission(role: &Value, account: Account) -> CheckResult {
    let asked = json!({"repository": repository(OTHER)});
    let rules = json!({"region": REGION, "registry": OTHER});
    let account = account
        .execution_role(role)
        .refuses("ecr:GetRepositoryPolicy", &asked)
        .refuses("ecr:DescribePullThroughCacheRules", &rules)
        .pulled_by(OTHER, &json!({"tag": "1"}));
    of(OTHER).in_account(account.recorded()).judged_by(&IMAGE_PULL_PERMISSION).remove(0)
}

#[test]
fn where_the_caller_may_pull_the_role_is_assumed_to_be_allowed_too() {
    let assumed =
        "the policy of repository org/app, which the caller may pull from, allows the role";
    let undescribed = || undescribed_by(&pulling(), OTHER);
    let result = permission(&anything(), undescribed());
    assert_eq!(result.status, Pass, "{result:#?}");
    assert!(result.assumes.iter().any(|it| it.contains(assumed)), "{result:#?}");
    // Its own policies have to allow it in any case.
    let result = permission(&json!([]), undescribed());
    assert_eq!(result.status, Fail, "{result:#?}");
    // A caller who may describe it has not pulled.
    let tag = json!({"tag": "1"});
    let described = Account::deployed_to_by(&pulling()).with_task_roles().says(
        "ecr:DescribeImages",
        &json!({"repository": repository(OTHER), "reference": tag}),
        &json!({"digest": DIGEST, "size": null, "status": null}),
    );
    assert_eq!(permission(&anything(), described).status, Unknown);
}

/// What the caller does not get, the role of the task might import.
#[test]
fn an_image_that_is_not_found_where_rules_are_unknown_is_not_missing() {
    let asked =
        |reference: &Value| json!({"repository": repository(OTHER), "reference": reference});
    let tag = asked(&json!({"tag": "1"}));
    let lacking =
        undescribed_by(&pulling(), OTHER).lacks("ecr:BatchGetImage", &tag, "ImageNotFound");
    for result in without_rules(OTHER, lacking) {
        assert_eq!(result.status, Unknown, "{result:#?}");
        assert!(result.message.contains("the first pull might import it"), "{result:#?}");
    }
    // An index, of which ECR has only imported another image.
    let entry = asked(&json!({"digest": DIGEST}));
    let lacking = undescribed_by(&pulling(), OTHER).pulled_by(OTHER, &json!({"tag": "1"})).lacks(
        "ecr:BatchGetImage",
        &entry,
        "ImageNotFound",
    );
    let [exists, platform] = without_rules(OTHER, lacking);
    assert_eq!((exists.status, platform.status), (Pass, Unknown), "{exists:#?} {platform:#?}");
    assert!(platform.message.contains("the first pull might import it"), "{platform:#?}");
}

#[test]
fn in_the_own_registry_its_policies_may_allow_the_import_too() {
    let allowing = |principal: &str| {
        let principal = json!({"AWS": principal});
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
            "Action": "ecr:BatchImportUpstreamImage", "Principal": principal}]})
    };
    let region = json!({"region": REGION});
    let account = || {
        let account = undescribed_by(&pulling(), ID).with_rules(ID, &["org"]);
        account.pulled_by(ID, &json!({"tag": "1"})).pulled_by(ID, &json!({"digest": DIGEST}))
    };
    let none = account().lacks("ecr:GetRegistryPolicy", &region, "RegistryPolicyNotFoundException");
    for result in judged(ID, none) {
        assert_eq!(result.status, Pass, "{result:#?}");
    }
    let other = allowing(&format!("{ROLES}/build"));
    for result in judged(ID, account().says("ecr:GetRegistryPolicy", &region, &other)) {
        assert_eq!(result.status, Pass, "{result:#?}");
    }
    let caller = allowing(&format!("{ROLES}/deploy"));
    let open = account().says("ecr:GetRegistryPolicy", &region, &caller);
    for account in [open, account().refuses("ecr:GetRegistryPolicy", &region)] {
        for result in judged(ID, account) {
            assert_eq!(result.status, Unknown, "{result:#?}");
            assert!(result.message.contains("pull-through cache rule org"), "{result:#?}");
        }
    }
}

#[test]
fn what_another_account_refuses_only_that_account_allows() {
    let remedy = |registry: &str| {
        let rules = json!({"region": REGION, "registry": registry});
        let account = undescribed(registry).refuses("ecr:DescribePullThroughCacheRules", &rules);
        let story = of(registry).in_account(account.recorded());
        let results = story.judged(|group, _| group.name == "image");
        let exists = results.into_iter().find(|it| it.id == IMAGE_EXISTS.id).unwrap();
        exists.remedy.unwrap()
    };
    let foreign = remedy(OTHER);
    assert!(
        foreign.starts_with("Ask account 444455556666 to allow ecr:DescribeImages"),
        "{foreign}"
    );
    assert!(remedy(ID).starts_with("Allow the caller to read it: "), "{}", remedy(ID));
}
