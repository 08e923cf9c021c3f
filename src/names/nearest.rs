//! The known name that was probably meant.

/// How many letters of two names there must be for each change between them: of the longer one, and all but one of the
/// shorter one.
const LETTERS_PER_CHANGE: usize = 3;

/// How many changes at most make one name of another, however long they are.
const MOST_CHANGES: usize = 4;

/// The one of `names` that looks most like `key`, if any does; capitals, underscores and hyphens count
/// for nothing.
pub fn nearest<'n>(key: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let key = letters(key);
    let near = |name: &'n str| {
        let known = letters(name);
        let distance = edit_distance(&key, &known);
        let lengths = [known.chars().count(), key.chars().count()];
        let [shorter, longer] = [lengths[0].min(lengths[1]) + 1, lengths[0].max(lengths[1])];
        let most = (shorter.min(longer) / LETTERS_PER_CHANGE).min(MOST_CHANGES);
        (distance <= most).then_some((distance, name))
    };
    let near = names.into_iter().filter_map(near);
    near.min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn letters(text: &str) -> String {
    text.replace(['_', '-'], "").to_ascii_lowercase()
}

/// How many letters must be added, dropped, replaced or swapped with the next one to make one text of the other.
fn edit_distance(from: &str, to: &str) -> usize {
    if from.len() > 100 {
        return usize::MAX;
    }
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for (line, letter) in from.iter().enumerate() {
        let mut row = vec![line + 1];
        for (column, other) in to.iter().enumerate() {
            let above = &rows[line];
            let replaced = above[column] + usize::from(letter != other);
            let mut least = replaced.min(above[column + 1] + 1).min(row[column] + 1);
            let swaps = line > 0 && column > 0;
            if swaps && from[line - 1] == *other && to[column - 1] == *letter {
                least = least.min(rows[line - 1][column - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
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

    #[test]
    fn a_short_name_is_like_another_only_with_one_change() {
        for (key, name, is_near) in [
            ("web", "wbe", true),
            ("web", "wep", true),
            ("web", "worker", false),
            ("envs", "events", false),
            ("Rfe", "Ref", true),
            ("Sbu", "Subs", false),
            ("Rf", "Ref", true),
            ("If", "If", true),
            ("Of", "If", false),
            ("äöü", "äxy", false),
            ("worekr", "worker", true),
            ("storefront-web-service-one", "checkout-api-service-two", false),
        ] {
            assert_eq!(nearest(key, [name]).is_some(), is_near, "{key} {name}");
        }
    }
}
