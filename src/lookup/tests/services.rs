//! The lookups that services are judged by: what is behind their load balancers and names.

use super::*;
use crate::lookup::acm_pca::{DescribeCertificateAuthority, ListAuthorityTags};
use crate::lookup::application_autoscaling::{ScalableTarget, ScheduledActions};
use crate::lookup::ecs::ServiceEvents;
use crate::lookup::ecs::protection::ProtectedTasks;
use crate::lookup::ecs::revision::DescribeServiceRevision;
use crate::lookup::ecs::running::TaskGroups;
use crate::lookup::ecs::task::{DescribeTask, StoppedTasks};
use crate::lookup::elasticloadbalancing::{
    DescribeClassicLoadBalancer, DescribeListener, DescribeListenerRule, DescribeLoadBalancer,
    DescribeTargetGroup,
};
use crate::lookup::servicediscovery::{FindNamespace, GetNamespace, GetRegistry, NamesInUse};
use crate::names::Region;

fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

fn arn() -> String {
    "arn".to_owned()
}

fn xml(operation: &str, result: &str) -> Option<Reply> {
    Some(Reply::Ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    )))
}

fn ok(body: &serde_json::Value) -> Reply {
    Reply::Ok(body.to_string())
}

const GROUP: &str = "<TargetGroups><member><TargetGroupArn>arn</TargetGroupArn><TargetType>ip</TargetType><VpcId>vpc-1</VpcId><HealthCheckPort>traffic-port</HealthCheckPort><LoadBalancerArns/></member></TargetGroups>";
const BALANCER: &str = "<LoadBalancers><member><LoadBalancerArn>arn</LoadBalancerArn><SecurityGroups/><AvailabilityZones/></member></LoadBalancers>";
const CLASSIC: &str = "<LoadBalancerDescriptions><member><LoadBalancerName>web</LoadBalancerName><ListenerDescriptions/></member></LoadBalancerDescriptions>";
const RULE: &str = "<Rules><member><RuleArn>arn</RuleArn><Actions/></member></Rules>";
const LISTENER: &str =
    "<Listeners><member><ListenerArn>arn</ListenerArn><DefaultActions/></member></Listeners>";

/// What a rule does: to several target groups, to one.
const WEIGHTED: &str = "<member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>blue</TargetGroupArn><Weight>1</Weight></member><member><TargetGroupArn>green</TargetGroupArn><Weight>0</Weight></member></TargetGroups></ForwardConfig></member>";
const PLAIN: &str = "<member><Type>forward</Type><TargetGroupArn>blue</TargetGroupArn></member>";

pub(super) fn lookups() -> Vec<Case> {
    let name = || "web".to_owned();
    let namespace = json!({"Id": "ns-1", "Name": "prod", "Arn": "arn"});
    let target = json!({"ResourceId": "service/prod/web", "MinCapacity": 2, "MaxCapacity": 4});
    let protection = json!({
        "taskArns": ["arn"], "protectedTasks": [{"taskArn": "arn", "protectionEnabled": true}],
    });
    vec![
        case(
            DescribeCertificateAuthority { region: region(), arn: arn() },
            Some(ok(&json!({"CertificateAuthority": {"Arn": "arn", "Status": "ACTIVE"}}))),
            vec![],
        ),
        case(
            ListAuthorityTags { region: region(), arn: arn() },
            Some(ok(&json!({"Tags": [{"Key": "AmazonECSManaged", "Value": "true"}]}))),
            vec![],
        ),
        case(
            DescribeTargetGroup { region: region(), arn: arn() },
            xml("DescribeTargetGroups", GROUP),
            vec![],
        ),
        case(
            DescribeLoadBalancer { region: region(), arn: arn() },
            xml("DescribeLoadBalancers", BALANCER),
            vec![],
        ),
        case(
            DescribeClassicLoadBalancer { region: region(), name: name() },
            xml("DescribeLoadBalancers", CLASSIC),
            vec![],
        ),
        case(
            DescribeListenerRule { region: region(), arn: arn() },
            xml("DescribeRules", RULE),
            vec![],
        ),
        case(
            DescribeListener { region: region(), arn: arn() },
            xml("DescribeListeners", LISTENER),
            vec![],
        ),
        case(
            GetRegistry { region: region(), id: "srv-1".to_owned() },
            Some(ok(&json!({"Service": {
                "Id": "srv-1", "DnsConfig": {"DnsRecords": [{"Type": "SRV", "TTL": 60}]},
            }}))),
            vec![],
        ),
        case(
            GetNamespace { region: region(), id: "ns-1".to_owned() },
            Some(ok(&json!({"Namespace": namespace}))),
            vec![],
        ),
        case(
            FindNamespace { region: region(), name: "prod".to_owned() },
            Some(ok(&json!({"Namespaces": [namespace]}))),
            vec![ok(&json!({"Namespaces": []}))],
        ),
        case(
            NamesInUse { region: region(), namespace: "ns-1".to_owned() },
            Some(ok(&json!({"Services": [{"Name": "web"}]}))),
            vec![],
        ),
        case(
            ScalableTarget { region: region(), cluster: "prod".to_owned(), service: name() },
            Some(ok(&json!({"ScalableTargets": [target]}))),
            vec![ok(&json!({"ScalableTargets": []}))],
        ),
        case(
            ScheduledActions { region: region(), cluster: "prod".to_owned(), service: name() },
            Some(ok(&json!({"ScheduledActions": [{
                "ScheduledActionName": "night", "ResourceId": "service/prod/web",
                "Schedule": "cron(0 22 * * ? *)",
                "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 1},
            }]}))),
            vec![],
        ),
        case(
            ProtectedTasks { region: region(), cluster: "prod".to_owned(), service: name() },
            Some(ok(&protection)),
            vec![],
        ),
        case(
            ServiceEvents {
                of: DescribeService {
                    region: region(),
                    cluster: Some("prod".to_owned()),
                    service: name(),
                },
            },
            Some(ok(&json!({"services": [{
                "serviceName": "web", "clusterArn": "arn:aws:ecs:eu-central-1:1:cluster/prod",
                "events": [{"message": "has reached a steady state."}],
            }]}))),
            vec![ok(&json!({"services": [], "failures": [{"reason": "MISSING"}]}))],
        ),
        case(
            DescribeServiceRevision { region: region(), arn: arn() },
            Some(ok(&json!({"serviceRevisions": [{"serviceRevisionArn": "arn"}]}))),
            vec![ok(&json!({"serviceRevisions": [], "failures": [{"reason": "MISSING"}]}))],
        ),
        case(
            DescribeTask {
                region: region(),
                cluster: Some("prod".to_owned()),
                task: "1".to_owned(),
            },
            Some(ok(&json!({"tasks": [task("task/prod/1")]}))),
            vec![ok(&json!({"tasks": [], "failures": [{"reason": "MISSING"}]}))],
        ),
        case(
            StoppedTasks { region: region(), cluster: Some("prod".to_owned()), service: name() },
            Some(ok(&json!({
                "taskArns": ["arn:aws:ecs:eu-central-1:1:task/prod/1"],
                "tasks": [task("task/prod/1")],
            }))),
            vec![],
        ),
        case(
            TaskGroups { region: region(), cluster: "prod".to_owned() },
            Some(ok(&json!({
                "taskArns": ["arn:aws:ecs:eu-central-1:1:task/prod/1"],
                "tasks": [placed("task/prod/1")],
            }))),
            vec![],
        ),
    ]
}

/// A task as the API describes it.
fn task(resource: &str) -> serde_json::Value {
    json!({
        "taskArn": format!("arn:aws:ecs:eu-central-1:1:{resource}"),
        "clusterArn": "arn:aws:ecs:eu-central-1:1:cluster/prod",
        "taskDefinitionArn": "arn:aws:ecs:eu-central-1:1:task-definition/web:7",
        "lastStatus": "STOPPED",
    })
}

/// One on a container instance.
fn placed(resource: &str) -> serde_json::Value {
    let mut placed = task(resource);
    placed["group"] = json!("service:web");
    placed["containerInstanceArn"] = json!("arn:aws:ecs:eu-central-1:1:container-instance/prod/9");
    placed
}

#[test]
fn the_groups_of_running_tasks_are_those_of_their_instances() {
    let arns = ["1", "2", "3"].map(|id| format!("arn:aws:ecs:eu-central-1:1:task/prod/{id}"));
    let mut on_fargate = task("task/prod/2");
    on_fargate["launchType"] = json!("FARGATE");
    let tasks = json!({"taskArns": arns, "tasks": [placed("task/prod/1"), on_fargate],
        "failures": [{"arn": arns[2], "reason": "MISSING"}]});
    let told = learnt(&Bench::new(), "TaskGroups", &ok(&tasks));
    let expected =
        r#"found {"arn:aws:ecs:eu-central-1:1:container-instance/prod/9":["service:web"]}"#;
    assert_eq!(told, expected);
    let fewer = json!({"taskArns": arns, "tasks": [placed("task/prod/1")], "failures": []});
    let nowhere = json!({"taskArns": arns[..1], "tasks": [task("task/prod/1")], "failures": []});
    for answer in [fewer, nowhere] {
        let told = learnt(&Bench::new(), "TaskGroups", &ok(&answer));
        assert!(told.starts_with("a gap: "), "{told}");
    }
}

#[test]
fn stopped_tasks_come_newest_first_and_without_their_environment() {
    let stopped = |id: &str, created: f64| {
        let mut stopped = task(&format!("task/prod/{id}"));
        stopped["createdAt"] = json!(created);
        stopped["overrides"] = json!({"containerOverrides": [{
            "name": "app", "environment": [{"name": "PASSWORD", "value": "hunter2"}],
        }]});
        stopped
    };
    let arns = ["1", "2"].map(|id| format!("arn:aws:ecs:eu-central-1:1:task/prod/{id}"));
    let tasks = json!({"taskArns": arns, "tasks": [stopped("1", 1.0), stopped("2", 2.5)]});
    let told = learnt(&Bench::new(), "StoppedTasks", &ok(&tasks));
    let (first, second) = (told.find("prod/2").unwrap(), told.find("prod/1").unwrap());
    assert!(first < second && !told.contains("hunter2"), "{told}");
    let stranger = json!({"taskArns": [arns[0]], "tasks": [stopped("2", 2.5)]});
    let told = learnt(&Bench::new(), "StoppedTasks", &ok(&stranger));
    assert!(told.starts_with("a gap: "), "{told}");
}

#[test]
fn a_rule_forwards_to_each_target_group_once() {
    let bench = Bench::new();
    for (actions, expected) in [(WEIGHTED, r#"["blue","green"]"#), (PLAIN, r#"["blue"]"#)] {
        let both = [
            ("DescribeListenerRule", "DescribeRules", RULE, "<Actions/>", "Actions"),
            (
                "DescribeListener",
                "DescribeListeners",
                LISTENER,
                "<DefaultActions/>",
                "DefaultActions",
            ),
        ];
        for (name, operation, body, empty, list) in both {
            let body = body.replace(empty, &format!("<{list}>{actions}</{list}>"));
            let told = learnt(&bench, name, &xml(operation, &body).unwrap());
            assert!(told.contains(expected), "{told}");
        }
    }
    for cut in [
        PLAIN.replace("<TargetGroupArn>blue</TargetGroupArn>", ""),
        WEIGHTED.replace("<TargetGroupArn>green</TargetGroupArn>", ""),
    ] {
        let body = RULE.replace("<Actions/>", &format!("<Actions>{cut}</Actions>"));
        let told = learnt(&bench, "DescribeListenerRule", &xml("DescribeRules", &body).unwrap());
        assert!(told.starts_with("a gap: "), "{told}");
    }
    let actions =
        format!("<Actions><member><Type>authenticate-oidc</Type></member>{PLAIN}</Actions>");
    let body = RULE.replace("<Actions/>", &actions);
    let told = learnt(&bench, "DescribeListenerRule", &xml("DescribeRules", &body).unwrap());
    assert!(told.contains(r#""other_actions":["authenticate-oidc"]"#), "{told}");
}

#[test]
fn a_load_balancer_has_a_subnet_in_each_zone() {
    let bench = Bench::new();
    let zones = |zone: &str| {
        let list = format!("<AvailabilityZones><member>{zone}</member></AvailabilityZones>");
        let body = BALANCER.replace("<AvailabilityZones/>", &list);
        learnt(&bench, "DescribeLoadBalancer", &xml("DescribeLoadBalancers", &body).unwrap())
    };
    let told = zones("<SubnetId>subnet-1</SubnetId>");
    assert!(told.contains(r#""subnets":["subnet-1"]"#), "{told}");
    let told = zones("<ZoneName>eu-central-1a</ZoneName>");
    assert!(told.starts_with("a gap: "), "{told}");
}

#[test]
fn a_classic_load_balancer_sends_to_ports_of_instances() {
    let listeners = |fields: &str| {
        let list = format!(
            "<ListenerDescriptions><member><Listener>{fields}</Listener></member></ListenerDescriptions>"
        );
        let body = CLASSIC.replace("<ListenerDescriptions/>", &list);
        learnt(
            &Bench::new(),
            "DescribeClassicLoadBalancer",
            &xml("DescribeLoadBalancers", &body).unwrap(),
        )
    };
    assert_eq!(
        listeners("<InstancePort>8080</InstancePort>"),
        r#"found {"instance_ports":[8080]}"#
    );
    assert!(listeners("<Protocol>HTTP</Protocol>").starts_with("a gap: "));
}

#[test]
fn an_answer_about_something_else_is_a_gap() {
    let bench = Bench::new();
    for (name, operation, body) in [
        ("DescribeTargetGroup", "DescribeTargetGroups", GROUP),
        ("DescribeLoadBalancer", "DescribeLoadBalancers", BALANCER),
        ("DescribeListenerRule", "DescribeRules", RULE),
        ("DescribeListener", "DescribeListeners", LISTENER),
    ] {
        let other = body.replacen(">arn<", ">another<", 1);
        let told = learnt(&bench, name, &xml(operation, &other).unwrap());
        assert!(told.starts_with("a gap: "), "{name}: {told}");
    }
    for (name, body) in [
        ("GetRegistry", json!({"Service": {"Id": "srv-2"}})),
        ("GetNamespace", json!({"Namespace": {"Id": "ns-2", "Arn": "arn"}})),
        (
            "ScalableTarget",
            json!({"ScalableTargets": [{"ResourceId": "service/prod/api", "MinCapacity": 1, "MaxCapacity": 2}]}),
        ),
    ] {
        let told = learnt(&bench, name, &ok(&body));
        assert!(told.starts_with("a gap: "), "{name}: {told}");
    }
}

#[test]
fn only_protected_tasks_are_among_the_protected_ones() {
    let tasks = json!({
        "taskArns": ["a", "b"],
        "protectedTasks": [
            {"taskArn": "a", "protectionEnabled": false},
            {"taskArn": "b", "protectionEnabled": true, "expirationDate": 1_795_348_800},
        ],
    });
    let told = learnt(&Bench::new(), "ProtectedTasks", &ok(&tasks));
    assert_eq!(told, r#"found [{"arn":"b","until":1795348800}]"#);
}
