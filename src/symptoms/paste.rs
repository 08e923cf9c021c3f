//! A text as people paste it: with colours, in a quote, as a log, wrapped, with escaped line ends.

/// Of a longer text only the end is read: a log ends with what failed.
const LONGEST: usize = 100_000;
/// A terminal or a table wraps no narrower.
const NARROWEST: usize = 30;

/// The text without what the tools on its way added.
pub(super) fn cleaned(text: &str) -> String {
    let mut start = text.len().saturating_sub(LONGEST);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let text = without_controls(&text[start..]);
    let text = unescaped(&without_tags(&text));
    let lines: Vec<&str> = text.lines().map(without_prefix).collect();
    unwrapped(&lines)
}

/// Without ANSI escape sequences, with plain quotes and blanks.
fn without_controls(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                Some('[') => while letters.next().is_some_and(|it| !('@'..='~').contains(&it)) {},
                Some(']') => {
                    while letters.next().is_some_and(|it| it != '\u{7}' && it != '\u{1b}') {}
                }
                _ => {}
            },
            '\r' if letters.peek() == Some(&'\n') => {}
            '\r' => plain.push('\n'),
            '‘' | '’' | '‚' | '´' => plain.push('\''),
            '“' | '”' | '„' => plain.push('"'),
            '\u{a0}' | '\u{202f}' => plain.push(' '),
            '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{feff}' | '\u{ad}' => {}
            letter => plain.push(letter),
        }
    }
    plain
}

/// Without the tags and entities of HTML.
fn without_tags(text: &str) -> String {
    const TAGS: &[&str] = &[
        "a", "b", "br", "code", "div", "em", "i", "li", "p", "pre", "span", "strong", "table",
        "tbody", "td", "th", "tr", "ul",
    ];
    const ENTITIES: &[(&str, &str)] = &[
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        plain.push_str(before);
        let name: String = tag[1..]
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(12)
            .collect();
        // A tag is short; the next bracket of a long text may be far away.
        match tag.bytes().take(200).position(|it| it == b'>') {
            Some(end) if TAGS.contains(&name.to_ascii_lowercase().as_str()) => {
                plain.push('\n');
                rest = &tag[end + 1..];
            }
            _ => {
                plain.push('<');
                rest = &tag[1..];
            }
        }
    }
    plain.push_str(rest);
    for (entity, letter) in ENTITIES {
        if plain.contains(entity) {
            plain = plain.replace(entity, letter);
        }
    }
    plain
}

/// With the line ends and quotes that JSON, shells and logs escape, however often.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        while letters.next_if_eq(&'\\').is_some() {}
        match letters.peek() {
            Some('n' | 'r') => plain.push('\n'),
            Some('t') => plain.push(' '),
            Some('"' | '\'' | '/' | '`') => continue,
            Some('u') => {
                letters.next();
                let digits: String =
                    std::iter::from_fn(|| letters.next_if(char::is_ascii_hexdigit))
                        .take(4)
                        .collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                plain.push(code.unwrap_or(' '));
                continue;
            }
            _ => {
                plain.push('\\');
                continue;
            }
        }
        letters.next();
    }
    plain
}

/// A line without quote marks, times and levels of logs.
fn without_prefix(line: &str) -> &str {
    let mut rest = line.trim_end();
    loop {
        let trimmed = rest.trim_start();
        let shorter = trimmed
            .strip_prefix(['>', '│', '|', '╷', '╵'])
            .or_else(|| trimmed.strip_prefix("##[error]"))
            .or_else(|| trimmed.strip_prefix("##[warning]"))
            .or_else(|| trimmed.strip_prefix("stdout F "))
            .or_else(|| trimmed.strip_prefix("stderr F "))
            .or_else(|| without_time(trimmed));
        match shorter {
            Some(shorter) => rest = shorter,
            // The indentation belongs to a wrapped text.
            None => return rest,
        }
    }
}

/// Without a time, or a date, at its beginning: `2026-11-30T09:02:11Z`, `[09:02:11]`.
fn without_time(line: &str) -> Option<&str> {
    let (word, rest) = line.split_once([' ', '\t'])?;
    let word = word.trim_matches(['[', ']', '(', ')', ',']);
    let looks = |form: &str| {
        word.len() >= form.len()
            && word.bytes().zip(form.bytes()).all(|(it, sign)| match sign {
                b'0' => it.is_ascii_digit(),
                sign => it == sign,
            })
    };
    (looks("0000-00-00") || looks("0000/00/00") || looks("00:00:00")).then_some(rest)
}

/// Joins lines that were cut at one width, without regard for words.
fn unwrapped(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < lines.len() {
        let block = lines[at..].iter().take_while(|line| !line.trim().is_empty()).count();
        if block == 0 {
            text.push('\n');
            at += 1;
            continue;
        }
        push_block(&lines[at..at + block], &mut text);
        at += block;
    }
    text
}

fn push_block(lines: &[&str], text: &mut String) {
    let margin = |line: &str| line.len() - line.trim_start().len();
    let common = lines.iter().map(|line| margin(line)).min().unwrap_or_default();
    let inner: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or(line)).collect();
    let width = |line: &str| line.chars().count();
    let full = inner.first().map_or(0, |line| width(line));
    // One long line and a shorter one may as well be two lines.
    let is_wrapped = full >= NARROWEST && inner.get(1).is_some_and(|line| width(line) == full);
    for (nth, line) in inner.iter().enumerate() {
        text.push_str(line);
        let is_cut = is_wrapped && width(line) == full && nth + 1 < inner.len();
        let goes_on = inner.get(nth + 1).is_some_and(|next| width(next) <= full);
        if !(is_cut && goes_on) {
            text.push('\n');
        }
    }
}
