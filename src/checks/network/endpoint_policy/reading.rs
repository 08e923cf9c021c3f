//! How an endpoint policy applies to a caller about whom little is known.
//!
//! The policy is read twice: the best case for the caller and the worst case. Where both agree, neither the
//! caller nor AWS's handling of unsupported principals matters.

use serde_json::{Value, json};

use super::caller::{Caller, is_of_account};
use crate::iam::{Layer, Policy, Statement};
use crate::names::{AccountId, words};
use crate::network::{Endpoint, EndpointKind};

/// The two readings.
pub(super) struct Readings {
    pub best: Policy,
    pub worst: Policy,
    /// The statements in which they differ, counted from 1.
    pub doubtful: Vec<usize>,
    /// The statements that mean only the root user of an account.
    pub of_root: Vec<usize>,
}

/// The principals of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Anybody,
    /// Accounts as a whole.
    Accounts,
    Others,
}

/// How a reading takes a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    AsWritten,
    ForAnybody,
    ForNobody,
}

/// The statements of a document.
pub(super) fn statements(document: &Value) -> Vec<&Value> {
    match document.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().collect(),
        Some(statement) => vec![statement],
        None => Vec::new(),
    }
}

impl Readings {
    pub(super) fn of(endpoint: &Endpoint, document: &Value, caller: &Caller) -> Readings {
        let of_gateway = endpoint.kind == EndpointKind::Gateway;
        let statements = statements(document);
        let taken: Vec<(Taken, Taken)> =
            statements.iter().map(|it| taken(it, of_gateway, caller)).collect();
        let places = |wanted: &dyn Fn(usize) -> bool| {
            (0..taken.len()).filter(|at| wanted(*at)).map(|at| at + 1).collect()
        };
        let read = |of: fn(&(Taken, Taken)) -> Taken| {
            let taken: Vec<Taken> = taken.iter().map(of).collect();
            let policy = Policy::read(Layer::Endpoint, &endpoint.id, &opened(document, &taken));
            let is_for_somebody = |it: &&Statement| {
                let at = it.origin.index.checked_sub(1);
                at.and_then(|at| taken.get(at)) != Some(&Taken::ForNobody)
            };
            Policy {
                statements: policy.statements.iter().filter(is_for_somebody).cloned().collect(),
            }
        };
        let meant_for_root = |at: usize| {
            of_gateway && !denies(statements[at]) && naming(statements[at]) == Naming::Accounts
        };
        Readings {
            best: read(|(best, _)| *best),
            worst: read(|(_, worst)| *worst),
            doubtful: places(&|at| taken[at].0 != taken[at].1),
            of_root: places(&meant_for_root),
        }
    }
}

/// How a statement is read in the best and in the worst case.
///
/// In the policy of a gateway endpoint the principal must be `*`. An account means only its root user;
/// AWS does not document other principals
/// (<https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>).
fn taken(statement: &Value, of_gateway: bool, caller: &Caller) -> (Taken, Taken) {
    use Taken::{AsWritten, ForAnybody, ForNobody};
    let applying = match caller {
        Caller::Role(_) => AsWritten,
        Caller::SomeRole(..) | Caller::Ecr(..) => ForAnybody,
    };
    match (naming(statement), denies(statement), caller) {
        (Naming::Anybody, ..) => (AsWritten, AsWritten),
        (_, _, Caller::Ecr(own, _)) if names_only(statement, own) => (ForNobody, ForNobody),
        (Naming::Accounts, false, _) if of_gateway => (ForNobody, ForNobody),
        (Naming::Accounts, _, Caller::SomeRole(..)) if !of_gateway => (AsWritten, AsWritten),
        (_, _, Caller::Role(_)) if !of_gateway => (AsWritten, AsWritten),
        (_, false, _) => (applying, ForNobody),
        (_, true, _) => (ForNobody, applying),
    }
}

fn denies(statement: &Value) -> bool {
    statement.get("Effect").is_some_and(|it| it == "Deny")
}

/// Whether a statement names nobody but this account and its own.
fn names_only(statement: &Value, account: &AccountId) -> bool {
    let Some(principal) = statement.get("Principal") else { return false };
    let is_whole = principal.as_object().is_none_or(|it| it.len() == 1);
    let named = principals(principal);
    is_whole && !named.is_empty() && named.iter().all(|it| is_of_account(it, account))
}

/// Whom the element `Principal` names, as far as they are principals of AWS.
fn principals(principal: &Value) -> Vec<&str> {
    match principal.get("AWS").unwrap_or(principal) {
        Value::Array(named) => named.iter().filter_map(Value::as_str).collect(),
        named => named.as_str().into_iter().collect(),
    }
}

fn naming(statement: &Value) -> Naming {
    if statement.get("NotPrincipal").is_some() {
        return Naming::Others;
    }
    let Some(principal) = statement.get("Principal") else { return Naming::Anybody };
    let named = principals(principal);
    let is_account = |it: &&str| it.parse::<AccountId>().is_ok() || it.ends_with(":root");
    let has_others = principal.as_object().is_some_and(|it| it.len() > 1);
    match () {
        () if named.contains(&"*") => Naming::Anybody,
        () if !has_others && !named.is_empty() && named.iter().all(is_account) => Naming::Accounts,
        () => Naming::Others,
    }
}

/// The document with `*` as the principal of statements that are taken for any caller.
fn opened(document: &Value, taken: &[Taken]) -> Value {
    let mut statements: Vec<Value> = statements(document).into_iter().cloned().collect();
    for (statement, taken) in statements.iter_mut().zip(taken) {
        if let (Some(elements), Taken::ForAnybody) = (statement.as_object_mut(), taken) {
            elements.shift_remove("NotPrincipal");
            elements.insert("Principal".to_owned(), json!("*"));
        }
    }
    with_statements(document, statements)
}

/// The document with its statements replaced by these.
pub(super) fn with_statements(document: &Value, statements: Vec<Value>) -> Value {
    let mut document = document.clone();
    if let Some(elements) = document.as_object_mut().filter(|it| it.contains_key("Statement")) {
        elements.insert("Statement".to_owned(), Value::Array(statements));
    }
    document
}

/// `statement 2` or `statements 2 and 3`.
pub(super) fn listed(places: &[usize]) -> String {
    let noun = if places.len() == 1 { "statement" } else { "statements" };
    format!("{noun} {}", words::and(places))
}
