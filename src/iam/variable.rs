//! Policy variables: `${aws:PrincipalTag/team}`, with a default `${aws:PrincipalTag/team, 'none'}`
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).

use super::context::Context;
use super::key_state::KeyState;

/// A variable in a text of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Variable {
    /// The condition key, as written.
    pub key: String,
    /// The key in lower case.
    pub folded: String,
    /// The default value if the request lacks the key.
    pub default: Option<String>,
}

/// The value of a variable in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Substitute<'a> {
    /// This text, in which a `*` is an ordinary character.
    Text(&'a str),
    /// A text with this prefix.
    Begins(&'a str),
    /// No value: a text with the variable matches nothing.
    Nothing,
    /// Unknown.
    Unknown,
}

impl Variable {
    /// The variable that a text begins with, and what follows it.
    pub fn at_start(text: &str) -> Option<(Variable, &str)> {
        let (inside, rest) = text.strip_prefix("${")?.split_once('}')?;
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => {
                let quoted = default.trim().strip_prefix('\'')?.strip_suffix('\'')?;
                (key.trim(), Some(quoted.to_owned()))
            }
            None => (inside.trim(), None),
        };
        let variable = Variable { key: key.to_owned(), folded: key.to_lowercase(), default };
        Some((variable, rest))
    }

    /// Its value. Only a single-valued key can be used as a variable; AWS does not document what happens with
    /// another.
    pub fn resolve<'a>(&'a self, context: &'a Context) -> Substitute<'a> {
        match context.state(&self.folded) {
            KeyState::Known(values) => match &values[..] {
                [value] => Substitute::Text(value),
                _ => Substitute::Unknown,
            },
            KeyState::Begins(start) => Substitute::Begins(start),
            KeyState::Absent => {
                self.default.as_deref().map_or(Substitute::Nothing, Substitute::Text)
            }
            KeyState::Unknown => Substitute::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_a_key_and_may_have_a_default() {
        let (plain, rest) = Variable::at_start("${aws:PrincipalTag/Team}/x").unwrap();
        assert_eq!(
            (plain.key.as_str(), plain.default, rest),
            ("aws:PrincipalTag/Team", None, "/x")
        );
        let (with_default, _) = Variable::at_start("${aws:PrincipalTag/team, 'no team'}").unwrap();
        assert_eq!(with_default.default.as_deref(), Some("no team"));
        assert_eq!(Variable::at_start("${aws:username"), None);
        assert_eq!(Variable::at_start("{aws:username}"), None);
    }

    #[test]
    fn given_no_value_then_the_default_stands_for_it_or_nothing_does() {
        let plain = Variable::at_start("${aws:PrincipalTag/team}").unwrap().0;
        let with_default = Variable::at_start("${aws:PrincipalTag/team,'core'}").unwrap().0;
        let absent = Context::complete();
        assert_eq!(plain.resolve(&absent), Substitute::Nothing);
        assert_eq!(with_default.resolve(&absent), Substitute::Text("core"));
        let unknown = Context::partial();
        assert_eq!(with_default.resolve(&unknown), Substitute::Unknown);
        let known = Context::complete().with_value("AWS:PrincipalTag/TEAM", "pay");
        assert_eq!(with_default.resolve(&known), Substitute::Text("pay"));
    }
}
