//! Colours, marks and widths.

use std::borrow::Cow;
use std::io;

use anstream::ColorChoice;
use anstyle::{Ansi256Color, AnsiColor, Style};

use super::{ascii, printable};
use crate::report::Status;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Also into a pipe.
    Always,
    /// Nowhere, and plain ASCII marks.
    Never,
    /// On a terminal, unless `NO_COLOR` says otherwise.
    Auto,
}

/// How much to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volume {
    /// What fails or is unknown.
    Quiet,
    /// A line for each group, and what is not a pass.
    #[default]
    Normal,
    /// Every result, with its evidence and whole ARNs.
    Verbose,
}

/// How the text looks.
#[derive(Clone, Debug)]
pub struct Look {
    colour: Colour,
    /// Columns.
    pub width: usize,
    /// The marks in front of results.
    pub marks: Marks,
    /// How much to print.
    pub volume: Volume,
}

/// The marks in front of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    /// ✔ ✘ ! ? -
    Unicode,
    /// + x ! ? -
    Ascii,
}

/// Of what is no terminal: a file, a pipe, the log of a CI job.
const PLAIN_WIDTH: usize = 80;

/// Sentences are not wrapped narrower or wider than this.
const WIDTHS: std::ops::RangeInclusive<usize> = 20..=120;

/// As far from white as from black, which no terminal's own yellow is.
const ORANGE: Ansi256Color = Ansi256Color(130);

impl Look {
    /// For a file: no colour, Unicode marks.
    pub fn plain() -> Look {
        Look {
            colour: Colour::Never,
            width: PLAIN_WIDTH,
            marks: Marks::Unicode,
            volume: Volume::Normal,
        }
    }

    /// For this terminal, or the pipe in its place.
    pub fn of_terminal(colour: Colour, volume: Volume) -> Look {
        let width = match terminal_size::terminal_size_of(io::stdout()) {
            Some((terminal_size::Width(columns), _)) => usize::from(columns),
            None => PLAIN_WIDTH,
        };
        let marks = if colour == Colour::Never || !speaks_unicode() {
            Marks::Ascii
        } else {
            Marks::Unicode
        };
        Look { colour, width: width.clamp(*WIDTHS.start(), *WIDTHS.end()), marks, volume }
    }

    pub(super) fn choice(&self) -> ColorChoice {
        match self.colour {
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
            Colour::Auto => anstream::AutoStream::choice(&io::stdout()),
        }
    }

    /// A text of one line as this terminal can show it: it can neither steer it nor begin another line.
    pub(super) fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match printable::line(text) {
            Cow::Borrowed(line) => self.spelled(line),
            Cow::Owned(line) => Cow::Owned(self.spelled(&line).into_owned()),
        }
    }

    /// A text of ours in the letters that the terminal knows.
    pub(super) fn spelled<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.marks {
            Marks::Unicode => Cow::Borrowed(text),
            Marks::Ascii => ascii::spelled(text),
        }
    }

    /// JSON in the letters that the terminal knows.
    pub(super) fn escaped<'t>(&self, json: &'t str) -> Cow<'t, str> {
        match self.marks {
            Marks::Unicode => Cow::Borrowed(json),
            Marks::Ascii => ascii::escaped(json),
        }
    }

    /// The mark of a pass that rests on an assumption.
    pub(super) fn mark_assumed(&self) -> &'static str {
        match self.marks {
            Marks::Unicode => "✔*",
            Marks::Ascii => "+*",
        }
    }

    pub(super) fn mark(&self, status: Status) -> &'static str {
        match (self.marks, status) {
            (Marks::Unicode, Status::Pass) => "✔",
            (Marks::Unicode, Status::Fail) => "✘",
            (Marks::Ascii, Status::Pass) => "+",
            (Marks::Ascii, Status::Fail) => "x",
            (_, Status::Warn) => "!",
            (_, Status::Unknown) => "?",
            (_, Status::Skip) => "-",
        }
    }
}

pub(super) fn style(status: Status) -> Style {
    match status {
        Status::Pass => AnsiColor::Green.on_default(),
        Status::Warn => ORANGE.on_default(),
        Status::Fail => AnsiColor::Red.on_default().bold(),
        Status::Unknown => AnsiColor::Magenta.on_default().bold(),
        // Dimmed text vanishes on some backgrounds.
        Status::Skip => Style::new(),
    }
}

/// `text` in this style.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A terminal of a UTF-8 locale; without any locale, what most have today.
#[expect(clippy::disallowed_methods, reason = "the locale decides how a terminal reads bytes")]
pub(super) fn speaks_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}
