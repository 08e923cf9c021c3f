//! The AWS CLI's alias file: entries are added and removed, and everything else keeps each byte.
//!
//! The AWS CLI reads it with Python's `configparser`
//! (<https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-alias.html>). A section or a key that comes
//! twice breaks every `aws` command, and a line that is indented deeper than the key before it continues its
//! value.

/// A place for an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) section: &'static str,
    pub(super) key: &'static str,
}

/// Both entries: that of every version of the AWS CLI, and that of version 2.
pub(super) const ENTRIES: [Entry; 2] = [
    Entry { section: "toplevel", key: "ecs-preflight" },
    Entry { section: "command ecs", key: "preflight" },
];

/// The text of both aliases. The AWS CLI runs it in a shell, whose parent is the AWS CLI.
pub(super) const VALUE: &str = "!AWS_ECS_PREFLIGHT_AWSCLI_PID=$PPID exec aws-ecs-preflight";

/// Simpler texts for the same purpose, which lose the options that the AWS CLI consumes.
const REPLACED: &[&str] = &["!aws-ecs-preflight", "!exec aws-ecs-preflight"];

/// Precedes a section that was added, so that it can be removed with its header.
const MARK: &str = "# Added by aws-ecs-preflight alias --install";

/// Why a file is not edited.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The AWS CLI cannot read this line.
    Unreadable { line: usize, why: String },
    /// Another alias has the name.
    Taken { line: usize, entry: Entry, value: String },
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Blank,
    Comment,
    Header(String),
    /// A key with its value, including the lines that continue it.
    Key(String, String),
    /// It continues the value of the key in this line.
    More,
}

/// A line with its end, and the line of the header above it.
#[derive(Debug)]
struct Line<'t> {
    text: &'t str,
    kind: Kind,
    header: Option<usize>,
}

/// The file with both entries.
pub(super) fn with_entries(text: &str, exists: bool) -> Result<String, Flaw> {
    // Both are possible, or nothing is done.
    let before = lines(text)?;
    for entry in ENTRIES {
        if let Some(header) = section(&before, entry) {
            key(&before, header, entry)?;
        }
    }
    let mut edited = text.to_owned();
    for (nth, entry) in ENTRIES.iter().enumerate() {
        edited = with_entry(&edited, *entry, exists || nth > 0)?;
    }
    Ok(edited)
}

/// The file without the entries, and those that belong to another alias.
pub(super) fn without_entries(text: &str) -> Result<(String, Vec<Entry>), Flaw> {
    let (mut edited, mut others) = (text.to_owned(), Vec::new());
    for entry in ENTRIES.iter().rev() {
        match without_entry(&edited, *entry) {
            Err(Flaw::Taken { .. }) => others.push(*entry),
            without => edited = without?,
        }
    }
    Ok((edited, others))
}

/// Whether there was no file before the entries were added.
pub(super) fn is_created(text: &str) -> bool {
    text.starts_with(MARK)
}

/// The text of a new file.
pub(super) fn printed() -> String {
    let of = |entry: &Entry| format!("[{}]\n{} = {VALUE}\n", entry.section, entry.key);
    ENTRIES.iter().map(of).collect::<Vec<_>>().join("\n")
}

fn with_entry(text: &str, entry: Entry, after_blank: bool) -> Result<String, Flaw> {
    let lines = lines(text)?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let Some(header) = section(&lines, entry) else {
        // The end of the file stays as it was: with or without the end of a line.
        let whole = text.is_empty() || text.ends_with('\n');
        let mut added = if whole { String::new() } else { end.to_owned() };
        added.push_str(if after_blank { end } else { "" });
        let Entry { section, key } = entry;
        added.push_str(&format!("{MARK}{end}[{section}]{end}{key} = {VALUE}"));
        added.push_str(if whole { end } else { "" });
        return Ok(format!("{text}{added}"));
    };
    if let Some(line) = key(&lines, header, entry)? {
        return Ok(joined(&lines, |nth, text| match (nth == line, &lines[nth].kind) {
            (true, _) => format!("{}{} = {VALUE}{}", indent(text), entry.key, end_of(text)),
            (false, Kind::More) if owner(&lines, nth) == line => String::new(),
            _ => text.to_owned(),
        }));
    }
    // As deep as the next line, which would continue this value if it were deeper.
    let has_content = |it: &&Line| !matches!(it.kind, Kind::Blank | Kind::Comment);
    let next = lines[header + 1..].iter().find(has_content);
    let depth = indent(next.map_or(lines[header].text, |it| it.text));
    Ok(joined(&lines, |nth, text| match (nth == header, end_of(text)) {
        (false, _) => text.to_owned(),
        (true, "") => format!("{text}{end}{depth}{} = {VALUE}", entry.key),
        (true, end) => format!("{text}{depth}{} = {VALUE}{end}", entry.key),
    }))
}

fn without_entry(text: &str, entry: Entry) -> Result<String, Flaw> {
    let lines = lines(text)?;
    let Some(header) = section(&lines, entry) else { return Ok(text.to_owned()) };
    let Some(line) = key(&lines, header, entry)? else { return Ok(text.to_owned()) };
    let is_marked = header > 0 && lines[header - 1].text.trim_end() == MARK;
    let is_ours =
        |nth: usize| nth == line || lines[nth].kind == Kind::More && owner(&lines, nth) == line;
    let in_section = lines.iter().enumerate().filter(|(_, it)| it.header == Some(header));
    // The mark of the next section is above its header, and so in this one.
    let is_alone = in_section.into_iter().all(|(nth, it)| {
        nth == header || is_ours(nth) || it.kind == Kind::Blank || it.text.trim_end() == MARK
    });
    let mut goes: Vec<bool> = (0..lines.len()).map(is_ours).collect();
    if is_marked {
        goes[header - 1] = true;
        goes[header] = is_alone;
        if is_alone && header > 1 && lines[header - 2].kind == Kind::Blank {
            goes[header - 2] = true;
        }
    }
    let ended = !end_of(text).is_empty();
    let kept = joined(&lines, |nth, text| if goes[nth] { String::new() } else { text.to_owned() });
    // Without the last line, the one before it ends as the file did.
    match ended || goes.last() != Some(&true) {
        true => Ok(kept),
        false => Ok(kept[..kept.len() - end_of(&kept).len()].to_owned()),
    }
}

fn joined(lines: &[Line], edit: impl Fn(usize, &str) -> String) -> String {
    lines.iter().enumerate().map(|(nth, line)| edit(nth, line.text)).collect()
}

/// The header of the section that the AWS CLI reads for the entry.
fn section(lines: &[Line], entry: Entry) -> Option<usize> {
    let is_it = |name: &str| match entry.section.strip_prefix("command ") {
        Some(_) => name.starts_with("command ") && same_words(name, entry.section),
        None => name == entry.section,
    };
    lines.iter().rposition(|line| matches!(&line.kind, Kind::Header(name) if is_it(name)))
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// The line of the entry, if it is there and ours.
fn key(lines: &[Line], header: usize, entry: Entry) -> Result<Option<usize>, Flaw> {
    let found = lines.iter().enumerate().find_map(|(nth, line)| match &line.kind {
        Kind::Key(name, value) if name == entry.key && line.header == Some(header) => {
            Some((nth, value.trim()))
        }
        _ => None,
    });
    match found {
        None => Ok(None),
        Some((nth, value)) if value == VALUE || REPLACED.contains(&value) => Ok(Some(nth)),
        Some((nth, value)) => Err(Flaw::Taken { line: nth + 1, entry, value: value.to_owned() }),
    }
}

/// The line of the key that this line continues.
fn owner(lines: &[Line], nth: usize) -> usize {
    lines[..nth].iter().rposition(|it| matches!(it.kind, Kind::Key(..))).unwrap_or(nth)
}

/// The lines, read as `configparser` does.
fn lines(text: &str) -> Result<Vec<Line<'_>>, Flaw> {
    let mut lines: Vec<Line> = Vec::new();
    let (mut header, mut last_key, mut depth) = (None, None, 0);
    for (nth, text) in text.split_inclusive('\n').enumerate() {
        let flaw = |why: String| Err(Flaw::Unreadable { line: nth + 1, why });
        let content = text.trim();
        let deep = indent(text).chars().count();
        if content.contains('\r') {
            return flaw("it has a carriage return in it".to_owned());
        }
        let kind = if content.is_empty() {
            Kind::Blank
        } else if content.starts_with(['#', ';']) {
            Kind::Comment
        } else if let Some(line) = last_key
            && deep > depth
        {
            if let Some(Kind::Key(_, value)) = lines.get_mut(line).map(|it: &mut Line| &mut it.kind)
            {
                value.push('\n');
                value.push_str(content);
            }
            Kind::More
        } else if let Some(name) = header_of(content) {
            let is_same = |it: &Line| matches!(&it.kind, Kind::Header(other) if other == name);
            if name != "DEFAULT" && lines.iter().any(is_same) {
                return flaw(format!("the section [{name}] comes twice"));
            }
            (header, last_key, depth) = (Some(nth), None, deep);
            Kind::Header(name.to_owned())
        } else if header.is_none() {
            return flaw("it is above the first [section]".to_owned());
        } else if let Some((name, value)) = content.split_once(['=', ':'])
            && !name.trim().is_empty()
        {
            let name = name.trim().to_lowercase();
            let is_same = |it: &Line| matches!(&it.kind, Kind::Key(other, _) if *other == name);
            if lines.iter().any(|it| it.header == header && is_same(it)) {
                return flaw(format!("the key {name} comes twice in its section"));
            }
            (last_key, depth) = (Some(nth), deep);
            Kind::Key(name, value.trim().to_owned())
        } else {
            return flaw("it is no `name = text`".to_owned());
        };
        lines.push(Line { text, kind, header });
    }
    Ok(lines)
}

/// `[name]`, up to the last bracket.
fn header_of(content: &str) -> Option<&str> {
    let (name, _) = content.strip_prefix('[')?.rsplit_once(']')?;
    Some(name).filter(|it| !it.is_empty())
}

fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

fn end_of(line: &str) -> &'static str {
    match line {
        _ if line.ends_with("\r\n") => "\r\n",
        _ if line.ends_with('\n') => "\n",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "preflight = !AWS_ECS_PREFLIGHT_AWSCLI_PID=$PPID exec aws-ecs-preflight";

    /// Files of other people, in the ways in which files differ.
    const FILES: &[&str] = &[
        "",
        "\n",
        "# only a comment\n",
        "# no end of the line",
        "[toplevel]\nwhoami = sts get-caller-identity\n",
        "[toplevel]\nwhoami = sts get-caller-identity",
        "[toplevel]",
        "[toplevel]\n",
        "[toplevel]\n\n\n",
        "[command ecs]\n# mine\n\nls = list-clusters\n\n[toplevel]\n\n# end\n\n",
        "[command  ecs] \r\nls: list-clusters\r\n\r\n; twice\r\n[plugins]\r\na=b\r\n",
        "[command ecs]\r\nls = list-clusters",
        "[toplevel]\n  deep = ec2\n  deeper = ecs\n\t\t\tmore\n",
        "  [toplevel]\n  deep = ec2\n",
        "[toplevel]\n# c\n  [other] x\n  deep = ec2\n",
        "[toplevel]\nf = !f() {\n  [ -n \"$1\" ] && echo\n  ecs-preflight = x\n\n  }; f\n",
        "[command ec2]\nls = describe-instances\n[command ecs] # c\nls = list-clusters\n[plugins]\n",
    ];

    #[test]
    fn what_is_removed_leaves_each_byte_that_was_there() {
        for before in FILES {
            let added = with_entries(before, true).unwrap();
            assert_ne!(&added, before);
            assert_eq!(without_entries(&added).unwrap(), ((*before).to_owned(), vec![]));
            assert!(!is_created(&added), "{before:?}");
            assert_eq!(with_entries(&added, true).unwrap(), added, "a second time changes nothing");
        }
        let created = with_entries("", false).unwrap();
        assert!(is_created(&created));
        assert_eq!(without_entries(&created).unwrap().0, "");
    }

    #[test]
    fn other_aliases_keep_their_values_and_both_entries_are_read() {
        for before in FILES {
            let added = with_entries(before, true).unwrap();
            let keys = |text: &str| -> Vec<(String, String)> {
                let lines = lines(text).unwrap();
                let pair = |it: Line| match it.kind {
                    Kind::Key(name, value) if !name.ends_with("preflight") => Some((name, value)),
                    _ => None,
                };
                lines.into_iter().filter_map(pair).collect()
            };
            assert_eq!(keys(&added), keys(before), "{added}");
            let lines = lines(&added).unwrap();
            for entry in ENTRIES {
                let header = section(&lines, entry).unwrap();
                assert!(key(&lines, header, entry).unwrap().is_some(), "{added}");
            }
        }
    }

    #[test]
    fn a_key_is_added_below_the_header_of_its_section_and_the_rest_below_the_file() {
        let before = "[command ecs] # containers\nls = list-clusters\n";
        assert_eq!(
            with_entries(before, true).unwrap(),
            format!(
                "[command ecs] # containers\n{OURS}\nls = list-clusters\n\n{MARK}\n[toplevel]\necs-{OURS}\n"
            )
        );
    }

    #[test]
    fn a_simpler_text_of_ours_is_replaced_and_another_alias_is_not() {
        let before = "[command ecs]\nls = a\nPreflight=\n  !aws-ecs-preflight\nrm = b\n";
        let renewed = with_entry(before, ENTRIES[1], true).unwrap();
        assert_eq!(renewed, format!("[command ecs]\nls = a\n{OURS}\nrm = b\n"));
        for value in ["describe-clusters", "!AWS_PROFILE=prod aws-ecs-preflight", ""] {
            let theirs = format!("[command ecs]\npreflight = {value}\n");
            let value = value.to_owned();
            let taken = Flaw::Taken { line: 2, entry: ENTRIES[1], value };
            assert_eq!(with_entries(&theirs, true), Err(taken));
            let added = with_entry(&theirs, ENTRIES[0], true).unwrap();
            assert_eq!(without_entries(&added).unwrap(), (theirs, vec![ENTRIES[1]]));
        }
    }

    #[test]
    fn an_alias_that_was_added_later_to_our_section_keeps_its_header() {
        let added = with_entries("", false).unwrap().replace("\n\n", "\nls = list-clusters\n\n");
        assert_eq!(without_entries(&added).unwrap().0, "[toplevel]\nls = list-clusters\n");
    }

    #[test]
    fn a_file_that_breaks_the_aws_cli_is_not_edited() {
        for (text, line, why) in [
            ("[a]\nx = 1\n[a]\n", 3, "twice"),
            ("[a]\nx = 1\nX: 2\n", 3, "twice"),
            ("x = 1\n", 1, "first [section]"),
            ("[a]\nword\n", 2, "no `name"),
            ("[a]\n= 1\n", 2, "no `name"),
            ("[a]\rb = 1\r", 1, "carriage return"),
        ] {
            match with_entries(text, true) {
                Err(Flaw::Unreadable { line: at, why: said }) => {
                    assert_eq!(at, line, "{text}");
                    assert!(said.contains(why), "{said}");
                }
                other => panic!("{text:?}: {other:?}"),
            }
        }
    }
}
