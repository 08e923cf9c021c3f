//! `systemControls`, for `definition-fargate-parameters`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html>, seen 2026-11).
//!
//! A kernel parameter can be set for a container only if it belongs to a namespace that the container has
//! for itself; runc and Docker refuse any other, and the container does not start.

use std::collections::HashMap;

use super::mode::Mode;
use super::target;
use crate::document::container::SystemControl;
use crate::document::{Container, Field, Place};
use crate::knowledge::Stop;
use crate::names::OperatingSystem;
use crate::task::Task;
use crate::verdict::{Findings, Rule, warn};

/// Parameters of the IPC namespace; all of `fs.mqueue.` are too.
const IPC: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
];

/// The only parameters of `net.core.` that a network namespace has
/// (<https://github.com/torvalds/linux/blob/v6.1/net/core/sysctl_net_core.c>: `netns_core_table`, and
/// those that later kernels moved there).
const OWN_CORE: [&str; 3] = ["net.core.somaxconn", "net.core.optmem_max", "net.core.txrehash"];

/// Beginnings of what else under `net.` only the host has
/// (<https://github.com/torvalds/linux/blob/v6.1/net/ipv4/sysctl_net_ipv4.c>: `ipv4_table`).
const OF_THE_HOST: [&str; 12] = [
    "net.ipv4.tcp_mem",
    "net.ipv4.udp_mem",
    "net.ipv4.tcp_max_orphans",
    "net.ipv4.tcp_low_latency",
    "net.ipv4.tcp_available_congestion_control",
    "net.ipv4.tcp_allowed_congestion_control",
    "net.ipv4.inet_peer_",
    "net.ipv4.cipso_",
    "net.ipv4.icmp_msgs_",
    "net.ipv4.neigh.default.gc_thresh",
    "net.ipv6.neigh.default.gc_thresh",
    "net.bridge.",
];

const NAMESPACED: Rule = Rule::quoted(
    "systemControls set net.*, fs.mqueue.* or a parameter of the IPC namespace",
    "CannotStartContainerError: ... sysctl \"<name>\" is not in a separate kernel namespace",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
    "2026-11-30",
);
const HOST_NETWORK: Rule = Rule::quoted(
    "networkMode host excludes net.*",
    "CannotStartContainerError: ... sysctl '<name>' not allowed in host network namespace",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
    "2026-11-30",
);
const HOST_IPC: Rule = Rule::quoted(
    "ipcMode host excludes parameters of the IPC namespace",
    "CannotStartContainerError: ... sysctl '<name>' not allowed in host ipc namespace",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
    "2026-11-30",
);
const OF_HOST: Rule = Rule::quoted(
    "a parameter under net. is one that a network namespace has",
    "runc create failed: ... open /proc/sys/<path>: no such file or directory",
    "https://github.com/torvalds/linux/blob/v6.1/net/core/sysctl_net_core.c",
    "2026-11",
);
const ON_WINDOWS: Rule = Rule::unquoted(
    "Windows does not support systemControls",
    "the parameter is ignored, or refused when the definition is registered",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
    "2026-11-30",
);
const SHARED: Rule = Rule::unquoted(
    "containers of one network agree on its parameters",
    "the value of the container that starts last counts",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] =
    &[NAMESPACED, HOST_NETWORK, HOST_IPC, OF_HOST, ON_WINDOWS, SHARED];

/// Judges those of all containers.
pub(super) fn judge(task: &Task, found: &mut Findings) {
    let containers = task.definition.container_definitions.items().unwrap_or_default();
    for container in containers {
        for control in container.system_controls.items().unwrap_or_default() {
            found.part(control.namespace.place(), |found| one(task, control, found));
        }
    }
    let place = task.definition.network_mode.place();
    found.part(place, |found| shared(task, containers, found));
}

/// What a parameter belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Namespace {
    Network,
    Ipc,
    /// The host name of the container; ECS does not document it.
    Uts,
    /// The kernel of the host.
    None,
}

fn namespace(name: &str) -> Namespace {
    if name.starts_with("net.") {
        Namespace::Network
    } else if IPC.contains(&name) || name.starts_with("fs.mqueue.") {
        Namespace::Ipc
    } else if name == "kernel.domainname" {
        Namespace::Uts
    } else {
        Namespace::None
    }
}

fn one(task: &Task, control: &SystemControl, found: &mut Findings) -> Result<(), Stop> {
    let place = control.namespace.place();
    let Some(name) = control.namespace.get()? else {
        found.add(warn("the system control has no namespace").at(place).remedy("Add namespace"));
        return Ok(());
    };
    if control.value.is_missing() {
        found.add(warn(format!("`{name}` has no value")).at(place).remedy("Add value"));
    }
    if target::operating_system(task)? == OperatingSystem::Windows {
        found.add(
            ON_WINDOWS
                .warn("Windows does not support systemControls")
                .at(place)
                .remedy("Remove systemControls"),
        );
        return Ok(());
    }
    match namespace(name) {
        Namespace::Network => network(task, name, place, found),
        Namespace::Ipc => ipc(task, name, place, found),
        Namespace::Uts => {
            found.warn(place, format!("ECS does not document the parameter `{name}`"));
            Ok(())
        }
        Namespace::None => {
            found.add(
                NAMESPACED
                    .fail(format!(
                        "`{name}` is a kernel parameter of the host, which no container can set"
                    ))
                    .at(place)
                    .on(name)
                    .naming("<name>", name)
                    .remedy("Remove it; on EC2, set it on the instance in its user data"),
            );
            Ok(())
        }
    }
}

fn network(task: &Task, name: &str, place: &Place, found: &mut Findings) -> Result<(), Stop> {
    if Mode::of(&task.definition.network_mode)? == Mode::Host {
        found.add(
            HOST_NETWORK
                .fail(format!("`{name}` cannot be set with networkMode host"))
                .at(place)
                .on(name)
                .naming("<name>", name)
                .remedy("Set it on the instance, or choose networkMode bridge or awsvpc"),
        );
        return Ok(());
    }
    let foreign_core = name.starts_with("net.core.") && !OWN_CORE.contains(&name);
    if foreign_core || OF_THE_HOST.iter().any(|beginning| name.starts_with(beginning)) {
        found.add(
            OF_HOST
                .warn(format!(
                    "most kernels have `{name}` only for the whole host, not in a container"
                ))
                .at(place)
                .on(name)
                .naming("<path>", &name.replace('.', "/"))
                .remedy("Remove it; on EC2, set it on the instance in its user data"),
        );
    }
    Ok(())
}

fn ipc(task: &Task, name: &str, place: &Place, found: &mut Findings) -> Result<(), Stop> {
    if task.definition.ipc_mode.get()?.is_some_and(|mode| mode == "host") {
        found.add(
            HOST_IPC
                .fail(format!("`{name}` cannot be set with ipcMode host"))
                .at(place)
                .on(name)
                .naming("<name>", name)
                .remedy("Set it on the instance, or choose ipcMode task or none"),
        );
    }
    Ok(())
}

/// With awsvpc one network belongs to all containers: the one that starts last sets its parameters.
fn shared(task: &Task, containers: &[Container], found: &mut Findings) -> Result<(), Stop> {
    let mut values: HashMap<&str, (&Field<String>, usize)> = HashMap::new();
    for (index, container) in containers.iter().enumerate() {
        for control in container.system_controls.items().unwrap_or_default() {
            let Ok(Some(name)) = control.namespace.get() else { continue };
            if namespace(name) != Namespace::Network {
                continue;
            }
            let (first, owner) = *values.entry(name).or_insert((&control.value, index));
            let differs = owner != index && first.get().ok() != control.value.get().ok();
            if differs && Mode::of(&task.definition.network_mode)? == Mode::Awsvpc {
                found.add(
                    SHARED
                        .warn(format!(
                            "two containers set `{name}` to different values, but share one network"
                        ))
                        .at(control.namespace.place())
                        .remedy("Set it in one container"),
                );
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::story::tell;

    const ID: &str = "definition-fargate-parameters";
    const AT: &str = "/containerDefinitions/0/systemControls/0/namespace";

    fn definition(fields: &str, names: &[&str]) -> String {
        let container = |(index, name): (usize, &&str)| {
            format!(
                r#"{{"name": "c{index}", "systemControls": [{{"namespace": "{name}", "value": "{index}"}}]}}"#
            )
        };
        let containers: Vec<_> = names.iter().enumerate().map(container).collect();
        format!(r#"{{{fields}, "containerDefinitions": [{}]}}"#, containers.join(","))
    }

    #[test]
    fn a_kernel_parameter_has_to_be_one_that_the_container_has() {
        let fargate = r#""requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc""#;
        let bridge = r#""networkMode": "bridge""#;
        let host = r#""networkMode": "host""#;
        let host_ipc = r#""ipcMode": "host""#;
        let windows = r#""runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}"#;
        for (fields, name, expected) in [
            (fargate, "net.core.somaxconn", "pass"),
            (fargate, "net.ipv4.tcp_keepalive_time", "pass"),
            (fargate, "kernel.sem", "pass"),
            (fargate, "net.core.rmem_max", "warn"),
            (fargate, "net.ipv4.tcp_mem", "warn"),
            (fargate, "vm.max_map_count", "fail"),
            (bridge, "fs.mqueue.msg_max", "pass"),
            (bridge, "fs.file-max", "fail"),
            (bridge, "net.core.somaxconn", "pass"),
            (bridge, "kernel.domainname", "warn"),
            (host, "net.core.somaxconn", "fail"),
            (host, "kernel.sem", "pass"),
            (host_ipc, "kernel.sem", "fail"),
            (host_ipc, "net.core.somaxconn", "pass"),
            (windows, "net.core.somaxconn", "warn"),
        ] {
            let at = if expected == "pass" { "" } else { AT };
            tell(ID, &[(&definition(fields, &[name]), "{}", &[(expected, at)])]);
        }
    }

    #[test]
    fn containers_of_one_network_agree_on_it() {
        let second = "/containerDefinitions/1/systemControls/0/namespace";
        let both = ["net.core.somaxconn", "net.core.somaxconn"];
        for (fields, names, expected) in [
            (r#""networkMode": "awsvpc""#, both, ("warn", second)),
            (r#""networkMode": "bridge""#, both, ("pass", "")),
            (r#""networkMode": "awsvpc""#, ["kernel.sem", "kernel.sem"], ("pass", "")),
        ] {
            tell(ID, &[(&definition(fields, &names), "{}", &[expected])]);
        }
    }
}
