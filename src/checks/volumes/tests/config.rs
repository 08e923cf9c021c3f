//! `ebs-volume-config`: tables of what may be written.

use super::*;
use crate::checks::volumes::ebs_config::EBS_VOLUME_CONFIG;
use crate::checks::volumes::ebs_snapshot::EBS_SNAPSHOT;
use crate::testing::account::volumes::{Account, snapshot};

const WHOLE: &str = "service.json#/volumeConfigurations/0";

/// What is said of a service that configures its volume so.
fn told(story: Story, service: &str) -> Vec<(crate::report::Status, String)> {
    let results = story.served_by(service).judged_by(&EBS_VOLUME_CONFIG);
    results.into_iter().map(|it| (it.status, it.subject.to_string())).collect()
}

#[track_caller]
fn configured(fields: &str, expected: &[(crate::report::Status, &str)]) {
    let told = told(task(), &service(fields));
    let expected: Vec<_> = expected
        .iter()
        .map(|(status, at)| match *at {
            "" => (*status, WHOLE.to_owned()),
            // The volume itself, where something is missing.
            "/" => (*status, EBS.to_owned()),
            at => (*status, format!("{EBS}{at}")),
        })
        .collect();
    assert_eq!(told, expected, "{fields}");
}

#[test]
fn the_size_lies_within_the_limits_of_the_type() {
    for (kind, least, most) in [("gp2", 1, 16_384), ("st1", 125, 16_384), ("sc1", 125, 16_384)] {
        for (size, status, at) in [
            (least - 1, Fail, "/sizeInGiB"),
            (least, Pass, ""),
            (most, Pass, ""),
            (most + 1, Fail, "/sizeInGiB"),
        ] {
            configured(&format!(r#""volumeType": "{kind}", "sizeInGiB": {size}"#), &[(status, at)]);
        }
    }
    configured(r#""sizeInGiB": 16385"#, &[(Warn, "/sizeInGiB")]);
    configured(r#""sizeInGiB": 65537"#, &[(Fail, "/sizeInGiB")]);
    configured(r#""volumeType": "io1", "iops": 100, "sizeInGiB": 3"#, &[(Fail, "/sizeInGiB")]);
    configured(r#""volumeType": "io2", "iops": 100, "sizeInGiB": 20000"#, &[(Warn, "/sizeInGiB")]);
    configured(r#""volumeType": "gp4", "sizeInGiB": 20"#, &[(Fail, "/volumeType")]);
}

#[test]
fn a_volume_has_a_size_or_a_snapshot_that_it_holds() {
    configured(r#""volumeType": "gp3""#, &[(Fail, "/")]);
}

#[test]
fn operations_are_of_the_type_and_go_with_the_size() {
    let of = |kind: &str, rest: &str| format!(r#""volumeType": "{kind}", {rest}"#);
    configured(&of("io1", r#""sizeInGiB": 100"#), &[(Fail, "/")]);
    configured(&of("io2", r#""sizeInGiB": 100"#), &[(Fail, "/")]);
    configured(&of("io1", r#""sizeInGiB": 100, "iops": 5000"#), &[(Pass, "")]);
    configured(&of("io1", r#""sizeInGiB": 100, "iops": 5001"#), &[(Fail, "/iops")]);
    configured(&of("io1", r#""sizeInGiB": 9999, "iops": 64001"#), &[(Fail, "/iops")]);
    configured(&of("io2", r#""sizeInGiB": 100, "iops": 99"#), &[(Fail, "/iops")]);
    configured(&of("gp3", r#""sizeInGiB": 1, "iops": 3000"#), &[(Pass, "")]);
    configured(&of("gp3", r#""sizeInGiB": 1, "iops": 3001"#), &[(Fail, "/iops")]);
    configured(&of("gp3", r#""sizeInGiB": 100, "iops": 2999"#), &[(Warn, "/iops")]);
    configured(&of("gp3", r#""sizeInGiB": 100, "iops": 99"#), &[(Fail, "/iops")]);
    configured(&of("gp3", r#""sizeInGiB": 100, "iops": 16001"#), &[(Warn, "/iops")]);
    configured(&of("gp3", r#""sizeInGiB": 200, "iops": 80001"#), &[(Fail, "/iops")]);
    for kind in ["gp2", "st1", "sc1"] {
        configured(&of(kind, r#""sizeInGiB": 200, "iops": 3000"#), &[(Fail, "/iops")]);
    }
}

#[test]
fn throughput_is_of_gp3_and_goes_with_the_operations() {
    configured(r#""sizeInGiB": 20, "throughput": 125"#, &[(Pass, "")]);
    configured(r#""sizeInGiB": 20, "throughput": 750"#, &[(Pass, "")]);
    configured(r#""sizeInGiB": 20, "throughput": 751"#, &[(Fail, "/throughput")]);
    configured(r#""sizeInGiB": 20, "throughput": 1000, "iops": 4000"#, &[(Pass, "")]);
    configured(r#""sizeInGiB": 20, "throughput": 124"#, &[(Warn, "/throughput")]);
    configured(r#""sizeInGiB": 20, "throughput": 0"#, &[(Fail, "/throughput")]);
    configured(r#""sizeInGiB": 20, "throughput": 1200, "iops": 5000"#, &[(Warn, "/throughput")]);
    configured(r#""sizeInGiB": 20, "throughput": 2001, "iops": 9000"#, &[(Fail, "/throughput")]);
    configured(
        r#""volumeType": "gp2", "sizeInGiB": 20, "throughput": 125"#,
        &[(Fail, "/throughput")],
    );
}

#[test]
fn a_snapshot_fits_into_the_volume() {
    // The snapshot has 10 GiB.
    let cases = [
        (r#""sizeInGiB": 9"#, Fail, "/sizeInGiB"),
        (r#""sizeInGiB": 10"#, Pass, ""),
        (r#""volumeType": "gp2""#, Pass, ""),
        (r#""volumeType": "st1""#, Fail, "/snapshotId"),
        (r#""iops": 5001"#, Fail, "/iops"),
        (r#""iops": 5000"#, Pass, ""),
    ];
    for (fields, status, at) in cases {
        let account = Account::healthy().snapshot(&snapshot(&json!({}))).recorded();
        let results = task()
            .served_by(&service(&format!(r#""snapshotId": "snap-1", {fields}"#)))
            .in_account(account)
            .judged_by(&EBS_SNAPSHOT);
        let at = if at.is_empty() { WHOLE.to_owned() } else { format!("{EBS}{at}") };
        let told: Vec<_> = results.iter().map(|it| (it.status, it.subject.to_string())).collect();
        assert_eq!(told, [(status, at)], "{fields}");
    }
}

#[test]
fn a_volume_is_filled_from_a_snapshot_at_a_rate() {
    let rate = "/volumeInitializationRate";
    configured(r#""snapshotId": "snap-1", "volumeInitializationRate": 100"#, &[(Pass, "")]);
    configured(r#""snapshotId": "snap-1", "volumeInitializationRate": 301"#, &[(Fail, rate)]);
    configured(r#""sizeInGiB": 20, "volumeInitializationRate": 200"#, &[(Fail, rate)]);
}

#[test]
fn a_key_is_for_a_volume_that_is_encrypted() {
    let with = |encrypted: &str| format!(r#""sizeInGiB": 20, {encrypted} "kmsKeyId": "alias/app""#);
    configured(&with(r#""encrypted": false,"#), &[(Fail, "/encrypted")]);
    configured(&with(r#""encrypted": true,"#), &[(Pass, "")]);
    configured(&with(""), &[(Pass, "")]);
}

#[test]
fn tags_of_ones_own_are_few_and_not_called_as_those_of_aws() {
    let tagged = |tags: &str| {
        format!(
            r#""sizeInGiB": 20, "tagSpecifications": [{{"resourceType": "volume", "tags": [{tags}]}}]"#
        )
    };
    configured(&tagged(r#"{"key": "team", "value": "web"}"#), &[(Pass, "")]);
    for key in ["AmazonECSCreated", "AmazonECSManaged", "aws:ecs:clusterName"] {
        let at = "/tagSpecifications/0/tags/0/key";
        configured(&tagged(&format!(r#"{{"key": "{key}", "value": "x"}}"#)), &[(Fail, at)]);
    }
    let many = |count: usize| {
        let tags: Vec<String> = (0..count).map(|nth| format!(r#"{{"key": "t{nth}"}}"#)).collect();
        tagged(&tags.join(","))
    };
    configured(&many(48), &[(Pass, "")]);
    configured(&many(49), &[(Fail, "/tagSpecifications")]);
}

#[test]
fn magnetic_disks_are_not_for_fargate() {
    configured(r#""volumeType": "standard", "sizeInGiB": 20"#, &[(Fail, "/volumeType")]);
    let instances = r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#;
    let service = service(r#""volumeType": "standard", "sizeInGiB": 20"#)
        .replace(r#""launchType": "FARGATE""#, r#""launchType": "EC2""#);
    assert_eq!(told(Story::task(instances), &service), [(Pass, WHOLE.to_owned())]);
}

#[test]
fn the_name_of_a_configuration_is_that_of_the_open_volume() {
    let named =
        |name: &str| service(r#""sizeInGiB": 20"#).replace(r#""data""#, &format!("\"{name}\""));
    let name = format!("{WHOLE}/name");
    assert_eq!(told(task(), &named("disk")), [(Fail, name.clone())]);
    let plain = Story::task(r#""volumes": [{"name": "data"}]"#);
    assert_eq!(told(plain, &named("data")), [(Fail, name.clone())]);
    let none = Story::task(r#""volumes": []"#);
    assert_eq!(told(none, &named("data")), [(Fail, name)]);
}

#[test]
fn an_open_volume_is_configured_where_it_is_known_how_the_task_starts() {
    let check = &EBS_VOLUME_CONFIG;
    let at = "/volumes/0";
    let definition = || Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#);
    definition().ends(check, &[(Skip, at, "--service-definition")]);
    definition().run_as(r#"{"count": 1}"#).ends(check, &[(Fail, at, "does not configure it")]);
    definition()
        .served_by(r#"{"serviceName": "web"}"#)
        .ends(check, &[(Fail, at, "does not configure it")]);
    definition()
        .served_by(r#"{"service": "web"}"#)
        .ends(check, &[(Unknown, at, "pass --cluster and --service")]);
    Story::task(r#""volumes": [{"name": "data"}]"#).ends(check, &[(Skip, "", "has no volume")]);
}

#[test]
fn a_task_has_one_such_volume_and_nothing_beside_it() {
    let check = &EBS_VOLUME_CONFIG;
    let two = r#""volumes": [{"name": "data", "configuredAtLaunch": true}, {"name": "more", "configuredAtLaunch": true}]"#;
    Story::task(two).ends(
        check,
        &[(Skip, "/volumes/0", "pass --"), (Fail, "/volumes/1", "this is another one")],
    );
    let both = r#""volumes": [{"name": "data", "configuredAtLaunch": true, "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]"#;
    Story::task(both).ends(check, &[(Fail, "/volumes/0", "efsVolumeConfiguration")]);
    let twice = r#"{"count": 1, "volumeConfigurations": [
        {"name": "data", "managedEBSVolume": {"roleArn": "volumes", "sizeInGiB": 20}},
        {"name": "data", "managedEBSVolume": {"roleArn": "volumes", "sizeInGiB": 20}}]}"#;
    let results = task().run_as(twice).judged_by(check);
    let told: Vec<_> = results.iter().map(|it| (it.status, it.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            (Pass, "run.json#/volumeConfigurations/0"),
            (Fail, "run.json#/volumeConfigurations/1/name"),
            (Fail, "run.json#/volumeConfigurations/1"),
        ]
    );
    let empty = r#"{"count": 1, "volumeConfigurations": [{"name": "data"}]}"#;
    task()
        .run_as(empty)
        .ends(check, &[(Fail, "run.json#/volumeConfigurations/0", "no managedEBSVolume")]);
}

#[test]
fn services_with_volumes_are_deployed_by_ecs() {
    let deployed = |by: &str| {
        let controller = format!(r#"{{"deploymentController": {{"type": "{by}"}}, "#);
        service(r#""sizeInGiB": 20"#).replacen('{', &controller, 1)
    };
    let at = "service.json#/deploymentController/type".to_owned();
    assert_eq!(told(task(), &deployed("CODE_DEPLOY")), [(Fail, at)]);
    assert_eq!(told(task(), &deployed("ECS")), [(Pass, WHOLE.to_owned())]);
}

#[test]
fn a_daemon_has_no_volume_of_its_own() {
    let scheduled = |strategy: &str| {
        let strategy = format!(r#"{{"schedulingStrategy": "{strategy}", "#);
        service(r#""sizeInGiB": 20"#)
            .replacen('{', &strategy, 1)
            .replace(r#""launchType": "FARGATE""#, r#""launchType": "EC2""#)
    };
    let on_instances =
        || Story::task(r#""volumes": [{"name": "data", "configuredAtLaunch": true}]"#);
    let at = "service.json#/schedulingStrategy".to_owned();
    assert_eq!(told(on_instances(), &scheduled("DAEMON")), [(Fail, at)]);
    assert_eq!(told(on_instances(), &scheduled("REPLICA")), [(Pass, WHOLE.to_owned())]);
    // Fargate runs none anyway.
    let on_fargate =
        scheduled("DAEMON").replace(r#""launchType": "EC2""#, r#""launchType": "FARGATE""#);
    assert_eq!(told(on_instances(), &on_fargate), [(Pass, WHOLE.to_owned())]);
}

#[test]
fn a_volume_without_a_role_is_told_of_once() {
    let roleless = r#"{"serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "volumeConfigurations": [
        {"name": "data", "managedEBSVolume": {"sizeInGiB": 20}}]}"#;
    let story = task().served_by(roleless);
    let managed = "service.json#/volumeConfigurations/0/managedEBSVolume";
    story.ends(&EBS_VOLUME_CONFIG, &[(Fail, managed, "has no infrastructure role")]);
    let failed: Vec<_> = story
        .judged(|group, _| matches!(group.name, "definition" | "volumes"))
        .into_iter()
        .filter(|it| it.status == Fail && it.subject.starts_with("service.json"))
        .map(|it| it.id)
        .collect();
    assert_eq!(failed, ["definition-schema"]);
}
