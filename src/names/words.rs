//! Lists in sentences.

use std::fmt::Display;

/// `a`, `a and b`, `a, b and c`; an empty text for none.
pub fn and(items: &[impl Display]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A text of a document in a sentence: in backquotes, or `""` if it is empty.
pub fn shown(text: &str) -> String {
    match text {
        "" => "\"\"".to_owned(),
        text => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_comes_after_and() {
        assert_eq!(and(&["a"; 0]), "");
        assert_eq!(and(&["a"]), "a");
        assert_eq!(and(&["a", "b"]), "a and b");
        assert_eq!(and(&[1, 2, 3]), "1, 2 and 3");
    }

    #[test]
    fn an_empty_text_is_shown_as_two_quotes() {
        assert_eq!(shown(""), "\"\"");
        assert_eq!(shown("db"), "`db`");
    }
}
