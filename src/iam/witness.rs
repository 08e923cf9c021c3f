//! Values that represent all others: for a set of patterns, one text for each combination of patterns that a
//! text can match.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::automaton::{Automaton, Places};

/// How many states the search may visit. Patterns in real policies stay far below.
const LIMIT: usize = 5_000;

/// Texts so that for every text that there is, one of these matches the same of the groups, a group
/// being matched by what matches a pattern in it; so many different ones for each case, where there
/// are. Nothing if the search would take too long. The empty text is left out: a key with an empty
/// value counts as absent.
pub(super) fn texts(groups: &[Vec<Automaton>], each: usize) -> Option<Vec<String>> {
    let patterns: Vec<&Automaton> = groups.iter().flatten().collect();
    let other = letter_in_none(&patterns)?;
    let start: Vec<Places> = patterns.iter().map(|it| it.start()).collect();
    // How often a state may be reached: more than once only where more than one text is wanted.
    let mut visits: BTreeMap<Vec<Places>, usize> = BTreeMap::new();
    let mut found: BTreeMap<Vec<bool>, BTreeSet<String>> = BTreeMap::new();
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut visited = 0;
    while let Some((state, text)) = queue.pop_front() {
        visited += 1;
        if visited > LIMIT {
            return None;
        }
        for letter in letters_at(&patterns, &state, other) {
            let next: Vec<Places> =
                patterns.iter().zip(&state).map(|(it, places)| it.read(places, letter)).collect();
            let visits = visits.entry(next.clone()).or_default();
            if *visits >= each {
                continue;
            }
            *visits += 1;
            let text = format!("{text}{letter}");
            let mut matched = patterns.iter().zip(&next).map(|(it, places)| it.accepts(places));
            let by_group = groups
                .iter()
                .map(|group| matched.by_ref().take(group.len()).fold(false, |any, it| any | it));
            let texts = found.entry(by_group.collect()).or_default();
            if texts.len() < each {
                texts.insert(text.clone());
            }
            queue.push_back((next, text));
        }
    }
    Some(found.into_values().flatten().collect())
}

/// The letters that make a difference in a state: those that some pattern names, the colon where a wildcard may
/// exclude it, and one that represents all others.
fn letters_at(patterns: &[&Automaton], state: &[Places], other: char) -> Vec<char> {
    let asked: BTreeSet<char> =
        patterns.iter().zip(state).flat_map(|(it, places)| it.letters_at(places)).collect();
    // The letter for all others comes first, since it makes the most readable witnesses.
    let mut letters = vec![other];
    letters.extend(asked.into_iter().filter(|letter| *letter != ':'));
    letters.push(':');
    letters
}

/// A letter that no pattern names, a readable one if possible.
fn letter_in_none(patterns: &[&Automaton]) -> Option<char> {
    let asked: BTreeSet<char> = patterns
        .iter()
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

    fn cases(patterns: &[&str]) -> BTreeSet<Vec<bool>> {
        let automata: Vec<_> = patterns.iter().map(|text| vec![automaton(text)]).collect();
        let found = texts(&automata, 1).unwrap();
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
        assert_eq!(texts(&[vec![automaton("a*")]], 2).unwrap().len(), 4);
        assert_eq!(texts(&[vec![automaton("a")]], 2).unwrap().len(), 3);
    }

    #[test]
    fn one_witness_stands_for_all_alternatives_of_a_group() {
        let group = vec![automaton("a"), automaton("b"), automaton("c*")];
        assert_eq!(texts(&[group], 1).unwrap().len(), 2);
    }
}
