//! What people read: short sentences in the words of the style guide (`.github/CONTRIBUTING.md`).

/// Phrases that the style guide replaces.
mod banned;
/// Words and sentences of a text.
mod prose;

use std::fs;
use std::path::Path;

use aws_ecs_preflight::checks::{GROUPS, catalogue};
use serde_json::Value;

use crate::house::source::sources;
use banned::banned;
use prose::{Prose, longest_sentence};

/// The most words of a sentence in the catalogue, help and manual.
const LONGEST: usize = 26;
/// The most words of a sentence in a result, which lists names and statements.
const LONGEST_IN_A_RESULT: usize = 35;
/// The start of a `prevents` that is not a text of AWS.
const NO_ERROR_TEXT: &str = "no error text:";

/// What is wrong with one text, with its place.
fn objections(place: &str, text: &str, longest: usize) -> Vec<String> {
    let prose = Prose::of(text);
    let mut found: Vec<String> = banned(&prose)
        .into_iter()
        .map(|(line, phrase, instead)| format!("{place}:{line}: \"{phrase}\" (write: {instead})"))
        .collect();
    let (words, sentence) = longest_sentence(text);
    if words > longest {
        found.push(format!("{place}: {words} words, more than {longest}: {sentence}"));
    }
    found
}

fn fail_if_any(found: &[String]) {
    assert!(found.is_empty(), "{} objections:\n{}", found.len(), found.join("\n"));
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The paths of the files in a folder with this ending.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names
        .filter(|name| name.ends_with(ending))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no file of {folder} ends with {ending}");
    paths
}

#[test]
fn the_catalogue_is_plain() {
    let mut found = Vec::new();
    for group in GROUPS {
        for text in [group.about, group.help] {
            found.extend(objections(group.name, text, LONGEST));
        }
    }
    for (_, check) in catalogue() {
        let ours = check.prevents.iter().filter(|it| it.starts_with(NO_ERROR_TEXT));
        for text in ours.chain([&check.verifies, &check.remedy]) {
            found.extend(objections(check.id, text, LONGEST));
        }
    }
    fail_if_any(&found);
}

/// Whether a line of the manual is all in bold: a name, a command or AWS's words.
fn is_quoted(line: &str) -> bool {
    line.starts_with("\\fB") && line.ends_with("\\fR") && line.matches("\\fB").count() == 1
}

/// The manual has the help of every command and flag.
#[test]
fn help_and_manual_are_plain() {
    let mut found = Vec::new();
    for path in files("man", ".1") {
        for line in read(&path).lines().filter(|line| !line.starts_with('.') && !is_quoted(line)) {
            let line = prose::without_roff(line);
            // The list of API calls of a check.
            let line = line.split(" Calls ").next().unwrap_or_default();
            found.extend(objections(&path, line, LONGEST));
        }
    }
    fail_if_any(&found);
}

#[test]
fn pages_are_plain() {
    let mut found = Vec::new();
    for path in [
        "README.md",
        "CHANGELOG.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
        ".github/SEMANTICS.md",
        "install.sh",
    ] {
        found.extend(objections(path, &prose::without_word_list(&read(path)), usize::MAX));
    }
    fail_if_any(&found);
}

#[test]
fn reports_are_plain() {
    let mut found = Vec::new();
    for path in files("tests/reports", ".json.snap") {
        let text = read(&path);
        let report = text.splitn(3, "---\n").nth(2).expect("a header, then the report");
        let report: Value = serde_json::from_str(report).unwrap();
        let results = report["checks"].as_array().unwrap();
        assert!(!results.is_empty(), "{path} has no results");
        for result in results {
            let place = format!("{path}: {}", result["id"].as_str().unwrap());
            for text in
                [&result["message"], &result["remedy"]].into_iter().filter_map(Value::as_str)
            {
                found.extend(objections(&place, text, LONGEST_IN_A_RESULT));
            }
        }
    }
    // The texts have more than the results: headings, paths, the summary.
    for path in files("tests/reports", ".text.snap") {
        found.extend(objections(&path, &read(&path), usize::MAX));
    }
    fail_if_any(&found);
}

#[test]
fn comments_and_literals_are_plain() {
    let mut found = Vec::new();
    for file in sources("src") {
        for (line, phrase, instead) in banned(&Prose::of(&file.prose())) {
            found.push(format!("{}:{line}: \"{phrase}\" (write: {instead})", file.path));
        }
    }
    fail_if_any(&found);
}

#[test]
fn bad_words_and_long_sentences_are_found() {
    let bad = "whether logs can be reached is open: it is not told where the task will run";
    assert_eq!(objections("x", bad, LONGEST).len(), 2, "{:?}", objections("x", bad, LONGEST));
    let long = format!("{}end", "one ".repeat(LONGEST));
    assert_eq!(objections("x", &long, LONGEST), [format!("x: 27 words, more than 26: {long}")]);
    assert_eq!(objections("x", &long.replacen("one ", "one. ", 2), LONGEST), [""; 0]);
    let good = "cannot determine whether logs is reachable: no subnets known: pass --subnets";
    assert_eq!(objections("x", good, LONGEST), [""; 0]);
}

#[test]
fn a_source_is_read_without_its_code_and_tests() {
    let text = "/// It hangs\n/// on this.\nfn told(mend: &str) {\n    say(\"somebody of AWS's\", mend)\n}\n#[cfg(test)]\nmod tests {\n    // beside\n}\n";
    let file = crate::house::source::Source::new("src/a.rs", text);
    let found: Vec<_> = banned(&Prose::of(&file.prose()))
        .iter()
        .map(|(line, phrase, _)| (*line, *phrase))
        .collect();
    assert_eq!(found, [(1, "hangs on"), (4, "somebody")]);
}
