//! AWS CloudFormation: a live stack, as far as a template that updates it depends on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::aws::{Element, Lacks, Query};
use super::pages::{Pages, may_have};
use super::{Answer, Call, Lookup, Named, Services, classify};
use crate::document::template::{HIDDEN, digests};
use crate::document::{Role, Source};
use crate::knowledge::Seen;
use crate::names::Region;

/// A stack: its status, and the values of its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DescribeStack {
    /// The region.
    pub region: Region,
    /// The name of the stack.
    pub stack: String,
}

/// What a stack is before the update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribedStack {
    /// Its status: `UPDATE_COMPLETE`.
    pub status: String,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, String>,
}

impl DescribedStack {
    /// Whether it only waits for its first change set, and has neither a template nor resources
    /// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>).
    pub fn is_empty(&self) -> bool {
        self.status == "REVIEW_IN_PROGRESS"
    }
}

impl Lookup for DescribeStack {
    type Fact = DescribedStack;
    const CALL: Call = Call("cloudformation:DescribeStacks");

    fn named(&self) -> Named {
        Named::by("Stacks/member/StackName", &self.stack)
    }

    fn what(&self) -> String {
        format!("stack {} in {}", self.stack, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<DescribedStack> {
        let asked = Query::default().with("StackName", &*self.stack);
        let reply = services.cloudformation(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let stacks = it.members("Stacks")?.ok_or("the stack")?;
            let stack = stacks.first().ok_or("the stack")?;
            stack.text("StackName")?.ok_or("the name of the stack")?;
            let status = stack.text("StackStatus")?.ok_or("the status of the stack")?;
            let mut parameters = BTreeMap::new();
            for parameter in stack.members("Parameters")?.unwrap_or_default() {
                let name = parameter.text("ParameterKey")?.ok_or("the name of a parameter")?;
                let value = parameter.text("ParameterValue")?;
                let value = value.ok_or("the value of a parameter")?;
                parameters.insert(name.clone(), shown(&name, value));
            }
            Ok(DescribedStack { status, parameters })
        })
    }
}

/// The value, or [`HIDDEN`] for one that may be a secret: it is neither used nor recorded.
fn shown(name: &str, value: String) -> String {
    const SECRETS: [&str; 5] = ["passw", "secret", "token", "credential", "apikey"];
    let name = name.to_ascii_lowercase();
    match !value.starts_with("arn:") && SECRETS.iter().any(|it| name.contains(it)) {
        true => HIDDEN.to_owned(),
        false => value,
    }
}

/// The resources of a stack, by their names in its template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StackResources {
    /// The region.
    pub region: Region,
    /// The name of the stack.
    pub stack: String,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackResource {
    /// Its type: `AWS::IAM::Role`.
    pub kind: String,
    /// Its physical id.
    pub id: String,
}

impl Lookup for StackResources {
    type Fact = BTreeMap<String, StackResource>;
    const CALL: Call = Call("cloudformation:ListStackResources");

    fn named(&self) -> Named {
        Named::Nowhere("the list does not name its stack")
    }

    fn what(&self) -> String {
        format!("resources of stack {} in {}", self.stack, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, StackResource>> {
        let client = services.cloudformation(&self.region);
        let (mut found, mut pages) = (BTreeMap::new(), Pages::default());
        loop {
            let asked = with_token(Query::default().with("StackName", &*self.stack), &pages);
            let reply = match client.ask(self, &asked).await {
                Ok(reply) => reply,
                Err(error) => return classify::failed(self, &error),
            };
            let next = resources(&reply, &mut found);
            let next = next.and_then(|it| may_have(Self::CALL, found.len()).map(|()| it));
            let next = next.map_err(|lacks| classify::incomplete(self, lacks))?;
            if !pages.turn(self, next)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

fn with_token(query: Query, pages: &Pages) -> Query {
    match pages.token() {
        Some(token) => query.with("NextToken", token),
        None => query,
    }
}

/// Adds the resources of a page, and returns the token of the next one.
fn resources(
    page: &Element,
    found: &mut BTreeMap<String, StackResource>,
) -> Result<Option<String>, Lacks> {
    let members = page.members("StackResourceSummaries")?.ok_or("the list of resources")?;
    for member in members {
        let name = member.text("LogicalResourceId")?.ok_or("the name of a resource")?;
        let kind = member.text("ResourceType")?.ok_or("the type of a resource")?;
        let status = member.text("ResourceStatus")?.ok_or("the status of a resource")?;
        // It is not created yet, or deleted.
        let id = member.text("PhysicalResourceId")?.filter(|id| !id.is_empty());
        match id {
            _ if status == "DELETE_COMPLETE" => {}
            Some(id) => _ = found.insert(name, StackResource { kind, id }),
            None if ["CREATE_COMPLETE", "UPDATE_COMPLETE"].contains(&&*status) => {
                return Err("the physical id of a resource");
            }
            None => {}
        }
    }
    page.text("NextToken")
}

/// The template that a stack was deployed with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StackTemplate {
    /// The region.
    pub region: Region,
    /// The name of the stack.
    pub stack: String,
}

impl Lookup for StackTemplate {
    /// A digest of each of its parts: a template may contain secrets.
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("cloudformation:GetTemplate");

    fn named(&self) -> Named {
        Named::Nowhere("a template does not name its stack")
    }

    fn what(&self) -> String {
        format!("template of stack {} in {}", self.stack, self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let asked =
            Query::default().with("StackName", &*self.stack).with("TemplateStage", "Original");
        let reply = services.cloudformation(&self.region).ask(self, &asked).await;
        classify::answer(self, reply, |it| {
            let text = it.text("TemplateBody")?.ok_or("the template")?;
            let read = Source::read("template", Role::Definition, text.as_bytes());
            let template = read.map_err(|_| "a readable template")?;
            let digests = digests(&template.root);
            match digests.is_empty() {
                true => Err("the resources of the template"),
                false => Ok(digests),
            }
        })
    }
}

/// What the stacks of a region export, by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct StackExports {
    /// The region.
    pub region: Region,
}

impl Lookup for StackExports {
    type Fact = BTreeMap<String, String>;
    const CALL: Call = Call("cloudformation:ListExports");

    fn named(&self) -> Named {
        Named::Nowhere("all exports of the region are listed")
    }

    fn what(&self) -> String {
        format!("exports of stacks in {}", self.region)
    }

    async fn fetch(&self, services: &Services) -> Answer<BTreeMap<String, String>> {
        let client = services.cloudformation(&self.region);
        let (mut found, mut pages) = (BTreeMap::new(), Pages::default());
        loop {
            let asked = with_token(Query::default(), &pages);
            let reply = match client.ask(self, &asked).await {
                Ok(reply) => reply,
                Err(error) => return classify::failed(self, &error),
            };
            let next = exports(&reply, &mut found);
            let next = next.and_then(|it| may_have(Self::CALL, found.len()).map(|()| it));
            let next = next.map_err(|lacks| classify::incomplete(self, lacks))?;
            if !pages.turn(self, next)? {
                return Ok(Seen::Found(found));
            }
        }
    }
}

/// Adds the exports of a page, and returns the token of the next one.
fn exports(page: &Element, found: &mut BTreeMap<String, String>) -> Result<Option<String>, Lacks> {
    for export in page.members("Exports")?.ok_or("the list of exports")? {
        let name = export.text("Name")?.ok_or("the name of an export")?;
        let value = export.text("Value")?.ok_or("the value of an export")?;
        found.insert(name.clone(), shown(&name, value));
    }
    page.text("NextToken")
}
