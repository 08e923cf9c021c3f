//! The platform of a task, and whether an image supports it.
//!
//! The rule of the runtime decides. containerd, on Fargate and the ECS-optimized AMIs, normalizes both
//! sides, accepts an arm64 entry with or without variant v8, falls back to 32-bit entries of the same
//! family, and compares the Windows build. A fallback is [`Offer::Doubtful`]: it is pulled, but whether it
//! runs depends on the processor.

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
    /// No entry with a platform matches, and these entries have none. The runtime reads their
    /// configurations, so these must be read too.
    Unstated {
        /// The digests of the entries; empty for a configuration without a platform.
        digests: Vec<String>,
    },
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
    pub fn offers(&self, wanted: &Platform) -> Offer {
        match self {
            Manifest::Index { entries } => index_offers(entries, wanted),
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

impl ImageConfig {
    /// What the image of this configuration offers for the platform.
    pub fn offers(&self, wanted: &Platform) -> Offer {
        Stated {
            os: self.os.as_deref(),
            architecture: self.architecture.as_deref(),
            variant: self.variant.as_deref(),
            os_version: self.os_version.as_deref(),
        }
        .offers(wanted)
    }
}

fn index_offers(entries: &[PlatformEntry], wanted: &Platform) -> Offer {
    let images = || entries.iter().filter(|entry| entry.is_image());
    let fits = |wish: Fit| images().find(|entry| Stated::of(entry).fit(wanted) == wish);

    if let Some(entry) = fits(Fit::Exact) {
        return Offer::Offered { digest: Some(entry.digest.clone()) };
    }
    let unstated: Vec<String> = images()
        .filter(|entry| Stated::of(entry).fit(wanted) == Fit::Unstated)
        .map(|entry| entry.digest.clone())
        .collect();
    if !unstated.is_empty() {
        return Offer::Unstated { digests: unstated };
    }
    if let Some(entry) = fits(Fit::Doubtful) {
        return Offer::Doubtful { nearest: Stated::of(entry).to_string() };
    }
    let mut has = Vec::new();
    for name in images().map(|entry| Stated::of(entry).to_string()) {
        if !has.contains(&name) {
            has.push(name);
        }
    }
    Offer::Missing { has }
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
            Fit::Unstated => Offer::Unstated { digests: Vec::new() },
            Fit::None => Offer::Missing { has: vec![self.to_string()] },
        }
    }

    fn fit(self, wanted: &Platform) -> Fit {
        if self.os.is_some_and(|os| !os.eq_ignore_ascii_case(&wanted.os)) {
            return Fit::None;
        }
        let processor = self
            .architecture
            .map(|name| processor_fit(&wanted.architecture, &canonical(name), &self.variant()));
        match (self.os, processor) {
            (_, Some(Fit::None)) => Fit::None,
            (None, _) | (_, None) => Fit::Unstated,
            (Some(_), Some(fit)) => worse(fit, self.build_fit(wanted)),
        }
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
