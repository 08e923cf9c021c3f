//! What readers of templates take and give.

use std::collections::BTreeMap;

use serde_json::Value;

use super::live::LiveStack;
use super::outputs::Outputs;
use crate::document::source::Source;
use crate::names::Region;

/// A task definition that a template declares.
#[derive(Clone, Debug)]
pub struct Declared {
    /// Its name in the template.
    pub name: String,
    /// The definition, as input of `register-task-definition`.
    pub definition: Source,
    /// The service that uses it, as input of `create-service`.
    pub service: Option<Source>,
    /// Whether that service exists before the deployment, if the document says so.
    pub service_exists: Option<bool>,
}

/// What is known of the account and the stack when a template is read.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The region of the stack.
    pub region: Option<Region>,
    /// Its account.
    pub account: Option<String>,
    /// The values of parameters, and of pseudo parameters such as `AWS::StackName`.
    pub parameters: BTreeMap<String, String>,
    /// The tags of images that the deployment pushes first.
    pub pushed_tags: Vec<String>,
    /// The parameters whose values another template passes, if these are not known, and why.
    pub passed: BTreeMap<String, String>,
    /// What the nested stacks of the template return.
    pub outputs: Outputs,
    /// What a nested stack is called in made-up names.
    pub nested_as: Option<String>,
    /// The stack that the template updates, if it is known.
    pub live: Option<LiveStack>,
    /// What other stacks of the region export, or why that is not known.
    pub exports: Option<Result<BTreeMap<String, String>, String>>,
}

impl Surroundings {
    /// The name of the stack, as far as it is known, for made-up names.
    pub fn label(&self) -> Option<&str> {
        let name = self.parameters.get("AWS::StackName");
        name.or(self.nested_as.as_ref()).map(String::as_str)
    }
}

/// A role that a template creates.
#[derive(Clone, Debug)]
pub struct DeclaredRole {
    /// Its name, or a made-up one.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its path, which begins and ends with a slash.
    pub path: String,
    /// Its trust policy, or why it is not known.
    pub trust: Result<Value, String>,
    /// The ARN of its permissions boundary, or why it is not known.
    pub boundary: Result<Option<String>, String>,
    /// Its tags, or why they are not known.
    pub tags: Result<Vec<(String, String)>, String>,
    /// The ARNs of its managed policies that exist already.
    pub attached: Vec<String>,
    /// Its other policies, each with its document, or why that is not known.
    pub inline: Vec<(String, Result<Value, String>)>,
    /// What becomes of the policies that it has already, if it exists: it may have some that are not written.
    pub before: Option<Before>,
}

/// The policies of a role that exists which it has after the deployment only if they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The ARNs of managed policies.
    pub attached: Vec<String>,
    /// The names of inline policies.
    pub inline: Vec<String>,
}
