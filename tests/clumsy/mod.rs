//! Clumsy use: given a slip that people make, then the program says the sentence that helps, with the exit
//! code that its manual promises.

/// Accepted findings.
mod accepted;
/// Credentials, profiles and regions that are not as they should be.
mod credentials;
/// Broken and odd documents.
mod documents;
/// Flags and names.
mod flags;
/// Templates, plans, and the files of flags.
mod inputs;
/// Ctrl-C.
#[cfg(unix)]
mod interruption;
/// The program, run in a folder of its own.
pub(crate) mod program;
/// Files of deployment tools: CodePipeline, CodeDeploy, ecspresso, the CDK.
mod tool_files;
