//! What a stage answers: an outcome, and the facts that decide it.

use std::fmt;

use super::parts::Part;

/// Whether the packets arrive. The order matters: stages in series are as good as the worst one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// None arrive.
    Blocked,
    /// Only some arrive, or it cannot be determined.
    Doubtful,
    /// All arrive.
    Passed,
}

impl Outcome {
    /// The outcome of stages in series.
    pub fn in_series(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        outcomes.into_iter().min().unwrap_or(Outcome::Passed)
    }

    /// The outcome of alternatives of which a packet takes one, unknown which.
    pub fn across(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        let mut outcomes = outcomes.into_iter();
        let first = outcomes.next().unwrap_or(Outcome::Doubtful);
        if outcomes.all(|it| it == first) { first } else { Outcome::Doubtful }
    }

    /// The outcome of alternatives of which one is enough.
    pub fn any(outcomes: impl IntoIterator<Item = Outcome>) -> Outcome {
        outcomes.into_iter().max().unwrap_or(Outcome::Blocked)
    }
}

/// A fact that decides a stage; it displays as a sentence.
pub trait Fact: fmt::Display + Clone {
    /// The outcome for the packets that it concerns.
    fn outcome(&self) -> Outcome;

    /// The missing part, if the fact is about one.
    fn unread(&self) -> Option<Part>;

    /// The names of both ends of the path.
    fn ends_mut(&mut self) -> Vec<&mut String>;
}

/// The answer of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<F> {
    /// Whether the packets arrive.
    pub outcome: Outcome,
    /// The deciding facts, the worst first. If the outcome is `Doubtful` because packets differ, there are
    /// facts of several outcomes.
    pub facts: Vec<F>,
}

impl<F: Fact> Answer<F> {
    /// The answer from facts that each must allow every packet.
    pub fn in_series(facts: Vec<F>) -> Answer<F> {
        Answer::sorted(Outcome::in_series(facts.iter().map(F::outcome)), facts)
    }

    /// The answer from facts that each concern a share of the packets.
    pub fn across(facts: Vec<F>) -> Answer<F> {
        Answer::sorted(Outcome::across(facts.iter().map(F::outcome)), facts)
    }

    pub(super) fn sorted(outcome: Outcome, mut facts: Vec<F>) -> Answer<F> {
        facts.sort_by_key(F::outcome);
        Answer { outcome, facts }
    }

    /// The part that must be read to decide.
    pub fn unread(&self) -> Option<Part> {
        self.facts.iter().find_map(F::unread)
    }

    /// The facts that cause the outcome, as a sentence: next to those that block packets, those that allow
    /// them do not matter.
    pub fn because(&self) -> String {
        let decides = |fact: &&F| match self.outcome {
            Outcome::Blocked => fact.outcome() == Outcome::Blocked,
            Outcome::Doubtful => fact.outcome() != Outcome::Passed,
            Outcome::Passed => true,
        };
        let said: Vec<String> = self.facts.iter().filter(decides).map(F::to_string).collect();
        said.join("; ")
    }

    /// The same facts with another name for one end of the path, such as one for several subnets.
    pub fn renamed(&self, end: &str, name: &str) -> Answer<F> {
        let mut renamed = self.clone();
        for own in renamed.ends_mut().into_iter().filter(|own| *own == end) {
            name.clone_into(own);
        }
        renamed
    }

    /// The names of both ends of the path in its facts.
    pub(super) fn ends_mut(&mut self) -> Vec<&mut String> {
        self.facts.iter_mut().flat_map(F::ends_mut).collect()
    }

    /// Whether every packet passes.
    pub fn has_passed(&self) -> bool {
        self.outcome == Outcome::Passed
    }

    /// Whether none passes.
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
             NAT gateway nat-1 has no route out: \
             route table rtb-1 of nat-1 has no route to public addresses"
        );
        assert_eq!(answer.renamed("subnet", "another"), answer, "a name counts as a whole");
    }
}
