//! Volumes with Docker volume drivers.

use super::errors::NO_ATTRIBUTE;
use super::hosts::{Hosts, hosts};
use crate::document::volume::DockerVolume;
use crate::facts::View;
use crate::shell::ShellCommand;
use crate::task::DrivenVolumeUse;
use crate::verdict::{Input, Judgement, fail, needs_input, not_applicable, pass};

/// The built-in driver of Docker, which is also the default
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DockerVolumeConfiguration.html>).
const LOCAL: &str = "local";

/// The prefix of the attributes with which an agent reports the plugins of its instance; the plugin's name
/// follows, with a dot in place of the colon before its tag
/// (<https://docs.aws.amazon.com/AmazonECS/latest/developerguide/docker-volumes.html>).
const PLUGIN: &str = "ecs.capability.docker-plugin.";

pub(super) fn judge(it: &DrivenVolumeUse, docker: &DockerVolume, facts: &View) -> Judgement {
    let driver = docker.driver.get()?.map_or(LOCAL, String::as_str);
    if matches!(driver, "" | LOCAL) {
        return pass("the driver local is part of Docker");
    }
    if it.task.may_run_on_fargate()? {
        return not_applicable(
            "Fargate does not support Docker volumes; see definition-fargate-parameters",
        );
    }
    let Some(hosts) = hosts(it.task, facts)? else {
        return needs_input(
            Input::Cluster,
            format!(
                "cannot check whether a container instance has the volume plugin {driver}: pass --cluster, --service-definition or --run-task"
            ),
        );
    };
    let attribute = format!("{PLUGIN}{}", driver.replace(':', "."));
    let Some(lack) = hosts.lack(&attribute, &format!("has the volume plugin {driver}")) else {
        return pass(format!(
            "{} of {} active container instances of cluster {} that the task may run on have the volume plugin {driver}",
            hosts.with(&attribute),
            hosts.instances.len(),
            hosts.fleet.cluster
        ));
    };
    let others = if hosts.with(&attribute) == 0 { others(&hosts) } else { String::new() };
    fail(format!("{lack}{others}"))
        .at(docker.driver.place())
        .on(driver)
        .prevents(NO_ATTRIBUTE)
        .remedy("Install the plugin on the container instances, and restart their agents so that they report it")
        .command(
            ShellCommand::of("docker plugin install")
                .word(driver)
                .then(&ShellCommand::of("sudo systemctl restart ecs")),
        )
        .judge()
}

/// The existing plugins, because the name may be misspelled.
fn others(hosts: &Hosts) -> String {
    let attributes = hosts.instances.iter().flat_map(|it| it.attributes.keys());
    let mut plugins: Vec<&str> = attributes
        .filter_map(|name| name.strip_prefix(PLUGIN))
        .filter(|plugin| *plugin != LOCAL)
        .collect();
    plugins.sort_unstable();
    plugins.dedup();
    if plugins.is_empty() {
        return String::new();
    }
    format!("; existing plugins: {}", plugins.join(", "))
}
