//! What the checks say of services, with what the account answers.

use serde_json::{Value, json};

use super::{APP, BRIDGE, FARGATE};
use crate::checks::Check;
use crate::checks::service::deployment::SERVICE_DEPLOYMENT;
use crate::checks::service::exists::SERVICE_EXISTS;
use crate::checks::service::protection::TASK_PROTECTION;
use crate::checks::service::target_group::SERVICE_TARGET_GROUP;
use crate::report::{CheckResult, Status};
use crate::testing::account::{Account, ID, REGION, anything};
use crate::testing::story::Story;
use crate::testing::vpc::{anywhere, group, rule, subnet, within};

pub(super) const GROUP: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";
pub(super) const GREEN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/green/0123456789abcdef";
const BALANCER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/web/0123456789abcdef";
pub(super) const RULE: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/web/0123456789abcdef/0123456789abcdef/0123456789abcdef";

pub(super) fn account() -> Account {
    Account::deployed_to_by(&anything())
}

pub(super) fn of(id: &str) -> Value {
    json!({"region": REGION, "arn": id})
}

pub(super) fn target_group(kind: &str, vpc: &str, balancers: &[&str]) -> Value {
    json!({"target_type": kind, "vpc": vpc, "health_check_port": "traffic-port",
        "load_balancers": balancers})
}

pub(super) const GROUPS: &str = "elasticloadbalancing:DescribeTargetGroups";

/// An account with a target group behind a load balancer, in the VPC of the tasks.
pub(super) fn balanced() -> Account {
    let of_subnet = |id: &str| json!({"region": REGION, "id": id});
    let subnet = |id: &str, net: &str| serde_json::to_value(subnet(id, net, "a")).unwrap();
    let of_group = |id: &str| json!({"region": REGION, "id": id});
    let tasks = group("sg-app", vec![rule(Some((80, 80)), anywhere())], vec![]);
    account()
        .says(GROUPS, &of(GROUP), &target_group("ip", "vpc-1", &[BALANCER]))
        .says("ec2:DescribeSubnets", &of_subnet("subnet-a"), &subnet("subnet-a", "10.0.1.0/24"))
        .says("ec2:DescribeSubnets", &of_subnet("subnet-p"), &subnet("subnet-p", "10.0.9.0/24"))
        .says(
            "elasticloadbalancing:DescribeLoadBalancers",
            &of(BALANCER),
            &json!({"security_groups": ["sg-lb"], "subnets": ["subnet-p"]}),
        )
        .says(
            "ec2:DescribeSecurityGroups",
            &of_group("sg-app"),
            &serde_json::to_value(tasks).unwrap(),
        )
}

/// The service `web` in subnet-a with this load balancer.
pub(super) fn served(mode: &str, balancer: &str) -> Story {
    let network = match mode.contains("awsvpc") {
        true => {
            r#", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-a"], "securityGroups": ["sg-app"]}}"#
        }
        false => "",
    };
    Story::containers_and(APP, mode).served_by(&format!(
        r#"{{"serviceName": "web", "cluster": "prod", "desiredCount": 2, "loadBalancers": [{{"containerName": "app", "containerPort": 80, {balancer}}}]{network}}}"#
    ))
}

pub(super) fn targets(arn: &str) -> String {
    format!(r#""targetGroupArn": "{arn}""#)
}

#[track_caller]
pub(super) fn one(check: &'static Check, story: Story, account: Account) -> CheckResult {
    let mut results = story.in_account(account.recorded()).judged_by(check);
    assert_eq!(results.len(), 1, "{results:#?}");
    results.remove(0)
}

/// The result has this status, and its sentence these words.
#[track_caller]
pub(super) fn is(result: &CheckResult, status: Status, words: &str) {
    assert_eq!(result.status, status, "{result:#?}");
    assert!(result.message.contains(words), "{words:?} is not in {:?}", result.message);
}

#[test]
fn a_target_group_that_fits_passes() {
    let story = served(FARGATE, &targets(GROUP));
    let result = one(&SERVICE_TARGET_GROUP, story, balanced());
    is(&result, Status::Pass, "has a load balancer");
}

#[test]
fn a_target_group_has_a_load_balancer_and_fits_the_task() {
    let says = |fact: Value| balanced().says(GROUPS, &of(GROUP), &fact);
    for (mode, fact, words) in [
        (FARGATE, target_group("ip", "vpc-1", &[]), "no load balancer sends traffic"),
        (FARGATE, target_group("instance", "vpc-1", &[BALANCER]), "needs ip"),
        (BRIDGE, target_group("ip", "vpc-1", &[BALANCER]), "needs instance"),
        (FARGATE, target_group("ip", "vpc-2", &[BALANCER]), "is in vpc-2"),
    ] {
        let result = one(&SERVICE_TARGET_GROUP, served(mode, &targets(GROUP)), says(fact));
        is(&result, Status::Fail, words);
    }
    let instances = says(target_group("instance", "vpc-1", &[BALANCER]));
    let result = one(&SERVICE_TARGET_GROUP, served(BRIDGE, &targets(GROUP)), instances);
    is(&result, Status::Pass, "");
}

#[test]
fn a_target_group_is_named_by_its_arn_in_the_region() {
    for (arn, words) in [
        (BALANCER, "is the ARN of a load balancer, not of a target group"),
        ("web", "is not an ARN"),
        (&GROUP.replace("eu-west-1", "us-east-1"), "is in us-east-1"),
    ] {
        let result = one(&SERVICE_TARGET_GROUP, served(FARGATE, &targets(arn)), balanced());
        is(&result, Status::Fail, words);
    }
    let missing = balanced().lacks(GROUPS, &of(GROUP), "TargetGroupNotFound");
    let result = one(&SERVICE_TARGET_GROUP, served(FARGATE, &targets(GROUP)), missing);
    is(&result, Status::Fail, "there is no such thing");
}

#[test]
fn a_target_group_that_may_not_be_read_is_unknown() {
    let refused = balanced().refuses(GROUPS, &of(GROUP));
    let result = one(&SERVICE_TARGET_GROUP, served(FARGATE, &targets(GROUP)), refused);
    is(&result, Status::Unknown, GROUPS);
}

#[test]
fn a_classic_load_balancer_exists_and_sends_to_the_port() {
    let call = "elasticloadbalancing:DescribeLoadBalancers";
    let key = json!({"region": REGION, "name": "old"});
    let app = APP.replace(r#""containerPort": 80"#, r#""containerPort": 80, "hostPort": 8080"#);
    let story = || {
        Story::containers_and(&app, BRIDGE).served_by(
            r#"{"serviceName": "web", "loadBalancers": [{"loadBalancerName": "old", "containerName": "app", "containerPort": 80}]}"#,
        )
    };
    let sends = |ports: &[u16]| account().says(call, &key, &json!({"instance_ports": ports}));
    is(&one(&SERVICE_TARGET_GROUP, story(), sends(&[80, 8080])), Status::Pass, "exists");
    is(&one(&SERVICE_TARGET_GROUP, story(), sends(&[80])), Status::Warn, "port 8080");
    let missing = account().lacks(call, &key, "LoadBalancerNotFound");
    is(&one(&SERVICE_TARGET_GROUP, story(), missing), Status::Fail, "no such thing");
    let refused = account().refuses(call, &key);
    is(&one(&SERVICE_TARGET_GROUP, story(), refused), Status::Unknown, call);
}

#[test]
fn the_groups_of_the_tasks_admit_the_load_balancer() {
    let admitting = |net: &str, ports| {
        let tasks = group("sg-app", vec![rule(Some(ports), within(net))], vec![]);
        balanced().says(
            "ec2:DescribeSecurityGroups",
            &json!({"region": REGION, "id": "sg-app"}),
            &serde_json::to_value(tasks).unwrap(),
        )
    };
    let story = || served(FARGATE, &targets(GROUP));
    let admitted = one(&SERVICE_TARGET_GROUP, story(), admitting("10.0.9.0/24", (80, 80)));
    is(&admitted, Status::Pass, "");
    for (net, ports) in [("10.0.8.0/24", (80, 80)), ("10.0.9.0/24", (443, 443))] {
        let result = one(&SERVICE_TARGET_GROUP, story(), admitting(net, ports));
        is(&result, Status::Warn, "cannot reach port 80");
    }
    // The health checks may go to another port.
    let mut apart = target_group("ip", "vpc-1", &[BALANCER]);
    apart["health_check_port"] = json!("9000");
    let checked = admitting("10.0.9.0/24", (80, 80)).says(GROUPS, &of(GROUP), &apart);
    is(&one(&SERVICE_TARGET_GROUP, story(), checked), Status::Warn, "cannot reach port 9000");
    // The load balancer sends only to zones in which it has a subnet.
    let elsewhere = serde_json::to_value(subnet("subnet-p", "10.0.9.0/24", "b")).unwrap();
    let of_subnet = json!({"region": REGION, "id": "subnet-p"});
    let other_zone = balanced().says("ec2:DescribeSubnets", &of_subnet, &elsewhere);
    is(&one(&SERVICE_TARGET_GROUP, story(), other_zone), Status::Warn, "no subnet in eu-west-1a");
    // What is not seen may be what blocks.
    let call = "elasticloadbalancing:DescribeLoadBalancers";
    let hidden = balanced().refuses(call, &of(BALANCER));
    is(&one(&SERVICE_TARGET_GROUP, story(), hidden), Status::Unknown, call);
}

pub(super) const SERVICES: &str = "ecs:DescribeServices";

pub(super) fn web() -> Value {
    json!({"region": REGION, "cluster": "prod", "service": "web"})
}

pub(super) fn live(fields: &Value) -> Value {
    let mut service = json!({"serviceName": "web", "status": "ACTIVE"});
    for (name, value) in fields.as_object().into_iter().flatten() {
        service[name] = value.clone();
    }
    json!({"json": service})
}

fn create(name: &str) -> Story {
    Story::containers_and(APP, BRIDGE)
        .served_by(&format!(r#"{{"serviceName": "{name}", "cluster": "prod"}}"#))
}

fn update(fields: &str) -> Story {
    Story::containers_and(APP, BRIDGE)
        .served_by(&format!(r#"{{"service": "web", "cluster": "prod"{fields}}}"#))
}

#[test]
fn a_name_is_free_or_its_service_active() {
    let status = |status: &str| account().says(SERVICES, &web(), &live(&json!({"status": status})));
    let missing = || account().lacks(SERVICES, &web(), "MISSING");
    for (story, account, expected, words) in [
        (create("web"), missing(), Status::Pass, "is free"),
        (create("web"), status("INACTIVE"), Status::Pass, "is free"),
        (create("web"), status("ACTIVE"), Status::Warn, "already exists"),
        (create("web"), status("DRAINING"), Status::Fail, "still DRAINING"),
        (update(""), status("ACTIVE"), Status::Pass, "is active"),
        (update(""), status("DRAINING"), Status::Fail, "is DRAINING"),
        (update(""), status("INACTIVE"), Status::Fail, "is INACTIVE"),
        (update(""), status("NEW"), Status::Unknown, "its status is NEW"),
        (update(""), missing(), Status::Fail, "there is no such thing"),
        (update(""), account().refuses(SERVICES, &web()), Status::Unknown, SERVICES),
        (
            update(""),
            account().lacks(SERVICES, &web(), "ClusterNotFoundException"),
            Status::Skip,
            "reported by cluster-exists",
        ),
        (create("a b"), account(), Status::Fail, "is not a valid service name"),
        (create(&"a".repeat(256)), account(), Status::Fail, "is not a valid service name"),
    ] {
        is(&one(&SERVICE_EXISTS, story, account), expected, words);
    }
}

#[test]
fn code_deploy_deploys_its_services_itself() {
    let by = |controller: &str| {
        let breaker = json!({"enable": controller == "ECS", "rollback": true});
        json!({"serviceName": "web", "status": "ACTIVE", "deploymentController": {"type": controller},
            "deploymentConfiguration": {"deploymentCircuitBreaker": breaker}})
        .to_string()
    };
    let story = |controller: &str, fields: &str| {
        Story::containers_and(APP, BRIDGE)
            .living_as(&by(controller))
            .served_by(&format!(r#"{{"service": "web", "cluster": "prod"{fields}}}"#))
    };
    let definition = r#", "taskDefinition": "web:2""#;
    let result = one(&SERVICE_DEPLOYMENT, story("CODE_DEPLOY", definition), account());
    is(&result, Status::Fail, "CodeDeploy deploys the service");
    assert!(result.prevents.unwrap().contains("Unable to update task definition on services"));
    let ecs = one(&SERVICE_DEPLOYMENT, story("ECS", definition), account());
    is(&ecs, Status::Pass, "");
    // Its controller is not known if the service could not be read.
    let refused = account().refuses(SERVICES, &web());
    is(&one(&SERVICE_DEPLOYMENT, update(definition), refused), Status::Unknown, SERVICES);
}

#[test]
fn an_update_leaves_zone_rebalancing_room_to_move() {
    let described = |rebalancing: &str| {
        live(&json!({
            "availabilityZoneRebalancing": rebalancing,
            "deploymentConfiguration": {
                "deploymentCircuitBreaker": {"enable": true, "rollback": true},
                "maximumPercent": 200, "minimumHealthyPercent": 50,
            },
        }))
    };
    let narrow = r#", "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 50,
        "deploymentCircuitBreaker": {"enable": true, "rollback": true}}"#;
    for (rebalancing, fields, expected) in [
        ("ENABLED", narrow.to_owned(), Status::Fail),
        ("ENABLED", narrow.replace("100,", "150,"), Status::Pass),
        ("ENABLED", String::new(), Status::Pass),
        (
            "ENABLED",
            format!(r#"{narrow}, "availabilityZoneRebalancing": "DISABLED""#),
            Status::Pass,
        ),
        ("DISABLED", narrow.to_owned(), Status::Pass),
    ] {
        let described = described(rebalancing);
        let story = Story::containers_and(APP, BRIDGE)
            .living_as(&described["json"].to_string())
            .served_by(&format!(r#"{{"service": "web", "cluster": "prod"{fields}}}"#));
        let account = account().says(SERVICES, &web(), &described);
        let result = one(&SERVICE_DEPLOYMENT, story, account);
        assert_eq!(result.status, expected, "{rebalancing} {fields}: {result:#?}");
        if expected == Status::Fail {
            assert!(result.subject.ends_with("/deploymentConfiguration/maximumPercent"));
            assert!(result.prevents.unwrap().contains("does not support maximumPercent <= 100 %"));
        }
    }
}

#[test]
fn another_strategy_needs_a_new_deployment() {
    let current = json!([{"capacityProvider": "cp", "weight": 1, "base": 0}]);
    let described = live(&json!({
        "capacityProviderStrategy": current,
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}},
    }));
    let story = |fields: &str| {
        Story::containers_and(APP, BRIDGE)
            .living_as(&described["json"].to_string())
            .served_by(&format!(r#"{{"service": "web", "cluster": "prod"{fields}}}"#))
    };
    let with = |weight: i64| {
        format!(
            r#", "capacityProviderStrategy": [{{"capacityProvider": "cp", "weight": {weight}}}]"#
        )
    };
    for (fields, expected) in [
        (with(1), Status::Pass),
        (with(2), Status::Warn),
        (format!(r#"{}, "forceNewDeployment": true"#, with(2)), Status::Pass),
        (r#", "capacityProviderStrategy": []"#.to_owned(), Status::Warn),
        (String::new(), Status::Pass),
    ] {
        let account = account().says(SERVICES, &web(), &described);
        let result = one(&SERVICE_DEPLOYMENT, story(&fields), account);
        assert_eq!(result.status, expected, "{result:#?}");
    }
}

#[test]
fn a_number_of_tasks_outside_of_scaling_is_corrected_later() {
    let scaling = "application-autoscaling:DescribeScalableTargets";
    let key = json!({"region": REGION, "cluster": "prod", "service": "web"});
    let within = || {
        account().says(SERVICES, &web(), &live(&json!({}))).says(
            scaling,
            &key,
            &json!({"minimum": 2, "maximum": 4}),
        )
    };
    for (count, expected) in
        [(1, Status::Warn), (2, Status::Pass), (4, Status::Pass), (5, Status::Warn)]
    {
        let story = update(&format!(r#", "desiredCount": {count}"#));
        assert_eq!(one(&SERVICE_DEPLOYMENT, story, within()).status, expected, "{count}");
    }
    // At night there is at most one, so that the third is stopped.
    let actions =
        json!([{"name": "night", "schedule": "cron(0 22 * * ? *)", "minimum": 0, "maximum": 1}]);
    let scheduled = "application-autoscaling:DescribeScheduledActions";
    let at_night = within().says(scheduled, &key, &actions);
    let result = one(&SERVICE_DEPLOYMENT, update(r#", "desiredCount": 3"#), at_night);
    is(&result, Status::Warn, "the scheduled action night (cron(0 22 * * ? *)) keeps 0 to 1 tasks");
    let hidden = within().refuses(scaling, &key);
    is(&one(&SERVICE_DEPLOYMENT, update(r#", "desiredCount": 9"#), hidden), Status::Pass, "");
}

#[test]
fn a_protected_task_outlives_the_deployment() {
    let call = "ecs:GetTaskProtection";
    let task = json!({"arn": format!("arn:aws:ecs:{REGION}:{ID}:task/prod/0123"), "until": null});
    for (story, tasks, expected, words) in [
        (update(""), json!([]), Status::Pass, "no task is protected"),
        (update(""), json!([task]), Status::Warn, "task 0123 is protected"),
        (
            update(r#", "desiredCount": 1"#),
            json!([task, task]),
            Status::Warn,
            "more than desiredCount 1",
        ),
        (create("web"), json!([task]), Status::Skip, "a new service has no tasks"),
    ] {
        let account = account().says(call, &web(), &tasks);
        is(&one(&TASK_PROTECTION, story, account), expected, words);
    }
    let refused = account().refuses(call, &web());
    is(&one(&TASK_PROTECTION, update(""), refused), Status::Skip, call);
}
