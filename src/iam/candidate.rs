//! Values that represent all values that an unknown condition key could have.

use std::net::IpAddr;

use super::automaton::{Automaton, Step};
use super::condition::Condition;
use super::context::Context;
use super::effort::Effort;
use super::key_state::KeyState;
use super::operator::{Comparison, Quantity, number, range};
use super::pattern::{Colons, Pattern};
use super::request::Request;
use super::truth::Truth;
use super::verdict::Judged;
use super::{moment, witness};

/// More candidates than this are not tried.
const LIMIT: usize = 512;

/// How many steps it may take to find the values with which variables match.
const VALUES: usize = 4_000_000;

/// Keys that are true or false whenever they are there.
const BOOLEAN: &[&str] = &[
    "aws:securetransport",
    "aws:viaawsservice",
    "aws:multifactorauthpresent",
    "aws:principalisawsservice",
    "kms:grantisforawsresource",
];

/// The tests of policies on one key, in statements that are unknown.
#[derive(Default)]
struct Tests {
    /// Patterns of texts, those of one condition together.
    texts: Vec<Vec<Automaton>>,
    numbers: Vec<f64>,
    dates: Vec<i128>,
    addresses: Vec<ipnet::IpNet>,
    /// How many conditions look at the key as a set.
    sets: usize,
    /// Whether its value is compared with that of another unknown key.
    linked: bool,
}

/// The states that each of these keys may be in, as far as the policies can tell them apart; nothing
/// if they cannot be listed.
pub(super) fn states(
    keys: &[String],
    open: &[&Judged<'_>],
    request: &Request,
    effort: &mut Effort,
) -> Option<Vec<Vec<KeyState>>> {
    let mut own = effort.part(VALUES);
    let tests: Option<Vec<Tests>> =
        keys.iter().map(|key| Tests::of(key, open, request, &mut own)).collect();
    effort.spend(own.spent())?;
    let tests = tests?;
    let linked = tests.iter().any(|tests| tests.linked);
    let pool: Vec<Vec<Automaton>> = tests.iter().flat_map(|it| it.texts.clone()).collect();
    let each = if linked { keys.len() } else { 1 };
    keys.iter()
        .zip(&tests)
        .map(|(key, tests)| {
            let texts = if linked { &pool } else { &tests.texts };
            tests.states(key, texts, each, effort)
        })
        .collect()
}

impl Tests {
    fn of(
        key: &str,
        open: &[&Judged<'_>],
        request: &Request,
        effort: &mut Effort,
    ) -> Option<Tests> {
        let context = &request.context;
        let mut tests = Tests::default();
        for judged in open {
            for pattern in judged.statement.resources.iter().flat_map(|it| &it.patterns) {
                tests.add_values_of(key, &pattern.pattern, context, &request.resource, effort)?;
            }
            let conditions = judged.statement.conditions.iter().zip(&judged.inspection.conditions);
            for (condition, _) in conditions.filter(|(_, truth)| **truth == Truth::Unknown) {
                if condition.folded == key {
                    tests.add(condition, context)?;
                }
                tests.add_use_as_variable(key, condition, context, effort)?;
            }
        }
        Some(tests)
    }

    /// The key is what the condition looks at.
    fn add(&mut self, condition: &Condition, context: &Context) -> Option<()> {
        let Some(operator) = condition.meaning else { return Some(()) };
        self.sets += usize::from(operator.quantity != Quantity::Single);
        let mut texts = Vec::new();
        for value in &condition.values {
            let filled = value.fill(context);
            if filled.certain() == Truth::Unknown {
                // Its value is that of another key, or made of it, which is too much to follow.
                value.sole_variable().filter(|_| is_plain(operator.comparison))?;
                self.linked = true;
                continue;
            }
            if filled.certain() == Truth::False {
                continue;
            }
            match operator.comparison {
                Comparison::Text { any_case } => {
                    let automaton = filled.automaton(Colons::Always);
                    texts.push(if any_case { automaton.in_any_case() } else { automaton });
                }
                Comparison::Bool => texts.push(filled.automaton(Colons::Always).in_any_case()),
                Comparison::Like | Comparison::Binary => {
                    texts.push(filled.automaton(Colons::Always));
                }
                Comparison::Arn => texts.push(filled.automaton(Colons::Never)),
                Comparison::Number(_) => self.numbers.extend(number(&filled.literal()?)),
                Comparison::Date(_) => self.dates.extend(moment::read(&filled.literal()?)),
                Comparison::Address => self.addresses.extend(range(&filled.literal()?)),
                Comparison::Absence => {}
            }
        }
        if !texts.is_empty() {
            self.texts.push(texts);
        }
        Some(())
    }

    /// The key's value is used in what the condition wants of another.
    fn add_use_as_variable(
        &mut self,
        key: &str,
        condition: &Condition,
        context: &Context,
        effort: &mut Effort,
    ) -> Option<()> {
        for value in &condition.values {
            if !value.variables().any(|variable| variable.folded == key) {
                continue;
            }
            let comparison = condition.meaning?.comparison;
            match context.state(&condition.folded) {
                KeyState::Known(requested) if is_plain(comparison) => {
                    for requested in requested {
                        self.add_values_of(key, value, context, requested, effort)?;
                    }
                }
                KeyState::Unknown if is_plain(comparison) && value.sole_variable().is_some() => {
                    self.linked = true;
                }
                KeyState::Absent => {}
                _ => return None,
            }
        }
        Some(())
    }

    /// Values with which a pattern that holds the key as variable matches a text.
    fn add_values_of(
        &mut self,
        key: &str,
        pattern: &Pattern,
        context: &Context,
        text: &str,
        effort: &mut Effort,
    ) -> Option<()> {
        if !pattern.variables().any(|variable| variable.folded == key) {
            return Some(());
        }
        for value in pattern.values_that_match(key, context, text, effort)? {
            let steps = value.chars().map(Step::Letter).collect();
            self.texts.push(vec![Automaton::new(steps)]);
        }
        Some(())
    }

    fn states(
        &self,
        key: &str,
        texts: &[Vec<Automaton>],
        each: usize,
        effort: &mut Effort,
    ) -> Option<Vec<KeyState>> {
        let others = [self.numbers.is_empty(), self.dates.is_empty(), self.addresses.is_empty()];
        let kinds = others.iter().filter(|empty| !**empty).count();
        let values = match kinds {
            0 if BOOLEAN.contains(&key) => vec!["true".to_owned(), "false".to_owned()],
            0 => witness::texts(texts, each, LIMIT, effort)?,
            1 if texts.is_empty() => self.values_in_order(),
            _ => return None,
        };
        let mut states = vec![KeyState::Absent];
        // A test of a set fails or succeeds by one of its members, so that as many members as there are
        // such tests can tell any two sets apart.
        for size in 1..=self.sets.clamp(1, values.len().max(1)) {
            for members in combinations(&values, size, LIMIT)? {
                states.push(KeyState::Known(members));
            }
        }
        (states.len() <= LIMIT).then_some(states)
    }

    /// Every bound, and something on each side of it.
    fn values_in_order(&self) -> Vec<String> {
        let mut values: Vec<String> =
            between(&self.numbers).iter().map(ToString::to_string).collect();
        for date in &self.dates {
            let second = date.div_euclid(1_000_000_000);
            values.extend([second - 1, second, second + 1].map(|second| second.to_string()));
        }
        if !self.addresses.is_empty() {
            values.extend(["0.0.0.0".to_owned(), "::".to_owned()]);
        }
        for range in &self.addresses {
            let (first, last) = (range.network(), range.broadcast());
            let beside = [neighbour(first, false), Some(first), Some(last), neighbour(last, true)];
            values.extend(beside.into_iter().flatten().map(|address| address.to_string()));
        }
        values.sort_unstable();
        values.dedup();
        values
    }
}

/// Whether it compares texts as they are.
fn is_plain(comparison: Comparison) -> bool {
    matches!(comparison, Comparison::Text { any_case: false } | Comparison::Like | Comparison::Arn)
}

fn between(bounds: &[f64]) -> Vec<f64> {
    let mut bounds = bounds.to_vec();
    bounds.sort_by(f64::total_cmp);
    let mut values = bounds.clone();
    values.extend(bounds.windows(2).map(|pair| f64::midpoint(pair[0], pair[1])));
    values.extend(bounds.first().map(|least| least - 1.0));
    values.extend(bounds.last().map(|greatest| greatest + 1.0));
    values
}

fn neighbour(address: IpAddr, above: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            let next = if above { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V4(bits.into()))
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let next = if above { bits.checked_add(1) } else { bits.checked_sub(1) };
            next.map(|bits| IpAddr::V6(bits.into()))
        }
    }
}

/// Every choice of so many values; nothing if there are more than the limit.
fn combinations(values: &[String], size: usize, limit: usize) -> Option<Vec<Vec<String>>> {
    let mut found: Vec<(usize, Vec<String>)> = vec![(0, Vec::new())];
    for _ in 0..size {
        let longer = found.iter().flat_map(|(from, members)| {
            (*from..values.len()).map(move |at| {
                let mut members = members.clone();
                members.push(values[at].clone());
                (at + 1, members)
            })
        });
        found = longer.take(limit + 1).collect();
        if found.len() > limit {
            return None;
        }
    }
    Some(found.into_iter().map(|(_, members)| members).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_have_something_on_each_side() {
        assert_eq!(between(&[10.0, 20.0]), [10.0, 20.0, 15.0, 9.0, 21.0]);
        assert_eq!(neighbour("10.0.0.255".parse().unwrap(), true), "10.0.1.0".parse().ok());
        assert_eq!(neighbour("0.0.0.0".parse().unwrap(), false), None);
    }

    #[test]
    fn every_choice_is_made_once() {
        let values = ["a", "b", "c"].map(str::to_owned);
        let pairs = combinations(&values, 2, 10).unwrap();
        assert_eq!(pairs, [["a", "b"], ["a", "c"], ["b", "c"]]);
        assert_eq!(combinations(&values, 1, 2), None);
    }
}
