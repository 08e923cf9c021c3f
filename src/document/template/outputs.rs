//! What nested stacks return to the template that deploys them.

use std::collections::BTreeMap;

pub(super) const STACK: &str = "AWS::CloudFormation::Stack";
/// The same of SAM, which becomes the former.
pub(super) const APPLICATION: &str = "AWS::Serverless::Application";

/// Values by their names, each with the reason if it is not known.
pub type Values = BTreeMap<String, Result<String, String>>;

/// What a template knows of the stacks that it deploys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    /// By the name of the stack in the template.
    stacks: BTreeMap<String, Result<Values, String>>,
}

impl Outputs {
    /// Adds what a stack returns, or why that is not known.
    pub fn add(&mut self, stack: &str, outputs: Result<Values, String>) {
        self.stacks.insert(stack.to_owned(), outputs);
    }

    /// The value of `Outputs.Name` of a stack, or why it is not known.
    pub(super) fn of(&self, stack: &str, attribute: &str) -> Option<Result<String, String>> {
        let name = attribute.strip_prefix("Outputs.")?;
        match self.stacks.get(stack)? {
            Err(why) => Some(Err(why.clone())),
            Ok(outputs) => Some(outputs.get(name).cloned().unwrap_or_else(|| {
                Err(format!("the template of the nested stack {stack} has no output `{name}`"))
            })),
        }
    }
}
