use super::DEFINITION_REFERENCES;
use crate::report::Status::{Fail, Pass, Unknown};
use crate::testing::story::{Story, Told};

const HELD: Told = (Pass, "", "exists");

fn containers(parts: &[(&str, &str)]) -> Story {
    let written: Vec<_> = parts
        .iter()
        .map(|(name, fields)| format!(r#"{{"name": "{name}", "image": "i"{fields}}}"#))
        .collect();
    Story::containers(&written.join(","))
}

fn waits(name: &str, condition: &str) -> String {
    format!(r#", "dependsOn": [{{"containerName": "{name}", "condition": "{condition}"}}]"#)
}

#[test]
fn one_container_is_essential() {
    let at = "/containerDefinitions";
    let no = r#", "essential": false"#;
    containers(&[("a", no), ("b", "")]).ends(&DEFINITION_REFERENCES, &[HELD]);
    containers(&[("a", no), ("b", no)])
        .ends(&DEFINITION_REFERENCES, &[(Fail, at, "no container is essential")]);
    containers(&[("a", no), ("b", r#", "essential": "${MAIN}""#)])
        .ends(&DEFINITION_REFERENCES, &[(Unknown, at, "placeholder")]);
    Story::given(r#"{"name": "a", "image": "i", "essential": false}"#)
        .ends(&DEFINITION_REFERENCES, &[(Unknown, "", "may stand elsewhere")]);
}

#[test]
fn a_container_waits_for_what_can_happen() {
    let at = "/containerDefinitions/0/dependsOn/0";
    let check = r#", "healthCheck": {"command": ["CMD", "true"]}"#;
    let helper = r#", "essential": false"#;
    for (condition, other, status, field, words) in [
        ("START", "", Pass, "", ""),
        ("HEALTHY", check, Pass, "", ""),
        ("SUCCESS", helper, Pass, "", ""),
        ("HEALTHY", "", Fail, "/condition", "side has no healthCheck"),
        ("SUCCESS", "", Fail, "/condition", "side is essential"),
        ("COMPLETE", "", Fail, "/condition", "side is essential"),
        ("${CONDITION}", "", Unknown, "", "placeholder"),
    ] {
        let story = containers(&[("app", &waits("side", condition)), ("side", other)]);
        let results = story.judged_by(&DEFINITION_REFERENCES);
        let subject = if status == Pass { String::new() } else { format!("{at}{field}") };
        assert_eq!(results.len(), 1, "{condition} {other}: {results:#?}");
        assert_eq!((results[0].status, &results[0].subject), (status, &subject), "{condition}");
        assert!(results[0].message.contains(words), "{condition}: {}", results[0].message);
    }
}

#[test]
fn what_is_waited_for_exists() {
    let at = "/containerDefinitions/0/dependsOn/0/containerName";
    containers(&[("app", &waits("router", "START")), ("side", "")])
        .ends(&DEFINITION_REFERENCES, &[(Fail, at, "router, which is not there")]);
    containers(&[("app", &waits("router", "START")), ("${SIDE}", "")]).ends(
        &DEFINITION_REFERENCES,
        &[(Unknown, "/containerDefinitions/0/dependsOn/0", "${SIDE}")],
    );
}

#[test]
fn nobody_waits_for_himself() {
    let at = "/containerDefinitions/0/dependsOn";
    containers(&[("a", &waits("a", "START"))]).ends(&DEFINITION_REFERENCES, &[(Fail, at, "a → a")]);
    containers(&[
        ("a", &waits("b", "START")),
        ("b", &waits("c", "START")),
        ("c", &waits("a", "START")),
    ])
    .ends(&DEFINITION_REFERENCES, &[(Fail, at, "a → b → c → a")]);
    containers(&[("a", &waits("c", "START")), ("b", &waits("c", "START")), ("c", "")])
        .ends(&DEFINITION_REFERENCES, &[HELD]);
}

#[test]
fn volumes_and_neighbours_exist() {
    let mount = r#""mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]"#;
    let at = "/containerDefinitions/0/mountPoints/0/sourceVolume";
    for (volumes, told) in [
        (r#""volumes": [{"name": "data"}]"#, HELD),
        (
            r#""volumes": [{"name": "date"}]"#,
            (Fail, at, "no volume is called data (there are: date)"),
        ),
        (r#""tags": []"#, (Fail, at, "(there are: none)")),
        (r#""volumes": [{"name": "$VOLUME"}]"#, (Unknown, at, "$VOLUME")),
    ] {
        let container = format!(r#"{{"name": "app", "image": "i", {mount}}}"#);
        Story::containers_and(&container, volumes).ends(&DEFINITION_REFERENCES, &[told]);
    }
    Story::given(&format!(r#"[{{"name": "app", "image": "i", {mount}}}]"#)).ends(
        &DEFINITION_REFERENCES,
        &[(Unknown, "/0/mountPoints/0/sourceVolume", "only container")],
    );
    for (fields, told) in [
        (r#", "links": ["side:db"], "volumesFrom": [{"sourceContainer": "side"}]"#, HELD),
        (r#", "links": ["site:db"]"#, (Fail, "/containerDefinitions/0/links/0", "site")),
        (
            r#", "volumesFrom": [{"sourceContainer": "site"}]"#,
            (Fail, "/containerDefinitions/0/volumesFrom/0/sourceContainer", "site"),
        ),
    ] {
        containers(&[("app", fields), ("side", "")]).ends(&DEFINITION_REFERENCES, &[told]);
    }
}

#[test]
fn firelens_has_its_router() {
    let logs = r#", "logConfiguration": {"logDriver": "awsfirelens"}"#;
    let router = |options: &str| {
        format!(r#", "firelensConfiguration": {{"type": "fluentbit", "options": {{{options}}}}}"#)
    };
    let driver = "/containerDefinitions/0/logConfiguration/logDriver";
    let kind = "/containerDefinitions/1/firelensConfiguration/options/config-file-type";
    containers(&[("app", logs), ("router", &router(""))]).ends(&DEFINITION_REFERENCES, &[HELD]);
    containers(&[("app", logs), ("side", "")]).ends(
        &DEFINITION_REFERENCES,
        &[(Fail, driver, "no container has a firelensConfiguration")],
    );
    let s3 = r#""config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/k""#;
    containers(&[("app", logs), ("router", &router(s3))]).ends(&DEFINITION_REFERENCES, &[HELD]);
    containers(&[("app", logs), ("router", &router(r#""config-file-type": "s3""#))])
        .ends(&DEFINITION_REFERENCES, &[(Fail, kind, "without config-file-value")]);
    let on_fargate = format!(
        r#"{{"name": "app", "image": "i"{logs}}}, {{"name": "router", "image": "i"{}}}"#,
        router(s3)
    );
    Story::containers_and(&on_fargate, r#""requiresCompatibilities": ["FARGATE"]"#)
        .ends(&DEFINITION_REFERENCES, &[(Fail, kind, "not from S3")]);
}
