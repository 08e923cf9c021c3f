//! A statement compared with a request, element by element.

use super::policy::{Effect, Statement};
use super::principal::{Principal, Quality};
use super::request::Request;
use super::truth::Truth;

/// How far a statement applies to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inspection {
    pub action: Truth,
    pub resource: Truth,
    pub caller: Caller,
    pub conditions: Vec<Truth>,
    /// Whether something in it is in doubt.
    pub in_doubt: bool,
}

/// Whether a statement names the caller: directly, by its role, or by its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub direct: Truth,
    pub role: Truth,
    pub account: Truth,
}

impl Caller {
    const EVERYONE: Caller =
        Caller { direct: Truth::True, role: Truth::False, account: Truth::False };
    const NOT_KNOWN: Caller =
        Caller { direct: Truth::Unknown, role: Truth::False, account: Truth::False };

    /// In any of these ways.
    pub fn in_any_quality(self) -> Truth {
        self.direct | self.role | self.account
    }

    /// The same, limited by another condition.
    pub fn limited(self, limit: Truth) -> Caller {
        Caller {
            direct: self.direct & limit,
            role: self.role & limit,
            account: self.account & limit,
        }
    }
}

impl Inspection {
    /// Compares a statement with a request. `NotPrincipal` never exempts a principal with a permissions
    /// boundary
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>).
    pub fn of(statement: &Statement, request: &Request, has_boundary: bool) -> Inspection {
        Inspection {
            action: action(statement, request),
            resource: resource(statement, request),
            caller: caller(statement, request, has_boundary),
            conditions: statement.conditions.iter().map(|it| it.test(&request.context)).collect(),
            in_doubt: !statement.doubts.is_empty(),
        }
    }

    /// For which ways it applies in another context: what is undecided is compared again, the rest stays as it
    /// is.
    pub fn applies_again(&self, statement: &Statement, request: &Request) -> Caller {
        let resource = match self.resource {
            Truth::Unknown => resource(statement, request),
            decided => decided,
        };
        let conditions = statement.conditions.iter().zip(&self.conditions);
        let conditions = conditions.map(|(condition, truth)| match truth {
            Truth::Unknown => condition.test(&request.context),
            decided => *decided,
        });
        self.caller.limited(self.action & resource & Truth::all(conditions) & self.doubt())
    }

    fn doubt(&self) -> Truth {
        if self.in_doubt { Truth::Unknown } else { Truth::True }
    }

    /// Whether the statement may deny the action, of whatever resource.
    pub fn may_deny(&self, statement: &Statement) -> bool {
        let apart = self.action
            & Truth::all(self.conditions.iter().copied())
            & self.caller.in_any_quality();
        statement.effect == Some(Effect::Deny) && apart != Truth::False
    }

    /// Whether it applies, apart from whom it names.
    fn apart_from_caller(&self) -> Truth {
        let conditions = Truth::all(self.conditions.iter().copied());
        self.action & self.resource & conditions & self.doubt()
    }

    /// Whether it applies.
    pub fn applies(&self) -> Truth {
        self.apart_from_caller() & self.caller.in_any_quality()
    }

    /// For which of these ways it applies.
    pub fn applies_to(&self) -> Caller {
        self.caller.limited(self.apart_from_caller())
    }
}

fn action(statement: &Statement, request: &Request) -> Truth {
    let actions = &statement.actions;
    let none = super::context::Context::complete();
    let listed = actions.patterns.iter().map(|it| it.fill(&none).matches(request.folded_action()));
    let more = if actions.in_doubt { Truth::Unknown } else { Truth::False };
    let listed = Truth::any(listed) | more;
    if actions.negated { !listed } else { listed }
}

fn resource(statement: &Statement, request: &Request) -> Truth {
    let Some(resources) = &statement.resources else { return Truth::True };
    let (patterns, context) = (resources.patterns.iter(), &request.context);
    if resources.negated {
        !Truth::any(patterns.map(|it| it.excludes(&request.resource, context)))
    } else {
        Truth::any(patterns.map(|it| it.matches(&request.resource, context)))
    }
}

fn caller(statement: &Statement, request: &Request, has_boundary: bool) -> Caller {
    let Some(principals) = &statement.principals else {
        let unread = statement.is_unread_policy();
        let all = Caller { direct: Truth::True, role: Truth::True, account: Truth::True };
        return if unread { all } else { Caller::EVERYONE };
    };
    let named = principals.named.iter().map(|(_, named)| named.is(&request.principal));
    if principals.negated {
        return match (has_boundary, spared(&named.collect::<Vec<_>>(), request)) {
            (true, _) if statement.effect == Some(Effect::Deny) => Caller::EVERYONE,
            (_, Truth::True) => Caller { direct: Truth::False, ..Caller::EVERYONE },
            (_, Truth::False) => Caller::EVERYONE,
            (_, Truth::Unknown) => Caller::NOT_KNOWN,
        };
    }
    let mut caller = Caller { direct: Truth::False, ..Caller::EVERYONE };
    for (quality, truth) in named {
        let place = match quality {
            Quality::Direct => &mut caller.direct,
            Quality::Role => &mut caller.role,
            Quality::Account => &mut caller.account,
        };
        *place = *place | truth;
    }
    // The documentation of aws:PrincipalIsAWSService shows that a deny for `*` includes services; that an allow
    // for `*` includes them is not documented.
    let everyone = principals.named.iter().any(|(text, _)| text == "*");
    if everyone && request.principal.is_service() && statement.effect == Some(Effect::Allow) {
        let by_name = principals.named.iter().filter(|(text, _)| text != "*");
        let by_name = Truth::any(by_name.map(|(_, named)| named.is(&request.principal).1));
        caller.direct = by_name | Truth::Unknown;
    }
    caller
}

/// Whether `NotPrincipal` exempts the caller: yes if it lists account, role and session, no if it lists none of
/// them; anything in between depends on the service.
fn spared(listed: &[(Quality, Truth)], request: &Request) -> Truth {
    if listed.iter().all(|(_, truth)| *truth == Truth::False) {
        return Truth::False;
    }
    let forms: &[Quality] = match &request.principal {
        Principal::Role { .. } => &[Quality::Account, Quality::Role, Quality::Direct],
        Principal::User(_) | Principal::FederatedUser(_) => &[Quality::Account, Quality::Direct],
        Principal::Service(_) | Principal::Anonymous => &[Quality::Direct],
    };
    let every = forms.iter().all(|form| listed.contains(&(*form, Truth::True)));
    if every { Truth::True } else { Truth::Unknown }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::iam::{Context, Layer, Policy};

    fn inspect(statement: &serde_json::Value, caller: &str) -> Inspection {
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        let policy = Policy::read(Layer::Trust, "trust", &document);
        let role = "arn:aws:iam::111122223333:role/app";
        let request =
            Request::new(caller.parse().unwrap(), "sts:AssumeRole", role, Context::complete());
        Inspection::of(&policy.statements[0], &request, false)
    }

    #[test]
    fn that_everyone_is_denied_includes_services_and_that_everyone_is_allowed_may_not() {
        let applies = |effect, caller| {
            let statement = json!({"Effect": effect, "Principal": "*", "Action": "sts:AssumeRole"});
            inspect(&statement, caller).applies()
        };
        assert_eq!(applies("Deny", "ecs-tasks.amazonaws.com"), Truth::True);
        assert_eq!(applies("Allow", "ecs-tasks.amazonaws.com"), Truth::Unknown);
        assert_eq!(applies("Allow", "arn:aws:iam::111122223333:user/me"), Truth::True);
    }

    #[test]
    fn a_doubt_leaves_open_what_would_apply_and_nothing_else() {
        let applies = |action| {
            let statement = json!({"Effect": "Deny", "Principal": "*", "Action": action, "If": 1});
            inspect(&statement, "arn:aws:iam::111122223333:user/me").applies()
        };
        assert_eq!(applies("sts:*"), Truth::Unknown);
        assert_eq!(applies("s3:*"), Truth::False);
    }
}
