//! The platform of a task, and whether an image supports it.
//!
//! The rule of the [`Runtime`] decides. It normalizes both sides, accepts an arm64 entry with or without
//! variant v8, falls back to 32-bit entries of the same family, and compares the Windows build
//! (<https://github.com/containerd/platforms/blob/main/compare.go>). A fallback is [`Offer::Doubtful`]: it is
//! pulled, but whether it runs depends on the processor.
//!
//! It takes exactly one entry: the best of those whose platform matches, or else the first without a platform
//! (`LimitManifests` in <https://github.com/containerd/containerd/blob/main/core/images/handlers.go>,
//! `filterManifests` in <https://github.com/moby/moby/blob/master/daemon/internal/distribution/pull_v2_unix.go>).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::manifest::{ImageConfig, Manifest, PlatformEntry};

/// The platform that a task needs, in the words of the OCI image specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `linux` or `windows`.
    pub os: String,
    /// `amd64` or `arm64`.
    pub architecture: String,
    /// The Windows build that the host runs, such as `10.0.20348`.
    pub os_version: Option<String>,
}

/// The program that pulls an image and chooses from an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// containerd, on Fargate. On x86-64 it looks for entries without a variant, whatever the processor can do.
    Containerd,
    /// Docker, on container instances. It also accepts the variants that the processor supports, such as
    /// `amd64/v3`.
    Docker,
}

/// What an image, an index or a configuration offers for a [`Platform`].
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It is built for that platform; in an index, the entry with this digest.
    Offered {
        /// The matching entry of an index.
        digest: Option<String>,
    },
    /// The runtime would use it, but it is not proven that the host can run it: a 32-bit image, a newer
    /// processor level, or an older Windows base.
    Doubtful {
        /// The closest platform.
        nearest: String,
    },
    /// Nothing is built for that platform; only for these.
    Missing {
        /// Such as `linux/arm64`, in the order of the index, each once.
        has: Vec<String>,
    },
    /// An image manifest does not name its platform: its configuration does.
    AskConfig {
        /// The digest of the configuration blob.
        digest: String,
    },
    /// The runtime takes this entry of the index, and its contents decide: an index inside the index, or, if no
    /// entry with a platform matches, the first without one.
    Inside {
        /// The digest of the entry.
        digest: String,
    },
    /// A configuration without a platform.
    Unstated,
    /// It is not a container image: a Helm chart, a signature, an attestation.
    NotAnImage {
        /// The media type.
        kind: String,
    },
}

impl Platform {
    /// The platform of the two fields of a `runtimePlatform`, or `None` for unknown names.
    ///
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html>
    #[must_use]
    pub fn from_ecs(os_family: &str, cpu_architecture: &str) -> Option<Platform> {
        let architecture = match cpu_architecture {
            "X86_64" => "amd64",
            "ARM64" => "arm64",
            _ => return None,
        };
        let (os, build) = match os_family {
            "LINUX" => ("linux", None),
            "WINDOWS_SERVER_2016_FULL" => ("windows", Some("10.0.14393")),
            "WINDOWS_SERVER_2019_CORE" | "WINDOWS_SERVER_2019_FULL" => {
                ("windows", Some("10.0.17763"))
            }
            "WINDOWS_SERVER_2004_CORE" => ("windows", Some("10.0.19041")),
            "WINDOWS_SERVER_20H2_CORE" => ("windows", Some("10.0.19042")),
            "WINDOWS_SERVER_2022_CORE" | "WINDOWS_SERVER_2022_FULL" => {
                ("windows", Some("10.0.20348"))
            }
            "WINDOWS_SERVER_2025_CORE" | "WINDOWS_SERVER_2025_FULL" => {
                ("windows", Some("10.0.26100"))
            }
            _ => return None,
        };
        Some(Platform {
            os: os.to_owned(),
            architecture: architecture.to_owned(),
            os_version: build.map(str::to_owned),
        })
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.os_version {
            Some(build) => write!(f, " ({build})"),
            None => Ok(()),
        }
    }
}

impl Manifest {
    /// What this manifest offers for the platform.
    pub fn offers(&self, wanted: &Platform, runtime: Runtime) -> Offer {
        match self {
            Manifest::Index { entries } => index_offers(entries, wanted, runtime),
            Manifest::Image { config_digest, .. } => {
                Offer::AskConfig { digest: config_digest.clone() }
            }
            // The format is older than Windows containers: it has no field for the system.
            Manifest::Schema1 { architecture } => Stated {
                os: Some("linux"),
                architecture: architecture.as_deref(),
                ..Stated::default()
            }
            .offers(wanted),
            Manifest::Artifact { kind } => Offer::NotAnImage { kind: kind.clone() },
        }
    }
}

impl Manifest {
    /// The platforms that the entries of an index state, each once.
    pub fn platforms(&self) -> Vec<String> {
        match self {
            Manifest::Index { entries } => platforms(entries),
            _ => Vec::new(),
        }
    }

    /// Whether the entry of an index with this digest is an image of Docker's media types.
    pub fn is_of_docker(&self, digest: &str) -> bool {
        match self {
            Manifest::Index { entries } => {
                entries.iter().any(|entry| entry.digest == digest && entry.is_of_docker())
            }
            _ => false,
        }
    }
}

impl ImageConfig {
    /// What the image of this configuration offers for the platform.
    pub fn offers(&self, wanted: &Platform) -> Offer {
        self.stated().offers(wanted)
    }

    /// The same for an image behind an entry of an index without a platform. containerd takes it only if its
    /// configuration names the architecture; before 2.0, it does not compare the variant.
    pub fn offers_behind(&self, wanted: &Platform, runtime: Runtime) -> Offer {
        let stated = self.stated();
        match (runtime, stated.offers(wanted)) {
            (Runtime::Containerd, Offer::Unstated) => {
                Offer::Missing { has: vec![stated.to_string()] }
            }
            (_, offer) => offer,
        }
    }

    fn stated(&self) -> Stated<'_> {
        Stated {
            os: self.os.as_deref(),
            architecture: self.architecture.as_deref(),
            variant: self.variant.as_deref(),
            os_version: self.os_version.as_deref(),
        }
    }
}

fn index_offers(entries: &[PlatformEntry], wanted: &Platform, runtime: Runtime) -> Offer {
    let images = || entries.iter().filter(|entry| entry.is_image());
    let matching = |fit: Fit| images().find(|it| Stated::of(it).matches(wanted, runtime) == fit);
    let inside = |entry: &PlatformEntry| Offer::Inside { digest: entry.digest.clone() };

    match (matching(Fit::Exact), matching(Fit::Doubtful)) {
        (Some(entry), _) | (None, Some(entry)) if entry.is_index() => return inside(entry),
        (Some(entry), _) => return Offer::Offered { digest: Some(entry.digest.clone()) },
        (None, Some(entry)) => {
            return Offer::Doubtful { nearest: Stated::of(entry).to_string() };
        }
        (None, None) => {}
    }
    if let Some(entry) = matching(Fit::Unstated) {
        return inside(entry);
    }
    Offer::Missing { has: platforms(entries) }
}

/// The platforms that the entries state, each once.
fn platforms(entries: &[PlatformEntry]) -> Vec<String> {
    let (mut stated, mut seen) = (Vec::new(), HashSet::new());
    let is_stated = |entry: &&PlatformEntry| entry.os.is_some() || entry.architecture.is_some();
    for entry in entries.iter().filter(|entry| entry.is_image()).filter(is_stated) {
        let name = Stated::of(entry).to_string();
        if seen.insert(name.clone()) {
            stated.push(name);
        }
    }
    stated
}

/// How well a stated platform fits a wanted one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Exact,
    Doubtful,
    Unstated,
    None,
}

/// The platform that an index entry or a configuration states, as far as it does.
#[derive(Clone, Copy, Default)]
struct Stated<'a> {
    os: Option<&'a str>,
    architecture: Option<&'a str>,
    variant: Option<&'a str>,
    os_version: Option<&'a str>,
}

impl<'a> Stated<'a> {
    fn of(entry: &'a PlatformEntry) -> Stated<'a> {
        Stated {
            os: entry.os.as_deref(),
            architecture: entry.architecture.as_deref(),
            variant: entry.variant.as_deref(),
            os_version: entry.os_version.as_deref(),
        }
    }

    fn offers(self, wanted: &Platform) -> Offer {
        match self.fit(wanted) {
            Fit::Exact => Offer::Offered { digest: None },
            Fit::Doubtful => Offer::Doubtful { nearest: self.to_string() },
            Fit::Unstated => Offer::Unstated,
            Fit::None => Offer::Missing { has: vec![self.to_string()] },
        }
    }

    /// Whether the image can run there. The runtime takes a missing operating system for its own.
    fn fit(self, wanted: &Platform) -> Fit {
        if self.os.is_some_and(|os| !os.eq_ignore_ascii_case(&wanted.os)) {
            return Fit::None;
        }
        let Some(architecture) = self.architecture else { return Fit::Unstated };
        let processor =
            processor_fit(&wanted.architecture, &canonical(architecture), &self.variant());
        worse(processor, self.build_fit(wanted))
    }

    /// Whether the runtime takes an entry of an index with this platform. A platform without an architecture
    /// matches none.
    fn matches(self, wanted: &Platform, runtime: Runtime) -> Fit {
        let is_of_a_variant =
            self.architecture.is_some_and(|name| canonical(name) == wanted.architecture);
        let knows_variants = runtime == Runtime::Docker && wanted.architecture == "amd64";
        match self.fit(wanted) {
            Fit::Doubtful if is_of_a_variant && !self.is_baseline(wanted) && !knows_variants => {
                Fit::None
            }
            Fit::Unstated if self.os.is_some() => Fit::None,
            fit => fit,
        }
    }

    /// Whether every processor of the architecture can run it.
    fn is_baseline(self, wanted: &Platform) -> bool {
        processor_fit(&wanted.architecture, &wanted.architecture, &self.variant()) == Fit::Exact
    }

    fn variant(self) -> String {
        self.variant.unwrap_or_default().to_ascii_lowercase()
    }

    /// Process isolation needs the host's build; since Server 2022 a newer host also accepts the 2022 base.
    /// An image without a build is accepted by every host.
    ///
    /// <https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/version-compatibility>
    fn build_fit(self, wanted: &Platform) -> Fit {
        const SERVER_2022: u32 = 20348;
        let (Some(image), Some(host)) = (self.os_version, wanted.os_version.as_deref()) else {
            return Fit::Exact;
        };
        match (build_number(image), build_number(host)) {
            (Some(image), Some(host)) if image == host => Fit::Exact,
            (Some(image), Some(host)) if image >= SERVER_2022 && image < host => Fit::Doubtful,
            (Some(_), Some(_)) => Fit::None,
            _ => Fit::Doubtful,
        }
    }
}

impl std::fmt::Display for Stated<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let os = self.os.unwrap_or("unstated");
        let architecture = self.architecture.unwrap_or("unstated");
        write!(f, "{os}/{architecture}")?;
        if let Some(variant) = self.variant.filter(|variant| !variant.is_empty()) {
            write!(f, "/{variant}")?;
        }
        match self.os_version {
            Some(build) => write!(f, " ({build})"),
            None => Ok(()),
        }
    }
}

fn processor_fit(wanted: &str, stated: &str, variant: &str) -> Fit {
    match (wanted, stated, variant) {
        ("amd64", "amd64", "" | "v1") | ("arm64", "arm64", "" | "8" | "v8" | "v8.0") => Fit::Exact,
        ("amd64", "amd64" | "386", _) | ("arm64", "arm64" | "arm", _) => Fit::Doubtful,
        _ => Fit::None,
    }
}

fn worse(one: Fit, other: Fit) -> Fit {
    match (one, other) {
        (Fit::None, _) | (_, Fit::None) => Fit::None,
        (Fit::Exact, fit) | (fit, _) => fit,
    }
}

/// The third number of a Windows version: 20348 of `10.0.20348.2700`.
fn build_number(version: &str) -> Option<u32> {
    version.split('.').nth(2)?.parse().ok()
}

/// Go's name of an architecture, which the specification requires but not every builder writes.
fn canonical(architecture: &str) -> String {
    let name = architecture.to_ascii_lowercase();
    let known = match name.as_str() {
        "x86_64" | "x86-64" => "amd64",
        "aarch64" => "arm64",
        "i386" | "i486" | "i586" | "i686" => "386",
        "armhf" | "armel" => "arm",
        _ => return name,
    };
    known.to_owned()
}

#[cfg(test)]
mod tests;
