//! Why packets arrive or not; becomes a sentence.

use std::fmt;
use std::rc::Rc;

use crate::network::{Answer, Fact};

/// Why packets of a subnet arrive or not: a sentence without its end. Subnets with the same result share a
/// sentence, and they are known only after all are judged.
#[derive(Clone)]
pub(crate) struct Reason(Rc<dyn Fn(&str) -> String>);

impl Reason {
    /// A reason that `word` makes from the names of the subnets.
    pub(crate) fn of(word: impl Fn(&str) -> String + 'static) -> Reason {
        Reason(Rc::new(word))
    }

    /// A reason that `word` makes from these facts about packets of `subnet`.
    pub(crate) fn of_facts<F: Fact + 'static>(
        facts: &Answer<F>,
        subnet: &str,
        word: fn(&Answer<F>) -> String,
    ) -> Reason {
        let (facts, subnet) = (facts.clone(), subnet.to_owned());
        Reason::of(move |subnets| word(&facts.renamed(&subnet, subnets)))
    }

    /// The sentence for these subnets.
    pub(crate) fn said_of(&self, subnets: &str) -> String {
        (self.0)(subnets)
    }

    /// Followed by the other reason.
    pub(crate) fn and(self, other: Reason) -> Reason {
        Reason::of(move |subnets| format!("{}; {}", self.said_of(subnets), other.said_of(subnets)))
    }

    /// Followed by these words.
    pub(crate) fn with(self, words: impl Into<String>) -> Reason {
        let words = words.into();
        Reason::of(move |subnets| format!("{}{words}", self.said_of(subnets)))
    }
}

/// Reasons are equal if they are equal for one subnet.
impl PartialEq for Reason {
    fn eq(&self, other: &Reason) -> bool {
        self.said_of("") == other.said_of("")
    }
}

impl Eq for Reason {}

impl Default for Reason {
    fn default() -> Reason {
        Reason::from("")
    }
}

impl From<String> for Reason {
    fn from(words: String) -> Reason {
        Reason::of(move |_| words.clone())
    }
}

impl From<&str> for Reason {
    fn from(words: &str) -> Reason {
        Reason::from(words.to_owned())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.said_of("…"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Outcome, RouteFact};

    fn no_route(of: &str) -> Reason {
        let fact = RouteFact::NoRoute {
            table: "rtb-1".to_owned(),
            of: of.to_owned(),
            to: "the internet".to_owned(),
        };
        let facts = Answer { outcome: Outcome::Blocked, facts: vec![fact] };
        Reason::of_facts(&facts, of, ToString::to_string)
    }

    #[test]
    fn subnets_that_fare_alike_have_one_reason() {
        let (one, other) = (no_route("subnet-a"), no_route("subnet-b"));
        assert_eq!(one, other);
        assert_eq!(
            one.said_of("subnet-a and subnet-b"),
            "route table rtb-1 of subnet-a and subnet-b has no route to the internet"
        );
        assert_ne!(one, other.clone().with(", which hurts"));
        assert_ne!(one, Reason::from("route table rtb-1 of subnet-a has no route to the internet"));
        assert_eq!(
            other.and(Reason::of(|from| format!("{from} is dark"))).with(" at night").said_of("it"),
            "route table rtb-1 of it has no route to the internet; it is dark at night"
        );
    }
}
