//! Versions of the platform that Fargate runs tasks on
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>).

use std::fmt;

use crate::names::OperatingSystem;

/// The `platformVersion` of a service or of a run, for the operating system of its task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlatformVersion {
    /// `LATEST`, which is also the default.
    Latest,
    /// Linux 1.4.0, which is what `LATEST` means today.
    V1_4_0,
    /// Linux 1.3.0: still available, but without the features of 1.4.0.
    V1_3_0,
    /// A Linux version that is no longer available.
    Retired(String),
    /// The only version of Windows.
    WindowsV1_0_0,
    /// A version that the documentation does not list.
    Unknown(String),
}

/// One version, with its source and the day on which it was last seen to hold.
pub struct Version {
    /// As it is written.
    pub text: &'static str,
    /// Of which operating system.
    pub os: OperatingSystem,
    /// Whether tasks can still be started on it.
    pub offered: bool,
    /// The page.
    pub source: &'static str,
    /// The day.
    pub seen: &'static str,
}

const LINUX: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html";
const WINDOWS: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-windows-fargate.html";

const fn version(text: &'static str, os: OperatingSystem, offered: bool) -> Version {
    let source = match os {
        OperatingSystem::Linux => LINUX,
        OperatingSystem::Windows => WINDOWS,
    };
    Version { text, os, offered, source, seen: "2026-06" }
}

/// Every version that the documentation lists.
pub static VERSIONS: [Version; 6] = [
    version("1.4.0", OperatingSystem::Linux, true),
    version("1.3.0", OperatingSystem::Linux, true),
    version("1.2.0", OperatingSystem::Linux, false),
    version("1.1.0", OperatingSystem::Linux, false),
    version("1.0.0", OperatingSystem::Linux, false),
    version("1.0.0", OperatingSystem::Windows, true),
];

impl PlatformVersion {
    /// Reads a `platformVersion`, which means different things on Linux and on Windows.
    pub fn read(text: &str, os: OperatingSystem) -> PlatformVersion {
        if text == "LATEST" {
            return PlatformVersion::Latest;
        }
        let Some(version) = VERSIONS.iter().find(|it| it.text == text && it.os == os) else {
            return PlatformVersion::Unknown(text.to_owned());
        };
        match (os, text) {
            _ if !version.offered => PlatformVersion::Retired(text.to_owned()),
            (OperatingSystem::Windows, _) => PlatformVersion::WindowsV1_0_0,
            (OperatingSystem::Linux, "1.3.0") => PlatformVersion::V1_3_0,
            (OperatingSystem::Linux, _) => PlatformVersion::V1_4_0,
        }
    }

    /// Whether it has what came with Linux 1.4.0, such as JSON keys of secrets and settable
    /// ephemeral storage. Windows 1.0.0 came later and counts as such. `None`: not known.
    pub fn at_least_1_4(&self) -> Option<bool> {
        match self {
            PlatformVersion::Latest | PlatformVersion::V1_4_0 | PlatformVersion::WindowsV1_0_0 => {
                Some(true)
            }
            PlatformVersion::V1_3_0 | PlatformVersion::Retired(_) => Some(false),
            PlatformVersion::Unknown(_) => None,
        }
    }
}

impl fmt::Display for PlatformVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PlatformVersion::Latest => "LATEST",
            PlatformVersion::V1_4_0 => "1.4.0",
            PlatformVersion::V1_3_0 => "1.3.0",
            PlatformVersion::WindowsV1_0_0 => "1.0.0",
            PlatformVersion::Retired(text) | PlatformVersion::Unknown(text) => text,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OperatingSystem::{Linux, Windows};

    #[test]
    fn a_version_is_read_for_its_operating_system() {
        let cases = [
            ("LATEST", Linux, PlatformVersion::Latest, Some(true)),
            ("LATEST", Windows, PlatformVersion::Latest, Some(true)),
            ("1.4.0", Linux, PlatformVersion::V1_4_0, Some(true)),
            ("1.3.0", Linux, PlatformVersion::V1_3_0, Some(false)),
            ("1.0.0", Linux, PlatformVersion::Retired("1.0.0".into()), Some(false)),
            ("1.0.0", Windows, PlatformVersion::WindowsV1_0_0, Some(true)),
            ("1.4.0", Windows, PlatformVersion::Unknown("1.4.0".into()), None),
            ("1.5.0", Linux, PlatformVersion::Unknown("1.5.0".into()), None),
            ("latest", Linux, PlatformVersion::Unknown("latest".into()), None),
        ];
        for (text, os, version, at_least_1_4) in cases {
            assert_eq!(PlatformVersion::read(text, os), version);
            assert_eq!(version.at_least_1_4(), at_least_1_4, "{text} on {os}");
            assert_eq!(version.to_string(), text);
        }
    }
}
