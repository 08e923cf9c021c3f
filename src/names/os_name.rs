//! File names, which need not be text.

use std::ffi::OsStr;

/// What follows `prefix` in a name.
#[cfg(unix)]
pub fn without_prefix<'n>(name: &'n OsStr, prefix: &str) -> Option<&'n OsStr> {
    use std::os::unix::ffi::OsStrExt;
    name.as_bytes().strip_prefix(prefix.as_bytes()).map(OsStr::from_bytes)
}

/// What follows `prefix` in a name.
#[cfg(not(unix))]
pub fn without_prefix<'n>(name: &'n OsStr, prefix: &str) -> Option<&'n OsStr> {
    name.to_str()?.strip_prefix(prefix).map(OsStr::new)
}
