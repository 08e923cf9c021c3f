//! The stack that a template updates: which of its resources stay as they are.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::document::node::{Entry, Node, Value};

/// The sections of a template on which resources depend, and the function that reads them.
const SECTIONS: [(&str, &str); 2] = [("Conditions", "Fn::If"), ("Mappings", "Fn::FindInMap")];

/// What is before the name of a section among the digests. Names of resources have no slash.
const SECTION: &str = "/";

/// What is shown for a value that may be a secret. CloudFormation returns it for parameters with `NoEcho`.
pub const HIDDEN: &str = "****";

/// A stack as it is before the update.
#[derive(Clone, Debug, Default)]
pub struct LiveStack {
    /// Its resources, by their names in the template.
    pub resources: BTreeMap<String, LiveResource>,
    /// The digests of its template.
    pub digests: BTreeMap<String, String>,
    /// The parameters whose values the update changes.
    pub changed: BTreeSet<String>,
    /// The parameters whose values in force are not shown.
    pub hidden: BTreeSet<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveResource {
    /// Its type.
    pub kind: String,
    /// Its physical id.
    pub id: String,
}

/// Digests of a template's resources and of the sections on which they depend, to compare two templates without
/// their contents.
pub fn digests(template: &Node) -> BTreeMap<String, String> {
    let resources = template.get("Resources").map_or(&[][..], Node::entries).iter();
    let mut digests: BTreeMap<String, String> =
        resources.map(|it| (it.key.to_string(), digest(&it.node))).collect();
    if !digests.is_empty() {
        for (section, _) in SECTIONS {
            let digest = template.get(section).map_or_else(String::new, digest);
            digests.insert(format!("{SECTION}{section}"), digest);
        }
    }
    digests
}

fn digest(node: &Node) -> String {
    let mut text = String::new();
    write(node, &mut text);
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same text for the same value in JSON and YAML, in any order of its fields.
fn write(node: &Node, text: &mut String) {
    match &node.value {
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|one, other| one.key.cmp(&other.key));
            text.push('{');
            for entry in entries {
                text.push_str(&format!("{:?}:", entry.key));
                write(&entry.node, text);
            }
            text.push('}');
        }
        Value::List(items) => {
            text.push('[');
            items.iter().for_each(|it| write(it, text));
            text.push(']');
        }
        // CloudFormation makes no difference between `80` and `"80"`.
        Value::Number(number) => text.push_str(&format!("\"{number}\",")),
        Value::Bool(truth) => text.push_str(&format!("\"{truth}\",")),
        Value::Text(plain) | Value::Foreign(_, plain) => text.push_str(&format!("{plain:?},")),
        Value::Null | Value::Unresolved(_) => text.push_str("null,"),
    }
}

impl LiveStack {
    /// The resources that the update leaves as they are: they are written as before, and so is everything to
    /// which they refer.
    pub(super) fn unchanged(&self, template: &Node) -> BTreeSet<String> {
        let now = digests(template);
        let is_same = |name: &str| now.get(name) == self.digests.get(name);
        // CloudFormation reads the parameters of Systems Manager again.
        let parameters = template.get("Parameters").map_or(&[][..], Node::entries).iter();
        let is_read = |it: &&Entry| {
            it.node.get("Type").and_then(Node::text).is_some_and(|it| it.starts_with("AWS::SSM::"))
        };
        let read = parameters.filter(is_read).map(|it| &*it.key);
        let changed: BTreeSet<&str> = self.changed.iter().map(|it| &**it).chain(read).collect();
        let changed_sections: Vec<&str> = SECTIONS
            .iter()
            .filter(|(section, _)| !changed.is_empty() || !is_same(&format!("{SECTION}{section}")))
            .flat_map(|(_, function)| [*function, "Condition"])
            .collect();
        let all = template.get("Resources").map_or(&[][..], Node::entries);
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in all {
            let mut words = BTreeSet::new();
            mentioned(&entry.node, &mut words);
            let is_kind =
                |it: &LiveResource| entry.node.get("Type").and_then(Node::text) == Some(&*it.kind);
            if is_same(&entry.key)
                && self.resources.get(&*entry.key).is_some_and(is_kind)
                && !changed_sections.iter().any(|it| words.contains(it))
                && changed.is_disjoint(&words)
            {
                names.insert(&entry.key, words);
            }
        }
        loop {
            let moved: Vec<&str> =
                all.iter().map(|it| &*it.key).filter(|it| !names.contains_key(it)).collect();
            let is_gone = |words: &BTreeSet<&str>| moved.iter().any(|it| words.contains(it));
            let gone: Vec<&str> =
                names.iter().filter(|(_, it)| is_gone(it)).map(|(name, _)| *name).collect();
            if gone.is_empty() {
                return names.into_keys().map(str::to_owned).collect();
            }
            names.retain(|name, _| !gone.contains(name));
        }
    }
}

/// The names of fields, and the words of texts: each name to which an expression refers is one of them.
fn mentioned<'n>(node: &'n Node, words: &mut BTreeSet<&'n str>) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                words.insert(&entry.key);
                mentioned(&entry.node, words);
            }
        }
        Value::List(items) => items.iter().for_each(|it| mentioned(it, words)),
        Value::Text(text) => {
            words.extend(text.split(|letter: char| !letter.is_ascii_alphanumeric()));
        }
        _ => {}
    }
}

/// Whether the function is called anywhere.
pub(super) fn calls(node: &Node, function: &str) -> bool {
    match &node.value {
        Value::Map(entries) => {
            entries.iter().any(|it| &*it.key == function || calls(&it.node, function))
        }
        Value::List(items) => items.iter().any(|it| calls(it, function)),
        _ => false,
    }
}

impl LiveResource {
    /// The value of `Ref`, or of an attribute that follows from the physical id.
    pub(super) fn value(&self, attribute: Option<&str>) -> Option<String> {
        let id = || Some(self.id.clone());
        match (&*self.kind, attribute) {
            (_, None) => id(),
            ("AWS::EC2::SecurityGroup", Some("GroupId"))
            | ("AWS::EC2::Subnet", Some("SubnetId"))
            | ("AWS::EC2::VPC", Some("VpcId"))
            | ("AWS::EFS::FileSystem", Some("FileSystemId"))
            | ("AWS::EFS::AccessPoint", Some("AccessPointId"))
            | ("AWS::KMS::Key", Some("KeyId"))
            | ("AWS::SecretsManager::Secret", Some("Id"))
            | ("AWS::ServiceDiscovery::Service", Some("Id")) => id(),
            // An output of a nested stack is no attribute of that stack.
            (_, Some(attribute))
                if attribute.ends_with("Arn")
                    && !attribute.contains('.')
                    && self.id.starts_with("arn:") =>
            {
                id()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::place::Role;
    use crate::document::source::Source;

    fn root(text: &str) -> Node {
        Source::read("t.yaml", Role::Definition, text.as_bytes()).unwrap().root.as_ref().clone()
    }

    /// A stack with this template in which each resource is a bucket.
    fn stack(template: &str) -> LiveStack {
        let root = root(template);
        let resource = LiveResource { kind: "AWS::S3::Bucket".to_owned(), id: "id".to_owned() };
        let names = root.get("Resources").unwrap().entries().iter();
        let resources = names.map(|it| (it.key.to_string(), resource.clone())).collect();
        LiveStack { resources, digests: digests(&root), ..LiveStack::default() }
    }

    fn unchanged(before: &LiveStack, after: &str) -> String {
        before.unchanged(&root(after)).into_iter().collect::<Vec<_>>().join(" ")
    }

    const BEFORE: &str = "
Parameters: {P: {Type: String}}
Conditions: {C: !Equals [!Ref P, a]}
Resources:
  Plain: {Type: 'AWS::S3::Bucket', Properties: {BucketName: x, Port: 80}}
  User: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Sub '${Plain}-1'}}
  Second: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !GetAtt User.Arn}}
  Given: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref P}}
  Chosen: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !If [C, a, b]}}
";

    #[test]
    fn a_resource_is_unchanged_if_it_and_all_that_it_refers_to_are_written_as_before() {
        let before = stack(BEFORE);
        assert_eq!(unchanged(&before, BEFORE), "Chosen Given Plain Second User");
        let other = BEFORE.replace("BucketName: x", "BucketName: y");
        assert_eq!(unchanged(&before, &other), "Chosen Given");
        let other = BEFORE.replace("[!Ref P, a]", "[!Ref P, b]");
        assert_eq!(unchanged(&before, &other), "Given Plain Second User");
        let other =
            BEFORE.replace("Plain: {Type: 'AWS::S3::Bucket'", "Plain: {Type: 'AWS::SQS::Queue'");
        assert_eq!(unchanged(&before, &other), "Chosen Given");
    }

    #[test]
    fn a_changed_parameter_changes_what_uses_it_and_what_is_conditional() {
        let mut before = stack(BEFORE);
        before.changed.insert("P".to_owned());
        assert_eq!(unchanged(&before, BEFORE), "Plain Second User");
    }

    #[test]
    fn a_template_is_the_same_in_json_and_in_another_order() {
        let yaml = root("Resources: {A: {Type: T, Properties: {Port: 80, Of: !Ref B, On: true}}}");
        let json = root(
            r#"{"Resources": {"A": {"Properties": {"On": "true", "Of": {"Ref": "B"}, "Port": "80"}, "Type": "T"}}}"#,
        );
        assert_eq!(digests(&yaml), digests(&json));
        assert!(digests(&root("{}")).is_empty());
    }
}
