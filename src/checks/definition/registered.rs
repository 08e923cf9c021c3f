//! `definition-registered`

use super::names::Names;
use crate::checks::{Check, whole};
use crate::document::run_context::ContainerOverride;
use crate::document::{ContextKind, Field};
use crate::facts::View;
use crate::knowledge::Stop;
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, not_applicable, warn};

pub(super) static DEFINITION_REGISTERED: Check = Check {
    id: "definition-registered",
    verifies: "the registered revision is active, and overrides name containers that it has",
    prevents: &[
        "InvalidParameterException: TaskDefinition is inactive",
        "ClientException: Unable to describe task definition.",
        "InvalidParameterException: Override for container named <name> is not a container in the TaskDefinition.",
    ],
    remedy: "Register a new revision and run that",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, definition_registered),
};

const INACTIVE: Rule = Rule::quoted(
    "new tasks are started from an active revision",
    "InvalidParameterException: TaskDefinition is inactive",
    "https://github.com/DefangLabs/defang/pull/775",
    "2024-10-23",
);
const OVERRIDE: Rule = Rule::quoted(
    "an override names a container of the task definition",
    "InvalidParameterException: Override for container named <name> is not a container in the TaskDefinition.",
    "https://github.com/azavea/django-ecsmanage/issues/21",
    "2020-06-22",
);
const NAMELESS: Rule = Rule::unquoted(
    "an override that is not empty has a name",
    "the request that starts the task is refused",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html",
    "2022-06-22",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    vec![INACTIVE, OVERRIDE, NAMELESS]
}

fn definition_registered(task: &Task, _: &View) -> Judgement {
    let overrides = &task.context.overrides.container_overrides;
    let is_dead = || matches!(dead(task), Ok(Some(_)));
    if is_to_be_registered(task) && overrides.is_missing() && !is_dead() {
        return not_applicable("it is to be registered, and nothing overrides it");
    }
    let mut found = Findings::new();
    found.part(task.definition.status.place(), |found| status(task, found));
    found.part(overrides.place(), |found| overridden(task, found));
    found.or_pass(if overrides.is_missing() {
        "the revision is active"
    } else {
        "the overrides name containers of the definition"
    })
}

/// A file, even if it holds what a registered definition looked like, is going to be registered anew.
pub(super) fn is_to_be_registered(task: &Task) -> bool {
    task.source.root.place.position.is_some() || !task.definition.is_registered()
}

/// Tasks and services keep running an inactive revision, but nothing new can be started from it
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deregister-task-definition-v2.html>).
fn status(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    let Some(status) = dead(task)? else { return Ok(()) };
    let place = task.definition.status.place();
    if is_to_be_registered(task) {
        found.add(
            warn(format!("the file is a copy of a revision that is {status}"))
                .at(place)
                .remedy("Register the file as a new revision; the old one cannot be run"),
        );
    } else if is_in_use(task) {
        found.add(
            warn(format!("the revision is {status}: its service keeps running, and nothing else can start from it"))
                .at(place),
        );
    } else {
        let message = format!("the revision is {status}, so no task can be started from it");
        found.add(INACTIVE.fail(message).at(place));
    }
    Ok(())
}

/// Whether the live service runs this very revision.
fn is_in_use(task: &Task) -> bool {
    let arn = |field: &Field<String>| field.get().ok().flatten().cloned();
    let own = arn(&task.definition.task_definition_arn);
    task.context.kind == ContextKind::LiveService
        && own.is_some()
        && own == arn(&task.context.request.task_definition)
}

/// The status of a revision that cannot be run.
fn dead(task: &Task) -> Result<Option<&str>, Stop> {
    let status = task.definition.status.get()?.map(String::as_str);
    Ok(status.filter(|it| ["INACTIVE", "DELETE_IN_PROGRESS"].contains(it)))
}

fn overridden(task: &Task, found: &mut Findings) -> Result<(), Stop> {
    let names = Names::of_containers(task);
    for container in task.context.overrides.container_overrides.items()? {
        found.part(container.name.place(), |found| {
            match container.name.get()? {
                None if is_empty(container) => {}
                None => found.add(
                    NAMELESS
                        .fail("the override does not name its container")
                        .at(&container.place)
                        .remedy("Add name"),
                ),
                Some(name) if !names.have(name)? => found.add(
                    OVERRIDE
                        .fail(format!("the definition has no container {name} to override"))
                        .at(container.name.place())
                        .naming("<name>", name)
                        .remedy("Name a container of the definition"),
                ),
                Some(_) => {}
            }
            Ok(())
        });
    }
    Ok(())
}

/// ECS takes an override without anything in it, `{}`
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerOverride.html>).
fn is_empty(it: &ContainerOverride) -> bool {
    it.name.is_missing()
        && it.command.is_missing()
        && it.environment.is_missing()
        && it.environment_files.is_missing()
        && it.cpu.is_missing()
        && it.memory.is_missing()
        && it.memory_reservation.is_missing()
        && it.resource_requirements.is_missing()
}

#[cfg(test)]
mod tests {
    use super::DEFINITION_REGISTERED;
    use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
    use crate::testing::story::Story;

    fn revision(status: &str) -> String {
        format!(
            r#"{{"family": "web", "revision": 7, "status": "{status}",
                "containerDefinitions": [{{"name": "app", "image": "nginx"}}]}}"#
        )
    }

    #[test]
    fn only_an_active_revision_can_be_run() {
        for (status, told) in [
            ("ACTIVE", (Pass, "", "is active")),
            ("INACTIVE", (Fail, "/status", "is INACTIVE")),
            ("DELETE_IN_PROGRESS", (Fail, "/status", "is DELETE_IN_PROGRESS")),
        ] {
            Story::registered(&revision(status)).ends(&DEFINITION_REGISTERED, &[told]);
        }
    }

    #[test]
    fn a_file_is_registered_anew_whatever_it_was_copied_from() {
        let check = &DEFINITION_REGISTERED;
        Story::task(r#""cpu": "256""#).ends(check, &[(Skip, "", "to be registered")]);
        Story::given(&revision("ACTIVE")).ends(check, &[(Skip, "", "to be registered")]);
        let bare = r#"[{"name": "app", "image": "nginx"}]"#;
        Story::given(bare).ends(check, &[(Skip, "", "to be registered")]);
        Story::given(&revision("INACTIVE")).ends(check, &[(Warn, "/status", "copy of a revision")]);
    }

    #[test]
    fn overrides_name_containers_of_the_definition() {
        let run = |name: &str| {
            format!(r#"{{"overrides": {{"containerOverrides": [{{"name": "{name}"}}]}}}}"#)
        };
        let at = "run.json#/overrides/containerOverrides/0/name";
        for (name, told) in [
            ("app", (Pass, "", "name containers")),
            ("apps", (Fail, at, "no container apps")),
            ("${NAME}", (Unknown, at, "is a placeholder")),
        ] {
            Story::task(r#""cpu": "256""#).run_as(&run(name)).ends(&DEFINITION_REGISTERED, &[told]);
        }
        for (changed, told) in [
            ("{}", (Pass, "", "name containers")),
            (
                r#"{"cpu": 256}"#,
                (Fail, "run.json#/overrides/containerOverrides/0", "does not name its container"),
            ),
        ] {
            let run = format!(r#"{{"overrides": {{"containerOverrides": [{changed}]}}}}"#);
            Story::task(r#""cpu": "256""#).run_as(&run).ends(&DEFINITION_REGISTERED, &[told]);
        }
        let unresolved = Story::containers(r#"{"name": "<NAME>", "image": "nginx"}"#);
        unresolved.run_as(&run("app")).ends(&DEFINITION_REGISTERED, &[(Unknown, at, "<NAME>")]);
    }
}
