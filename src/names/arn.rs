//! Amazon Resource Names.

use std::fmt;
use std::str::FromStr;

use super::{AccountId, AccountIdError, Partition, PartitionError, Region, RegionError};

/// An Amazon Resource Name, taken apart: `arn:partition:service:region:account:resource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    /// The partition.
    pub partition: Partition,
    /// The service's name as its ARNs have it, such as `secretsmanager`.
    pub service: String,
    /// The region; none for services that are global, such as IAM.
    pub region: Option<Region>,
    /// The owner.
    pub owner: Owner,
    /// The rest, in the grammar of the service. It may contain colons.
    pub resource: String,
}

/// The account field of an ARN.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Left empty, as for S3 buckets.
    Unnamed,
    /// The word `aws`, for resources of AWS, such as a managed policy.
    Aws,
    /// A customer's account.
    Account(AccountId),
}

impl Arn {
    /// The account, if it is a customer's.
    pub fn account(&self) -> Option<&AccountId> {
        match &self.owner {
            Owner::Account(account) => Some(account),
            Owner::Unnamed | Owner::Aws => None,
        }
    }

    /// The region, if it belongs to another partition than the ARN: such a resource cannot exist.
    pub fn region_of_another_partition(&self) -> Option<&Region> {
        self.region.as_ref().filter(|region| region.partition() != self.partition)
    }
}

/// Why a text is not an ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArnError {
    /// It does not start with `arn:`.
    #[error("`{0}` is not an ARN; an ARN starts with `arn:`")]
    NoPrefix(String),
    /// Fewer than six fields.
    #[error(
        "`{arn}` has {found} fields, but an ARN has six: arn:partition:service:region:account:resource"
    )]
    Fields {
        /// What is written.
        arn: String,
        /// How many fields that is.
        found: usize,
    },
    /// No such partition.
    #[error(transparent)]
    Partition(#[from] PartitionError),
    /// The service field is empty, or not a service name.
    #[error("the service field of `{0}` must be a lower-case name, such as `iam`")]
    Service(String),
    /// The region field is not a region.
    #[error("in the region field of the ARN: {0}")]
    Region(RegionError),
    /// The account field is not an account.
    #[error("in the account field of the ARN: {0}")]
    Account(AccountIdError),
    /// Nothing after the last colon.
    #[error("`{0}` ends where the name of the resource should be")]
    NoResource(String),
}

impl FromStr for Arn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Arn, ArnError> {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        if fields[0] != "arn" || fields.len() == 1 {
            return Err(ArnError::NoPrefix(text.to_owned()));
        }
        let [_, partition, service, region, account, resource] = fields[..] else {
            return Err(ArnError::Fields { arn: text.to_owned(), found: fields.len() });
        };
        let partition = partition.parse()?;
        let service_like = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if service.is_empty() || !service.bytes().all(service_like) {
            return Err(ArnError::Service(text.to_owned()));
        }
        let region = match region {
            "" => None,
            region => Some(region.parse().map_err(ArnError::Region)?),
        };
        let owner = match account {
            "" => Owner::Unnamed,
            "aws" => Owner::Aws,
            account => Owner::Account(account.parse().map_err(ArnError::Account)?),
        };
        if resource.is_empty() {
            return Err(ArnError::NoResource(text.to_owned()));
        }
        Ok(Arn {
            partition,
            service: service.to_owned(),
            region,
            owner,
            resource: resource.to_owned(),
        })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Arn { partition, service, region, owner, resource } = self;
        let region = region.as_ref().map_or("", Region::as_str);
        write!(f, "arn:{partition}:{service}:{region}:{owner}:{resource}")
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Owner::Unnamed => Ok(()),
            Owner::Aws => f.write_str("aws"),
            Owner::Account(account) => account.fmt(f),
        }
    }
}

serde_as_text!(Arn);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_arn_is_taken_apart() {
        let arn: Arn = "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:db-AbCdEf:key::"
            .parse()
            .unwrap();
        assert_eq!(arn.partition, Partition::AwsCn);
        assert_eq!(arn.service, "secretsmanager");
        assert_eq!(arn.region.as_ref().map(Region::as_str), Some("cn-north-1"));
        assert_eq!(arn.account().map(AccountId::as_str), Some("111122223333"));
        assert_eq!(arn.resource, "secret:db-AbCdEf:key::");
        assert_eq!(arn.region_of_another_partition(), None);
    }

    #[test]
    fn a_policy_of_aws_has_an_owner_but_no_account() {
        let arn: Arn = "arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap();
        assert_eq!((arn.owner.clone(), arn.account()), (Owner::Aws, None));
        assert_eq!(arn.to_string(), "arn:aws:iam::aws:policy/ReadOnlyAccess");
    }

    #[test]
    fn given_a_region_of_china_in_partition_aws_then_the_region_is_told() {
        let arn: Arn = "arn:aws:ssm:cn-north-1:111122223333:parameter/x".parse().unwrap();
        assert_eq!(arn.region_of_another_partition().map(Region::as_str), Some("cn-north-1"));
    }

    #[test]
    fn what_is_no_arn_is_refused_with_its_cause() {
        let text = String::from;
        let cases = [
            ("", ArnError::NoPrefix(text(""))),
            ("arn", ArnError::NoPrefix(text("arn"))),
            ("aws:iam", ArnError::NoPrefix(text("aws:iam"))),
            ("arn:aws:s3:::", ArnError::NoResource(text("arn:aws:s3:::"))),
            ("arn:aws:iam", ArnError::Fields { arn: text("arn:aws:iam"), found: 3 }),
            (
                "arn:amazon:iam::111122223333:role/x",
                ArnError::Partition(PartitionError(text("amazon"))),
            ),
            ("arn:aws:::111122223333:x", ArnError::Service(text("arn:aws:::111122223333:x"))),
            (
                "arn:aws:secretsmanager:DB_USER::",
                ArnError::Region(RegionError::Shape(text("DB_USER"))),
            ),
            ("arn:aws:iam::1234:role/x", ArnError::Account(AccountIdError::Length(text("1234")))),
        ];
        for (arn, error) in cases {
            assert_eq!(arn.parse::<Arn>(), Err(error), "{arn}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_what_was_read(
            partition in prop::sample::select(Partition::ALL.as_slice()),
            service in "[a-z][a-z0-9-]{1,12}",
            region in prop::sample::select(vec!["", "eu-west-1", "us-gov-west-1"]),
            account in "(|aws|[0-9]{12})",
            resource in ".{1,40}",
        ) {
            let text = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
            let arn: Arn = text.parse().unwrap();
            prop_assert_eq!(arn.to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(arn:)?[a-z:*/ 0-9\\PC]{0,40}") {
            if let Ok(arn) = text.parse::<Arn>() {
                prop_assert_eq!(arn.to_string(), text);
            }
        }
    }
}
