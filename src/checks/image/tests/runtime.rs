//! Given this image, then it is judged by what the container runtime does with it.

use serde_json::{Value, json};

use super::super::exists::IMAGE_EXISTS;
use super::super::platform::IMAGE_PLATFORM;
use super::{EC2, FARGATE};
use crate::checks::Check;
use crate::report::CheckResult;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::account::{Account, DIGEST, ID, REGION, index, registered};
use crate::testing::story::Story;

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The digest of an entry of an index.
fn digest(place: usize) -> String {
    format!("sha256:{place:064}")
}

/// An index whose entries have these media types and platforms; `-` states none.
fn index_of(entries: &[(&str, &str)]) -> Value {
    let entry = |(place, (kind, platform)): (usize, &(&str, &str))| {
        let mut parts = platform.split('/').filter(|part| *part != "-");
        json!({
            "digest": digest(place), "os": parts.next(), "architecture": parts.next(),
            "variant": parts.next(), "os_version": null, "media_type": kind, "attestation": false,
        })
    };
    json!({"index": {"entries": entries.iter().enumerate().map(entry).collect::<Vec<_>>()}})
}

/// The manifest of an image with these marks.
fn image(marks: &[&str]) -> Value {
    let mut fields = json!({"config_digest": DIGEST, "config_media_type": "",
        "mixed_compression": false, "foreign_layers": false});
    for mark in marks {
        fields[*mark] = json!(true);
    }
    json!({"image": fields})
}

/// An account whose image web:1 has this manifest.
fn of_manifest(manifest: &Value) -> Account {
    Account::healthy().image_in(ID, REGION, "web", &json!({"tag": "1"}), manifest)
}

trait Stored {
    /// The entry of the index at this place has this manifest.
    fn entry(self, place: usize, manifest: &Value) -> Self;
    /// The configuration of every image is this.
    fn configured(self, os: &str, architecture: &str, variant: Option<&str>) -> Self;
}

impl Stored for Account {
    fn entry(self, place: usize, manifest: &Value) -> Account {
        let repository = json!({"region": REGION, "registry": ID, "name": "web"});
        let asked = json!({"repository": repository, "reference": {"digest": digest(place)}});
        self.says(
            "ecr:BatchGetImage",
            &asked,
            &json!({"digest": digest(place), "manifest": manifest}),
        )
    }

    fn configured(self, os: &str, architecture: &str, variant: Option<&str>) -> Account {
        let repository = json!({"region": REGION, "registry": ID, "name": "web"});
        self.says(
            "ecr:GetDownloadUrlForLayer",
            &json!({"repository": repository, "digest": DIGEST}),
            &json!({"os": os, "architecture": architecture, "variant": variant, "os_version": null}),
        )
    }
}

fn platform_in(account: Account, fields: &str) -> CheckResult {
    let image = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/web:1");
    let story = Story::containers_and(
        &format!(r#"{{"name": "app", "image": "{image}", "memory": 128}}"#),
        fields.trim_start_matches(", "),
    );
    story.in_account(account.recorded()).judged_by(&IMAGE_PLATFORM).swap_remove(0)
}

/// The result on Fargate for X86_64.
fn on_fargate(account: Account) -> CheckResult {
    platform_in(account, FARGATE)
}

#[test]
fn of_two_entries_without_a_platform_the_first_decides() {
    let manifest = index_of(&[(OCI, "-"), (OCI, "-")]);
    let of = |architecture| {
        let account = of_manifest(&manifest).entry(0, &image(&[]));
        on_fargate(account.configured("linux", architecture, None))
    };
    // The second would fit, and is never read.
    let result = of("arm64");
    assert_eq!(result.status, Fail, "{result:#?}");
    assert!(result.message.contains("built for linux/arm64"), "{result:#?}");
    assert_eq!(of("amd64").status, Pass);
}

#[test]
fn an_index_inside_an_index_decides() {
    let manifest = index_of(&[(OCI_INDEX, "-")]);
    let of = |inner: &Value| on_fargate(of_manifest(&manifest).entry(0, inner));
    assert_eq!(of(&index(&[Some("arm64"), Some("amd64")])).status, Pass);
    let result = of(&index(&[Some("arm64")]));
    assert_eq!(result.status, Fail, "{result:#?}");
    // Each is read once, and an index of itself does not exist: its digest would be part of itself.
    let endless = on_fargate(of_manifest(&manifest).entry(0, &manifest));
    assert_eq!(endless.status, Unknown, "{endless:#?}");
}

#[test]
fn a_chart_beside_an_image_for_another_platform_is_no_way_to_start() {
    let manifest = index_of(&[(OCI, "linux/arm64"), (OCI, "-")]);
    let chart = json!({"artifact": {"kind": "application/vnd.cncf.helm.config.v1+json"}});
    let result = on_fargate(of_manifest(&manifest).entry(1, &chart));
    assert_eq!(result.status, Fail, "{result:#?}");
    assert!(result.message.contains("is built for linux/arm64, but"), "{result:#?}");
}

#[test]
fn a_variant_is_found_by_docker_alone_and_its_processor_is_not_known() {
    let account = || of_manifest(&index_of(&[(OCI, "linux/amd64/v3")]));
    let result = on_fargate(account());
    assert_eq!(result.status, Fail, "{result:#?}");
    assert!(result.message.contains("linux/amd64/v3"), "{result:#?}");
    assert_eq!(platform_in(account(), EC2).status, Warn);
}

#[test]
fn zstd_layers_of_dockers_type_are_found_behind_an_index_too() {
    for (mixed, status) in [(true, Fail), (false, Warn)] {
        let marks: &[&str] =
            if mixed { &["docker_zstd", "mixed_compression"] } else { &["docker_zstd"] };
        let account = of_manifest(&index_of(&[(DOCKER, "linux/amd64"), (OCI, "unknown/unknown")]));
        let result = on_fargate(account.entry(0, &image(marks)));
        assert_eq!(result.status, status, "{result:#?}");
        assert!(result.message.contains("under Docker's media type"), "{result:#?}");
    }
    let account = of_manifest(&index_of(&[(DOCKER, "linux/amd64")])).entry(0, &image(&[]));
    assert_eq!(on_fargate(account).status, Pass);
    // What is behind the entry is not known.
    let account = of_manifest(&index_of(&[(DOCKER, "linux/amd64")]));
    assert_eq!(on_fargate(account).status, Unknown);
}

#[test]
fn encrypted_layers_have_no_key() {
    let account = || of_manifest(&image(&["encrypted_layers"]));
    assert_eq!(on_fargate(account()).status, Fail);
    assert_eq!(platform_in(account(), EC2).status, Warn);
}

#[test]
fn what_is_no_image_gets_the_advice_for_what_it_is() {
    for (kind, words) in [
        ("application/vnd.in-toto+json", "--provenance=false"),
        ("application/vnd.dev.cosign.simplesigning.v1+json", "the image that is signed"),
        ("application/vnd.cncf.helm.config.v1+json", "that the chart installs"),
        ("application/vnd.example.sbom", "by its own tag or digest"),
    ] {
        let result = on_fargate(of_manifest(&json!({"artifact": {"kind": kind}})));
        assert_eq!((result.status, result.commands.len()), (Fail, 0), "{result:#?}");
        assert!(result.message.contains(kind), "{result:#?}");
        assert!(result.remedy.unwrap().contains(words), "{kind}");
    }
}

#[test]
fn an_image_of_another_publisher_is_not_built_here() {
    let (repository, tag) = ("quay/org/app", json!({"tag": "1"}));
    let rule = json!([{"prefix": "quay", "upstream": "quay.io", "upstream_prefix": null,
        "credential": null}]);
    let account =
        Account::healthy().image_in(ID, REGION, repository, &tag, &index(&[Some("arm64")])).says(
            "ecr:DescribePullThroughCacheRules",
            &json!({"region": REGION, "registry": ID}),
            &rule,
        );
    let cached = format!("{ID}.dkr.ecr.{REGION}.amazonaws.com/{repository}:1");
    let head = json!({"repository": {"host": "quay.io", "name": "org/app"}, "reference": "1"});
    let seen = json!({"sees": {"digest": DIGEST, "media_type": OCI_INDEX,
        "manifest": index(&[Some("arm64")])}});
    let account = account.says("registry:HeadManifest", &head, &seen).recorded();
    for image in [cached.as_str(), "quay.io/org/app:1"] {
        let container = format!(r#"{{"name": "app", "image": "{image}"}}"#);
        let story = Story::containers_and(&container, FARGATE.trim_start_matches(", "))
            .in_account(account.clone());
        let result = story.judged_by(&IMAGE_PLATFORM).swap_remove(0);
        assert_eq!((result.status, result.commands.len()), (Fail, 0), "{result:#?}");
        assert!(result.remedy.unwrap().contains("that its publisher builds for linux/amd64"));
    }
}

#[test]
fn a_windows_image_of_another_build_needs_another_base() {
    let mut manifest = index(&[Some("amd64")]);
    let entry = &mut manifest["index"]["entries"][0];
    entry["os"] = json!("windows");
    entry["os_version"] = json!("10.0.17763.4737");
    let fields = r#", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc",
        "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;
    let result = platform_in(of_manifest(&manifest), fields);
    assert_eq!((result.status, result.commands.len()), (Fail, 0), "{result:#?}");
    assert!(result.remedy.unwrap().contains("base image of build 10.0.20348"));
}

/// The result for an image of an open registry that answers HEAD with these fields.
fn served(check: &'static Check, fields: &Value, where_to: &str) -> CheckResult {
    let head = json!({"repository": {"host": "registry.example.com", "name": "app"},
        "reference": "1"});
    let mut seen = json!({"digest": DIGEST, "media_type": OCI_INDEX,
        "manifest": index(&[Some("amd64")])});
    seen.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let account = Account::healthy().says("registry:HeadManifest", &head, &json!({"sees": seen}));
    let container = r#"{"name": "app", "image": "registry.example.com/app:1", "memory": 128}"#;
    let story = Story::containers_and(container, where_to.trim_start_matches(", "))
        .in_account(account.recorded());
    story.judged_by(check).swap_remove(0)
}

#[test]
fn containerd_believes_the_type_that_a_registry_states() {
    for (media_type, words) in
        [("application/json", "as `application/json`"), ("", "without a media type")]
    {
        let fields = json!({"media_type": media_type});
        let result = served(&IMAGE_PLATFORM, &fields, FARGATE);
        assert_eq!(result.status, Fail, "{result:#?}");
        assert!(result.message.contains(words), "{result:#?}");
        assert_eq!(served(&IMAGE_PLATFORM, &fields, EC2).status, Warn);
    }
    assert_eq!(served(&IMAGE_PLATFORM, &json!({}), FARGATE).status, Pass);
}

#[test]
fn containerd_does_not_find_what_head_hides() {
    let hidden = json!({"head_refused": "HTTP 404"});
    let result = served(&IMAGE_EXISTS, &hidden, FARGATE);
    assert_eq!(result.status, Fail, "{result:#?}");
    assert!(result.message.contains("answers HTTP 404 to HEAD"), "{result:#?}");
    // Docker asks by GET.
    assert_eq!(served(&IMAGE_EXISTS, &hidden, EC2).status, Pass);
    assert_eq!(served(&IMAGE_EXISTS, &json!({}), FARGATE).status, Pass);
    // Another server may have answered here.
    let behind_a_proxy = json!({"head_refused": "HTTP 403", "trusted_here": true});
    assert_eq!(served(&IMAGE_EXISTS, &behind_a_proxy, FARGATE).status, Warn);
}

#[test]
fn certificates_of_this_machine_prove_nothing_of_fargate() {
    let own = json!({"trusted_here": true});
    let result = served(&IMAGE_EXISTS, &own, FARGATE);
    assert_eq!(result.status, Warn, "{result:#?}");
    assert!(result.message.contains("Fargate does not have them"), "{result:#?}");
    let result = served(&IMAGE_EXISTS, &own, EC2);
    assert_eq!(result.status, Warn, "{result:#?}");
    assert!(result.message.contains("the container instances need them too"), "{result:#?}");
    // Everybody's registries have certificates of public authorities: a proxy replaced this one.
    let head = json!({"repository": {"host": "ghcr.io", "name": "org/app"}, "reference": "1"});
    let seen = json!({"sees": {"digest": DIGEST, "media_type": OCI_INDEX, "trusted_here": true,
        "manifest": index(&[Some("amd64")])}});
    let account = Account::healthy().says("registry:HeadManifest", &head, &seen).recorded();
    let container = r#"{"name": "app", "image": "ghcr.io/org/app:1"}"#;
    let story = Story::containers_and(container, FARGATE.trim_start_matches(", "));
    let result = story.in_account(account).judged_by(&IMAGE_EXISTS).swap_remove(0);
    assert_eq!(result.status, Pass, "{result:#?}");
}

#[test]
fn a_registry_on_loopback_is_that_of_the_machine_that_pulls() {
    for host in ["localhost:5000", "127.0.0.1:5000", "[::1]:5000"] {
        let container = format!(r#"{{"name": "app", "image": "{host}/app:1", "memory": 128}}"#);
        let judged = |fields: &str, check: &'static Check| {
            let story = Story::containers_and(&container, fields.trim_start_matches(", "));
            let story = story.in_account(Account::healthy().recorded());
            story.judged_by(check).swap_remove(0)
        };
        let result = judged(FARGATE, &IMAGE_EXISTS);
        assert_eq!(result.status, Fail, "{result:#?}");
        assert!(result.message.contains("on Fargate no registry runs there"), "{result:#?}");
        for check in [&IMAGE_EXISTS, &IMAGE_PLATFORM] {
            let result = judged(EC2, check);
            assert_eq!(result.status, Unknown, "{result:#?}");
            assert!(result.message.contains("on the container instance"), "{result:#?}");
        }
    }
}

#[test]
fn docker_on_the_instances_reads_zstd_since_23() {
    let of = |account: Account, versions: &[Option<&str>]| {
        let instance = |(place, version): (usize, &Option<&str>)| {
            let attributes = json!({"ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux"});
            let mut instance = registered(&place.to_string(), None, &attributes);
            instance["docker_version"] = json!(version);
            instance
        };
        let instances: Vec<Value> = versions.iter().enumerate().map(instance).collect();
        let account = account.says(
            "ecs:DescribeContainerInstances",
            &json!({"region": REGION, "cluster": "prod"}),
            &json!(instances),
        );
        let container = format!(
            r#"{{"name": "app", "image": "{ID}.dkr.ecr.{REGION}.amazonaws.com/web:1", "memory": 128}}"#
        );
        let story = Story::containers_and(&container, EC2.trim_start_matches(", "))
            .run_as(r#"{"cluster": "prod", "launchType": "EC2"}"#)
            .in_account(account.recorded());
        story.judged_by(&IMAGE_PLATFORM).swap_remove(0)
    };
    let judged = |versions: &[Option<&str>], marks: &[&str]| {
        of(of_manifest(&image(marks)).configured("linux", "amd64", None), versions)
    };
    let behind = |entries: &[(&str, &str)], versions: &[Option<&str>]| {
        of(of_manifest(&index_of(entries)).entry(0, &image(&["zstd"])), versions).status
    };
    let (old, new) = (Some("20.10.25"), Some("25.0.8"));
    for marks in [&["zstd"][..], &["zstd", "docker_zstd"], &["docker_zstd"]] {
        let result = judged(&[old, old], marks);
        assert_eq!(result.status, Fail, "{marks:?} {result:#?}");
        assert!(result.message.contains("but the container instances run Docker 20.10.25"));
        assert_eq!(judged(&[new, old], marks).status, Warn, "{marks:?}");
        assert_eq!(judged(&[new, new], marks).status, Pass, "{marks:?}");
    }
    assert_eq!(behind(&[(OCI, "linux/amd64")], &[old]), Fail);
    assert_eq!(behind(&[(OCI, "linux/amd64")], &[new]), Pass);
    assert_eq!(judged(&[None], &["zstd"]).status, Pass);
    assert_eq!(judged(&[None], &["docker_zstd"]).status, Warn);
    assert_eq!(judged(&[old], &[]).status, Pass);
}
