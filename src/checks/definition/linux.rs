//! The values of `linuxParameters`, for `definition-schema`
//! (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html>, seen 2026-11).

use crate::document::container::{Device, LinuxParameters, Tmpfs};
use crate::document::{Container, Field, Located};
use crate::names::words::shown;
use crate::verdict::{Findings, Rule, warn};

/// The capabilities that ECS documents
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html>).
const CAPABILITIES: [&str; 38] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "SYSLOG",
    "WAKE_ALARM",
];

/// What Linux has as well, and the list of ECS does not
/// (<https://man7.org/linux/man-pages/man7/capabilities.7.html>).
const LATER: [&str; 4] = ["AUDIT_READ", "BPF", "CHECKPOINT_RESTORE", "PERFMON"];

/// The options of a tmpfs mount
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html>). The last six take a value.
const MOUNT_OPTIONS: [&str; 39] = [
    "defaults",
    "ro",
    "rw",
    "suid",
    "nosuid",
    "dev",
    "nodev",
    "exec",
    "noexec",
    "sync",
    "async",
    "dirsync",
    "remount",
    "mand",
    "nomand",
    "atime",
    "noatime",
    "diratime",
    "nodiratime",
    "bind",
    "rbind",
    "unbindable",
    "runbindable",
    "private",
    "rprivate",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "relatime",
    "norelatime",
    "strictatime",
    "nostrictatime",
    "mode",
    "uid",
    "gid",
    "nr_inodes",
    "nr_blocks",
    "mpol",
];

const CAPABILITY: Rule = Rule::quoted(
    "capabilities to add and to drop are among those that ECS documents",
    "CannotCreateContainerError: invalid <CapAdd>: unknown capability: \"CAP_<name>\"",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html",
    "2026-11-30",
);
const DOCUMENTED: Rule = Rule::unquoted(
    "capabilities are written as ECS documents them",
    "RegisterTaskDefinition might refuse it",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html",
    "2026-11-30",
);
const ABSOLUTE: Rule = Rule::unquoted(
    "paths of devices and tmpfs mounts are absolute",
    "the container is not created",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html",
    "2026-11-30",
);
const OPTION: Rule = Rule::quoted(
    "the mount options of a tmpfs are among those that ECS documents",
    "CannotCreateContainerError: Invalid tmpfs option [\"<option>\"]",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html",
    "2026-11-30",
);
const SIZE: Rule = Rule::unquoted(
    "maxSwap and sharedMemorySize are not negative",
    "RegisterTaskDefinition refuses the value",
    "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html",
    "2026-11-30",
);

pub(super) const RULES: &[Rule] = &[CAPABILITY, DOCUMENTED, ABSOLUTE, OPTION, SIZE];

pub(super) fn judge(container: &Container, found: &mut Findings) {
    let Ok(Some(linux)) = container.linux_parameters.get() else { return };
    if let Ok(Some(capabilities)) = linux.capabilities.get() {
        for (what, names) in [("CapAdd", &capabilities.add), ("CapDrop", &capabilities.drop)] {
            found.part(names.place(), |found| {
                names.items()?.iter().for_each(|name| capability(what, name, found));
                Ok(())
            });
        }
    }
    for device in linux.devices.items().unwrap_or_default() {
        paths(device, found);
    }
    for tmpfs in linux.tmpfs.items().unwrap_or_default() {
        mount(tmpfs, found);
    }
    sizes(linux, found);
}

/// Docker refuses what it does not know, and takes `CAP_` and small letters, of which ECS says nothing.
fn capability(what: &str, name: &Located<String>, found: &mut Findings) {
    let written = name.value.as_str();
    if CAPABILITIES.contains(&written) {
        return;
    }
    let upper = written.to_ascii_uppercase();
    let plain = upper.strip_prefix("CAP_").unwrap_or(&upper);
    let remedy = "Use one of the names in the API reference, such as NET_ADMIN";
    if CAPABILITIES.contains(&plain) || LATER.contains(&plain) {
        found.add(
            DOCUMENTED
                .warn(format!("ECS does not document the capability `{written}`"))
                .at(&name.place)
                .remedy(remedy),
        );
        return;
    }
    found.add(
        CAPABILITY
            .fail(format!("{} is not a Linux capability", shown(written)))
            .at(&name.place)
            .naming("<CapAdd>", what)
            .naming("<name>", plain)
            .remedy(remedy),
    );
}

fn paths(device: &Device, found: &mut Findings) {
    for (name, field) in
        [("hostPath", &device.host_path), ("containerPath", &device.container_path)]
    {
        absolute(name, field, found);
    }
    if device.permissions.items().is_ok_and(|it| it.len() > 3) {
        found.warn(device.permissions.place(), "a permission of the device is listed twice");
    }
}

fn absolute(name: &str, field: &Field<String>, found: &mut Findings) {
    if let Ok(Some(path)) = field.get()
        && !path.starts_with('/')
    {
        found.add(
            ABSOLUTE
                .warn(format!("{name} is {}, which is not an absolute path", shown(path)))
                .at(field.place())
                .remedy("Begin the path with /"),
        );
    }
}

fn mount(tmpfs: &Tmpfs, found: &mut Findings) {
    absolute("containerPath", &tmpfs.container_path, found);
    if let Ok(Some(&size)) = tmpfs.size.get()
        && size < 1
    {
        found.add(
            warn(format!("size is {size} MiB, but a tmpfs needs at least 1"))
                .at(tmpfs.size.place())
                .remedy("Set size to the MiB that the container may use"),
        );
    }
    for option in tmpfs.mount_options.items().unwrap_or_default() {
        let name = option.split('=').next().unwrap_or_default();
        if !MOUNT_OPTIONS.contains(&name) {
            found.add(
                OPTION
                    .fail(format!("{} is not a mount option of tmpfs", shown(option)))
                    .at(tmpfs.mount_options.place())
                    .naming("<option>", option)
                    .remedy("Use the options of the API reference, such as noexec or mode=1777; the size has its own field"),
            );
        }
    }
}

fn sizes(linux: &LinuxParameters, found: &mut Findings) {
    for (name, field) in
        [("maxSwap", &linux.max_swap), ("sharedMemorySize", &linux.shared_memory_size)]
    {
        if let Ok(Some(&size)) = field.get()
            && size < 0
        {
            found.add(
                SIZE.fail(format!("{name} is {size}, but only 0 or more MiB are allowed"))
                    .at(field.place())
                    .remedy(format!("Set {name} to 0 or more, or leave it out")),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::DEFINITION_SCHEMA;
    use crate::report::Status::{Fail, Pass, Warn};
    use crate::testing::story::Story;

    #[test]
    fn linux_parameters_have_values_that_linux_knows() {
        let add = |name: &str| format!(r#""capabilities": {{"add": ["{name}"]}}"#);
        let tmpfs = |options: &str| {
            format!(
                r#""tmpfs": [{{"containerPath": "/t", "size": 64, "mountOptions": {options}}}]"#
            )
        };
        let at = "/containerDefinitions/0/linuxParameters";
        for (fields, status, place, words) in [
            (add("NET_ADMIN"), Pass, "", ""),
            (add("SYS_ADMINN"), Fail, "/capabilities/add/0", "SYS_ADMINN"),
            (add("CAP_NET_ADMIN"), Warn, "/capabilities/add/0", "does not document"),
            (add("PERFMON"), Warn, "/capabilities/add/0", "does not document"),
            (
                r#""capabilities": {"drop": ["ALL", "NOTHING"]}"#.into(),
                Fail,
                "/capabilities/drop/1",
                "NOTHING",
            ),
            (tmpfs(r#"["noexec", "mode=1777"]"#), Pass, "", ""),
            (tmpfs(r#"["noexec", "fast"]"#), Fail, "/tmpfs/0/mountOptions", "fast"),
            (
                r#""tmpfs": [{"containerPath": "t", "size": 64}]"#.into(),
                Warn,
                "/tmpfs/0/containerPath",
                "absolute",
            ),
            (
                r#""tmpfs": [{"containerPath": "/t", "size": 0}]"#.into(),
                Warn,
                "/tmpfs/0/size",
                "at least 1",
            ),
            (r#""devices": [{"hostPath": "dev/a"}]"#.into(), Warn, "/devices/0/hostPath", "abs"),
            (r#""maxSwap": -1"#.into(), Fail, "/maxSwap", "0 or more MiB"),
            (r#""maxSwap": 0"#.into(), Pass, "", ""),
        ] {
            let results = Story::container(&format!(r#""linuxParameters": {{{fields}}}"#))
                .judged_by(&DEFINITION_SCHEMA);
            let subject = if status == Pass { String::new() } else { format!("{at}{place}") };
            assert_eq!(results.len(), 1, "{fields}: {results:#?}");
            assert_eq!((results[0].status, &*results[0].subject), (status, &*subject), "{fields}");
            assert!(results[0].message.contains(words), "{fields}: {}", results[0].message);
        }
    }
}
