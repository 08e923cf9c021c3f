//! A call that an endpoint policy refuses.

use super::call::ApiCall;

/// A call that is refused, or may be.
pub(super) struct Objection {
    pub call: ApiCall,
    pub why: String,
    /// The statement that denies it, if one does.
    pub denied_by: Option<String>,
}
