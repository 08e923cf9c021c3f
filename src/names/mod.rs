//! The names of AWS resources, parsed and printed in one place.
//!
//! A value of one of these types is well-formed by construction. Whether the resource exists is another
//! question, which only AWS can answer. Each parser rejects only what AWS is known to reject, and its error
//! is a sentence that says what is wrong and what to write instead.

/// Serializes a type as the text that it is parsed from.
macro_rules! serde_as_text {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

mod account;
mod arn;
mod ecr;
mod image;
mod log_group;
pub mod made_up;
mod nearest;
mod os_name;
mod parameter;
mod partition;
pub mod placeholder;
mod platform;
mod region;
mod role;
mod s3;
mod secret;
mod value_from;
pub mod words;

pub use account::{AccountId, AccountIdError};
pub use arn::{Arn, ArnError, Owner};
pub use ecr::{EcrHost, EcrHostProblem};
pub use image::{Digest, DigestError, ImageError, ImageRef, Registry};
pub use log_group::{LogGroupName, LogGroupNameError, all_streams, arn_of_stream};
pub use nearest::nearest;
pub use os_name::without_prefix;
pub use parameter::ParameterRef;
pub use partition::{Partition, PartitionError};
pub use platform::{Architecture, OperatingSystem, PlatformError};
pub use region::{Region, RegionError};
pub use role::{RoleArn, RoleError, RoleRef};
pub use s3::{S3Object, S3ObjectError};
pub use secret::SecretRef;
pub use value_from::{ValueFrom, ValueFromError};
