use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file of this repository.
pub struct Source {
    /// Relative to the root of the repository: `src/iam/mod.rs`.
    pub path: String,
    /// As it was written.
    pub text: String,
    /// The same lines, with spaces for comments and the contents of literals.
    pub code: String,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned(), code: without_prose(text) }
    }

    /// The path of the module, outermost first; empty for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Vec<&str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut parts: Vec<_> = path.split('/').collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        parts
    }

    /// Whether nothing of it is shipped: a file of tests, or of `src/testing/`, the accounts and stories that
    /// tests share.
    pub fn is_test(&self) -> bool {
        self.module().contains(&"tests") || self.module().first() == Some(&"testing")
    }

    /// The code that is shipped: without the items under `#[cfg(test)]`, empty for a file of tests.
    pub fn shipped(&self) -> String {
        if self.is_test() {
            return String::new();
        }
        let mut in_test = false;
        let mut kept = String::new();
        for line in self.code.lines() {
            in_test |= line == "#[cfg(test)]";
            if !in_test {
                kept.push_str(line);
            }
            kept.push('\n');
            let item_ends =
                line == "}" || (line.starts_with(char::is_alphabetic) && line.ends_with(';'));
            in_test &= !item_ends;
        }
        kept
    }

    /// The comments and literals that are shipped: the same lines, with spaces for code.
    pub fn prose(&self) -> String {
        let shipped = self.shipped();
        let lines = self.text.lines().zip(self.code.lines()).zip(shipped.lines());
        let mut kept = String::new();
        for ((text, code), shipped) in lines {
            // A line of a test is empty in what is shipped.
            let letters = text.chars().zip(code.chars()).take(shipped.chars().count());
            kept.extend(letters.map(|(letter, code)| if code == ' ' { letter } else { ' ' }));
            kept.push('\n');
        }
        kept
    }

    /// `src/iam/mod.rs:12`, for a position in `code` or `shipped`, whose lines are those of the file.
    pub fn place(&self, code: &str, at: usize) -> String {
        format!("{}:{}", self.path, code[..at].matches('\n').count() + 1)
    }
}

/// Every Rust file under `folder`, sorted by path.
pub fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join(folder), &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "there is no Rust file under {folder}");
    paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            Source::new(name, &fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// Positions of the word `name` in `code`: `println` is found in `println!`, not in `eprintln!`.
pub fn words<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        !code[..at].ends_with(in_word) && !code[at + name.len()..].starts_with(in_word)
    })
}

pub fn in_word(it: char) -> bool {
    it.is_alphanumeric() || it == '_'
}

fn without_prose(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let prose = prose_length(rest, code.ends_with(in_word));
        let taken = prose.unwrap_or(first.len_utf8());
        let (head, tail) = rest.split_at(taken);
        match prose {
            Some(_) => code.extend(head.chars().map(|it| if it == '\n' { '\n' } else { ' ' })),
            None => code.push_str(head),
        }
        rest = tail;
    }
    code
}

/// How many bytes the comment or literal takes that starts here, if one does.
fn prose_length(rest: &str, after_word: bool) -> Option<usize> {
    let until = |end: &str, from: usize| {
        rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(until("*/", 2));
    }
    if let Some(raw) = rest.strip_prefix('r').filter(|_| !after_word) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            return Some(until(&format!("\"{}", "#".repeat(hashes)), hashes + 2));
        }
    }
    match rest.chars().next()? {
        '"' => Some(closing_quote(rest, '"')),
        // A lifetime has no closing quote after its first character.
        '\'' if rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'') => {
            Some(closing_quote(rest, '\''))
        }
        _ => None,
    }
}

fn closing_quote(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, it) in rest.char_indices().skip(1) {
        if it == quote && !escaped {
            return at + it.len_utf8();
        }
        escaped = it == '\\' && !escaped;
    }
    rest.len()
}

#[test]
fn comments_and_literals_are_taken_out_line_by_line() {
    for (text, code) in [
        ("a // crate::b", "a            "),
        ("a /* x\ny */ b", "a     \n     b"),
        (r#"f("crate::b \" c") + d"#, "f(               ) + d"),
        (r##"r#"a " b"# + c"##, "           + c"),
        ("let c: &'a str = 'x';", "let c: &'a str =    ;"),
        ("'\\'' + a", "     + a"),
        ("for\"\"", "for  "),
    ] {
        assert_eq!(without_prose(text), code, "{text}");
    }
}

#[test]
fn unit_tests_are_not_shipped() {
    let file =
        Source::new("src/a.rs", "use b;\n#[cfg(test)]\nmod tests {\n    use c;\n}\nuse d;\n");
    assert_eq!(file.shipped(), "use b;\n\n\n\n\nuse d;\n");
    let file = Source::new("src/a.rs", "#[cfg(test)]\nmod tests;\nuse d;\n");
    assert_eq!(file.shipped(), "\n\nuse d;\n");
    assert_eq!(Source::new("src/a/tests.rs", "use b;").shipped(), "");
    assert_eq!(Source::new("src/testing/account.rs", "use b;").shipped(), "");
}

#[test]
fn a_module_is_named_by_its_path() {
    for (path, module) in [
        ("src/lib.rs", &[][..]),
        ("src/exit.rs", &["exit"]),
        ("src/iam/mod.rs", &["iam"]),
        ("src/iam/policy.rs", &["iam", "policy"]),
    ] {
        assert_eq!(Source::new(path, "").module(), module);
    }
}
