//! Given a repository that may be pulled from but not described, then `BatchGetImage` says what it has, unless
//! that call might import an image.

use serde_json::{Value, json};

use super::super::exists::IMAGE_EXISTS;
use super::super::platform::IMAGE_PLATFORM;
use super::{FARGATE, OTHER};
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Skip, Unknown};
use crate::testing::account::{Account, DIGEST, ID, REGION, ROLES, index};
use crate::testing::story::Story;

fn repository(registry: &str) -> Value {
    json!({"region": REGION, "registry": registry, "name": "org/app"})
}

/// An account in which the caller may not describe the image org/app:1 of this registry.
fn undescribed(registry: &str) -> Account {
    let asked = json!({"repository": repository(registry), "reference": {"tag": "1"}});
    let arn = format!("arn:aws:ecr:{REGION}:{registry}:repository/org/app");
    let refused = json!({"action": "ecr:DescribeImages", "resource": arn,
        "said": "AccessDeniedException"});
    Account::healthy()
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
