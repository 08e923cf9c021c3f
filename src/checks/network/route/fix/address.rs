//! How a task gets a public address.

use crate::document::{Field, Located};
use crate::names::Region;
use crate::reachability::ruling::Obstacle;
use crate::shell::ShellCommand;
use crate::task::{Attachment, Task};

/// How a task gets a public address, or does without one. The console cannot change it for an existing
/// service, the command can. A setting in a file is changed in the file.
pub(super) fn given(task: &Task, obstacle: Obstacle, region: &Region) -> Obstacle {
    if task.attachment() != Ok(Attachment::Fargate) {
        return obstacle.remedy(
            "Run the task in a private subnet whose default route leads to a NAT gateway: a task on EC2 cannot get a public IP address",
        );
    }
    let context = &task.context;
    let obstacle = obstacle.remedy(
        "Set assignPublicIp to ENABLED, or run the task in a private subnet whose default route leads to a NAT gateway",
    );
    let text = |field: &Field<String>| field.get().ok().flatten().cloned();
    let (Some(service), true) = (text(&context.request.service_name), context.live) else {
        return obstacle;
    };
    let list = |field: &Field<Vec<Located<String>>>| {
        let items = field.items().unwrap_or_default();
        items.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join(",")
    };
    let (subnets, groups) =
        (list(&context.network.subnets), list(&context.network.security_groups));
    let command = ShellCommand::of("aws ecs update-service");
    let command = match text(&context.request.cluster) {
        Some(cluster) => command.option("--cluster", cluster),
        None => command,
    };
    obstacle.command(
        command
            .option("--service", service)
            .option(
                "--network-configuration",
                format!(
                    "awsvpcConfiguration={{subnets=[{subnets}],securityGroups=[{groups}],assignPublicIp=ENABLED}}"
                ),
            )
            .flag("--force-new-deployment")
            .region(region),
    )
}
