//! Records in the form of the API.

use serde_json::{Value, json};

use super::*;
use crate::document::{ContextKind, Field};
use crate::report::{CheckResult, Status};

const ACCOUNT: &str = "arn:aws:ecs:eu-central-1:111122223333";
const DEPLOYMENT: &str = "ecs-svc/1";

/// The record of a task, with these fields.
fn record(fields: Value) -> TaskRecord {
    let mut json = json!({
        "taskArn": format!("{ACCOUNT}:task/prod/0123"),
        "clusterArn": format!("{ACCOUNT}:cluster/prod"),
        "taskDefinitionArn": format!("{ACCOUNT}:task-definition/web:7"),
        "lastStatus": "STOPPED",
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
    });
    let Value::Object(fields) = fields else { panic!("{fields}") };
    json.as_object_mut().unwrap().extend(fields);
    TaskRecord::of(json).unwrap()
}

/// A deployment, with the network that its tasks get.
fn deployment(id: &str, status: &str, revision: u32, group: &str) -> Value {
    json!({
        "id": id, "status": status, "launchType": "FARGATE",
        "taskDefinition": format!("{ACCOUNT}:task-definition/web:{revision}"),
        "networkConfiguration": {"awsvpcConfiguration": {
            "subnets": ["subnet-a", "subnet-b"], "securityGroups": [group],
            "assignPublicIp": "DISABLED",
        }},
    })
}

fn service(deployments: Value) -> ServiceRecord {
    let now = &deployments[0];
    ServiceRecord::of(json!({
        "serviceName": "web", "clusterArn": format!("{ACCOUNT}:cluster/prod"),
        "taskDefinition": now["taskDefinition"], "launchType": "FARGATE",
        "networkConfiguration": now["networkConfiguration"],
        "loadBalancers": [{"containerName": "web", "containerPort": 80}],
        "deployments": deployments,
    }))
}

fn text<T: Clone>(field: &Field<T>) -> Option<T> {
    field.get().unwrap().cloned()
}

#[test]
fn a_saved_record_is_read_in_each_form() {
    let task = json!({
        "taskArn": format!("{ACCOUNT}:task/prod/1"),
        "taskDefinitionArn": format!("{ACCOUNT}:task-definition/web:7"),
    });
    let event = json!({"detail-type": "ECS Task State Change", "detail": task});
    for form in [json!({"tasks": [task]}), json!([task]), task.clone(), event] {
        let (found, others) = Saved::of(form).unwrap().pick(None).unwrap();
        assert_eq!((found.id(), others), ("1", 0));
    }
    let missing = json!({"tasks": [], "failures": [{"arn": "arn:1", "reason": "MISSING"}]});
    let other = json!({"detail-type": "ECS Service Action", "detail": {}});
    for (form, words) in [
        (missing, "MISSING (arn:1)"),
        (other, "ECS Service Action"),
        (json!({"family": "web"}), "neither"),
        (json!({"tasks": []}), "the list of tasks is empty"),
    ] {
        let error = Saved::of(form).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn of_several_tasks_the_newest_that_failed_is_meant() {
    let task = |id: u32, stopped: u32, code: &str| {
        json!({
            "taskArn": format!("{ACCOUNT}:task/prod/{id}"), "stopCode": code,
            "taskDefinitionArn": format!("{ACCOUNT}:task-definition/web:7"),
            "lastStatus": "STOPPED", "stoppedAt": 1_795_348_800 + stopped,
        })
    };
    let tasks = [
        task(1, 10, "TaskFailedToStart"),
        task(2, 30, "UserInitiated"),
        task(3, 20, "TaskFailedToStart"),
    ];
    let saved = Saved::of(json!({"tasks": tasks})).unwrap();
    let (found, others) = saved.clone().pick(None).unwrap();
    assert_eq!((found.id(), others), ("3", 2));
    assert_eq!(saved.clone().pick(Some("2")).unwrap().0.id(), "2");
    assert_eq!(saved.pick(Some("4")).unwrap_err(), SavedError::Other("4".to_owned()));
}

#[test]
fn a_task_that_someone_or_the_scheduler_stopped_has_not_failed() {
    let scaled = "Scaling activity initiated by (deployment ecs-svc/1)";
    let unhealthy = "Task failed ELB health checks in (target-group arn:1)";
    for (code, reason, exit_code, expected) in [
        (Some("TaskFailedToStart"), "CannotPullContainerError: x", None, true),
        (Some("EssentialContainerExited"), "Essential container in task exited", Some(1), true),
        (Some("EssentialContainerExited"), "Essential container in task exited", Some(0), false),
        (Some("ServiceSchedulerInitiated"), unhealthy, None, true),
        (Some("ServiceSchedulerInitiated"), scaled, None, false),
        (Some("UserInitiated"), "Task stopped by user", None, false),
        (Some("SpotInterruption"), "Your Spot Task was interrupted.", None, true),
        (None, "Essential container in task exited", None, true),
    ] {
        let task = record(json!({
            "stopCode": code, "stoppedReason": reason,
            "containers": [{"name": "web", "exitCode": exit_code}],
        }));
        assert_eq!(task.has_failed(), expected, "{code:?} {reason}");
    }
}

#[test]
fn the_exit_code_says_what_ended_a_container_unless_ecs_ended_it() {
    let ids = |code: &str, exit_code: Option<i64>, reason: &str| {
        let task = record(json!({
            "stopCode": code, "stoppedReason": reason,
            "containers": [{"name": "web", "exitCode": exit_code, "reason": reason}],
        }));
        let found = Outside::of(&task).into_iter().filter(|it| it.explains);
        found.map(|it| it.id).collect::<Vec<_>>()
    };
    let exited = "EssentialContainerExited";
    assert_eq!(ids(exited, Some(1), ""), ["application-exit"]);
    assert_eq!(ids(exited, Some(137), ""), ["killed"]);
    assert_eq!(ids(exited, Some(137), "OutOfMemoryError: killed"), ["out-of-memory"]);
    assert_eq!(ids(exited, Some(139), ""), ["segmentation-fault"]);
    assert_eq!(ids("UserInitiated", Some(137), ""), ["stopped-by-user"]);
    assert_eq!(ids("UserInitiated", Some(1), ""), ["stopped-by-user", "application-exit"]);
    assert_eq!(ids("SpotInterruption", Some(143), ""), ["spot-interruption"]);
    let health = "Task failed container health checks";
    assert_eq!(ids("ServiceSchedulerInitiated", None, health), ["container-health-check"]);
    let pull = "CannotPullContainerError: x";
    assert_eq!(ids("TaskFailedToStart", Some(1), pull), Vec::<&str>::new());
}

#[test]
fn a_task_is_judged_by_the_deployment_that_started_it() {
    let started = deployment(DEPLOYMENT, "ACTIVE", 7, "sg-then");
    let service = service(json!([deployment("ecs-svc/2", "PRIMARY", 8, "sg-now"), started]));
    let task = record(json!({
        "group": "service:web", "startedBy": DEPLOYMENT,
        "overrides": {"containerOverrides": [], "cpu": "512"},
        "attachments": [{"type": "ElasticNetworkInterface", "details": [
            {"name": "subnetId", "value": "subnet-b"},
        ]}],
    }));
    let Launch { context, notes, .. } = launch(&task, Some(&service), None);
    assert_eq!(context.kind, ContextKind::LiveService);
    let list = |field: &Field<Vec<crate::document::Located<String>>>| {
        field.items().unwrap().iter().map(|it| it.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(list(&context.network.subnets), ["subnet-b"]);
    assert_eq!(list(&context.network.security_groups), ["sg-then"]);
    assert_eq!(text(&context.network.assign_public_ip).as_deref(), Some("DISABLED"));
    assert_eq!(text(&context.request.platform_version).as_deref(), Some("1.4.0"));
    assert_eq!(text(&context.overrides.cpu).as_deref(), Some("512"));
    assert!(context.overrides.container_overrides.is_missing());
    assert_eq!(context.request.load_balancers.items().unwrap().len(), 1);
    assert_eq!(notes, Vec::<String>::new());
}

#[test]
fn what_a_record_does_not_contain_is_not_known() {
    let task = record(json!({
        "capacityProviderName": "FARGATE_SPOT",
        "attachments": [
            {"type": "eni", "details": [{"name": "subnetId", "value": "subnet-a"}]},
            {"type": "AmazonElasticBlockStorage", "details": [
                {"name": "volumeName", "value": "data"},
                {"name": "roleArn", "value": "arn:aws:iam::111122223333:role/volumes"},
            ]},
        ],
    }));
    let Launch { context, notes, .. } = launch(&task, None, None);
    assert_eq!(context.kind, ContextKind::RunTask);
    assert!(context.network.security_groups.items().is_err());
    assert!(context.network.assign_public_ip.get().is_err());
    assert_eq!(context.network.subnets.items().unwrap().len(), 1);
    assert!(context.request.launch_type.is_missing());
    let [volume] = context.request.volume_configurations.items().unwrap() else { panic!() };
    let volume = volume.managed_ebs.get().unwrap().unwrap();
    assert!(volume.role_arn.get().unwrap().is_some());
    assert!(volume.size_in_gib.get().is_err());
    assert!(notes.iter().any(|it| it.contains("--security-groups")), "{notes:?}");
}

#[test]
fn a_deployment_that_is_not_listed_any_more_is_not_replaced_by_the_newest() {
    let service = service(json!([deployment("ecs-svc/2", "PRIMARY", 8, "sg-now")]));
    let task = record(json!({"group": "service:web", "startedBy": DEPLOYMENT}));
    let Launch { context, .. } = launch(&task, Some(&service), None);
    assert!(context.network.security_groups.items().is_err());
    let revision = deployment(DEPLOYMENT, "", 7, "sg-then");
    let Launch { context, .. } = launch(&task, Some(&service), Some(&revision));
    let groups = context.network.security_groups.items().unwrap();
    assert_eq!(groups[0].value, "sg-then");
}

#[test]
fn what_changed_since_is_named() {
    let then = deployment(DEPLOYMENT, "ACTIVE", 7, "sg-then");
    let service = service(json!([deployment("ecs-svc/2", "PRIMARY", 8, "sg-now"), then]));
    assert_eq!(
        changes(&then, &service),
        [
            "the task definition: web:7 then, web:8 now",
            "the security groups: sg-then then, sg-now now"
        ]
    );
    let now = service.primary().unwrap().json().clone();
    assert_eq!(changes(&now, &service), Vec::<String>::new());
}

fn result(id: &'static str, status: Status) -> CheckResult {
    CheckResult {
        id,
        group: "",
        status,
        skip_reason: None,
        subject: "".into(),
        container: None,
        location: None,
        resource: None,
        message: "why".into(),
        evidence: [].into(),
        assumes: Vec::new(),
        prevents: None,
        remedy: None,
        commands: Vec::new(),
        docs: "",
    }
}

#[test]
fn only_a_failure_that_belongs_to_what_ecs_said_proves_the_cause() {
    use Conclusion::{CauseProven, NotDetermined, WouldNotStart, WouldStartNow};

    let said = "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref web:1: web:1: not found";
    let exited = json!({"stopCode": "EssentialContainerExited", "containers": [{"name": "web", "exitCode": 1}]});
    let pulled = json!({"stopCode": "TaskFailedToStart", "stoppedReason": said});
    let unheard = json!({"stopCode": "TaskFailedToStart", "stoppedReason": "Qwxz plugh"});
    let stopped = json!({"stopCode": "UserInitiated"});
    let (image, log, pass) = ("image-exists", "log-group-exists", result("x", Status::Pass));
    for (fields, results, expected) in [
        (&pulled, vec![result(image, Status::Fail), result(log, Status::Fail)], CauseProven),
        (&pulled, vec![result(log, Status::Fail), pass.clone()], WouldNotStart),
        (&pulled, vec![result(image, Status::Unknown), pass.clone()], NotDetermined),
        (&pulled, vec![result(image, Status::Pass)], WouldStartNow),
        (&pulled, vec![result(image, Status::Skip)], NotDetermined),
        (&pulled, vec![], NotDetermined),
        (&exited, vec![pass.clone()], NotDetermined),
        (&exited, vec![result(log, Status::Fail)], WouldNotStart),
        (&unheard, vec![pass.clone()], NotDetermined),
        (&stopped, vec![pass.clone()], WouldStartNow),
    ] {
        let task = record(fields.clone());
        let said = Said::of_task(&task);
        let diagnosis = Diagnosis {
            subject: "task 0123".to_owned(),
            task: None,
            state: Vec::new(),
            meanings: Meaning::next_to(&said, &Outside::of(&task)),
            outside: Outside::of(&task),
            said,
            started_with: Value::Null,
            changes: Vec::new(),
            notes: Vec::new(),
            conclusion: NotDetermined,
            proof: Vec::new(),
        };
        let diagnosis = diagnosis.concluded(&results);
        assert_eq!(diagnosis.conclusion, expected, "{fields} {results:?}");
    }
}
