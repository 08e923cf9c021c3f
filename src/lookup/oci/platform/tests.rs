use super::*;

fn linux(architecture: &str) -> Platform {
    Platform { os: "linux".to_owned(), architecture: architecture.to_owned(), os_version: None }
}

fn windows(year: &str) -> Platform {
    Platform::from_ecs(&format!("WINDOWS_SERVER_{year}_CORE"), "X86_64").unwrap()
}

/// `linux/arm64/v8`, `windows/amd64@10.0.20348.1`, or `` for an entry that states nothing.
fn entry(digest: &str, platform: &str) -> PlatformEntry {
    let (platform, build) = platform.split_once('@').unwrap_or((platform, ""));
    let parts: Vec<&str> = platform.split('/').collect();
    let part = |place: usize| {
        parts.get(place).filter(|part| !part.is_empty()).map(|part| (*part).to_owned())
    };
    PlatformEntry {
        digest: digest.to_owned(),
        os: part(0),
        architecture: part(1),
        variant: part(2),
        os_version: Some(build.to_owned()).filter(|build| !build.is_empty()),
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        attestation: false,
    }
}

fn index(platforms: &[&str]) -> Manifest {
    let entries =
        platforms.iter().enumerate().map(|(place, name)| entry(&format!("d{place}"), name));
    Manifest::Index { entries: entries.collect() }
}

fn offered(digest: &str) -> Offer {
    Offer::Offered { digest: Some(digest.to_owned()) }
}

fn missing(has: &[&str]) -> Offer {
    Offer::Missing { has: has.iter().map(|name| (*name).to_owned()).collect() }
}

fn doubtful(nearest: &str) -> Offer {
    Offer::Doubtful { nearest: nearest.to_owned() }
}

fn inside(digest: &str) -> Offer {
    Offer::Inside { digest: digest.to_owned() }
}

#[test]
fn an_index_offers_what_the_runtime_would_choose() {
    let cases: Vec<(&[&str], Platform, Offer)> = vec![
        (&["linux/amd64", "linux/arm64"], linux("arm64"), offered("d1")),
        (&["linux/amd64", "linux/arm64/v8"], linux("arm64"), offered("d1")),
        (&["linux/x86_64"], linux("amd64"), offered("d0")),
        (&["Linux/aarch64"], linux("arm64"), offered("d0")),
        (&["linux/amd64"], linux("arm64"), missing(&["linux/amd64"])),
        (&["linux/amd64", "linux/amd64"], linux("arm64"), missing(&["linux/amd64"])),
        (&["windows/amd64"], linux("amd64"), missing(&["windows/amd64"])),
        (&[], linux("amd64"), missing(&[])),
        (&["linux/arm/v7"], linux("arm64"), doubtful("linux/arm/v7")),
        (&["linux/386"], linux("amd64"), doubtful("linux/386")),
        (&["linux/amd64/v3"], linux("amd64"), missing(&["linux/amd64/v3"])),
        (&["linux/amd64/v3", "linux/amd64"], linux("amd64"), offered("d1")),
        (&["linux/amd64/v2", "linux/386"], linux("amd64"), doubtful("linux/386")),
        (&["linux/arm64/v9"], linux("arm64"), missing(&["linux/arm64/v9"])),
        // Entries with a platform come first, whichever is the better image.
        (&["", "linux/386"], linux("amd64"), doubtful("linux/386")),
        (
            &["linux/arm/v7", "linux/s390x"],
            linux("amd64"),
            missing(&["linux/arm/v7", "linux/s390x"]),
        ),
    ];
    for (platforms, wanted, expected) in cases {
        assert_eq!(
            index(platforms).offers(&wanted, Runtime::Containerd),
            expected,
            "{platforms:?} for {wanted}"
        );
    }
}

#[test]
fn docker_also_takes_a_variant_that_the_processor_may_support() {
    let of = |platforms: &[&str], architecture: &str| {
        index(platforms).offers(&linux(architecture), Runtime::Docker)
    };
    assert_eq!(of(&["linux/amd64/v3"], "amd64"), doubtful("linux/amd64/v3"));
    assert_eq!(of(&["linux/amd64/v3", "linux/amd64"], "amd64"), offered("d1"));
    assert_eq!(of(&["linux/arm64/v9"], "arm64"), missing(&["linux/arm64/v9"]));
}

#[test]
fn of_the_entries_without_a_platform_only_the_first_is_taken_and_looked_into() {
    let of = |platforms: &[&str]| index(platforms).offers(&linux("arm64"), Runtime::Containerd);
    assert_eq!(of(&["", "linux/arm64"]), offered("d1"));
    assert_eq!(of(&["linux/amd64", "", ""]), inside("d1"));
    // The runtime takes a missing operating system for its own, and a missing architecture for none.
    assert_eq!(of(&["/arm64"]), offered("d0"));
    assert_eq!(of(&["/amd64"]), missing(&["unstated/amd64"]));
    assert_eq!(of(&["linux"]), missing(&["linux/unstated"]));
    assert_eq!(of(&["windows"]), missing(&["windows/unstated"]));
}

#[test]
fn an_index_inside_an_index_is_looked_into() {
    let nested = PlatformEntry {
        media_type: "application/vnd.oci.image.index.v1+json".to_owned(),
        ..entry("d1", "linux/arm64")
    };
    let manifest = Manifest::Index { entries: vec![entry("d0", "linux/amd64"), nested] };
    let of = |architecture| manifest.offers(&linux(architecture), Runtime::Containerd);
    assert_eq!(of("arm64"), inside("d1"));
    assert_eq!(of("amd64"), offered("d0"));
}

#[test]
fn behind_an_entry_without_a_platform_containerd_compares_the_configuration() {
    let config = |architecture: Option<&str>, variant: Option<&str>| ImageConfig {
        os: Some("linux".to_owned()),
        architecture: architecture.map(str::to_owned),
        variant: variant.map(str::to_owned),
        ..ImageConfig::default()
    };
    let (amd, docker) = (linux("amd64"), Runtime::Docker);
    let of = |it: ImageConfig, runtime| it.offers_behind(&amd, runtime);
    let fits = Offer::Offered { digest: None };
    assert_eq!(of(config(Some("amd64"), None), Runtime::Containerd), fits);
    for (architecture, name) in [(Some("arm64"), "linux/arm64"), (None, "linux/unstated")] {
        assert_eq!(of(config(architecture, None), Runtime::Containerd), missing(&[name]));
    }
    for runtime in [Runtime::Containerd, docker] {
        assert_eq!(of(config(Some("amd64"), Some("v3")), runtime), doubtful("linux/amd64/v3"));
    }
    assert_eq!(of(config(None, None), docker), Offer::Unstated);
}

#[test]
fn attestations_are_neither_an_offer_nor_listed_as_one() {
    let attestation = PlatformEntry { attestation: true, ..entry("d1", "") };
    let manifest = Manifest::Index { entries: vec![entry("d0", "linux/amd64"), attestation] };
    assert_eq!(manifest.offers(&linux("amd64"), Runtime::Containerd), offered("d0"));
    assert_eq!(manifest.offers(&linux("arm64"), Runtime::Containerd), missing(&["linux/amd64"]));
}

#[test]
fn windows_needs_the_build_of_its_host() {
    const SERVER_2019: &str = "windows/amd64@10.0.17763.5936";
    const SERVER_2022: &str = "windows/amd64@10.0.20348.2700";
    let cases: Vec<(&[&str], Platform, Offer)> = vec![
        (&[SERVER_2019, SERVER_2022], windows("2022"), offered("d1")),
        (&[SERVER_2019], windows("2022"), missing(&["windows/amd64 (10.0.17763.5936)"])),
        (&[SERVER_2022], windows("2019"), missing(&["windows/amd64 (10.0.20348.2700)"])),
        (&[SERVER_2022], windows("2025"), doubtful("windows/amd64 (10.0.20348.2700)")),
        (&["windows/amd64"], windows("2022"), offered("d0")),
        (&["windows/amd64@new"], windows("2022"), doubtful("windows/amd64 (new)")),
    ];
    for (platforms, wanted, expected) in cases {
        assert_eq!(
            index(platforms).offers(&wanted, Runtime::Containerd),
            expected,
            "{platforms:?} for {wanted}"
        );
    }
}

#[test]
fn a_single_image_is_judged_by_its_configuration() {
    let manifest = Manifest::Image {
        config_digest: "sha256:c".to_owned(),
        config_media_type: String::new(),
        mixed_compression: false,
        docker_zstd: false,
        zstd: false,
        foreign_layers: false,
        encrypted_layers: false,
    };
    let ask = Offer::AskConfig { digest: "sha256:c".to_owned() };
    assert_eq!(manifest.offers(&linux("amd64"), Runtime::Containerd), ask);

    let config = |os: &str, architecture: &str| ImageConfig {
        os: Some(os.to_owned()),
        architecture: Some(architecture.to_owned()),
        ..ImageConfig::default()
    };
    let fits = Offer::Offered { digest: None };
    assert_eq!(config("linux", "arm64").offers(&linux("arm64")), fits);
    assert_eq!(config("linux", "amd64").offers(&linux("arm64")), missing(&["linux/amd64"]));
    assert_eq!(ImageConfig::default().offers(&linux("arm64")), Offer::Unstated);
}

#[test]
fn schema_1_and_artifacts_answer_for_themselves() {
    let old = |architecture: Option<&str>| Manifest::Schema1 {
        architecture: architecture.map(str::to_owned),
    };
    let of = |it: Manifest, architecture| it.offers(&linux(architecture), Runtime::Containerd);
    assert_eq!(of(old(Some("amd64")), "amd64"), Offer::Offered { digest: None });
    assert_eq!(of(old(Some("amd64")), "arm64"), missing(&["linux/amd64"]));
    assert_eq!(of(old(None), "arm64"), Offer::Unstated);
    let chart = Manifest::Artifact { kind: "chart".to_owned() };
    assert_eq!(of(chart, "amd64"), Offer::NotAnImage { kind: "chart".to_owned() });
}

#[test]
fn the_names_of_ecs_become_the_names_of_images() {
    let cases = [
        ("LINUX", "X86_64", "linux/amd64"),
        ("LINUX", "ARM64", "linux/arm64"),
        ("WINDOWS_SERVER_2016_FULL", "X86_64", "windows/amd64 (10.0.14393)"),
        ("WINDOWS_SERVER_2019_CORE", "X86_64", "windows/amd64 (10.0.17763)"),
        ("WINDOWS_SERVER_2004_CORE", "X86_64", "windows/amd64 (10.0.19041)"),
        ("WINDOWS_SERVER_20H2_CORE", "X86_64", "windows/amd64 (10.0.19042)"),
        ("WINDOWS_SERVER_2022_FULL", "X86_64", "windows/amd64 (10.0.20348)"),
        ("WINDOWS_SERVER_2025_CORE", "X86_64", "windows/amd64 (10.0.26100)"),
    ];
    for (family, processor, platform) in cases {
        assert_eq!(Platform::from_ecs(family, processor).unwrap().to_string(), platform);
    }
    assert_eq!(Platform::from_ecs("WINDOWS_SERVER_2030_CORE", "X86_64"), None);
    assert_eq!(Platform::from_ecs("LINUX", "amd64"), None);
}
