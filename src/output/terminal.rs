//! Standard output and standard error.

use std::io::{self, IsTerminal, Write};

use super::printable;
use super::style::Look;

/// Prints on standard output. A closed pipe is not an error.
pub fn say(text: &str, look: &Look) {
    let mut out = anstream::AutoStream::new(io::stdout().lock(), look.choice());
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a message for the user on standard error.
pub fn note(text: &str) {
    let text = printable::lines(text);
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let _closed = writeln!(out, "{text}");
}

/// Whether standard error is a terminal.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
