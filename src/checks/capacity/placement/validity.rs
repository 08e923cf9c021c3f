//! What AWS accepts as placement constraints and strategies, for `capacity-placement`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html>).

use crate::document::ContextKind;
use crate::document::run_context::PlacementStrategy;
use crate::document::task_definition::PlacementConstraint;
use crate::knowledge::Stop;
use crate::placement::query::Query;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const REFUSED: &str = "InvalidParameterException";

/// A public collection of rules that were deployed, with AWS's answers.
const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";

const STRATEGY: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html";

/// The constraints of the definition and of the request together.
const MOST: usize = 10;

const COUNT: Rule = Rule::unquoted(
    "a task has at most 10 placement constraints, of its definition and its request together",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html",
    "2026-11-30",
);
const EXPRESSION: Rule = Rule::unquoted(
    "the expression of a placement constraint is in the cluster query language",
    REFUSED,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html",
    "2026-11-30",
);
const DISTINCT: Rule = Rule::quoted(
    "a distinctInstance constraint has no expression",
    "InvalidParameterException: distinctInstance expression should not be specified",
    DEPLOYED,
    "2026-09",
);
const BINPACK: Rule = Rule::quoted(
    "a binpack strategy has the field cpu or memory",
    "InvalidParameterException: binpack field '<field>' is invalid",
    DEPLOYED,
    "2026-09",
);
const RANDOM: Rule = Rule::quoted(
    "a random strategy has no field",
    "InvalidParameterException: random field should not be specified",
    DEPLOYED,
    "2026-09",
);
const SPREAD: Rule = Rule::unquoted(
    "a spread strategy has the field instanceId, host or attribute:NAME",
    REFUSED,
    STRATEGY,
    "2026-11-30",
);

pub(in crate::checks::capacity) const RULES: &[Rule] =
    &[COUNT, EXPRESSION, DISTINCT, BINPACK, RANDOM, SPREAD];

pub(super) fn judge(task: &Task, constraints: &[&PlacementConstraint], found: &mut Findings) {
    if constraints.len() > MOST {
        let message = format!(
            "there are {} placement constraints in all, but at most {MOST} are allowed",
            constraints.len()
        );
        found.add(COUNT.fail(message).remedy("Remove placement constraints"));
    }
    for it in constraints {
        found.part(it.expression.place(), |found| constraint(it, found));
    }
    // The strategy of a live service was accepted.
    if task.context.kind != ContextKind::LiveService {
        let strategies = &task.context.request.placement_strategy;
        for it in strategies.items().unwrap_or_default() {
            found.part(it.field.place(), |found| strategy(it, found));
        }
    }
}

fn constraint(it: &PlacementConstraint, found: &mut Findings) -> Result<(), Stop> {
    let text = it.expression.get()?.map_or("", String::as_str);
    match it.kind.get()?.map(String::as_str) {
        Some("distinctInstance") if !text.is_empty() => found.add(
            DISTINCT
                .fail("the distinctInstance constraint has an expression")
                .at(it.expression.place())
                .remedy("Remove expression, or set the type of the constraint to memberOf"),
        ),
        Some("memberOf") => {
            if let Err(error) = text.parse::<Query>() {
                found.add(
                    EXPRESSION
                        .fail(format!(
                            "the expression `{text}` of the placement constraint is not valid: {error}"
                        ))
                        .at(it.expression.place())
                        .remedy("Write the expression in the cluster query language, such as attribute:ecs.instance-type =~ t3.*"),
                );
            }
        }
        _ => {}
    }
    Ok(())
}

/// The API accepts upper and lower case for `binpack`: tools send `CPU` and `MEMORY`.
fn strategy(it: &PlacementStrategy, found: &mut Findings) -> Result<(), Stop> {
    let Some(field) = it.field.get()?.filter(|field| !field.is_empty()) else { return Ok(()) };
    let is = |name: &str| field.eq_ignore_ascii_case(name);
    match it.kind.get()?.map(String::as_str) {
        Some("binpack") if !is("cpu") && !is("memory") => found.add(
            BINPACK
                .fail(format!("the field of the binpack strategy is `{field}`, not cpu or memory"))
                .naming("<field>", field)
                .at(it.field.place())
                .remedy("Set field to cpu or memory"),
        ),
        Some("random") => found.add(
            RANDOM
                .fail(format!("the random strategy has the field `{field}`"))
                .at(it.field.place())
                .remedy("Remove field from the random strategy"),
        ),
        Some("spread") if !is("instanceId") && !is("host") && !field.starts_with("attribute:") => {
            found.add(
                SPREAD
                    .warn(format!(
                        "the field of the spread strategy is `{field}`, not instanceId, host or an attribute"
                    ))
                    .at(it.field.place())
                    .remedy("Set field to instanceId, or to an attribute such as attribute:ecs.availability-zone"),
            );
        }
        _ => {}
    }
    Ok(())
}
