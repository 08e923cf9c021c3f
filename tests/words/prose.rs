/// A text as words, each with its line from 1. Code in backquotes and Markdown fences is left out.
pub(super) struct Prose {
    pub words: Vec<(usize, String)>,
}

impl Prose {
    pub(super) fn of(text: &str) -> Prose {
        let mut words = Vec::new();
        let mut in_fence = false;
        for (nth, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_fence = !in_fence;
            } else if !in_fence {
                let line = without_code(line);
                words.extend(
                    line.split_whitespace()
                        .map(plain)
                        .filter(|word| !word.is_empty())
                        .map(|word| (nth + 1, word)),
                );
            }
        }
        Prose { words }
    }
}

/// A word in lower case, without the punctuation around it and the marks of a comment.
fn plain(word: &str) -> String {
    let around = |it: char| !it.is_alphanumeric() && !matches!(it, '{' | '}' | '_' | '<' | '>');
    word.trim_matches(around).to_lowercase()
}

/// A line without what is in backquotes.
fn without_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    // A backquote without its partner is not one of code.
    let pairs = parts.len() - 1 - (parts.len() - 1) % 2;
    let kept = parts.iter().enumerate().filter(|(nth, _)| nth % 2 == 0 || *nth >= pairs);
    kept.map(|(_, part)| *part).collect::<Vec<_>>().join(" ")
}

/// The longest sentence of a text, with the number of its words. A colon or semicolon ends a sentence too.
pub(super) fn longest_sentence(text: &str) -> (usize, String) {
    let mut longest = (0, String::new());
    let mut sentence: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        sentence.push(word);
        if word.ends_with(['.', ':', ';', '!', '?']) && word != "..." {
            longest = longer(longest, &sentence);
            sentence.clear();
        }
    }
    longer(longest, &sentence)
}

fn longer(longest: (usize, String), sentence: &[&str]) -> (usize, String) {
    if sentence.len() > longest.0 { (sentence.len(), sentence.join(" ")) } else { longest }
}

/// A line of a manual page as it is read.
pub(super) fn without_roff(line: &str) -> String {
    let fonts = ["\\fB", "\\fI", "\\fR"];
    fonts.iter().fold(line.to_owned(), |line, font| line.replace(font, "")).replace('\\', "")
}

/// The style guide without its table of words, which has the banned ones.
pub(super) fn without_word_list(text: &str) -> String {
    let mut in_list = false;
    let mut kept = String::new();
    for line in text.lines() {
        in_list = line == "| write | instead of |" || (in_list && line.starts_with('|'));
        kept.push_str(if in_list { "" } else { line });
        kept.push('\n');
    }
    kept
}

#[test]
fn sentences_end_at_their_punctuation() {
    assert_eq!(longest_sentence("a b. c d e: f").0, 3);
    assert_eq!(longest_sentence("1.5 ... of a.b.c").0, 4);
    assert_eq!(longest_sentence(""), (0, String::new()));
}

#[test]
fn code_is_left_out_and_lines_are_joined() {
    let words = |text: &str| {
        Prose::of(text)
            .words
            .into_iter()
            .map(|(line, word)| format!("{line}{word}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(words("//! One `two` three,\n/// \"Four\""), ["1one", "1three", "2four"]);
    assert_eq!(words("a\n```sh\nb\n```\nc"), ["1a", "5c"]);
    assert_eq!(words("a `b"), ["1a", "1b"]);
}

#[test]
fn only_the_word_list_is_left_out() {
    let text = "a\n| write | instead of |\n|---|---|\n| fix | mend |\n\n| b | c |\n";
    assert_eq!(without_word_list(text), "a\n\n\n\n\n| b | c |\n");
}
