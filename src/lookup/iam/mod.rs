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

use aws_sdk_iam::types::{AttachedPermissionsBoundary, AttachedPolicy, Tag};

use crate::names::{Partition, Region};

/// The error code for a missing role, user, group or policy.
const NO_SUCH_ENTITY: &str = "NoSuchEntity";

/// The resource of a statement about a role, user or group. Its path is not known from its name.
fn named(region: &Region, kind: &str, name: &str) -> String {
    format!("arn:{}:iam::*:{kind}/*{name}", Partition::of_region(region.as_str()).id())
}

/// All items of a list: it must be complete, since an omitted item counts as missing.
fn whole<P, T>(
    pages: Vec<P>,
    part: impl Fn(P) -> (bool, Option<Vec<T>>),
) -> Result<Vec<T>, &'static str> {
    let (mut items, mut truncated) = (Vec::new(), false);
    for page in pages {
        let (more, list) = part(page);
        items.extend(list.ok_or("the list")?);
        truncated = more;
    }
    if truncated { Err("the rest of the list") } else { Ok(items) }
}

/// The ARNs of attached policies.
fn arns(attached: Vec<AttachedPolicy>) -> Result<Vec<String>, &'static str> {
    attached.into_iter().map(|policy| policy.policy_arn.ok_or("the ARN of a policy")).collect()
}

/// The ARN of the permissions boundary of a role or a user, which is a managed policy.
fn boundary(attached: Option<AttachedPermissionsBoundary>) -> Result<Option<String>, &'static str> {
    attached
        .map(|it| it.permissions_boundary_arn.ok_or("the ARN of the permissions boundary"))
        .transpose()
}

fn tags(list: Option<Vec<Tag>>) -> BTreeMap<String, String> {
    list.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect()
}

/// A required text; the SDK fills in an empty one if it is missing.
fn sent(text: String, what: &'static str) -> Result<String, &'static str> {
    if text.is_empty() { Err(what) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_pages_then_a_list_is_whole_only_if_the_last_says_so() {
        let cases = [
            (vec![(false, Some(vec![]))], Ok(vec![])),
            (vec![(true, Some(vec![1])), (false, Some(vec![2, 3]))], Ok(vec![1, 2, 3])),
            (vec![(true, Some(vec![1]))], Err("the rest of the list")),
            (vec![(true, Some(vec![1])), (false, None)], Err("the list")),
        ];
        for (pages, expected) in cases {
            assert_eq!(whole(pages.clone(), |page| page), expected, "{pages:?}");
        }
    }

    #[test]
    fn an_attached_policy_or_boundary_without_arn_is_not_left_out() {
        let policy = |arn: Option<&str>| {
            AttachedPolicy::builder().set_policy_arn(arn.map(str::to_owned)).build()
        };
        let read = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        assert_eq!(arns(vec![policy(Some(read))]), Ok(vec![read.to_owned()]));
        assert_eq!(arns(vec![policy(Some(read)), policy(None)]), Err("the ARN of a policy"));

        let attached = AttachedPermissionsBoundary::builder();
        assert_eq!(boundary(None), Ok(None));
        assert_eq!(
            boundary(Some(attached.clone().permissions_boundary_arn(read).build())),
            Ok(Some(read.to_owned()))
        );
        assert_eq!(boundary(Some(attached.build())), Err("the ARN of the permissions boundary"));
    }

    #[test]
    fn a_statement_names_the_partition_of_the_region() {
        let region: Region = "cn-north-1".parse().unwrap();
        assert_eq!(named(&region, "role", "app"), "arn:aws-cn:iam::*:role/*app");
    }
}
