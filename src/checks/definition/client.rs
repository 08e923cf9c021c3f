//! What a tool refuses before ECS sees the file, for `definition-schema`. The AWS CLI validates the file
//! against the API's model. The GitHub action removes what it knows to be refused. ECS ignores a field
//! that it does not know.

use super::registered::is_to_be_registered;
use crate::document::kind::Kind;
use crate::document::node::Node;
use crate::document::shape::{Mismatch, Severity, described_fields};
use crate::document::{DeployTool, Dialect, Place, template};
use crate::task::Task;
use crate::verdict::{Finding, Findings, Rule, fail, warn};

const UNKNOWN: Rule = Rule::quoted(
    "the AWS CLI takes the fields of its model only",
    "Parameter validation failed: Unknown parameter in input: \"<name>\", must be one of: ...",
    "https://github.com/boto/botocore/blob/develop/botocore/validate.py",
    "2026-11-30",
);
const PROPERTY: Rule = Rule::quoted(
    "CloudFormation takes the properties of the resource type only",
    "extraneous key [<name>] is not permitted",
    "https://github.com/aws-observability/aws-otel-collector/issues/1591",
    "2022-10-26",
);
const TYPE: Rule = Rule::quoted(
    "the AWS CLI takes values of the type in its model only, and no null",
    "Parameter validation failed: Invalid type for parameter <name>, value: ..., type: ..., valid types: ...",
    "https://github.com/boto/botocore/blob/develop/botocore/validate.py",
    "2026-11-30",
);
const NUMBER: Rule = Rule::unquoted(
    "ECS does not read a number as text",
    "SerializationException from RegisterTaskDefinition",
    "https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/587",
    "2024-07-18",
);

pub(super) const RULES: &[Rule] = &[UNKNOWN, PROPERTY, TYPE, NUMBER];

/// What `describe-task-definition` adds, and the wrapper that it prints, in a file that is to be
/// registered.
pub(super) fn described(task: &Task, form: Kind, found: &mut Findings) {
    let root = &task.source.root;
    let fields = described_fields(root, form);
    if !is_to_be_registered(task) {
        return;
    }
    let Some(first) = fields.first() else { return };
    let names: Vec<String> = fields.iter().map(|it| format!(".{}", it.key)).collect();
    let names = names.join(", ");
    if form == Kind::Wrapped {
        let message = "the file is the output of describe-task-definition; register-task-definition needs only the content of taskDefinition";
        let finding = refused(UNKNOWN, task.tool.is_some(), message.to_owned());
        found.add(
            finding
                .at(&root.place)
                .naming("<name>", "taskDefinition")
                .remedy(format!("Register .taskDefinition alone, without {names}")),
        );
        return;
    }
    let others = match fields.len() - 1 {
        0 => String::new(),
        1 => " and another field".to_owned(),
        number => format!(" and {number} other fields"),
    };
    let message = format!(
        "`{}`{others} come from describe-task-definition: the AWS CLI refuses them, the GitHub action removes them",
        first.key
    );
    let finding = refused(UNKNOWN, task.tool == Some(DeployTool::AwsCli), message);
    found.add(
        finding
            .at(&first.key_place)
            .naming("<name>", &first.key)
            .remedy(format!("Remove them: jq 'del({names})'")),
    );
}

/// Properties of a template whose names do not begin with a capital.
pub(super) fn misnamed(root: &Node, dialect: Dialect, found: &mut Findings) {
    if dialect != Dialect::CloudFormation {
        return;
    }
    for entry in template::misnamed(root) {
        let pointer = entry.key_place.pointer.to_string();
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let message = format!("CloudFormation has no property `{name}`");
        let finding = PROPERTY.fail(message).at(&entry.key_place).naming("<name>", name);
        found.add(finding.remedy("Begin the names of properties with a capital"));
    }
}

fn refused(rule: Rule, fails: bool, message: String) -> Finding {
    if fails { rule.fail(message) } else { rule.warn(message) }
}

/// The finding of something that does not fit the shape of the input, for the tool that is to send it.
pub(super) fn finding(
    kind: Mismatch,
    message: String,
    place: &Place,
    (tool, dialect): (Option<DeployTool>, Dialect),
) -> Finding {
    let cli = tool == Some(DeployTool::AwsCli);
    let name = place.pointer.to_string();
    let name = name.rsplit('/').next().unwrap_or_default();
    let finding = match (kind, tool) {
        (Mismatch::UnknownField, _) if dialect == Dialect::CloudFormation => PROPERTY.fail(message),
        (Mismatch::UnknownField, None) => {
            let message = format!("{message} (the AWS CLI refuses it; other tools ignore it)");
            UNKNOWN.warn(message)
        }
        (Mismatch::UnknownField, Some(DeployTool::GithubAction)) => {
            warn(message).prevents("no error text: ECS ignores the field")
        }
        (Mismatch::UnknownField, Some(DeployTool::AwsCli)) => UNKNOWN.fail(message),
        (Mismatch::Null, None) => {
            TYPE.warn(format!("{message} (the AWS CLI refuses nulls; other tools drop them)"))
        }
        (Mismatch::Null, Some(_)) => refused(TYPE, cli, message),
        (Mismatch::UnquotedSize, None) => {
            TYPE.warn(format!("{message} (the AWS CLI refuses it; Terraform converts it)"))
        }
        (Mismatch::UnquotedSize, Some(DeployTool::GithubAction)) => NUMBER.fail(message),
        (Mismatch::UnquotedSize, Some(DeployTool::AwsCli)) => TYPE.fail(message),
        _ => match kind.severity() {
            Severity::Fail => fail(message),
            Severity::Warn => warn(message),
        },
    };
    finding.at(place).naming("<name>", name)
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::document::DeployTool::{AwsCli, GithubAction};
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: Told = (Pass, "", "known");

    #[test]
    fn a_described_definition_is_not_what_the_aws_cli_registers() {
        let fields = r#""revision": 3, "status": "ACTIVE", "registeredAt": 1"#;
        let app = r#""family": "web", "containerDefinitions": [{"name": "app", "image": "nginx"}]"#;
        let story = || Story::given(&format!("{{{app}, {fields}}}"));
        let told = "`revision` and 2 other fields";
        story().ends(&DEFINITION_SCHEMA, &[(Warn, "/revision", told)]);
        story().registered_by(AwsCli).ends(&DEFINITION_SCHEMA, &[(Fail, "/revision", told)]);
        story().registered_by(GithubAction).ends(&DEFINITION_SCHEMA, &[HELD]);
        let wrapped = || Story::given(&format!(r#"{{"taskDefinition": {{{app}, {fields}}}}}"#));
        wrapped().ends(&DEFINITION_SCHEMA, &[(Warn, "", "output of describe-task-definition")]);
        for tool in [AwsCli, GithubAction] {
            wrapped()
                .registered_by(tool)
                .ends(&DEFINITION_SCHEMA, &[(Fail, "", "output of describe-task-definition")]);
        }
        // Nobody registers what is registered.
        Story::registered(&format!("{{{app}, {fields}}}")).ends(&DEFINITION_SCHEMA, &[HELD]);
    }

    #[test]
    fn each_tool_refuses_what_it_refuses() {
        for (fields, place, by_default, by_cli, by_action) in [
            (r#""ipcMode": null"#, "/ipcMode", Warn, Fail, Pass),
            (r#""cpus": "256""#, "/cpus", Warn, Fail, Warn),
            (r#""cpu": 256"#, "/cpu", Warn, Fail, Fail),
            (r#""volumes": {"a": 1}"#, "/volumes", Fail, Fail, Fail),
        ] {
            for (tool, status) in
                [(None, by_default), (Some(AwsCli), by_cli), (Some(GithubAction), by_action)]
            {
                let story = Story::task(fields);
                let story = match tool {
                    Some(tool) => story.registered_by(tool),
                    None => story,
                };
                let told = if status == Pass { HELD } else { (status, place, "") };
                story.ends(&DEFINITION_SCHEMA, &[told]);
            }
        }
    }

    #[test]
    fn the_aws_cli_refuses_it_in_requests_too() {
        let service = r#"{"serviceName": "web", "lunchType": "EC2"}"#;
        for (tool, status) in [(AwsCli, Fail), (GithubAction, Warn)] {
            Story::task(r#""cpu": "256""#)
                .registered_by(tool)
                .served_by(service)
                .ends(&DEFINITION_SCHEMA, &[(status, "service.json#/lunchType", "launchType")]);
        }
    }
}
