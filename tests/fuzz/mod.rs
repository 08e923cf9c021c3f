//! What fuzzing found, and what it grows from, judged again each time: see `fuzz/README.md`.

mod allowance;
mod entries;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use entries::ENTRIES;

/// How long one input may take here: without optimization, and with other tests at the same time.
const LONGEST: Duration = Duration::from_secs(10);

fn corpus(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpora").join(name);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn no_input_of_the_corpora_is_too_much() {
    for (name, entry) in ENTRIES {
        let files = corpus(name);
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let began = Instant::now();
            let data = fs::read(&file).unwrap();
            let ended = std::panic::catch_unwind(|| entry(&data));
            assert!(ended.is_ok(), "{} panics", file.display());
            assert!(began.elapsed() < LONGEST, "{} takes {:?}", file.display(), began.elapsed());
        }
    }
}

/// Each target calls an entry, and each entry has a target.
#[test]
fn every_entry_has_a_fuzzer() {
    let manifest = include_str!("../../fuzz/Cargo.toml");
    for (name, _) in ENTRIES {
        let path = format!("targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{path}");
        let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(&path);
        let target = fs::read_to_string(target).unwrap();
        assert!(target.contains(&format!("entries::{name}(")), "{target}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), ENTRIES.len());
}

#[test]
fn the_second_evaluator_knows_right_from_wrong() {
    use allowance::{Answer, of};
    let asked = |policy: &str| {
        let policy = serde_json::from_str(policy).unwrap();
        of(&policy, "s3:GetObject", "arn:aws:s3:eu-west-1:111122223333:a/b:c")
    };
    let policy =
        |statements: &str| format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    let one = |effect: &str, action: &str, resource: &str| {
        format!(r#"{{"Effect": "{effect}", "Action": "{action}", "Resource": "{resource}"}}"#)
    };
    let all = one("Allow", "*", "*");
    for (statements, expected) in [
        (all.clone(), Some(Answer::Allowed)),
        (
            one("Allow", "S3:get?bject", "arn:aws:s3:eu-west-1:111122223333:*:c"),
            Some(Answer::Allowed),
        ),
        (
            one("Allow", "s3:Get*", "arn:aws:s3:eu-west-1:111122223333:a/*d"),
            Some(Answer::NotAllowed),
        ),
        (one("Allow", "s3:PutObject", "*"), Some(Answer::NotAllowed)),
        (format!("{all}, {}", one("Deny", "s3:*", "*")), Some(Answer::Denied)),
        (one("Allow", "s3:*", "arn:aws:s3:*:111122223333:a"), None),
        (all.replace('}', r#", "Condition": {}}"#), None),
        (String::new(), Some(Answer::NotAllowed)),
    ] {
        assert_eq!(asked(&policy(&statements)), expected, "{statements}");
    }
}
