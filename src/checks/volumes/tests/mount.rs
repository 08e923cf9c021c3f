//! Stories of volumes that are mounted over the network.

mod driver;
mod file_system;
mod permission;
mod target;

use crate::testing::story::Story;

/// A task for Fargate with the task role `app` and this volume, which its container mounts.
fn fargate(volume: &str) -> Story {
    fargate_with(volume, r#""mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]"#)
}

/// The same with a container of these fields.
fn fargate_with(volume: &str, container: &str) -> Story {
    Story::containers_and(
        &format!(r#"{{"name": "app", "image": "nginx", {container}}}"#),
        &format!(
            r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512",
               "taskRoleArn": "app", "volumes": [{{"name": "data", {volume}}}]"#
        ),
    )
}

/// A task for EC2 with a task role `app`, an execution role `pull`, this volume and these fields.
fn ec2(volume: &str, fields: &str) -> Story {
    Story::containers_and(
        r#"{"name": "app", "image": "nginx", "memory": 128, "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}]}"#,
        &format!(
            r#""requiresCompatibilities": ["EC2"], "taskRoleArn": "app", "executionRoleArn": "pull",
               "volumes": [{{"name": "data", {volume}}}] {fields}"#
        ),
    )
}

/// A volume on EFS with these fields beside the id of the file system.
fn efs(fields: &str) -> String {
    format!(r#""efsVolumeConfiguration": {{"fileSystemId": "fs-0123456789abcdef0" {fields}}}"#)
}

/// A volume on EFS by an access point, signed in to.
fn signed_in() -> String {
    efs(
        r#", "transitEncryption": "ENABLED", "authorizationConfig": {"accessPointId": "fsap-0123456789abcdef0", "iam": "ENABLED"}"#,
    )
}
