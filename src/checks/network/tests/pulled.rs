//! What pulls need besides endpoints: I12, the first pull through a pull-through cache rule; I29, Windows
//! layers that are not in ECR.

use serde_json::{Value, json};

use super::{ends, on_fargate, task_of, told};
use crate::testing::story::Story;
use crate::testing::vpc::{ACCOUNT, NEEDED, REGION, Vpc, image, interface};

const HUB: &str = "docker-hub/library/nginx";
const WARNS: &[&str] = &["network-endpoints warn"];

fn of_image(name: &str, more: &str) -> Story {
    let image = format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}:1");
    task_of(&image, more).run_as(&on_fargate("subnet-a,subnet-b", ""))
}

fn hub() -> Story {
    of_image(HUB, "")
}

fn ruled(vpc: Vpc, prefix: &str) -> Vpc {
    let key = json!({"region": REGION, "registry": ACCOUNT});
    let rule = json!({"prefix": prefix, "upstream": "registry-1.docker.io",
        "upstream_prefix": null, "credential": null});
    vpc.says("ecr:DescribePullThroughCacheRules", &key, &json!([rule])).lacks(
        "ecr:DescribeImages",
        &image(HUB),
        "there is no such repository",
    )
}

/// A route out, and endpoints for ECR.
fn with_both() -> Vpc {
    Vpc::with_nat().but(|vpc| vpc.endpoints = NEEDED.map(interface).to_vec())
}

#[test]
fn the_first_pull_by_a_rule_takes_a_way_out() {
    let vpc = ruled(Vpc::with_endpoints(), "docker-hub");
    ends(hub(), &vpc, WARNS, &["not cached yet", "rule docker-hub for registry-1.docker.io"]);
    let results = told(hub(), &vpc);
    let warned = results.iter().find(|it| it.status.word() == "warn").unwrap();
    assert!(
        warned.commands[0].to_string().starts_with("docker pull 1111"),
        "{:?}",
        warned.commands
    );
    // Cached, without a rule, or with a route out: no warning.
    for vpc in [
        ruled(Vpc::with_endpoints(), "docker-hub").holding(HUB, "sha256:hub"),
        ruled(Vpc::with_endpoints(), "quay"),
        ruled(with_both(), "docker-hub"),
    ] {
        ends(hub(), &vpc, &[], &[]);
    }
    let both = ruled(Vpc::with_endpoints(), "docker-hub")
        .but(|vpc| vpc.endpoint("ecr.dkr").subnets = vec!["subnet-b".to_owned()]);
    ends(hub(), &both, WARNS, &["cross zones", "not cached yet"]);
}

#[test]
fn ecr_is_asked_only_where_it_matters() {
    for vpc in [ruled(with_both(), "docker-hub"), ruled(Vpc::with_nat(), "docker-hub")] {
        let results = told(hub(), &vpc);
        let asks = results.iter().any(|it| it.evidence.iter().any(|line| line.contains("ecr:")));
        assert!(!asks, "{results:#?}");
    }
}

#[test]
fn what_ecr_does_not_show_is_assumed_and_leaves_nothing_open() {
    for call in ["ecr:DescribeImages", "ecr:DescribePullThroughCacheRules"] {
        let vpc = ruled(Vpc::with_endpoints(), "docker-hub").refusing(call);
        ends(hub(), &vpc, &[], &[]);
        let results = told(hub(), &vpc);
        let passed = results.iter().find(|it| it.id == "network-endpoints").unwrap();
        assert!(passed.is_assumed(), "{passed:#?}");
    }
}

/// The image of the stories, by this manifest and those of its entries.
fn built(vpc: Vpc, manifests: &[(&str, Value)]) -> Vpc {
    manifests.iter().fold(vpc, |vpc, (digest, manifest)| {
        let mut key = image("web");
        key["reference"] = json!({"digest": digest});
        let stored = json!({"digest": digest, "manifest": manifest});
        vpc.says("ecr:BatchGetImage", &key, &stored)
    })
}

fn single(foreign: bool) -> Value {
    json!({"image": {"config_digest": "sha256:c", "config_media_type": "", "mixed_compression": false,
        "foreign_layers": foreign}})
}

fn index() -> Value {
    let entry = |digest: &str, os: &str, version: Option<&str>| {
        json!({"digest": digest, "os": os, "architecture": "amd64", "variant": null,
            "os_version": version, "attestation": false,
            "media_type": "application/vnd.docker.distribution.manifest.v2+json"})
    };
    json!({"index": {"entries": [
        entry("sha256:linux", "linux", None),
        entry("sha256:windows", "windows", Some("10.0.17763.1")),
    ]}})
}

#[test]
fn layers_of_windows_that_ecr_does_not_hold_come_from_microsoft() {
    let platform = r#", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2019_CORE"}"#;
    let windows = || of_image("web", platform);
    let vpc = Vpc::with_endpoints;
    let foreign = built(vpc(), &[("sha256:web", single(true))]);
    ends(windows(), &foreign, WARNS, &["Microsoft", "web:1"]);
    // Of an index, the entry that is pulled counts.
    let listed = |linux, windows| {
        let (linux, windows) =
            (("sha256:linux", single(linux)), ("sha256:windows", single(windows)));
        built(vpc(), &[("sha256:web", index()), linux, windows])
    };
    ends(windows(), &listed(false, true), WARNS, &["Microsoft"]);
    ends(windows(), &listed(true, false), &[], &[]);
    ends(windows(), &built(vpc(), &[("sha256:web", single(false))]), &[], &[]);
    // Linux has none, and with a route out they are fetched.
    ends(of_image("web", ""), &foreign, &[], &[]);
    ends(windows(), &built(with_both(), &[("sha256:web", single(true))]), &[], &[]);
    let refused = foreign.refusing("ecr:BatchGetImage");
    ends(windows(), &refused, &[], &[]);
    let results = told(windows(), &refused);
    let passed = results.iter().find(|it| it.id == "network-endpoints").unwrap();
    assert!(passed.is_assumed(), "{passed:#?}");
}
