//! What the client needs to know about a service.

use crate::names::Partition;

/// What the client needs to know about a service.
#[derive(Clone, Copy, Debug)]
pub(in crate::lookup) struct Record {
    /// Its service id, as in `AWS_ENDPOINT_URL_CLOUDWATCH_LOGS`.
    pub(super) id: &'static str,
    /// Its signing name and, except for `exceptions`, the first label of its host names.
    pub(super) name: &'static str,
    /// The prefix of its actions: mostly its name.
    pub(super) prefix: &'static str,
    /// Its name in the user agent of the AWS SDK.
    pub(super) agent: &'static str,
    /// Host names with another first label.
    pub(super) exceptions: &'static [Exception],
    /// Its endpoint, if there is only one per partition.
    pub(super) global: Option<fn(Partition) -> Global>,
    /// Whether it is S3, with buckets in host names and paths.
    pub(super) has_buckets: bool,
}

impl Record {
    /// A service with an endpoint in each region.
    pub(super) const fn of(id: &'static str, name: &'static str) -> Record {
        Record {
            id,
            name,
            prefix: name,
            agent: name,
            exceptions: &[],
            global: None,
            has_buckets: false,
        }
    }
}

/// The variants of an endpoint
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-endpoints.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    Plain,
    Fips,
    DualStack,
    FipsDualStack,
}

/// The first label of the host name of a variant in a partition.
pub(super) type Exception = (Partition, Variant, &'static str);

/// The endpoint of a global service in a partition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Global {
    /// The signing region.
    pub(super) signed_for: &'static str,
    /// The part of the host name between the first label and the domain, for each variant; it may be empty.
    pub(super) places: [&'static str; 4],
}

impl Variant {
    pub(super) fn is_dual_stack(self) -> bool {
        matches!(self, Variant::DualStack | Variant::FipsDualStack)
    }

    /// The suffix of the first label of the host name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Variant::Plain | Variant::DualStack => "",
            Variant::Fips | Variant::FipsDualStack => "-fips",
        }
    }
}
