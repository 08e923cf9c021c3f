//! What a stage answers: an outcome, and the facts that decide it.

use std::fmt;

use super::parts::Part;

/// What becomes of the packets. The order is the point of it: what lies one behind the other does as
/// well as the worst of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// None arrives.
    Blocked,
    /// Only part of them arrives, or it cannot be told.
    Doubtful,
    /// All of them arrive.
    Passed,
}

impl Outcome {
    /// Of what has to be passed one after the other.
    pub fn in_series(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        outcomes.into_iter().min().unwrap_or(Outcome::Passed)
    }

    /// Of ways of which a packet takes one, and it is not known which.
    pub fn across(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut outcomes = outcomes.into_iter();
        let first = outcomes.next().unwrap_or(Outcome::Doubtful);
        if outcomes.all(|it| it == first) { first } else { Outcome::Doubtful }
    }

    /// Of several ways of which one is enough.
    pub fn any(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        outcomes.into_iter().max().unwrap_or(Outcome::Blocked)
    }
}

/// A fact that decides a stage, as a sentence.
pub trait Fact: fmt::Display + Clone {
    /// What follows from it, for the packets that it is about.
    fn outcome(&self) -> Outcome;

    /// The part that is missing, if that is what it says.
    fn unread(&self) -> Option<Part>;

    /// What it calls the two ends of the way.
    fn ends_mut(&mut self) -> Vec<&mut String>;
}

/// What a stage answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<F> {
    /// What becomes of the packets.
    pub outcome: Outcome,
    /// The facts that decide it, the worst first. Where the outcome is `Doubtful` because the packets
    /// fare differently, there are facts of several outcomes.
    pub facts: Vec<F>,
}

impl<F: Fact> Answer<F> {
    /// Of facts of which each has to let every packet pass.
    pub fn in_series(facts: Vec<F>) -> Answer<F> {
        Answer::sorted(Outcome::in_series(facts.iter().map(F::outcome)), facts)
    }

    /// Of facts of which each is about a share of the packets.
    pub fn across(facts: Vec<F>) -> Answer<F> {
        Answer::sorted(Outcome::across(facts.iter().map(F::outcome)), facts)
    }

    pub(super) fn sorted(outcome: Outcome, mut facts: Vec<F>) -> Answer<F> {
        facts.sort_by_key(F::outcome);
        Answer { outcome, facts }
    }

    /// The part that has to be read before it can be told.
    pub fn unread(&self) -> Option<Part> {
        self.facts.iter().find_map(F::unread)
    }

    /// The facts that make it the outcome that it is, as a sentence: beside those that stop the packets
    /// it does not matter what lets them pass.
    pub fn because(&self) -> String {
        let decides = |fact: &&F| match self.outcome {
            Outcome::Blocked => fact.outcome() == Outcome::Blocked,
            Outcome::Doubtful => fact.outcome() != Outcome::Passed,
            Outcome::Passed => true,
        };
        let said: Vec<String> = self.facts.iter().filter(decides).map(F::to_string).collect();
        said.join("; ")
    }

    /// The same facts, in which an end of the way has another name, such as one that it shares with
    /// others that fare alike.
    pub fn renamed(&self, end: &str, name: &str) -> Answer<F> {
        let mut renamed = self.clone();
        for own in renamed.ends_mut().into_iter().filter(|own| *own == end) {
            name.clone_into(own);
        }
        renamed
    }

    /// What its facts call the two ends of the way.
    pub(super) fn ends_mut(&mut self) -> Vec<&mut String> {
        self.facts.iter_mut().flat_map(F::ends_mut).collect()
    }

    /// Whether every packet passes.
    pub fn has_passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    /// Whether none does.
    pub fn is_blocked(&self) -> bool {
        self.outcome == Outcome::Blocked
    }
}

impl<F: Fact> fmt::Display for Answer<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fact) in self.facts.iter().enumerate() {
            write!(f, "{}{fact}", if at == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::route_fact::RouteFact;
    use super::*;

    #[test]
    fn both_ends_of_the_way_can_have_another_name() {
        let none = |of: &str| RouteFact::NoRoute {
            table: "rtb-1".to_owned(),
            of: of.to_owned(),
            to: "the public addresses of s3".to_owned(),
        };
        let stuck = RouteFact::NatStuck {
            nat: "nat-1".to_owned(),
            because: Box::new(none("nat-1")),
            outcome: Outcome::Blocked,
        };
        let answer = Answer::in_series(vec![none("subnet-1"), stuck]);
        let renamed = answer
            .renamed("the public addresses of s3", "public addresses")
            .renamed("subnet-1", "subnets 1 and 2")
            .renamed("rtb-1", "no end, but a table");
        assert_eq!(
            renamed.to_string(),
            "route table rtb-1 of subnets 1 and 2 has no route to public addresses; \
             NAT gateway nat-1 has no way out: \
             route table rtb-1 of nat-1 has no route to public addresses"
        );
        assert_eq!(answer.renamed("subnet", "another"), answer, "a name counts as a whole");
    }
}
