//! A condition key, and what is known of it before the call is made.

use Known::{
    AbsentWith, Call, InSessionOfPerson, Listed, Never, NotOfTask, OnlyWith, Path, Principal,
    Unknown,
};

use crate::account::rights::Session;
use crate::iam::KeyState;

/// The condition keys on one page of AWS's documentation.
#[derive(Debug)]
pub struct KeyPage {
    /// What the page is about.
    pub title: &'static str,
    /// Its address.
    pub source: &'static str,
    /// The month in which it was last read.
    pub seen: &'static str,
    /// Its keys, as far as the calls of a deployment and a task concern them.
    pub keys: &'static [ConditionKey],
}

/// A condition key, or all keys that begin with a name that ends in `/` or `:`.
#[derive(Debug)]
pub struct ConditionKey {
    /// Its name.
    pub name: &'static str,
    /// What is known of it.
    pub known: Known,
    /// Who sets it, and when a request has it.
    pub set: &'static str,
}

/// What is known of a condition key before the call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Its value follows from the principal, the time or the region.
    Principal,
    /// Its value follows from the call, as far as documents and AWS determine it.
    Call,
    /// All of them are read where a policy asks for one: another is absent.
    Listed,
    /// It follows from the network path, which is read where a policy asks for it.
    Path,
    /// No call that this program judges has it.
    Never,
    /// No session that a service starts has it; in other sessions it is unknown.
    InSessionOfPerson,
    /// No session of a task has it; in that of a container instance or a person it is unknown.
    NotOfTask,
    /// Calls of these actions do not have it; with others it is unknown.
    AbsentWith(&'static [&'static str]),
    /// Only calls of these actions have it; with others it is absent.
    OnlyWith(&'static [&'static str]),
    /// It is unknown.
    Unknown,
}

pub(super) const fn key(name: &'static str, known: Known, set: &'static str) -> ConditionKey {
    ConditionKey { name, known, set }
}

impl ConditionKey {
    /// What is known of it for any call of this action in such a session; none if that follows from the
    /// principal, the call, or what is read of the resource.
    pub(crate) fn state(&self, action: &str, session: Session) -> Option<KeyState> {
        let with = |actions: &[&str]| actions.iter().any(|it| covers(it, action));
        let absent = match self.known {
            Principal | Call | Listed => return None,
            Never => true,
            InSessionOfPerson => session != Session::Anybody,
            NotOfTask => session == Session::Service,
            AbsentWith(actions) => with(actions),
            OnlyWith(actions) => !with(actions),
            Path | Unknown => false,
        };
        Some(if absent { KeyState::Absent } else { KeyState::Unknown })
    }

    /// Whether it is the beginning of many names.
    pub(crate) fn is_prefix(&self) -> bool {
        self.name.ends_with(['/', ':'])
    }
}

/// Whether an action is this one, or matches it up to its star.
fn covers(pattern: &str, action: &str) -> bool {
    let action = action.to_lowercase();
    let parts: Vec<String> = pattern.split('*').map(str::to_lowercase).collect();
    match parts.as_slice() {
        [whole] => action == *whole,
        [start, end] => action.starts_with(&**start) && action.ends_with(&**end),
        [start, middle, ..] => action.starts_with(&**start) && action.contains(&**middle),
        [] => false,
    }
}

impl Known {
    /// What the manual says of it.
    pub fn meaning(self) -> String {
        match self {
            Principal => "Known.".to_owned(),
            Call => "Known from the call.".to_owned(),
            Listed => "Known: all are listed, so another is absent.".to_owned(),
            Path => "Known from the network path.".to_owned(),
            Never => "Absent.".to_owned(),
            InSessionOfPerson => {
                "Absent in a session that a service starts, else unknown.".to_owned()
            }
            NotOfTask => "Absent in a session of a task, else unknown.".to_owned(),
            AbsentWith(_) => "Absent from calls of a starting task, else unknown.".to_owned(),
            OnlyWith(actions) => format!("Absent, except with {}.", actions.join(", ")),
            Unknown => "Unknown.".to_owned(),
        }
    }
}
