//! The policies that are printed, held by the roles they are for: given them, every check of a
//! permission passes; without them, none does.
//!
//! `tests/needs/` holds a definition for each feature that takes a permission, with what each principal
//! needs for it, written by hand from AWS's pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::checks::catalogue;
use crate::least_privilege::tests::{run_as, served_by, task};
use crate::least_privilege::{Known, Needs, Whose, of, policy};
use crate::names::Region;
use crate::preflight::{Bounds, Interruption, Origin, RunLoop};
use crate::report::{CheckResult, Status};
use crate::task::Task;
use crate::testing::account::{Account, ID, index, policy as document, trusting};
use crate::testing::story::Story;

/// Every check that asks whether somebody may do something.
const PERMISSIONS: [&str; 13] = [
    "ebs-permission",
    "environment-file-permission",
    "image-pull-permission",
    "image-registry-credentials",
    "kms-decrypt-permission",
    "kms-volume-permission",
    "log-group-create-permission",
    "log-write-permission",
    "parameter-permission",
    "role-deployer",
    "role-pass",
    "role-task-features",
    "secret-permission",
];

const PRINCIPALS: [(&str, Whose, &[&str]); 4] = [
    ("execution-role", Whose::ExecutionRole, &["pull"]),
    ("task-role", Whose::TaskRole, &["app"]),
    ("infrastructure-role", Whose::InfrastructureRole, &["infra"]),
    ("deployer", Whose::Deployer, &["deploy"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    story: String,
    region: String,
    definition: Value,
    service: Option<Value>,
    run: Option<Value>,
    /// The names of the roles, where they are not `pull`, `app` and `infra`.
    #[serde(default)]
    roles: BTreeMap<String, Vec<String>>,
    account: Given,
    /// By principal: each action with its resources.
    needs: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// By principal: words of what stays open.
    #[serde(default)]
    open: BTreeMap<String, Vec<String>>,
    /// How many times each check of a permission passes.
    passes: BTreeMap<String, usize>,
}

/// What is in the account.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Given {
    secrets: Vec<GivenSecret>,
    /// Each with the key that it is encrypted with.
    parameters: BTreeMap<String, Option<String>>,
    missing_parameters: Vec<String>,
    /// By what they are called.
    keys: BTreeMap<String, String>,
    images: Vec<GivenImage>,
    imported: Option<Imported>,
    /// Each with the key that it is encrypted with.
    files: BTreeMap<String, Option<String>>,
    /// By `REGION NAME`, whether it is there.
    log_groups: BTreeMap<String, bool>,
    /// The key that the snapshot `snap-1` is encrypted with.
    snapshot_key: Option<String>,
    /// What the cluster does with sessions of ECS Exec.
    sessions: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenSecret {
    called: String,
    arn: String,
    key: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenImage {
    registry: String,
    region: String,
    name: String,
    tag: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Imported {
    rule: String,
    upstream: String,
    name: String,
    tag: String,
    upstream_name: String,
}

impl Case {
    fn task(&self) -> Task {
        let mut task = task(&self.definition.to_string());
        if let Some(service) = &self.service {
            task = served_by(task, service.clone());
        }
        if let Some(run) = &self.run {
            task = run_as(task, run.clone());
        }
        task.home = self.region.parse().ok();
        task
    }

    fn story(&self, account: Account) -> Story {
        let mut story = Story::given(&self.definition.to_string());
        if let Some(service) = &self.service {
            story = story.served_by(&service.to_string());
        }
        if let Some(run) = &self.run {
            story = story.run_as(&run.to_string());
        }
        story.in_account(account.recorded())
    }

    /// The account, whose roles hold these statements.
    fn account(&self, held: &BTreeMap<&str, Value>) -> Account {
        let none = json!([]);
        let mut account = Account::of_region(&self.region, held.get("deployer").unwrap_or(&none));
        for (principal, whose, names) in PRINCIPALS {
            let service = match whose {
                Whose::ExecutionRole | Whose::TaskRole => "ecs-tasks.amazonaws.com",
                Whose::InfrastructureRole => "ecs.amazonaws.com",
                Whose::Deployer => continue,
            };
            let statements = held.get(principal).unwrap_or(&none);
            let names = names.iter().map(ToString::to_string);
            for name in names.chain(self.roles.get(principal).into_iter().flatten().cloned()) {
                account = account.role(&name, "/", &trusting(service), statements);
            }
        }
        self.account.fill(self.cluster(account))
    }

    /// The cluster, with what is given of its sessions.
    fn cluster(&self, account: Account) -> Account {
        let input = self.service.as_ref().or(self.run.as_ref());
        let name = input.and_then(|it| it["cluster"].as_str()).unwrap_or("default");
        account.says(
            "ecs:DescribeClusters",
            &json!({"region": self.region, "cluster": name}),
            &json!({"arn": name, "volume_key": null, "fargate_storage_key": null,
                "execute_command": self.account.sessions}),
        )
    }
}

impl Given {
    fn fill(&self, mut account: Account) -> Account {
        for GivenSecret { called, arn, key } in &self.secrets {
            account = account.secret_called(called, arn, key.as_deref());
            if !is_own(arn) {
                account = account.secret_policy(arn, &admitting("secretsmanager:GetSecretValue"));
            }
        }
        for (name, key) in &self.parameters {
            account = account.parameter(name, key.as_deref());
            // An ARN may mean the name without its slash as well.
            if name.matches('/').count() == 1 && !self.parameters.contains_key(&name[1..]) {
                account = account.without_parameter(&name[1..]);
            }
        }
        for name in &self.missing_parameters {
            account = account.without_parameter(name);
        }
        for (called, arn) in &self.keys {
            account = account.key_called(called, arn, &json!({}));
            account = account.key_called(arn, arn, &json!({}));
            if !is_own(arn) {
                account = account.key_policy(arn, &admitting("kms:*")["Statement"]);
            }
        }
        account = account.snapshot(self.snapshot_key.as_deref());
        for (called, is_there) in &self.log_groups {
            let (region, name) = called.split_once(' ').unwrap();
            let key = json!({"region": region, "name": name});
            let arn = format!("arn:aws:logs:{region}:{ID}:log-group:{name}");
            let group = json!({"arn": arn, "class": null, "kms_key": null});
            account = match is_there {
                true => account.says("logs:DescribeLogGroups", &key, &group),
                false => account.lacks("logs:DescribeLogGroups", &key, "none"),
            };
        }
        for GivenImage { registry, region, name, tag } in &self.images {
            let manifest = index(&[Some("amd64")]);
            account = account.image_in(registry, region, name, &json!({"tag": tag}), &manifest);
            if registry != ID {
                let repository = json!({"region": region, "registry": registry, "name": name});
                let key = json!({"repository": repository});
                account = account.says("ecr:GetRepositoryPolicy", &key, &admitting("ecr:*"));
            }
        }
        if let Some(Imported { rule, upstream, name, tag, upstream_name }) = &self.imported {
            account = account.cached_from(rule, upstream, [name, tag, upstream_name]);
        }
        for (arn, key) in &self.files {
            let encryption = key.as_ref().map_or(json!("own"), |key| json!({"key": key}));
            account = account.file_under(arn, &encryption);
        }
        account
    }
}

fn is_own(arn: &str) -> bool {
    arn.contains(ID)
}

/// The policy of something of another account.
fn admitting(action: &str) -> Value {
    document(&json!([{"Effect": "Allow", "Action": action, "Resource": "*",
        "Principal": {"AWS": ID}}]))
}

/// What is needed, once AWS has told what it can.
fn needs(case: &Case, whose: Whose, account: &Account) -> Needs {
    let task = case.task();
    let region: Region = case.region.parse().unwrap();
    let asks = of(&task, whose, &Known::default()).asks;
    let bounds = Bounds { deadline: Some(Duration::from_secs(60)), per_service: 1 };
    let mut nobody = ();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let known = runtime.block_on(async {
        let never = Interruption::never();
        let origin = Origin::Replay(account.clone().recorded());
        let mut run = RunLoop::new(origin, bounds, never, &mut nobody);
        run.work_out(|facts| asks.learn(&region, facts)).await.unwrap()
    });
    let mut needs = of(&task, whose, &known);
    needs.open.extend(known.open);
    needs
}

/// Each action with its resources.
fn flat(needs: &Needs) -> BTreeMap<String, BTreeSet<String>> {
    let mut flat: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for need in &needs.found {
        for action in &need.actions {
            flat.entry((*action).to_owned()).or_default().extend(need.resources.iter().cloned());
        }
    }
    flat
}

fn judged(story: &Story) -> Vec<CheckResult> {
    story.judged(|_, check| PERMISSIONS.contains(&check.id))
}

fn passed(results: &[CheckResult]) -> BTreeMap<String, usize> {
    let mut passed = BTreeMap::new();
    for result in results.iter().filter(|it| it.status == Status::Pass) {
        *passed.entry(result.id.to_owned()).or_default() += 1;
    }
    passed
}

fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/needs");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let case =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, case)
        })
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert!(cases.len() > 10);
    cases
}

#[test]
fn every_feature_needs_what_aws_says_and_is_granted_it_by_what_is_printed() {
    let mut wrong = Vec::new();
    for (name, case) in cases() {
        let powerless = case.account(&BTreeMap::new());
        let mut held = BTreeMap::new();
        for (principal, whose, _) in PRINCIPALS {
            let needs = needs(&case, whose, &powerless);
            let expected = case.needs.get(principal).cloned().unwrap_or_default();
            assert_eq!(flat(&needs), expected, "{name} ({}): {principal}", case.story);
            let open = case.open.get(principal).cloned().unwrap_or_default();
            assert_eq!(needs.open.len(), open.len(), "{name}: {principal}: {:?}", needs.open);
            for (found, words) in needs.open.iter().zip(&open) {
                assert!(found.contains(words), "{name}: {principal}: {found}");
            }
            held.insert(principal, policy(&needs.found)["Statement"].clone());
        }
        let results = judged(&case.story(case.account(&held)));
        let refused: Vec<_> = results
            .iter()
            .filter(|it| !matches!(it.status, Status::Pass | Status::Skip))
            .map(|it| format!("{} {} {}: {}", it.status.word(), it.id, it.subject, it.message))
            .collect();
        if !refused.is_empty() || passed(&results) != case.passes {
            wrong.push(format!("{name}: {:?}\n{}", passed(&results), refused.join("\n")));
        }
        let without = judged(&case.story(powerless));
        if !passed(&without).is_empty() {
            wrong.push(format!("{name}: passes without rights: {:?}", passed(&without)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_checks_of_permissions_are_in_the_catalogue() {
    for id in PERMISSIONS {
        assert!(catalogue().any(|(_, check)| check.id == id), "{id}");
    }
}
