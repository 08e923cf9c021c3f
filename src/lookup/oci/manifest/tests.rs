use super::*;

fn index(entries: &str) -> Manifest {
    let text = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{entries}]}}"#
    );
    Manifest::read(text.as_bytes(), None).unwrap()
}

fn image(config: &str, layers: &[&str]) -> Manifest {
    let layers: Vec<String> =
        layers.iter().map(|kind| format!(r#"{{"mediaType":"{kind}"}}"#)).collect();
    let text = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{config}","digest":"sha256:c"}},"layers":[{}]}}"#,
        layers.join(",")
    );
    Manifest::read(text.as_bytes(), Some("application/vnd.oci.image.manifest.v1+json")).unwrap()
}

const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
const DOCKER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";

#[test]
fn an_index_keeps_every_entry_and_marks_what_is_never_run() {
    let manifest = index(
        r#"{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:a",
            "platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
           {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:b",
            "platform":{"os":"unknown","architecture":"unknown"}},
           {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:c",
            "annotations":{"vnd.docker.reference.type":"attestation-manifest"}},
           {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:d",
            "platform":{"os":"windows","architecture":"amd64","os.version":"10.0.20348.2700"}},
           {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:e"}"#,
    );
    let Manifest::Index { entries } = manifest else { panic!("no index: {manifest:?}") };
    let runnable: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.is_image())
        .map(|entry| entry.digest.as_str())
        .collect();
    assert_eq!(runnable, ["sha256:a", "sha256:d", "sha256:e"]);
    assert_eq!(entries[0].variant.as_deref(), Some("v8"));
    assert_eq!(entries[3].os_version.as_deref(), Some("10.0.20348.2700"));
    assert_eq!((&entries[4].os, &entries[4].architecture), (&None, &None));
}

#[test]
fn an_entry_of_an_index_that_is_no_manifest_is_never_run() {
    let manifest = index(
        r#"{"mediaType":"application/vnd.cncf.oras.artifact.manifest.v1+json","digest":"sha256:a"}"#,
    );
    let Manifest::Index { entries } = manifest else { panic!("no index: {manifest:?}") };
    assert!(!entries[0].is_image());
}

#[test]
fn a_manifest_list_of_nothing_is_an_index_of_nothing() {
    let served_as =
        Some("application/vnd.docker.distribution.manifest.list.v2+json; charset=utf-8");
    let manifest = Manifest::read(br#"{"schemaVersion":2,"manifests":null}"#, served_as).unwrap();
    assert_eq!(manifest, Manifest::Index { entries: Vec::new() });
}

#[test]
fn the_layers_of_an_image_are_looked_at_for_compression_and_place() {
    // layers, mixed compression, Docker's zstd, foreign layers
    let cases: &[(&[&str], bool, bool, bool)] = &[
        (&[], false, false, false),
        (&[GZIP, GZIP], false, false, false),
        (&[ZSTD, ZSTD], false, false, false),
        // containerd reads each layer by its own type.
        (&[GZIP, ZSTD], false, false, false),
        (&[DOCKER_GZIP, ZSTD], false, false, false),
        (&[DOCKER_GZIP, DOCKER_ZSTD], true, true, false),
        (&[DOCKER_ZSTD, DOCKER_ZSTD], false, true, false),
        (&["application/vnd.oci.image.layer.v1.tar", GZIP], false, false, false),
        (&[DOCKER_FOREIGN, DOCKER_GZIP], false, false, true),
        (&["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"], false, false, true),
    ];
    for (layers, mixed, docker_zstd, foreign) in cases {
        let expected = Manifest::Image {
            config_digest: "sha256:c".to_owned(),
            config_media_type: OCI_CONFIG.to_owned(),
            mixed_compression: *mixed,
            docker_zstd: *docker_zstd,
            zstd: layers.contains(&ZSTD) || *docker_zstd,
            foreign_layers: *foreign,
            encrypted_layers: false,
        };
        assert_eq!(image(OCI_CONFIG, layers), expected, "{layers:?}");
    }
}

#[test]
fn what_is_no_container_image_is_an_artifact() {
    // configuration, layer, kind
    let cases = [
        (
            "application/vnd.cncf.helm.config.v1+json",
            "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
            "application/vnd.cncf.helm.config.v1+json",
        ),
        (
            "application/vnd.docker.plugin.v1+json",
            DOCKER_GZIP,
            "application/vnd.docker.plugin.v1+json",
        ),
        (OCI_CONFIG, "application/vnd.in-toto+json", "application/vnd.in-toto+json"),
        (
            OCI_CONFIG,
            "application/vnd.dev.cosign.simplesigning.v1+json",
            "application/vnd.dev.cosign.simplesigning.v1+json",
        ),
        (
            OCI_CONFIG,
            "application/vnd.acme.docs.layer.v1+tar",
            "application/vnd.acme.docs.layer.v1+tar",
        ),
    ];
    for (config, layer, kind) in cases {
        assert_eq!(image(config, &[layer]), Manifest::Artifact { kind: kind.to_owned() });
    }
    let named = br#"{"schemaVersion":2,"artifactType":"application/vnd.example.sbom",
        "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:e"},"layers":[]}"#;
    assert_eq!(
        Manifest::read(named, None),
        Ok(Manifest::Artifact { kind: "application/vnd.example.sbom".to_owned() })
    );
}

#[test]
fn encrypted_layers_are_still_layers() {
    let encrypted = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
    let is_encrypted = |layers: &[&str]| match image(OCI_CONFIG, layers) {
        Manifest::Image { encrypted_layers, .. } => encrypted_layers,
        other => panic!("{other:?}"),
    };
    assert!(is_encrypted(&[GZIP, encrypted]));
    assert!(is_encrypted(&[encrypted]));
    assert!(!is_encrypted(&[GZIP]));
}

#[test]
fn json_that_a_server_gives_a_type_of_its_own_is_no_manifest() {
    let problem = br#"{"title":"sign in"}"#;
    assert!(Manifest::read(problem, Some("application/problem+json")).is_err());
    let artifact = br#"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]}"#;
    assert!(matches!(Manifest::read(artifact, None), Ok(Manifest::Artifact { .. })));
}

#[test]
fn a_configuration_under_the_type_that_old_registries_gave_it_is_still_an_image() {
    for config in ["application/octet-stream", "", "application/vnd.docker.container.image.v1+json"]
    {
        assert!(matches!(image(config, &[DOCKER_GZIP]), Manifest::Image { .. }), "{config}");
    }
}

#[test]
fn schema_1_is_recognised_without_any_media_type() {
    let text =
        br#"{"schemaVersion":1,"name":"app/web","tag":"1","architecture":"amd64","fsLayers":[]}"#;
    assert_eq!(
        Manifest::read(text, None),
        Ok(Manifest::Schema1 { architecture: Some("amd64".to_owned()) })
    );
}

#[test]
fn bytes_that_could_mean_anything_are_refused() {
    let cases: &[(&str, &str)] = &[
        ("<html>Access denied</html>", "cannot be read as JSON"),
        ("[]", "cannot be read as JSON"),
        ("{}", "not a known kind"),
        (r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#, "both an index and an image"),
        (r#"{"schemaVersion":2,"layers":[]}"#, "no configuration"),
        (r#"{"schemaVersion":2,"config":{"mediaType":""}}"#, "digest of its configuration"),
    ];
    for (text, why) in cases {
        let error = Manifest::read(text.as_bytes(), None).unwrap_err().to_string();
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn a_configuration_states_what_it_states() {
    let text = br#"{"os":"windows","architecture":"amd64","os.version":"10.0.17763.1","variant":"","rootfs":{}}"#;
    let expected = ImageConfig {
        os: Some("windows".to_owned()),
        architecture: Some("amd64".to_owned()),
        variant: None,
        os_version: Some("10.0.17763.1".to_owned()),
    };
    assert_eq!(ImageConfig::read(text), Ok(expected));
    assert_eq!(ImageConfig::read(b"{}"), Ok(ImageConfig::default()));
}
