//! Checks that do with a gap what they should not: on them the property tests have to find holes.

use super::sweep::Listed;
use crate::checks::{Case, Check, Group, each};
use crate::facts::View;
use crate::knowledge::{Seen, Stop};
use crate::lookup::secretsmanager::{DescribeSecret, Secret};
use crate::names::ValueFrom;
use crate::task::{InSecretsManager, SecretUse, Task};
use crate::verdict::{Judgement, fail, not_applicable, pass};

static CARELESSNESS: Group = Group { name: "carelessness", ..Group::EMPTY };

/// Checks that do with a gap what they should not.
pub(super) static CARELESS: &[Listed] = &[
    (&CARELESSNESS, &careless("careless-passing", |task| each(task, swallow))),
    (&CARELESSNESS, &careless("careless-accusing", |task| each(task, accuse))),
    (&CARELESSNESS, &careless("careless-hoping", |task| each(task, hope))),
    (&CARELESSNESS, &careless("careless-leaving", |task| each(task, leave))),
];

const fn careless(id: &'static str, judge: for<'t> fn(&'t Task) -> Vec<Case<'t>>) -> Check {
    Check {
        id,
        verifies: "",
        prevents: &[],
        remedy: "",
        docs: "",
        asks: &[],
        advises: false,
        judge,
    }
}

fn asked<'f>(it: &SecretUse, facts: &View<'f>) -> Result<Seen<&'f Secret>, Stop> {
    let region = it.task.region()?.clone();
    let id = match it.reference()? {
        ValueFrom::Secret(secret) => secret.secret_arn().to_string(),
        ValueFrom::SecretThroughParameter { secret_id, .. } => secret_id,
        ValueFrom::Parameter(parameter) => parameter.name,
    };
    facts.get(&DescribeSecret { region, id })
}

fn swallow(it: &InSecretsManager, facts: &View) -> Judgement {
    let _nobody_looks = asked(it, facts).ok();
    pass("nobody said no")
}

fn accuse(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Found(_)) => pass("it is there"),
        _ => fail("it is not there").judge(),
    }
}

fn hope(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Absent(_)) => fail("it is not there").judge(),
        _ => pass("it is there"),
    }
}

fn leave(it: &InSecretsManager, facts: &View) -> Judgement {
    match asked(it, facts) {
        Ok(Seen::Absent(_)) => fail("it is not there").judge(),
        Ok(Seen::Found(_)) => pass("it is there"),
        Err(_) => not_applicable("there is nothing to see"),
    }
}
