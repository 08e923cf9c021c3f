//! Where packets go, and which destinations a task needs: shared by the checks of several groups.

pub(crate) mod acl;
pub(crate) mod egress;
pub(crate) mod fork;
pub(crate) mod hop_names;
pub(crate) mod interface;
pub mod network_path;
pub(crate) mod origin;
pub(crate) mod reason;
pub(crate) mod ruling;
pub(crate) mod vpc;
pub(crate) mod way;
