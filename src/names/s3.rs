//! S3 objects, for environment files and credential specs.

use std::fmt;
use std::str::FromStr;

use super::{Arn, ArnError, Owner, Partition};

/// An object in a bucket: `arn:aws:s3:::bucket/key`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct S3Object {
    /// The partition of the bucket.
    pub partition: Partition,
    /// The bucket's name.
    pub bucket: String,
    /// The key inside the bucket, without a leading slash.
    pub key: String,
}

/// Why a text does not name an object in S3.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum S3ObjectError {
    /// A URL instead of an ARN.
    #[error("`{0}` is a URL; write the object's ARN, arn:aws:s3:::bucket/key")]
    Url(String),
    /// Not an ARN at all.
    #[error("{0}; the ARN of an object is arn:aws:s3:::bucket/key")]
    Arn(#[from] ArnError),
    /// The ARN of another service.
    #[error("`{0}` is an ARN of the service {service}; an object of S3 is arn:aws:s3:::bucket/key", service = .0.service)]
    OtherService(Arn),
    /// A region or account where the ARN of an object has none.
    #[error(
        "`{0}` contains a region or an account; the ARN of an object has neither: arn:aws:s3:::bucket/key"
    )]
    RegionOrAccount(Arn),
    /// The bucket's name breaks the rules of S3.
    #[error("`{0}` is not a valid bucket name")]
    Bucket(String),
    /// A bucket without an object in it.
    #[error("`{0}` is a bucket without an object; add /key")]
    NoKey(Arn),
}

impl FromStr for S3Object {
    type Err = S3ObjectError;

    fn from_str(text: &str) -> Result<S3Object, S3ObjectError> {
        if text.contains("://") && !text.starts_with("arn:") {
            return Err(S3ObjectError::Url(text.to_owned()));
        }
        let arn: Arn = text.parse()?;
        if arn.service != "s3" {
            return Err(S3ObjectError::OtherService(arn));
        }
        if arn.region.is_some() || arn.owner != Owner::Unnamed {
            return Err(S3ObjectError::RegionOrAccount(arn));
        }
        let (bucket, key) = arn.resource.split_once('/').unwrap_or((&arn.resource, ""));
        if !is_bucket_name(bucket) {
            return Err(S3ObjectError::Bucket(bucket.to_owned()));
        }
        if key.is_empty() {
            return Err(S3ObjectError::NoKey(arn));
        }
        Ok(S3Object { partition: arn.partition, bucket: bucket.to_owned(), key: key.to_owned() })
    }
}

/// The old, lenient rules: buckets from before 2018 in us-east-1 may have up to 255 characters, upper-case
/// letters and underscores
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
fn is_bucket_name(text: &str) -> bool {
    (3..=255).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

impl fmt::Display for S3Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let S3Object { partition, bucket, key } = self;
        write!(f, "arn:{partition}:s3:::{bucket}/{key}")
    }
}

serde_as_text!(S3Object);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_a_bucket_and_a_key() {
        let text = "arn:aws-us-gov:s3:::my.bucket-1/env/prod:v1.env";
        let object: S3Object = text.parse().unwrap();
        assert_eq!(
            (object.bucket.as_str(), object.key.as_str()),
            ("my.bucket-1", "env/prod:v1.env")
        );
        assert_eq!(object.partition, Partition::AwsUsGov);
        assert_eq!(object.to_string(), text);
    }

    #[test]
    fn what_is_no_object_is_refused_with_its_cause() {
        type Cause = fn(&S3ObjectError) -> bool;
        let cases: [(&str, Cause); 8] = [
            ("s3://bucket/prod.env", |e| matches!(e, S3ObjectError::Url(_))),
            ("https://bucket.s3.amazonaws.com/prod.env", |e| matches!(e, S3ObjectError::Url(_))),
            ("bucket/prod.env", |e| matches!(e, S3ObjectError::Arn(_))),
            ("arn:aws:ssm:us-east-1:111122223333:parameter/x", |e| {
                matches!(e, S3ObjectError::OtherService(_))
            }),
            ("arn:aws:s3:us-east-1:111122223333:accesspoint/x", |e| {
                matches!(e, S3ObjectError::RegionOrAccount(_))
            }),
            ("arn:aws:s3:::my bucket/prod.env", |e| matches!(e, S3ObjectError::Bucket(_))),
            ("arn:aws:s3:::bucket", |e| matches!(e, S3ObjectError::NoKey(_))),
            ("arn:aws:s3:::bucket/", |e| matches!(e, S3ObjectError::NoKey(_))),
        ];
        for (text, cause) in cases {
            let error = text.parse::<S3Object>().unwrap_err();
            assert!(cause(&error), "{text}: {error:?}");
        }
    }
}
