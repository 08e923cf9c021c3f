//! Stories of `definition-log-options`.

use super::DEFINITION_LOG_OPTIONS;
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::story::{Story, Told};

const AT: &str = "/containerDefinitions/0/logConfiguration/options";
const GROUP: &str = "/containerDefinitions/0/logConfiguration/options/awslogs-group";

fn on(target: &str, driver: &str, options: &str) -> Story {
    Story::containers_and(
        &format!(
            r#"{{"name": "app", "image": "nginx", "logConfiguration": {{"logDriver": "{driver}", {options}}}}}"#
        ),
        &format!(r#""requiresCompatibilities": ["{target}"]"#),
    )
}

#[test]
fn awslogs_needs_a_region_a_group_and_on_fargate_a_prefix() {
    let table: &[(&str, &str, &[Told])] = &[
        (
            "EC2",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "/ecs/web""#,
            &[(Pass, "/containerDefinitions/0", "")],
        ),
        (
            "FARGATE",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-stream-prefix": "w""#,
            &[(Pass, "/containerDefinitions/0", "")],
        ),
        (
            "FARGATE",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "g""#,
            &[(Fail, AT, "awslogs-stream-prefix")],
        ),
        (
            "EC2",
            r#""awslogs-region": "eu-west-1""#,
            &[(Fail, AT, "lacks the option awslogs-group")],
        ),
        ("EC2", "", &[(Fail, AT, "awslogs-region"), (Fail, AT, "awslogs-group")]),
        (
            "EC2",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "a b""#,
            &[(Fail, GROUP, "contains ' '")],
        ),
        (
            "EC2",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "${GROUP}""#,
            &[(Unknown, GROUP, "placeholder")],
        ),
        (
            "${TARGET}",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "g""#,
            &[(Unknown, AT, "${TARGET}")],
        ),
        (
            "EC2",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-create-group": "yes""#,
            &[(
                Fail,
                "/containerDefinitions/0/logConfiguration/options/awslogs-create-group",
                "takes only",
            )],
        ),
        (
            "EC2",
            r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-datetime-format": "%Y", "awslogs-multiline-pattern": "^x""#,
            &[(
                Warn,
                "/containerDefinitions/0/logConfiguration/options/awslogs-multiline-pattern",
                "ignored",
            )],
        ),
    ];
    for (target, options, told) in table {
        let story = on(target, "awslogs", &format!(r#""options": {{{options}}}"#));
        story.ends(&DEFINITION_LOG_OPTIONS, told);
    }
}

#[test]
fn splunk_takes_its_token_in_plain_or_as_a_secret() {
    let token = r#""secretOptions": [{"name": "splunk-token", "valueFrom": "t"}]"#;
    on("EC2", "splunk", &format!(r#""options": {{"splunk-url": "https://x"}}, {token}"#))
        .ends(&DEFINITION_LOG_OPTIONS, &[(Pass, "/containerDefinitions/0", "")]);
    on("EC2", "splunk", r#""options": {"splunk-url": "https://x"}"#)
        .ends(&DEFINITION_LOG_OPTIONS, &[(Fail, AT, "splunk-token")]);
}

#[test]
fn other_drivers_and_none_need_nothing() {
    let at = "/containerDefinitions/0";
    on("EC2", "json-file", r#""options": {}"#)
        .ends(&DEFINITION_LOG_OPTIONS, &[(Pass, at, "json-file")]);
    on("EC2", "sumologic", r#""options": {"sumo-url": "x"}"#)
        .ends(&DEFINITION_LOG_OPTIONS, &[(Skip, at, "sumologic")]);
    Story::container(r#""cpu": 1"#).ends(&DEFINITION_LOG_OPTIONS, &[(Skip, at, "no log driver")]);
    Story::container(r#""logConfiguration": "${LOG}""#)
        .ends(&DEFINITION_LOG_OPTIONS, &[(Unknown, at, "${LOG}")]);
}

/// The driver, where it runs, its options, and what is said of the last of them.
#[test]
fn each_driver_has_a_closed_list_of_options() {
    let awslogs =
        r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-stream-prefix": "p""#;
    let splunk = r#""splunk-token": "t", "splunk-url": "https://x:8088""#;
    for (driver, target, options, option, status, words) in [
        (
            "awslogs",
            "FARGATE",
            format!(r#"{awslogs}, "log_key": "log""#),
            "log_key",
            Fail,
            "no option",
        ),
        (
            "awslogs",
            "EC2",
            format!(r#"{awslogs}, "awslogs-endpoint": "https://x""#),
            "awslogs-endpoint",
            Fail,
            "no option",
        ),
        ("awslogs", "EC2", format!(r#"{awslogs}, "tag": "x""#), "tag", Fail, "no option"),
        (
            "awslogs",
            "EC2",
            format!(r#"{awslogs}, "mode": "non-blocking", "max-buffer-size": "25m""#),
            "",
            Pass,
            "",
        ),
        ("json-file", "EC2", r#""max-size": "10m", "labels": "a""#.into(), "", Pass, ""),
        ("json-file", "EC2", r#""awslogs-group": "g""#.into(), "awslogs-group", Fail, "no option"),
        ("fluentd", "EC2", r#""fluentd-new": "1""#.into(), "fluentd-new", Warn, "no option"),
        ("splunk", "FARGATE", format!(r#"{splunk}, "region": "x""#), "region", Warn, "no option"),
        ("splunk", "EC2", format!(r#"{splunk}, "region": "x""#), "region", Fail, "no option"),
        ("awsfirelens", "EC2", r#""anything": "goes", "Host": "${HOST}""#.into(), "", Pass, ""),
    ] {
        last(driver, target, &options, option, status, words);
    }
}

#[test]
fn values_are_those_that_the_driver_reads() {
    let awslogs =
        r#""awslogs-region": "eu-west-1", "awslogs-group": "g", "awslogs-stream-prefix": "p""#;
    for (driver, target, options, option, status, words) in [
        ("awslogs", "EC2", r#""awslogs-create-group": "true""#, "", Pass, ""),
        (
            "awslogs",
            "EC2",
            r#""awslogs-create-group": "false""#,
            "awslogs-create-group",
            Fail,
            "only",
        ),
        (
            "awslogs",
            "EC2",
            r#""awslogs-create-group": "True""#,
            "awslogs-create-group",
            Warn,
            "only",
        ),
        ("awslogs", "EC2", r#""mode": "nonblocking""#, "mode", Fail, "blocking and non-blocking"),
        (
            "awslogs",
            "FARGATE",
            r#""mode": "nonblocking""#,
            "mode",
            Warn,
            "blocking and non-blocking",
        ),
        (
            "awslogs",
            "EC2",
            r#""mode": "blocking", "max-buffer-size": "4m""#,
            "max-buffer-size",
            Fail,
            "mode is blocking",
        ),
        ("awslogs", "EC2", r#""max-buffer-size": "4m""#, "", Pass, ""),
        ("awslogs", "EC2", r#""max-buffer-size": "much""#, "max-buffer-size", Fail, "no size"),
        ("awslogs", "EC2", r#""mode": "${MODE}""#, "mode", Unknown, "${MODE}"),
        (
            "awsfirelens",
            "EC2",
            r#""log-driver-buffer-limit": "x""#,
            "log-driver-buffer-limit",
            Warn,
            "not a number",
        ),
        ("awsfirelens", "EC2", r#""log-driver-buffer-limit": "2097152""#, "", Pass, ""),
        (
            "splunk",
            "EC2",
            r#""splunk-token": "t", "splunk-url": "x:8088""#,
            "splunk-url",
            Fail,
            "scheme",
        ),
    ] {
        let options = match driver {
            "awslogs" => format!("{awslogs}, {options}"),
            _ => options.to_owned(),
        };
        last(driver, target, &options, option, status, words);
    }
}

/// Asserts the one result: at the option, or at the container where all is well.
#[track_caller]
fn last(
    driver: &str,
    target: &str,
    options: &str,
    option: &str,
    status: crate::report::Status,
    words: &str,
) {
    let story = on(target, driver, &format!(r#""options": {{{options}}}"#));
    let results = story.judged_by(&DEFINITION_LOG_OPTIONS);
    let subject = match option {
        "" => "/containerDefinitions/0".to_owned(),
        option => format!("{AT}/{option}"),
    };
    assert_eq!(results.len(), 1, "{options}: {results:#?}");
    assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{options}");
    assert!(results[0].message.contains(words), "{options}: {}", results[0].message);
}
