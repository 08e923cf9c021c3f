use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The path in the repository of every file in these folders.
fn committed(folders: &[&str]) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap());
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn committed_files_say_what_the_code_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let stale: Vec<_> = aws_ecs_preflight::commands::generated(&readme)
        .unwrap()
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    assert!(stale.is_empty(), "`cargo run --example generate` renews {stale:?}");
}

#[test]
fn nothing_is_committed_that_the_code_no_longer_says() {
    let said = aws_ecs_preflight::commands::generated("").unwrap();
    let said: BTreeSet<_> = said.into_iter().map(|(path, _)| path).collect();
    let left: Vec<_> =
        committed(&["completions", "man"]).into_iter().filter(|it| !said.contains(it)).collect();
    assert!(left.is_empty(), "`cargo run --example generate` removes {left:?}");
}

#[test]
fn the_readme_has_a_place_for_each_derived_part() {
    let readme = include_str!("../README.md");
    for part in ["statuses", "exit codes", "policy", "checks"] {
        for marker in [format!("<!-- begin {part} -->\n"), format!("<!-- end {part} -->")] {
            assert_eq!(readme.matches(&marker).count(), 1, "{marker}");
        }
    }
}
