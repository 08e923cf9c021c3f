//! `definition-execution-role`

use crate::checks::{Check, whole};
use crate::document::node::Value;
use crate::document::volume::Volume;
use crate::document::{Container, Field, LaunchTarget};
use crate::facts::View;
use crate::knowledge::{Gap, Stop};
use crate::names::{ImageRef, Registry, RoleRef};
use crate::task::Task;
use crate::verdict::{Findings, Judgement, Rule, pass};

const PAGE: &str =
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html";
const DEPLOYED: &str = "https://github.com/badmintoncryer/cdk-preflight";

static ECR: Rule = Rule::quoted(
    "an image of ECR on Fargate needs an execution role",
    "ClientException: Fargate requires task definition to have execution role ARN to support ECR images.",
    "https://github.com/virtual-kubelet/virtual-kubelet/issues/193",
    "2026-06",
);
static AWSLOGS: Rule = Rule::quoted(
    "awslogs on Fargate needs an execution role",
    "ClientException: Fargate requires task definition to have execution role ARN to support log driver awslogs.",
    DEPLOYED,
    "2026-09",
);
static SECRETS: Rule = Rule::quoted(
    "secrets need an execution role",
    "ClientException: When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    DEPLOYED,
    "2026-09",
);
static FILES: Rule = Rule::unquoted(
    "environmentFiles need an execution role",
    "RegisterTaskDefinition refuses it, or ResourceInitializationError",
    PAGE,
    "2026-06",
);
static CREDENTIALS: Rule = Rule::unquoted(
    "repositoryCredentials need an execution role",
    "RegisterTaskDefinition refuses it, or CannotPullContainerAuthError",
    PAGE,
    "2026-06",
);
static RESOURCES: Rule = Rule::unquoted(
    "a FireLens configuration in S3, credentialSpecs and FSx credentials need an execution role",
    "ResourceInitializationError",
    PAGE,
    "2026-06",
);
static INVALID: Rule = Rule::quoted(
    "executionRoleArn is the ARN or the name of a role",
    "ClientException: Role is not valid",
    "https://github.com/aws-samples/aws-modern-application-workshop/issues/9",
    "2018-07-18",
);

/// The rules that this check holds to.
pub(super) fn rules() -> Vec<Rule> {
    [&ECR, &AWSLOGS, &SECRETS, &FILES, &CREDENTIALS, &RESOURCES, &INVALID]
        .into_iter()
        .cloned()
        .collect()
}

pub(super) static DEFINITION_EXECUTION_ROLE: Check = Check {
    id: "definition-execution-role",
    verifies: "an execution role is named where a feature needs one",
    prevents: &[
        "ClientException: Fargate requires task definition to have execution role ARN to support ECR images.",
        "ClientException: Fargate requires task definition to have execution role ARN to support log driver awslogs.",
        "ClientException: When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    ],
    remedy: "Set executionRoleArn to a role that ECS may assume, with the rights that these features need",
    docs: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
    asks: &[],
    advises: false,
    judge: |task| whole(task, execution_role),
};

fn execution_role(task: &Task, _: &View) -> Judgement {
    let field = &task.definition.execution_role_arn;
    if let Some(text) = field.get().ok().flatten().filter(|text| !text.is_empty()) {
        return named(text, field);
    }
    let written = task.source.root.get("executionRoleArn");
    let mut findings = Findings::new();
    let mut needs = Needs::default();
    needs.collect(task, &mut findings)?;
    if needs.found.is_empty() {
        return findings.or_pass(needs.reason());
    }
    if let Some(Value::Unresolved(it)) = written.map(|it| &it.value)
        && it.is_given
    {
        return findings.or_pass(format!("executionRoleArn is given: {}", it.why));
    }
    // It is written, but what it will be is not known.
    field.get()?;
    needs.report(task, &mut findings);
    findings.or_pass("")
}

/// ECS also takes the bare name of a role, and fills in the account
/// (<https://github.com/aws-actions/amazon-ecs-render-task-definition/issues/19>).
fn named(text: &str, field: &Field<String>) -> Judgement {
    match text.parse::<RoleRef>() {
        Ok(role) => pass(format!("{} is named", role.name())),
        Err(flaw) => INVALID
            .fail(format!("executionRoleArn names no role: {flaw}"))
            .at(field.place())
            .remedy("Write the role's full ARN: arn:aws:iam::111122223333:role/name")
            .judge(),
    }
}

/// One thing that the execution role is needed for.
struct Need {
    what: String,
    certain: bool,
    rule: &'static Rule,
}

/// What the execution role is needed for, and what the container instance does without it.
#[derive(Default)]
struct Needs {
    found: Vec<Need>,
    by_instance: bool,
    /// Fargate's tasks have no instance whose role could pull and log for them.
    fargate: bool,
}

impl Needs {
    fn collect(&mut self, task: &Task, findings: &mut Findings) -> Result<(), Stop> {
        let targets = task.launch_targets()?;
        // The role of an instance pulls from ECR and writes awslogs for its tasks.
        self.fargate = targets.iter().any(|target| target.is_fargate());
        let roleless = self.fargate || targets.contains(&LaunchTarget::External);
        let containers = &task.definition.container_definitions;
        findings.part(containers.place(), |findings| {
            for container in containers.items()? {
                self.image(container, roleless, findings);
                self.logs(container, roleless, findings);
                self.of_any_target(container, findings);
            }
            Ok(())
        });
        findings.part(task.definition.volumes.place(), |_| {
            task.definition.volumes.items()?.iter().try_for_each(|volume| self.volume(volume))
        });
        self.of_overrides(task, findings);
        Ok(())
    }

    fn of_overrides(&mut self, task: &Task, findings: &mut Findings) {
        let overrides = &task.context.overrides.container_overrides;
        findings.part(overrides.place(), |_| {
            for changed in overrides.items()? {
                if !changed.environment_files.items()?.is_empty() {
                    let name = changed.name.get().ok().flatten().map_or("?", String::as_str);
                    self.found.push(Need {
                        what: format!("environmentFiles of the override of container {name}"),
                        certain: true,
                        rule: &RESOURCES,
                    });
                }
            }
            Ok(())
        });
    }

    fn add(&mut self, what: &str, container: &Container, rule: &'static Rule) {
        let name = container.name.get().ok().flatten().map_or("?", String::as_str);
        // An instance has a role that pulls from ECR and writes awslogs.
        let certain = self.fargate || ![&ECR, &AWSLOGS].contains(&rule);
        self.found.push(Need { what: format!("{what} of container {name}"), certain, rule });
    }

    fn image(&mut self, container: &Container, roleless: bool, findings: &mut Findings) {
        if !roleless {
            self.by_instance = true;
            return;
        }
        findings.part(container.image.place(), |_| {
            let Some(text) = container.image.get()? else { return Ok(()) };
            let image = text
                .parse::<ImageRef>()
                .map_err(|flaw| Gap::Unresolved { why: flaw.to_string() })?;
            if matches!(image.registry, Registry::Ecr(_)) {
                self.add("the ECR image", container, &ECR);
            }
            Ok(())
        });
    }

    fn logs(&mut self, container: &Container, roleless: bool, findings: &mut Findings) {
        findings.part(container.log_configuration.place(), |_| {
            let Some(log) = container.log_configuration.get()? else { return Ok(()) };
            if roleless && log.log_driver.get()?.map(String::as_str) == Some("awslogs") {
                self.add("the log driver awslogs", container, &AWSLOGS);
            }
            if !log.secret_options.items()?.is_empty() {
                self.add("secretOptions", container, &SECRETS);
            }
            Ok(())
        });
    }

    fn of_any_target(&mut self, container: &Container, findings: &mut Findings) {
        findings.part(container.secrets.place(), |_| {
            if !container.secrets.items()?.is_empty() {
                self.add("secrets", container, &SECRETS);
            }
            Ok(())
        });
        findings.part(container.environment_files.place(), |_| {
            if !container.environment_files.items()?.is_empty() {
                self.add("environmentFiles", container, &FILES);
            }
            Ok(())
        });
        findings.part(container.repository_credentials.place(), |_| {
            if container.repository_credentials.get()?.is_some() {
                self.add("repositoryCredentials", container, &CREDENTIALS);
            }
            Ok(())
        });
        findings.part(container.firelens_configuration.place(), |_| {
            let Some(router) = container.firelens_configuration.get()? else { return Ok(()) };
            let file = router.file()?;
            if file.map_or(Ok(false), |it| it.is_in_s3())? {
                self.add("the FireLens configuration in S3", container, &RESOURCES);
            }
            Ok(())
        });
        findings.part(container.credential_specs.place(), |_| {
            let specs = container.credential_specs.items()?;
            if specs.iter().any(|spec| spec.value.contains("arn:")) {
                self.add("credentialSpecs", container, &RESOURCES);
            }
            Ok(())
        });
    }

    fn volume(&mut self, volume: &Volume) -> Result<(), Stop> {
        let Some(fsx) = volume.fsx.get()? else { return Ok(()) };
        let Some(authorization) = fsx.authorization.get()? else { return Ok(()) };
        if authorization.credentials_parameter.get()?.is_some() {
            let name = volume.name.get().ok().flatten().map_or("?", String::as_str);
            self.found.push(Need {
                what: format!("the FSx credentials of volume {name}"),
                certain: true,
                rule: &RESOURCES,
            });
        }
        Ok(())
    }

    fn reason(&self) -> &'static str {
        if self.by_instance {
            "nothing needs an execution role: the container instance pulls and logs with its role"
        } else {
            "nothing in the definition needs an execution role"
        }
    }

    /// One failure that names everything, since one role fixes all of it.
    fn report(&self, task: &Task, findings: &mut Findings) {
        let Some(first) = self.found.first() else { return };
        let what: Vec<&str> = self.found.iter().map(|need| need.what.as_str()).collect();
        let message =
            format!("executionRoleArn is not given, and it is needed for {}", what.join(", "));
        let overridden = &task.context.overrides.execution_role_arn;
        // With a role in the overrides, it depends on how the definition was registered. An external
        // instance has a role too, which may pull and log, though AWS requires this one.
        let certain = overridden.is_missing() && self.found.iter().any(|need| need.certain);
        let finding = if certain { first.rule.fail(message) } else { first.rule.warn(message) };
        findings.add(finding.at(task.definition.execution_role_arn.place()));
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::story::{results, tell};

    const ID: &str = super::DEFINITION_EXECUTION_ROLE.id;
    const ROLE: &str = "arn:aws:iam::111122223333:role/execution";
    const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1";

    fn definition(target: &str, container: &str, more: &str) -> String {
        format!(
            r#"{{"requiresCompatibilities": ["{target}"], "containerDefinitions": [{{"name": "app", {container}}}] {more}}}"#
        )
    }

    #[test]
    fn a_role_is_named_where_a_feature_needs_it() {
        let ecr = format!(r#""image": "{ECR}""#);
        let role = format!(r#", "executionRoleArn": "{ROLE}""#);
        let secrets = r#""image": "nginx", "secrets": [{"name": "A", "valueFrom": "/a"}]"#;
        let logs = r#""image": "nginx", "logConfiguration": {"logDriver": "awslogs"}"#;
        let cases = [
            (definition("FARGATE", &ecr, &role), ("pass", "")),
            (definition("FARGATE", &ecr, ""), ("fail", "")),
            (
                definition("FARGATE", &ecr, r#", "executionRoleArn": """#),
                ("fail", "/executionRoleArn"),
            ),
            (definition("EXTERNAL", &ecr, ""), ("warn", "")),
            // Container instances pull and log with their role.
            (definition("EC2", &ecr, ""), ("pass", "")),
            (definition("EC2", logs, ""), ("pass", "")),
            (definition("FARGATE", logs, ""), ("fail", "")),
            (definition("FARGATE", r#""image": "public.ecr.aws/nginx/nginx:1""#, ""), ("pass", "")),
            // Secrets are read with the execution role everywhere.
            (definition("EC2", secrets, ""), ("fail", "")),
            (definition("EC2", r#""image": "nginx", "secrets": []"#, ""), ("pass", "")),
            (
                definition(
                    "EC2",
                    r#""repositoryCredentials": {"credentialsParameter": "hub"}"#,
                    "",
                ),
                ("fail", ""),
            ),
            // What is not known yet.
            (
                definition("FARGATE", r#""image": "${IMAGE}""#, ""),
                ("unknown", "/containerDefinitions/0/image"),
            ),
            (definition("FARGATE", &ecr, r#", "executionRoleArn": "${ROLE}""#), ("unknown", "")),
            // ECS fills in the account of a bare name; a policy is no role at all.
            (definition("EC2", secrets, r#", "executionRoleArn": "execution""#), ("pass", "")),
            (
                definition(
                    "EC2",
                    secrets,
                    r#", "executionRoleArn": "arn:aws:iam::111122223333:policy/p""#,
                ),
                ("fail", "/executionRoleArn"),
            ),
        ];
        for (definition, expected) in &cases {
            tell(ID, &[(definition, "{}", &[*expected])]);
        }
    }

    #[test]
    fn every_feature_that_needs_it_is_named() {
        let container = format!(
            r#""image": "{ECR}", "secrets": [{{"name": "A", "valueFrom": "/a"}}], "logConfiguration": {{"logDriver": "awslogs"}}"#
        );
        let results = results(ID, &definition("FARGATE", &container, ""), "{}");
        for feature in ["the ECR image of container app", "awslogs", "secrets of container app"] {
            assert!(results[0].message.contains(feature), "{}", results[0].message);
        }
    }
}
