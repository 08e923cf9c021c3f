//! Texts of a policy with wildcards and variables, and what they match.

use std::borrow::Cow;

use super::automaton::{Automaton, Step, same_in_any_case};
use super::context::Context;
use super::truth::Truth;
use super::variable::{Substitute, Variable};

/// A piece of a text in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// This letter.
    Letter(char),
    /// Any one letter: `?`.
    One,
    /// Any letters, or none: `*`.
    Many,
    /// The value of a condition key of the request.
    Variable(Variable),
}

/// How the texts of an element are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Whether `*` and `?` are wildcards.
    pub wildcards: bool,
    /// Whether `${…}` is a variable: since version 2012-10-17 of the policy language.
    pub variables: bool,
}

/// A text of a policy, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// As written.
    pub text: String,
    pub(super) tokens: Vec<Token>,
}

/// A pattern whose variables are replaced for one request.
pub(super) struct Filled<'a> {
    tokens: Cow<'a, [Token]>,
    /// False if a variable has no value, unknown if its value is unknown.
    certain: Truth,
}

impl Pattern {
    pub fn read(text: &str, reading: Reading) -> Pattern {
        let mut tokens = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if reading.variables
                && let Some((variable, after)) = Variable::at_start(rest)
            {
                tokens.push(match variable.key.as_str() {
                    "*" => Token::Letter('*'),
                    "?" => Token::Letter('?'),
                    "$" => Token::Letter('$'),
                    _ => Token::Variable(variable),
                });
                rest = after;
                continue;
            }
            tokens.push(match letter {
                '*' if reading.wildcards => Token::Many,
                '?' if reading.wildcards => Token::One,
                letter => Token::Letter(letter),
            });
            rest = &rest[letter.len_utf8()..];
        }
        Pattern { text: text.to_owned(), tokens }
    }

    /// Whether it is made of stars only, and so matches everything.
    pub fn is_everything(&self) -> bool {
        !self.tokens.is_empty() && self.tokens.iter().all(|token| *token == Token::Many)
    }

    /// The variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    /// The variable that it consists of, if that is all.
    pub fn sole_variable(&self) -> Option<&Variable> {
        match &self.tokens[..] {
            [Token::Variable(variable)] => Some(variable),
            _ => None,
        }
    }

    /// The parts between its colons, at most six.
    pub fn segments(&self) -> Vec<&[Token]> {
        self.tokens.splitn(6, |token| *token == Token::Letter(':')).collect()
    }

    /// An ARN with fewer than six segments means any value in the missing ones
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>).
    pub fn completed(mut self) -> Pattern {
        for _ in self.segments().len()..6 {
            self.tokens.extend([Token::Letter(':'), Token::Many]);
        }
        self
    }

    /// Replaces the variables with their values in the request.
    pub fn fill(&self, context: &Context) -> Filled<'_> {
        if self.variables().next().is_none() {
            return Filled { tokens: Cow::Borrowed(&self.tokens), certain: Truth::True };
        }
        let mut certain = Truth::True;
        let mut tokens = Vec::with_capacity(self.tokens.len() + 16);
        for token in &self.tokens {
            let Token::Variable(variable) = token else {
                tokens.push(token.clone());
                continue;
            };
            match variable.resolve(context) {
                Substitute::Text(text) => tokens.extend(text.chars().map(Token::Letter)),
                Substitute::Begins(start) => {
                    tokens.extend(start.chars().map(Token::Letter));
                    tokens.push(Token::Many);
                    certain = certain & Truth::Unknown;
                }
                Substitute::Nothing => certain = Truth::False,
                Substitute::Unknown => {
                    tokens.push(Token::Many);
                    certain = certain & Truth::Unknown;
                }
            }
        }
        Filled { tokens: Cow::Owned(tokens), certain }
    }

    /// How many steps it takes at most to compare it with a text of so many letters: up to the first star each
    /// place once, and behind it each place for each letter.
    pub fn steps_for(&self, letters: usize) -> usize {
        let is_letter = |token: &&Token| matches!(token, Token::Letter(_) | Token::One);
        let lead = self.tokens.iter().take_while(is_letter).count();
        match self.tokens.len() - lead {
            0 => lead.min(letters) + 1,
            behind => self.tokens.len() + behind * (letters + 1),
        }
    }
}

impl Filled<'_> {
    /// Whether the text matches, with wildcards that match anything.
    pub fn matches(&self, text: &str) -> Truth {
        Truth::from(glob(&self.tokens, text, |a, b| a == b)) & self.certain
    }

    /// The same, without regard to case.
    pub fn matches_in_any_case(&self, text: &str) -> Truth {
        Truth::from(glob(&self.tokens, text, same_in_any_case)) & self.certain
    }

    /// Whether an ARN matches as a `Resource`: AWS documents that a star at the end of its segment may match
    /// colons, and advises to keep other wildcards within a segment, so for those the answer is unknown
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>).
    pub fn matches_resource(&self, arn: &str) -> Truth {
        let loose = self.matches(arn);
        if loose == Truth::False || self.automaton(Colons::AtEndOfSegment).matches(arn) {
            loose
        } else {
            Truth::Unknown
        }
    }

    /// Whether an ARN matches as with `ArnLike`: each of the six segments separately.
    pub fn matches_arn(&self, arn: &str) -> Truth {
        Truth::from(self.automaton(Colons::Never).matches(arn)) & self.certain
    }

    /// The text, if it is certain and without wildcards.
    pub fn literal(&self) -> Option<String> {
        let letter = |token: &Token| match token {
            Token::Letter(letter) => Some(*letter),
            _ => None,
        };
        (self.certain == Truth::True).then(|| self.tokens.iter().map(letter).collect())?
    }

    /// Whether the values of its variables are known: false if one has no value.
    pub fn certain(&self) -> Truth {
        self.certain
    }

    /// Whether every text with this prefix matches, or some, or none.
    pub fn matches_all_beginning(&self, start: &str) -> Truth {
        self.all_beginning(start, Colons::Always)
    }

    /// The same for ARNs with known first five segments, each segment separately.
    pub fn matches_all_arns_beginning(&self, start: &str) -> Truth {
        match start.matches(':').count() {
            5.. => self.all_beginning(start, Colons::Never),
            _ => Truth::Unknown,
        }
    }

    fn all_beginning(&self, start: &str, colons: Colons) -> Truth {
        let reached = self.automaton(colons).run(start);
        let all = self.tokens.last() == Some(&Token::Many) && reached.accepts;
        match (reached.is_stuck, all) {
            (true, _) => Truth::False,
            (false, true) => self.certain,
            (false, false) => Truth::Unknown & self.certain,
        }
    }

    /// The automaton that accepts what this matches.
    pub fn automaton(&self, colons: Colons) -> Automaton {
        let mut separators = 0;
        let steps = self.tokens.iter().enumerate().map(|(at, token)| {
            let colon = match colons {
                Colons::Always => true,
                Colons::Never => separators >= 5,
                Colons::AtEndOfSegment => {
                    let ends = matches!(self.tokens.get(at + 1), None | Some(Token::Letter(':')));
                    separators >= 5 || (ends && *token == Token::Many)
                }
            };
            match token {
                Token::Letter(letter) => {
                    separators += usize::from(*letter == ':');
                    Step::Letter(*letter)
                }
                Token::One => Step::One { colon },
                Token::Many | Token::Variable(_) => Step::Many { colon },
            }
        });
        Automaton::new(steps.collect())
    }
}

/// Where a wildcard may match a colon, in the first five segments of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colons {
    Always,
    Never,
    AtEndOfSegment,
}

/// Matches by going back to the last star only, which is enough if every star matches anything.
fn glob(pattern: &[Token], text: &str, same: fn(char, char) -> bool) -> bool {
    let letter_at = |at: usize| text[at..].chars().next();
    let (mut p, mut t) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while let Some(letter) = letter_at(t) {
        match pattern.get(p) {
            Some(Token::Letter(own)) if same(*own, letter) => {
                (p, t) = (p + 1, t + letter.len_utf8())
            }
            Some(Token::One) => (p, t) = (p + 1, t + letter.len_utf8()),
            Some(Token::Many) => {
                last_star = Some((p, t));
                p += 1;
            }
            _ => match last_star {
                Some((star, from)) => {
                    let next = from + letter_at(from).map_or(1, char::len_utf8);
                    last_star = Some((star, next));
                    (p, t) = (star + 1, next);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|token| *token == Token::Many)
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    const FULL: Reading = Reading { wildcards: true, variables: true };

    fn resource(pattern: &str, arn: &str) -> Truth {
        Pattern::read(pattern, FULL).completed().fill(&Context::complete()).matches_resource(arn)
    }

    #[test]
    fn a_resource_matches_by_segments_and_by_case() {
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf";
        let cases = [
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-??????", True),
            ("arn:aws:secretsmanager:*:*:secret:prod/*", True),
            ("arn:aws:secretsmanager:*", True),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db", False),
            ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:PROD/*", False),
            // A star at the end of its segment may go beyond the colon.
            ("arn:aws:secretsmanager:*:secret:prod/db-AbCdEf", True),
            ("arn:aws:secretsmanager:eu-*3:secret:prod/db-AbCdEf", Unknown),
        ];
        for (pattern, expected) in cases {
            assert_eq!(resource(pattern, secret), expected, "{pattern}");
        }
    }

    #[test]
    fn in_arn_like_no_wildcard_goes_beyond_its_segment() {
        let like = |pattern| {
            let pattern = Pattern::read(pattern, FULL).completed();
            pattern.fill(&Context::complete()).matches_arn("arn:aws:iam::111122223333:role/a:b")
        };
        assert_eq!(like("arn:aws:iam::*:role/*"), True);
        assert_eq!(like("arn:aws:iam::*"), True);
        assert_eq!(like("arn:aws:iam:*:role/*"), False);
        assert_eq!(like("arn:*:role/a:b"), False);
    }

    #[test]
    fn the_value_of_a_variable_is_taken_literally() {
        let pattern = Pattern::read("team/${aws:PrincipalTag/team}/*", FULL);
        let with = |tag: &str| Context::complete().with_value("aws:PrincipalTag/team", tag);
        assert_eq!(pattern.fill(&with("pay")).matches("team/pay/x"), True);
        assert_eq!(pattern.fill(&with("*")).matches("team/pay/x"), False);
        assert_eq!(pattern.fill(&with("*")).matches("team/*/x"), True);
        assert_eq!(pattern.fill(&Context::complete()).matches("team//x"), False);
        assert_eq!(pattern.fill(&Context::partial()).matches("team/pay/x"), Unknown);
        assert_eq!(pattern.fill(&Context::partial()).matches("squad/pay/x"), False);
    }

    #[test]
    fn wildcards_can_be_written_as_letters() {
        let pattern = Pattern::read("a${*}b${?}${$}", FULL).fill(&Context::complete()).literal();
        assert_eq!(pattern.as_deref(), Some("a*b?$"));
        let old = Reading { wildcards: true, variables: false };
        assert_eq!(
            Pattern::read("${aws:username}", old).fill(&Context::complete()).literal().as_deref(),
            Some("${aws:username}")
        );
    }

    #[test]
    fn a_known_beginning_can_decide() {
        let fill = |text| Pattern::read(text, FULL);
        let none = Context::complete();
        assert_eq!(fill("AROAX:*").fill(&none).matches_all_beginning("AROAX:"), True);
        assert_eq!(fill("AROAX:task*").fill(&none).matches_all_beginning("AROAX:"), Unknown);
        assert_eq!(fill("AROAY:*").fill(&none).matches_all_beginning("AROAX:"), False);
    }

    #[test]
    fn the_known_beginning_of_an_arn_can_decide_segment_by_segment() {
        let none = Context::complete();
        let cases = [
            ("arn:aws:ecs:eu-west-1:111122223333:*", True),
            ("arn:aws:ecs:*:111122223333:*", True),
            ("arn:aws:ecs:*:*", True),
            ("arn:aws:ecs:us-east-1:111122223333:*", False),
            ("arn:aws:ecs:eu-west-1:111122223333:cluster/prod", Unknown),
        ];
        for (text, expected) in cases {
            let pattern = Pattern::read(text, FULL).completed();
            let found = pattern
                .fill(&none)
                .matches_all_arns_beginning("arn:aws:ecs:eu-west-1:111122223333:");
            assert_eq!(found, expected, "{text}");
        }
    }
}
