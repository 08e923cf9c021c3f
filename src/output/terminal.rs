//! Standard output and standard error.

use std::io::{self, BufWriter, IsTerminal, Write};

use super::output_error::OutputError;
use super::style::{Look, speaks_unicode};
use super::{ascii, printable};

/// Prints a text for people on standard output, in the letters that the terminal knows.
///
/// # Errors
/// When standard output cannot be written.
pub fn say_text(text: &str, look: &Look) -> Result<(), OutputError> {
    say(&look.spelled(text), look)
}

/// Prints a JSON document on standard output, in the letters that the terminal knows.
///
/// # Errors
/// When standard output cannot be written.
pub fn say_json(json: &str, look: &Look) -> Result<(), OutputError> {
    say(&look.escaped(&printable::json(json)), look)
}

/// Prints on standard output. A closed pipe is not an error.
///
/// # Errors
/// When standard output cannot be written, such as on a full disk.
pub fn say(text: &str, look: &Look) -> Result<(), OutputError> {
    let mut out = anstream::AutoStream::new(io::stdout().lock(), look.choice());
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Prints on standard output what `write` writes: JSON, which has no colours and cannot steer a terminal.
pub(super) fn say_pieces(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), OutputError> {
    let mut out = BufWriter::new(io::stdout().lock());
    unless_closed(write(&mut out).and_then(|()| out.flush()))
}

fn unless_closed(written: io::Result<()>) -> Result<(), OutputError> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(OutputError::Stdout(error)),
        _ => Ok(()),
    }
}

/// Prints a message for the user on standard error.
pub fn note(text: &str) {
    let mut text = printable::lines(text);
    if !speaks_unicode() {
        text = ascii::spelled(&text).into_owned();
    }
    let mut out = anstream::AutoStream::auto(io::stderr().lock());
    let _closed = writeln!(out, "{text}");
}

/// Whether standard error is a terminal.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}
