//! What other groups judge of the documents alone. Where they run they say it, with what the account
//! says; where only the documents are judged, `definition-schema` does.

use crate::document::Field;
use crate::names::{ImageError, ImageRef};
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const CHARACTERS: Rule = Rule::quoted(
    "an image is a reference of the letters that references have",
    "ClientException: Container.image contains invalid characters.",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-11-30",
);
const REFERENCE: Rule = Rule::quoted(
    "an image is a reference that can be pulled",
    "CannotPullContainerError: invalid reference format",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html",
    "2026-11",
);
const ROLE: Rule = Rule::quoted(
    "a role is named, or left out",
    "ClientException: Role is not valid",
    "https://github.com/fabfuel/ecs-deploy/issues/231",
    "2024-08-05",
);
const TOO_MANY: Rule = Rule::unquoted(
    "a network configuration has up to 16 subnets and 5 security groups",
    "InvalidParameterException from the request",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[CHARACTERS, REFERENCE, ROLE, TOO_MANY];

/// Judges it, unless the checks that ask the account do.
pub(super) fn judge(task: &Task, found: &mut Findings) {
    if !task.documents_only {
        return;
    }
    for container in task.definition.container_definitions.items().unwrap_or_default() {
        image(&container.image, found);
    }
    let definition = &task.definition;
    let overrides = &task.context.overrides;
    for (name, field) in [
        ("taskRoleArn", &definition.task_role_arn),
        ("executionRoleArn", &definition.execution_role_arn),
        ("taskRoleArn", &overrides.task_role_arn),
        ("executionRoleArn", &overrides.execution_role_arn),
    ] {
        if is_empty(field) {
            let finding = ROLE.fail(format!("{name} is empty")).at(field.place());
            found.add(finding.remedy(format!("Name a role, or remove {name}")));
        }
    }
    for (place, message) in task.context.network.too_many() {
        found.add(TOO_MANY.fail(message).at(place).remedy("Name fewer of them"));
    }
}

fn is_empty(field: &Field<String>) -> bool {
    matches!(field.get(), Ok(Some(text)) if text.is_empty())
}

/// That an empty one is missing is said with the names.
fn image(image: &Field<String>, found: &mut Findings) {
    found.part(image.place(), |found| {
        let Some(text) = image.get()?.filter(|it| !it.is_empty()) else { return Ok(()) };
        let Err(flaw) = text.parse::<ImageRef>() else { return Ok(()) };
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
        let strange = |it: char| !it.is_ascii_alphanumeric() && !"-_:./#@".contains(it);
        let finding = match flaw {
            _ if text.contains(strange) => CHARACTERS.fail(flaw.to_string()),
            // ECS was seen to register hosts that no registry can have.
            ImageError::Host(_) | ImageError::UnknownEcrHost { .. } => {
                REFERENCE.warn(flaw.to_string())
            }
            _ => REFERENCE.fail(flaw.to_string()),
        };
        found.add(
            finding.at(image.place()).on(text).remedy(
                "Write [host/]repository[:tag][@sha256:digest], the repository in lower case",
            ),
        );
        Ok(())
    });
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Unknown, Warn};
    use crate::testing::story::{Story, Told};

    const HELD: Told = (Pass, "", "known");

    #[test]
    fn without_an_account_the_image_and_the_roles_are_judged_as_written() {
        let app = |image: &str| format!(r#"{{"name": "app", "image": "{image}"}}"#);
        let at = "/containerDefinitions/0/image";
        for (image, told) in [
            ("nginx", HELD),
            ("public.ecr.aws/nginx/nginx:1.27", HELD),
            ("nginx:1 .25", (Fail, at, "white space")),
            ("https://ghcr.io/a/b", (Fail, at, "scheme")),
            ("Nginx", (Fail, at, "upper-case")),
            ("-a.example/nginx", (Warn, at, "not a valid registry host")),
            ("$REGISTRY/app:1", (Unknown, at, "placeholder")),
        ] {
            Story::containers(&app(image)).without_account().ends(&DEFINITION_SCHEMA, &[told]);
        }
        for (fields, told) in [
            (r#""taskRoleArn": """#, (Fail, "/taskRoleArn", "is empty")),
            (r#""executionRoleArn": """#, (Fail, "/executionRoleArn", "is empty")),
            (r#""taskRoleArn": "web""#, HELD),
        ] {
            Story::task(fields).without_account().ends(&DEFINITION_SCHEMA, &[told]);
            Story::task(fields).ends(&DEFINITION_SCHEMA, &[HELD]);
        }
    }

    #[test]
    fn subnets_and_groups_are_counted() {
        let run = |subnets: usize, groups: usize| {
            let list = |kind: &str, number: usize| {
                let ids: Vec<_> = (0..number).map(|it| format!(r#""{kind}-{it:08}""#)).collect();
                ids.join(",")
            };
            format!(
                r#"{{"count": 1, "networkConfiguration": {{"awsvpcConfiguration": {{"subnets": [{}], "securityGroups": [{}]}}}}}}"#,
                list("subnet", subnets),
                list("sg", groups)
            )
        };
        let at = "run.json#/networkConfiguration/awsvpcConfiguration";
        for (subnets, groups, field) in
            [(16, 5, ""), (17, 5, "/subnets"), (16, 6, "/securityGroups")]
        {
            let story = Story::task(r#""networkMode": "awsvpc""#).run_as(&run(subnets, groups));
            let results = story.without_account().judged_by(&DEFINITION_SCHEMA);
            let (status, subject) = match field {
                "" => (Pass, String::new()),
                field => (Fail, format!("{at}{field}")),
            };
            assert_eq!(results.len(), 1, "{results:#?}");
            assert_eq!((results[0].status, &*results[0].subject), (status, &*subject));
        }
    }
}
