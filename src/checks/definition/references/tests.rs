use super::DEFINITION_REFERENCES;
use crate::report::Status::{Fail, Pass, Unknown, Warn};
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
        .ends(&DEFINITION_REFERENCES, &[(Unknown, "", "may be elsewhere")]);
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
        assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{condition}");
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
    let s3 = r#""config-file-type": "s3", "config-file-value": "arn:aws:s3:::bucket/k""#;
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

#[test]
fn a_router_has_somebody_to_route_for() {
    let router = r#", "firelensConfiguration": {"type": "fluentbit"}"#;
    let logs = |driver: &str| format!(r#", "logConfiguration": {{"logDriver": "{driver}"}}"#);
    let at = "/containerDefinitions/1/firelensConfiguration";
    for (driver, told) in [
        ("awsfirelens", HELD),
        ("awslogs", (Fail, at, "no container logs to awsfirelens")),
        ("${DRIVER}", (Unknown, at, "${DRIVER}")),
    ] {
        containers(&[("app", &logs(driver)), ("router", router)])
            .ends(&DEFINITION_REFERENCES, &[told]);
    }
    // The router itself may be the one.
    let itself = format!("{router}{}", logs("awsfirelens"));
    containers(&[("router", &itself)]).ends(&DEFINITION_REFERENCES, &[HELD]);
    let second = "/containerDefinitions/2/firelensConfiguration";
    containers(&[("app", &logs("awsfirelens")), ("one", router), ("two", router)])
        .ends(&DEFINITION_REFERENCES, &[(Warn, second, "2 containers")]);
    let alone = format!(r#"{{"name": "router", "image": "i"{router}}}"#);
    let told = (Unknown, "/firelensConfiguration", "one container");
    Story::given(&alone).ends(&DEFINITION_REFERENCES, &[told]);
}

#[test]
fn the_options_of_a_router_are_a_closed_list() {
    let logs = r#", "logConfiguration": {"logDriver": "awsfirelens"}"#;
    let at = "/containerDefinitions/1/firelensConfiguration/options";
    for (options, told) in [
        (r#""enable-ecs-log-metadata": "false""#, None),
        (
            r#""config-file-type": "s3", "config-file-value": "s3://bucket/fluent.conf""#,
            Some((Fail, "/config-file-value", "s3://bucket/fluent.conf")),
        ),
        (
            r#""config-file-type": "url", "config-file-value": "/x.conf""#,
            Some((Fail, "/config-file-type", "takes s3 and file")),
        ),
        (r#""config-file-value": "/x.conf""#, Some((Warn, "/config-file-value", "without"))),
        (
            r#""enable-ecs-log-metadata": "yes""#,
            Some((Warn, "/enable-ecs-log-metadata", "neither true nor false")),
        ),
        (r#""Name": "stdout""#, Some((Warn, "/Name", "no option of a log router"))),
    ] {
        let router = format!(
            r#", "firelensConfiguration": {{"type": "fluentbit", "options": {{{options}}}}}"#
        );
        let results =
            containers(&[("app", logs), ("router", &router)]).judged_by(&DEFINITION_REFERENCES);
        let (status, subject, words) = match told {
            Some((status, field, words)) => (status, format!("{at}{field}"), words),
            None => (Pass, String::new(), ""),
        };
        assert_eq!(results.len(), 1, "{options}: {results:#?}");
        assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{options}");
        assert!(results[0].message.contains(words), "{options}: {}", results[0].message);
    }
}

#[test]
fn links_and_volumes_from_wait_too() {
    let links = |name: &str| format!(r#", "links": ["{name}:alias"]"#);
    let volumes = |name: &str| format!(r#", "volumesFrom": [{{"sourceContainer": "{name}"}}]"#);
    let depends = |name: &str| waits(name, "START");
    let at = |field: &'static str| (Fail, field, "wait for each other: ");
    let first = "/containerDefinitions/0/volumesFrom";
    for (a, b, told) in [
        (volumes("b"), depends("a"), at(first)),
        (volumes("b"), volumes("a"), at(first)),
        (volumes("b"), links("a"), at(first)),
        (links("b"), depends("a"), at("/containerDefinitions/0/links")),
        (volumes("a"), String::new(), at(first)),
        (volumes("b"), String::new(), HELD),
        (links("b") + &volumes("b"), String::new(), HELD),
    ] {
        containers(&[("a", &a), ("b", &b)]).ends(&DEFINITION_REFERENCES, &[told]);
    }
}

#[test]
fn healthy_needs_a_check_that_is_on() {
    let off = r#", "healthCheck": {"command": ["NONE"]}"#;
    let at = "/containerDefinitions/0/dependsOn/0/condition";
    containers(&[("app", &waits("side", "HEALTHY")), ("side", off)])
        .ends(&DEFINITION_REFERENCES, &[(Fail, at, "healthCheck of side is NONE")]);
    containers(&[("app", &waits("side", "START")), ("side", off)])
        .ends(&DEFINITION_REFERENCES, &[HELD]);
}

#[test]
fn a_mount_point_has_a_volume_and_a_path_of_its_own() {
    let at = "/containerDefinitions/0/mountPoints";
    for (target, mounts, told) in [
        ("EC2", r#"{"sourceVolume": "a", "containerPath": "/a"}"#, &[][..]),
        ("EC2", r#"{"containerPath": "/a"}"#, &[(Fail, "/0", "no sourceVolume")]),
        (
            "EC2",
            r#"{"sourceVolume": null, "containerPath": "/a"}"#,
            &[(Fail, "/0", "no sourceVolume")],
        ),
        (
            "EC2",
            r#"{"sourceVolume": "", "containerPath": "/a"}"#,
            &[(Fail, "/0/sourceVolume", "called \"\"")],
        ),
        ("EC2", r#"{"sourceVolume": "a"}"#, &[(Fail, "/0", "no containerPath")]),
        (
            "EC2",
            r#"{"sourceVolume": "a", "containerPath": "/x"}, {"sourceVolume": "b", "containerPath": "/x/"}"#,
            &[(Fail, "/1/containerPath", "mounted twice")],
        ),
        (
            "FARGATE",
            r#"{"sourceVolume": "a", "containerPath": "/x"}, {"sourceVolume": "b", "containerPath": "/x"}"#,
            &[(Warn, "/1/containerPath", "mounted twice")],
        ),
    ] {
        let container = format!(r#"{{"name": "app", "image": "i", "mountPoints": [{mounts}]}}"#);
        let rest = format!(
            r#""requiresCompatibilities": ["{target}"], "volumes": [{{"name": "a"}}, {{"name": "b"}}]"#
        );
        let results = Story::containers_and(&container, &rest).judged_by(&DEFINITION_REFERENCES);
        if told.is_empty() {
            assert_eq!(results[0].status, Pass, "{mounts}: {results:#?}");
        }
        for (result, (status, field, words)) in results.iter().zip(told) {
            assert_eq!((result.status, &*result.subject), (*status, &*format!("{at}{field}")));
            assert!(result.message.contains(words), "{mounts}: {}", result.message);
        }
        assert_eq!(results.len(), told.len().max(1), "{mounts}: {results:#?}");
    }
}

#[test]
fn a_volume_that_is_configured_at_launch_is_mounted() {
    let mount = r#", "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]"#;
    let open = r#", "mountPoints": [{"sourceVolume": "${DATA}", "containerPath": "/data"}]"#;
    let launch = r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#;
    let two = r#""volumes": [{"name": "data", "configuredAtLaunch": true}, {"name": "more", "configuredAtLaunch": true}]"#;
    let at = "/volumes/0/configuredAtLaunch";
    let second = "/volumes/1/configuredAtLaunch";
    let cases: [(&str, &str, &[Told]); 5] = [
        (mount, launch, &[HELD]),
        ("", launch, &[(Fail, at, "no container mounts it")]),
        // Any other volume may be there for nothing.
        ("", r#""volumes": [{"name": "data"}]"#, &[HELD]),
        (
            open,
            launch,
            &[
                (Unknown, "/containerDefinitions/0/mountPoints/0/sourceVolume", "${DATA}"),
                (Unknown, at, "${DATA}"),
            ],
        ),
        (mount, two, &[(Fail, second, "a task can have one"), (Fail, second, "mounts it")]),
    ];
    for (fields, volumes, told) in cases {
        let container = format!(r#"{{"name": "app", "image": "i"{fields}}}"#);
        Story::containers_and(&container, volumes).ends(&DEFINITION_REFERENCES, told);
    }
    Story::containers_and(r#"{"name": "app", "image": "i"}"#, r#""volumes": [{"host": {}}]"#)
        .ends(&DEFINITION_REFERENCES, &[(Warn, "/volumes/0", "has no name")]);
}

#[test]
fn the_proxy_has_its_container_its_network_and_its_properties() {
    let given = [
        ("ProxyIngressPort", "15000"),
        ("ProxyEgressPort", "15001"),
        ("AppPorts", "8080"),
        ("EgressIgnoredIPs", ""),
        ("IgnoredUID", "1337"),
    ];
    let all = |but: &str, instead: &str| {
        let mut items: Vec<String> = given
            .iter()
            .filter(|(name, _)| *name != but)
            .map(|(name, value)| format!(r#"{{"name": "{name}", "value": "{value}"}}"#))
            .collect();
        items.extend((!instead.is_empty()).then(|| instead.to_owned()));
        items.join(",")
    };
    let sixteen = (1..=16).map(|port| port.to_string()).collect::<Vec<_>>().join(",");
    let many = format!(r#"{{"name": "EgressIgnoredPorts", "value": "{sixteen}"}}"#);
    let at = "/proxyConfiguration/properties";
    for (mode, name, properties, told) in [
        ("awsvpc", "envoy", all("", ""), (Pass, String::new(), "exists")),
        (
            "awsvpc",
            "envoy",
            all("", r#"{"name": "EgressIgnoredPorts", "value": ""}"#),
            (Pass, String::new(), "exists"),
        ),
        ("host", "envoy", all("", ""), (Fail, "/proxyConfiguration".into(), "not awsvpc")),
        (
            "awsvpc",
            "proxy",
            all("", ""),
            (Fail, "/proxyConfiguration/containerName".into(), "proxy is not there"),
        ),
        ("awsvpc", "envoy", all("ProxyIngressPort", ""), (Fail, at.into(), "ProxyIngressPort")),
        ("awsvpc", "envoy", all("ProxyEgressPort", ""), (Fail, at.into(), "ProxyEgressPort")),
        ("awsvpc", "envoy", all("AppPorts", ""), (Fail, at.into(), "AppPorts")),
        (
            "awsvpc",
            "envoy",
            all("AppPorts", r#"{"name": "AppPorts", "value": ""}"#),
            (Fail, format!("{at}/4/value"), "AppPorts is empty"),
        ),
        ("awsvpc", "envoy", all("EgressIgnoredIPs", ""), (Warn, at.into(), "EgressIgnoredIPs")),
        ("awsvpc", "envoy", all("IgnoredUID", ""), (Warn, at.into(), "neither IgnoredUID")),
        (
            "awsvpc",
            "envoy",
            all("", r#"{"name": "IgnoredGID"}"#),
            (Fail, format!("{at}/5"), "IgnoredGID has no value"),
        ),
        ("awsvpc", "envoy", all("", &many), (Fail, format!("{at}/5/value"), "16 ports")),
        (
            "awsvpc",
            "envoy",
            all("AppPorts", r#"{"name": "AppPorts", "value": "http"}"#),
            (Warn, format!("{at}/4/value"), "no list of ports"),
        ),
        (
            "awsvpc",
            "envoy",
            all("", r#"{"name": "Color", "value": "1"}"#),
            (Warn, format!("{at}/5/name"), "no property"),
        ),
        (
            "awsvpc",
            "envoy",
            all("AppPorts", r#"{"name": "${NAME}", "value": "1"}"#),
            (Unknown, at.into(), "${NAME}"),
        ),
    ] {
        let rest = format!(
            r#""networkMode": "{mode}", "proxyConfiguration": {{"type": "APPMESH", "containerName": "{name}", "properties": [{properties}]}}"#
        );
        let story = Story::containers_and(r#"{"name": "envoy", "image": "i"}"#, &rest);
        let results = story.judged_by(&DEFINITION_REFERENCES);
        let (status, subject, words) = told;
        assert_eq!(results.len(), 1, "{properties}: {results:#?}");
        assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{properties}");
        assert!(results[0].message.contains(words), "{properties}: {}", results[0].message);
    }
}
