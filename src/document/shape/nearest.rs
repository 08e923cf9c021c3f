//! The known name that was probably meant.

use super::Shape;

/// The known field that is most similar to `key`, if any is.
pub(super) fn nearest(key: &str, shape: &'static Shape) -> Option<&'static str> {
    nearest_of(key, shape.fields.iter().map(|field| field.name))
}

/// The one of `names` that is most similar to `key`, if any is.
pub(super) fn nearest_of(
    key: &str,
    names: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let near = |name: &&'static str| {
        let distance = edit_distance(&key, &name.to_ascii_lowercase());
        (distance <= name.len().max(key.len()) / 3).then_some((distance, *name))
    };
    names.filter_map(|name| near(&name)).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many letters must be added, removed or replaced to turn one text into the other.
fn edit_distance(from: &str, to: &str) -> usize {
    if from.len() > 100 {
        return usize::MAX;
    }
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}
