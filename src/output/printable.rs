//! Text of documents and answers, made safe for a terminal: it must not contain control characters, nor fake
//! a line that looks like a result.

use std::borrow::Cow;
use std::fmt::Write;

/// A text of one line, with control characters and invisible ones as `\u{200b}`.
pub(super) fn line(text: &str) -> Cow<'_, str> {
    // Most texts are plain ASCII, and a look at their bytes is cheaper than a copy.
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' | '\n' | '\r' => shown.push(' '),
            letter if is_invisible(letter) => shown.extend(letter.escape_unicode()),
            letter => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// A JSON document with control characters and invisible ones as `\u200b`. They are in its strings only, so
/// it is the same document.
pub(super) fn json(document: &str) -> Cow<'_, str> {
    if !document.contains(is_hidden_in_json) {
        return Cow::Borrowed(document);
    }
    let mut shown = String::with_capacity(document.len());
    for letter in document.chars() {
        if is_hidden_in_json(letter) {
            escape_in_json(letter, &mut shown);
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Adds a character as the escape sequences of JSON.
pub(super) fn escape_in_json(letter: char, shown: &mut String) {
    for unit in letter.encode_utf16(&mut [0; 2]) {
        let _infallible = write!(shown, "\\u{unit:04x}");
    }
}

fn is_hidden_in_json(letter: char) -> bool {
    // These are between the tokens of a document; in its strings they are escaped already.
    !matches!(letter, '\t' | '\n' | '\r') && is_invisible(letter)
}

/// Whether it is a control character, a terminal shows nothing for it, or it changes lines or the direction of
/// the text: two names that look equal may differ in it. Most have the property `Default_Ignorable_Code_Point`
/// (<https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>).
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// A text of several lines, with its line breaks.
pub(super) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::saying;
    use super::super::{Look, short, text};
    use crate::report::Status;

    #[test]
    fn a_name_can_neither_steer_the_terminal_nor_fake_a_line() {
        let report = saying(Status::Fail, "a\u{1b}[2J\u{9b}\u{202e}\r\nPASS  everything");
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
            ("größe \u{7}", "größe \\u{7}"),
            ("a\u{9b}31m\u{85}b", "a\\u{9b}31m\\u{85}b"),
            ("a\u{2028}PASS\u{2029}", "a\\u{2028}PASS\\u{2029}"),
            ("a\tb\r\nc", "a b  c"),
        ] {
            assert_eq!(super::line(text), shown);
        }
    }

    #[test]
    fn messages_of_several_lines_keep_them() {
        assert_eq!(super::lines("what\n  \u{7}do"), "what\n  \\u{7}do");
    }

    #[test]
    fn json_shows_nothing_odd_and_is_the_same_document() {
        for text in [
            "a\u{200b}b",
            "\u{9b}31m\u{7f}",
            "\u{202e}evil\u{2066}",
            "line\u{2028}s\u{2029}",
            "\u{e0041}",
            "größe",
        ] {
            let value = serde_json::json!({"name": text, "more": [1, "\t\n"]});
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            let shown = super::json(&pretty);
            assert!(!shown.contains(super::is_hidden_in_json), "{shown:?}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
        assert!(matches!(super::json("{\n\"a\": 1}"), std::borrow::Cow::Borrowed(_)));
    }
}
