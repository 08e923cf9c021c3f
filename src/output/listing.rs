//! Lists that are cut short, and what is said of the rest.

/// What is said where a limit leaves something out.
pub(super) const REST: &str = "--format json has all";

/// The first of these names, and how many more there are.
pub(super) fn listed<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    and_more(first.join(", "), names.len() - first.len(), "more")
}

/// `a, b and 7 more`
pub(super) fn and_more(listed: String, more: usize, what: &str) -> String {
    if more == 0 { listed } else { format!("{listed} and {more} {what}") }
}
