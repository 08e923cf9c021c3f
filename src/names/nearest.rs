//! The known name that was probably meant.

/// The one of `names` that looks most like `key`, if any does; capitals, underscores and hyphens count
/// for nothing.
pub fn nearest<'n>(key: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let key = letters(key);
    let near = |name: &'n str| {
        let known = letters(name);
        let distance = edit_distance(&key, &known);
        (distance <= known.len().max(key.len()) / 3).then_some((distance, name))
    };
    let near = names.into_iter().filter_map(near);
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn letters(text: &str) -> String {
    text.replace(['_', '-'], "").to_ascii_lowercase()
}

/// How many letters must be added, dropped or replaced to make one text of the other.
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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_wins_and_a_stranger_has_none() {
        let names = ["secret-exists", "secret-region", "image-exists"];
        for (key, found) in [
            ("secret-exist", Some("secret-exists")),
            ("Secret_Regoin", Some("secret-region")),
            ("imageexists", Some("image-exists")),
            ("volume", None),
            ("", None),
        ] {
            assert_eq!(nearest(key, names), found, "{key}");
        }
    }
}
