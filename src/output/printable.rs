//! Text of documents, made safe for a terminal: it must not contain control characters, nor fake a line that
//! looks like a result.

use std::borrow::Cow;

use crate::document::printable;

/// A text of one line, without control characters, and with invisible ones as `\u{200b}`.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    // Most texts are plain ASCII, and a look at their bytes is cheaper than a copy.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match is_invisible(letter) {
            true => shown.extend(letter.escape_unicode()),
            false => shown.push(printable(letter)),
        }
    }
    Cow::Owned(shown)
}

/// Whether a terminal shows nothing for it, or changes the direction of the text: two names that look equal
/// may differ in it.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
    )
}

/// A text of several lines, with its line breaks.
pub(super) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::{Look, short, text};
    use crate::report::{CheckResult, Location, Report, Stats, Status, Target, TargetReport};
    use crate::shell::ShellCommand;

    /// A report with this text in every external value.
    fn saying(text: &str) -> Report {
        let text = || text.to_owned();
        let result = CheckResult {
            id: "image-exists".to_owned(),
            group: "image".to_owned(),
            status: Status::Fail,
            skip_reason: None,
            subject: text(),
            container: Some(text()),
            location: Some(Location { file: text(), line: 1, column: 1 }),
            resource: Some(text()),
            message: text(),
            evidence: vec![text()],
            prevents: Some(text()),
            remedy: Some(text()),
            commands: vec![ShellCommand::of("open").word(text())],
            docs: String::new(),
            assumes: false,
        };
        let target = Target {
            source: text(),
            family: Some(text()),
            region: Some(text()),
            account: Some(text()),
            caller: Some(text()),
        };
        let nowhere = CheckResult { location: None, message: String::new(), ..result.clone() };
        Report {
            targets: vec![TargetReport::of(target, vec![result, nowhere])],
            stats: Stats::default(),
            asked_with: text(),
            notes: vec![text()],
        }
    }

    #[test]
    fn a_name_can_neither_steer_the_terminal_nor_fake_a_line() {
        let report = saying("a\u{1b}[2J\u{9b}\u{202e}\r\nPASS  everything");
        let mut look = Look::plain();
        look.volume = super::super::Volume::Verbose;
        for shown in [text::render(&report, &look), short::render(&report, &look)] {
            // Colours of this program are kept; everything else is letters and line breaks.
            let shown = anstream::adapter::strip_str(&shown).to_string();
            assert!(!shown.contains("\nPASS  everything"), "{shown}");
            let strange = |it: char| it != '\n' && (it.is_control() || it == '\u{202e}');
            assert!(!shown.contains(strange), "{shown:?}");
        }
    }

    #[test]
    fn an_invisible_character_is_shown() {
        for (text, shown) in [
            ("data\u{200b}", "data\\u{200b}"),
            ("\u{feff}a\u{202e}b", "\\u{feff}a\\u{202e}b"),
            ("größe \u{7}", "größe \u{fffd}"),
        ] {
            assert_eq!(super::line(text), shown);
        }
    }

    #[test]
    fn messages_of_several_lines_keep_them() {
        assert_eq!(super::lines("what\n  \u{7}do"), "what\n  \u{fffd}do");
    }
}
