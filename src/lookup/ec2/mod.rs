//! Amazon EC2: the machines and the networks under tasks, as they are. Of a VPC, everything of one
//! kind is read with one call.
//!
//! What is asked for by its id is asked for by a filter: whoever is not in the list is not there, and
//! one wrong id does not spoil the answer for the others.

pub mod encryption;
pub mod endpoint;
pub mod instance;
pub mod instance_type;
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

use std::error::Error;
use std::future::Future;
use std::str::FromStr;

use aws_sdk_ec2::types::Filter;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use ipnet::IpNet;

use super::pages::Pages;
use super::{Answer, Lookup, classify};
use crate::knowledge::{Gap, Seen};
use crate::names::AccountId;
use crate::network::Traffic;

/// EC2 takes as many values for one filter
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>).
const MOST_VALUES: usize = 200;

/// Only what has one of these values in this property.
fn only<V: Into<String>>(name: &str, values: impl IntoIterator<Item = V>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// One page: the list, which may be missing, and the token of the next page.
type Page<T> = (Option<Vec<T>>, Option<String>);

/// All pages of a list.
///
/// # Errors
/// A gap where a page fails, lacks its list, or leads back to an earlier one.
async fn whole<L, O, E, T, Asking>(
    lookup: &L,
    ask: impl Fn(Option<String>) -> Asking,
    part: impl Fn(O) -> Page<T>,
) -> Result<Vec<T>, Gap>
where
    L: Lookup,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    Asking: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
{
    up_to(usize::MAX, lookup, ask, part).await
}

/// All pages of a list that may have so many.
///
/// # Errors
/// A gap where there are more, where a page fails, lacks its list, or leads back to an earlier one.
async fn up_to<L, O, E, T, Asking>(
    most: usize,
    lookup: &L,
    ask: impl Fn(Option<String>) -> Asking,
    part: impl Fn(O) -> Page<T>,
) -> Result<Vec<T>, Gap>
where
    L: Lookup,
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    Asking: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
{
    let (mut found, mut pages) = (Vec::new(), Pages::default());
    for _ in 0..most {
        let page = match ask(pages.token()).await {
            Ok(page) => page,
            // Only a list that is there proves that something is not.
            Err(error) => {
                return match classify::failed(lookup, &error) {
                    Err(gap) => Err(gap),
                    Ok(_) => Err(classify::incomplete(lookup, "the list")),
                };
            }
        };
        let (list, next) = part(page);
        found.extend(list.ok_or_else(|| classify::incomplete(lookup, "the list"))?);
        if !pages.turn(lookup, next)? {
            return Ok(found);
        }
    }
    let why = format!("{}: the list has more than {most} pages", lookup.what());
    Err(Gap::Undecidable { why })
}

/// Every item of a list, read; one that cannot be read spoils the list, since it may be the one that
/// decides.
fn read<L, T, F>(
    lookup: &L,
    list: Vec<T>,
    item: impl Fn(T) -> Result<F, &'static str>,
) -> Answer<Vec<F>>
where
    L: Lookup<Fact = Vec<F>>,
{
    let items = list.into_iter().map(item).collect::<Result<Vec<F>, _>>();
    items.map(Seen::Found).map_err(|lacks| classify::incomplete(lookup, lacks))
}

/// The one item that a filter by id leaves, or that there is none.
fn single<L: Lookup, T>(
    lookup: &L,
    list: Vec<T>,
    item: impl Fn(T) -> Result<L::Fact, &'static str>,
) -> Answer<L::Fact> {
    match list.into_iter().next() {
        Some(it) => item(it).map(Seen::Found).map_err(|lacks| classify::incomplete(lookup, lacks)),
        None => classify::absent(lookup, format!("not in the list of {}", L::CALL)),
    }
}

/// The one among the items that a filter by several ids leaves.
fn among<L: Lookup, T: Clone>(
    lookup: &L,
    list: &Result<Vec<T>, Gap>,
    is_it: impl Fn(&T) -> bool,
    item: impl Fn(T) -> Result<L::Fact, &'static str>,
) -> Answer<L::Fact> {
    let list = list.as_ref().map_err(Gap::clone)?;
    single(lookup, list.iter().find(|it| is_it(it)).cloned().into_iter().collect(), item)
}

/// A range of addresses.
fn range<R: FromStr>(text: impl AsRef<str>) -> Result<R, &'static str> {
    text.as_ref().parse().map_err(|_| "a readable range of addresses")
}

/// The ranges that are given.
fn ranges<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Vec<IpNet>, &'static str> {
    texts.into_iter().map(range).collect()
}

/// Who owns something, where that is told.
fn owner(id: Option<String>) -> Result<Option<AccountId>, &'static str> {
    id.map(|id| id.parse().map_err(|_| "a readable account")).transpose()
}

/// The protocol by EC2's name for it, or its number; `-1` is all of them
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>).
fn traffic(
    protocol: Option<&str>,
    first: Option<i32>,
    last: Option<i32>,
) -> Result<Traffic, &'static str> {
    let protocol = match protocol.ok_or("the protocol of a rule")? {
        "-1" => None,
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        "icmpv6" => Some(58),
        number => Some(number.parse().map_err(|_| "a readable protocol")?),
    };
    // Of ICMP they are its type and code; without protocol they mean nothing.
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
