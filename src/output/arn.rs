//! ARNs in sentences, shortened to what distinguishes them within one account and region.

use std::borrow::Cow;

use super::style::{Look, Volume};
use crate::report::Target;

/// The account and the region that a reader knows already.
#[derive(Clone, Copy, Default)]
pub(super) struct Home<'h> {
    pub(super) account: Option<&'h str>,
    pub(super) region: Option<&'h str>,
}

impl<'h> Home<'h> {
    /// The account and region that messages about this target leave out.
    pub(super) fn of(target: &'h Target, look: &Look) -> Home<'h> {
        if look.volume == Volume::Verbose {
            return Home::default();
        }
        Home { account: target.account.as_deref(), region: target.region.as_deref() }
    }

    /// The text with each ARN of this account and region (or of none, as those of IAM are) shortened to its
    /// resource: `role/web`. An ARN in double quotes is part of a document, and one whose resource has no
    /// type, such as a queue, would not be recognised: both stay whole.
    pub(super) fn shorten<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.account.is_none() || !text.contains("arn:") {
            return Cow::Borrowed(text);
        }
        let mut short = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("arn:") {
            let (before, arn) = rest.split_at(at);
            short.push_str(before);
            let begins = !short.ends_with(|it: char| it == '"' || it.is_alphanumeric());
            match self.prefix(arn).filter(|_| begins) {
                Some(length) => rest = &arn[length..],
                None => {
                    short.push_str("arn:");
                    rest = &arn["arn:".len()..];
                }
            }
        }
        short.push_str(rest);
        Cow::Owned(short)
    }

    /// The length of the part of this ARN that the reader knows already.
    fn prefix(&self, arn: &str) -> Option<usize> {
        let arn = beginning(arn);
        let mut parts = arn.splitn(6, ':');
        let (_, partition, service) = (parts.next()?, parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let is_home = self.account == Some(account)
            && (region.is_empty() || self.region == Some(region))
            && [partition, service].iter().all(|part| is_word(part));
        let (kind, name) = resource.split_once([':', '/'])?;
        let is_typed = is_word(kind) && !name.is_empty() && !name.starts_with(char::is_whitespace);
        (is_home && is_typed).then(|| arn.len() - resource.len())
    }
}

/// As much of a text as may decide what an ARN is.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(300);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_ones_own_is_its_resource_and_all_others_stay_whole() {
        let home = Home { account: Some("111122223333"), region: Some("eu-central-1") };
        let table = [
            ("arn:aws:iam::111122223333:role/web exists", "role/web exists"),
            (
                "no arn:aws:secretsmanager:eu-central-1:111122223333:secret:a/b-qfMoeq, sorry",
                "no secret:a/b-qfMoeq, sorry",
            ),
            ("`arn:aws:logs:eu-central-1:111122223333:log-group:/ecs/web`", "`log-group:/ecs/web`"),
            (
                "arn:aws:iam::111122223333:role/a and arn:aws:iam::444455556666:role/a",
                "role/a and arn:aws:iam::444455556666:role/a",
            ),
            (
                "arn:aws:kms:us-east-1:111122223333:key/a",
                "arn:aws:kms:us-east-1:111122223333:key/a",
            ),
            ("arn:aws:s3:::bucket/key", "arn:aws:s3:::bucket/key"),
            (
                "arn:aws:sqs:eu-central-1:111122223333:jobs: is",
                "arn:aws:sqs:eu-central-1:111122223333:jobs: is",
            ),
            ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
            (
                r#"{"Resource": "arn:aws:iam::111122223333:role/web"}"#,
                r#"{"Resource": "arn:aws:iam::111122223333:role/web"}"#,
            ),
            ("arn: no, a yarn:aws", "arn: no, a yarn:aws"),
        ];
        for (text, expected) in table {
            assert_eq!(home.shorten(text), expected);
        }
    }

    #[test]
    fn without_an_account_nothing_goes_without_saying() {
        let text = "arn:aws:iam::111122223333:role/web";
        assert_eq!(Home::default().shorten(text), text);
    }
}
