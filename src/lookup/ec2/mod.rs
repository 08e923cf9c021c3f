//! Amazon EC2: the instances and networks of tasks. For a VPC, all resources of one kind are read with one
//! call.
//!
//! Ids are passed as filters: a resource that is not in the list does not exist, and one wrong id does not
//! fail the others.

pub mod encryption;
pub mod endpoint;
pub mod instance;
pub mod instance_type;
pub mod launch_template;
pub mod network_acl;
pub mod network_interface;
pub mod prefix_list;
pub mod public_access;
pub mod route;
pub mod security_group;
pub mod snapshot;
pub mod subnet;
pub mod volume;
pub mod vpc;

use std::str::FromStr;

use ipnet::IpNet;

use super::aws::{Client, Ec2, Element, Lacks, Query};
use super::pages::{Pages, may_have};
use super::{Answer, Lookup, classify};
use crate::knowledge::{Gap, Seen};
use crate::names::AccountId;
use crate::network::Traffic;

/// The maximum number of values of one filter
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).
const MOST_VALUES: usize = 200;

/// Filters by these values of this property.
fn only<V: Into<String>>(property: &str, values: impl IntoIterator<Item = V>) -> Query {
    Query::default().only(property, values)
}

/// The items of a list, on all its pages.
///
/// # Errors
/// A gap if a page fails, lacks its list, or repeats a token.
async fn whole<L: Lookup>(
    lookup: &L,
    client: &Client<Ec2>,
    query: Query,
    list: &str,
) -> Result<Vec<Element>, Gap> {
    whole_of(std::slice::from_ref(lookup), client, query, list).await
}

/// The same for lookups that share a request.
async fn whole_of<L: Lookup>(
    asked: &[L],
    client: &Client<Ec2>,
    query: Query,
    list: &str,
) -> Result<Vec<Element>, Gap> {
    up_to(usize::MAX, asked, client, query, list, Ok).await
}

/// The items of a list with a maximum number of pages, each converted by `item`.
///
/// # Errors
/// A gap if there are more pages, or if a page fails, lacks its list, or repeats a token.
async fn up_to<L: Lookup, T>(
    most: usize,
    asked: &[L],
    client: &Client<Ec2>,
    mut query: Query,
    list: &str,
    item: impl Fn(Element) -> Result<T, Lacks>,
) -> Result<Vec<T>, Gap> {
    let Some(lookup) = asked.first() else { return Ok(Vec::new()) };
    let incomplete = |lacks| classify::incomplete(lookup, lacks);
    let (mut found, mut pages) = (Vec::new(), Pages::default());
    for _ in 0..most {
        if let Some(token) = pages.token() {
            query = query.with("NextToken", token);
        }
        let page = match client.ask_all(asked, &query).await {
            Ok(page) => page,
            // Only an existing list proves that something is missing.
            Err(error) => {
                return match classify::failed(lookup, &error) {
                    Err(gap) => Err(gap),
                    Ok(_) => Err(incomplete("the list")),
                };
            }
        };
        let next = page.text("nextToken").map_err(incomplete)?;
        let items = page.into_list(list).map_err(incomplete)?;
        for it in items.ok_or_else(|| incomplete("the list"))? {
            found.push(item(it).map_err(incomplete)?);
        }
        may_have(L::CALL, found.len()).map_err(incomplete)?;
        if !pages.turn(lookup, next)? {
            return Ok(found);
        }
    }
    let why = format!("{}: the list has more than {most} pages", lookup.what());
    Err(Gap::Undecidable { why })
}

/// Reads every item of a list; one unreadable item fails the list, since it may be the deciding one.
fn read<L, F>(
    lookup: &L,
    list: &[Element],
    item: impl Fn(&Element) -> Result<F, Lacks>,
) -> Answer<Vec<F>>
where
    L: Lookup<Fact = Vec<F>>,
{
    let items = list.iter().map(item).collect::<Result<Vec<F>, _>>();
    items.map(Seen::Found).map_err(|lacks| classify::incomplete(lookup, lacks))
}

/// The only item of a filter by id, or its absence.
fn single<L: Lookup>(
    lookup: &L,
    found: Option<&Element>,
    item: impl Fn(&Element) -> Result<L::Fact, Lacks>,
) -> Answer<L::Fact> {
    match found {
        Some(it) => item(it).map(Seen::Found).map_err(|lacks| classify::incomplete(lookup, lacks)),
        None => classify::absent(lookup, format!("not in the list of {}", L::CALL)),
    }
}

/// The item with this id in this field, from a filter by several ids.
fn among<L: Lookup>(
    lookup: &L,
    list: &Result<Vec<Element>, Gap>,
    (field, id): (&str, &str),
    item: impl Fn(&Element) -> Result<L::Fact, Lacks>,
) -> Answer<L::Fact> {
    let list = list.as_ref().map_err(Gap::clone)?;
    let found = with_id(list, field, id).map_err(|lacks| classify::incomplete(lookup, lacks))?;
    single(lookup, found, item)
}

/// The item with this id in this field, if there is one.
///
/// # Errors
/// If another item may be the right one because its id cannot be read.
fn with_id<'a>(list: &'a [Element], field: &str, id: &str) -> Result<Option<&'a Element>, Lacks> {
    let mut unnamed = None;
    for it in list {
        match it.text(field) {
            Ok(Some(text)) if text == id => return Ok(Some(it)),
            Ok(Some(_)) => {}
            Ok(None) => unnamed = Some("the id of an item"),
            Err(lacks) => unnamed = Some(lacks),
        }
    }
    unnamed.map_or(Ok(None), Err)
}

/// The `Name` tag of an item.
fn name_tag(it: &Element) -> Result<Option<String>, Lacks> {
    for tag in it.items("tagSet")? {
        if tag.text("key")?.as_deref() == Some("Name") {
            return Ok(tag.text("value")?.filter(|name| !name.is_empty()));
        }
    }
    Ok(None)
}

/// A range of addresses.
fn range<R: FromStr>(text: impl AsRef<str>) -> Result<R, Lacks> {
    text.as_ref().parse().map_err(|_| "a readable range of addresses")
}

/// Parses ranges.
fn ranges<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Vec<IpNet>, Lacks> {
    texts.into_iter().map(range).collect()
}

/// Whether a range of a VPC or a subnet belongs to it, by the state of the association.
fn is_associated(state: Option<String>) -> bool {
    !matches!(state.as_deref(), Some("disassociated" | "failed"))
}

/// The owner, if the answer contains one.
fn owner(id: Option<String>) -> Result<Option<AccountId>, Lacks> {
    id.map(|id| id.parse().map_err(|_| "a readable account")).transpose()
}

/// The protocol by EC2's name for it, or its number; `-1` is all of them
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>).
fn traffic(
    protocol: Option<&str>,
    first: Option<i32>,
    last: Option<i32>,
) -> Result<Traffic, Lacks> {
    let protocol = match protocol.ok_or("the protocol of a rule")? {
        "-1" => None,
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        "icmpv6" => Some(58),
        number => Some(number.parse().map_err(|_| "a readable protocol")?),
    };
    // For ICMP they are type and code; without a protocol they have no meaning.
    let has_ports = matches!(protocol, Some(6 | 17));
    let ports = match (first, last) {
        (Some(first), Some(last)) if has_ports && first >= 0 && last >= 0 => {
            let port = |it: i32| u16::try_from(it).map_err(|_| "readable ports");
            Some((port(first)?, port(last)?))
        }
        _ => None,
    };
    Ok(Traffic { protocol, ports })
}

#[cfg(test)]
mod tests;
