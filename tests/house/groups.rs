use std::collections::{BTreeMap, BTreeSet};

use super::imports::paths;
use super::modules::Modules;
use super::source::{Source, sources};

/// A group, and what it uses of `src/checks/` besides itself and the record of a check. This list only
/// shrinks.
const STRAYS: &[(&str, &[&str])] = &[];

/// The record of a check, and how its cases are made: the files that every group uses.
const RECORD: &[&str] = &["check", "case"];

/// What is in `src/checks/` and is neither a group nor the record of a check. This list only shrinks.
const ROOMS: &[&str] = &[];

#[test]
fn no_group_knows_another() {
    let found = strays(&sources("src"));
    let listed: BTreeSet<_> = STRAYS
        .iter()
        .flat_map(|(group, used)| used.iter().map(|used| (group.to_string(), used.to_string())))
        .collect();
    let new: Vec<_> = found
        .iter()
        .filter(|(pair, _)| !listed.contains(pair))
        .map(|((group, used), place)| format!("{place}: {group} uses {used}"))
        .collect();
    assert!(new.is_empty(), "a group uses only itself, check.rs and case.rs:\n{}", new.join("\n"));
    let gone: Vec<_> = listed.iter().filter(|pair| !found.contains_key(pair)).collect();
    assert!(gone.is_empty(), "no longer so, take it out of the list: {gone:?}");
}

#[test]
fn the_folder_of_checks_holds_groups_and_nothing_else() {
    let found = rooms(&sources("src"));
    let listed: BTreeSet<_> = ROOMS.iter().map(|&it| it.to_owned()).collect();
    let new: Vec<_> = found.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "src/checks/ is for check.rs, case.rs, mod.rs and the folders of GROUPS: {new:?}"
    );
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "no longer there, take it out of the list: {gone:?}");
}

/// Where a group uses what is in `src/checks/`, but neither its own nor the record of a check: the group,
/// what it uses, and one place where it does.
fn strays(files: &[Source]) -> BTreeMap<(String, String), String> {
    let groups = groups(files);
    let arrows = Modules::new(files).arrows();
    let uses =
        arrows.into_iter().filter_map(|it| Some(((part(&it.from)?, part(&it.to)?), it.place)));
    uses.filter(|((group, used), _)| {
        groups.contains(group) && group != used && !RECORD.contains(&used.as_str())
    })
    .collect()
}

/// What is in `src/checks/` and has no business there.
fn rooms(files: &[Source]) -> BTreeSet<String> {
    let groups = groups(files);
    files
        .iter()
        .filter_map(|file| Some((file, part(&file.path)?)))
        .filter(|(file, part)| {
            let is_folder = file.path.starts_with(&format!("src/checks/{part}/"));
            let is_group = groups.contains(part) && is_folder;
            !is_group
                && !RECORD.contains(&part.as_str())
                && !["mod", "tests"].contains(&part.as_str())
        })
        .map(|(_, part)| part)
        .collect()
}

/// `logs` for `src/checks/logs/exists.rs`, `mod` for `src/checks/mod.rs`.
fn part(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/checks/")?;
    Some(inside.split('/').next()?.trim_end_matches(".rs").to_owned())
}

/// The modules whose `GROUP` is named in `src/checks/mod.rs`.
fn groups(files: &[Source]) -> BTreeSet<String> {
    let list = files.iter().find(|file| file.path == "src/checks/mod.rs");
    let named = paths(&list.expect("there is a list of groups").shipped());
    let groups = named.into_iter().filter_map(|it| match &it.path[..] {
        [group, constant] if constant == "GROUP" => Some(group.clone()),
        _ => None,
    });
    groups.collect()
}

fn tree(files: &[(&str, &str)]) -> Vec<Source> {
    let root = [
        ("src/lib.rs", "mod checks;\nmod task;"),
        ("src/task.rs", "pub struct Task;"),
        (
            "src/checks/mod.rs",
            "mod case;\nmod check;\nmod image;\nmod logs;\nmod room;\n\
             pub use case::Case;\npub use check::Check;\npub struct Listed;\n\
             pub static GROUPS: &[&Group] = &[&image::GROUP, &logs::GROUP];",
        ),
        ("src/checks/check.rs", "pub struct Check(super::case::Case);"),
        ("src/checks/case.rs", "pub struct Case;"),
        ("src/checks/image/mod.rs", "mod digest;\npub use digest::Digest;\npub struct Image;"),
        ("src/checks/image/digest.rs", "pub struct Digest;"),
    ];
    root.iter().chain(files).map(|(path, code)| Source::new(path, code)).collect()
}

#[test]
fn a_group_that_knows_another_is_found_however_it_is_written() {
    for (code, used) in [
        ("use crate::checks::image::Image;", "image"),
        ("use crate::checks::{Check, image::Digest};", "image"),
        ("use super::image::Image;", "image"),
        ("use super::super::checks::image;\nfn f(it: image::Image) {}", "image"),
        ("fn f(it: &crate::checks::image::Digest) {}", "image"),
        ("use crate::checks::room::Taken;", "image"),
        ("use crate::checks::room::Room;", "room"),
        ("use crate::checks::Listed;", "mod"),
    ] {
        let room =
            ("src/checks/room.rs", "pub struct Room;\npub use super::image::Image as Taken;");
        let found = strays(&tree(&[room, ("src/checks/logs/mod.rs", code)]));
        let found: Vec<_> =
            found.keys().map(|(group, used)| (group.as_str(), used.as_str())).collect();
        assert_eq!(found, [("logs", used)], "{code}");
    }
}

#[test]
fn a_group_uses_itself_the_record_and_the_floors_below() {
    for code in [
        "use crate::checks::{Case, Check};\nuse crate::task::Task;",
        "use crate::checks::check::Check;",
        "mod target;\nuse crate::checks::logs::target::Target;\nuse super::Check;",
        "#[cfg(test)]\nmod tests {\n    use crate::checks::image::Image;\n}",
    ] {
        let target = ("src/checks/logs/target.rs", "use super::super::Check;\npub struct Target;");
        let found = strays(&tree(&[("src/checks/logs/mod.rs", code), target]));
        assert!(found.is_empty(), "{code}: {found:?}");
    }
}

#[test]
fn a_room_that_is_no_group_is_found() {
    for (path, room) in [
        ("src/checks/access.rs", "access"),
        ("src/checks/access/grants.rs", "access"),
        // The folder of a group holds all of it.
        ("src/checks/logs.rs", "logs"),
        ("src/checks/testing/account.rs", "testing"),
    ] {
        assert_eq!(rooms(&tree(&[(path, "")])), BTreeSet::from([room.to_owned()]), "{path}");
    }
    for path in [
        "src/checks/logs/mod.rs",
        "src/checks/logs/a/b.rs",
        "src/checks/tests/story.rs",
        "src/access.rs",
    ] {
        assert_eq!(rooms(&tree(&[(path, "")])), BTreeSet::new(), "{path}");
    }
}
