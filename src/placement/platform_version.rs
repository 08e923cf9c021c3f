//! Versions of the platform that Fargate runs tasks on
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html>).

use std::fmt;

use crate::names::OperatingSystem;

/// The `platformVersion` of a service or of a run, for the operating system of its task.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PlatformVersion {
    /// `LATEST`, which is also what one gets who names none.
    Latest,
    /// Linux 1.4.0, which is what `LATEST` means today.
    V1_4_0,
    /// Linux 1.3.0: can still be asked for, but lacks what 1.4.0 brought.
    V1_3_0,
    /// A version of Linux that can no longer be asked for.
    Retired(String),
    /// The only version of Windows.
    WindowsV1_0_0,
    /// A version that the documentation does not list.
    Unknown(String),
}

impl PlatformVersion {
    /// Reads a `platformVersion`, which means different things on Linux and on Windows.
    pub fn read(text: &str, os: OperatingSystem) -> PlatformVersion {
        match (os, text) {
            (_, "LATEST") => PlatformVersion::Latest,
            (OperatingSystem::Linux, "1.4.0") => PlatformVersion::V1_4_0,
            (OperatingSystem::Linux, "1.3.0") => PlatformVersion::V1_3_0,
            (OperatingSystem::Linux, "1.0.0" | "1.1.0" | "1.2.0") => {
                PlatformVersion::Retired(text.to_owned())
            }
            (OperatingSystem::Windows, "1.0.0") => PlatformVersion::WindowsV1_0_0,
            _ => PlatformVersion::Unknown(text.to_owned()),
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
