//! Condition operators and what each compares
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>).

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::moment;
use super::pattern::Filled;
use super::truth::Truth;

/// How one value of a request is compared with one of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Text {
        any_case: bool,
    },
    Like,
    Number(Relation),
    Date(Relation),
    Bool,
    Binary,
    Address,
    Arn,
    /// `Null`: whether the key is absent.
    Absence,
}

/// An order of two values: the request's is, compared with the policy's, so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// How the values of a multivalued key count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    /// No set operator: for single-valued keys.
    Single,
    /// `ForAllValues`
    All,
    /// `ForAnyValue`
    Any,
}

/// A condition operator, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub quantity: Quantity,
    pub comparison: Comparison,
    pub negated: bool,
    pub if_exists: bool,
}

/// Every comparison by its name, and whether it is negated.
const COMPARISONS: &[(&str, Comparison, bool)] = &[
    ("stringequals", Comparison::Text { any_case: false }, false),
    ("stringnotequals", Comparison::Text { any_case: false }, true),
    ("stringequalsignorecase", Comparison::Text { any_case: true }, false),
    ("stringnotequalsignorecase", Comparison::Text { any_case: true }, true),
    ("stringlike", Comparison::Like, false),
    ("stringnotlike", Comparison::Like, true),
    ("numericequals", Comparison::Number(Relation::Equal), false),
    ("numericnotequals", Comparison::Number(Relation::Equal), true),
    ("numericlessthan", Comparison::Number(Relation::Less), false),
    ("numericlessthanequals", Comparison::Number(Relation::LessOrEqual), false),
    ("numericgreaterthan", Comparison::Number(Relation::Greater), false),
    ("numericgreaterthanequals", Comparison::Number(Relation::GreaterOrEqual), false),
    ("dateequals", Comparison::Date(Relation::Equal), false),
    ("datenotequals", Comparison::Date(Relation::Equal), true),
    ("datelessthan", Comparison::Date(Relation::Less), false),
    ("datelessthanequals", Comparison::Date(Relation::LessOrEqual), false),
    ("dategreaterthan", Comparison::Date(Relation::Greater), false),
    ("dategreaterthanequals", Comparison::Date(Relation::GreaterOrEqual), false),
    ("bool", Comparison::Bool, false),
    ("binaryequals", Comparison::Binary, false),
    ("ipaddress", Comparison::Address, false),
    ("notipaddress", Comparison::Address, true),
    ("arnequals", Comparison::Arn, false),
    ("arnlike", Comparison::Arn, false),
    ("arnnotequals", Comparison::Arn, true),
    ("arnnotlike", Comparison::Arn, true),
    ("null", Comparison::Absence, false),
];

impl Operator {
    /// The operator of this name, in any case.
    pub fn read(name: &str) -> Option<Operator> {
        let folded = name.to_lowercase();
        let (quantity, rest) = match folded.split_once(':') {
            Some(("forallvalues", rest)) => (Quantity::All, rest),
            Some(("foranyvalue", rest)) => (Quantity::Any, rest),
            Some(_) => return None,
            None => (Quantity::Single, folded.as_str()),
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (_, comparison, negated) = COMPARISONS.iter().find(|(name, ..)| *name == base)?;
        let plain = quantity == Quantity::Single && !if_exists;
        (plain || *comparison != Comparison::Absence).then_some(Operator {
            quantity,
            comparison: *comparison,
            negated: *negated,
            if_exists,
        })
    }
}

impl Operator {
    /// Whether it is made for keys of several values.
    pub fn is_of_sets(self) -> bool {
        self.quantity != Quantity::Single
    }
}

impl Comparison {
    /// Whether `*` and `?` are wildcards in its values.
    pub fn has_wildcards(self) -> bool {
        matches!(self, Comparison::Like | Comparison::Arn)
    }

    /// Whether its values may hold variables.
    pub fn takes_variables(self) -> bool {
        matches!(
            self,
            Comparison::Text { .. } | Comparison::Like | Comparison::Arn | Comparison::Bool
        )
    }

    /// Whether a value of a policy is one that it can compare with.
    pub fn accepts(self, value: &str) -> bool {
        match self {
            Comparison::Text { .. } | Comparison::Like | Comparison::Binary => true,
            Comparison::Number(_) => number(value).is_some(),
            Comparison::Date(_) => moment::read(value).is_some(),
            Comparison::Bool | Comparison::Absence => boolean(value).is_some(),
            Comparison::Address => range(value).is_some(),
            Comparison::Arn => value.starts_with("arn:") && value.matches(':').count() >= 5,
        }
    }

    /// Compares one value of the request with one of the policy.
    pub fn compare(self, requested: &str, wanted: &Filled<'_>) -> Truth {
        match self {
            Comparison::Text { any_case: false } | Comparison::Like => wanted.matches(requested),
            Comparison::Text { any_case: true } => wanted.matches_in_any_case(requested),
            Comparison::Arn => wanted.matches_arn(requested),
            // There is no order of something that is not known, nor one of nothing.
            _ => match wanted.literal() {
                Some(value) => self.weigh(requested, &value),
                None => wanted.certain() & Truth::Unknown,
            },
        }
    }

    fn weigh(self, requested: &str, wanted: &str) -> Truth {
        match self {
            Comparison::Number(relation) => ordered(number(requested), number(wanted), relation),
            Comparison::Date(relation) => {
                ordered(moment::read(requested), moment::read(wanted), relation)
            }
            Comparison::Bool => match boolean(wanted) {
                Some(wanted) => Truth::from(boolean(requested) == Some(wanted)),
                None => Truth::Unknown,
            },
            // Padding apart, base64 has one way to write the same bytes.
            Comparison::Binary => {
                Truth::from(requested.trim_end_matches('=') == wanted.trim_end_matches('='))
            }
            Comparison::Address => match (IpAddr::from_str(requested), range(wanted)) {
                (Ok(address), Some(range)) => Truth::from(range.contains(&address)),
                (Err(_), Some(_)) => Truth::False,
                (_, None) => Truth::Unknown,
            },
            _ => Truth::Unknown,
        }
    }
}

/// Unknown if the policy's value cannot be read: AWS does not say what it makes of such a one.
fn ordered<T: PartialOrd>(requested: Option<T>, wanted: Option<T>, relation: Relation) -> Truth {
    let Some(wanted) = wanted else { return Truth::Unknown };
    let Some(requested) = requested else { return Truth::Unknown };
    Truth::from(match relation {
        Relation::Equal => requested == wanted,
        Relation::Less => requested < wanted,
        Relation::LessOrEqual => requested <= wanted,
        Relation::Greater => requested > wanted,
        Relation::GreaterOrEqual => requested >= wanted,
    })
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The address range of a value. A single address is a range of one.
pub(super) fn range(text: &str) -> Option<IpNet> {
    IpNet::from_str(text).ok().or_else(|| IpAddr::from_str(text).ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_is_read_in_any_case_and_taken_apart() {
        let operator = Operator::read("foranyvalue:stringNOTlikeIfExists").unwrap();
        assert_eq!(operator.quantity, Quantity::Any);
        assert_eq!(operator.comparison, Comparison::Like);
        assert!(operator.negated && operator.if_exists);
        assert_eq!(Operator::read("Null").unwrap().comparison, Comparison::Absence);
    }

    #[test]
    fn what_is_no_operator_is_none() {
        for name in ["", "StringEqual", "ForSomeValues:StringEquals", "NullIfExists", "BoolNot"] {
            assert_eq!(Operator::read(name), None, "{name}");
        }
    }

    #[test]
    fn an_address_lies_in_a_range_or_is_one() {
        let within = |address, range| Comparison::Address.weigh(address, range);
        assert_eq!(within("10.1.2.3", "10.0.0.0/8"), Truth::True);
        assert_eq!(within("11.1.2.3", "10.0.0.0/8"), Truth::False);
        assert_eq!(within("2001:db8::1", "2001:db8::/32"), Truth::True);
        assert_eq!(within("10.1.2.3", "10.1.2.3"), Truth::True);
        assert_eq!(within("10.1.2.3", "10.0.0.0/33"), Truth::Unknown);
    }
}
