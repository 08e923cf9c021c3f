//! Documents in files and from standard input, within limits.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::Failure;
use crate::document::template::is_template;
use crate::document::{Role, Source};
use crate::names::nearest;

/// How many bytes of a document are read, and how many values it may hold. AWS takes a task definition of
/// 64 KiB, which holds fewer.
const SIZE_LIMIT: u64 = 4 << 20;
const VALUE_LIMIT: usize = 50_000;
/// The same for a template, which declares other resources too, and for a plan, which repeats them.
const TEMPLATE_SIZE_LIMIT: u64 = 12 << 20;
const TEMPLATE_VALUE_LIMIT: usize = 400_000;

/// `; did you mean b.json?`: the file in the same folder whose name is most like that of a missing one.
pub(super) fn meant(path: &Path) -> String {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = path.file_name().map(OsStr::to_string_lossy) else { return String::new() };
    let Ok(entries) = std::fs::read_dir(folder) else { return String::new() };
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<String> =
        files.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let stem = |file: &str| file.split_once('.').map_or(file, |(stem, _)| stem).to_owned();
    let same = names.iter().find(|file| stem(file) == stem(&name));
    let stems: Vec<String> = names.iter().map(|file| stem(file)).collect();
    let found = same.map(String::as_str).or_else(|| {
        let like_name = nearest(&name, names.iter().map(String::as_str));
        let like_stem = nearest(&stem(&name), stems.iter().map(String::as_str));
        let of_stem = like_stem.and_then(|like| names.iter().find(|file| stem(file) == like));
        like_name.or(of_stem.map(String::as_str))
    });
    found.map_or_else(String::new, |found| {
        let there = path.with_file_name(found);
        format!("; did you mean {}?", there.display())
    })
}

/// Reads a document.
pub(super) fn file(path: &Path, role: Role) -> Result<Source, Failure> {
    let name = path.to_string_lossy();
    let bytes = bounded(open(path)?, &name)?;
    source(&name, role, &bytes)
}

/// Opens a file to be read, or says which one was probably meant.
pub(super) fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|error| {
        let meant = match error.kind() {
            ErrorKind::NotFound => meant(path),
            _ => String::new(),
        };
        Failure::usage(format!("cannot read {}: {error}{meant}", path.display()))
    })
}

/// All bytes of a document, which a sentence calls `name`, up to a limit.
pub(super) fn bounded(from: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = from.take(TEMPLATE_SIZE_LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    let size = bytes.len() as u64;
    if size > TEMPLATE_SIZE_LIMIT || size > SIZE_LIMIT && !mentions_resources(&bytes) {
        return Err(too_large(name, &format!("is larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    Ok(bytes)
}

/// Whether the bytes could be a template or a plan.
fn mentions_resources(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
    ["Resources", "planned_values", "resource_changes", "terraform_version"]
        .iter()
        .any(|key| start.contains(key))
}

/// The document of these bytes, within the limits.
pub(super) fn source(name: &str, role: Role, bytes: &[u8]) -> Result<Source, Failure> {
    let source = Source::read(name, role, bytes).map_err(Failure::usage)?;
    let limit = if is_template(&source) { TEMPLATE_VALUE_LIMIT } else { VALUE_LIMIT };
    match source.root.count() {
        count if count > limit => {
            Err(too_large(&source.name, &format!("holds {count} values, more than {limit}")))
        }
        _ => Ok(source),
    }
}

fn too_large(name: &str, why: &str) -> Failure {
    Failure::usage(format!(
        "{name} {why}, and is not judged\n  A task definition has at most 64 KiB: check that this is the right file"
    ))
}
