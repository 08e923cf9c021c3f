//! What must not be empty where it is given, and modes that are one of a list. To leave a field out is
//! another thing than to give an empty one.

use crate::document::node::Value;
use crate::document::{Field, Place};
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const TAGS: Rule = Rule::quoted(
    "tags is not an empty list",
    "ClientException: Tags can not be empty.",
    "https://github.com/springload/ecs-tool/pull/44",
    "2026-06-24",
);
const PID_MODE: Rule = Rule::quoted(
    "pidMode is task or host",
    "ClientException: '<value>' is not a valid value for pidMode. The value must be one of [task,host]",
    "https://github.com/aws/amazon-ecs-cli/issues/667",
    "2018-11-20",
);
const IPC_MODE: Rule = Rule::unquoted(
    "ipcMode is host, task or none",
    "RegisterTaskDefinition refuses it",
    "https://github.com/aws/amazon-ecs-cli/issues/667",
    "2018-11-20",
);
const CPU: Rule = Rule::quoted(
    "cpu of the task is a size",
    "ClientException: Invalid 'cpu' setting for task.",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    "2026-06",
);
const MEMORY: Rule = Rule::quoted(
    "memory of the task is a size",
    "ClientException: Invalid 'memory' setting for task.",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html",
    "2026-06",
);
const WORKING_DIRECTORY: Rule = Rule::quoted(
    "workingDirectory is not empty",
    "ClientException: workingDirectory should be at least 1 characters long.",
    "https://github.com/DefangLabs/defang/pull/729",
    "2024-10-08",
);
const SOURCE_PATH: Rule = Rule::quoted(
    "host.sourcePath is not empty",
    "ClientException: host.sourcePath should not be blank.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html",
    "2026-06",
);
const OTHER: Rule = Rule::unquoted(
    "user and hostname are not empty",
    "the field is ignored, or RegisterTaskDefinition refuses it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-06",
);

/// Of a text that an object must have. It is judged with the shape of the document.
pub(super) const REQUIRED: Rule = Rule::unquoted(
    "a required text is not empty",
    "RegisterTaskDefinition refuses it, as it refuses an empty credentialsParameter",
    "https://github.com/aws-actions/amazon-ecs-deploy-task-definition/pull/52",
    "2020-04-02",
);

/// The rules of this file.
pub(super) const RULES: [Rule; 9] =
    [REQUIRED, TAGS, PID_MODE, IPC_MODE, CPU, MEMORY, WORKING_DIRECTORY, SOURCE_PATH, OTHER];

/// Judges the fields of the definition, and `tags` of the requests. A value that cannot be read is
/// judged by the check that needs it.
pub(super) fn judge(task: &Task, found: &mut Findings) {
    let definition = &task.definition;
    modes(task, found);
    sizes(task, found);
    // DescribeTaskDefinition shows the tags of an untagged definition as an empty list.
    let is_untagged = definition.tags.get().ok().flatten().is_some_and(Vec::is_empty);
    if is_untagged && !definition.is_registered() {
        no_tags(&TAGS, definition.tags.place(), true, found);
    }
    for input in &task.context.inputs {
        if let Some(tags) = input.root.get("tags")
            && matches!(&tags.value, Value::List(items) if items.is_empty())
        {
            no_tags(&TAGS, &tags.place, false, found);
        }
    }
    for volume in definition.volumes.items().unwrap_or_default() {
        if let Ok(Some(host)) = volume.host.get() {
            blank("host.sourcePath", &host.source_path, &SOURCE_PATH, true, found);
        }
    }
    for container in definition.container_definitions.items().unwrap_or_default() {
        let directory = &container.working_directory;
        blank("workingDirectory", directory, &WORKING_DIRECTORY, true, found);
        blank("user", &container.user, &OTHER, false, found);
        blank("hostname", &container.hostname, &OTHER, false, found);
    }
}

fn no_tags(rule: &Rule, place: &Place, certain: bool, found: &mut Findings) {
    let message = "tags is an empty list";
    let finding = if certain { rule.fail(message) } else { rule.warn(message) };
    found.add(finding.at(place).remedy("Remove tags, or add one"));
}

fn blank(name: &str, field: &Field<String>, rule: &Rule, certain: bool, found: &mut Findings) {
    if matches!(field.get(), Ok(Some(text)) if text.trim().is_empty()) {
        let message = format!("{name} is empty");
        let finding = if certain { rule.fail(message) } else { rule.warn(message) };
        found.add(finding.at(field.place()).remedy(format!("Remove {name}, or write a value")));
    }
}

fn modes(task: &Task, found: &mut Findings) {
    let definition = &task.definition;
    let modes: [(&str, &Field<String>, Rule, &[&str]); 2] = [
        ("pidMode", &definition.pid_mode, PID_MODE, &["task", "host"]),
        ("ipcMode", &definition.ipc_mode, IPC_MODE, &["host", "task", "none"]),
    ];
    for (name, field, rule, values) in modes {
        if let Ok(Some(value)) = field.get()
            && !values.contains(&value.as_str())
        {
            found.add(
                rule.fail(format!("{name} is {value:?}, and ECS takes {}", values.join(", ")))
                    .at(field.place())
                    .naming("<value>", value)
                    .remedy(format!("Remove {name}, or set it to one of: {}", values.join(", "))),
            );
        }
    }
}

/// A size without a digit. Fargate's sizes are judged with its table.
fn sizes(task: &Task, found: &mut Findings) {
    if task.is_for_fargate() != Ok(false) {
        return;
    }
    let definition = &task.definition;
    for (name, field, rule) in
        [("cpu", &definition.cpu, CPU), ("memory", &definition.memory, MEMORY)]
    {
        if let Ok(Some(text)) = field.get()
            && !text.contains(|it: char| it.is_ascii_digit())
        {
            found.add(
                rule.fail(format!("{name} of the task is {text:?}, which is no size"))
                    .at(field.place())
                    .remedy(format!("Remove {name} from the task, or write a size")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::definition::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: Told = (Pass, "", "known");

    #[test]
    fn what_is_given_to_the_task_is_not_empty() {
        let told: &[(&str, Told)] = &[
            (r#""tags": []"#, (Fail, "/tags", "an empty list")),
            (r#""tags": null"#, (Warn, "/tags", "is null")),
            (r#""pidMode": """#, (Fail, "/pidMode", "takes task, host")),
            (r#""pidMode": "container""#, (Fail, "/pidMode", "takes task, host")),
            (r#""pidMode": "task""#, HELD),
            (r#""pidMode": "${MODE}""#, HELD),
            (r#""ipcMode": """#, (Fail, "/ipcMode", "takes host, task, none")),
            (r#""cpu": """#, (Fail, "/cpu", "is no size")),
            (r#""memory": "much""#, (Fail, "/memory", "is no size")),
            (r#""requiresCompatibilities": []"#, HELD),
            (
                r#""volumes": [{"name": "v", "host": {"sourcePath": ""}}]"#,
                (Fail, "/volumes/0/host/sourcePath", "is empty"),
            ),
            (r#""volumes": [{"name": "v", "host": {}}]"#, HELD),
        ];
        for (fields, told) in told {
            Story::task(fields).ends(&DEFINITION_SCHEMA, &[*told]);
        }
        // Fargate's sizes are judged by another check.
        Story::task(r#""requiresCompatibilities": ["FARGATE"], "cpu": """#)
            .ends(&DEFINITION_SCHEMA, &[HELD]);
    }

    #[test]
    fn what_is_given_to_a_container_is_not_empty() {
        let told: &[(&str, Told)] = &[
            (
                r#""workingDirectory": """#,
                (Fail, "/containerDefinitions/0/workingDirectory", "is empty"),
            ),
            (r#""user": """#, (Warn, "/containerDefinitions/0/user", "is empty")),
            (r#""command": [""], "environment": [], "links": []"#, HELD),
        ];
        for (fields, told) in told {
            Story::container(fields).ends(&DEFINITION_SCHEMA, &[*told]);
        }
    }

    #[test]
    fn a_registered_definition_without_tags_has_an_empty_list() {
        let arn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:3";
        let container = r#"[{"name": "app", "image": "nginx"}]"#;
        let shown = format!(
            r#"{{"taskDefinition": {{"taskDefinitionArn": "{arn}", "family": "web", "revision": 3, "containerDefinitions": {container}, "tags": []}}, "tags": []}}"#
        );
        let results = Story::given(&shown).judged_by(&DEFINITION_SCHEMA);
        let said: Vec<_> = results.iter().filter(|it| it.message.contains("empty list")).collect();
        assert!(said.is_empty(), "{said:#?}");
    }

    #[test]
    fn a_request_has_no_empty_tags() {
        Story::task(r#""cpu": "256""#)
            .run_as(r#"{"count": 1, "tags": []}"#)
            .ends(&DEFINITION_SCHEMA, &[(Warn, "run.json#/tags", "an empty list")]);
    }
}
