//! Values that represent all others: for a set of patterns, one text for each combination of patterns that a
//! text can match.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::automaton::{Automaton, Letters, Machine, Places};
use super::effort::Effort;

/// How many steps the search may take. Patterns in real policies stay far below.
const STEPS: usize = 400_000;

/// The groups that a text matches. The order is that of lists of *does it match?*, one answer for each group.
type Matched = Vec<Reverse<u32>>;

/// Texts so that for every text that there is, one of these matches the same of the groups, a group
/// being matched by what matches a pattern in it; so many different ones for each case, where there
/// are. Nothing if there are more than the limit, or if the search would take too long. The empty text is left
/// out: a key with an empty value counts as absent.
pub(super) fn texts(
    groups: &[Vec<Automaton>],
    each: usize,
    limit: usize,
    effort: &mut Effort,
) -> Option<Vec<String>> {
    // The same group twice is matched by the same texts.
    let mut seen = HashSet::new();
    let groups: Vec<&Vec<Automaton>> = groups.iter().filter(|group| seen.insert(*group)).collect();
    let other = letter_in_none(&groups)?;
    let mut search = Search {
        machine: Machine::of(&groups),
        other,
        cases: Cases { each, groups: groups.len(), limit, found: BTreeMap::new() },
        nodes: Vec::new(),
    };
    let mut own = effort.part(STEPS);
    let ended = search.every_text(&mut own);
    effort.spend(own.spent())?;
    let is_whole = match ended {
        Ended::Everything => true,
        Ended::TooManyCases => false,
        // Not every text was tried. That does not matter if every combination was found that there could be.
        Ended::NoMoreSteps => {
            let mut own = effort.part(STEPS);
            let found = search.samples(&groups, &mut own);
            effort.spend(own.spent())?;
            found.is_some()
        }
    };
    is_whole.then(|| search.cases.found.into_values().flatten().collect())
}

/// The texts found so far.
struct Cases {
    each: usize,
    groups: usize,
    limit: usize,
    found: BTreeMap<Matched, BTreeSet<String>>,
}

impl Cases {
    fn has_enough_of(&self, matched: &Matched) -> bool {
        self.found.get(matched).is_some_and(|texts| texts.len() >= self.each)
    }

    /// Whether there are texts enough for each combination of groups that one can think of.
    fn are_all(&self) -> bool {
        let all = u32::try_from(self.groups).ok().and_then(|groups| 1_usize.checked_shl(groups));
        all == Some(self.found.len()) && self.found.values().all(|texts| texts.len() >= self.each)
    }

    fn are_too_many(&self) -> bool {
        self.found.len() > self.limit
    }
}

/// How a search ended.
enum Ended {
    /// There is a text for each combination that exists.
    Everything,
    TooManyCases,
    NoMoreSteps,
}

/// A text, by its last letter and the text before it.
struct Node {
    before: Option<usize>,
    letter: char,
    places: Places,
}

struct Search {
    machine: Machine,
    /// A letter that represents all those that no pattern names.
    other: char,
    cases: Cases,
    nodes: Vec<Node>,
}

impl Search {
    /// Tries every text, the shortest first, but of those that lead to the same places only as many as are
    /// wanted.
    fn every_text(&mut self, effort: &mut Effort) -> Ended {
        // How often places may be reached: more than once only where more than one text is wanted.
        let mut visits: HashMap<Places, usize> = HashMap::new();
        let (mut before, mut next) = (None, 0);
        let mut places = self.machine.start();
        loop {
            for letter in self.letters_at(&places) {
                if effort.spend(places.len() + 1).is_none() {
                    return Ended::NoMoreSteps;
                }
                let after = self.machine.read(&places, letter);
                let visits = visits.entry(after.clone()).or_default();
                if *visits >= self.cases.each {
                    continue;
                }
                *visits += 1;
                self.nodes.push(Node { before, letter, places: after });
                self.keep(self.nodes.len() - 1);
                if self.cases.are_too_many() {
                    return Ended::TooManyCases;
                }
                if self.cases.are_all() {
                    return Ended::Everything;
                }
            }
            let Some(node) = self.nodes.get(next) else { return Ended::Everything };
            places.clone_from(&node.places);
            (before, next) = (Some(next), next + 1);
        }
    }

    /// Keeps the text of a node if there are not enough of its kind.
    fn keep(&mut self, node: usize) {
        let matched = self.machine.matched(&self.nodes[node].places);
        let matched: Matched = matched.into_iter().map(Reverse).collect();
        if !self.cases.has_enough_of(&matched) {
            let text = self.text_of(node);
            self.cases.found.entry(matched).or_default().insert(text);
        }
    }

    fn text_of(&self, node: usize) -> String {
        let before = |at: &usize| self.nodes[*at].before;
        let mut letters: Vec<char> =
            std::iter::successors(Some(node), before).map(|at| self.nodes[at].letter).collect();
        letters.reverse();
        letters.into_iter().collect()
    }

    /// Tries a text or two for each pattern instead; nothing if some combination is still without one.
    fn samples(&mut self, groups: &[&Vec<Automaton>], effort: &mut Effort) -> Option<()> {
        let other = self.other.to_string();
        let of_no_pattern = [other.clone(), other.repeat(2)];
        let of_patterns = groups.iter().copied().flatten().flat_map(|pattern| {
            [String::new(), other.clone()].map(|many| pattern.sample(self.other, &many))
        });
        for text in of_no_pattern.into_iter().chain(of_patterns).filter(|it| !it.is_empty()) {
            let mut places = self.machine.start();
            for letter in text.chars() {
                effort.spend(places.len() + 1)?;
                places = self.machine.read(&places, letter);
            }
            let matched: Matched = self.machine.matched(&places).into_iter().map(Reverse).collect();
            if !self.cases.has_enough_of(&matched) {
                self.cases.found.entry(matched).or_default().insert(text);
            }
            if self.cases.are_all() {
                return Some(());
            }
        }
        None
    }

    /// The letters that make a difference at these places: those that some pattern names, the colon where a
    /// wildcard may exclude it, and one that represents all others.
    fn letters_at(&self, places: &Places) -> Vec<char> {
        let asked = self.machine.letters_at(places);
        // The letter for all others comes first, since it makes the most readable witnesses.
        let mut letters = vec![self.other];
        letters.extend(asked.into_iter().filter(|letter| *letter != ':'));
        letters.push(':');
        letters
    }
}

/// A letter that no pattern names, a readable one if possible.
fn letter_in_none(groups: &[&Vec<Automaton>]) -> Option<char> {
    let asked: Letters = groups
        .iter()
        .copied()
        .flatten()
        .flat_map(|it| it.letters())
        .flat_map(|letter| letter.to_lowercase().chain(letter.to_uppercase()).chain([letter]))
        .collect();
    let mut candidates = ('a'..='z').chain('0'..='9').chain('\u{e000}'..='\u{f8ff}');
    candidates.find(|letter| !asked.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iam::context::Context;
    use crate::iam::pattern::{Colons, Pattern, Reading};

    fn automaton(text: &str) -> Automaton {
        let reading = Reading { wildcards: true, variables: false };
        Pattern::read(text, reading).fill(&Context::complete()).automaton(Colons::Always)
    }

    fn found(groups: &[Vec<Automaton>], each: usize) -> Option<Vec<String>> {
        texts(groups, each, 512, &mut Effort::of_evaluation())
    }

    fn cases(patterns: &[&str]) -> BTreeSet<Vec<bool>> {
        let automata: Vec<_> = patterns.iter().map(|text| vec![automaton(text)]).collect();
        let found = found(&automata, 1).unwrap();
        let matched = |text: &String| automata.iter().map(|it| it[0].matches(text)).collect();
        found.iter().map(matched).collect()
    }

    #[test]
    fn every_way_to_match_has_a_witness_and_no_impossible_one_has() {
        let all = |cases: &[&[bool]]| cases.iter().map(|case| case.to_vec()).collect();
        let (y, n) = (true, false);
        assert_eq!(cases(&["a", "b"]), all(&[&[y, n], &[n, y], &[n, n]]));
        assert_eq!(cases(&["a*", "*b"]), all(&[&[y, y], &[y, n], &[n, y], &[n, n]]));
        assert_eq!(cases(&["a*", "ab"]), all(&[&[y, y], &[y, n], &[n, n]]));
        assert_eq!(cases(&["*"]), all(&[&[y]]));
        assert_eq!(cases(&[]), all(&[&[]]));
    }

    #[test]
    fn two_witnesses_are_different_texts() {
        assert_eq!(found(&[vec![automaton("a*")]], 2).unwrap().len(), 4);
        assert_eq!(found(&[vec![automaton("a")]], 2).unwrap().len(), 3);
    }

    #[test]
    fn one_witness_stands_for_all_alternatives_of_a_group() {
        let group = vec![automaton("a"), automaton("b"), automaton("c*")];
        assert_eq!(found(&[group], 1).unwrap().len(), 2);
    }

    /// Patterns of these many stars, so that a text can be at any place of each of them.
    fn of_stars(patterns: u8, stars: u8) -> Vec<Automaton> {
        let letter = |nth: u8| char::from(b'a' + nth % 26);
        let pattern = |first: u8| {
            (0..stars).map(|nth| format!("*{}", letter(first + nth))).collect::<String>() + "*"
        };
        (0..patterns).map(|first| automaton(&pattern(first))).collect()
    }

    #[test]
    fn a_group_of_many_stars_costs_what_a_search_may_cost_and_is_still_told_apart() {
        let mut effort = Effort::of_evaluation();
        let found = texts(&[of_stars(40, 8)], 1, 512, &mut effort).unwrap();
        let matches = |text: &String| of_stars(40, 8).iter().any(|it| it.matches(text));
        assert_eq!(found.iter().map(matches).collect::<Vec<_>>(), [false, true]);
        assert!(effort.spent() <= 800_000, "{}", effort.spent());
    }

    #[test]
    fn many_groups_of_many_stars_are_given_up() {
        let groups: Vec<_> = of_stars(100, 12).into_iter().map(|it| vec![it]).collect();
        let mut effort = Effort::of_evaluation();
        assert_eq!(texts(&groups, 1, 512, &mut effort), None);
        assert!(effort.spent() <= 800_000, "{}", effort.spent());
    }

    #[test]
    fn literals_cost_about_their_letters() {
        let ids = |count: usize| (0..count).map(|nth| automaton(&format!("vpce-{nth:017x}")));
        let spent = |count: usize| {
            let mut effort = Effort::of_evaluation();
            let found = texts(&[ids(count).collect()], 1, 512, &mut effort).unwrap();
            assert_eq!(found.len(), 2);
            effort.spent()
        };
        assert!(spent(800) < 200_000, "{}", spent(800));
        assert!(spent(800) < 5 * spent(200), "{} {}", spent(800), spent(200));
    }

    #[test]
    fn more_cases_than_the_limit_are_not_listed() {
        let ids: Vec<_> = (0..10_000).map(|nth| vec![automaton(&format!("vpce-{nth}"))]).collect();
        let mut effort = Effort::of_evaluation();
        assert_eq!(texts(&ids, 1, 512, &mut effort), None);
        assert!(effort.spent() <= 800_000, "{}", effort.spent());
    }
}
