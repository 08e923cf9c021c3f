//! The services of a cluster.

use serde::Serialize;

use super::CLUSTER_MISSING;
use crate::knowledge::Seen;
use crate::lookup::members::Members;
use crate::lookup::pages::{Pages, may_have};
use crate::lookup::{Answer, Call, Lookup, Named, Services, classify};
use crate::names::Region;

/// The ARNs of the services of a cluster that are active or drain, in the order of the API.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ListServices {
    /// The region.
    pub region: Region,
    /// The cluster's name or ARN; none for the account's `default` cluster.
    pub cluster: Option<String>,
}

impl ListServices {
    fn cluster(&self) -> &str {
        self.cluster.as_deref().unwrap_or("default")
    }

    /// Whether this may be a service of the cluster. The older form of the ARN does not name it.
    fn may_list(&self, arn: &str) -> bool {
        let cluster = self.cluster().rsplit('/').next();
        let path: Vec<&str> = arn.split('/').collect();
        match path[..] {
            [_, name] => !name.is_empty(),
            [_, of, name] => Some(of) == cluster && !name.is_empty(),
            _ => false,
        }
    }
}

impl Lookup for ListServices {
    type Fact = Vec<String>;
    const CALL: Call = Call("ecs:ListServices");
    const ABSENT: &'static [&'static str] = &[CLUSTER_MISSING];

    fn named(&self) -> Named {
        Named::Nowhere("compared with the cluster in each ARN")
    }

    fn what(&self) -> String {
        format!("services of cluster {} in {}", self.cluster(), self.region)
    }

    fn absence(&self) -> String {
        format!("there is no cluster {} in {}", self.cluster(), self.region)
    }

    /// A page has at most 100 services
    /// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html>).
    async fn fetch(&self, services: &Services) -> Answer<Vec<String>> {
        let client = services.ecs(&self.region);
        let (mut arns, mut pages) = (Vec::new(), Pages::default());
        loop {
            let reply = client
                .list_services()
                .set_cluster(self.cluster.clone())
                .max_results(100)
                .set_next_token(pages.token())
                .customize()
                .interceptor(Members::of(self))
                .send()
                .await;
            let (mut next, known) = (None, std::mem::take(&mut arns));
            let page = classify::answer(self, reply, |it| {
                next = it.next_token;
                let listed = it.service_arns.ok_or("the services")?;
                if !listed.iter().all(|arn| self.may_list(arn)) {
                    return Err("an end: it has services of another cluster");
                }
                may_have(Self::CALL, known.len() + listed.len())?;
                Ok([known, listed].concat())
            })?;
            let Seen::Found(found) = page else { return Ok(page) };
            arns = found;
            if !pages.turn(self, next)? {
                return Ok(Seen::Found(arns));
            }
        }
    }
}
