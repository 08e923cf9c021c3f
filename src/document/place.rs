//! The place of a value: its document, its JSON pointer, and its line and column.

use std::fmt;
use std::sync::Arc;

/// Whether a document is the task definition, or describes where it will run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The task definition itself.
    Definition,
    /// A service definition, a run-task input, a live service or a flag.
    Context,
}

/// A line and a column, both counted from one; columns count characters, not bytes. Each value of a document has
/// one, and no document has four billion of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// A JSON pointer (RFC 6901), cheap to clone and to extend.
///
/// It is a chain of steps that children share with their parent, so that memory is proportional to the size
/// of the document, however long its keys are.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Pointer(Option<Arc<Step>>);

#[derive(PartialEq, Eq, Hash)]
struct Step {
    parent: Pointer,
    token: Token,
}

#[derive(PartialEq, Eq, Hash)]
enum Token {
    Name(Arc<str>),
    Index(usize),
}

impl Pointer {
    /// The pointer to the whole document, printed as the empty text.
    pub fn root() -> Pointer {
        Pointer(None)
    }

    /// The pointer to the field `name` of this one's value.
    pub fn field(&self, name: impl Into<Arc<str>>) -> Pointer {
        self.then(Token::Name(name.into()))
    }

    /// The pointer to item `index`, from 0, of this one's value.
    pub fn item(&self, index: usize) -> Pointer {
        self.then(Token::Index(index))
    }

    fn then(&self, token: Token) -> Pointer {
        Pointer(Some(Arc::new(Step { parent: self.clone(), token })))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(step) = &self.0 else { return Ok(()) };
        step.parent.fmt(out)?;
        match &step.token {
            Token::Index(index) => write!(out, "/{index}"),
            Token::Name(name) if name.contains(['~', '/']) => {
                write!(out, "/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Token::Name(name) => write!(out, "/{name}"),
        }
    }
}

impl fmt::Debug for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Pointer({self})")
    }
}

/// The place of a value. A missing field has the place of its owner.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The file as the user named it, `<stdin>`, a flag such as `--subnets`, or a registered name.
    pub document: Arc<str>,
    /// Whether that document is the definition or its context.
    pub role: Role,
    /// The value's JSON pointer in the document as the user wrote it.
    pub pointer: Pointer,
    /// Where the value starts, if the document has a text.
    pub position: Option<Position>,
}

impl Place {
    /// The place of a whole document without a text: a flag, a registered definition.
    pub fn whole(document: impl Into<Arc<str>>, role: Role) -> Place {
        Place { document: document.into(), role, pointer: Pointer::root(), position: None }
    }

    /// The subject of a result: the pointer in the definition, `file#pointer` in a context document,
    /// and the bare name of a flag.
    pub fn subject(&self) -> String {
        match self.role {
            Role::Definition => self.pointer.to_string(),
            Role::Context if self.position.is_none() && self.pointer == Pointer::root() => {
                self.document.to_string()
            }
            Role::Context => format!("{}#{}", self.document, self.pointer),
        }
    }
}

/// `taskdef.json:31:16`, or the known part of it.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.document)?;
        match self.position {
            Some(Position { line, column }) => write!(out, ":{line}:{column}"),
            None if self.pointer == Pointer::root() => Ok(()),
            None => write!(out, "#{}", self.pointer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_escapes_what_rfc_6901_reserves() {
        let pointer = Pointer::root().field("a/b").item(3).field("~x");
        assert_eq!(pointer.to_string(), "/a~1b/3/~0x");
        assert_eq!(Pointer::root().to_string(), "");
        assert_eq!(Pointer::root().field("").to_string(), "/");
    }

    #[test]
    fn a_subject_names_the_file_only_for_context_documents() {
        let mut place = Place::whole("service.json", Role::Definition);
        place.pointer = Pointer::root().field("family");
        assert_eq!(place.subject(), "/family");
        place.role = Role::Context;
        assert_eq!(place.subject(), "service.json#/family");
        assert_eq!(Place::whole("--subnets", Role::Context).subject(), "--subnets");
    }

    #[test]
    fn a_place_prints_what_is_known_of_it() {
        let mut place = Place::whole("web:7", Role::Definition);
        assert_eq!(place.to_string(), "web:7");
        place.pointer = Pointer::root().field("cpu");
        assert_eq!(place.to_string(), "web:7#/cpu");
        place.position = Some(Position { line: 31, column: 16 });
        assert_eq!(place.to_string(), "web:7:31:16");
    }
}
