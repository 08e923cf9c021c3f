//! The network mode of a task definition.

use crate::document::Field;
use crate::knowledge::Stop;

/// What registering the definition answers, where its very words are not known.
pub(super) const REGISTRATION: &str =
    "ClientException from RegisterTaskDefinition (AWS's exact words are not known)";

/// `networkMode`, with what an absent one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Awsvpc,
    Host,
    /// `bridge`, or none given: on Windows that is the network `nat`.
    Bridge,
    None,
    /// A mode that ECS does not document.
    Other,
}

impl Mode {
    pub(super) fn of(field: &Field<String>) -> Result<Mode, Stop> {
        Ok(match field.get()?.map_or("", String::as_str) {
            "awsvpc" => Mode::Awsvpc,
            "host" => Mode::Host,
            "" | "bridge" | "default" => Mode::Bridge,
            "none" => Mode::None,
            _ => Mode::Other,
        })
    }
}
