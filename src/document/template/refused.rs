//! Why no task definition of a document is judged.

use std::fmt;

use crate::document::input_error::InputError;

/// Why no task definition of a document is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It cannot be read as it is deployed.
    Input(InputError),
    /// All its task definitions are for another account or region than the run.
    Elsewhere(Box<Elsewhere>),
}

/// The first task definition that is for another account or region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Which it is, and where.
    pub error: InputError,
    /// Its region, if that is another one.
    pub region: Option<String>,
    /// Its account, if that is another one.
    pub account: Option<String>,
}

impl Refused {
    /// What is wrong, and where.
    pub fn error(self) -> InputError {
        match self {
            Refused::Input(error) => error,
            Refused::Elsewhere(it) => it.error,
        }
    }
}

impl From<InputError> for Refused {
    fn from(error: InputError) -> Refused {
        Refused::Input(error)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Input(error) => error.fmt(out),
            Refused::Elsewhere(it) => it.error.fmt(out),
        }
    }
}
