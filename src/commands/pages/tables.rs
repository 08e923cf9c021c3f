//! The generated parts of README.md, each between two markers.

use serde_json::json;

use crate::checks::{Groups, checks_of};
use crate::commands::reads;
use crate::exit::Exit;
use crate::report::Status;

/// README.md with its generated parts renewed.
pub(super) fn renewed(readme: &str, groups: Groups) -> String {
    let parts = [
        ("statuses", statuses()),
        ("exit codes", exit_codes()),
        ("policy", policy()),
        ("checks", checks_by_group(groups)),
    ];
    parts.into_iter().fold(readme.to_owned(), |text, (name, part)| replaced(&text, name, &part))
}

/// `text` with the part between the markers of this name replaced.
fn replaced(text: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let Some((before, rest)) = text.split_once(&begin) else { return text.to_owned() };
    let Some((_, after)) = rest.split_once(&end) else { return text.to_owned() };
    format!("{before}{begin}{part}{end}{after}")
}

fn statuses() -> String {
    let rows = Status::ALL.iter().map(|it| format!("| `{}` | {} |\n", it.word(), it.meaning()));
    format!("| status | meaning |\n|---|---|\n{}", rows.collect::<String>())
}

fn exit_codes() -> String {
    let rows =
        Exit::MEANINGS.iter().map(|(exit, meaning)| format!("| {} | {meaning} |\n", exit.code()));
    format!("| exit | when |\n|---|---|\n{}", rows.collect::<String>())
}

fn policy() -> String {
    let actions: Vec<_> =
        reads::actions().into_iter().filter(|action| !reads::is_guarded(action)).collect();
    let policy = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    });
    format!("```json\n{policy:#}\n```\n")
}

fn checks_by_group(groups: Groups) -> String {
    let rows = checks_of(groups).map(|(group, check)| {
        let claim = check.verifies.replace('|', r"\|");
        format!("| {} | `{}` | {claim} |\n", group.name, check.id)
    });
    format!("| group | check | verifies that |\n|---|---|---|\n{}", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_text_between_the_markers_is_replaced() {
        let text = "a\n<!-- begin x -->\nold\n<!-- end x -->\nb\n";
        assert_eq!(replaced(text, "x", "new\n"), text.replace("old", "new"));
        assert_eq!(replaced(text, "y", "new\n"), text);
    }
}
