//! `credentialSpecs`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>, seen 2026-11).

use crate::document::{Container, Located};
use crate::knowledge::Stop;
use crate::names::words::shown;
use crate::task::Task;
use crate::verdict::{Findings, Rule};

const DOMAINLESS: &str = "credentialspecdomainless:";
const JOINED: &str = "credentialspec:";

const ONE: Rule = Rule::unquoted(
    "a container has at most one credential spec",
    "RegisterTaskDefinition refuses the definition",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-11-30",
);
const FORM: Rule = Rule::unquoted(
    "a credential spec is credentialspec: or credentialspecdomainless:, and an ARN",
    "RegisterTaskDefinition refuses the definition, or the container is not created",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html",
    "2026-11-30",
);
const ON_FARGATE: Rule = Rule::unquoted(
    "gMSA on Fargate is domainless",
    "the task cannot join the domain",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-linux-gmsa.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[ONE, FORM, ON_FARGATE];

pub(super) fn judge(task: &Task, container: &Container, found: &mut Findings) {
    found.part(container.credential_specs.place(), |found| {
        specs(task, container.credential_specs.items()?, found);
        Ok(())
    });
}

fn specs(task: &Task, specs: &[Located<String>], found: &mut Findings) {
    if let Some(second) = specs.get(1) {
        found.add(
            ONE.fail(format!(
                "there are {} credential specs, but a container has only one",
                specs.len()
            ))
            .at(&second.place)
            .remedy("Keep the one that the container is to use"),
        );
    }
    for spec in specs {
        found.part(&spec.place, |found| one(task, spec, found));
    }
}

fn one(task: &Task, spec: &Located<String>, found: &mut Findings) -> Result<(), Stop> {
    let written = spec.value.as_str();
    let remedy = "Write credentialspec:ARN or credentialspecdomainless:ARN, with the ARN of an object in S3 or a parameter in SSM";
    let domainless = written.strip_prefix(DOMAINLESS);
    let Some(place) = domainless.or_else(|| written.strip_prefix(JOINED)) else {
        found.add(
            FORM.fail(format!("`{written}` begins with neither {JOINED} nor {DOMAINLESS}"))
                .at(&spec.place)
                .remedy(remedy),
        );
        return Ok(());
    };
    let service = place.split(':').nth(2);
    let is_arn = place.starts_with("arn:") && matches!(service, Some("s3" | "ssm"));
    if !is_arn && !place.starts_with("file://") {
        found.add(
            FORM.fail(format!(
                "{} is not the ARN of an object in S3 or a parameter in SSM",
                shown(place)
            ))
            .at(&spec.place)
            .remedy(remedy),
        );
    }
    if domainless.is_none() && task.is_for_fargate()? {
        found.add(ON_FARGATE.warn("Fargate supports domainless gMSA only").at(&spec.place).remedy(
            "Write credentialspecdomainless:ARN, and name the secret in the credential spec",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::{Story, Told};

    #[test]
    fn a_container_has_one_credential_spec_of_a_known_form() {
        let at = "/containerDefinitions/0/credentialSpecs/0";
        let fargate = r#""requiresCompatibilities": ["FARGATE"]"#;
        let held: Told = (Pass, "", "known");
        for (specs, target, told) in [
            (r#""credentialspec:arn:aws:s3:::b/a.json""#, "", held),
            (
                r#""credentialspecdomainless:arn:aws:ssm:eu-west-1:111122223333:parameter/a""#,
                fargate,
                held,
            ),
            (r#""credentialspec:file://a.json""#, "", held),
            (r#""arn:aws:s3:::b/a.json""#, "", (Fail, at, "neither")),
            (r#""credentialspec:a.json""#, "", (Fail, at, "is not the ARN")),
            (r#""credentialspec:arn:aws:s3:::b/a.json""#, fargate, (Warn, at, "domainless")),
            (
                r#""credentialspec:arn:aws:s3:::b/a.json", "credentialspec:arn:aws:s3:::b/b.json""#,
                "",
                (Fail, "/containerDefinitions/0/credentialSpecs/1", "there are 2"),
            ),
        ] {
            let container =
                format!(r#"{{"name": "app", "image": "nginx", "credentialSpecs": [{specs}]}}"#);
            let story = match target {
                "" => Story::containers(&container),
                target => Story::containers_and(&container, target),
            };
            story.ends(&DEFINITION_SCHEMA, &[told]);
        }
    }
}
