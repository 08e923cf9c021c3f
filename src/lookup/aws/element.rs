//! Answers in XML: elements with elements or text in them.
//!
//! Only a complete, well-formed document is used: what seems to be missing in a broken one may be in the lost
//! part.

use std::borrow::Cow;
use std::str::FromStr;

use xmlparser::{ElementEnd, Token, Tokenizer};

use crate::lookup::naming::Fields;

/// An element with its contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lookup) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// The missing part of an answer, to follow "the answer lacks".
pub(in crate::lookup) type Lacks = &'static str;

/// Checks that a body is one complete, well-formed XML document.
///
/// # Errors
/// Why it is not.
pub(in crate::lookup) fn check_well_formed(document: &[u8]) -> Result<(), String> {
    Element::parse(document).map(|_| ())
}

/// Answers of EC2 are nested about ten levels deep.
const DEEPEST: usize = 64;

/// Elements that are dropped with everything in them, in every answer: the user data of an instance is a script
/// that may contain secrets. EC2 and Auto Scaling spell it differently.
const DROPPED: [&str; 2] = ["userData", "UserData"];

impl Element {
    /// The root element of a document.
    ///
    /// # Errors
    /// Why the document is not complete and well-formed.
    pub(in crate::lookup) fn parse(document: &[u8]) -> Result<Element, String> {
        let document = std::str::from_utf8(document).map_err(|error| error.to_string())?;
        let mut reading = Reading::default();
        let read = Tokenizer::from(document)
            .try_for_each(|token| reading.take(token.map_err(|error| error.to_string())?));
        // The reason may name a part of what is dropped.
        if reading.is_dropping() {
            return Err("it is not well-formed".to_owned());
        }
        read?;
        match (reading.root, reading.open.last()) {
            (Some(root), None) => Ok(root),
            (_, Some(open)) => Err(format!("<{}> is not closed", open.tag)),
            (None, None) => Err("there is no element".to_owned()),
        }
    }

    pub(in crate::lookup) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// The element at the end of a path (`ebsInfo`, `association/publicIp`), if there is one.
    ///
    /// # Errors
    /// For two elements of one name: it is unclear which one is meant.
    pub(in crate::lookup) fn child(&self, path: &str) -> Result<Option<&Element>, Lacks> {
        let mut at = self;
        for name in path.split('/') {
            let mut named = at.children.iter().filter(|it| it.is(name));
            match (named.next(), named.next()) {
                (Some(it), None) => at = it,
                (None, _) => return Ok(None),
                (Some(_), Some(_)) => return Err("a single value for a field"),
            }
        }
        Ok(Some(at))
    }

    /// The text of this element.
    ///
    /// # Errors
    /// If there are elements in it.
    pub(in crate::lookup) fn content(&self) -> Result<String, Lacks> {
        match self.children.is_empty() {
            true => Ok(self.text.clone()),
            false => Err("a plain value for a field"),
        }
    }

    /// The text at the end of a path, if there is any.
    pub(in crate::lookup) fn text(&self, path: &str) -> Result<Option<String>, Lacks> {
        self.child(path)?.map(Element::content).transpose()
    }

    /// The number at the end of a path, if there is one.
    ///
    /// # Errors
    /// For any other text.
    pub(in crate::lookup) fn number<N: FromStr>(&self, path: &str) -> Result<Option<N>, Lacks> {
        let text = self.text(path)?;
        text.map(|text| text.parse().map_err(|_| "a readable number")).transpose()
    }

    /// The `true` or `false` at the end of a path, if there is one.
    ///
    /// # Errors
    /// For any other word.
    pub(in crate::lookup) fn flag(&self, path: &str) -> Result<Option<bool>, Lacks> {
        let text = self.text(path)?;
        text.map(|text| text.parse().map_err(|_| "a readable true or false")).transpose()
    }

    /// The items of an EC2 list at the end of a path, if there is a list; it may be empty.
    ///
    /// # Errors
    /// For anything but a list.
    pub(in crate::lookup) fn list(&self, path: &str) -> Result<Option<&[Element]>, Lacks> {
        self.of_list(path, "item")
    }

    /// The items of an AWS query list at the end of a path, if there is a list; it may be empty.
    ///
    /// # Errors
    /// For anything but a list.
    pub(in crate::lookup) fn members(&self, path: &str) -> Result<Option<&[Element]>, Lacks> {
        self.of_list(path, "member")
    }

    fn of_list(&self, path: &str, item: &str) -> Result<Option<&[Element]>, Lacks> {
        let Some(list) = self.child(path)? else { return Ok(None) };
        let is_list = list.text.trim().is_empty() && list.children.iter().all(|it| it.is(item));
        is_list.then_some(Some(&*list.children)).ok_or("a readable list")
    }

    /// The items of an EC2 list in this field, moved out; see [`Element::list`].
    pub(in crate::lookup) fn into_list(self, field: &str) -> Result<Option<Vec<Element>>, Lacks> {
        self.list(field)?;
        Ok(self.into_child(field)?.map(|list| list.children))
    }

    /// The items of an AWS query list in this field, moved out; see [`Element::members`].
    pub(in crate::lookup) fn into_members(
        self,
        field: &str,
    ) -> Result<Option<Vec<Element>>, Lacks> {
        self.members(field)?;
        Ok(self.into_child(field)?.map(|list| list.children))
    }

    /// The element in this field, moved out; see [`Element::child`].
    pub(in crate::lookup) fn into_child(self, field: &str) -> Result<Option<Element>, Lacks> {
        self.child(field)?;
        Ok(self.children.into_iter().find(|it| it.is(field)))
    }

    /// The items of a list that EC2 omits if it is empty.
    pub(in crate::lookup) fn items(&self, path: &str) -> Result<&[Element], Lacks> {
        Ok(self.list(path)?.unwrap_or_default())
    }

    /// The values of a list of plain values, or of one field (`groupId`) of each item.
    ///
    /// # Errors
    /// For an item without the field.
    pub(in crate::lookup) fn texts(
        &self,
        path: &str,
        field: Option<&str>,
    ) -> Result<Vec<String>, Lacks> {
        let texts = self.items(path)?.iter().map(|item| match field {
            Some(field) => item.text(field)?.ok_or("a field of each item of a list"),
            None => item.content(),
        });
        texts.collect()
    }
}

impl Fields for Element {
    fn texts_at<'a>(&'a self, path: &[&str], found: &mut Vec<Option<Cow<'a, str>>>) {
        let Some((first, rest)) = path.split_first() else {
            return found.push(Some(Cow::Borrowed(&self.text)));
        };
        let before = found.len();
        for child in self.children.iter().filter(|it| it.is(first)) {
            child.texts_at(rest, found);
        }
        if rest.is_empty() && found.len() == before {
            found.push(None);
        }
    }
}

/// A document being read.
#[derive(Default)]
struct Reading<'a> {
    open: Vec<Open<'a>>,
    root: Option<Element>,
}

/// An element whose end has not been seen.
struct Open<'a> {
    /// The name with its prefix, as the end has to repeat it.
    tag: Cow<'a, str>,
    attributes: Vec<&'a str>,
    element: Element,
}

impl<'a> Reading<'a> {
    fn take(&mut self, token: Token<'a>) -> Result<(), String> {
        match token {
            Token::ElementStart { prefix, local, .. } => {
                if self.open.len() == DEEPEST {
                    return Err(format!("<{local}> is nested too deeply"));
                }
                let element = Element { name: local.to_string(), ..Element::default() };
                let tag = tag(prefix.as_str(), local.as_str());
                self.open.push(Open { tag, attributes: Vec::new(), element });
            }
            Token::Attribute { value, span, .. } => {
                unescaped(value.as_str())?;
                let name = span.as_str().split('=').next().unwrap_or_default().trim_end();
                let Some(open) = self.open.last_mut() else { return Ok(()) };
                if open.attributes.contains(&name) {
                    return Err(format!("<{}> has two attributes {name}", open.tag));
                }
                open.attributes.push(name);
            }
            Token::ElementEnd { end: ElementEnd::Open, .. } => {}
            Token::ElementEnd { end: ElementEnd::Empty, .. } => self.close(None)?,
            Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. } => {
                self.close(Some(tag(prefix.as_str(), local.as_str())))?;
            }
            Token::Text { text } => self.add(&unescaped(text.as_str())?),
            Token::Cdata { text, .. } => self.add(text.as_str()),
            Token::Declaration { .. }
            | Token::ProcessingInstruction { .. }
            | Token::Comment { .. } => {}
            Token::DtdStart { .. }
            | Token::EmptyDtd { .. }
            | Token::EntityDeclaration { .. }
            | Token::DtdEnd { .. } => return Err("it declares a document type".to_owned()),
        }
        Ok(())
    }

    fn close(&mut self, named: Option<Cow<str>>) -> Result<(), String> {
        let expected = self.open.last().map(|open| &open.tag);
        if let (Some(name), Some(tag)) = (&named, expected)
            && name != tag
        {
            return Err(format!("<{tag}> is closed by </{name}>"));
        }
        let Some(closed) = self.open.pop() else {
            return Err("a closing tag without an opening tag".to_owned());
        };
        let is_dropped = self.is_dropping() || DROPPED.contains(&&*closed.element.name);
        match self.open.last_mut() {
            Some(_) if is_dropped => {}
            Some(around) => around.element.children.push(closed.element),
            None => self.root = Some(closed.element),
        }
        Ok(())
    }

    fn add(&mut self, text: &str) {
        if self.is_dropping() {
            return;
        }
        if let Some(open) = self.open.last_mut() {
            open.element.text.push_str(text);
        }
    }

    /// Whether the document is being read inside an element that is dropped.
    fn is_dropping(&self) -> bool {
        self.open.iter().any(|open| DROPPED.contains(&&*open.element.name))
    }
}

fn tag<'a>(prefix: &'a str, local: &'a str) -> Cow<'a, str> {
    match prefix {
        "" => Cow::Borrowed(local),
        prefix => Cow::Owned(format!("{prefix}:{local}")),
    }
}

/// The text with character references resolved.
fn unescaped(text: &str) -> Result<Cow<'_, str>, String> {
    let Some((before, escaped)) = text.split_once('&') else { return Ok(Cow::Borrowed(text)) };
    let mut plain = before.to_owned();
    for part in escaped.split('&') {
        let referred =
            part.split_once(';').and_then(|(name, after)| Some((character(name)?, after)));
        let Some((character, after)) = referred else {
            return Err("an & that is not a character reference".to_owned());
        };
        plain.push(character);
        plain.push_str(after);
    }
    Ok(Cow::Owned(plain))
}

/// The character of a reference: one of the five named ones, or any that XML allows, by
/// its number (<https://www.w3.org/TR/xml/#sec-references>).
fn character(name: &str) -> Option<char> {
    let named = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("apos", '\'')];
    if let Some((_, character)) = named.iter().find(|(it, _)| *it == name) {
        return Some(*character);
    }
    let number = name.strip_prefix('#')?;
    let (digits, radix) = number.strip_prefix('x').map_or((number, 10), |digits| (digits, 16));
    // A sign is none of XML's digits.
    let code = digits.bytes().all(|it| it.is_ascii_hexdigit()).then_some(digits)?;
    let character = char::from_u32(u32::from_str_radix(code, radix).ok()?)?;
    let is_allowed = matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}')
        || matches!(character, '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    is_allowed.then_some(character)
}
