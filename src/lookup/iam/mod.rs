//! AWS IAM: roles, instance profiles, users and groups, and their policies.
//!
//! IAM shows only the caller's account: a name is looked up there, whatever account an ARN in the document
//! has. It is one service for all regions of a partition, so the region of a lookup only selects the
//! endpoint.

pub mod group;
pub mod holder;
pub mod instance_profile;
pub mod policy;
pub mod role;
pub mod simulate;
pub mod user;

use std::collections::BTreeMap;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use super::Lookup;
use super::aws::{Client, Element, Failure, Iam, Lacks, Query};
use super::pages::{Pages, may_have};
use crate::names::{Partition, Region};

/// The error code for a missing role, user, group or policy.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// The resource of a statement about a role, user or group. Its path is not known from its name.
fn named(region: &Region, kind: &str, name: &str) -> String {
    format!("arn:{}:iam::*:{kind}/*{name}", Partition::of_region(region.as_str()).id())
}

/// The items of all pages of a list: it must be complete, since an omitted item counts as missing.
async fn whole<L: Lookup>(
    asked: &[L],
    iam: &Client<Iam>,
    mut query: Query,
    list: &str,
) -> Result<Result<Vec<Element>, Lacks>, Failure> {
    let (mut found, mut pages) = (Vec::new(), Pages::default());
    loop {
        if let Some(marker) = pages.token() {
            query = query.with("Marker", marker);
        }
        let page = iam.ask_all(asked, &query).await?;
        let turned = take(page, list, &mut found)
            .and_then(|marker| pages.follow(L::CALL, marker))
            .and_then(|more| may_have(L::CALL, found.len()).map(|()| more));
        match turned {
            Ok(true) => {}
            Ok(false) => return Ok(Ok(found)),
            Err(lacks) => return Ok(Err(lacks)),
        }
    }
}

/// Moves the items of a page to `found`, and returns the marker of the next page.
fn take(page: Element, list: &str, found: &mut Vec<Element>) -> Result<Option<String>, Lacks> {
    let marker = page.text("Marker")?.filter(|marker| !marker.is_empty());
    // IAM always sends the flag. Emulators leave it out of a list that ends, as the API reference allows
    // (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html).
    let is_truncated = page.flag("IsTruncated")?.unwrap_or(marker.is_some());
    found.extend(page.into_members(list)?.ok_or("the list")?);
    match is_truncated {
        true => marker.map(Some).ok_or("the rest of the list"),
        false => Ok(None),
    }
}

/// A required text at the end of a path.
fn sent(it: &Element, path: &str, what: &'static str) -> Result<String, Lacks> {
    it.text(path)?.filter(|text| !text.is_empty()).ok_or(what)
}

/// The ARNs of attached policies.
fn arns(attached: &[Element]) -> Result<Vec<String>, Lacks> {
    attached.iter().map(|policy| sent(policy, "PolicyArn", "the ARN of a policy")).collect()
}

/// The ARN of the permissions boundary of a role or a user, which is a managed policy.
fn boundary(holder: &Element) -> Result<Option<String>, Lacks> {
    let attached = holder.child("PermissionsBoundary")?;
    let arn = |it| sent(it, "PermissionsBoundaryArn", "the ARN of the permissions boundary");
    attached.map(arn).transpose()
}

fn tags(holder: &Element) -> Result<BTreeMap<String, String>, Lacks> {
    let list = holder.members("Tags")?.unwrap_or_default();
    let tag = |it: &Element| {
        let key = it.text("Key")?.ok_or("the key of a tag")?;
        Ok((key, it.text("Value")?.ok_or("the value of a tag")?))
    };
    list.iter().map(tag).collect()
}

/// The date at the end of a path, if there is one: `2024-05-01T00:00:00Z`.
fn date(it: &Element, path: &str) -> Result<Option<String>, Lacks> {
    let text = it.text(path)?;
    let read = |text: String| {
        let date = DateTime::from_str(&text, Format::DateTimeWithOffset);
        date.map(|date| date.to_string()).map_err(|_| "a readable date")
    };
    text.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(text: &str) -> Element {
        Element::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn given_a_page_then_its_flag_and_marker_say_whether_another_one_follows() {
        let names = "<Names><member>a</member><member>b</member></Names>";
        let cases = [
            (format!("<R>{names}<IsTruncated>false</IsTruncated></R>"), Ok(None)),
            (format!("<R>{names}<IsTruncated>false</IsTruncated><Marker>2</Marker></R>"), Ok(None)),
            (
                format!("<R>{names}<IsTruncated>true</IsTruncated><Marker>2</Marker></R>"),
                Ok(Some("2".to_owned())),
            ),
            (format!("<R>{names}<IsTruncated>true</IsTruncated></R>"), Err("the rest of the list")),
            (
                format!("<R>{names}<IsTruncated>true</IsTruncated><Marker/></R>"),
                Err("the rest of the list"),
            ),
            (format!("<R>{names}</R>"), Ok(None)),
            (format!("<R>{names}<Marker>2</Marker></R>"), Ok(Some("2".to_owned()))),
            (format!("<R>{names}<IsTruncated/></R>"), Err("a readable true or false")),
            ("<R><IsTruncated>false</IsTruncated></R>".to_owned(), Err("the list")),
            (
                "<R><Names><item>a</item></Names><IsTruncated>false</IsTruncated></R>".to_owned(),
                Err("a readable list"),
            ),
        ];
        for (page, expected) in cases {
            let mut found = Vec::new();
            let is_read = expected.is_ok();
            assert_eq!(take(element(&page), "Names", &mut found), expected, "{page}");
            assert!(!is_read || found.len() == 2, "{page}");
        }
    }

    #[test]
    fn an_attached_policy_or_boundary_without_arn_is_not_left_out() {
        let read = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let named = element(&format!("<member><PolicyArn>{read}</PolicyArn></member>"));
        let unnamed = element("<member><PolicyName>ReadOnlyAccess</PolicyName></member>");
        assert_eq!(arns(std::slice::from_ref(&named)), Ok(vec![read.to_owned()]));
        assert_eq!(arns(&[named, unnamed]), Err("the ARN of a policy"));

        let role = |inside: &str| element(&format!("<Role>{inside}</Role>"));
        assert_eq!(boundary(&role("")), Ok(None));
        let bound = format!(
            "<PermissionsBoundary><PermissionsBoundaryArn>{read}</PermissionsBoundaryArn></PermissionsBoundary>"
        );
        assert_eq!(boundary(&role(&bound)), Ok(Some(read.to_owned())));
        assert_eq!(
            boundary(&role("<PermissionsBoundary/>")),
            Err("the ARN of the permissions boundary")
        );
    }

    #[test]
    fn a_tag_without_key_or_value_is_not_left_out() {
        let role = |inside: &str| element(&format!("<Role>{inside}</Role>"));
        assert_eq!(tags(&role("")), Ok(BTreeMap::new()));
        let tag = |inside: &str| role(&format!("<Tags><member>{inside}</member></Tags>"));
        let read = tags(&tag("<Key>team</Key><Value/>")).unwrap();
        assert_eq!(read, BTreeMap::from([("team".to_owned(), String::new())]));
        assert!(tags(&tag("<Key>team</Key>")).is_err());
        assert!(tags(&tag("<Value>web</Value>")).is_err());
    }

    #[test]
    fn a_date_is_written_as_earlier_versions_recorded_it() {
        let at = |text: &str| date(&element(&format!("<R><D>{text}</D></R>")), "D");
        assert_eq!(date(&element("<R/>"), "D"), Ok(None));
        for (text, written) in [
            ("2024-05-01T00:00:00Z", "2024-05-01T00:00:00Z"),
            ("2024-05-01T00:00:00.000Z", "2024-05-01T00:00:00Z"),
            ("2024-05-01T00:00:00.120Z", "2024-05-01T00:00:00.12Z"),
            ("2024-05-01T02:00:00+02:00", "2024-05-01T00:00:00Z"),
        ] {
            assert_eq!(at(text), Ok(Some(written.to_owned())), "{text}");
        }
        for wrong in ["", "yesterday", "1714521600"] {
            assert_eq!(at(wrong), Err("a readable date"), "{wrong}");
        }
    }

    #[test]
    fn a_statement_names_the_partition_of_the_region() {
        let region: Region = "cn-north-1".parse().unwrap();
        assert_eq!(named(&region, "role", "app"), "arn:aws-cn:iam::*:role/*app");
    }
}
