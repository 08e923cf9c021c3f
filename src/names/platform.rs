//! The platform of a task: operating system and architecture.

use std::fmt;
use std::str::FromStr;

/// The operating system of `runtimePlatform.operatingSystemFamily`, as far as sizes and features
/// depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatingSystem {
    /// `LINUX`, also the default without a runtime platform.
    #[default]
    Linux,
    /// Any of the `WINDOWS_SERVER_…` families.
    Windows,
}

/// The architecture of `runtimePlatform.cpuArchitecture`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// Intel and AMD; the default of Fargate.
    #[default]
    X86_64,
    /// Graviton.
    Arm64,
}

/// Why a text is not a platform.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// Not an operating system family.
    #[error(
        "`{0}` is not an operating system family of ECS; use LINUX or a WINDOWS_SERVER_ family"
    )]
    OperatingSystem(String),
    /// Not a processor architecture.
    #[error("`{0}` is not a CPU architecture of ECS; use X86_64 or ARM64")]
    Architecture(String),
}

impl FromStr for OperatingSystem {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<OperatingSystem, PlatformError> {
        match text {
            "LINUX" => Ok(OperatingSystem::Linux),
            windows if windows.starts_with("WINDOWS_SERVER_") => Ok(OperatingSystem::Windows),
            other => Err(PlatformError::OperatingSystem(other.to_owned())),
        }
    }
}

impl FromStr for Architecture {
    type Err = PlatformError;

    fn from_str(text: &str) -> Result<Architecture, PlatformError> {
        match text {
            "X86_64" => Ok(Architecture::X86_64),
            "ARM64" => Ok(Architecture::Arm64),
            other => Err(PlatformError::Architecture(other.to_owned())),
        }
    }
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OperatingSystem::Linux => "Linux",
            OperatingSystem::Windows => "Windows",
        })
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Architecture::X86_64 => "X86_64",
            Architecture::Arm64 => "ARM64",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_is_read_as_ecs_spells_it() {
        assert_eq!("LINUX".parse(), Ok(OperatingSystem::Linux));
        assert_eq!("WINDOWS_SERVER_2022_CORE".parse(), Ok(OperatingSystem::Windows));
        assert_eq!(
            "linux".parse::<OperatingSystem>(),
            Err(PlatformError::OperatingSystem("linux".into()))
        );
        assert_eq!("ARM64".parse(), Ok(Architecture::Arm64));
        assert_eq!(
            "amd64".parse::<Architecture>(),
            Err(PlatformError::Architecture("amd64".into()))
        );
    }
}
