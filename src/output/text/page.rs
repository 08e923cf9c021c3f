//! A page of lines that fit the terminal. Every text passes through here, so none can steer it.

use std::borrow::Cow;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::super::lines::wrap;
use super::super::listing::REST;
use super::super::style::{Look, Volume, paint, style};
use crate::report::Status;
use crate::shell::ShellCommand;

/// How many characters of one text are printed.
const LETTERS: usize = 1_500;

/// How many of a text that is there to be recognised, such as the error that a failure would become.
const RECOGNISED: usize = 66;

/// How many characters of one command are printed: it is whole, or it is not there.
const COMMAND: usize = 20_000;

/// The column of what belongs to a result.
pub(super) const INDENT: usize = 4;

/// A page under construction.
pub(super) struct Page<'l> {
    look: &'l Look,
    text: String,
}

impl<'l> Page<'l> {
    pub(super) fn new(look: &'l Look) -> Page<'l> {
        Page { look, text: String::new() }
    }

    pub(super) fn look(&self) -> &'l Look {
        self.look
    }

    pub(super) fn text(self) -> String {
        self.text
    }

    pub(super) fn fits(&self, text: &str) -> bool {
        self.look.shown(text).width() <= self.look.width
    }

    /// A line of text that is fit for the terminal already.
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// An empty line, unless there is one.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading.
    pub(super) fn bold(&mut self, text: &str) {
        let text = self.look.shown(text);
        let lines = wrap(&text, self.look.width, 0, 0);
        lines.iter().for_each(|line| self.line(&paint(Style::new().bold(), line)));
    }

    /// A text behind its label, its further lines below each other.
    pub(super) fn paragraph(&mut self, label: &str, text: &str) {
        self.hanging(label, label, label.width(), text);
    }

    /// A text behind a label of a sentence, its further lines indented a little.
    pub(super) fn sentence(&mut self, label: &str, text: &str) {
        self.hanging(label, &paint(Style::new().bold(), label), 2, text);
    }

    /// A text behind the mark of a status.
    pub(super) fn marked(&mut self, status: Status, indent: usize, text: &str) {
        let lead = format!("{:indent$}{} ", "", self.look.mark(status));
        let painted = paint(style(status), &lead);
        self.hanging(&lead, &painted, lead.width(), text);
    }

    /// A text behind the mark of a pass that rests on an assumption.
    pub(super) fn assumed(&mut self, text: &str) {
        let lead = format!("{} ", self.look.mark_assumed());
        let painted = paint(style(Status::Pass), &lead);
        self.hanging(&lead, &painted, lead.width(), text);
    }

    /// A group, with its counts.
    pub(super) fn group(&mut self, status: Status, mark: &str, name: &str, counts: &str) {
        let lead = format!("{mark} {name}  ");
        let bold = paint(Style::new().bold(), name.trim_end());
        let gap = " ".repeat(name.width() - name.trim_end().width());
        let painted = format!("{} {bold}{gap}  ", paint(style(status), mark));
        self.hanging(&lead, &painted, lead.width(), counts);
    }

    /// The head of a result: its mark, the check, and what follows it.
    pub(super) fn head(&mut self, status: Status, title: &str, text: &str) {
        self.marked_head(status, self.look.mark(status), title, text);
    }

    /// The head of a result with a mark that says more than its status.
    pub(super) fn marked_head(&mut self, status: Status, mark: &str, title: &str, text: &str) {
        let lead = format!("  {mark} {title} ");
        let title = paint(Style::new().bold(), title);
        let painted = format!("  {} {title} ", paint(style(status), mark));
        self.hanging(&lead, &painted, INDENT, text);
    }

    /// A line of cells behind the mark of a status. Where they do not fit in a line, they wrap.
    pub(super) fn row(&mut self, status: Status, cells: &str) {
        let lead = format!("{} ", self.look.mark(status));
        let painted = paint(style(status), &lead);
        let shown = self.look.shown(cells);
        if lead.width() + shown.trim_end().width() <= self.look.width {
            return self.line(&format!("{painted}{shown}"));
        }
        self.hanging(&lead, &painted, lead.width() + 2, cells);
    }

    /// The verdict.
    pub(super) fn verdict(&mut self, status: Status, word: &str, text: &str) {
        let lead = format!("{word}  ");
        self.hanging(&lead, &format!("{}  ", paint(tinted(status), word)), lead.width(), text);
    }

    /// A text of a result, below its head.
    pub(super) fn indented(&mut self, text: &str) {
        self.paragraph(&" ".repeat(INDENT), text);
    }

    /// A text of a result, behind its label.
    pub(super) fn labelled(&mut self, label: &str, text: &str) {
        self.paragraph(&format!("{:INDENT$}{label:<10}", ""), text);
    }

    /// A text that is recognised by its beginning. Verbose, it is whole.
    pub(super) fn recognised(&mut self, label: &str, text: &str) {
        let room = self.look.width.saturating_sub(INDENT + 10).max(RECOGNISED);
        let is_long = self.look.volume != Volume::Verbose && self.look.shown(text).width() > room;
        if !is_long {
            return self.labelled(label, text);
        }
        let ellipsis = self.look.shown(" …").width();
        let beginning: String = text.chars().take(room - ellipsis).collect();
        let whole_words = beginning.rsplit_once(' ').map_or(&*beginning, |(words, _)| words);
        self.labelled(label, &format!("{whole_words} …"));
    }

    /// A command to paste: never broken, never cut.
    pub(super) fn command(&mut self, command: &ShellCommand, text: &str) {
        if text.len() > COMMAND {
            let letters = text.len();
            return self.indented(&format!("(a command of {letters} characters: {REST})"));
        }
        let safe = command.clone().map_characters(&crate::document::printable).to_string();
        let shown = self.look.shown(&safe);
        if shown != safe.as_str() {
            let why = format!("(a command with characters that this terminal cannot show: {REST})");
            return self.indented(&why);
        }
        // In the column of the marks: two more letters of it fit in a line.
        self.line(&format!("  $ {shown}"));
    }

    /// A text behind a lead that is painted already, its further lines at `indent`.
    fn hanging(&mut self, lead: &str, painted: &str, indent: usize, text: &str) {
        let text = self.clipped(text);
        let lines = wrap(&text, self.look.width, indent, lead.width());
        for (at, line) in lines.iter().enumerate() {
            match at {
                0 => self.line(&format!("{painted}{line}")),
                _ => self.line(&format!("{:indent$}{line}", "")),
            }
        }
    }

    /// The text as the terminal can show it, up to the limit.
    fn clipped<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.char_indices().nth(LETTERS) {
            None => self.look.shown(text),
            Some((end, _)) => {
                let more = text.len() - end;
                let text = format!("{}… and {more} bytes more: {REST}", &text[..end]);
                Cow::Owned(self.look.shown(&text).into_owned())
            }
        }
    }
}

/// The style of the verdict.
fn tinted(status: Status) -> Style {
    style(status).bold()
}
