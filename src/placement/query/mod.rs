//! The cluster query language, in which `memberOf` constraints and filters of container instances are written
//! (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html>).
//!
//! The page does not say everything: not how `and`, `or` and `not` bind without parentheses, and not how `>`
//! compares attributes. Where two readings of an expression differ, its result is unknown.

mod date;
mod evaluate;
mod parse;
mod pattern;
mod print;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use date::read as registration_time;
pub use evaluate::Facts;
use pattern::Pattern;

/// How long an expression may be
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementConstraint.html>).
pub const LONGEST: usize = 2000;

/// An expression that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    whole: Chain,
}

/// Why a text is no expression: what is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at character {}", position + 1)]
pub struct QueryError {
    /// What is wrong, as the beginning of a sentence.
    pub problem: Cow<'static, str>,
    /// How many characters are before it; an unfinished text ends there.
    pub position: usize,
}

/// The result of an expression for one container instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It matches.
    True,
    /// It does not match.
    False,
    /// A fact is missing, or AWS does not say how it reads the expression.
    Unknown,
}

/// Terms with an operator between each and the next. How they bind is not documented.
#[derive(Clone, Debug, PartialEq)]
struct Chain {
    first: Term,
    rest: Vec<(Joint, Term)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq)]
enum Term {
    Not(Box<Term>),
    Group(Box<Chain>),
    Is(Predicate),
}

/// A subject, and what must hold for it.
#[derive(Clone, Debug, PartialEq)]
struct Predicate {
    subject: Subject,
    condition: Condition,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Subject {
    AgentConnected,
    AgentVersion,
    Ec2InstanceId,
    RegisteredAt,
    RunningTasksCount,
    TaskGroup,
    Attribute(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    Exists { negated: bool },
    Equals { negated: bool, to: Literal },
    Ordered { order: Order, than: Literal },
    In { negated: bool, list: Vec<Literal> },
    Matches { negated: bool, pattern: Literal, read: Pattern },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Literal {
    text: String,
    quotes: Quotes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    None,
    Single,
    /// No example of AWS has them.
    Double,
}

impl Subject {
    /// What is compared by order: numbers, versions, times.
    fn is_ordered(&self) -> bool {
        matches!(self, Subject::AgentVersion | Subject::RegisteredAt | Subject::RunningTasksCount)
    }

    /// Whether the page limits its operators.
    fn is_free(&self) -> bool {
        matches!(self, Subject::TaskGroup | Subject::Attribute(_))
    }
}

impl Condition {
    /// Whether this subject has this operator. The page lists those of each but attributes and task groups.
    fn suits(&self, subject: &Subject) -> bool {
        match self {
            _ if subject.is_free() => true,
            Condition::Equals { .. } => true,
            Condition::Ordered { .. } => subject.is_ordered(),
            Condition::In { .. } | Condition::Matches { .. } => !subject.is_ordered(),
            Condition::Exists { .. } => false,
        }
    }
}

impl Truth {
    /// A fact that is known.
    pub fn of(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }

    /// What both readings say, if they agree.
    fn agreed(self, other: Truth) -> Truth {
        if self == other { self } else { Truth::Unknown }
    }

    fn negated(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }

    fn negated_if(self, negated: bool) -> Truth {
        if negated { self.negated() } else { self }
    }

    /// Whether both hold.
    pub fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, Truth::True) => Truth::True,
            _ => Truth::Unknown,
        }
    }

    /// Whether one of both holds.
    pub fn or(self, other: Truth) -> Truth {
        self.negated().and(other.negated()).negated()
    }
}
