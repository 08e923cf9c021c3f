//! `definition-fargate-size`

use std::str::FromStr;

use super::target;
use crate::checks::{Check, whole};
use crate::document::Field;
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::{Architecture, OperatingSystem};
use crate::placement::fargate::{self, SizeProblem};
use crate::placement::size::{CpuUnits, MemoryMib, SizeError};
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable};

pub(super) static DEFINITION_FARGATE_SIZE: Check = Check {
    id: "definition-fargate-size",
    verifies: "cpu and memory of the task are a pair that Fargate offers",
    prevents: &[
        "ClientException: No Fargate configuration exists for given values.",
        "ClientException: Invalid 'cpu' setting for task.",
        "ClientException: Fargate requires that 'cpu' be defined at the task level.",
        "ClientException: Fargate requires that 'memory' be defined at the task level.",
    ],
    remedy: "Set the task's cpu and memory to a pair that Fargate offers",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, fargate_size),
};

const PAIR: Rule = Rule::quoted(
    "cpu and memory of a Fargate task are a pair that Fargate offers",
    "ClientException: No Fargate configuration exists for given values.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);
const INVALID: Rule = Rule::quoted(
    "cpu and memory of a Fargate task are sizes",
    "ClientException: Invalid '<name>' setting for task.",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    "2026-06",
);
const MISSING: Rule = Rule::quoted(
    "a Fargate task has cpu and memory",
    "ClientException: Fargate requires that '<name>' be defined at the task level.",
    "https://github.com/badmintoncryer/cdk-preflight",
    "2026-09",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    let sizes = fargate::offers().map(|(claim, seen)| Rule {
        claim: claim.into(),
        words: PAIR.words,
        source: fargate::SOURCE,
        seen,
    });
    [PAIR, INVALID, MISSING].into_iter().chain(sizes).collect()
}

fn fargate_size(task: &Task, _: &View) -> Judgement {
    if !task.is_for_fargate()? {
        return not_applicable(target::NOT_FARGATE);
    }
    let definition = &task.definition;
    let os = target::operating_system(task)?;
    let mut findings = Findings::new();
    let written = Size { cpu: &definition.cpu, memory: &definition.memory };
    written.judge(os, &mut findings);
    let overrides = &task.context.overrides;
    let overridden = !overrides.cpu.is_missing() || !overrides.memory.is_missing();
    // Only a run on Fargate has to keep to Fargate's sizes.
    if overridden && target::requests_fargate(task)? != Some(false) {
        let size = Size {
            cpu: laid_over(&overrides.cpu, &definition.cpu),
            memory: laid_over(&overrides.memory, &definition.memory),
        };
        size.judge(os, &mut findings);
    }
    findings.or_pass(written.reason())
}

/// The override, or what it would override.
fn laid_over<'f>(later: &'f Field<String>, earlier: &'f Field<String>) -> &'f Field<String> {
    if later.is_missing() { earlier } else { later }
}

struct Size<'t> {
    cpu: &'t Field<String>,
    memory: &'t Field<String>,
}

impl Size<'_> {
    fn judge(&self, os: OperatingSystem, findings: &mut Findings) {
        let mut cpu = None;
        let mut memory = None;
        findings.part(self.cpu.place(), |findings| {
            cpu = read::<CpuUnits>("cpu", self.cpu, findings)?;
            Ok(())
        });
        findings.part(self.memory.place(), |findings| {
            memory = read::<MemoryMib>("memory", self.memory, findings)?;
            Ok(())
        });
        if let (Some(cpu), Some(memory)) = (cpu, memory) {
            // Both architectures are offered in the same sizes.
            if let Err(problem) = fargate::judge(cpu, memory, os, Architecture::X86_64) {
                self.report(&problem, findings);
            }
        }
    }

    fn report(&self, problem: &SizeProblem, findings: &mut Findings) {
        let message = problem.to_string();
        findings.add(match problem {
            SizeProblem::Memory { .. } => PAIR.fail(message).at(self.memory.place()),
            SizeProblem::Cpu { .. } => {
                INVALID.fail(message).at(self.cpu.place()).naming("<name>", "cpu")
            }
            SizeProblem::LargerThanKnown { .. } => PAIR
                .warn(message)
                .at(self.cpu.place())
                .remedy("Make sure that Fargate offers this size in the region of the task"),
            SizeProblem::WindowsOnArm => PAIR.fail(message).at(self.cpu.place()),
        });
    }

    fn reason(&self) -> String {
        let text = |field: &Field<String>| field.get().ok().flatten().cloned().unwrap_or_default();
        format!("Fargate offers cpu {} with memory {}", text(self.cpu), text(self.memory))
    }
}

/// A size, or a failure where none is given: Fargate takes no size from the containers.
fn read<T: FromStr<Err = SizeError>>(
    name: &str,
    field: &Field<String>,
    findings: &mut Findings,
) -> Result<Option<T>, Stop> {
    let Some(text) = field.get()? else {
        findings.add(
            MISSING
                .fail(format!("{name} is not given for the task, and Fargate requires it"))
                .at(field.place())
                .naming("<name>", name)
                .remedy(format!("Set {name} at the task level")),
        );
        return Ok(None);
    };
    if !text.contains(|it: char| it.is_ascii_digit()) {
        findings.add(
            INVALID
                .fail(format!("{name} of the task is {text:?}, which is no size"))
                .at(field.place())
                .naming("<name>", name)
                .remedy(format!("Set {name} at the task level")),
        );
        return Ok(None);
    }
    // What ECS makes of a form that it does not document is not known.
    let read =
        text.trim().parse().map_err(|flaw: SizeError| Gap::Unresolved { why: flaw.to_string() });
    Ok(Some(read?))
}

#[cfg(test)]
mod tests {
    use crate::testing::story::{Case, tell};

    const ID: &str = super::DEFINITION_FARGATE_SIZE.id;

    #[test]
    fn the_pair_of_the_definition_is_one_that_fargate_offers_or_not() {
        let cases: &[Case] = &[
            // Every form that ECS accepts.
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}"#,
                "{}",
                &[("pass", "")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": 1024, "memory": 2048}"#,
                "{}",
                &[("pass", "")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": ".5 vcpu", "memory": "1GB"}"#,
                "{}",
                &[("pass", "")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "1 vCPU", "memory": "2 gb"}"#,
                "{}",
                &[("pass", "")],
            ),
            // No such pair, no such cpu, or one of them missing.
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "1024", "memory": "9216"}"#,
                "{}",
                &[("fail", "/memory")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "1000", "memory": "2048"}"#,
                "{}",
                &[("fail", "/cpu")],
            ),
            (r#"{"requiresCompatibilities": ["FARGATE"]}"#, "{}", &[("fail", ""), ("fail", "")]),
            (r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "256"}"#, "{}", &[("fail", "")]),
            // A definition for EC2 and Fargate must satisfy both, whatever the request asks for.
            (
                r#"{"requiresCompatibilities": ["EC2", "FARGATE"], "cpu": "1024", "memory": "9216"}"#,
                r#"{"launchType": "EC2"}"#,
                &[("fail", "/memory")],
            ),
            // AWS adds larger sizes.
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "32 vCPU", "memory": "64 GB"}"#,
                "{}",
                &[("warn", "/cpu")],
            ),
            // Windows has the middle sizes only.
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "512", "memory": "1024", "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}"#,
                "{}",
                &[("fail", "/cpu")],
            ),
            // Elsewhere the size is free.
            (r#"{"cpu": "1000", "memory": "9216"}"#, "{}", &[("skip", "")]),
            (
                r#"{"cpu": "1000"}"#,
                r#"{"capacityProviderStrategy": [{"capacityProvider": "mine"}]}"#,
                &[("skip", "")],
            ),
            (
                r#"{"cpu": "1000", "memory": "2048"}"#,
                r#"{"launchType": "FARGATE"}"#,
                &[("fail", "/cpu")],
            ),
        ];
        tell(ID, cases);
    }

    #[test]
    fn what_cannot_be_read_is_unknown_for_its_part_only() {
        let cases: &[Case] = &[
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "${CPU}", "memory": "512"}"#,
                "{}",
                &[("unknown", "/cpu")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "${CPU}"}"#,
                "{}",
                &[("unknown", "/cpu"), ("fail", "")],
            ),
            (
                r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512 MiB"}"#,
                "{}",
                &[("unknown", "/memory")],
            ),
            (r#"{"cpu": "1000"}"#, r#"{"launchType": "${TYPE}"}"#, &[("unknown", "")]),
        ];
        tell(ID, cases);
    }

    #[test]
    fn a_run_may_override_the_size() {
        let definition =
            r#"{"requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}"#;
        let cases: &[Case] = &[
            (definition, r#"{"overrides": {"cpu": "512", "memory": "1024"}}"#, &[("pass", "")]),
            (
                definition,
                r#"{"overrides": {"memory": "4096"}}"#,
                &[("fail", "run.json#/overrides/memory")],
            ),
            (definition, r#"{"overrides": {"cpu": "512"}}"#, &[("fail", "/memory")]),
            (
                definition,
                r#"{"launchType": "EC2", "overrides": {"memory": "700"}}"#,
                &[("pass", "")],
            ),
        ];
        tell(ID, cases);
    }
}
