//! What is known about one condition key.

/// What is known about one condition key of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// The request has the key, with these values; more than one for a multivalued key.
    Known(Vec<String>),
    /// The request has the key, and its single value begins with this; nothing more is known.
    Begins(String),
    /// The request does not have the key.
    Absent,
    /// It is unknown whether the request has the key, and with what value.
    Unknown,
}
