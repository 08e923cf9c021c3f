//! Reads an expression, with the position of what is wrong.

use std::borrow::Cow;
use std::str::FromStr;

use super::pattern::Pattern;
use super::{
    Chain, Condition, Joint, LONGEST, Literal, Order, Predicate, Query, QueryError, Quotes,
    Subject, Term, date,
};

type Parsed<T> = Result<T, QueryError>;

/// How deep parentheses and negations may be nested.
const DEEPEST: usize = 200;

/// The name of an attribute is at most so long.
const LONGEST_NAME: usize = 128;

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Parsed<Query> {
        let mut reader = Reader { text: text.chars().collect(), at: 0 };
        if reader.text.len() > LONGEST {
            return Err(error(LONGEST, "the expression is longer than 2000 characters"));
        }
        let whole = reader.chain(0)?;
        match reader.ahead() {
            None => Ok(Query { whole }),
            Some(')') => Err(error(reader.at, "this `)` closes no parenthesis")),
            Some(_) => Err(error(reader.at, "expected `and`, `or` or the end")),
        }
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
}

/// The operators, longer ones before those that they begin with.
const OPERATORS: [(&str, Operator); 22] = [
    ("==", Operator::Equals { negated: false }),
    ("equals", Operator::Equals { negated: false }),
    ("!=", Operator::Equals { negated: true }),
    ("not_equals", Operator::Equals { negated: true }),
    (">=", Operator::Ordered(Order::GreaterOrEqual)),
    ("greater_than_equal", Operator::Ordered(Order::GreaterOrEqual)),
    (">", Operator::Ordered(Order::Greater)),
    ("greater_than", Operator::Ordered(Order::Greater)),
    ("<=", Operator::Ordered(Order::LessOrEqual)),
    ("less_than_equal", Operator::Ordered(Order::LessOrEqual)),
    ("<", Operator::Ordered(Order::Less)),
    ("less_than", Operator::Ordered(Order::Less)),
    ("exists", Operator::Exists { negated: false }),
    ("!exists", Operator::Exists { negated: true }),
    ("not_exists", Operator::Exists { negated: true }),
    ("in", Operator::In { negated: false }),
    ("!in", Operator::In { negated: true }),
    ("not_in", Operator::In { negated: true }),
    ("=~", Operator::Matches { negated: false }),
    ("matches", Operator::Matches { negated: false }),
    ("!~", Operator::Matches { negated: true }),
    ("not_matches", Operator::Matches { negated: true }),
];

#[derive(Clone, Copy)]
enum Operator {
    Equals { negated: bool },
    Ordered(Order),
    Exists { negated: bool },
    In { negated: bool },
    Matches { negated: bool },
}

impl Reader {
    fn chain(&mut self, depth: usize) -> Parsed<Chain> {
        let first = self.term(depth)?;
        let mut rest = Vec::new();
        while let Some(joint) = self.joint() {
            rest.push((joint, self.term(depth)?));
        }
        Ok(Chain { first, rest })
    }

    fn joint(&mut self) -> Option<Joint> {
        let joints =
            [("&&", Joint::And), ("and", Joint::And), ("||", Joint::Or), ("or", Joint::Or)];
        joints.into_iter().find_map(|(word, joint)| self.take(word).then_some(joint))
    }

    fn term(&mut self, depth: usize) -> Parsed<Term> {
        if depth > DEEPEST {
            return Err(error(self.at, "the expression is nested too deep"));
        }
        if self.take("!") || self.take("not") {
            return Ok(Term::Not(Box::new(self.term(depth + 1)?)));
        }
        let opened = self.at;
        if self.take("(") {
            let inner = self.chain(depth + 1)?;
            return match self.ahead() {
                Some(')') => {
                    self.at += 1;
                    Ok(Term::Group(Box::new(inner)))
                }
                Some(_) => Err(error(self.at, "expected `and`, `or` or `)`")),
                None => {
                    let problem = format!(
                        "the parenthesis opened at character {} is not closed",
                        self.skipped(opened) + 1
                    );
                    Err(error(self.at, problem))
                }
            };
        }
        self.predicate().map(Term::Is)
    }

    fn predicate(&mut self) -> Parsed<Predicate> {
        let subject = self.subject()?;
        let _ = self.ahead();
        let at = self.at;
        let known = OPERATORS.into_iter().find(|(word, _)| self.take(word));
        let Some((word, operator)) = known else {
            return Err(error(at, format!("expected an operator such as `==` after `{subject}`")));
        };
        let condition = self.condition(operator, &subject)?;
        if !condition.suits(&subject) {
            return Err(error(at, format!("`{subject}` does not support the operator `{word}`")));
        }
        Ok(Predicate { subject, condition })
    }

    fn subject(&mut self) -> Parsed<Subject> {
        let fixed = [
            ("agentConnected", Subject::AgentConnected),
            ("agentVersion", Subject::AgentVersion),
            ("ec2InstanceId", Subject::Ec2InstanceId),
            ("registeredAt", Subject::RegisteredAt),
            ("runningTasksCount", Subject::RunningTasksCount),
            ("task:group", Subject::TaskGroup),
        ];
        if let Some((_, subject)) = fixed.into_iter().find(|(word, _)| self.take(word)) {
            return Ok(subject);
        }
        if self.ahead().is_none() {
            return Err(error(self.at, "expected a subject such as `attribute:NAME`"));
        }
        let start = self.at;
        if !self.starts_with("attribute:") {
            let word = self.word(|it| it.is_alphanumeric() || ":._-".contains(it));
            self.at = start;
            let problem = if word.is_empty() {
                Cow::Borrowed("expected a subject such as `attribute:NAME`")
            } else {
                format!("`{word}` is no subject such as `attribute:NAME` or `agentVersion`").into()
            };
            return Err(error(start, problem));
        }
        self.at += "attribute:".len();
        let named = self.at;
        let name = self.word(|it| it.is_ascii_alphanumeric() || "-_/\\.".contains(it));
        match name.len() {
            0 => Err(error(named, "expected the name of an attribute")),
            1..=LONGEST_NAME => Ok(Subject::Attribute(name)),
            _ => Err(error(named, "the name of an attribute has at most 128 characters")),
        }
    }

    fn condition(&mut self, operator: Operator, subject: &Subject) -> Parsed<Condition> {
        Ok(match operator {
            Operator::Exists { negated } => Condition::Exists { negated },
            Operator::Equals { negated } => Condition::Equals { negated, to: self.value(subject)? },
            Operator::Ordered(order) => Condition::Ordered { order, than: self.value(subject)? },
            Operator::In { negated } => Condition::In { negated, list: self.list()? },
            Operator::Matches { negated } => {
                let _ = self.ahead();
                let at = self.at;
                let pattern = self.literal(Reader::unquoted_pattern)?;
                let read = Pattern::read(&pattern.text)
                    .map_err(|problem| error(at, format!("no valid pattern: {problem}")))?;
                Condition::Matches { negated, pattern, read }
            }
        })
    }

    fn value(&mut self, subject: &Subject) -> Parsed<Literal> {
        let _ = self.ahead();
        let at = self.at;
        let literal = self.literal(Reader::unquoted)?;
        let text = &literal.text;
        let expected = match subject {
            Subject::RunningTasksCount if text.parse::<i64>().is_err() => "a whole number",
            Subject::RegisteredAt if date::read(text).is_none() => {
                "a date such as 2018-06-18T22:28:28Z"
            }
            _ => return Ok(literal),
        };
        Err(error(at, format!("`{subject}` is compared with {expected}")))
    }

    fn list(&mut self) -> Parsed<Vec<Literal>> {
        if self.ahead() != Some('[') {
            return Err(error(self.at, "expected a list in brackets"));
        }
        self.at += 1;
        let mut list = Vec::new();
        if self.ahead() == Some(']') {
            self.at += 1;
            return Ok(list);
        }
        loop {
            list.push(self.literal(Reader::unquoted)?);
            match self.ahead() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    return Ok(list);
                }
                _ => return Err(error(self.at, "expected `,` or `]`")),
            }
        }
    }

    /// A value in quotes, or one that is read by `unquoted`.
    fn literal(&mut self, unquoted: fn(&mut Reader) -> String) -> Parsed<Literal> {
        let quotes = match self.ahead() {
            Some('\'') => Quotes::Single,
            Some('"') => Quotes::Double,
            _ => {
                let text = unquoted(self);
                return match text.is_empty() {
                    true => Err(error(self.at, "expected a value")),
                    false => Ok(Literal { text, quotes: Quotes::None }),
                };
            }
        };
        let quote = self.text[self.at];
        self.at += 1;
        let text = self.word(|it| it != quote);
        match self.peek() {
            Some(_) => {
                self.at += 1;
                Ok(Literal { text, quotes })
            }
            None => Err(error(self.at, format!("the {quote} is not closed"))),
        }
    }

    fn unquoted(&mut self) -> String {
        self.word(|it| !it.is_whitespace() && !"()[],&|!=<>~'\"".contains(it))
    }

    /// A pattern ends at a blank, at the parenthesis that closes a group around it, or at `&&` and `||`.
    fn unquoted_pattern(&mut self) -> String {
        let start = self.at;
        let (mut groups, mut in_class) = (0_usize, false);
        while let Some(next) = self.peek().filter(|it| !it.is_whitespace()) {
            match next {
                '\\' if self.text.get(self.at + 1).is_some_and(|it| !it.is_whitespace()) => {
                    self.at += 1
                }
                '[' => in_class = true,
                ']' => in_class = false,
                '(' if !in_class => groups += 1,
                ')' if !in_class && groups == 0 => break,
                ')' if !in_class => groups -= 1,
                '&' | '|' if self.text.get(self.at + 1) == Some(&next) && !in_class => break,
                _ => {}
            }
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    /// The next character after blanks.
    fn ahead(&mut self) -> Option<char> {
        self.at = self.skipped(self.at);
        self.peek()
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skipped(&self, from: usize) -> usize {
        let blanks = self.text[from..].iter().take_while(|it| it.is_whitespace());
        from + blanks.count()
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let word: String =
            self.text[self.at..].iter().copied().take_while(|it| belongs(*it)).collect();
        self.at += word.chars().count();
        word
    }

    /// Takes this word or symbol after blanks, if it is next and does not continue as a longer word.
    fn take(&mut self, word: &str) -> bool {
        let _ = self.ahead();
        let end = self.at + word.len();
        let is_word = word.ends_with(|it: char| it.is_ascii_alphabetic());
        let continues = |it: &char| it.is_alphanumeric() || "_:.-/".contains(*it);
        let is_longer = is_word && self.text.get(end).is_some_and(continues);
        let takes = self.starts_with(word) && !is_longer;
        if takes {
            self.at = end;
        }
        takes
    }

    fn starts_with(&self, word: &str) -> bool {
        let here = self.text[self.at..].iter().take(word.len());
        here.copied().eq(word.chars())
    }
}

fn error(position: usize, problem: impl Into<Cow<'static, str>>) -> QueryError {
    QueryError { problem: problem.into(), position }
}
