//! What deploys a task definition that is declared in a template.

use std::sync::Arc;

use crate::document::Place;
use crate::names::Region;

/// The deployment of a template; empty for any other document.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// The stack that it updates, if the user named it.
    pub stack: Option<StackUse>,
    /// The nested stacks whose templates are not known, and may declare more task definitions.
    pub unseen: Vec<UnseenStack>,
    /// The nested stacks whose templates were passed with the template that names them.
    pub passed: Vec<PassedTemplate>,
}

/// A nested stack whose template is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnseenStack {
    /// Where its template is named.
    pub place: Place,
    /// Why it is not known.
    pub why: String,
    /// The name that a file with it would have, if that is known.
    pub file: Option<String>,
}

/// A nested stack whose template is one of the files of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedTemplate {
    /// Its name in the template.
    pub id: String,
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// Whether another location is deployed, with a file of this name.
    pub is_copy: bool,
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
