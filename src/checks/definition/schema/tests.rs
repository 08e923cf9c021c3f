use super::DEFINITION_SCHEMA;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
use crate::testing::story::{Story, Told};

const HELD: Told = (Pass, "", "known");
const APP: &str = r#"{"name": "app", "image": "nginx"}"#;

#[test]
fn a_definition_that_fits_passes() {
    let wrapped = format!(
        r#"{{"taskDefinition": {{"family": "web", "revision": 3, "containerDefinitions": [{APP}]}}}}"#
    );
    Story::containers(APP).ends(&DEFINITION_SCHEMA, &[HELD]);
    Story::given(&wrapped).ends(&DEFINITION_SCHEMA, &[(Warn, "", "describe-task-definition")]);
}

#[test]
fn fields_are_told_as_what_they_are() {
    for (fields, told) in [
        (r#""volumes": {}"#, (Fail, "/volumes", "an object where a list belongs")),
        (r#""requirementCompatibilities": []"#, (Warn, "/requirementCompatibilities", "meant")),
        (r#""ipcMode": null"#, (Warn, "/ipcMode", "is null")),
        (r#""ipcMode": null, "pidMode": null"#, (Warn, "/ipcMode", "so is another field")),
        (r#""networkMode": "overlay""#, (Warn, "/networkMode", "documented are bridge")),
        (r#""volumes": "${VOLUMES}""#, (Unknown, "/volumes", "placeholder")),
        (r#""networkMode": "${MODE}""#, HELD),
        (
            r#""cpu": "256", "cpu": "512""#,
            (Warn, "/cpu", "`cpu` is given twice: this one counts, the one in line 1"),
        ),
        (r#""volumes": [{"name": "a.b"}]"#, (Fail, "/volumes/0/name", "holds '.'")),
        (r#""volumes": [{"name": "a"}, {"name": "a"}]"#, (Warn, "/volumes/1/name", "two volumes")),
    ] {
        Story::task(fields).ends(&DEFINITION_SCHEMA, &[told]);
    }
}

#[test]
fn a_container_has_a_name_of_its_own_and_an_image() {
    let named = |name: &str| format!(r#"{{"name": "{name}", "image": "nginx"}}"#);
    for (containers, told) in [
        (r#"{"image": "nginx"}"#.to_owned(), (Fail, "/containerDefinitions/0", "has no name")),
        (r#"{"name": "app"}"#.to_owned(), (Fail, "/containerDefinitions/0", "app has no image")),
        (
            r#"{"name": "app", "image": ""}"#.to_owned(),
            (Fail, "/containerDefinitions/0/image", "app has no image"),
        ),
        (named("my app"), (Fail, "/containerDefinitions/0/name", "holds ' '")),
        (named(&"a".repeat(256)), (Fail, "/containerDefinitions/0/name", "256 characters")),
        (named("${NAME}"), (Unknown, "/containerDefinitions/0/name", "placeholder")),
        (
            format!("{APP}, {APP}"),
            (Fail, "/containerDefinitions/1/name", "two containers are called app"),
        ),
        (String::new(), (Fail, "/containerDefinitions", "has no container")),
        (
            (0..11).map(|it| named(&format!("c{it}"))).collect::<Vec<_>>().join(","),
            (Fail, "/containerDefinitions", "11 containers"),
        ),
    ] {
        Story::containers(&containers).ends(&DEFINITION_SCHEMA, &[told]);
    }
}

#[test]
fn of_a_bare_list_only_the_containers_are_known() {
    Story::given(&format!("[{APP}]"))
        .ends(&DEFINITION_SCHEMA, &[(Warn, "", "only containers are known")]);
}

#[test]
fn values_are_within_their_limits() {
    let at = "/containerDefinitions/0";
    let file = |name: &str| format!(r#""environmentFiles": [{{"type": "s3", "value": "{name}"}}]"#);
    for (fields, status, place, words) in [
        (file("arn:aws:s3:::bucket/a.env"), Pass, "", ""),
        (file("arn:aws:s3:::bucket/a.txt"), Fail, "/environmentFiles/0/value", "end with .env"),
        (file("s3://bucket/a.env"), Fail, "/environmentFiles/0/value", "a URL"),
        (file("${FILE}"), Unknown, "/environmentFiles/0/value", "placeholder"),
        (
            r#""restartPolicy": {"enabled": true, "restartAttemptPeriod": 59}"#.to_owned(),
            Fail,
            "/restartPolicy/restartAttemptPeriod",
            "outside 60 to 1800",
        ),
        (
            r#""linuxParameters": {"swappiness": 50}"#.to_owned(),
            Warn,
            "/linuxParameters/swappiness",
            "ignored without maxSwap",
        ),
        (
            r#""portMappings": [{"containerPort": 80, "name": "-web"}]"#.to_owned(),
            Fail,
            "/portMappings/0/name",
            "begins with a hyphen",
        ),
        (
            r#""portMappings": [{"containerPort": 80, "name": "Web"}]"#.to_owned(),
            Warn,
            "/portMappings/0/name",
            "capital",
        ),
    ] {
        let results = Story::container(&fields).judged_by(&DEFINITION_SCHEMA);
        let subject = if status == Pass { String::new() } else { format!("{at}{place}") };
        assert_eq!(results.len(), 1, "{fields}: {results:#?}");
        assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{fields}");
        assert!(results[0].message.contains(words), "{fields}: {}", results[0].message);
    }
}

#[test]
fn launch_inputs_are_judged_in_their_own_file() {
    let story = || Story::containers(APP);
    for (text, told) in [
        (r#"{"serviceName": "web", "desiredCount": 1}"#, HELD),
        (
            r#"{"serviceName": "web", "desiredCount": "1"}"#,
            (Fail, "service.json#/desiredCount", "without quotes"),
        ),
        (
            r#"{"serviceName": "web", "lunchType": "EC2"}"#,
            (Warn, "service.json#/lunchType", "`launchType`"),
        ),
        (
            r#"{"serviceName": "web", "launchType": "fargate"}"#,
            (Warn, "service.json#/launchType", r#""FARGATE""#),
        ),
    ] {
        story().served_by(text).ends(&DEFINITION_SCHEMA, &[told]);
    }
    let long = format!(
        r#"{{"overrides": {{"containerOverrides": [{{"name": "app", "command": ["{}"]}}]}}}}"#,
        "x".repeat(8192)
    );
    for (text, told) in [
        (r#"{"count": 10}"#, HELD),
        (r#"{"count": 11}"#, (Fail, "run.json#/count", "1 to 10")),
        (long.as_str(), (Fail, "run.json#/overrides", "8192 are allowed")),
    ] {
        story().run_as(text).ends(&DEFINITION_SCHEMA, &[told]);
    }
}
