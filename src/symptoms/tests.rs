mod catalogue;
mod pages;
mod pasted;
mod values;

use super::{Recogniser, Recognition};

/// The ids of the checks that a text leads to.
fn checks(recognition: &Recognition) -> Vec<&str> {
    recognition.checks().into_iter().map(|(id, _)| id).collect()
}

fn first_check(recogniser: &Recogniser, text: &str) -> String {
    let recognition = recogniser.recognise(text);
    checks(&recognition).first().map_or_else(String::new, ToString::to_string)
}
