//! Text for a terminal, or a reader, that knows ASCII only.

use std::borrow::Cow;
use std::fmt::Write;

use super::printable::escape_in_json;

/// The text in ASCII: typographic characters as their ASCII equivalent, all others as their code point.
pub(super) fn spelled(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::with_capacity(text.len());
    for letter in text.chars() {
        match likeness(letter) {
            Some(likeness) => spelled.push_str(likeness),
            None if letter.is_ascii() => spelled.push(letter),
            None => {
                let _infallible = write!(spelled, "\\u{{{:x}}}", u32::from(letter));
            }
        }
    }
    Cow::Owned(spelled)
}

fn likeness(letter: char) -> Option<&'static str> {
    Some(match letter {
        '✔' => "+",
        '✘' | '×' => "x",
        '·' => "|",
        '…' => "...",
        '→' => "->",
        '–' | '—' => "-",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '\u{a0}' => " ",
        '\u{fffd}' => "?",
        _ => return None,
    })
}

/// JSON with every character that is not ASCII escaped, as its strings allow. Nothing but a string of a
/// document holds such a character.
pub(super) fn escaped(json: &str) -> Cow<'_, str> {
    if json.is_ascii() {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter.is_ascii() {
            true => escaped.push(letter),
            false => escape_in_json(letter, &mut escaped),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_likeness_keeps_its_look_and_the_rest_its_number() {
        assert_eq!(spelled("a → b … “c”"), "a -> b ... \"c\"");
        assert_eq!(spelled("café\u{200b}"), r"caf\u{e9}\u{200b}");
        assert!(matches!(spelled("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn escaped_json_is_the_same_document() {
        for text in ["café", "日本", "a 🚀 b", "plain \\ \""] {
            let json = serde_json::to_string(text).unwrap();
            let escaped = escaped(&json);
            assert!(escaped.is_ascii(), "{escaped}");
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
