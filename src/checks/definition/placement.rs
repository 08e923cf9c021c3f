//! Placement constraints and strategies of a request for Fargate, for `definition-fargate-parameters`.

use super::target;
use crate::document::{ContextKind, Place};
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const CONSTRAINTS: Rule = Rule::quoted(
    "a request for Fargate has no placement constraints",
    "InvalidParameterException: Placement constraints are not supported with FARGATE launch type.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const STRATEGIES: Rule = Rule::quoted(
    "a request for Fargate has no placement strategy",
    "InvalidParameterException: Placement strategies are not supported with FARGATE launch type.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

pub(super) const RULES: &[Rule] = &[CONSTRAINTS, STRATEGIES];

/// Judges what a service or a task to run asks for. A live service was accepted as it is.
pub(super) fn judge(task: &Task, findings: &mut Findings) {
    if task.context.kind == ContextKind::LiveService {
        return;
    }
    let request = &task.context.request;
    let (constraints, strategy) = (&request.placement_constraints, &request.placement_strategy);
    findings.part(constraints.place(), |findings| {
        let first = constraints.items()?.first().map(|it| &it.place);
        refuse(task, "placementConstraints", &CONSTRAINTS, first, findings)
    });
    findings.part(strategy.place(), |findings| {
        let first = strategy.items()?.first().map(|it| &it.place);
        refuse(task, "placementStrategy", &STRATEGIES, first, findings)
    });
}

fn refuse(
    task: &Task,
    name: &str,
    rule: &Rule,
    first: Option<&Place>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let Some(place) = first else { return Ok(()) };
    if target::requests_fargate(task)? != Some(true) {
        return Ok(());
    }
    let message = format!("{name} is set, but Fargate decides where tasks run");
    // The answer is known for the launch type; for a strategy of Fargate's providers it is not.
    let by_type = !task.context.request.launch_type.is_missing();
    let finding = if by_type { rule.fail(message) } else { rule.warn(message) };
    findings.add(finding.at(place).remedy(format!("Remove {name}")));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    #[test]
    fn fargate_decides_where_tasks_run() {
        let fargate = r#"{"requiresCompatibilities": ["FARGATE"]}"#;
        let both = r#"{"requiresCompatibilities": ["FARGATE", "EC2"]}"#;
        let constraint = r#""placementConstraints": [{"type": "distinctInstance"}]"#;
        let strategy = r#""placementStrategy": [{"type": "random"}]"#;
        let provider = r#""capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]"#;
        let (at_constraint, at_strategy) =
            ("run.json#/placementConstraints/0", "run.json#/placementStrategy/0");
        for (definition, request, expected) in [
            (
                fargate,
                format!(r#"{{"launchType": "FARGATE", {constraint}}}"#),
                ("fail", at_constraint),
            ),
            (fargate, format!(r#"{{"launchType": "FARGATE", {strategy}}}"#), ("fail", at_strategy)),
            (fargate, format!("{{{provider}, {strategy}}}"), ("warn", at_strategy)),
            (both, format!(r#"{{"launchType": "EC2", {constraint}, {strategy}}}"#), ("pass", "")),
            (
                fargate,
                r#"{"launchType": "FARGATE", "placementStrategy": []}"#.to_owned(),
                ("pass", ""),
            ),
        ] {
            tell("definition-fargate-parameters", &[(definition, &request, &[expected])]);
        }
    }
}
