use std::collections::{BTreeMap, BTreeSet};

use super::modules::{Arrow, Modules};
use super::source::{Source, sources};

/// Files that use each other, all the way round, and why it is right that they do.
const INHERENT: &[(&str, &[&str])] = &[
    (
        "a derived fact asks a view, the view reads the table, and the table keeps derived facts",
        &["src/facts/derived.rs", "src/facts/table.rs", "src/facts/view.rs"],
    ),
    (
        "a question is fetched with the clients of the services, and that of our own takes only questions whose calls are reads",
        &[
            "src/lookup/aws/actions.rs",
            "src/lookup/aws/client.rs",
            "src/lookup/question.rs",
            "src/lookup/services.rs",
        ],
    ),
    (
        "a word of a command may hold what another command prints",
        &["src/shell/mod.rs", "src/shell/simple.rs", "src/shell/word.rs"],
    ),
];

/// Files that use each other, and should not. This list only shrinks.
const LEFT: &[&[&str]] = &[];

#[test]
fn no_circle_between_files_but_those_that_are_named() {
    let modules = Modules::new(&sources("src"));
    assert_eq!(modules.lost(), [""; 0], "paths that this test cannot follow");
    let arrows = modules.arrows();
    let found = circles(&arrows);
    let named: Vec<_> =
        INHERENT.iter().map(|(_, files)| *files).chain(LEFT.iter().copied()).collect();
    let wrong = objections(&found, &named, &arrows);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn few_circles_are_explained() {
    assert!(INHERENT.len() <= 3, "the design explains three circles at most");
    assert!(INHERENT.iter().all(|(why, _)| !why.is_empty()));
}

/// What `found` has and `named` has not, and the other way round.
fn objections(found: &[Vec<String>], named: &[&[&str]], arrows: &[Arrow]) -> Vec<String> {
    let new = found.iter().filter(|circle| !named.contains(&&borrowed(circle)[..]));
    let gone = named.iter().filter(|circle| !found.iter().any(|it| borrowed(it) == **circle));
    new.map(|circle| {
        let inside = |it: &&Arrow| circle.contains(&it.from) && circle.contains(&it.to);
        let ways = arrows.iter().filter(inside).map(|it| format!("    {} -> {}", it.place, it.to));
        let ways = ways.collect::<Vec<_>>().join("\n");
        format!("these files use each other: &{circle:?},\n{ways}")
    })
    .chain(gone.map(|circle| format!("no longer a circle, take it out of the list: &{circle:?},")))
    .collect()
}

fn borrowed(circle: &[String]) -> Vec<&str> {
    circle.iter().map(String::as_str).collect()
}

/// The sets of files in which each reaches each: the strongly connected components, as Tarjan finds them.
fn circles(arrows: &[Arrow]) -> Vec<Vec<String>> {
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for arrow in arrows {
        uses.entry(&arrow.from).or_default().push(&arrow.to);
    }
    let mut search =
        Search { uses: &uses, order: BTreeMap::new(), path: Vec::new(), found: Vec::new() };
    for file in uses.keys() {
        if !search.order.contains_key(file) {
            search.visit(file);
        }
    }
    search.found.sort();
    search.found
}

struct Search<'a> {
    uses: &'a BTreeMap<&'a str, Vec<&'a str>>,
    /// When each file was first seen.
    order: BTreeMap<&'a str, usize>,
    /// The files whose circle is not complete yet.
    path: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Search<'a> {
    /// Follows all arrows from `file`; says which is the first file on the path that they lead back to.
    fn visit(&mut self, file: &'a str) -> usize {
        let here = self.order.len();
        self.order.insert(file, here);
        self.path.push(file);
        let mut first = here;
        for next in self.uses.get(file).into_iter().flatten() {
            if !self.order.contains_key(next) {
                first = first.min(self.visit(next));
            } else if self.path.contains(next) {
                first = first.min(self.order[next]);
            }
        }
        if first == here {
            let start = self.path.iter().position(|it| *it == file).unwrap();
            let circle: BTreeSet<_> = self.path.drain(start..).map(str::to_owned).collect();
            if circle.len() > 1 {
                self.found.push(circle.into_iter().collect());
            }
        }
        first
    }
}

/// The circles in a tree of these files, to which `src/lib.rs` is added.
fn circles_in(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let tree: Vec<_> = files.iter().map(|(path, code)| Source::new(path, code)).collect();
    let modules = Modules::new(&tree);
    assert_eq!(modules.lost(), [""; 0], "{files:?}");
    circles(&modules.arrows())
}

const ROOT: (&str, &str) = ("src/lib.rs", "mod a;\nmod b;\nmod c;");

#[test]
fn a_circle_is_found_however_it_is_written() {
    for (a, b) in [
        ("use crate::b::B;\npub struct A;", "use crate::a::A;\npub struct B;"),
        ("use super::b::B;\npub struct A;", "fn f(it: &super::a::A) {}\npub struct B;"),
        ("use crate::{b::{self}};\nfn f() { b::g() }", "use super::*;\npub fn g() { a::f() }"),
        ("use crate::b::*;\nfn f() { g() }", "pub fn g() { self::super::a::f() }"),
        ("use crate::b::B as C;\npub struct A;", "pub enum B { C(crate::a::A) }"),
        ("use crate::b::B::C;\npub struct A;", "pub enum B { C(crate::a::A) }"),
        ("use crate::b as other;\nfn f() { other::g() }", "pub fn g() { crate::a::f() }"),
        (
            "macro_rules! m { () => { $crate::b::g() } }\npub(crate) use m;",
            "use crate::a::m;\nfn g() {}",
        ),
    ] {
        let found = circles_in(&[ROOT, ("src/a.rs", a), ("src/b.rs", b)]);
        assert_eq!(found, [["src/a.rs", "src/b.rs"]], "{a}\n--\n{b}");
    }
}

#[test]
fn a_circle_is_found_through_re_exports() {
    let found = circles_in(&[
        ROOT,
        ("src/a/mod.rs", "mod deep;\nmod deeper;\npub use deep::*;"),
        ("src/a/deep.rs", "pub use super::deeper::A as Named;"),
        ("src/a/deeper.rs", "pub struct A(crate::c::B);"),
        ("src/b.rs", "pub struct B(crate::a::Named);"),
        ("src/c.rs", "pub use crate::b::B;"),
    ]);
    assert_eq!(found, [["src/a/deeper.rs", "src/b.rs"]]);
}

#[test]
fn a_parent_and_its_child_are_a_circle_if_each_uses_the_other() {
    let child = ("src/a/b.rs", "use super::A;\npub struct B(A);");
    for (parent, circle) in [
        ("mod b;\nuse b::B;\npub struct A;\nfn f(it: B) {}", true),
        ("mod b;\npub use b::B;\npub struct A;\nfn f(it: B) {}", true),
        ("mod b;\npub struct A;\nfn f(it: b::B) {}", true),
        // It declares its child, or offers what is in it: no use.
        ("mod b;\npub struct A;", false),
        ("mod b;\npub use b::B;\npub struct A;", false),
    ] {
        let found = circles_in(&[ROOT, ("src/a/mod.rs", parent), child]);
        let expected = if circle { vec![vec!["src/a/b.rs", "src/a/mod.rs"]] } else { Vec::new() };
        assert_eq!(found, expected, "{parent}");
    }
    let found = circles_in(&[
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "macro_rules! m { () => {} }\nmod b;\nuse b::B;"),
        ("src/a/b.rs", "m!(B);\npub struct B;"),
    ]);
    assert_eq!(found, [["src/a.rs", "src/a/b.rs"]], "a macro");
    let found = circles_in(&[
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", "mod b;\npub fn b() { b::f() }"),
        ("src/a/b.rs", "pub fn f() { self.g() }"),
    ]);
    assert!(found.is_empty(), "a function of the child's name, and a child that speaks of itself");
}

#[test]
fn what_only_tests_use_is_no_arrow() {
    let found = circles_in(&[
        ("src/lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod testing;"),
        ("src/a.rs", "use crate::b::B;\npub struct A;\n#[cfg(test)]\nmod tests;"),
        ("src/a/tests.rs", "use crate::testing::T;"),
        ("src/b.rs", "pub struct B;\n#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}"),
        ("src/testing.rs", "pub struct T(crate::a::A);"),
    ]);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn each_circle_is_whole_and_stands_alone() {
    let found = circles_in(&[
        ("src/lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\nmod e;\nmod f;"),
        ("src/a.rs", "pub struct It(crate::b::It);"),
        ("src/b.rs", "pub struct It(crate::c::It);"),
        ("src/c.rs", "pub struct It(crate::a::It, crate::d::It);"),
        ("src/d.rs", "pub struct It(crate::e::It);"),
        ("src/e.rs", "pub struct It(crate::d::It);"),
        ("src/f.rs", "pub struct It(crate::a::It, crate::f::Own);\npub struct Own;"),
    ]);
    assert_eq!(found, [vec!["src/a.rs", "src/b.rs", "src/c.rs"], vec!["src/d.rs", "src/e.rs"]]);
}

#[test]
fn the_list_of_circles_says_neither_too_little_nor_too_much() {
    let circle = |files: &[&str]| files.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let arrows = [Arrow {
        from: "src/a.rs".to_owned(),
        to: "src/b.rs".to_owned(),
        place: "src/a.rs:7".to_owned(),
    }];
    let found = [circle(&["src/a.rs", "src/b.rs"])];
    assert_eq!(objections(&found, &[&["src/a.rs", "src/b.rs"]], &arrows), [""; 0]);
    // A new circle, a listed one that no longer exists, one that grew, one that shrank.
    assert_eq!(objections(&found, &[], &arrows).len(), 1);
    assert!(objections(&found, &[], &arrows)[0].contains("src/a.rs:7 -> src/b.rs"));
    assert_eq!(objections(&[], &[&["src/a.rs", "src/b.rs"]], &arrows).len(), 1);
    assert_eq!(objections(&found, &[&["src/a.rs", "src/b.rs", "src/c.rs"]], &arrows).len(), 2);
}

#[test]
fn a_path_that_leads_nowhere_is_not_passed_over() {
    let tree = [
        Source::new("src/lib.rs", "mod a;"),
        Source::new("src/a.rs", "use crate::a::Made;\nuse std::fs;\nmake!(Made);"),
    ];
    assert_eq!(Modules::new(&tree).lost(), ["src/a.rs: crate::a::Made"]);
}
