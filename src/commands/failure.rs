//! A command that ends without a report.

use crate::document::{InputError, Source};
use crate::exit::Exit;
use crate::preflight::Signal;

/// An error before there is a report.
pub(crate) struct Failure {
    pub(super) exit: Exit,
    pub(super) message: String,
}

impl Failure {
    /// Usage or input.
    pub(super) fn usage(message: impl ToString) -> Failure {
        Failure { exit: Exit::Usage, message: message.to_string() }
    }

    /// An error about a document, with the line that it is about.
    pub(super) fn input(source: &Source, error: InputError) -> Failure {
        Failure::usage(source.explain(error))
    }

    /// No verdict is possible.
    pub(super) fn no_verdict(message: impl ToString) -> Failure {
        Failure { exit: Exit::NoVerdict, message: message.to_string() }
    }

    /// A signal ended the run before there was a report.
    pub(super) fn interrupted(signal: Signal) -> Failure {
        Failure { exit: Exit::by(signal), message: "interrupted".to_owned() }
    }
}
