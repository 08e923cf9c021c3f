//! From the statements that apply to the verdict
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>).

use super::grant::Grants;
use super::inspection::{Caller, Inspection};
use super::layers::{Layers, Side};
use super::policy::{Effect, Statement};
use super::request::Request;
use super::truth::Truth;

/// The end of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The request passes.
    Allow,
    /// Some statement denies it.
    ExplicitDeny,
    /// Nothing denies it, but a required allow is missing.
    ImplicitDeny,
    /// It depends on something unknown.
    Open,
}

/// A statement, compared with the request.
#[derive(Clone, Debug)]
pub(super) struct Judged<'a> {
    pub side: Side,
    pub statement: &'a Statement,
    pub inspection: Inspection,
}

impl Judged<'_> {
    pub fn applies(&self) -> Truth {
        self.inspection.applies()
    }

    /// Whether it has this effect: no if it has the other one, and at best unknown if its effect cannot be
    /// read.
    pub fn weight(&self, effect: Effect) -> Truth {
        match self.statement.effect {
            Some(own) if own == effect => Truth::True,
            Some(_) => Truth::False,
            None => Truth::Unknown,
        }
    }

    /// How many steps it takes at most to compare what is undecided with a key's value of so many letters.
    pub fn steps_again(&self, request: &Request, letters: usize) -> usize {
        let (statement, inspection) = (self.statement, &self.inspection);
        let conditions = statement.conditions.iter().zip(&inspection.conditions);
        let open = conditions.filter(|(_, truth)| **truth == Truth::Unknown);
        let values = open.flat_map(|(condition, _)| &condition.values);
        let of_values: usize = values.map(|value| value.steps_for(letters)).sum();
        let arn = request.resource.len();
        let of_resources: usize = match &statement.resources {
            Some(resources) if inspection.resource == Truth::Unknown => {
                resources.patterns.iter().map(|it| it.pattern.steps_for(arn)).sum()
            }
            _ => 0,
        };
        of_values + of_resources + 1
    }
}

/// What does not change with the condition keys.
#[derive(Clone, Debug)]
pub(super) struct Situation {
    levels: usize,
    has_boundary: bool,
    has_session: bool,
    has_endpoint: bool,
    of_no_account: bool,
    of_root_user: bool,
    needs_delegation: bool,
    within_account: Option<bool>,
    /// Whether a grant allows it.
    pub granted: Truth,
}

/// The result of each side.
#[derive(Clone, Debug)]
pub(super) struct Sides {
    pub denied: Truth,
    pub identity: Truth,
    pub boundary: Truth,
    pub session: Truth,
    pub endpoint: Truth,
    pub service_control: Vec<Truth>,
    pub resource: Caller,
}

/// Compares every statement with the request.
pub(super) fn judge<'a>(request: &Request, layers: &'a Layers) -> Vec<Judged<'a>> {
    let statements = layers.statements(&request.principal);
    let judged = |(side, statement)| {
        let inspection = Inspection::of(statement, request, layers.boundary.is_some());
        Judged { side, statement, inspection }
    };
    statements.into_iter().map(judged).collect()
}

impl Situation {
    pub fn of(request: &Request, layers: &Layers) -> Situation {
        let granted = match &layers.grants {
            _ if !request.needs_delegation() => Truth::False,
            Grants::Known(grants) => Truth::any(grants.iter().map(|grant| grant.allows(request))),
            Grants::Unreadable(_) => Truth::Unknown,
        };
        Situation {
            levels: layers.service_control_on(&request.principal).len(),
            has_boundary: layers.boundary.is_some(),
            has_session: !layers.session.is_empty(),
            has_endpoint: layers.endpoint.is_some(),
            of_no_account: request.principal.is_of_no_account(),
            of_root_user: request.principal.is_root_user(),
            needs_delegation: request.needs_delegation(),
            within_account: request.within_account(),
            granted,
        }
    }

    /// The verdict of one set of sides.
    pub fn verdict(&self, sides: &Sides) -> Verdict {
        match (sides.denied, self.allowed(sides)) {
            (Truth::True, _) => Verdict::ExplicitDeny,
            (_, Truth::False) => Verdict::ImplicitDeny,
            (Truth::False, Truth::True) => Verdict::Allow,
            _ => Verdict::Open,
        }
    }

    /// Whether everything that is needed allows it.
    pub fn allowed(&self, sides: &Sides) -> Truth {
        let around = sides.endpoint & Truth::all(sides.service_control.iter().copied());
        let core = match self.within_account {
            _ if self.of_no_account => sides.resource.direct,
            Some(true) => self.allowed_within_account(sides),
            Some(false) => self.allowed_across_accounts(sides),
            None => {
                let (a, b) =
                    (self.allowed_within_account(sides), self.allowed_across_accounts(sides));
                if a == b { a } else { Truth::Unknown }
            }
        };
        around & core
    }

    /// A session, a user or everyone that the resource's policy names needs nothing else; a role is still
    /// limited by its boundary; an account also needs its identity policies
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>).
    fn allowed_within_account(&self, sides: &Sides) -> Truth {
        let delegated = if self.needs_delegation { sides.resource.account } else { Truth::True };
        let limits = sides.boundary & sides.session;
        let by_role = limits & (sides.resource.role | (delegated & sides.identity));
        sides.resource.direct | by_role | self.by_grant(limits)
    }

    /// Both accounts have to allow it
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>).
    fn allowed_across_accounts(&self, sides: &Sides) -> Truth {
        let own = sides.identity & sides.boundary & sides.session;
        (sides.resource.in_any_quality() & own) | self.by_grant(own)
    }

    /// AWS does not document whether the caller's limits apply to a grant: the answer is certain only if both
    /// allow.
    fn by_grant(&self, limits: Truth) -> Truth {
        self.granted & (limits | Truth::Unknown)
    }
}

impl Sides {
    /// What the sides say, if the statements apply so far.
    pub fn of<'a>(
        situation: &Situation,
        judged: impl Iterator<Item = (&'a Judged<'a>, Caller)>,
    ) -> Sides {
        let without = |exists: bool| if exists { Truth::False } else { Truth::True };
        let nobody = Caller { direct: Truth::False, role: Truth::False, account: Truth::False };
        let mut sides = Sides {
            denied: Truth::False,
            identity: without(!situation.of_root_user),
            boundary: without(situation.has_boundary),
            session: without(situation.has_session),
            endpoint: without(situation.has_endpoint),
            service_control: vec![Truth::False; situation.levels],
            resource: nobody,
        };
        for (judged, applies) in judged {
            sides.add_statement(judged, applies);
        }
        sides
    }

    /// Adds what one more statement says, if it applies so far.
    pub fn add_statement(&mut self, judged: &Judged<'_>, applies: Caller) {
        self.denied = self.denied | (applies.in_any_quality() & judged.weight(Effect::Deny));
        self.add(judged.side, applies.limited(judged.weight(Effect::Allow)));
    }

    fn add(&mut self, side: Side, allows: Caller) {
        let truth = allows.in_any_quality();
        let place = match side {
            Side::Identity => &mut self.identity,
            Side::Boundary => &mut self.boundary,
            Side::Session => &mut self.session,
            Side::Endpoint => &mut self.endpoint,
            Side::ServiceControl(level) => match self.service_control.get_mut(level) {
                Some(place) => place,
                None => return,
            },
            Side::ResourceControl => return,
            Side::Resource => {
                let own = &mut self.resource;
                own.direct = own.direct | allows.direct;
                own.role = own.role | allows.role;
                own.account = own.account | allows.account;
                return;
            }
        };
        *place = *place | truth;
    }
}

impl Situation {
    /// The required sides that do not allow the request.
    pub fn lacking(&self, sides: &Sides) -> Vec<Side> {
        let mut lacking = Vec::new();
        let levels = sides.service_control.iter().enumerate();
        let levels = levels.filter(|(_, allows)| **allows == Truth::False);
        lacking.extend(levels.map(|(level, _)| Side::ServiceControl(level)));
        let mut needs = |side, allows: Truth| {
            if allows == Truth::False {
                lacking.push(side);
            }
        };
        needs(Side::Endpoint, sides.endpoint);
        if self.of_no_account {
            needs(Side::Resource, sides.resource.direct);
            return lacking;
        }
        needs(Side::Boundary, sides.boundary);
        needs(Side::Session, sides.session);
        let by_role = sides.resource.role | sides.resource.direct;
        let across = self.within_account == Some(false);
        needs(Side::Identity, if across { sides.identity } else { sides.identity | by_role });
        if across || self.needs_delegation {
            needs(Side::Resource, sides.resource.in_any_quality());
        }
        lacking
    }

    /// The sides whose allow decides, on the most certain way.
    pub fn needed(&self, sides: &Sides) -> Vec<Side> {
        let mut needed: Vec<Side> = (0..self.levels).map(Side::ServiceControl).collect();
        let limits = [Side::Boundary, Side::Session];
        let by_identity = sides.identity & sides.boundary & sides.session;
        let by_role = sides.resource.role & sides.boundary & sides.session;
        let handed_over =
            self.needs_delegation && by_identity & sides.resource.account == Truth::True;
        let (own, role) =
            (by_identity >= by_role.max(sides.resource.direct), by_role > sides.resource.direct);
        if self.of_no_account {
            needed.push(Side::Resource);
        } else if self.within_account != Some(true) || handed_over {
            needed.extend([Side::Identity, Side::Resource]);
            needed.extend(limits);
        } else if own && !self.needs_delegation {
            needed.push(Side::Identity);
            needed.extend(limits);
        } else {
            needed.push(Side::Resource);
            needed.extend(limits.into_iter().filter(|_| role));
        }
        needed.push(Side::Endpoint);
        needed
    }
}
