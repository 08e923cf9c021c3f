//! `explain`: a check, a group, or the text of an error.

mod document;
mod page;

use super::{Failure, catalogue, input, look, outlet};
use crate::cli::Global;
use crate::exit::Exit;
use crate::output;
use crate::symptoms::Recogniser;

/// A check, a group, the text of an error, or standard input; without any, the list of all checks.
pub(super) fn run(words: &[String], global: &Global) -> Result<Exit, Failure> {
    match words {
        [] => catalogue::list(global),
        [only] if only == "-" => {
            let text = input::bounded(std::io::stdin(), "standard input")?;
            let text = String::from_utf8_lossy(&text);
            match text.trim() {
                "" => Err(Failure::usage(
                    "standard input is empty\n  Pass the text of an error, a service event, or the output of describe-tasks",
                )),
                _ => explain(&text, global),
            }
        }
        [only] if is_id(only) => match catalogue::explain(only, global)? {
            Some(exit) => Ok(exit),
            None => explain_word(only, global),
        },
        words => explain(&words.join(" "), global),
    }
}

/// A word that may be the id of a check or a group.
fn is_id(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it))
}

/// A word that is no check may be one of ECS, such as AGENT; otherwise it is a mistyped id.
fn explain_word(word: &str, global: &Global) -> Result<Exit, Failure> {
    if Recogniser::new().recognise(word).is_recognised() {
        return explain(word, global);
    }
    Err(Failure::usage(catalogue::unknown(word)))
}

fn explain(text: &str, global: &Global) -> Result<Exit, Failure> {
    let outlet = outlet(global)?;
    let look = look(global);
    let recognition = Recogniser::new().recognise(text);
    let (page, document) = (page::of(&recognition, &look), document::of(&recognition));
    output::show(&page, &document, &outlet, &look).map_err(Failure::usage)?;
    Ok(if recognition.checks().is_empty() { Exit::Unknown } else { Exit::Pass })
}
