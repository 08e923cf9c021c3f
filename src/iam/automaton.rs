//! The automaton behind a pattern: the possible places in the pattern after some letters of a text.

/// One step of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Reads this letter.
    Letter(char),
    /// Reads any letter, a colon only if so said.
    One { colon: bool },
    /// Reads any number of letters, colons only if so said.
    Many { colon: bool },
}

/// A machine that reads a text letter by letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Automaton {
    steps: Vec<Step>,
    any_case: bool,
}

/// The places in the pattern where the machine may be: ascending, each once.
pub(super) type Places = Vec<usize>;

impl Automaton {
    pub fn new(steps: Vec<Step>) -> Automaton {
        Automaton { steps, any_case: false }
    }

    /// The same machine, which does not care for the case of letters.
    pub fn in_any_case(mut self) -> Automaton {
        self.any_case = true;
        self
    }

    /// Where it is before the first letter.
    pub fn start(&self) -> Places {
        let mut places = Places::new();
        self.enter(0, &mut places);
        places
    }

    /// Where it is after one more letter; nowhere if the text cannot match any more.
    pub fn read(&self, from: &Places, letter: char) -> Places {
        let mut places = Places::new();
        for &place in from {
            let Some(step) = self.steps.get(place) else { continue };
            match *step {
                Step::Letter(own) if own == letter => self.enter(place + 1, &mut places),
                Step::Letter(own) if self.any_case && same_in_any_case(own, letter) => {
                    self.enter(place + 1, &mut places);
                }
                Step::One { colon } if colon || letter != ':' => self.enter(place + 1, &mut places),
                Step::Many { colon } if colon || letter != ':' => self.enter(place, &mut places),
                _ => {}
            }
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Where it is after a text.
    pub fn run(&self, text: &str) -> Places {
        text.chars().fold(self.start(), |places, letter| self.read(&places, letter))
    }

    pub fn accepts(&self, places: &Places) -> bool {
        places.last() == Some(&self.steps.len())
    }

    pub fn matches(&self, text: &str) -> bool {
        self.accepts(&self.run(text))
    }

    /// The letters that it asks for by name at these places, in both cases if it ignores case.
    pub fn letters_at(&self, places: &Places) -> Vec<char> {
        let mut letters = Vec::new();
        for place in places {
            if let Some(Step::Letter(letter)) = self.steps.get(*place) {
                letters.push(*letter);
                if self.any_case {
                    letters.extend(letter.to_lowercase().chain(letter.to_uppercase()));
                }
            }
        }
        letters
    }

    /// Every letter that it asks for by name.
    pub fn letters(&self) -> impl Iterator<Item = char> {
        self.steps.iter().filter_map(|step| match step {
            Step::Letter(letter) => Some(*letter),
            _ => None,
        })
    }

    /// Adds a place, and those beyond that a star lets one reach without a letter.
    fn enter(&self, place: usize, places: &mut Places) {
        let mut place = place;
        places.push(place);
        while let Some(Step::Many { .. }) = self.steps.get(place) {
            place += 1;
            places.push(place);
        }
    }
}

/// Whether two letters differ in case at most.
pub(super) fn same_in_any_case(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn star_then(letters: &str, colon: bool) -> Automaton {
        let mut steps = vec![Step::Many { colon }];
        steps.extend(letters.chars().map(Step::Letter));
        Automaton::new(steps)
    }

    #[test]
    fn a_star_goes_on_to_the_last_place_where_the_rest_fits() {
        assert!(star_then("ab", true).matches("aabab"));
        assert!(!star_then("ab", true).matches("aaba"));
        assert!(!star_then("b", false).matches("a:b"));
        assert!(star_then("b", true).matches("a:b"));
    }

    #[test]
    fn a_machine_can_ignore_case() {
        assert!(!star_then("Prod", true).matches("PROD"));
        assert!(star_then("Prod", true).in_any_case().matches("PROD"));
    }
}
