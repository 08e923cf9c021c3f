//! Evaluates an expression for one container instance.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{
    Chain, Condition, Joint, Literal, Order, Predicate, Query, Quotes, Subject, Term, Truth, date,
};

/// What an expression may ask about one container instance.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Whether its agent is connected.
    pub agent_connected: bool,
    /// The version of its agent, if it is known.
    pub agent_version: Option<&'a str>,
    /// Its EC2 instance.
    pub ec2_instance_id: Option<&'a str>,
    /// When it was registered, in seconds since 1970, if it is known.
    pub registered_at: Option<i64>,
    /// How many tasks run on it.
    pub running_tasks: i64,
    /// The groups of its tasks, such as `service:web`, if they are known.
    pub task_groups: Option<&'a BTreeSet<String>>,
    /// Its attributes, some without a value.
    pub attributes: &'a BTreeMap<String, Option<String>>,
}

/// How operators bind where no parentheses say it.
#[derive(Clone, Copy)]
struct Reading {
    /// `and` before `or`; otherwise from left to right.
    and_first: bool,
    /// `not` applies to the next term; otherwise to all that follow.
    not_first: bool,
}

/// The usual reading, and those that the page does not exclude.
const READINGS: [Reading; 4] = [
    Reading { and_first: true, not_first: true },
    Reading { and_first: true, not_first: false },
    Reading { and_first: false, not_first: true },
    Reading { and_first: false, not_first: false },
];

impl Query {
    /// Whether the instance matches.
    pub fn matches(&self, facts: &Facts<'_>) -> Truth {
        let by = |reading| chain(&self.whole, facts, reading);
        let usual = by(READINGS[0]);
        // One predicate reads the same in each.
        if let (Term::Is(_), []) = (&self.whole.first, &self.whole.rest[..]) {
            return usual;
        }
        READINGS[1..].iter().fold(usual, |truth, other| truth.agreed(by(*other)))
    }

    /// The attributes that it asks about.
    pub fn attributes(&self) -> Vec<&str> {
        let mut names = Vec::new();
        walk(&self.whole, &mut |predicate| {
            if let Subject::Attribute(name) = &predicate.subject {
                names.push(name.as_str());
            }
        });
        names
    }

    /// Whether it asks which tasks run on an instance.
    pub fn asks_for_task_groups(&self) -> bool {
        let mut asks = false;
        walk(&self.whole, &mut |predicate| asks |= predicate.subject == Subject::TaskGroup);
        asks
    }
}

fn walk<'q>(chain: &'q Chain, visit: &mut impl FnMut(&'q Predicate)) {
    let terms = std::iter::once(&chain.first).chain(chain.rest.iter().map(|(_, term)| term));
    for mut term in terms {
        while let Term::Not(inner) = term {
            term = inner;
        }
        match term {
            Term::Group(chain) => walk(chain, visit),
            Term::Is(predicate) => visit(predicate),
            Term::Not(_) => {}
        }
    }
}

fn chain(whole: &Chain, facts: &Facts<'_>, reading: Reading) -> Truth {
    joined(&whole.first, &whole.rest, facts, reading)
}

/// The terms from `first` on.
fn joined(first: &Term, rest: &[(Joint, Term)], facts: &Facts<'_>, reading: Reading) -> Truth {
    // The alternatives so far, and the one that `and` may still narrow.
    let (mut before, mut last) = (Truth::False, None);
    let mut next = (Joint::Or, first);
    let mut remaining = rest;
    loop {
        let (joint, term) = next;
        let (value, is_last) = match bare_negation(term) {
            Some(inner) if !reading.not_first => {
                (joined(inner, remaining, facts, reading).negated(), true)
            }
            _ => (self::term(term, facts, reading), remaining.is_empty()),
        };
        match (joint, last) {
            (_, None) => last = Some(value),
            (Joint::And, Some(so_far)) => last = Some(value.and(so_far)),
            (Joint::Or, Some(so_far)) if reading.and_first => {
                before = before.or(so_far);
                last = Some(value);
            }
            (Joint::Or, Some(so_far)) => last = Some(value.or(so_far)),
        }
        match remaining.split_first() {
            Some(((joint, term), others)) if !is_last => {
                next = (*joint, term);
                remaining = others;
            }
            _ => return last.map_or(before, |last| before.or(last)),
        }
    }
}

/// What a `not` without parentheses is written before.
fn bare_negation(term: &Term) -> Option<&Term> {
    match term {
        Term::Not(inner) if !matches!(**inner, Term::Group(_)) => Some(inner),
        _ => None,
    }
}

fn term(term: &Term, facts: &Facts<'_>, reading: Reading) -> Truth {
    match term {
        Term::Not(inner) => self::term(inner, facts, reading).negated(),
        Term::Group(inner) => chain(inner, facts, reading),
        Term::Is(predicate) => holds(predicate, facts),
    }
}

fn holds(predicate: &Predicate, facts: &Facts<'_>) -> Truth {
    let Predicate { subject, condition } = predicate;
    let by_text = |value: Option<&str>| match value {
        None => Truth::Unknown,
        Some(value) => of_text(value, condition),
    };
    match subject {
        Subject::AgentConnected => {
            by_text(Some(if facts.agent_connected { "true" } else { "false" }))
        }
        Subject::Ec2InstanceId => by_text(facts.ec2_instance_id),
        Subject::AgentVersion => {
            by_order(facts.agent_version.and_then(version), condition, version)
        }
        Subject::RegisteredAt => registered(facts.registered_at, condition),
        Subject::RunningTasksCount => {
            by_order(Some(facts.running_tasks), condition, |text| text.parse().ok())
        }
        Subject::TaskGroup => {
            facts.task_groups.map_or(Truth::Unknown, |all| groups(all, condition))
        }
        Subject::Attribute(name) => attribute(facts.attributes.get(name), condition),
    }
}

fn attribute(found: Option<&Option<String>>, condition: &Condition) -> Truth {
    match (condition, found) {
        (Condition::Exists { negated }, _) => Truth::of(found.is_some() != *negated),
        // `!=`, too, matches only instances that have the attribute
        // (https://github.com/aws/containers-roadmap/issues/486).
        (_, None) => Truth::False,
        (_, Some(Some(value))) => of_text(value, condition),
        // Nothing equals an attribute without a value; whether anything differs from it is not documented.
        (Condition::Equals { negated: false, .. } | Condition::In { negated: false, .. }, _) => {
            Truth::False
        }
        (_, Some(None)) => Truth::Unknown,
    }
}

fn groups(all: &BTreeSet<String>, condition: &Condition) -> Truth {
    let each = || all.iter().map(|group| of_text(group, condition));
    let any = each().fold(Truth::False, Truth::or);
    match condition {
        Condition::Exists { negated } => Truth::of(all.is_empty() == *negated),
        Condition::Equals { negated: true, .. }
        | Condition::In { negated: true, .. }
        | Condition::Matches { negated: true, .. } => {
            any.agreed(each().fold(Truth::True, Truth::and))
        }
        _ => any,
    }
}

fn of_text(value: &str, condition: &Condition) -> Truth {
    match condition {
        Condition::Exists { negated } => Truth::of(!negated),
        Condition::Equals { negated, to } => same(value, to).negated_if(*negated),
        Condition::In { list, .. } if list.is_empty() => Truth::Unknown,
        Condition::In { negated, list } => {
            let any = list.iter().map(|to| same(value, to)).fold(Truth::False, Truth::or);
            any.negated_if(*negated)
        }
        Condition::Ordered { order, than } => {
            let (Ok(left), Ok(right)) = (value.parse::<i64>(), than.text.parse::<i64>()) else {
                return Truth::Unknown;
            };
            let as_text = order.holds(value.cmp(&than.text));
            known(than).and(Truth::of(order.holds(left.cmp(&right))).agreed(Truth::of(as_text)))
        }
        Condition::Matches { negated, pattern, read } => match known(pattern) {
            Truth::True => {
                read.matches(value).map_or(Truth::Unknown, Truth::of).negated_if(*negated)
            }
            other => other,
        },
    }
}

fn same(value: &str, literal: &Literal) -> Truth {
    match known(literal) {
        Truth::True => Truth::of(value == literal.text),
        other => other,
    }
}

/// Whether AWS reads a value like this is known.
fn known(literal: &Literal) -> Truth {
    if literal.quotes == Quotes::Double { Truth::Unknown } else { Truth::True }
}

fn by_order<T: Ord>(
    value: Option<T>,
    condition: &Condition,
    read: impl Fn(&str) -> Option<T>,
) -> Truth {
    let (Condition::Equals { to: literal, .. } | Condition::Ordered { than: literal, .. }) =
        condition
    else {
        return Truth::Unknown;
    };
    let (Some(value), Some(other), Truth::True) = (value, read(&literal.text), known(literal))
    else {
        return Truth::Unknown;
    };
    let found = value.cmp(&other);
    Truth::of(match condition {
        Condition::Ordered { order, .. } => order.holds(found),
        Condition::Equals { negated, .. } => (found == Ordering::Equal) != *negated,
        _ => return Truth::Unknown,
    })
}

fn registered(at: Option<i64>, condition: &Condition) -> Truth {
    let usual = by_order(at, condition, date::read);
    match condition {
        // Whether a day equals each of its moments, or only its midnight, is not documented.
        Condition::Equals { to, .. } if date::is_day(&to.text) => {
            usual.agreed(by_order(at.map(|at| at - at.rem_euclid(86_400)), condition, date::read))
        }
        _ => usual,
    }
}

/// The parts of a version as numbers, without zeros at the end.
fn version(text: &str) -> Option<Vec<u64>> {
    let parts: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
    let mut parts = parts?;
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

impl Order {
    fn holds(self, found: Ordering) -> bool {
        match self {
            Order::Greater => found.is_gt(),
            Order::GreaterOrEqual => found.is_ge(),
            Order::Less => found.is_lt(),
            Order::LessOrEqual => found.is_le(),
        }
    }
}
