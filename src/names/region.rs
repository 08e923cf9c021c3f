//! The region names of AWS.

use std::fmt;
use std::str::FromStr;

use super::Partition;

/// A region name with the right form, such as `eu-west-1`. New regions appear every year, so only the form is
/// checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(String);

impl Region {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that the region belongs to.
    pub fn partition(&self) -> Partition {
        Partition::of_region(&self.0)
    }
}

/// Why a text is not a region name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionError {
    /// It is empty.
    #[error("the region is empty; write one such as eu-west-1")]
    Empty,
    /// An availability zone instead of a region.
    #[error("`{zone}` is an availability zone; its region is `{region}`")]
    Zone {
        /// What is written.
        zone: String,
        /// The region that the zone is in.
        region: String,
    },
    /// Some other text.
    #[error("`{0}` is not an AWS region; a region looks like eu-west-1 or us-gov-west-1")]
    Shape(String),
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Region, RegionError> {
        if text.is_empty() {
            return Err(RegionError::Empty);
        }
        if has_shape(text) {
            return Ok(Region(text.to_owned()));
        }
        let region = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if text.len() - region.len() == 1 && has_shape(region) {
            return Err(RegionError::Zone { zone: text.to_owned(), region: region.to_owned() });
        }
        Err(RegionError::Shape(text.to_owned()))
    }
}

/// Two or three words and a number: `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`.
fn has_shape(text: &str) -> bool {
    let Some((words, number)) = text.rsplit_once('-') else {
        return false;
    };
    let word = |word: &str| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase());
    matches!(number.len(), 1 | 2)
        && number.bytes().all(|b| b.is_ascii_digit())
        && matches!(words.split('-').count(), 2 | 3)
        && words.split('-').all(word)
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(Region);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn regions_of_every_partition_are_read() {
        let regions = [
            "us-east-1",
            "ap-southeast-7",
            "mx-central-1",
            "us-gov-west-1",
            "cn-northwest-1",
            "us-isob-east-1",
            "eu-isoe-west-1",
            "eusc-de-east-1",
        ];
        for text in regions {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string(), text);
            assert_eq!(region.partition(), Partition::of_region(text));
        }
    }

    #[test]
    fn what_is_no_region_is_refused() {
        for text in [
            "us-east",
            "useast1",
            "US-EAST-1",
            "us-east-100",
            "DB_USER",
            "us--1",
            "*",
            "us-east-1ab",
        ] {
            assert_eq!(text.parse::<Region>(), Err(RegionError::Shape(text.into())));
        }
        assert_eq!("".parse::<Region>(), Err(RegionError::Empty));
    }

    #[test]
    fn given_an_availability_zone_then_the_error_names_its_region() {
        let error = "eu-west-1b".parse::<Region>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`eu-west-1b` is an availability zone; its region is `eu-west-1`"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,24}") {
            if let Ok(region) = text.parse::<Region>() {
                prop_assert_eq!(region.as_str(), text);
            }
        }
    }
}
