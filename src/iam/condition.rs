//! Conditions: one operator, one key, and the values that the policy wants.

use super::context::Context;
use super::key_state::KeyState;
use super::operator::{Comparison, Operator, Quantity, boolean};
use super::pattern::{Pattern, Reading};
use super::truth::Truth;
use super::variable::Variable;

/// A condition of a statement, for one key.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operator, as written.
    pub operator: String,
    /// The key, as written.
    pub key: String,
    /// What the operator means; none if no operator has that name.
    pub(super) meaning: Option<Operator>,
    /// The key in lower case.
    pub(super) folded: String,
    pub(super) values: Vec<Pattern>,
}

impl Condition {
    pub(super) fn new(operator: &str, key: &str, values: &[String], variables: bool) -> Condition {
        let meaning = Operator::read(operator);
        let comparison = meaning.map(|meaning| meaning.comparison);
        let reading =
            Reading { wildcards: comparison.is_some_and(Comparison::has_wildcards), variables };
        let read = |value: &String| {
            let pattern = Pattern::read(value, reading);
            let short = comparison == Some(Comparison::Arn) && value.ends_with('*');
            if short { pattern.completed() } else { pattern }
        };
        Condition {
            operator: operator.to_owned(),
            key: key.to_owned(),
            meaning,
            folded: key.to_lowercase(),
            values: values.iter().map(read).collect(),
        }
    }

    /// The values that the policy wants, as written.
    pub fn wanted(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(|value| value.text.as_str())
    }

    /// The variables in its values.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.values.iter().flat_map(Pattern::variables)
    }

    /// What is wrong with it, so that it is unknown how AWS reads it.
    pub(super) fn faults(&self) -> Vec<String> {
        let Some(meaning) = self.meaning else {
            return vec![format!("`{}` is not a condition operator", self.operator)];
        };
        if self.key.contains("${") {
            return vec![format!("the condition key `{}` contains a policy variable", self.key)];
        }
        let unreadable = |value: &&Pattern| match value.variables().next() {
            Some(_) => !meaning.comparison.takes_variables(),
            None => !meaning.comparison.accepts(&completed_text(value, meaning.comparison)),
        };
        let fault = |value: &Pattern| {
            format!("`{}` cannot be used with the value `{}`", self.operator, value.text)
        };
        self.values.iter().filter(unreadable).map(fault).collect()
    }

    /// Why it is unknown whether a request with these keys meets it, although the value of the key is known.
    pub(super) fn reservation(&self, context: &Context) -> Option<String> {
        let KeyState::Known(values) = context.state(&self.folded) else { return None };
        let fills = self.values.iter().all(|it| it.fill(context).certain() != Truth::Unknown);
        let several = values.len() > 1 || holds_nothing(values);
        (fills && several && self.meaning.is_some()).then(|| {
            format!(
                "AWS does not document how `{}` compares `{}`, which has {}",
                self.operator,
                self.key,
                if holds_nothing(values) { "an empty value" } else { "several values" }
            )
        })
    }

    /// Whether a request with these keys meets it.
    pub fn test(&self, context: &Context) -> Truth {
        let Some(operator) = self.meaning else { return Truth::Unknown };
        let state = context.state(&self.folded);
        if operator.comparison == Comparison::Absence {
            return self.test_absence(state);
        }
        match state {
            KeyState::Unknown => Truth::Unknown,
            KeyState::Absent => Truth::from(holds_without_key(operator)),
            KeyState::Begins(start) => self.test_beginning(operator, start, context),
            KeyState::Known(values) if operator.is_of_sets() && holds_nothing(values) => {
                Truth::from(holds_without_key(operator))
            }
            KeyState::Known(values) => {
                let mut each = values.iter().map(|value| self.test_value(operator, value, context));
                match operator.quantity {
                    Quantity::All => Truth::all(each),
                    Quantity::Any => Truth::any(each),
                    // AWS does not document how a multivalued key behaves without a set operator.
                    Quantity::Single if values.len() > 1 => Truth::Unknown,
                    Quantity::Single => each.next().unwrap_or(Truth::Unknown),
                }
            }
        }
    }

    /// Values of the policy are alternatives; a negated operator is met if none of them fits.
    fn test_value(&self, operator: Operator, requested: &str, context: &Context) -> Truth {
        let fits = Truth::any(
            self.values
                .iter()
                .map(|wanted| operator.comparison.compare(requested, &wanted.fill(context))),
        );
        if operator.negated { !fits } else { fits }
    }

    /// Those of its values, as written, that one of these values of the key meets; an order with its
    /// operator.
    pub(super) fn values_met_by(&self, requested: &[String], context: &Context) -> Vec<String> {
        let Some(operator) = self.meaning else { return Vec::new() };
        let meets = |wanted: &&Pattern| {
            let wanted = wanted.fill(context);
            requested.iter().any(|it| operator.comparison.compare(it, &wanted) == Truth::True)
        };
        let ordered = matches!(operator.comparison, Comparison::Number(_) | Comparison::Date(_));
        let written = |wanted: &Pattern| match ordered {
            true => format!("{} {}", self.operator, wanted.text),
            false => wanted.text.clone(),
        };
        self.values.iter().filter(meets).map(written).collect()
    }

    fn test_beginning(&self, operator: Operator, start: &str, context: &Context) -> Truth {
        if operator.quantity != Quantity::Single {
            return Truth::Unknown;
        }
        let fits = match operator.comparison {
            Comparison::Text { any_case: false } | Comparison::Like => Truth::any(
                self.values.iter().map(|wanted| wanted.fill(context).matches_all_beginning(start)),
            ),
            Comparison::Arn => Truth::any(
                self.values
                    .iter()
                    .map(|wanted| wanted.fill(context).matches_all_arns_beginning(start)),
            ),
            _ => Truth::Unknown,
        };
        if operator.negated { !fits } else { fits }
    }

    fn test_absence(&self, state: &KeyState) -> Truth {
        let absent = match state {
            KeyState::Unknown => Truth::Unknown,
            KeyState::Absent => Truth::True,
            // The page on multivalued keys calls such a key null, the page on operators does not.
            KeyState::Known(values) if holds_nothing(values) => Truth::Unknown,
            KeyState::Known(_) | KeyState::Begins(_) => Truth::False,
        };
        Truth::any(self.values.iter().map(|wanted| match boolean(&wanted.text) {
            Some(true) => absent,
            Some(false) => !absent,
            None => Truth::Unknown,
        }))
    }
}

/// An ARN with the segments that its last star covers.
fn completed_text(value: &Pattern, comparison: Comparison) -> String {
    let lacking = 6_usize.saturating_sub(value.text.split(':').count());
    match comparison {
        Comparison::Arn if value.text.ends_with('*') => value.text.clone() + &":*".repeat(lacking),
        _ => value.text.clone(),
    }
}

/// Whether a key is present but empty: for the set operators that counts as absent
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>).
fn holds_nothing(values: &[String]) -> bool {
    values.iter().all(String::is_empty)
}

/// The result of an operator for a key that the request does not have
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html>).
fn holds_without_key(operator: Operator) -> bool {
    operator.if_exists
        || match operator.quantity {
            Quantity::All => true,
            Quantity::Any => false,
            Quantity::Single => operator.negated,
        }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    fn test(operator: &str, wanted: &[&str], state: KeyState) -> Truth {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let condition = Condition::new(operator, "aws:Key", &wanted, true);
        condition.test(&Context::complete().with("aws:key", state))
    }

    fn known(values: &[&str]) -> KeyState {
        KeyState::Known(values.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn one_value_of_the_request_and_alternatives_in_the_policy() {
        let cases: [(&str, &[&str], &str, Truth); 16] = [
            ("StringEquals", &["a", "b"], "b", True),
            ("StringEquals", &["a*"], "ab", False),
            ("StringNotEquals", &["a", "b"], "b", False),
            ("StringNotEquals", &["a", "b"], "c", True),
            ("StringEqualsIgnoreCase", &["PROD"], "prod", True),
            ("StringLike", &["a*", "b"], "ab", True),
            ("NumericLessThanEquals", &["3600"], "3600", True),
            ("NumericGreaterThan", &["1e3"], "999.5", False),
            ("NumericEquals", &["many"], "1", Unknown),
            ("DateGreaterThan", &["2026-01-01T00:00:00Z"], "1795348800", True),
            ("Bool", &["True"], "true", True),
            ("BinaryEquals", &["QmluYXJ5"], "QmluYXJ5", True),
            ("NotIpAddress", &["10.0.0.0/8"], "10.1.1.1", False),
            (
                "ArnEquals",
                &["arn:aws:iam::111122223333:role/*"],
                "arn:aws:iam::111122223333:role/r",
                True,
            ),
            ("ArnNotLike", &["arn:aws:iam::*:user/*"], "arn:aws:iam::111122223333:role/r", True),
            ("StringEqual", &["a"], "a", Unknown),
        ];
        for (operator, wanted, requested, expected) in cases {
            let found = test(operator, wanted, known(&[requested]));
            assert_eq!(found, expected, "{operator} {wanted:?} {requested}");
        }
    }

    #[test]
    fn given_no_key_then_the_operator_says_what_that_means() {
        let cases = [
            ("StringEquals", False),
            ("StringNotEquals", True),
            ("StringEqualsIfExists", True),
            ("Bool", False),
            ("ForAllValues:StringEquals", True),
            ("ForAnyValue:StringEquals", False),
            ("ForAnyValue:StringNotEquals", False),
            ("ForAnyValue:StringEqualsIfExists", True),
            ("Null", True),
        ];
        for (operator, expected) in cases {
            assert_eq!(test(operator, &["true"], KeyState::Absent), expected, "{operator}");
            assert_eq!(test(operator, &["true"], KeyState::Unknown), Unknown, "{operator}");
        }
        assert_eq!(test("Null", &["false"], known(&["x"])), True);
    }

    #[test]
    fn a_key_of_several_values_wants_a_set_operator() {
        let tags = || known(&["env", "team"]);
        assert_eq!(test("ForAllValues:StringEquals", &["env", "team"], tags()), True);
        assert_eq!(test("ForAllValues:StringEquals", &["env"], tags()), False);
        assert_eq!(test("ForAnyValue:StringEquals", &["env"], tags()), True);
        assert_eq!(test("ForAnyValue:StringNotEquals", &["env"], tags()), True);
        assert_eq!(test("ForAllValues:StringNotEquals", &["env"], tags()), False);
        assert_eq!(test("StringEquals", &["env"], tags()), Unknown);
    }

    #[test]
    fn a_set_of_nothing_but_an_empty_text_is_no_set() {
        let empty = || known(&[""]);
        assert_eq!(test("ForAllValues:StringEquals", &["env"], empty()), True);
        assert_eq!(test("ForAnyValue:StringNotEquals", &["env"], empty()), False);
        assert_eq!(test("StringEquals", &["env"], empty()), False);
        assert_eq!(test("Null", &["false"], empty()), Unknown);
    }

    #[test]
    fn a_value_that_is_known_by_its_beginning_may_suffice() {
        let session = || KeyState::Begins("AROAEXAMPLE:".into());
        assert_eq!(test("StringLike", &["AROAEXAMPLE:*"], session()), True);
        assert_eq!(test("StringNotLike", &["AROAOTHER:*"], session()), True);
        assert_eq!(test("StringEquals", &["AROAEXAMPLE:task"], session()), Unknown);
        assert_eq!(test("Null", &["true"], session()), False);
    }

    #[test]
    fn given_a_variable_without_value_then_nothing_equals_it() {
        let wanted = ["${aws:PrincipalTag/team}"];
        assert_eq!(test("StringEquals", &wanted, known(&["pay"])), False);
        assert_eq!(test("StringNotEquals", &wanted, known(&["pay"])), True);
    }

    #[test]
    fn a_value_that_the_operator_cannot_read_is_a_fault() {
        let faults = |operator, value: &str| {
            Condition::new(operator, "aws:Key", &[value.to_owned()], true).faults().len()
        };
        assert_eq!(faults("IpAddress", "10.0.0.0/8"), 0);
        assert_eq!(faults("IpAddress", "10.0.0.0/40"), 1);
        assert_eq!(faults("ArnLike", "arn:aws:iam::*"), 0);
        assert_eq!(faults("ArnLike", "role/x"), 1);
        assert_eq!(faults("StringLike", "${aws:username}"), 0);
        assert_eq!(faults("DateLessThan", "${aws:TokenIssueTime}"), 1);
        assert_eq!(faults("Strings", "x"), 1);
    }
}
