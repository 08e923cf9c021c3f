//! The patterns of `Resource` and `NotResource`
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>).

use super::context::Context;
use super::pattern::{Pattern, Reading, Token};
use super::truth::Truth;

/// A pattern for the ARNs of resources.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResourcePattern {
    pub pattern: Pattern,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `*`
    Everything,
    Arn,
    /// An ARN in a form that AWS says is not allowed: whether it matches is unknown.
    Discouraged,
    Malformed,
}

impl ResourcePattern {
    pub fn read(text: &str, variables: bool) -> ResourcePattern {
        let pattern = Pattern::read(text, Reading { wildcards: true, variables });
        if pattern.is_everything() {
            return ResourcePattern { pattern, form: Form::Everything };
        }
        let pattern = pattern.completed();
        let form = form_of(&pattern);
        ResourcePattern { pattern, form }
    }

    /// Whether it matches the resource of a request: an ARN, or `*` for an action that has none.
    pub fn matches(&self, resource: &str, context: &Context) -> Truth {
        let arn = || self.pattern.fill(context).matches_resource(resource);
        match self.form {
            Form::Everything => Truth::True,
            _ if resource == "*" => Truth::False,
            Form::Malformed => Truth::Unknown,
            Form::Arn => arn(),
            Form::Discouraged => arn() & Truth::Unknown,
        }
    }

    /// Whether it spares the resource as `NotResource`. AWS says that with a variable without value it
    /// matches no resource, and elsewhere that the statement may be invalid then: so it is unknown
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>).
    pub fn excludes(&self, resource: &str, context: &Context) -> Truth {
        if self.pattern.fill(context).certain() == Truth::False {
            return Truth::Unknown;
        }
        self.matches(resource, context)
    }

    /// What is wrong with it, so that it is unknown how AWS reads it.
    pub fn fault(&self) -> Option<String> {
        (self.form == Form::Malformed)
            .then(|| format!("`{}` is neither `*` nor an ARN", self.pattern.text))
    }

    /// Why a match with it is in doubt.
    pub fn reservation(&self) -> Option<String> {
        (self.form == Form::Discouraged).then(|| {
            let text = &self.pattern.text;
            format!("AWS does not allow a wildcard or variable in that part of `{text}`")
        })
    }
}

fn form_of(pattern: &Pattern) -> Form {
    let segments = pattern.segments();
    let wild = |token: &Token| matches!(token, Token::One | Token::Many | Token::Variable(_));
    let [arn, partition, service, region, account, resource] = segments[..] else {
        return Form::Malformed;
    };
    let spells =
        |segment: &[Token], word: &str| segment.iter().cloned().eq(word.chars().map(Token::Letter));
    if !spells(arn, "arn") || service.is_empty() {
        return Form::Malformed;
    }
    // `arn:aws:iam::111122223333:u*` is the documented example of what is not allowed. Elsewhere such
    // patterns are plain text to AWS.
    let kind: Vec<_> = resource.iter().take_while(|it| **it != Token::Letter('/')).collect();
    let kind_is_wild = kind.len() < resource.len() || kind.len() > 1;
    let wild_kind = spells(service, "iam") && kind_is_wild && kind.iter().any(|it| wild(it));
    // Variables belong behind the fifth colon
    // (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
    let variable = |token: &Token| matches!(token, Token::Variable(_));
    let early = [partition, region, account].into_iter().flatten().any(variable);
    if service.iter().any(wild) || wild_kind || early { Form::Discouraged } else { Form::Arn }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    #[test]
    fn what_is_no_arn_is_in_doubt_and_what_is_discouraged_too_where_it_would_match() {
        let role = "arn:aws:iam::111122223333:role/app";
        let cases = [
            ("*", True),
            ("**", True),
            ("arn:aws:iam::111122223333:*", True),
            ("arn:aws:iam::111122223333:role/*", True),
            ("arn:aws:iam::111122223333:ro*", Unknown),
            ("arn:aws:iam::111122223333:us*", False),
            ("arn:aws:i*::111122223333:role/app", Unknown),
            ("arn:aws:s*::111122223333:role/app", False),
            ("role/app", Unknown),
            ("arn:aws::iam:*", Unknown),
            ("arn:aws:iam", True),
            ("arn:aws:sqs", False),
            ("arn:aws:iam::${aws:PrincipalAccount, '111122223333'}:role/app", Unknown),
            ("", Unknown),
        ];
        for (pattern, expected) in cases {
            let found = ResourcePattern::read(pattern, true).matches(role, &Context::complete());
            assert_eq!(found, expected, "{pattern}");
        }
    }

    #[test]
    fn an_action_without_resource_type_wants_a_star() {
        let matches = |text| ResourcePattern::read(text, true).matches("*", &Context::complete());
        assert_eq!(matches("*"), True);
        assert_eq!(matches("arn:aws:ecr:*:*:repository/*"), False);
    }
}
