use super::*;

fn source(text: &str) -> Source {
    Source::read("run.json", Role::Context, text.as_bytes()).unwrap()
}

fn service(text: &str) -> RunContext {
    RunContext::service_definition(&source(text)).unwrap()
}

fn subnets(context: &RunContext) -> Vec<&str> {
    context.network.subnets.items().unwrap().iter().map(|it| it.value.as_str()).collect()
}

const CREATE: &str = r#"{"serviceName": "web", "cluster": "c", "desiredCount": 2, "launchType": "FARGATE",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]}}}"#;

#[test]
fn the_kind_follows_the_content() {
    assert_eq!(service(CREATE).kind, ContextKind::CreateService);
    assert_eq!(service(r#"{"service": "web"}"#).kind, ContextKind::UpdateService);
    assert_eq!(service(r#"{"loadBalancers": []}"#).kind, ContextKind::CreateService);
    let run = |text| RunContext::run_task(&source(text)).map(|it| it.kind);
    assert_eq!(run(r#"{"cluster": "c"}"#), Ok(ContextKind::RunTask));
    assert_eq!(run(r#"{"cluster": "c", "containerInstances": ["i"]}"#), Ok(ContextKind::StartTask));
    assert!(run(CREATE).unwrap_err().message.contains("not a run-task input"));
    assert!(RunContext::service_definition(&source(r#"{"overrides": {}}"#)).is_err());
    let wrong = RunContext::service_definition(&source(r#"{"cluster": "c", "count": 1}"#));
    let wrong = wrong.unwrap_err();
    assert_eq!(wrong.message, "this is a run-task input, not a service definition");
    assert!(wrong.hint.unwrap().contains("--run-task run.json"));
}

#[test]
fn the_names_that_differ_between_requests_are_read_as_one() {
    let update = service(r#"{"service": "web", "desiredCount": 3}"#);
    assert_eq!(update.request.service_name.get().unwrap().unwrap(), "web");
    let run = RunContext::run_task(&source(r#"{"count": 4}"#)).unwrap();
    assert_eq!(run.request.desired_count.get().unwrap(), Some(&4));
}

#[test]
fn subnets_know_their_place_in_their_own_file() {
    let context = service(CREATE);
    let subnet = &context.network.subnets.items().unwrap()[0];
    assert_eq!(
        subnet.place.subject(),
        "run.json#/networkConfiguration/awsvpcConfiguration/subnets/0"
    );
    assert_eq!(subnet.place.position.unwrap().line, 2);
}

#[test]
fn what_comes_later_wins_field_by_field() {
    let live = RunContext::live_service(&source(
        r#"{"serviceName": "web", "clusterArn": "arn:c", "roleArn": "arn:r", "launchType": "EC2",
            "deployments": [{"status": "ACTIVE"}, {"status": "PRIMARY",
                "serviceConnectConfiguration": {"enabled": true}}]}"#,
    ));
    assert_eq!(
        live.request.service_connect.get().unwrap().unwrap().enabled.get().unwrap(),
        Some(&true)
    );
    let mut flags = RunContext::flags();
    flags.network.subnets = flag_list("--subnets", ["subnet-9".to_owned()]);
    let merged = live.merge(service(CREATE)).merge(flags);
    assert_eq!(merged.kind, ContextKind::CreateService);
    assert_eq!(merged.request.role.get().unwrap().unwrap(), "arn:r");
    assert_eq!(merged.request.cluster.get().unwrap().unwrap(), "c");
    assert_eq!(merged.request.launch_type.get().unwrap().unwrap(), "FARGATE");
    assert_eq!(subnets(&merged), ["subnet-9"]);
    assert_eq!(merged.network.subnets.place().subject(), "--subnets");
    assert_eq!(merged.network.security_groups.items().unwrap()[0].value, "sg-1");
}

#[test]
fn the_primary_task_set_says_what_runs_and_where() {
    let live = RunContext::live_service(&source(
        r#"{"serviceName": "web", "taskDefinition": "web:1", "launchType": "EC2",
            "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
            "healthCheckGracePeriodSeconds": 60, "deploymentController": {"type": "EXTERNAL"},
            "taskSets": [
                {"status": "ACTIVE", "taskDefinition": "web:2"},
                {"status": "PRIMARY", "taskDefinition": "web:3", "platformVersion": "1.4.0",
                 "capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1}],
                 "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-3"]}},
                 "loadBalancers": [{"containerPort": 80}]}]}"#,
    ));
    let request = &live.request;
    assert_eq!(request.task_definition.get().unwrap().unwrap(), "web:3");
    assert!(request.launch_type.is_missing());
    assert_eq!(request.capacity_provider_strategy.items().unwrap().len(), 1);
    assert_eq!(request.platform_version.get().unwrap().unwrap(), "1.4.0");
    assert_eq!(request.load_balancers.items().unwrap().len(), 1);
    assert_eq!(request.health_check_grace_period_seconds.get().unwrap(), Some(&60));
    assert_eq!(subnets(&live), ["subnet-3"]);
}

#[test]
fn overrides_and_volumes_are_read() {
    let run = RunContext::run_task(&source(
        r#"{"overrides": {"taskRoleArn": "arn:t", "containerOverrides": [{"name": "app",
              "environment": [{"name": "KEY", "value": "hunter2"}]}]},
            "volumeConfigurations": [{"name": "data", "managedEBSVolume": {"roleArn": "arn:e", "sizeInGiB": 10,
              "terminationPolicy": {"deleteOnTermination": false}}}]}"#,
    ))
    .unwrap();
    let app = &run.overrides.container_overrides.items().unwrap()[0];
    assert_eq!(app.environment.items().unwrap()[0].name.get().unwrap().unwrap(), "KEY");
    assert!(!format!("{run:?}").contains("hunter2"));
    let volume = &run.request.volume_configurations.items().unwrap()[0];
    let ebs = volume.managed_ebs.get().unwrap().unwrap();
    assert_eq!(ebs.size_in_gib.get().unwrap(), Some(&10));
}

#[test]
fn an_unreadable_network_leaves_its_fields_unreadable() {
    let context = service(r#"{"serviceName": "web", "networkConfiguration": "${NETWORK}"}"#);
    assert!(context.network.subnets.get().is_err());
    assert!(service(r#"{"serviceName": "web"}"#).network.subnets.is_missing());
}

#[test]
fn a_network_is_of_the_document_that_tells_of_it() {
    let mut flags = RunContext::flags();
    let place = |context: RunContext| context.network.place.subject();
    let bare = service(r#"{"serviceName": "web"}"#);
    let own = place(bare.clone());
    assert!(own.starts_with("run.json#"), "{own}");
    assert_eq!(place(bare.clone().merge(flags.clone())), own);
    let told = place(service(CREATE).merge(flags.clone()));
    assert!(told.ends_with("/networkConfiguration/awsvpcConfiguration"), "{told}");
    // An update that does not tell of it leaves it as it is.
    assert_eq!(place(service(CREATE).merge(bare.clone())), told);
    flags.network.subnets = flag_list("--subnets", ["subnet-9".to_owned()]);
    assert_eq!(place(bare.merge(flags)), "flags");
}
