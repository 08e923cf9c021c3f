//! Texts as people paste them.

use super::{checks, first_check};
use crate::symptoms::{Confidence, Kind, Recogniser, recognise};

const PULL: &str = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:2.1: 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:2.1: not found";

/// The text in lines of this width, as a narrow table or terminal breaks it.
fn wrapped(text: &str, width: usize, indent: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let lines =
        letters.chunks(width).map(|line| format!("{indent}{}", line.iter().collect::<String>()));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_form_makes_no_difference() {
    let escaped = PULL.replace('"', "\\\"");
    let forms = [
        PULL.to_owned(),
        PULL.to_uppercase(),
        wrapped(PULL, 43, ""),
        wrapped(PULL, 61, "      "),
        format!("> {}", PULL.replace(": ", ":\n> ")),
        format!("*bot*  9:02 AM\n:fire: what is this?\n> {PULL}\n:eyes: 3"),
        format!("\u{1b}[90m09:02:11\u{1b}[0m \u{1b}[1;31m{PULL}\u{1b}[0m"),
        format!(
            "2026-11-30T09:02:11.123Z ##[error]{PULL}\n2026-11-30T09:02:12.001Z ##[error]Process completed with exit code 1."
        ),
        format!("2026-11-30 09:02:11,123 [ERROR] deploy: {PULL}"),
        format!("│ Error: {PULL}\n│\n│   with aws_ecs_service.web,\n│   on main.tf line 3"),
        format!("<td class=\"reason\">{PULL}</td>"),
        format!("&quot;{PULL}&quot;"),
        format!("{{'stopCode': 'TaskFailedToStart', 'stoppedReason': '{PULL}'}}"),
        format!(
            "{{\"tasks\": [{{\"stoppedReason\": \"{escaped}\", \"containers\": [{{\"name\": \"app\", \"reas"
        ),
        format!(
            "Task failed to start\n\n(service web) is unable to consistently start tasks successfully.\n\n{PULL}\n\n(service web) rolling back to deployment ecs-svc/1."
        ),
    ];
    let recogniser = Recogniser::new();
    for form in forms {
        assert_eq!(first_check(&recogniser, &form), "image-exists", "{form}");
    }
}

#[test]
fn a_document_is_searched_for_its_reasons() {
    let task = serde_json::json!({
        "taskArn": "arn:aws:ecs:eu-west-1:111122223333:task/prod/0123456789abcdef0123456789abcdef",
        "stopCode": "TaskFailedToStart",
        "stoppedReason": PULL,
        "containers": [{"name": "app", "lastStatus": "STOPPED"}],
        "attachments": [{"details": [{"name": "subnetId", "value": "subnet-0123456789abcdef0"}]}],
    });
    let event = serde_json::json!({"detail-type": "ECS Task State Change", "detail": task});
    let nested = serde_json::json!({"Type": "Notification", "Message": event.to_string()});
    let states = serde_json::json!({"Error": "States.TaskFailed", "Cause": task.to_string()});
    for document in [serde_json::json!({"tasks": [task]}), event, nested, states] {
        for text in
            [document.to_string(), format!("{document:#}"), format!("the event: {document}")]
        {
            let found = recognise(&text);
            assert_eq!(checks(&found)[0], "image-exists", "{text}");
            assert_eq!(found.variables.cluster.as_deref(), Some("prod"), "{text}");
            // What led to it is not repeated.
            let said: Vec<&str> = found.found.iter().map(|it| it.symptom.id).collect();
            assert_eq!(said, ["image-not-found", "task-failed"], "{text}");
        }
    }
}

#[test]
fn the_reason_of_a_volume_is_in_the_details_of_its_attachment() {
    let said = "ECS failed to set up the EBS volume. Encountered InvalidSnapshot.NotFound; The snapshot 'snap-0123456789abcdef0' does not exist.";
    let task = serde_json::json!({"tasks": [{
        "stoppedReason": "Task failed to start",
        "attachments": [{"type": "AmazonElasticBlockStorage", "details": [{"name": "statusReason", "value": said}]}],
    }]});
    let found = recognise(&task.to_string());
    assert_eq!(checks(&found), ["ebs-snapshot"]);
    assert_eq!(found.found[0].said, said);
    assert_eq!(found.variables.snapshot.as_deref(), Some("snap-0123456789abcdef0"));
}

#[test]
fn a_text_that_ends_early_is_recognised_by_what_is_left() {
    let whole = "User: arn:aws:sts::111122223333:assumed-role/ci/build is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/web";
    for cut in [whole, &whole[..115], &format!("{}...", &whole[..100])] {
        assert_eq!(checks(&recognise(cut))[0], "role-pass", "{cut}");
    }
    let cut = recognise(
        "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: b'mount.nfs4: access denied by ser...",
    );
    assert_eq!(checks(&cut)[0], "efs-permission");
    assert_eq!(cut.found[0].confidence, Confidence::CutOff);
}

#[test]
fn a_private_address_is_an_endpoint_and_a_public_one_a_route() {
    let timeout = |address: &str| {
        format!(
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp {address}:443: i/o timeout"
        )
    };
    let recogniser = Recogniser::new();
    for private in ["10.0.3.17", "172.31.4.9", "192.168.7.2", "100.64.0.9"] {
        let first = first_check(&recogniser, &timeout(private));
        assert_eq!(first, "network-endpoint-security-group", "{private}");
    }
    for public in ["203.0.113.7", "172.32.0.1", "100.128.0.1"] {
        assert_eq!(first_check(&recogniser, &timeout(public)), "network-route", "{public}");
    }
}

#[test]
fn the_program_of_a_container_is_no_check_s() {
    for (text, kind) in [
        ("Essential container in task exited\nExit code 1", Kind::Application),
        ("OutOfMemoryError: Container killed due to memory usage", Kind::Application),
        (
            "CannotStartContainerError: exec: \"serve\": executable file not found in $PATH",
            Kind::Application,
        ),
        ("Task failed container health checks", Kind::Application),
        (r#"{"containers": [{"name": "app", "exitCode": 139}]}"#, Kind::Application),
        ("Your Spot Task was interrupted.", Kind::Aws),
        (
            "(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
            Kind::Effect,
        ),
    ] {
        let found = recognise(text);
        assert_eq!(checks(&found), [""; 0], "{text}");
        assert_eq!(found.causes().map(|it| it.symptom.kind).next(), Some(kind), "{text}");
    }
}

#[test]
fn what_is_not_from_ecs_leads_to_no_check() {
    for text in [
        "Warning  Failed  2s  kubelet  Failed to pull image \"web:1\": pull access denied, repository does not exist or may require authorization",
        "Failed to pull image \"ghcr.io/web:1\": failed to resolve reference \"ghcr.io/web:1\": failed to authorize: failed to fetch anonymous token: 401 Unauthorized",
        "docker: Error response from daemon: pull access denied for web, repository does not exist or may require 'docker login'.",
        "ERROR: failed to solve: node:22: failed to resolve source metadata for docker.io/library/node:22",
        "MountVolume.SetUp failed for volume \"pv\": mount.nfs4: access denied by server while mounting fs-0123456789abcdef0:/",
        "An error occurred (AccessDeniedException) when calling the CreateFunction operation: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/fn",
        "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/job (Service: AWSGlue; Status Code: 400)",
        "botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:sts::111122223333:assumed-role/app/1 is not authorized to perform: secretsmanager:GetSecretValue on resource: db",
        "OSError: [Errno 28] No space left on device",
        "redis.exceptions.ConnectionError: Error 111 connecting to localhost:6379. Connection refused.",
        "java.lang.OutOfMemoryError: Java heap space",
        "dial tcp 10.0.0.9:443: i/o timeout",
        "hello",
        "{}",
        "",
    ] {
        let found = recognise(text);
        assert_eq!(checks(&found), [""; 0], "{text}");
        assert!(!found.is_recognised(), "{text}: {:?}", found.found);
    }
}

#[test]
fn what_is_not_known_has_neighbours() {
    let found =
        recognise("the container instance met none of the placement requirements of the service");
    assert!(!found.is_recognised());
    assert!(found.nearest.len() <= 3);
    assert!(
        !recognise("failed to resolve the reference of a container image manifest")
            .nearest
            .is_empty()
    );
}

proptest::proptest! {
    #[test]
    fn any_text_is_read(text in "(\\PC|\n|\u{1b}\\[|\\\\|<|>|\\{|\"|arn:aws:|service \\(){0,200}") {
        let found = recognise(&text);
        proptest::prop_assert!(found.found.iter().all(|it| it.said.len() <= 4 * 700));
    }

    #[test]
    fn a_wrapped_text_is_the_same_text(width in 30usize..90, indent in " {0,6}") {
        let found = recognise(&wrapped(PULL, width, &indent));
        proptest::prop_assert_eq!(checks(&found)[0], "image-exists");
    }
}
