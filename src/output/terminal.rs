//! Standard output and standard error.

use std::io::{self, IsTerminal, Write};

use super::printable;
use super::style::Look;

/// Prints on standard output. Whoever closes the pipe has read enough.
pub fn say(text: &str, look: &Look) {
    let mut out = anstream::AutoStream::new(io::stdout().lock(), look.choice());
    let _closed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Tells the user something beside the result, on standard error.
pub fn note(text: &str) {
    let text = printable::lines(text);
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let _closed = writeln!(out, "{text}");
}

/// Whether a person looks at standard error.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
