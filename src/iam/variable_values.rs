//! The values of a variable with which a pattern matches a text.

use super::context::Context;
use super::effort::Effort;
use super::key_state::KeyState;
use super::pattern::{Pattern, Token};
use super::truth::Truth;

impl Pattern {
    /// The values of one condition key with which this could match a text; nothing if there is not effort
    /// enough to find them.
    pub fn values_that_match(
        &self,
        folded: &str,
        context: &Context,
        text: &str,
        effort: &mut Effort,
    ) -> Option<Vec<String>> {
        if self.fill(context).matches(text) == Truth::False {
            return Some(Vec::new());
        }
        let Some(bounds) = Bounds::of(&self.tokens, folded) else { return Some(Vec::new()) };
        let letters: Vec<(usize, char)> = text.char_indices().collect();
        let starts = (0..letters.len()).filter(|nth| bounds.may_start_at(*nth, &letters));
        let ends: Vec<usize> =
            (1..=letters.len()).filter(|nth| bounds.may_end_at(*nth, &letters)).collect();
        let at = |nth: usize| letters.get(nth).map_or(text.len(), |(at, _)| *at);
        let mut trial = context.clone();
        let mut found = Vec::new();
        for start in starts {
            for end in ends.iter().copied().filter(|end| *end > start) {
                effort.spend(self.steps_for(letters.len()))?;
                let value = &text[at(start)..at(end)];
                trial.set(folded, KeyState::Known(vec![value.to_owned()]));
                if self.fill(&trial).matches(text) != Truth::False {
                    found.push(value.to_owned());
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

/// What comes before and after a variable in a pattern. Its value is the part of a text in between; where it
/// occurs again, that is the same value, so that the first place is enough.
struct Bounds {
    before: Bound,
    after: Bound,
}

enum Bound {
    /// Nothing: the pattern ends there.
    Edge,
    Letter(char),
    /// Only letters, and so many.
    Lead(usize),
    Anything,
}

impl Bounds {
    fn of(tokens: &[Token], folded: &str) -> Option<Bounds> {
        let is_it = |token: &Token| matches!(token, Token::Variable(it) if it.folded == folded);
        let at = tokens.iter().position(is_it)?;
        let (before, after) = (&tokens[..at], &tokens[at + 1..]);
        let bound = |token: Option<&Token>| match token {
            None => Bound::Edge,
            Some(Token::Letter(letter)) => Bound::Letter(*letter),
            Some(_) => Bound::Anything,
        };
        let only_letters = before.iter().all(|token| matches!(token, Token::Letter(_)));
        let before = if only_letters { Bound::Lead(at) } else { bound(before.last()) };
        Some(Bounds { before, after: bound(after.first()) })
    }

    fn may_start_at(&self, nth: usize, letters: &[(usize, char)]) -> bool {
        match self.before {
            Bound::Edge => nth == 0,
            Bound::Lead(lead) => nth == lead,
            Bound::Letter(own) => nth > 0 && letters[nth - 1].1 == own,
            Bound::Anything => true,
        }
    }

    fn may_end_at(&self, nth: usize, letters: &[(usize, char)]) -> bool {
        match self.after {
            Bound::Edge => nth == letters.len(),
            Bound::Letter(own) => letters.get(nth).is_some_and(|it| it.1 == own),
            Bound::Lead(_) | Bound::Anything => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::pattern::Reading;
    use super::*;

    const STAGE: &str = "aws:principaltag/stage";

    fn found(pattern: &str, text: &str) -> Vec<String> {
        let pattern = Pattern::read(pattern, Reading { wildcards: true, variables: true });
        let mut effort = Effort::of_evaluation();
        pattern.values_that_match(STAGE, &Context::partial(), text, &mut effort).unwrap()
    }

    #[test]
    fn the_values_that_let_a_variable_match_are_found_in_the_text() {
        let twice = "app/${aws:PrincipalTag/stage}/${aws:PrincipalTag/stage}";
        assert_eq!(found(twice, "app/prod/prod"), ["prod"]);
        assert_eq!(found(twice, "app/prod/test"), [""; 0]);
    }

    #[test]
    fn a_value_lies_between_what_comes_before_and_after_it() {
        assert_eq!(found("*/${aws:PrincipalTag/stage}/*", "a/b/c/d"), ["b", "b/c", "c"]);
        assert_eq!(found("*-${aws:PrincipalTag/stage}", "a-b-c"), ["b-c", "c"]);
        assert_eq!(found("${aws:PrincipalTag/stage}*", "abc"), ["a", "ab", "abc"]);
        assert_eq!(found("*${aws:PrincipalTag/stage}*", "ab"), ["a", "ab", "b"]);
        assert_eq!(found("?${aws:PrincipalTag/stage}${aws:username}", "abc"), ["b", "bc"]);
    }

    #[test]
    fn a_long_text_with_a_place_for_a_variable_anywhere_is_given_up() {
        let pattern = Pattern::read(
            "*${aws:PrincipalTag/stage}*x",
            Reading { wildcards: true, variables: true },
        );
        let (text, mut effort) = ("x".repeat(2_000), Effort::of_evaluation());
        let found = pattern.values_that_match(STAGE, &Context::partial(), &text, &mut effort);
        assert_eq!(found, None);
    }
}
