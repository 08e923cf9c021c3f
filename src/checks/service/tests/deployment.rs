//! How services are deployed.

use super::{BRIDGE, FARGATE, WHOLE, tell};
use crate::checks::service::deployment::SERVICE_DEPLOYMENT;
use crate::report::Status;
use crate::testing::story::Story;

/// The service `web` with further fields, and a circuit breaker where they do not configure the deployment.
fn with(fields: &str) -> String {
    match fields.contains("deploymentConfiguration") {
        true => format!(r#""serviceName": "web", {fields}"#),
        false => format!(
            r#""serviceName": "web", "deploymentConfiguration": {{"deploymentCircuitBreaker": {{"enable": true, "rollback": true}}}}, {fields}"#
        ),
    }
}

/// A deployment configuration with a circuit breaker.
fn configured(fields: &str) -> String {
    with(&format!(
        r#""desiredCount": 3, "deploymentConfiguration": {{"deploymentCircuitBreaker": {{"enable": true, "rollback": true}}, {fields}}}"#
    ))
}

#[test]
fn a_rolling_deployment_can_move() {
    let both = "service.json#/deploymentConfiguration/maximumPercent";
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, WHOLE, "pass", "service.json#", ""),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 100, "maximumPercent": 200"#),
                "pass",
                "service.json#",
                "",
            ),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 50, "maximumPercent": 100"#),
                "pass",
                "service.json#",
                "",
            ),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 100, "maximumPercent": 100"#),
                "fail",
                both,
                "cannot be 100 as this will block deployments",
            ),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 100, "maximumPercent": 125"#),
                "warn",
                both,
                "service (service web) was unable to stop or start tasks",
            ),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 101, "maximumPercent": 200"#),
                "fail",
                "service.json#/deploymentConfiguration/minimumHealthyPercent",
                "minimumHealthyPercent must be at most 100",
            ),
            (
                BRIDGE,
                &configured(r#""minimumHealthyPercent": 0, "maximumPercent": 99"#),
                "fail",
                both,
                "",
            ),
            // Without a number of tasks, nothing is known of the steps.
            (
                BRIDGE,
                &with(
                    r#""deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}, "minimumHealthyPercent": 100, "maximumPercent": 125}"#,
                ),
                "pass",
                "service.json#",
                "",
            ),
        ],
    );
}

#[test]
fn without_a_circuit_breaker_a_failing_deployment_does_not_end() {
    let off = r#""serviceName": "web", "desiredCount": 2"#;
    let update = r#""service": "web", "desiredCount": 2"#;
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, off, "warn", "service.json#", "no error text"),
            // An update keeps what the service has, which is not known here.
            (BRIDGE, update, "unknown", "service.json#/service", ""),
            (
                BRIDGE,
                r#""serviceName": "web", "deploymentController": {"type": "CODE_DEPLOY"}, "loadBalancers": [{"targetGroupArn": "arn"}], "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}}"#,
                "warn",
                "service.json#/deploymentConfiguration/deploymentCircuitBreaker",
                "",
            ),
        ],
    );
}

#[test]
fn a_daemon_service_has_no_count_and_stays_at_100_percent() {
    let daemon = |fields: &str| with(&format!(r#""schedulingStrategy": "DAEMON"{fields}"#));
    let strategy = "service.json#/schedulingStrategy";
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, &daemon(""), "pass", "service.json#", ""),
            (BRIDGE, &daemon(r#", "placementStrategy": []"#), "pass", "service.json#", ""),
            (
                BRIDGE,
                &daemon(r#", "placementStrategy": [{"type": "spread", "field": "instanceId"}]"#),
                "fail",
                "service.json#/placementStrategy",
                "The daemon scheduling strategy does not support placement strategies",
            ),
            (
                BRIDGE,
                &daemon(r#", "desiredCount": 0"#),
                "fail",
                "service.json#/desiredCount",
                "does not support a desired count",
            ),
            (FARGATE, &daemon(r#", "launchType": "FARGATE""#), "fail", strategy, ""),
            (
                FARGATE,
                &daemon(r#", "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]"#),
                "fail",
                "service.json#/capacityProviderStrategy",
                "Specifying a capacity provider strategy is not supported",
            ),
            (
                BRIDGE,
                &daemon(
                    r#", "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}, "maximumPercent": 101}"#,
                ),
                "fail",
                "service.json#/deploymentConfiguration/maximumPercent",
                "does not support values above 100 for maximumPercent",
            ),
            (
                BRIDGE,
                &daemon(
                    r#", "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}, "minimumHealthyPercent": 100, "maximumPercent": 100}"#,
                ),
                "warn",
                "service.json#/deploymentConfiguration/minimumHealthyPercent",
                "was unable to stop or start tasks",
            ),
            (
                BRIDGE,
                &daemon(
                    r#", "deploymentController": {"type": "EXTERNAL"}, "deploymentConfiguration": {}"#,
                ),
                "fail",
                strategy,
                "",
            ),
        ],
    );
}

#[test]
fn each_controller_has_what_it_needs() {
    let external = |fields: &str| {
        with(&format!(
            r#""deploymentController": {{"type": "EXTERNAL"}}{fields}, "deploymentConfiguration": {{}}"#
        ))
    };
    let code_deploy = |fields: &str| {
        with(&format!(
            r#""deploymentController": {{"type": "CODE_DEPLOY"}}{fields}, "deploymentConfiguration": {{}}"#
        ))
    };
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (FARGATE, &external(r#", "desiredCount": 0"#), "pass", "service.json#", ""),
            (
                FARGATE,
                &external(r#", "taskDefinition": "web""#),
                "fail",
                "service.json#/taskDefinition",
                "TaskDefinition must be blank",
            ),
            (
                FARGATE,
                &external(
                    r#", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0123456789abcdef0"]}}"#,
                ),
                "fail",
                "service.json#/networkConfiguration",
                "NetworkConfiguration must be null.",
            ),
            (
                FARGATE,
                &external(r#", "loadBalancers": [{"targetGroupArn": "arn"}]"#),
                "fail",
                "service.json#/loadBalancers",
                "LoadBalancers must be empty or null",
            ),
            (
                FARGATE,
                &external(r#", "loadBalancers": [], "taskDefinition": """#),
                "pass",
                "service.json#",
                "",
            ),
            (
                FARGATE,
                &external(r#", "launchType": "FARGATE""#),
                "fail",
                "service.json#/launchType",
                "",
            ),
            (
                FARGATE,
                &code_deploy(""),
                "fail",
                "service.json#/deploymentController",
                "requires an Application Load Balancer or Network Load Balancer",
            ),
            (
                FARGATE,
                &code_deploy(r#", "loadBalancers": [{"targetGroupArn": "arn"}]"#),
                "pass",
                "service.json#",
                "",
            ),
        ],
    );
    let shifted = r#""serviceName": "web", "deploymentController": {"type": "EXTERNAL"}, "deploymentConfiguration": {"strategy": "CANARY"}"#;
    tell(
        &SERVICE_DEPLOYMENT,
        &[(FARGATE, shifted, "fail", "service.json#/deploymentConfiguration/strategy", "")],
    );
}

#[test]
fn load_balancers_are_of_one_kind_that_the_task_supports() {
    let balancer = |fields: &str| {
        with(&format!(
            r#""loadBalancers": [{{"containerName": "app", "containerPort": 80{fields}}}]"#
        ))
    };
    let classic = r#", "loadBalancerName": "old""#;
    let first = "service.json#/loadBalancers/0";
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, &balancer(classic), "pass", "service.json#", ""),
            (
                BRIDGE,
                &balancer(r#", "loadBalancerName": "old", "targetGroupArn": "arn""#),
                "fail",
                first,
                "loadBalancerName and targetGroupArn cannot both be specified.",
            ),
            (BRIDGE, &balancer(""), "fail", first, "You must specify either"),
            (
                FARGATE,
                &with(
                    r#""launchType": "FARGATE", "loadBalancers": [{"containerName": "app", "containerPort": 80, "loadBalancerName": "old"}]"#,
                ),
                "fail",
                "service.json#/loadBalancers/0/loadBalancerName",
                "Classic Load Balancers are not supported with Fargate.",
            ),
            (
                r#""networkMode": "awsvpc""#,
                &balancer(classic),
                "fail",
                "service.json#/loadBalancers/0/loadBalancerName",
                "",
            ),
        ],
    );
    let six = [r#"{"targetGroupArn": "arn"}"#; 6].join(", ");
    let (six, five) =
        (format!(r#""loadBalancers": [{six}]"#), [r#"{"targetGroupArn": "arn"}"#; 5].join(", "));
    let five = format!(r#""loadBalancers": [{five}]"#);
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, &with(&six), "fail", "service.json#/loadBalancers", ""),
            (BRIDGE, &with(&five), "pass", "service.json#", ""),
        ],
    );
}

#[test]
fn a_grace_period_needs_a_health_check() {
    let grace = with(r#""healthCheckGracePeriodSeconds": 60"#);
    tell(
        &SERVICE_DEPLOYMENT,
        &[(
            BRIDGE,
            &grace,
            "warn",
            "service.json#/healthCheckGracePeriodSeconds",
            "Health check grace period",
        )],
    );
    let checked = r#"{"name": "app", "image": "nginx", "memory": 128, "healthCheck": {"command": ["CMD", "true"]}}"#;
    let story = Story::containers_and(checked, BRIDGE).served_by(&format!("{{{grace}}}"));
    assert_eq!(story.judged_by(&SERVICE_DEPLOYMENT)[0].status, Status::Pass);
}

#[test]
fn rebalancing_is_judged_where_it_is_asked_for() {
    let on = |fields: &str| with(&format!(r#""availabilityZoneRebalancing": "ENABLED"{fields}"#));
    let at = "service.json#/availabilityZoneRebalancing";
    let hundred = r#", "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}, "minimumHealthyPercent": 50, "maximumPercent": 100}"#;
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (BRIDGE, &on(""), "pass", "service.json#", ""),
            (
                BRIDGE,
                &on(r#", "schedulingStrategy": "DAEMON""#),
                "fail",
                at,
                "Availability Zone Rebalancing does not support DAEMON services",
            ),
            (BRIDGE, &on(hundred), "fail", at, ""),
            (BRIDGE, &with(&hundred[2..]), "pass", "service.json#", ""),
            (BRIDGE, &on(r#", "loadBalancers": [{"loadBalancerName": "old"}]"#), "fail", at, ""),
        ],
    );
}

#[test]
fn two_revisions_side_by_side_need_two_target_groups() {
    let deployed = |strategy: &str, balancer: &str| {
        with(&format!(
            r#""deploymentConfiguration": {{{strategy}}}, "loadBalancers": [{{"targetGroupArn": "arn:blue"{balancer}}}]"#
        ))
    };
    let whole = r#", "advancedConfiguration": {"alternateTargetGroupArn": "arn:green", "productionListenerRule": "arn:rule", "roleArn": "arn:aws:iam::111122223333:role/lb"}"#;
    let blue_green = r#""strategy": "BLUE_GREEN", "bakeTimeInMinutes": 5"#;
    let advanced = "service.json#/loadBalancers/0/advancedConfiguration";
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (FARGATE, &deployed(blue_green, whole), "pass", "service.json#", ""),
            (FARGATE, &deployed(blue_green, ""), "fail", "service.json#/loadBalancers/0", ""),
            (
                FARGATE,
                &deployed(
                    blue_green,
                    &whole.replace(r#", "productionListenerRule": "arn:rule""#, ""),
                ),
                "fail",
                advanced,
                "",
            ),
            (
                FARGATE,
                &deployed(blue_green, &whole.replace("arn:green", "arn:blue")),
                "fail",
                "service.json#/loadBalancers/0/advancedConfiguration/alternateTargetGroupArn",
                "",
            ),
            // Without a load balancer no traffic is shifted.
            (
                FARGATE,
                &with(r#""deploymentConfiguration": {"strategy": "BLUE_GREEN"}"#),
                "pass",
                "service.json#",
                "",
            ),
        ],
    );
    let linear = |fields: &str| {
        deployed(&format!(r#""strategy": "LINEAR", "linearConfiguration": {{{fields}}}"#), whole)
    };
    let configuration = "service.json#/deploymentConfiguration";
    for (fields, expected) in [
        (r#""stepPercent": 3.0, "stepBakeTimeInMinutes": 1440"#, None),
        (r#""stepPercent": 33.3"#, None),
        (r#""stepPercent": 2.9"#, Some("linearConfiguration/stepPercent")),
        (r#""stepPercent": 3.05"#, Some("linearConfiguration/stepPercent")),
        (r#""stepBakeTimeInMinutes": 1441"#, Some("linearConfiguration/stepBakeTimeInMinutes")),
    ] {
        let (status, at) = match expected {
            Some(at) => ("fail", format!("{configuration}/{at}")),
            None => ("pass", "service.json#".to_owned()),
        };
        tell(&SERVICE_DEPLOYMENT, &[(FARGATE, &linear(fields), status, &at, "")]);
    }
    let canary = deployed(
        r#""strategy": "BLUE_GREEN", "canaryConfiguration": {"canaryPercent": 0.1}"#,
        whole,
    );
    let at = format!("{configuration}/canaryConfiguration");
    tell(&SERVICE_DEPLOYMENT, &[(FARGATE, &canary, "fail", &at, "")]);
}

#[test]
fn a_value_that_is_not_known_is_unknown() {
    tell(
        &SERVICE_DEPLOYMENT,
        &[
            (
                BRIDGE,
                &with(r#""schedulingStrategy": "${STRATEGY}""#),
                "unknown",
                "service.json#/schedulingStrategy",
                "",
            ),
            (
                BRIDGE,
                &with(r#""deploymentController": {"type": "NEW"}"#),
                "unknown",
                "service.json#/deploymentController",
                "",
            ),
        ],
    );
}
