//! The automaton behind a pattern: the possible places in the pattern after some letters of a text.

use std::collections::BTreeSet;

/// One step of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// Reads this letter.
    Letter(char),
    /// Reads any letter, a colon only if so said.
    One { colon: bool },
    /// Reads any number of letters, colons only if so said.
    Many { colon: bool },
}

/// A machine that reads a text letter by letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Automaton {
    steps: Vec<Step>,
    any_case: bool,
}

/// The places where a machine may be: ascending, each once.
pub(super) type Places = Vec<u32>;

/// Letters that patterns name.
pub(super) type Letters = BTreeSet<char>;

impl Automaton {
    pub fn new(steps: Vec<Step>) -> Automaton {
        Automaton { steps, any_case: false }
    }

    /// The same machine, which does not care for the case of letters.
    pub fn in_any_case(mut self) -> Automaton {
        self.any_case = true;
        self
    }

    /// Whether it accepts a text, and whether it could accept a longer one.
    pub fn run(&self, text: &str) -> Run {
        let machine = Machine::of(&[std::slice::from_ref(self)]);
        let (mut places, mut next) = (machine.start(), Places::new());
        for letter in text.chars() {
            machine.read_into(&places, letter, &mut next);
            std::mem::swap(&mut places, &mut next);
            if places.is_empty() {
                break;
            }
        }
        Run { accepts: !machine.matched(&places).is_empty(), is_stuck: places.is_empty() }
    }

    pub fn matches(&self, text: &str) -> bool {
        self.run(text).accepts
    }

    /// Every letter that it asks for by name.
    pub fn letters(&self) -> impl Iterator<Item = char> {
        self.steps.iter().filter_map(|step| match step {
            Step::Letter(letter) => Some(*letter),
            _ => None,
        })
    }

    /// A text that it accepts, with these for wildcards.
    pub fn sample(&self, one: char, many: &str) -> String {
        let mut text = String::with_capacity(self.steps.len());
        for step in &self.steps {
            match step {
                Step::Letter(letter) => text.push(*letter),
                Step::One { .. } => text.push(one),
                Step::Many { .. } => text.push_str(many),
            }
        }
        text
    }
}

/// Where a machine is after a text.
pub(super) struct Run {
    pub accepts: bool,
    /// Whether no longer text can match.
    pub is_stuck: bool,
}

/// Several automata side by side, in groups. Those that a text can no longer match take no time.
pub(super) struct Machine {
    places: Vec<Place>,
    starts: Vec<u32>,
}

#[derive(Clone, Copy)]
enum Place {
    Step {
        step: Step,
        any_case: bool,
    },
    /// The end of a pattern of this group.
    End(u32),
}

impl Machine {
    pub fn of<G: AsRef<[Automaton]>>(groups: &[G]) -> Machine {
        let mut machine = Machine { places: Vec::new(), starts: Vec::new() };
        for (group, automata) in (0..).zip(groups) {
            for Automaton { steps, any_case } in automata.as_ref() {
                machine.starts.push(count(machine.places.len()));
                let place = |step: &Step| Place::Step { step: *step, any_case: *any_case };
                machine.places.extend(steps.iter().map(place));
                machine.places.push(Place::End(group));
            }
        }
        machine
    }

    /// Where it is before the first letter.
    pub fn start(&self) -> Places {
        let mut places = Places::new();
        for start in &self.starts {
            self.enter(*start, &mut places);
        }
        places
    }

    /// Where it is after one more letter; nowhere if no pattern can match any more.
    pub fn read(&self, from: &Places, letter: char) -> Places {
        let mut places = Places::new();
        self.read_into(from, letter, &mut places);
        places
    }

    fn read_into(&self, from: &Places, letter: char, places: &mut Places) {
        places.clear();
        for &place in from {
            let Some(Place::Step { step, any_case }) = self.at(place) else { continue };
            match step {
                Step::Letter(own) if own == letter => self.enter(place + 1, places),
                Step::Letter(own) if any_case && same_in_any_case(own, letter) => {
                    self.enter(place + 1, places);
                }
                Step::One { colon } if colon || letter != ':' => self.enter(place + 1, places),
                Step::Many { colon } if colon || letter != ':' => self.enter(place, places),
                _ => {}
            }
        }
    }

    /// The groups with a pattern that ends here: ascending, each once.
    pub fn matched(&self, places: &Places) -> Vec<u32> {
        let end = |place: &u32| match self.at(*place) {
            Some(Place::End(group)) => Some(group),
            _ => None,
        };
        let mut groups: Vec<u32> = places.iter().filter_map(end).collect();
        groups.dedup();
        groups
    }

    /// The letters that are asked for by name at these places, in both cases where case is ignored.
    pub fn letters_at(&self, places: &Places) -> Letters {
        let mut letters = Letters::new();
        for place in places {
            if let Some(Place::Step { step: Step::Letter(letter), any_case }) = self.at(*place) {
                letters.insert(letter);
                if any_case {
                    letters.extend(letter.to_lowercase().chain(letter.to_uppercase()));
                }
            }
        }
        letters
    }

    fn at(&self, place: u32) -> Option<Place> {
        self.places.get(usize::try_from(place).ok()?).copied()
    }

    /// Adds a place, and those beyond that a star lets one reach without a letter. Places are added in
    /// ascending order, and behind a star all those that the star leads to, so that one that is not beyond the
    /// last one is already there.
    fn enter(&self, place: u32, places: &mut Places) {
        if places.last().is_some_and(|last| *last >= place) {
            return;
        }
        let mut place = place;
        places.push(place);
        while let Some(Place::Step { step: Step::Many { .. }, .. }) = self.at(place) {
            place += 1;
            places.push(place);
        }
    }
}

/// A number of places; no policy has more than fit.
fn count(places: usize) -> u32 {
    u32::try_from(places).unwrap_or(u32::MAX)
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
