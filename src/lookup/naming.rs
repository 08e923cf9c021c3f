//! Whether an answer is about what was asked.
//!
//! A cache, a proxy or an emulator may return the answer to another request, which would pass for that of the
//! service. So whatever names itself in an answer must name what was asked.

use std::borrow::Cow;

/// What names the resource in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// These fields do.
    By(Vec<Name>),
    /// Nothing does, or the lookup compares it itself: why.
    Nowhere(&'static str),
    /// Nobody has said it yet: a test of the lookups fails.
    Unsaid,
}

/// A field that names the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Its path (`Role/RoleName`). Items of lists are passed through.
    at: &'static str,
    is: Is,
    /// Whether an answer may lack it.
    is_optional: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Is {
    /// This text. Services that distinguish upper and lower case have no such pair of names in practice.
    One(String),
    /// A text that starts with this one.
    Starting(String),
    /// A text that ends with this one.
    Ending(String),
    /// This text, or it with the six characters that Secrets Manager appends.
    Suffixed(String),
    /// This text, or it without the six characters that Secrets Manager appended.
    Unsuffixed(String),
    /// Of all texts at this path, one is this.
    Among(String),
}

impl Named {
    /// By this field.
    pub(super) fn by(at: &'static str, name: impl ToString) -> Named {
        Named::By(Vec::new()).and(at, name)
    }

    /// By the start of this field.
    pub(super) fn starting(at: &'static str, name: impl ToString) -> Named {
        Named::By(vec![Name { at, is: Is::Starting(name.to_string()), is_optional: false }])
    }

    /// By this field, to which Secrets Manager appends six characters.
    pub(super) fn suffixed(at: &'static str, name: impl ToString) -> Named {
        Named::By(vec![Name { at, is: Is::Suffixed(name.to_string()), is_optional: false }])
    }

    /// By this field, which may lack the six characters that Secrets Manager appended.
    pub(super) fn unsuffixed(at: &'static str, name: impl ToString) -> Named {
        Named::By(vec![Name { at, is: Is::Unsuffixed(name.to_string()), is_optional: false }])
    }

    /// Also by this field.
    pub(super) fn and(self, at: &'static str, name: impl ToString) -> Named {
        self.with(Name { at, is: Is::One(name.to_string()), is_optional: false })
    }

    /// Also by the end of this field.
    pub(super) fn and_ending(self, at: &'static str, name: impl ToString) -> Named {
        self.with(Name { at, is: Is::Ending(name.to_string()), is_optional: false })
    }

    /// Also by one of the texts of this field.
    pub(super) fn and_among(self, at: &'static str, name: impl ToString) -> Named {
        self.with(Name { at, is: Is::Among(name.to_string()), is_optional: false })
    }

    /// Also by this field, if the answer has it.
    pub(super) fn and_if_given(self, at: &'static str, name: impl ToString) -> Named {
        self.with(Name { at, is: Is::One(name.to_string()), is_optional: true })
    }

    fn with(self, name: Name) -> Named {
        let mut names = match self {
            Named::By(names) => names,
            Named::Nowhere(_) | Named::Unsaid => Vec::new(),
        };
        names.push(name);
        Named::By(names)
    }

    fn names(&self) -> &[Name] {
        match self {
            Named::By(names) => names,
            Named::Nowhere(_) | Named::Unsaid => &[],
        }
    }
}

impl Is {
    fn accepts(&self, text: &str) -> bool {
        let same = |start: Option<&str>, name: &str| {
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        match self {
            Is::One(name) | Is::Among(name) => text.eq_ignore_ascii_case(name),
            Is::Starting(name) => same(text.get(..name.len()), name),
            Is::Suffixed(name) => is_suffix(text.strip_prefix(name.as_str())),
            Is::Unsuffixed(name) => is_suffix(name.strip_prefix(text)),
            Is::Ending(name) => {
                let at = text.len().checked_sub(name.len());
                same(at.and_then(|at| text.get(at..)), name)
            }
        }
    }

    fn name(&self) -> &str {
        let (Is::One(name)
        | Is::Starting(name)
        | Is::Ending(name)
        | Is::Suffixed(name)
        | Is::Unsuffixed(name)
        | Is::Among(name)) = self;
        name
    }
}

/// Whether this is nothing, or a hyphen and six characters.
fn is_suffix(rest: Option<&str>) -> bool {
    rest.is_some_and(|it| it.is_empty() || (it.len() == 7 && it.starts_with('-')))
}

/// An answer whose fields can be compared.
pub(super) trait Fields {
    /// The texts at the end of a path, one for each item of each list on the way; `None` where the last field
    /// is missing.
    fn texts_at<'a>(&'a self, path: &[&str], found: &mut Vec<Option<Cow<'a, str>>>);
}

/// Why an answer was rejected: it is about something else, or lacks what is needed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Rejected(pub(super) String);

/// Compares an answer with what was asked in one request.
///
/// # Errors
/// What the answer is about instead.
pub(super) fn compare(asked: &[Named], answer: &dyn Fields) -> Result<(), Rejected> {
    differing(asked, answer).map_or(Ok(()), |why| Err(Rejected(why)))
}

fn differing(asked: &[Named], answer: &dyn Fields) -> Option<String> {
    for Name { at, is, is_optional } in asked.first()?.names() {
        let path: Vec<&str> = at.split('/').collect();
        let mut texts = Vec::new();
        answer.texts_at(&path, &mut texts);
        let same = asked.iter().flat_map(Named::names).filter(|it| it.at == *at);
        let expected: Vec<&Is> = same.map(|it| &it.is).collect();
        if matches!(is, Is::Among(_)) {
            let is_there = texts.iter().flatten().any(|it| is.accepts(it));
            if !texts.is_empty() && !is_there {
                return Some(format!("the answer is not about {}", is.name()));
            }
            continue;
        }
        for text in texts {
            match text {
                Some(text) if expected.iter().any(|is| is.accepts(&text)) => {}
                Some(text) => {
                    return Some(format!("the answer is about {text}, not about {}", is.name()));
                }
                None if *is_optional => {}
                None => {
                    let field = path.last().copied().unwrap_or_default();
                    return Some(format!("the answer lacks the field {field}, which names it"));
                }
            }
        }
    }
    None
}

#[cfg(test)]
impl Named {
    /// The fields with texts that name what was asked.
    pub(super) fn examples(&self) -> Vec<(&'static str, String)> {
        self.names().iter().map(|it| (it.at, it.is.name().to_owned())).collect()
    }
}
