use super::*;
use crate::document::kind::Kind as Form;
use crate::document::place::Role;
use crate::document::source::Source;

fn examined(text: &str) -> Vec<Complaint> {
    let source = Source::read("web.json", Role::Definition, text.as_bytes()).unwrap();
    examine_definition(&source.root, Form::of(&source).unwrap())
}

#[test]
fn what_fits_gives_no_complaint() {
    for text in [
        r#"{"family": "web", "containerDefinitions": [{"name": "a", "image": "b", "cpu": 10, "essential": true}]}"#,
        r#"{"family": "web", "containerDefinitions": [], "revision": 3, "registeredAt": 1.5, "status": "ACTIVE"}"#,
        r#"{"taskDefinition": {"family": "web", "containerDefinitions": []}}"#,
        r#"[{"name": "a", "image": "b", "dockerLabels": {"any.name": "x"}}]"#,
        r#"{"name": "a", "image": "b", "logConfiguration": {"logDriver": "awslogs", "options": {"Name": "x"}}}"#,
    ] {
        assert_eq!(examined(text), [], "{text}");
    }
}

#[test]
fn what_does_not_fit_is_named_with_its_place() {
    use Mismatch::{
        Empty, Long, Missing, NotOne, Null, Placeholder, TooLarge, TooSmall, TruthForNumber,
        UnknownField, UnknownValue, UnquotedSize, WrongType,
    };
    for (fields, kind, subject, message) in [
        (
            r#""enableExecuteCommand": true"#,
            UnknownField,
            "/enableExecuteCommand",
            "belongs to the service definition",
        ),
        (
            r#""requirementCompatibilities": []"#,
            UnknownField,
            "/requirementCompatibilities",
            "is `requiresCompatibilities` meant",
        ),
        (r#""Cpu": "1""#, UnknownField, "/Cpu", "it is written `cpu`"),
        (r#""network_mode": "host""#, UnknownField, "/network_mode", "it is written `networkMode`"),
        (r#""image": "nginx""#, UnknownField, "/image", "belongs to a container definition"),
        (
            r#""containerOverrides": []"#,
            UnknownField,
            "/containerOverrides",
            "`overrides` of a run-task input",
        ),
        (r#""nonsense": 1"#, UnknownField, "/nonsense", "has no field `nonsense`"),
        (r#""ipcMode": null"#, Null, "/ipcMode", "`ipcMode` is null"),
        (r#""cpu": 256"#, UnquotedSize, "/cpu", r#"write "256""#),
        (
            r#""ephemeralStorage": {"sizeInGiB": 2147483648}"#,
            Long,
            "/ephemeralStorage/sizeInGiB",
            "more than the 32 bits",
        ),
        (
            r#""ephemeralStorage": {"sizeInGiB": 9223372036854775808}"#,
            TooLarge,
            "/ephemeralStorage/sizeInGiB",
            "larger than any number",
        ),
        (
            r#""ephemeralStorage": {"sizeInGiB": 100000000000000000000000}"#,
            TooLarge,
            "/ephemeralStorage/sizeInGiB",
            "larger than any number",
        ),
        (
            r#""volumes": "${VOLUMES}""#,
            Placeholder,
            "/volumes",
            "the placeholder `${VOLUMES}` where a list belongs",
        ),
        (r#""networkMode": "AWSVPC""#, UnknownValue, "/networkMode", r#"is "awsvpc" meant"#),
        (
            r#""networkMode": "overlay""#,
            UnknownValue,
            "/networkMode",
            "documented are bridge, host",
        ),
        (r#""networkMode": """#, UnknownValue, "/networkMode", "is empty"),
        (
            r#""ephemeralStorage": {"sizeInGiB": null}"#,
            Missing,
            "/ephemeralStorage/sizeInGiB",
            "is null, and it is required",
        ),
        (
            r#""volumes": [{"efsVolumeConfiguration": {"fileSystemId": ""}}]"#,
            Empty,
            "/volumes/0/efsVolumeConfiguration/fileSystemId",
            "is empty, and it is required",
        ),
        (r#""taskRoleArn": 1"#, WrongType, "/taskRoleArn", "in double quotes"),
        (r#""volumes": {}"#, WrongType, "/volumes", "an object where a list belongs"),
        (
            r#""volumes": [[]]"#,
            WrongType,
            "/volumes/0",
            "item 1 of `volumes` is a list where an object belongs",
        ),
        (
            r#""ephemeralStorage": {}"#,
            Missing,
            "/ephemeralStorage",
            "`ephemeralStorage` lacks `sizeInGiB`",
        ),
        (
            r#""ephemeralStorage": {"sizeInGiB": "30"}"#,
            WrongType,
            "/ephemeralStorage/sizeInGiB",
            "write it without quotes",
        ),
        (
            r#""ephemeralStorage": {"sizeInGiB": 30.0}"#,
            WrongType,
            "/ephemeralStorage/sizeInGiB",
            "a whole number belongs",
        ),
        (
            r#""ephemeralStorage": {"sizeInGiB": true}"#,
            TruthForNumber,
            "/ephemeralStorage/sizeInGiB",
            "a number belongs",
        ),
        (
            r#""enableFaultInjection": "true""#,
            WrongType,
            "/enableFaultInjection",
            "text where true or false belongs",
        ),
        (r#""tags": [{"key": ""}]"#, TooSmall, "/tags/0/key", "`key` is empty"),
    ] {
        let text = format!(r#"{{"family": "web", "containerDefinitions": [], {fields}}}"#);
        let found = examined(&text);
        assert_eq!(found.len(), 1, "{fields}: {found:?}");
        assert_eq!((found[0].kind, found[0].place.subject().as_str()), (kind, subject), "{fields}");
        assert!(found[0].message.contains(message), "{fields}: {}", found[0].message);
    }
    let gpu = r#"[{"name": "a", "image": "b", "resourceRequirements": [{"type": "GPU", "sharingStrategy": {}}]}]"#;
    assert_eq!(examined(gpu)[0].kind, NotOne);
}

#[test]
fn a_missing_field_is_found_at_its_owner() {
    let found = examined("{\n  \"containerDefinitions\": []}");
    assert_eq!((found[0].kind, found[0].place.subject().as_str()), (Mismatch::Missing, ""));
    assert_eq!(found[0].message, "the task definition lacks `family`, which is required");
}

/// Every client drops a null or refuses it, and then the field is missing.
#[test]
fn no_required_field_may_be_null() {
    for text in [
        r#"{"family": null, "containerDefinitions": []}"#,
        r#"{"family": "web", "containerDefinitions": null}"#,
        r#"[{"name": "a", "image": "i", "secrets": [{"name": null, "valueFrom": "a"}]}]"#,
        r#"[{"name": "a", "image": "i", "secrets": [{"name": "A", "valueFrom": null}]}]"#,
        r#"[{"name": "a", "image": "i", "dependsOn": [{"containerName": null, "condition": "START"}]}]"#,
        r#"[{"name": "a", "image": "i", "logConfiguration": {"logDriver": null}}]"#,
        r#"[{"name": "a", "image": "i", "healthCheck": {"command": null}}]"#,
        r#"[{"name": "a", "image": "i", "ulimits": [{"name": "nofile", "softLimit": null, "hardLimit": 1}]}]"#,
        r#"[{"name": "a", "image": "i", "restartPolicy": {"enabled": null}}]"#,
        r#"[{"name": "a", "image": "i", "firelensConfiguration": {"type": null}}]"#,
        r#"[{"name": "a", "image": "i", "environmentFiles": [{"type": "s3", "value": null}]}]"#,
        r#"[{"name": "a", "image": "i", "repositoryCredentials": {"credentialsParameter": null}}]"#,
        r#"[{"name": "a", "image": "i", "linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": null}]}}]"#,
    ] {
        let found = examined(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].kind, Mismatch::Missing, "{text}");
    }
}

/// What a request must have at its top may be given on the command line instead.
#[test]
fn at_the_top_of_a_request_null_and_empty_only_warn() {
    for text in [r#"{"serviceName": null}"#, r#"{"serviceName": ""}"#] {
        let source = Source::read("service.json", Role::Context, text.as_bytes()).unwrap();
        let found = examine_context(&source.root, ContextKind::CreateService);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].kind.severity(), Severity::Warn, "{text}");
    }
}

#[test]
fn only_what_every_client_refuses_fails() {
    assert_eq!(Mismatch::UnknownField.severity(), Severity::Warn);
    assert_eq!(Mismatch::Null.severity(), Severity::Warn);
    assert_eq!(Mismatch::Missing.severity(), Severity::Fail);
}

#[test]
fn context_documents_are_examined_by_their_own_shape() {
    for (kind, text, message) in [
        (
            ContextKind::CreateService,
            r#"{"serviceName": "web", "desiredCount": "1"}"#,
            "write it without quotes",
        ),
        (
            ContextKind::UpdateService,
            r#"{"service": "web", "launchType": "EC2"}"#,
            "the update-service input has no field `launchType`; only create-service takes it",
        ),
        (
            ContextKind::RunTask,
            r#"{"networkConfiguration": {"awsvpcConfiguration": {}}}"#,
            "lacks `subnets`",
        ),
        (ContextKind::StartTask, r#"{"containerInstances": "i-1"}"#, "text where a list belongs"),
        (
            ContextKind::CreateService,
            r#"{"serviceName": "web", "capacityProviderStrategy": [{"capacityProvider": "a", "base": -1}]}"#,
            "`base` is -1, less than 0",
        ),
        (
            ContextKind::CreateService,
            r#"{"serviceName": "w", "monitoring": {"metricConfigurations": [{"metricNames": [], "resolutionSeconds": 20}]}}"#,
            "`metricNames` is empty",
        ),
    ] {
        let source = Source::read("run.json", Role::Context, text.as_bytes()).unwrap();
        let found = examine_context(&source.root, kind);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].message.contains(message), "{text}: {}", found[0].message);
    }
}
