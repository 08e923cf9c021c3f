//! Roles by which ECS manages what stands around a service.

use serde_json::{Value, json};

use super::{statuses, task};
use crate::checks::roles::{exists, infrastructure, pass, service_linked, trust};
use crate::report::Status::{Fail, Pass, Skip, Unknown, Warn};
use crate::testing::account::{Account, REGION, ROLES, anything, may, trusting};
use crate::testing::story::Story;

const BALANCERS: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333";

/// A service that shifts traffic between two target groups, by the role `shift`.
fn shifting() -> String {
    format!(
        r#"{{"serviceName": "web", "loadBalancers": [{{
            "targetGroupArn": "{BALANCERS}:targetgroup/blue/1",
            "advancedConfiguration": {{
                "alternateTargetGroupArn": "{BALANCERS}:targetgroup/green/2",
                "productionListenerRule": "{BALANCERS}:listener-rule/app/web/1/2/3",
                "roleArn": "{ROLES}/shift"}}}}]}}"#
    )
}

fn with_role(name: &str, statements: &Value) -> Account {
    Account::healthy().role(name, "/", &trusting("ecs.amazonaws.com"), statements)
}

#[test]
fn the_role_of_a_load_balancer_has_what_the_policy_of_aws_for_it_has() {
    let all = json!([
        {"Effect": "Allow", "Resource": "*", "Action": [
            "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"]},
        {"Effect": "Allow", "Resource": "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*", "Action": [
            "elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"]},
        {"Effect": "Allow", "Resource": "arn:aws:elasticloadbalancing:*:*:listener/app/*/*/*",
            "Action": "elasticloadbalancing:ModifyListener"},
        {"Effect": "Allow", "Resource": "arn:aws:elasticloadbalancing:*:*:listener-rule/app/*/*/*/*",
            "Action": "elasticloadbalancing:ModifyRule"},
    ]);
    let check = &infrastructure::ROLE_INFRASTRUCTURE;
    let story = |statements: &Value| {
        task().served_by(&shifting()).in_account(with_role("shift", statements).recorded())
    };
    assert_eq!(statuses(&story(&all), check), [Pass]);
    let at = "service.json#/loadBalancers/0/advancedConfiguration/roleArn";
    let one = may("elasticloadbalancing:*", &format!("{BALANCERS}:targetgroup/blue/1"));
    story(&one).ends(check, &[(Warn, at, "targetgroup/green/2")]);
    story(&json!([])).ends(check, &[(Warn, at, "elasticloadbalancing:RegisterTargets")]);
    // Whether it trusts ECS and may be passed, the other checks tell.
    for other in [&exists::ROLE_EXISTS, &trust::ROLE_TRUST, &pass::ROLE_PASS] {
        assert_eq!(statuses(&story(&json!([])), other), [Pass; 3], "{}", other.id);
    }
    assert_eq!(statuses(&task().served_by(r#"{"serviceName": "web"}"#), check), [Skip]);
}

#[test]
fn certificates_of_service_connect_are_kept_in_secrets_of_the_service() {
    let authority = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/1";
    let service = format!(
        r#"{{"serviceName": "web", "serviceConnectConfiguration": {{"enabled": true, "services": [
            {{"portName": "http", "tls": {{"roleArn": "{ROLES}/tls",
                "issuerCertificateAuthority": {{"awsPcaAuthorityArn": "{authority}"}}}}}}]}}}}"#
    );
    let managed = json!([
        {"Effect": "Allow", "Action": ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
            "Resource": "arn:aws:secretsmanager:*:*:secret:ecs-sc!*", "Condition": {
                "ArnLike": {"aws:RequestTag/AmazonECSCreated": "arn:aws:ecs:*:*:service/*/*"},
                "StringEquals": {"aws:RequestTag/AmazonECSManaged": "true",
                    "aws:ResourceAccount": "${aws:PrincipalAccount}"}}},
        {"Effect": "Allow", "Action": "secretsmanager:*",
            "Resource": "arn:aws:secretsmanager:*:*:secret:ecs-sc!*", "Condition": {"StringEquals": {
                "secretsmanager:ResourceTag/aws:secretsmanager:owningService": "ecs-sc"}}},
        {"Effect": "Allow", "Action": "secretsmanager:DescribeSecret", "Resource": "*"},
        {"Effect": "Allow", "Action": "acm-pca:*", "Resource": "*", "Condition": {"StringEquals": {
            "aws:ResourceTag/AmazonECSManaged": "true"}}},
    ]);
    let story = |statements: &Value| {
        task().served_by(&service).in_account(with_role("tls", statements).recorded())
    };
    let check = &infrastructure::ROLE_INFRASTRUCTURE;
    let trusted = story(&managed).judged_by(check);
    assert!(trusted.iter().all(|it| it.status != Fail), "{trusted:#?}");
    let lacks = story(&may("secretsmanager:*", "*")).judged_by(check);
    assert_eq!(lacks[0].status, Warn);
    assert!(lacks[0].message.contains("acm-pca:IssueCertificate"), "{lacks:#?}");
}

#[test]
fn managed_instances_get_a_profile_whose_role_may_be_passed() {
    let service =
        r#"{"serviceName": "web", "capacityProviderStrategy": [{"capacityProvider": "own"}]}"#;
    let provider = json!({"managed_instances": {
        "infrastructure_role": format!("{ROLES}/launch"),
        "instance_profile": "arn:aws:iam::111122223333:instance-profile/machines"}});
    let passing = |name: &str| {
        json!([{"Effect": "Allow", "Action": "iam:PassRole",
            "Resource": format!("arn:aws:iam::*:role/{name}"),
            "Condition": {"StringLike": {"iam:PassedToService": "ec2.*"}}}])
    };
    let story = |statements: &Value| {
        let account = with_role("launch", statements)
            .says(
                "ecs:DescribeCapacityProviders",
                &json!({"region": REGION, "name": "own"}),
                &provider,
            )
            .says(
                "iam:GetInstanceProfile",
                &json!({"region": REGION, "name": "machines"}),
                &json!({"role": format!("{ROLES}/machine")}),
            );
        task().served_by(service).in_account(account.recorded())
    };
    let check = &infrastructure::ROLE_INFRASTRUCTURE;
    assert_eq!(statuses(&story(&passing("machine")), check), [Pass]);
    let at = "service.json#/capacityProviderStrategy/0/capacityProvider";
    story(&passing("ecsInstanceRole*")).ends(check, &[(Fail, at, "capacity provider own")]);
    let told = story(&passing("ecsInstanceRole*")).judged_by(check).swap_remove(0);
    assert!(told.commands[0].to_string().contains("--role-name launch"), "{told:#?}");
    assert!(told.commands[0].to_string().contains("ec2.amazonaws.com"), "{told:#?}");
}

#[test]
fn a_role_of_the_service_is_for_its_load_balancer_and_excluded_by_the_service_linked_one() {
    let balancer = format!(r#"{{"targetGroupArn": "{BALANCERS}:targetgroup/blue/1"}}"#);
    let service = |balancers: &str, more: &str| {
        format!(
            r#"{{"serviceName": "web", "role": "balance", "loadBalancers": [{balancers}]{more}}}"#
        )
    };
    let bridge = || Story::task(r#""networkMode": "bridge""#);
    let account = || with_role("balance", &may("elasticloadbalancing:*", "*")).recorded();
    let check = &service_linked::ROLE_SERVICE_LINKED;
    let at = "service.json#/role";
    let two = format!("{balancer}, {balancer}");
    let registry = r#", "serviceRegistries": [{"registryArn": "arn"}]"#;
    let external = r#", "deploymentController": {"type": "EXTERNAL"}"#;
    let cases = [
        (task(), service(&balancer, ""), Fail, "awsvpc"),
        (bridge(), service(&two, ""), Fail, "several load balancers"),
        (bridge(), service(&balancer, registry), Fail, "a service registry"),
        (bridge(), service(&balancer, external), Fail, "EXTERNAL"),
        (bridge(), service("", ""), Fail, "the service has no load balancer"),
    ];
    for (story, service, status, words) in cases {
        story.served_by(&service).in_account(account()).ends(check, &[(status, at, words)]);
    }
    // Where it is allowed, it is a role like any other.
    let story = bridge().served_by(&service(&balancer, "")).in_account(account());
    assert_eq!(statuses(&story, check), [Skip]);
    for other in [&trust::ROLE_TRUST, &pass::ROLE_PASS, &infrastructure::ROLE_INFRASTRUCTURE] {
        assert_eq!(statuses(&story, other), [Pass], "{}", other.id);
    }
    let distrusted =
        Account::healthy().role("balance", "/", &trusting("ec2.amazonaws.com"), &anything());
    let story = bridge().served_by(&service(&balancer, "")).in_account(distrusted.recorded());
    story.ends(&trust::ROLE_TRUST, &[(Fail, at, "ecs.amazonaws.com")]);
    let powerless = with_role("balance", &json!([])).recorded();
    let story = bridge().served_by(&service(&balancer, "")).in_account(powerless);
    assert_eq!(statuses(&story, &infrastructure::ROLE_INFRASTRUCTURE), [Warn]);
}

#[test]
fn a_live_service_tells_the_service_linked_role_as_its_own() {
    let role =
        "arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
    let service = format!(r#"{{"serviceName": "web", "role": "{role}"}}"#);
    let story = task().served_by(&service).in_account(Account::healthy().recorded());
    assert_eq!(statuses(&story, &trust::ROLE_TRUST), [Pass, Pass]);
    assert_ne!(statuses(&story, &pass::ROLE_PASS), [Unknown, Unknown]);
}
