//! The runtime errors of volumes whose driver lacks something.

/// The task cannot be placed: no instance has what the volume needs.
pub(super) const NO_ATTRIBUTE: &str = "TaskFailedToStart: ATTRIBUTE";
/// An instance lacks the plugin of the volume.
pub(super) const NO_PLUGIN: &str = "CannotCreateVolumeError: Error response from daemon: create <volume>: error looking up volume plugin <driver>: plugin not found";
/// The file system cannot be mounted.
pub(super) const NOT_MOUNTED: &str = "unable to mount file system <fs>";
/// The file system denies access to the task.
pub(super) const DENIED: &str = "mount.nfs4: access denied by server while mounting 127.0.0.1:/";
