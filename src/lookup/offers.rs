//! Names to choose from, for live completion in a shell: one short question, of which only the names are kept.
//!
//! No check reads them, so they are no facts: nothing is retried, recorded or reported, and every failure is
//! an empty list.

use serde_json::{Value, json};

use super::aws::{Action, Ec2, Ecs, Element, Object, Query};
use super::{Call, Services};
use crate::names::Region;

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The clusters.
    Clusters,
    /// The services of this cluster.
    Services(String),
    /// The families of task definitions that begin so.
    Families(String),
    /// The newest revisions of this family.
    Revisions(String),
    /// The subnets.
    Subnets,
    /// The security groups.
    SecurityGroups,
}

/// A name, and what helps to choose it.
pub type Offered = (String, Option<String>);

const LIST_CLUSTERS: Call = Call("ecs:ListClusters");
const LIST_SERVICES: Call = Call("ecs:ListServices");
const LIST_FAMILIES: Call = Call("ecs:ListTaskDefinitionFamilies");
const LIST_REVISIONS: Call = Call("ecs:ListTaskDefinitions");
const SUBNETS: Call = Call("ec2:DescribeSubnets");
const GROUPS: Call = Call("ec2:DescribeSecurityGroups");

/// The calls of live completion.
pub const CALLS_OF_OFFERS: [Call; 6] =
    [LIST_CLUSTERS, LIST_SERVICES, LIST_FAMILIES, LIST_REVISIONS, SUBNETS, GROUPS];

/// Pages of 100 names that are read: a list of more is no help.
const MOST_PAGES: usize = 5;

/// The names; none if they cannot be read.
pub async fn offers(offer: &Offer, region: &Region, services: &Services) -> Option<Vec<Offered>> {
    let ecs = |call, question, list| listed(services, region, call, question, list);
    let mut found = match offer {
        Offer::Clusters => last_parts(ecs(LIST_CLUSTERS, json!({}), "clusterArns").await?),
        Offer::Services(cluster) => {
            last_parts(ecs(LIST_SERVICES, json!({"cluster": cluster}), "serviceArns").await?)
        }
        Offer::Families(prefix) => {
            let question = json!({"familyPrefix": prefix, "status": "ACTIVE"});
            ecs(LIST_FAMILIES, question, "families")
                .await?
                .into_iter()
                .map(|it| (it, None))
                .collect()
        }
        Offer::Revisions(family) => {
            let question = json!({"familyPrefix": family, "status": "ACTIVE", "sort": "DESC"});
            // The newest first, and of this family only: the prefix may be that of several.
            let found = last_parts(ecs(LIST_REVISIONS, question, "taskDefinitionArns").await?);
            let of_family = |name: &str| name.rsplit_once(':').is_some_and(|(it, _)| it == family);
            return Some(found.into_iter().filter(|(name, _)| of_family(name)).collect());
        }
        Offer::Subnets => described(services, region, SUBNETS, "subnetSet", subnet).await?,
        Offer::SecurityGroups => {
            described(services, region, GROUPS, "securityGroupInfo", group).await?
        }
    };
    found.sort();
    Some(found)
}

/// Whether a shell can show it and take it as one word: an answer could contain anything.
fn is_plain(name: &str) -> bool {
    name.chars().all(|it| !it.is_control() && !it.is_whitespace())
}

/// The texts of a list of ECS, page by page.
async fn listed(
    services: &Services,
    region: &Region,
    call: Call,
    mut question: Value,
    list: &str,
) -> Option<Vec<String>> {
    let action = || match call {
        LIST_CLUSTERS => const { Action::<Ecs>::of(LIST_CLUSTERS) },
        LIST_SERVICES => const { Action::<Ecs>::of(LIST_SERVICES) },
        LIST_FAMILIES => const { Action::<Ecs>::of(LIST_FAMILIES) },
        _ => const { Action::<Ecs>::of(LIST_REVISIONS) },
    };
    let client = services.ecs_lists(region);
    let mut found = Vec::new();
    question["maxResults"] = json!(100);
    for _ in 0..MOST_PAGES {
        let page: Object = client.ask_for(action(), &question).await.ok()?;
        let page: Value = page.read().ok()?;
        let texts = page.get(list)?.as_array()?.iter().filter_map(Value::as_str);
        found.extend(texts.filter(|it| is_plain(it)).map(str::to_owned));
        match page.get("nextToken").and_then(Value::as_str) {
            Some(token) => question["nextToken"] = json!(token),
            None => break,
        }
    }
    Some(found)
}

fn last_parts(arns: Vec<String>) -> Vec<Offered> {
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
    arns.iter().map(|arn| (last(arn), None)).collect()
}

async fn described(
    services: &Services,
    region: &Region,
    call: Call,
    list: &str,
    read: fn(&Element) -> Option<Offered>,
) -> Option<Vec<Offered>> {
    let action = match call {
        SUBNETS => const { Action::<Ec2>::of(SUBNETS) },
        _ => const { Action::<Ec2>::of(GROUPS) },
    };
    let query = Query::default().with("MaxResults", "500");
    let answer = services.ec2(region).ask_for(action, &query).await.ok()?;
    Some(answer.items(list).ok()?.iter().filter_map(read).collect())
}

fn subnet(it: &Element) -> Option<Offered> {
    let text = |name: &str| it.text(name).ok().flatten();
    let parts = [tag_name(it), text("availabilityZone"), text("cidrBlock"), text("vpcId")];
    Some((text("subnetId").filter(|it| is_plain(it))?, in_one(parts)))
}

fn group(it: &Element) -> Option<Offered> {
    let text = |name: &str| it.text(name).ok().flatten();
    Some((
        text("groupId").filter(|it| is_plain(it))?,
        in_one([text("groupName"), text("vpcId"), None, None]),
    ))
}

fn tag_name(it: &Element) -> Option<String> {
    let is_name = |tag: &&Element| tag.text("key").is_ok_and(|it| it.as_deref() == Some("Name"));
    it.items("tagSet").ok()?.iter().find(is_name)?.text("value").ok().flatten()
}

fn in_one(parts: [Option<String>; 4]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().filter(|it| !it.is_empty()).collect();
    let line = parts.join(", ").replace(char::is_control, " ");
    Some(line).filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_is_helped_by_its_name_and_place_on_one_line() {
        let of = |id: &str, name: &str| {
            let tags =
                format!("<tagSet><item><key>Name</key><value>{name}</value></item></tagSet>");
            let text = format!(
                "<item><subnetId>{id}</subnetId><cidrBlock>10.0.0.0/24</cidrBlock>{tags}</item>"
            );
            subnet(&Element::parse(text.as_bytes()).unwrap())
        };
        let help = |text: &str| Some(("subnet-1".to_owned(), Some(text.to_owned())));
        assert_eq!(of("subnet-1", "a"), help("a, 10.0.0.0/24"));
        assert_eq!(of("subnet-1", "a&#10;&#9;b"), help("a  b, 10.0.0.0/24"));
        assert_eq!(of("subnet 1", "a"), None);
    }

    #[test]
    fn a_name_that_steers_a_terminal_is_not_offered() {
        for (name, plain) in [("web", true), ("a:1", true), ("a\u{1b}[2J", false), ("a\nb", false)]
        {
            assert_eq!(is_plain(name), plain, "{name:?}");
        }
    }
}
