//! What stands against a call.

use super::call::ApiCall;

/// A call that does not pass, or perhaps not.
pub(super) struct Objection {
    pub call: ApiCall,
    pub why: String,
    /// The statement that stands against it, if it is one that denies.
    pub denied_by: Option<String>,
}
