//! The cloud assembly that the AWS CDK synthesises: the folder `cdk.out`
//! (<https://github.com/aws/aws-cdk/tree/main/packages/%40aws-cdk/cloud-assembly-schema>).

use std::collections::BTreeMap;

use super::expression::scalar;
use crate::document::node::Node;

/// A file of the assembly that describes it.
pub const MANIFEST: &str = "manifest.json";

/// A stack of an assembly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stack {
    /// Its name in the account.
    pub name: String,
    /// Its template, a file in the folder of the manifest.
    pub template: String,
    /// The only region that it can be used in, if there is one.
    pub region: Option<String>,
    /// The only account that it can be used in, if there is one.
    pub account: Option<String>,
    /// The values of its parameters.
    pub parameters: BTreeMap<String, String>,
}

/// What a manifest lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembly {
    /// Its stacks.
    pub stacks: Vec<Stack>,
    /// The files that describe its assets.
    pub assets: Vec<String>,
    /// The folders of the assemblies in it.
    pub nested: Vec<String>,
}

/// Reads a manifest; none for a document that is something else.
pub fn assembly(manifest: &Node) -> Option<Assembly> {
    manifest.get("version")?;
    let mut found = Assembly::default();
    for artifact in manifest.get("artifacts")?.entries() {
        let properties = artifact.node.get("properties");
        let property = |name: &str| properties.and_then(|it| it.get(name));
        let text = |name: &str| property(name).and_then(Node::text).map(str::to_owned);
        match artifact.node.get("type").and_then(Node::text) {
            Some("aws:cloudformation:stack") => {
                let environment = artifact.node.get("environment").and_then(Node::text);
                let (account, region) = environment.map_or((None, None), environment_of);
                let parameters = property("parameters").map_or(&[][..], Node::entries).iter();
                let parameter = |it: &crate::document::node::Entry| {
                    Some((it.key.to_string(), scalar(&it.node.value)?))
                };
                found.stacks.push(Stack {
                    name: text("stackName").unwrap_or_else(|| artifact.key.to_string()),
                    template: text("templateFile")?,
                    region,
                    account,
                    parameters: parameters.filter_map(parameter).collect(),
                });
            }
            Some("cdk:asset-manifest") => found.assets.extend(text("file")),
            Some("cdk:cloud-assembly") => found.nested.extend(text("directoryName")),
            _ => {}
        }
    }
    Some(found)
}

/// The account and the region of `aws://111122223333/eu-west-1`. Those of the run are `unknown-…`.
fn environment_of(text: &str) -> (Option<String>, Option<String>) {
    let known = |part: Option<&str>| {
        part.filter(|it| !it.is_empty() && !it.starts_with("unknown-")).map(str::to_owned)
    };
    let mut parts = text.trim_start_matches("aws://").split('/');
    (known(parts.next()), known(parts.next()))
}

/// The tags of the images that `cdk deploy` pushes.
pub fn image_tags(assets: &Node) -> Vec<String> {
    let images = assets.get("dockerImages").map_or(&[][..], Node::entries).iter();
    let destinations =
        images.flat_map(|it| it.node.get("destinations").map_or(&[][..], Node::entries));
    destinations.filter_map(|it| Some(it.node.get("imageTag")?.text()?.to_owned())).collect()
}
