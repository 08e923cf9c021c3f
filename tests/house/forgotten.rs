use super::source::{Source, sources, words};

#[test]
fn every_file_of_tests_is_compiled() {
    let manifest = include_str!("../../Cargo.toml");
    let files = sources("tests");
    let forgotten: Vec<_> = files
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| !manifest.contains(&format!("path = \"{path}\"")) && !declared(path, &files))
        .collect();
    assert!(forgotten.is_empty(), "no `mod` and no target in Cargo.toml names {forgotten:?}");
}

/// Whether the parent of this file in the tree of modules has a `mod` with its name.
fn declared(path: &str, files: &[Source]) -> bool {
    let Some((folder, name)) =
        path.trim_end_matches("/mod.rs").trim_end_matches(".rs").rsplit_once('/')
    else {
        return false;
    };
    let parents = [format!("{folder}/mod.rs"), format!("{folder}.rs"), format!("{folder}/main.rs")];
    files.iter().filter(|file| parents.contains(&file.path)).any(|file| {
        words(&file.code, "mod").any(|at| {
            let item = file.code[at + "mod".len()..].trim_start();
            item.strip_prefix(name).is_some_and(|rest| rest.starts_with(';'))
        })
    })
}

#[test]
fn a_file_that_nobody_declares_is_found() {
    let files = [
        Source::new("tests/main.rs", "mod house;"),
        Source::new("tests/house/mod.rs", "/// One.\nmod one;\n// mod two;"),
    ];
    assert!(declared("tests/house/mod.rs", &files));
    assert!(declared("tests/house/one.rs", &files));
    assert!(!declared("tests/house/two.rs", &files));
    assert!(!declared("tests/lost.rs", &files));
}
