//! What the client needs to know about a protocol.

use std::fmt;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::error::metadata::Builder;

use crate::lookup::naming::Fields;

/// The format of requests and answers.
pub(in crate::lookup) trait Protocol: Send + Sync + 'static {
    /// The parameters of an action.
    type Question: Clone + fmt::Debug + Send + Sync + 'static;
    /// Its answer.
    type Answer: Fields + fmt::Debug + Send + Sync + 'static;

    /// The request, without endpoint and signature.
    fn request(&self, action: &str, question: &Self::Question) -> Result<HttpRequest, BoxError>;

    /// The bucket that a question is about: S3 has it in the host name.
    fn bucket(_: &Self::Question) -> Option<&str> {
        None
    }

    /// The answer of an action in a success.
    ///
    /// # Errors
    /// Why it is not an answer of the action.
    fn answer(&self, action: &str, headers: &Headers, body: &[u8]) -> Result<Self::Answer, String>;

    /// The code and the message of an error; `None` if it is not in the format of the protocol.
    fn error(&self, headers: &Headers, body: &[u8]) -> Option<Builder>;
}
