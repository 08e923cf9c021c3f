//! What the checks say of deployments that shift traffic.

use serde_json::{Value, json};

use super::account::{
    GREEN, GROUP, GROUPS, RULE, balanced, is, of, one, served, target_group, targets,
};
use super::{BRIDGE, FARGATE, WHOLE};
use crate::checks::service::deployment::SERVICE_DEPLOYMENT;
use crate::checks::service::target_group::SERVICE_TARGET_GROUP;
use crate::report::Status;
use crate::testing::account::mounts::with;

#[test]
fn a_blue_green_deployment_has_its_rules_and_groups() {
    let balancer = format!(
        r#"{}, "advancedConfiguration": {{"alternateTargetGroupArn": "{GREEN}", "productionListenerRule": "{RULE}", "roleArn": "arn:aws:iam::111122223333:role/lb"}}"#,
        targets(GROUP)
    );
    let story = || served(FARGATE, &balancer);
    let rules = "elasticloadbalancing:DescribeRules";
    let forwards = |groups: &[&str]| json!({"target_groups": groups});
    let whole = || {
        balanced().says(GROUPS, &of(GREEN), &target_group("ip", "vpc-1", &[])).says(
            rules,
            &of(RULE),
            &forwards(&[GROUP, GREEN]),
        )
    };
    is(&one(&SERVICE_TARGET_GROUP, story(), whole()), Status::Pass, "");
    let gone = whole().lacks(rules, &of(RULE), "RuleNotFound");
    is(&one(&SERVICE_TARGET_GROUP, story(), gone), Status::Fail, "there is no such thing");
    let elsewhere = whole().says(rules, &of(RULE), &forwards(&["arn:other"]));
    is(&one(&SERVICE_TARGET_GROUP, story(), elsewhere), Status::Fail, "forwards to none");
    let instances = whole().says(GROUPS, &of(GREEN), &target_group("instance", "vpc-1", &[]));
    is(&one(&SERVICE_TARGET_GROUP, story(), instances), Status::Fail, "needs ip");
    let signing_in =
        json!({"target_groups": [GROUP, GREEN], "other_actions": ["authenticate-oidc"]});
    let mixed = whole().says(rules, &of(RULE), &signing_in);
    is(&one(&SERVICE_TARGET_GROUP, story(), mixed), Status::Warn, "the action authenticate-oidc");
    let refused = whole().refuses(rules, &of(RULE));
    is(&one(&SERVICE_TARGET_GROUP, story(), refused), Status::Unknown, rules);
}

#[test]
fn each_target_group_is_behind_the_production_or_the_test_rule() {
    let test = format!("{}fedcba9876543210", RULE.strip_suffix("0123456789abcdef").unwrap());
    let listener = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/web/0123456789abcdef/0123456789abcdef";
    let story = |production: &str, test: &str| {
        let test = match test {
            "" => String::new(),
            arn => format!(r#", "testListenerRule": "{arn}""#),
        };
        let advanced = format!(
            r#"{}, "advancedConfiguration": {{"alternateTargetGroupArn": "{GREEN}", "productionListenerRule": "{production}"{test}, "roleArn": "arn:aws:iam::111122223333:role/lb"}}"#,
            targets(GROUP)
        );
        served(FARGATE, &advanced)
    };
    let rules = "elasticloadbalancing:DescribeRules";
    let account = |production: &[&str], of_test: &[&str]| {
        balanced()
            .says(GROUPS, &of(GREEN), &target_group("ip", "vpc-1", &[]))
            .says(rules, &of(RULE), &json!({"target_groups": production}))
            .says(rules, &of(&test), &json!({"target_groups": of_test}))
            .says(
                "elasticloadbalancing:DescribeListeners",
                &of(listener),
                &json!({"target_groups": [GROUP, GREEN]}),
            )
    };
    let is_required = "testListenerRule is required when productionListenerRule is not associated";
    let not_associated = format!("Target group {GREEN} is not associated with either");
    let form = format!(
        "productionListenerRule has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: {listener}"
    );
    for (production, of_test, first, second, status, words) in [
        (RULE, "", &[GROUP, GREEN][..], &[][..], Status::Pass, ""),
        (RULE, "", &[GROUP], &[], Status::Fail, is_required),
        (RULE, &test, &[GROUP], &[GREEN], Status::Pass, ""),
        (RULE, &test, &[GROUP, GREEN], &["arn:other"], Status::Pass, ""),
        (RULE, &test, &[GROUP], &["arn:other"], Status::Fail, &not_associated),
        (RULE, &test, &["arn:other"], &[GROUP], Status::Fail, "unexpected target group arn:other"),
        (RULE, RULE, &[GROUP, GREEN], &[], Status::Fail, "cannot be used as both production and"),
        (listener, "", &[], &[], Status::Fail, &form),
    ] {
        let result = one(&SERVICE_TARGET_GROUP, story(production, of_test), account(first, second));
        is(&result, status, "");
        let prevents = result.prevents.unwrap_or_default();
        assert!(status == Status::Pass || prevents.contains(words), "{words}: {prevents}");
    }
    // Without the test rule it is not known what it forwards to.
    let refused = account(&[GROUP], &[]).refuses(rules, &of(&test));
    let results =
        story(RULE, &test).in_account(refused.recorded()).judged_by(&SERVICE_TARGET_GROUP);
    assert_eq!(
        results.iter().map(|it| it.status).collect::<Vec<_>>(),
        [Status::Unknown],
        "{results:#?}"
    );
}

#[test]
fn load_balancers_are_of_one_kind_and_shift_traffic_together() {
    let arn = |name: &str| {
        format!(
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/{name}/0123456789abcdef"
        )
    };
    let balancer =
        |fields: Value| with(json!({"containerName": "app", "containerPort": 80}), &fields);
    let advanced = json!({"alternateTargetGroupArn": arn("other"),
        "productionListenerRule": RULE, "roleArn": "arn:aws:iam::111122223333:role/lb"});
    let group = |name: &str| balancer(json!({"targetGroupArn": arn(name)}));
    let shifted = |name: &str| with(group(name), &json!({"advancedConfiguration": advanced}));
    let classic = balancer(json!({"loadBalancerName": "old"}));
    let at = |nth: usize, field: &str| format!("service.json#/loadBalancers/{nth}{field}");
    let green = r#""deploymentConfiguration": {"strategy": "BLUE_GREEN", "deploymentCircuitBreaker": {"enable": true, "rollback": true}}"#;
    let rolling = WHOLE;
    let blue_green =
        format!(r#""serviceName": "web", "launchType": "EC2", "desiredCount": 2, {green}"#);
    for (mode, service, balancers, expected) in [
        (FARGATE, &*blue_green, vec![shifted("a"), shifted("b")], vec![]),
        (
            FARGATE,
            &blue_green,
            vec![shifted("a"), shifted("a")],
            vec![(at(1, "/targetGroupArn"), "Duplicate targetGroupArn found: arn:")],
        ),
        (
            FARGATE,
            &blue_green,
            vec![shifted("a"), group("b")],
            vec![(at(1, ""), "advancedConfiguration field is required for all loadBalancers when")],
        ),
        (
            BRIDGE,
            &blue_green,
            vec![shifted("a"), classic.clone()],
            vec![
                (at(1, "/loadBalancerName"), "InvalidParameterException"),
                (at(1, "/loadBalancerName"), "All loadBalancers must be strictly either ELBv1"),
            ],
        ),
        (
            BRIDGE,
            &blue_green,
            vec![with(classic.clone(), &json!({"advancedConfiguration": advanced}))],
            vec![(
                at(0, "/advancedConfiguration"),
                "advancedConfiguration field is not allowed with ELBv1",
            )],
        ),
        (
            FARGATE,
            rolling,
            vec![shifted("a"), group("b")],
            vec![(at(1, ""), "Either all or none of the provided loadBalancers")],
        ),
        (FARGATE, rolling, vec![group("a"), group("b")], vec![]),
    ] {
        let balancers = Value::Array(balancers);
        let fields = format!(r#"{service}, "loadBalancers": {balancers}"#);
        let results = super::service(mode, &fields).judged_by(&SERVICE_DEPLOYMENT);
        let failed: Vec<_> = results.iter().filter(|it| it.status == Status::Fail).collect();
        assert_eq!(failed.len(), expected.len(), "{fields}: {results:#?}");
        for (result, (subject, words)) in failed.iter().zip(&expected) {
            assert_eq!(&result.subject, subject, "{results:#?}");
            assert!(result.prevents.as_deref().unwrap_or_default().contains(words), "{results:#?}");
        }
    }
}
