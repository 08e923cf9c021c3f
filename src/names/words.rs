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
}
