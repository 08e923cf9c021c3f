//! What deploys a task definition that is declared in a template.

use crate::names::Region;

/// The deployment of a template; empty for any other document.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// The stack that it updates, if the user named it.
    pub stack: Option<StackUse>,
    /// Why the templates of nested stacks are not known, which may declare more task definitions.
    pub unseen: Vec<String>,
}

/// A live stack that is updated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StackUse {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: Region,
    /// Whether the AWS CDK deploys it.
    pub by_cdk: bool,
}
