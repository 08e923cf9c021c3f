#[test]
fn every_dependency_says_why_it_is_there() {
    let silent = without_a_reason(include_str!("../../Cargo.toml"));
    assert!(silent.is_empty(), "a comment above each dependency says what it is for: {silent:?}");
}

/// The dependencies without a comment right above them.
fn without_a_reason(manifest: &str) -> Vec<&str> {
    let lines: Vec<&str> = manifest.lines().collect();
    let mut in_dependencies = false;
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('[') {
            in_dependencies = line.trim_end().ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once('=').filter(|_| in_dependencies) {
            let above = at.checked_sub(1).map_or("", |above| lines[above]);
            if !line.starts_with([' ', '#']) && !above.starts_with("# ") {
                found.push(name.trim());
            }
        }
    }
    found
}

#[test]
fn a_dependency_without_a_reason_is_found() {
    let manifest = "[package]\nname = \"x\"\n\n[dependencies]\n# JSON.\nserde_json = \"1\"\nserde = { version = \"1\" }\n\n\
        [dev-dependencies]\ninsta = \"1\"\n\n[features]\nbans = []\n";
    assert_eq!(without_a_reason(manifest), ["serde", "insta"]);
}
