use super::source::{Source, in_word};

/// A path that code names, with braces spread out: `a::{b, c::d}` gives `a::b` and `a::c::d`.
#[derive(Debug, PartialEq)]
pub struct Named {
    /// Its position in the code: the same for all paths of one `use`.
    pub at: usize,
    /// Its segments, as they are written; `*` last, for all names of a module.
    pub path: Vec<String>,
    pub form: Form,
}

#[derive(Debug, PartialEq)]
pub enum Form {
    /// `use a::b as c;`, known as `c` from here on.
    Import { known_as: String },
    /// `pub use a::b;`, which offers it to others, whether or not it is used here.
    Offer { known_as: String },
    /// Anywhere else in the code.
    Inline,
}

/// What a file adds to its module.
#[derive(Debug, Default)]
pub struct Defined {
    /// What `mod x;` declares.
    pub modules: Vec<String>,
    /// Functions, types, traits and constants at the top of the file, what a macro makes there, and modules
    /// within it.
    pub items: Vec<String>,
    /// What `macro_rules!` makes.
    pub macros: Vec<String>,
}

/// Before a field or a method, the rest of a path that begins in angle brackets, or a name that is given
/// here: none of them uses anything.
const NO_USE_AFTER: &[&str] = &[
    ".", "::", "mod", "fn", "struct", "enum", "union", "trait", "type", "const", "static", "let",
    "mut",
];

/// Everything that `code` names, in its order. Fields and methods are left out, since the file that
/// defines them cannot be seen from here.
pub fn paths(code: &str) -> Vec<Named> {
    let tokens = tokens(code);
    let (mut found, mut next) = (Vec::new(), 0);
    while let Some(token) = tokens.get(next) {
        let after = tokens.get(next + 1).map_or("", |it| it.text);
        if token.text == "use" && after != "<" {
            let offers = is_public(&tokens[..next]);
            let mut tree = Tree { tokens: &tokens, next: next + 1, at: token.at, offers, found };
            tree.read(&[]);
            (found, next) = (tree.found, tree.next);
        } else if is_name(token.text) {
            let length = length_of_path(&tokens[next..]);
            let before = next.checked_sub(1).map_or("", |it| tokens[it].text);
            if !NO_USE_AFTER.contains(&before) {
                let path = tokens[next..next + length].iter().step_by(2);
                let path = path.map(|it| it.text.to_owned()).collect();
                found.push(Named { at: token.at, path, form: Form::Inline });
            }
            next += length;
        } else {
            next += 1;
        }
    }
    found
}

/// The modules and items that `code` adds to its module.
pub fn defined(code: &str) -> Defined {
    let tokens = tokens(code);
    let (mut found, mut depth, mut made) = (Defined::default(), 0_usize, false);
    for (at, token) in tokens.iter().enumerate() {
        let text = |ahead: usize| tokens.get(at + ahead).map_or("", |it| it.text);
        match token.text {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            // `made! { A { a: u8 } }` makes `A`.
            "!" if depth == 0 => made = text(1) == "{",
            name if depth == 1 && made && is_name(name) => found.items.push(name.to_owned()),
            _ if depth > 0 => {}
            "mod" if text(2) == ";" => found.modules.push(text(1).to_owned()),
            "macro_rules" if text(1) == "!" => found.macros.push(text(2).to_owned()),
            "static" if text(1) == "mut" => found.items.push(text(2).to_owned()),
            "const" if matches!(text(1), "fn" | "unsafe" | "async") => {}
            "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static" | "mod"
                if is_name(text(1)) =>
            {
                found.items.push(text(1).to_owned());
            }
            _ => {}
        }
    }
    found
}

/// The module, by its path from the root of the crate, in which a path begins that is written with `crate`,
/// `self` or `super`; and what of it is left.
pub fn base<'p>(path: &'p [String], module: &[&str]) -> Option<(Vec<String>, &'p [String])> {
    let mut base: Vec<String> = module.iter().map(|&it| it.to_owned()).collect();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Vec::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {}
        _ => return None,
    }
    while let Some(("super", further)) = rest.split_first().map(|(it, rest)| (it.as_str(), rest)) {
        base.pop()?;
        rest = further;
    }
    Some((base, rest))
}

/// The layers that `file` names in its shipped code, its own among them, with the position of each.
pub fn layers(file: &Source) -> Vec<(usize, String)> {
    let module = file.module();
    paths(&file.shipped())
        .into_iter()
        .filter_map(|it| {
            let (base, rest) = base(&it.path, &module)?;
            Some((it.at, base.iter().chain(rest).next()?.clone()))
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Token<'a> {
    at: usize,
    text: &'a str,
}

/// Words, lifetimes, `::`, and every other character that is no space.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let length = if in_word(first) || first == '\'' {
            let start = first.len_utf8();
            rest[start..].find(|it| !in_word(it)).map_or(rest.len(), |end| start + end)
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            found.push(Token { at, text: &rest[..length] });
        }
        at += length;
    }
    found
}

fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| in_word(it) && !it.is_numeric())
}

/// Whether what comes before an item makes it `pub`, for everybody or for some: `pub(in a::b)`.
fn is_public(before: &[Token]) -> bool {
    let Some((last, rest)) = before.split_last() else {
        return false;
    };
    match last.text {
        "pub" => true,
        ")" => {
            let opened = rest.iter().rposition(|it| it.text == "(").unwrap_or_default();
            opened.checked_sub(1).is_some_and(|it| rest[it].text == "pub")
        }
        _ => false,
    }
}

/// How many tokens the path takes with which these begin.
fn length_of_path(tokens: &[Token]) -> usize {
    let further = tokens[1..].chunks(2).take_while(
        |pair| matches!(pair, [colons, name] if colons.text == "::" && is_name(name.text)),
    );
    1 + 2 * further.count()
}

/// The tree of one `use`.
struct Tree<'a> {
    tokens: &'a [Token<'a>],
    next: usize,
    at: usize,
    offers: bool,
    found: Vec<Named>,
}

impl Tree<'_> {
    fn word(&mut self) -> &str {
        let word = self.tokens.get(self.next).map_or(";", |it| it.text);
        self.next += 1;
        word
    }

    /// Reads what follows `before`, up to the comma, brace or semicolon that ends it.
    fn read(&mut self, before: &[String]) {
        let mut path = before.to_vec();
        let mut known_as = None;
        loop {
            match self.word() {
                "::" => {}
                "{" => return self.read_group(&path),
                "as" => known_as = Some(self.word().to_owned()),
                "," | "}" | ";" => {
                    self.next -= 1;
                    break;
                }
                // `a::{self}` is `a`.
                "self" if !path.is_empty() => {}
                segment => path.push(segment.to_owned()),
            }
        }
        let Some(known_as) = known_as.or_else(|| path.last().cloned()) else {
            return;
        };
        let form = if self.offers { Form::Offer { known_as } } else { Form::Import { known_as } };
        self.found.push(Named { at: self.at, path, form });
    }

    fn read_group(&mut self, before: &[String]) {
        loop {
            match self.word() {
                "}" | ";" => return,
                "," => {}
                _ => {
                    self.next -= 1;
                    // An empty pair of braces, or a comma before the closing one, names nothing.
                    self.read(before);
                }
            }
        }
    }
}

#[cfg(test)]
fn spelled(code: &str) -> Vec<String> {
    let written = |it: Named| {
        let path = it.path.join("::");
        match it.form {
            Form::Import { known_as } => format!("use {path} as {known_as}"),
            Form::Offer { known_as } => format!("pub use {path} as {known_as}"),
            Form::Inline => path,
        }
    };
    paths(code).into_iter().map(written).collect()
}

#[test]
fn every_path_is_read_however_it_is_written() {
    for (code, found) in [
        ("use crate::a::b::C;", &["use crate::a::b::C as C"][..]),
        ("use super::x as y;", &["use super::x as y"]),
        ("use a::Trait as _;", &["use a::Trait as _"]),
        ("use a::*;", &["use a::* as *"]),
        (
            "use crate::{\n    a::{self, B, c::*},\n    d,\n};",
            &[
                "use crate::a as a",
                "use crate::a::B as B",
                "use crate::a::c::* as *",
                "use crate::d as d",
            ],
        ),
        ("pub use a::{B, C as D};", &["pub", "pub use a::B as B", "pub use a::C as D"]),
        ("pub(in crate::a) use b::C;", &["pub", "in", "crate::a", "pub use b::C as C"]),
        ("fn(a) use b::C;", &["fn", "a", "use b::C as C"]),
        ("mod a; fn b() { let mut c = d; }", &["mod", "fn", "let", "d"]),
        ("a::b::<c::D>::e(f)", &["a::b", "c::D", "f"]),
        ("<a::B as c::D>::e", &["a::B", "as", "c::D"]),
        ("it.a.b()", &["it"]),
        ("-> impl A + use<'a>", &["impl", "A", "use"]),
        ("&'static A", &["A"]),
    ] {
        assert_eq!(spelled(code), found, "{code}");
    }
}

#[test]
fn what_a_file_defines_is_at_its_top() {
    let code = "mod a;\npub mod b;\nmod c { fn d() {} }\nconst E: u8 = 1;\npub const fn f() { const G: u8 = 1; }\n\
                struct H(u8);\nimpl H { fn i() {} }\nmacro_rules! j { () => {} }\nconst _: () = ();\ntype K = u8;\n\
                fn p() -> &'static Q {}\nj! { L { m: u8 } N { o: u8 } }";
    let found = defined(code);
    assert_eq!(found.modules, ["a", "b"]);
    assert_eq!(found.items, ["c", "E", "f", "H", "_", "K", "p", "L", "N"]);
    assert_eq!(found.macros, ["j"]);
}

#[test]
fn a_path_is_followed_from_the_root() {
    let follow = |path: &str, module: &[&str]| {
        let path: Vec<_> = path.split("::").map(str::to_owned).collect();
        base(&path, module).map(|(base, rest)| [&base, rest].concat().join("::"))
    };
    for (path, module, found) in [
        ("crate::a::B", &["x"][..], Some("a::B")),
        ("self::B", &["x", "y"], Some("x::y::B")),
        ("super::B", &["x", "y"], Some("x::B")),
        ("super::super::B", &["x", "y"], Some("B")),
        ("self::super::B", &["x", "y"], Some("x::B")),
        ("std::fs", &["x"], None),
        ("super::super::B", &["x"], None),
    ] {
        assert_eq!(follow(path, module).as_deref(), found, "{path} in {module:?}");
    }
}
