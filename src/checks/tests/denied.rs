//! AccessDenied on one call of `capacity` and `service`: exactly the results that depend on it become unknown, and
//! no other result changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::checks::{capacity, find, service};
use crate::network::Peer;
use crate::report::{CheckResult, Status};
use crate::task::{Deployment, StackUse};
use crate::testing::account::mounts::with;
use crate::testing::account::{Account, REGION, anything, registered};
use crate::testing::story::Story;
use crate::testing::vpc::{group, rule, subnet};

/// Calls whose answer is advice or optional knowledge: without it, a result rests on an assumption or says less.
const OPTIONAL: [&str; 7] = [
    "acm-pca:ListTags",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScheduledActions",
    "autoscaling:DescribeScalingActivities",
    "cloudwatch:GetMetricStatistics",
    "ecs:ListAccountSettings",
    "servicequotas:GetServiceQuota",
];

const BALANCING: &str = "arn:aws:elasticloadbalancing:eu-west-1:111122223333";
const NAMESPACE: &str = "arn:aws:servicediscovery:eu-west-1:111122223333:namespace/ns-1";

fn of(id: &str) -> Value {
    json!({"region": REGION, "id": id})
}

fn of_arn(kind: &str) -> Value {
    json!({"region": REGION, "arn": format!("{BALANCING}:{kind}")})
}

const AUTHORITY: &str = "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0123";

fn of_authority() -> Value {
    json!({"region": REGION, "arn": AUTHORITY})
}

/// An account with all that the stories need.
fn account() -> Account {
    let in_zone = |id: &str, net: &str| serde_json::to_value(subnet(id, net, "a")).unwrap();
    let listed = vec![rule(Some((80, 80)), Peer::PrefixList("pl-1".to_owned()))];
    let tasks = serde_json::to_value(group("sg-app", listed, vec![])).unwrap();
    let targets = json!({"target_type": "ip", "vpc": "vpc-1", "health_check_port": "traffic-port",
        "load_balancers": [format!("{BALANCING}:loadbalancer/app/web/1")]});
    let both = json!({"target_groups":
        [format!("{BALANCING}:targetgroup/web/1"), format!("{BALANCING}:targetgroup/green/1")]});
    let web = json!({"region": REGION, "cluster": "prod", "service": "web"});
    Account::deployed_to_by(&anything())
        .says("ec2:DescribeSubnets", &of("subnet-a"), &in_zone("subnet-a", "10.0.1.0/24"))
        .says("ec2:DescribeSubnets", &of("subnet-p"), &in_zone("subnet-p", "10.0.9.0/24"))
        .says("ec2:DescribeSecurityGroups", &of("sg-app"), &tasks)
        .says("ec2:DescribePrefixLists", &json!({"region": REGION}), &json!([]))
        .says(
            "ec2:GetManagedPrefixListEntries",
            &of("pl-1"),
            &json!({"id": "pl-1", "name": "clients", "ranges": ["10.0.9.0/24"]}),
        )
        .says("elasticloadbalancing:DescribeTargetGroups", &of_arn("targetgroup/web/1"), &targets)
        .says("elasticloadbalancing:DescribeTargetGroups", &of_arn("targetgroup/green/1"), &targets)
        .says(
            "elasticloadbalancing:DescribeLoadBalancers",
            &of_arn("loadbalancer/app/web/1"),
            &json!({"security_groups": ["sg-lb"], "subnets": ["subnet-p"]}),
        )
        .says(
            "elasticloadbalancing:DescribeLoadBalancers",
            &json!({"region": REGION, "name": "old"}),
            &json!({"instance_ports": [8080]}),
        )
        .says("elasticloadbalancing:DescribeRules", &of_arn("listener-rule/app/web/1/2/3"), &both)
        .says("elasticloadbalancing:DescribeListeners", &of_arn("listener/net/web/1/2"), &both)
        .says("servicediscovery:GetService", &of("srv-1"), &json!({"records": ["A"]}))
        .says("servicediscovery:GetNamespace", &of("ns-1"), &json!({"arn": NAMESPACE}))
        .says(
            "servicediscovery:ListNamespaces",
            &json!({"region": REGION, "name": "prod"}),
            &json!({"arn": NAMESPACE}),
        )
        .says(
            "servicediscovery:ListServices",
            &json!({"region": REGION, "namespace": "ns-1"}),
            &json!([]),
        )
        .says(
            "servicequotas:GetServiceQuota",
            &json!({"region": REGION, "quota": {"service": "fargate", "code": "L-3032A538"}}),
            &json!(6.0),
        )
        .says(
            "cloudwatch:GetMetricStatistics",
            &json!({"region": REGION,
                "of": {"service": "Fargate", "resource": "vCPU", "class": "Standard/OnDemand"}}),
            &json!(1.0),
        )
        .says("acm-pca:DescribeCertificateAuthority", &of_authority(), &json!({"state": "ACTIVE"}))
        .says("acm-pca:ListTags", &of_authority(), &json!({"AmazonECSManaged": "true"}))
        .says("ecs:GetTaskProtection", &web, &json!([]))
        .says(
            "application-autoscaling:DescribeScalableTargets",
            &web,
            &json!({"minimum": 1, "maximum": 4}),
        )
        .says("application-autoscaling:DescribeScheduledActions", &web, &json!([]))
        .beside(&in_cluster().recorded())
}

/// The cluster `prod` with one container instance, and a capacity provider that launches others.
fn in_cluster() -> Account {
    let key = json!({"region": REGION, "cluster": "prod"});
    let pool = |cpu: u64| json!({"cpu": cpu, "memory": 7680, "tcp_ports": [22], "udp_ports": [], "gpus": 0});
    let attributes = json!({
        "ecs.availability-zone": "eu-west-1a", "ecs.vpc-id": "vpc-1", "ecs.instance-type": "m5.large",
        "ecs.capability.task-eni": null, "ecs.cpu-architecture": "x86_64", "ecs.os-type": "linux",
    });
    let instance = with(
        registered("1", Some("spare"), &attributes),
        &json!({"resources": {
            "registered": pool(2048), "remaining": pool(1024), "running": 1, "interfaces": 1,
        }}),
    );
    let machine = json!({
        "vpc": "vpc-1", "subnet": "subnet-a", "security_groups": [], "private_address": null,
        "is_public": false, "profile": null,
        "attached": {"kind": "m5.large", "volumes": 1, "interfaces": 2},
    });
    let template = json!({"id": "lt-1", "version": "$Latest"});
    Account::deployed_to_by(&anything())
        .says(
            "ecs:DescribeClusters",
            &key,
            &json!({
                "arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "volume_key": null,
                "fargate_storage_key": null, "execute_command": null, "status": "ACTIVE",
                "capacity_providers": ["FARGATE", "spare"], "default_strategy": [],
            }),
        )
        .says("ecs:DescribeContainerInstances", &key, &json!([instance]))
        .says("ecs:DescribeTasks", &key, &json!({}))
        .says("ec2:DescribeInstances", &of("i-1"), &machine)
        .says(
            "ec2:DescribeInstanceTypes",
            &json!({"region": REGION, "kind": "m5.large"}),
            &json!({"volumes": 27, "shared": true, "interfaces": 3, "vcpus": 2, "memory": 8192}),
        )
        .says(
            "ecs:DescribeCapacityProviders",
            &json!({"region": REGION, "name": "spare"}),
            &json!({"managed_instances": null, "status": "ACTIVE", "group": {
                "group": "machines", "scales": true,
            }}),
        )
        .says(
            "autoscaling:DescribeAutoScalingGroups",
            &json!({"region": REGION, "name": "machines"}),
            &json!({"most": 2, "instances": 1, "suspended": [], "kinds": [], "is_weighted": false,
                "templates": [template]}),
        )
        .says(
            "ec2:DescribeLaunchTemplateVersions",
            &json!({"region": REGION, "template": template}),
            &json!({"kind": "m5.large"}),
        )
        .says(
            "autoscaling:DescribeScalingActivities",
            &json!({"region": REGION, "name": "machines"}),
            &json!({"failed": "Your quota allows for 0 more running instance(s)."}),
        )
        .says(
            "ecs:ListAccountSettings",
            &json!({"region": REGION}),
            &json!({"awsvpcTrunking": "disabled"}),
        )
}

/// A task, and the services in which it runs, each with what else the account says.
fn stories() -> Vec<(&'static str, Story, Account)> {
    let task = |mode: &str| {
        Story::containers_and(
            r#"{"name": "app", "image": "nginx", "cpu": 512, "memory": 1024,
                "portMappings": [{"containerPort": 80, "name": "web"}]}"#,
            &format!(r#""networkMode": "{mode}", "cpu": "512", "memory": "1024""#),
        )
    };
    let network = json!({"networkConfiguration": {"awsvpcConfiguration":
        {"subnets": ["subnet-a"], "securityGroups": ["sg-app"]}}});
    let service = |fields: Value| {
        let plain = json!({"serviceName": "web", "cluster": "prod", "desiredCount": 1});
        with(with(plain, &network), &fields).to_string()
    };
    let advanced = json!({"roleArn": "arn:aws:iam::111122223333:role/lb",
        "alternateTargetGroupArn": format!("{BALANCING}:targetgroup/green/1"),
        "productionListenerRule": format!("{BALANCING}:listener-rule/app/web/1/2/3"),
        "testListenerRule": format!("{BALANCING}:listener/net/web/1/2")});
    let balancer = json!({"containerName": "app", "containerPort": 80,
        "targetGroupArn": format!("{BALANCING}:targetgroup/web/1")});
    let connect = |namespace: &str| {
        let tls = json!({"issuerCertificateAuthority": {"awsPcaAuthorityArn": AUTHORITY},
            "roleArn": "arn:aws:iam::111122223333:role/tls"});
        json!({"enabled": true, "namespace": namespace, "services":
            [{"portName": "web", "clientAliases": [{"port": 80}], "tls": tls}]})
    };
    let on_spare = json!({"capacityProviderStrategy": [{"capacityProvider": "spare", "weight": 1}],
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}]});
    let web = json!({"region": REGION, "cluster": "prod", "service": "web"});
    let unknown = || account().lacks("ecs:DescribeServices", &web, "MISSING");
    let fields = json!({"serviceName": "web", "status": "ACTIVE", "runningCount": 1,
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}}});
    let running = json!({"json": fields});
    let live = || account().says("ecs:DescribeServices", &web, &running);
    let on_ec2 = json!({"launchType": "EC2", "placementConstraints":
        [{"type": "memberOf", "expression": "not(task:group == service:db)"}]});
    let shifted = json!({"launchType": "FARGATE", "deploymentConfiguration": {"strategy": "BLUE_GREEN"},
        "loadBalancers": [with(balancer.clone(), &json!({"advancedConfiguration": advanced}))],
        "serviceConnectConfiguration": connect(NAMESPACE)});
    let balanced = json!({"launchType": "FARGATE", "loadBalancers": [balancer],
        "serviceConnectConfiguration": connect("prod"), "serviceRegistries":
            [{"registryArn": "arn:aws:servicediscovery:eu-west-1:111122223333:service/srv-1"}]});
    let mut classic = json!({"serviceName": "web", "cluster": "prod", "launchType": "EC2",
        "desiredCount": 1});
    classic["loadBalancers"] =
        json!([{"containerName": "app", "containerPort": 80, "loadBalancerName": "old"}]);
    let stack =
        StackUse { name: "prod".to_owned(), region: REGION.parse().unwrap(), by_cdk: false };
    let prod = json!({"region": REGION, "stack": "prod"});
    let described = json!({"status": "UPDATE_COMPLETE", "parameters": {}});
    let fixed = Story::containers_and(
        r#"{"name": "app", "image": "nginx", "memory": 128,
            "portMappings": [{"containerPort": 80, "hostPort": 8080}]}"#,
        r#""networkMode": "bridge""#,
    );
    vec![
        ("on instances", task("awsvpc").served_by(&service(on_ec2)), unknown()),
        (
            "growing",
            task("awsvpc").served_by(&service(with(on_spare, &json!({"desiredCount": 9})))),
            unknown(),
        ),
        ("balanced", task("awsvpc").served_by(&service(balanced)), unknown()),
        ("shifted", task("awsvpc").served_by(&service(shifted)), unknown()),
        ("classic", fixed.served_by(&classic.to_string()), unknown()),
        (
            "updated",
            task("bridge")
                .living_as(&running["json"].to_string())
                .served_by(r#"{"service": "web", "cluster": "prod", "desiredCount": 2}"#),
            live(),
        ),
        (
            "stack",
            task("bridge").deployed_by(Deployment { stack: Some(stack), ..Deployment::default() }),
            account().says("cloudformation:DescribeStacks", &prod, &described),
        ),
    ]
}

type Results = BTreeMap<&'static str, Vec<CheckResult>>;

fn judged(story: &Story) -> Results {
    let mut results = Results::new();
    for result in story.judged(|_, _| true) {
        results.entry(result.id).or_default().push(result);
    }
    results
}

fn plain(results: &[CheckResult]) -> Vec<(Status, &str, &str)> {
    results.iter().map(|it| (it.status, it.subject.as_str(), it.message.as_str())).collect()
}

/// Whether a result rests on the call.
fn rests_on(result: &CheckResult, call: &str) -> bool {
    result.evidence.iter().any(|line| line.starts_with(&format!("{call} (")))
}

#[test]
fn access_denied_makes_exactly_what_depends_on_the_call_unknown() {
    let of_groups: BTreeSet<String> = [&capacity::GROUP, &service::GROUP]
        .into_iter()
        .flat_map(|group| group.checks)
        .flat_map(|check| check.asks.iter().copied().flatten())
        .map(ToString::to_string)
        .collect();
    let mut made_unknown = BTreeSet::new();
    for (nth, (name, story, account)) in stories().into_iter().enumerate() {
        let recording = account.recorded();
        let whole = judged(&story.in_account(recording.clone()));
        for call in recording.calls() {
            let (_, story, _) = stories().swap_remove(nth);
            let less = judged(&story.in_account(recording.denied(&call)));
            for (id, before) in &whole {
                let (_, check) = find(id).unwrap();
                let after = &less[id];
                let told =
                    || format!("{name} without {call}: {:#?}\n{:#?}", plain(before), plain(after));
                if !check.calls().any(|declared| declared.to_string() == call) {
                    assert_eq!(plain(before), plain(after), "{id} does not ask: {}", told());
                    continue;
                }
                for one in before {
                    let same = after.iter().filter(|it| it.subject == one.subject);
                    let statuses: Vec<Status> = same.clone().map(|it| it.status).collect();
                    let is_unknown = |it: &&CheckResult| {
                        it.status == Status::Unknown && it.message.contains(&call)
                            || it.status == Status::Skip && check.advises
                    };
                    let mut of_gap = after.iter().filter(is_unknown);
                    match rests_on(one, &call) {
                        // Another call may have kept it from being asked for, and now does not.
                        false if !statuses.contains(&one.status) => {
                            assert!(of_gap.next().is_some(), "{id}: {}", told());
                        }
                        false => {}
                        true if OPTIONAL.contains(&call.as_str()) => {
                            assert!(statuses.contains(&one.status), "{id}: {}", told());
                        }
                        true => {
                            let is_assumed = same
                                .clone()
                                .any(|it| it.status == one.status && !it.assumes.is_empty());
                            // What fails may fail for another reason still.
                            let fails =
                                one.status == Status::Fail && statuses.contains(&Status::Fail);
                            assert!(
                                of_gap.next().is_some() || is_assumed || fails,
                                "{id}: {}",
                                told()
                            );
                            made_unknown.insert(call.clone());
                        }
                    }
                }
            }
        }
    }
    let missing: Vec<_> = of_groups
        .iter()
        .filter(|call| !made_unknown.contains(*call) && !OPTIONAL.contains(&call.as_str()))
        .collect();
    assert!(missing.is_empty(), "no story has a result that depends on {missing:#?}");
}
