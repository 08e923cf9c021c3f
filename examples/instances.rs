//! How long the checks of `capacity` and the picture take for 1,000 container instances:
//! `cargo run --release --example instances`. With a folder, it writes the definition, the service and the
//! recording there, for `capacity taskdef.json --service-definition service.json --replay account.json`.

#![expect(clippy::disallowed_macros, reason = "an example prints what it finds")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_ecs_preflight::checks::{GROUPS, catalogue};
use aws_ecs_preflight::document::{Role, RunContext, Source, TaskDefinition};
use aws_ecs_preflight::facts::Recording;
use aws_ecs_preflight::output::Look;
use aws_ecs_preflight::output::graph::{Drawn, Form, Subject, draw};
use aws_ecs_preflight::preflight::{Bounds, Interruption, Origin, RunLoop, plan, report};
use aws_ecs_preflight::task::{Deployment, Task, Witness};
use serde_json::{Value, json};

const REGION: &str = "eu-west-1";
const COUNT: usize = 1_000;
const RUNS: u32 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let (definition, service, account) = (definition(), service(), account());
    if let Some(folder) = std::env::args().nth(1) {
        let files = [("taskdef", &definition), ("service", &service), ("account", &account)];
        for (name, document) in files {
            let path = Path::new(&folder).join(format!("{name}.json"));
            fs::write(path, document.to_string())?;
        }
        return Ok(());
    }
    let tasks = [task(&definition, &service)?];
    let recording = Recording::parse(&account.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut judged, mut drawn) = (Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let origin = Origin::Replay(recording.clone());
        let bounds = Bounds { deadline: None, per_service: 1 };
        let mut nobody = ();
        runtime.block_on(async {
            let mut run = RunLoop::new(origin, bounds, Interruption::never(), &mut nobody);
            let probes =
                plan(tasks.iter().enumerate(), |group, _| group.name == "capacity", catalogue());
            let started = Instant::now();
            let results = report(&mut run, probes, 1).await;
            judged = judged.min(started.elapsed());
            assert!(
                results[0].iter().any(|it| it.message.contains("have room for")),
                "{results:?}"
            );
            let Some(of) = GROUPS.iter().find_map(|group| group.chart) else { return };
            let started = Instant::now();
            let chart = run.work_out(|view| of(&tasks[0], view)).await;
            let chart = chart.ok().and_then(Result::ok).unwrap_or_default();
            assert_eq!(chart.instances.len(), COUNT);
            let picture =
                Drawn { title: "instances".to_owned(), subject: Subject::Instances(chart) };
            let text = draw(Form::Svg, &[picture], &Look::plain());
            drawn = drawn.min(started.elapsed());
            assert!(text.len() < 60_000, "{}", text.len());
        });
    }
    println!("{COUNT} container instances: judged in {judged:.1?}, drawn in {drawn:.1?}");
    Ok(())
}

fn task(definition: &Value, service: &Value) -> Result<Task, Box<dyn Error>> {
    let source = Source::from_json_value("taskdef.json", Role::Definition, definition);
    let service = Source::from_json_value("service.json", Role::Context, service);
    let context = RunContext::service_definition(&service)?;
    Ok(Task {
        definition: TaskDefinition::from_source(&source)?,
        source,
        context: RunContext::flags().merge(context),
        home: REGION.parse().ok(),
        read_secrets: false,
        witness: Witness::default(),
        caller: None,
        now: None,
        documents_only: false,
        tool: None,
        deployment: Deployment::default(),
    })
}

fn definition() -> Value {
    json!({
        "family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["EC2"],
        "containerDefinitions": [{
            "name": "app", "image": "nginx", "cpu": 512, "memory": 1024,
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/web", "awslogs-region": REGION}},
        }],
    })
}

fn service() -> Value {
    json!({
        "cluster": "prod", "taskDefinition": "web", "launchType": "EC2", "desiredCount": 4,
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*"}],
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    })
}

fn account() -> Value {
    let fact = |call: &str, key: Value, found: Value| json!({"call": call, "key": key, "answer": {"Ok": {"found": found}}});
    let mut facts = vec![
        fact(
            "ecs:DescribeClusters",
            json!({"region": REGION, "cluster": "prod"}),
            json!({
                "arn": "arn:aws:ecs:eu-west-1:111122223333:cluster/prod", "volume_key": null,
                "fargate_storage_key": null, "execute_command": null, "status": "ACTIVE",
                "capacity_providers": [], "default_strategy": [],
            }),
        ),
        fact(
            "ecs:DescribeContainerInstances",
            json!({"region": REGION, "cluster": "prod"}),
            (0..COUNT).map(instance).collect(),
        ),
        fact(
            "ec2:DescribeInstanceTypes",
            json!({"region": REGION, "kind": "m5.large"}),
            json!({"volumes": 27, "shared": true, "interfaces": 3, "vcpus": 2, "memory": 8192}),
        ),
        fact(
            "ec2:DescribeSubnets",
            json!({"region": REGION, "id": "subnet-1"}),
            json!({
                "id": "subnet-1", "vpc": "vpc-1", "owner": null, "zone": "eu-west-1a", "zone_id": null,
                "ipv4": null, "ipv6": [], "free_addresses": 100, "dns64": false, "public_access": null,
            }),
        ),
    ];
    facts.extend((0..COUNT).map(|nth| {
        let id = format!("i-{nth:017x}");
        let attached = json!({"kind": "m5.large", "volumes": 1, "interfaces": 1 + running(nth)});
        fact(
            "ec2:DescribeInstances",
            json!({"region": REGION, "id": id}),
            json!({
                "vpc": "vpc-1", "subnet": "subnet-1", "security_groups": [], "private_address": null,
                "is_public": false, "profile": null, "attached": attached,
            }),
        )
    }));
    json!({"version": 1, "region": REGION, "now": 1_796_000_000, "facts": facts})
}

/// How many tasks run on an instance.
fn running(nth: usize) -> usize {
    nth % 3
}

fn instance(nth: usize) -> Value {
    let zone = ["eu-west-1a", "eu-west-1a", "eu-west-1b"][nth % 7 % 3];
    let mut attributes = json!({
        "ecs.availability-zone": zone,
        "ecs.vpc-id": "vpc-1", "ecs.instance-type": "m5.large", "ecs.cpu-architecture": "x86_64",
        "ecs.os-type": "linux", "com.amazonaws.ecs.capability.logging-driver.awslogs": null,
        "ecs.capability.task-eni": null,
    });
    for version in 17..45 {
        attributes[format!("com.amazonaws.ecs.capability.docker-remote-api.1.{version}")] =
            Value::Null;
    }
    let pool = |cpu: usize, memory: usize| json!({"cpu": cpu, "memory": memory, "tcp_ports": [22, 2375, 2376, 51678, 51679], "udp_ports": [], "gpus": 0});
    let running = running(nth);
    json!({
        "arn": format!("arn:aws:ecs:eu-west-1:111122223333:container-instance/prod/{nth:032x}"),
        "ec2_instance_id": format!("i-{nth:017x}"), "status": "ACTIVE", "agent_connected": !nth.is_multiple_of(50),
        "attributes": attributes, "capacity_provider": null, "agent_version": "1.99.0",
        "resources": {
            "registered": pool(2048, 7680),
            "remaining": pool(2048 - 700 * running, 7680 - nth % 11 * 300 * running),
            "running": running, "interfaces": running,
        },
    })
}
